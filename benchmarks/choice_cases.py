"""Conditional logit of many choices, beside xlogit and a plain NumPy Newton, in one run.

    python -m benchmarks.choice_cases [CASES ALTERNATIVES COLUMNS] [PYTHON]

PYTHON has xlogit (`pip install xlogit`); without one it says so. Every program runs in a fresh
process of its own, reads the same numbers and fits the same effects; its highest memory holds
the numbers too (384 MB of 20,000 x 300 x 8).
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

CASES, ALTERNATIVES, COLUMNS = 20_000, 300, 8


def made_up(folder: Path, cases: int, alternatives: int, columns: int) -> None:
    """Write choices of known effects: columns as rows of alternatives, and the one chosen."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((cases * alternatives, columns))
    worth = (x @ np.linspace(-1, 1, columns)).reshape(cases, alternatives)
    chosen = (worth + rng.gumbel(size=worth.shape)).argmax(axis=1)
    np.save(folder / "x.npy", x)
    np.save(folder / "chosen.npy", chosen)


def in_buzzline(x: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, float]:
    from buzzline.econometrics.choice import fit_choices
    from buzzline.econometrics.choice_cases import Choices

    n, alternatives = chosen.size, x.shape[0] // chosen.size
    names = tuple(f"x{k}" for k in range(x.shape[1]))

    def choices(cases: int) -> Choices:
        start = np.arange(cases + 1) * alternatives
        at = start[:-1] + chosen[:cases]
        return Choices(x[: start[-1]], start, at, names, np.ones(cases), np.empty(0))

    fit_choices(choices(500))  # compiles
    before = time.process_time()
    found = fit_choices(choices(n))
    found.errors()
    return found.beta, time.process_time() - before


def in_numpy(x: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, float]:
    """Newton's method as one would write it, with blocks of cases to save memory."""
    before = time.process_time()
    n, k = chosen.size, x.shape[1]
    cube = x.reshape(n, -1, k)
    beta = np.zeros(k)
    for _ in range(20):
        score, information = np.zeros(k), np.zeros((k, k))
        for first in range(0, n, 1000):
            part = cube[first : first + 1000]
            worth = part @ beta
            share = np.exp(worth - worth.max(axis=1, keepdims=True))
            share /= share.sum(axis=1, keepdims=True)
            mean = np.einsum("nj,njk->nk", share, part)
            score += (part[np.arange(len(part)), chosen[first : first + 1000]] - mean).sum(
                axis=0
            )
            weighted = (part * share[:, :, None]).reshape(-1, k)
            information += weighted.T @ part.reshape(-1, k) - mean.T @ mean
        move = np.linalg.solve(information, score)
        beta += move
        if score @ move < 1e-8:
            break
    return beta, time.process_time() - before


def in_xlogit(x: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, float]:
    from xlogit import MultinomialLogit

    n, k = chosen.size, x.shape[1]
    alternatives = x.shape[0] // n
    y = np.zeros(x.shape[0], dtype=bool)
    y[np.arange(n) * alternatives + chosen] = True
    ids, alts = np.repeat(np.arange(n), alternatives), np.tile(np.arange(alternatives), n)
    before = time.process_time()
    model = MultinomialLogit()
    model.fit(x, y, varnames=[f"x{one}" for one in range(k)], alts=alts, ids=ids, verbose=0)
    return model.coeff_, time.process_time() - before


PROGRAMS = {"buzzline": in_buzzline, "numpy": in_numpy, "xlogit": in_xlogit}


def one(program: str, folder: Path) -> None:
    import resource

    x, chosen = (np.load(folder / f"{name}.npy") for name in ("x", "chosen"))
    beta, cpu = PROGRAMS[program](x, chosen)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    load = os.getloadavg()[0]
    print(f"{program}: {cpu:.2f} CPU-s, {peak:,.0f} MB, effects {beta[0]:.5f} to "
          f"{beta[-1]:.5f} (load {load:.1f})", flush=True)  # fmt: skip


def main(cases: int, alternatives: int, columns: int, python: str = "") -> None:
    print(f"{cases:,} cases x {alternatives} alternatives x {columns}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        made_up(Path(name), cases, alternatives, columns)
        for program in PROGRAMS:
            with_it = python if program == "xlogit" else sys.executable
            if (
                not with_it
                or subprocess.run(
                    [with_it, "-c", f"import {program}"], check=False, capture_output=True
                ).returncode
            ):
                print(f"{program}: not installed", flush=True)
                continue
            subprocess.run([with_it, __file__, program, name], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in PROGRAMS:
        one(sys.argv[1], Path(sys.argv[2]))
    else:
        _sizes = [int(word) for word in sys.argv[1:4]] or [CASES, ALTERNATIVES, COLUMNS]
        main(_sizes[0], _sizes[1], _sizes[2], *sys.argv[4:])
