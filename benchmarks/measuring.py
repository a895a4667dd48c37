"""Time and memory of one case: calls in a fresh process of their own, commands from outside.

python -m benchmarks.measuring CASE SIZE RUNS        prints one JSON object (used by run.py)
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from benchmarks.cases import Call, Command, Size, case_named

POLL_S = 0.05


@dataclass(slots=True)
class Measured:
    """What one case took.

    first_s : s        the first call: compilation and cold caches included
    runs_s : s         the warm calls, in order
    cpu_s : s          processor time of each warm call, all threads and children
    start_mb : MB      resident before the first call (a call's inputs are loaded lazily)
    peak_mb : MB       highest resident memory, children included
    answer : str       what it returned; peers must agree
    """

    first_s: float
    runs_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    start_mb: float = 0.0
    peak_mb: float = 0.0
    answer: str = ""


class PeakMemory:
    """Highest resident memory of a process with its children, while the block runs.

    The highest mark of the process itself is the kernel's; of its children's memory a spike
    shorter than 50 ms may be missed. (`ru_maxrss` alone would not do: a child inherits it.)
    """

    def __init__(self, pid: int) -> None:
        self.peak_mb = 0.0
        self._process = psutil.Process(pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.is_set():
            self.peak_mb = max(self.peak_mb, tree_mb(self._process))
            self._stop.wait(POLL_S)


def tree_mb(process: psutil.Process) -> float:
    try:
        children = process.children(recursive=True)
        return high_water_mb(process.pid) + sum(_resident_mb(child) for child in children)
    except psutil.NoSuchProcess:
        return 0.0


def high_water_mb(pid: int) -> float:
    """The most memory a process ever held resident; 0 when it has ended."""
    try:
        told = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    marks = [line.split()[1] for line in told if line.startswith("VmHWM")]
    return int(marks[0]) / 1024 if marks else 0.0


def _resident_mb(process: psutil.Process) -> float:
    try:
        return process.memory_info().rss / 1024**2
    except psutil.NoSuchProcess:
        return 0.0


def measure_call(prepare: Callable[[int], Callable[[], object]], n: int, runs: int) -> Measured:
    """Time a function in this process, which must be fresh for the memory to mean much."""
    run = prepare(n)
    start_mb = high_water_mb(os.getpid())
    began = time.perf_counter()
    answer = run()
    measured = Measured(time.perf_counter() - began, start_mb=start_mb, answer=str(answer))
    for _ in range(runs):
        cpu, began = time.process_time(), time.perf_counter()
        again = run()
        measured.runs_s.append(time.perf_counter() - began)
        measured.cpu_s.append(time.process_time() - cpu)
        assert again == answer, f"{again} after {answer}"
    measured.peak_mb = high_water_mb(os.getpid())
    return measured


def measure_command(steps: list[list[str]], n: int, runs: int, folder: Path) -> Measured:
    """Time the last of some commands as a whole process; the others prepare it."""
    *before, last = steps
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "numba")}
    for step in before:
        _run(step, environment, folder / "log.txt")
    measured = Measured(0.0)
    for number in range(runs + 1):
        wall, cpu, peak = _run(last, environment, folder / "log.txt")
        if number:
            measured.runs_s.append(wall)
            measured.cpu_s.append(cpu)
        else:
            measured.first_s = wall
        measured.peak_mb = max(measured.peak_mb, peak)
        _forget(folder / "out")
    return measured


def _run(
    command: list[str], environment: dict[str, str], log: Path
) -> tuple[float, float, float]:
    began = time.perf_counter()
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        with PeakMemory(process.pid) as memory:
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(
            f"{' '.join(command)} ended with {process.returncode}:\n{log.read_text()}"
        )
    peak_mb = memory.peak_mb
    if usage.ru_maxrss / 1024 > high_water_mb(os.getpid()):  # then it was not inherited from us
        peak_mb = max(peak_mb, usage.ru_maxrss / 1024)
    return wall, usage.ru_utime + usage.ru_stime, peak_mb


def _forget(out: Path) -> None:
    """Move results away, so that the next run has nothing to resume."""
    if out.exists():
        out.rename(Path(tempfile.mkdtemp(dir=out.parent)) / "out")


def measure(name: str, size: Size, runs: int) -> Measured:
    case = case_named(name)
    n = case.sizes[size]
    if isinstance(case, Call):
        return measure_call(case.prepare, n, runs)
    assert isinstance(case, Command)
    with tempfile.TemporaryDirectory() as folder:
        return measure_command(case.steps(n, Path(folder)), n, runs, Path(folder))


if __name__ == "__main__":
    _name, _size, _runs = sys.argv[1:]
    print(json.dumps(asdict(measure(_name, _size, int(_runs)))))  # type: ignore[arg-type]
