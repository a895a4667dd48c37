"""Choices among alternatives, the obvious way: one case after another, probabilities as said."""

from itertools import product
from math import exp, log

import numpy as np


def log_likelihood(x, case, is_chosen, beta, offset=None):
    """Sum over cases of ln of the probability of the alternative chosen."""
    total = 0.0
    for one in sorted(set(case)):
        rows = [row for row in range(len(case)) if case[row] == one]
        worth = {row: exp(float(np.dot(x[row], beta)) + (0 if offset is None else offset[row]))
                 for row in rows}  # fmt: skip
        own = next(row for row in rows if is_chosen[row])
        total += log(worth[own] / sum(worth.values()))
    return total


def mixed_log_likelihood(x, case, is_chosen, *, person, beta, spread, varying, draws):
    """Sum over persons of ln of the mean over draws of the product over their cases."""
    total = 0.0
    for number, one in enumerate(sorted(set(person))):
        mean = 0.0
        for draw in draws[number]:
            effect = np.array(beta, dtype=float)
            for at, column in enumerate(varying):
                effect[column] += spread[at] * draw[at]
            own = [row for row in range(len(case)) if person[row] == one]
            mean += exp(log_likelihood(
                x[own], [case[row] for row in own], [is_chosen[row] for row in own], effect
            )) / len(draws[number])  # fmt: skip
        total += log(mean)
    return total


def chance_of_set(drawn, chosen, chance, others):
    """Probability of a multiset beside the one chosen, over all sequences of draws."""
    wanted = sorted([*drawn, chosen])
    total = 0.0
    for sequence in product(range(len(chance)), repeat=others):
        if sorted([*sequence, chosen]) == wanted:
            total += float(np.prod([chance[one] for one in sequence]))
    return total


def two_way(scores, bread, first, second):
    """Products of all pairs of rows that share either, without small-sample factors."""
    meat = np.zeros(bread.shape)
    for i in range(len(scores)):
        for j in range(len(scores)):
            if first[i] == first[j] or second[i] == second[j]:
                meat += np.outer(scores[i], scores[j])
    return bread @ meat @ bread
