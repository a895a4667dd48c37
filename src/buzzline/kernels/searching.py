"""Own search: new knowledge from variety, where vision, demand and what is known point."""

import math

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms

# Columns of the table by cell.
CHANCE, RECOMBINATION, INNOVATION = range(3)
_CUMULATIVE = 0.02  # how much a unit of what is known adds to a success


@kernel
def variety(row):
    """Return exp(entropy) / k of a row: 1 where all is known alike; 0 where nothing is."""
    total, weighted = 0.0, 0.0
    for c in range(row.size):
        v = np.float64(row[c])
        if v > 0:
            total += v
            weighted += v * math.log(v)
    if total == 0:
        return 0.0
    return math.exp(math.log(total) - weighted / total) / row.size


@kernel
def chosen(u, vision, value, known):
    """Return the category c for u in (0, 1), with odds theta_c m_c v_c; -1 if all are 0."""
    total = 0.0
    for c in range(known.size):
        total += np.float64(vision[c]) * value[c] * known[c]
    left = u * total
    for c in range(known.size):
        odds = np.float64(vision[c]) * value[c] * known[c]
        if left < odds:
            return c
        left -= odds
    return -1


@kernel
def search(key, stream, step, member, cell, birth, vision, value, table, knowledge):
    """Let each innovate with chance p_I (1/2 + rho Div), and know more of one category.

    table : (cells, 3) float64; knowledge : (n, k) float32, each row changed by itself.
    O(n k) time.
    """
    for i in member:
        row = table[cell[i]]
        u, pick, _, _ = four_uniforms(key, stream, step, birth[i], 0)
        if u >= row[CHANCE] * (0.5 + row[RECOMBINATION]):  # not even with all variety
            continue
        if u < row[CHANCE] * (0.5 + row[RECOMBINATION] * variety(knowledge[i])):
            c = chosen(pick, vision[i], value, knowledge[i])
            if c < 0:
                c = int(pick * value.size)
            known = knowledge[i, c]
            knowledge[i, c] += np.float32(row[INNOVATION] * (1.0 + _CUMULATIVE * known))
