"""Experiment 14: how do ways of doing things emerge, and what makes them local?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats
from buzzline.kernels.luck import uniform
from buzzline.policy.experiments.design import (
    Case,
    Contrast,
    Experiment,
    Outcome,
    Playing,
    Size,
)
from buzzline.policy.experiments.following import distance_left, followed, locality
from buzzline.policy.experiments.outcomes import not_recorded
from buzzline.simulation.luck import STREAMS, Luck
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.state import State
from buzzline.simulation.world import World

PIONEERS = 0.25  # of the usual number of organisations, in an empty valley
OLD_WAY = 1.0  # of incumbents, all alike; pioneers have none


@dataclass(frozen=True, slots=True)
class Valley:
    """A place of pioneers, or one that is full, among places that are full.

    Attributes
    ----------
    share : float       of the usual number of organisations
    """

    share: float

    def __call__(self, size: Size, seed: int) -> World:
        """Return the world."""
        here = max(2, round(self.share * size.organisations))
        others = [size.organisations] * (size.places - 1)
        return world_of_settings(size.places, [here, *others], focal=(0,), rng=seed)


LOCAL = Outcome(
    "locality", "share of differences in conventions between places", "share", not_recorded,
    0.02, 0,
)  # fmt: skip
OWN = Outcome(
    "own_way", "distance of the valley's way from that of all others", "distance", not_recorded,
    0.02, 0,
)  # fmt: skip


def _scattered(state: State, luck: Luck) -> None:
    """Let everybody begin with a way of its own: no place has one."""
    for row in np.flatnonzero(state.alive):
        for d in range(state.conventions.shape[1]):
            lot = uniform(luck.key, STREAMS["shocks"], 0, state.birth[row], d)
            state.conventions[row, d] = 2 * lot - 1


def emerged(case: Case, how: Playing) -> Mapping[str, Floats]:
    """Return how local conventions are at the end, and how far the valley lies off."""

    def first(state: State, luck: Luck) -> None:
        _scattered(state, luck)
        if case.levels["incumbents"] == "an old way":
            state.conventions[state.place != 0] = OLD_WAY

    looks = {"locality": locality, "own_way": distance_left}
    return followed(case, how, first=first, looks=looks)


def _case(name: str, title: str, *, share: float = 1.0, incumbents: str = "none",
          **settings: float) -> Case:  # fmt: skip
    levels: dict[str, str | float] = {"incumbents": incumbents, "valley": share}
    return Case(name, title, Valley(share), settings=settings, levels=levels | settings)


CASES = (
    _case("scattered", "nobody has a way, usual meetings"),
    _case("apart", "nobody learns ways from others", being_there=0.0),
    _case("open", "most time is spent far away", global_share=0.8),
    _case("networks", "partners anywhere count as neighbours do", convention_of_network=1.0),
    _case("industries", "what is usual in the industry pulls", convention_of_industry=1.0),
    _case("pioneers", "an almost empty valley", share=PIONEERS),
    _case("old_ways", "incumbents elsewhere hold an old way", incumbents="an old way"),
    _case("pioneers_old", "pioneers among incumbents", share=PIONEERS, incumbents="an old way"),
)


def _less(name: str, asks: str, source: str, *, base: str = "scattered",
          outcome: str = "locality") -> Contrast:  # fmt: skip
    return Contrast(
        f"{name}_{outcome}", asks, {name: 1, base: -1}, outcome, "below" if source else "open",
        source,
    )  # fmt: skip


EMERGENCE = Experiment(
    number="14",
    name="emergence",
    question="How do ways of doing things emerge, and what makes them local?",
    design=(
        "Everybody begins with a way of its own, none is a place's. Who meets grows alike. "
        "Cases without that, with most time spent far away, with the pull of partners anywhere "
        "or of the industry everywhere; an almost empty valley; and incumbents elsewhere who "
        "hold an old way."
    ),
    rule=(
        "Ways have become local if most differences lie between places at the end; what makes "
        "them so is what they are not without. Incumbents matter if the valley ends nearer "
        "to others with them."
    ),
    cases=CASES,
    outcomes=(LOCAL, OWN),
    contrasts=(
        _less("apart", "Are ways less local where nobody learns them by being there?",
              "Gertler (4.43)"),
        _less("open", "Are they less local where most time is spent far away?",
              "Markusen (4.36)"),
        _less("networks", "Are they less local where partners anywhere count?",
              "Lorenzen (4.42)"),
        _less("industries", "Are they less local where the industry's way pulls?",
              "Wolfe (4.42)"),
        _less("pioneers", "Is a way of its own less far off in an almost empty valley?", "",
              outcome="own_way"),
        _less("pioneers_old", "The same among incumbents with an old way?", "", base="old_ways",
              outcome="own_way"),
    ),
    limits=(
        "Nobody fights for a way: incumbents hold theirs by number alone, power over "
        "institutions (K16) is apart. That a valley without incumbents is free to build its "
        "own (4.99) can only be seen here as distance."
    ),
    source="Concept map 4.39, 4.42, 4.43, 4.99; rule K7, switch X12.",
    play=emerged,
)  # fmt: skip
