"""Where clusters begin and end, the whole chain: candidates, both tests, verdict, members.

    python -m benchmarks.run small large delineation
    python -m benchmarks.delineation_cases 10000 100000 1000000     every step by itself
    python -m benchmarks.delineation_cases 100000 PYTHON            peers of single steps

The last line runs the peers with the PYTHON that has them (`pip install fast_hdbscan
networkit`); without one it says so. The world is made up: city-regions with three clusters of
one industry side by side, six other industries, ten ties an organisation in four layers.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from benchmarks.worlds import KEPT, ROOT, SEED
from buzzline.clusters import (
    candidate_clusters,
    delineation,
    distinctness,
    membership,
    separation,
)
from buzzline.tables.study import Study
from buzzline.tables.worlds import Bonds, Parks, make_sibling_world

REGIONS = 30
TIES_A_LAYER = 2.5  # an organisation, in each of four layers
SCRIPT = Path(__file__).with_name("delineation_peers.py")
PEERS = ("fast_hdbscan", "networkit")


def parquet_siblings(organisations: int) -> Path:
    """Folder with `organisations.parquet` and `linkages.parquet`; another process makes it."""
    folder = KEPT / f"siblings-{organisations}"
    if not (folder / "complete").exists():
        words = ["-m", "benchmarks.delineation_cases", "make", str(organisations)]
        subprocess.run([sys.executable, *words], check=True, cwd=ROOT)
    return folder


def _make(organisations: int) -> None:
    folder = KEPT / f"siblings-{organisations}"
    folder.mkdir(parents=True, exist_ok=True)
    study = make_sibling_world(
        organisations=organisations, regions=min(REGIONS, max(organisations // 1000, 1)),
        parks=Parks(siblings=3), bonds=Bonds(ties_each=TIES_A_LAYER, spells=False), rng=SEED,
    ).study  # fmt: skip
    for table in ("organisations", "linkages"):
        getattr(study, table).write_parquet(folder / f"{table}.parquet")
    (folder / "complete").touch()


Timed = Callable[[str, Callable[[], object]], object]


def chained(folder: Path, timed: Timed) -> str:
    """Delineate a study from its tables, with every default; return what was found."""
    study = timed("tables", lambda: _study(folder))
    found = timed("candidate_clusters", lambda: candidate_clusters(study, rng=1))
    distinct = timed("distinctness", lambda: distinctness(study, found, rng=1))
    separate = timed("separation", lambda: separation(study, found, rng=1))
    verdict = timed("delineation", lambda: delineation(study, found, distinct, separate))
    merged = verdict.clustering(found)
    members = timed("membership", lambda: membership(study, merged, rng=1))
    outcomes = sorted(verdict.pairs.group_by("outcome").len().iter_rows())
    said = ", ".join(f"{outcome} {n}" for outcome, n in outcomes)
    return (
        f"{found.clusters.height} candidates; {said}; {members.members.height} rows of members"
    )


def _study(folder: Path) -> Study:
    return Study.of(**{
        table: pl.read_parquet(folder / f"{table}.parquet")
        for table in ("organisations", "linkages")
    })  # fmt: skip


def delineated(n: int) -> Callable[[], object]:
    folder = parquet_siblings(n)
    return lambda: chained(folder, lambda _, step: step())


# name, what is counted, sizes, how it is prepared, warm runs
CASES = (
    ("delineation", "organisations", {"small": 10_000, "large": 100_000, "huge": 1_000_000},
     delineated, {"small": 2, "large": 1, "huge": 1}),
)  # fmt: skip


def step_by_step(n: int) -> None:
    """Print what every step takes: wall and processor time, and the highest memory so far."""
    from benchmarks.measuring import high_water_mb

    taken = []

    def timed(name: str, step: Callable[[], object]) -> object:
        wall, cpu = time.perf_counter(), time.process_time()
        answer = step()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        peak = high_water_mb(os.getpid())
        taken.append({"step": name, "wall_s": wall, "cpu_s": cpu, "peak_mb": peak})
        print(f"{n:,} | {name} | {wall:.1f} | {cpu:.1f} | {peak:,.0f} | "
              f"{os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
        return answer

    folder = parquet_siblings(n)
    print("organisations | step | wall s | CPU s | peak MB | load")
    print(chained(folder, timed))
    (folder / "steps.json").write_text(json.dumps(taken))
    print(f"{n:,} | all | {sum(t['wall_s'] for t in taken):.1f} | "
          f"{sum(t['cpu_s'] for t in taken):.1f}", flush=True)  # fmt: skip


def beside(n: int, python: str) -> None:
    """Print what peers take for the steps they have, with the Python that has them."""
    folder = parquet_siblings(n)
    for package in PEERS:
        has = subprocess.run(
            [python, "-c", f"import {package}"], capture_output=True, check=False
        )
        if has.returncode:
            print(f"{package}: not installed")
            continue
        done = subprocess.run(
            [python, str(SCRIPT), package, str(folder)], capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        print(done.stdout.strip() or done.stderr.strip())


def main(words: list[str]) -> None:
    if words[:1] == ["make"]:
        _make(int(words[1]))
        return
    sizes = [int(word) for word in words if word.isdigit()] or [10_000]
    python = next((word for word in words if not word.isdigit()), None)
    for n in sizes:
        if python is None:
            step_by_step(n)
        else:
            beside(n, python)


if __name__ == "__main__":
    main(sys.argv[1:])
