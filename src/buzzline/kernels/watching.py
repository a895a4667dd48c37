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
def most_valuable(value, known, j):
    """Return the category of row j that is worth most."""
    best = 0
    for c in range(1, value.size):
        if value[c] * known[j, c] > value[best] * known[j, best]:
            best = c
    return best


@kernel
def watch(
    key, stream, step, member, start, place, industry, cell, birth, absorption, vision, profit,
    normal, value, table, length, old, new,
):  # fmt: skip
    """Let each notice some of its place, and watch some elsewhere, and copy who does well.

    profit : (n,) float32; normal : (s,) float64; table : (cells, 7) float64; length : (n,)
    float64, of the rows of `old`; old, new : (n, k) float32, `new` equal to `old` at the call.
    O(n (observed + 1) k) time.
    """
    for i in member:
        r, here = cell[i], place[i]
        four = four_uniforms(key, stream, step, birth[i], 0)
        n_here = whole(table[r, OBSERVED], four[0])
        n_watched = n_here + whole(table[r, REMOTE], four[0])
        systemic = table[r, SYSTEMIC]
        for number in range(1, n_watched + 1):
            if number % 4 == 0:
                four = four_uniforms(key, stream, step, birth[i], number // 4)
            u = four[number % 4]
            near = number <= n_here
            if near and u < systemic:
                near = False
                u /= systemic
            elif near and systemic > 0:
                u = (u - systemic) / (1.0 - systemic)
            if near:
                j = someone_here(u, i, start[here], start[here + 1], member)
            else:
                j = of_ones_industry(u, i, member, industry)
            if j < 0 or profit[j] <= normal[industry[j]]:
                continue
            best = most_valuable(value, old, j)
            if old[j, best] <= new[i, best]:
                continue
            gain = table[r, RATE] * absorption[i]
            if table[r, ADAPTATION] > 0:
                gain *= 1.0 - table[r, ADAPTATION] * apart_in_vision(vision, i, j)
            d = one_minus_cosine(old, i, j, length)
            gain *= math.exp(-table[r, TIGHT_HERE if here == place[j] else TIGHT] * d * d)
            new[i, best] += np.float32(min(1.0, gain) * (old[j, best] - new[i, best]))
