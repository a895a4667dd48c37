"""Does the share horizontal cover what was planted, and does random matching keep its size?

    python -m benchmarks.direction_recovery
    python -m benchmarks.direction_recovery --share 0.1   quicker

The first as in docs/explanation/investment-direction.md. Groups have a taste of their own
(deals of one group correlate by 0.2), some in a world with a group that makes a third or half
of all deals, or with five groups. Writes into the page.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.recovering import Row, Trial, put_into, rows_of, share_of, table
from buzzline.investment.direction_matching import matching_of, replicates
from buzzline.investment.direction_shares import clustered_share

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "investment-direction.md"
KEPT = Path(__file__).parents[1] / ".cache" / "direction-recovery"
INDUSTRIES, ALIKE, DRAWS = 8, 0.2, 99
SETTINGS = [
    {"groups": groups, "giant": giant, "own": own}
    for groups, giant in ((60, 0.0), (60, 0.33), (60, 0.5), (5, 0.0))
    for own in (0.0, 0.1, 0.4)
]


def measure(setting: Row, seed: int) -> list[Row]:
    rng = np.random.default_rng([seed, 1])
    group, source, target, truth = deals(rng, **setting)
    found = clustered_share(source == target, group, np.arange(group.size))
    matching = matching_of(group, np.zeros(group.size, dtype=np.int64))
    drawn = replicates(
        lambda buyer: np.array([np.mean(source[buyer] == target)]), matching,
        draws=DRAWS, rng=rng,
    )[:, 0]  # fmt: skip
    has_ends = bool(np.isfinite(found.low))
    return [{
        "covers": bool(found.low <= truth <= found.high) if has_ends else None,
        "width": found.high - found.low if has_ends else None,
        "p": (1 + int((drawn >= found.value - 1e-12).sum())) / (1 + DRAWS),
    }]  # fmt: skip


def deals(rng: np.random.Generator, *, groups: int, giant: float, own: float) -> tuple:
    """Return group, industries of both ends, and the share horizontal to be expected."""
    n = 1 + rng.poisson(4, groups)
    if giant:
        n[0] = round(giant / (1 - giant) * n[1:].sum())
    industry = rng.integers(INDUSTRIES, size=groups)
    taste = rng.dirichlet(np.full(INDUSTRIES, (1 / ALIKE - 1) / INDUSTRIES), groups)
    mean = own
    if own:
        mine = rng.beta(mean * (1 / ALIKE - 1), (1 - mean) * (1 / ALIKE - 1), groups)
    group = np.repeat(np.arange(groups), n)
    pile = np.cumsum(taste, axis=1)
    target = (rng.random(group.size)[:, None] > pile[group]).sum(axis=1)
    if own:
        target = np.where(rng.random(group.size) < mine[group], industry[group], target)
    truth = own + (1 - own) / INDUSTRIES
    return group, industry[group], np.minimum(target, INDUSTRIES - 1), truth


def told(rows: pl.DataFrame) -> str:
    lines = []
    for (groups, giant, own), part in rows.group_by(
        "groups", "giant", "own", maintain_order=True
    ):
        lines.append([
            f"{groups:,}", f"{giant:.0%}", f"{own:.0%}", share_of(part, pl.col("covers")),
            f"{part['width'].mean() or float('nan'):.2f}", share_of(part, pl.col("p") <= 0.05),
        ])  # fmt: skip
    head = ["groups", "deals of the largest", "beyond chance into the own industry",
            "interval covers", "its width", "p at most 0.05"]  # fmt: skip
    n = rows["seed"].n_unique()
    return (
        f"{n:,} worlds a row, deals of one group correlated by {ALIKE:g}, {DRAWS} "
        "matchings.\n\n" + table(head, lines, words=3)
    )


TRIAL = Trial(
    "direction", measure, SETTINGS, 400,
    ("buzzline.investment.direction_shares", "buzzline.investment.direction_matching"), told,
)  # fmt: skip


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--page", type=Path, default=PAGE)
    chosen = parser.parse_args(arguments)
    rows = rows_of(TRIAL, KEPT, share=chosen.share, processes=chosen.processes)
    put_into(chosen.page, "direction", told(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
