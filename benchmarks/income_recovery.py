"""Is the effect of deals abroad on income found, and how often do intervals and tests err?

    python -m benchmarks.income_recovery                 as in the documentation
    python -m benchmarks.income_recovery --share 0.1     a tenth of the worlds
    python -m benchmarks.income_recovery ladder          some of the trials

Made-up regions. Writes its tables into the page on investment and income of the documentation,
between the marks. What was measured is kept under .cache/income-recovery and used again as long
as the source it depends on is the same.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.recovering import Row, Trial, put_into, rows_of, share_of, table
from buzzline.econometrics.income_errors import error_rows
from buzzline.econometrics.income_exposed import exposed_rows
from buzzline.econometrics.income_panel import IncomePanel, income_panel
from buzzline.econometrics.ladder_rows import (
    Chance,
    lead_rows,
    linear_rows,
    quantile_rows,
    rows_or_reason,
    spatial_rows,
)
from buzzline.tables.worlds import IncomePlan, make_income_world

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "investment-and-income.md"
KEPT = ROOT / ".cache" / "income-recovery"
EFFECT = 0.05
DRAWS = 99
WORLDS = {
    "rich regions invest more": {},
    "25 regions, 8 years": {"regions": 25, "years": 8},
    "neighbours share half their luck": {"shared": 0.5},
    "luck lasts (0.8)": {"persistence": 0.8},
    "luck spreads with deals": {"spread": 1.0},
    "trends go together": {"growing": 0.01},
    "luck brings deals the same year": {"demand": 2.0, "regions": 200, "pushes": 1.0},
    "luck brings deals a year later": {"reverse": 4.0},
}
STEPS = {1: "1", 3: "3", 4: "4", 5: "5", 6: "6", 7: "7", 8: "8", 10: "10"}


def made(setting: Row, seed: int) -> tuple[IncomePanel, Chance]:
    plan = IncomePlan(outward=setting.get("effect", 0.0), **WORLDS[setting["world"]])
    study, _ = make_income_world(plan, rng=np.random.default_rng(seed))
    return income_panel(study), Chance(0.95, DRAWS, seed)


def ladder(setting: Row, seed: int) -> list[Row]:
    panel, chance = made(setting, seed)
    rows = [row for n in (1, 3, 4, 5, 7) for row in linear_rows(panel, n, chance)[:1]]
    rows += exposed_rows(panel, chance)[0][:1]
    rows += rows_or_reason(6, lambda: spatial_rows(panel, chance)[0])[:1]
    rows += rows_or_reason(10, lambda: quantile_rows(panel, chance)[0])[:1]
    ahead = [row for row in lead_rows(panel, chance) if row["term"].startswith("outward, both")]
    names = ("step", "value", "low", "high", "p")
    return [{name: row.get(name) for name in names} for row in [*rows, *ahead]]


def told_ladder(found: pl.DataFrame) -> str:
    rows = []
    for (world, effect), part in found.group_by("world", "effect", maintain_order=True):
        cells = []
        for step in STEPS:
            seen = part.filter(pl.col("step") == step)
            # A set that is not bounded holds every value.
            free = pl.col("low").is_null() & pl.col("value").is_not_null()
            holds = free | ((pl.col("low") <= effect) & (pl.col("high") >= effect))
            known = seen.filter(pl.col("value").is_not_null())
            cells.append(percent(known, holds) if known.height else "not testable")
        default = part.filter(pl.col("step") == 4)
        ahead = part.filter(pl.col("step") == 9)
        rows.append((world, f"{default['value'].mean():.3f}", *cells,
                     percent(ahead, pl.col("p") < 0.05)))  # fmt: skip
    steps = (f"step {name}" for name in STEPS.values())
    head = ("world", "mean of step 4", *steps, "leads: p below 0.05")
    return table(head, rows)


def percent(rows: pl.DataFrame, which: pl.Expr) -> str:
    """Return a share without its interval: tables of ten columns have no room for it."""
    return f"{share_of(rows, which).split(' ')[0]} %"


def errors(setting: Row, seed: int) -> list[Row]:
    panel, chance = made(setting, seed)
    rows = [row for row in error_rows(panel, chance)
            if row["step"] == 4 and row["term"] == "outward"]  # fmt: skip
    names = ("errors", "value", "low", "high")
    return [{name: row.get(name) for name in names} for row in rows]


def told_errors(found: pl.DataFrame) -> str:
    rows = []
    seen = found.filter(pl.col("low").is_not_null())
    for (world, kind), part in seen.group_by("world", "errors", maintain_order=True):
        holds = (pl.col("low") <= EFFECT) & (pl.col("high") >= EFFECT)
        width = (part["high"] - part["low"]).median()
        rows.append((world, kind, share_of(part, holds), f"{width:.3f}"))
    return table(("world", "errors", "intervals that hold it", "median width"), rows)


MODULES = (
    "buzzline.econometrics.income_errors", "buzzline.econometrics.income_exposed",
    "buzzline.econometrics.ladder_rows", "buzzline.tables.worlds.incomes",
)  # fmt: skip
TRIALS = {trial.name: trial for trial in (
    Trial("ladder", ladder, [{"world": w, "effect": EFFECT} for w in WORLDS],
          100, MODULES, told_ladder),
    Trial("errors", errors,
          [{"world": w, "effect": EFFECT} for w in list(WORLDS)[:4]], 100, MODULES,
          told_errors),
)}  # fmt: skip


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
