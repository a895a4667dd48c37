"""The density of pair distances: a Gaussian over their histogram, reflected at zero.

    K(r) = 1 / (h W) sum over pairs w_ij [phi((r - d_ij) / h) + phi((r + d_ij) / h)]

with W the weight of all pairs, so that K integrates to 1 over [0, infinity): no distance is
lost below zero, and none beyond the largest asked for.
"""

from __future__ import annotations

from math import ceil, inf, isnan, nan, pi, sqrt

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
from buzzline.space.points import Points, distances_km, same_ground

EXACT_PAIRS = 20_000  # summed one by one; more are counted in bins
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
        Jobs, for instance: a pair weighs the product. This is `Kemp`, the employment-weighted
        K-density of Duranton and Overman.
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
        A weight is negative or not known, or all are zero; a distance below 0 or not known; a
        bandwidth that is not above 0; one set on a plane and the other on the globe.

    Notes
    -----
    Up to 20,000 pairs (200 points) the sum is taken pair by pair, exact but for rounding. More
    pairs are counted in bins, which changes the density by less than 2e-4 of itself wherever
    more than a few pairs lie under the kernel.

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> triangle = on_plane([0, 3, 3], [0, 4, 4])
    >>> kdensity_at(triangle, [0.0, 5.0], bandwidth_km=1.0).round(3).tolist()
    [0.266, 0.266]
    """
    at = np.atleast_1d(as_floats(km))
    _checked(at, bandwidth_km)
    if other is not None:
        same_ground(points, other)
    pair = _weights(points, other, weights)
    limit = TWICE * float(at.max(initial=0.0))
    if _is_exact(points, other):
        km_of_pairs, weight = _pairs(points, other, pair)
        width = exact_silverman_km(km_of_pairs, limit) if bandwidth_km is None else bandwidth_km
        return _summed(at, km_of_pairs, weight, width)
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
    if other is not None:
        same_ground(points, other)
    whole = _all(points, other)
    if _is_exact(points, other):
        return exact_silverman_km(_pairs(points, other, None)[0], TWICE * reach_km)
    frame = frame_of(whole, reach_km=TWICE * reach_km, bins=FINE_BINS)
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


def exact_silverman_km(distances_km: Floats, limit_km: Kilometres) -> float:
    """Return Silverman's bandwidth [km] of some distances, those up to a limit.

    As `silverman_km`, but of the distances themselves and not of their bins.

    Examples
    --------
    >>> round(exact_silverman_km(np.array([1.0, 2.0, 3.0, 50.0]), 10.0), 3)
    0.539
    """
    near = distances_km[distances_km <= limit_km]
    if near.size < 2 or not (deviation := float(near.std(ddof=1))) > 0:
        return nan
    first, third = np.quantile(near, [0.25, 0.75])
    width = min(deviation, float(third - first) / 1.34) or deviation
    return float(0.9 * width * near.size**-0.2)


def _is_exact(points: Points, other: Points | None) -> bool:
    n = len(points)
    return (n * (n - 1) // 2 if other is None else n * len(other)) <= EXACT_PAIRS


def _pairs(
    points: Points, other: Points | None, weights: tuple[Floats, Floats] | None
) -> tuple[Floats, Floats]:
    """Return distance and weight of each pair."""
    _all(points, other)
    every = distances_km(points, other)
    one, two = weights or (np.ones(every.shape[0]), np.ones(every.shape[1]))
    product = np.outer(one, two)
    if other is not None:
        return as_floats(every.ravel()), as_floats(product.ravel())
    above = np.triu_indices(len(points), 1)
    return as_floats(every[above]), as_floats(product[above])


def _summed(at: Floats, km_of_pairs: Floats, weight: Floats, bandwidth_km: float) -> Floats:
    """Return the density, summed pair by pair."""
    if isnan(bandwidth_km) or not weight.sum() > 0:
        return np.full(at.size, np.nan)
    scale = 1 / (sqrt(2 * pi) * bandwidth_km * float(weight.sum()))
    found = [
        weight @ (np.exp(-0.5 * ((r - km_of_pairs) / bandwidth_km) ** 2)
                  + np.exp(-0.5 * ((r + km_of_pairs) / bandwidth_km) ** 2))
        for r in at
    ]  # fmt: skip
    return as_floats(scale * np.asarray(found, dtype=np.float64))


def _checked(at: Floats, bandwidth_km: float | None) -> None:
    if at.ndim != 1 or not np.isfinite(at).all() or (at < 0).any():
        raise InvalidArgument(
            f"kdensity: distances must be finite numbers of kilometres, 0 or more; got "
            f"{at.ravel()[:5].tolist()}"
        )
    if bandwidth_km is not None and not 0 < bandwidth_km < inf:
        raise InvalidArgument(
            f"kdensity: `bandwidth_km` must be above 0, got {bandwidth_km}; leave it out for "
            "Silverman's"
        )


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
