"""One treated unit against its synthetic counterpart, and against the same for all others."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.econometrics.evaluation import NEVER, Evaluated
from buzzline.econometrics.synthetic_weights import Counterpart, counterpart, simplex_weights
from buzzline.quantities import Share
from buzzline.resampling import fewest_draws

FEWEST_BEFORE = 4  # years; with fewer, nothing can be left out and told again
MOST_DONORS = 100  # those most alike before; each is also a placebo
BAD_FIT = 2.0  # times what others are missed by, at the middle
OTHERS_A_UNIT = 3  # never treated, for each of several units at once
MOST_JOINT = 399  # placebos of several units at once
NO_MISS = 1e-9  # of the largest outcome
USED = 0.01  # a weight from which a donor is said to be used


@dataclass(frozen=True, slots=True, eq=False)
class Against:
    """A treated unit, its counterpart, and the same of everybody who could stand in for it.

    Attributes
    ----------
    unit : int                      row of the evaluated units
    years : (k,) int64
    donors : (donors,) int64        rows
    n_before : int
    own : Counterpart
    gap : (k,) float64              observed less synthetic
    placebo_gap : (donors, k) float64
    placebo_fit : (donors,) float64
    reason : str                    why it cannot be told; may be empty
    """

    unit: int
    years: Indices
    donors: Indices
    n_before: int
    own: Counterpart
    gap: Floats
    placebo_gap: Floats
    placebo_fit: Floats
    reason: str

    @property
    def effect(self) -> float:
        """Mean gap in the years treated."""
        return float(self.gap[self.n_before :].mean())

    @property
    def spread(self) -> Floats:
        """Mean gap of each placebo in those years, for one unit of its fit. (donors,)."""
        return as_floats(self.placebo_gap[:, self.n_before :].mean(axis=1) / self.placebo_fit)

    def ratio(self) -> tuple[float, Floats]:
        """Return how much larger the gap is after than before: of the unit, and of placebos."""
        after = [np.sqrt((part[..., self.n_before :] ** 2).mean(axis=-1))
                 for part in (self.gap, self.placebo_gap)]  # fmt: skip
        return float(after[0] / self.own.fit), as_floats(after[1] / self.placebo_fit)


@dataclass(frozen=True, slots=True)
class Held:
    """An effect held against placebos."""

    low: float
    high: float
    p: float
    detectable: float
    within: float
    reason: str


def held_against(value: float, scale: float, spread: Floats, *, level: Share) -> Held:
    """Return the interval of an effect that placebos give.

    All effects that, taken off, leave the unit inside the placebos [1]_; it holds its level
    when the unit could have been any of them.

    Parameters
    ----------
    value, scale : float         the effect, and the fit of the unit
    spread : (placebos,) float64 effects on placebos, each for one unit of its fit
    level : share

    References
    ----------
    .. [1] Firpo, S., Possebom, V. (2018). Synthetic control method: inference, sensitivity
       analysis and confidence sets. Journal of Causal Inference 6(2). doi:10.1515/jci-2016-0026

    Examples
    --------
    >>> held_against(3.0, 0.1, np.linspace(-2, 2, 39), level=0.95).p
    0.025
    """
    size = np.sort(np.abs(spread))
    p = float((1 + (size >= abs(value) / scale - 1e-12).sum()) / (1 + size.size))
    least = fewest_draws(level)
    if size.size < least:
        why = f"no interval: {size.size} others, and an interval takes {least}"
        return Held(nan, nan, p, nan, nan, why)
    half = scale * float(size[-int((1 - level) * (size.size + 1) + 1e-9)])
    inner = scale * float(size[-max(int(2 * (1 - level) * (size.size + 1) + 1e-9), 1)])
    seen = half + scale * float(np.quantile(size, 0.6))  # 0.8 of symmetric draws lie below it
    return Held(value - half, value + half, p, seen, abs(value) + inner, "")


def against_others(panel: Evaluated, unit: int) -> Against | str:
    """Return a treated unit held against others that were never treated, or why it cannot be.

    Parameters
    ----------
    panel : Evaluated
    unit : int      row of a treated unit
    """
    known = ~np.isnan(panel.y[unit])
    years = panel.years[known]
    n_before = int((years < panel.first[unit]).sum())
    if n_before < FEWEST_BEFORE or n_before == years.size:
        return (
            f"its outcome is known in {n_before} years before and {years.size - n_before} "
            f"after; it takes {FEWEST_BEFORE} and 1"
        )
    donors = _donors(panel, unit, known, n_before)
    if donors.size < 2:
        return "fewer than two others, never treated, have the outcome in the same years"
    y, others = panel.y[unit][known], panel.y[np.ix_(donors, known)]
    plain = _held(unit, years, (donors, n_before), (y, others), ridge=False)
    least = NO_MISS * max(float(np.abs(y).max()), 1e-300)
    if min(plain.own.fit, float(np.median(plain.placebo_fit))) <= least:
        return (
            "it is, or others are, met exactly by others in the years before (an outcome that "
            "does not vary there, say): nothing tells how far chance goes"
        )
    if not plain.reason:
        return plain
    moved = _held(unit, years, (donors, n_before), (y, others), ridge=True)
    return moved if not moved.reason or moved.own.fit < plain.own.fit else plain


def _donors(panel: Evaluated, unit: int, known: Flags, n_before: int) -> Indices:
    """Return others never treated with the outcome in the same years, those most alike."""
    never = (panel.first == NEVER) | (panel.first > panel.years[-1])
    full = never & ~np.isnan(panel.y[:, known]).any(axis=1)
    full &= panel.group != panel.group[unit]
    rows = np.flatnonzero(full)
    before = panel.y[:, known][:, :n_before]
    apart = ((before[rows] - before[unit]) ** 2).mean(axis=1)
    return as_indices(np.sort(rows[np.argsort(apart, kind="stable")[:MOST_DONORS]]))


def _held(
    unit: int, years: Indices, who: tuple[Indices, int], told: tuple[Floats, Floats], *,
    ridge: bool,
) -> Against:  # fmt: skip
    donors, n_before = who
    y, others = told
    own = counterpart(y, as_floats(others), n_before, ridge=ridge)
    gaps, fits = [], []
    for k in range(donors.size):
        rest = np.arange(donors.size) != k
        found = counterpart(others[k], as_floats(others[rest]), n_before, ridge=ridge)
        gaps.append(others[k] - found.path)
        fits.append(found.fit)
    fit = as_floats(np.maximum(fits, 1e-12))
    usual = float(np.median(fit))
    reason = ""
    if own.fit > BAD_FIT * usual:
        reason = (
            f"others do not move as it did before: it is missed by {own.fit:.3g} in years left "
            f"out, others by {usual:.3g}"
        )
    return Against(
        unit, years, donors, n_before, own, as_floats(y - own.path), as_floats(np.array(gaps)),
        fit, reason,
    )  # fmt: skip


def without_each(panel: Evaluated, found: Against) -> tuple[float, float]:
    """Return the smallest and largest effect without any one of the donors that are used."""
    known = np.isin(panel.years, found.years)
    y, others = panel.y[found.unit][known], panel.y[np.ix_(found.donors, known)]
    effects = []
    for k in np.flatnonzero(np.abs(found.own.weight) >= USED):
        rest = np.arange(found.donors.size) != k
        if rest.sum() < 2:
            continue
        again = counterpart(
            as_floats(y), as_floats(others[rest]), found.n_before,
            ridge=found.own.method != "weights",
        )  # fmt: skip
        effects.append(float((y - again.path)[found.n_before :].mean()))
    return (min(effects), max(effects)) if effects else (nan, nan)


def together(
    panel: Evaluated, found: list[Against], *, level: Share, draws: int,
    rng: np.random.Generator,
) -> Held:  # fmt: skip
    """Return the mean effect over several units held against as many placebos at once.

    As many others, never treated, are held against the rest of them, all against the same: if
    these move by chance, so do all that lean on them.

    Parameters
    ----------
    panel : Evaluated
    found : list of Against
    level : share
    draws : int
    rng : Generator
    """
    pool = np.array(sorted(set.intersection(*(set(item.donors.tolist()) for item in found))))
    reason = ""
    if pool.size < OTHERS_A_UNIT * len(found):
        reason = (
            f"no interval: {len(found)} units lean on {pool.size} others; as many placebos at "
            f"once take {OTHERS_A_UNIT} others a unit"
        )
    elif any(item.own.method != "weights" for item in found):
        reason = "no interval: some units are met by ridge only, so that placebos are unlike"
    if reason:
        return Held(nan, nan, nan, nan, nan, reason)
    value = float(np.mean([item.effect for item in found]))
    shown = []
    for _ in range(min(draws, MOST_JOINT)):
        chosen = rng.choice(pool, len(found), replace=False)
        rest = np.setdiff1d(pool, chosen)
        shown.append(np.mean([
            _joint(panel, item, int(one), as_indices(rest))
            for item, one in zip(found, chosen, strict=True)
        ]))  # fmt: skip
    return held_against(value, 1.0, as_floats(shown), level=level)


def _joint(panel: Evaluated, item: Against, one: int, rest: Indices) -> float:
    """Return the effect on a placebo, scaled as the unit is to it."""
    known = np.isin(panel.years, item.years)
    y, others = panel.y[one][known], panel.y[np.ix_(rest, known)]
    n = item.n_before
    weight = simplex_weights(as_floats(others[:, :n].T), as_floats(y[:n]))
    fit = float(item.placebo_fit[np.searchsorted(item.donors, one)])
    return float((y - weight @ others)[n:].mean()) * item.own.fit / fit
