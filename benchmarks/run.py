"""Run the named cases, and keep what they took.

    python -m benchmarks.run                    every case, small
    python -m benchmarks.run large              every case, large
    python -m benchmarks.run huge road          one case, huge
    python -m benchmarks.run small large road import --runs 9

Each case and size runs in a fresh process with an empty compilation cache: first a call that is
reported apart, then the warm ones. One JSON line each goes to `history/<date>.jsonl`, and
`RESULTS.md` is written again from the newest line of each.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psutil

from benchmarks.cases import CASES, SIZES, Call, Command, case_named
from benchmarks.results import HISTORY, write_results
from benchmarks.worlds import ROOT
from buzzline.space.threads import thread_count

PACKAGES = (
    "buzzline", "numpy", "numba", "polars", "duckdb", "narwhals", "scipy", "scikit-learn",
    "pandas",
)  # fmt: skip


def main(arguments: list[str]) -> int:
    choices = _choices(arguments)
    names = [word for word in choices.what if word not in SIZES]
    sizes = [word for word in choices.what if word in SIZES] or ["small"]
    cases = [case_named(name) for name in names] or list(CASES)
    failed = 0
    for size in sizes:
        for case in cases:
            if size in case.sizes:
                failed += not _measured(case, size, choices.runs or case.runs[size])
    write_results()
    return 1 if failed else 0


def _choices(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    known = [*SIZES, *(case.name for case in CASES)]
    parser.add_argument("what", nargs="*", metavar="SIZE|CASE", help=", ".join(known))
    parser.add_argument("--runs", type=int, help="warm runs (5 to 7 if not given)")
    choices = parser.parse_args(arguments)
    for word in choices.what:
        if word not in known:
            parser.error(f"no size or case is called {word!r}; there are {', '.join(known)}")
    return choices


def _measured(case: Call | Command, size: str, runs: int) -> bool:
    print(f"{case.name} {size} ({case.sizes[size]:,} {case.counts}) ... ", end="", flush=True)
    with tempfile.TemporaryDirectory() as cache:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.measuring", case.name, size, str(runs)],
            capture_output=True, text=True, cwd=ROOT,
            env={**os.environ, "NUMBA_CACHE_DIR": cache},
        )  # fmt: skip
    if done.returncode:
        print(f"failed\n{done.stderr[-3000:]}")
        return False
    line = _line(case, size, json.loads(done.stdout.splitlines()[-1]))
    HISTORY.mkdir(exist_ok=True)
    with (HISTORY / f"{line['when'][:10]}.jsonl").open("a") as history:
        history.write(json.dumps(line) + "\n")
    print(f"{line['median_s']:.3g} s ({min(line['runs_s']):.3g} to {max(line['runs_s']):.3g}), "
          f"first {line['first_s']:.3g} s, {line['peak_mb']:,.0f} MB")  # fmt: skip
    return True


def _line(case: Call | Command, size: str, measured: dict) -> dict:
    return {
        "case": case.name, "size": size, "n": case.sizes[size], "counts": case.counts,
        "when": datetime.now(UTC).isoformat(timespec="seconds"), "commit": _commit(),
        "median_s": median(measured["runs_s"]), **measured,
        "load": os.getloadavg()[0], "threads": thread_count(), "machine": _machine(),
        "versions": {"python": platform.python_version(),
                     **{package: version(package) for package in PACKAGES}},
    }  # fmt: skip


def _commit() -> str:
    """Short name of the commit, with + when files differ from it; empty without git."""
    try:
        name = _git("rev-parse", "--short", "HEAD")
        return name + ("+" if _git("status", "--porcelain", "src") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _machine() -> dict:
    return {"system": platform.system(), "processor": _processor(),
            "cores": len(os.sched_getaffinity(0)),
            "memory_gb": round(psutil.virtual_memory().total / 1024**3)}  # fmt: skip


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
