"""Ties at the start: those of the world, or pipelines by luck where it has none."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Codes
from buzzline.kernels.pipelines_given import give_pipelines
from buzzline.simulation.luck import STREAMS, Luck
from buzzline.simulation.rates import Rates
from buzzline.simulation.state import N_TIES, State


def fill_ties(state: State, rates: Rates, luck: Luck) -> None:
    """Fill the slots at both ends; those trusted most come first where there are many."""
    if state.world.ties:
        _fill_those_there_are(state)
    else:
        _give_pipelines(state, rates, luck)


def _give_pipelines(state: State, rates: Rates, luck: Luck) -> None:
    """Give those that keep pipelines as many as they have meetings for, elsewhere, by luck."""
    here = state.place[: state.world.n]
    time = rates.of("global_share") * rates.of("time_budget")
    most = np.minimum(np.ceil(time / rates.of("cost_global")), N_TIES).astype(np.int32)
    number = np.where(state.keeps_pipelines[: state.world.n], most[here], 0).astype(np.int32)
    give_pipelines(
        luck.key, STREAMS["ties"], state.step, number, rates.of("trust_at_distance")[here],
        state.world.places.region, state.world.places.nation, state.member, state.start,
        state.place, state.birth, state.partner, state.tie_trust, state.tie_scale,
    )  # fmt: skip


def _fill_those_there_are(state: State) -> None:
    given = {name: np.asarray(values) for name, values in state.world.ties.items()}
    back = ~given.get("one_sided", np.zeros(given["source"].size, np.bool_))
    source = np.concatenate([given["source"], given["target"][back]])
    partner = np.concatenate([given["target"], given["source"][back]])
    both = {
        name: np.concatenate([given[name], given[name][back]])
        for name in ("scale", "layer", "trust", "copresent")
    }
    order = np.lexsort((partner, -both["trust"], source))
    slot = _slots(source[order])
    kept = order[slot < N_TIES]
    at = (source[kept], slot[slot < N_TIES])
    state.partner[at] = partner[kept]
    state.tie_trust[at] = both["trust"][kept]
    state.tie_scale[at] = both["scale"][kept]
    state.tie_layer[at] = both["layer"][kept]
    state.tie_copresent[at] = both["copresent"][kept]


def _slots(source: Codes) -> Codes:
    """Return 0, 1, ... within each run of equal sources."""
    _, first, many = np.unique(source, return_index=True, return_counts=True)
    return (np.arange(source.size) - np.repeat(first, many)).astype(np.int32)
