"""The density of pair distances of an industry, and of industries that chance deals.

Every curve, observed or simulated, is smoothed with its own bandwidth. One common bandwidth
would be simpler, but the observed industry would have chosen it: a concentrated industry has a
small one, its simulated rivals would be drawn too rough, and the two would no longer be alike
under the null.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from buzzline.agglomeration.gridded import Plan, gridded_distances, is_quicker, plan_of
from buzzline.agglomeration.pair_distances import (
    BINS,
    FINE_BINS,
    Frame,
    PairDistances,
    frame_of,
    pair_distances,
    silverman_km,
)
from buzzline.agglomeration.point_nulls import PointNull, draw_cases, rows_of_weights
from buzzline.agglomeration.smoothing import TWICE, better_frame, density_at
from buzzline.arrays import Floats, Indices
from buzzline.randomness import child
from buzzline.space.points import Points
from buzzline.space.threads import spread

SAMPLE_FOR_REACH = 10_000  # points: the median of fifty million pairs
SAMPLE_FOR_BANDWIDTH = 5_000
SAFE = 0.9  # the bandwidth of a draw is hardly ever that much smaller than expected
FEWEST_ON_GRID = 1_500


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One density of pair distances.

    Attributes
    ----------
    value : (r,) float64 [1/km]     NaN where all pairs are at one distance
    bandwidth_km : float
    error_share : float             bound on what gridding changes; 0 where pairs are counted
    """

    value: Floats
    bandwidth_km: float
    error_share: float


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Where an industry can stand, and at which distances its density is read.

    Attributes
    ----------
    points : Points
    jobs : (n,) float64 or None     None: every point counts as one
    km : (r,) float64 [km]          0 to the reach
    null : PointNull
    frame : Frame                   bins of the simulated histograms
    """

    points: Points
    jobs: Floats | None
    km: Floats
    null: PointNull
    frame: Frame


def ground_of(
    points: Points, km: Floats, *, jobs: Floats | None = None, null: PointNull = "all_sites"
) -> Ground:
    """Return the ground of a population of points."""
    reach = TWICE * float(km.max())
    return Ground(points, jobs, km, null, frame_of(points, reach_km=reach, bins=BINS))


def median_distance_km(points: Points, rng: np.random.Generator) -> float:
    """Return the median distance between two points [km], of a sample where there are many."""
    n = len(points)
    if n > SAMPLE_FOR_REACH:
        points = points.at(rng.choice(n, SAMPLE_FOR_REACH, replace=False))
    pairs = pair_distances(points)
    below = np.cumsum(pairs.counts)
    return float(pairs.km[np.searchsorted(below, below[-1] / 2)])


def observed_curve(ground: Ground, rows: Indices, plan: Plan | None = None) -> Curve:
    """Return the density of the industry as it stands, from the finest bins."""
    points = ground.points.at(rows)
    if plan is None:
        reach = TWICE * float(ground.km.max())
        frame = frame_of(points, reach_km=reach, bins=FINE_BINS)
        return _exact(ground, points, _weights(ground, rows), frame)
    return _gridded(ground, points, _weights(ground, rows), plan)


def simulated_curves(
    ground: Ground, rows: Indices, pool: Indices, *, draws: int, seed: tuple[int, str],
    plan: Plan | None = None,
) -> Iterator[Curve]:  # fmt: skip
    """Yield the density of each of `draws` industries of equal size, dealt by the null.

    Each draw has a generator of its own and is computed by one thread, so the number of threads
    changes nothing.

    Parameters
    ----------
    ground : Ground
    rows : (n,) int64       the industry
    pool : (m,) int64       rows that may be drawn
    draws : int
    seed : (int, str)       of the analysis, and the name of the industry
    plan : Plan             of the gridded method; None: exact
    """

    def drawn(number: int) -> Curve:
        chosen = draw_cases(child(seed[0], "kdensity", seed[1], number), pool, rows.size)
        points = ground.points.at(chosen)
        weights = _weights(ground, rows_of_weights(ground.null, rows, chosen))
        if plan is None:
            return _exact(ground, points, weights, ground.frame, in_threads=False)
        return _gridded(ground, points, weights, plan)

    return spread(drawn, range(draws))


def quicker_plan(ground: Ground, rows: Indices, n: int) -> Plan | None:
    """Return a grid for n of these points when it is quicker than counting pairs, else None.

    The bandwidth that n points will have is that of a sample, scaled to the pairs of n.
    """
    if n < FEWEST_ON_GRID:
        return None
    sample = rows[:: max(1, rows.size // SAMPLE_FOR_BANDWIDTH)]
    reach = TWICE * float(ground.km[-1])
    points = ground.points.at(sample)
    found = pair_distances(points, frame=frame_of(points, reach_km=reach, bins=FINE_BINS))
    pairs = sample.size * (sample.size - 1) / (n * (n - 1))
    bandwidth = SAFE * silverman_km(found, reach) * pairs**0.2
    plan = plan_of(ground.points.at(rows), reach_km=reach, bandwidth_km=bandwidth)
    return plan if plan is not None and is_quicker(plan, n) else None


def _weights(ground: Ground, rows: Indices) -> Floats | None:
    return None if ground.jobs is None else ground.jobs[rows]


def _exact(
    ground: Ground, points: Points, weights: Floats | None, frame: Frame,
    *, in_threads: bool = True,
) -> Curve:  # fmt: skip
    pair = None if weights is None else (weights, weights)

    def counted(where: Frame) -> PairDistances:
        return pair_distances(points, weights=pair, frame=where, in_threads=in_threads)

    reach = float(ground.km[-1])
    found = counted(frame)
    bandwidth = silverman_km(found, TWICE * reach)
    better = better_frame(points, frame, bandwidth_km=bandwidth, furthest_km=reach)
    if better is not None:
        found = counted(better)
    return Curve(density_at(found, ground.km, bandwidth), bandwidth, 0.0)


def _gridded(ground: Ground, points: Points, weights: Floats | None, plan: Plan) -> Curve:
    found = gridded_distances(points, plan, weights=weights)
    bandwidth = silverman_km(found, TWICE * float(ground.km[-1]))
    error = plan.error_share(bandwidth) if bandwidth > 0 else 0.0
    return Curve(density_at(found, ground.km, bandwidth), bandwidth, error)
