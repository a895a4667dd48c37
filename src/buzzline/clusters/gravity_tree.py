"""Sums over all organisations of what falls with distance, in near linear time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from buzzline.arrays import Codes, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.kernels.gravity_sums import gravity_sums, node_masses, node_spheres
from buzzline.quantities import Ratio
from buzzline.space.globe import EARTH_RADIUS_KM
from buzzline.space.threads import in_parts

LEAF = 8  # points below which a node is not divided
OPENING = 0.6  # nodes smaller than this share of their distance count as one point
ROUGH = 0.9  # the same where sums are only a step on the way
BITS = 21  # of each axis along the curve: cells of six metres


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """Where organisations stand: unit vectors (NaN without) and the least distance told."""

    xyz: Floats
    floor_km: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Nations:
    """Which organisations with coordinates are of which country.

    Attributes
    ----------
    code : (n,) int32              country, -1 without coordinates
    place : (n,) int64             position among those of the same country
    grounds : tuple of Located     of each country, where its organisations stand
    """

    code: Codes
    place: Indices
    grounds: tuple[Located, ...]


def nations_of(ground: Located, code: Codes) -> Nations:
    """Return the grounds of countries. code : (n,) int32, 0 to countries - 1, -1 for none."""
    place, grounds = np.full(code.size, -1, np.int64), []
    order = np.argsort(code, kind="stable")
    edges = np.searchsorted(code[order], np.arange(int(code.max(initial=-1)) + 2))
    for start, stop in pairwise(edges.tolist()):
        rows = order[start:stop]
        place[rows] = np.arange(rows.size)
        grounds.append(Located(as_floats(ground.xyz[rows]), as_floats(ground.floor_km[rows])))
    return Nations(as_codes(code), as_indices(place), tuple(grounds))


@dataclass(frozen=True, slots=True)
class Fade:
    """How ties fall.

    Attributes
    ----------
    elasticity : float      ties go with distance to this power; negative
    crossing : float        ties across a border, to those within a country; 1: borders do not
                            matter or are not known
    """

    elasticity: float
    crossing: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class GravityTree:
    """Points sorted along a curve, and the spheres around even parts of them.

    Attributes
    ----------
    ground : Located
    rows : (n,) int64            row of each sorted point in the arrays it was made from
    place : (all,) int64         position of each row among the sorted points, -1 for none
    xyz : (n, 3) float64         sorted unit vectors
    floor_km : (n,) float64      sorted
    spheres : (h, 4) float64
    depth : int
    """

    ground: Located
    rows: Indices
    place: Indices
    xyz: Floats
    floor_km: Floats
    spheres: Floats
    depth: int

    def sums(
        self, mass: Floats, elasticity: float, at: Indices, *, opening: Ratio = OPENING
    ) -> Floats:
        """Return, for some rows, the sum of mass times distance to a power over all points.

        Parameters
        ----------
        mass : (n,) float64
            Of the sorted points. Nobody counts to oneself.
        elasticity : float
        at : (q,) int64
            Rows to sum from, which have coordinates but need not be points of the tree.
        opening : ratio
            Nodes count as one point below this share of their distance; below 1.
        """
        if not self.rows.size:
            return np.zeros(at.size)
        mass = as_floats(mass)
        nodes = node_masses(self.xyz, mass, self.floor_km, self.depth)
        terms = (float(elasticity), EARTH_RADIUS_KM, float(opening))
        along = np.argsort(self.place[at], kind="stable")  # neighbours open the same nodes
        rows = at[along]

        def part(which: slice) -> Floats:
            some = rows[which]
            return as_floats(
                gravity_sums(
                    as_floats(self.ground.xyz[some]), as_floats(self.ground.floor_km[some]),
                    as_indices(self.place[some]), self.xyz, mass, self.floor_km, self.spheres,
                    nodes, terms,
                )
            )  # fmt: skip

        out = np.empty(at.size)
        out[along] = in_parts(part, rows.size)
        return out


@dataclass(frozen=True, slots=True, eq=False)
class GravityForest:
    """A tree of some points, and one of those of each country.

    Attributes
    ----------
    whole : GravityTree
    nations : Nations or None     None where borders are not known
    parts : mapping of country to (rows, GravityTree)
        The tree of its points on the ground of the country, and their rows as sorted there.
    """

    whole: GravityTree
    nations: Nations | None
    parts: Mapping[int, tuple[Indices, GravityTree]]

    def sums(
        self, mass: Floats, fade: Fade, at: Indices, *, opening: Ratio = OPENING
    ) -> Floats:
        """Return the sum of mass times distance to a power, less across borders.

        Parameters
        ----------
        mass : (all,) float64
            By row. Nobody counts to oneself.
        fade : Fade
        at : (q,) int64
            Rows to sum from, with coordinates.
        """
        whole, b = self.whole, fade.elasticity
        out = whole.sums(as_floats(mass[whole.rows]), b, at, opening=opening)
        if self.nations is None or fade.crossing == 1:
            return out
        at_home = np.zeros(at.size)
        code = self.nations.code[at]
        for nation, (rows, tree) in self.parts.items():
            here = np.flatnonzero(code == nation)
            if here.size:
                place = as_indices(self.nations.place[at[here]])
                at_home[here] = tree.sums(as_floats(mass[rows]), b, place, opening=opening)
        return as_floats(np.maximum(fade.crossing * out + (1 - fade.crossing) * at_home, 0))


def gravity_forest(ground: Located, nations: Nations | None, rows: Indices) -> GravityForest:
    """Return the trees over some rows, all with coordinates."""
    parts = {}
    if nations is not None and rows.size:
        order = np.argsort(nations.code[rows], kind="stable")
        codes, first = np.unique(nations.code[rows][order], return_index=True)
        for nation, some in zip(codes.tolist(), np.split(order, first[1:]), strict=True):
            place = nations.place[rows[some]]
            tree = gravity_tree(nations.grounds[nation], as_indices(place))
            row = np.empty(len(nations.grounds[nation].xyz), np.int64)
            row[place] = rows[some]
            parts[nation] = as_indices(row[tree.rows]), tree
    return GravityForest(gravity_tree(ground, rows), nations, parts)


def gravity_tree(ground: Located, rows: Indices) -> GravityTree:
    """Return the tree over some rows, all with coordinates."""
    xyz = ground.xyz[rows]
    # points of one place by their floors, so that few nodes hold several
    order = np.lexsort((ground.floor_km[rows], _along_a_curve(xyz)))
    chosen = as_indices(rows[order])
    place = np.full(len(ground.xyz), -1, np.int64)
    place[chosen] = np.arange(chosen.size)
    depth = max(int(np.ceil(np.log2(max(chosen.size, 1) / LEAF))), 0)
    sorted_xyz = as_floats(xyz[order])
    return GravityTree(
        ground, chosen, place, sorted_xyz, as_floats(ground.floor_km[chosen]),
        node_spheres(sorted_xyz, depth), depth,
    )  # fmt: skip


def _along_a_curve(xyz: Floats) -> Indices:
    """Return the position of each point along the Z-order curve. (n,) int64."""
    whole = np.clip((xyz + 1) / 2 * 2**BITS, 0, 2**BITS - 1).astype(np.uint64)
    code = np.zeros(len(xyz), np.uint64)
    for axis in range(3):
        code |= _spread_bits(whole[:, axis]) << np.uint64(axis)
    return as_indices(code)


def _spread_bits(x: np.ndarray) -> np.ndarray:
    """Put two zeros between the bits of 21-bit numbers."""
    for shift, mask in (
        (32, 0x1F00000000FFFF), (16, 0x1F0000FF0000FF), (8, 0x100F00F00F00F00F),
        (4, 0x10C30C30C30C30C3), (2, 0x1249249249249249),
    ):  # fmt: skip
        x = (x | (x << np.uint64(shift))) & np.uint64(mask)
    return x
