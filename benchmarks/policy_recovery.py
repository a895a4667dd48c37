"""Do intervals of policy evaluation cover, do tests keep their size, is what is planted found?

    python -m benchmarks.policy_recovery               as in policy-evaluation.md
    python -m benchmarks.policy_recovery --share 0.1   quicker

Made-up worlds in which an initiative has a known effect, or none. Writes into the page.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl
from tests.econometrics.planted_policy import PROGRAMME, planted, planted_cutoff

from benchmarks.recovering import Row, Trial, put_into, rows_of, share_of, table
from buzzline.econometrics.eligibility import eligibility_effect
from buzzline.econometrics.policy_effect import policy_effect
from buzzline.econometrics.policy_spillovers import DIRECT, TOTAL, policy_spillovers
from buzzline.econometrics.synthetic_control import synthetic_control

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "policy-evaluation.md"
KEPT = Path(__file__).parents[1] / ".cache" / "policy-recovery"
RINGS = (25.0, 50.0)


def setting(name: str, method: str, **plan: object) -> Row:
    return {"name": name, "method": method, **plan}


SETTINGS = [
    setting("60 places, effect 1", "staggered", units=60),
    setting("60 places, no effect", "staggered", units=60, effect=0.0),
    setting("effects grow, and differ between places", "staggered", units=60, growth=0.5,
            varying=0.5),
    setting("5 of 40 treated", "staggered", units=40, treated=0.125),
    setting("4 of 40 treated, each in another year", "staggered", units=40, treated=0.1,
            starts=(3, 5, 7, 9)),
    setting("2 of 40 treated", "staggered", units=40, treated=0.05),
    setting("12 regions of 5, treated as a whole, luck shared", "staggered", units=60,
            by_region=True, shared=1.0),
    setting("organisations, 300 in 30 cities, luck shared", "staggered", units=300,
            of_organisations=True, shared=0.5),
    setting("confounded, covariate held equal", "staggered", units=120, confounded=1.0,
            starts=(6,)),
    setting("confounded, covariate not known", "staggered naive", units=120, confounded=1.0,
            starts=(6,)),
    setting("1 of 40 treated, effect 3", "synthetic", units=40, treated=0.025, starts=(7,),
            effect=3.0),
    setting("1 of 40 treated, no effect", "synthetic", units=40, treated=0.025, starts=(7,),
            effect=0.0),
    setting("4 of 40 treated, effect 1", "synthetic", units=40, treated=0.1, starts=(7,)),
    setting("others within 50 km lose 1", "spillovers", units=200, treated=0.2, starts=(6,),
            near=-1.0, near_km=50.0),
    setting("nobody else gains or loses", "spillovers", units=200, treated=0.2, starts=(6,)),
    setting("no effect on anybody, luck shared by region", "spillovers", units=200, treated=0.2,
            starts=(6,), effect=0.0, shared=1.0),
    setting("300 places, 50 of them eligible, effect 1", "cutoff", units=300),
    setting("1,500 places, 250 of them eligible, effect 1", "cutoff", units=1500),
    setting("1,500 places, no effect", "cutoff", units=1500, effect=0.0),
]  # fmt: skip


def measure(setting: Row, seed: int) -> list[Row]:
    plan = {key: value for key, value in setting.items() if key not in {"name", "method"}}
    if setting["method"] == "cutoff":
        found = eligibility_effect(
            planted_cutoff(rng=seed, **plan), running="income", cutoff=75.0, outcome="jobs"
        ).effects
        return [_told("effect", found.row(0, named=True), float(plan.get("effect", 1.0)))]
    study, truth = planted(rng=seed, organisations=600 if "of_organisations" in plan else 300,
                           **plan)  # fmt: skip
    if setting["method"] == "synthetic":
        found = synthetic_control(study, initiative=PROGRAMME, rng=seed).effects
        return [_told("effect", found.row(0, named=True), truth.overall)]
    if setting["method"] == "spillovers":
        return _spillovers(study, truth)
    covariates = (
        ("before",) if "confounded" in plan and setting["method"] == "staggered" else ()
    )
    found = policy_effect(
        study, initiative=PROGRAMME, covariates=covariates, draws=499, rng=seed
    )
    rows = [_told("effect", found.effects.row(0, named=True), truth.overall)]
    years = found.event_study.filter(pl.col("band_low").is_not_null())
    planned = [truth.by_event_time[e] if e >= 0 else 0.0 for e in years["since"]]
    inside = (years["band_low"].to_numpy() <= planned) & (
        planned <= years["band_high"].to_numpy()
    )
    before = found.checks.filter(check="years before")["p"][0]
    plain = found.checks.filter(check="plain two-way fixed effects").row(0, named=True)
    return [rows[0] | {
        "all_years": bool(inside.all()) if years.height else None,
        "apart": None if before is None else before <= 0.05,
        "plain": None if plain["low"] is None
        else plain["low"] <= truth.overall <= plain["high"],
    }]  # fmt: skip


def _spillovers(study, truth) -> list[Row]:
    found = policy_spillovers(study, initiative=PROGRAMME, rings_km=RINGS).effects
    rows = {row["term"]: row for row in found.to_dicts()}
    treated = truth.units["first"].is_not_null().sum()
    total = truth.overall + truth.near * truth.units["is_near"].sum() / treated
    out = [_told("on the treated", rows[DIRECT], truth.overall)]
    if rows[TOTAL]["value"] is not None:
        out.append(_told("in all", rows[TOTAL], total))
    out += [_told("on a ring", row, truth.near) for row in found.to_dicts()
            if row["from_km"] is not None]  # fmt: skip
    return out


def _told(term: str, row: Row, planned: float) -> Row:
    told = row["low"] is not None
    return {
        "term": term, "off": None if row["value"] is None else row["value"] - planned,
        "covers": row["low"] <= planned <= row["high"] if told else None,
        "sees": not row["low"] <= 0 <= row["high"] if told else None,
        "wide": (row["high"] - row["low"]) / 2 if told else None,
        "all_years": None, "apart": None, "plain": None,
    }  # fmt: skip


def told(rows: pl.DataFrame) -> str:
    lines = []
    for (name, _, term), part in rows.group_by("name", "method", "term", maintain_order=True):
        off = part["off"].drop_nulls()
        lines.append([
            f"{name}: {term}" if term != "effect" else name,
            f"{off.mean():+.2f}" if off.len() else "-",
            f"{np.nanmedian(part['wide'].to_numpy()):.2f}" if part["wide"].count() else "-",
            *(share_of(part.drop_nulls(column), pl.col(column))
              for column in ("covers", "sees", "all_years", "apart", "plain")),
        ])  # fmt: skip
    head = ["planted", "mean off", "half-width", "interval covers", "interval excludes 0",
            "band of all years covers", "moved apart before (p)",
            "plain two-way fixed effects cover"]  # fmt: skip
    n = rows.filter(pl.col("term") == "effect").group_by("name").len()["len"].max()
    return f"{n} worlds a row, at 95 %; noise 1, an effect of 1 unless said.\n\n" + table(
        head, lines
    )


TRIAL = Trial(
    "policy", measure, SETTINGS, 100,
    ("buzzline.econometrics.policy_effect", "buzzline.econometrics.effect_rows",
     "buzzline.econometrics.staggered", "buzzline.econometrics.staggered_sums",
     "buzzline.econometrics.synthetic_rows", "buzzline.econometrics.policy_spillovers",
     "buzzline.econometrics.rings", "buzzline.econometrics.rd",
     "buzzline.tables.worlds.policies"), told,
)  # fmt: skip


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the worlds")
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args(arguments)
    found = rows_of(TRIAL, KEPT, share=chosen.share, processes=chosen.processes)
    put_into(PAGE, "policy", told(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
