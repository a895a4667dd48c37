"""The four types of linkages between clusters: research, input-output, labour, knowledge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.layer_ties import LayerTies, layer_ties
from buzzline.tables.study import Study

TYPE_LAYERS: Mapping[str, tuple[str, ...]] = {
    "research": ("research", "coinvention", "coauthor"),
    "input-output": ("supply", "subcontract"),
    "labour": ("labour_move", "commute", "spin_off"),
    "knowledge": ("advice", "citation", "licence", "social", "co_attendance", "association"),
}
MOST_ROUND = 50  # owners in a circle of who owns whom that are followed
FUNDING_LAYERS = ("investment", "finance")


@dataclass(frozen=True, slots=True, eq=False)
class TypedTies:
    """The ties of the four types, each seen without direction, and of each layer by itself.

    Attributes
    ----------
    types : type to LayerTies
    layers : layer to LayerTies      with their direction
    unit : (n,) int32                what counts as one organisation: itself, or its owner
    """

    types: Mapping[str, LayerTies]
    layers: Mapping[str, LayerTies]
    unit: Codes

    def collapsed(self, unit: Codes) -> TypedTies:
        """Return the ties between different owners, each owner counting as one organisation.

        Parameters
        ----------
        unit : (n,) int32
            From `owner_units`.
        """
        return TypedTies(
            {name: between_units(ties, unit) for name, ties in self.types.items()},
            {name: between_units(ties, unit) for name, ties in self.layers.items()},
            unit,
        )


def typed_ties(study: Study) -> TypedTies:
    """Return the ties of a study by type; a type without ties is there, and empty."""
    wanted = (*(layer for some in TYPE_LAYERS.values() for layer in some), *FUNDING_LAYERS)
    present = set(study.linkages["layer"].unique()) | ({"labour_move"} & set(wanted))
    layers = {layer: layer_ties(study, layer) for layer in wanted if layer in present}
    n = study.organisations.height
    types = {
        name: _together([layers[layer] for layer in some if layer in layers], n)
        for name, some in TYPE_LAYERS.items()
    }
    return TypedTies(types, layers, as_codes(np.arange(n)))


def untyped_layers(study: Study) -> tuple[str, ...]:
    """Return the layers of a study that belong to none of the four types, nor to funding."""
    known = {layer for some in TYPE_LAYERS.values() for layer in some} | set(FUNDING_LAYERS)
    return tuple(
        layer for layer in study.linkages["layer"].unique().sort().to_list()
        if layer not in known
    )  # fmt: skip


def _together(parts: Sequence[LayerTies], n: int) -> LayerTies:
    source = np.concatenate([np.empty(0, np.int32), *(part.source for part in parts)])
    target = np.concatenate([np.empty(0, np.int32), *(part.target for part in parts)])
    weight = np.concatenate([np.empty(0), *(part.weight for part in parts)])
    record, last = [np.empty(0, np.int64)], 0
    if any(part.record.size for part in parts):
        for part in parts:  # a layer without records: every tie is one of its own
            own = part.record if part.record.size else np.arange(part.source.size)
            record.append(own.astype(np.int64) + last)
            last += int(own.max(initial=-1)) + 1
    return LayerTies(
        as_codes(source), as_codes(target), as_floats(weight), as_codes(np.concatenate(record)),
        False, n,
    )  # fmt: skip


def owner_units(organisations: pl.DataFrame) -> Codes:
    """Return what each organisation counts as once owners are collapsed: a row number. (n,).

    Examples
    --------
    >>> owner_units(pl.DataFrame({"org_id": ["a", "b", "c"], "owner_id": ["c", "c", None]}))
    array([2, 2, 2], dtype=int32)
    """
    number = organisations.select("org_id").with_row_index("owner_row")
    rows = organisations.select("org_id", "owner_id").join(
        number, left_on="owner_id", right_on="org_id", how="left", validate="m:1",
        maintain_order="left",
    )["owner_row"]  # fmt: skip
    own = np.arange(organisations.height)
    owner = rows.cast(pl.Int64).fill_null(-1).to_numpy()
    unit = np.where(owner >= 0, owner, own)
    for _ in range(int(np.log2(max(unit.size, 1))) + 1):  # owners of owners, to the last
        unit = unit[unit]
    # who own each other in a circle are one, under the first of them
    first = unit.copy()
    step = np.where(owner >= 0, owner, own)
    at = unit.copy()
    for _ in range(MOST_ROUND):
        at = step[at]
        first = np.minimum(first, at)
    return as_codes(first)


def between_units(ties: LayerTies, unit: Codes) -> LayerTies:
    """Return the ties whose two ends do not belong to one owner."""
    return ties.chosen(np.asarray(unit[ties.source] != unit[ties.target]))


@dataclass(frozen=True, slots=True, eq=False)
class TiesByCluster:
    """Where the ties with a member of each cluster stand.

    Attributes
    ----------
    ties : LayerTies
    label : (n,) int32               cluster of each organisation, -1 for none
    rows : tuple of (.,) int64       rows of the ties with a member, a cluster each
    """

    ties: LayerTies
    label: Codes
    rows: tuple[Indices, ...]

    def of_pair(self, one: int, other: int) -> LayerTies:
        """Return the ties with a member of either of two clusters, each once."""
        second = self.rows[other]
        here, there = self.label[self.ties.source[second]], self.label[self.ties.target[second]]
        more = second[(here != one) & (there != one)]
        return _taken(self.ties, as_indices(np.concatenate([self.rows[one], more])))


def ties_by_cluster(ties: LayerTies, label: Codes, n_clusters: int) -> TiesByCluster:
    """Return the ties of every cluster in one pass over all ties."""
    here, there = label[ties.source], label[ties.target]
    end = np.concatenate([here, np.where(there == here, -1, there)])
    row = np.tile(np.arange(ties.source.size), 2)
    chosen = end >= 0
    end, row = end[chosen], row[chosen]
    order = np.argsort(end, kind="stable")
    starts = np.searchsorted(end[order], np.arange(n_clusters + 1))
    rows = tuple(as_indices(row[order[starts[k] : starts[k + 1]]]) for k in range(n_clusters))
    return TiesByCluster(ties, label, rows)


def _taken(ties: LayerTies, rows: Indices) -> LayerTies:
    return LayerTies(
        ties.source[rows], ties.target[rows], ties.weight[rows],
        ties.record[rows] if ties.record.size else ties.record, ties.is_directed,
        ties.n_organisations,
    )  # fmt: skip
