"""What an observer of a simulated world sees at one moment: who is there, tied to whom.

Organisations are known by their birth, never by their row, as rows are used again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices
from buzzline.quantities import Count
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change
from buzzline.simulation.luck import luck_of
from buzzline.simulation.settings import Settings
from buzzline.simulation.state import State
from buzzline.simulation.stepping import advance
from buzzline.simulation.world import World


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A world at one moment.

    Attributes
    ----------
    step : int
    birth, parent : (n,) uint64        parent 0: none
    born, origin : (n,) int32          step of birth; row of `World.ids`, -1 for newcomers
    place, industry, owner : (n,) int32
    is_university, is_service : (n,) bool
    jobs, output, profit : (n,) float64
    knowledge : (n, k) float32
    tie_source, tie_target : (m,) uint64       births; each pair and layer once
    tie_layer, tie_scale : (m,) uint8
    tie_trust : (m,) float64 [share]
    tie_begun : (m,) int64 [step]
    tie_copresent : (m,) bool
    tie_one_sided : (m,) bool                  only the source keeps it
    met_source, met_target : (l,) uint64       pairs whom chance brought together in this step
    met_n : (l,) int64                         how often
    by_place : dict of (r,) float64
    """

    step: int
    birth: np.ndarray
    parent: np.ndarray
    born: Codes
    origin: Codes
    place: Codes
    industry: Codes
    owner: Codes
    is_university: Flags
    is_service: Flags
    jobs: Floats
    output: Floats
    profit: Floats
    knowledge: Floats
    tie_source: np.ndarray
    tie_target: np.ndarray
    tie_layer: np.ndarray
    tie_scale: np.ndarray
    tie_trust: Floats
    tie_begun: Indices
    tie_copresent: Flags
    tie_one_sided: Flags
    met_source: np.ndarray
    met_target: np.ndarray
    met_n: Indices
    by_place: Mapping[str, Floats]


def sight(state: State) -> Sighting:
    """Return what there is to see of a state; nothing is shared with it."""
    rows = np.flatnonzero(state.alive)
    rows = rows[np.argsort(state.birth[rows], kind="stable")]
    return Sighting(
        step=state.step,
        birth=state.birth[rows], parent=state.parent[rows], born=state.born[rows],
        origin=state.origin[rows], place=state.place[rows], industry=state.industry[rows],
        owner=state.owner[rows], is_university=state.is_university[rows],
        is_service=state.is_service[rows], jobs=state.size[rows].astype(np.float64),
        output=state.output[rows].astype(np.float64),
        profit=state.profit[rows].astype(np.float64), knowledge=state.knowledge[rows],
        **_ties(state, rows), **_met(state),
        by_place={
            name: np.array(values, dtype=np.float64)
            for name, values in {
                **state.by_place, "entries": state.entries, "exits": state.exits,
                "spin_offs": state.spin_offs, "moves": state.moves,
            }.items()
        },
    )  # fmt: skip


def watch(
    world: World,
    *,
    settings: Settings | None = None,
    changes: Sequence[Change] = (),
    steps: Count = 40,
    every: Count = 4,
    rng: Seed = None,
) -> tuple[Sighting, ...]:
    """Run a world once, and look at it at the start, every few steps and at the end.

    Parameters
    ----------
    world : World
    settings : Settings or None
        None: those of the world.
    changes : sequence of Change
    steps, every : count
    rng : Generator, int or None

    Examples
    --------
    >>> from buzzline.simulation.starting import world_of_settings
    >>> [seen.step for seen in watch(world_of_settings(2, 5, rng=1), steps=6, rng=1)]
    [0, 4, 6]
    """
    luck, chosen = luck_of(seed_of(rng), 0), settings or world.settings
    state = begin(world, luck, chosen)
    seen = [sight(state)]
    for step in range(1, steps + 1):
        advance(state, chosen, changes, luck)
        if step % every == 0 or step == steps:
            seen.append(sight(state))
    return tuple(seen)


def _ties(state: State, rows: Indices) -> dict[str, np.ndarray]:
    partner = state.partner[rows]
    there = (partner >= 0) & state.alive[np.maximum(partner, 0)]
    at, slot = np.nonzero(there)
    row = rows[at]
    ends = np.sort(np.column_stack([state.birth[row], state.birth[partner[at, slot]]]), axis=1)
    layer = state.tie_layer[row, slot]
    key = np.empty(row.size, [("one", "u8"), ("other", "u8"), ("layer", "u1")])
    key["one"], key["other"], key["layer"] = ends[:, 0], ends[:, 1], layer
    pair, first, number = np.unique(key, return_index=True, return_inverse=True)
    age = np.zeros(pair.size, np.int64)
    np.maximum.at(age, number, state.tie_age[row, slot])
    n = np.bincount(number, minlength=pair.size)
    owner, other = state.birth[row][first], state.birth[partner[at, slot]][first]
    one_sided = n == 1
    trust = np.bincount(number, state.tie_trust[row, slot], pair.size) / np.maximum(n, 1)
    return {
        "tie_source": np.where(one_sided, owner, pair["one"]),
        "tie_target": np.where(one_sided, other, pair["other"]),
        "tie_one_sided": one_sided, "tie_layer": pair["layer"],
        "tie_scale": state.tie_scale[row, slot][first], "tie_trust": trust,
        "tie_begun": state.step - age, "tie_copresent": state.tie_copresent[row, slot][first],
    }  # fmt: skip


def _met(state: State) -> dict[str, np.ndarray]:
    """Return pairs that met without a tie, and how often."""
    by_chance = (state.contact >= 0) & (state.contact_slot < 0)
    length = np.diff(state.contact_start)
    one = np.repeat(np.arange(length.size), length)[by_chance[: int(length.sum())]]
    other = state.contact[: int(length.sum())][by_chance[: int(length.sum())]]
    both = state.alive[one] & state.alive[other]
    ends = np.sort(np.column_stack([state.birth[one[both]], state.birth[other[both]]]), axis=1)
    pairs, n = np.unique(ends, axis=0, return_counts=True)
    return {"met_source": pairs[:, 0], "met_target": pairs[:, 1], "met_n": n}
