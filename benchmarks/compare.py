"""Was a change faster? The ratio of medians with its bootstrap interval.

    python -m benchmarks.compare A B

A and B are history files, or commits as the history names them (a prefix is enough). Cases that
both hold are compared by the newest line of each.
"""

import sys
from pathlib import Path

import numpy as np

from benchmarks.results import lines, newest

DRAWS = 9_999
LEVEL = 0.95


def ratio(before: list[float], after: list[float], seed: int = 1) -> tuple[float, float, float]:
    """Median after / median before, with the percentile interval of resampled runs.

    With five runs a side the interval is rough: read it as "clearly" or "not clearly".
    """
    rng = np.random.default_rng(seed)
    draws = [
        np.median(rng.choice(runs, size=(DRAWS, len(runs))), axis=1)
        for runs in (np.asarray(after), np.asarray(before))
    ]
    low, high = np.quantile(draws[0] / draws[1], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(np.median(after) / np.median(before)), float(low), float(high)


def held_by(name: str) -> dict[tuple[str, int], dict]:
    if Path(name).is_file():
        return newest(lines(Path(name)))
    found = newest(line for line in lines() if line["commit"].startswith(name))
    if not found:
        raise SystemExit(
            f"compare: no history file and no commit in the history is called {name!r}"
        )
    return found


def compared(before: dict, after: dict) -> list[str]:
    rows = ["case | n | before s | after s | ratio | 95 % interval | verdict | peak MB"]
    for name, n in sorted(before.keys() & after.keys()):
        one, other = before[name, n], after[name, n]
        value, low, high = ratio(one["runs_s"], other["runs_s"])
        verdict = "faster" if high < 1 else "slower" if low > 1 else "no clear change"
        cells = [
            name, f"{n:,}", f"{one['median_s']:.3g}", f"{other['median_s']:.3g}",
            f"{value:.2f}", f"{low:.2f} to {high:.2f}", verdict,
            f"{one['peak_mb']:,.0f} to {other['peak_mb']:,.0f}",
        ]  # fmt: skip
        rows.append(" | ".join(cells))
    return rows


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    print("\n".join(compared(held_by(sys.argv[1]), held_by(sys.argv[2]))))
