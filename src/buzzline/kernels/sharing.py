"""The game of disclosing: rivals take from who is open, and openness is imitated."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms
from buzzline.kernels.meetings import someone_here

# Columns of the table by cell.
LEAKAGE, IMITATION = range(2)
_SPREAD = 0.05  # by which imitators miss what they imitate


@kernel
def leak(member, place, industry, cell, n_industries, industry_start, table, openness, profit):
    """Lose profit to rivals: a share leak * openness * share of rivals that are near."""
    everywhere = np.zeros(n_industries)
    for i in member:
        everywhere[industry[i]] += 1.0
    for i in member:
        own = place[i] * n_industries + industry[i]
        rivals = industry_start[own + 1] - industry_start[own] - 1
        if rivals > 0:
            near = rivals / (everywhere[industry[i]] - 1.0)
            lost = min(1.0, table[cell[i], LEAKAGE] * openness[i] * near)
            profit[i] -= np.float32(lost * abs(profit[i]))


@kernel
def imitate_openness(
    key, stream, step, member, start, place, cell, birth, profit, table, old, new
):
    """Take over, roughly, the openness of somebody near who earns more.

    old, new : (n,) float32; `new` equals `old` at the call. O(n) time.
    """
    for i in member:
        u, pick, miss, _ = four_uniforms(key, stream, step, birth[i], 0)
        if u < table[cell[i], IMITATION]:
            j = someone_here(pick, i, start[place[i]], start[place[i] + 1], member)
            if j >= 0 and profit[j] > profit[i]:
                taken = old[j] + _SPREAD * (2.0 * miss - 1.0)
                new[i] = np.float32(min(1.0, max(0.0, taken)))
