"""Rows of a policy evaluation: effects, an event study, cohorts and checks."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan

import numpy as np
import polars as pl
from scipy.stats import t as student

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.econometrics.evaluation import LEFT_OUT_SCHEMA, NEVER, Evaluated
from buzzline.econometrics.few_treated import Placebo, placebo
from buzzline.econometrics.staggered import GroupTimes, Timing, group_times
from buzzline.econometrics.staggered_sums import (
    FEWEST_GROUPS,
    Errors,
    Sums,
    detectable,
    errors_of,
    needed,
    overall_of,
    pre_trend,
    since_of,
    sums,
    uniform_width,
    within,
)
from buzzline.econometrics.two_way_weights import two_way
from buzzline.errors import TooFew
from buzzline.quantities import Share
from buzzline.randomness import child

Row = dict[str, object]
AVERAGE = "average effect"
UNSEEN = "treated, but not known in the year others are held against, or never after"
A_FIFTH = 0.2  # of a standard deviation: small, by the usual rule
_TOLD = dict.fromkeys(("value", "low", "high", "level"), pl.Float64)
EFFECT_SCHEMA = {
    "term": pl.String, **_TOLD, "se": pl.Float64, "p": pl.Float64,
    **dict.fromkeys(("n_treated", "n_others", "n_groups", "n_other_groups"), pl.Int64),
    **dict.fromkeys(("detectable", "within", "smallest"), pl.Float64), "n_needed": pl.Int64,
    "verdict": pl.String, "status": pl.String,
}  # fmt: skip
EVENT_SCHEMA = {
    "since": pl.Int64, **_TOLD, "band_low": pl.Float64, "band_high": pl.Float64,
    "se": pl.Float64, "n_treated": pl.Int64, "n_groups": pl.Int64, "status": pl.String,
}  # fmt: skip
COHORT_SCHEMA = {
    "cohort": pl.Int64, "year": pl.Int64, "since": pl.Int64, **_TOLD,
    "n_treated": pl.Int64, "n_others": pl.Int64, "method": pl.String,
}  # fmt: skip
CHECK_SCHEMA = {"check": pl.String, **_TOLD, "p": pl.Float64, "said": pl.String}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: level, draws, seed, and the smallest effect that matters."""

    level: Share
    draws: int
    seed: int
    smallest: float


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """Everything that rows are made from.

    Attributes
    ----------
    timing : Timing
    cells : GroupTimes
    whole : (cells,) float64           units of each cohort
    terms : tuple of str               "overall", then cohorts
    found, errors                      of `terms`
    since : (k,) int64                 years since, those before first
    by_since, since_errors             of `since`
    placebo : Placebo or None          where treated groups are too few
    """

    timing: Timing
    cells: GroupTimes
    whole: Floats
    terms: tuple[str, ...]
    found: Sums
    errors: Errors
    since: Indices
    by_since: Sums
    since_errors: Errors
    placebo: Placebo | None


def smallest_of(panel: Evaluated, smallest: float | None) -> tuple[float, str]:
    """Return the smallest effect that matters, and how it was chosen."""
    if smallest is not None:
        return smallest, f"An effect matters from {smallest:.3g} on, as asked."
    starts = panel.first[panel.is_treated]
    at = max(int(np.searchsorted(panel.years, starts.min())) - 1, 0)
    known = panel.y[:, at][~np.isnan(panel.y[:, at])]
    spread = float(known.std(ddof=1)) if known.size > 1 else 0.0
    if not spread > 0:
        return nan, "Units did not differ before, so nothing says which effect would matter."
    return A_FIFTH * spread, (
        f"An effect is taken to matter from {A_FIFTH * spread:.3g} on, a fifth of the standard "
        "deviation between units before; set `smallest` to what matters to you."
    )


def worked_out(panel: Evaluated, asked: Asked) -> Work:
    """Return effects of all kinds, with their errors.

    Raises
    ------
    TooFew
        Nothing can be compared.
    """
    timing = Timing(panel.y, panel.years, panel.first, panel.group, panel.covariates)
    cells = group_times(timing)
    if not (cells.since >= 0).any():
        raise TooFew("nobody untreated is seen in a year in which others are treated")
    whole = as_floats([cells.n_treated[cells.cohort == g].max() for g in cells.cohort])
    cohorts = np.unique(cells.cohort[cells.since >= 0])
    terms = ("overall", *(str(cohort) for cohort in cohorts))
    found = sums(cells, whole, terms)
    since = as_indices(np.unique(cells.since))
    by_since = sums(cells, whole, [int(e) for e in since])
    errors = errors_of(found)
    instead = None
    if not isfinite(errors.se[0]):
        instead = placebo(
            timing, float(found.value[0]), against="not yet treated", level=asked.level,
            draws=asked.draws, rng=child(asked.seed, "placebo"),
        )  # fmt: skip
    return Work(
        timing, cells, whole, terms, found, errors, since, by_since, errors_of(by_since),
        instead,
    )  # fmt: skip


def unused_rows(panel: Evaluated, work: Work) -> pl.DataFrame:
    """Return how many treated units enter no effect, by reason. `reason`, `n`."""
    cells, reasons = work.cells, dict[str, int]()
    for cohort in np.unique(panel.first[panel.is_treated]):
        mine = panel.y[panel.first == cohort]
        here = (cells.cohort == cohort) & (cells.since >= 0)
        if not here.any():
            reasons[f"treated from {cohort}, with nobody untreated to compare with"] = len(mine)
            continue
        base = mine[:, panel.years == cells.base[here][0]]
        then = mine[:, np.isin(panel.years, cells.year[here])]
        n = int((np.isnan(base[:, 0]) | np.isnan(then).all(axis=1)).sum())
        reasons[UNSEEN] = reasons.get(UNSEEN, 0) + n
    some = {reason: n for reason, n in reasons.items() if n}
    return pl.DataFrame({"reason": list(some), "n": list(some.values())},
                        schema=LEFT_OUT_SCHEMA)  # fmt: skip


def effect_rows(panel: Evaluated, work: Work, asked: Asked) -> list[Row]:
    """Return the average effect, then one row a cohort."""
    rows = []
    for k, term in enumerate(work.terms):
        here = work.cells.since >= 0
        if k:
            here = here & (work.cells.cohort == int(term))
        treated = dict(
            zip(work.cells.cohort[here].tolist(), work.whole[here].tolist(), strict=True)
        )
        row: Row = {
            "term": f"treated from {term}" if k else AVERAGE,
            "value": float(work.found.value[k]), "level": asked.level,
            "n_treated": int(sum(treated.values())),
            "n_others": int(work.cells.n_others[here].max()),
            "n_groups": int(work.errors.n_treated[k]),
            "n_other_groups": int(work.errors.n_others[k]), "smallest": asked.smallest,
        }  # fmt: skip
        usual = _with_errors(row, work.errors, k, asked)
        rows.append(usual if k or work.placebo is None else _by_placebo(row, work, asked))
    return rows


def _with_errors(row: Row, errors: Errors, k: int, asked: Asked) -> Row:
    se, df, value = float(errors.se[k]), float(errors.df[k]), float(row["value"])  # type: ignore[arg-type]  # a float
    if not isfinite(se):
        why = (
            f"no interval: {errors.n_treated[k]} treated and {errors.n_others[k]} other "
            f"groups; it takes {FEWEST_GROUPS} of each"
        )
        return row | {"verdict": "cannot tell", "status": why}
    half = float(student.ppf((1 + asked.level) / 2, df)) * se
    p = float(2 * student.sf(abs(value) / se, df))
    seen = detectable(se, df, level=asked.level)
    bound = within(value, se, df, level=asked.level)
    n = int(row["n_treated"])  # type: ignore[call-overload]  # a count
    row = row | {
        "low": value - half, "high": value + half, "se": se, "p": p, "detectable": seen,
        "within": bound, "n_needed": needed(n, seen, asked.smallest),
        "status": f"each group left out in turn, {df:.0f} degrees of freedom",
    }  # fmt: skip
    return row | {"verdict": verdict_of(row, asked.smallest)}


def _by_placebo(row: Row, work: Work, asked: Asked) -> Row:
    assert work.placebo is not None
    found = work.placebo
    if found.reason:
        return row | {"verdict": "cannot tell", "status": f"no interval: {found.reason}"}
    n = int(row["n_treated"])  # type: ignore[call-overload]  # a count
    row = row | {
        "low": found.low, "high": found.high, "se": found.spread, "p": found.p,
        "detectable": found.detectable, "within": found.within,
        "n_needed": needed(n, found.detectable, asked.smallest),
        "status": (
            f"too few treated groups to vary among themselves: held against "
            f"{found.values.size:,} placements of the same timing among all groups"
        ),
    }  # fmt: skip
    return row | {"verdict": verdict_of(row, asked.smallest)}


def verdict_of(row: Row, smallest: float) -> str:
    """Return what the interval and the bound of an effect say."""
    low, high, bound = (float(row[name]) for name in ("low", "high", "within"))  # type: ignore[arg-type]  # floats
    if isfinite(smallest) and bound < smallest:
        return "no effect that matters"
    if low > 0:
        return "raised"
    return "lowered" if high < 0 else "cannot tell"


def event_rows(work: Work, asked: Asked) -> list[Row]:
    """Return one row a year since the first treated one; -1 is what others are held against."""
    errors = work.since_errors
    told = np.isfinite(errors.se)
    width = uniform_width(
        errors.chosen(told), level=asked.level, draws=asked.draws,
        rng=child(asked.seed, "band"),
    )  # fmt: skip
    rows: list[Row] = []
    for k, since in enumerate(work.since):
        value, se, df = float(work.by_since.value[k]), float(errors.se[k]), float(errors.df[k])
        half = float(student.ppf((1 + asked.level) / 2, df)) * se if isfinite(se) else nan
        wide = max(width, half / se) * se if isfinite(se) and isfinite(width) else nan
        here = work.cells.since == since
        why = (
            f"no interval: {errors.n_treated[k]} treated and {errors.n_others[k]} other groups"
        )
        rows.append({
            "since": int(since), "value": value, "low": value - half, "high": value + half,
            "level": asked.level, "band_low": value - wide, "band_high": value + wide,
            "se": se, "n_treated": int(work.cells.n_treated[here].sum()),
            "n_groups": int(errors.n_treated[k]), "status": "" if isfinite(se) else why,
        })  # fmt: skip
    cells = work.cells
    for since in np.setdiff1d(cells.base - cells.cohort, work.since):
        of = np.unique(cells.cohort[cells.base - cells.cohort == since])
        rows.append({"since": int(since), "value": 0.0, "level": asked.level,
                     "status": _against_whom(cells, of)})  # fmt: skip
    return sorted(rows, key=lambda row: int(row["since"]))  # type: ignore[call-overload]  # a count


def _against_whom(cells: GroupTimes, of: Indices) -> str:
    """Say that a year is what others are held against, and for whom if not for all."""
    said = "the year others are held against"
    if of.size == np.unique(cells.cohort).size:
        return said
    return f"{said}, for those treated from {', '.join(str(cohort) for cohort in of)}"


def cohort_rows(work: Work, asked: Asked) -> list[Row]:
    """Return one row a cohort and year."""
    cells = work.cells
    own = Sums(cells.value, cells.left_out, np.asarray(cells.size < work.whole))
    errors = errors_of(own)
    half = student.ppf((1 + asked.level) / 2, np.nan_to_num(errors.df, nan=1.0)) * errors.se
    return [
        {
            "cohort": int(cells.cohort[k]), "year": int(cells.year[k]),
            "since": int(cells.since[k]), "value": float(cells.value[k]),
            "low": float(cells.value[k] - half[k]), "high": float(cells.value[k] + half[k]),
            "level": asked.level, "n_treated": int(cells.n_treated[k]),
            "n_others": int(cells.n_others[k]), "method": cells.method[k],
        }
        for k in range(cells.value.size)
    ]  # fmt: skip


def check_rows(panel: Evaluated, work: Work, asked: Asked) -> list[Row]:
    """Return whether both moved alike before, and what other ways of counting would say."""
    rows = [_before(work, asked), _plain(work, asked)]
    never = (panel.first == NEVER) | (panel.first > panel.years[-1])
    if never.any() and not (never | (panel.first == panel.first[~never][0])).all():
        rows.append(_again(work.timing, "against those never treated", "never treated", asked))
    if panel.names:
        bare = Timing(panel.y, panel.years, panel.first, panel.group, np.empty((panel.n, 0)))
        rows.append(_again(bare, "without covariates", "not yet treated", asked))
    return rows


def _before(work: Work, asked: Asked) -> Row:
    row: Row = {"check": "years before", "level": asked.level}
    some = (work.since < 0) & np.isfinite(work.since_errors.se)
    trend = as_floats((work.cells.year - work.cells.base).astype(np.float64))[None, :]
    whole = work.whole[None, :]
    along = [since_of(work.cells, trend, whole, since=int(e))[0] for e in work.since[some]]
    found = pre_trend(
        work.by_since.value[some], as_floats(along), work.since_errors.chosen(some),
        trend_bias=float(overall_of(work.cells, trend, whole)[0]),
        level=asked.level, draws=asked.draws, rng=child(asked.seed, "before"),
    )  # fmt: skip
    if not isfinite(found.p):
        why = (
            "Whether both moved alike before cannot be tested: too few years or groups before."
        )
        return row | {"said": why}
    unlike = found.p <= 1 - asked.level
    moved = (
        f"Before, treated and others moved apart (p = {found.p:.2g}): distrust the effect"
        if unlike else f"Before, treated and others moved alike as far as can be seen "
        f"(p = {found.p:.2g})"
    )  # fmt: skip
    said = (
        f"{moved}; a trend of {found.slope:.2g} a year would have shown (power 0.8), and alone "
        f"would add {found.bias:.2g} to the effect."
    )
    return row | {"value": found.slope, "p": found.p, "said": said}


def _plain(work: Work, asked: Asked) -> Row:
    found = two_way(work.timing, level=asked.level)
    said = ""
    if found.backwards > 0:
        said = (
            f"Plain two-way fixed effects would say {found.interval.value:.2g}, with "
            f"{found.backwards:.0%} of the weight counted backwards."
        )
    return {
        "check": "plain two-way fixed effects", "value": found.interval.value,
        "low": found.interval.low, "high": found.interval.high, "p": found.interval.p,
        "level": asked.level, "said": said,
    }  # fmt: skip


def _again(timing: Timing, name: str, against: str, asked: Asked) -> Row:
    row: Row = {"check": name, "level": asked.level, "said": ""}
    try:
        cells = group_times(timing, against=against)  # type: ignore[arg-type]  # one of two
    except TooFew as error:
        return row | {"said": f"{name.capitalize()}: {error}."}
    whole = as_floats([cells.n_treated[cells.cohort == g].max() for g in cells.cohort])
    found = sums(cells, whole, ["overall"])
    errors = errors_of(found)
    value, se, df = float(found.value[0]), float(errors.se[0]), float(errors.df[0])
    row |= {"value": value}
    if isfinite(se):
        half = float(student.ppf((1 + asked.level) / 2, df)) * se
        p = float(2 * student.sf(abs(value) / se, df))
        row |= {"low": value - half, "high": value + half, "p": p}
    return row
