"""Plain counts of ties within and between groups, and what size and distance give."""

from math import asin, cos, exp, log, radians, sin, sqrt

import numpy as np


def arc_km(one, other):
    """Haversine distance of two (longitude, latitude) points."""
    lon, lat, to_lon, to_lat = (radians(x) for x in (*one, *other))
    half = sin((to_lat - lat) / 2) ** 2 + cos(lat) * cos(to_lat) * sin((to_lon - lon) / 2) ** 2
    return 2 * 6371.0088 * asin(sqrt(half))


def gravity(points, mass, elasticity=0.9, nearest=1.0):
    """(n, n) rates by mass and distance, 0 on the diagonal: two loops over all points."""
    n = len(points)
    rate = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            km = max(arc_km(points[i], points[j]), nearest)
            rate[i, j] = rate[j, i] = mass[i] * mass[j] * exp(-elasticity * log(km))
    return rate


def counted(source, target, n):
    """(n, n) ties, each entered both ways."""
    ties = np.zeros((n, n))
    for i, j in zip(source, target, strict=True):
        ties[i, j] += 1
        ties[j, i] += 1
    return ties


def block(matrix, one, other):
    """Sum over pairs with an end in each of two groups; pairs of one group come up once."""
    total = matrix[np.ix_(one, other)].sum()
    return total / 2 if np.array_equal(one, other) else total


def separation(ties, rate, one, other):
    """ln of the odds ratio of ties net of what `rate` gives, and its standard error."""
    value, variance = 0.0, 0.0
    for a, b, sign in ((one, one, 1), (other, other, 1), (one, other, -2)):
        observed = block(ties, a, b)
        value += sign * (log(observed) - log(block(rate, a, b)))
        variance += sign**2 / observed
    return value, sqrt(variance)


def morisita_horn(p, q):
    """Overlap of two lists of counts."""
    p, q = np.asarray(p) / np.sum(p), np.asarray(q) / np.sum(q)
    return 2 * sum(p * q) / (sum(p**2) + sum(q**2))
