"""Rows of tables on pairs: what both tests found, the outcome, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from buzzline.clusters.delineation_pairs import Key, Met, Verdict, verdicts
from buzzline.clusters.delineation_reading import PARTS, Evidence, Part, Row
from buzzline.clusters.delineation_rule import OUTCOMES, Held, still_possible
from buzzline.clusters.distinctness import DISTINCT, NOT_DISTINCT, NOT_TESTABLE

PAIR_SCHEMA = {
    "industry": pl.String, "cluster_id": pl.String, "label": pl.String,
    "sibling_id": pl.String, "sibling": pl.String, "km": pl.Float64, "outcome": pl.String,
    "robustness": pl.Float64, "possible": pl.String, "distinct": pl.String,
    "valley": pl.Float64, "valley_p": pl.Float64, "stability": pl.Float64,
    "separate": pl.String, "layer": pl.String, "value": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "level": pl.Float64, "p": pl.Float64, "modularity": pl.Float64,
    "modularity_p": pl.Float64, "n": pl.Float64, "labour": pl.String,
    "linkages": pl.String, "autonomy": pl.Float64, "autonomy_low": pl.Float64,
    "autonomy_high": pl.Float64, "separate_in": pl.String, "not_separate_in": pl.String,
    "untested": pl.String, "needed_in": pl.String, "n_needed": pl.Int64, "reason": pl.String,
}  # fmt: skip
SENSITIVITY_SCHEMA = {
    "cluster_id": pl.String, "sibling_id": pl.String, "choice": pl.String,
    "setting": pl.String, "outcome": pl.String, "is_same": pl.Boolean,
}  # fmt: skip
SPACE = {True: DISTINCT, False: NOT_DISTINCT, None: NOT_TESTABLE}
TIES = {True: "separate", False: "not separate", None: NOT_TESTABLE}
SPOKEN = {"labour": "labour market", "linkages": "linkages"}


def pair_rows(
    met: Met, found: Mapping[Key, Verdict], robust: Mapping[Key, float], *, held: Held
) -> pl.DataFrame:
    """Return one row a pair of siblings, clear outcomes first.

    Parameters
    ----------
    met : Met
    found : mapping of pair to Verdict
    robust : mapping of pair to share
        Of the other readings with the same outcome.
    held : Held
    """
    rows = [
        _pair_row(key, met, verdict, held) | {"robustness": robust[key]}
        for key, verdict in found.items()
    ]
    columns = {name: [row.get(name) for row in rows] for name in PAIR_SCHEMA}
    frame = pl.DataFrame(columns, schema=PAIR_SCHEMA, strict=False, nan_to_null=True)
    rank = pl.col("outcome").replace_strict(
        {outcome: at for at, outcome in enumerate(OUTCOMES)}, return_dtype=pl.Int64
    )
    return frame.sort(
        rank, pl.col("value").is_null(),
        pl.col("value") * pl.when(rank == 0).then(-1).otherwise(1), maintain_order=True,
    )  # fmt: skip


def _pair_row(key: Key, met: Met, verdict: Verdict, held: Held) -> dict[str, Any]:
    evidence, ties = met.ties[key], verdict.ties
    valley: Row = met.valleys.get(key, {})
    first = evidence.layers[0]
    sides = {first["cluster_id"]: first["label"], first["sibling_id"]: first["sibling"]}
    deciding: Row = ties.deciding or {}
    possible = still_possible(verdict.distinct, ties.separate)
    parts = (ties.labour, ties.linkages)
    return {
        "industry": first["industry"], "km": first["km"], "level": first["level"],
        "cluster_id": key[0], "label": sides[key[0]], "sibling_id": key[1],
        "sibling": sides[key[1]], "outcome": verdict.outcome,
        "possible": "; ".join(possible),
        "distinct": SPACE[verdict.distinct], "valley": valley.get("value"),
        "valley_p": valley.get("p"), "stability": valley.get("stability"),
        "separate": TIES[ties.separate], "labour": TIES[ties.labour.separate],
        "linkages": TIES[ties.linkages.separate], "autonomy": evidence.autonomy,
        "autonomy_low": evidence.low, "autonomy_high": evidence.high,
        "separate_in": _layers(row for part in parts for row in part.separate_in),
        "not_separate_in": _layers(row for part in parts for row in part.not_in),
        "untested": _layers(row for part in parts for row in part.untested),
        "reason": _reason(key, met, verdict, held),
        **{name: deciding.get(name) for name in
           ("layer", "value", "low", "high", "p", "modularity", "modularity_p", "n")},
        **_needed([part for part in parts if part.name in PARTS[held.rule.needs]]),
    }  # fmt: skip


def _layers(rows: Iterable[Row]) -> str:
    return ", ".join(sorted(str(row["layer"]) for row in rows))


def _needed(asked: Sequence[Part]) -> dict[str, Any]:
    """Return in which layer that could not be tested the fewest ties are missing, and all."""
    open_to = [
        row for part in asked if part.separate is None for row in part.untested
        if row["n_needed"] is not None
    ]  # fmt: skip
    if not open_to:
        return {}
    nearest = min(open_to, key=lambda row: float(row["n_needed"] - row["n"]))
    return {"needed_in": nearest["layer"], "n_needed": nearest["n_needed"]}


def _reason(key: Key, met: Met, verdict: Verdict, held: Held) -> str:
    parts = (verdict.ties.labour, verdict.ties.linkages)
    said = [_space(key, met, verdict)]
    said += [_said(part) for part in parts if part.name in PARTS[held.rule.needs]]
    return "; ".join([*said, _autonomous(met.ties[key], held)])


def _space(key: Key, met: Met, verdict: Verdict) -> str:
    if key in met.valleys:
        return f"{SPACE[verdict.distinct]} in space: {met.valleys[key]['reason']}"
    if not met.examined.issuperset(key):
        return "distinctness in space was not tested"
    if not verdict.is_compared:
        return "distinctness in space was not tested: no way over clusters that were compared"
    between = {
        True: "distinct in space: a valley on every way over the clusters between",
        False: "not distinct in space: a way without a valley over the clusters between",
        None: "distinctness in space not testable: nor is that of the clusters between",
    }
    return between[verdict.distinct]


def _said(part: Part) -> str:
    if part.separate is None:
        reasons = sorted({f"{row['layer']}: {row['reason']}" for row in part.untested})
        why = " / ".join(reasons[:2]) or "no layer of that kind"
        return f"{SPOKEN[part.name]} not testable ({why})"
    n = len(part.separate_in) + len(part.not_in)
    where = f"in {len(part.separate_in)} of {n} layers tested"
    return f"{SPOKEN[part.name]} {TIES[part.separate]}, {where}"


def _autonomous(evidence: Evidence, held: Held) -> str:
    is_enough = evidence.autonomy is not None and evidence.autonomy >= held.rule.autonomy
    if evidence.autonomy is None or (is_enough and evidence.why_not):
        return f"autonomy {evidence.why_not}"
    which = "as much as" if is_enough else "less than"
    return f"autonomy {evidence.autonomy:.2f}, {which} the {held.rule.autonomy:g} asked for"


def sensitivity_rows(
    met: Met, found: Mapping[Key, Verdict], readings: Sequence[tuple[str, str, Held]]
) -> tuple[pl.DataFrame, dict[Key, float]]:
    """Return the outcome of each pair at other thresholds, and how often it is the same.

    Parameters
    ----------
    met : Met
    found : mapping of pair to Verdict
        At the thresholds chosen.
    readings : sequence of (choice, setting, Held)
    """
    rows: list[tuple[str | bool, ...]] = []
    same = dict.fromkeys(found, 0)
    for choice, setting, held in readings:
        for key, verdict in verdicts(met, held).items():
            is_same = verdict.outcome == found[key].outcome
            same[key] += is_same
            rows.append((*key, choice, setting, verdict.outcome, is_same))
    frame = pl.DataFrame(rows, schema=SENSITIVITY_SCHEMA, orient="row")
    share = {key: count / max(len(readings), 1) for key, count in same.items()}
    return frame, share
