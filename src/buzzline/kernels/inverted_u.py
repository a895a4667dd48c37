"""Organisations copy whoever offers most at a distance neither too small nor too large.

The distances to many others are taken side by side, each in the order of the categories, so
that the numbers do not depend on how many others there are.
"""

import math

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms

_LANES = 8
LARGEST_TILE = 128  # organisations; in larger clusters only those watched are laid out
_ROW = np.uintp


@kernel
def watched_of(key, stream, step, i, own, size, out):
    """Fill out (n_watched,) int64 with others of the cluster by luck: places 0 to size - 1.

    i : row, `own` : one's place in the cluster. Others may come twice.
    """
    for first in range(0, out.size, 4):
        four = four_uniforms(key, stream, step, np.uint64(i), first // 4)
        for k in range(min(4, out.size - first)):
            other = int(four[k] * (size - 1))
            out[first + k] = other + (other >= own)


@kernel
def compare(tile, own, square, lead):
    """Fill square and lead (w,) float32: squared distance to, and largest lead of, each other.

    tile : (c, w) float32, a column an organisation. own : (c,) float32.
    """
    for m in range(square.size):
        square[m] = 0
        lead[m] = -np.inf
    whole = own.size // 4 * 4
    for c in range(0, whole, 4):
        a0, a1, a2, a3 = own[c], own[c + 1], own[c + 2], own[c + 3]
        r0, r1, r2, r3 = tile[c], tile[c + 1], tile[c + 2], tile[c + 3]
        for m in range(square.size):
            d = r0[m] - a0
            s, g = square[m] + d * d, d if d > lead[m] else lead[m]
            d = r1[m] - a1
            s, g = s + d * d, d if d > g else g
            d = r2[m] - a2
            s, g = s + d * d, d if d > g else g
            d = r3[m] - a3
            s, g = s + d * d, d if d > g else g
            square[m], lead[m] = s, g
    for c in range(whole, own.size):
        for m in range(square.size):
            d = tile[c, m] - own[c]
            square[m] += d * d
            lead[m] = d if d > lead[m] else lead[m]


@kernel
def best_offer(square, lead, columns, furthest):
    """Return the column that offers most (-1: none), and how much: 4x(1 - x) x its lead."""
    best, at = np.float32(0), -1
    for m in columns:
        if square[m] < furthest * furthest and lead[m] > 0:
            x = math.sqrt(square[m]) / furthest
            offer = np.float32(4) * x * (np.float32(1) - x) * lead[m]
            if offer > best:
                best, at = offer, m
    return at, best


@kernel
def copy_from(tile, at, offer, own, rate, out):
    """Fill out (c,) with one's knowledge, more where the one in column `at` leads most."""
    for c in range(own.size):
        out[c] = own[c]
    if at >= 0:
        most = 0
        for c in range(1, own.size):
            if tile[c, at] - own[c] > tile[most, at] - own[most]:
                most = c
        out[most] += rate * offer


@kernel
def watch_and_copy(
    knowledge, size, n_watched, furthest, rate, key, stream, step, out,
    largest_tile=LARGEST_TILE,
):  # fmt: skip
    """Let everybody watch others of the own cluster, drawn by luck, and copy from the best.

    knowledge, out : (n, c) float32, rows of a cluster of `size` side by side. furthest, rate :
    float32. Reads `knowledge` only, so order and rows do not matter.
    O(n x c x n_watched) time; x size where the cluster is laid out as a whole, which it is up
    to `largest_tile` organisations: the same numbers either way.
    """
    n, c = knowledge.shape
    whole = size <= largest_tile
    width = ((size if whole else n_watched) + _LANES - 1) // _LANES * _LANES
    tile = np.zeros((c, width), np.float32)
    square, lead = np.empty(width, np.float32), np.empty(width, np.float32)
    watched, columns = np.empty(n_watched, np.int64), np.arange(n_watched)
    for first in range(0, n, size):
        if whole:
            for m in range(size):
                for k in range(c):
                    tile[k, m] = knowledge[first + m, k]
        for place in range(size):
            i = first + place
            watched_of(key, stream, step, i, place, size, watched)
            if not whole:
                for m in range(n_watched):
                    j = _ROW(first + watched[m])
                    for k in range(_ROW(c)):
                        tile[k, m] = knowledge[j, k]
            compare(tile, knowledge[i], square, lead)
            at, offer = best_offer(square, lead, watched if whole else columns, furthest)
            copy_from(tile, at, offer, knowledge[i], rate, out[i])


@kernel
def watched_by_all(n, size, n_watched, key, stream, step):
    """Return the rows everybody watches in a step; (n, n_watched) int64."""
    found = np.empty((n, n_watched), np.int64)
    for i in range(n):
        watched_of(key, stream, step, i, i % size, size, found[i])
        found[i] += i // size * size
    return found
