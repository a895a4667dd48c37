"""Pipelines the slow way: one organisation, one slot, one sentence at a time."""

import math

import numpy as np

from buzzline.kernels.luck import four_uniforms


def scale_between(places, p, q):
    if p == q:
        return 0
    if places.nation[p] != places.nation[q]:
        return 3
    return 1 if places.region[p] == places.region[q] else 2


def dropped(state, key, stream, turnover):
    """Ties after turnover; (n, slots) partners."""
    partner = state.partner.copy()
    for i in state.member:
        for t, j in enumerate(state.partner[i]):
            if j < 0:
                continue
            if not state.alive[j]:
                partner[i, t] = -1
            elif state.tie_scale[i, t] > 0 and state.tie_layer[i, t] != 3:
                luck = four_uniforms(key, stream, state.step, state.birth[i], t // 4)[t % 4]
                if luck < turnover:
                    partner[i, t] = -1
    return partner


def pulls(state, p, hotspot, elasticity, diaspora, language, similarity):
    """Log odds of each place for those of place p, without its number of organisations."""
    places, n_industries = state.world.places, len(state.world.industries)
    known, mix = np.zeros(places.n), np.zeros((places.n, n_industries))
    for q in range(places.n):
        here = state.member[state.start[q] : state.start[q + 1]]
        if here.size:
            known[q] = state.knowledge[here].astype(float).sum(axis=1).mean()
            mix[q] = np.bincount(state.industry[here], minlength=n_industries)
            mix[q] /= np.linalg.norm(mix[q])
    filled = np.diff(state.start) > 0
    known = known / known[filled].mean() - 1 if known[filled].mean() > 0 else known * 0
    far = np.log(np.maximum(places.distance_km[p].astype(float), 1))
    return (
        hotspot * known - elasticity * far + diaspora * places.diaspora[p]
        + language * (places.language == places.language[p]) + similarity * mix @ mix[p]
    )  # fmt: skip


def built(state, key, stream, wanted, pull, *, attractiveness, cost, share_met):
    """Partners, scales, cash and where begun in one place. wanted : four numbers; pull : five."""
    places = state.world.places
    partner, scale = state.partner.copy(), state.tie_scale.copy()
    cash, met_there = state.cash.copy(), state.tie_copresent.copy()
    for i in state.member:
        p = state.place[i]
        if cash[i] < cost:
            continue
        for reach in (1, 2, 3):
            kinds = state.tie_layer[i]
            held = [
                t for t in range(partner.shape[1])
                if partner[i, t] >= 0 and scale[i, t] == reach and kinds[t] not in (1, 3)
            ]  # fmt: skip
            empty = np.flatnonzero(partner[i] < 0)
            if (reach == 3 and not state.keeps_pipelines[i]) or len(held) >= wanted[reach]:
                continue
            if empty.size == 0:
                continue
            log_odds = pulls(state, p, *pull)
            n_there = np.diff(state.start)
            odds = [
                n_there[q] * math.exp(log_odds[q]) * (scale_between(places, p, q) == reach)
                for q in range(places.n)
            ]
            which, who, consents, met = four_uniforms(
                key, stream, state.step, state.birth[i], 1000 + reach
            )
            if sum(odds) == 0:
                continue
            q = int(np.searchsorted(np.cumsum(odds), which * sum(odds), side="right"))
            j = state.member[state.start[q] + int(who * n_there[q])]
            own, theirs = state.knowledge[i].sum(), state.knowledge[j].sum()
            chance = min(1.0, math.exp(-attractiveness * (theirs / own - 1)))
            if j in partner[i] or consents > chance:
                continue
            partner[i, empty[0]], scale[i, empty[0]] = j, reach
            met_there[i, empty[0]] = met < share_met
            cash[i] -= cost
    return partner, scale, cash, met_there
