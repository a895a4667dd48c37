"""The steps by which a labour-market area is an industrial district."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isnan, nan

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.clusters.district_jobs import AreaJobs
from buzzline.quantities import Jobs, Ratio, Share

DISTRICT, NONE, NOT_TESTABLE = "district", "none", "not testable"
STEPS = ("people", "manufacturing", "small", "main", "industry_small")


@dataclass(frozen=True, slots=True)
class DistrictRule:
    """When a labour-market area is an industrial district.

    Attributes
    ----------
    manufacturing : ratio
        Location quotient of manufacturing that must be exceeded.
    small : share
        Of manufacturing jobs that must be in establishments that are not large.
    industry : ratio
        Location quotient within manufacturing that the main industry must exceed.
    industry_small : share
        Of the main industry's jobs that must be in establishments that are not large.
    large_from : jobs
        Jobs from which an establishment is large.
    """

    manufacturing: Ratio = 1.0
    small: Share = 0.5
    industry: Ratio = 1.0
    industry_small: Share = 0.5
    large_from: Jobs = 250.0

    def scaled(self, times: float) -> DistrictRule:
        """Return the rule with all thresholds multiplied, shares to hardly less than 1 at most.

        A share must be exceeded: one of 1, which is not asked for, none could pass.

        Examples
        --------
        >>> DistrictRule(small=0.9).scaled(1.25).small < 1
        True
        """
        return replace(
            self, manufacturing=times * self.manufacturing, industry=times * self.industry,
            small=_scaled(self.small, times),
            industry_small=_scaled(self.industry_small, times),
        )  # fmt: skip


def _scaled(share: Share, times: float) -> Share:
    return min(max(share, float(np.nextafter(1.0, 0.0))), times * share)


@dataclass(frozen=True, slots=True)
class Measured:
    """What the steps look at in one area; NaN where not known."""

    area_id: str
    label: str
    people: str
    jobs: float
    making: float
    quotient: float
    small: tuple[float, float]
    industry: str | None
    industry_jobs: float
    industry_quotient: float
    industry_small: tuple[float, float]


def location_quotient(part: Floats, whole: Floats) -> Floats:
    """Return the share of a part in each area over its share in all areas.

    Parameters
    ----------
    part, whole : (a,) float64 [jobs]
        NaN where not known: such areas do not count among all.

    Returns
    -------
    (a,) float64

    Examples
    --------
    >>> location_quotient(np.array([30.0, 10.0]), np.array([60.0, 100.0])).tolist()
    [2.0, 0.4]
    """
    known = ~np.isnan(part) & ~np.isnan(whole)
    share = part[known].sum() / whole[known].sum() if whole[known].sum() else nan
    with np.errstate(invalid="ignore", divide="ignore"):
        return as_floats(np.where(whole > 0, part / whole, nan) / (share or nan))


def measured(jobs: AreaJobs, rule: DistrictRule) -> list[Measured]:
    """Return what the steps look at, area by area."""
    return list(_each(jobs, rule))


def _each(jobs: AreaJobs, rule: DistrictRule) -> Iterator[Measured]:
    quotient = location_quotient(jobs.making, jobs.everything)
    small = _small(jobs.making, jobs.making_large_low, jobs.making_large_high)
    n = len(jobs.industries)
    within = [location_quotient(as_floats(jobs.jobs[:, k]), jobs.making) for k in range(n)]
    inner = as_floats(np.stack(within, axis=1) if n else np.empty((len(quotient), 0)))
    for a, (area_id, label, people) in enumerate(jobs.areas.iter_rows()):
        main = _main(jobs.jobs[a], inner[a], rule) if n else -1
        of_main = (nan, nan)
        if main >= 0:
            cells = (jobs.jobs[a], jobs.large_low[a], jobs.large_high[a])
            of_main = _pair(_small(*(as_floats(cell[main : main + 1]) for cell in cells)), 0)
        yield Measured(
            area_id, label, people, float(jobs.everything[a]), float(jobs.making[a]),
            float(quotient[a]), _pair(small, a), jobs.industries[main] if main >= 0 else None,
            float(jobs.jobs[a, main]) if main >= 0 else nan,
            float(inner[a, main]) if main >= 0 else nan, of_main,
        )  # fmt: skip


def _main(jobs: Floats, quotient: Floats, rule: DistrictRule) -> int:
    """Return the industry with most jobs among those above the threshold; else with most."""
    if not (np.nan_to_num(jobs) > 0).any():
        return -1
    above = np.where(np.nan_to_num(quotient) > rule.industry, np.nan_to_num(jobs), -1.0)
    return int(np.argmax(above if above.max() > 0 else np.nan_to_num(quotient)))


def _small(whole: Floats, large_low: Floats, large_high: Floats) -> tuple[Floats, Floats]:
    """Return least and most share of jobs that are not in large establishments."""
    with np.errstate(invalid="ignore", divide="ignore"):
        low = 1 - np.minimum(large_high, whole) / whole
        high = 1 - np.minimum(large_low, whole) / whole
    return as_floats(low), as_floats(high)


def _pair(ends: tuple[Floats, Floats], at: int) -> tuple[float, float]:
    return float(ends[0][at]), float(ends[1][at])


def step_verdicts(one: Measured, rule: DistrictRule) -> tuple[list[str], float, str]:
    """Return the verdicts of the steps up to the first "no", the margin and the reason.

    What is not known does not stop the steps: a later "no" still tells that an area is none.

    Returns
    -------
    verdicts : list of str     "yes", "no" or "not testable", in the order of `STEPS`
    margin : float             nearest to its threshold of the steps taken; NaN for none
    reason : str
    """
    people = "yes" if one.people in ("valid", "as given") else "no"
    if people == "no":
        return ["no"], nan, f"people: {one.people}"
    tests = (
        ((one.quotient, one.quotient), rule.manufacturing, _quotient_said),
        (one.small, rule.small, _small_said),
        ((one.industry_quotient, one.industry_quotient), rule.industry, _main_said),
        (one.industry_small, rule.industry_small, _small_said),
    )
    verdicts, margins, reasons = [people], [], []
    for step, (ends, threshold, said) in zip(STEPS[1:], tests, strict=True):
        verdict = _step(ends, threshold)
        verdicts.append(verdict)
        if verdict != "yes":
            reasons.append(f"{step.replace('_', ' ')}: {said(ends, threshold)}")
        if verdict != NOT_TESTABLE and threshold:
            margins.append((ends[0] if verdict == "yes" else ends[1]) / threshold)
        if verdict == "no":
            return verdicts, margins[-1] if margins else nan, reasons[-1]
    return verdicts, min(margins, default=nan), "; ".join(reasons)


def _step(ends: tuple[float, float], threshold: float) -> str:
    low, high = ends
    if isnan(low) or isnan(high):
        return NOT_TESTABLE
    if low > threshold:
        return "yes"
    return "no" if high <= threshold else NOT_TESTABLE


def _quotient_said(ends: tuple[float, float], threshold: float) -> str:
    if isnan(ends[0]):
        return "jobs are not known"
    return f"location quotient {ends[0]:.2f}, above {threshold:g} is needed"


def _small_said(ends: tuple[float, float], threshold: float) -> str:
    if isnan(ends[0]):
        return "size classes are not known"
    low, high = ends
    share = f"{low:.0%}" if f"{low:.0%}" == f"{high:.0%}" else f"{low:.0%} to {high:.0%}"
    return f"{share} of jobs in establishments that are not large, over {threshold:.0%} needed"


def _main_said(ends: tuple[float, float], threshold: float) -> str:
    if isnan(ends[0]):
        return "jobs of its industries are not known"
    return f"no industry has a quotient above {threshold:g} (largest {ends[0]:.2f})"
