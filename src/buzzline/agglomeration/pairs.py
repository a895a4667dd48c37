"""Pairs of points by distance, with what makes up for the part of a circle not seen."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument, TooFew
from buzzline.kernels.ripley import (
    ISOTROPIC,
    NONE,
    TRANSLATE,
    border_sums,
    pair_sums,
    smoothed_pairs,
)
from buzzline.space.cells import Cells, Distances, cells_of, distances_of
from buzzline.space.points import Points, same_ground
from buzzline.space.threads import in_parts
from buzzline.space.windows import Window

Correction = Literal["none", "border", "translate", "isotropic"]
CORRECTIONS = ("none", "border", "translate", "isotropic")
CODE = {"none": NONE, "translate": TRANSLATE, "isotropic": ISOTROPIC}


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Two sets of points and the distances at which their pairs are counted."""

    points: Points
    ids: Indices
    other: Points
    its_ids: Indices
    cells: Cells
    distances: Distances
    window: Window | None
    area_km2: float
    correction: Correction
    is_one_set: bool


def pairs_of(
    points: Points,
    other: Points,
    distances_km: ArrayLike,
    *,
    window: Window | None,
    correction: Correction,
) -> Pairs:
    """Return two sets of points, or one set twice, ready for their pairs to be counted."""
    if correction not in CORRECTIONS:
        raise InvalidArgument(
            f"there is no edge correction {correction!r}; choose {', '.join(CORRECTIONS)}"
        )
    same_ground(points, other)
    is_one_set = points is other
    if not len(points) or len(other) < (2 if is_one_set else 1):
        raise TooFew(
            f"Ripley's K needs at least two points, or one of each kind; got {len(points)} and "
            f"{len(other)}"
        )
    area = _area(points, window, correction)
    if window is not None:
        for found in (points, other):
            n_outside = int(np.sum(~window.holds(found)))
            if n_outside:
                raise InvalidArgument(
                    f"{n_outside:,} of {len(found):,} points are outside the window. Leave "
                    "them out, or give the window they were seen in."
                )
    distances = distances_of(points, as_floats(distances_km))
    own = as_indices(np.arange(len(points)))
    ids = own if is_one_set else as_indices(len(points) + np.arange(len(other)))
    cells = cells_of(other.xyz, distances.reach)
    return Pairs(
        points, own, other, ids, cells, distances, window, area, correction, is_one_set
    )


def _area(points: Points, window: Window | None, correction: Correction) -> float:
    if points.is_sphere:
        if window is not None or correction not in ("none", "isotropic"):
            raise InvalidArgument(
                "on the globe nothing is cut off: leave `window` and `correction` out. For a "
                "country, compare cases with controls, which needs no window"
            )
        return 4 * pi * points.radius_km**2
    if window is None:
        raise InvalidArgument(
            "Ripley's K on the plane needs the `window` in which points could have been seen: "
            "`rectangle` or `polygon`"
        )
    return window.area_km2


def k_of(
    pairs: Pairs,
    weight: Floats,
    its_weight: Floats,
    *,
    whole: float,
    density: float | None = None,
) -> Floats:
    """Return K from weights of the points on either side. (k,) float64 [km2].

    Parameters
    ----------
    pairs : Pairs
    weight, its_weight : float64
        Of the first and second points.
    whole : float
        What all pairs weigh together.
    density : float, optional
        Weight of second points a square kilometre, for the border correction; their number
        over the area when left out.
    """
    if pairs.correction == "border":
        counted, alone = _border(pairs, weight, its_weight)
        if density is None:
            density = float(its_weight.sum()) / pairs.area_km2
        with np.errstate(divide="ignore", invalid="ignore"):
            return as_floats(np.where(alone > 0, counted / alone, np.nan) / density)
    shared = pairs.area_km2 if pairs.correction == "translate" else 1.0
    sums = np.cumsum(_sums(pairs, weight, its_weight))
    return as_floats(sums * shared * pairs.area_km2 / whole)


def smoothed(pairs: Pairs, half_width_km: float, *, is_by_distance: bool) -> Floats:
    """Return the sum of Epanechnikov kernels of pair distances around each distance. (k,)."""
    cells = cells_of(pairs.other.xyz, float(pairs.distances.km[-1] + half_width_km))
    edges, border_km, sides = _of_window(pairs)
    one = np.ones(len(pairs.points))

    def part_of(part: slice) -> Floats:
        return np.asarray([
            smoothed_pairs(
                pairs.points.xyz[part], pairs.ids[part], one[part], cells.xyz,
                pairs.its_ids[cells.order], np.ones(len(cells.xyz)), cells.keys, cells.low,
                cells.width, cells.across, pairs.distances.km, half_width_km,
                CODE[pairs.correction], edges, border_km[part], sides, is_by_distance,
            )
        ])  # fmt: skip

    return as_floats(in_parts(part_of, one.size).sum(axis=0))


def _sums(pairs: Pairs, weight: Floats, its_weight: Floats) -> Floats:
    """Return the corrected weight of pairs by distance, not cumulated. (k,) float64."""
    edges, border_km, sides = _of_window(pairs)
    others = _others(pairs, its_weight)

    def part_of(part: slice) -> Floats:
        ours = (pairs.points.xyz[part], pairs.ids[part], weight[part])
        window = (CODE[pairs.correction], edges, border_km[part], sides)
        return np.asarray([pair_sums(*(*ours, *others, *window))])

    return as_floats(in_parts(part_of, weight.size).sum(axis=0))


def _border(pairs: Pairs, weight: Floats, its_weight: Floats) -> tuple[Floats, Floats]:
    """Return the weight of pairs within, and of first points further inside than, each r."""
    assert pairs.window is not None
    inner = pairs.window.border_km(pairs.points) ** 2

    def part_of(part: slice) -> Floats:
        return np.asarray([
            border_sums(
                pairs.points.xyz[part], pairs.ids[part], weight[part], inner[part],
                *_others(pairs, its_weight),
            )
        ])  # fmt: skip

    counted, alone = in_parts(part_of, weight.size).sum(axis=0)
    return as_floats(counted), as_floats(alone)


def _others(pairs: Pairs, its_weight: Floats) -> tuple[Any, ...]:
    cells, distances = pairs.cells, pairs.distances
    return (
        cells.xyz, pairs.its_ids[cells.order], as_floats(its_weight[cells.order]), cells.keys,
        cells.low, cells.width, cells.across, distances.limits, distances.first,
        distances.scale,
    )  # fmt: skip


def _of_window(pairs: Pairs) -> tuple[Floats, Floats, Floats]:
    """Return edges, distance of the points from the border, and sides for the kernels."""
    if pairs.window is None:
        return np.zeros((0, 4)), np.full(len(pairs.points), np.inf), np.zeros(2)
    border_km = np.zeros(len(pairs.points))
    if pairs.correction == "isotropic":
        border_km = pairs.window.border_km(pairs.points)
    return pairs.window.edges, border_km, pairs.window.sides_km
