"""Pipelines: ties to other places, chosen by what draws and what divides, dropped by luck."""

import math

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms

EMPTY = -1
LOCAL, REGIONAL, NATIONAL, GLOBAL = 0, 1, 2, 3
COMMUNITY, SUPPLY, OWNERSHIP = 0, 1, 3
_BUILDING = 1000  # block of the first draws for building; those for dropping lie below
_NEAREST_KM = 1.0  # no place is nearer than this


@kernel
def scale_between(place, other, region, nation):
    """Return the scale of a tie between two places: 0 local to 3 global."""
    if place == other:
        return LOCAL
    if nation[place] != nation[other]:
        return GLOBAL
    return REGIONAL if region[place] == region[other] else NATIONAL


@kernel
def drop_ties(key, stream, step, member, birth, cell, alive, partner, scale, layer, turnover):
    """Empty slots whose partner is no more, and by luck those to other places. O(n slots).

    Ownership stays. partner, scale, layer : (n, slots); turnover : (cells,) [per step]
    """
    for i in member:
        drawn = -1
        for t in range(partner.shape[1]):
            j = partner[i, t]
            if j < 0:
                continue
            if not alive[j]:
                partner[i, t] = EMPTY
            elif scale[i, t] > LOCAL and layer[i, t] != OWNERSHIP and turnover[cell[i]] > 0:
                if drawn != t // 4:
                    drawn = t // 4
                    four = four_uniforms(key, stream, step, birth[i], drawn)
                if four[t % 4] < turnover[cell[i]]:
                    partner[i, t] = EMPTY


@kernel
def build_pipelines(
    key, stream, step, start, member, birth, cell, keeps, knowledge, industry, cash,
    partner, trust, age, scale, layer, copresent, wanted, pull, n_industries,
    distance_km, diaspora, language, region, nation,
    own_attractiveness, cost, copresent_share, trust_far, trust_met,
):  # fmt: skip
    """Fill empty slots with partners elsewhere, one of each scale in a step. O(n + c r).

    A place is drawn by its pull, an organisation there by luck; one that knows more consents
    with chance exp(-attractiveness (theirs / own - 1)). The cost is sunk, whatever comes of
    it.

    wanted : (4, cells) [ties by scale]; pull : (5, cells), see `pull_of_places`;
    own_attractiveness, cost, copresent_share, trust_far, trust_met : (cells,)
    """
    n_places = start.size - 1
    groups = wanted.shape[1] // n_places
    known, mix = what_places_are(start, member, knowledge, industry, n_industries)
    log_pull, up_to, summed = np.empty(n_places), np.empty((4, n_places)), EMPTY
    for here in range(wanted.shape[1]):
        place = here // groups
        for p in range(start[place], start[place + 1]):
            i = member[p]
            if cell[i] != here or cash[i] < cost[here]:
                continue
            for reach in range(REGIONAL, (GLOBAL if keeps[i] else NATIONAL) + 1):
                slot = _free_slot(partner, scale, layer, i, reach, wanted[reach, here])
                if slot < 0:
                    continue
                if summed != here:
                    summed = here
                    pull_of_places(
                        place, pull[:, here], known, mix, distance_km, diaspora, language,
                        log_pull,
                    )  # fmt: skip
                    _add_up(place, log_pull, start, region, nation, up_to)
                four = four_uniforms(key, stream, step, birth[i], _BUILDING + reach)
                j = _candidate(up_to[reach], start, member, four[0], four[1])
                if j < 0 or _is_partner(partner, i, j):
                    continue
                if four[2] > _consent(knowledge, i, j, own_attractiveness[here]):
                    continue
                met = four[3] < copresent_share[here]
                cash[i] -= cost[here]
                partner[i, slot], scale[i, slot], age[i, slot] = j, reach, 0
                layer[i, slot], copresent[i, slot] = COMMUNITY, met
                trust[i, slot] = trust_met[here] if met else trust_far[here]


@kernel
def _free_slot(partner, scale, layer, i, reach, wanted):
    """Return an empty slot of row i; -1 where it has the ties it wants, or no room."""
    held, slot = 0, -1
    for t in range(partner.shape[1]):
        if partner[i, t] < 0:
            slot = t if slot < 0 else slot
        elif scale[i, t] == reach and layer[i, t] != OWNERSHIP and layer[i, t] != SUPPLY:
            held += 1
    return slot if held < wanted else -1


@kernel
def _add_up(place, log_pull, start, region, nation, up_to):
    """Fill `up_to` with running sums of the pull of places, a row for each scale."""
    most = -np.inf
    for q in range(log_pull.size):
        if q != place and start[q + 1] > start[q]:
            most = max(most, log_pull[q])
    sums = np.zeros(4)
    for q in range(log_pull.size):
        others = start[q + 1] - start[q]
        if q != place and others > 0 and most > -np.inf:
            reach = scale_between(place, q, region, nation)
            sums[reach] += others * math.exp(log_pull[q] - most)
        up_to[:, q] = sums


@kernel
def _candidate(up_to, start, member, first, second):
    """Return a row drawn by running sums of places, evenly in the place; -1 for none."""
    if up_to[-1] <= 0:
        return -1
    q = min(np.searchsorted(up_to, first * up_to[-1], side="right"), up_to.size - 1)
    return member[start[q] + int(second * (start[q + 1] - start[q]))]


@kernel
def _is_partner(partner, i, j):
    """Tell whether row i has a tie to j."""
    found = False
    for t in range(partner.shape[1]):
        found = found or partner[i, t] == j
    return found


@kernel
def _consent(knowledge, i, j, attractiveness):
    """Return the chance that j, who may know more, consents to a tie with i."""
    if attractiveness == 0:
        return 1.0
    own, theirs = known_by(knowledge, i), known_by(knowledge, j)
    if theirs <= own:
        return 1.0
    return math.exp(-attractiveness * min(theirs / max(own, 1e-9) - 1, 50.0))


@kernel
def known_by(knowledge, i):
    """Return the sum of a row of knowledge."""
    total = 0.0
    for c in range(knowledge.shape[1]):
        total += knowledge[i, c]
    return total


@kernel
def pull_of_places(place, pull, known, mix, distance_km, diaspora, language, log_pull):
    """Fill `log_pull` with how much each place pulls those of one; (r,) log odds. O(r s) time.

    pull : (5,) weights of what is known there, ln distance, share of people from there, a
    common language, and a similar mix of industries (cosine).
    """
    for q in range(log_pull.size):
        here = pull[0] * known[q] + pull[2] * diaspora[place, q]
        if pull[1] != 0:
            here += pull[1] * math.log(max(distance_km[place, q], _NEAREST_KM))
        if language[place] == language[q]:
            here += pull[3]
        if pull[4] != 0:
            for s in range(mix.shape[1]):
                here += pull[4] * mix[place, s] * mix[q, s]
        log_pull[q] = here


@kernel
def what_places_are(start, member, knowledge, industry, n_industries):
    """Return knowledge against the mean of places (0 is as much), and mixes of length 1."""
    r = start.size - 1
    known, mix = np.zeros(r), np.zeros((r, n_industries))
    filled, overall = 0, 0.0
    for q in range(r):
        for p in range(start[q], start[q + 1]):
            known[q] += known_by(knowledge, member[p])
            mix[q, industry[member[p]]] += 1
        if start[q + 1] > start[q]:
            known[q] /= start[q + 1] - start[q]
            mix[q] /= math.sqrt((mix[q] ** 2).sum())
            filled, overall = filled + 1, overall + known[q]
    for q in range(r):
        known[q] = known[q] * filled / overall - 1 if overall > 0 else 0.0
    return known, mix
