"""How many ties last how long? A survival curve whose errors know who holds the ties."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, nan

import numpy as np

from buzzline.arrays import Flags, Floats, as_floats
from buzzline.linkages.pair_errors import PairRows, interval_of, worth_of_organisations
from buzzline.linkages.small_samples import jeffreys_interval
from buzzline.quantities import Share


@dataclass(frozen=True, slots=True, eq=False)
class Retention:
    """The share of ties that last at least so long.

    Attributes
    ----------
    at : (t,) float64               days
    value, low, high : (t,) float64 NaN from where nobody is watched
    n_at_risk : (t,) int64          ties watched so long that last
    influence : (t, m) float64      what each tie adds to the error
    """

    at: Floats
    value: Floats
    low: Floats
    high: Floats
    n_at_risk: np.ndarray
    influence: Floats


def retention(
    lasted: Floats, has_ended: Flags, rows: PairRows, *, at: Floats, level: Share
) -> Retention:
    """Return the Kaplan-Meier curve of ties, with errors over organisations and records.

    Parameters
    ----------
    lasted : (m,) float64 [days]    how long each tie lasted, or was watched
    has_ended : (m,) bool           False: it lasts as far as is known
    rows : PairRows                 who holds each tie, and in which record
    at : (t,) float64 [days]
    level : share

    Notes
    -----
    Intervals are symmetric in ln(-ln S), and Jeffreys' for as many independent ties as
    organisations are worth where nothing, or everything, has ended.

    References
    ----------
    .. [1] Kaplan, E., Meier, P. (1958). Nonparametric estimation from incomplete observations.
       Journal of the American Statistical Association 53(282).
       doi:10.1080/01621459.1958.10501452

    Examples
    --------
    >>> from buzzline.arrays import as_indices
    >>> alone = as_indices([])
    >>> apart = PairRows(as_indices([0, 2, 4]), as_indices([1, 3, 5]), alone, alone)
    >>> curve = retention(as_floats([5, 10, 20]), np.array([True, True, False]), apart,
    ...                   at=as_floats([6, 12]), level=0.95)
    >>> curve.value.round(4).tolist()
    [0.6667, 0.3333]
    """
    moment, ended = np.unique(lasted, return_inverse=True)
    deaths = np.bincount(ended, weights=has_ended, minlength=moment.size)
    watched = lasted.size - np.concatenate([[0], np.cumsum(np.bincount(ended))])[:-1]
    left = np.cumprod(1 - deaths / watched)
    hazard = np.concatenate([[0.0], np.cumsum(deaths / watched**2)])
    n_at_risk = np.array([(lasted >= day).sum() for day in at], dtype=np.int64)
    value, low, high = (np.full(at.size, nan) for _ in range(3))
    influence = np.zeros((at.size, lasted.size))
    for number, day in enumerate(at):
        if not n_at_risk[number] and not has_ended[lasted == lasted.max()].any():
            continue
        past = int(np.searchsorted(moment, day, side="right"))
        value[number] = left[past - 1] if past else 1.0
        own = np.minimum(ended + 1, past)
        gone = has_ended & (lasted <= day)
        influence[number] = -value[number] * (gone / watched[ended] - hazard[own])
        low[number], high[number] = _interval(value[number], influence[number], rows, level)
    return Retention(
        at, as_floats(value), as_floats(low), as_floats(high), n_at_risk, as_floats(influence)
    )


def _interval(
    value: float, influence: Floats, rows: PairRows, level: Share
) -> tuple[float, float]:
    if not 0 < value < 1:
        worth = worth_of_organisations(np.ones_like(influence), rows)
        n = max(round(min(influence.size, worth / 2)), 1)
        return jeffreys_interval(n if value >= 1 else 0, n, level)
    doubled = log(-log(value))
    slope = 1 / (value * log(value))
    low, high, _ = interval_of(doubled, as_floats(influence * slope), rows, level=level)
    return exp(-exp(min(high, 700.0))), exp(-exp(min(low, 700.0)))
