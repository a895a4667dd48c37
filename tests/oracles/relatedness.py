"""Relatedness, the slow and obvious way."""

import numpy as np


def together(flags):
    places, industries = flags.shape
    out = np.zeros((industries, industries))
    for i in range(industries):
        for j in range(industries):
            out[i, j] = sum(bool(flags[p, i] and flags[p, j]) for p in range(places))
    return out


def conditional(flags):
    counts = together(flags)
    n = flags.shape[1]
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            most = max(counts[i, i], counts[j, j])
            if i != j:
                out[i, j] = counts[i, j] / most if most else np.nan
    return out


def density_without_own(flags):
    """Leave each place out, measure proximity anew, then the density of that place."""
    out = np.full(flags.shape, np.nan)
    for p in range(flags.shape[0]):
        near = np.nan_to_num(conditional(np.delete(flags, p, axis=0)))
        for i in range(flags.shape[1]):
            weight = near[:, i].sum()
            if weight:
                out[p, i] = (flags[p] * near[:, i]).sum() / weight
    return out


def poisson_binomial_tail(chances, count):
    """P(at least `count` heads) of unequal coins, by adding one coin after another."""
    mass = np.ones(1)
    for chance in chances:
        mass = np.convolve(mass, [1 - chance, chance])
    return mass[count:].sum()


def tables_with_totals(may, rows, columns):
    """All tables of flags with these totals and flags only where `may`, by trying each."""
    cells = np.argwhere(may)
    n = int(sum(rows))
    found = []

    def place(start, chosen, left, across):
        if len(chosen) == n:
            found.append(tuple(chosen))
            return
        for k in range(start, len(cells)):
            p, i = cells[k]
            if left[p] and across[i]:
                left[p] -= 1
                across[i] -= 1
                place(k + 1, [*chosen, (int(p), int(i))], left, across)
                left[p] += 1
                across[i] += 1

    place(0, [], list(rows), list(columns))
    return found
