"""Gatherings: fairs and missions, where those of many places are in one place for a while."""

import math

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.learning import one_minus_cosine
from buzzline.kernels.luck import four_uniforms, uniform
from buzzline.kernels.market_knowledge import market_of
from buzzline.kernels.meetings import whole
from buzzline.kernels.pipelines import COMMUNITY, EMPTY, LOCAL, scale_between

# Columns of the table by cell.
GOING, MET, EXHIBIT, TIES, TRUST, TIME, COST, COPIED, TIGHT, TAUGHT = range(10)
_MEETINGS = 1  # block of the first meeting; the one before says who goes
_FADING = 1000  # block of the first draws for ties that end
_FIRST_YEAR = 4  # steps


@kernel
def who_goes(key, stream, step, member, birth, cell, chance, going):
    """Fill `going` with the rows of those who go, by place; return how many. O(n)."""
    n = 0
    for i in member:
        if uniform(key, stream, step, birth[i], 0) < chance[cell[i]]:
            going[n] = i
            n += 1
    return n


@kernel
def gather(
    key, stream, step, going, n_going, start_of, birth, cell, place, region, nation,
    table, value, absorption, length, old, known, market, partner, trust, age, scale, layer,
    copresent, meetings, cash,
):  # fmt: skip
    """Let those who go meet others of other places; in place. O(n_going meetings k).

    Each meeting teaches the share TAUGHT of what is left to know of the other's market, and
    the share COPIED of the most valuable of what the other knows, as far as it is understood;
    with chance TIES a tie begins, where there is a slot. Going costs cash, and local meetings.

    going : rows, by place; start_of : (r + 1,) where each place begins in it; table :
    (cells, 10) float64; old : (n, k) what was known before; partner ... copresent : (n, slots)
    """
    for g in range(n_going):
        i = going[g]
        r, here = cell[i], place[i]
        others = n_going - (start_of[here + 1] - start_of[here])
        four = four_uniforms(key, stream, step, birth[i], 0)
        missed = whole(table[r, TIME], four[1])
        meetings[i, LOCAL] = max(0, meetings[i, LOCAL] - missed)
        cash[i] -= table[r, COST]
        number = whole(table[r, MET] * (1 + table[r, EXHIBIT]), four[2]) if others > 0 else 0
        for m in range(number):
            four = four_uniforms(key, stream, step, birth[i], _MEETINGS + m)
            x = min(int(four[0] * others), others - 1)
            if x >= start_of[here]:
                x += start_of[here + 1] - start_of[here]
            j = going[x]
            there = place[j]
            copy_the_best(i, j, table[r, COPIED] * absorption[i], table[r, TIGHT], value, old,
                          length, known)  # fmt: skip
            if nation[there] != nation[here]:
                u = market_of(nation[there], nation[here], market.shape[1])
                market[i, u] += np.float32(table[r, TAUGHT] * (1 - market[i, u]))
            if four[1] < table[r, TIES]:
                slot = slot_for(partner, i, j)
                if slot >= 0:
                    partner[i, slot], age[i, slot], layer[i, slot] = j, 0, COMMUNITY
                    scale[i, slot] = scale_between(here, there, region, nation)
                    trust[i, slot], copresent[i, slot] = table[r, TRUST], True


@kernel
def copy_the_best(i, j, rate, tight, value, old, length, known):
    """Copy a share of what j knows of the category in which it knows what is worth most."""
    best = 0
    for c in range(1, value.size):
        if value[c] * old[j, c] > value[best] * old[j, best]:
            best = c
    more = old[j, best] - known[i, best]
    if more > 0:
        d = one_minus_cosine(old, i, j, length)
        known[i, best] += np.float32(min(1.0, rate * math.exp(-tight * d * d)) * more)


@kernel
def slot_for(partner, i, j):
    """Return an empty slot of row i; -1 where it has none, or has a tie to j."""
    slot = -1
    for t in range(partner.shape[1]):
        if partner[i, t] == j:
            return -1
        if partner[i, t] < 0 and slot < 0:
            slot = t
    return slot


@kernel
def fade(key, stream, step, member, birth, cell, chance, partner, age, scale, layer, copresent):
    """End young distant ties begun in one place, by luck; in place. O(n slots)."""
    for i in member:
        if chance[cell[i]] <= 0:
            continue
        for t in range(partner.shape[1]):
            young = partner[i, t] >= 0 and age[i, t] < _FIRST_YEAR and copresent[i, t]
            if young and scale[i, t] > LOCAL and layer[i, t] == COMMUNITY:
                u = uniform(key, stream, step, birth[i], 4 * _FADING + t)
                if u < chance[cell[i]]:
                    partner[i, t] = EMPTY
