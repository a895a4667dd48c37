"""With up to three treated groups: the same timing dealt at random among treated and others.

The spread of so few treated cannot be told from themselves. If their effect were d, then with d
taken off they could have been any of the groups; what the same timing shows elsewhere is what
chance gives [1]_. All d that are not unusual so are the interval.

.. [1] Conley, T. G., Taber, C. R. (2011). Inference with "difference in differences" with a
   small number of policy changes. Review of Economics and Statistics 93(1).
   doi:10.1162/REST_a_00049
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, nan

import numpy as np

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.econometrics.staggered import NEVER, Against, Timing, group_times
from buzzline.econometrics.staggered_sums import overall_of
from buzzline.errors import TooFew
from buzzline.quantities import Share
from buzzline.randomness import Seed, generator
from buzzline.resampling import fewest_draws

POWER = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Placebo:
    """What groups show when they are given the timing of the treated, the effect taken off.

    Attributes
    ----------
    low, high, p : float      of the overall effect; NaN where there are too few groups
    within : float            bound of two one-sided tests
    detectable : float        effect that would have been told from 0 with probability 0.8
    values : (draws,) float64
    spread : float            standard deviation of `values`
    reason : str              why there is no interval
    """

    low: float
    high: float
    p: float
    within: float
    detectable: float
    values: Floats
    spread: float
    reason: str


def placebo(
    timing: Timing, value: float, *, against: Against, level: Share, draws: int, rng: Seed
) -> Placebo:
    r"""Return the interval of an overall effect from the same timing dealt among all groups.

    Parameters
    ----------
    timing : Timing
    value : float          the overall effect
    against : "not yet treated" or "never treated"
    level : share
    draws : int            at most; all placements are gone through where one is treated
    rng : Generator, int or None

    Notes
    -----
    A placement shows a, of which the effect d of the treated among its groups is d b. It counts
    against d where \|a - d b\| is no less than \|value - d\|: for d in an interval about
    `value`.
    Exact where any group could have been treated and all effects are alike.
    """
    treated, never = _groups(timing)
    starts = _starts(timing, treated)
    everybody = as_indices(np.concatenate([treated, never]))
    placements = comb(everybody.size, starts.size) - 1 if never.size > starts.size else 0
    least = fewest_draws(level)
    if min(placements, draws) < least:
        why = (
            f"{starts.size} treated and {never.size} never treated groups are too few: it "
            f"takes 4 treated and 4 others, or {least} placements among all of them"
        )
        return _untold(why)
    is_on = (timing.first > NEVER)[:, None] & (timing.years >= timing.first[:, None])
    both = (timing, timing.with_outcome(np.where(np.isnan(timing.y), nan, is_on)))
    pairs = np.array([
        [_one(part, chosen, starts, against) for part in both]
        for chosen in _placements(treated, never, draws, generator(rng))
    ]).reshape(-1, 2)  # fmt: skip
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    if len(pairs) < least:
        return _untold("too few placements have outcomes")
    return _held(float(value), as_floats(pairs[:, 0]), as_floats(pairs[:, 1]), level)


def _untold(why: str) -> Placebo:
    return Placebo(nan, nan, nan, nan, nan, np.empty(0), nan, why)


def _held(value: float, shown: Floats, share: Floats, level: float) -> Placebo:
    """Return interval, p and bounds from what placements show and their share of the effect."""
    low, high = _ends(value, shown, share)
    out = (1 - level) * (shown.size + 1) + 1e-9  # so many may count against an end
    inner = 2 * out
    p = float((1 + (np.abs(shown) >= abs(value) - 1e-12).sum()) / (1 + shown.size))
    ends = [_end(low, high, n) for n in (out, inner)]
    if not np.isfinite(ends).all():
        return _untold(f"too few placements but that of the treated: {shown.size:,} drawn")
    chance = as_floats(shown - value * share)
    half = max(value - ends[0][0], ends[0][1] - value)
    seen = half + float(np.quantile(np.abs(chance), 2 * POWER - 1))
    return Placebo(
        *ends[0], p, float(np.abs(ends[1]).max()), seen, chance,
        float(chance.std(ddof=1)), "",
    )  # fmt: skip


def _ends(value: float, shown: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Return between which effects each placement is no less unusual than the treated."""
    slack = 1e-12 * max(1.0, abs(value))
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.array([(value - shown) / (1 - share), (value + shown) / (1 + share)])
    always = np.abs(share) >= 1 - 1e-9  # the treated themselves, or their mirror
    low = np.where(always, -np.inf, ends.min(axis=0) - slack)
    return as_floats(low), as_floats(np.where(always, np.inf, ends.max(axis=0) + slack))


def _end(low: Floats, high: Floats, out: float) -> tuple[float, float]:
    """Return the effects outside which so few placements count that chance is ruled out."""
    k = max(int(out), 1) - 1  # beside the treated themselves
    return float(np.sort(low)[k]), float(np.sort(high)[::-1][k])


def _groups(timing: Timing) -> tuple[Indices, Indices]:
    is_treated = (timing.first > NEVER) & (timing.first <= timing.years[-1])
    treated = np.unique(timing.group[is_treated])
    return as_indices(treated), as_indices(np.setdiff1d(timing.group, treated))


def _starts(timing: Timing, treated: Indices) -> Indices:
    """Return in which year each treated group begins: its most usual one."""
    found = []
    for group in treated:
        mine = timing.first[(timing.group == group) & (timing.first > NEVER)]
        years, n = np.unique(mine[mine <= timing.years[-1]], return_counts=True)
        found.append(int(years[np.argmax(n)]))
    return as_indices(found)


def _placements(
    treated: Indices, never: Indices, draws: int, rng: np.random.Generator
) -> list[Indices]:
    if treated.size == 1 and never.size <= draws:
        return [as_indices([group]) for group in never]
    everybody = np.concatenate([treated, never])
    return [
        as_indices(rng.choice(everybody, treated.size, replace=False)) for _ in range(draws)
    ]


def _one(told: Timing, chosen: Indices, starts: Indices, against: Against) -> float:
    first = np.zeros(told.first.size, np.int64)
    for group, start in zip(chosen, starts, strict=True):
        first[told.group == group] = start
    try:
        cells = group_times(told.treated_in(as_indices(first)), against=against)
    except TooFew:
        return nan
    size = cells.n_treated[None, :].astype(np.float64)
    return float(overall_of(cells, cells.value[None, :], size)[0])
