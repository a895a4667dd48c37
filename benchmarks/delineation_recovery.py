"""Are delineated clusters those that were planted, and how often does each test err?

    python -m benchmarks.delineation_recovery                 as in the documentation
    python -m benchmarks.delineation_recovery --share 0.1     a tenth of the worlds
    python -m benchmarks.delineation_recovery cells-clear     some of the trials

Made-up city-regions with known truth. Writes its tables into
docs/explanation/delineation-recovery.md, between the marks. What was measured is kept under
.cache/delineation-recovery and used again as long as the source it depends on is the same, so a
run that was stopped goes on where it was.
"""

import argparse
import sys
from pathlib import Path

import polars as pl

from benchmarks import delineation_cells, delineation_relations, delineation_years
from benchmarks.power_picture import draw, hits_of
from benchmarks.recovering import put_into, rows_of

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "delineation-recovery.md"
KEPT = ROOT / ".cache" / "delineation-recovery"
PICTURE = ROOT / "docs" / "images" / "delineation-power.svg"
POWER = (
    ("valley", "apart_km", "distinct", "Distinct, by kilometres apart"),
    ("odds", "odds", "separate", "Separate, by ties within to between"),
    ("ties", "ties", "separate", "Separate, by ties an organisation"),
)
PARTS = (delineation_cells, delineation_relations, delineation_years)
TRIALS = {trial.name: trial for part in PARTS for trial in part.TRIALS}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trials", nargs="*", help=f"of {', '.join(TRIALS)}; none: all")
    parser.add_argument("--share", type=float, default=1.0, help="of the worlds, 0 to 1")
    parser.add_argument("--processes", type=int, default=2)
    choice = parser.parse_args(arguments)
    found: dict[str, pl.DataFrame] = {}
    for name in choice.trials or TRIALS:
        trial = TRIALS[name]
        found[name] = rows_of(trial, KEPT, share=choice.share, processes=choice.processes)
        text = trial.told(found[name])
        print(f"\n{name}\n\n{text}", flush=True)
        put_into(PAGE, name, text)
    both = [found[name] for name in ("cells-clear", "cells-faint") if name in found]
    if both:
        text = delineation_cells.told_errors(pl.concat(both))
        print(f"\nerrors\n\n{text}")
        put_into(PAGE, "errors", text)
    if {"valley", "odds", "ties"} <= set(found):
        draw(PICTURE, [
            (said, *hits_of(found[name], by, verdict, delineation_cells.SIZES))
            for name, by, verdict, said in POWER
        ])  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
