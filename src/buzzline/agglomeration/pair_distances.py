"""How far apart pairs of points are: a fine histogram of all their distances.

Every pair is counted, and none is stored. Bins are narrow beside the bandwidth that follows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, nan

import numpy as np
from numpy.typing import NDArray

from buzzline.arrays import Floats, as_floats
from buzzline.kernels.kdensity import count_pairs, spread_within, weigh_pairs
from buzzline.quantities import Kilometres
from buzzline.space.points import Points, km_at
from buzzline.space.threads import spread

Narrow = NDArray[np.float32]

BINS = 8_192  # of a draw: its four copies stay in the second cache
FINE_BINS = 65_536  # of what is observed: as many as two bytes tell apart
PARTS = 64  # a fixed number, so that sums do not depend on the number of threads
PAIRS_A_PART = 2**31


@dataclass(frozen=True, slots=True, eq=False)
class PairDistances:
    """Histogram of the distances of all pairs.

    Attributes
    ----------
    km : (b,) float64 [km]      centre of each bin; the first is exactly 0
    counts : (b,) float64       pairs in each bin
    mass : (b,) float64         summed weight of those pairs; `counts` where nothing weighs
    width_km : float [km]       of a bin, at short distances
    total : float               summed weight of all pairs, also those beyond the last bin
    """

    km: Floats
    counts: Floats
    mass: Floats
    width_km: float
    total: float


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Points made ready for the kernels: centred, in half the digits, with a scale of bins.

    Attributes
    ----------
    centre : (3,) float64 [km]
    width_km : float            of a bin (straight line)
    km : (bins - 1,) float64    distance at the centre of each bin; one more is for the rest
    is_whole : bool             no two points are further apart than the bins reach
    """

    centre: Floats
    width_km: float
    km: Floats
    is_whole: bool

    @property
    def bins(self) -> int:
        """Bins, the last of which takes all pairs that are too far apart for the others."""
        return self.km.size + 1

    def narrow(self, points: Points) -> Narrow:
        """Return (3, n) float32 coordinates around the centre of the frame."""
        return np.ascontiguousarray((points.xyz - self.centre).T, dtype=np.float32)


def frame_of(points: Points, *, reach_km: float | None = None, bins: int = BINS) -> Frame:
    """Return a frame whose bins span all distances of the points, or those up to a reach.

    Parameters
    ----------
    points : Points
    reach_km : km, optional
        Further pairs fall into a last bin that stands for all of them.
    bins : int
    """
    low, high = points.xyz.min(axis=0), points.xyz.max(axis=0)
    furthest = float(np.linalg.norm(high - low))
    if points.is_sphere:
        furthest = min(furthest, 2 * points.radius_km)
    is_whole = reach_km is None or furthest <= reach_km
    if reach_km is not None:
        furthest = min(furthest, reach_km)
    width = max(furthest, 1e-9) * (1 + 1e-6) / (bins - 2)
    return framed(points, as_floats((low + high) / 2), width, bins=bins, is_whole=is_whole)


def framed(
    points: Points, centre: Floats, width_km: float, *, bins: int, is_whole: bool
) -> Frame:
    """Return a frame with bins of a given width."""
    km = km_at(points, (np.arange(bins - 1) * width_km) ** 2)
    return Frame(centre, width_km, km, is_whole)


def pair_distances(
    points: Points,
    other: Points | None = None,
    *,
    weights: tuple[Floats, Floats] | None = None,
    frame: Frame | None = None,
    in_threads: bool = True,
) -> PairDistances:
    """Count all pairs by distance: within one set of points, or between two.

    Parameters
    ----------
    points, other : Points
        Without `other`, each pair of `points` is counted once and no point with itself.
    weights : two (n,) float64
        A pair weighs the product; the same array twice for one set.
    frame : Frame
        By default one that spans all distances with the finest bins.
    in_threads : bool
        False when the caller spreads many sets over threads; the answer is the same.

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> found = pair_distances(on_plane([0, 3, 3], [0, 4, 4]))
    >>> found.km[found.counts > 0].round(3).tolist(), found.counts[found.counts > 0].tolist()
    ([0.0, 5.0], [1.0, 2.0])
    """
    frame = frame or frame_of(_together(points, other), bins=FINE_BINS)
    one = frame.narrow(points)
    two = one if other is None else frame.narrow(other)
    is_same = other is None
    scale = np.float32(1 / frame.width_km)

    def counted(part: tuple[int, int]) -> tuple[Floats, Floats | None]:
        counts = np.zeros((4, frame.bins), np.uint32)
        if weights is None:
            count_pairs(one, two, is_same, *part, scale, counts)
            return as_floats(counts.sum(axis=0, dtype=np.int64)), None
        summed = np.zeros((2, frame.bins))
        weigh_pairs(one, two, *weights, is_same, *part, scale, counts, summed)
        return as_floats(counts.sum(axis=0, dtype=np.int64)), as_floats(summed.sum(axis=0))

    parts = list(_parts(one.shape[1], two.shape[1], is_same))
    done = spread(counted, parts) if in_threads else map(counted, parts)
    counts, mass = np.zeros(frame.bins), np.zeros(frame.bins)
    for n, weight in done:
        counts += n
        mass += n if weight is None else weight
    return PairDistances(
        frame.km, counts[:-1], mass[:-1], frame.width_km, float(mass.sum())
    )  # fmt: skip


def silverman_km(pairs: PairDistances, limit_km: Kilometres = 1e9) -> float:
    """Return Silverman's bandwidth of the distances up to a limit [km].

    0.9 min(standard deviation, interquartile range / 1.34) n^(-1/5), n the number of pairs
    (R's `bw.nrd0`); where the middle half of the pairs is at one distance, the standard
    deviation alone. NaN when all pairs are at one distance, or there are fewer than two.

    References
    ----------
    .. [1] Silverman, B. W. (1986). Density Estimation for Statistics and Data Analysis,
       equation 3.31. Chapman and Hall. doi:10.1201/9781315140919
    """
    n, deviation, first, third = spread_within(
        pairs.counts, pairs.km, pairs.width_km, float(limit_km)
    )
    return silverman(n, deviation, third - first) if deviation > 0 else nan


def silverman(n: float, deviation: float, quartile_range: float) -> float:
    """Return Silverman's bandwidth of n values: see `silverman_km`.

    Parameters
    ----------
    n : float                     how many values
    deviation : float             their standard deviation
    quartile_range : float        width of their middle half; 0 leaves the deviation alone

    Examples
    --------
    >>> silverman(32, 2.0, 1.34)
    0.45
    """
    width = min(deviation, quartile_range / 1.34) or deviation
    return float(0.9 * width * n**-0.2)


def _together(points: Points, other: Points | None) -> Points:
    if other is None:
        return points
    return Points(np.vstack([points.xyz, other.xyz]), points.radius_km)


def _parts(n: int, m: int, is_same: bool) -> Iterator[tuple[int, int]]:
    """Yield rows first to last of parts with about equally many pairs."""
    pairs = n * (n - 1) // 2 if is_same else n * m
    wanted = 1 if pairs < PARTS * 10_000 else max(PARTS, ceil(pairs / PAIRS_A_PART))
    share = np.linspace(0, 1, wanted + 1)
    edges = n * (1 - np.sqrt(1 - share)) if is_same else n * share
    for first, last in itertools.pairwise(np.rint(edges).astype(int).tolist()):
        if last > first:
            yield first, last
