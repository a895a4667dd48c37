"""What the simulated economy comes to: turnover, incomes, forgiven failure, people who move.

    python -m benchmarks.economy_simulated               12 paired runs, as in the documentation
    python -m benchmarks.economy_simulated --runs 4      quicker

Writes its tables into docs/explanation/economy-simulated.md, between the marks.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import numpy as np

from benchmarks.recovering import put_into
from buzzline.kernels.moving import arrivals
from buzzline.simulation.beginning import begin
from buzzline.simulation.luck import luck_of
from buzzline.simulation.rules import labour
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.state import State
from buzzline.simulation.stepping import advance
from buzzline.simulation.world import World

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "economy-simulated.md"
SEED, RUNS, YEAR = 1, 12, 4
WORLDS = {
    "8 places of 24, 1 industry": world_of_settings(8, 24, 1, rng=SEED),
    "8 places of 24, 4 industries": world_of_settings(8, 24, 4, rng=SEED),
    "20 places of 60, 4 industries": world_of_settings(20, 60, 4, rng=SEED),
}
SETTLED, LONG = 80, 400  # steps until turnover is steady; a century
WATCHED = 20  # steps after a move in which contacts are counted


def states(world: World, settings: Settings, run: int, steps: int) -> Iterator[State]:
    """Yield the state after each step."""
    luck = luck_of(SEED, run)
    state = begin(world, luck, settings)
    for _ in range(steps):
        advance(state, settings, (), luck)
        yield state


def balance(world: World, settings: Settings, run: int) -> list[float]:
    """Return size, turnover, income and its spread in a century, of one run."""
    exits, entries, at = 0.0, 0.0, []
    for state in states(world, settings, run, LONG):
        exits += state.exits.sum() / world.n
        entries += state.entries.sum() / world.n
        if state.step in (100, 200, LONG):
            at.append(state.member.size / world.n)
    income = state.by_place["income"]
    years = LONG / YEAR
    spread = income.max() / income.min()
    return [
        *at,
        100 * entries / years,
        100 * exits / years,
        spread,
        state.by_place["rent"].mean(),
    ]


def owners(world: World, penalty: float, run: int) -> float:
    """Return how many organisations there are on average, once entry and exit have settled."""
    settings = Settings({"failure_penalty": penalty})
    n = [state.member.size for state in states(world, settings, run, 2 * SETTLED)]
    return float(np.mean(n[SETTLED:]))


def contacts_after_moves(world: World, run: int) -> tuple[float, float]:
    """Return contacts with organisations people moved to, and with their neighbours.

    Of organisations of the place they left, in a step, in the years after the move.
    """
    came: list[np.ndarray] = []

    def seen(to: np.ndarray, birth: np.ndarray, out: np.ndarray) -> int:
        n: int = arrivals(to, birth, out)
        came.append(out.copy())
        return n

    moved: list[tuple[int, int, int, int]] = []
    found = np.zeros(2)
    n = 0
    with patch.object(labour, "arrivals", seen):
        for state in states(world, Settings(), run, SETTLED + WATCHED):
            met = _contacts(state)
            for left, row, birth, step in moved:
                gone = not state.alive[row] or int(state.birth[row]) != birth
                if gone or state.step - step > WATCHED or state.step < SETTLED // 2:
                    continue
                here = state.place[row]
                near = state.member[state.start[here] : state.start[here + 1]]
                near = near[near != row]
                if near.size:
                    found += met[left, row], met[left, near].mean()
                    n += 1
            for row in np.flatnonzero(came[-1] >= 0):
                left = int(state.place[came[-1][row]])
                if left != state.place[row] and state.alive[row]:
                    moved.append((left, int(row), int(state.birth[row]), int(state.step)))
    return float(found[0] / max(n, 1)), float(found[1] / max(n, 1))


def _contacts(state: State) -> np.ndarray:
    """Return how often organisations of each place met each organisation; (r, n)."""
    own = np.repeat(np.arange(state.alive.size), np.diff(state.contact_start))
    other = state.contact[: own.size]
    met = np.zeros((state.start.size - 1, state.alive.size))
    np.add.at(met, (state.place[own[other >= 0]], other[other >= 0]), 1)
    return met


def _interval(values: np.ndarray, digits: int = 2) -> str:
    error = 1.96 * values.std(ddof=1) / np.sqrt(values.size)
    return f"{values.mean():.{digits}f} ± {error:.{digits}f}"


def _ratio_of_sums(pairs: np.ndarray) -> str:
    """Return a ratio of sums with an interval by leaving out one run after the other."""
    n, total = len(pairs), pairs.sum(axis=0)
    left = np.array([(total - one)[0] / (total - one)[1] for one in pairs])
    error = 1.96 * np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum())
    return f"{total[0] / total[1]:.2f} ± {error:.2f}"


def balance_table(runs: int) -> str:
    """Return the table of a century, with defaults and at the ends of what is contested."""
    cases = {
        "defaults": {},
        "learning is all (X4)": {"learning_weight": 1.0},
        "learning is nothing (X4)": {"learning_weight": 0.0},
        "no congestion": {"congestion": 0.0},
        "few seats (X35)": {"market_seats": 1.0, "best_practice_slope": 2.0},
        "no capital constraint (X43)": {"capital_constraint": 0.0},
    }
    head = (
        "| case | after 25 years | 50 | 100 | entries, % a year | exits, % a year | "
        "income, best to worst place | rents |\n|---|---|---|---|---|---|---|---|\n"
    )
    world, lines = WORLDS["8 places of 24, 4 industries"], []
    for name, values in cases.items():
        found = np.array([balance(world, Settings(values), run) for run in range(runs)])
        lines.append(
            f"| {name} | " + " | ".join(_interval(column) for column in found.T) + " |"
        )
    return head + "\n".join(lines)


def failure_table(runs: int) -> str:
    """Return how many organisations there are by how failure is treated."""
    head = "| world | penalty 0.1 | 0.5 | 0.9 | ratio 0.1 to 0.9 |\n|---|---|---|---|---|\n"
    lines = []
    for name, world in WORLDS.items():
        n = np.array([[owners(world, p, run) for p in (0.1, 0.5, 0.9)] for run in range(runs)])
        cells = [*(_interval(column, 0) for column in n.T), _interval(n[:, 0] / n[:, 2])]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return head + "\n".join(lines)


def movers_table(runs: int) -> str:
    """Return how much more the place people left meets those they moved to."""
    head = "| world | contacts in a step | with neighbours | ratio |\n|---|---|---|---|\n"
    lines = []
    for name, world in WORLDS.items():
        pairs = np.array([contacts_after_moves(world, run) for run in range(runs)])
        cells = [*(_interval(column, 3) for column in pairs.T), _ratio_of_sums(pairs)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return head + "\n".join(lines)


def main() -> None:
    """Measure, print, and write the tables into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--only", choices=("balance", "failure", "movers"))
    given = parser.parse_args()
    tables = {"balance": balance_table, "failure": failure_table, "movers": movers_table}
    for name, table in tables.items():
        if given.only in (None, name):
            text = table(given.runs)
            print(text)
            put_into(PAGE, name, text)


if __name__ == "__main__":
    main()
