"""Are there few hotspots: does more arrive in some clusters than their size gives?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Flags, Floats, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.investment.arrival_shares import (
    dealt_by_size,
    foremost_share,
    pair_concentration,
    share_of_arrivals,
)
from buzzline.investment.arrivals import Arrivals, arrivals_of, word_of
from buzzline.progress import Progress, silent
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import central_range, false_discovery_q, too_few_draws
from buzzline.tables.study import Study
from buzzline.wording import plural

FEWEST = 10  # arrivals
ALL = "all industries"
MOSTLY_KNOWN = 0.8  # of the members, from the deals themselves
Row = dict[str, object]
CLUSTER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String,
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
    "expected": pl.Float64, "ratio": pl.Float64, "p": pl.Float64, "q": pl.Float64,
    "share_of_all": pl.Float64, "n_deals": pl.Int64, "n_groups": pl.Int64,
    "n_from_clusters": pl.Int64, "n_members": pl.Int64, "status": pl.String,
}  # fmt: skip
INDUSTRY_SCHEMA = {
    "industry": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "expected": pl.Float64, "expected_low": pl.Float64,
    "expected_high": pl.Float64, "p": pl.Float64, "q": pl.Float64, "effective": pl.Float64,
    "hhi": pl.Float64, "foremost": pl.Float64, "foremost_low": pl.Float64,
    "foremost_high": pl.Float64, "n_foremost": pl.Int64, "n_clusters": pl.Int64,
    "n_deals": pl.Int64, "n_groups": pl.Int64, "status": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Hotspots:
    """How what arrives is spread over clusters.

    Attributes
    ----------
    clusters : DataFrame
        One row a cluster, most arrivals first: `value` (share of what arrives in clusters of
        its industry), `low`, `high`, `level`, `expected` (by its share of the members),
        `ratio`, `p`, `q` (of as much by size), `share_of_all` (of all clusters), `n_deals`,
        `n_groups`, `n_from_clusters` (from other clusters), `n_members`, `status`.
    industries : DataFrame
        All industries, then one row each: `value` (chance that deals of two groups arrive in
        the same cluster), `low`, `high`, `level`, `expected` (if deals followed size),
        `expected_low`, `expected_high`, `p`, `q`, `effective` (1 / value, clusters), `hhi` (of
        deals as they are), `foremost` (share of those that others' deals name foremost),
        `foremost_low`, `foremost_high`, `n_foremost`, `n_clusters`, `n_deals`, `n_groups`,
        `status`.
    layers : tuple of str
    n_all : int                 deals, wherever they arrive
    level : share
    draws : int
    notes : tuple of str
    """

    clusters: pl.DataFrame
    industries: pl.DataFrame
    layers: tuple[str, ...]
    n_all: int
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, most arrivals first."""
        return self.clusters

    def __str__(self) -> str:
        what = ", ".join(self.layers).replace("_", " ")
        whole = self.industries.filter(pl.col("value").is_not_null())
        if not whole.height:
            why = (*self.industries["status"].head(1), "nothing arrives in clusters")[0]
            return " ".join([f"Hotspots are not testable ({what}): {why}.", *self.notes])
        row = whole.row(0, named=True)
        n = self.clusters["n_deals"].sum()
        text = (
            f"{n:,} of {plural(self.n_all, word_of(self.layers))} ({what}) arrive in "
            f"{plural(row['n_clusters'], 'cluster')}; two of different groups in the same one "
            f"with a chance of {_interval(row)}, {_as_if(row)}"
        )
        parts = [text + _against(row) + "."]
        if row["foremost"] is not None:
            parts.append(
                f"The foremost {row['n_foremost']}, as named by the deals of others, get "
                f"{_interval(row, 'foremost')}."
            )
        spots = self.clusters.filter(pl.col("q") <= 1 - self.level)
        if spots.height:
            first = spots.row(0, named=True)
            parts.append(
                f"{plural(spots.height, 'cluster')} get more than their size gives, first "
                f"{first['label']} ({first['industry']}): {first['ratio']:.1f} times."
            )
        return " ".join([*parts, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.clusters.head(20)._repr_html_()}"


@analysis("investment", "Do deals go to few hotspots, beyond what the size of clusters gives?")
def hotspots(
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    level: Share = 0.95,
    draws: Draws = 999,
    rng: Seed = None,
    progress: Progress = silent,
) -> Hotspots:
    """Return how what arrives is spread over clusters, against their size.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    layers : names of layers, or None
        None: deals (acquisition, investment, ownership, affiliate). Layers of knowledge, such
        as ("coinvention",), tell where knowledge is shared; of ties without direction each
        end counts.
    level : share
    draws : draws
        Times that what arrives is dealt among clusters by size.
    rng : Generator, int or None

    Returns
    -------
    Hotspots

    Raises
    ------
    TooFew
        There are no such ties.
    InvalidArgument
        A layer without ties; a `level` of 0 or 1; no draws.

    Notes
    -----
    Only what arrives in a cluster counts; an organisation in several counts for the strongest.
    Concentration is the Herfindahl index over pairs of *different* groups, so that one active
    parent does not make a hotspot; its interval is a jackknife over groups. The foremost
    are named by the deals of half of the groups and counted in those of the other half (a
    mean of 100 such splits), because whoever is foremost is so in part by luck. Expected is
    what members alone give: chance deals parcels (all deals of a group in one cluster)
    among clusters of the same industry by their number of members. Size of organisations is
    not looked at; a hotspot may have larger ones.

    References
    ----------
    .. [1] Bathelt, H., Li, P. (2014). Global cluster networks: foreign direct investment flows
       from Canada to China. Journal of Economic Geography 14(1). doi:10.1093/jeg/lbt005

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> hotspots(study, found, layers=("research",), draws=99, rng=1).layers
    ('research',)
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"hotspots: `level` must be between 0 and 1, got {level:g}")
    if draws < 1:
        raise InvalidArgument("hotspots: chance needs at least 1 draw (`draws`)")
    seed = seed_of(rng)
    arrivals = arrivals_of(study, clustering, layers)
    progress("hotspots", 0, 2)
    industries = _industries(arrivals, level=level, draws=draws, seed=seed)
    progress("hotspots", 1, 2)
    clusters = _clusters(arrivals, level=level, draws=draws, seed=seed)
    progress("hotspots", 2, 2)
    few = too_few_draws(draws, level)
    notes = (
        *arrivals.notes(),
        *_circular(study, clustering, arrivals.layers),
        *((f"p-values: {few}.",) if few else ()),
    )
    return Hotspots(clusters, industries, arrivals.layers, arrivals.n_all, level, draws, notes)


def _industries(arrivals: Arrivals, *, level: float, draws: int, seed: int) -> pl.DataFrame:
    names = arrivals.clusters["industry"].to_numpy()
    per_industry = arrivals.clusters["industry"].unique(maintain_order=True).to_list()
    parts = [(ALL, np.ones(names.size, np.bool_))] if len(per_industry) > 1 else []
    parts += [(name, names == name) for name in per_industry]
    rows = [
        _one_industry(arrivals, here, level=level, draws=draws,
                      rng=child(seed, "hotspots", name)) | {"industry": name}
        for name, here in parts
    ]  # fmt: skip
    order = np.argsort([-int(str(row["n_deals"])) for row in rows], kind="stable")
    return _frame([rows[k] for k in order], INDUSTRY_SCHEMA)


def _one_industry(
    arrivals: Arrivals, here: Flags, *, level: float, draws: int, rng: np.random.Generator
) -> Row:
    own = arrivals.of(here[arrivals.destination])
    n_clusters = int(here.sum())
    row: Row = {"level": level, "n_clusters": n_clusters, "n_deals": own.n,
                "n_groups": own.n_groups}  # fmt: skip
    if n_clusters < 2:
        return row | {"status": "not testable: one cluster"}
    if own.n < FEWEST:
        more = plural(FEWEST - own.n, f"more {own.word}")
        return row | {"status": f"not testable: {own.n} arrive; {more} needed"}
    place = as_indices((np.cumsum(here) - 1)[own.destination])
    found = pair_concentration(own.group, place, level=level)
    size = as_floats(own.clusters["n_members"].to_numpy()[here].astype(np.float64))
    _, dealt = dealt_by_size(
        own.group, place, own.industry[here], size=size, draws=draws, rng=rng
    )
    top, n_top = foremost_share(own.group, place, n_clusters, level=level, rng=rng)
    low, high = central_range(dealt, level)
    shares = np.bincount(place) / own.n
    reasons = [found.method if found.method.startswith("no interval") else "", top.reason]
    return row | {
        "value": found.value, "low": found.low, "high": found.high,
        "expected": float(dealt.mean()), "expected_low": low, "expected_high": high,
        "p": _p(found.value, dealt), "hhi": float((shares**2).sum()),
        "effective": 1 / found.value if found.value > 0 else np.nan,
        "foremost": top.value, "foremost_low": top.low, "foremost_high": top.high,
        "n_foremost": n_top,
        "status": "; ".join(dict.fromkeys(one for one in reasons if one)) or "measured",
    }  # fmt: skip


def _clusters(arrivals: Arrivals, *, level: float, draws: int, seed: int) -> pl.DataFrame:
    size = as_floats(arrivals.clusters["n_members"].to_numpy().astype(np.float64))
    if not arrivals.n:
        return _frame([], CLUSTER_SCHEMA)
    counts, _ = dealt_by_size(
        arrivals.group, arrivals.destination, arrivals.industry, size=size, draws=draws,
        rng=child(seed, "hotspots", "clusters"),
    )  # fmt: skip
    number = np.unique(arrivals.group, return_inverse=True)[1]
    rows = []
    for cluster in range(size.size):
        rivals = arrivals.industry == arrivals.industry[cluster]
        rows.append(_one_cluster(arrivals, cluster, rivals, level, number) | {
            "expected": size[cluster] / size[rivals].sum(),
        })  # fmt: skip
        row = rows[-1]
        if row["status"] != "only cluster of its industry":
            n = float(str(row["n_deals"]))
            row |= {"p": _p(n, counts[:, cluster]) if row["value"] is not None else None,
                    "ratio": _ratio(row)}  # fmt: skip
    named = arrivals.clusters.to_dicts()
    whole = [one | row for one, row in zip(named, rows, strict=True)]
    order = np.argsort([-int(str(row["n_deals"])) for row in whole], kind="stable")
    return _frame([whole[k] for k in order], CLUSTER_SCHEMA)


def _one_cluster(
    arrivals: Arrivals, cluster: int, rivals: Flags, level: float, number: np.ndarray
) -> Row:
    arrived = arrivals.destination == cluster
    among = rivals[arrivals.destination]
    elsewhere = (arrivals.origin >= 0) & (arrivals.origin != cluster)
    row: Row = {
        "level": level, "n_deals": int(arrived.sum()),
        "n_groups": np.unique(number[arrived]).size,
        "n_from_clusters": int((arrived & elsewhere).sum()),
        "share_of_all": float(arrived.mean()), "value": None,
    }  # fmt: skip
    n = int(among.sum())
    if rivals.sum() < 2:
        return row | {"status": "only cluster of its industry"}
    if n < FEWEST:
        more = plural(FEWEST - n, f"more {arrivals.word}")
        return row | {"status": f"not testable: {more} in clusters of its industry needed"}
    _, own = np.unique(number[among], return_inverse=True)
    share = share_of_arrivals(arrived[among], as_indices(own), level)
    return row | {
        "value": share.value, "low": share.low, "high": share.high,
        "status": share.reason or "measured",
    }  # fmt: skip


def _circular(study: Study, clustering: Clustering, layers: Sequence[str]) -> tuple[str, ...]:
    """Say so where members are known from the very deals that are held against them."""
    ties = study.linkages.filter(pl.col("layer").is_in(list(layers)))
    ends = pl.concat([ties["source"], ties["target"]]).unique()
    members = clustering.members["org_id"].unique()
    share = members.is_in(ends.implode()).sum() / max(members.len(), 1)
    if share < MOSTLY_KNOWN:
        return ()
    return (
        f"{share:.0%} of the members are in these data through such ties: their number is then "
        "no yardstick of its own, and that as much arrives as size gives says little.",
    )


def _ratio(row: Row) -> float | None:
    value, expected = row["value"], row["expected"]
    if isinstance(value, float) and isinstance(expected, float) and expected > 0:
        return value / expected
    return None


def _p(observed: float, dealt: Floats) -> float:
    return (1 + int((dealt >= observed - 1e-12).sum())) / (1 + dealt.size)


def _frame(rows: Sequence[Row], schema: dict[str, Any]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    frame = pl.DataFrame(columns, schema=schema, strict=False)
    frame = frame.with_columns(pl.col(pl.Float64).fill_nan(None))
    q = np.full(frame.height, np.nan)
    tested = np.flatnonzero(frame["p"].is_not_null().to_numpy())
    q[tested] = false_discovery_q(as_floats(frame["p"].to_numpy()[tested]))
    return frame.with_columns(pl.Series("q", q, nan_to_null=True))


def _interval(row: dict[str, Any], name: str = "") -> str:
    low, high = (row[f"{name}_{end}" if name else end] for end in ("low", "high"))
    value = row[name or "value"]
    return f"{value:.0%}" if low is None else f"{value:.0%} [{low:.0%}, {high:.0%}]"


def _as_if(row: dict[str, Any]) -> str:
    if row["effective"] >= row["n_clusters"]:
        return "no more than if each got as much"
    return f"as if in {row['effective']:.1f} equal clusters"


def _against(row: dict[str, Any]) -> str:
    said = f"; by size alone {row['expected']:.0%} (p = {row['p']:.2g})"
    return said if row["p"] <= 1 - row["level"] else f"{said}: no more than size gives"
