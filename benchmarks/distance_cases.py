"""K-density: one curve, and its global band of 1,000 draws from ten times as many sites.

    python -m benchmarks.run small large huge kdensity_band kdensity_curve
    python -m benchmarks.distance_cases 1000        beside R: dbmss where it is installed

Sites stand in towns of unequal size on a plane. A case and its peers return the density at a
tenth of the reach in units of 1e-6 [1/km], to two digits.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from buzzline.agglomeration.simulated_curves import (
    ground_of,
    observed_curve,
    quicker_plan,
    simulated_curves,
)
from buzzline.envelopes import curve_band, global_p
from buzzline.space.points import on_plane

DRAWS, REACH_KM, STEPS = 1_000, 300.0, 200
TEN_TIMES = 10
SCRIPT = Path(__file__).with_name("distance_peers.R")


def sites(n: int) -> np.ndarray:
    """(n, 2) coordinates [km]: two thirds around 200 towns, one third anywhere."""
    rng = np.random.default_rng(n)
    centres, size = rng.random((200, 2)) * 1000, rng.lognormal(sigma=1, size=200)
    towns = centres[rng.choice(200, n, p=size / size.sum())] + rng.normal(size=(n, 2)) * 10
    return np.where(rng.random((n, 1)) < 1 / 3, rng.random((n, 2)) * 1000, towns)


def answer(at_a_tenth: float) -> float:
    return float(f"{1e6 * at_a_tenth:.2g}")


def curve(engine: str, n: int) -> Callable[[], object]:
    """One curve of n sites, every pair counted ("pairs") or by Fourier transform ("grid")."""
    points = on_plane(*sites(n).T)
    ground = ground_of(points, np.linspace(0, REACH_KM, STEPS + 1))
    rows = np.arange(n)
    plan = quicker_plan(ground, rows, n) if engine == "grid" else None
    return lambda: answer(observed_curve(ground, rows, plan).value[STEPS // 10])


def curve_in_scipy(n: int) -> Callable[[], object]:
    """As one would write it: all distances, Silverman's rule, a Gaussian over a histogram."""
    from scipy.ndimage import gaussian_filter1d
    from scipy.spatial.distance import pdist

    xy = sites(n)

    def run() -> float:
        km = pdist(xy)
        near = km[km <= 2 * REACH_KM]
        quarter, three = np.quantile(near, [0.25, 0.75])
        bandwidth = 0.9 * min(near.std(ddof=1), (three - quarter) / 1.34) * near.size**-0.2
        width = bandwidth / 32
        counts = np.bincount((km / width).astype(np.int64)).astype(float)
        density = gaussian_filter1d(counts, 32, mode="reflect", truncate=6)
        return answer(density[int(REACH_KM / 10 / width)] / width / km.size)

    return run


def band(n: int) -> Callable[[], object]:
    """A global band: n of 10 n sites, 1,000 draws, and the p-value of the first n."""
    points = on_plane(*sites(TEN_TIMES * n).T)
    ground = ground_of(points, np.linspace(0, REACH_KM, STEPS + 1))
    rows, pool = np.arange(n), np.arange(TEN_TIMES * n)

    def run() -> float:
        observed = observed_curve(ground, rows, quicker_plan(ground, rows, n))
        plan = quicker_plan(ground, pool, n)
        dealt = simulated_curves(ground, rows, pool, draws=DRAWS, seed=(1, "a"), plan=plan)
        value = np.vstack([one.value for one in dealt])
        curve_band(value, observed=observed.value)
        global_p(observed.value, value)
        return answer(observed.value[STEPS // 10])

    return run


# name, what is counted, sizes, how it is prepared, warm runs
CASES = (
    ("kdensity_curve", "sites", {"small": 1_000, "large": 10_000, "huge": 100_000},
     partial(curve, "pairs"), {"small": 9, "large": 5, "huge": 3}),
    ("kdensity_curve_grid", "sites", {"large": 10_000, "huge": 100_000},
     partial(curve, "grid"), {"large": 5, "huge": 5}),
    ("kdensity_curve_scipy", "sites", {"small": 1_000, "large": 10_000}, curve_in_scipy,
     {"small": 5, "large": 3}),
    ("kdensity_band", "sites", {"small": 1_000, "large": 10_000, "huge": 100_000}, band,
     {"small": 3, "large": 2, "huge": 1}),
    ("kdensity_band_million", "sites", {"huge": 1_000_000}, band, {"huge": 1}),
)  # fmt: skip


def beside_r(n: int) -> None:
    """Print seconds of one curve: ours, and those of R, on the same sites."""
    ours = curve("pairs", n)
    ours()
    cpu, wall = time.process_time(), time.perf_counter()
    found = ours()
    print(f"buzzline {time.process_time() - cpu:.4f} CPU-s, "
          f"{time.perf_counter() - wall:.4f} s, answer {found}")  # fmt: skip
    if shutil.which("Rscript") is None:
        print("R is not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sites.csv"
        np.savetxt(path, sites(n), delimiter=",", header="x,y", comments="")
        for package in ("dbmss", "base"):
            words = ["Rscript", str(SCRIPT), package, str(path), str(REACH_KM)]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            print(done.stdout.strip() or done.stderr.strip())


if __name__ == "__main__":
    beside_r(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
