"""Which clusters of a place are strong, by the rules in use, and would they be next time?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.bases import (
    Base,
    bases,
    dispersion_of,
    only_industries,
    rows_of,
)
from buzzline.agglomeration.cluster_rules import StrongRule, cluster_stars, strong_cells
from buzzline.agglomeration.employment import EmploymentMatrix, by_cluster, employment_matrix
from buzzline.agglomeration.quotient_errors import (
    Totals,
    effective_plants,
    quotient_interval,
    totals_of,
)
from buzzline.agglomeration.specialisation import location_quotients
from buzzline.agglomeration.strength_measures import (
    neighbour_strength,
    neighbours_of,
    related_clusters,
    related_strength,
)
from buzzline.agglomeration.unseen_places import RankedAmong, Unseen, unseen_places
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Flags, Floats
from buzzline.errors import TooFew
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Kilometres, Share, Years
from buzzline.randomness import Seed, child, seed_of
from buzzline.tables.study import Study


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StrongClusters:
    """Every cluster of every place: is it strong, how many stars, how stable is that.

    Attributes
    ----------
    clusters : DataFrame
        One row a place and cluster with jobs, strong ones first and among them the largest
        lower end: `place_id`, `name`, `cluster`, `jobs`, `establishments`, `value` (location
        quotient), `low`, `high`, `level`, `is_strong`, `stability` (share of redrawn years in
        which the cell is strong), `stars`, `star_size`, `star_specialisation`, `star_focus`,
        `related` and `neighbours` (mean quotient of related clusters, and of the same cluster
        in neighbouring places).
    related : DataFrame
        Pairs of related clusters: `cluster`, `other`.
    rule : StrongRule
    base : str
        What the quotients are held against; "all" where no industry is told to be traded.
    n_places : int
    suppressed_share : share
    level : share
    draws : int
    notes : tuple of str
    ranked_among : which places quotients are ranked among
    publication_floor : int     cells of fewer establishments are not published; 1: all are
    are_industries : bool       no industry belongs to a cluster: each was ranked alone
    """

    clusters: pl.DataFrame
    related: pl.DataFrame
    rule: StrongRule
    base: Base
    n_places: int
    suppressed_share: float
    level: Share
    draws: int
    notes: tuple[str, ...] = ()
    ranked_among: RankedAmong = "places_with_jobs"
    publication_floor: int = 1
    are_industries: bool = False
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a place and cluster, strong ones first."""
        return self.clusters

    def __str__(self) -> str:
        strong = self.clusters.filter("is_strong")
        one = "industry" if self.are_industries else "cluster"
        many = "single industries, not clusters, are strong" if self.are_industries else (
            "strong clusters"
        )  # fmt: skip
        said = (
            f"{strong.height:,} {many} among {self.clusters.height:,} pairs of place and {one} "
            f"in {self.n_places:,} places"
        )
        redrawn_ones = strong.filter(pl.col("stability").is_not_nan()).height
        if strong.height and self.draws and not redrawn_ones:
            said += (
                "; whether they would be strong again cannot be told, as the number of plants "
                "is not known"
            )
        elif strong.height and self.draws:
            stable = strong.filter(pl.col("stability") >= self.level).height
            said += (
                f"; {stable:,} of them would be strong again in at least {self.level:.0%} of "
                "redrawn years"
            )
        if strong.height:
            top = strong.row(0, named=True)
            between = "" if top["low"] is None else f" [{top['low']:.3g}, {top['high']:.3g}]"
            said += (
                f". Most surely {top['cluster']} in {top['name']}: {top['value']:.3g} "
                f"times{between} its share of all places"
            )
        hidden = self.suppressed_share
        told = f" {hidden:.1%} of jobs are in no known cell." if hidden > 0 else ""
        alone = f" {NO_CLUSTERS}" if self.are_industries else ""
        return f"{said}. {_ranked(self.ranked_among, self.publication_floor)}{told}{alone}"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.clusters._repr_html_()}"


@analysis("agglomeration", "Which clusters are strong in which place, and would they be again?")
def strong_clusters(
    study: Study,
    *,
    rule: StrongRule = StrongRule(),  # noqa: B008  # frozen
    neighbours_within: Kilometres = 150.0,
    draws: Draws = 199,
    level: Share = 0.95,
    year: Years | None = None,
    rng: Seed = None,
    progress: Progress = silent,
) -> StrongClusters:
    """Find the strong clusters of each place, and how sure each label is.

    Answers which clusters of related industries a place is known for, by the rule of US Cluster
    Mapping and by the stars of the European Cluster Observatory.

    Parameters
    ----------
    study : Study
        Needs the table `employment`, or organisations with places and industries. Industries
        are summed into `industries.cluster`; without it each industry is its own cluster.
    rule : StrongRule
        When a cluster is strong, and for what it gets a star.
    neighbours_within : km
        How far apart neighbouring places are at most, centre to centre.
    draws : draws
        How many years are redrawn for `stability`.
    level : share
        Confidence level of the intervals.
    year : years
        Which year of `employment`; the latest by default.
    rng : seed or generator
    progress : callable
        Told how far the redrawing is.

    Returns
    -------
    StrongClusters

    Raises
    ------
    TooFew
        Nothing is known of jobs by place and industry, or fewer than two places or clusters.

    Notes
    -----
    Where the study tells which industries are traded, only traded clusters are judged, against
    all traded jobs, as US Cluster Mapping does. For `stability` each cell is drawn anew: plants
    from a Poisson distribution around their number, sizes as dispersed as in the industry
    (gamma); quotients, percentiles and the rule follow. It is the chance that the label
    would be given again if the places stayed as they are and only the luck of single plants
    changed; it is not a p-value. Cells without a job stay without one.

    References
    ----------
    .. [1] Delgado, M., Porter, M. E., Stern, S. (2016). Defining clusters of related
       industries. Journal of Economic Geography 16(1). doi:10.1093/jeg/lbv017
    .. [2] Delgado, M., Porter, M. E., Stern, S. (2014). Clusters, convergence, and economic
       performance. Research Policy 43(10). doi:10.1016/j.respol.2014.05.007

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=400, clusters=2, rng=1).study
    >>> strong_clusters(study, draws=19, rng=1).clusters.columns[5:8]
    ['value', 'low', 'high']
    """
    matrix, are_industries = _clusters_of(employment_matrix(study, year=year))
    known = matrix.industries["traded"].null_count() < matrix.industries.height
    base: Base = "traded" if known else "all"
    block, totals = bases(matrix, matrix.jobs, base)[0]
    matrix = only_industries(matrix, block)
    among = rule.places(matrix.publication_floor)
    unseen = unseen_places(matrix.jobs, matrix.establishments, totals, among=among,
                           floor=matrix.publication_floor)  # fmt: skip
    found, related = _measured(matrix, totals, (rule, unseen), (neighbours_within, level))
    stability = label_stability(
        (matrix.jobs, matrix.establishments, dispersion_of(matrix)),
        totals, rule=rule, unseen=unseen, draws=draws, rng=rng, progress=progress,
    )  # fmt: skip
    columns = {"jobs": matrix.jobs, "establishments": matrix.establishments, **found}
    columns["stability"] = stability
    rows = rows_of(matrix, np.nan_to_num(matrix.jobs) > 0, columns).drop("industry")
    order = ["is_strong", "low", "value"]
    rows = rows.rename({"title": "cluster"}).select(COLUMNS)
    return StrongClusters(
        rows.sort(order, descending=True, nulls_last=True), _pairs(matrix, related), rule, base,
        matrix.places.height, float(matrix.suppressed_share), level, draws,
        _said(matrix, are_industries), among, matrix.publication_floor, are_industries,
    )  # fmt: skip


NO_CLUSTERS = (
    "No industry belongs to a cluster here, so each was ranked alone: related industries add "
    "up to no cluster. Fill `industries.cluster` (`read_cbp` takes definitions; "
    "`industry_groups` proposes some)."
)
COLUMNS = (
    "place_id", "name", "cluster", "jobs", "establishments", "value", "low", "high", "level",
    "is_strong", "stability", "stars", "star_size", "star_specialisation", "star_focus",
    "related", "neighbours",
)  # fmt: skip


def _measured(
    matrix: EmploymentMatrix,
    totals: Totals,
    ranks: tuple[StrongRule, Unseen | None],
    how: tuple[Kilometres, Share],
) -> tuple[dict[str, Floats], Flags]:
    """Return what is known of each cell without drawing, and which clusters are related."""
    (rule, unseen), (within_km, level) = ranks, how
    quotient = location_quotients(matrix.jobs, totals)
    plants = effective_plants(matrix.establishments, dispersion_of(matrix))
    # Without any count of establishments, their part of the rule asks the same of jobs.
    counted = matrix.establishments if np.isfinite(plants).any() else matrix.jobs
    low, high = quotient_interval(matrix.jobs, plants, totals, level=level)
    focus = matrix.jobs / np.where(totals.place > 0, totals.place, np.nan)[:, None]
    starred = cluster_stars(matrix.jobs, quotient, focus, rule=rule, unseen=unseen)
    related = related_clusters(np.nan_to_num(focus))
    found = {
        "value": quotient, "low": low, "high": high, "level": np.full(low.shape, level),
        "is_strong": strong_cells(quotient, matrix.jobs, counted, rule=rule, unseen=unseen),
        "stars": starred.sum(axis=0), "star_size": starred[0],
        "star_specialisation": starred[1], "star_focus": starred[2],
        "related": related_strength(quotient, related.astype(np.float64)),
        "neighbours": neighbour_strength(quotient, neighbours_of(matrix.places, within_km)),
    }  # fmt: skip
    return found, related


def label_stability(
    cells: tuple[Floats, Floats, Floats],
    totals: Totals,
    *,
    rule: StrongRule,
    unseen: Unseen | None = None,
    draws: Draws = 199,
    rng: Seed = None,
    progress: Progress = silent,
) -> Floats:
    """Return how often each cell would be strong if its plants were drawn again.

    Parameters
    ----------
    cells : jobs (r, c), establishments (r, c), dispersion (c,) of plant sizes
    totals : Totals
        Published totals; what is in no cell of the matrix is kept as it is.
    rule : StrongRule
    unseen : Unseen, optional
        As in `strong_cells`; it stays as it is.
    draws : draws
    rng : seed or generator
    progress : callable

    Returns
    -------
    (r, c) float64 [share]
        NaN where establishments are not known, and everywhere without draws.
    """
    jobs, establishments, _ = cells
    known = np.isfinite(jobs) & np.isfinite(establishments)
    if not draws or not known.any():
        return np.full(jobs.shape, np.nan)
    seed, times = seed_of(rng), np.zeros(jobs.shape)
    here = totals_of(np.where(known, jobs, np.nan))
    for draw in told(progress, "drawing plants again", range(draws)):
        again, plants = redrawn(child(seed, "plants", draw), cells)
        new = totals_of(again)
        moved = Totals(
            totals.place + new.place - here.place,
            totals.industry + new.industry - here.industry,
            totals.everything + new.everything - here.everything,
        )
        times += strong_cells(
            location_quotients(again, moved), again, plants, rule=rule, unseen=unseen
        )
    return np.where(known, times / draws, np.nan)


def redrawn(
    rng: np.random.Generator, cells: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats]:
    """Return jobs and establishments of one more year with the same places.

    Parameters
    ----------
    rng : Generator
    cells : jobs (r, c), establishments (r, c), dispersion (c,) of plant sizes

    Returns
    -------
    jobs, establishments : (r, c) float64
        NaN where either is not known. Their means are the cells as they are; the variance of
        jobs is jobs² (1 + dispersion) / establishments.
    """
    jobs, establishments, dispersion = cells
    known = np.isfinite(jobs) & np.isfinite(establishments)
    plants = rng.poisson(np.where(known, establishments, 0.0)).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.where(known & (establishments > 0), jobs / establishments, 0.0)
    spread = np.maximum(np.nan_to_num(dispersion), 1e-9)
    again = rng.gamma(np.maximum(plants, 1e-9) / spread) * spread * size
    return (
        np.where(known, np.where(plants > 0, again, 0.0), np.nan),
        np.where(known, plants, np.nan),
    )


def _ranked(among: RankedAmong, floor: int) -> str:
    """Say among which places quotients are ranked, and why."""
    if among == "all_places":
        return "Quotients are ranked among all places, those without jobs lowest."
    withheld = f"cells of fewer than {floor} establishments are not published"
    if among == "possible_places" and floor > 1:
        return (
            "Quotients are ranked among the places that have or may have jobs in the cluster, "
            f"as {withheld}."
        )
    reach = "Quotients are ranked among the places with jobs in the cluster"
    return f"{reach}, although {withheld}." if floor > 1 else f"{reach}."


def _said(matrix: EmploymentMatrix, are_industries: bool) -> tuple[str, ...]:
    notes = (*matrix.notes, NO_CLUSTERS) if are_industries else matrix.notes
    if np.isfinite(matrix.establishments).any():
        return notes
    return (
        *notes,
        "Numbers of establishments are not known: their part of the rule was not applied, and "
        "neither intervals nor the stability of labels can be told.",
    )


def _clusters_of(matrix: EmploymentMatrix) -> tuple[EmploymentMatrix, bool]:
    """Return the matrix by cluster, and whether each industry had to be its own cluster."""
    has = matrix.industries["cluster"].null_count() < matrix.industries.height
    found = by_cluster(matrix) if has else matrix
    if min(found.jobs.shape) < 2 or not np.nansum(found.jobs) > 0:
        raise TooFew(
            f"strong_clusters: a rule that compares places needs jobs in at least two places "
            f"and two clusters; there are {found.jobs.shape[0]} and {found.jobs.shape[1]}. "
            "Fill `jobs` in the table `employment`."
        )
    return found, not has


def _pairs(matrix: EmploymentMatrix, related: Flags) -> pl.DataFrame:
    titles = matrix.industries.select(pl.coalesce("title", "industry"))["title"]
    one, other = np.nonzero(related)
    return pl.DataFrame({"cluster": titles.gather(one), "other": titles.gather(other)})
