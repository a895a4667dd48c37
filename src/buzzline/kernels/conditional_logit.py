"""Passes over choices among alternatives, case by case.

Row j of a case is one alternative; the rows of case c are start[c]:start[c + 1]. An `offset` of
length 0 stands for zeros. Sums over the alternatives of a case may be taken in any order, so
that they run several at a time.
"""

from math import exp, log

import numpy as np

from buzzline.kernels import summing_kernel


@summing_kernel
def choice_pass(x, start, chosen, weight, offset, effect, scores):
    """Return log likelihood and information at some effects, and fill scores by case.

    x : (rows, k) float64; start : (cases + 1,) int64; chosen : (cases,) int64, row of x;
    weight : (cases,) float64; offset : (rows,) or (0,) float64; effect : (k,) float64;
    scores : (cases, k) float64 out, times weight. Information is (k, k). O(rows k^2) time,
    O(widest case k) memory.
    """
    k, widest = effect.size, _widest(start)
    away, share, held = np.empty((k, widest)), np.empty(widest), np.empty(widest)
    information = np.zeros((k, k))
    likelihood = 0.0
    for c in range(chosen.size):
        first, m, mine = start[c], start[c + 1] - start[c], chosen[c] - start[c]
        for j in range(m):
            for a in range(k):
                away[a, j] = x[first + j, a]
        own = _shares(away, offset, effect, share, first, m, mine)
        likelihood += weight[c] * own
        for a in range(k):
            mean = 0.0
            for j in range(m):
                mean += share[j] * away[a, j]
            for j in range(m):
                away[a, j] -= mean
            scores[c, a] = weight[c] * away[a, mine]
        for a in range(k):
            for j in range(m):
                held[j] = weight[c] * share[j] * away[a, j]
            for b in range(a + 1):
                added = 0.0
                for j in range(m):
                    added += held[j] * away[b, j]
                information[a, b] += added
    for a in range(k):
        for b in range(a):
            information[b, a] = information[a, b]
    return likelihood, information


@summing_kernel
def _widest(start):
    widest = 0
    for c in range(start.size - 1):
        widest = max(widest, start[c + 1] - start[c])
    return widest


@summing_kernel
def _shares(columns, offset, effect, share, first, m, mine):
    """Fill the probability of each alternative; return the log of that of alternative `mine`.

    columns : (k, widest) float64, transposed rows of the case.
    """
    for j in range(m):
        share[j] = offset[first + j] if offset.size else 0.0
    for a in range(effect.size):
        for j in range(m):
            share[j] += effect[a] * columns[a, j]
    top = share[0]
    for j in range(1, m):
        top = max(top, share[j])
    own = share[mine] - top
    total = 0.0
    for j in range(m):
        share[j] = exp(share[j] - top)
        total += share[j]
    for j in range(m):
        share[j] /= total
    return own - log(total)


@summing_kernel
def choice_shares(x, start, offset, effect, share):
    """Fill the probability of each alternative within its case. share : (rows,) float64 out."""
    k, widest = effect.size, _widest(start)
    columns, own = np.empty((k, widest)), np.empty(widest)
    for c in range(start.size - 1):
        first, m = start[c], start[c + 1] - start[c]
        for j in range(m):
            for a in range(k):
                columns[a, j] = x[first + j, a]
        _shares(columns, offset, effect, own, first, m, 0)
        for j in range(m):
            share[first + j] = own[j]


@summing_kernel
def row_scores(x, start, chosen, weight, share, scores):
    """Fill what each alternative adds to the scores, the mean of its case taken out.

    share : (rows,) float64, probabilities; scores : (rows, k) float64 out. They add up to the
    scores of the case. O(rows k) time.
    """
    k = x.shape[1]
    mean = np.empty(k)
    for c in range(chosen.size):
        mean[:] = 0.0
        for j in range(start[c], start[c + 1]):
            for a in range(k):
                mean[a] += share[j] * x[j, a]
        for j in range(start[c], start[c + 1]):
            beyond = weight[c] * ((1.0 if j == chosen[c] else 0.0) - share[j])
            for a in range(k):
                scores[j, a] = beyond * (x[j, a] - mean[a])


@summing_kernel
def smallest_lead(x, start, chosen, direction):
    """Return by how much the chosen lead the others along a direction, at least and at most.

    Where the least lead is not negative, and the most is positive, going on in that direction
    never lowers the likelihood: no finite effect is likeliest. O(rows k) time.
    """
    least, most = np.inf, 0.0
    for c in range(chosen.size):
        own = 0.0
        for a in range(direction.size):
            own += direction[a] * x[chosen[c], a]
        for j in range(start[c], start[c + 1]):
            other = 0.0
            for a in range(direction.size):
                other += direction[a] * x[j, a]
            least, most = min(least, own - other), max(most, own - other)
    return least, most


@summing_kernel
def column_ranges(x):
    """Return how far apart the values of each column are. x : (rows, k) float64; (k,)."""
    low, high = x[0].copy(), x[0].copy()
    for j in range(x.shape[0]):
        for a in range(x.shape[1]):
            low[a], high[a] = min(low[a], x[j, a]), max(high[a], x[j, a])
    return high - low


@summing_kernel
def group_information(x, start, weight, share, group, n_groups):
    """Return what the rows of each group add to the information: (n_groups, k, k).

    share : (rows,) float64, probabilities; group : (rows,) int64. Of each row weight times
    share times the products of its columns, the mean of its case taken out. O(rows k^2) time.
    """
    k = x.shape[1]
    out = np.zeros((n_groups, k, k))
    mean, away = np.empty(k), np.empty(k)
    for c in range(start.size - 1):
        mean[:] = 0.0
        for j in range(start[c], start[c + 1]):
            for a in range(k):
                mean[a] += share[j] * x[j, a]
        for j in range(start[c], start[c + 1]):
            for a in range(k):
                away[a] = x[j, a] - mean[a]
            for a in range(k):
                part = weight[c] * share[j] * away[a]
                for b in range(k):
                    out[group[j], a, b] += part * away[b]
    return out
