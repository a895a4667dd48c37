"""The toy of agent-based frameworks: 10,000 organisations, twenty watched by each in a step.

    python -m benchmarks.abm_peers 10 PYTHON       ten steps; PYTHON has mesa and agentpy

Everybody watches twenty others of a cluster of a hundred, compares twenty categories, and
copies from whoever offers most at a distance not too small nor too large. Ours draws the twenty
anew in every step; all others are handed what ours drew, so that they end at the same numbers
and are spared the draws. Best step of each, in CPU-seconds on one core. Without a Python that
has the peers they are said to be not installed.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from buzzline.kernels.inverted_u import watch_and_copy, watched_by_all

ORGANISATIONS, SIZE, WATCHED, CATEGORIES = 10_000, 100, 20, 20
FURTHEST, RATE = 3.0, 0.1
KEY, STREAM = np.uint64(20_261_122), 31
PEERS = ("mesa", "agentpy")
SCRIPT = Path(__file__).with_name("abm_peer_steps.py")
Step = Callable[[np.ndarray, np.ndarray, int], np.ndarray]


def knowledge_at_start(n: int = ORGANISATIONS) -> np.ndarray:
    return np.random.default_rng(12_345).random((n, CATEGORIES)).astype(np.float32)


def watched_at(step: int, n: int = ORGANISATIONS) -> np.ndarray:
    return watched_by_all(n, SIZE, WATCHED, KEY, STREAM, step)


def in_buzzline(knowledge: np.ndarray, _: np.ndarray, step: int) -> np.ndarray:
    out = np.empty_like(knowledge)
    watch_and_copy(
        knowledge, SIZE, WATCHED, np.float32(FURTHEST), np.float32(RATE), KEY, STREAM, step, out
    )
    return out


def in_numpy(knowledge: np.ndarray, watched: np.ndarray, _: int) -> np.ndarray:
    """As one would write it, five hundred organisations at a time."""
    out = knowledge.copy()
    for first in range(0, len(knowledge), 500):
        own = knowledge[first : first + 500]
        ahead = knowledge[watched[first : first + 500]] - own[:, None, :]
        x = np.sqrt((ahead * ahead).sum(axis=2)) / FURTHEST
        offer = np.where(x < 1, 4 * x * (1 - x), 0) * ahead.max(axis=2)
        row, best = np.arange(len(own)), offer.argmax(axis=1)
        category, much = ahead.argmax(axis=2)[row, best], offer[row, best]
        up = much > 0
        out[first + row[up], category[up]] += RATE * much[up]
    return out


def measured(step: Step, n_steps: int) -> tuple[float, float]:
    """Return organisation-steps a CPU-second in the best step, and the sum of all knowledge."""
    step(knowledge_at_start(), watched_at(0), 0)
    knowledge, taken = knowledge_at_start(), []
    for number in range(n_steps):
        watched = watched_at(number)
        began = time.process_time()
        knowledge = step(knowledge, watched, number)
        taken.append(time.process_time() - began)
    return len(knowledge) / min(taken), float(knowledge.sum(dtype=np.float64))


def in_peer(name: str, n_steps: int, python: str) -> dict[str, float | str]:
    """Return what a peer says: `version`, `rate` and `sum`; or `why` there is nothing."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "knowledge.npy", knowledge_at_start().astype(np.float64))
        watched = np.stack([watched_at(step) for step in range(n_steps)])
        np.save(Path(folder) / "watched.npy", watched)
        done = subprocess.run(
            [python, str(SCRIPT), name, folder], capture_output=True, text=True
        )
    said = (done.stdout.strip() or done.stderr.strip() or "no answer").splitlines()[-1]
    try:
        return dict(json.loads(said))
    except ValueError:
        return {"why": said}


def main(arguments: list[str]) -> int:
    n_steps = int(arguments[0]) if arguments else 10
    python = arguments[1] if len(arguments) > 1 else sys.executable
    print(f"{ORGANISATIONS:,} organisations, {n_steps} steps, {WATCHED} x {CATEGORIES} numbers")
    ours, total = measured(in_buzzline, max(n_steps, 20))
    _, total = measured(in_buzzline, n_steps)
    print(f"buzzline, draws included: {ours:,.0f} organisation-steps a CPU-second, {total:.4f}")
    rate, total = measured(in_numpy, n_steps)
    print(f"numpy {np.__version__}: {rate:,.0f} ({ours / rate:.0f} times slower), {total:.4f}")
    for peer in PEERS:
        found = in_peer(peer, n_steps, python)
        if "why" in found:
            print(f"{peer}: {found['why']}")
            continue
        print(
            f"{peer} {found['version']}: {found['rate']:,.0f} "
            f"({ours / found['rate']:.0f} times slower), {found['sum']:.4f}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
