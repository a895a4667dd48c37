"""Which cells of a table of places and industries does a published rule call a cluster?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from buzzline.agglomeration.checks import as_jobs, one_each, same_shape
from buzzline.agglomeration.unseen_places import RankedAmong, Unseen, percentile
from buzzline.arrays import Flags, Floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Ratio, Share


@dataclass(frozen=True, slots=True)
class StrongRule:
    """When a cluster is strong (US Cluster Mapping), and for what it gets a star (Europe).

    Attributes
    ----------
    quotient_percentile : share     of places with jobs in it, by location quotient, that a
        strong cluster leaves behind: 0.75; the 90th percentile is their "strong 10 %".
    least_quotient : ratio          and its location quotient is at least this
    jobs_percentile : share         and it has more jobs than this share of places
    plants_percentile : share       and more establishments than this share of places
    ranked_among : which places are ranked; see `unseen_places`. Default: those with jobs, as
        published by US Cluster Mapping; where cells of few establishments are withheld, also
        those that may have some ("possible_places")
    ties : "in" or "out"            whether a quotient equal to the percentile is strong: they
        let it in, but not for their weaker labels "qualifying" (percentile 0.25) and
        "significant" (0.5), which ask no least quotient either
    star_size_top : share           one star for being in this top share by jobs
    star_quotient : ratio           one star for a location quotient of at least this
    star_focus_top : share          one star for this top share by share of the place's jobs

    Raises
    ------
    InvalidArgument
        A percentile or share outside 0 to 1, or no such choice of places.
    """

    quotient_percentile: Share = 0.75
    least_quotient: Ratio = 1.0
    jobs_percentile: Share = 0.25
    plants_percentile: Share = 0.25
    ties: Literal["in", "out"] = "in"
    star_size_top: Share = 0.1
    star_quotient: Ratio = 2.0
    star_focus_top: Share = 0.1
    ranked_among: RankedAmong | None = None

    def __post_init__(self) -> None:
        shares = [name for name in self.__slots__ if name.endswith(("percentile", "top"))]
        for name in shares:
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise InvalidArgument(f"StrongRule: `{name}` lies between 0 and 1, got {value}")
        if self.ranked_among is not None and self.ranked_among not in get_args(RankedAmong):
            raise InvalidArgument(
                f"StrongRule: `ranked_among` is one of {', '.join(get_args(RankedAmong))}, got "
                f"{self.ranked_among!r}"
            )

    def places(self, floor: int) -> RankedAmong:
        """Return which places are ranked in a table with this publication floor."""
        if self.ranked_among is not None:
            return self.ranked_among
        return "possible_places" if floor > 1 else "places_with_jobs"


def strong_cells(
    quotient: Floats,
    jobs: Floats,
    establishments: Floats,
    *,
    rule: StrongRule,
    unseen: Unseen | None = None,
) -> Flags:
    """Return which places are strong in which cluster.

    Parameters
    ----------
    quotient, jobs, establishments : (r, c) float64
        Of each cluster in each place; NaN is not known, and never strong.
    rule : StrongRule
    unseen : Unseen, optional
        What else is ranked, from `unseen_places`; without it places with jobs are.

    Returns
    -------
    (r, c) bool

    Notes
    -----
    Percentiles run over the places with jobs in the cluster and interpolate linearly. Checked
    against all 49,317 cells that US Cluster Mapping published for 2016: no mismatch in any of
    its four labels.

    References
    ----------
    .. [1] Delgado, M., Porter, M. E., Stern, S. (2016). Defining clusters of related
       industries. Journal of Economic Geography 16(1). doi:10.1093/jeg/lbv017

    Examples
    --------
    >>> jobs = np.array([[90.0], [50], [20], [5], [0]])
    >>> strong_cells(jobs / 30, jobs, jobs / 5, rule=StrongRule()).ravel().tolist()
    [True, False, False, False, False]
    """
    quotient, jobs, establishments = _alike(
        "strong_cells", quotient=quotient, jobs=jobs, establishments=establishments
    )
    there = np.nan_to_num(jobs) > 0
    hidden: list[tuple[Floats, Floats] | None] = [None, None, None]
    if unseen is not None:
        hidden = [(one, unseen.chance) for one in (unseen.quotient, unseen.jobs, unseen.plants)]
    cut = percentile(quotient, there, rule.quotient_percentile, unseen=hidden[0])
    least_jobs = percentile(jobs, there, rule.jobs_percentile, unseen=hidden[1])
    least_plants = percentile(establishments, there, rule.plants_percentile, unseen=hidden[2])
    with np.errstate(invalid="ignore"):
        return np.asarray(
            there
            & (quotient >= cut if rule.ties == "in" else quotient > cut)
            & (quotient >= rule.least_quotient)
            & (jobs > least_jobs)
            & (establishments > least_plants)
        )


def cluster_stars(
    jobs: Floats,
    quotient: Floats,
    focus: Floats,
    *,
    rule: StrongRule,
    unseen: Unseen | None = None,
) -> Flags:
    """Return the three stars of the European Cluster Observatory for each cell.

    Parameters
    ----------
    jobs, quotient, focus : (r, c) float64
        `focus`: the cluster's share of all jobs of the place.
    rule : StrongRule
    unseen : Unseen, optional
        As in `strong_cells`.

    Returns
    -------
    (3, r, c) bool
        For size, specialisation and focus.

    Notes
    -----
    The top 10 % are those of the same cluster over all places with jobs in it. The European
    Panorama of 2014-2016 took the top 20 % by size, specialisation, productivity and growth:
    `among_top` gives each of these.

    Examples
    --------
    >>> jobs = np.array([[90.0], [50], [20], [5]])
    >>> stars = cluster_stars(jobs, jobs / 20, jobs / 900, rule=StrongRule())
    >>> stars.sum(axis=0).ravel().tolist()
    [3, 1, 0, 0]
    """
    jobs, quotient, focus = _alike("cluster_stars", jobs=jobs, quotient=quotient, focus=focus)
    with np.errstate(invalid="ignore"):
        special = (np.nan_to_num(jobs) > 0) & (quotient >= rule.star_quotient)
    by_size, by_focus = None, None
    if unseen is not None:
        by_size, by_focus = (unseen.jobs, unseen.chance), (unseen.focus, unseen.chance)
    return np.stack(
        [
            among_top(jobs, jobs, rule.star_size_top, unseen=by_size),
            special,
            among_top(focus, jobs, rule.star_focus_top, unseen=by_focus),
        ]
    )


def among_top(
    values: Floats,
    jobs: Floats,
    top: Share,
    *,
    unseen: tuple[Floats, Floats] | None = None,
) -> Flags:
    """Return which cells are in the top share of their cluster, over places with jobs in it.

    Parameters
    ----------
    values : (r, c) float64
        What is ranked, e.g. jobs, growth or productivity.
    jobs : (r, c) float64
    top : share
    unseen : values (m, c) and weights (m, c), optional
        Further values that are ranked, each counted as so many places.

    Examples
    --------
    >>> one = np.array([[1.0], [2], [3], [4], [0]])
    >>> among_top(one, one, 0.2).ravel().tolist()
    [False, False, False, True, False]
    """
    there = np.nan_to_num(jobs) > 0
    with np.errstate(invalid="ignore"):
        return np.asarray(there & (values >= percentile(values, there, 1 - top, unseen=unseen)))


def litzenberger_sternberg(
    jobs: Floats, establishments: Floats, *, area: Floats, population: Floats
) -> Floats:
    """Return the cluster index of Litzenberger and Sternberg for each place and industry.

    Parameters
    ----------
    jobs, establishments : (r, s) float64
    area : (r,) float64 [km²]
    population : (r,) float64 [persons]

    Returns
    -------
    (r, s) float64 [ratio]
        Relative density times relative stock divided by relative plant size: 1 where a place
        is like all together, NaN where there is no job or no establishment.

    Raises
    ------
    InvalidArgument
        A number is negative, an area or population is 0 or not known, or shapes differ.

    Notes
    -----
    With s_e, s_a, s_p, s_b the place's shares of the industry's jobs, of area, of population
    and of the industry's establishments: (s_e / s_a) (s_e / s_p) / (s_e / s_b), so that
    s_e s_b / (s_a s_p). It has no interval of its own: its two random parts are the shares of
    jobs and of establishments, whose intervals are those of their location quotients.

    References
    ----------
    .. [1] Litzenberger, T., Sternberg, R. (2006). Der Clusterindex - eine Methodik zur
       Identifizierung regionaler Cluster am Beispiel deutscher Industriebranchen.
       Geographische Zeitschrift 94(4).

    Examples
    --------
    >>> one = litzenberger_sternberg(
    ...     np.array([[1743.0], [3997]]), np.array([[35.0], [18]]),
    ...     area=np.array([50.0, 526]), population=np.array([488.0, 4133]))
    >>> float(one[0, 0].round(5))
    21.87491
    """
    where = "litzenberger_sternberg"
    jobs, establishments = _alike(where, jobs=jobs, establishments=establishments)
    area = one_each(area, where, "area", n=len(jobs), above=True)
    population = one_each(population, where, "population", n=len(jobs), above=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        in_jobs = jobs / np.nansum(jobs, axis=0)
        in_plants = establishments / np.nansum(establishments, axis=0)
        in_area, in_people = area / area.sum(), population / population.sum()
        index = in_jobs * in_plants / (in_area * in_people)[:, None]
    there = (establishments > 0) & (jobs > 0)  # relative plant size is 0 / 0 elsewhere
    return np.asarray(np.where(there & np.isfinite(index), index, np.nan))


def _alike(where: str, **tables: Floats) -> list[Floats]:
    """Return tables of places and industries of one shape, at least 0 where known."""
    found = {name: as_jobs(values, where, name) for name, values in tables.items()}
    same_shape(where, **found)
    if not next(iter(found.values())).size:
        raise InvalidArgument(
            f"{where}: no places or no industries. Give at least one of each."
        )
    return list(found.values())


def howard_index(establishments: Floats) -> Floats:
    """Return for each pair of industries the share of pairs of plants that share a place.

    Parameters
    ----------
    establishments : (r, s) float64 [count]
        NaN (not known) counts as none.

    Returns
    -------
    (s, s) float64 [share]
        NaN on the diagonal where an industry has one plant: there is no pair.

    Notes
    -----
    Within an industry a plant makes no pair with itself.

    References
    ----------
    .. [1] Howard, E., Newman, C., Tarp, F. (2016). Measuring industry coagglomeration and
       identifying the driving forces. Journal of Economic Geography 16(5).
       doi:10.1093/jeg/lbv037

    Examples
    --------
    >>> float(howard_index(np.array([[2.0, 2], [1, 1]]))[0, 1].round(4))
    0.5556
    """
    plants = np.nan_to_num(as_jobs(establishments, "howard_index", "establishments"))
    total = plants.sum(axis=0)
    together = plants.T @ plants - np.diag(total)
    pairs = np.outer(total, total) - np.diag(total)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(together / pairs)


def expected_howard_index(establishments: Floats) -> float:
    """Return the index any pair of industries would show if plants were dealt at random.

    Parameters
    ----------
    establishments : (r, s) float64 [count]
        NaN (not known) counts as none.

    Returns
    -------
    float [share]
        Chance that two plants drawn without replacement share a place: exact, so that the
        excess index needs no simulation. NaN with fewer than two plants.

    Examples
    --------
    >>> round(expected_howard_index(np.array([[2.0, 2], [1, 1]])), 4)
    0.4667
    """
    plants = as_jobs(establishments, "expected_howard_index", "establishments")
    held = np.nan_to_num(plants).sum(axis=1)
    total = held.sum()
    if total < 2:
        return float("nan")
    return float((held * (held - 1)).sum() / (total * (total - 1)))
