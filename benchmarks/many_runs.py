"""Memory of many small runs: as much for ten thousand as for a thousand.

    python benchmarks/many_runs.py

Runs a world of ten organisations 1,000 and 10,000 times, each in a process of its own, with the
finished runs in files, and prints seconds and the peak of the memory of the process.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time

from buzzline.simulation.running import Work, histories
from buzzline.simulation.settings import MINIMAL
from buzzline.simulation.starting import world_of_settings

RUNS = (1_000, 10_000)
STEPS = 8
MB = 1024


def measure(runs: int) -> dict[str, float]:
    """Return seconds and peak memory [MB] of so many runs, read back in the end."""
    world = world_of_settings(2, 5, settings=MINIMAL, rng=1)
    histories(world, steps=2, runs=1, rng=1)  # compiled
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        found = histories(world, steps=STEPS, runs=runs, rng=1, work=Work(1, folder=folder))
        last = float(found.at("knowledge").mean())
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB
    return {"runs": runs, "seconds": round(seconds, 1), "peak_mb": round(peak), "mean": last}


def main() -> None:
    """Print one line a number of runs."""
    for runs in RUNS:
        done = subprocess.run(
            [sys.executable, __file__, str(runs)], check=True, capture_output=True, text=True
        )
        row = json.loads(done.stdout)
        print(f"{row['runs']:>7,} runs {row['seconds']:>7.1f} s, peak {row['peak_mb']:,} MB")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(int(sys.argv[1]))))
    else:
        main()
