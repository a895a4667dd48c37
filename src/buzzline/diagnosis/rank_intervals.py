"""Where something stands among others, when all of them are measured with error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats
from buzzline.quantities import Draws, Share


@dataclass(frozen=True, slots=True)
class Percentile:
    """Share of others that one exceeds.

    Attributes
    ----------
    value : float        others with a smaller value, ties counting half
    low, high : float    those surely below; all but those surely above
    n : int              others
    """

    value: float
    low: float
    high: float
    n: int


def percentile_among(
    value: Floats,
    error: Floats,
    one: int,
    *,
    level: Share = 0.95,
    draws: Draws = 999,
    rng: np.random.Generator,
) -> Percentile:
    """Return where one of several stands among the others, with an interval.

    Parameters
    ----------
    value, error : (k,) float64       estimates and their standard errors; NaN does not count
    one : int                         which
    level : share
    draws : draws

    Notes
    -----
    Differences to all others get simultaneous intervals: half-widths are the level quantile of
    the largest |difference| of independent normal errors to its standard error. Who is surely
    above or below is then right for all at once with probability `level`, and so are the ends,
    however the true values are spread [1]_. A percentile of redrawn values would not be: noise
    pulls ranks to the middle. Without errors, ends and value differ by ties alone.

    References
    ----------
    .. [1] Mogstad, M., Romano, J., Shaikh, A., Wilhelm, D. (2024). Inference for ranks with
       applications to mobility across neighbourhoods and academic achievement across countries.
       Review of Economic Studies 91(1). doi:10.1093/restud/rdad006

    Examples
    --------
    >>> exact = np.zeros(5)
    >>> percentile_among(np.arange(5.0), exact, 3, rng=np.random.default_rng(1))
    Percentile(value=0.75, low=0.75, high=0.75, n=4)
    """
    others = np.flatnonzero(~np.isnan(value) & ~np.isnan(error))
    others = others[others != one]
    n = others.size
    if not n or np.isnan(value[one]) or np.isnan(error[one]):
        return Percentile(float("nan"), float("nan"), float("nan"), n)
    gap = value[others] - value[one]
    spread = np.sqrt(error[others] ** 2 + error[one] ** 2)
    reach = _reach(error[others], float(error[one]), spread, level, draws, rng) * spread
    below, above = float((gap < -reach).sum()), float((gap > reach).sum())
    standing = ((gap < 0).sum() + 0.5 * (gap == 0).sum()) / n
    return Percentile(float(standing), below / n, 1 - above / n, n)


def _reach(  # one formula
    errors: Floats, own: float, spread: Floats, level: Share, draws: Draws,
    rng: np.random.Generator,
) -> float:  # fmt: skip
    moving = spread > 0
    if not moving.any():
        return 0.0
    drawn = errors[moving] * rng.standard_normal((max(draws, 1), int(moving.sum())))
    drawn -= own * rng.standard_normal((max(draws, 1), 1))
    return float(np.quantile((np.abs(drawn) / spread[moving]).max(axis=1), level))
