"""How each stylised fact is measured, and what over many runs is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtrit

from buzzline.arrays import Floats
from buzzline.simulation.luck import luck_of
from buzzline.simulation.settings import Settings
from buzzline.simulation.stylised_facts_learning import (
    best_between_ring_and_chance,
    cheap_distance,
    few_teach,
    lost_place_to_meet,
    near_and_far,
    new_knowledge_stays_near,
    parabola_of_small_worlds,
    proximities,
    too_much,
)
from buzzline.simulation.stylised_facts_people import (
    failure_forgiven,
    fairs_bring_jobs,
    flows_to_former_place,
    gathering_cancelled,
    programme_innovates,
    programme_spills_over,
    ratio_of_ratios,
    small_gain_most,
)
from buzzline.simulation.stylised_facts_places import (
    cluster_of_origin,
    clusters_invest_in_clusters,
    difference_of_shares,
    industries_localised,
    over_less_one,
    plant_closes,
    pooled_over_stratified,
    pooled_risk,
    promotion,
    related_variety,
    suppliers_grow,
    ten_largest,
)
from buzzline.simulation.stylised_facts_runs import Measure, Measured
from buzzline.simulation.stylised_facts_table import Part

Verdict = Literal["pass", "fail", "cannot tell", "not in the model"]
Statistic = Callable[[Floats], float]  # of what a part is made of, summed over runs
WORST_FIRST: tuple[Verdict, ...] = ("fail", "cannot tell", "pass")


def quotient(sums: Floats) -> float:
    """Return a ratio of sums; over ones, a mean over runs. NaN over nothing."""
    return float(sums[0] / sums[1]) if sums[1] else float("nan")


# Number of the fact: what one run gives, and what each part makes of the sum over runs.
MEASURES: dict[int, tuple[Measure, tuple[Statistic, ...]]] = {
    1: (best_between_ring_and_chance, (quotient,) * 4),
    2: (parabola_of_small_worlds, (quotient,) * 2),
    3: (industries_localised, (quotient,)),
    4: (new_knowledge_stays_near, (quotient,)),
    5: (flows_to_former_place, (quotient, ratio_of_ratios)),
    6: (few_teach, (quotient,) * 2),
    7: (clusters_invest_in_clusters, (pooled_risk, pooled_over_stratified)),
    8: (cluster_of_origin, (difference_of_shares,)),
    10: (gathering_cancelled, (over_less_one,)),
    11: (fairs_bring_jobs, (over_less_one,)),
    12: (suppliers_grow, (over_less_one,) * 2),
    13: (programme_innovates, (quotient,)),
    14: (programme_spills_over, (quotient,) * 2),
    15: (plant_closes, (quotient,)),
    16: (lost_place_to_meet, (quotient,) * 2),
    17: (cheap_distance, (quotient,)),
    18: (related_variety, (quotient,) * 2),
    19: (too_much, (quotient,) * 4),
    20: (proximities, (quotient,) * 4),
    21: (near_and_far, (quotient,) * 2),
    22: (failure_forgiven, (quotient,)),
    24: (small_gain_most, (quotient,)),
    25: (ten_largest, (quotient,)),
    26: (promotion, (quotient,)),
}


@dataclass(frozen=True, slots=True, eq=False)
class OneRun:
    """One run of one fact: what a worker is given."""

    number: int
    settings: Settings
    seed: int
    run: int


def measured(task: OneRun) -> Measured:
    """Return what a run gives for each part of a fact."""
    found: Measured = MEASURES[task.number][0](luck_of(task.seed, task.run), task.settings)
    return found


def estimated(runs: Floats, statistic: Statistic, level: float) -> tuple[float, float, float]:
    """Return a statistic of the sum over runs, and its interval (jackknife over runs).

    Parameters
    ----------
    runs : (runs, m) float64
    statistic : callable
    level : share

    Returns
    -------
    value, low, high : float
        The ends are NaN for one run, or where the statistic needs all of them. For a mean the
        interval is Student's.

    Examples
    --------
    >>> runs = np.array([[1.0, 1.0], [2.0, 1.0], [3.0, 1.0]])
    >>> [round(one, 2) for one in estimated(runs, quotient, 0.95)]
    [2.0, -0.48, 4.48]
    """
    n, total = len(runs), runs.sum(axis=0)
    value = statistic(total)
    if n < 2:
        return value, float("nan"), float("nan")
    left = np.array([statistic(total - one) for one in runs])
    error = np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum())
    half = float(stdtrit(n - 1, (1 + level) / 2) * error)
    return value, value - half, value + half


def verdict_of(part: Part, low: float, high: float) -> Verdict:
    """Return whether an interval lies in the target, beside it, or on its edge.

    Examples
    --------
    >>> gain = Part("gain", "share", 0.1, 0.2)
    >>> [verdict_of(gain, *ends) for ends in ((0.12, 0.18), (0.15, 0.3), (0.3, 0.4))]
    ['pass', 'cannot tell', 'fail']
    >>> verdict_of(Part("gain", "share"), 0.0, 0.0)
    'fail'
    """
    if np.isnan(low) or np.isnan(high):
        return "cannot tell"
    if low > part.low and high < part.high:
        return "pass"
    return "fail" if high <= part.low or low >= part.high else "cannot tell"
