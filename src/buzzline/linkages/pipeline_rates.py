"""Pipelines of some organisations against those of comparable others, with honest errors.

Pipelines are not independent: one organisation holds many, and one project gives several
members one each. Variances are therefore of organisations plus of investments less of what is
both [1]_, so a consortium of ten members counts as about one observation.

.. [1] Cameron, A., Gelbach, J., Miller, D. (2011). Robust inference with multiway clustering.
   Journal of Business & Economic Statistics 29(2). doi:10.1198/jbes.2010.07136
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, exp, log, nan, sqrt

import numpy as np
from scipy.stats import norm

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.linkages.pipelines import Pipelines
from buzzline.quantities import Share

FEWEST_OTHERS = 10  # comparable organisations in a stratum
OF_INTEREST = 2.0  # the smallest ratio of interest: twice as many, or half
TOLERATED = 1.25  # "more" is surely by a quarter, "somewhat more" perhaps by less
VERDICTS = (
    "more", "fewer", "somewhat more", "somewhat fewer", "as others", "not enough pipelines",
    "not testable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RateRatio:
    """Pipelines an organisation, against those of others.

    Attributes
    ----------
    rate, expected : float        pipelines a member, and a comparable other
    low_rate, high_rate : float   null band: where `rate` falls if members are as others
    value, low, high : float      ln of rate to expected
    p : float                     of a ratio as far from 1
    n : float                     pipelines of the members
    n_worth : float               independent ones that would tell as much
    n_needed : int or None        pipelines expected of the members that would show a ratio of 2
    verdict : str
    """

    rate: float
    expected: float
    low_rate: float
    high_rate: float
    value: float
    low: float
    high: float
    p: float
    n: float
    n_worth: float
    n_needed: int | None
    verdict: str


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Members and comparable others, each with a weight.

    Attributes
    ----------
    members : (m,) int64
    others : (o,) int64
    weight : (o,) float64     adds up to 1: others are mixed as members are
    stratum : (o,) int64
    n_alone : int             members without comparable others, left out
    place : (n,) int64        of every organisation: those at one may share investments
    """

    members: Indices
    others: Indices
    weight: Floats
    stratum: Indices
    n_alone: int
    place: Indices


def comparable(
    members: Flags, others: Flags, strata: tuple[Codes, Codes], *, place: Indices
) -> Compared:
    """Return members and others of the same kind, others weighted to the mix of members.

    Parameters
    ----------
    members, others : (n,) bool
    strata : two of (n,) int32
        Such as industry and size, and industry; the second is used where the first holds fewer
        than ten others.
    place : (n,) int64
        Neighbourhoods, numbered from 0.
    """
    fine, coarse = strata
    n_fine = int(fine.max(initial=0)) + 1
    size_fine = np.bincount(fine[others], minlength=n_fine)
    size_coarse = np.bincount(coarse[others], minlength=int(coarse.max(initial=0)) + 1)
    is_fine = size_fine[fine] >= FEWEST_OTHERS
    is_coarse = ~is_fine & (size_coarse[coarse] >= FEWEST_OTHERS)
    own = np.flatnonzero(members & (is_fine | is_coarse))
    weight = np.zeros(fine.size)
    for use, stratum, size in ((is_fine, fine, size_fine), (is_coarse, coarse, size_coarse)):
        here = np.bincount(stratum[own[use[own]]], minlength=size.size) / max(own.size, 1)
        weight += np.where(others, here[stratum] / np.maximum(size[stratum], 1), 0.0)
    chosen = np.flatnonzero(weight > 0)
    return Compared(
        as_indices(own), as_indices(chosen), as_floats(weight[chosen]),
        as_indices(fine[chosen]), int(members.sum()) - own.size, as_indices(place),
    )  # fmt: skip


def rate_ratio(pipelines: Pipelines, compared: Compared, *, level: Share = 0.95) -> RateRatio:
    """Return how many pipelines members hold, to what comparable others hold.

    Parameters
    ----------
    pipelines : Pipelines
        Of one scale, or of all.
    compared : Compared
    level : share

    Notes
    -----
    The null band takes the spread among the others, for as many organisations as there are
    members and as bundled as neighbours are, and the error of their mean; it is even on square
    roots, where counts spread alike whatever their size. The interval takes the spread among
    members where that is larger than what the others have for as many pipelines.
    """
    own, others = compared.members, compared.others
    m = max(own.size, 1)
    total = as_floats(np.bincount(
        pipelines.holder, weights=pipelines.credit, minlength=pipelines.n_organisations
    ))  # fmt: skip
    n = float(total[own].sum())
    rate, expected = n / m, float(compared.weight @ total[others])
    if not expected > 0:
        return _untested(rate, expected, n)
    spread = _spread_of_others(compared, total) + _sharing(pipelines, compared) * expected
    error = _variance(pipelines, others, compared.weight, total - _means(compared, total))
    alike = as_floats(np.full(m, 1 / m))
    of_members = _variance(pipelines, own, alike, total - rate)
    z = float(norm.ppf((1 + level) / 2))
    null = sqrt(spread / m + error) / expected
    floor = spread / m * min(1.0, (n + 0.5) / (m * expected + 0.5))
    half = sqrt(max(of_members, floor) / ((n + 0.5) / m) ** 2 + error / expected**2)
    value = log((n + 0.5) / (m * expected + 0.5))
    reach = (z + float(norm.ppf(0.8))) / log(OF_INTEREST)
    dispersion = spread / expected
    rest = 1 / reach**2 - error / expected**2
    needed = ceil(dispersion / rest) if rest > 0 else None
    ends = value - z * half, value + z * half
    is_enough = needed is not None and m * expected >= needed
    return RateRatio(
        rate, expected, expected * max(1 - z * null / 2, 0.0) ** 2,
        expected * (1 + z * null / 2) ** 2, value, *ends,
        float(2 * norm.sf(2 * abs(exp(value / 2) - 1) / null)), n,
        n / max(dispersion, 1e-12), needed,
        _verdict(ends, enough=is_enough and half * reach <= 1),
    )  # fmt: skip


def hotspot_share(
    pipelines: Pipelines, hot: Flags, compared: Compared, *, level: Share = 0.95
) -> tuple[float, float, float, float, float]:
    """Return the share of pipelines that end in a hotspot, its interval, that of others, and p.

    Parameters
    ----------
    hot : (k,) bool
        Which rows of `pipelines` end in one.

    Returns
    -------
    share, low, high, expected, p : float
        NaN where there is nothing to tell it from.
    """
    own = compared.members
    share, error = _ratio_of(pipelines, hot, own, np.full(own.size, 1.0))
    expected, other = _ratio_of(pipelines, hot, compared.others, compared.weight)
    inside = 0 < share < 1 and error > 0
    if not inside:
        return share, nan, nan, expected, nan
    logit, half = log(share / (1 - share)), sqrt(error) / (share * (1 - share))
    z = float(norm.ppf((1 + level) / 2))
    low, high = (1 / (1 + exp(-(logit + side * z * half))) for side in (-1, 1))
    p = float(2 * norm.sf(abs(share - expected) / sqrt(error + other)))
    return share, low, high, expected, p if expected == expected else nan


def _variance(pipelines: Pipelines, who: Indices, weight: Floats, off: Floats) -> float:
    """Return the variance of sum_i weight_i total_i, by organisation and by investment."""
    w = np.zeros(pipelines.n_organisations)
    w[who] = weight
    part = w[pipelines.holder] * pipelines.credit
    several = who.size / max(who.size - 1, 1)
    return _two_way(pipelines, part, several * float(((weight * off[who]) ** 2).sum()))


def _two_way(pipelines: Pipelines, part: Floats, by_organisation: float) -> float:
    """Return variance by organisation plus by investment less by both."""
    used = part != 0
    n = pipelines.n_organisations
    both = pipelines.investment[used].astype(np.int64) * n + pipelines.holder[used]
    cells, of = np.unique(both, return_inverse=True)
    each = np.bincount(of, weights=part[used], minlength=cells.size)
    _, record = np.unique(cells // n, return_inverse=True)
    records = np.bincount(record, weights=each) if each.size else each
    return by_organisation + max(float((records**2).sum() - (each**2).sum()), 0.0)


def _means(compared: Compared, total: Floats) -> Floats:
    """Return the mean of the stratum of each of the others, at their rows. (n,)."""
    _, at = np.unique(compared.stratum, return_inverse=True)
    size = np.bincount(at)
    mean = np.bincount(at, weights=total[compared.others]) / np.maximum(size, 1)
    out = np.zeros(total.size)
    out[compared.others] = mean[at]
    return as_floats(out)


def _spread_of_others(compared: Compared, total: Floats) -> float:
    """Return the variance of pipelines among others, at least that of independent ones."""
    weight = compared.weight
    off = (total - _means(compared, total))[compared.others]
    spread = float(weight @ off**2) * weight.size / max(weight.size - 1, 1)
    return max(spread, float(weight @ total[compared.others]))


def _sharing(pipelines: Pipelines, compared: Compared) -> float:
    """Return how much variance a pipeline adds for being shared with neighbours.

    Two in one investment are not two observations. How many share one is read off the members,
    and off others near each other where these share more: those of a whole country that are in
    one project say nothing of neighbours.
    """
    one = np.zeros(pipelines.n_organisations, np.int64)
    members = _shared(pipelines, compared.members, one)
    return max(members, _shared(pipelines, compared.others, compared.place))


def _shared(pipelines: Pipelines, who: Indices, place: Indices) -> float:
    inside = np.zeros(pipelines.n_organisations)
    inside[who] = 1.0
    part = as_floats(inside[pipelines.holder] * pipelines.credit)
    total = float(part.sum())
    if not total > 0:
        return 0.0
    cell = pipelines.investment.astype(np.int64) * (int(place.max(initial=0)) + 1)
    _, near = np.unique(cell + place[pipelines.holder], return_inverse=True)
    return _two_way(replace(pipelines, investment=as_codes(near)), part, 0.0) / total


def _ratio_of(
    pipelines: Pipelines, hot: Flags, who: Indices, weight: Floats
) -> tuple[float, float]:
    w = np.zeros(pipelines.n_organisations)
    w[who] = weight
    part = w[pipelines.holder] * pipelines.credit
    total = float(part.sum())
    if not total > 0:
        return nan, nan
    share = float(part[hot].sum() / total)
    off = part * (hot - share) / total
    by_one = np.bincount(pipelines.holder, weights=off, minlength=w.size)
    n = int((np.bincount(pipelines.holder, weights=part, minlength=w.size) > 0).sum())
    alone = float((by_one**2).sum()) * n / max(n - 1, 1)
    return share, _two_way(pipelines, off, alone) if n > 1 else nan


def _verdict(ends: tuple[float, float], *, enough: bool) -> str:
    low, high = ends
    if low > log(TOLERATED):
        return "more"
    if high < -log(TOLERATED):
        return "fewer"
    if not low <= 0 <= high:
        return "somewhat more" if low > 0 else "somewhat fewer"
    excluded = low > -log(OF_INTEREST) and high < log(OF_INTEREST)
    return "as others" if enough or excluded else "not enough pipelines"


def _untested(rate: float, expected: float, n: float) -> RateRatio:
    return RateRatio(
        rate, expected, nan, nan, nan, nan, nan, nan, n, 0.0, None, "not testable"
    )  # fmt: skip
