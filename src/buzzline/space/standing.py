"""Points that share a place, counted once: how much weight is around each distinct place."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, sqrt

import numpy as np

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.kernels.relative import taylor_weights, weight_at_distance
from buzzline.quantities import Kilometres
from buzzline.space.cells import Cells, Distances, cells_of, distances_of
from buzzline.space.points import Points, squared_chord_at
from buzzline.space.threads import in_parts

CUT = 7.0  # bandwidths: beyond, the kernel is below 3e-11 of its peak
BINS_A_BANDWIDTH = 8


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Points at distinct places, ready to be counted around each other.

    Attributes
    ----------
    places : Points               the distinct places
    place : (n,) int64            of each point
    distances : Distances         at which is counted
    cells : Cells                 of the places
    bandwidth_km : float [km]     0: within each distance; otherwise around it, smoothed
    here : (k,) float64           what a point at the very place counts at each distance
    """

    places: Points
    place: Indices
    distances: Distances
    cells: Cells
    bandwidth_km: float
    here: Floats

    def at_places(self, weight: Floats) -> Floats:
        """Return the summed weight of points at each place. (places,) float64."""
        return as_floats(np.bincount(self.place, weights=weight, minlength=len(self.places)))

    def elsewhere(self, at: Indices, weight: Floats) -> Floats:
        """Return the weight around some places, without what stands there. (m, k) float64.

        Parameters
        ----------
        at : (m,) int64
            Places.
        weight : (places,) float64
            What stands at each place; places without weight cost nothing.
        """
        cells = self.cells.among(weight != 0)
        points = np.ascontiguousarray(self.places.xyz[at])
        if not len(points) or not len(cells.xyz):
            return np.zeros((len(points), self.distances.km.size))
        if not self.bandwidth_km:
            return cells.weight_within(points, weight, self.distances)
        return self._smoothed(points, cells, weight)

    def everywhere(self, weight: Floats) -> Floats:
        """Return `elsewhere` of every place, worked on by all threads. (places, k) float64."""
        every = np.arange(len(self.places))
        return in_parts(lambda part: self.elsewhere(every[part], weight), every.size)

    def _smoothed(self, points: Floats, cells: Cells, weight: Floats) -> Floats:
        longest = self.distances.km[-1] + CUT * self.bandwidth_km
        width = self.bandwidth_km / BINS_A_BANDWIDTH
        n_bins = ceil(longest / width) + 1
        terms, span = taylor_weights(self.distances.km, n_bins, width, self.bandwidth_km, CUT)
        return as_floats(
            weight_at_distance(
                points, cells.xyz, cells.keys, cells.low, cells.width, cells.across,
                as_floats(weight[cells.order]), width, terms, span,
                _straight(self.places, longest), self.places.radius_km,
            )
        )  # fmt: skip


def standing(points: Points, km: Floats, *, bandwidth_km: Kilometres = 0.0) -> Standing:
    """Gather points by place, to count around them within or at distances.

    Parameters
    ----------
    points : Points
    km : (k,) float64 [km]
        Rising.
    bandwidth_km : km
        0: weight within each distance. Otherwise weight at about each distance: a Gaussian
        kernel of the difference, 1 at its peak.
    """
    distances = distances_of(points, km)
    xyz, place = np.unique(points.xyz, axis=0, return_inverse=True)
    places = Points(np.ascontiguousarray(xyz), points.radius_km)
    if bandwidth_km:
        reach = _straight(points, distances.km[-1] + CUT * bandwidth_km)
        here = np.array([exp(-0.5 * (at / bandwidth_km) ** 2) for at in distances.km])
    else:
        reach, here = distances.reach, np.ones(distances.km.size)
    cells = cells_of(places.xyz, reach)
    return Standing(places, as_indices(place.ravel()), distances, cells, bandwidth_km, here)


def _straight(points: Points, km: float) -> float:
    return sqrt(float(squared_chord_at(points, np.array([km]))[0]))
