"""Do intervals of deals from cluster to cluster cover, and does chance keep its size?

    python -m benchmarks.deals_recovery
    python -m benchmarks.deals_recovery --share 0.1   quicker

The first as in docs/explanation/ownership.md. Groups come at random, each from one cluster or
from outside, with deals of its own number and taste; in some worlds one group has a third or
half of all deals, or there are five groups. Nothing ties where a group starts to where its
deals land. Writes into the page.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.recovering import Row, Trial, put_into, rows_of, share_of, table
from buzzline.investment.cluster_investment_rows import Matrix, flow_rows, pair_rows
from buzzline.investment.direction_matching import matching_of
from buzzline.progress import silent

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "ownership.md"
KEPT = Path(__file__).parents[1] / ".cache" / "deals-recovery"
CLUSTERS, ALIKE, DRAWS, STOP = 3, 0.2, 99, 0.5
SETTINGS = [
    {"groups": groups, "giant": giant}
    for groups, giant in ((300, 0.0), (60, 0.0), (60, 0.33), (60, 0.5), (5, 0.0))
]


def measure(setting: Row, seed: int) -> list[Row]:
    rng = np.random.default_rng([seed, 2])
    matrix, expected, lands = deals(rng, **setting)
    if not matrix.group.size:
        return []
    rows = pair_rows(matrix, draws=DRAWS, level=0.95, rng=rng, progress=silent)
    own = [None if cell is None else int(cell[1:]) for cell in rows["origin"]]
    other = [None if cell is None else int(cell[1:]) for cell in rows["destination"]]
    found = []
    for row, start, end in zip(rows.iter_rows(named=True), own, other, strict=True):
        if start is None or end is None:
            continue
        truth = expected[start, end]
        found.append({
            "what": "pair", "covers": bool(row["low"] <= truth <= row["high"]),
            "width": float((row["high"] - row["low"]) / truth), "p": row["p"],
        })  # fmt: skip
    flow = flow_rows(matrix, draws=DRAWS, level=0.95, rng=rng).row(0, named=True)
    low, high = flow["low"], flow["high"]
    found.append({
        "what": "flow", "covers": None if low is None else bool(low <= lands <= high),
        "width": None if low is None else high - low, "p": flow["p"],
    })  # fmt: skip
    return found


def deals(rng: np.random.Generator, *, groups: int, giant: float) -> tuple:
    """Return deals as a matrix, the deals to be expected of each pair, and in any cluster."""
    places = CLUSTERS + 1
    n_groups = max(int(rng.poisson(groups)), 2)
    sizes = rng.geometric(STOP, n_groups)
    if giant:
        sizes[0] = max(round(giant / (1 - giant) * sizes[1:].sum()), 1)
    start = rng.choice(places, n_groups, p=_shares(places))
    mean = _shares(places)[::-1]
    taste = rng.dirichlet(mean * (1 / ALIKE - 1), n_groups)
    group = np.repeat(np.arange(n_groups), sizes)
    target = (rng.random(group.size)[:, None] > np.cumsum(taste, axis=1)[group]).sum(axis=1)
    clusters = pl.DataFrame(
        {"cluster_id": [f"c{k}" for k in range(CLUSTERS)], "label": "", "industry": "",
         "longitude": 0.0, "latitude": 0.0}
    )  # fmt: skip
    matrix = Matrix(
        start[group], np.minimum(target, CLUSTERS), group, np.arange(group.size), clusters,
        matching_of(group, np.zeros(group.size, np.int64)),
    )  # fmt: skip
    total = groups / STOP / (1 - giant)
    return matrix, total * np.outer(_shares(places), mean), 1 - mean[CLUSTERS]


def _shares(places: int) -> np.ndarray:
    return np.arange(1, places + 1) / np.arange(1, places + 1).sum()


def told(rows: pl.DataFrame) -> str:
    lines = []
    for (groups, giant, what), part in rows.group_by(
        "groups", "giant", "what", maintain_order=True
    ):
        name = (
            "deals of a pair of clusters" if what == "pair" else "share that lands in clusters"
        )
        lines.append([
            f"{groups:,}", f"{giant:.0%}", name, share_of(part, pl.col("covers")),
            f"{part['width'].median() or float('nan'):.2f}",
            share_of(part, pl.col("p") <= 0.05),
            f"{part['p'].null_count() / part.height:.0%}",
        ])  # fmt: skip
    head = ["groups", "deals of the largest", "of what", "interval covers", "its width",
            "p at most 0.05", "not tested"]  # fmt: skip
    n = rows["seed"].n_unique()
    return (
        f"{n:,} worlds a row, deals of one group correlated by {ALIKE:g}, {DRAWS} matchings. "
        "The width of counts is beside the truth.\n\n" + table(head, lines, words=3)
    )


TRIAL = Trial(
    "deals", measure, SETTINGS, 200,
    ("buzzline.investment.cluster_investment_rows", "buzzline.investment.direction_matching"),
    told,
)  # fmt: skip


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--page", type=Path, default=PAGE)
    chosen = parser.parse_args(arguments)
    rows = rows_of(TRIAL, KEPT, share=chosen.share, processes=chosen.processes)
    put_into(chosen.page, "deals", told(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
