"""Suppliers of affiliates: who becomes one, near and around, and what it gains with time."""

import math

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms
from buzzline.kernels.pipelines import SUPPLY, scale_between

STEPS_A_YEAR = 4


@kernel
def open_demand(member, place, cell, owner, alive, partner, layer, size, share, budget):
    """Return how many suppliers each affiliate looks for in a step; (n,) float64. O(n slots).

    An affiliate of usual size keeps as many suppliers as it has meetings with locals in a year,
    and looks for those it lacks over a year. share, budget : (cells,)
    """
    out = np.zeros(alive.size)
    usual, n = 0.0, 0
    for i in member:
        usual += size[i] / member.size
    for i in member:
        if owner[i] >= 0 and owner[i] != place[i]:
            relative = size[i] / usual if usual > 0 else 1.0
            out[i] = STEPS_A_YEAR * share[cell[i]] * budget[cell[i]] * relative
            n += 1
    if n == 0:
        return out
    for i in member:
        for t in range(partner.shape[1]):
            j = partner[i, t]
            if j >= 0 and layer[i, t] == SUPPLY and alive[j] and out[j] > 0:
                out[j] = max(out[j] - 1, 0.0)
    return out / STEPS_A_YEAR


@kernel
def match_suppliers(
    key, stream, step, start, member, birth, cell, place_of, industry, owner, alive, related,
    distance_km, region, nation, demand, dose_here, dose_around, reach_km, weight_related,
    partner, trust, age, scale, layer, copresent, commons, trust_far,
):  # fmt: skip
    """Tie those who supply no affiliate yet to one, by luck. O(n slots + r²).

    What affiliates of a place demand is spread over organisations there and, at exp(-d /
    reach), around; a match comes about with chance exp(-weight (1 - relatedness)).

    demand : (n,) [suppliers per step]; dose_here, dose_around, reach_km, weight_related,
    commons : (r,) of the supplier's place; trust_far : (cells,)
    """
    r = start.size - 1
    of_place = np.zeros(r)
    for q in range(r):
        for p in range(start[q], start[q + 1]):
            of_place[q] += demand[member[p]]
    pressure = spread_demand(start, of_place, distance_km, dose_here, dose_around, reach_km)
    for place in range(r):
        total = pressure[place].sum()
        if total == 0:
            continue
        up_to, chance = np.cumsum(pressure[place]), 1 - math.exp(-total)
        for p in range(start[place], start[place + 1]):
            i = member[p]
            four = four_uniforms(key, stream, step, birth[i], 0)
            if four[0] >= chance or (owner[i] >= 0 and owner[i] != place):
                continue
            slot = _empty_slot(partner, i)
            if slot < 0 or _supplies(partner, layer, alive, place_of, owner, i):
                continue
            q = min(np.searchsorted(up_to, four[1] * total, side="right"), r - 1)
            j = _buyer(four[2] * of_place[q], start[q], start[q + 1], member, demand)
            fit = math.exp(-weight_related[place] * (1 - related[industry[i], industry[j]]))
            if four[3] >= fit:
                continue
            partner[i, slot], layer[i, slot], age[i, slot] = j, SUPPLY, 0
            scale[i, slot] = scale_between(place, q, region, nation)
            copresent[i, slot] = q == place
            trust[i, slot] = commons[place] if q == place else trust_far[cell[i]]


@kernel
def spread_demand(start, demand, distance_km, dose_here, dose_around, reach_km):
    """Return what each organisation of place p faces from affiliates of place q; (r, r)."""
    r = start.size - 1
    weight = np.zeros((r, r))
    for q in range(r):
        if demand[q] == 0:
            continue
        potential = 0.0
        for p in range(r):
            weight[p, q] = dose_here[p]
            if p != q:
                weight[p, q] = dose_around[p] * math.exp(-distance_km[p, q] / reach_km[p])
            # Whoever is there shares the demand, so a place alone meets it at its dose.
            potential += (start[p + 1] - start[p]) * (1.0 if p == q else weight[p, q])
        for p in range(r):
            weight[p, q] *= demand[q] / max(potential, 1.0)
    return weight


@kernel
def _supplies(partner, layer, alive, place, owner, i):
    """Tell whether row i supplies an organisation whose owner is elsewhere."""
    found = False
    for t in range(partner.shape[1]):
        j = partner[i, t]
        if j >= 0 and layer[i, t] == SUPPLY and alive[j]:
            found = found or (owner[j] >= 0 and owner[j] != place[j])
    return found


@kernel
def _empty_slot(partner, i):
    """Return an empty slot of row i; -1 for none."""
    for t in range(partner.shape[1]):
        if partner[i, t] < 0:
            return t
    return -1


@kernel
def _buyer(amount, first, last, member, demand):
    """Return the member where running demand passes an amount."""
    passed, j = 0.0, -1
    for p in range(first, last):
        if demand[member[p]] > 0:
            j = member[p]
            passed += demand[j]
            if passed > amount:
                break
    return j


@kernel
def count_supplying(
    member, cell, partner, layer, alive, place, owner, jobs, ramp, embedded, size
):  # fmt: skip
    """Count steps of supplying an affiliate up, others down to 0, in place. O(n slots).

    Jobs grow by the share `jobs` while the count goes to `ramp`, and shrink on the way back.

    jobs : (cells,) [share]; ramp : (cells,) [steps]
    """
    for i in member:
        here = cell[i]
        supplies = _supplies(partner, layer, alive, place, owner, i)
        if not supplies and embedded[i] == 0:
            continue
        after = embedded[i] + 1 if supplies else max(embedded[i] - 1, 0)
        more = min(after, ramp[here]) - min(embedded[i], ramp[here])
        size[i] *= (1 + jobs[here]) ** (more / ramp[here])
        embedded[i] = after
