"""How many times likelier: risk ratio, odds ratio and risk difference of one two-by-two table.

A table is [[a, b], [c, d]]: rows are deals from clusters and from elsewhere, columns those that
land in a similar cluster and those that do not. All intervals here take deals for independent;
where one parent has several, see `grouped`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, exp, log, nan, sqrt

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.stats import fisher_exact, hypergeom, norm

from buzzline.arrays import Floats, as_floats
from buzzline.errors import InvalidArgument
from buzzline.estimates import Estimate
from buzzline.quantities import Ratio, Share

HALF = "half a deal added to each cell, one being empty"
EMPTY = "not testable: no deal from clusters, or none from elsewhere"
NONE_LANDS = "not testable: no deal at all lands in a similar cluster"
ALL_LAND = "not testable: every deal lands in a similar cluster"
BASE_RISKS = (0.02, 0.05, 0.10, 0.15, 0.19)


def risk_ratio(table: ArrayLike, *, level: Share = 0.95) -> Estimate:
    """Return how many times likelier deals from clusters land in a similar cluster.

    [a / (a + b)] / [c / (c + d)], with the logarithmic interval [1]_. Where a cell is empty,
    half a deal is added to each; the method says so.

    Parameters
    ----------
    table : (2, 2) counts [deals]
    level : share

    Returns
    -------
    Estimate
        NaN where a row is empty or nothing lands; the method says why.

    References
    ----------
    .. [1] Katz, D., Baptista, J., Azen, S. P., Pike, M. C. (1978). Obtaining confidence
       intervals for the risk ratio in cohort studies. Biometrics 34(3). doi:10.2307/2530610

    Examples
    --------
    >>> str(risk_ratio([[60, 90], [12, 138]]))
    '5 [2.81, 8.9] (n=300, logarithmic interval, deals independent)'
    """
    cells, n, why = _cells(table)
    if why or not cells[:, 0].sum():
        return Estimate(nan, nan, nan, level, n, why or NONE_LANDS)
    a, b, c, d = _mended(cells)
    spread = sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    return _by_logarithm(a / (a + b) / (c / (c + d)), spread, (level, n, _method(table)))


def odds_ratio(table: ArrayLike, *, level: Share = 0.95) -> Estimate:
    """Return the odds of landing in a similar cluster, from clusters over from elsewhere.

    a d / (b c), with the logarithmic interval [1]_; otherwise as `risk_ratio`. The odds ratio
    is further from 1 than the risk ratio: see `odds_as_risk`.

    References
    ----------
    .. [1] Woolf, B. (1955). On estimating the relation between blood group and disease. Annals
       of Human Genetics 19(4). doi:10.1111/j.1469-1809.1955.tb01348.x

    Examples
    --------
    >>> str(odds_ratio([[60, 90], [12, 138]]))
    '7.67 [3.91, 15] (n=300, logarithmic interval, deals independent)'
    """
    cells, n, why = _cells(table)
    if not why and not cells.sum(axis=0).all():
        why = ALL_LAND if cells[:, 0].sum() else NONE_LANDS
    if why:
        return Estimate(nan, nan, nan, level, n, why)
    a, b, c, d = _mended(cells)
    spread = sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return _by_logarithm(a * d / (b * c), spread, (level, n, _method(table)))


def risk_difference(table: ArrayLike, *, level: Share = 0.95) -> Estimate:
    """Return the share landing in a similar cluster, from clusters less from elsewhere.

    With the interval that joins the score intervals of both shares [1]_; it needs no half
    deals and stays within -1 and 1.

    References
    ----------
    .. [1] Newcombe, R. G. (1998). Interval estimation for the difference between independent
       proportions. Statistics in Medicine 17(8), method 10.
       doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I

    Examples
    --------
    >>> round(risk_difference([[60, 90], [12, 138]]).value, 10)
    0.32
    """
    cells, n, why = _cells(table)
    if why:
        return Estimate(nan, nan, nan, level, n, why)
    z = float(norm.ppf((1 + level) / 2))
    (one, low, high), (other, below, above) = (
        _score_interval(row, z) for row in cells.tolist()
    )
    return Estimate(
        one - other,
        one - other - sqrt((one - low) ** 2 + (above - other) ** 2),
        one - other + sqrt((high - one) ** 2 + (other - below) ** 2),
        level, n, "score interval, deals independent",
    )  # fmt: skip


def fisher_p(table: ArrayLike) -> float:
    """Return Fisher's exact two-sided p-value: margins fixed, deals independent.

    Examples
    --------
    >>> f"{fisher_p([[60, 90], [12, 138]]):.1e}"
    '5.4e-11'
    """
    return float(fisher_exact(_cells(table)[0].astype(np.int64)).pvalue)


def mid_p(table: ArrayLike) -> float:
    """Return the two-sided mid-p value: twice the smaller tail, the observed table by half.

    Less conservative than `fisher_p`, which never rejects as often as it may [1]_.

    References
    ----------
    .. [1] Lancaster, H. O. (1961). Significance tests in discrete distributions. Journal of the
       American Statistical Association 56. doi:10.1080/01621459.1961.10482105

    Examples
    --------
    >>> round(mid_p([[3, 0], [0, 3]]), 10)
    0.05
    """
    (a, b), (c, d) = _cells(table)[0].astype(np.int64)
    chance = hypergeom(a + b + c + d, a + b, a + c)
    half = chance.pmf(a) / 2
    return float(min(1.0, 2 * min(chance.cdf(a) - half, chance.sf(a) + half)))


def e_value(ratio: Ratio) -> float:
    """Return how strong something left out must be, as risk ratios, to explain a risk ratio.

    It would have to be that many times commoner among deals from clusters, and make landing in
    a similar cluster that many times likelier: r + sqrt(r (r - 1)), of 1 / r below 1 [1]_.

    Parameters
    ----------
    ratio : ratio
        A risk ratio; or the end of its interval nearer to 1, 1 where the interval holds 1.

    References
    ----------
    .. [1] VanderWeele, T. J., Ding, P. (2017). Sensitivity analysis in observational research:
       introducing the E-value. Annals of Internal Medicine 167(4). doi:10.7326/M16-2607

    Examples
    --------
    >>> round(e_value(5), 2), round(e_value(2.808), 2), e_value(1.0)
    (9.47, 5.06, 1.0)
    """
    if not ratio > 0:
        return nan
    above = max(ratio, 1 / ratio)
    return above + sqrt(above * (above - 1))


def risk_of_odds(odds: Ratio, base: Share) -> float:
    """Return the risk ratio that an odds ratio means where `base` of the others land there.

    Examples
    --------
    >>> round(risk_of_odds(5, 0.10), 2)
    3.57
    """
    return odds / (1 - base + base * odds)


def odds_of_risk(risk: Ratio, base: Share) -> float:
    """Return the odds ratio that a risk ratio means; NaN where there cannot be such a one.

    Examples
    --------
    >>> round(odds_of_risk(5, 0.10), 2), odds_of_risk(5, 0.20)
    (9.0, nan)
    """
    return risk * (1 - base) / (1 - risk * base) if risk * base < 1 - 1e-12 else nan


def odds_as_risk(times: Ratio = 5.0, *, bases: Sequence[float] = BASE_RISKS) -> pl.DataFrame:
    """Return what "five times" means as odds and as risk, at different base risks.

    Parameters
    ----------
    times : ratio
    bases : shares
        Of deals from elsewhere that land in a similar cluster.

    Returns
    -------
    DataFrame
        `base`, `risk_ratio` (if the odds ratio is `times`), `odds_ratio` (if the risk ratio is
        `times`; null where impossible, the risk being beyond 1).

    Examples
    --------
    >>> odds_as_risk(5.0, bases=(0.02, 0.20))["risk_ratio"].round(2).to_list()
    [4.63, 2.78]
    """
    return pl.DataFrame(
        [(base, risk_of_odds(times, base), odds_of_risk(times, base)) for base in bases],
        schema={"base": pl.Float64, "risk_ratio": pl.Float64, "odds_ratio": pl.Float64},
        orient="row",
    ).fill_nan(None)


def deals_needed(
    ratio: Ratio, base: Share, *, share: Share = 0.4, power: Share = 0.8, level: Share = 0.95
) -> int | None:
    """Return how many independent deals show a risk ratio.

    As many as it takes for the logarithm of the risk ratio to differ from 0 (two-sided at
    `level`) with probability `power`: (z + z')^2 [(1 / p1 - 1) / s + (1 / p0 - 1) / (1 - s)] /
    (ln r)^2, with both normal quantiles to two digits, as tables print them.

    Parameters
    ----------
    ratio : ratio
        Other than 1.
    base : share
        Of deals from elsewhere that land in a similar cluster.
    share : share
        Of deals that come from clusters.
    power, level : share

    Returns
    -------
    int or None
        None where `ratio` times `base` is 1 or more: there is no such risk.

    Raises
    ------
    InvalidArgument
        A ratio of 1 or not above 0; shares not inside (0, 1).

    Examples
    --------
    >>> deals_needed(5, 0.10), deals_needed(2, 0.10), deals_needed(1.5, 0.10)
    (53, 408, 1391)
    """
    if not ratio > 0 or ratio == 1 or not (0 < base < 1 and 0 < share < 1):
        raise InvalidArgument(
            "deals_needed: `ratio` must be above 0 and not 1, `base` and `share` inside (0, 1);"
            f" got {ratio:g}, {base:g} and {share:g}"
        )
    if ratio * base >= 1:
        return None
    reach = round(float(norm.ppf((1 + level) / 2)), 2) + round(float(norm.ppf(power)), 2)
    spread = (1 / (ratio * base) - 1) / share + (1 / base - 1) / (1 - share)
    return ceil(reach**2 * spread / log(ratio) ** 2 - 1e-9)


def _cells(table: ArrayLike) -> tuple[Floats, int, str]:
    """Return the cells, their sum, and why there is no ratio: a row is empty."""
    cells = as_floats(table)
    if cells.shape != (2, 2) or not (cells >= 0).all():
        raise InvalidArgument(
            f"a table of two by two counts is needed, [[a, b], [c, d]]; got {cells.tolist()}"
        )
    return cells, round(float(cells.sum())), "" if cells.sum(axis=1).all() else EMPTY


def _mended(cells: Floats) -> list[float]:
    whole = cells if cells.all() else cells + 0.5
    return [float(cell) for cell in whole.ravel()]


def _method(table: ArrayLike) -> str:
    said = "logarithmic interval, deals independent"
    return said if as_floats(table).all() else f"{said}, {HALF}"


def _by_logarithm(value: float, spread: float, about: tuple[float, int, str]) -> Estimate:
    times = exp(float(norm.ppf((1 + about[0]) / 2)) * spread)
    return Estimate(value, value / times, value * times, *about)


def _score_interval(row: Sequence[float], z: float) -> tuple[float, float, float]:
    """Return a share and its score interval after Wilson."""
    n = sum(row)
    share = row[0] / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return share, middle - reach, middle + reach
