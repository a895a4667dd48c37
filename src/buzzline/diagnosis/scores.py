"""One indicator of one cluster: its value, its error, and the scale errors are normal on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from buzzline.linkages.effective_shares import EffectiveShare
from buzzline.quantities import Share

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is measured.

    Attributes
    ----------
    dimension, name, unit : str
    null : str            what a cluster is held against besides others
    source : str          data it is read off: indicators of one source err together
    is_counted : bool     goes into the standing of the dimension; else read beside it
    """

    dimension: str
    name: str
    unit: str
    null: str
    source: str
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class Score:
    """An indicator of one cluster.

    Attributes
    ----------
    value, low, high : float     in the unit of the indicator; NaN where not measured
    expected : float             under the null; NaN where there is none
    at, error : float            value net of the null, on a scale where errors are normal
    n : int
    reason : str                 why not measured, or why without an interval
    """

    value: float = NAN
    low: float = NAN
    high: float = NAN
    expected: float = NAN
    at: float = NAN
    error: float = NAN
    n: int = 0
    reason: str = ""


def not_measured(reason: str, n: int = 0) -> Score:
    """Return a score that could not be measured, with why."""
    return Score(reason=reason, n=n)


def of_share(share: EffectiveShare, level: Share, *, fewest: int = 1) -> Score:
    """Return the score of a share, as an angle: its error hangs on the observations alone.

    References
    ----------
    .. [1] Anscombe, F. (1948). The transformation of Poisson, binomial and negative-binomial
       data. Biometrika 35(3/4). doi:10.1093/biomet/35.3-4.246
    """
    if share.n < fewest or not share.n_worth > 0:
        return not_measured(f"only {share.n}; at least {fewest} are needed", share.n)
    low, high = share.interval(level)
    p = (share.value * share.n_worth + 0.375) / (share.n_worth + 0.75)
    error = 0.5 / float(np.sqrt(share.n_worth + 0.5))
    return Score(share.value, low, high, NAN, float(np.arcsin(np.sqrt(p))), error, share.n)


def of_members(hits: int, n: int, level: Share) -> Score:
    """Return the score of a share of members."""
    if not n:
        return not_measured("no members")
    return of_share(EffectiveShare(hits / n, float(n), n), level)


def against_draws(value: float, drawn: np.ndarray, *, level: Share, n: int) -> Score:
    """Return the score of a value held against draws of the same size.

    Its error is the spread of such draws: what another cluster of this size would have had by
    chance. The interval is that of the value, moved by as much.
    """
    mean, spread = float(drawn.mean()), float(drawn.std(ddof=1)) if drawn.size > 1 else NAN
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail]) - mean
    return Score(value, value + low, value + high, mean, value - mean, spread, n)


def exact(value: float, n: int, why: str = "exact count") -> Score:
    """Return the score of a number without an error of sampling."""
    return Score(value, NAN, NAN, NAN, value, 0.0, n, why)


def ends(at: float, error: float, level: Share) -> np.ndarray:
    """Return both ends of a normal interval. (2,)."""
    reach = float(norm.ppf((1 + level) / 2))
    return at + np.array([-reach, reach]) * error


def of_interval(value: float, low: float, high: float, *, level: Share, n: int) -> Score:
    """Return the score of a value whose interval is known."""
    reach = 2 * float(norm.ppf((1 + level) / 2))
    return Score(value, low, high, NAN, value, (high - low) / reach, n)
