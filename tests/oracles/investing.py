"""Investment and supply the slow way."""

import math

import numpy as np
from tests.oracles.pipelines import scale_between

from buzzline.kernels.luck import four_uniforms


def markets(state, *, rate, by_exporting, forgetting):
    """Market knowledge after a step."""
    nation, diaspora = state.world.places.nation, state.world.places.diaspora
    market = state.market.astype(float)
    n_markets = market.shape[1]
    for i in state.member:
        here = nation[state.place[i]]
        contacts = np.zeros(n_markets)

        def meet(place, much, contacts=contacts, here=here):
            if nation[place] != here:
                others = [code for code in range(nation.max() + 1) if code != here]
                contacts[others.index(nation[place]) % n_markets] += much

        for j in state.contact[state.contact_start[i] : state.contact_start[i + 1]]:
            if j >= 0:
                meet(state.place[j], 1)
        for j, layer in zip(state.partner[i], state.tie_layer[i], strict=True):
            if j >= 0 and layer == 3:
                meet(state.place[j], 1)
        for place in range(nation.size):
            meet(place, diaspora[state.place[i], place])
        contacts += by_exporting * market[i]
        told = contacts > 0
        after = (1 - (1 - market[i]) * (1 - rate) ** contacts) * (1 - forgetting)
        market[i, told] = after[told]
    return market


def clusters(state):
    """(places, industries): ten there, and over-represented."""
    r, s = state.world.places.n, len(state.world.industries)
    number = np.zeros((r, s))
    np.add.at(number, (state.place[state.member], state.industry[state.member]), 1)
    usual = np.outer(number.sum(axis=1), number.sum(axis=0)) / number.sum()
    if s == 1:
        usual = np.full((r, 1), number.mean())
    return (number >= 10) & (number > 1.25 * usual)


def invested(state, key, stream, *, chance, elasticity, pull, avoidance, promotion):
    """Place of investment by organisation, -1 for none."""
    where = np.full(state.alive.size, -1)
    cluster, member = clusters(state), state.member
    n_there, km = np.diff(state.start), state.world.places.distance_km.astype(float)
    known = state.knowledge.astype(float).sum(axis=1)
    for i in member:
        same = member[state.industry[member] == state.industry[i]]
        leads = known[i] > known[same].mean() + known[same].std() and known[same].std() > 0
        invests, which, _, _ = four_uniforms(key, stream, state.step, state.birth[i], 0)
        if state.size[i] < state.size[same].astype(float).mean() or invests >= chance:
            continue
        odds = np.zeros(km.shape[0])
        for q in range(odds.size):
            if q != state.place[i]:
                utility = math.log(1 + n_there[q]) + promotion[q]
                utility -= elasticity * math.log(max(km[state.place[i], q], 1))
                if cluster[q, state.industry[i]]:
                    utility += (
                        pull * cluster[state.place[i], state.industry[i]] - avoidance * leads
                    )
                odds[q] = math.exp(utility)
        where[i] = np.searchsorted(np.cumsum(odds), which * odds.sum(), side="right")
    return where


def wanted_suppliers(state, share, budget):
    """Suppliers each affiliate looks for in a step."""
    out = np.zeros(state.alive.size)
    usual = state.size[state.member].astype(float).mean()
    for i in state.member:
        if state.owner[i] >= 0 and state.owner[i] != state.place[i]:
            there = sum(
                int(((state.partner[j] == i) & (state.tie_layer[j] == 1)).sum())
                for j in state.member
            )
            out[i] = max(4 * share * budget * state.size[i] / usual - there, 0) / 4
    return out


def suppliers(state, key, stream, demand, *, here, around, km, weight):
    """New ties of supply: {organisation: (affiliate, scale)}."""
    places, out = state.world.places, {}
    n_there = np.diff(state.start)
    of_place = np.array(
        [demand[state.member[state.place[state.member] == q]].sum() for q in range(places.n)]
    )
    for i in state.member:
        p = state.place[i]
        supplies = any(
            j >= 0
            and layer == 1
            and state.alive[j]
            and state.owner[j] not in (-1, state.place[j])
            for j, layer in zip(state.partner[i], state.tie_layer[i], strict=True)
        )
        full = (state.partner[i] >= 0).all()
        if supplies or full or state.owner[i] not in (-1, p):
            continue
        faced = np.zeros(places.n)
        for q in range(places.n):
            near = around * np.exp(-places.distance_km[:, q].astype(float) / km)
            near[q] = 1
            mine = here if p == q else near[p]
            faced[q] = mine * of_place[q] / max(1, (n_there * near).sum())
        seeks, which, who, fits = four_uniforms(key, stream, state.step, state.birth[i], 0)
        if seeks >= 1 - math.exp(-faced.sum()) or faced.sum() == 0:
            continue
        q = int(np.searchsorted(np.cumsum(faced), which * faced.sum(), side="right"))
        sellers = [j for j in state.member if state.place[j] == q and demand[j] > 0]
        j = sellers[
            int(np.searchsorted(np.cumsum(demand[sellers]), who * of_place[q], side="right"))
        ]
        if fits < math.exp(
            -weight * (1 - state.world.related[state.industry[i], state.industry[j]])
        ):
            out[int(i)] = (int(j), scale_between(places, p, q))
    return out
