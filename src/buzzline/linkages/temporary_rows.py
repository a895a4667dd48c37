"""Rows of temporary clusters: who came, before and after, what lasts, what it costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan
from typing import Any

import numpy as np

from buzzline.arrays import Indices, as_floats, as_indices
from buzzline.linkages.gathering_model import PairModel, Term
from buzzline.linkages.gathering_phases import (
    FEWEST_PAIRS,
    PHASES,
    Measured,
    Phases,
    differ,
    mixing,
    phases_of,
    turnover,
)
from buzzline.linkages.gathering_ties import (
    DURING_DAYS,
    MONTH_DAYS,
    SLACK_DAYS,
    DatedTies,
    Gathering,
    Homes,
    within,
)
from buzzline.linkages.pair_errors import interval_of, joined_rows
from buzzline.linkages.tie_retention import Retention, retention
from buzzline.quantities import Share
from buzzline.wording import plural

Row = dict[str, Any]
ENOUGH_KNOWN = 0.5  # of those present, whose homes speak for all
CURVE = tuple(range(1, 37))  # months
TOLD = (6, 12, 24)  # months whose retention is compared
FEWEST_TIES = 10  # of which a curve is told
AT_GATHERING, OTHERWISE = "at a gathering", "otherwise"


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One layer of ties around the gatherings.

    Attributes
    ----------
    layer : str
    ties : DatedTies
    gatherings : tuple of Gathering
    homes : Homes
    months : float                  of the window before, and of that after
    level : share
    """

    layer: str
    ties: DatedTies
    gatherings: tuple[Gathering, ...]
    homes: Homes
    months: float
    level: Share

    @property
    def days(self) -> float:
        """How long the window is."""
        return self.months * MONTH_DAYS

    def is_over(self, gathering: Gathering) -> bool:
        """Tell whether ties are seen until the window after a gathering ends."""
        return gathering.start + self.days <= self.ties.last + SLACK_DAYS

    def seen_for(self, gathering: Gathering) -> float:
        """Return for how many windows before a gathering ties are seen."""
        return (gathering.start - self.ties.first + SLACK_DAYS) / self.days


def attendance_rows(
    gatherings: Sequence[Gathering], homes: Homes, not_measured: Sequence[Sequence[str]]
) -> list[Row]:
    """Return who came, gathering by gathering: exact counts, so without intervals."""
    why = {key: said for key, _, said in not_measured}
    n_times = np.zeros(homes.home.size, np.int64)
    for each in gatherings:
        n_times[each.present] += 1
    seen = np.zeros(homes.home.size, np.bool_)
    rows = []
    for each in gatherings:
        value, n_known, n_homes = differ(homes.home, each.present)
        unknown = "measured" if n_known > 1 else "fewer than two homes are known"
        if n_known < ENOUGH_KNOWN * each.present.size:
            value, unknown = nan, "the homes of fewer than half are known"
        rows.append({
            "gathering_id": each.gathering_id, "name": each.name, "kind": each.kind,
            "start": each.start if each.has_date else None, "took_place": each.is_held,
            "n_organisations": each.present.size,
            "n_again": int(seen[each.present].sum()) if each.has_date else None,
            "n_elsewhere": int((n_times[each.present] > 1).sum()), "n_known": n_known,
            "n_homes": n_homes, "value": value, "status": why.get(each.gathering_id, unknown),
        })  # fmt: skip
        seen[each.present] = True
    told = {each.gathering_id for each in gatherings}
    rows += [
        {"gathering_id": key, "name": name, "status": said}
        for key, name, said in not_measured
        if key not in told
    ]
    return rows


def model_rows(scene: Scene, model: PairModel) -> list[Row]:
    """Return the terms of the pair model of one layer, the effect first."""
    return [_term_row(scene, model, term) for term in model.terms]


def _term_row(scene: Scene, model: PairModel, term: Term) -> Row:
    return {
        "layer": scene.layer, "model": term.model, "term": term.term, "value": term.value,
        "low": _finite(term.low), "high": _finite(term.high), "level": scene.level,
        "p": term.p, "n": model.n_new, "n_needed": _finite(model.n_needed),
        "n_pairs": model.n_pairs, "n_held": model.n_held, "n_cancelled": model.n_cancelled,
        "design_effect": term.design_effect, "status": _status(term),
    }  # fmt: skip


def _status(term: Term) -> str:
    if term.reason:
        return term.reason
    if not isfinite(term.low):
        return "too few organisations hold the new ties for an interval"
    return "measured"


def _finite(value: float) -> float:
    return value if isfinite(value) else nan


def phase_rows(scene: Scene) -> tuple[list[Row], list[Row]]:
    """Return change from before to after, and mixing by phase: pooled first, then each."""
    usable = [each for each in scene.gatherings if scene.is_over(each)]
    phases = {each.gathering_id: phases_of(each, scene.ties, scene.days) for each in usable}
    changes, mixed = [], []
    for held, name in ((True, "all that took place"), (False, "all that were cancelled")):
        group = [each for each in usable if each.is_held == held]
        if len(group) > 1:
            said: Row = {"gathering_id": None, "name": name, "took_place": held}
            changes.append(said | _change(scene, group, phases))
            mixed += [said | row for row in _mixing(scene, group, phases)]
    for each in usable:
        said = {
            "gathering_id": each.gathering_id,
            "name": each.name,
            "took_place": each.is_held,
        }
        changes.append(said | {"start": each.start} | _change(scene, [each], phases))
        mixed += [said | row for row in _mixing(scene, [each], phases)]
    changes += [
        {
            "layer": scene.layer, "gathering_id": each.gathering_id, "name": each.name,
            "start": each.start, "took_place": each.is_held,
            "n_organisations": each.present.size,
            "status": "the time after it is not over: ties are seen until too early",
        }
        for each in scene.gatherings
        if not scene.is_over(each)
    ]  # fmt: skip
    return changes, mixed


def _change(scene: Scene, group: Sequence[Gathering], phases: dict[str, Phases]) -> Row:
    ties, own = scene.ties, [phases[each.gathering_id] for each in group]
    sizes = [each.present.size for each in group]
    row: Row = {
        "layer": scene.layer, "n_organisations": np.unique(
            np.concatenate([each.present for each in group])
        ).size,
        "n_pairs": sum(n * (n - 1) // 2 for n in sizes),
        "n_before": _n_tied(ties, [p.before for p in own]),
        "n_during": _n_tied(ties, [p.during for p in own]),
        "n_after": _n_tied(ties, [p.after for p in own]), "level": scene.level,
    }  # fmt: skip
    if min(scene.seen_for(each) for each in group) < 1:
        return row | {"status": "ties are not seen for a whole window before it"}
    found = turnover(ties, [(p.before, p.after) for p in own])
    if found is None:
        return row | {"status": "no two of those present are tied before or after"}
    told = found.measured(scene.level, 0.0, 1.0)
    row |= {"value": told.value, "low": _finite(told.low), "high": _finite(told.high)}
    row["status"] = told.reason or "measured"
    usual = turnover(ties, [(p.earlier, p.before) for p in own])
    if min(scene.seen_for(each) for each in group) < 2 or usual is None:
        return row | {"status": _both(row["status"], "what changes anyway is not known")}
    more = found.less(usual)
    beyond = more.measured(scene.level, -1.0, 1.0)
    return row | {
        "usual": usual.value, "excess": more.value, "excess_low": _finite(beyond.low),
        "excess_high": _finite(beyond.high), "p": beyond.p,
    }  # fmt: skip


def _both(one: str, other: str) -> str:
    return other if one == "measured" else f"{one}; {other}"


def _n_tied(ties: DatedTies, parts: Sequence[Indices]) -> int:
    return sum(np.unique(ties.code[part]).size for part in parts)


def _mixing(scene: Scene, group: Sequence[Gathering], phases: dict[str, Phases]) -> list[Row]:
    own = [phases[each.gathering_id] for each in group]
    found = {
        name: mixing(scene.ties, scene.homes.home, [getattr(p, name) for p in own])
        for name in PHASES
    }
    rows, first = [], found["before"].found
    for name, each in found.items():
        row = {
            "layer": scene.layer, "phase": name, "n": each.n, "same_home": each.same_home,
            "by_chance": each.by_chance, "level": scene.level,
            "status": each.reason or "measured",
        }  # fmt: skip
        if each.found is not None:
            told = each.found.measured(scene.level, -1.0, 1.0)
            row |= _ends(told, "") | {"value": told.value}
            row["status"] = told.reason or "measured"
        if name != "before" and first is not None and each.found is not None:
            least = min(first.influence.size, each.n)
            change = each.found.less(first).measured(scene.level, -2.0, 2.0)
            change = change if least >= FEWEST_PAIRS else Measured(change.value)
            row |= {"change": change.value, "p": change.p} | _ends(change, "change_")
        rows.append(row)
    return rows


def _ends(told: Measured, name: str) -> Row:
    return {f"{name}low": _finite(told.low), f"{name}high": _finite(told.high)}


def retention_rows(scene: Scene) -> tuple[list[Row], Retention | None]:
    """Return what share of ties lasts how long, begun at a gathering and otherwise."""
    ties = scene.ties
    begun, other = _begun_at(scene)
    said = {"layer": scene.layer, "level": scene.level}
    if not (ties.end[as_indices(np.concatenate([begun, other]))] <= ties.last).any():
        why = "no tie is known to have ended: give linkages their last day in `end`"
        return [said | {"begun": AT_GATHERING, "n": begun.size, "status": why}], None
    curves: dict[str, Retention] = {}
    rows: list[Row] = []
    for name, which in ((AT_GATHERING, begun), (OTHERWISE, other)):
        if which.size < FEWEST_TIES:
            why = f"{plural(which.size, 'tie')} begun {name}, at least {FEWEST_TIES} are needed"
            rows.append(said | {"begun": name, "n": which.size, "status": why})
            continue
        until = np.minimum(ties.end[which], ties.last)
        lasted = np.maximum(until - ties.start[which], 0) + 0.5  # the last day lasts
        curves[name] = retention(
            as_floats(lasted), ties.end[which] <= ties.last, ties.rows(which),
            at=as_floats(CURVE) * MONTH_DAYS, level=scene.level,
        )  # fmt: skip
        rows += [said | row for row in _curve(name, which.size, curves[name])]
    if len(curves) == 2:
        compared = joined_rows([ties.rows(begun), ties.rows(other)])
        for row in rows:
            if row.get("months") in TOLD and row["begun"] == AT_GATHERING:
                row |= _apart(curves, int(row["months"]), compared, scene.level)
    return rows, curves.get(AT_GATHERING)


def _begun_at(scene: Scene) -> tuple[Indices, Indices]:
    """Return ties begun at a gathering by two who were there, and others of those who came."""
    ties, n = scene.ties, scene.ties.n_organisations
    here = np.zeros(ties.one.size, np.bool_)
    anybody = np.zeros(n, np.bool_)
    for each in scene.gatherings:
        anybody[each.present] = True
        if each.is_held:
            present = within(each.present, n)
            now = ties.begun(each.start - 1, max(each.end, each.start) + DURING_DAYS)
            here[now[present[ties.one[now]] & present[ties.other[now]]]] = True
    other = ~here & anybody[ties.one] & anybody[ties.other]
    return as_indices(np.flatnonzero(here)), as_indices(np.flatnonzero(other))


def _curve(name: str, n: int, curve: Retention) -> list[Row]:
    return [
        {
            "begun": name, "months": months, "value": curve.value[k], "low": curve.low[k],
            "high": curve.high[k], "n_at_risk": int(curve.n_at_risk[k]), "n": n,
            "status": "measured" if isfinite(curve.value[k]) else "no tie is watched so long",
        }
        for k, months in enumerate(CURVE)
    ]  # fmt: skip


def _apart(curves: dict[str, Retention], months: int, rows: Any, level: Share) -> Row:
    at, here, there = months - 1, curves[AT_GATHERING], curves[OTHERWISE]
    value = float(here.value[at] - there.value[at])
    if not isfinite(value):
        return {}
    influence = as_floats(np.concatenate([here.influence[at], -there.influence[at]]))
    low, high, p = interval_of(value, influence, rows, level=level, bounds=(-1.0, 1.0))
    return {"difference": value, "difference_low": low, "difference_high": high, "p": p}


def yield_row(
    scene: Scene, model: PairModel, curve: Retention | None, *, cost_each_musd: float | None
) -> Row:
    """Return new ties that meeting brought, and what one that lasts a year costs."""
    held = [each for each in scene.gatherings if each.is_held and scene.is_over(each)]
    n_present = sum(each.present.size for each in held)
    expected, at_least, at_most = model.expected
    row: Row = {
        "layer": scene.layer, "n_held": len(held), "n_present": n_present,
        "n_new": model.n_new, "n_expected": expected, "n_expected_low": at_least,
        "n_expected_high": at_most, "value": model.n_new - expected,
        "low": model.n_new - at_most, "high": model.n_new - at_least, "level": scene.level,
        "status": "measured",
    }  # fmt: skip
    if not isfinite(expected):
        first = model.terms[0]
        why = first.reason or "no gathering was cancelled"
        return row | {"status": f"what would have been without it is not known: {why}"}
    if curve is None:
        return row | {"status": "how many of them last is not known"}
    twelve, ends = 11, (curve.low[11], curve.high[11])
    row |= {"lasting": curve.value[twelve], "lasting_low": ends[0], "lasting_high": ends[1]}
    if cost_each_musd is None:
        return row | {"status": "what taking part costs is not known (`cost_each_musd`)"}
    return row | _cost(row, cost_each_musd * n_present)


def _cost(row: Row, cost: float) -> Row:
    """Return cost over surplus times share lasting; unbounded where there may be no surplus."""
    lasting, value = row["lasting"], row["value"]
    most = row["high"] * row["lasting_high"]
    least = row["low"] * row["lasting_low"] if row["low"] > 0 else 0.0
    price: Callable[[float], float] = lambda n: cost / n if n > 0 else inf  # noqa: E731
    said = "measured" if least > 0 else "meeting may have brought no tie: no highest cost"
    return {
        "cost_musd": _finite(price(value * lasting)), "cost_low_musd": _finite(price(most)),
        "cost_high_musd": _finite(price(least)), "status": said,
    }  # fmt: skip
