"""Would the same clusters be found again in another sample of owners?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.clusters.candidate_clusters import SCALES_KM, CoreRule, candidate_clusters
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.found_again import FATES, FOUND, Again, Refound, found_again
from buzzline.clusters.tabulating import binomial_interval
from buzzline.errors import InvalidArgument, TooFew
from buzzline.progress import Progress, silent
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, seed_of
from buzzline.resampling import central_range
from buzzline.tables.study import Study

CLUSTER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "verdict": pl.String,
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
    "overlap": pl.Float64, "overlap_low": pl.Float64, "overlap_high": pl.Float64,
    "in_a_larger_one": pl.Float64, "in_pieces": pl.Float64, "gone": pl.Float64,
    "n_members": pl.Int64, "n_drawn": pl.Float64, "n": pl.Int64, "reason": pl.String,
}  # fmt: skip
INDUSTRY_SCHEMA = {
    "industry": pl.String, "n_clusters": pl.Int64, "n_again": pl.Float64, "n_again_low":
    pl.Float64, "n_again_high": pl.Float64, "value": pl.Float64, "low": pl.Float64, "high":
    pl.Float64, "level": pl.Float64, "n": pl.Int64, "status": pl.String,
}  # fmt: skip
STABLE, DOUBTFUL, UNSTABLE = "stable", "doubtful", "not stable"
NOT_TESTABLE = "not testable"
OFTEN, HALF = 0.8, 0.5  # of the resamples; as often as two clusters must stay apart
FATE_WORDS = {"in_a_larger_one": "in a larger one", "in_pieces": "in pieces", "gone": "gone"}
DISTINCT_OWNERS = 1 - np.exp(-1)  # share of owners drawn at all, of as many drawn with return


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DelineationStability:
    """How often each cluster is found again when owners are resampled.

    Attributes
    ----------
    clusters : DataFrame
        One row a cluster, the least stable first: `cluster_id`, `label`, `industry`, `verdict`
        ("stable", "doubtful", "not stable", "not testable"), `value` (share of resamples in
        which it is found again), `low`, `high` (exact binomial, over resamples), `level`,
        `overlap` (mean of the best Jaccard overlap), `overlap_low`, `overlap_high` (range over
        resamples), `in_a_larger_one`, `in_pieces`, `gone` (shares of resamples in which it is
        not), `n_members`, `n_drawn` (mean members in a resample), `n` (resamples), `reason`.
    industries : DataFrame
        One row an industry: `n_clusters`, `n_again` (mean number of clusters in resamples),
        `n_again_low`, `n_again_high`, `value` (mean adjusted Rand index with the clusters
        given, over all organisations, those in none a group), `low`, `high` (range over
        resamples), `level`, `n`, `status`.
    level : share
    draws : int
    notes : tuple[str, ...]     what a reader must know
    """

    clusters: pl.DataFrame
    industries: pl.DataFrame
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, the least stable first."""
        return self.clusters

    def __str__(self) -> str:
        tested = self.clusters.filter(pl.col("verdict") != NOT_TESTABLE)
        if not tested.height:
            return " ".join(["Stability is not testable.", *self.notes])
        n = {verdict: tested.filter(verdict=verdict).height
             for verdict in (STABLE, DOUBTFUL, UNSTABLE)}  # fmt: skip
        least = tested.row(0, named=True)
        return " ".join([
            f"Clusters tested: {tested.height:,}, of which {n[STABLE]:,} stable, "
            f"{n[DOUBTFUL]:,} doubtful, {n[UNSTABLE]:,} not stable, over {self.draws:,} "
            f"resamples of owners; the least stable, {least['label']} "
            f"({least['industry']}), is found again in {least['value']:.0%} "
            f"[{least['low']:.0%}, {least['high']:.0%}] of them.",
            *self.notes,
        ])  # fmt: skip

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.clusters.head(20)._repr_html_()}"


@analysis("clusters", "Would the same clusters be found again in another sample?")
def delineation_stability(
    study: Study,
    clustering: Clustering,
    *,
    rule: CoreRule = CoreRule(),  # noqa: B008  # frozen
    draws: Draws = 49,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> DelineationStability:
    """Resample owners, delineate again, and tell how often each cluster comes back.

    Answers which clusters hang on a few organisations, and what becomes of them otherwise: part
    of a larger one, in pieces, or gone.

    Parameters
    ----------
    study : Study
        `owner_id` keeps sites of one owner together.
    clustering : Clustering
        Found anew are candidate clusters, at the scales and of the industries of this
        clustering. For another way of delineating see `found_again`.
    rule : CoreRule
        That the clusters were found with.
    draws : draws
        Resamples; each costs about as much as finding the clusters once without p-values.
    level : share
    rng : Generator, int or None

    Returns
    -------
    DelineationStability

    Raises
    ------
    InvalidArgument
        A level of 1, which no number of resamples reaches.

    Notes
    -----
    In each resample as many owners are drawn with replacement, and each drawn counts once: a
    site drawn twice would look like two sites in one place. That leaves 63 % of the owners on
    average, so stability is understated a little, most for small clusters. A cluster is found
    again when the best Jaccard overlap with a cluster of its industry, among organisations
    drawn, is more than a half; no two clusters can be the same one then [1]_. Stable: in at
    least 0.8 of the resamples; not stable: in less than half; not testable with so few
    resamples that even a cluster found in all of them could come back in only half (6 for
    0.95). Candidates in a resample need not stand out from chance anew.

    References
    ----------
    .. [1] Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational
       Statistics & Data Analysis 52(1). doi:10.1016/j.csda.2006.11.025

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = delineation_stability(study, candidate_clusters(study, rng=1), draws=9, rng=1)
    >>> found.clusters["verdict"].to_list()[-3:]
    ['stable', 'stable', 'stable']
    """
    industries, scales = _made_with(study, clustering)

    def again(sample: Study) -> Clustering | None:
        there = _present(sample, industries)
        if not there:
            return None
        try:
            return candidate_clusters(
                sample, industries=there, scales_km=scales, rule=rule, draws=0, level=level,
                rng=0,
            )  # fmt: skip
        except TooFew:
            return None

    found = found_again(study, clustering, again, draws=draws, rng=seed_of(rng),
                        progress=progress)  # fmt: skip
    absent = set(industries) - set(_present(study, industries))
    return stability_of(found, level=level, fewest=rule.neighbours + 1, absent=absent,
                        notes=_notes(clustering, rule, draws))  # fmt: skip


def stability_of(
    found: Refound,
    *,
    level: Share = 0.95,
    fewest: int = 1,
    absent: Collection[str] = (),
    notes: tuple[str, ...] = (),
) -> DelineationStability:
    """Say how stable clusters are, from what became of them in resamples.

    Parameters
    ----------
    found : Refound
        From `found_again`.
    level : share
    fewest : int
        Members that a cluster must have to be found at all.
    absent : names of industries
        That no organisation of the study has, so that nothing of them can be found.
    notes : tuple of str
    """
    why_not = [
        _not_testable(found, k, fewest, absent) or _too_few(found, k, level)
        for k in range(found.overlap.shape[1])
    ]
    clusters = [_cluster_row(found, k, level, why) for k, why in enumerate(why_not)]
    order = {UNSTABLE: 0, DOUBTFUL: 1, STABLE: 2, NOT_TESTABLE: 3}
    clusters.sort(key=lambda row: (order[row["verdict"]], row.get("value") or 0.0))
    industries = [_industry_row(found, k, level) for k in range(len(found.industries))]
    draws = found.overlap.shape[0]
    return DelineationStability(
        _frame(clusters, CLUSTER_SCHEMA), _frame(industries, INDUSTRY_SCHEMA), level, draws,
        notes,
    )  # fmt: skip


def _cluster_row(found: Refound, k: int, level: Share, why: str) -> dict[str, Any]:
    row = dict(found.clusters[k]) | {"level": level, "n": int(found.overlap.shape[0])}
    if why:
        return row | {"verdict": NOT_TESTABLE, "reason": why}
    drawn = found.n_drawn[:, k] > 0
    fate, overlap = found.fate[drawn, k], found.overlap[drawn, k]
    n = int(drawn.sum())
    counts = np.bincount(fate, minlength=len(FATES))
    value = counts[FOUND] / n
    low, high = binomial_interval(int(counts[FOUND]), n, level)
    inner = central_range(overlap, level)
    return row | {
        "verdict": STABLE if value >= OFTEN else UNSTABLE if value < HALF else DOUBTFUL,
        "value": value, "low": low, "high": high, "overlap": float(overlap.mean()),
        "overlap_low": inner[0], "overlap_high": inner[1], "n": n,
        "n_drawn": float(found.n_drawn[:, k].mean()), "reason": "",
        **{name: counts[at] / n for at, name in enumerate(FATES) if at != FOUND},
    }  # fmt: skip


def _not_testable(found: Refound, k: int, fewest: int, absent: Collection[str]) -> str:
    if found.clusters[k]["industry"] in absent:
        return f"no organisation of the study is of {found.clusters[k]['industry']}"
    if not found.overlap.shape[0]:
        return "no resamples were asked for"
    if not (found.n_drawn[:, k] > 0).any():
        return "no member was ever drawn"
    n_members = found.n_members(k)
    expected = DISTINCT_OWNERS * n_members
    if expected < fewest:
        return (
            f"only {n_members} members, of which a resample has {expected:.1f} on average; "
            f"a cluster needs {fewest}"
        )
    return ""


def _too_few(found: Refound, k: int, level: Share) -> str:
    n, least = int((found.n_drawn[:, k] > 0).sum()), fewest_resamples(level)
    return "" if n >= least else f"too few resamples to tell: {n:,}, at least {least:,}"


def fewest_resamples(level: Share) -> int:
    """Return how many resamples tell that a cluster found in all of them mostly comes back.

    From so many on, the exact interval of a share of 1 lies above a half.

    Raises
    ------
    InvalidArgument
        A level of 1.

    Examples
    --------
    >>> fewest_resamples(0.95), fewest_resamples(0.9)
    (6, 5)
    """
    if level >= 1:
        raise InvalidArgument("stability: `level` must be below 1, which no resamples reach")
    return floor(log((1 - level) / 2) / log(HALF)) + 1


def _industry_row(found: Refound, k: int, level: Share) -> dict[str, Any]:
    name, n_clusters = found.industries[k]
    row = {"industry": name, "n_clusters": n_clusters, "level": level}
    n = int(found.overlap.shape[0])
    if not n:
        return row | {"n": 0, "status": "not testable: no resamples were asked for"}
    rand, number = found.rand[:, k], found.number[:, k]
    (low, high), (fewer, more) = central_range(rand, level), central_range(number, level)
    return row | {
        "n_again": float(number.mean()), "n_again_low": fewer, "n_again_high": more,
        "value": float(rand.mean()), "low": low, "high": high, "n": n, "status": "measured",
    }  # fmt: skip


def _frame(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, type]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    frame = pl.DataFrame(columns, schema=dict(schema), strict=False)
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))


def _made_with(
    study: Study, clustering: Clustering
) -> tuple[Mapping[str, Sequence[str]], Sequence[float]]:
    """Return the industries and scales that a clustering was found with."""
    made = clustering.provenance
    known = made is not None and made.analysis == "candidate_clusters"
    scales = made.arguments["scales_km"] if known and made is not None else SCALES_KM
    wanted = made.arguments.get("industries") if known and made is not None else None
    if isinstance(wanted, Mapping):
        return wanted, scales
    titles = study.industries.select("industry", "title").drop_nulls().iter_rows()
    code = {title: industry for industry, title in titles}
    names = clustering.clusters["industry"].unique(maintain_order=True)
    return {name: (code.get(name, name),) for name in names}, scales


def _present(
    sample: Study, industries: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Return the industries that a sample still has, by the name of their group."""
    there = set(sample.industries_of()["industry"])
    kept = {name: tuple(set(codes) & there) for name, codes in industries.items()}
    return {name: tuple(sorted(codes)) for name, codes in kept.items() if codes}


def _notes(clustering: Clustering, rule: CoreRule, draws: int) -> tuple[str, ...]:
    notes = []
    if not clustering.clusters.height:
        notes.append("There are no clusters.")
    elif not draws:
        notes.append("No resamples were asked for.")
    made = clustering.provenance
    if made is None or made.analysis != "candidate_clusters":
        notes.append("The clusters were not found as candidate clusters: they are held against "
                     "those.")  # fmt: skip
    elif made.arguments.get("rule") not in (repr(rule), rule):
        notes.append(f"The clusters were found with another rule, {made.arguments['rule']}.")
    return tuple(notes)


__all__ = ["Again", "DelineationStability", "delineation_stability", "stability_of"]
