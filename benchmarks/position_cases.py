"""Constraint, brokerage and betweenness of large networks, beside peers, in one run.

    python -m benchmarks.position_cases ORGANISATIONS TIES [PYTHON]

PYTHON has igraph, networkit and networkx (`pip install igraph networkit networkx`); without one
it says so. No peer counts the roles of Gould and Fernandez: beside them stands what a peer does
to find open and closed triads.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from buzzline.arrays import as_codes, as_floats, as_indices
from buzzline.network.brokerage import brokerage_roles
from buzzline.network.network import Network, network_of
from buzzline.network.position import betweenness, constraint_and_size

PEERS = ("igraph", "networkit", "networkx")
SOURCES = 20  # starts of ways for betweenness
GROUPS = 1000


def network(n: int, ties: int, seed: int = 1) -> tuple[np.ndarray, Network]:
    """Return ties, each once, among organisations with few and many, and as a network."""
    rng = np.random.default_rng(seed)
    chance = rng.pareto(2.0, n) + 1
    ends = rng.choice(n, size=(int(ties * 1.05) + 10, 2), p=chance / chance.sum())
    ends = np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1)
    keys = rng.permutation(np.unique(ends[:, 0] * n + ends[:, 1]))[:ties]
    source, target = np.divmod(keys, n)
    ids = pl.Series("org_id", np.arange(n)).cast(pl.String)
    like = Network(
        ids, as_indices(np.zeros(n + 1)), as_codes([]), as_floats([]), ("advice",), "ties",
        is_directed=False,
    )  # fmt: skip
    both = np.concatenate([source, target]), np.concatenate([target, source])
    return np.column_stack([source, target]), network_of(
        ids, both, np.ones(2 * len(source)), like=like
    )


def told(name: str, step, runs: int = 3) -> None:
    step()  # compiles
    walls, cpus = [], []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        answer = step()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    print(f"buzzline {name}: {np.median(walls):.2f} s, {np.median(cpus):.2f} CPU-s, {answer} "
          f"(load {os.getloadavg()[0]:.1f})", flush=True)  # fmt: skip


def main(n: int, ties: int, python: str = "") -> None:
    ends, plain = network(n, ties)
    group = as_codes(np.random.default_rng(2).integers(0, GROUPS, n))
    print(f"{n:,} organisations, {len(ends):,} ties", flush=True)
    told("constraint and effective size",
         lambda: f"mean {np.nanmean(constraint_and_size(plain)[0]):.8f}")  # fmt: skip
    told("five roles of brokers", lambda: f"{brokerage_roles(plain, group).sum():,} pairs")
    told(f"betweenness from {SOURCES}",
         lambda: f"{betweenness(plain, sources=SOURCES, rng=1)[0].sum():.4g}")  # fmt: skip
    script = Path(__file__).with_name("position_peers.py")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ties.npy"
        np.save(path, ends)
        for peer in PEERS if python else ():
            subprocess.run([python, str(script), peer, str(path), str(n)], check=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
