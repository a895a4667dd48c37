"""Studies over many made-up worlds: run on two processes, kept as they go, told as tables."""

import ast
import hashlib
import inspect
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl
from scipy.stats import binomtest

SOURCE = Path(__file__).parents[1] / "src"
Row = dict[str, Any]
STAGES = {"worlds", "network", "clusters", "linkages", "investment", "econometrics"}
# every process computes on one thread, or they would take turns on the same cores
ALONE = ("POLARS_MAX_THREADS", "BUZZLINE_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True)
class Trial:
    """One kind of worlds, measured many times.

    `measure(setting, seed)` returns rows; `settings` are crossed with `worlds` seeds; `modules`
    are what it depends on: when their source changes, what was kept is measured anew.
    """

    name: str
    measure: Callable[[Row, int], list[Row]]
    settings: Sequence[Row]
    worlds: int
    modules: tuple[str, ...]
    told: Callable[[pl.DataFrame], str]

    def jobs(self, share: float) -> list[tuple[Row, int]]:
        n = max(2, round(share * self.worlds))
        return [(setting, seed) for seed in range(n) for setting in self.settings]


def rows_of(trial: Trial, folder: Path, *, share: float, processes: int) -> pl.DataFrame:
    """Measure what is not kept yet, in order of seeds, and return everything as a frame."""
    path = folder / f"{trial.name}-{fingerprint(trial)}.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    done = dict(_kept(path))
    wanted = {_key(*job): job for job in trial.jobs(share)}
    missing = [job for key, job in wanted.items() if key not in done]
    start = time.perf_counter()
    for key, rows in _measured(trial, missing, processes):
        done[key] = rows
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([key, rows]) + "\n")
    if missing:
        seconds = time.perf_counter() - start
        print(f"{trial.name}: {len(missing):,} worlds in {seconds:,.0f} s", flush=True)
    found = []
    for key, (setting, seed) in wanted.items():
        found += [setting | {"seed": seed} | row for row in done[key]]
    return pl.DataFrame(found, infer_schema_length=None)


def fingerprint(trial: Trial) -> str:
    """Return a short text that changes with the code a trial depends on, not with its words.

    Of the code, with that of the stages in question; what only reads, counts and stores is held
    to its own tests.
    """
    seen: dict[Path, str] = {}
    waiting = [_file_of(name) for name in trial.modules]
    while waiting:
        path = waiting.pop()
        if path is None or path in seen:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        waiting += [_file_of(name) for name in _imported(tree)]
        seen[path] = _without_words(tree)
    parts = [seen[path] for path in sorted(seen) if STAGES & set(path.parts)]
    parts += sorted(_written(trial.measure))
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]


def _written(function: Callable, seen: frozenset[str] = frozenset()) -> set[str]:
    """Return the code of a function of the benchmarks, and of what it uses of them."""
    out = {_without_words(ast.parse(inspect.getsource(function)))}
    for name in set(function.__code__.co_names) - seen:
        used = function.__globals__.get(name)
        if inspect.isfunction(used) and used.__module__.startswith(("benchmarks", "tests")):
            out |= _written(used, seen | {name})
        elif isinstance(used, int | float | str):
            out.add(f"{name} = {used!r}")
    return out


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("buzzline"):
            yield from (f"{node.module}.{name.name}" for name in node.names)
            yield str(node.module)


def _without_words(tree: ast.Module) -> str:
    """Return code without comments and docstrings."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str):
            node.body = body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def _file_of(module: str) -> Path | None:
    path = (SOURCE / module.replace(".", "/")).with_suffix(".py")
    return path if path.exists() else None


def _measured(
    trial: Trial, jobs: Sequence[tuple[Row, int]], processes: int
) -> Iterable[tuple[str, list[Row]]]:
    if not jobs:
        return
    os.environ |= dict.fromkeys(ALONE, "1")
    with get_context("spawn").Pool(processes) as pool:
        work = ((trial.measure, setting, seed) for setting, seed in jobs)
        yield from pool.imap_unordered(_one, work, chunksize=4)


def _one(job: tuple[Callable[[Row, int], list[Row]], Row, int]) -> tuple[str, list[Row]]:
    measure, setting, seed = job
    return _key(setting, seed), measure(setting, seed)


def _key(setting: Row, seed: int) -> str:
    return json.dumps([setting, seed], sort_keys=True)


def _kept(path: Path) -> Iterator[tuple[str, list[Row]]]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            key, rows = json.loads(line)
        except ValueError:  # the last line of a run that was stopped
            continue
        yield key, rows


# ── tables ────────────────────────────────────────────────────────────────────────────────


def rate(hits: int, n: int) -> str:
    """Return a share in per cent with its 95 % interval (Wilson)."""
    if not n:
        return "-"
    low, high = binomtest(hits, n).proportion_ci(method="wilson")
    return f"{100 * hits / n:.3g} % ({100 * low:.1f} to {100 * high:.1f})"


def share_of(part: pl.DataFrame, holds: pl.Expr) -> str:
    """Return the share of rows for which something holds, with its interval."""
    told = part.select(holds.alias("holds"))["holds"].drop_nulls()
    return rate(int(told.sum()), told.len())


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, words: int = 1) -> str:
    """Return a table; the first `words` columns are words, the rest numbers."""
    rule = ["---"] * words + ["---:"] * (len(head) - words)
    lines = [list(head), rule, *([str(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def put_into(page: Path, name: str, text: str) -> None:
    """Put a text between the marks of a page."""
    start, end = f"<!-- {name}: start -->", f"<!-- {name}: end -->"
    before, rest = page.read_text(encoding="utf-8").split(start)
    after = rest.split(end)[1]
    page.write_text(f"{before}{start}\n\n{text}\n{end}{after}", encoding="utf-8")
