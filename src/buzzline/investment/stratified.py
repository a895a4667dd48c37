"""Odds and risks within strata: Mantel-Haenszel, and the exact odds ratio of all strata.

Tables are (strata, 2, 2) counts, each [[a, b], [c, d]] as in `risk_ratio`. All intervals here
take deals for independent; where one parent has several, see `grouped`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, log, nan, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import gammaln
from scipy.stats import norm

from buzzline.arrays import Floats, as_floats
from buzzline.errors import InvalidArgument
from buzzline.estimates import Estimate
from buzzline.quantities import Share

NO_CONTRAST = "not testable: in no stratum do deals from clusters and from elsewhere meet"
SMALLEST_LOG, LARGEST_LOG = -60.0, 60.0  # log odds looked through; e^60 is beyond all data
SAME = 1 + 1e-7  # probabilities within this factor are ties, as in other programs


def mantel_haenszel_risk_ratio(tables: ArrayLike, *, level: Share = 0.95) -> Estimate:
    """Return the risk ratio within strata, one for all of them.

    Sum of a (c + d) / n over sum of c (a + b) / n, with the variance of Greenland and Robins
    [1]_, which holds for many small strata as for few large ones.

    Parameters
    ----------
    tables : (strata, 2, 2) counts [deals]
    level : share

    Returns
    -------
    Estimate
        NaN where strata offer no comparison or deals are separated; the method says why.

    References
    ----------
    .. [1] Greenland, S., Robins, J. M. (1985). Estimation of a common effect parameter from
       sparse follow-up data. Biometrics 41(1). doi:10.2307/2530643

    Examples
    --------
    >>> round(mantel_haenszel_risk_ratio([[[54, 36], [6, 4]], [[8, 32], [12, 48]]]).value, 10)
    1.0
    """
    s = _strata(tables)
    from_clusters, elsewhere = float(s.a @ (s.n0 / s.n)), float(s.c @ (s.n1 / s.n))
    if why := _separated(s, from_clusters, elsewhere):
        return Estimate(nan, nan, nan, level, s.size, why)
    landed = s.a + s.c
    spread = float((s.n1 * s.n0 * landed - s.a * s.c * s.n) @ (1 / s.n**2))
    about = (level, s.size, "Mantel-Haenszel, deals independent")
    return _by_logarithm(
        from_clusters, elsewhere, sqrt(spread / from_clusters / elsewhere), about
    )


def mantel_haenszel_odds_ratio(tables: ArrayLike, *, level: Share = 0.95) -> Estimate:
    """Return the odds ratio within strata, one for all of them.

    Sum of a d / n over sum of b c / n [1]_, with the variance of Robins, Breslow and Greenland
    [2]_. Otherwise as `mantel_haenszel_risk_ratio`.

    References
    ----------
    .. [1] Mantel, N., Haenszel, W. (1959). Statistical aspects of the analysis of data from
       retrospective studies of disease. Journal of the National Cancer Institute 22(4).
       doi:10.1093/jnci/22.4.719
    .. [2] Robins, J., Breslow, N., Greenland, S. (1986). Estimators of the Mantel-Haenszel
       variance consistent in both sparse data and large-strata limiting models. Biometrics
       42(2). doi:10.2307/2531052

    Examples
    --------
    >>> round(mantel_haenszel_odds_ratio([[[54, 36], [6, 4]], [[8, 32], [12, 48]]]).value, 10)
    1.0
    """
    s = _strata(tables)
    r, t = s.a * s.d / s.n, s.b * s.c / s.n
    if why := _separated(s, float(r.sum()), float(t.sum())):
        return Estimate(nan, nan, nan, level, s.size, why)
    p, q = (s.a + s.d) / s.n, (s.b + s.c) / s.n
    spread = (
        p @ r / (2 * r.sum() ** 2)
        + (p @ t + q @ r) / (2 * r.sum() * t.sum())
        + q @ t / (2 * t.sum() ** 2)
    )
    about = (level, s.size, "Mantel-Haenszel, deals independent")
    return _by_logarithm(float(r.sum()), float(t.sum()), sqrt(float(spread)), about)


def mantel_haenszel_risk_difference(tables: ArrayLike, *, level: Share = 0.95) -> Estimate:
    """Return the risk difference within strata, one for all of them.

    Sum of [a (c + d) - c (a + b)] / n over sum of (a + b) (c + d) / n, with the variance of
    Sato [1]_.

    References
    ----------
    .. [1] Sato, T. (1989). On the variance estimator for the Mantel-Haenszel risk difference.
       Biometrics 45(4). doi:10.2307/2531784

    Examples
    --------
    >>> mantel_haenszel_risk_difference([[[60, 90], [12, 138]]]).value
    0.32
    """
    s = _strata(tables)
    weight = float((s.n1 * s.n0 / s.n).sum())
    if not weight:
        return Estimate(nan, nan, nan, level, s.size, NO_CONTRAST)
    value = float(((s.a * s.n0 - s.c * s.n1) / s.n).sum()) / weight
    p = (s.n1**2 * s.c - s.n0**2 * s.a + s.n1 * s.n0 * (s.n0 - s.n1) / 2) / s.n**2
    q = (s.a * (s.n0 - s.c) + s.c * (s.n1 - s.a)) / (2 * s.n)
    reach = float(norm.ppf((1 + level) / 2)) * sqrt(
        max(value * float(p.sum()) + float(q.sum()), 0.0)
    ) / weight  # fmt: skip
    ends = max(value - reach, -1.0), min(value + reach, 1.0)
    return Estimate(value, *ends, level, s.size, "Mantel-Haenszel, deals independent")


class ExactOdds(NamedTuple):
    """The odds ratio of all strata with the exact distribution given their margins.

    Attributes
    ----------
    estimate : Estimate       `high` NaN where odds have no upper end, `low` 0 no lower one
    p : float                 two-sided, after Fisher
    mid_p : float             two-sided, the observed by half
    """

    estimate: Estimate
    p: float
    mid_p: float


def exact_odds_ratio(
    tables: ArrayLike, *, level: Share = 0.95, half: bool = False
) -> ExactOdds:
    """Return the odds ratio common to all strata, exactly, given the margins of each.

    Given its margins, a of each stratum has Fisher's noncentral hypergeometric distribution;
    that of their sum is the convolution. The value maximises its likelihood, the interval holds
    the odds ratios at which neither tail is below (1 - level) / 2 [1]_.

    Parameters
    ----------
    tables : (strata, 2, 2) counts [deals]
    level : share
    half : bool
        Count the observed sum by half in the tails (mid-p): shorter, not quite exact.

    Returns
    -------
    ExactOdds
        Where deals are separated (the sum is the largest or the smallest its margins allow) the
        value is the odds ratio at which that would have a chance of one half, and the interval
        has one end.

    References
    ----------
    .. [1] Mehta, C. R., Patel, N. R., Gray, R. (1985). Computing an exact confidence interval
       for the common odds ratio in several 2 x 2 contingency tables. Journal of the American
       Statistical Association 80. doi:10.1080/01621459.1985.10478212

    Examples
    --------
    >>> found = exact_odds_ratio([[[3, 0], [0, 3]]])
    >>> round(found.estimate.value, 2), found.estimate.high, round(found.p, 3)
    (9.92, nan, 0.1)
    """
    s = _strata(tables)
    if not (s.n1 * s.n0).any():
        return ExactOdds(Estimate(nan, nan, nan, level, s.size, NO_CONTRAST), nan, nan)
    chance = _sum_of_strata(s)
    if chance.k.size == 1:
        why = ALL_OR_NONE
        return ExactOdds(Estimate(nan, nan, nan, level, s.size, why), nan, nan)
    said = "exact given margins, deals independent"
    p, half_p = _two_sided(chance)
    at_top, at_bottom = chance.t == chance.k[-1], chance.t == chance.k[0]
    tail, own = (1 - level) / 2, 0.5 if half else 0.0
    low = 0.0 if at_bottom else _odds(lambda x: chance.upper(x, own) - tail)
    high = nan if at_top else _odds(lambda x: tail - chance.lower(x, own))
    if at_top or at_bottom:
        tail_at = chance.upper if at_top else chance.lower
        sign = 1 if at_top else -1
        value = _odds(lambda x: sign * (tail_at(x, 0.0) - 0.5))
        said += f"; no {'upper' if at_top else 'lower'} end: deals are separated"
    else:
        value = _odds(lambda x: chance.mean(x) - chance.t)
    return ExactOdds(Estimate(value, low, high, level, s.size, said), p, half_p)


ALL_OR_NONE = "not testable: in each stratum all deals land in a similar cluster, or none does"


class _Strata(NamedTuple):
    a: Floats
    b: Floats
    c: Floats
    d: Floats
    n1: Floats
    n0: Floats
    n: Floats

    @property
    def size(self) -> int:
        return round(float(self.n.sum()))


def _strata(tables: ArrayLike) -> _Strata:
    cells = as_floats(tables)
    if cells.ndim != 3 or cells.shape[1:] != (2, 2) or not (cells >= 0).all():
        raise InvalidArgument(
            f"tables of strata are needed, (strata, 2, 2) counts; got shape {cells.shape}"
        )
    cells = cells[cells.sum(axis=(1, 2)) > 0]
    a, b, c, d = (cells[:, i, j] for i in (0, 1) for j in (0, 1))
    return _Strata(a, b, c, d, a + b, c + d, a + b + c + d)


def _separated(s: _Strata, above: float, below: float) -> str:
    if not (s.n1 * s.n0).any():
        return NO_CONTRAST
    if not above and not below:
        return ALL_OR_NONE
    if not below:
        return "not testable: deals are separated, the ratio has no upper end"
    return "" if above else "not testable: deals are separated, the ratio is 0"


def _by_logarithm(
    above: float, below: float, spread: float, about: tuple[float, int, str]
) -> Estimate:
    times = exp(float(norm.ppf((1 + about[0]) / 2)) * spread)
    value = above / below
    return Estimate(value, value / times, value * times, *about)


class _Sum(NamedTuple):
    """The sum of a over strata: k it may take, log weights at odds 1, and observed t."""

    k: Floats
    log_weight: Floats
    t: float

    def chances(self, log_odds: float) -> Floats:
        tilted = self.log_weight + self.k * log_odds
        chance = np.exp(tilted - tilted.max())
        return as_floats(chance / chance.sum())

    def mean(self, log_odds: float) -> float:
        return float(self.k @ self.chances(log_odds))

    def upper(self, log_odds: float, own: float) -> float:
        """Return P(sum >= t), less `own` of P(sum = t)."""
        chance = self.chances(log_odds)
        return float(chance[self.k >= self.t].sum() - own * chance[self.k == self.t].sum())

    def lower(self, log_odds: float, own: float) -> float:
        """Return P(sum <= t), less `own` of P(sum = t)."""
        chance = self.chances(log_odds)
        return float(chance[self.k <= self.t].sum() - own * chance[self.k == self.t].sum())


def _sum_of_strata(s: _Strata) -> _Sum:
    """Convolve the strata's distributions, tilted to the observed odds against underflow."""
    above, below = float((s.a * s.d / s.n).sum()), float((s.b * s.c / s.n).sum())
    tilt = log((above + 0.5) / (below + 0.5))
    total, start, scale = np.ones(1), 0.0, 0.0
    for n1, n0, landed in np.stack([s.n1, s.n0, s.a + s.c], axis=1).tolist():
        k = np.arange(max(0.0, landed - n0), min(n1, landed) + 1)
        start += k[0]
        weight = -gammaln(k + 1) - gammaln(n1 - k + 1)
        weight += -gammaln(landed - k + 1) - gammaln(n0 - landed + k + 1) + k * tilt
        total = np.convolve(total, np.exp(weight - weight.max()))
        scale = total.max()
        total = total / scale
    k = start + np.arange(total.size)
    seen = total > 0
    with np.errstate(divide="ignore"):
        log_weight = np.where(seen, np.log(total), -inf) - k * tilt
    return _Sum(as_floats(k), as_floats(log_weight), float(s.a.sum()))


def _two_sided(chance: _Sum) -> tuple[float, float]:
    """Return Fisher's p (all as unlikely as the observed) and the two-sided mid-p."""
    at_one = chance.chances(0.0)
    own = float(at_one[chance.k == chance.t].sum())
    p = float(at_one[at_one <= own * SAME].sum())
    half = 2 * min(chance.upper(0.0, 0.5), chance.lower(0.0, 0.5))
    return min(p, 1.0), min(half, 1.0)


def _odds(rising: Callable[[float], float]) -> float:
    """Return the odds ratio at which a function that rises with log odds is 0."""
    return exp(float(brentq(rising, SMALLEST_LOG, LARGEST_LOG, xtol=1e-12)))
