"""Are two industries the same at so many digits of their codes? Yes, no, or not known."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from buzzline.arrays import Flags, Floats, as_floats

_CODE = re.compile(r"[A-Za-z]?\d[\d.\-–/ ]*")
_RANGE = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
_NOTHING = re.compile(r"\D")
MOSTLY = 0.5  # of the codes of a study without digits: names, to which digits do not apply


class Span(NamedTuple):
    """The digits of a code; two ends for a range such as 31-33, empty for a name."""

    low: str
    high: str


def span_of(code: str | None) -> Span:
    """Return the digits of a code of industries.

    Examples
    --------
    >>> span_of("C26.11").low, span_of("31-33"), span_of("software").low
    ('2611', Span(low='31', high='33'), '')
    """
    text = (code or "").strip()
    if not _CODE.fullmatch(text):
        return Span("", "")
    ends = _RANGE.fullmatch(text)
    if ends and len(ends[1]) == len(ends[2]) and ends[1] < ends[2]:
        return Span(ends[1], ends[2])
    digits = _NOTHING.sub("", text)
    return Span(digits, digits)


def are_names(codes: Collection[str]) -> bool:
    """Tell whether a classification consists of names rather than of digits.

    Examples
    --------
    >>> are_names(["biotech", "games"]), are_names(["3254", "334"])
    (True, False)
    """
    without = sum(not span_of(code).low for code in codes)
    return without > MOSTLY * len(codes)


def same_at(
    one: Sequence[str | None],
    other: Sequence[str | None],
    digits: int,
    *,
    listed: Collection[str] = (),
) -> Floats:
    """Tell of each pair of codes whether they agree in their first digits. (n,) 1, 0 or NaN.

    Parameters
    ----------
    one, other : (n,) codes, None where not known
    digits : int
        How many digits count.
    listed : codes
        Of the classification; a code that is not in it may be of another vintage.

    Returns
    -------
    (n,) float64
        1 the same, 0 not, NaN not known: see `table_of_same`.

    Examples
    --------
    >>> same_at(["3254", "3254", "32", "31-33"], ["3256", "3344", "3254", "3344"], 3).tolist()
    [1.0, 0.0, nan, nan]
    """
    rows, row = np.unique([code or "" for code in one], return_inverse=True)
    columns, column = np.unique([code or "" for code in other], return_inverse=True)
    table = table_of_same(rows.tolist(), columns.tolist(), digits, listed=listed)
    return as_floats(table[row.ravel(), column.ravel()])


def table_of_same(
    one: Sequence[str],
    other: Sequence[str],
    digits: int,
    *,
    listed: Collection[str] = (),
) -> Floats:
    """Tell of all codes of one list which of another agree with them. (n, m) 1, 0 or NaN.

    Codes that differ before either ends are not the same. Codes that agree as far as the
    shorter one goes, short of `digits`, are not known to be the same: 33 may be 3341. Where
    most codes are names, to which digits do not apply, only the same name is the same; a name
    among codes is the same as itself, else not known. Nor is it known whether a code that is
    not in the list of the classification differs from another: it may be of another vintage.

    Parameters
    ----------
    one : (n,) codes
    other : (m,) codes
        Empty where not known.
    digits : int
    listed : codes
        Also those which one of them begins, or which begin with one of them, are in the list.

    Examples
    --------
    >>> table_of_same(["33", "3341"], ["3341", "22"], 4).tolist()
    [[nan, 0.0], [1.0, 0.0]]
    """
    known = np.outer([bool(code) for code in one], [bool(code) for code in other])
    equal = np.equal.outer(np.array(one, dtype=object), np.array(other, dtype=object))
    named = [code for code in {*one, *other} if code]
    if are_names(named):
        return as_floats(np.where(known, np.where(equal, 1.0, 0.0), np.nan))
    rows, columns = [span_of(code) for code in one], [span_of(code) for code in other]
    reach = np.minimum.outer([len(s.low) for s in rows], [len(s.low) for s in columns])
    out = np.full(reach.shape, np.nan)
    for m in range(1, digits + 1):
        at = np.minimum(reach, digits) == m
        meet = _meet(rows, columns, m)
        out[at & ~meet] = 0.0
        if m == digits:
            out[at & meet] = 1.0
    out[equal & (reach == 0)] = 1.0
    if listed:
        sure = np.outer(_in_list(one, listed), _in_list(other, listed))
        out[(out == 0) & ~sure] = np.nan
    out[~known] = np.nan
    return as_floats(out)


def _meet(rows: Sequence[Span], columns: Sequence[Span], m: int) -> Flags:
    """Tell which spans overlap in their first m digits. (n, m) bool."""
    low, high = (np.array([int(s[end][:m] or -1) for s in rows]) for end in (0, 1))
    first, last = (np.array([int(s[end][:m] or -1) for s in columns]) for end in (0, 1))
    return np.asarray((low[:, None] <= last) & (first <= high[:, None]))


def _in_list(codes: Sequence[str], listed: Collection[str]) -> Flags:
    """Tell which codes belong to a classification: in its list, above it or below."""
    spans = [span_of(code).low for code in listed]
    inside = {digits[:k] for digits in spans for k in range(1, len(digits) + 1)}
    whole = set(spans) - {""}
    names = set(listed)
    return np.array([
        code in names or (low := span_of(code).low) in inside
        or any(low[:k] in whole for k in range(2, len(low)))
        for code in codes
    ], dtype=np.bool_)  # fmt: skip
