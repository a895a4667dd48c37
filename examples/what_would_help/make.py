"""What would help a lagging town: five policies compared in a made-up region.

    python examples/what_would_help/make.py OUT

writes the tables of the region into OUT/data, compares the policies, prints what is said and
saves the picture beside this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

from buzzline import chart, compare_policies, world_of_settings
from buzzline.policy.comparing import PolicyComparison
from buzzline.simulation.beginning import begin
from buzzline.simulation.luck import luck_of
from buzzline.simulation.observing import observe
from buzzline.simulation.settings import Settings
from buzzline.tables.study import Study
from buzzline.tables.writing import write_study

HERE = Path(__file__).parent
LAGGING = 2  # the town that knows least
POLICIES = ("laissez_faire", "P4", "P5", "P4+P5", "P13")
YEARS = (1, 6, 10)  # begin, end, looked at


def region() -> Study:
    """Return four towns; the third is closed: little trust, and nobody keeps pipelines."""
    closed = Settings().at_place(LAGGING, trust_commons=0.2, gatekeepers=0.0, global_share=0.0)
    world = world_of_settings(
        4, [40, 30, 20, 30], industries=2, nations=1, settings=closed, rng=1
    )
    return observe(begin(world, luck_of(1, 0), closed), world, rng=1)


def compared(study: Study, *, runs: int = 30, years: tuple[int, int, int] = YEARS,
             policies: tuple[str, ...] = POLICIES) -> PolicyComparison:  # fmt: skip
    """Compare policies in the lagging town, each with the same runs without it."""
    town = study.places["name"][LAGGING]
    where = [name if name == "laissez_faire" else f"{name}@{town}" for name in policies]
    return compare_policies(study, policies=where, years=years, runs=runs, rng=1)


def main(out: str, *, runs: int = 30, pictures: Path = HERE) -> PolicyComparison:
    """Write the region, compare policies in it, and save the picture."""
    study = region()
    write_study(study, Path(out) / "data")
    found = compared(study, runs=runs)
    chart(found).save(pictures / "what_would_help.svg")
    return found


if __name__ == "__main__":
    done = main(sys.argv[1])
    sys.stdout.write(f"{done}\n{done.table()}\n")
