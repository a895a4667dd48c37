"""Points sorted into cells, so that whoever is near is found without looking at everybody."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.kernels.cells import cell_keys, weight_by_distance
from buzzline.space.points import Points, squared_chord_at
from buzzline.space.threads import in_parts

CELLS_A_REACH = 4  # a row of cells then holds little that is out of reach
MOST_ACROSS = 1_000_000  # keys stay below 2**63
BINS_A_LIMIT = 64  # of squared distance: nearly all then lie between the same two limits


@dataclass(frozen=True, slots=True, eq=False)
class Distances:
    """The distances at which something is counted, ready for the kernels.

    Attributes
    ----------
    km : (k,) float64 [km]       rising
    limits : (k,) float64 [km2]  squared straight lines
    first : (t,) int32           a lower bound of the position, by squared line x `scale`
    scale : float
    """

    km: Floats
    limits: Floats
    first: Codes
    scale: float

    @property
    def reach(self) -> float:
        """Longest straight line [km]."""
        return sqrt(self.limits[-1])


def distances_of(points: Points, km: Floats) -> Distances:
    """Return distances ready for the kernels.

    Raises
    ------
    InvalidArgument
        No distance, one that is negative or not a number, or distances that do not rise.
    """
    km = np.atleast_1d(as_floats(km))
    if not km.size or not np.isfinite(km).all() or km[0] < 0 or np.any(np.diff(km) <= 0):
        raise InvalidArgument(
            "distances must be finite numbers of kilometres, 0 or more, each larger than the "
            f"one before; got {km[:5].tolist()}"
        )
    limits = squared_chord_at(points, km)
    n_bins = BINS_A_LIMIT * km.size
    scale = n_bins / limits[-1] if limits[-1] else 0.0
    low = (np.arange(n_bins + 2) - 1e-6) / (scale or np.inf)
    first = np.searchsorted(limits, low)
    return Distances(km, limits, as_codes(np.minimum(first, km.size - 1)), scale)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Points sorted into cells as wide as a fraction of a reach.

    Attributes
    ----------
    order : (n,) int64     position of each sorted point in the arrays it was made from
    xyz : (n, 3) float64 [km], keys : (n,) int64     sorted
    low : (3,) float64 [km], width : float [km], across : (3,) int64     of the cells
    """

    order: Indices
    xyz: Floats
    keys: Indices
    low: Floats
    width: float
    across: Indices

    def among(self, chosen: Flags) -> Cells:
        """Return the cells of some of the points; `chosen` is in the order of the original."""
        keep = chosen[self.order]
        return Cells(self.order[keep], np.ascontiguousarray(self.xyz[keep]), self.keys[keep],
                     self.low, self.width, self.across)  # fmt: skip

    def weight_within(self, points: Floats, weight: Floats, distances: Distances) -> Floats:
        """Return the weight elsewhere within each distance of each point. (m, k) float64.

        What stands at the very place is left out: the caller knows who is there.

        Parameters
        ----------
        points : (m, 3) float64 [km]
        weight : (n,) float64
            In the order of the arrays the cells were made from.
        distances : Distances
            Up to the reach for which the cells were made.
        """
        if not len(points):
            return np.zeros((0, distances.km.size))
        sorted_weight = as_floats(weight[self.order])
        return as_floats(
            weight_by_distance(
                points, self.xyz, self.keys, self.low, self.width, self.across,
                sorted_weight, distances.limits, distances.first, distances.scale,
            )
        )  # fmt: skip


def cells_of(xyz: Floats, reach: float) -> Cells:
    """Sort points into cells a fraction of `reach` (a straight line in km) wide."""
    low, extent = np.zeros(3), 0.0
    if len(xyz):
        low = as_floats(xyz.min(axis=0))
        extent = float(np.ptp(xyz, axis=0).max())
    width = max(reach / CELLS_A_REACH, extent / MOST_ACROSS) or 1.0
    high = xyz.max(axis=0) if len(xyz) else low
    across = as_indices([ceil(side / width) + 1 for side in high - low])
    keys = cell_keys(xyz, low, width, across)
    order = np.argsort(keys, kind="stable")
    return Cells(as_indices(order), np.ascontiguousarray(xyz[order]), keys[order], low, width,
                 across)  # fmt: skip


def weight_within(points: Points, weight: Floats, distances: Distances) -> Floats:
    """Return the weight elsewhere within each distance of every point. (n, k) float64.

    Worked on by all threads; the answer does not depend on how many there are.
    """
    cells = cells_of(points.xyz, distances.reach)
    return in_parts(
        lambda part: cells.weight_within(points.xyz[part], weight, distances), len(points)
    )
