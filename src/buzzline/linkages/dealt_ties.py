"""Ties dealt anew: one by one, or consortium by consortium where they come so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from buzzline.arrays import Indices, as_indices
from buzzline.kernels.consortia import pairs_within
from buzzline.kernels.rewiring import rewire
from buzzline.quantities import Draws

TRIES_A_TIE = 6  # exchanges tried between two networks; five times as many before the first
MOSTLY = 0.9  # of the ties, from which on they are taken as those of consortia

Ends = tuple[Indices, Indices]


@dataclass(frozen=True, slots=True, eq=False)
class TieList:
    """Ties to be dealt anew.

    Attributes
    ----------
    source, target : (m,) int64    each pair once; without direction the smaller first
    pair, unit : (t,) int64        every mention: of which pair, and in which unit
    n, n_members : int             nodes; those from `n_members` on are never tied to each other
    is_directed : bool
    """

    source: Indices
    target: Indices
    pair: Indices
    unit: Indices
    n: int
    n_members: int
    is_directed: bool


def dealt_ties(ties: TieList, draws: Draws, rng: np.random.Generator) -> Iterator[TieList]:
    """Yield ties of random networks, each pair once, with the units they come in.

    Everybody keeps how many ties leave and arrive. Where ties come in consortia (without
    direction, everybody of a record tied to everybody), it is who takes part in which record
    that is dealt: everybody keeps the number of records, and records their size.
    """
    key = np.uint64(rng.integers(2**63))
    part = taking_part(ties)
    if part is None:
        source, target = ties.source.copy(), ties.target.copy()
        for draw in range(draws):
            tries = TRIES_A_TIE * source.size * (5 if draw == 0 else 1)
            rewire(source, target, ties.n, ties.n_members, ties.is_directed, tries, key,
                   np.uint64(draw))  # fmt: skip
            low, high = source, target
            if not ties.is_directed:
                low, high = np.minimum(source, target), np.maximum(source, target)
            yield replace(ties, source=low.copy(), target=high.copy())
        return
    node, record = part[0].copy(), part[1] + ties.n
    n = int(record.max(initial=0)) + 1
    for draw in range(draws):
        tries = TRIES_A_TIE * node.size * (5 if draw == 0 else 1)
        rewire(node, record, n, n, True, tries, key, np.uint64(draw))
        yield tied_within(node, record - ties.n, ties)


def taking_part(ties: TieList) -> Ends | None:
    """Return who takes part in which record, or None where ties do not come in consortia."""
    if ties.is_directed or not ties.unit.size:
        return None
    n_units = int(ties.unit.max()) + 1
    if n_units == ties.unit.size:  # every tie by itself
        return None
    both = np.concatenate([ties.source[ties.pair], ties.target[ties.pair]])
    keys = np.unique(np.tile(ties.unit, 2) * ties.n + both)
    record, node = keys // ties.n, keys % ties.n
    size = np.bincount(record, minlength=n_units)
    beyond = np.bincount(record[node >= ties.n_members], minlength=n_units)
    complete = size * (size - 1) // 2 - beyond * (beyond - 1) // 2
    told = np.unique(ties.unit * ties.source.size + ties.pair) // max(ties.source.size, 1)
    n_told = np.bincount(told, minlength=n_units)
    if n_told[n_told == complete].sum() < MOSTLY * n_told.sum():
        return None
    return as_indices(node), as_indices(record)


def tied_within(node: Indices, record: Indices, ties: TieList) -> TieList:
    """Return the pairs that take part in some record together, each once, by record."""
    order = np.argsort(record, kind="stable")
    n_records = int(record.max(initial=-1)) + 1
    start = np.searchsorted(record[order], np.arange(n_records + 1))
    pairs = pairs_within(as_indices(start), as_indices(node[order]), ties.n_members)
    size = np.diff(start)
    beyond = np.bincount(record[node >= ties.n_members], minlength=n_records)
    n_pairs = size * (size - 1) // 2 - beyond * (beyond - 1) // 2
    keys, pair = np.unique(pairs[:, 0] * ties.n + pairs[:, 1], return_inverse=True)
    return replace(
        ties, source=as_indices(keys // ties.n), target=as_indices(keys % ties.n),
        pair=as_indices(pair), unit=np.repeat(np.arange(n_records), n_pairs),
    )  # fmt: skip
