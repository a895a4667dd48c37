"""Does taking part together make a pair tie? Against pairs whose gathering was cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf, isfinite, nan

import numpy as np
from scipy.special import expit
from scipy.stats import norm

from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.errors import NotConverged
from buzzline.linkages.gathering_pairs import PairTable
from buzzline.linkages.pair_errors import (
    Error,
    PairRows,
    pair_variance,
    scatter_beyond,
    worth_of_organisations,
)
from buzzline.linkages.pair_logit import LogitFit, grouped_logit, varying
from buzzline.quantities import Share
from buzzline.wording import plural

EFFECT = "took part together"
PLANNED = "both had planned to"
THERE = "both were there"  # where nothing was cancelled: no effect, an association
MAIN, INTERPLAY = "all pairs", "by distance and earlier tie"
DISTANCE, BEFORE = "distance", "tied before"
FEWEST_NEW = 5  # new ties in each of the cells that are compared
SMALLEST_RATIO = 2.0  # of odds, of interest: what ties needed are told for
POWER = 0.8
ALIKE = (as_floats([0.0]), as_floats([1.0]))  # gatherings that do not differ anyway
TYPICAL_SCATTER = 0.5  # log odds by which gatherings may well differ anyway


@dataclass(frozen=True, slots=True)
class Term:
    """One coefficient of the pair model.

    Attributes
    ----------
    model, term : str
    value, low, high : float        log odds
    p : float
    design_effect : float           variance over that of independent pairs
    reason : str                    why it was not measured
    """

    model: str
    term: str
    value: float = nan
    low: float = nan
    high: float = nan
    p: float = nan
    design_effect: float = nan
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class PairModel:
    """What taking part together does to the odds of a new tie.

    Attributes
    ----------
    terms : tuple of Term           the effect first
    n_pairs, n_new : float          of those who met, where it took place
    expected : three floats         new ties had it been cancelled: value, low, high
    n_needed : float                new ties of pairs who met that would show twice the odds
    n_held, n_cancelled : int       gatherings that tell
    """

    terms: tuple[Term, ...]
    n_pairs: float
    n_new: float
    expected: tuple[float, float, float]
    n_needed: float
    n_held: int
    n_cancelled: int


@dataclass(frozen=True, slots=True, eq=False)
class _Design:
    """Rows of gatherings after which some pair tied, as the fits take them."""

    table: PairTable
    which: Indices
    rows: PairRows
    group: Indices
    fixed: Mapping[str, Floats]
    level: Share

    def of(self, values: np.ndarray) -> np.ndarray:
        """Return the values of these rows."""
        return values[self.which]

    @property
    def is_held(self) -> Flags:
        """Whether the gathering of each row took place."""
        return self.of(self.table.is_held)

    @property
    def is_compared(self) -> bool:
        """Whether some gatherings took place and others did not."""
        return bool(self.is_held.any() and not self.is_held.all())


def pair_model(table: PairTable, *, level: Share) -> PairModel:
    """Fit the odds of a new tie with one intercept a gathering.

    Parameters
    ----------
    table : PairTable
    level : share
    """
    design = _designed(table, level)
    met = table.is_held & table.planned
    counts = float(table.worth[met].sum()), float(table.is_new[met].sum())
    told = _n_gatherings(design, held=True), _n_gatherings(design, held=False)
    unknown = (nan, nan, nan)
    cells = _cells(design)
    if min(cells.values(), default=0) < FEWEST_NEW:
        term = Term(MAIN, EFFECT if told[1] else THERE, reason=_too_few(cells))
        return PairModel((term,), *counts, unknown, _needed(cells, 1.0, level), *told)
    terms, fit = _main(design)
    expected = unknown
    if design.is_compared and fit is not None:
        expected = _expected(design, terms[0], fit)
    needed = _needed(cells, terms[0].design_effect, level)
    return PairModel((*terms, *_interplay(design)), *counts, expected, needed, *told)


def ties_needed(cells: Sequence[float], ratio: float, level: Share) -> float:
    """Return how many new ties of the first cell show odds that differ by a factor.

    By the normal approximation, with the other cells growing in proportion.

    Examples
    --------
    >>> round(ties_needed((50, 50, 50, 50), 2.0, 0.95), 1)
    65.3
    """
    spread = sum(cells[0] / cell for cell in cells)
    return float(spread * ((norm.ppf((1 + level) / 2) + norm.ppf(POWER)) / np.log(ratio)) ** 2)


def _needed(cells: Mapping[str, float], design_effect: float, level: Share) -> float:
    if min(cells.values(), default=0) <= 0:
        return nan
    wider = max(design_effect, 1.0) if isfinite(design_effect) else 1.0
    return float(ceil(wider * ties_needed(list(cells.values()), SMALLEST_RATIO, level)))


def _cells(design: _Design) -> dict[str, float]:
    """Return the new ties of those who met, of others, and of the same in vain."""
    t = design.table
    new, planned = design.of(t.is_new), design.of(t.planned)
    who = {
        "who met": design.is_held & planned,
        "of others then": design.is_held & ~planned,
        "who had planned to meet in vain": ~design.is_held & planned,
        "of others at that time": ~design.is_held & ~planned,
    }
    names = list(who) if design.is_compared or not design.is_held.any() else list(who)[:2]
    return {name: float((new & who[name]).sum()) for name in names}


def _too_few(cells: Mapping[str, float]) -> str:
    said = ", ".join(f"{count:.0f} of pairs {name}" for name, count in cells.items())
    return f"too few new ties ({said}); at least {FEWEST_NEW} of each are needed"


def _designed(table: PairTable, level: Share) -> _Design:
    n = int(table.gathering.max(initial=-1)) + 1
    new = np.bincount(table.gathering, weights=table.is_new, minlength=n)
    tells = (new > 0) & (new < np.bincount(table.gathering, minlength=n))
    which = as_indices(np.flatnonzero(tells[table.gathering]))
    _, group = np.unique(table.gathering[which], return_inverse=True)
    rows, fixed = table.rows.chosen(which), _what_pairs_are(table, which)
    return _Design(table, which, rows, as_indices(group), fixed, level)


def _n_gatherings(design: _Design, *, held: bool) -> int:
    return np.unique(design.group[design.is_held == held]).size


def _what_pairs_are(table: PairTable, which: Indices) -> dict[str, Floats]:
    """Return what pairs are, whoever met: distance (ln km, centred) and what they share.

    What no new tie has, or none lacks, would be fitted to infinity and is left out.
    """
    km = table.km[which]
    known = np.isfinite(km)
    far = np.where(known, np.log1p(np.where(known, km, 0.0)), 0.0)
    met = known & table.planned[which]
    middle = float(far[met].mean()) if met.any() else 0.0
    shared = {
        "distance not known": ~known,
        BEFORE: table.before[which],
        "same home": table.same_home[which],
        "same industry": table.same_industry[which],
        "same owner": table.same_owner[which],
    }
    new = table.is_new[which]
    kept = {} if not known.any() else {DISTANCE: as_floats(np.where(known, far - middle, 0.0))}
    for name, flag in shared.items():
        if min((new & flag).sum(), (new & ~flag).sum()) > 0 and not flag.all():
            kept[name] = as_floats(flag)
    return kept


def _main(design: _Design) -> tuple[tuple[Term, ...], LogitFit | None]:
    """Return the effect of taking part, net of what pairs are, and its fit."""
    planned, held = as_floats(design.of(design.table.planned)), as_floats(design.is_held)
    first = {EFFECT: planned * held, PLANNED: planned}
    columns = (first if design.is_compared else {THERE: planned}) | dict(design.fixed)
    try:
        fit, names = _fitted(design, columns)
    except NotConverged as error:
        said = str(error).partition(": ")[2]
        return (Term(MAIN, next(iter(columns)), reason=said),), None
    variance = pair_variance(fit.influence, design.rows)
    between, weights = _between_gatherings(design, fit)
    terms = []
    for number, name in enumerate(names):
        is_own = name in (EFFECT, PLANNED, THERE)
        extra = (between, weights) if is_own else ALIKE
        errors = (variance[number, number], *extra)
        terms.append(_term(design, (MAIN, name), fit, number, errors))
    return tuple(terms), fit


def _interplay(design: _Design) -> tuple[Term, ...]:
    """Return how the effect differs with distance and with having been tied before."""
    planned = as_floats(design.of(design.table.planned))
    held = as_floats(design.is_held)
    present = [name for name in (DISTANCE, BEFORE) if name in design.fixed]
    own = EFFECT if design.is_compared else THERE
    lacking = {name: _lacking(design) if name == BEFORE else "" for name in present}
    tried = [name for name in present if not lacking[name]]
    columns = {own: planned * held if design.is_compared else planned}
    columns |= {f"{own} x {name}": columns[own] * design.fixed[name] for name in tried}
    if design.is_compared:
        columns[PLANNED] = planned
        columns |= {f"{PLANNED} x {name}": planned * design.fixed[name] for name in tried}
        columns |= {f"took place x {name}": held * design.fixed[name] for name in tried}
    wanted = {name: f"{own} x {name}" for name in present}
    failed = ""
    try:
        fit, names = _fitted(design, columns | dict(design.fixed))
    except NotConverged as error:
        failed, names = str(error).partition(": ")[2], []
    terms = []
    for name in present:
        if lacking[name] or wanted[name] not in names:
            why = lacking[name] or failed or "nothing differs enough to tell"
            terms.append(Term(INTERPLAY, wanted[name], reason=why))
            continue
        number = names.index(wanted[name])
        own_part = as_floats(fit.influence[:, [number]])
        variance = pair_variance(own_part, design.rows)[0, 0]
        terms.append(_term(design, (INTERPLAY, wanted[name]), fit, number, (variance, *ALIKE)))
    return tuple(terms)


def _lacking(design: _Design) -> str:
    """Say where too few pairs who met had been tied before, or had not."""
    t = design.table
    new, before = design.of(t.is_new & t.planned), design.of(t.before)
    kinds = [design.is_held, ~design.is_held] if design.is_compared else [design.is_held]
    least = min(
        int((new & kind & (before == b)).sum()) for kind in kinds for b in (True, False)
    )
    if least >= FEWEST_NEW:
        return ""
    return (
        f"{plural(least, 'new tie')} in the smallest of the cells compared, at least "
        f"{FEWEST_NEW} are needed"
    )


def _fitted(design: _Design, columns: Mapping[str, Floats]) -> tuple[LogitFit, list[str]]:
    names, x = list(columns), np.column_stack(list(columns.values()))
    kept = varying(as_floats(x), design.group)
    fit = grouped_logit(
        as_floats(design.of(design.table.is_new)), as_floats(x[:, kept]), design.group,
        offset=as_floats(-np.log(design.of(design.table.taken))),
    )  # fmt: skip
    return fit, [names[number] for number in kept]


def _term(
    design: _Design, named: tuple[str, str], fit: LogitFit, number: int,
    errors: tuple[float, Floats, Floats],
) -> Term:  # fmt: skip
    """Return a coefficient; errors: its variance, and that between gatherings with weights."""
    variance, between, weights = errors
    own = as_floats(fit.influence[:, number])
    degrees = max(worth_of_organisations(own, design.rows) - 1, 0.0)
    error = Error(as_floats(np.sqrt(variance + between)), weights, degrees)
    value, half = float(fit.coefficient[number]), error.reach(design.level)
    alone = float(own @ own)
    wider = (variance + float(between @ weights)) / alone if alone > 0 else nan
    return Term(*named, value, value - half, value + half, error.p(value), wider)


def _between_gatherings(design: _Design, fit: LogitFit) -> tuple[Floats, Floats]:
    """Return variances of the effect from gatherings that differ anyway, and their weights.

    Each gathering's deviation from the fitted premium is one step of Newton's method; what they
    scatter beyond their errors is a posterior, so that a few gatherings say little.
    """
    t = design.table
    planned = as_floats(design.of(t.planned))
    fitted = expit(fit.linear - np.log(design.of(t.taken)))
    weight = fitted * (1 - fitted)
    n = int(design.group.max()) + 1
    mass = np.bincount(design.group, weights=weight, minlength=n)
    mean = np.bincount(design.group, weights=weight * planned, minlength=n) / mass
    swept = planned - mean[design.group]
    information = np.bincount(design.group, weights=weight * swept**2, minlength=n)
    scores = as_floats(swept * (design.of(t.is_new) - fitted))
    error = np.full(n, inf)
    for number in np.flatnonzero(information > 0):
        at = as_indices(np.flatnonzero(design.group == number))
        own = pair_variance(as_floats(scores[at, None]), design.rows.chosen(at))[0, 0]
        error[number] = own / information[number] ** 2
    held = np.zeros(n, np.int64)
    held[design.group] = design.is_held
    telling = np.isfinite(error) & (error > 0)
    summed = np.bincount(design.group, weights=scores, minlength=n)[telling]
    own_information, own_group = information[telling], as_indices(held[telling])
    variances, weights = scatter_beyond(
        as_floats(summed / own_information), as_floats(error[telling]), own_group,
        typical=TYPICAL_SCATTER,
    )  # fmt: skip
    parts = [own_information[own_group == k] for k in np.unique(own_group)]
    shared = sum(float(part @ part / part.sum() ** 2) for part in parts)
    return as_floats(variances * shared), weights


def _expected(design: _Design, term: Term, fit: LogitFit) -> tuple[float, float, float]:
    """Return new ties of those who met had their gathering been cancelled, with interval."""
    met = design.is_held & design.of(design.table.planned)
    worth, linear = design.of(design.table.worth)[met], fit.linear[met]
    value, low, high = (
        float(worth @ expit(linear - by)) for by in (term.value, term.high, term.low)
    )
    return value, low, high
