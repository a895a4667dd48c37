"""Sandwiches as sums over all pairs of rows, one pair at a time."""

from collections.abc import Callable

import numpy as np


def meat(scores: np.ndarray, shared: Callable[[int, int], bool]) -> np.ndarray:
    """Sum the products of scores of every two rows (and a row with itself) that share luck."""
    n, k = scores.shape
    total = np.zeros((k, k))
    for i in range(n):
        for j in range(n):
            if shared(i, j):
                total += np.outer(scores[i], scores[j])
    return total


def in_any_way(*ways: np.ndarray) -> Callable[[int, int], bool]:
    return lambda i, j: any(way[i] == way[j] for way in ways)


def at_an_end(first: np.ndarray, second: np.ndarray) -> Callable[[int, int], bool]:
    return lambda i, j: bool({first[i], second[i]} & {first[j], second[j]})
