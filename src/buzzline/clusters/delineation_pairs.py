"""Pairs of sibling clusters with what both tests found, and what the two say together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from buzzline.arrays import Codes, as_codes
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.delineation_reading import (
    Evidence,
    Row,
    Ties,
    distinct_at,
    read_ties,
)
from buzzline.clusters.delineation_rule import Held, outcome_of
from buzzline.clusters.distinctness import Distinctness
from buzzline.clusters.separation import Separation
from buzzline.errors import InvalidArgument

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Met:
    """Everything the two tests found, by pair, the stronger cluster first.

    Attributes
    ----------
    order : mapping of cluster_id to place in the clustering
    valleys : mapping of pair to row of `Distinctness.pairs`
    examined : set of cluster_id        clusters of the first test
    ties : mapping of pair to Evidence
    """

    order: Mapping[str, int]
    valleys: Mapping[Key, Row]
    examined: frozenset[str]
    ties: Mapping[Key, Evidence]

    def key(self, one: str, other: str) -> Key:
        """Return a pair, the stronger cluster first."""
        return (one, other) if self.order[one] < self.order[other] else (other, one)


def met_in(clustering: Clustering, distinct: Distinctness, separate: Separation) -> Met:
    """Return what the two tests found by pair.

    Raises
    ------
    InvalidArgument
        A record is of other clusters.
    """
    order = {name: at for at, name in enumerate(clustering.clusters["cluster_id"])}
    for name, frame, ends in (
        ("distinct", distinct.pairs, ("cluster_id", "other_id")),
        ("separate", separate.pairs, ("cluster_id", "sibling_id")),
    ):
        _refuse_others(name, (frame[end] for end in ends), order)
    empty = Met(order, {}, frozenset(distinct.pairs["cluster_id"]) | frozenset(
        distinct.pairs["other_id"].drop_nulls()), {})  # fmt: skip
    valleys = {
        empty.key(row["cluster_id"], row["other_id"]): row
        for row in distinct.pairs.filter(pl.col("other_id").is_not_null()).to_dicts()
    }
    layers: dict[Key, list[Row]] = {}
    for row in separate.pairs.to_dicts():
        layers.setdefault(empty.key(row["cluster_id"], row["sibling_id"]), []).append(row)
    alone = {row["cluster_id"]: row for row in separate.clusters.to_dicts()}
    ties = {key: _evidence(rows, [alone[end] for end in key]) for key, rows in layers.items()}
    return Met(order, valleys, empty.examined, ties)


def _refuse_others(name: str, ends: Iterable[pl.Series], order: Mapping[str, int]) -> None:
    strangers = sorted(set().union(*(set(end.drop_nulls()) for end in ends)) - set(order))
    if strangers:
        raise InvalidArgument(
            f"delineation: `{name}` is of other clusters: {strangers[0]!r} is not among those "
            "of `clustering`. Make all three from one clustering."
        )


def _evidence(rows: Sequence[Row], both: Sequence[Row]) -> Evidence:
    known = [row for row in both if row["value"] is not None]
    why_not = next((row["status"] for row in both if row["value"] is None), "")
    if not known:
        return Evidence(tuple(rows), why_not=why_not)
    least = min(known, key=lambda row: float(row["value"]))
    return Evidence(tuple(rows), least["value"], least["low"], least["high"], why_not)


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What the two tests say of one pair at one reading.

    Attributes
    ----------
    outcome : str
    distinct : bool or None
    ties : Ties
    is_compared : bool
        Whether the first test compared the two, or each with the next on a way between them.
    """

    outcome: str
    distinct: bool | None
    ties: Ties
    is_compared: bool


def verdicts(met: Met, held: Held) -> dict[Key, Verdict]:
    """Return the verdict on every pair of siblings.

    Clusters with others between them are distinct when every way between them over neighbours
    has a valley, and not when one way has none. Without any way over neighbours that were
    compared nothing is known: how far apart they are is no valley.
    """
    direct = {key: distinct_at(row, held) for key, row in met.valleys.items()}
    unparted = _joined(met, [key for key, is_apart in direct.items() if not is_apart])
    merged = _joined(met, [key for key, is_apart in direct.items() if is_apart is False])
    compared = _joined(met, list(met.valleys))
    found = {}
    for key, evidence in met.ties.items():
        one, other = (met.order[end] for end in key)
        is_compared = bool(compared[one] == compared[other])
        if key in direct:
            distinct = direct[key]
        elif not is_compared:
            distinct = None
        elif merged[one] == merged[other]:
            distinct = False
        else:
            distinct = True if unparted[one] != unparted[other] else None
        ties = read_ties(evidence, held)
        outcome = outcome_of(distinct, ties.separate)
        found[key] = Verdict(outcome, distinct, ties, is_compared)
    return found


def _joined(met: Met, pairs: Sequence[Key]) -> Codes:
    """Return a number for each cluster, the same for clusters joined by the pairs."""
    n = len(met.order)
    one, other = ([met.order[key[end]] for key in pairs] for end in (0, 1))
    graph = coo_array((np.ones(len(pairs)), (one, other)), shape=(n, n))
    return as_codes(connected_components(graph, directed=False)[1])
