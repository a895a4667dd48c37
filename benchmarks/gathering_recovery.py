"""Is the effect of meeting at fairs found, and how often do intervals and tests err?

    python -m benchmarks.gathering_recovery                 as in the documentation
    python -m benchmarks.gathering_recovery --share 0.1     a tenth of the worlds
    python -m benchmarks.gathering_recovery meeting         some of the trials

Made-up worlds with planted fairs. Writes its tables into the page on temporary clusters of the
documentation, between the marks. What was measured is kept under .cache/gathering-recovery and
used again as long as the source it depends on is the same.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.recovering import Row, Trial, put_into, rows_of, share_of, table
from buzzline.linkages.temporary_clusters import TemporaryClusters, temporary_clusters
from buzzline.tables.worlds import FairPlan, make_world, plant_fairs

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "temporary-clusters.md"
KEPT = ROOT / ".cache" / "gathering-recovery"
SMALL = {"organisations": 120, "base": 0.006}
MONTHS = 30
# what makes it hard: few editions, very unequal organisations, consortia, unlike editions
WORLDS = {
    "as usual": {},
    "one cancelled of four": {"held": 3, "cancelled": 1},
    "organisations very unequal": {"sociable": 1.2},
    "consortia of five": {"consortium": 5},
    "editions differ anyway (0.4)": {"unlike": 0.4, "held": 6},
    "one held, one cancelled": {"held": 1, "cancelled": 1, "base": 0.015},
}


def measured(plan: FairPlan, seed: int) -> TemporaryClusters:
    study = make_world(organisations=150, clusters=2, rng=seed).study
    planted, _ = plant_fairs(study, plan, rng=np.random.default_rng(seed))
    return temporary_clusters(planted, layers=[plan.layer], rng=seed)


def meeting(setting: Row, seed: int) -> list[Row]:
    choices = SMALL | WORLDS[setting["world"]]
    row = measured(FairPlan(effect=setting["effect"], **choices), seed).model.row(0, named=True)
    return [{name: row[name] for name in ("value", "low", "high", "p", "n")}]


def told_meeting(found: pl.DataFrame) -> str:
    rows = []
    for (world, effect), part in found.group_by("world", "effect", maintain_order=True):
        seen = part.filter(pl.col("low").is_not_null())
        holds = (pl.col("low") <= effect) & (pl.col("high") >= effect)
        rows.append((
            world, f"{effect:g}", part.height - seen.height, f"{seen['n'].median() or 0:.0f}",
            f"{seen['value'].mean() or 0:.2f}", share_of(seen, holds),
            share_of(seen, pl.col("p") < 0.05),
        ))  # fmt: skip
    head = ("world", "planted [log odds]", "not testable", "new ties (median)", "mean estimate",
            "intervals that hold it", "p below 0.05")  # fmt: skip
    return table(head, rows)


def lasting(setting: Row, seed: int) -> list[Row]:
    plan = FairPlan(effect=1.0, months=MONTHS, **(SMALL | WORLDS[setting["world"]]))
    found = measured(plan, seed).retention.filter(pl.col("begun") == "at a gathering")
    names = ("months", "value", "low", "high", "difference_low", "difference_high", "p")
    return found.filter(pl.col("months").is_in([6, 12, 24])).select(names).to_dicts()


def told_lasting(found: pl.DataFrame) -> str:
    rows = []
    for (world, months), part in found.group_by("world", "months", maintain_order=True):
        truth = float(np.exp(-months / MONTHS))
        seen = part.filter(pl.col("low").is_not_null())
        holds = (pl.col("low") <= truth) & (pl.col("high") >= truth)
        rows.append((world, months, f"{truth:.3f}", f"{seen['value'].mean():.3f}",
                     share_of(seen, holds), share_of(seen, pl.col("p") < 0.05)))  # fmt: skip
    head = ("world", "months", "planted share", "mean estimate", "intervals that hold it",
            "no difference planted, p below 0.05")  # fmt: skip
    return table(head, rows)


def changing(setting: Row, seed: int) -> list[Row]:
    """Fairs without any effect: what changes around them is what changes anyway."""
    more = WORLDS[setting["world"]] | {"base": 0.02}
    plan = FairPlan(effect=0.0, planned=0.0, months=6, **(SMALL | more))
    pooled = measured(plan, seed)
    changes = pooled.changes.row(0, named=True)
    phases = pooled.phases.filter(pl.col("name") == "all that took place")
    after = phases.filter(pl.col("phase") == "after").to_dicts()
    return [{"excess": changes["p"], "homes": after[0]["p"] if after else None}]


def told_changing(found: pl.DataFrame) -> str:
    rows = [
        (world, share_of(part, pl.col("excess") < 0.05), share_of(part, pl.col("homes") < 0.05))
        for (world,), part in found.group_by("world", maintain_order=True)
    ]
    head = ("world", "reconfiguration beyond the usual, p below 0.05",
            "homes mix otherwise after, p below 0.05")  # fmt: skip
    return table(head, rows)


MODULES = ("buzzline.linkages.temporary_clusters", "buzzline.tables.worlds.fairs")
TRIALS = {trial.name: trial for trial in (
    Trial("meeting", meeting,
          [{"world": w, "effect": e} for w in WORLDS for e in (0.0, 1.0)], 100, MODULES,
          told_meeting),
    Trial("lasting", lasting, [{"world": w} for w in ("as usual", "consortia of five")], 100,
          MODULES, told_lasting),
    Trial("changing", changing,
          [{"world": w} for w in ("as usual", "organisations very unequal")], 100, MODULES,
          told_changing),
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
