"""Institutions, cohesion, coded practice and further clusters, written out in plain Python."""

import math


def institutions_moved(places, needs, speed, uptake, institutions):
    """Places: for each a list of (industry, size, conventions)."""
    moved = []
    for r, members in enumerate(places):
        here = list(institutions[r])
        power = sum(size for _, size, _ in members)
        if members and power > 0:
            for d in range(len(here)):
                wanted = sum(size * needs[s][d] for s, size, _ in members) / power
                done = sum(b[d] for _, _, b in members) / len(members)
                here[d] += speed[r] * (wanted - here[d]) + uptake[r] * (done - here[d])
        moved.append(here)
    return moved


def fit(institutions, needs, lost, variety, overlap):
    return [
        [
            (1 - overlap[r] * variety[r])
            * (1 - lost[r] * (1 - math.exp(-(((1 - variety[r]) * math.dist(here, need)) ** 2))))
            for need in needs
        ]
        for r, here in enumerate(institutions)
    ]


def coded_practice_read(place, industry, coded, leak, knowledge):
    """Coded and leak: place to share. Knowledge of everybody afterwards."""
    means = {}
    for r in coded:
        for s in set(industry):
            there = [
                v
                for p, q, v in zip(place, industry, knowledge, strict=True)
                if (p, q) == (r, s)
            ]
            if there:
                means[r, s] = [sum(column) / len(there) for column in zip(*there, strict=True)]
    after = []
    for p, s, own in zip(place, industry, knowledge, strict=True):
        gains = [
            [leak[r] * (m - v) for m, v in zip(means[r, s], own, strict=True)]
            for r in coded
            if r != p and (r, s) in means
        ]
        after.append(
            [v + max([0, *more]) for v, more in zip(own, zip(*gains, strict=True), strict=True)]
            if gains
            else list(own)
        )
    return after


def paid(place, industry, region, fixed, viable):
    """What each pays for the infrastructure of a further cluster, in usual sales."""
    size = {}
    for key in zip(place, industry, strict=True):
        size[key] = size.get(key, 0) + 1
    owed = []
    for r, s in zip(place, industry, strict=True):
        same = [q for q in range(len(region)) if region[q] == region[r]]
        largest = max(same, key=lambda q: (size.get((q, s), 0), -q))
        n = size[r, s]
        owed.append(0.0 if largest == r else fixed[r] * max(0.0, 1 - n / viable[r]) / n)
    return owed


def flows(place, ties, knowledge, n_places):
    """Ties: (learner, other, trust). What others take from a place, and it from others."""
    out, into = [0.0] * n_places, [0.0] * n_places
    for i, j, trust in ties:
        if place[i] != place[j]:
            much = trust * sum(
                max(0, b - a) for a, b in zip(knowledge[i], knowledge[j], strict=True)
            )
            out[place[j]] += much
            into[place[i]] += much
    return out, into
