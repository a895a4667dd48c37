"""Watching those who do better than is normal in their industry."""

import math

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.learning import apart_in_vision, one_minus_cosine
from buzzline.kernels.luck import four_uniforms
from buzzline.kernels.meetings import someone_here, whole

# Columns of the table by cell.
OBSERVED, RATE, TIGHT_HERE, TIGHT, ADAPTATION, REMOTE, SYSTEMIC = range(7)
_TRIES = 4


@kernel
def normal_returns(member, industry, profit, normal):
    """Fill normal : (s,) float64 with the mean profit of each industry. O(n) time."""
    number = np.zeros(normal.size)
    normal[:] = 0.0
    for i in member:
        normal[industry[i]] += profit[i]
        number[industry[i]] += 1
    for s in range(normal.size):
        normal[s] = normal[s] / number[s] if number[s] > 0 else math.inf


@kernel
def of_ones_industry(u, i, member, industry):
    """Return somebody of the same industry, wherever; -1 if a few tries find none."""
    for _ in range(_TRIES):
        u *= member.size
        j = member[int(u)]
        u -= int(u)
        if j != i and industry[j] == industry[i]:
            return j
    return -1


@kernel
def copy_best(rate, tight, value, theirs, mine):
    """Copy a share of the other's most valuable category, as far as it is understood."""
    best = 0
    for c in range(1, value.size):
        if value[c] * theirs[c] > value[best] * theirs[best]:
            best = c
    if theirs[best] > mine[best]:
        d = one_minus_cosine(mine, theirs)
        gain = min(1.0, rate * math.exp(-tight * d * d))
        mine[best] += np.float32(gain * (theirs[best] - mine[best]))


@kernel
def watch(
    key, stream, step, member, start, place, industry, cell, birth, absorption, vision, profit,
    normal, value, table, old, new,
):  # fmt: skip
    """Let each notice some of its place, and watch some elsewhere, and copy who does well.

    profit : (n,) float32; normal : (s,) float64; table : (cells, 7) float64; old, new : (n, k)
    float32, `new` equal to `old` at the call. O(n (observed + 1) k) time.
    """
    for i in member:
        row = table[cell[i]]
        here = place[i]
        four = four_uniforms(key, stream, step, birth[i], 0)
        n_here = whole(row[OBSERVED], four[0])
        n_watched = n_here + whole(row[REMOTE], four[0])
        for number in range(1, n_watched + 1):
            if number % 4 == 0:
                four = four_uniforms(key, stream, step, birth[i], number // 4)
            u = four[number % 4]
            near = number <= n_here
            if near and u < row[SYSTEMIC]:
                near = False
                u /= row[SYSTEMIC]
            elif near and row[SYSTEMIC] > 0:
                u = (u - row[SYSTEMIC]) / (1.0 - row[SYSTEMIC])
            if near:
                j = someone_here(u, i, start[here], start[here + 1], member)
            else:
                j = of_ones_industry(u, i, member, industry)
            if j >= 0 and profit[j] > normal[industry[j]]:
                together = here == place[j]
                rate = row[RATE] * absorption[i]
                if row[ADAPTATION] > 0:
                    rate *= 1.0 - row[ADAPTATION] * apart_in_vision(vision[i], vision[j])
                tight = row[TIGHT_HERE] if together else row[TIGHT]
                copy_best(rate, tight, value, old[j], new[i])
