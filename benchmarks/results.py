"""The newest line of every case as one small table: `RESULTS.md`.

python -m benchmarks.results
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
HISTORY = HERE / "history"
RESULTS = HERE / "RESULTS.md"

HEAD = """# What things take

Written by `python -m benchmarks.run` from the newest line of each case in `history/`; change
nothing here by hand. Median of the warm runs with the fastest and the slowest, the first call
apart (compilation and cold caches), processor time of all cores, resident memory before the
first call and at its highest (of a command: with its children), the load of the machine when
the case ended (above the number of cores, distrust wall times), and the commit measured.

"""
COLUMNS = ("case", "n", "median s", "fastest to slowest", "runs", "first s", "CPU s",
           "MB before", "peak MB", "load", "commit")  # fmt: skip


def lines(source: Path = HISTORY) -> list[dict]:
    """Every line of one history file, or of all, oldest first."""
    files = sorted(source.glob("*.jsonl")) if source.is_dir() else [source]
    return [
        json.loads(text) for file in files for text in file.read_text().splitlines() if text
    ]


def newest(among: Iterable[dict]) -> dict[tuple[str, int], dict]:
    """The last line of each case and n."""
    return {(line["case"], line["n"]): line for line in among}


def write_results(source: Path = HISTORY, target: Path = RESULTS) -> None:
    latest = newest(lines(source))
    rows = [_row(latest[key]) for key in sorted(latest)]
    head = [_cells(COLUMNS), _cells(["---:"] * len(COLUMNS))]
    target.write_text(HEAD + "\n".join(head + rows) + "\n" + _machines(latest.values()))


def _row(line: dict) -> str:
    runs, cpu = line["runs_s"], sorted(line["cpu_s"])
    cells = [
        line["case"], f"{line['n']:,} {line['counts']}", f"{line['median_s']:.3g}",
        f"{min(runs):.3g} to {max(runs):.3g}", str(len(runs)), f"{line['first_s']:.3g}",
        f"{cpu[len(cpu) // 2]:.3g}", f"{line['start_mb']:,.0f}", f"{line['peak_mb']:,.0f}",
        f"{line['load']:.1f}", line["commit"],
    ]  # fmt: skip
    return _cells(cells)


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _machines(latest: Iterable[dict]) -> str:
    told = sorted(
        {
            f"{line['machine']['processor']}, {line['machine']['cores']} cores, "
            f"{line['machine']['memory_gb']} GB, {line['threads']} threads, "
            f"Python {line['versions']['python']}"
            for line in latest
        }
    )
    return "\nMeasured on: " + "; ".join(told) + ".\n" if told else ""


if __name__ == "__main__":
    write_results()
