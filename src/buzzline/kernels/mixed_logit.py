"""Simulated likelihood of choices whose effects differ from person to person.

The rows of case c are start[c]:start[c + 1], the cases of person g are held[g]:held[g + 1]. All
cases of a person share each draw of its effects.
"""

from math import exp, log

import numpy as np

from buzzline.kernels import summing_kernel


@summing_kernel
def mixed_pass(x, start, chosen, offset, held, varying, mean, spread, draws, scores):
    """Return the simulated log likelihood, and fill scores by person.

    x : (rows, k) float64; start : (cases + 1,), chosen : (cases,), held : (persons + 1,) int64;
    offset : (rows,) or (0,); varying : (q,) int64, columns with effects that differ;
    mean : (k,); spread : (q,), standard deviations; draws : (persons, r, q), standard normal;
    scores : (persons, k + q) float64 out. O(rows r (k + q)) time.
    """
    n_persons, n_draws, k, q = held.size - 1, draws.shape[1], mean.size, spread.size
    widest = 0
    for g in range(n_persons):
        widest = max(widest, start[held[g + 1]] - start[held[g]])
    fixed, share = np.empty(widest), np.empty(widest)
    moved = np.empty((n_draws, k))
    told = np.empty(n_draws)
    likelihood = 0.0
    for g in range(n_persons):
        first = start[held[g]]
        for j in range(first, start[held[g + 1]]):
            value = offset[j] if offset.size else 0.0
            for a in range(k):
                value += mean[a] * x[j, a]
            fixed[j - first] = value
        for r in range(n_draws):
            told[r] = 0.0
            moved[r, :] = 0.0
            for c in range(held[g], held[g + 1]):
                told[r] += _case(
                    x, start[c], start[c + 1], chosen[c], fixed, share, first, varying, spread,
                    draws[g, r], moved[r],
                )  # fmt: skip
        top = told[0]
        for r in range(1, n_draws):
            top = max(top, told[r])
        total = 0.0
        for r in range(n_draws):
            told[r] = exp(told[r] - top)
            total += told[r]
        likelihood += top + log(total / n_draws)
        scores[g, :] = 0.0
        for r in range(n_draws):
            own = told[r] / total
            for a in range(k):
                scores[g, a] += own * moved[r, a]
            for b in range(q):
                scores[g, k + b] += own * moved[r, varying[b]] * draws[g, r, b]
    return likelihood


@summing_kernel
def _case(x, low, high, chosen, fixed, share, first, varying, spread, draw, moved):
    """Add what one case says of the effects to `moved`; return its log probability."""
    m, k = high - low, moved.size
    for j in range(m):
        share[j] = fixed[low - first + j]
    for b in range(spread.size):
        effect = spread[b] * draw[b]
        for j in range(m):
            share[j] += effect * x[low + j, varying[b]]
    top = share[0]
    for j in range(1, m):
        top = max(top, share[j])
    own, total = share[chosen - low] - top, 0.0
    for j in range(m):
        share[j] = exp(share[j] - top)
        total += share[j]
    for a in range(k):
        moved[a] += x[chosen, a]
    for j in range(m):
        part = share[j] / total
        for a in range(k):
            moved[a] -= part * x[low + j, a]
    return own - log(total)
