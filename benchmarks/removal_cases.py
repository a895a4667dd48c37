"""Removal curves of large networks, beside networkit and igraph, in one run.

    python -m benchmarks.removal_cases ORGANISATIONS TIES [PYTHON]

PYTHON has networkit and igraph (`pip install networkit igraph`); without one it says so. Ours
gives the largest component after each single removal, theirs at twenty points; all agree there.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.removal_peers import POINTS
from buzzline.arrays import as_codes, as_indices
from buzzline.kernels.removal_curves import attack_order, largest_left
from buzzline.network import removal_curve

PEERS = ("networkit", "igraph")


def network(n: int, ties: int, seed: int = 1) -> tuple[np.ndarray, ...]:
    """Return ties among organisations with few and many of them, each once, and their rows."""
    rng = np.random.default_rng(seed)
    chance = rng.pareto(2.0, n) + 1
    chance /= chance.sum()
    ends = rng.choice(n, size=(int(ties * 1.05) + 10, 2), p=chance)
    ends = np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1)
    keys = np.unique(ends[:, 0] * n + ends[:, 1])
    keys = rng.permutation(keys)[:ties]
    source, target = np.divmod(keys, n)
    both = np.concatenate([source, target]), np.concatenate([target, source])
    order = np.argsort(both[0] * n + both[1])
    start = np.append(0, np.cumsum(np.bincount(both[0], minlength=n)))
    return source, target, as_indices(start), as_codes(both[1][order])


def told(name: str, step, runs: int = 3):
    step()  # compiles
    walls, cpus = [], []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        answer = step()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    print(f"{name}: {np.median(walls):.2f} s, {np.median(cpus):.2f} CPU-s, {answer} "
          f"(load {os.getloadavg()[0]:.1f})", flush=True)  # fmt: skip


def main(n: int, ties: int, python: str = "") -> None:
    source, target, start, to = network(n, ties)
    shuffled = as_indices(np.random.default_rng(2).permutation(n))
    at = np.linspace(0, n, POINTS, endpoint=False).astype(int)
    print(f"{n:,} organisations, {source.size:,} ties", flush=True)
    told("attack order", lambda: int(attack_order(start, to, shuffled)[0]))
    order = attack_order(start, to, shuffled)
    told(f"curve under attack, all {n:,} points",
         lambda: int(largest_left(start, to, order)[at].sum()))  # fmt: skip
    told(f"curve at random, all {n:,} points",
         lambda: int(largest_left(start, to, shuffled)[at].sum()))  # fmt: skip
    told("one attack and nine random orders",
         lambda: round(removal_curve(start, to, draws=9, attacks=1, rng=1).robustness, 5),
         runs=1)  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"highest memory {peak:,.0f} MB", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, sequence in (("attack", order), ("random", shuffled)):
            path = Path(folder) / f"{name}.npz"
            np.savez(path, source=source, target=target, order=sequence)
            for peer in PEERS:
                print(f"{name}, ", end="", flush=True)
                _peer(peer, path, python)


def _peer(peer: str, path: Path, python: str) -> None:
    if not python:
        print(f"{peer}: not installed here; give a PYTHON that has it", flush=True)
        return
    script = Path(__file__).with_name("removal_peers.py")
    ran = subprocess.run([python, str(script), peer, str(path)], text=True, capture_output=True)
    print(ran.stdout.strip() or f"{peer}: {ran.stderr.strip().splitlines()[-1]}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:4])
