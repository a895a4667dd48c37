"""Pairs that could tie after a gathering: those that did, and a sample of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.linkages.gathering_ties import DatedTies, Gathering, Homes, same, within
from buzzline.linkages.pair_errors import PairRows
from buzzline.randomness import child
from buzzline.space.globe import distance_km

MOST_OTHERS = 200_000  # pairs that did not tie, over all gatherings
FEWEST_OTHERS = 2_000  # in each gathering, of those who met and of those who did not


@dataclass(frozen=True, slots=True, eq=False)
class PairTable:
    """Pairs by gathering: every pair that tied after it, and a sample of those that did not.

    Attributes
    ----------
    rows : PairRows
    gathering : (m,) int64          number of the gathering
    is_new : (m,) bool              a tie began after it
    planned : (m,) bool             both took part, or planned to
    is_held : (m,) bool             the gathering took place
    before : (m,) bool              tied at some time before it
    km : (m,) float64               NaN where not known
    same_home, same_industry, same_owner : (m,) bool
    taken : (m,) float64            share of pairs like it (all of them where tied) taken
    """

    rows: PairRows
    gathering: Indices
    is_new: Flags
    planned: Flags
    is_held: Flags
    before: Flags
    km: Floats
    same_home: Flags
    same_industry: Flags
    same_owner: Flags
    taken: Floats

    @property
    def worth(self) -> Floats:
        """How many pairs each row stands for, (m,)."""
        return as_floats(np.where(self.is_new, 1.0, 1 / self.taken))


def pair_table(
    gatherings: Sequence[Gathering], ties: DatedTies, homes: Homes, *, after_days: float,
    seed: int,
) -> PairTable:  # fmt: skip
    """Return the pairs of everybody seen at any of the gatherings, gathering by gathering.

    Parameters
    ----------
    gatherings : sequence of Gathering
    ties : DatedTies
    homes : Homes
    after_days : float              how long after its first day ties count as new
    seed : int
    """
    n = ties.n_organisations
    anybody = np.zeros(n, np.bool_)
    for one in gatherings:
        anybody[one.present] = True
    share = max(FEWEST_OTHERS, MOST_OTHERS // max(2 * len(gatherings), 1))
    first = _first_days(ties)
    parts = []
    for number, gathering in enumerate(gatherings):
        until = gathering.start + after_days
        there = anybody & (homes.opened <= until) & (homes.closed >= gathering.start)
        present = within(gathering.present, n) & there
        rng = child(seed, "pairs", gathering.gathering_id)
        code, taken = _others(present, there, share, rng)
        new = ties.begun(gathering.start - 1, until)
        new = new[there[ties.one[new]] & there[ties.other[new]]]
        sampled = _Sampled(gathering, code, taken, new, present)
        parts.append(_rows_of(number, sampled, ties, first))
    return _joined(parts, ties, homes, gatherings)


def _first_days(ties: DatedTies) -> tuple[Indices, Indices]:
    """Return each pair that is ever tied, by code, and the day it first was."""
    order = np.lexsort((ties.start, ties.code))
    code, at = np.unique(ties.code[order], return_index=True)
    return as_indices(code), ties.start[order][at]


def _others(
    present: Flags, there: Flags, most: int, rng: np.random.Generator
) -> tuple[Indices, Floats]:
    """Return codes of pairs of those present and of all others, and which share was taken."""
    n = present.size
    met, met_share = _some_pairs(as_indices(np.flatnonzero(present)), n, most, rng)
    apart, apart_share = _some_pairs(as_indices(np.flatnonzero(there)), n, most, rng)
    apart = apart[~(present[apart // n] & present[apart % n])]
    taken = np.concatenate([np.full(met.size, met_share), np.full(apart.size, apart_share)])
    return as_indices(np.concatenate([met, apart])), as_floats(taken)


def _some_pairs(
    who: Indices, n: int, most: int, rng: np.random.Generator
) -> tuple[Indices, float]:
    """Return pairs of some organisations, all or as many at random, and which share that is."""
    total = who.size * (who.size - 1) // 2
    if total <= most:
        one, other = np.triu_indices(who.size, 1)
        return as_indices(who[one] * n + who[other]), 1.0
    number = np.unique(rng.integers(total, size=round(most * 1.1)))
    number = np.sort(rng.permutation(number)[:most])
    # pair k of the triangle, column by column: other is the largest o with o (o - 1) / 2 <= k
    other = ((1 + np.sqrt(1 + 8.0 * number)) / 2).astype(np.int64)
    other -= other * (other - 1) // 2 > number
    other += (other + 1) * other // 2 <= number
    one = number - other * (other - 1) // 2
    return as_indices(who[one] * n + who[other]), number.size / total


@dataclass(frozen=True, slots=True, eq=False)
class _Sampled:
    """What was drawn around one gathering: codes of pairs, and the ties that began after."""

    gathering: Gathering
    code: Indices
    taken: Floats
    new: Indices
    present: Flags


def _rows_of(
    number: int, sampled: _Sampled, ties: DatedTies, first: tuple[Indices, Indices]
) -> dict[str, np.ndarray]:
    """Return the rows of one gathering: pairs newly tied, and those sampled of the rest."""
    code, taken, new, present = sampled.code, sampled.taken, sampled.new, sampled.present
    n, gathering = present.size, sampled.gathering
    tied, place = np.unique(ties.code[new], return_inverse=True)
    keep = ~np.isin(code, tied)
    both = np.concatenate([tied, code[keep]])
    one, other = both // n, both % n
    planned = present[one] & present[other]
    # the share taken belongs to the kind of pair, whether it tied or not
    of_kind = [_share_of(taken, present, code, kind) for kind in (False, True)]
    record = ties.record[new] if ties.record.size else np.full(new.size, -1)
    stands = record >= 0
    known = np.unique(np.column_stack([place[stands], record[stands]]), axis=0)
    at = np.searchsorted(first[0], both).clip(max=max(first[0].size - 1, 0))
    seen = first[0][at] == both if first[0].size else np.zeros(both.size, np.bool_)
    before = seen & (first[1][at] < gathering.start) if first[0].size else seen
    return {
        "code": both, "is_new": np.arange(both.size) < tied.size, "planned": planned,
        "gathering": np.full(both.size, number), "before": before,
        "taken": np.where(planned, of_kind[1], of_kind[0]),
        "record_row": known[:, 0], "record": known[:, 1],
    }  # fmt: skip


def _share_of(taken: Floats, present: Flags, code: Indices, kind: bool) -> float:
    n = present.size
    of = taken[(present[code // n] & present[code % n]) == kind]
    return float(of[0]) if of.size else 1.0


def _joined(
    parts: list[dict[str, np.ndarray]], ties: DatedTies, homes: Homes,
    gatherings: Sequence[Gathering],
) -> PairTable:  # fmt: skip
    sizes = np.cumsum([0, *(part["code"].size for part in parts)])
    every = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    shift = np.repeat(sizes[:-1], [part["record_row"].size for part in parts])
    one, other = every["code"] // ties.n_organisations, every["code"] % ties.n_organisations
    one, other = as_indices(one), as_indices(other)
    held = np.array([each.is_held for each in gatherings], np.bool_)
    rows = PairRows(
        one, other, as_indices(every["record_row"] + shift), as_indices(every["record"])
    )
    number = as_indices(every["gathering"])
    return PairTable(
        rows, number, every["is_new"], every["planned"], held[number], every["before"],
        distance_km(homes.xyz[one], homes.xyz[other]), same(homes.home, one, other),
        same(homes.industry, one, other), same(homes.owner, one, other),
        as_floats(every["taken"]),
    )  # fmt: skip
