"""Clusters of one year followed into the next by the members they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from buzzline.arrays import Codes, Flags, Floats, Indices, as_indices
from buzzline.quantities import Share, Years


@dataclass(frozen=True, slots=True)
class HistoryRule:
    """When clusters of different years are taken for the same.

    Attributes
    ----------
    overlap : share
        Of the members of the one that are still there, or of all members of the other, that
        both must share to be tied.
    patience : years
        How long a cluster may not be found and is still taken up again.
    longest_gap : years
        From one observed year to the next; across a longer one nothing is followed.
    """

    overlap: Share = 0.5
    patience: Years = 2
    longest_gap: Years = 1


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One cluster in one year.

    Attributes
    ----------
    track : int             the cluster over the years
    at : int                position of the year
    members : (k,) int64    rows of organisations
    before : int            position of the year it was last found in; -1: it begins here
    """

    track: int
    at: int
    members: Indices
    before: int


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """Something that befalls clusters other than going on.

    Attributes
    ----------
    at, since : int                    positions of the years compared
    kind : str
    before, after : tuple of int       tracks
    cells : (b + 2, a + 2) int64       members by where they were and where they are; the last
                                       two rows: in none of them, not there; so the columns
    support : float                    share of resampled organisations that give the same
    """

    at: int
    since: int
    kind: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    cells: Indices
    support: float


@dataclass(slots=True, frozen=True, eq=False)
class _Last:
    """The last that was seen of a track."""

    track: int
    at: int
    members: Indices


def ties_between(cells: Indices, overlap: Share) -> Flags:
    """Tell which clusters before are tied to which after, in a table of members.

    Parameters
    ----------
    cells : (..., b + 2, a + 2) int64
        As in `Event`.
    overlap : share

    Returns
    -------
    (..., b, a) bool

    Examples
    --------
    >>> ties_between(np.array([[40, 0, 2], [40, 0, 2], [0, 0, 0], [80, 0, 0]]), 0.5).tolist()
    [[True], [True]]
    """
    shared = cells[..., :-2, :-2]
    still_there = cells[..., :-2, :-1].sum(axis=-1)
    size = cells[..., :-2].sum(axis=-2)
    enough = (shared >= overlap * still_there[..., None]) | (
        shared >= overlap * size[..., None, :]
    )
    return np.asarray(enough & (shared > 0))


def kind_of(cells: Indices) -> str:
    """Return what befell the clusters of a table of members.

    Examples
    --------
    >>> kind_of(np.array([[40, 0, 2], [40, 0, 2], [0, 0, 0], [80, 0, 0]]))
    'merged'
    >>> kind_of(np.array([[3, 37], [0, 0], [0, 0]])), kind_of(np.array([[9, 0, 0], [31, 0, 0]]))
    ('dissolved', 'born')
    """
    n_before, n_after = cells.shape[0] - 2, cells.shape[1] - 2
    if n_before and n_after:
        if n_before > 1 and n_after > 1:
            return "regrouped"
        return "merged" if n_before > 1 else "split" if n_after > 1 else "continued"
    if n_after:
        return "born" if 2 * cells[-1, 0] >= cells[:, 0].sum() else "emerged"
    return "dissolved" if 2 * cells[0, -1] >= cells[0].sum() else "faded"


def support_of(
    cells: Indices, overlap: Share, *, draws: int, rng: np.random.Generator
) -> float:
    """Return in which share of resampled organisations the same comes out; NaN for no draws.

    The clusters themselves are taken as found.
    """
    total = int(cells.sum())
    if not draws or not total:
        return float("nan")
    drawn = rng.multinomial(total, cells.ravel() / total, size=draws)
    resampled = drawn.reshape(draws, *cells.shape)
    same = ties_between(resampled, overlap) == ties_between(cells, overlap)
    alike = same.all(axis=(1, 2))
    if not (cells.shape[0] > 2 and cells.shape[1] > 2):
        kind = kind_of(cells)
        alike &= np.array([kind_of(one) == kind for one in resampled])
    return float(alike.mean())


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Members of the clusters last seen (j) by the clusters of a year (k)."""

    shared: coo_array  # (j, k), one entry a pair that shares members
    still_there: Indices
    gone: Indices
    size: Indices
    new: Indices

    def cells(self, rows: Indices, columns: Indices) -> Indices:
        """Return the table of some of them, as in `Event`."""
        dense = np.zeros((rows.size + 2, columns.size + 2), np.int64)
        one = np.isin(self.shared.row, rows) & np.isin(self.shared.col, columns)
        dense[
            np.searchsorted(rows, self.shared.row[one]),
            np.searchsorted(columns, self.shared.col[one]),
        ] = self.shared.data[one]
        block = dense[:-2, :-2]
        dense[:-2, -2] = self.still_there[rows] - block.sum(axis=1)
        dense[:-2, -1] = self.gone[rows]
        dense[-1, :-2] = self.new[columns]
        dense[-2, :-2] = self.size[columns] - self.new[columns] - block.sum(axis=0)
        return dense


def followed(
    found: Sequence[Sequence[Indices]],
    there: Flags,
    *,
    years: Sequence[int],
    rule: HistoryRule,
    draws: int,
    rng: np.random.Generator,
) -> tuple[list[Step], list[Event]]:
    """Follow the clusters of one industry over the years.

    Parameters
    ----------
    found : sequence of sequence of (k,) int64
        Members of each cluster of each year, as rows of organisations.
    there : (years, n) bool
    years : sequence of int
    rule : HistoryRule
    draws : int
        Resampled tables behind the support of each event.
    rng : Generator
    """
    steps: list[Step] = []
    events: list[Event] = []
    numbers, waiting = count(), list[_Last]()
    for at, clusters in enumerate(found):
        seen_before = at > 0 and years[at] - years[at - 1] <= rule.longest_gap
        waiting = waiting if seen_before else []
        table = _table(waiting, clusters, there, at)
        new, groups, missed = _gone_on(table, waiting, clusters, at=at, numbers=numbers,
                                       overlap=rule.overlap)  # fmt: skip
        steps += new
        # what is there in the first year, or after a gap, began unobserved
        for cells, before, after in groups if seen_before else ():
            since = min((one.at for one in before), default=at - 1)
            support = support_of(cells, rule.overlap, draws=draws, rng=rng)
            tracks = tuple(one.track for one in before), tuple(one.track for one in after)
            events.append(Event(at, since, kind_of(cells), *tracks, cells, support))
        events += _lost(missed, there, at, rule=rule, draws=draws, rng=rng)
        kept = [one for one in missed if years[at] - years[one.at] <= rule.patience]
        waiting = kept + [_Last(step.track, at, step.members) for step in new]
    return steps, _not_taken_up(events, steps)


def _gone_on(
    table: _Table,
    waiting: Sequence[_Last],
    clusters: Sequence[Indices],
    *,
    at: int,
    numbers: Iterator[int],
    overlap: Share,
) -> tuple[list[Step], list[tuple[Indices, list[_Last], list[Step]]], list[_Last]]:
    """Return the clusters of a year, what befell any, and who was not found."""
    steps, groups = list[Step](), list[tuple[Indices, list[_Last], list[Step]]]()
    taken = np.zeros(len(waiting), np.bool_)
    for rows, columns in _components(table, overlap):
        if not columns.size:
            continue
        taken[rows] = True
        cells, before = table.cells(rows, columns), [waiting[j] for j in rows]
        goes_on = kind_of(cells) == "continued"
        after = []
        for place, heir in zip(columns, [0] if goes_on else _heirs(cells), strict=True):
            one = before[heir] if heir >= 0 else _Last(next(numbers), -1, clusters[place])
            after.append(Step(one.track, at, clusters[place], one.at))
        steps += after
        if not goes_on:
            groups.append((cells, before, after))
    missed = [one for one, done in zip(waiting, taken, strict=True) if not done]
    return steps, groups, missed


def _lost(
    missed: Sequence[_Last], there: Flags, at: int, *, rule: HistoryRule, draws: int,
    rng: np.random.Generator,
) -> list[Event]:  # fmt: skip
    """Return that clusters found the year before are not found any more."""
    lost = []
    for one in missed:
        if one.at != at - 1:
            continue
        n_there = int(there[at, one.members].sum())
        cells = np.zeros((3, 2), np.int64)
        cells[0] = n_there, one.members.size - n_there
        support = support_of(cells, rule.overlap, draws=draws, rng=rng)
        lost.append(Event(at, one.at, kind_of(cells), (one.track,), (), cells, support))
    return lost


def _not_taken_up(events: Sequence[Event], steps: Sequence[Step]) -> list[Event]:
    """Leave out the loss of clusters that were taken up again."""
    last: dict[int, int] = {}
    for step in steps:
        last[step.track] = max(step.at, last.get(step.track, -1))
    later = {
        (track, event.at) for event in events if event.before and event.after
        for track in event.before
    }  # fmt: skip
    return [
        event for event in events
        if event.after or not (
            last[event.before[0]] >= event.at
            or any(track == event.before[0] and at > event.at for track, at in later)
        )
    ]  # fmt: skip


def _table(
    waiting: Sequence[_Last], clusters: Sequence[Indices], there: Flags, at: int
) -> _Table:
    n = there.shape[1]
    now, before = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    for k, members in enumerate(clusters):
        now[members] = k
    for j, one in enumerate(waiting):  # who was found elsewhere since belongs there
        before[one.members] = j
    size = _counts(now, len(clusters))
    there_now = there[at]
    there_before = there[at - 1] if at else np.zeros(n, np.bool_)
    known = before >= 0
    still = _counts(before[known & there_now], len(waiting))
    both = known & (now >= 0)
    width = max(len(clusters), 1)
    pair, shared = np.unique(
        before[both].astype(np.int64) * width + now[both], return_counts=True
    )
    return _Table(
        coo_array((shared, (pair // width, pair % width)), shape=(len(waiting), width)),
        still, _counts(before[known], len(waiting)) - still, size,
        _counts(now[(now >= 0) & ~known & ~there_before], len(clusters)),
    )  # fmt: skip


def _counts(codes: Codes, number: int) -> Indices:
    return as_indices(np.bincount(codes[codes >= 0], minlength=number))


def _components(table: _Table, overlap: Share) -> list[tuple[Indices, Indices]]:
    """Return groups of clusters that are tied to each other, before and after."""
    row, column, shared = table.shared.row, table.shared.col, table.shared.data
    tied = (shared >= overlap * table.still_there[row]) | (
        shared >= overlap * table.size[column]
    )
    n_before, n_after = table.still_there.size, table.size.size
    n = n_before + n_after
    graph = coo_array(
        (np.ones(int(tied.sum())), (row[tied], n_before + column[tied])), shape=(n, n)
    )
    _, label = connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(label[order])) + 1) if n else []
    return [
        (as_indices(group[group < n_before]), as_indices(group[group >= n_before] - n_before))
        for group in groups
    ]


def _heirs(cells: Indices) -> list[int]:
    """Return which cluster before goes on in each after: most of the one in most of the other.

    -1 where none does.
    """
    shared = cells[:-2, :-2]
    still_there = cells[:-2, :-1].sum(axis=1)
    old = cells[:-1, :-2].sum(axis=0)
    most = (2 * shared > still_there[:, None]) & (2 * shared > old[None, :])
    if not shared.shape[0]:
        return [-1] * shared.shape[1]
    return [int(found) for found in np.where(most.any(axis=0), most.argmax(axis=0), -1)]


def growth_of(sizes: Floats, entered: Floats, left: Floats) -> tuple[Floats, Floats]:
    """Return the growth of each step, in logarithms, and its standard error.

    Entries and exits are taken as Poisson counts: one more or less of either could have been.

    Parameters
    ----------
    sizes : (k + 1,) float64
    entered, left : (k,) float64

    Returns
    -------
    value, se : (k,) float64

    Examples
    --------
    >>> value, se = growth_of(np.array([20.0, 40]), np.array([24.0]), np.array([4.0]))
    >>> value.round(3).tolist(), se.round(3).tolist()
    ([0.693], [0.176])
    """
    value = np.diff(np.log(sizes))
    middle = (sizes[1:] + sizes[:-1]) / 2
    return value, np.sqrt(np.maximum(entered + left, 1.0)) / middle
