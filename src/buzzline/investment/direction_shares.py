"""The share of deals of a kind, with an interval for deals that go together.

Deals of one group, and deals in one target, share luck. The variance of a share is that of
sums over groups and over targets; what it says of the number of independent deals goes into an
interval for binomial shares (Korn and Graubard; here that of Jeffreys), which stays honest near
none and all.
"""

from __future__ import annotations

from math import ceil, nan, sqrt
from typing import NamedTuple

import numpy as np
from scipy.stats import beta, norm
from scipy.stats import t as student

from buzzline.arrays import Flags, Floats, Indices, as_floats
from buzzline.quantities import Share
from buzzline.sandwiches import group_codes, multiway

FEWEST_GROUPS = 3.0  # as many equal groups as the deals must be worth
POWER = 0.8


class ClusteredShare(NamedTuple):
    """A share of deals, and what is known of its error."""

    value: float
    low: float  # NaN where there is no interval
    high: float
    n: int
    n_groups: int
    worth: float  # how many groups of equal size the groups are worth
    design: float  # by how much deals that go together enlarge the variance
    reason: str  # why there is no interval; empty where there is one


def clustered_share(
    flags: Flags | Floats, group: Indices, target: Indices, *, level: Share = 0.95
) -> ClusteredShare:
    """Return the share of deals that are of a kind, with an interval over groups and targets.

    Parameters
    ----------
    flags : (n,) bool, or shares
    group, target : (n,) int
        Whose deal it is, and in whom.
    level : share

    Returns
    -------
    ClusteredShare
        Without an interval where the deals are worth fewer than three groups of equal size.

    References
    ----------
    .. [1] Korn, E. L., Graubard, B. I. (1998). Confidence intervals for proportions with small
       expected number of positive counts estimated from survey data. Survey Methodology 24(2).
    .. [2] Franco, C., Little, R. J. A., Louis, T. A., Slud, E. V. (2019). Comparative study of
       confidence intervals for proportions in complex sample surveys. Journal of Survey
       Statistics and Methodology 7(3). doi:10.1093/jssam/smy019

    Examples
    --------
    >>> flags = np.arange(100) < 30
    >>> alone = clustered_share(flags, np.arange(100), np.arange(100))
    >>> round(alone.low, 2), round(alone.high, 2)
    (0.22, 0.4)
    >>> tens = clustered_share(flags, np.arange(100) // 10, np.arange(100))
    >>> round(tens.low, 2), round(tens.high, 2)
    (0.06, 0.68)
    """
    n = flags.size
    if not n:
        return ClusteredShare(nan, nan, nan, 0, 0, 0.0, nan, "no deals")
    code = group_codes(group)
    sizes, worth = np.bincount(code), _worth(group)
    value = float(flags.mean())
    if worth < FEWEST_GROUPS:
        few = f"no interval: the deals are worth {worth:.1f} groups of equal size"
        return ClusteredShare(value, nan, nan, n, sizes.size, worth, nan, few)
    if value in (0.0, 1.0):  # as many independent deals as groups, at worst
        low, high = _jeffreys(value, worth, level)
        return ClusteredShare(value, low, high, n, sizes.size, worth, n / worth, "")
    spread = _variance(flags, code, target)
    design = max(spread * n / (value * (1 - value)), 1.0)
    degrees = min(_degrees(sizes, design), _worth(target) - 1)
    tail = (1 + level) / 2
    wider = (student.ppf(tail, max(n - 1, 1)) / student.ppf(tail, max(degrees, 0.5))) ** 2
    low, high = _jeffreys(value, n / design * float(wider), level)
    return ClusteredShare(value, low, high, n, sizes.size, worth, design, "")


def deals_needed(
    value: float, expected: float, *, design: float = 1.0, level: Share = 0.95
) -> int | None:
    """Return how many deals would tell a share from what is expected with a power of 80 %.

    Parameters
    ----------
    value, expected : share
    design : float
        By how much deals that go together enlarge the variance.

    Returns
    -------
    int or None
        None where the two are equal or not known.

    Examples
    --------
    >>> deals_needed(0.3, 0.2), deals_needed(0.3, 0.2, design=2)
    (137, 274)
    """
    if not (0 <= value <= 1 and 0 <= expected <= 1) or value == expected:
        return None
    first = norm.ppf((1 + level) / 2) * sqrt(expected * (1 - expected))
    second = norm.ppf(POWER) * sqrt(value * (1 - value))
    return max(ceil(float((first + second) / (value - expected)) ** 2 * design), 1)


def _variance(flags: Flags | Floats, code: Indices, target: Indices) -> float:
    """Return the variance of a share over groups and targets.

    A group that holds much of the deals pulls the share to itself; its score is enlarged as
    in the correction called CR3.
    """
    n = flags.size
    sizes = np.bincount(code)
    held = np.minimum(sizes / n, 1 - 1e-9)
    scores = as_floats((flags - flags.mean()) / (1 - held[code]))[:, None]
    found = multiway(scores, np.array([[1 / n]]), [code, target])
    return float(found.covariance[0, 0]) / found.factor


def _degrees(sizes: Indices, design: float) -> float:
    """Return how many independent groups the variance rests on, less one.

    What each adds to it grows with its square where its deals share luck, so that few giants
    beside many single deals are no more than few.
    """
    s = sizes.astype(np.float64)
    alike = float(np.clip((design - 1) / max((s**2).sum() / s.sum() - 1, 1e-9), 0, 1))
    added = s * (1 + (s - 1) * alike)
    return float(added.sum() ** 2 / (added**2).sum() - 1)


def _worth(group: Indices) -> float:
    """Return how many groups of equal size the groups are worth."""
    sizes = np.bincount(group_codes(group)).astype(np.float64)
    return float(group.size**2 / (sizes**2).sum())


def _jeffreys(value: float, n: float, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    x = value * n
    low = float(beta.ppf(tail, x + 0.5, n - x + 0.5)) if x > 0 else 0.0
    high = float(beta.ppf(1 - tail, x + 0.5, n - x + 0.5)) if x < n else 1.0
    return low, high
