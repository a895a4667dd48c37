"""Sums of mass that falls with distance, over a tree of points (Barnes and Hut 1986).

Points are sorted along a curve that keeps neighbours together; node h of level l covers the
m-th of 2**l even parts of them, h = 2**l + m, and its children are 2h and 2h + 1. A node that
is far for its size counts as one point at its middle: near points are summed one by one.
"""

from math import asin, exp, log, sqrt

import numpy as np

from buzzline.kernels import kernel

STACK = 256
NEARLY_FLAT = 0.01  # squared chord; below, arc and chord differ by less than 1 in 2000


@kernel
def node_spheres(xyz, depth):
    """Return the middle and radius of a sphere around the points of each node of the tree.

    xyz : (n, 3) float64, sorted; depth : int, levels below the top. Returns (2**(depth + 1), 4)
    float64, chords; row 0 is empty. O(n depth) time.
    """
    n = xyz.shape[0]
    out = np.zeros((2 ** (depth + 1), 4))
    for level in range(depth + 1):
        parts = 2**level
        for m in range(parts):
            start, stop, h = n * m // parts, n * (m + 1) // parts, parts + m
            if stop <= start:
                continue
            for axis in range(3):
                out[h, axis] = xyz[start:stop, axis].mean()
            widest = 0.0
            for i in range(start, stop):
                away = 0.0
                for axis in range(3):
                    away += (xyz[i, axis] - out[h, axis]) ** 2
                widest = max(widest, away)
            out[h, 3] = sqrt(widest)
    return out


@kernel
def node_masses(xyz, mass, floor_km, depth):
    """Return the centre of mass, mass, least and largest floor of each node.

    xyz : (n, 3), mass, floor_km : (n,) float64, sorted. Returns (2**(depth + 1), 6); floors are
    of points with mass, infinity and 0 where there are none. O(n) time.
    """
    n, leaves = xyz.shape[0], 2**depth
    out = np.zeros((2 * leaves, 6))
    out[:, 4] = np.inf
    for m in range(leaves):
        h = leaves + m
        for i in range(n * m // leaves, n * (m + 1) // leaves):
            if mass[i] <= 0.0:
                continue
            for axis in range(3):
                out[h, axis] += mass[i] * xyz[i, axis]
            out[h, 3] += mass[i]
            out[h, 4] = min(out[h, 4], floor_km[i])
            out[h, 5] = max(out[h, 5], floor_km[i])
    for h in range(leaves - 1, 0, -1):
        out[h, :4] = out[2 * h, :4] + out[2 * h + 1, :4]
        out[h, 4] = min(out[2 * h, 4], out[2 * h + 1, 4])
        out[h, 5] = max(out[2 * h, 5], out[2 * h + 1, 5])
    for h in range(1, 2 * leaves):
        if out[h, 3] > 0.0:
            out[h, :3] /= out[h, 3]
    return out


@kernel
def fallen(squared_chord, floor_km, elasticity, radius_km):
    """Return distance to a power, distances below the floor counting as the floor."""
    if squared_chord < NEARLY_FLAT:
        square_km = squared_chord * radius_km * radius_km
    else:
        square_km = (2.0 * radius_km * asin(min(sqrt(squared_chord) / 2.0, 1.0))) ** 2
    return exp(0.5 * elasticity * log(max(square_km, floor_km * floor_km)))


@kernel
def one_floor(away_km, floor_km, least_km, largest_km):
    """Return whether all of a node are told apart from a point down to the same distance.

    They are where floors do not matter as it is farther than the largest, where that of the
    point is at least the largest, and where all are the same.
    """
    return away_km >= largest_km or floor_km >= largest_km or least_km == largest_km


@kernel
def gravity_sums(at, at_floor, oneself, xyz, mass, floor_km, spheres, nodes, terms):
    """Sum mass times distance to a power, from each of some points to all points of a tree.

    at : (q, 3), at_floor : (q,) float64 km; oneself : (q,) int64, position among the sorted
    points of the point itself, which does not count, or -1; xyz, mass, floor_km as sorted;
    spheres, nodes from `node_spheres` and `node_masses`; terms : elasticity, radius of the
    Earth [km], opening: nodes whose radius is below this share of their distance count as one
    point, unless their floors matter and differ. out : (q,) float64. O(q log n) time.
    """
    elasticity, radius_km, opening = terms
    n, leaves = xyz.shape[0], nodes.shape[0] // 2
    out = np.zeros(at.shape[0])
    stack = np.empty(STACK, np.int64)
    for q in range(at.shape[0]):
        top, total, own = 1, 0.0, oneself[q]
        stack[0] = 1
        while top > 0:
            top -= 1
            h = stack[top]
            if nodes[h, 3] <= 0.0:
                continue
            parts = 1
            while 2 * parts <= h:
                parts *= 2
            start, stop = n * (h - parts) // parts, n * (h - parts + 1) // parts
            away = 0.0
            for axis in range(3):
                away += (at[q, axis] - spheres[h, axis]) ** 2
            if spheres[h, 3] <= opening * sqrt(away) and one_floor(
                sqrt(away) * radius_km, at_floor[q], nodes[h, 4], nodes[h, 5]
            ):
                held = nodes[h, 3]
                if start <= own < stop:
                    held -= mass[own]
                square = 0.0
                for axis in range(3):
                    square += (at[q, axis] - nodes[h, axis]) ** 2
                floor = max(at_floor[q], nodes[h, 5])
                total += held * fallen(square, floor, elasticity, radius_km)
            elif h < leaves:
                stack[top], stack[top + 1] = 2 * h, 2 * h + 1
                top += 2
            else:
                for i in range(start, stop):
                    if i == own or mass[i] <= 0.0:
                        continue
                    square = 0.0
                    for axis in range(3):
                        square += (at[q, axis] - xyz[i, axis]) ** 2
                    floor = max(at_floor[q], floor_km[i])
                    total += mass[i] * fallen(square, floor, elasticity, radius_km)
        out[q] = total
    return out
