"""Members of two clusters and the ties between them, cut out of everybody's."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from buzzline.arrays import Codes, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.expected_ties import Ground
from buzzline.clusters.layer_ties import LayerTies


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """Two clusters by themselves: their members numbered anew, those of the first before.

    Attributes
    ----------
    ties : LayerTies      with both ends in either cluster
    member : (k,) int32   0 and 1 for the two clusters
    ground : Ground
    size : (k,) float64   of each member in the layer
    """

    ties: LayerTies
    member: Codes
    ground: Ground
    size: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """The members of each cluster of a family.

    Attributes
    ----------
    label : (n,) int32         cluster of each organisation, -1 for none
    rows : tuple of (k,)       organisations of each cluster
    place : (n,) int32         of each organisation in the rows of its cluster
    """

    label: Codes
    rows: tuple[Indices, ...]
    place: Codes


def members_of(label: Codes, number: int) -> Members:
    """Return the members of so many clusters. label : (n,) int32, -1 for none."""
    order = np.flatnonzero(label >= 0)
    order = order[np.argsort(label[order], kind="stable")]
    start = np.searchsorted(label[order], np.arange(number + 1))
    place = np.zeros(label.size, np.int32)
    place[order] = np.arange(order.size) - start[label[order]]
    rows = tuple(as_indices(order[start[k] : start[k + 1]]) for k in range(number))
    return Members(label, rows, place)


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """Ties among the members of a family, sorted by the clusters of their ends.

    Attributes
    ----------
    ties : LayerTies
    start : (k * k + 1,) int64    those from cluster a to b: start[a * k + b] and on
    members : Members
    size : (n,) float64           of each organisation in the layer
    """

    ties: LayerTies
    start: Indices
    members: Members
    size: Floats

    def between(self, one: int, other: int, ground: Ground) -> Cut:
        """Return two clusters by themselves."""
        k = len(self.members.rows)
        cells = (one * k + one, other * k + other, one * k + other, other * k + one)
        chosen = np.concatenate([
            np.arange(self.start[cell], self.start[cell + 1]) for cell in cells
        ])  # fmt: skip
        rows = np.concatenate([self.members.rows[one], self.members.rows[other]])
        n_first = self.members.rows[one].size
        own = self.ties.chosen(chosen)
        source, target = (
            as_codes(self.members.place[end] + n_first * (self.members.label[end] == other))
            for end in (own.source, own.target)
        )
        ties = replace(own, source=source, target=target, n_organisations=rows.size)
        member = as_codes(np.arange(rows.size) >= n_first)
        here = replace(
            ground, xyz=as_floats(ground.xyz[rows]), floor_km=as_floats(ground.floor_km[rows])
        )
        return Cut(ties, member, here, as_floats(self.size[rows]))


def sorted_by_clusters(ties: LayerTies, members: Members, size: Floats) -> Sorted:
    """Sort the ties among the members of a family by the clusters of their ends.

    size : (n,) float64, of each organisation in the layer.
    """
    k = len(members.rows)
    here, there = members.label[ties.source], members.label[ties.target]
    among = np.flatnonzero((here >= 0) & (there >= 0))
    cell = here[among].astype(np.int64) * k + there[among]
    order = np.argsort(cell, kind="stable")
    start = np.searchsorted(cell[order], np.arange(k * k + 1))
    return Sorted(ties.chosen(among[order]), as_indices(start), members, size)
