"""What the interval at one scale says, and why it may say nothing."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Literal

import numpy as np

from buzzline.arrays import Flags, Floats, as_flags, as_floats
from buzzline.quantities import Share
from buzzline.resampling import too_few_draws

Verdict = Literal["missing", "excess", "as expected", "not enough links"]
Ends = tuple[float, float]

DOUBLED = log(2)
NOTABLE = log(1.25)  # a quarter more or less: below that nobody would act on it
MOST = 0.5  # expected share above which a scale is held against all others together
UNDERSTATED = 0.5  # of a difference in local ties, in logs, that may not be seen


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One scale as it was counted.

    Attributes
    ----------
    share : float            expected
    ratio : (low, high)      interval of the log ratio
    reading : (low, high)    the same, or of the log odds ratio where most ties are expected
    surely : (low, high)     what `reading` would be if the yardstick were known
    n : float                ties
    needed : int or None     ties that would show a halving
    """

    share: float
    ratio: Ends
    reading: Ends
    surely: Ends
    n: float
    needed: int | None


def log_ratios(observed: Floats, expected: Floats) -> Floats:
    """Return ln((O + 1/2) / (E + 1/2)).

    Examples
    --------
    >>> log_ratios(np.array([62., 6, 10, 2]), np.array([38., 14, 16, 12])).round(4).tolist()
    [0.4845, -0.8023, -0.452, -1.6094]
    """
    return as_floats(np.log((observed + 0.5) / (expected + 0.5)))


def commonest(share: Floats) -> Flags:
    """Tell at which scale more than half of all ties are expected."""
    return as_flags(share > MOST)


def held_against(observed: Floats, expected: Floats, share: Floats) -> Floats:
    """Return log ratios; where more than half is expected, log ratios of odds. (d, k).

    Parameters
    ----------
    observed, expected : (d, k) float64
    share : (k,) float64
        Expected.

    Examples
    --------
    >>> o, e = np.array([[600.0, 400.0]]), np.array([[750.0, 250.0]])
    >>> held_against(o, e, np.array([0.75, 0.25])).round(3).tolist()  # ln(600/400 / (750/250))
    [[-0.692, 0.469]]
    """
    rest = [x.sum(axis=1, keepdims=True) - x for x in (observed, expected)]
    others = log_ratios(as_floats(rest[0]), as_floats(rest[1]))
    ratio = log_ratios(observed, expected)
    return as_floats(np.where(commonest(share), ratio - others, ratio))


def read_scale(seen: Seen, *, draws: int, level: Share) -> tuple[Verdict, str]:
    """Return the verdict on a scale, and why there is none where it is "not enough links".

    Where more than half of all ties are expected, their share cannot double and hardly halve:
    as expected is said of their odds against all others. Half of a difference may be
    understated there, so half of a halving, and half of a doubling, must be ruled out.
    """
    verdict = verdict_of(*seen.ratio, n=seen.n, needed=seen.needed)
    if verdict in ("missing", "excess"):
        return verdict, ""
    if verdict == "as expected" and _within(seen.reading, _bound(seen.share)):
        return verdict, ""
    return "not enough links", _reason(seen, too_few_draws(draws, level))


def verdict_of(low: float, high: float, *, n: float, needed: int | None) -> Verdict:
    """Return what an interval says.

    As expected is said only where a halving and a doubling are ruled out.
    """
    if high < -NOTABLE:
        return "missing"
    if low > NOTABLE:
        return "excess"
    if needed is None or n < needed or not _within((low, high), DOUBLED):
        return "not enough links"
    return "as expected"


def _bound(share: float) -> float:
    """Return the difference in logs that "as expected" must rule out, either way."""
    return UNDERSTATED * DOUBLED if share > MOST else DOUBLED


def _within(ends: Ends, most: float) -> bool:
    return ends[0] > -most and ends[1] < most


def _reason(seen: Seen, too_few: str) -> str:
    low, high = seen.reading
    if seen.needed is None:
        amount = "nearly all" if seen.share > MOST else "next to no"
        return f"{amount} ties are expected there: no number would tell"
    if seen.n < seen.needed:
        return f"too few ties: {seen.n:,.0f} of {seen.needed:,} that would show a halving"
    if too_few:
        return too_few
    if seen.share > MOST and (high < 0 or low > 0):
        words = ("fewer", "more") if high < 0 else ("more", "fewer")
        return (
            "ties are compared as shares, and most are expected there: "
            f"{words[0]} of these and {words[1]} of all others look alike"
        )
    if _within(seen.surely, _bound(seen.share)):
        return (
            f"the yardstick is too uncertain: {seen.n:,.0f} ties would be enough if what to "
            "expect were better known"
        )
    return f"too few ties: {seen.n:,.0f} leave open whether there are half or twice as many"
