"""Does a cluster take up knowledge from elsewhere, or is it taken up elsewhere?"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np
import polars as pl
from scipy.stats import beta, norm

from buzzline.arrays import Codes, Floats, Indices, as_codes, as_floats
from buzzline.power import links_needed
from buzzline.quantities import Share
from buzzline.tables.study import Study

LAYER = "citation"  # the source cites the target: knowledge flows from target to source
RATIO_OF_INTEREST = 2.0  # received to made; or the other way round
MOST_ROUNDS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Citations:
    """Citations by year, as rows of organisations.

    Attributes
    ----------
    source, target : (m,) int32
    year : (m,) int64
    """

    source: Codes
    target: Codes
    year: Indices


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """What a cluster received and made of citations from and to elsewhere, in one year.

    Attributes
    ----------
    received, made : float
    design_effect : float     how much citations of one member, or one partner, are alike; >= 1
    """

    received: float
    made: float
    design_effect: float


@dataclass(frozen=True, slots=True)
class Turn:
    """The course of received to made over the years.

    Attributes
    ----------
    verdict : str
    slope, slope_low, slope_high : float      of the log ratio, a year
    year, low, high : float                   at which the ratio crosses 1; NaN where it does
                                              not within what is known
    reason : str
    """

    verdict: str
    slope: float
    slope_low: float
    slope_high: float
    year: float
    low: float
    high: float
    reason: str


def citations_of(study: Study) -> Citations:
    """Return the dated citations between organisations of a study."""
    number = study.organisations.select("org_id").with_row_index("row")
    ties = study.linkages.filter(
        (pl.col("layer") == LAYER) & pl.col("start").is_not_null()
    ).select("source", "target", pl.col("start").dt.year().alias("year"))
    for end in ("source", "target"):
        ties = ties.join(
            number.rename({"row": f"{end}_row"}), left_on=end, right_on="org_id", how="inner",
            validate="m:1",
        )  # fmt: skip
    return Citations(
        as_codes(ties["source_row"].to_numpy()), as_codes(ties["target_row"].to_numpy()),
        ties["year"].cast(pl.Int64).to_numpy(),
    )  # fmt: skip


def exchanges(cited: Citations, label: Codes, year: int) -> list[Exchange]:
    """Return what each cluster exchanged with elsewhere in a year.

    Parameters
    ----------
    cited : Citations
    label : (n,) int32
        Cluster of each organisation in that year, from 0; -1 is none.
    year : int
    """
    here = cited.year == year
    source, target = cited.source[here], cited.target[here]
    crosses = label[source] != label[target]
    source, target = source[crosses], target[crosses]
    out, back = label[source] >= 0, label[target] >= 0
    cluster = np.concatenate([label[target[back]], label[source[out]]])
    member = np.concatenate([target[back], source[out]])
    partner = np.concatenate([source[back], target[out]])
    received = np.concatenate([np.ones(int(back.sum())), np.zeros(int(out.sum()))])
    order = np.argsort(cluster, kind="stable")
    n_clusters = int(label.max(initial=-1)) + 1
    edge = np.searchsorted(cluster[order], np.arange(n_clusters + 1))
    found = []
    for k in range(n_clusters):
        rows = order[edge[k] : edge[k + 1]]
        r, n = float(received[rows].sum()), float(rows.size)
        alike = design_effect(received[rows], member[rows], partner[rows])
        found.append(Exchange(r, n - r, alike))
    return found


def design_effect(received: Floats, member: Codes, partner: Codes) -> float:
    """Return by how much more than a coin the share received varies, over members or partners.

    Parameters
    ----------
    received : (m,) float64
        1 for a citation received, 0 for one made.
    member, partner : (m,) int32
        Whose it is, and with whom.

    Returns
    -------
    float
        At least 1: the larger of both.
    """
    n = received.size
    share = float(received.mean()) if n else 0.0
    if not 0 < share < 1:
        return 1.0
    off = received - share
    found = [1.0]
    for unit in (member, partner):
        _, code = np.unique(unit, return_inverse=True)
        found.append(float((np.bincount(code, off) ** 2).sum()) / (n * share * (1 - share)))
    return max(found)


def ratio_with_interval(found: Exchange, level: Share) -> tuple[float, float, float]:
    """Return received to made, and the ends of its interval.

    Exact binomial, of fewer citations where they are alike.

    Examples
    --------
    >>> value, low, high = ratio_with_interval(Exchange(60.0, 30.0, 1.0), 0.95)
    >>> round(value, 2), round(low, 2), round(high, 2)
    (2.0, 1.27, 3.21)
    """
    n = (found.received + found.made) / found.design_effect
    if not n:
        return nan, nan, nan
    r = found.received / found.design_effect
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, r, n - r + 1)) if r else 0.0
    high = float(beta.isf(tail, r + 1, n - r)) if r < n else 1.0
    value = found.received / found.made if found.made else inf
    return value, low / (1 - low), high / (1 - high) if high < 1 else inf


def exchanges_needed(level: Share) -> int:
    """Return how many citations would show a ratio of 2 to 1."""
    share = RATIO_OF_INTEREST / (1 + RATIO_OF_INTEREST)
    return links_needed(0.5, share, level=level) or 0


def turn_of(years: Indices, found: list[Exchange], level: Share) -> Turn:
    """Return whether a cluster turned from taking to giving, and when.

    A logistic line of the share received over the years, its errors widened by the design
    effect or by what the years vary beyond it; the crossing by Fieller's theorem.

    Parameters
    ----------
    years : (t,) int64
    found : list of Exchange
        One a year.
    level : share

    References
    ----------
    .. [1] Fieller, E. (1954). Some problems in interval estimation. Journal of the Royal
       Statistical Society B 16(2). doi:10.1111/j.2517-6161.1954.tb00159.x
    """
    received = as_floats([one.received for one in found])
    n = received + as_floats([one.made for one in found])
    needed = exchanges_needed(level)
    alike = as_floats([one.design_effect for one in found])
    effective = float((n / alike).sum())
    if effective < needed or np.count_nonzero(n) < 3:
        reason = (
            f"{n.sum():,.0f} citations across its border"
            + (f" (worth {effective:,.0f})" if effective < n.sum() - 0.5 else "")
            + f" in {np.count_nonzero(n)} years; {needed:,} in 3 years or more are needed"
        )
        return Turn("not testable", *(nan,) * 6, reason)
    middle = float((years * n).sum() / n.sum())
    x = as_floats(years - middle)
    line, covariance = _logistic_line(x, received, n)
    chi2 = _pearson(x, received, n, line) / max(int(np.count_nonzero(n)) - 2, 1)
    covariance = as_floats(covariance * max(1.0, chi2, float((alike * n).sum() / n.sum())))
    z = float(norm.ppf((1 + level) / 2))
    reach = z * sqrt(covariance[1, 1])
    ends = [_at(line, covariance, float(at - middle), z) for at in (years[0], years[-1])]
    verdict = _verdict(*ends)
    crossing = _fieller(line, covariance, z) if "became" in verdict else (nan, nan, nan)
    at, low, high = (one + middle for one in crossing)
    slope = float(line[1])
    return Turn(verdict, slope, slope - reach, slope + reach, at, low, high, "")


def _verdict(first: tuple[float, float], last: tuple[float, float]) -> str:
    if first[1] < 0 < last[0]:
        return "became creating"
    if last[1] < 0 < first[0]:
        return "became absorbing"
    if first[0] > 0 and last[0] > 0:
        return "creating"
    if first[1] < 0 and last[1] < 0:
        return "absorbing"
    return "undecided"


def _logistic_line(x: Floats, received: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Return intercept and slope of the log odds, and their covariance.

    One half is added to what is received and made over all years, so that a cluster that only
    receives has a line.
    """
    weight = n / n.sum()
    y, m = received + weight / 2, n + weight
    design = np.column_stack([np.ones_like(x), x])
    line = np.array([np.log(y.sum() / (m.sum() - y.sum())), 0.0])
    information = np.eye(2)
    for _ in range(MOST_ROUNDS):
        share = 1 / (1 + np.exp(-np.clip(design @ line, -30, 30)))
        information = design.T @ (design * (m * share * (1 - share))[:, None])
        step = np.linalg.solve(information, design.T @ (y - m * share))
        line = line + step
        if np.abs(step).max() < 1e-10:
            break
    return as_floats(line), as_floats(np.linalg.inv(information))


def _pearson(x: Floats, received: Floats, n: Floats, line: Floats) -> float:
    share = 1 / (1 + np.exp(-(line[0] + line[1] * x)))
    known = n > 0
    off = received[known] - (n * share)[known]
    return float((off**2 / (n * share * (1 - share))[known]).sum())


def _at(line: Floats, covariance: Floats, x: float, z: float) -> tuple[float, float]:
    """Return the ends of the interval of the log ratio at a year."""
    at = np.array([1.0, x])
    reach = z * sqrt(float(at @ covariance @ at))
    return float(at @ line) - reach, float(at @ line) + reach


def _fieller(line: Floats, covariance: Floats, z: float) -> tuple[float, float, float]:
    """Return where the line crosses 0, with its interval; infinite ends where it has none."""
    (a, b), at = line, -float(line[0] / line[1])
    # roots of (a + b x)^2 = z^2 Var(a + b x)
    second = b * b - z * z * covariance[1, 1]
    first = 2 * (a * b - z * z * covariance[0, 1])
    zeroth = a * a - z * z * covariance[0, 0]
    under = first * first - 4 * second * zeroth
    if second <= 0 or under < 0:
        return at, -inf, inf
    ends = sorted((-first + sign * sqrt(under)) / (2 * second) for sign in (-1, 1))
    return at, ends[0], ends[1]
