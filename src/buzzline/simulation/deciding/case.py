"""A world in which one disagreement alone decides, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change
from buzzline.simulation.governing import governed
from buzzline.simulation.luck import luck_of
from buzzline.simulation.settings import MINIMAL, Settings
from buzzline.simulation.state import State
from buzzline.simulation.stepping import advance
from buzzline.simulation.switches import SWITCH, Side
from buzzline.simulation.variety import varied
from buzzline.simulation.world import World

# Nothing happens but that organisations meet and sell; a case turns on what it needs.
QUIET = MINIMAL.with_values(
    interactive_learning=0, monitoring=0, innovation=0, trust=0, turbulence=0, forgetting=0,
    pipelines=0, sharing=0, codification=0, new_clusters=0, capital_constraint=0,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A small world, what to look at in it, and what theory says a switch does there.

    Attributes
    ----------
    code : str                   of the switch
    says : str                   what theory says, about this world
    world : callable             () -> World
    outcome : callable           (state, state at the start) -> float
    looked_at : str              the outcome in words
    more : "a" or "b"            under which position there is more of it
    values : dict                parameters of both sides, over `QUIET`; the switch's own win
    changes : tuple of Change    a policy that both sides have, governed by each in its way
    steps : int
    by_construction : bool
        The outcome is what the parameter is defined to do, or nearly: the world shows that the
        switch is connected, and nothing that follows from it.
    """

    code: str
    says: str
    world: Callable[[], World]
    outcome: Callable[[State, State], float]
    looked_at: str
    more: Side
    values: Mapping[str, float] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    steps: int = 12
    by_construction: bool = False


def decided(case: Case, *, runs: int, seed: int) -> tuple[Floats, Floats]:
    """Return the outcome under each position, run by run and with the same luck; (runs,) each.

    Raises
    ------
    InvalidArgument
        No run.
    """
    if runs < 1:
        raise InvalidArgument("switches: at least 1 run is needed (`runs`)")
    a = np.array([_played(case, "a", seed, run) for run in range(runs)])
    b = np.array([_played(case, "b", seed, run) for run in range(runs)])
    return a, b


def _played(case: Case, side: Side, seed: int, run: int) -> float:
    settings: Settings = QUIET.with_values(**{**case.values, **SWITCH[case.code].values(side)})
    world, luck = varied(case.world(), settings), luck_of(seed, run)
    changes = governed(case.changes, world, settings)
    first, state = begin(world, luck, settings), begin(world, luck, settings)
    for _ in range(case.steps):
        advance(state, settings, changes, luck)
    return float(case.outcome(state, first))
