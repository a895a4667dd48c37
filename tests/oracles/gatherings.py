"""Gatherings the slow way: one who goes, one who is met, one sentence at a time."""

import math

import numpy as np
from tests.oracles.pipelines import scale_between

from buzzline.kernels.luck import four_uniforms


def gathered(state, key, stream, chance, p):
    """Copies of what a gathering changes, by name. p : parameters by name."""
    known, market = state.knowledge.copy(), state.market.copy()
    partner, trust = state.partner.copy(), state.tie_trust.copy()
    scale, met_there = state.tie_scale.copy(), state.tie_copresent.copy()
    meetings, cash = state.meetings.copy(), state.cash.copy()
    nation, place = state.world.places.nation, state.place
    luck = {i: four_uniforms(key, stream, state.step, state.birth[i], 0) for i in state.member}
    going = [i for i in state.member if luck[i][0] < chance]
    for i in going:
        others = [j for j in going if place[j] != place[i]]
        missed = int(p["time"] + luck[i][1])
        meetings[i, 0] -= min(missed, meetings[i, 0])
        cash[i] -= p["cost"]
        number = int(p["met"] * (1 + p["exhibit"]) + luck[i][2]) if others else 0
        for m in range(number):
            which, tie, _, _ = four_uniforms(key, stream, state.step, state.birth[i], 1 + m)
            j = others[int(which * len(others))]
            best = int(np.argmax(state.value * state.knowledge[j]))
            more = state.knowledge[j, best] - known[i, best]
            if more > 0:
                a, b = (state.knowledge[x].astype(float) for x in (i, j))
                d = 1 - a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
                share = p["copied"] * state.absorption[i] * math.exp(-((d / p["reach"]) ** 2))
                known[i, best] += min(1, share) * more
            here, there = nation[place[i]], nation[place[j]]
            if here != there:
                u = (there - 1 if there > here else there) % market.shape[1]
                market[i, u] += p["taught"] * (1 - market[i, u])
            empty = np.flatnonzero(partner[i] < 0)
            if tie < p["ties"] and empty.size and j not in partner[i]:
                t = empty[0]
                partner[i, t], trust[i, t], met_there[i, t] = j, p["trust"], True
                scale[i, t] = scale_between(state.world.places, place[i], place[j])
    return {
        "knowledge": known, "market": market, "partner": partner, "tie_trust": trust,
        "tie_scale": scale, "tie_copresent": met_there, "meetings": meetings, "cash": cash,
    }  # fmt: skip


def faded(state, key, stream, chance):
    """Partners after young distant ties begun in one place have ended by luck."""
    partner = state.partner.copy()
    for i in state.member:
        for t in range(partner.shape[1]):
            is_young = state.tie_age[i, t] < 4 and state.tie_copresent[i, t]
            is_one = is_young and state.tie_scale[i, t] > 0 and state.tie_layer[i, t] == 0
            four = four_uniforms(key, stream, state.step, state.birth[i], 1000 + t // 4)
            if partner[i, t] >= 0 and is_one and four[t % 4] < chance:
                partner[i, t] = -1
    return partner
