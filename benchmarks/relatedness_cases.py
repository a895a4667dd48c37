"""Proximity, density and complexity of n places and n / 3 industries, beside others.

    python -m benchmarks.run huge relatedness relatedness_numpy cooccurrence resampled_proximity
    python -m benchmarks.relatedness_cases 3000 PYTHON     beside econcomplex and ecomplexity

The second line runs the peers with the PYTHON that has them (`pip install econcomplex==1.0.1
ecomplexity==0.5.3`); without one it says so. The plants are made up: places and industries of
very different size, and a liking that depends on both.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from buzzline.agglomeration import (
    against_degrees,
    co_occurrence,
    economic_complexity,
    proximity,
    relatedness_density,
    relatedness_of,
)
from buzzline.agglomeration.presence import Presence, Redrawing, present, redrawing

DRAWS = 100
SCRIPT = Path(__file__).with_name("relatedness_peers.py")
PEERS = ("econcomplex", "ecomplexity")


@cache
def plants(n: int) -> np.ndarray:
    """Establishments of n places by n / 3 industries, half of the cells empty."""
    rng = np.random.default_rng(n)
    size, common = rng.lognormal(0, 1.2, n), rng.lognormal(0, 1.0, n // 3)
    liking = np.outer(rng.normal(size=n), np.sort(rng.normal(size=n // 3)))
    expected = np.outer(size, common) * np.exp(0.7 * liking)
    return rng.poisson(expected / expected.mean() * 4).astype(np.float64)


def in_buzzline(n: int) -> Callable[[], object]:
    amount = plants(n)

    def run() -> str:
        flags = present(amount)
        together = co_occurrence(flags)
        density = relatedness_density(flags, relatedness_of(together))
        return answer(density, economic_complexity(flags).eci)

    return run


def in_numpy(n: int) -> Callable[[], object]:
    """As one would write it: matrix products, and all eigenvectors of a symmetric matrix."""
    amount = plants(n)

    def run() -> str:
        share = amount / amount.sum(axis=1, keepdims=True)
        m = (share >= amount.sum(axis=0) / amount.sum()).astype(np.float64)
        together = m.T @ m
        near = together / np.maximum.outer(together.diagonal(), together.diagonal())
        np.fill_diagonal(near, 0)
        density = (m @ near) / near.sum(axis=0)
        d, u = m.sum(axis=1), m.sum(axis=0)
        scaled = m / np.sqrt(d)[:, None] / np.sqrt(u)
        second = np.linalg.eigh(scaled.T @ scaled)[1][:, -2] / np.sqrt(u)
        eci = (m @ second) / d
        eci = (eci - eci.mean()) / eci.std()
        return answer(density, eci if np.corrcoef(eci, d)[0, 1] > 0 else -eci)

    return run


def answer(density: np.ndarray, eci: np.ndarray) -> str:
    return f"{np.nanmean(density):.6f} {eci[0]:.5f}"


def counting(n: int) -> Callable[[], object]:
    flags = present(plants(n))
    return lambda: int(co_occurrence(flags).sum())


def counting_in_numpy(n: int) -> Callable[[], object]:
    flags = present(plants(n)).astype(np.float64)
    return lambda: int((flags.T @ flags).sum())


def testing(n: int) -> Callable[[], object]:
    """Every pair of industries against the null that keeps all degrees."""
    flags = present(plants(n))
    return lambda: int(np.nansum(against_degrees(flags).p < 0.01))


def drawn_again(n: int) -> Redrawing:
    amount = plants(n)
    flags, nothing = present(amount), np.zeros(amount.shape[1])
    return redrawing(
        Presence(flags, amount, np.where(amount > 0, amount, np.nan), nothing, 0, 1.0)
    )


def resampling(n: int) -> Callable[[], object]:
    """Plants of every cell drawn 100 times, and proximity taken each time."""
    again = drawn_again(n)

    def run() -> str:
        rng = np.random.default_rng(1)
        return f"{sum(np.nanmean(proximity(again.draw(rng))) for _ in range(DRAWS)):.6f}"

    return run


def in_peer(name: str, n: int, python: str) -> str:
    """CPU-seconds of a peer and its answer, or why it was not asked."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "plants.npy"
        np.save(table, plants(n))
        done = subprocess.run(
            [python, str(SCRIPT), name, str(table)], capture_output=True, text=True
        )
    said = (done.stdout.strip() or done.stderr.strip() or "no answer").splitlines()
    return said[-1]


_SIZES = {"small": 300, "large": 1_500, "huge": 3_000}
_RUNS = dict.fromkeys(_SIZES, 7)
_FEW = {"small": 5, "large": 3, "huge": 2}

# name, what is counted, sizes, prepare, runs
CASES: tuple[tuple[str, str, Mapping[str, int], Callable[[int], Callable[[], object]],
                   Mapping[str, int]], ...] = (
    ("relatedness", "places", _SIZES, in_buzzline, _RUNS),
    ("relatedness_numpy", "places", _SIZES, in_numpy, _RUNS),
    ("cooccurrence", "places", _SIZES, counting, _RUNS),
    ("cooccurrence_numpy", "places", _SIZES, counting_in_numpy, _RUNS),
    ("degree_null", "places", _SIZES, testing, _RUNS),
    ("resampled_proximity", "places", _SIZES, resampling, _FEW),
)  # fmt: skip


def main(arguments: list[str]) -> int:
    n = int(arguments[0]) if arguments else 300
    python = arguments[1] if len(arguments) > 1 else sys.executable
    print(f"{n:,} places x {n // 3:,} industries: proximity, density, complexity")
    for name, prepare in (("buzzline", in_buzzline), ("numpy", in_numpy)):
        run = prepare(n)
        run()
        taken = []
        for _ in range(5):
            began = time.process_time()
            said = run()
            taken.append(time.process_time() - began)
        print(f"{name}: {np.median(taken):.3f} CPU-seconds, mean density and first ECI {said}")
    for peer in PEERS:
        print(f"{peer}: {in_peer(peer, n, python)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
