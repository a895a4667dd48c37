"""What knowledge is worth, and how it is lost."""

import math

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.starts import normal


@kernel
def revalue(key, stream, step, spread, value):
    """Let the worth of each category walk: m_c exp(sigma e), mean 1. value : (k,) float32."""
    total = 0.0
    new = np.empty(value.size)
    for c in range(value.size):
        drawn = normal(key, stream, step, np.uint64(c), 0)
        new[c] = max(value[c] * math.exp(spread * drawn), 1e-12)
        total += new[c]
    for c in range(value.size):
        value[c] = np.float32(new[c] * value.size / total)


@kernel
def forget(member, cell, lost, knowledge):
    """Take a share of its knowledge from each. lost : (cells,) float64. O(n k) time."""
    for i in member:
        kept = np.float32(1.0 - lost[cell[i]])
        for c in range(knowledge.shape[1]):
            knowledge[i, c] *= kept


@kernel
def turn_search(member, cell, speed, value, vision):
    """Turn visions a share of the way to what is worth something. speed : (cells,)."""
    total = 0.0
    for c in range(value.size):
        total += value[c]
    for i in member:
        share = speed[cell[i]]
        for c in range(value.size):
            vision[i, c] += np.float32(share * (value[c] / total - vision[i, c]))
