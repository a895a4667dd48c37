"""The density of pair distances: a Gaussian over their histogram, reflected at zero.

    K(r) = 1 / (h W) sum over pairs w_ij [phi((r - d_ij) / h) + phi((r + d_ij) / h)]

with W the weight of all pairs, so that K integrates to 1 over [0, infinity): no distance is
lost below zero, and none beyond the largest asked for.
"""

from __future__ import annotations

from math import ceil, isnan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from buzzline.agglomeration.pair_distances import (
    BINS,
    FINE_BINS,
    Frame,
    PairDistances,
    frame_of,
    framed,
    pair_distances,
    silverman_km,
)
from buzzline.arrays import Floats, as_floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.kernels.kdensity import FAR, onto_nodes, smooth
from buzzline.quantities import Kilometres
from buzzline.space.points import Points

NODES_A_BANDWIDTH = 24
BINS_A_BANDWIDTH = 10  # fewer, and the pairs are counted again in narrower bins
TWICE = 2.0  # the bandwidth is that of the pairs within twice the largest distance asked for


def kdensity_at(
    points: Points,
    km: ArrayLike,
    *,
    other: Points | None = None,
    weights: Floats | tuple[Floats, Floats] | None = None,
    bandwidth_km: Kilometres | None = None,
) -> Floats:
    """Return the density of pair distances at some distances [1/km].

    Parameters
    ----------
    points : Points
        At least two.
    km : (r,) float64 [km]
    other : Points, optional
        Then the distances are those between the two sets (do they stand near each other?).
    weights : (n,) float64, or one array a set
        Jobs, for instance: a pair weighs the product (`Kemp`, the employment-weighted density).
    bandwidth_km : km, optional
        By default Silverman's, of the pairs within twice the largest of `km`.

    Returns
    -------
    (r,) float64
        NaN where all pairs are at one distance, which has no density.

    Raises
    ------
    TooFew
        Fewer than two points.
    InvalidArgument
        A weight is negative or not known, or all are zero.

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> triangle = on_plane([0, 3, 3], [0, 4, 4])
    >>> kdensity_at(triangle, [0.0, 5.0], bandwidth_km=1.0).round(3).tolist()
    [0.266, 0.266]
    """
    at = np.atleast_1d(as_floats(km))
    pair = _weights(points, other, weights)
    limit = TWICE * float(at.max(initial=0.0))
    frame = frame_of(_all(points, other), reach_km=limit or None, bins=FINE_BINS)
    found = pair_distances(points, other, weights=pair, frame=frame)
    chosen = bandwidth_km if bandwidth_km is not None else silverman_km(found, limit)
    better = better_frame(
        points, frame, bandwidth_km=chosen, furthest_km=float(at.max(initial=0.0))
    )
    if better is not None:
        found = pair_distances(points, other, weights=pair, frame=better)
    return density_at(found, at, chosen)


def kdensity_bandwidth_km(
    points: Points, *, other: Points | None = None, reach_km: Kilometres
) -> float:
    """Return the bandwidth that `kdensity_at` chooses when the largest distance is a reach."""
    frame = frame_of(_all(points, other), reach_km=TWICE * reach_km, bins=FINE_BINS)
    found = pair_distances(points, other, frame=frame)
    return silverman_km(found, TWICE * reach_km)


def density_at(pairs: PairDistances, km: Floats, bandwidth_km: float) -> Floats:
    """Smooth a histogram of pair distances and read it at some distances. (r,) [1/km].

    The histogram and the nodes between bins and kernel widen the Gaussian by known variances
    (width^2 / 12 and step^2 / 6), which are taken off its own (Sheppard's correction). What is
    left is below 2e-4 of the density, most for pairs at identical coordinates.
    """
    if isnan(bandwidth_km) or not pairs.total > 0:
        return np.full(km.size, np.nan)
    step = bandwidth_km / NODES_A_BANDWIDTH
    last = float(km.max(initial=0.0)) + (FAR + 1) * bandwidth_km
    nodes = np.zeros(ceil(last / step) + 2)
    onto_nodes(pairs.mass, pairs.km, step, nodes)
    variance = bandwidth_km**2 - pairs.width_km**2 / 12 - step**2 / 6
    return as_floats(smooth(nodes, step, sqrt(variance), km) / pairs.total)


def better_frame(
    points: Points, frame: Frame, *, bandwidth_km: float, furthest_km: float
) -> Frame | None:
    """Return a frame that suits the bandwidth, None when the one in use does.

    Its bins must be narrow beside the bandwidth, and reach as far as the kernel does.
    """
    if isnan(bandwidth_km):
        return None
    reach = furthest_km + (FAR + 1) * bandwidth_km
    is_short = not frame.is_whole and frame.km[-1] < reach
    if not is_short and bandwidth_km >= BINS_A_BANDWIDTH * frame.width_km:
        return None
    reach = reach if is_short else min(reach, float(frame.km[-1]) + frame.width_km)
    wanted = min(reach / (BINS - 2), bandwidth_km / (2 * BINS_A_BANDWIDTH))
    width = max(reach / (FINE_BINS - 2), wanted)
    if bandwidth_km < 2 * width:
        raise InvalidArgument(
            f"kdensity: the bandwidth ({bandwidth_km:.3g} km) is more than "
            f"{FINE_BINS // 2:,} times smaller than the reach ({furthest_km:.4g} km), so a "
            "curve over that reach would miss everything. Give a smaller `reach`."
        )
    bins = min(FINE_BINS, ceil(reach / width) + 2)
    return framed(points, frame.centre, width, bins=bins, is_whole=False)


def _all(points: Points, other: Points | None) -> Points:
    n_pairs = len(points) * (len(points) - 1) if other is None else len(points) * len(other)
    if n_pairs < 1:
        raise TooFew(f"kdensity: {len(points)} points have no pair of which to take a distance")
    if other is None:
        return points
    return Points(np.vstack([points.xyz, other.xyz]), points.radius_km)


def _weights(
    points: Points, other: Points | None, weights: Floats | tuple[Floats, Floats] | None
) -> tuple[Floats, Floats] | None:
    if weights is None:
        return None
    one, two = weights if isinstance(weights, tuple) else (weights, weights)
    sizes = (len(points), len(points if other is None else other))
    if (len(one), len(two)) != sizes:
        raise InvalidArgument(
            f"kdensity: {sizes[0]:,} and {sizes[1]:,} points need as many weights, "
            f"got {len(one):,} and {len(two):,}"
        )
    for each in (one, two):
        n_wrong = int(np.sum(~(np.isfinite(each) & (np.asarray(each) >= 0))))
        if n_wrong or not np.sum(each) > 0:
            raise InvalidArgument(
                f"kdensity: weights must be known, at least 0 and not all 0; {n_wrong:,} of "
                f"{len(each):,} are negative or not known. Leave those points out first."
            )
    return as_floats(one), as_floats(two)
