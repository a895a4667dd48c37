"""How far do the industries at both ends of deals agree, digit by digit?

A code that does not reach k digits says nothing about k digits: whether two industries are the
same there is unknown, even where their first digits differ. Counting only the pairs that differ
would make short codes look unlike each other. The same holds for codes that are not in the
list of the classification: they may be of another vintage.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Indices, as_codes
from buzzline.investment.codes import are_names, span_of

MOST_DIGITS = 6
WHOLE_NAME = 0  # the level of industries without digits: the same name, or not
UNKNOWN = -1


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """The industries of both ends of deals, at every number of digits.

    Attributes
    ----------
    levels : tuple of int
        Numbers of digits, coarsest first; `(0,)` for a classification of names.
    source, target : (levels, n) int32
        Number of the code at each level; -1 where it is missing, too short or not listed.
        Equal numbers at one level are equal codes.
    n_unlisted : int
        Codes that the list of the classification does not hold.
    """

    levels: tuple[int, ...]
    source: Codes
    target: Codes
    n_unlisted: int = 0

    def known_at(self, row: int) -> Indices:
        """Return which deals have both ends known at a level."""
        return np.flatnonzero((self.source[row] >= 0) & (self.target[row] >= 0))


def ladder_of(
    source: pl.Series,
    target: pl.Series,
    *,
    listed: Collection[str] = (),
    most: int = MOST_DIGITS,
) -> Ladder:
    """Return the industries of both ends of deals at every number of digits.

    Parameters
    ----------
    source, target : (n,) series of str
        Null where not known.
    listed : codes
        Of the classification; none: every code is of it.
    most : int
        Digits looked at.

    Examples
    --------
    >>> found = ladder_of(pl.Series(["3344", "31"]), pl.Series(["3341", "3254"]))
    >>> found.levels, (found.source == found.target).tolist()[2]
    ((1, 2, 3, 4), [True, False])
    >>> found.source[2].tolist()[1]  # "31" does not reach three digits
    -1
    """
    together = pl.concat([source.alias("code"), target.alias("code")]).cast(pl.String)
    names = together.drop_nulls().unique().to_list()
    if not names or are_names(names):
        both = _numbers(together)[None, :]
        return Ladder((WHOLE_NAME,), both[:, : source.len()], both[:, source.len() :])
    digits = {name: _digits(name) for name in names}
    strange = set(names) - _of_list(digits, listed) if listed else set[str]()
    digits = {name: "" if name in strange else code for name, code in digits.items()}
    deepest = min(max(map(len, digits.values())), most)
    levels = tuple(range(1, max(deepest, 1) + 1))
    own = together.replace_strict(digits, default=None, return_dtype=pl.String)
    both = as_codes(np.stack([_numbers(_cut(own, k)) for k in levels]))
    return Ladder(levels, both[:, : source.len()], both[:, source.len() :], len(strange))


def digits_in_common(ladder: Ladder) -> Indices:
    """Return in how many digits each pair agrees; -1 where either is not known at all.

    Examples
    --------
    >>> pairs = ladder_of(pl.Series(["3344", None]), pl.Series(["3341", "11"]))
    >>> digits_in_common(pairs).tolist()
    [3, -1]
    """
    known = (ladder.source >= 0) & (ladder.target >= 0)
    agrees = known & (ladder.source == ladder.target)
    depth = np.asarray(ladder.levels)[:, None] + (ladder.levels == (WHOLE_NAME,))
    deepest = np.where(agrees, depth, 0).max(axis=0, initial=0)
    return np.asarray(np.where(known.any(axis=0), deepest, UNKNOWN), dtype=np.int64)


def _digits(name: str) -> str:
    """Return the digits of a code; of a range such as 31-33 what both ends share."""
    low, high = span_of(name)
    shared = 0
    while shared < min(len(low), len(high)) and low[shared] == high[shared]:
        shared += 1
    return low[:shared]


def _of_list(digits: Mapping[str, str], listed: Collection[str]) -> set[str]:
    """Return the names that are in a list of codes, above one of them or below."""
    spans = [span_of(code) for code in listed]
    above = {span.low[:k] for span in spans for k in range(1, len(span.low) + 1)}
    whole = {span.low for span in spans} - {""}
    for low, high in spans:
        if low != high:
            whole |= {f"{code:0{len(low)}d}" for code in range(int(low), int(high) + 1)}
    return {
        name for name, code in digits.items()
        if name in listed or code in above
        or any(code[:k] in whole for k in range(2, len(code) + 1))
    }  # fmt: skip


def _cut(codes: pl.Series, k: int) -> pl.Series:
    reaches = codes.str.len_chars() >= k
    return pl.select(pl.when(reaches).then(codes.str.slice(0, k))).to_series()


def _numbers(codes: pl.Series) -> Codes:
    """Return the number of each value, -1 where it is null."""
    return as_codes((codes.rank("dense").cast(pl.Int64) - 1).fill_null(UNKNOWN).to_numpy())
