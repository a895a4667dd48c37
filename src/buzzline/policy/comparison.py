"""Policies in worlds that share their luck: who grows, and who gains?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isnan, nan
from typing import Any

import numpy as np
import polars as pl

from buzzline.arrays import as_floats
from buzzline.errors import InvalidArgument
from buzzline.policy.costing import Bill, bill_of
from buzzline.policy.doubt import PERHAPS, doubted
from buzzline.policy.experiments.design import ALONE, Case, Model, Playing, Size
from buzzline.policy.experiments.doubting import disputed_values
from buzzline.policy.experiments.playing import recorded_of
from buzzline.policy.experiments.recorded import Recorded
from buzzline.policy.gains import GAINS, PERCENT, Gain, in_percent
from buzzline.policy.happening import emptied_runs, is_same, runs_with_other_events
from buzzline.policy.paired import RARE, paired_difference
from buzzline.policy.policy import Policy
from buzzline.progress import Progress, silent, told
from buzzline.randomness import Seed, seed_of
from buzzline.resampling import false_discovery_q
from buzzline.simulation.changes import check_places
from buzzline.simulation.governing import governed
from buzzline.simulation.rates import STEPS_A_YEAR
from buzzline.simulation.running import Work
from buzzline.simulation.world import World
from buzzline.wording import plural

EFFECT_SCHEMA = {
    "policy": pl.String, "outcome": pl.String, "value": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "verdict": pl.String, "unit": pl.String, "p": pl.Float64,
    "q": pl.Float64, "level": pl.Float64, "n": pl.Int64, "same_sign": pl.Float64,
    "run_low": pl.Float64, "run_high": pl.Float64, "margin": pl.Float64,
    "within": pl.Float64, "finding": pl.String, "kind": pl.String, "title": pl.String,
    "without": pl.Float64,
}  # fmt: skip
POLICY_SCHEMA = {
    "policy": pl.String, "title": pl.String, "changes": pl.String, "places": pl.String,
    "n_reached": pl.Float64, "years": pl.Float64, "cost_low": pl.Float64,
    "cost_high": pl.Float64, "cost_per_percent_low": pl.Float64,
    "cost_per_percent_high": pl.Float64, "n_other_events": pl.Int64, "status": pl.String,
    "source": pl.String,
}  # fmt: skip
PLACE_SCHEMA = {
    "policy": pl.String, "place_id": pl.String, "name": pl.String, "is_reached": pl.Boolean,
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
    "n": pl.Int64, "finding": pl.String,
}  # fmt: skip
MARGIN_OF_PLACE = 1.0  # percent
COMPARED = "compared"
EVERYWHERE = "policy reaches everywhere"
Frames = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


def policies_in_world(
    world: World,
    policies: Sequence[Policy],
    *,
    steps: int,
    runs: int,
    model: Model = "full",
    work: Work = ALONE,
    rng: Seed = None,
    progress: Progress = silent,
) -> dict[str, Recorded]:
    """Return what happens in a world without any policy and under each, in the same luck.

    Parameters
    ----------
    world : World
    policies : sequence of Policy
    steps : int
        Of a quarter.
    runs : int
        Run i has the same luck with and without each policy.
    model : "full", "disputed" or "minimal"
    work : Work
    rng : Generator, int or None

    Returns
    -------
    dict of Recorded
        By name of the policy; "" is without any.

    Raises
    ------
    InvalidArgument
        A policy for a place or an industry that the world does not have.

    Examples
    --------
    >>> from buzzline.simulation.starting import world_of_settings
    >>> world, nothing = world_of_settings(3, 6, rng=1), Policy("none", "None")
    >>> found = policies_in_world(world, [nothing], steps=8, runs=3, rng=1)
    >>> effects_in_world(world, [nothing], found)[0]["finding"][0]
    'exactly none'
    """
    _check(policies, world)
    seed = seed_of(rng)
    drawn = disputed_values(seed, runs) if model == "disputed" else []
    size = Size(runs, steps, world.places.n, 0)
    how = Playing(size, seed, model, work=work, drawn=drawn)
    cases = {one.name: one for one in (Policy("", "without"), *policies)}
    how_much = f"policies, {plural(runs, 'run')} of {plural(steps, 'step')} each"
    return {
        name: _played(world, cases[name], how)
        for name in told(progress, how_much, tuple(cases))
    }


def effects_in_world(
    world: World,
    policies: Sequence[Policy],
    found: Mapping[str, Recorded],
    *,
    level: float = 0.95,
) -> Frames:
    """Return effects, policies and places, as in `PolicyComparison`.

    Parameters
    ----------
    world : World
    policies : sequence of Policy
    found : dict of Recorded
        From `policies_in_world`.
    level : share

    Examples
    --------
    >>> from buzzline.simulation.starting import world_of_settings
    >>> world, nothing = world_of_settings(3, 6, rng=1), Policy("none", "None")
    >>> found = policies_in_world(world, [nothing], steps=4, runs=3, rng=1)
    >>> effects, policies, places = effects_in_world(world, [nothing], found)
    >>> policies["status"][0]
    'changes nothing'
    """
    effects, rows, places = [], [], []
    steps = int(found[""].steps[-1])
    for policy in policies:
        reached = policy.places or tuple(range(world.places.n))
        pair = [replace(found[name], focal=reached) for name in (policy.name, "")]
        own = [_effect(policy, gain, *pair, level=level) for gain in GAINS]
        effects += own
        bill = bill_of(policy, world, steps, jobs_won=_jobs_won(*pair))
        row = _policy_row(policy, bill, own[0], world, steps)
        rows.append({**row, **_happened(row["status"], *pair)})
        places += _place_rows(policy, *pair, world=world, level=level)
    told_effects = _effects(effects, level)
    rows_told = _costs_of_growth(_frame(rows, POLICY_SCHEMA), told_effects)
    return told_effects, rows_told, _frame(places, PLACE_SCHEMA)


def _check(policies: Sequence[Policy], world: World) -> None:
    for policy in policies:
        check_places(policy.all_changes, world.places.n, len(world.industries))
        beyond = [place for place in policy.places if place >= world.places.n]
        if beyond:
            raise InvalidArgument(
                f"policy {policy.name!r}: it is for place {beyond[0]}, but places are numbered "
                f"0 to {world.places.n - 1} in this world"
            )


def _played(world: World, policy: Policy, how: Playing) -> Recorded:
    case = Case(
        policy.name or "without", policy.title, lambda size, seed: world,
        changes=governed(policy.all_changes, world, world.settings), is_dated_by_steps=True,
    )  # fmt: skip
    return recorded_of(case, how)


def _effect(policy: Policy, gain: Gain, with_it: Recorded, without: Recorded, *,
            level: float) -> dict[str, Any]:  # fmt: skip
    event = 0.0 if is_same(with_it, without) else gain.event(without)
    found = paired_difference(
        gain.difference(with_it, without), margin=gain.margin, level=level, event=event
    )
    before = gain.of(without)
    finding: str = found.finding
    if gain.kind == "others" and not found.n:  # there is nobody elsewhere
        finding = "exactly none" if not event else EVERYWHERE
    return {
        "policy": policy.name, "title": policy.title, "outcome": gain.title,
        "kind": gain.kind, "unit": gain.unit, "margin": gain.margin,
        "finding": finding, "better": gain.better,
        "without": nan if np.isnan(before).all() else float(np.nanmean(before)),
        **{name: getattr(found, name) for name in (
            "value", "low", "high", "level", "n", "p", "run_low", "run_high", "same_sign",
            "within")},
    }  # fmt: skip


def verdict(finding: str, better: int) -> str:
    """Return what a finding means for those concerned.

    Examples
    --------
    >>> verdict("above", 1), verdict("above", -1), verdict("none", 1)
    ('better', 'worse', 'no effect that matters')
    >>> verdict("perhaps below", 1)
    'perhaps worse'
    """
    if finding.startswith(PERHAPS):
        return PERHAPS + verdict(finding.removeprefix(PERHAPS), better)
    if finding in ("above", "below"):
        return "better" if (finding == "above") == (better > 0) else "worse"
    return {
        "none": "no effect that matters", "exactly none": "exactly none",
        "open": "cannot tell", "too few runs": "not measured",
        RARE: "cannot tell: too few runs for rare events", EVERYWHERE: EVERYWHERE,
    }[finding]  # fmt: skip


def _jobs_won(with_it: Recorded, without: Recorded) -> float:
    """Return jobs of affiliates that a policy brought to its places, mean over runs."""
    owned = [
        np.nansum(one.each("jobs") * one.each("foreign_share"), axis=1)
        for one in (_only(with_it), _only(without))
    ]
    return float((owned[0] - owned[1]).mean())


def _only(recorded: Recorded) -> Recorded:
    return replace(recorded, values=recorded.values[:, :, list(recorded.focal)])


def _policy_row(policy: Policy, bill: Bill, income: Mapping[str, Any], world: World,
                steps: int) -> dict[str, Any]:  # fmt: skip
    per = {
        f"cost_per_percent_{end}": getattr(bill, end) / income["value"]
        if income["finding"] == "above" and income["value"] > 0
        else None
        for end in ("low", "high")
    }
    names = [world.places.names[r] for r in policy.places]
    return {
        "policy": policy.name, "title": policy.title, "changes": str(policy),
        "places": ", ".join(names) or "all", "n_reached": bill.n_reached, "years": bill.years,
        "cost_low": bill.low, "cost_high": bill.high, **per,
        "status": status_of(policy, bill, steps), "source": policy.source,
    }  # fmt: skip


def _happened(status: str, with_it: Recorded, without: Recorded) -> dict[str, Any]:
    """Return the status with what is to be said of entry, exit and places left empty."""
    said = [] if status == COMPARED else [status]
    if is_same(with_it, without) and "nothing" not in status:
        said.append("changes nothing here: all is the same in every run")
    n = with_it.values.shape[0]
    emptied = emptied_runs(with_it), emptied_runs(without)
    if any(emptied):
        said.append(
            f"a place was left without organisations in {emptied[0]} of {n} runs with it and "
            f"{emptied[1]} without: means over organisations are of the rest"
        )
    return {
        "n_other_events": runs_with_other_events(with_it, without),
        "status": "; ".join(said) or COMPARED,
    }


def status_of(policy: Policy, bill: Bill, steps: int) -> str:
    """Return what is to be said of a policy before its effects are read."""
    said = []
    if not policy.all_changes:
        said.append("changes nothing")
    elif policy.start >= steps:
        said.append(
            f"begins in year {policy.start / STEPS_A_YEAR:g}, after the end of the simulation "
            f"in year {steps / STEPS_A_YEAR:g}: it changes nothing"
        )
    elif not any(_does(policy)):
        said.append("reaches nobody and does nothing")
    if bill.said:
        said.append(f"cost {bill.said}")
    return "; ".join(said) or COMPARED


def _does(policy: Policy) -> list[bool]:
    return [
        one.target.reach > 0 and (one.to is not None or one.by != 0)
        for one in policy.all_changes
    ]


def _place_rows(policy: Policy, with_it: Recorded, without: Recorded, *, world: World,
                level: float) -> list[dict[str, Any]]:  # fmt: skip
    here, there = with_it.each("income"), without.each("income")
    n = without.each("n_organisations").mean(axis=0)
    events = np.zeros(n.size) if is_same(with_it, without) else PERCENT / np.maximum(n, 1)
    rows = []
    for r in range(world.places.n):
        relative = in_percent(here[:, r] - there[:, r], there[:, r])
        found = paired_difference(
            relative, margin=MARGIN_OF_PLACE, level=level, event=float(events[r])
        )
        rows.append({
            "policy": policy.name, "place_id": world.places.ids[r],
            "name": world.places.names[r],
            "is_reached": not policy.places or r in policy.places,
            **{name: getattr(found, name)
               for name in ("value", "low", "high", "level", "n", "finding")},
        })  # fmt: skip
    return rows


def _effects(rows: Sequence[Mapping[str, Any]], level: float) -> pl.DataFrame:
    """Return effects with false-discovery rates over policies that change anything at all."""
    frame = _frame(rows, EFFECT_SCHEMA)
    q = np.full(frame.height, np.nan)
    moves = (~pl.col("finding").is_in(["exactly none", "too few runs"])).any().over("policy")
    tested = np.flatnonzero(frame.select(pl.col("p").is_not_null() & moves)["p"].to_numpy())
    q[tested] = false_discovery_q(as_floats(frame["p"].to_numpy()[tested]))
    told = doubted(frame.with_columns(pl.Series("q", q, nan_to_null=True)), level)
    verdicts = [
        verdict(finding, int(row["better"]))
        for finding, row in zip(told["finding"], rows, strict=True)
    ]
    return told.with_columns(pl.Series("verdict", verdicts, dtype=pl.String))


def _costs_of_growth(rows: pl.DataFrame, effects: pl.DataFrame) -> pl.DataFrame:
    """Keep costs of a percent only where income surely grows, with all tests counted."""
    grows = effects.filter(outcome="income", finding="above")["policy"].to_list()
    names = [f"cost_per_percent_{end}" for end in ("low", "high")]
    return rows.with_columns(pl.when(pl.col("policy").is_in(grows)).then(pl.col(*names)))


def _frame(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    columns = {
        name: [None if _is_nan(row.get(name)) else row.get(name) for row in rows]
        for name in schema
    }
    return pl.DataFrame(columns, schema=dict(schema), strict=False)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and isnan(value)
