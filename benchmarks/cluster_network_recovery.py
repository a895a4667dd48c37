"""Do hotspots, networks of clusters and hierarchy in groups hold the truth, and their size?

    python -m benchmarks.cluster_network_recovery                 as in the documentation
    python -m benchmarks.cluster_network_recovery --share 0.1     a tenth of the worlds
    python -m benchmarks.cluster_network_recovery hotspots        some of the trials

Made-up deals with known structure. Writes its tables into docs/explanation/cluster-network.md,
between the marks; what was measured is kept under .cache/cluster-network-recovery and used
again as long as the source it depends on is the same.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl
from tests.investment.between_clusters import at_random, dealt
from tests.investment.test_group_hierarchy import grouped

from benchmarks.recovering import Row, Trial, put_into, rows_of, share_of, table
from buzzline.investment.arrival_shares import (
    dealt_by_size,
    foremost_share,
    pair_concentration,
)
from buzzline.investment.cluster_network import cluster_network
from buzzline.investment.group_hierarchy import group_hierarchy

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "cluster-network.md"
KEPT = ROOT / ".cache" / "cluster-network-recovery"
DRAWS = 99
CLUSTERS = 30


# ── hotspots ──────────────────────────────────────────────────────────────────────────────


def hot(setting: Row, seed: int) -> list[Row]:
    """Groups that differ in where they go, about a truth; or go where size says."""
    rng = np.random.default_rng(seed)
    k, n, giants = setting["clusters"], setting["groups"], setting["giants"]
    size = np.random.default_rng(7).gamma(1.0, 20.0, k) + 3
    p = size / size.sum()
    if setting["hotspot"]:
        p = 0.7 * p + 0.3 * (np.arange(k) == 0)
    group, place = [], []
    for g in range(n):
        m = n // max(giants, 1) if g < giants else 1 + rng.poisson(1.0)
        group += [g] * m
        own = rng.dirichlet(p * 8)
        if g < giants:  # a giant goes to few places, many times
            own = (np.arange(k) == rng.choice(k, p=p)).astype(float)
        place += rng.choice(k, m, p=own).tolist()
    groups, places = np.array(group), np.array(place)
    found = pair_concentration(groups, places)
    top, n_top = foremost_share(groups, places, k, rng=seed)
    counts = np.bincount(places, minlength=k)
    named = np.argsort(-counts, kind="stable")[:n_top]
    _, chance = dealt_by_size(groups, places, np.zeros(k, np.int32), size=size, draws=DRAWS,
                              rng=rng)  # fmt: skip
    true = float((p**2).sum())
    return [{
        "held": bool(found.low <= true <= found.high) if found.low == found.low else None,
        "plain": float(((counts / groups.size) ** 2).sum() / true),
        "mended": found.value / true,
        "top_plain": float(counts[named].sum() / groups.size - p[named].sum()),
        "top": top.value - float(p[named].sum()),
        "p": float((1 + (chance >= found.value - 1e-12).sum()) / (1 + DRAWS)),
    }]  # fmt: skip


def hot_told(found: pl.DataFrame) -> str:
    rows = []
    for key, part in found.group_by(
        "groups", "clusters", "giants", "hotspot", maintain_order=True
    ):
        mean = part.mean().row(0, named=True)
        rows.append((
            *key[:3], "yes" if key[3] else "no", part.height,
            share_of(part, pl.col("held")), f"{mean['plain']:.2f}", f"{mean['mended']:.2f}",
            f"{100 * mean['top_plain']:+.1f}", f"{100 * mean['top']:+.1f}",
            share_of(part, pl.col("p") <= 0.05),
        ))  # fmt: skip
    return table(
        ["groups", "clusters", "giants", "hotspot", "worlds", "interval holds it",
         "plain index to truth", "mended to truth", "foremost, plain: points too many",
         "by others' deals", "p at most 0.05"],
        rows, words=4,
    )  # fmt: skip


# ── networks ──────────────────────────────────────────────────────────────────────────────


def shape(setting: Row, seed: int) -> list[Row]:
    """Deals at random among clusters of two industries; or threes that close, and returns."""
    rng = np.random.default_rng(seed)
    deals = at_random(CLUSTERS, setting["deals"], rng)
    if setting["kind"] == "one giant":
        deals = [(9999 if rng.random() < 0.5 else group, a, b) for group, a, b in deals]
    if setting["kind"] == "planted":
        for k in range(setting["deals"] // 6):
            a, b, c = (int(x) for x in rng.integers(10) * 3 + rng.permutation(3))
            start = 10_000 + 4 * k
            deals += [(start, a, b), (start + 1, b, c), (start + 2, a, c), (start + 3, b, a)]
    industries = ("a",) if setting["kind"] == "planted" else ("a", "b")
    study, clustering = dealt(deals, CLUSTERS, industries=industries)
    found = cluster_network(study, clustering, periods=1, draws=DRAWS, rng=seed)
    whole = found.measures.filter(pl.col("period") == "all years")
    return [
        {"measure": row["measure"], "p": row["p"]}
        for row in whole.to_dicts() if row["measure"] in SHOWN
    ]  # fmt: skip


SHOWN = ("clustering", "distance", "assortativity", "shared_sigma", "reciprocity", "feedback")


def shape_told(found: pl.DataFrame) -> str:
    rows = []
    for key, part in found.group_by("kind", "deals", maintain_order=True):
        cells = [share_of(part.filter(pl.col("measure") == name), pl.col("p") <= 0.05)
                 for name in SHOWN]  # fmt: skip
        rows.append((*key, part["seed"].n_unique(), *cells))
    return table(
        ["world", "deals", "worlds", *(name.replace("_", " ") for name in SHOWN)], rows,
        words=1,
    )  # fmt: skip


# ── inside groups ─────────────────────────────────────────────────────────────────────────


def inside(setting: Row, seed: int) -> list[Row]:
    """Groups that differ in how many ties pass their head: 0.5 on average; or at random."""
    rng = np.random.default_rng(seed)
    groups = []
    for _ in range(setting["groups"]):
        n = 8
        every = [(a, b) for a in range(n) for b in range(n) if a != b]
        past = [pair for pair in every if min(pair) > 0]
        heads = [pair for pair in every if min(pair) == 0]
        if setting["kind"] == "at random":
            ties = [every[k] for k in rng.choice(len(every), 10, replace=False)]
        else:
            m = int((rng.random(10) < rng.beta(4, 4)).sum())
            ties = [past[k] for k in rng.choice(len(past), m, replace=False)]
            ties += [heads[k] for k in rng.choice(len(heads), 10 - m, replace=False)]
        groups.append((n, ties))
    found = group_hierarchy(grouped(groups), draws=39, rng=seed).measures
    row, true = found.row(0, named=True), 0.75 if setting["kind"] == "at random" else 0.5
    hierarchy = found.filter(pl.col("measure") == "hierarchy")["p"].drop_nulls()
    return [{
        "held": None if row["low"] is None else bool(row["low"] <= true <= row["high"]),
        "p": row["p"], "beyond": int((hierarchy <= 0.05).sum()), "tested": hierarchy.len(),
    }]  # fmt: skip


def inside_told(found: pl.DataFrame) -> str:
    rows = []
    for key, part in found.group_by("kind", "groups", maintain_order=True):
        share = part["beyond"].sum() / max(part["tested"].sum(), 1)
        rows.append((*key, part.height, share_of(part, pl.col("held")),
                     share_of(part, pl.col("p") <= 0.05), f"{share:.1%}"))  # fmt: skip
    return table(
        ["ties", "groups", "worlds", "interval holds it", "p at most 0.05",
         "hierarchy of single groups: p at most 0.05"], rows, words=1,
    )  # fmt: skip


HOT = [
    {"groups": 20, "clusters": 12, "giants": 0, "hotspot": False},
    {"groups": 80, "clusters": 40, "giants": 0, "hotspot": False},
    {"groups": 80, "clusters": 40, "giants": 2, "hotspot": False},
    {"groups": 80, "clusters": 40, "giants": 0, "hotspot": True},
]
SHAPES = [
    {"kind": "at random", "deals": 100},
    {"kind": "at random", "deals": 240},
    {"kind": "one giant", "deals": 200},
    {"kind": "planted", "deals": 100},
]
INSIDE = [
    {"kind": kind, "groups": groups}
    for kind in ("at random", "half past")
    for groups in (5, 20)
]
STAGE = "buzzline.investment."
TRIALS = {
    trial.name: trial
    for trial in (
        Trial("hotspots", hot, HOT, 500, (STAGE + "arrival_shares",), hot_told),
        Trial("networks", shape, SHAPES, 200, (STAGE + "cluster_network",), shape_told),
        Trial("inside", inside, INSIDE, 100, (STAGE + "group_hierarchy",), inside_told),
    )
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trials", nargs="*", help=f"of {', '.join(TRIALS)}; none: all")
    parser.add_argument("--share", type=float, default=1.0, help="of the worlds, 0 to 1")
    parser.add_argument("--processes", type=int, default=2)
    choice = parser.parse_args(arguments)
    for name in choice.trials or TRIALS:
        trial = TRIALS[name]
        found = rows_of(trial, KEPT, share=choice.share, processes=choice.processes)
        text = trial.told(found)
        print(f"\n{name}\n\n{text}", flush=True)
        put_into(PAGE, name, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
