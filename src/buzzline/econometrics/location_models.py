"""The models of where deals go: what enters each, and one row a coefficient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np
import polars as pl
from scipy.stats import norm

from buzzline.arrays import Flags, Floats, Indices, as_flags, as_floats, as_indices
from buzzline.econometrics.choice import ChoiceFit, Choices, fit_what_can_be
from buzzline.econometrics.choice_errors import destination_errors
from buzzline.econometrics.choice_iia import iia_test
from buzzline.econometrics.location_alternatives import LocationCases
from buzzline.econometrics.mixed_logit import fit_mixed
from buzzline.errors import InvalidArgument, NotConverged, TooFew
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Share
from buzzline.randomness import child
from buzzline.sandwiches import Sandwich, group_codes

POOLED, BY_INDUSTRY, TASTES = "pooled", "by industry", "other tastes"
KNOWLEDGE, LEADERS, MIXED = "knowledge", "leaders", "mixed"
SIMILAR, ORIGIN = "similar cluster", "similar cluster, from a cluster"
SIZE, OWN, DISTANCE, HOME = "size", "own industry", "distance", "at home"
IN_KNOWLEDGE = "similar cluster, from a cluster, knowledge-intensive"
LEADS, LEADS_ORIGIN = "similar cluster, leader", "similar cluster, leader from a cluster"
SPREAD = "spread of similar cluster"
MEASURED_BY = {
    SIMILAR: "a place that holds a cluster of the source's industry",
    ORIGIN: "the same, times as much for sources in such a cluster",
    IN_KNOWLEDGE: "the same, times as much again in knowledge-intensive industries",
    LEADS: "a place with such a cluster, for the largest tenth of an industry",
    LEADS_ORIGIN: "the same, for the largest tenth in such a cluster themselves",
    SIZE: "a place with twice the organisations",
    OWN: "a place with twice the organisations of the source's industry (one added)",
    DISTANCE: "a place twice as far",
    HOME: "a place in the country of the source",
    SPREAD: "how much groups differ in it (standard deviation of log odds)",
}
DOUBLED = {SIZE, OWN, DISTANCE}  # in natural logarithms: told for one doubling
FEWEST_DEALS = 30
FEWEST_EITHER = 5  # deals of an industry that went to a similar cluster, and that did not
FEWEST_AT_HOME = 2  # the same, of an industry and country of the source
FROM_HOME = ", of sources in "
FEWEST_WORTH = 2.0  # degrees of freedom: three groups' worth
SMALLEST_ODDS, POWER = 2.0, 0.8
MIXED_DRAWS, MIXED_ROWS = 100, 40_000  # a group; alternatives looked at
Row = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What all models are made from.

    Attributes
    ----------
    cases : LocationCases
    home : (cases,) str             country of the source, "?" not known
    knowledge : (cases,) float64    1 knowledge-intensive, 0 not, NaN not known
    leads : (cases,) float64        1 largest tenth of its industry, 0 not, NaN not known
    why : dict                      by model, why those two are not known
    level : share
    seed : int
    """

    cases: LocationCases
    home: pl.Series
    knowledge: Floats
    leads: Floats
    why: Mapping[str, str]
    level: Share
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """One model: a row a coefficient, and one on the whole."""

    rows: list[Row]
    whole: Row


def all_models(setting: Setting, progress: Progress = silent) -> list[Model]:
    """Return every model, or why it cannot be made."""
    usable = _told_apart(setting.cases)
    names = (BY_INDUSTRY, POOLED, TASTES, KNOWLEDGE, LEADERS, MIXED)
    return [_model(name, setting, usable) for name in told(progress, "models of choice", names)]


def _told_apart(cases: LocationCases) -> Flags:
    """Return the cases of industries of which some deals, not all, went to similar clusters."""
    into = cases.similar[cases.chosen]
    code = np.unique(cases.deals["industry"].to_numpy(), return_inverse=True)[1]
    if not code.size:
        return as_flags(into)
    few = np.minimum(np.bincount(code, into), np.bincount(code, ~into))
    return as_flags((few >= FEWEST_EITHER)[code])


def _model(name: str, setting: Setting, usable: Flags) -> Model:
    known = {
        POOLED: np.ones(usable.size, np.bool_),
        KNOWLEDGE: usable & ~np.isnan(setting.knowledge),
        LEADERS: usable & ~np.isnan(setting.leads),
    }.get(name, usable)
    interest = {KNOWLEDGE: IN_KNOWLEDGE, LEADERS: LEADS_ORIGIN, MIXED: SPREAD}.get(name, ORIGIN)
    reason = _cannot(name, setting, as_flags(known))
    if reason:
        return _refused(name, interest, setting, int(known.sum()), reason)
    part = _Part(setting, as_indices(np.flatnonzero(known)))
    try:
        return _mixed(part) if name == MIXED else _fitted(name, interest, part)
    except (InvalidArgument, NotConverged, TooFew) as error:
        return _refused(name, interest, setting, part.chosen.size, str(error))


def _cannot(name: str, setting: Setting, known: Flags) -> str:
    n = int(known.sum())
    if name in (KNOWLEDGE, LEADERS):
        held = setting.knowledge if name == KNOWLEDGE else setting.leads
        values = np.unique(held[known])
        if setting.why.get(name) and values.size < 2:
            return setting.why[name]
        if values.size < 2:
            which = "knowledge-intensive" if name == KNOWLEDGE else "a leader"
            return f"all or none of the sources are {which}, as far as is known"
    if n < FEWEST_DEALS:
        return (
            f"{n} deals in industries of which at least {FEWEST_EITHER} went to a similar "
            f"cluster and {FEWEST_EITHER} did not; at least {FEWEST_DEALS} needed"
            if name != POOLED else f"{n} deals, at least {FEWEST_DEALS} needed"
        )  # fmt: skip
    origin = setting.cases.deals["from_cluster"].to_numpy()[known]
    if origin.all() or not origin.any():
        who = "all" if origin.all() else "none"
        return f"{who} of the {n} deals start in a cluster: nothing to compare them with"
    return ""


def _refused(name: str, interest: str, setting: Setting, n: int, reason: str) -> Model:
    shared: Row = {"model": name, "level": setting.level, "n": n, "reason": reason}
    row = shared | {
        "term": interest, "measured_by": MEASURED_BY[interest], "verdict": "not testable",
    }  # fmt: skip
    return Model([row], {"model": name, "n": n, "reason": reason})


class _Part:
    """Some of the cases, and the columns of the models."""

    __slots__ = ("case", "cases", "chosen", "group", "setting", "zone")

    def __init__(self, setting: Setting, chosen: Indices) -> None:
        self.setting, self.cases, self.chosen = setting, setting.cases, chosen
        width = np.diff(self.cases.start)[chosen]
        self.case = as_indices(np.repeat(chosen, width))  # of each row, among all cases
        self.zone = as_indices(self.cases.zone[self._rows()])
        self.group = self.cases.deals["group"].to_numpy()[chosen]

    def _rows(self) -> Indices:
        return as_indices(np.flatnonzero(np.isin(self.cases.case, self.chosen)))

    def columns(self, name: str) -> dict[str, Floats]:
        """Return the columns of a model, by name."""
        cases, rows = self.cases, self._rows()
        similar = as_floats(cases.similar[rows])
        origin = as_floats(cases.deals["from_cluster"].to_numpy()[self.case])
        out = {ORIGIN: similar * origin}
        if name in (POOLED, MIXED):
            out[SIMILAR] = similar
        if name != POOLED:
            out |= self._by_industry(similar, name)
        if name == KNOWLEDGE:
            out[IN_KNOWLEDGE] = similar * origin * self.setting.knowledge[self.case]
        if name == LEADERS:
            lead = self.setting.leads[self.case]
            out |= {LEADS: similar * lead, LEADS_ORIGIN: similar * origin * lead}
        plain = {SIZE: cases.size[rows], OWN: cases.own[rows], DISTANCE: cases.log_km[rows]}
        if not cases.at_home[rows].all() and cases.at_home[rows].any():
            plain[HOME] = as_floats(cases.at_home[rows])
        out |= plain
        if name == TASTES:
            out |= {
                f"{term}, from a cluster": values * origin for term, values in plain.items()
            }
        return {term: as_floats(values) for term, values in out.items()}

    def _by_industry(self, similar: Floats, name: str) -> dict[str, Floats]:
        """Return similar clusters by industry and home country, where that leaves enough."""
        cases = self.cases
        into, used = (
            cases.similar[cases.chosen],
            np.isin(np.arange(cases.chosen.size), self.chosen),
        )
        told = cases.deals.select(
            "industry", home=self.setting.home, into=pl.Series(into & used),
            other=pl.Series(~into & used),
        )  # fmt: skip
        either = [pl.col(side).sum().over("industry", "home") for side in ("into", "other")]
        enough = pl.min_horizontal(either) >= FEWEST_AT_HOME
        label = pl.when(enough).then(pl.concat_str("industry", pl.lit(FROM_HOME), "home"))
        mine = told.select(label.otherwise("industry")).to_series().to_numpy()[self.case]
        own = {f"{SIMILAR}, {one}": similar * (mine == one) for one in np.unique(mine)}
        if name == MIXED:  # the mean of all is a column of its own
            own.pop(next(iter(own)))
        return own

    def choices(self, columns: Mapping[str, Floats]) -> Choices:
        """Return the choices of these cases on some columns."""
        rows, cases = self._rows(), self.cases
        width = np.diff(cases.start)[self.chosen]
        start = as_indices(np.concatenate([[0], np.cumsum(width)]))
        at = cases.chosen[self.chosen] - cases.start[self.chosen] + start[:-1]
        return Choices(
            as_floats(np.column_stack(list(columns.values()))), start, as_indices(at),
            tuple(columns), np.ones(self.chosen.size), as_floats(cases.offset[rows]),
        )  # fmt: skip


def _fitted(name: str, interest: str, part: _Part) -> Model:
    columns = part.columns(name)
    fit, choices, dropped = fit_what_can_be(part.choices(columns))
    errors = destination_errors(choices, fit, groups=part.group, alternative=part.zone)
    rows = [
        _row(name, term, part, _Told(fit.beta, errors, fit.names, dropped)) for term in columns
    ]
    whole = _whole(name, part, choices) | {
        "log_likelihood": fit.log_likelihood, "explained": fit.pseudo_r2,
        "reason": f"errors {errors.kind}",
    }  # fmt: skip
    if name in (POOLED, BY_INDUSTRY) and interest in fit.names:
        whole |= _iia(part, choices, fit, interest)
    return Model(rows, whole)


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    beta: Floats
    errors: Sandwich
    names: tuple[str, ...]
    dropped: Mapping[str, str]


def _row(model: str, term: str, part: _Part, fitted: _Told) -> Row:
    base, _, whose = term.partition(f"{SIMILAR}, ")
    industry = whose.partition(FROM_HOME)[0]
    known = term in MEASURED_BY
    row: Row = {
        "model": model, "term": term,
        "measured_by": MEASURED_BY[term] if known else _meaning(term),
        "industry": industry if not known and not base and industry else None,
        "level": part.setting.level, "n": part.chosen.size,
        "n_groups": int(np.unique(part.group).size),
    }  # fmt: skip
    if term not in fitted.names:
        return row | {"verdict": "not testable", "reason": fitted.dropped[term]}
    at = fitted.names.index(term)
    doubling = np.log(2) if any(term.startswith(name) for name in DOUBLED) else 1.0
    value, spread = fitted.beta[at] * doubling, float(fitted.errors.se[at]) * doubling
    row |= {"value": value, "odds": float(np.exp(value)), "se": spread}
    degrees = float(fitted.errors.degrees[at])
    if degrees < FEWEST_WORTH:
        few = (
            f"no interval: the groups are worth {degrees + 1:.1f} equal ones; "
            f"{FEWEST_WORTH + 1:.0f} at least needed"
        )
        return row | {"verdict": "not testable", "reason": few}
    low, high = (float(end[at]) * doubling for end in fitted.errors.interval(
        fitted.beta, level=part.setting.level))  # fmt: skip
    p = float(fitted.errors.p(fitted.beta)[at])
    return row | {
        "low": low, "high": high, "p": p, "worth": degrees + 1,
        "verdict": _verdict(value, p, part.setting.level),
        "n_needed": _needed(spread, part.chosen.size, part.setting.level),
    }  # fmt: skip


def _meaning(term: str) -> str:
    if term.startswith(f"{SIMILAR}, "):
        return MEASURED_BY[SIMILAR]
    return f"{MEASURED_BY[term.partition(',')[0]]}, times as much for sources in a cluster"


def _verdict(value: float, p: float, level: Share) -> str:
    if not p <= 1 - level:
        return "cannot tell"
    return "likelier" if value > 0 else "less likely"


def _needed(spread: float, n: int, level: Share) -> int:
    """Return how many deals of such groups would show odds twice as high."""
    reach = norm.ppf((1 + level) / 2) + norm.ppf(POWER)
    ratio = float(reach * spread / np.log(SMALLEST_ODDS))
    return ceil(n * ratio**2)


def _whole(name: str, part: _Part, choices: Choices) -> Row:
    return {
        "model": name, "n": part.chosen.size, "n_groups": int(np.unique(part.group).size),
        "n_places": int(np.unique(part.zone).size),
        "alternatives": float(np.diff(choices.start).mean()),
    }  # fmt: skip


def _iia(part: _Part, choices: Choices, fit: ChoiceFit, interest: str) -> Row:
    """Test whether the odds change where the country most deals go to is left out."""
    country = part.cases.country[part.zone]
    went = country[choices.chosen]
    most = int(np.bincount(went).argmax())
    ways = (group_codes(part.group)[choices.case], part.zone)
    test = iia_test(choices, fit, as_flags(country == most), ways=ways, of=interest)
    return {"p_iia": test.p, "shift_iia": test.shift, "reason_iia": test.reason or None}


def _mixed(part: _Part) -> Model:
    setting, what = part.setting, ""
    groups, code = np.unique(part.group, return_inverse=True)
    width = np.diff(part.cases.start)[part.chosen]
    if width.sum() > MIXED_ROWS:
        order = child(setting.seed, "mixed").permutation(groups.size)
        so_far = np.cumsum(np.bincount(code, weights=width)[order])
        taken = order[: max(int(np.searchsorted(so_far, MIXED_ROWS)), 2)]
        part = _Part(setting, part.chosen[np.isin(code, taken)])
        what = f"{taken.size:,} of {groups.size:,} groups, at random"
    plain, choices, dropped = fit_what_can_be(part.choices(part.columns(MIXED)))
    if SIMILAR not in plain.names:
        raise TooFew(f"mixed logit: {SIMILAR} is left out ({dropped[SIMILAR]})")
    fit = fit_mixed(
        choices, part.group, varying=[SIMILAR], draws=MIXED_DRAWS,
        rng=child(setting.seed, "halton"),
    )  # fmt: skip
    names = (*fit.names, SPREAD)
    fitted = _Told(as_floats([*fit.beta, *fit.spread]), fit.errors(), names, dropped)
    rows = [_row(MIXED, term, part, fitted) for term in names if term != SIMILAR]
    spread = rows[-1]
    alike = fit.p_alike
    differs = "groups differ" if alike <= 1 - setting.level else "cannot tell"
    low = spread.get("low")
    rows[-1] = spread | {"p": alike, "verdict": differs, "odds": None, "n_needed": None,
                         "low": None if low is None else max(float(str(low)), 0.0)}  # fmt: skip
    whole = _whole(MIXED, part, choices) | {
        "log_likelihood": fit.log_likelihood, "p_alike": alike,
        "explained": 1 - fit.log_likelihood / plain.at_zero, "reason": what or None,
    }  # fmt: skip
    return Model(rows, whole)
