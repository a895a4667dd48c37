"""Do intervals of pipelines, of buzz times pipelines, and of ties by distance hold the truth?

    python -m benchmarks.buzz_recovery                 as in the documentation
    python -m benchmarks.buzz_recovery --share 0.1     a tenth of the worlds
    python -m benchmarks.buzz_recovery rates           some of the trials

Made-up organisations and panels with known effects. Writes its tables into
docs/explanation/buzz-and-pipelines.md, between the marks; what was measured is kept under
.cache/buzz-recovery and used again as long as the source it depends on is the same.
"""

import argparse
import sys
from functools import cache
from math import log
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.recovering import Row, Trial, put_into, rows_of, share_of, table
from buzzline.econometrics import mutual_stimulation, value_by_distance
from buzzline.linkages.pipeline_rates import comparable, rate_ratio
from buzzline.linkages.pipelines import Pipelines
from buzzline.tables.study import Study
from buzzline.tables.worlds import PanelPlan, make_world, plant_panel

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "buzz-and-pipelines.md"
KEPT = ROOT / ".cache" / "buzz-recovery"
OTHERS = 200
WORTH = (0.1, 0.1, 0.2, 0.4)


# ── pipelines of a cluster ────────────────────────────────────────────────────────────────


def rates(setting: Row, seed: int) -> list[Row]:
    """One cluster among others; `together` of all pipelines are projects of ten neighbours."""
    rng = np.random.default_rng(seed)
    m, ratio = setting["members"], setting["ratio"]
    n = m + OTHERS
    own = np.where(np.arange(n) < m, ratio, 1.0)
    spread = setting["spread"]
    alone = rng.poisson(rng.gamma(spread, 1.5 / spread, n) * own * (1 - setting["together"]))
    holder, investment = [np.repeat(np.arange(n), alone)], [np.arange(alone.sum())]
    start = int(alone.sum())
    for first in range(0, n, 10):
        held = rng.poisson(1.5 * own[first] * setting["together"])
        team = np.arange(first, min(first + 10, n))
        holder.append(np.tile(team, held))
        investment.append(np.repeat(start + np.arange(held), team.size))
        start += held
    rows = np.concatenate(holder).astype(np.int32)
    same = np.zeros(rows.size, np.int32)
    lines = Pipelines(rows, same, np.ones(rows.size), same,
                      np.concatenate(investment).astype(np.int32), n, ())  # fmt: skip
    inside, alike = np.arange(n) < m, np.zeros(n, np.int32)
    pair = comparable(inside, ~inside, (alike, alike), place=np.arange(n) // 10)
    found = rate_ratio(lines, pair)
    return [{"holds": found.low <= log(ratio) <= found.high, "falls": found.p <= 0.05,
             "verdict": found.verdict}]  # fmt: skip


def told_rates(found: pl.DataFrame) -> str:
    rows = []
    for (m, spread, together, ratio), part in found.group_by(
        ["members", "spread", "together", "ratio"], maintain_order=True
    ):
        kind = "independent" if spread >= 1 and not together else (
            "in projects of ten" if together else "a few hold most"
        )  # fmt: skip
        right = "fewer" if ratio < 1 else "more" if ratio > 1 else "as others"
        rows.append([
            kind, m, f"× {ratio:g}", part.height, share_of(part, pl.col("holds")),
            share_of(part, pl.col("falls")),
            share_of(part, pl.col("verdict").str.contains(right)),
            share_of(part, pl.col("verdict") == "not enough pipelines"),
        ])  # fmt: skip
    head = ["pipelines", "members", "planted", "worlds", "interval holds it", "p at most 0.05",
            "right verdict", "not enough pipelines"]  # fmt: skip
    return table(head, rows)


# ── panels ────────────────────────────────────────────────────────────────────────────────


@cache
def bare() -> Study:
    return make_world(organisations=400, clusters=2, rng=1).study


def stimulation(setting: Row, seed: int) -> list[Row]:
    plan = PanelPlan(**{name: value for name, value in setting.items() if name != "kind"})
    study, truth = plant_panel(bare(), plan, rng=seed)
    result = mutual_stimulation(study)
    rows = []
    of_form = result.effects.filter(form=plan.form).to_dicts()
    before = study.outcomes.filter(pl.col("year") < plan.first_year + plan.years - 1)
    seen = [before.filter(indicator=name)["value"].to_numpy() for name in ("buzz", "pipelines")]
    if plan.form == "logs":
        seen = [np.log(seen[0]), np.log1p(seen[1])]
    true = dict(zip(("buzz", "pipelines"), truth.where(*(v.mean() for v in seen)), strict=True))
    true["interaction"] = truth.interaction
    fixed = result.checks.filter(check="interaction, fixed effects", form=plan.form).to_dicts()
    for row in of_form:
        rows.append(_held(row["term"], row, true[row["term"]]))
    rows += [_held("interaction, fixed effects", row, truth.interaction) for row in fixed]
    crossed = (("buzz", "pipelines", truth.pipelines_on_buzz),
               ("pipelines", "buzz", truth.buzz_on_pipelines))  # fmt: skip
    for source, target, value in crossed if plan.form == "levels" else ():
        row = result.cross_lags.filter(source=source, target=target).row(0, named=True)
        rows.append(_held(f"{target} after {source}", row, value))
    return rows


def by_distance(setting: Row, seed: int) -> list[Row]:
    worth = (0.2,) * 4 if setting["equal"] else WORTH
    plan = PanelPlan(ties_each=1.0, by_scale=worth, organisations=setting["organisations"],
                     years=setting["years"])  # fmt: skip
    study, _ = plant_panel(bare(), plan, rng=seed)
    result = value_by_distance(study, layers=["advice"])
    rows = [
        _held(row["scale"], row, true)
        for row, true in zip(result.slopes.to_dicts(), worth, strict=True)
    ]
    return [*rows, {"what": "all the same", "holds": None, "falls": result.p_equal <= 0.05}]


def _held(what: str, row: Row, true: float) -> Row:
    known = row["low"] is not None
    return {
        "what": what, "holds": bool(row["low"] <= true <= row["high"]) if known else None,
        "falls": bool(row["p"] <= 0.05) if known else None,
    }  # fmt: skip


def told_panels(found: pl.DataFrame) -> str:
    rows = [
        [kind, what, part["seed"].n_unique(), share_of(part, pl.col("holds")),
         share_of(part, pl.col("falls"))]
        for (kind, what), part in found.group_by(["kind", "what"], maintain_order=True)
    ]  # fmt: skip
    return table(["panel", "effect", "worlds", "interval holds it", "p at most 0.05"], rows,
                 words=2)  # fmt: skip


def told_distance(found: pl.DataFrame) -> str:
    rows = []
    for (n, years, equal), part in found.group_by(
        ["organisations", "years", "equal"], maintain_order=True
    ):
        slopes = part.filter(pl.col("what") != "all the same")
        test = part.filter(what="all the same")
        rows.append([
            "all 0.2" if equal else "0.1, 0.1, 0.2, 0.4", n, years, test.height,
            share_of(slopes, pl.col("holds")), share_of(test, pl.col("falls")),
        ])  # fmt: skip
    return table(["worth of a tie", "organisations", "years", "worlds", "interval holds it",
                  "called different"], rows)  # fmt: skip


RATES = [
    {"members": m, "spread": spread, "together": together, "ratio": ratio}
    for spread, together in ((1.0, 0.0), (0.3, 0.0), (1.0, 0.7))
    for m in (10, 60)
    for ratio in (1.0, 0.4, 2.5)
]
PANELS = [
    {"kind": "as planned", "interaction": 0.2},
    {"kind": "no interaction", "interaction": 0.0},
    {"kind": "each replaces the other", "interaction": -0.2},
    {"kind": "pipelines answer to luck", "interaction": 0.2, "feedback": 0.3},
    {"kind": "in logs", "interaction": 0.2, "form": "logs"},
    {"kind": "60 organisations, 8 years, luck shared", "interaction": 0.2, "organisations": 60,
     "years": 8, "shared": 0.8},
    {"kind": "slow to change", "interaction": 0.2, "persistence": 0.8},
]  # fmt: skip
DISTANCES = [
    {"organisations": n, "years": years, "equal": equal}
    for n, years in ((200, 10), (100, 7))
    for equal in (False, True)
]
LINKAGES = ("buzzline.linkages.pipeline_rates",)
PANEL = ("buzzline.econometrics.mutual_stimulation", "buzzline.tables.worlds.panel")
DISTANCE = ("buzzline.econometrics.value_by_distance", "buzzline.tables.worlds.panel")
TRIALS = {
    trial.name: trial
    for trial in (
        Trial("rates", rates, RATES, 1000, LINKAGES, told_rates),
        Trial("stimulation", stimulation, PANELS, 200, PANEL, told_panels),
        Trial("by-distance", by_distance, DISTANCES, 200, DISTANCE, told_distance),
    )
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trials", nargs="*", help=f"of {', '.join(TRIALS)}; none: all")
    parser.add_argument("--share", type=float, default=1.0, help="of the worlds, 0 to 1")
    parser.add_argument("--processes", type=int, default=2)
    choice = parser.parse_args(arguments)
    for name in choice.trials or TRIALS:
        trial = TRIALS[name]
        found = rows_of(trial, KEPT, share=choice.share, processes=choice.processes)
        text = trial.told(found)
        print(f"\n{name}\n\n{text}", flush=True)
        put_into(PAGE, name, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
