"""Do clusters follow regions, declared clusters, or another delineation?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.clusters.agreement_rows import cluster_rows
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.grouping_agreement import (
    against_null,
    agreement_counts,
    blind_borders,
    dealt_among,
    largest_shares,
    rand_interval,
)
from buzzline.clusters.groupings import (
    Against,
    Labels,
    cluster_labels,
    group_labels,
    n_taken_out,
    only_located,
    touching,
)
from buzzline.clusters.tabulating import binomial_interval
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import central_range, too_few_draws
from buzzline.space.sites import Sites, sites_of
from buzzline.tables.study import Study
from buzzline.wording import plural, verb

MEASURE_SCHEMA = {
    "industry": pl.String, "measure": pl.String, "value": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "null_mean": pl.Float64, "chance_low": pl.Float64,
    "chance_high": pl.Float64, "level": pl.Float64, "p": pl.Float64, "n": pl.Int64,
    "n_clusters": pl.Int64, "n_groups": pl.Int64, "chance": pl.String, "status": pl.String,
}  # fmt: skip
CLUSTER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "n_members": pl.Int64,
    "n": pl.Int64, "group_id": pl.String, "group": pl.String, "n_common": pl.Int64,
    "share": pl.Float64, "low": pl.Float64, "high": pl.Float64, "null_mean": pl.Float64,
    "chance_low": pl.Float64, "chance_high": pl.Float64, "level": pl.Float64, "p": pl.Float64,
    "overlap": pl.Float64, "n_groups": pl.Int64, "status": pl.String,
}  # fmt: skip
WHOLE = 0.8  # of its members in one region: it is not cut
FEWEST = 10  # members in a group, below which no agreement is measured
WORDS = {
    "labour_market": "labour-market areas", "region": "regions", "country": "countries",
    "municipality": "municipalities", "declared": "declared clusters",
    "other cluster": "the other clusters",
}  # fmt: skip
RAND = "adjusted Rand index"
BLIND, DEALT = "borders drawn blindly", "groups dealt among members"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClusterAgreement:
    """How far clusters agree with another grouping of the same organisations.

    Attributes
    ----------
    measures : DataFrame
        One row an industry and measure: `industry`, `measure`, `value`, `low`, `high` (of the
        adjusted Rand index alone, by the jackknife; empty where the groupings are equal),
        `null_mean`, `chance_low`, `chance_high`, `level`, `p` (of as much agreement by chance),
        `n` (members in a group), `n_clusters`, `n_groups` (with a member), `chance` (what was
        dealt), `status`.
    clusters : DataFrame
        One row a cluster, those that fit a group least first: `cluster_id`, `label`,
        `industry`, `n_members`, `n` (in any group), `group_id`, `group` (which holds most of
        them), `n_common`, `share` (of `n`), `low`, `high` (exact binomial, as if members were
        drawn), `null_mean`, `chance_low`, `chance_high` (of that share by chance), `level`, `p`
        (of as large a share by chance), `overlap` (Jaccard; of a region only members of
        clusters of the industry count), `n_groups` (with a member), `status`.
    against : str               "region", "declared", ..., or "" where the study has none
    level : share
    draws : int
    notes : tuple[str, ...]     what a reader must know
    """

    measures: pl.DataFrame
    clusters: pl.DataFrame
    against: str
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, those that fit a group least first."""
        return self.clusters

    def __str__(self) -> str:
        if not self.against:
            return "Agreement is not testable: no two regions, and no two declared clusters."
        tested = self.measures.filter(pl.col("measure") == RAND)
        said = f"Clusters against {WORDS[self.against]}"
        measured = self.clusters.drop_nulls("share")
        if not measured.height:
            return " ".join([f"{said}: not testable.", *self.notes])
        split = int((measured["share"] < WHOLE).sum())
        text = (
            f"{said}: {split:,} of {plural(measured.height, 'cluster')} "
            f"{verb(split, 'has', 'have')} less than {WHOLE:.0%} of "
            "their members in one"
        )
        if tested["p"].is_not_null().any():
            n = int((tested["p"] <= 1 - self.level + 1e-12).sum())
            never = too_few_draws(self.draws, self.level)
            text += f"; whether they agree more than chance gives: {never}" if never else (
                f"; in {n:,} of {plural(tested.height, 'industry', 'industries')} they agree "
                f"more than chance gives ({tested['chance'][0]})"
            )  # fmt: skip
        return " ".join([f"{text}.", *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.clusters.head(20)._repr_html_()}"


@analysis("clusters", "Do clusters follow official regions or declared clusters?")
def cluster_agreement(
    study: Study,
    clustering: Clustering,
    *,
    against: Against | None = None,
    draws: Draws = 99,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> ClusterAgreement:
    """Hold clusters against official regions, or against declared clusters.

    Answers whether borders that somebody drew follow the clusters, better than borders that
    know nothing of them, and which clusters they cut.

    Parameters
    ----------
    study : Study
        Needs `places` of the level, or the columns `region`, `city`, `country`; or
        `memberships` of declared clusters.
    clustering : Clustering
    against : "labour_market", "region", "municipality", "country", "declared" or None
        None: the first of these of which the study has two.
    draws : draws
        Blindly drawn borders, or deals of the groups, behind the range of chance.
    level : share
    rng : Generator, int or None

    Returns
    -------
    ClusterAgreement
        Without measures where the study has no such groups; the sentence says so.

    Raises
    ------
    InvalidArgument
        A kind of group that the study does not have, or a level of 0 or 1.

    Notes
    -----
    Compared are the members of the clusters of one industry that are in a region; against
    declared clusters also members that are in none, and declared members in no cluster. Any two
    maps with coherent pieces agree more than groups dealt at random, so official borders are
    held against as many blind ones: in each draw as many sites as there are groups become
    centres and everybody belongs to the nearest; members without coordinates could belong to
    none and are left out, unless none has any: then regions are dealt too. Declared clusters
    need not be coherent and are dealt. The adjusted Rand index is 0 for groups dealt at random
    [1]_; the variation of information is a distance, in bits [2]_.

    References
    ----------
    .. [1] Hubert, L., Arabie, P. (1985). Comparing partitions. Journal of Classification 2.
       doi:10.1007/BF01908075
    .. [2] Meila, M. (2007). Comparing clusterings: an information based distance. Journal of
       Multivariate Analysis 98(5). doi:10.1016/j.jmva.2006.11.013

    Examples
    --------
    >>> from buzzline.clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = cluster_agreement(study, candidate_clusters(study, rng=1), rng=1)
    >>> found.against
    'region'
    """
    kind, groups = group_labels(study, against)
    by_industry = dict.fromkeys(cluster_labels(study, clustering), groups)
    return _agreed(study, clustering, by_industry, kind=kind, draws=draws, level=level,
                   seed=seed_of(rng), progress=progress)  # fmt: skip


def agreement_of_clusterings(
    study: Study,
    first: Clustering,
    second: Clustering,
    *,
    draws: Draws = 99,
    level: Share = 0.95,
    rng: Seed = None,
) -> ClusterAgreement:
    """Hold the clusters of one delineation against those of another, industry by industry.

    Parameters
    ----------
    study : Study
    first, second : Clustering
        Industries that only one of them has are not compared.
    draws : draws
        Deals of the second clusters among the members of the first.
    level : share
    rng : Generator, int or None

    Returns
    -------
    ClusterAgreement
        A row a cluster of the first.

    Examples
    --------
    >>> from buzzline.clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> fine, coarse = (candidate_clusters(study, scales_km=[km], rng=1) for km in (5, 20))
    >>> agreement_of_clusterings(study, fine, coarse, rng=1).clusters["overlap"].max() > 0.8
    True
    """
    return _agreed(study, first, cluster_labels(study, second), kind="other cluster",
                   draws=draws, level=level, seed=seed_of(rng), progress=silent)  # fmt: skip


def _agreed(
    study: Study,
    clustering: Clustering,
    groups: Mapping[str, Labels],
    *,
    kind: str,
    draws: Draws,
    level: Share,
    seed: int,
    progress: Progress,
) -> ClusterAgreement:
    if not 0 < level < 1:
        raise InvalidArgument(f"agreement: `level` must be above 0 and below 1, got {level:g}")
    sites = sites_of(study.organisations)
    n_nowhere = 0
    is_place = kind not in ("declared", "other cluster")
    measured: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    labels = cluster_labels(study, clustering) if kind else {}
    what = f"agreement with {WORDS.get(kind, kind)}"
    for name, clusters in told(progress, what, list(labels.items())):
        if name not in groups:
            measured.append({"industry": name, "status": "not in the other delineation"})
            continue
        if is_place:
            there = only_located(groups[name], clusters, sites.located)
            n_nowhere += n_taken_out(groups[name], there, clusters)
        else:
            there = touching(groups[name], clusters)
        chance = _chance(clusters, there, sites if is_place else None, draws=draws,
                         rng=child(seed, "agreement", name))  # fmt: skip
        parts = cluster_rows(name, clusters, there, is_place=is_place)
        rows += _with_chance(parts, chance, level)
        measured += _measure_rows(name, chance, level)
    clusters_frame = _frame(rows, CLUSTER_SCHEMA).sort(
        "share", "n_members", descending=[False, True], nulls_last=True
    )
    measures = _frame(measured, MEASURE_SCHEMA)
    notes = _notes(clustering, clusters_frame, measures, n_nowhere)
    return ClusterAgreement(measures, clusters_frame, kind, level, draws, notes)


@dataclass(frozen=True, slots=True, eq=False)
class _Chance:
    """Two groupings of the things compared, and the second as chance would give it."""

    first: Codes
    second: Codes
    null: Floats  # (draws, measures)
    largest: Floats  # (draws, clusters): largest share of each cluster in one group
    how: str


def _chance(
    clusters: Labels,
    groups: Labels,
    sites: Sites | None,
    *,
    draws: Draws,
    rng: np.random.Generator,
) -> _Chance:
    is_placed = sites is not None
    compared = (clusters.code >= 0) & (groups.code >= 0)
    if not is_placed:
        compared = (clusters.code >= 0) | (groups.code >= 0)
    rows = np.flatnonzero(compared)
    first, second = as_codes(clusters.code[rows]), as_codes(groups.code[rows])
    dealt, how = dealt_among(second), DEALT
    if sites is not None and rows.size and sites.located[rows].all():
        places = sites.xyz[np.unique(sites.site[sites.located & (groups.code >= 0)])]
        at, number = np.unique(sites.site[rows], return_inverse=True)
        borders = blind_borders(sites.xyz[at], places, len(groups.ids))
        dealt, how = (lambda rng: as_codes(borders(rng)[number])), BLIND
    null, largest = [], []
    for _ in range(draws if rows.size else 0):
        one = dealt(rng)
        null.append(agreement_counts(first, one))
        largest.append(largest_shares(first, one, len(clusters.ids)))
    return _Chance(first, second, as_floats(null), as_floats(largest), how)


def _measure_rows(name: str, chance: _Chance, level: Share) -> list[dict[str, Any]]:
    said: dict[str, Any] = {
        "industry": name, "level": level, "n": chance.first.size, "chance": chance.how,
        "n_clusters": np.unique(chance.first[chance.first >= 0]).size,
        "n_groups": np.unique(chance.second[chance.second >= 0]).size,
    }  # fmt: skip
    status = _status(said, chance)
    if status:
        return [said | {"status": status}]
    low, high = rand_interval(chance.first, chance.second, level=level)
    said, interval = said | {"status": "measured"}, {"low": low, "high": high}
    found = against_null(chance.first, chance.second, chance.null, level=level)
    return [said | asdict(one) | (interval if one.measure == RAND else {}) for one in found]


def _with_chance(
    rows: list[dict[str, Any]], chance: _Chance, level: Share
) -> list[dict[str, Any]]:
    for k, row in enumerate(rows):
        drawn = chance.largest[:, k] if chance.largest.size else as_floats([])
        if row["status"] != "measured":
            continue
        row["low"], row["high"] = binomial_interval(row["n_common"], row["n"], level)
        row["level"] = level
        if not drawn.size or np.isnan(drawn).any():
            continue
        p = (1 + int((drawn >= row["share"] - 1e-12).sum())) / (1 + drawn.size)
        low, high = central_range(drawn, level)
        row |= {"null_mean": float(drawn.mean()), "chance_low": low, "chance_high": high,
                "p": p}  # fmt: skip
    return rows


def _status(said: Mapping[str, Any], chance: _Chance) -> str:
    n_clusters, n_groups = (np.unique(one).size for one in (chance.first, chance.second))
    if said["n"] < FEWEST:
        return f"not testable: only {said['n']} members are in a group, {FEWEST} are needed"
    if n_groups < 2:
        return "not testable: all members are in one group"
    return "not testable: all are in one cluster" if n_clusters < 2 else ""


def _frame(rows: list[dict[str, Any]], schema: Mapping[str, type]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    frame = pl.DataFrame(columns, schema=dict(schema), strict=False)
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))


def _notes(
    clustering: Clustering, clusters: pl.DataFrame, measures: pl.DataFrame, n_nowhere: int
) -> tuple[str, ...]:
    if not clustering.clusters.height:
        return ("There are no clusters.",)
    untested = measures.filter(pl.col("status").str.starts_with("not testable"))
    notes = [
        f"Agreement in {row['industry']} is {row['status']}." for row in untested.to_dicts()
    ]
    n = int(clusters["n_members"].sum())
    lost = n - int(clusters["n"].sum()) - n_nowhere
    if n_nowhere:
        notes.append(f"{n_nowhere:,} of {n:,} members have no coordinates and were left out.")
    return (*notes, f"{lost:,} of {n:,} members are in no group.") if lost else tuple(notes)
