"""Curves and hot spots of plain points against chance, on a plane or on the globe.

What `kdensity`, `m_function`, `m_density`, `ripley` and `hot_spots` do with a study, for points
without one: the same counts, the same deals and the same bands.

Two nulls need no study: "relabelling" makes n of the points the cases, which keep what stands
there; "all_sites" deals the cases to locations, with their own weights. For cases against
controls, hand over cases and controls alone: `points.at(cases | controls)`.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from buzzline.agglomeration.curve_tests import CurveAgainstChance, compared
from buzzline.agglomeration.m_curves import MGround, chance_bandwidth_km
from buzzline.agglomeration.point_nulls import flags_of, pool_of
from buzzline.agglomeration.simulated_curves import (
    ground_of,
    observed_curve,
    quicker_plan,
    simulated_curves,
)
from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.space.cells import distances_of
from buzzline.space.points import Points
from buzzline.space.standing import standing
from buzzline.space.threads import spread

FEWEST_DRAWS = 2
DealtTo = Literal["relabelling", "all_sites"]
SAID = {
    "relabelling": "cases dealt among {n:,} points",
    "all_sites": "cases dealt with their weights to {n:,} locations",
}


def kdensity_against_chance(
    points: Points,
    cases: ArrayLike,
    distances_km: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    null: DealtTo = "all_sites",
    draws: Draws = 999,
    level: Share = 0.95,
    rng: Seed = None,
) -> CurveAgainstChance:
    """Return the K-density of cases among points, with the bands that chance gives.

    Parameters
    ----------
    points : Points             all of them, on a plane or on the globe
    cases : (n,) bool
    distances_km : (k,) float64 [km]
        Rising; the last is the reach.
    weights : (n,) float64, optional
        Of each point, e.g. jobs: a pair weighs the product (`Kemp`).
    null : "all_sites" or "relabelling"
        The same without weights. For cases against controls, give these points alone.
    draws : draws
    level : share
    rng : Generator, int or None

    Returns
    -------
    CurveAgainstChance
        Density [1/km], its bands, p and verdict.

    Raises
    ------
    TooFew
        Fewer than two cases or draws, no other point, or all pairs at one distance.
    InvalidArgument
        Flags or weights that do not fit, a null there is not, distances that do not rise.

    Notes
    -----
    As in `kdensity`: every curve, observed or dealt, has its own bandwidth (Silverman's, of its
    pairs within twice the reach), and above some thousand points distances are gridded.

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> x, y = np.random.default_rng(1).random((2, 200)) * 100
    >>> near = np.hypot(x - 50, y - 50) < 20
    >>> kdensity_against_chance(on_plane(x, y), near, range(51), draws=99, rng=1).verdict
    'localised'
    """
    rows, pool = cases_dealt(points, cases, "kdensity_against_chance", null=null, draws=draws)
    jobs = None if weights is None else known_weights(points, weights)
    km = distances_of(points, as_floats(distances_km)).km
    if not km[-1] > 0:
        raise InvalidArgument(
            "kdensity_against_chance: the largest distance must be above 0 km"
        )
    ground = ground_of(points, km, jobs=jobs, null=null)
    observed = observed_curve(ground, rows, quicker_plan(ground, rows, rows.size))
    if not np.isfinite(observed.value).all():
        raise TooFew(
            "kdensity_against_chance: all pairs of cases are at one distance: no density"
        )
    plan = quicker_plan(ground, pool, rows.size)
    seed = (seed_of(rng), "cases")
    dealt = simulated_curves(ground, rows, pool, draws=draws, seed=seed, plan=plan)
    return compared(
        km, observed.value, np.vstack([curve.value for curve in dealt]), level=level,
        n=rows.size, what="K-density [1/km]", chance=SAID[null].format(n=pool.size),
    )  # fmt: skip


def m_against_chance(
    points: Points,
    cases: ArrayLike,
    distances_km: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    null: DealtTo = "all_sites",
    draws: Draws = 999,
    level: Share = 0.95,
    rng: Seed = None,
) -> CurveAgainstChance:
    """Return Marcon and Puech's M of cases among points, with the bands that chance gives.

    Parameters as in `kdensity_against_chance`; the curve is that of `marcon_puech_m`, and with
    "relabelling" weights stay where they are.

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> x, y = np.random.default_rng(1).random((2, 200)) * 100
    >>> near = np.hypot(x - 50, y - 50) < 20
    >>> m_against_chance(on_plane(x, y), near, [5, 10, 20], draws=99, rng=1).verdict
    'localised'
    """
    rows, pool = cases_dealt(points, cases, "m_against_chance", null=null, draws=draws)
    each = np.ones(len(points)) if weight is None else known_weights(points, weight)
    is_moved = weight is not None and null == "all_sites"
    counted = standing(points, as_floats(distances_km))
    around = None if is_moved else counted.everywhere(counted.at_places(each))
    ground = MGround(counted, each, rows, pool, is_moved, around)
    return _m_compared(ground, "M [ratio]", (null, draws, level, seed_of(rng)))


def m_density_against_chance(
    points: Points,
    cases: ArrayLike,
    distances_km: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    null: DealtTo = "all_sites",
    draws: Draws = 999,
    level: Share = 0.95,
    rng: Seed = None,
) -> CurveAgainstChance:
    """Return Lang, Marcon and Puech's m of cases among points, with the bands of chance.

    Parameters as in `kdensity_against_chance`. As in `m_density`, the bandwidth is the one so
    many points have on average, for the observed curve and the dealt ones alike; `lang_m` uses
    that of the cases themselves.

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> x, y = np.random.default_rng(1).random((2, 200)) * 100
    >>> near = np.hypot(x - 50, y - 50) < 20
    >>> m_density_against_chance(on_plane(x, y), near, [5, 10, 20], draws=99, rng=1).verdict
    'localised'
    """
    rows, pool = cases_dealt(points, cases, "m_density_against_chance", null=null, draws=draws)
    each = np.ones(len(points)) if weight is None else known_weights(points, weight)
    km, seed = distances_of(points, as_floats(distances_km)).km, seed_of(rng)
    width = chance_bandwidth_km(
        points, pool, rows.size, longest_km=float(km[-1]), rng=child(seed, "m", "bandwidth")
    )
    is_moved = weight is not None and null == "all_sites"
    counted = standing(points, km, bandwidth_km=width)
    around = None if is_moved else counted.everywhere(counted.at_places(each))
    ground = MGround(counted, each, rows, pool, is_moved, around)
    return _m_compared(ground, "m [ratio]", (null, draws, level, seed))


def _m_compared(
    ground: MGround, what: str, choices: tuple[DealtTo, int, float, int]
) -> CurveAgainstChance:
    null, draws, level, seed = choices
    observed = ground.curve(ground.roles(ground.rows, ground.weight))[0]
    if np.isnan(observed).all():
        raise TooFew("M: no case has anybody within any of the distances. Give longer ones.")

    def drawn(number: int) -> Floats:
        return ground.curve(ground.dealt(child(seed, what, "cases", number)))[0]

    return compared(
        ground.counted.distances.km, observed, np.vstack(list(spread(drawn, range(draws)))),
        level=level, n=ground.rows.size, what=what,
        chance=SAID[null].format(n=ground.pool.size),
    )  # fmt: skip


def cases_dealt(
    points: Points, cases: ArrayLike, name: str, *, null: str, draws: int
) -> tuple[Indices, Indices]:
    """Return the rows of the cases, and of all points, among which they are dealt.

    Raises
    ------
    TooFew
        Fewer than two cases or draws, or no other point.
    InvalidArgument
        A null there is not, or no flags.
    """
    if null not in SAID:
        raise InvalidArgument(
            f"{name}: there is no null {null!r}; choose {' or '.join(map(repr, SAID))}. For "
            "cases against controls, give these points alone."
        )
    if draws < FEWEST_DRAWS:
        raise TooFew(f"{name}: a band needs at least {FEWEST_DRAWS} draws, got {draws}")
    rows = as_indices(np.flatnonzero(flags_of(len(points), "cases", cases)))
    if rows.size < 2:
        raise TooFew(f"{name}: at least two cases are needed, got {rows.size}")
    return rows, pool_of("relabelling", rows, len(points))


def known_weights(points: Points, weights: ArrayLike) -> Floats:
    """Return the weight of each point.

    Raises
    ------
    InvalidArgument
        Another number of weights than points, or one that is negative or not known.
    TooFew
        All are 0.
    """
    found = as_floats(weights)
    if found.shape != (len(points),) or not np.isfinite(found).all() or (found < 0).any():
        raise InvalidArgument(
            f"weights must be {len(points):,} numbers of 0 or more, one a point; leave points "
            "of unknown weight out first"
        )
    if not found.any():
        raise TooFew("all weights are 0")
    return found
