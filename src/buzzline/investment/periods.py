"""Periods with as many deals in each, and what chance gives for a change between them."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Indices, as_indices
from buzzline.quantities import Count

Span = tuple[int, int]


def periods_of(year: Indices, n: Count) -> tuple[Span, ...]:
    """Return first and last year of periods with about equally many; fewer where years fail.

    Parameters
    ----------
    year : (k,) int64               0: not known, counts for nothing
    n : count

    Examples
    --------
    >>> periods_of(np.array([2001, 2001, 2002, 2003, 2004, 2004, 0]), 3)
    ((2001, 2001), (2002, 2003), (2004, 2004))
    """
    known = np.sort(year[year > 0])
    if not known.size:
        return ()
    years, counts = np.unique(known, return_counts=True)
    before = np.cumsum(counts) - counts / 2  # a year goes where its middle falls
    part = np.minimum((before * n / known.size).astype(np.int64), n - 1)
    return tuple(
        (int(years[part == one].min()), int(years[part == one].max()))
        for one in np.unique(part)
    )


def period_numbers(year: Indices, periods: tuple[Span, ...]) -> Indices:
    """Return the number of the period of each year, -1 for none."""
    out = np.full(year.size, -1, np.int64)
    for number, (first, last) in enumerate(periods):
        out[(year >= first) & (year <= last)] = number
    return as_indices(out)


def periods_dealt(group: Indices, period: Indices, rng: np.random.Generator) -> Indices:
    """Return periods dealt anew, all deals of a group in one period together.

    Only blocks of about one size (within a factor of two) are exchanged, so that every period
    keeps about as many deals as it has.

    Parameters
    ----------
    group, period : (k,) int64      period -1 stays
    rng : Generator

    Examples
    --------
    >>> group, period = np.array([0, 0, 1, 2, 2, 3]), np.array([0, 0, 0, 1, 1, 1])
    >>> dealt = periods_dealt(group, period, np.random.default_rng(1))
    >>> bool(dealt[0] == dealt[1]), sorted(dealt.tolist())
    (True, [0, 0, 0, 1, 1, 1])
    """
    some = period >= 0
    k = int(period.max(initial=0)) + 1
    keys, block, size = np.unique(
        group[some] * k + period[some], return_inverse=True, return_counts=True
    )
    own = keys % k
    dealt = own.copy()
    classes = np.floor(np.log2(size)).astype(np.int64) if size.size else size
    for one in np.unique(classes):
        at = np.flatnonzero(classes == one)
        dealt[at] = rng.permutation(own[at])
    out = period.copy()
    out[some] = dealt[block]
    return as_indices(out)
