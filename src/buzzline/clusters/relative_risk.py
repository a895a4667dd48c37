"""The relative risk of an industry on a grid laid over two clusters: its share around a point.

The grid stands on the plane that touches the globe half way between two centres, its first axis
through both, so that turning the globe or exchanging the two changes nothing. Distances from
the middle are those on the globe (azimuthal equidistant).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.quantities import Kilometres, Ratio, Share
from buzzline.space.globe import EARTH_RADIUS_KM

STEPS_A_BANDWIDTH = 2
PRIOR = 5.0  # organisations: where fewer stand, the share of the whole study shows through


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The grid over two clusters.

    Attributes
    ----------
    middle, along, across : (3,) float64   unit vectors: the middle, and the two axes there
    step_km : float
    rows, columns : int                    both odd; the middle is a node
    """

    middle: Floats
    along: Floats
    across: Floats
    step_km: Kilometres
    rows: int
    columns: int

    @property
    def reach_km(self) -> float:
        """No node is further from the middle, and half a step beyond."""
        half = np.array([self.rows, self.columns]) * self.step_km / 2
        return float(np.hypot(*half))

    def nodes(self, xyz: Floats) -> Indices:
        """Return the node nearest to each of (n, 3) unit vectors, -1 off the grid. (n,)."""
        x, y, up = xyz @ self.along, xyz @ self.across, xyz @ self.middle
        flat = np.hypot(x, y)
        scale = np.ones(flat.size) * EARTH_RADIUS_KM
        off = flat > 0
        scale[off] *= np.arctan2(flat[off], up[off]) / flat[off]
        column = np.rint(x * scale / self.step_km) + self.columns // 2
        row = np.rint(y * scale / self.step_km) + self.rows // 2
        on = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        return as_indices(np.where(on, row * self.columns + column, -1))

    def walked_km(self, way: Indices) -> Floats:
        """Return how far each node of a way is from its start, step by step [km]."""
        down, right = np.diff(way // self.columns), np.diff(way % self.columns)
        steps = np.hypot(down, right) * self.step_km
        return as_floats(np.concatenate([np.zeros(min(way.size, 1)), np.cumsum(steps)]))


def ground_between(
    one: Floats, other: Floats, *, half_length_km: float, half_width_km: float, step_km: float
) -> Ground:
    """Lay a grid over two points of the globe.

    Parameters
    ----------
    one, other : (3,) float64
        Unit vectors of the two centres.
    half_length_km, half_width_km : km
        How far the grid reaches from the middle along and across the line through both.
    step_km : km
        Between nodes.
    """
    middle = (one + other) / np.linalg.norm(one + other)
    line = other - one
    if np.linalg.norm(line) < 1e-12:  # at one point: any axis will do
        line = np.eye(3)[int(np.argmin(np.abs(middle)))]
    along = line - (line @ middle) * middle
    along = along / np.linalg.norm(along)
    rows, columns = (2 * ceil(half / step_km) + 1 for half in (half_width_km, half_length_km))
    across = np.cross(middle, along)
    return Ground(
        as_floats(middle), as_floats(along), as_floats(across), step_km, rows, columns
    )


@dataclass(frozen=True, slots=True, eq=False)
class Smoother:
    """A Gaussian kernel over a grid, 1 at its peak, one axis after the other.

    Attributes
    ----------
    over_rows : (rows, rows) float64
    over_columns : (columns, columns) float64
    """

    over_rows: Floats
    over_columns: Floats

    def __call__(self, count: Floats) -> Floats:
        """Return the organisations around each node. (rows * columns,) float64."""
        grid = count.reshape(len(self.over_rows), len(self.over_columns))
        return as_floats((self.over_rows @ grid @ self.over_columns).ravel())


def smoother(ground: Ground, bandwidth_km: Kilometres) -> Smoother:
    """Return the kernel of a bandwidth (the standard deviation of the Gaussian)."""

    def weights(n: int) -> Floats:
        apart = np.subtract.outer(np.arange(n), np.arange(n)) * (ground.step_km / bandwidth_km)
        return as_floats(np.exp(-0.5 * apart**2))

    return Smoother(weights(ground.rows), weights(ground.columns))


def relative_risk(
    around: Floats, around_all: Floats, *, share: Share, prior: Ratio = PRIOR
) -> Floats:
    """Return the share of an industry around each point, shrunk where few stand.

    (around + prior x share) / (around_all + prior): where nobody stands it is the share of the
    industry in the whole study.

    Parameters
    ----------
    around, around_all : (n,) float64
        Organisations of the industry, and all, around each point, weighted by the kernel.
    share : share
        Of the industry in the whole study.
    prior : organisations
        How many organisations the study's share weighs as much as.

    References
    ----------
    .. [1] Kelsall, J. E., Diggle, P. J. (1995). Non-parametric estimation of spatial variation
       in relative risk. Statistics in Medicine 14(21-22). doi:10.1002/sim.4780142106

    Examples
    --------
    >>> relative_risk(np.array([0.0, 15.0]), np.array([0.0, 20.0]), share=0.1).tolist()
    [0.1, 0.62]
    """
    return as_floats((around + prior * share) / (around_all + prior))
