"""A difference between simulated worlds that share their luck, and what can be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan
from typing import Literal

import numpy as np
from scipy import stats

from buzzline.arrays import Floats
from buzzline.quantities import Share

RARE = "too few for rare events"
Finding = Literal[
    "above", "below", "none", "exactly none", "open", "too few runs", "too few for rare events"
]
FEWEST_RUNS = 3
UNSEEN = 3.0  # over n: chance at most, at 95 %, of what was not seen in n runs


@dataclass(frozen=True, slots=True)
class Paired:
    """The mean of differences, run by run.

    Attributes
    ----------
    value, low, high : float
        Mean and interval of the mean (Student's t over runs). It tells luck apart from effect
        at these parameters, and grows narrower with more runs; it says nothing of whether the
        model is right.
    level : share
    n : int                     runs in which both have a value
    p : float                   of a mean as far from 0 without any effect
    run_low, run_high : float   central range of single runs
    same_sign : float           share of runs whose difference has the sign of the mean
    within : float              share of runs whose difference is smaller than the margin
    finding : str
        "above" or "below" 0 for sure; "none": the whole interval is within the margin; "exactly
        none": the worlds are the same in every run; "open"; "too few runs"; "too few for rare
        events": the interval is within the margin, but what was seen in no run might break it.
    """

    value: float
    low: float
    high: float
    level: Share
    n: int
    p: float
    run_low: float
    run_high: float
    same_sign: float
    within: float
    finding: Finding


def paired_difference(
    differences: Floats, *, margin: float, level: Share = 0.95, event: float = 0.0
) -> Paired:
    """Return the mean of paired differences and what it says.

    Parameters
    ----------
    differences : (runs,) float64           NaN where a run has no value
    margin : float                          smaller differences do not matter
    level : share
    event : float
        What an event may make of a run, in the unit of the differences, that n runs need not
        have seen: its chance may be 3/n all the same. 0: there are none.

    Examples
    --------
    >>> found = paired_difference(np.array([1.0, 1.2, 0.8, 1.1]), margin=0.1)
    >>> print(f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]", found.finding)
    1.025 [0.753, 1.297] above
    >>> paired_difference(np.zeros(5), margin=0.1).finding
    'exactly none'
    """
    known = differences[~np.isnan(differences)]
    if known.size < FEWEST_RUNS:
        return Paired(
            nan if not known.size else float(known.mean()), nan, nan, level, known.size, nan,
            nan, nan, nan, nan, "too few runs",
        )  # fmt: skip
    mean = float(known.mean())
    error = float(known.std(ddof=1)) / known.size**0.5
    reach = float(stats.t.ppf((1 + level) / 2, known.size - 1)) * error
    tail = (1 - level) / 2
    run_low, run_high = np.quantile(known, [tail, 1 - tail])
    return Paired(
        value=mean, low=mean - reach, high=mean + reach, level=level, n=known.size,
        p=_p(mean, error, known.size), run_low=float(run_low), run_high=float(run_high),
        same_sign=float((np.sign(known) == np.sign(mean)).mean()),
        within=float((np.abs(known) <= margin).mean()),
        finding=_finding(
            known, (mean - reach, mean + reach), margin, UNSEEN / known.size * event
        ),
    )  # fmt: skip


def _p(mean: float, error: float, n: int) -> float:
    if mean == 0:
        return 1.0
    if not error:  # the same in every run: no smaller than what signs alone would tell
        return float(2.0 ** (1 - n))
    return float(2 * stats.t.sf(abs(mean) / error, n - 1))


def _finding(known: Floats, ends: tuple[float, float], margin: float, unseen: float) -> Finding:
    low, high = ends
    if not known.any() and not unseen:
        return "exactly none"
    if -margin <= low and high <= margin:
        is_sure = -margin <= low - unseen and high + unseen <= margin
        return "none" if is_sure else "too few for rare events"
    if low > 0:
        return "above"
    return "below" if high < 0 else "open"


def interval(found: Paired, digits: int = 3) -> str:
    """Return value and interval as text.

    Examples
    --------
    >>> interval(paired_difference(np.array([1.0, 1.2, 0.8, 1.1]), margin=0.1))
    '1.02 [0.753, 1.3]'
    """
    ends = "" if isnan(found.low) else f" [{found.low:.{digits}g}, {found.high:.{digits}g}]"
    return f"{found.value:.{digits}g}{ends}"
