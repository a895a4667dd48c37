"""How much of what a cluster reaches outside hangs on a few members tied both ways?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Indices, as_floats
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.linkages.advice_ties import advice_ties, knowledge_layers
from buzzline.linkages.reach_through import (
    MOST_SOURCES,
    Reach,
    Removal,
    external_reach_of,
    removal_of,
)
from buzzline.linkages.response_gate import ENOUGH
from buzzline.linkages.surveyed import Surveyed, surveyed_clusters, unused_rate
from buzzline.progress import Progress, silent
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import central_range, false_discovery_q, too_few_draws
from buzzline.tables.study import Study
from buzzline.wording import plural

FEWEST_TIED_BOTH = 2
Row = dict[str, object]
CLUSTER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String,
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
    "expected": pl.Float64, "expected_low": pl.Float64, "expected_high": pl.Float64,
    "p": pl.Float64, "q": pl.Float64, "lost": pl.Float64, "lost_low": pl.Float64,
    "lost_high": pl.Float64, "at_random": pl.Float64, "n_removed": pl.Int64,
    "through": pl.Float64, "through_low": pl.Float64, "through_high": pl.Float64,
    "direct": pl.Float64, "per_member": pl.Float64, "n_tied_both": pl.Int64,
    "n_members": pl.Int64, "n_inside": pl.Int64, "n_outside": pl.Int64, "n_partners": pl.Int64,
    "response_rate": pl.Float64, "status": pl.String,
}  # fmt: skip
MEMBER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "org_id": pl.String,
    "name": pl.String, "mediated": pl.Float64, "n_partners": pl.Int64, "n_inside": pl.Int64,
    "is_removed": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExternalReach:
    """What clusters reach outside through members tied both ways, and lose without them.

    Attributes
    ----------
    clusters : DataFrame
        One row a cluster, largest loss first: `value` (share of indirect reach lost without the
        foremost tenth of the members tied both ways, inside and outside), `low`, `high`,
        `level`, `expected` (the same with ties dealt anew, whoever is foremost there),
        `expected_low`, `expected_high`, `p`, `q`, `lost` (share of all reach, direct and
        indirect), `lost_low`, `lost_high`, `at_random` (of indirect reach, without as many
        members at random: an illustration, no test), `n_removed`, `through` (share of all reach
        that passes members tied both ways or is theirs), `through_low`, `through_high`,
        `direct` (share of reach at one step), `per_member` (reach), `n_tied_both`,
        `n_members`, `n_inside` (ties), `n_partners` (outside), `response_rate`, `status`.
    members : DataFrame
        One row a member tied both ways, most mediating first: `mediated` (share of the
        cluster's indirect reach), `n_partners` (outside), `n_inside` (members it is tied to),
        `is_removed`.
    layers : tuple of str
    level : share
    draws : int
    notes : tuple of str
    """

    clusters: pl.DataFrame
    members: pl.DataFrame
    layers: tuple[str, ...]
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, largest loss first."""
        return self.clusters

    def __str__(self) -> str:
        done = self.clusters.filter(pl.col("value").is_not_null())
        of = ", ".join(self.layers).replace("_", " ")
        if not done.height:
            why = self.clusters["status"].unique(maintain_order=True).head(2).to_list()
            said = "; ".join(why) or "there is no cluster"
            return " ".join([f"External reach is not testable ({of}): {said}.", *self.notes])
        first = done.row(0, named=True)
        text = (
            f"{plural(done.height, 'cluster')} ({of}); {first['label']} would lose most "
            f"without {plural(first['n_removed'], 'member')} tied both ways (inside and "
            "outside): "
            f"{_share(first, 'value', 'low', 'high')} of what others reach through members, "
            f"{first['expected']:.0%} with ties dealt anew{_beyond(first)}; of all they reach, "
            f"{_share(first, 'lost', 'lost_low', 'lost_high')}."
        )
        return " ".join([text, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.clusters.head(20)._repr_html_()}"


@analysis("linkages", "How much of what a cluster reaches outside hangs on a few members?")
def external_reach(
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    response_rate: Share | None = None,
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
    progress: Progress = silent,
) -> ExternalReach:
    """Return what clusters reach outside through members tied both ways, and lose without.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    layers : names of layers, or None
        None: advice where there is any, else all layers in which knowledge passes.
    response_rate : share, optional
        As in `gatekeepers`.
    level : share
    draws : draws
        Networks with ties dealt anew, and as many random removals.
    rng : Generator, int or None

    Returns
    -------
    ExternalReach

    Raises
    ------
    TooFew
        No layer in which knowledge passes.
    InvalidArgument
        A layer without linkages; a `level` of 0 or 1; no draws.

    Notes
    -----
    Member i reaches organisation j outside with 1 / d_ij, d being the steps along ties among
    members and one to j; only organisations that some member is tied to count. Members tied
    both ways have ties inside and outside [1]_; they need not hand on anything, as gatekeepers
    do. `through` = (sum over indirect pairs + sum over direct pairs of members tied both ways)
    / sum over all pairs; the rest are ties of members without anybody to pass them on to.
    `value` is the share of the indirect reach of those left that is lost when the tenth of them
    (at least one) through whom most passes is taken out; `lost` that of all their reach.

    `expected` and `p` are of the same share when ties are dealt anew, as in `gatekeepers`, and
    the foremost there are taken out: whoever is foremost carries more than members at random.

    Intervals are jackknives over twenty groups of ties (ties of one record together), for these
    members; there are none where fewer than 80 % of members answered. In clusters of more
    than 400 members, 400 at random stand for all. Ties of all years are taken together. Ties
    not recorded make the loss look larger than it is.

    References
    ----------
    .. [1] Breschi, S., Lenzi, C. (2015). The role of external linkages and gatekeepers for the
       renewal and expansion of US cities' knowledge base, 1990-2004. Regional Studies 49(5).
       doi:10.1080/00343404.2014.954534

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> external_reach(study, found, draws=19, rng=1).layers
    ('research',)
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"external_reach: `level` must be between 0 and 1, got {level:g}")
    if draws < 1:
        raise InvalidArgument("external_reach: chance needs at least 1 draw (`draws`)")
    seed = seed_of(rng)
    ties = advice_ties(study, knowledge_layers(study, layers, "external_reach"))
    clusters, members = [], []
    n = clustering.clusters.height
    all_of_them = surveyed_clusters(study, clustering, ties, rate=response_rate)
    for done, cluster in enumerate(all_of_them):
        progress("external reach by cluster", done, n)
        rng = child(seed, "external reach", str(cluster.named["cluster_id"]))
        row, rows = _one_cluster(cluster, draws=draws, level=level, rng=rng)
        clusters.append(row)
        members += rows
    progress("external reach by cluster", n, n)
    few = too_few_draws(draws, level)
    notes = (*unused_rate(study, ties.layers, response_rate), *_few(few))
    return ExternalReach(
        _clusters(clusters), _members(members), ties.layers, level, draws, notes
    )


def _one_cluster(
    cluster: Surveyed, *, draws: int, level: float, rng: np.random.Generator
) -> tuple[Row, list[pl.DataFrame]]:
    ties = cluster.ties
    row = cluster.named | cluster.sizes() | {"n_partners": ties.outside.size, "level": level}
    if why := cluster.refusal():
        return row | {"status": why}, []
    sources = np.arange(ties.k)
    if ties.k > MOST_SOURCES:
        sources = np.sort(rng.choice(ties.k, MOST_SOURCES, replace=False))
    reach = external_reach_of(ties, sources=sources)
    row |= {"n_tied_both": int(reach.is_tied_both.sum())}
    if reach.is_tied_both.sum() < FEWEST_TIED_BOTH or not reach.indirect.sum():
        few = f"not testable: fewer than {FEWEST_TIED_BOTH} members tied inside and outside"
        return row | {"status": few}, []
    loss = removal_of(ties, sources, draws=draws, level=level, rng=rng)
    total = reach.direct.sum() + reach.indirect.sum()
    row |= _loss_columns(loss, level) | {
        "direct": float(reach.direct.sum() / total), "per_member": float(total / sources.size),
        "status": cluster.response.status(),
    }  # fmt: skip
    if cluster.response.rate < ENOUGH:  # who is absent matters more than which ties are drawn
        ends = [f"{name}{end}" for name in ("", "through_", "lost_") for end in ("low", "high")]
        few = f"no interval: {cluster.response.rate:.0%} of members answered"
        row |= dict.fromkeys(ends, np.nan) | {"status": few}
    return row, [_member_rows(cluster, reach, loss.foremost)]


def _loss_columns(loss: Removal, level: float) -> Row:
    dealt, at_random = (some[~np.isnan(some)] for some in (loss.dealt, loss.at_random))
    low, high = central_range(dealt, level) if dealt.size else (np.nan, np.nan)
    as_much = int((dealt >= loss.indirect.value - 1e-12).sum())
    shares = {"": loss.indirect, "lost": loss.lost, "through": loss.through}
    columns: Row = {}
    for name, share in shares.items():
        stem = f"{name}_" if name else ""
        columns |= {
            name or "value": share.value,
            f"{stem}low": share.low,
            f"{stem}high": share.high,
        }
    return columns | {
        "expected": float(dealt.mean()) if dealt.size else np.nan,
        "expected_low": low, "expected_high": high, "p": (1 + as_much) / (1 + dealt.size),
        "at_random": float(at_random.mean()) if at_random.size else np.nan,
        "n_removed": loss.foremost.size,
    }  # fmt: skip


def _member_rows(cluster: Surveyed, reach: Reach, foremost: Indices) -> pl.DataFrame:
    both = np.flatnonzero(reach.is_tied_both)
    ties = cluster.ties
    ends = np.concatenate([ties.source, ties.target])
    others = np.concatenate([ties.target, ties.source])
    pairs = np.unique(ends[ends < ties.k] * ties.n + others[ends < ties.k])
    who, with_whom = pairs // ties.n, pairs % ties.n
    counts = [np.bincount(who[at], minlength=ties.k)[both]
              for at in (with_whom >= ties.k, with_whom < ties.k)]  # fmt: skip
    frame = cluster.who[both].with_columns(
        pl.lit(value).alias(name) for name, value in cluster.named.items()
    )
    return frame.with_columns(
        mediated=pl.Series(reach.mediated[both] / reach.indirect.sum()),
        n_partners=pl.Series(counts[0]), n_inside=pl.Series(counts[1]),
        is_removed=pl.Series(np.isin(both, foremost)),
    ).sort("mediated", descending=True)  # fmt: skip


def _share(row: dict[str, Any], name: str, low: str, high: str) -> str:
    """Return a share with its interval, where it has one."""
    if row[low] is None:
        return f"{row[name]:.0%}"
    return f"{row[name]:.0%} [{row[low]:.0%}, {row[high]:.0%}]"


def _beyond(row: dict[str, Any]) -> str:
    said = f" (p = {row['p']:.2g})"
    return said if row["p"] <= 1 - row["level"] else f"{said}: no more than chance gives"


def _few(few: str) -> tuple[str, ...]:
    return (f"p-values: {few}.",) if few else ()


def _clusters(rows: Sequence[Row]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in CLUSTER_SCHEMA}
    frame = pl.DataFrame(columns, schema=CLUSTER_SCHEMA, strict=False).fill_nan(None)
    q = np.full(frame.height, np.nan)
    tested = np.flatnonzero(frame["p"].is_not_null().to_numpy())
    q[tested] = false_discovery_q(as_floats(frame["p"].to_numpy()[tested]))
    return frame.with_columns(pl.Series("q", q, nan_to_null=True)).sort(
        "value", descending=True, nulls_last=True, maintain_order=True
    )


def _members(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    shaped = [
        frame.select(pl.col(name).cast(kind) for name, kind in MEMBER_SCHEMA.items())
        for frame in frames
    ]
    return pl.concat([pl.DataFrame(schema=MEMBER_SCHEMA), *shaped])
