"""From outcomes of cases, run by run, to tables of contrasts and of cases."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.policy.doubt import PERHAPS, doubted
from buzzline.policy.experiments.design import Contrast, Direction, Experiment
from buzzline.policy.paired import paired_difference
from buzzline.resampling import false_discovery_q

Outcomes = Mapping[str, Mapping[str, Floats]]  # case, outcome -> (runs,)
CONTRAST_SCHEMA = {
    "contrast": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "finding": pl.String, "claim": pl.String, "answer": pl.String, "p": pl.Float64,
    "q": pl.Float64, "level": pl.Float64, "n": pl.Int64, "same_sign": pl.Float64,
    "run_low": pl.Float64, "run_high": pl.Float64, "margin": pl.Float64,
    "within": pl.Float64, "outcome": pl.String, "unit": pl.String, "asks": pl.String,
    "source": pl.String,
}  # fmt: skip
CASE_SCHEMA = {
    "case": pl.String, "title": pl.String, "outcome": pl.String, "unit": pl.String,
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
    "n": pl.Int64,
}  # fmt: skip


def contrasts_table(experiment: Experiment, found: Outcomes, level: float) -> pl.DataFrame:
    """Return one row a contrast, in the order of the experiment."""
    outcomes = {one.name: one for one in experiment.outcomes}
    rows = []
    for contrast in experiment.contrasts:
        outcome = outcomes[contrast.outcome]
        paired = paired_difference(
            weighted(contrast, found), margin=outcome.margin, level=level
        )
        rows.append({
            "contrast": contrast.name, "asks": contrast.asks, "outcome": outcome.title,
            "unit": unit_of_difference(outcome.unit), "margin": outcome.margin,
            "claim": contrast.claim, "source": contrast.source,
            **{name: getattr(paired, name) for name in (
                "value", "low", "high", "level", "n", "p", "run_low", "run_high", "same_sign",
                "within", "finding")},
        })  # fmt: skip
    columns = {name: [row.get(name) for row in rows] for name in CONTRAST_SCHEMA}
    frame = pl.DataFrame(columns, schema=CONTRAST_SCHEMA, strict=False).fill_nan(None)
    q = np.full(frame.height, np.nan)
    tested = np.flatnonzero(frame["p"].is_not_null().to_numpy())
    q[tested] = false_discovery_q(as_floats(frame["p"].to_numpy()[tested]))
    told = doubted(frame.with_columns(pl.Series("q", q, nan_to_null=True)), level)
    answers = [answer(one.claim, finding) for one, finding in
               zip(experiment.contrasts, told["finding"], strict=True)]  # fmt: skip
    return told.with_columns(pl.Series("answer", answers, dtype=pl.String))


def unit_of_difference(unit: str) -> str:
    """Return the unit of a difference between two values.

    Examples
    --------
    >>> unit_of_difference("times others"), unit_of_difference("%")
    ('of the level of others', '%')
    """
    return "of the level of others" if unit == "times others" else unit


def weighted(contrast: Contrast, found: Outcomes) -> Floats:
    """Return the weighted sum of cases of a contrast, run by run; (runs,)."""
    parts = [
        weight * found[case][contrast.outcome] for case, weight in contrast.weights.items()
    ]
    return as_floats(np.sum(parts, axis=0))


def answer(claim: Direction, finding: str) -> str:
    """Return whether what was found is what a source claims.

    Examples
    --------
    >>> answer("above", "above"), answer("above", "none"), answer("above", "open")
    ('as claimed', 'not as claimed', 'cannot tell')
    """
    if finding.startswith(PERHAPS) or finding in ("open", "too few runs"):
        return "cannot tell"
    if finding == "exactly none" and claim != "none":
        return "does not act here"  # what the cases vary is no mechanism of this model
    if claim == "open":
        return "nobody claims"
    same = finding == claim or (claim == "none" and finding == "exactly none")
    return "as claimed" if same else "not as claimed"


def cases_table(experiment: Experiment, found: Outcomes, level: float) -> pl.DataFrame:
    """Return one row a case and outcome: the level it reaches."""
    rows = []
    for outcome in experiment.outcomes:
        for case in experiment.cases:
            mean = paired_difference(found[case.name][outcome.name], margin=0.0, level=level)
            rows.append(
                {"case": case.name, "title": case.title, "outcome": outcome.title,
                 "unit": outcome.unit}
                | {name: getattr(mean, name) for name in ("value", "low", "high", "level", "n")}
            )  # fmt: skip
    columns = {name: [row.get(name) for row in rows] for name in CASE_SCHEMA}
    return pl.DataFrame(columns, schema=CASE_SCHEMA, strict=False).fill_nan(None)


def factors_table(experiment: Experiment) -> pl.DataFrame:
    """Return one row a case and factor of the design."""
    rows = [
        {"case": case.name, "factor": factor, "at": str(value)}
        for case in experiment.cases
        for factor, value in case.levels.items()
    ]
    return pl.DataFrame(rows, schema={"case": pl.String, "factor": pl.String, "at": pl.String})


def runs_table(experiment: Experiment, found: Outcomes) -> pl.DataFrame:
    """Return one row a case, outcome and run."""
    frames = [
        pl.DataFrame({
            "case": [case.name] * len(values), "outcome": [outcome.title] * len(values),
            "run": np.arange(len(values)), "value": as_floats(values),
        })
        for outcome in experiment.outcomes
        for case in experiment.cases
        for values in [found[case.name][outcome.name]]
    ]  # fmt: skip
    return pl.concat(frames).fill_nan(None)
