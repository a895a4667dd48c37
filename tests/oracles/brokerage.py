"""Brokerage, rewired degrees and reach as one would write them at first."""

from itertools import product

import numpy as np


def brokerage_counts(ties, group):
    """Pairs that each node brokers, by role. ties : set of (source, target)."""
    n = len(group)
    counts = np.zeros((n, 5), int)
    for v, a, b in product(range(n), repeat=3):
        if len({v, a, b}) < 3 or (a, v) not in ties or (v, b) not in ties or (a, b) in ties:
            continue
        same = [group[x] == group[y] and group[x] >= 0 for x, y in ((a, v), (v, b), (a, b))]
        if same[0] and same[1]:
            role = 0
        elif same[1]:
            role = 2
        elif same[0]:
            role = 3
        else:
            role = 1 if same[2] else 4
        counts[v, role] += 1
    return counts


def expected_brokerage(n_pairs, own, sizes, n):
    """Mean of G and F with the groups of all but the broker dealt at random."""
    others = [(size - (k == own)) / (n - 1) for k, size in enumerate(sizes)]
    left = [(size - (k == own)) for k, size in enumerate(sizes)]
    both = [m * (m - 1) / ((n - 1) * (n - 2)) for m in left]
    inside = both[own]
    outward = others[own] - inside
    itinerant = sum(both) - inside
    return n_pairs * np.array(
        [inside, itinerant, outward, outward, 1 - inside - itinerant - 2 * outward]
    )


def reach(inside, outside, k, removed=()):
    """Sums of 1 / steps from each member: direct, and through others."""
    alive = [i for i in range(k) if i not in removed]
    direct, indirect = np.zeros(k), np.zeros(k)
    for s in alive:
        steps, wave = {s: 0}, [s]
        while wave:
            wave = [
                j for i in wave for j in alive
                if j not in steps and ({(i, j), (j, i)} & inside) and not steps.update({j: steps[i] + 1})
            ]  # fmt: skip
        for _, partners in outside.items():
            near = [steps[i] + 1 for i in partners if i in steps]
            if near:
                if min(near) == 1:
                    direct[s] += 1
                else:
                    indirect[s] += 1 / min(near)
    return direct, indirect
