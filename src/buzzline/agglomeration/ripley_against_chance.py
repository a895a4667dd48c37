"""Ripley's K, L, g and D of plain points against chance, with edge correction in a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from buzzline.agglomeration.curve_tests import CurveAgainstChance, compared
from buzzline.agglomeration.pairs import Correction
from buzzline.agglomeration.point_nulls import draw_cases, flags_of, pool_of
from buzzline.agglomeration.ripley import besag_l, pair_correlation, ripley_k
from buzzline.arrays import Flags, Floats, as_floats, as_indices
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.space.cells import distances_of
from buzzline.space.points import Points
from buzzline.space.threads import spread
from buzzline.space.windows import Window

FEWEST_DRAWS = 2
Measure = Literal["K", "L", "g", "D"]
UNITS = {"K": "K [km2]", "L": "L less r [km]", "g": "g [ratio]", "D": "D [km2]"}


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Where points could have been seen, and what makes up for what was not.

    Attributes
    ----------
    window : Window or None     None: the globe
    correction : "none", "border", "translate" or "isotropic"
    """

    window: Window | None = None
    correction: Correction = "isotropic"


def ripley_against_chance(
    points: Points,
    distances_km: ArrayLike,
    *,
    seen: Seen | Window | None = None,
    cases: ArrayLike | None = None,
    measure: Measure = "K",
    draws: Draws = 999,
    level: Share = 0.95,
    rng: Seed = None,
) -> CurveAgainstChance:
    """Return K, L, g or D of points in a window, with the bands that chance gives.

    Parameters
    ----------
    points : Points
    distances_km : (k,) float64 [km]
        Rising.
    seen : Window or Seen
        The window on the plane, or window and edge correction; left out on the globe.
    cases : (n,) bool, optional
        Then the curve is that of the cases, and chance deals the cases among all points
        (relabelling; cases against controls when these alone are given). Left out, chance
        scatters as many points evenly in the window, or over the globe (complete spatial
        randomness).
    measure : "K", "L", "g" or "D"
        `ripley_k`; `besag_l`, which on the globe is the radius of the cap less r;
        `pair_correlation`, on the plane; K of the cases less K of the other points.
    draws : draws
    level : share
    rng : Generator, int or None

    Returns
    -------
    CurveAgainstChance

    Raises
    ------
    TooFew
        Fewer than two points, cases (for "D": others) or draws.
    InvalidArgument
        A measure or correction there is not, "D" without cases, points outside the window.

    Notes
    -----
    Observed and dealt curves are corrected alike, so the p-value of the whole curve is exact
    under its null whatever the correction.

    References
    ----------
    .. [1] Ripley, B. D. (1977). Modelling spatial patterns. Journal of the Royal Statistical
       Society B 39(2). doi:10.1111/j.2517-6161.1977.tb01615.x

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> from buzzline.space.windows import rectangle
    >>> points = on_plane(*np.random.default_rng(1).normal(5, 1, (2, 60)).clip(0, 10))
    >>> window = rectangle((0, 10), (0, 10))
    >>> ripley_against_chance(points, [0.5, 1, 2], seen=window, draws=99, rng=1).verdict
    'localised'
    """
    if measure not in UNITS or (measure == "D" and cases is None):
        raise InvalidArgument(
            f"ripley_against_chance: the measure {measure!r} is not there, or needs `cases`; "
            f"choose {', '.join(UNITS)} ('D' compares cases with the other points)"
        )
    if draws < FEWEST_DRAWS:
        raise TooFew(f"ripley_against_chance: at least {FEWEST_DRAWS} draws, got {draws}")
    where = seen if isinstance(seen, Seen) else Seen(seen)
    km, seed = distances_of(points, as_floats(distances_km)).km, seed_of(rng)
    flags = None if cases is None else flags_of(len(points), "cases", cases)
    n, dealt, chance = _dealing(points, where, flags)
    measured = _MEASURES[measure]
    whole = np.ones(len(points), np.bool_) if flags is None else flags
    observed = measured(points, whole, km, where)

    def drawn(number: int) -> Floats:
        return measured(*dealt(child(seed, "ripley_against_chance", number)), km, where)

    simulated = np.vstack(list(spread(drawn, range(draws))))
    return compared(
        km, observed, simulated, level=level, n=n, what=UNITS[measure], chance=chance
    )


Dealing = Callable[[np.random.Generator], tuple[Points, Flags]]


def _dealing(points: Points, where: Seen, flags: Flags | None) -> tuple[int, Dealing, str]:
    """Return how many points the curve is of, how chance deals them, and that in words."""
    total = len(points)
    if flags is None:
        every = np.ones(total, np.bool_)

        def scattered(rng: np.random.Generator) -> tuple[Points, Flags]:
            if where.window is not None:
                return where.window.scattered(total, rng), every
            towards = rng.normal(size=(total, 3))
            length = np.linalg.norm(towards, axis=1, keepdims=True)
            return Points(
                as_floats(points.radius_km * towards / length), points.radius_km
            ), every

        return total, scattered, "points scattered evenly"
    rows = as_indices(np.flatnonzero(flags))
    pool = pool_of("relabelling", rows, total)

    def relabelled(rng: np.random.Generator) -> tuple[Points, Flags]:
        chosen = np.zeros(total, np.bool_)
        chosen[draw_cases(rng, pool, rows.size)] = True
        return points, chosen

    return rows.size, relabelled, f"cases dealt among {total:,} points"


def _k(points: Points, cases: Flags, km: Floats, seen: Seen) -> Floats:
    return ripley_k(points.at(cases), km, seen.window, correction=seen.correction)


def _l(points: Points, cases: Flags, km: Floats, seen: Seen) -> Floats:
    k = _k(points, cases, km, seen)
    if not points.is_sphere:
        return besag_l(k, km)
    share = np.minimum(k / (4 * pi * points.radius_km**2), 1)
    return as_floats(points.radius_km * np.arccos(1 - 2 * share) - km)


def _g(points: Points, cases: Flags, km: Floats, seen: Seen) -> Floats:
    if seen.window is None:
        raise InvalidArgument("ripley_against_chance: 'g' needs points on a plane and a window")
    return pair_correlation(points.at(cases), km, seen.window, correction=seen.correction)


def _d(points: Points, cases: Flags, km: Floats, seen: Seen) -> Floats:
    return as_floats(_k(points, cases, km, seen) - _k(points, ~cases, km, seen))


_MEASURES = {"K": _k, "L": _l, "g": _g, "D": _d}
