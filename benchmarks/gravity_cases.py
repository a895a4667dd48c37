"""PPML gravity with three sets of effects and dyadic errors, beside bare pyfixest, in one run.

    python -m benchmarks.gravity_cases [PLACES YEARS]      200 places, 25 years: 1,000,000 dyads

Effects of origin by year, destination by year and pair. Bare: `fepois` with its default errors
on a pandas frame. Ours: the same fit from arrays, what it says of rows and separation, errors
of pairs (leaving out places) and in three ways.
"""

import os
import resource
import sys
import time
import warnings

import numpy as np
import pandas as pd
import pyfixest as pf

from buzzline.econometrics.regression import fit_poisson

RUNS = 3


def dyads(places: int, years: int, seed: int = 1) -> pd.DataFrame:
    """Return flows between all places in all years, with their effects."""
    rng = np.random.default_rng(seed)
    i, j, year = (part.ravel() for part in np.indices((places, places, years)))
    at = rng.uniform(0, 1000, (places, 2))
    distance = np.log(10 + np.hypot(*(at[i] - at[j]).T))
    border = (i // 20 != j // 20).astype(float)
    agreed = (rng.random(i.size) < 0.3).astype(float)
    other = rng.normal(size=i.size)
    size = rng.normal(size=(2, places, years)) / 2
    log = (
        2
        - 0.45 * distance
        - 0.3 * border
        + 0.1 * agreed
        + 0.05 * other
        + size[0][i, year]
        + size[1][j, year]
    )
    return pd.DataFrame({
        "flow": rng.poisson(np.exp(log)).astype(float), "agreed": agreed,
        "other": other, "i": i, "j": j, "year": year,
        "from_year": i * years + year, "into_year": j * years + year, "pair": i * places + j,
    })  # fmt: skip


def bare(frame: pd.DataFrame) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return (
            pf.fepois("flow ~ agreed + other | from_year + into_year + pair", frame)
            .coef()
            .to_numpy()
        )


def effects(frame: pd.DataFrame) -> tuple[np.ndarray, ...]:
    return tuple(frame[name].to_numpy() for name in ("from_year", "into_year", "pair"))


def ours(frame: pd.DataFrame) -> np.ndarray:
    columns = frame[["agreed", "other"]].to_numpy()
    i, j = (frame[name].to_numpy() for name in ("i", "j"))
    fit = fit_poisson(frame["flow"].to_numpy(), columns, effects(frame))
    fit.of_pairs((i, j))
    return fit.beta


def with_three_ways(frame: pd.DataFrame) -> np.ndarray:
    columns = frame[["agreed", "other"]].to_numpy()
    i, j, year = (frame[name].to_numpy() for name in ("i", "j", "year"))
    fit = fit_poisson(frame["flow"].to_numpy(), columns, effects(frame))
    fit.of_pairs((i, j))
    fit.in_ways((i, j, year))
    return fit.beta


def main(places: int = 200, years: int = 25) -> None:
    frame = dyads(places, years)
    print(f"{len(frame):,} dyads, {RUNS} runs taken in turns, load {os.getloadavg()[0]:.1f}")
    steps = {"bare pyfixest": bare, "with dyadic errors": ours,
             "with dyadic and three-way errors": with_three_ways}  # fmt: skip
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
    found = {name: step(frame) for name, step in steps.items()}
    for _ in range(RUNS):
        for name, step in steps.items():
            wall, cpu = time.perf_counter(), time.process_time()
            step(frame)
            spent[name].append((time.process_time() - cpu, time.perf_counter() - wall))
    base = np.median([cpu for cpu, _ in spent["bare pyfixest"]])
    for name, times in spent.items():
        cpu, wall = np.median(times, axis=0)
        off = np.abs(found[name] - found["bare pyfixest"]).max()
        print(f"{name}: {cpu:.2f} CPU-s, {wall:.2f} s, {cpu / base:.2f} of bare; coefficients "
              f"off by {off:.1g}")  # fmt: skip
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")


if __name__ == "__main__":
    main(*(int(part) for part in sys.argv[1:]))
