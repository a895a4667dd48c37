"""Does calibration find values that are known, and do its intervals hold them as they say?

    python -m benchmarks.calibration_recovery [simulations] [workers]

Prints one row a parameter of docs/explanation/calibration.md. One simulation of the full model
takes about a tenth of a second.
"""

from __future__ import annotations

import sys

from buzzline.simulation.recovery import recovered
from buzzline.simulation.reference import FREE, Window, reference_table
from buzzline.simulation.running import Work
from buzzline.simulation.starting import world_of_settings

LEVEL = 0.9


def main(simulations: int = 600, workers: int = 2) -> None:
    """Simulate, take a hundred simulations for the data in turn, and print what was found."""
    world = world_of_settings(8, 24, 3, rng=1)
    table = reference_table(
        world,
        FREE,
        window=Window(2000, 2005),
        simulations=simulations,
        rng=1,
        work=Work(workers=workers),
    )
    found = recovered(table.values, table.summaries, bounds=table.bounds, kept=0.2, level=LEVEL)
    print("| parameter | intervals that hold it | shrinkage | correlation |")
    print("|---|---|---|---|")
    for k, name in enumerate(FREE):
        print(
            f"| {name.replace('_', ' ')} | {found.coverage[k]:.2f} "
            f"| {found.shrinkage[:, k].mean():.2f} | {found.agreement[k]:.2f} |"
        )


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))
