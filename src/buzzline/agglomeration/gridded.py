"""Distances of all pairs of very many points, by a Fourier transform of the map they make.

Points are spread over a grid with a cubic B-spline; the product of its transform with its own
conjugate is the transform of how many pairs are how far apart in each direction [1]_. What the
spline blurs is divided out again, what every point contributes with itself is taken off, and
the field of displacements is added up by distance. Time grows with the number of cells, hardly
with the number of points.

What is left of the gridding is aliasing: a wave k of the kernel comes out of the spline and
its division with an error of at most sum over m other than 0 of (k c / 2 pi m)^4 a point, to
leading order. So the Gaussian phi_h of a pair is replaced by one that differs by at most

    2 x 2 zeta(4) (c / 2 pi)^4 |d^4 phi_h|,

an error that stays within a few bandwidths of the pair's distance. Summed over pairs it is at
most `error_share` of the density around each distance: 0.07 % for cells of half a bandwidth.

.. [1] Landy, S. D., Szalay, A. S., Broadhurst, T. J. (1998). The pairwise velocity difference
   of galaxies: a Fourier deconvolution method. Astrophysical Journal 494(2). doi:10.1086/311184
   Hockney, R. W., Eastwood, J. W. (1988). Computer Simulation Using Particles, chapter 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, isfinite, pi, sin

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

from buzzline.agglomeration.pair_distances import PairDistances
from buzzline.arrays import Floats, as_floats
from buzzline.kernels.kdensity import deposit, ring_sum
from buzzline.space.points import Points

CELLS_A_BANDWIDTH = 2.0
STEPS_A_BANDWIDTH = 24.0
MOST_CELLS = 60_000_000  # with two threads about two gigabytes
ZETA_4 = pi**4 / 90
FOURTH, SECOND = 2.8006, 0.9679  # integral of the size of a Gaussian's derivative
ROUNDING = 1e-5  # of transforms with seven digits
NANOSECONDS_A_CELL = 9.0  # of a grid, and of a pair counted exactly: measured, in benchmarks/
NANOSECONDS_A_PAIR = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A grid that holds every point and every displacement up to a reach without overlap.

    Attributes
    ----------
    axes : (2, 3) float64       directions of the plane (or of the map of the globe) in space
    centre : (3,) float64 [km]
    radius_km : float           of the sphere; infinite on the plane
    corner : (2,) float64 [km]  least coordinates on the plane
    cell_km : float
    rows, columns : int
    reach_km : float            pairs further apart are counted in the total only
    distortion : float          share by which the map stretches a distance at most
    """

    axes: Floats
    centre: Floats
    radius_km: float
    corner: Floats
    cell_km: float
    rows: int
    columns: int
    reach_km: float
    distortion: float

    @property
    def cells(self) -> int:
        """Cells of the grid."""
        return self.rows * self.columns

    def error_share(self, bandwidth_km: float) -> float:
        """Return the bound on the error of a density, as a share of the density around it."""
        aliasing = 4 * ZETA_4 * (self.cell_km / (2 * pi * bandwidth_km)) ** 4 * FOURTH
        splitting = SECOND / (8 * STEPS_A_BANDWIDTH**2)
        return aliasing + splitting + ROUNDING


def plan_of(points: Points, *, reach_km: float, bandwidth_km: float) -> Plan | None:
    """Return the grid for a population of points; None where no grid would serve.

    Parameters
    ----------
    points : Points
        The population; every set it is used for must lie within.
    reach_km : km
        Largest distance of a pair that is counted.
    bandwidth_km : km
        The smallest that will be smoothed with.
    """
    if not (isfinite(bandwidth_km) and bandwidth_km > 0):
        return None
    axes, centre = _axes(points)
    flat = _flat(points.xyz, axes, centre, points.radius_km)
    low, high = flat.min(axis=1), flat.max(axis=1)
    cell = bandwidth_km / CELLS_A_BANDWIDTH
    sides = [
        next_fast_len(ceil((span + min(span, reach_km)) / cell) + 8, real=True)
        for span in high - low
    ]
    if sides[0] * sides[1] > MOST_CELLS:
        return None
    stretch = _stretch(float(np.linalg.norm(flat, axis=0).max()), points.radius_km)
    if stretch * reach_km / 2 > bandwidth_km / 4:
        return None
    return Plan(
        axes, centre, points.radius_km, low, cell, sides[1], sides[0], reach_km, stretch
    )


def is_quicker(plan: Plan, n: int) -> bool:
    """Tell whether the grid takes less time than counting every pair of n points."""
    pairs = n * (n - 1) / 2
    return plan.cells * NANOSECONDS_A_CELL < pairs * NANOSECONDS_A_PAIR


def gridded_distances(
    points: Points, plan: Plan, *, weights: Floats | None = None
) -> PairDistances:
    """Count all pairs of a set of points by distance, as `pair_distances` does, on a grid.

    Parameters
    ----------
    points : Points
        Within the population the plan was made for.
    plan : Plan
    weights : (n,) float64, optional
        A pair weighs the product.
    """
    flat = _flat(points.xyz, plan.axes, plan.centre, plan.radius_km)
    x, y = np.ascontiguousarray((flat - plan.corner[:, None]) / plan.cell_km + 2)
    n = len(points)
    step = plan.cell_km * CELLS_A_BANDWIDTH / STEPS_A_BANDWIDTH
    counts = _by_distance(x, y, None, plan, step)
    mass, total = counts, n * (n - 1) / 2
    if weights is not None:
        mass = _by_distance(x, y, weights, plan, step)
        total = float((weights.sum() ** 2 - (weights**2).sum()) / 2)
    km = np.arange(counts.size) * step
    return PairDistances(as_floats(km), counts, mass, step, total)


def _by_distance(
    x: Floats, y: Floats, weights: Floats | None, plan: Plan, step: float
) -> Floats:
    grid = np.zeros((plan.rows, plan.columns), np.float32)
    deposit(x, y, np.empty(0) if weights is None else weights, grid)
    waves = rfft2(grid, overwrite_x=True)
    power = waves.real**2
    power += waves.imag**2
    down, across = _axis_waves(plan.rows, half=False), _axis_waves(plan.columns, half=True)
    alone = float(x.size if weights is None else np.sum(weights**2))
    power -= np.float32(alone) * (down.with_itself[:, None] * across.with_itself[None, :])
    power *= down.sharpened[:, None]
    power *= across.sharpened[None, :]
    correlation = irfft2(power, s=grid.shape, overwrite_x=True)
    nodes = np.zeros(ceil(plan.reach_km / step) + 2)
    ring_sum(correlation, plan.cell_km, step, nodes)
    return as_floats(nodes / 2)


@dataclass(frozen=True, slots=True, eq=False)
class _AxisWaves:
    sharpened: NDArray[np.float32]  # one over the squared transform of the spline
    with_itself: NDArray[np.float32]  # power of a point alone, wherever it stands in its cell


def _axis_waves(n: int, *, half: bool) -> _AxisWaves:
    wave = 2 * pi * (np.fft.rfftfreq(n) if half else np.fft.fftfreq(n))
    spline = np.sinc(wave / (2 * pi)) ** 4
    values = (151 / 315, 397 / 840, 1 / 21, 1 / 2520)  # of the spline with itself, at 0 to 3
    alone = sum(value * np.cos(m * wave) for m, value in enumerate(values))
    return _AxisWaves((1 / spline**2).astype(np.float32), np.asarray(alone).astype(np.float32))


def _axes(points: Points) -> tuple[Floats, Floats]:
    """Return two directions and the point around which the plane (or the map) lies."""
    if not points.is_sphere:
        return as_floats(np.eye(3)[:2]), np.zeros(3)
    middle = points.xyz.mean(axis=0)
    length = float(np.linalg.norm(middle))
    up = middle / length if length > 0 else np.array([0.0, 0.0, 1.0])
    aside = np.cross(up, np.eye(3)[int(np.argmin(np.abs(up)))])
    aside /= np.linalg.norm(aside)
    return as_floats(np.vstack([aside, np.cross(up, aside)])), as_floats(up * points.radius_km)


def _flat(xyz: Floats, axes: Floats, centre: Floats, radius_km: float) -> Floats:
    """Return (2, n) coordinates [km]; from the globe, true in distance from the centre."""
    along = axes @ xyz.T
    if not isfinite(radius_km):
        return as_floats(along)
    chord = np.linalg.norm(xyz - centre, axis=1)
    true = 2 * radius_km * np.arcsin(np.clip(chord / (2 * radius_km), 0, 1))
    flat = np.linalg.norm(along, axis=0)
    return as_floats(along * (true / np.where(flat > 0, flat, 1)))


def _stretch(furthest_km: float, radius_km: float) -> float:
    """Return the share by which the map stretches distances across its rim."""
    if not isfinite(radius_km):
        return 0.0
    angle = furthest_km / radius_km
    return angle / sin(angle) - 1 if angle < 3 else inf
