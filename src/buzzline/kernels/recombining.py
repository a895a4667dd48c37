"""Groups combine what they know, three things at a time, into what nobody knew."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms, uniform

N_BASIC, N_THINGS = 6, 13  # two lines of three products each, and one that needs both lines
VALUES = np.array([6, 8, 10, 6, 8, 10, 48, 109, 188, 48, 109, 188, 358], np.float64)
# three things, in rising order, and what they make
RECIPES = np.array(
    [
        [0, 1, 2, 6], [0, 4, 6, 7], [1, 5, 7, 8], [3, 4, 5, 9], [1, 3, 9, 10], [2, 4, 10, 11],
        [2, 8, 11, 12],
    ]
)  # fmt: skip


@kernel
def picked(known, draw):
    """Return one of the things known (13,) bool, with a chance that grows with its value."""
    total = 0.0
    for thing in range(N_THINGS):
        if known[thing]:
            total += VALUES[thing]
    left = draw * total
    last = 0
    for thing in range(N_THINGS):
        if known[thing]:
            last = thing
            left -= VALUES[thing]
            if left < 0:
                return thing
    return last


@kernel
def made_of(a, b, c):
    """Return what three things make together, or -1."""
    low, high = min(a, b, c), max(a, b, c)
    middle = a + b + c - low - high
    for r in range(RECIPES.shape[0]):
        if RECIPES[r, 0] == low and RECIPES[r, 1] == middle and RECIPES[r, 2] == high:
            return RECIPES[r, 3]
    return -1


@kernel
def recombine(key, stream, n, size, sharing, steps, found):
    """Run n organisations in groups of `size`; return what each knows, (n, 13) bool.

    In a step everybody meets another of the group; one adds a thing, the other one, and either
    a third. What comes of it both know, and each other of the group with chance `sharing`.
    found : (13,) int64, filled with the step in which anybody first knew a thing; -1: never.
    O(steps x n x size x sharing) time.
    """
    known = np.zeros((n, N_THINGS), np.bool_)
    known[:, :N_BASIC] = True
    found[:] = -1
    found[:N_BASIC] = 0
    for step in range(1, steps + 1):
        for i in range(n):
            first = i // size * size
            after = min(first + size, n)
            if after - first < 2:
                continue
            who, mine, yours, coin = four_uniforms(key, stream, step, np.uint64(i), 0)
            j = first + int(who * (after - first - 1))
            j += j >= i
            third = uniform(key, stream, step, np.uint64(i), 4)
            thing = made_of(
                picked(known[i], mine), picked(known[j], yours),
                picked(known[i] if coin < 0.5 else known[j], third),
            )  # fmt: skip
            if thing < 0:
                continue
            known[i, thing] = known[j, thing] = True
            if found[thing] < 0:
                found[thing] = step
            if sharing > 0:
                for other in range(first, after):
                    draw = uniform(key, stream, step, np.uint64(i), 8 + other - first)
                    if draw < sharing:
                        known[other, thing] = True
    return known
