"""Clusters over the years: born, grown, merged, split, dissolved, and what they go through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import numpy as np
import polars as pl

from buzzline.analysis import analysis
from buzzline.clusters.candidate_clusters import SCALES_KM, candidate_clusters, delineated
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.industries import Industries, groups_of
from buzzline.clusters.lifecycle_assembly import Terms, history_of
from buzzline.clusters.lifecycle_following import HistoryRule
from buzzline.clusters.lifecycle_history import ClusterHistory
from buzzline.clusters.lifecycle_presence import Presence, in_year, presence
from buzzline.clusters.tabulating import Delineated
from buzzline.errors import InvalidArgument, TooFew
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Quantity, Share
from buzzline.randomness import Seed, seed_of
from buzzline.tables.study import Study

CANDIDATES_ONLY = (
    "Followed are candidate clusters, denser than all organisations together; whether they are "
    "also socially separate is not tested here."
)


@analysis("clusters", "Which clusters were born, grew, merged, split or dissolved?")
def cluster_history(  # noqa: PLR0913  # `progress` is no choice
    study: Study,
    *,
    years: Annotated[Sequence[int], Quantity("year", 0, 2200)] | None = None,
    industries: Industries = None,
    scales_km: Annotated[Sequence[float], Quantity("km", 0.01, 500)] = SCALES_KM,
    rule: HistoryRule = HistoryRule(),  # noqa: B008  # frozen
    level: Share = 0.95,
    draws: Draws = 99,
    rng: Seed = None,
    progress: Progress = silent,
) -> ClusterHistory:
    """Follow the candidate clusters of each year into the next.

    Answers what became of each cluster, how sure that is, whether its border moved more than
    turnover moves it, how different what its members know is, in which state of its life it
    was, and when it turned from taking up knowledge to giving it.

    Parameters
    ----------
    study : Study
        Needs `organisations` with coordinates, `industry` and `opened` or `closed`; or
        `outcomes` with the indicator "sighted" for each organisation and year. Heterogeneity
        needs dated `knowledge_items`, the turn dated linkages of the layer "citation".
    years : years, or None
        That were observed; None takes them from the dates.
    industries : names, mapping of group name to industries, or None
    scales_km : km
        As in `candidate_clusters`.
    rule : HistoryRule
    level : share
    draws : draws
        Relabellings behind the clusters of each year and resampled members behind each event;
        a fifth of them are years with turnover alone, delineated anew, behind drift.
    rng : Generator, int or None

    Returns
    -------
    ClusterHistory

    Notes
    -----
    Two clusters of neighbouring years are tied when they share half (`overlap`) of the members
    of the first that are still there, or of all of the second. One tied to one goes on; several
    to one merged; one to several split. A new cluster is born when half of its members are new,
    else it emerged from who was there; a lost one dissolved when half of its members are gone,
    else it faded: they are there and do not stand out any more. Growth is that of the number of
    members, its interval that of entries and exits as Poisson counts. State probabilities are
    of a hidden Markov model of growth, change of heterogeneity and size, with transitions
    fitted to all clusters of 15 yearly points or more [1]_.

    References
    ----------
    .. [1] Menzel, M.-P., Fornahl, D. (2010). Cluster life cycles: dimensions and rationales of
       cluster evolution. Industrial and Corporate Change 19(1). doi:10.1093/icc/dtp036
    .. [2] Greene, D., Doyle, D., Cunningham, P. (2010). Tracking the evolution of communities
       in dynamic social networks. ASONAM. doi:10.1109/ASONAM.2010.17

    Examples
    --------
    >>> from buzzline.tables.worlds import make_history_world
    >>> study = make_history_world(fates=("merged", "dissolved"), rng=1).study
    >>> found = cluster_history(study, years=range(2010, 2018), draws=19, rng=1)
    >>> found.events.select("year", "kind").rows()
    [(2012, 'merged'), (2016, 'dissolved')]
    """
    seed = seed_of(rng)
    groups = groups_of(study, industries)

    def wanted(of: Study) -> dict[str, list[str]]:
        known = set(of.industries_of()["industry"])
        there = {name: [one for one in group if one in known] for name, group in groups.items()}
        return {name: group for name, group in there.items() if group}

    def anew(of: Study) -> Sequence[Delineated]:
        return delineated(of, industries=wanted(of), scales_km=scales_km)

    def whole(of: Study) -> Clustering:
        return candidate_clusters(
            of, industries=wanted(of), scales_km=scales_km, level=level, draws=draws, rng=seed
        )

    found, kept = _each_year(study, presence(study, years), whole, progress)
    return history_of(
        study, found, kept, terms=Terms(rule, level, draws, seed), delineate=anew,
        progress=progress,
    )  # fmt: skip


def _each_year(
    study: Study, seen: Presence, delineate: Callable[[Study], Clustering], progress: Progress
) -> tuple[dict[int, Clustering], Presence]:
    """Return the clusters of each year, and the years in which any could be looked for."""
    found, notes = {}, []
    pairs = list(zip(seen.years, seen.there, strict=True))
    for year, there in told(progress, "clusters of each year", pairs):
        try:
            found[year] = delineate(in_year(study, there))
        except TooFew as reason:
            notes.append(f"{year}: {reason}")
    kept = seen.there[[year in found for year in seen.years]]
    if found:
        notes.append(CANDIDATES_ONLY)
    return found, Presence(tuple(found), kept, seen.known_by, (*seen.notes, *notes))


def followed_clusters(
    study: Study,
    clusterings: Mapping[int, Clustering],
    *,
    rule: HistoryRule | None = None,
    level: Share = 0.95,
    draws: Draws = 99,
    rng: Seed = None,
) -> ClusterHistory:
    """Follow clusters of several years, however they were found, as `cluster_history` does.

    Parameters
    ----------
    study : Study
        With all organisations of all years.
    clusterings : mapping of year to Clustering
        Members named as in the study.
    rule : HistoryRule or None
    level : share
    draws : draws
        Resampled members behind each event.
    rng : Generator, int or None

    Returns
    -------
    ClusterHistory
        Drift without a null: how such clusters come about is not known here.

    Raises
    ------
    InvalidArgument
        A member that is not in the study.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_history_world
    >>> study = make_history_world(fates=("split",), rng=1).study
    >>> of = {year: candidate_clusters(study.where(year=year), draws=19, rng=1)
    ...       for year in (2011, 2012)}
    >>> followed_clusters(study, of, rng=1).events["kind"].to_list()
    ['split']
    """
    years = tuple(sorted(clusterings))
    for year in years:
        _all_known(study, clusterings[year], year)
    seen = presence(study, years)
    if seen.known_by == "nothing":
        everybody = np.ones((len(years), study.organisations.height), np.bool_)
        note = "No organisation has a date: all are taken to be there in every year."
        seen = Presence(years, everybody, "nothing", (note,))
    return history_of(
        study, {year: clusterings[year] for year in seen.years}, seen, delineate=None,
        terms=Terms(rule or HistoryRule(), level, draws, seed_of(rng)),
    )  # fmt: skip


def _all_known(study: Study, clustering: Clustering, year: int) -> None:
    known = study.organisations["org_id"].implode()
    unknown = clustering.members.filter(~pl.col("org_id").is_in(known))
    if unknown.height:
        raise InvalidArgument(
            f"followed_clusters: {unknown.height:,} members of {year} are not in "
            f"`organisations`, such as {unknown['org_id'][0]!r}. Give the study with all "
            "organisations of all years."
        )
