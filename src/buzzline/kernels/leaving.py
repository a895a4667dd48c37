"""Organisations that fail, and ties whose other end is no more."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms

_NOBODY = -1


@kernel
def failures(
    key, stream, step, alive, birth, industry, cell, stays, profit, cash, normal, rates, gone
):  # fmt: skip
    """Mark in `gone` who fails: profit below a share of normal, no cash, and bad luck.

    stays : (n,) bool, who never fails; normal : (s,) normal profit; rates : (2, cells): share
    of normal profit, chance in a step. Returns how many.
    """
    count = 0
    for i in range(alive.size):
        gone[i] = False
        if not alive[i] or stays[i] or cash[i] > 0:
            continue
        if np.float64(profit[i]) >= rates[0, cell[i]] * normal[industry[i]]:
            continue
        if four_uniforms(key, stream, step, birth[i], 0)[0] < rates[1, cell[i]]:
            gone[i] = True
            count += 1
    return count


@kernel
def drop_ties_to(gone, partner, tie_trust):
    """Empty all slots of those who are gone, and slots of others that lead to them. O(n)."""
    for i in range(gone.size):
        for t in range(partner.shape[1]):
            j = partner[i, t]
            if j != _NOBODY and (gone[i] or gone[j]):
                partner[i, t] = _NOBODY
                tie_trust[i, t] = 0.0
