"""Spatially corrected modularity by plain loops over all pairs, after Expert et al. (2011)."""

from math import log

from tests.oracles.siblings import arc_km


def spatial(flows, importance, km, label, edges=()):
    """Q with f(d) read off the network: ties at d to products of importance at d, by bins."""
    n = len(label)

    def bin_of(d):
        return sum(d >= edge for edge in edges)

    ties, pairs = [0.0] * (len(edges) + 1), [0.0] * (len(edges) + 1)
    for i in range(n):
        for j in range(n):
            b = bin_of(km[i][j])
            ties[b] += flows[i][j]
            pairs[b] += importance[i] * importance[j]
    total, inside = 0.0, 0.0
    for i in range(n):
        for j in range(n):
            total += flows[i][j]
            if label[i] == label[j] and label[i] >= 0:
                b = bin_of(km[i][j])
                f = ties[b] / pairs[b] if pairs[b] else 0.0
                inside += flows[i][j] - importance[i] * importance[j] * f
    return inside / total


def reach(points, size, label, elasticity, nearest):
    """Sums of s_i s_j d^b over ordered pairs of two groups, and the mean of ln d over them."""
    k = max(label) + 1
    total = [[0.0] * k for _ in range(k)]
    slope = [[0.0] * k for _ in range(k)]
    for i in range(len(label)):
        for j in range(len(label)):
            if i == j or min(label[i], label[j]) < 0:
                continue
            km = max(arc_km(points[i], points[j]), nearest)
            weight = size[i] * size[j] * km**elasticity
            total[label[i]][label[j]] += weight
            slope[label[i]][label[j]] += weight * log(km)
    mean = [[s / t if t else 0.0 for s, t in zip(*rows, strict=True)]
            for rows in zip(slope, total, strict=True)]  # fmt: skip
    return total, mean


def balanced(flows, importance, km, label, elasticity):
    """Q with expected ties a_i a_j N_i N_j d^b, a by group: found by search, one pair each.

    Of two groups; a of either is moved until each is expected to hold the ties it holds.
    """
    n = len(label)
    given = [[0.0] * 2 for _ in range(2)]
    held, total, inside = [0.0, 0.0], 0.0, 0.0
    for i in range(n):
        for j in range(n):
            if i != j:
                given[label[i]][label[j]] += (
                    importance[i] * importance[j] * km[i][j] ** elasticity
                )
            held[label[i]] += flows[i][j]
            total += flows[i][j]
            inside += flows[i][j] * (label[i] == label[j])
    low, high = -50.0, 50.0  # ln of a_0 / a_1; the share held by group 0 grows with it
    for _ in range(200):
        ratio = 2.718281828459045 ** ((low + high) / 2)
        first = ratio**2 * given[0][0] + ratio * given[0][1]
        second = given[1][1] + ratio * given[0][1]
        if first / (first + second) < held[0] / total:
            low = (low + high) / 2
        else:
            high = (low + high) / 2
    expected_inside = (ratio**2 * given[0][0] + given[1][1]) / (first + second)
    return inside / total - expected_inside
