"""Conventions the slow way: every organisation by itself, pulls as sentences of Python."""

import math

import numpy as np

from buzzline.kernels.luck import four_uniforms


def noise(key, stream, step, birth, d):
    return (np.array(four_uniforms(key, stream, step, birth, 0)[:d]) - 0.5) * math.sqrt(12)


def drawn_together(state, key, stream, *, rate, spread, half_life, of_industry, of_network):
    """The five rates are single numbers."""
    old, new = state.conventions.astype(float), state.conventions.astype(float)
    alive = np.flatnonzero(state.alive)
    for i in alive:
        met = [
            j
            for j in state.contact[state.contact_start[i] : state.contact_start[i + 1]]
            if j >= 0
        ]
        near = [j for j in met if state.place[j] == state.place[i]]
        target = np.mean([old[j] for j in near], axis=0) if near else old[i]
        if state.owner[i] >= 0 and state.owner[i] != state.place[i]:
            there = alive[state.place[alive] == state.owner[i]]
            home = old[there].mean(axis=0) if there.size else np.zeros(old.shape[1])
            hold = 2 ** (-(state.step - state.born[i]) / 4 / half_life)
            target = hold * home + (1 - hold) * target
        lost = 1 - (1 - rate) ** len(near)
        new[i] += max(0, 1 - of_industry - of_network) * lost * (target - old[i])
        lost = 1 - (1 - rate) ** len(met)
        usual = old[alive[state.industry[alive] == state.industry[i]]].mean(axis=0)
        new[i] += of_industry * lost * (usual - old[i])
        partners = [j for j in state.partner[i] if j >= 0 and state.alive[j]]
        if partners:
            new[i] += of_network * lost * (old[partners].mean(axis=0) - old[i])
        if spread:
            new[i] += spread * noise(key, stream, state.step, state.birth[i], old.shape[1])
    return new
