"""With up to three treated groups: effects where nobody was treated, dealt at random.

The spread of so few treated cannot be told from themselves. Others who were never treated are
given the same timing, and what they then show is what chance gives [1]_.

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


@dataclass(frozen=True, slots=True, eq=False)
class Placebo:
    """What groups never treated show when they are given the timing of the treated.

    Attributes
    ----------
    low, high, p : float      of the overall effect; NaN where there are too few groups
    values : (draws,) float64
    spread : float            standard deviation of `values`
    reason : str              why there is no interval
    """

    low: float
    high: float
    p: float
    values: Floats
    spread: float
    reason: str


def placebo(
    timing: Timing, value: float, *, against: Against, level: Share, draws: int, rng: Seed
) -> Placebo:
    """Return the interval of an overall effect from groups that were never treated.

    Parameters
    ----------
    timing : Timing
    value : float          the overall effect
    against : "not yet treated" or "never treated"
    level : share
    draws : int            at most; all placements are gone through where there are fewer
    rng : Generator, int or None

    Notes
    -----
    Holds when luck spreads as much among the treated as among the others.
    """
    treated, never = _groups(timing)
    starts = _starts(timing, treated)
    placements = comb(never.size, starts.size) if never.size > starts.size else 0
    least = fewest_draws(level)
    if min(placements, draws) < least:
        why = (
            f"{starts.size} treated and {never.size} never treated groups are too few: it "
            f"takes 4 treated and 4 others, or {least} placements among those never treated"
        )
        return Placebo(nan, nan, nan, np.empty(0), nan, why)
    others = timing.chosen(np.isin(timing.group, never))
    values = []
    for chosen in _placements(never, starts.size, draws, generator(rng)):
        values.append(_one(others, chosen, starts, against))
    found = np.array(values)
    found = found[np.isfinite(found)]
    if found.size < least:
        return Placebo(nan, nan, nan, as_floats(found), nan, "too few placements have outcomes")
    size = np.sort(np.abs(found))
    half = float(size[-int((1 - level) * (found.size + 1) + 1e-9)])  # exact under exchange
    p = float((1 + (size >= abs(value)).sum()) / (1 + found.size))
    spread = float(found.std(ddof=1))
    value = float(value)
    return Placebo(value - half, value + half, p, as_floats(found), spread, "")


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


def _placements(never: Indices, n: int, draws: int, rng: np.random.Generator) -> list[Indices]:
    if n == 1 and never.size <= draws:
        return [as_indices([group]) for group in never]
    return [as_indices(rng.choice(never, n, replace=False)) for _ in range(draws)]


def _one(others: Timing, chosen: Indices, starts: Indices, against: Against) -> float:
    first = np.zeros(others.first.size, np.int64)
    for group, start in zip(chosen, starts, strict=True):
        first[others.group == group] = start
    try:
        cells = group_times(others.treated_in(as_indices(first)), against=against)
    except TooFew:
        return nan
    size = cells.n_treated[None, :].astype(np.float64)
    return float(overall_of(cells, cells.value[None, :], size)[0])
