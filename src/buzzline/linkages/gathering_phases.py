"""Before, during and after a gathering: who of those present is tied, and how homes mix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.linkages.gathering_ties import DURING_DAYS, DatedTies, Gathering, within
from buzzline.linkages.pair_errors import PairRows, interval_of, joined_rows
from buzzline.quantities import Share
from buzzline.wording import plural

FEWEST_PAIRS = 10  # tied pairs of which a share is told
PHASES = ("before", "during", "after")


@dataclass(frozen=True, slots=True, eq=False)
class Phases:
    """Ties among those present, by phase; each a list of tie numbers.

    Attributes
    ----------
    earlier : (m,) int64        lasting in the window before the one before
    before, after : (m,) int64  lasting in the window before it starts, and after it ends
    during : (m,) int64         that begin at it, or in the month after
    """

    earlier: Indices
    before: Indices
    during: Indices
    after: Indices


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure with its interval, or why there is none."""

    value: float = nan
    low: float = nan
    high: float = nan
    p: float = nan
    n: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """An estimate over pairs, with what each pair adds to its error.

    Attributes
    ----------
    value : float
    influence : (m,) float64
    rows : PairRows
    """

    value: float
    influence: Floats
    rows: PairRows

    def less(self, other: Linear) -> Linear:
        """Return the difference of two estimates, pairs of both moving together."""
        both = np.concatenate([self.influence, -other.influence])
        rows = joined_rows([self.rows, other.rows])
        return Linear(self.value - other.value, as_floats(both), rows)

    def measured(self, level: Share, low: float, high: float) -> Measured:
        """Return the estimate with its interval within bounds."""
        n = self.influence.size
        if n < FEWEST_PAIRS:
            reason = f"{plural(n, 'tied pair')}, at least {FEWEST_PAIRS} are needed"
            return Measured(self.value, n=n, reason=reason)
        at, to, p = interval_of(
            self.value, self.influence, self.rows, level=level, bounds=(low, high)
        )
        return Measured(self.value, at, to, p, n)


def phases_of(gathering: Gathering, ties: DatedTies, days: float) -> Phases:
    """Return the ties among those present in each phase.

    Parameters
    ----------
    gathering : Gathering
    ties : DatedTies
    days : float                how long the window before and after is
    """
    present = within(gathering.present, ties.n_organisations)
    among = present[ties.one] & present[ties.other]
    start, end = gathering.start, max(gathering.end, gathering.start)

    def only(which: Indices) -> Indices:
        return which[among[which]]

    return Phases(
        only(ties.lasting(start - 2 * days, start - days - 1)),
        only(ties.lasting(start - days, start - 1)),
        only(ties.begun(start - 1, end + DURING_DAYS)),
        only(ties.lasting(end + 1, end + days)),
    )


def tied_pairs(ties: DatedTies, which: Indices) -> tuple[Indices, PairRows]:
    """Return the pairs that some ties join, once each, with every record they stand in."""
    code, place = np.unique(ties.code[which], return_inverse=True)
    n = ties.n_organisations
    rows = ties.rows(which)
    stands = np.column_stack([place[rows.record_row], rows.record])
    stands = np.unique(stands.reshape(-1, 2), axis=0)
    return as_indices(code), PairRows(
        as_indices(code // n), as_indices(code % n), as_indices(stands[:, 0]),
        as_indices(stands[:, 1]),
    )  # fmt: skip


def turnover(ties: DatedTies, steps: Sequence[tuple[Indices, Indices]]) -> Linear | None:
    """Return the share of tied pairs that are tied only before or only after, 1 - Jaccard.

    Parameters
    ----------
    ties : DatedTies
    steps : sequence of (ties before, ties after)
        One a gathering; pooled.

    Returns
    -------
    Linear, or None where no pair is tied.
    """
    kept, rows = [], []
    for before, after in steps:
        code, pairs = tied_pairs(ties, as_indices(np.concatenate([before, after])))
        in_both = np.isin(code, ties.code[before]) & np.isin(code, ties.code[after])
        kept.append(in_both)
        rows.append(pairs)
    both = np.concatenate(kept) if kept else np.zeros(0, np.bool_)
    if not both.size:
        return None
    value = 1 - float(both.mean())
    return Linear(value, as_floats(((~both) - value) / both.size), joined_rows(rows))


def assortativity(home: Indices, one: Indices, other: Indices) -> tuple[float, Floats]:
    """Return how much tied pairs share homes beyond how often homes occur among them.

    Newman's coefficient: 1 where all ties stay at home, 0 where homes mix as if dealt at
    random among the ends of ties, below 0 where ties avoid home.

    Parameters
    ----------
    home : (n,) int64               of each organisation
    one, other : (m,) int64         tied pairs, homes of both known

    Returns
    -------
    float
        NaN where all ends share one home.
    (m,) float64
        What each pair adds to its error.

    References
    ----------
    .. [1] Newman, M. E. J. (2003). Mixing patterns in networks. Physical Review E 67, 026126.
       doi:10.1103/PhysRevE.67.026126

    Examples
    --------
    >>> home = np.array([0, 0, 1, 1])
    >>> assortativity(home, np.array([0, 2, 0]), np.array([1, 3, 2]))[0].__round__(4)
    0.3333
    """
    here, there = home[one], home[other]
    n = one.size
    if not n:
        return nan, as_floats([])
    ends = np.bincount(np.concatenate([here, there])) / (2 * n)
    within_home, by_chance = float((here == there).mean()), float(ends @ ends)
    if by_chance >= 1:
        return nan, np.full(n, nan)
    value = (within_home - by_chance) / (1 - by_chance)
    seen = ((here == there) - within_home) / n
    chance = (ends[here] + ends[there] - 2 * by_chance) / n
    return value, as_floats((seen - (1 - value) * chance) / (1 - by_chance))


@dataclass(frozen=True, slots=True, eq=False)
class Mixing:
    """How tied pairs mix homes in one phase.

    Attributes
    ----------
    n : int                     tied pairs with known homes
    same_home : share           of them
    by_chance : share           as often as homes occur among them
    found : Linear or None      assortativity
    reason : str
    """

    n: int
    same_home: float
    by_chance: float
    found: Linear | None
    reason: str = ""


def mixing(ties: DatedTies, home: Indices, parts: Sequence[Indices]) -> Mixing:
    """Return how the pairs that ties join mix homes, pooled over gatherings.

    Parameters
    ----------
    ties : DatedTies
    home : (n,) int64           -1 where not known
    parts : sequence of tie numbers, one a gathering
    """
    rows = joined_rows([tied_pairs(ties, part)[1] for part in parts])
    known = as_indices(np.flatnonzero((home[rows.one] >= 0) & (home[rows.other] >= 0)))
    rows = rows.chosen(known)
    value, influence = assortativity(home, rows.one, rows.other)
    if not known.size:
        return Mixing(0, nan, nan, None, "no tied pair with known homes")
    share = float((home[rows.one] == home[rows.other]).mean())
    if value != value:
        return Mixing(known.size, share, 1.0, None, "all are of one home")
    chance = (share - value) / (1 - value) if value < 1 else nan
    return Mixing(known.size, share, chance, Linear(value, influence, rows))


def differ(home: Indices, present: Indices) -> tuple[float, int, int]:
    """Return how likely two of those present are of different homes, and two counts.

    The counts are of those whose home is known, and of their homes.

    Examples
    --------
    >>> differ(np.array([0, 0, 0, 1, -1]), np.array([0, 1, 2, 3, 4]))
    (0.5, 4, 2)
    """
    known = home[present]
    known = known[known >= 0]
    n = known.size
    if n < 2:
        return nan, n, np.unique(known).size
    count = np.bincount(known)
    return 1 - float((count * (count - 1)).sum()) / (n * (n - 1)), n, int((count > 0).sum())
