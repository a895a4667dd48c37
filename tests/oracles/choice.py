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


def group_and_place(x, case, is_chosen, *, beta, group, place):
    """Products of one-step moves without each group, and of scores by place, row by row."""
    k, n = x.shape[1], len(case)
    share, away = np.zeros(n), np.zeros((n, k))
    for one in sorted(set(case)):
        rows = [row for row in range(n) if case[row] == one]
        worth = np.array([exp(float(np.dot(x[row], beta))) for row in rows])
        mean = sum(worth[at] * x[row] for at, row in enumerate(rows)) / worth.sum()
        for at, row in enumerate(rows):
            share[row], away[row] = worth[at] / worth.sum(), x[row] - mean
    scores = [(is_chosen[row] - share[row]) * away[row] for row in range(n)]
    whole = sum(share[row] * np.outer(away[row], away[row]) for row in range(n))
    out = np.zeros((k, k))
    groups, places = sorted(set(group)), sorted(set(place))
    for one in groups:
        rows = [row for row in range(n) if group[row] == one]
        own = sum(share[row] * np.outer(away[row], away[row]) for row in rows)
        move = np.linalg.inv(whole - own) @ sum(scores[row] for row in rows)
        out += (len(groups) - 1) / len(groups) * np.outer(move, move)
    bread = np.linalg.inv(whole)
    for one in places:
        move = bread @ sum(scores[row] for row in range(n) if place[row] == one)
        out += len(places) / (len(places) - 1) * np.outer(move, move)
    for cell in sorted(set(zip(group, place, strict=True))):
        rows = [row for row in range(n) if (group[row], place[row]) == cell]
        move = bread @ sum(scores[row] for row in rows)
        out -= np.outer(move, move)
    return out
