"""Conventions that grow alike by being there: what meeting in one place does."""

import math

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms

STEPS_A_YEAR = 4


@kernel
def drawn_together(
    key, stream, step, start, member, birth, born, cell, place, industry, owner, contact_start,
    contact, partner, alive, conventions, rate, noise, half_life, of_industry, of_network,
):  # fmt: skip
    """Return conventions after a step; (n, d) float32. O(n + m d).

    Each meeting in one's place takes away the share `rate` of the difference from those met;
    what is usual in the industry and among partners pulls in the same way, by every meeting.
    Whoever has its owner elsewhere is held back by the conventions there, by half after
    `half_life` years.

    contact : (m,) int32, whom i met at contact_start[i] and on; rate, noise, half_life,
    of_industry, of_network : (cells,)
    """
    out = conventions.copy()
    usual_here = _means(start, member, conventions)
    usual_of = _means_by(member, industry, conventions)
    met = np.empty(conventions.shape[1])
    for i in member:
        here = cell[i]
        local, all_meetings = _meet(i, contact_start, contact, place, conventions, met)
        if owner[i] >= 0 and owner[i] != place[i]:
            held = 0.5 ** ((step - born[i]) / (STEPS_A_YEAR * half_life[here]))
            for d in range(met.size):
                met[d] += held * (usual_here[owner[i], d] - met[d])
        of_place = max(0.0, 1 - of_industry[here] - of_network[here])
        near, far = of_place * _after(rate[here], local), _after(rate[here], all_meetings)
        for d in range(met.size):
            own = np.float64(conventions[i, d])
            pull = near * (met[d] - own)
            pull += far * of_industry[here] * (usual_of[industry[i], d] - own)
            out[i, d] = own + pull
        if of_network[here] > 0:
            _towards_partners(out, conventions, partner, alive, i, far * of_network[here])
        if noise[here] > 0:
            _changed_by_itself(key, stream, step, birth[i], noise[here], out, i)
    return out


@kernel
def _means(start, member, values):
    """Return the mean of each place; zeros where nobody is. (r, d) float64."""
    out = np.zeros((start.size - 1, values.shape[1]))
    for place in range(start.size - 1):
        here = start[place + 1] - start[place]
        for p in range(start[place], start[place + 1]):
            for d in range(out.shape[1]):
                out[place, d] += values[member[p], d] / here
    return out


@kernel
def _means_by(member, code, values):
    """Return the mean of each code over all members. (codes, d) float64."""
    most = 0
    for i in member:
        most = max(most, code[i])
    out = np.zeros((most + 1, values.shape[1]))
    number = np.zeros(most + 1)
    for i in member:
        number[code[i]] += 1
        for d in range(out.shape[1]):
            out[code[i], d] += values[i, d]
    for c in range(most + 1):
        if number[c] > 0:
            out[c] /= number[c]
    return out


@kernel
def _meet(i, contact_start, contact, place, values, met):
    """Fill `met` with the mean of those met in one's place; return meetings there, in all."""
    local, all_meetings = 0, 0
    met[:] = 0
    for e in range(contact_start[i], contact_start[i + 1]):
        j = contact[e]
        if j < 0:
            continue
        all_meetings += 1
        if place[j] == place[i]:
            local += 1
            for d in range(met.size):
                met[d] += values[j, d]
    for d in range(met.size):
        met[d] = met[d] / local if local > 0 else values[i, d]
    return local, all_meetings


@kernel
def _towards_partners(out, conventions, partner, alive, i, share):
    """Move row i of `out` towards the mean of living partners, wherever they are."""
    n = 0
    for j in partner[i]:
        if j >= 0 and alive[j]:
            n += 1
    if n == 0:
        return
    for d in range(out.shape[1]):
        mean = 0.0
        for j in partner[i]:
            if j >= 0 and alive[j]:
                mean += conventions[j, d] / n
        out[i, d] += share * (mean - conventions[i, d])


@kernel
def _after(rate, meetings):
    """Return the share of a difference that a number of meetings takes away."""
    left = 1.0
    for _ in range(meetings):
        left *= 1 - rate
    return 1 - left


@kernel
def _changed_by_itself(key, stream, step, birth, spread, out, i):
    """Add even noise of a spread to row i of `out`."""
    width = spread * math.sqrt(12.0)
    for d in range(0, out.shape[1], 4):
        four = four_uniforms(key, stream, step, birth, d // 4)
        for k in range(min(4, out.shape[1] - d)):
            out[i, d + k] += width * (four[k] - 0.5)
