"""Ties and a sample of the pairs that are not tied, with how likely each was taken.

Among n organisations n (n - 1) / 2 pairs could be tied and few are. All ties (up to a number)
are taken, all pairs that share something rare (an owner, an acquaintance), and of all others a
random sample; how likely a tie was taken relative to a pair that is none enters a logit as a
known constant, so that coefficients are those of all pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from buzzline.arrays import Codes, Flags, Floats, Indices, as_floats, as_indices
from buzzline.linkages.tied_pairs import TiedPairs
from buzzline.quantities import Count

CONTROLS_EACH = 5  # pairs that are no tie, for each tie: more gain little
FEWEST_CONTROLS = 2_000
LARGEST_GROUP = 200  # members of one owner of whom all pairs are listed
ROUNDS = 50  # of drawing pairs until enough are no ties


@dataclass(frozen=True, slots=True, eq=False)
class SampledPairs:
    """Pairs, which of them are ties, and how they were taken.

    Attributes
    ----------
    one, other : (k,) int64         rows of organisations
    tied, rare : (k,) bool          are a tie; share something rare
    taken : (k,) float64            probability with which each was taken
    record_row, record : (r,) int64 which pair stands in which record
    n_organisations, n_tied, n_pairs : int
        Of all there are: organisations, ties, pairs.
    """

    one: Indices
    other: Indices
    tied: Flags
    rare: Flags
    taken: Floats
    record_row: Indices
    record: Indices
    n_organisations: int
    n_tied: int
    n_pairs: int

    @property
    def offset(self) -> Floats:
        """Log of how much likelier a tie was taken than a pair that is none, (k,)."""
        ties = float(self.taken[self.tied].mean()) if self.tied.any() else 1.0
        found = np.empty(self.one.size)
        for which in (self.rare, ~self.rare):
            others = which & ~self.tied
            found[which] = ties / (float(self.taken[others].mean()) if others.any() else 1.0)
        return as_floats(np.log(found))


def sampled_pairs(
    ties: TiedPairs,
    among: Flags,
    rare: sparse.csr_array,
    *,
    most: Count,
    rng: np.random.Generator,
) -> SampledPairs:
    """Return ties among some organisations and pairs that are no ties.

    Parameters
    ----------
    ties : TiedPairs
    among : (n,) bool               organisations that can be tied
    rare : (n, n) csr               symmetric; pairs that share something rare
    most : count                    of ties; beyond, a random sample of them
    rng : Generator

    Returns
    -------
    SampledPairs
    """
    kept = ties.chosen(as_indices(np.flatnonzero(among[ties.one] & among[ties.other])))
    n, rows = among.size, np.flatnonzero(among)
    n_pairs = rows.size * (rows.size - 1) // 2
    all_keys = np.sort(kept.one * n + kept.other)
    chosen = kept
    if kept.one.size > most:
        chosen = kept.chosen(
            as_indices(np.sort(rng.choice(kept.one.size, most, replace=False)))
        )
    listed = _listed(rare, among, all_keys)
    room = max(CONTROLS_EACH * chosen.one.size, FEWEST_CONTROLS)
    some = listed if listed.size <= room else np.sort(rng.choice(listed, room, replace=False))
    excluded = np.sort(np.concatenate([all_keys, listed]))
    drawn, share = _drawn(rows, excluded, n, room=room, n_pairs=n_pairs, rng=rng)
    keys = np.concatenate([chosen.one * n + chosen.other, some, drawn])
    taken = np.concatenate([
        np.full(chosen.one.size, chosen.one.size / max(kept.one.size, 1)),
        np.full(some.size, some.size / max(listed.size, 1)), np.full(drawn.size, share),
    ])  # fmt: skip
    tied = np.arange(keys.size) < chosen.one.size
    is_rare = np.isin(keys, listed)
    is_rare[tied] = _shares(rare, chosen)
    return SampledPairs(
        as_indices(keys // n), as_indices(keys % n), tied, is_rare, as_floats(taken),
        chosen.pair, chosen.record, rows.size, int(kept.one.size), n_pairs,
    )  # fmt: skip


def _shares(rare: sparse.csr_array, pairs: TiedPairs) -> Flags:
    if not pairs.one.size:  # indexing with nothing gives something else
        return np.zeros(0, np.bool_)
    return np.asarray(as_floats(rare[pairs.one, pairs.other]).ravel() > 0)


def _listed(rare: sparse.csr_array, among: Flags, ties: Indices) -> Indices:
    """Return the keys of pairs that share something rare and are no ties."""
    pairs = sparse.triu(rare, k=1).tocoo()
    inside = among[pairs.row] & among[pairs.col]
    keys = pairs.row[inside].astype(np.int64) * among.size + pairs.col[inside]
    return as_indices(np.sort(keys[~np.isin(keys, ties)]))


def _drawn(
    rows: Indices, excluded: Indices, n: int, *, room: int, n_pairs: int,
    rng: np.random.Generator,
) -> tuple[Indices, float]:  # fmt: skip
    """Return keys of random pairs that are not excluded, and the share of those there are."""
    left = n_pairs - excluded.size
    if left <= 2 * room:  # all of them
        one, other = np.triu_indices(rows.size, k=1)
        keys = rows[one].astype(np.int64) * n + rows[other]
        return as_indices(keys[~np.isin(keys, excluded)]), 1.0
    found = np.empty(0, np.int64)
    for _ in range(ROUNDS):
        ends = rows[rng.integers(rows.size, size=(2, 2 * room))]
        low, high = ends.min(axis=0), ends.max(axis=0)
        keys = (low.astype(np.int64) * n + high)[low != high]
        found = np.unique(np.concatenate([found, keys[~np.isin(keys, excluded)]]))
        if found.size >= room:
            break
    if found.size > room:
        found = np.sort(rng.choice(found, room, replace=False))
    return as_indices(found), found.size / left


def sharing_pairs(owner: Codes, social: sparse.csr_array | None) -> sparse.csr_array:
    """Return pairs of one owner or acquainted, (n, n) csr, symmetric.

    Of owners of more than two hundred organisations no pairs are listed: what they share is not
    rare.
    """
    n = owner.size
    size = np.bincount(owner + 1)
    shared = (size[owner + 1] > 1) & (size[owner + 1] <= LARGEST_GROUP) & (owner >= 0)
    rows = np.flatnonzero(shared)
    member = sparse.coo_array(
        (np.ones(rows.size), (rows, owner[rows])), shape=(n, int(owner.max(initial=0)) + 1)
    ).tocsr()
    found = sparse.csr_array(member @ member.T)
    if social is not None:
        found = sparse.csr_array(found + social)
    found.setdiag(0)
    found.eliminate_zeros()
    found.data[:] = 1.0
    return found
