"""Is a cluster's mix of ties balanced? Gravity, better peers and a target, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, as_floats
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.balance import ScaleBalance
from buzzline.linkages.peers import (
    PERFORMANCE_SCHEMA,
    PeerShares,
    chosen_indicator,
    peers_of,
    performance,
)
from buzzline.linkages.verdicts import Counted, compare, drawn_ends
from buzzline.quantities import Draws, Quantity, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import false_discovery_q
from buzzline.space.scales import SCALES
from buzzline.tables.study import Study
from buzzline.wording import plural

__all__ = ["YARDSTICK_MEANING", "Yardsticks", "yardsticks"]

YARDSTICK_MEANING = {
    "G0": "what size would give",
    "G1": "what size and distance would give",
    "G2": "what size, distance and borders would give",
    "peers": "the mean of clusters of the industry and of like size that do best",
    "target": "the mix that was asked for",
}
NO_TARGET = "no `target` was given"
NEARLY_ONE = 0.005  # by which shares that add up may miss one

SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "layer": pl.String,
    "scale": pl.String, "yardstick": pl.String, "share": pl.Float64,
    "expected_share": pl.Float64, "log_ratio": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "level": pl.Float64, "p": pl.Float64, "q": pl.Float64, "n": pl.Int64,
    "n_needed": pl.Int64, "n_peers": pl.Int64, "verdict": pl.String, "reason": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Yardsticks:
    """The mix of ties of each cluster against three kinds of yardstick.

    Attributes
    ----------
    comparisons : DataFrame
        One row a cluster, layer, scale and yardstick: `cluster_id`, `label`, `industry`,
        `layer`, `scale`, `yardstick` (G0, G1, G2, peers, target), `share`, `expected_share`,
        `log_ratio`, `low`, `high`, `level`, `p`, `q`, `n` (ties), `n_needed` (that would show a
        halving), `n_peers`, `verdict`, `reason` (why there is none, or not enough links).
    performance : DataFrame
        How each cluster does: `cluster_id`, `label`, `industry`, `n_members`, `indicator`,
        `value`, `n_values`, `rank`. Empty without an indicator.
    target : tuple of share
        Local, regional, national and global; empty when none was given.
    indicator : str
        Empty when none could be used.
    level : share
    draws : int
    """

    comparisons: pl.DataFrame
    performance: pl.DataFrame
    target: tuple[float, ...]
    indicator: str
    level: Share
    draws: int
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, layer, scale and yardstick."""
        return self.comparisons

    def __str__(self) -> str:
        parts = []
        for name, meaning in YARDSTICK_MEANING.items():
            rows = self.comparisons.filter(pl.col("yardstick") == name)
            said = dict(rows["verdict"].drop_nulls().value_counts().iter_rows())
            if said:
                words = ", ".join(f"{said.get(word, 0)} {word}" for word in _WORDS)
                parts.append(f"{name} ({meaning}): {words}")
        missing = self.comparisons.filter(pl.col("verdict").is_null())
        reasons = missing.unique("yardstick", maintain_order=True).select("yardstick", "reason")
        unsaid = "; ".join(f"{name}: {reason}" for name, reason in reasons.rows())
        n = self.comparisons["cluster_id"].n_unique()
        text = f"{plural(n, 'cluster')} by scale. " + ". ".join(parts) + "."
        return text + (f" Not compared: {unsaid}." if unsaid else "")

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.comparisons.head(20)._repr_html_()}"


_WORDS = ("missing", "excess", "as expected", "not enough links")


@analysis("linkages", "Is a cluster's mix of ties balanced, and against which yardstick?")
def yardsticks(
    study: Study,
    clustering: Clustering,
    balance: ScaleBalance,
    *,
    target: Annotated[Sequence[float], Quantity("share", 0, 1)] | None = None,
    indicator: str | None = None,
    level: Share = 0.95,
    draws: Draws = 499,
    rng: Seed = None,
) -> Yardsticks:
    """Set the ties of clusters at each scale against gravity, better peers and a target.

    Answers whether a mix of local, regional, national and global ties is out of balance, and
    says against what: what size, distance and borders would give is not what does best, and
    neither need be what is wanted.

    Parameters
    ----------
    study : Study
        For peers, needs `outcomes` of clusters or of organisations.
    clustering : Clustering
    balance : ScaleBalance
        Of the same clusters.
    target : four shares, optional
        Local, regional, national and global share that is wanted; they add up to 1.
    indicator : str, optional
        Which of `outcomes` says how well a cluster does; may be left out when there is one.
    level : share
    draws : draws
    rng : Generator, int or None

    Returns
    -------
    Yardsticks

    Raises
    ------
    TooFew
        No cluster has a balance.
    InvalidArgument
        A target that is not four shares that add up to 1.

    Notes
    -----
    Peers of a cluster are of its industry, have half to twice its members, and are in the top
    quarter of these by the last value of the indicator (of the cluster itself, else the mean
    over its members); at least four are needed. Each peer counts as one observation: the mean
    of their shares has the error of Student's t. Which mix goes with success differs by
    outcome: international partners raise product innovation, local collaboration is associated
    with process and organisational innovation [1]_. Better off does not mean better off because
    of the mix.

    References
    ----------
    .. [1] Fitjar, R. D., Rodriguez-Pose, A. (2013). Firm collaboration and modes of innovation
       in Norway. Research Policy 42(1). doi:10.1016/j.respol.2012.05.009

    Examples
    --------
    >>> from buzzline import candidate_clusters, make_world, scale_balance
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> balance = scale_balance(study, found, draws=49, rng=1)
    >>> mix = (0.4, 0.2, 0.2, 0.2)
    >>> side = yardsticks(study, found, balance, target=mix, draws=49, rng=1)
    >>> side.comparisons["yardstick"].unique(maintain_order=True).to_list()
    ['G0', 'G1', 'G2', 'peers', 'target']
    """
    wanted = _target(target)
    if not balance.balance.height:
        raise TooFew(
            "yardsticks: no cluster has a balance; `untested` of the balance says why."
        )
    name, missing = chosen_indicator(study, indicator)
    known = pl.DataFrame(schema=PERFORMANCE_SCHEMA)
    if name is not None:
        known = performance(study, clustering, name)
    seed = seed_of(rng)
    rows = list(_gravity_rows(balance))
    for cluster, layer, count, shares in _clusters(balance):
        source = child(seed, str(cluster["cluster_id"]), layer)
        observed = drawn_ends(count, draws, source)
        peers = missing or _peers(cluster, known, shares)
        for yardstick, answer in (("peers", peers), ("target", wanted)):
            expected = _expected(answer, draws, source)
            rows += _rows((cluster, layer, yardstick), count, expected, observed, level=level)
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return Yardsticks(
        _ordered(frame), known, () if isinstance(wanted, str) else tuple(wanted.tolist()),
        name or "", level, draws,
    )  # fmt: skip


_Expected = tuple[Floats, Floats, int | None] | str


def _target(target: Sequence[float] | None) -> Floats | str:
    if target is None:
        return NO_TARGET
    shares = as_floats(list(target))
    if shares.size != len(SCALES) or abs(shares.sum() - 1) > NEARLY_ONE:
        raise InvalidArgument(
            "yardsticks: `target` must be four shares that add up to 1 (local, regional, "
            f"national, global), got {', '.join(f'{share:g}' for share in shares)}"
        )
    return as_floats(shares / shares.sum())


def _gravity_rows(balance: ScaleBalance) -> Iterator[tuple[object, ...]]:
    same = ("share", "expected_share", "log_ratio", "low", "high", "level", "p", "q", "n")
    for row in balance.balance.iter_rows(named=True):
        yield (
            *(row[name] for name in ("cluster_id", "label", "industry", "layer", "scale")),
            row["model"], *(row[name] for name in same), row["n_needed"], None, row["verdict"],
            row["reason"],
        )  # fmt: skip
    for row in balance.fits.filter(pl.col("status") != "fitted").iter_rows(named=True):
        for scale in SCALES:
            yield (
                *(row[name] for name in ("cluster_id", "label", "industry", "layer")), scale,
                row["model"], *[None] * 5, balance.level, None, None, row["n"], *[None] * 3,
                row["status"],
            )  # fmt: skip


def _clusters(
    balance: ScaleBalance,
) -> Iterator[tuple[dict[str, object], str, Counted, pl.DataFrame]]:
    """Yield every cluster and layer with what was counted, and the shares of all clusters."""
    once = balance.balance.unique(["cluster_id", "layer", "scale"], maintain_order=True)
    wide = once.pivot(on="scale", index=["cluster_id", "layer"], values="share")
    fits = balance.fits.filter(pl.col("status") == "fitted").unique(
        ["cluster_id", "layer"], maintain_order=True
    )
    for row in fits.iter_rows(named=True):
        of_layer = wide.filter(pl.col("layer") == row["layer"]).drop("layer")
        mine = of_layer.filter(pl.col("cluster_id") == row["cluster_id"])
        share = as_floats(mine.select(SCALES).to_numpy()[0])
        ends = row["n_equal"] / (1 - row["inner_share"] / 2)
        internal = ends * row["inner_share"] / 2
        count = Counted(as_floats(share * ends), internal, row["n_effective"])
        yield row, str(row["layer"]), count, of_layer.select("cluster_id", *SCALES)


def _peers(
    cluster: dict[str, object], known: pl.DataFrame, shares: pl.DataFrame
) -> PeerShares | str:
    row = known.filter(pl.col("cluster_id") == cluster["cluster_id"])
    if not row.height:
        return "the cluster is not among those of the clustering"
    return peers_of(row.to_dicts()[0], known, shares)


def _expected(
    answer: PeerShares | Floats | str, draws: int, rng: np.random.Generator
) -> _Expected:
    if isinstance(answer, str):
        return answer
    if isinstance(answer, PeerShares):
        return answer.share, answer.draws(draws, rng), answer.n
    return answer, as_floats(np.tile(answer, (draws, 1))), None


def _rows(
    at: tuple[dict[str, object], str, str],
    count: Counted,
    expected: _Expected,
    observed: Floats,
    *,
    level: Share,
) -> list[tuple[object, ...]]:
    cluster, layer, yardstick = at
    shares = count.observed / count.observed.sum()
    named = [cluster["cluster_id"], cluster["label"], cluster["industry"], layer]
    n = cluster["n"]
    if isinstance(expected, str):
        nothing: list[object] = [None] * 7
        return [
            (*named, scale, yardstick, float(share), *nothing[:4], level, None, None, n, None,
             None, None, expected)
            for scale, share in zip(SCALES, shares, strict=True)
        ]  # fmt: skip
    share, drawn, n_peers = expected
    found = compare(count, share, share_draws=drawn, observed_draws=observed, level=level)
    rows = []
    for s, scale in enumerate(SCALES):
        low, high = (
            None if np.isnan(bound) else float(bound) for bound in (found.low[s], found.high[s])
        )
        rows.append(
            (*named, scale, yardstick, float(shares[s]), float(share[s]),
             float(found.log_ratio[s]), low, high, level, float(found.p[s]), None, n,
             found.n_needed[s], n_peers, found.verdict[s], found.reason[s] or None)
        )  # fmt: skip
    return rows


def _ordered(frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows by cluster, layer, scale and yardstick, with q-values of each yardstick."""
    order = {name: number for number, name in enumerate(YARDSTICK_MEANING)}
    scales = {name: number for number, name in enumerate(SCALES)}
    rows = frame.with_row_index("row").with_columns(
        pl.col("row").min().over("cluster_id", "layer").alias("first"),
        pl.col("scale").replace_strict(scales, return_dtype=pl.Int32).alias("at_scale"),
        pl.col("yardstick").replace_strict(order, return_dtype=pl.Int32).alias("at"),
    ).sort("first", "at_scale", "at")  # fmt: skip
    parts = []
    for _, part in rows.group_by(["yardstick", "layer"], maintain_order=True):
        known = part["p"].is_not_null()
        if part["q"].null_count() == part.height and known.any():
            q = np.full(part.height, np.nan)
            q[known.to_numpy()] = false_discovery_q(part["p"].drop_nulls().to_numpy())
            part = part.with_columns(pl.Series("q", q).fill_nan(None))
        parts.append(part)
    return pl.concat(parts).sort("first", "at_scale", "at").select(list(SCHEMA))
