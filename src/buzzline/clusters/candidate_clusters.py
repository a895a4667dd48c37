"""Candidate clusters of a study: the first of the two tests, distinctness in space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from buzzline.analysis import analysis
from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.clusters.candidates import (
    candidates_at,
    strongest_by_chance,
    tree_of,
)
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.cores import (
    Surroundings,
    core_p_values,
    critical_neighbours,
    industry_within,
    standing,
    surroundings,
)
from buzzline.clusters.industries import Industries, Industry, industries_of
from buzzline.clusters.tabulating import Delineated, clustering_of
from buzzline.errors import TooFew
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Count, Draws, Quantity, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import beyond_chance, false_discovery_cut
from buzzline.space.precision import precision_km
from buzzline.space.sites import Sites, sites_of
from buzzline.space.threads import spread
from buzzline.tables.study import Study

SCALES_KM = (0.4, 1.0, 5.0, 10.0, 20.0)  # Carlino, Buzard et al.: from a block to a commute
ALMOST_ALL = 0.95  # of all organisations in one industry: nothing to hold it against


@dataclass(frozen=True, slots=True)
class CoreRule:
    """When an organisation counts as a core point.

    Attributes
    ----------
    p : share
        Largest relabelling p-value of a core point.
    neighbours : count
        Fewest others of its industry within reach of a core point.
    false_discovery_rate : share
        Rate at which false discoveries are held, over core points of all organisations, scales
        and industries, and again over the clusters reported.
    """

    p: Share = 0.005
    neighbours: Count = 4
    false_discovery_rate: Share = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class _Map:
    scales_km: tuple[float, ...]
    sites: Sites
    precision_km: Floats
    around: dict[float, Surroundings]

    @property
    def located(self) -> Indices:
        return as_indices(np.flatnonzero(self.sites.located))


@analysis("clusters", "Where is an industry denser than all organisations together?")
def candidate_clusters(
    study: Study,
    *,
    industries: Industries = None,
    scales_km: Annotated[Sequence[float], Quantity("km", 0.01, 500)] = SCALES_KM,
    rule: CoreRule = CoreRule(),  # frozen
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
    progress: Progress = silent,
) -> Clustering:
    """Find the places where an industry is denser than all organisations together.

    Answers where the candidate clusters of each industry are, at which scale, who belongs to
    them and how sure that is. It is the first of two tests: whether a candidate is also
    socially separate (own labour market, own linkages) is not tested here.

    Parameters
    ----------
    study : Study
        Needs `organisations` with `longitude`, `latitude` and `industry` (or `activities`).
    industries : names, mapping of group name to industries, or None
        None takes the twelve most numerous.
    scales_km : km
        Radii at which neighbours are counted; those finer than the coordinates are not
        examined.
    rule : CoreRule
    level : share
        Confidence level of the ratio of observed to expected members.
    draws : draws
        Relabellings of the whole map behind the p-value of each cluster; 0 leaves it out.
    rng : Generator, int or None

    Returns
    -------
    Clustering

    Raises
    ------
    TooFew
        Fewer than ten organisations have coordinates.
    InvalidArgument
        An industry that no organisation has.

    Notes
    -----
    Core points are joined into candidates when their discs overlap. Candidates of all scales
    form a tree; reported are the nodes, none inside another, whose Bernoulli log-likelihood
    ratios [3]_ sum to the most. A cluster's p-value is the share of relabelled maps whose
    strongest candidate, anywhere and at any scale, is at least as strong; beyond the strongest
    of all relabelled maps it is the tail of a Gumbel distribution fitted to them [4]_.

    References
    ----------
    .. [1] Carlino, G., Carr, J., Hunt, R., Smith, T. (2012). The agglomeration of R&D labs.
       Federal Reserve Bank of Philadelphia Working Paper 12-22.
    .. [2] Buzard, K., Carlino, G., Hunt, R., Carr, J., Smith, T. (2017). The agglomeration of
       American R&D labs. Journal of Urban Economics 101. doi:10.1016/j.jue.2017.05.007
    .. [3] Kulldorff, M. (1997). A spatial scan statistic. Communications in Statistics: Theory
       and Methods 26(6). doi:10.1080/03610929708831995
    .. [4] Abrams, A., Kleinman, K., Kulldorff, M. (2010). Gumbel based p-value approximations
       for spatial scan statistics. International Journal of Health Geographics 9.
       doi:10.1186/1476-072X-9-61

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> world = make_world(organisations=600, clusters=3, rng=1)
    >>> found = candidate_clusters(world.study, draws=199, rng=1)
    >>> found.clusters.height >= 3
    True
    """
    seed = seed_of(rng)
    chart = _map_of(study, sorted(scales_km))
    chosen = industries_of(study, industries)
    cut = _false_discovery_cut(chart, chosen, rule, progress)
    each = []
    for industry in told(progress, "candidate clusters", chosen):
        found = _delineate(chart, industry, min(rule.p, cut), rule)
        strongest = _by_chance(chart, found, rule, draws, seed)
        each.append(_with_p(found, strongest))
    return clustering_of(
        study, chart.sites, each, level=level, rate=rule.false_discovery_rate, draws=draws
    )


def delineated(
    study: Study,
    *,
    industries: Industries = None,
    scales_km: Sequence[float] = SCALES_KM,
    rule: CoreRule = CoreRule(),  # frozen
) -> list[Delineated]:
    """Return what `candidate_clusters` finds before it is held against chance and written out.

    For nulls that delineate anew many times; parameters as there.
    """
    chart = _map_of(study, sorted(scales_km))
    chosen = industries_of(study, industries)
    cut = _false_discovery_cut(chart, chosen, rule, silent)
    return [_delineate(chart, industry, min(rule.p, cut), rule) for industry in chosen]


def _map_of(study: Study, scales_km: Sequence[float]) -> _Map:
    sites = sites_of(study.organisations)
    n_located = int(sites.located.sum())
    if n_located < 10:
        raise TooFew(
            f"candidate_clusters: only {n_located} organisations have coordinates, at least 10 "
            "are needed. Add `longitude` and `latitude`, or `city` and `country` for the "
            "gazetteer."
        )
    precision = precision_km(study.organisations)
    fine = float(precision[sites.located].min())
    around = {scale: surroundings(sites, scale) for scale in scales_km if scale >= fine}
    return _Map(tuple(scales_km), sites, precision, around)


def _examined(chart: _Map, industry: Industry) -> dict[float, str]:
    located = industry.active & chart.sites.located
    n_located = int(located.sum())
    if why := _unseen(chart, n_located):
        return dict.fromkeys(chart.scales_km, why)
    status = {}
    for scale in chart.scales_km:
        coarse = float(np.mean(chart.precision_km[located] > scale)) if n_located else 0.0
        if n_located < 5:
            status[scale] = f"not examined: only {n_located} organisations have coordinates"
        elif coarse > 0.5:
            status[scale] = (
                f"not examined: {coarse:.0%} of coordinates are less exact than {scale:g} km"
            )
        else:
            status[scale] = "examined"
    return status


def _unseen(chart: _Map, n_located: int) -> str:
    """Return why no cluster could be seen, wherever it were; "" where one could."""
    if chart.sites.n_here.size == 1:
        return (
            "not examined: all organisations stand at one point, so nothing is denser than the "
            "rest; add coordinates of addresses, or organisations elsewhere"
        )
    n_all = int(chart.sites.n_here.sum())
    if n_located < n_all * ALMOST_ALL:
        return ""
    return (
        f"not examined: {n_located:,} of {n_all:,} organisations are of this industry, so "
        "there is no background; add organisations of other industries"
    )


def _false_discovery_cut(
    chart: _Map, industries: Sequence[Industry], rule: CoreRule, progress: Progress
) -> float:
    p_values, weights = [], []
    for industry in told(progress, "counting neighbours", industries):
        status = _examined(chart, industry)
        for scale, around in chart.around.items():
            if status[scale] == "examined":
                n_industry = standing(around, industry.active)
                counts = industry_within(around, n_industry)
                p_values.append(core_p_values(around, n_industry, counts))
                weights.append(n_industry[n_industry > 0])
    if not p_values:
        return 0.0
    together = np.concatenate(p_values), np.concatenate(weights)
    return false_discovery_cut(*together, rule.false_discovery_rate)


def _delineate(chart: _Map, industry: Industry, p_core: float, rule: CoreRule) -> Delineated:
    status = _examined(chart, industry)
    levels = []
    for scale, around in chart.around.items():
        if status[scale] != "examined":
            continue
        n_industry = standing(around, industry.active)
        counts = industry_within(around, n_industry)
        p = core_p_values(around, n_industry, counts)
        is_core = np.zeros(n_industry.size, np.bool_)
        is_core[n_industry > 0] = (p <= p_core) & (counts >= rule.neighbours)
        levels.append(candidates_at(around, n_industry, is_core))
    tree = tree_of(levels, industry.active)
    return Delineated(industry, tuple(levels), tree, status, np.empty(0))


def _by_chance(chart: _Map, found: Delineated, rule: CoreRule, draws: int, seed: int) -> Floats:
    n_marked = int((found.industry.active & chart.sites.located).sum())
    if not draws or not found.tree.strength.size:
        return np.empty(0)
    levels = [
        (around, _critical(around, n_marked, rule))
        for around in (level.around for level in found.levels)
    ]
    located = chart.located
    name = found.industry.name

    def strongest(draw: int) -> float:
        source = child(seed, "relabel", name, draw)
        return strongest_by_chance(levels, located, n_marked, rng=source)

    return as_floats(list(spread(strongest, range(draws))))


def _critical(around: Surroundings, n_marked: int, rule: CoreRule) -> Indices:
    return critical_neighbours(around, n_marked, p_core=rule.p, min_core=rule.neighbours)


def _with_p(found: Delineated, strongest: Floats) -> Delineated:
    strength = found.tree.strength
    p = beyond_chance(strength, strongest) if strongest.size else np.full(strength.size, np.nan)
    return Delineated(found.industry, found.levels, found.tree, found.status, as_floats(p))
