"""Ripley's K and Marcon and Puech's M with their draws, beside spatstat, dbmss and scipy.

    python -m benchmarks.run large ripley_draws ripley_draws_scipy m_draws m_density_curve
    python -m benchmarks.distance_functions_cases 10000     in one run, with R where it is there

Points are even on a square; K and M are read at 50 distances up to a quarter of its side, where
spatstat stops by default. Draws: 100 patterns of as many points for K, 100 relabellings of a
tenth of the points for M.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from buzzline.agglomeration import lang_m, ripley_k
from buzzline.agglomeration.relative import local_shares, roles_of, summed_up
from buzzline.agglomeration.ripley_curves import pairs_within
from buzzline.space.points import Points, on_plane
from buzzline.space.standing import standing
from buzzline.space.threads import spread
from buzzline.space.windows import rectangle

DRAWS, DISTANCES = 100, 50
SCRIPT = Path(__file__).with_name("distance_functions_peers.R")
KM = np.linspace(0, 0.25, DISTANCES + 1)[1:]


def patterns(n: int, draws: int = DRAWS) -> Iterator[np.ndarray]:
    """Even points of the unit square: (n, 2), the same for every peer."""
    for draw in range(draws):
        yield np.random.default_rng([n, draw]).random((n, 2))


def scattered(n: int) -> Points:
    xy = next(patterns(n, 1))
    return on_plane(xy[:, 0], xy[:, 1])


def k_draws(n: int) -> Callable[[], object]:
    def counted(xy: np.ndarray) -> np.ndarray:
        points = on_plane(xy[:, 0], xy[:, 1])
        return pairs_within(standing(points, KM), np.arange(n))

    return lambda: int(sum(pairs.sum() for pairs in spread(counted, patterns(n))))


def k_draws_in_scipy(n: int) -> Callable[[], object]:
    from scipy.spatial import cKDTree

    def run() -> int:
        total = 0
        for xy in patterns(n):
            tree = cKDTree(xy)
            total += int(((tree.count_neighbors(tree, KM) - n) // 2).sum())
        return total

    return run


def border(n: int) -> Callable[[], object]:
    points, square = scattered(n), rectangle((0, 1), (0, 1))
    return lambda: round(float(ripley_k(points, KM, square, correction="border").sum()), 9)


def is_industry(n: int, draw: int) -> np.ndarray:
    flags = np.zeros(n, np.bool_)
    flags[np.random.default_rng([n, draw, 1]).choice(n, n // 10, replace=False)] = True
    return flags


def m_draws(n: int) -> Callable[[], object]:
    points = scattered(n)

    def run() -> float:
        counted = standing(points, KM)
        around = counted.everywhere(counted.at_places(np.ones(n)))

        def curve(draw: int) -> np.ndarray:
            roles = roles_of(n, is_industry(n, draw))
            return summed_up(local_shares(counted, roles, around), roles.overall())

        return round(float(sum(m.sum() for m in spread(curve, range(DRAWS)))), 9)

    return run


def m_density_curve(n: int) -> Callable[[], object]:
    points, flags = scattered(n), is_industry(n, 0)
    return lambda: round(float(lang_m(points, flags, KM).sum()), 9)


def in_r(peer: str, n: int) -> str:
    """CPU-seconds that an R package takes, or why it was not asked."""
    try:
        done = subprocess.run(
            ["Rscript", str(SCRIPT), peer, str(n)], capture_output=True, text=True
        )
    except FileNotFoundError:
        return "R is not installed"
    return (done.stdout.strip() or done.stderr.strip() or "no answer").splitlines()[-1]


_SIZES = {"small": 1_000, "large": 10_000, "huge": 100_000}
_FEW = {"small": 5, "large": 3, "huge": 1}
_NOT_HUGE = {"small": 1_000, "large": 10_000}

# name, what is counted, sizes, prepare, runs
CASES: tuple[tuple[str, str, Mapping[str, int], Callable[[int], Callable[[], object]],
                   Mapping[str, int]], ...] = (
    ("ripley_draws", "points", _SIZES, k_draws, _FEW),
    ("ripley_draws_scipy", "points", _NOT_HUGE, k_draws_in_scipy, {"small": 3, "large": 1}),
    ("ripley_border", "points", _SIZES, border, _FEW),
    ("m_draws", "points", _SIZES, m_draws, _FEW),
    ("m_density_curve", "points", _SIZES, m_density_curve, _FEW),
)  # fmt: skip

PEERS = {  # of R: what it is asked for
    "ripley_draws": "spatstat_draws",
    "ripley_border": "spatstat_border",
    "m_draws": "dbmss_draws",
    "m_density_curve": "dbmss_density",
}


def main(arguments: list[str]) -> int:
    n = int(arguments[0]) if arguments else 1_000
    for name, _, _, prepare, _ in CASES:
        run = prepare(n)
        run()
        began, wall = time.process_time(), time.perf_counter()
        said = run()
        took = f"{time.process_time() - began:.3f} CPU-seconds"
        print(f"{name}: {took}, {time.perf_counter() - wall:.3f} s, {said}", flush=True)
        if name in PEERS:
            print(f"  {PEERS[name]}: {in_r(PEERS[name], n)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
