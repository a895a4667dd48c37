"""Ellison and Glaeser's gamma of 1,000 industries in 3,000 areas, and its null of 1,000 draws.

    python -m benchmarks.run huge ellison_glaeser ellison_glaeser_numpy dartboard_null
    python -m benchmarks.concentration_cases 100000     beside REAT, where R has it

The plants are made up: Pareto sizes, areas of very different size, industries of equal size.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from buzzline.agglomeration import dartboard_gammas, ellison_glaeser

AREAS, INDUSTRIES, DRAWS = 3_000, 1_000, 1_000
SCRIPT = Path(__file__).with_name("concentration_reat.R")


def plants(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Jobs, area and industry of n plants; every area and industry has at least one."""
    rng = np.random.default_rng(n)
    jobs = np.ceil(3 * rng.pareto(1.2, n) + 1)
    chance = rng.pareto(1.0, AREAS) + 0.1
    area = rng.choice(AREAS, n, p=chance / chance.sum()).astype(np.int32)
    industry = rng.integers(INDUSTRIES, size=n).astype(np.int32)
    area[:AREAS] = np.arange(min(n, AREAS))
    industry[:INDUSTRIES] = np.arange(min(n, INDUSTRIES))
    return jobs, area, industry


def in_buzzline(n: int) -> Callable[[], object]:
    jobs, area, industry = plants(n)
    return lambda: answer(ellison_glaeser(jobs, area, industry).gamma)


def in_numpy(n: int) -> Callable[[], object]:
    """As one would write it: one bincount over all cells."""
    jobs, area, industry = plants(n)

    def run() -> float:
        cells = np.bincount(industry.astype(np.int64) * AREAS + area, jobs, INDUSTRIES * AREAS)
        cells = cells.reshape(INDUSTRIES, AREAS)
        total = np.bincount(industry, jobs, INDUSTRIES)
        herfindahl = np.bincount(industry, jobs**2, INDUSTRIES) / total**2
        share = cells.sum(axis=0) / jobs.sum()
        spread = 1 - np.sum(share**2)
        apart = np.sum((cells / total[:, None] - share) ** 2, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            gamma = (apart / spread - herfindahl) / (1 - herfindahl)
        return answer(np.where(herfindahl < 1 - 1e-12, gamma, np.nan))

    return run


def null(n: int) -> Callable[[], object]:
    """1,000 times all plants of all industries, on all cores."""
    found = ellison_glaeser(*plants(n))
    return lambda: answer(dartboard_gammas(found, draws=DRAWS, rng=1))


def answer(gamma: np.ndarray) -> float:
    return round(float(np.nanmean(gamma)), 9)


def in_reat(n: int) -> str:
    """Seconds that REAT takes for the same plants, or why it was not asked."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "plants.csv"
        rows = np.column_stack(plants(n))
        np.savetxt(table, rows, "%d", ",", header="jobs,area,industry", comments="")
        try:
            done = subprocess.run(
                ["Rscript", str(SCRIPT), str(table)], capture_output=True, text=True
            )
        except FileNotFoundError:
            return "R is not installed"
    return done.stdout.strip() or done.stderr.strip()


_SIZES = {"small": 10_000, "large": 100_000, "huge": 1_000_000}
_RUNS = {"small": 5, "large": 3, "huge": 2}

# name, what is counted, sizes, prepare, runs
CASES: tuple[tuple[str, str, Mapping[str, int], Callable[[int], Callable[[], object]],
                   Mapping[str, int]], ...] = (
    ("ellison_glaeser", "plants", _SIZES, in_buzzline, dict.fromkeys(_SIZES, 9)),
    ("ellison_glaeser_numpy", "plants", _SIZES, in_numpy, dict.fromkeys(_SIZES, 9)),
    ("dartboard_null", "plants", _SIZES, null, _RUNS),
)  # fmt: skip


def main(arguments: list[str]) -> int:
    n = int(arguments[0]) if arguments else 10_000
    for name, prepare in (("buzzline", in_buzzline), ("numpy", in_numpy)):
        run = prepare(n)
        run()
        began = time.process_time()
        said = run()
        print(f"{name}: {time.process_time() - began:.4f} CPU-seconds, mean gamma {said}")
    print(f"REAT: {in_reat(n)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
