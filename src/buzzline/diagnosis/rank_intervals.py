"""Where something stands among others, when all of them are measured with error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.quantities import Draws, Share

STEPS = 60  # of the spread of true values that are tried
WIDEST = 3.0  # times the spread of the estimates


@dataclass(frozen=True, slots=True)
class Percentile:
    """Share of others that one exceeds.

    Attributes
    ----------
    value : float        mean over what the estimates say of the true values
    low, high : float
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
    True values are taken to come from one normal distribution, of which mean and spread are not
    known (flat priors, drawn on a grid) [1]_; the percentile is counted in each draw of all of
    them. Percentiles of the estimates themselves would be too far apart, those of estimates
    with more noise added too close to the middle. Without errors the percentile is counted;
    ties count half, and the interval reaches from none to all of them. Simultaneous intervals
    of all differences [2]_ hold whatever the true values, and are too wide to tell anything of
    a dozen clusters.

    References
    ----------
    .. [1] Lin, R., Louis, T., Paddock, S., Ridgeway, G. (2006). Loss function based ranking in
       two-stage, hierarchical models. Bayesian Analysis 1(4). doi:10.1214/06-BA130
    .. [2] Mogstad, M., Romano, J., Shaikh, A., Wilhelm, D. (2024). Inference for ranks. Review
       of Economic Studies 91(1). doi:10.1093/restud/rdad006

    Examples
    --------
    >>> percentile_among(np.arange(5.0), np.zeros(5), 3, rng=np.random.default_rng(1))
    Percentile(value=0.75, low=0.75, high=0.75, n=4)
    """
    known = ~np.isnan(value) & ~np.isnan(error)
    n = int(known.sum()) - int(known[one])
    if not n or not known[one]:
        return Percentile(float("nan"), float("nan"), float("nan"), n)
    place = int(known[:one].sum())
    true = true_values(as_floats(value[known]), as_floats(error[known]), draws=draws, rng=rng)
    own, others = true[:, [place]], np.delete(true, place, axis=1)
    below, tied = (others < own).mean(axis=1), (others == own).mean(axis=1)
    standing = below + 0.5 * tied
    tail = (1 - level) / 2
    low, high = np.quantile(below, tail), np.quantile(below + tied, 1 - tail)
    mean = min(max(float(standing.mean()), float(low)), float(high))
    return Percentile(mean, float(low), float(high), n)


def true_values(
    value: Floats, error: Floats, *, draws: Draws, rng: np.random.Generator
) -> Floats:
    """Draw the true values behind estimates, taken to come from one normal distribution.

    Parameters
    ----------
    value, error : (k,) float64
    draws : draws

    Returns
    -------
    (draws, k) float64

    Notes
    -----
    Spreads are tried up to three times that of the estimates, or the root mean square of the
    errors where all estimates are the same: the truth need not be.
    """
    if not error.any():
        return np.tile(value, (draws, 1))
    is_same = value.size < 2 or not float(np.ptp(value))
    spread = float(np.sqrt(np.mean(error**2)) if is_same else value.std(ddof=1))
    steps = WIDEST * spread * np.arange(1, STEPS + 1) / STEPS
    precision = 1 / (error**2 + steps[:, None] ** 2)
    of_mean = 1 / precision.sum(axis=1)
    mean = (precision * value).sum(axis=1) * of_mean
    likelihood = 0.5 * (
        np.log(of_mean) + np.log(precision).sum(axis=1)
        - (precision * (value - mean[:, None]) ** 2).sum(axis=1)
    )  # fmt: skip
    weight = np.exp(likelihood - likelihood.max())
    at = rng.choice(STEPS, size=draws, p=weight / weight.sum())
    centre = mean[at] + np.sqrt(of_mean[at]) * rng.standard_normal(draws)
    kept = steps[at, None] ** 2 / (steps[at, None] ** 2 + error**2)
    shrunk = kept * value + (1 - kept) * centre[:, None]
    return as_floats(shrunk + np.sqrt(kept) * error * rng.standard_normal((draws, value.size)))
