"""Designs that move many switches at once, and what each does by itself and with another."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.linalg import hadamard
from scipy.special import stdtrit

from buzzline.arrays import Flags, Floats
from buzzline.errors import InvalidArgument

FULL_UP_TO = 4  # factors; every combination is tried
ROUNDING = 1e-12  # of the largest outcome: what sums leave of nothing
HALF_AT = 5  # the fifth is the product of four: pairs are still told apart


def factorial_design(n_factors: int) -> Flags:
    """Return points by factors: True where a factor is on its second side.

    All combinations up to 4 factors; half of them for 5, where pairs stay apart (resolution V);
    beyond, a Hadamard matrix and its mirror image (resolution IV): what one factor does is not
    mixed with any pair, and pairs are mixed with each other (`aliases`).

    Raises
    ------
    InvalidArgument
        No factor.

    Examples
    --------
    >>> factorial_design(3).shape, factorial_design(8).shape, factorial_design(46).shape
    ((8, 3), (16, 8), (128, 46))
    """
    if n_factors < 1:
        raise InvalidArgument("switch factorial: there is no switch to move")
    if n_factors <= HALF_AT:
        free = min(n_factors, FULL_UP_TO)
        sides = np.array(list(itertools.product((False, True), repeat=free)))
        if n_factors == HALF_AT:
            sides = np.column_stack([sides, sides.sum(axis=1) % 2 == 1])
        return np.ascontiguousarray(sides)
    order = 1 << (n_factors - 1).bit_length()
    half = hadamard(order)[:, :n_factors] > 0
    return np.ascontiguousarray(np.vstack([half, ~half]))


def aliases(design: Flags) -> list[list[tuple[int, int]]]:
    """Return pairs of factors in groups that the design cannot tell apart."""
    signs = np.where(design, 1, -1)
    groups: dict[bytes, list[tuple[int, int]]] = {}
    for pair in itertools.combinations(range(design.shape[1]), 2):
        column = signs[:, pair[0]] * signs[:, pair[1]]
        groups.setdefault((column * column[0]).astype(np.int8).tobytes(), []).append(pair)
    return list(groups.values())


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """Effects of switches on one outcome, with the uncertainty that luck gives.

    Attributes
    ----------
    main, main_error : (k,) float64       second side less first, and its standard error
    first, second : (k,) float64          mean outcome on each side
    share : (k,) float64 [share]          of the variance over points, less what luck adds
    pairs : list of list of (int, int)    pairs that the design does not tell apart
    pair, pair_error, pair_share : (groups,) float64
    runs : int
    """

    main: Floats
    main_error: Floats
    first: Floats
    second: Floats
    share: Floats
    pairs: list[list[tuple[int, int]]]
    pair: Floats
    pair_error: Floats
    pair_share: Floats
    runs: int

    def margin(self, level: float) -> float:
        """Return how many standard errors an interval reaches to each side."""
        return float(stdtrit(self.runs - 1, 0.5 + level / 2))


def factorial_effects(design: Flags, outcomes: Floats) -> Effects:
    """Return main effects and effects of pairs.

    Parameters
    ----------
    design : (points, k) bool
    outcomes : (points, runs) float64
        Every point with the same luck, so that a run is one whole experiment and the spread of
        an effect over runs is its error.

    Raises
    ------
    InvalidArgument
        Fewer than 2 runs.
    """
    runs = outcomes.shape[1]
    if runs < 2:
        raise InvalidArgument("switch factorial: an error needs at least 2 runs (`runs`)")
    signs = np.where(design, 1.0, -1.0)
    groups = aliases(design)
    products = np.array([signs[:, group[0][0]] * signs[:, group[0][1]] for group in groups])
    main, main_error = _contrast(signs.T, outcomes)
    pair, pair_error = _contrast(products.reshape(-1, len(design)), outcomes)
    all_variance = float(outcomes.mean(axis=1).var())
    middle = float(outcomes.mean())
    return Effects(
        main, main_error, middle - main / 2, middle + main / 2,
        _share(main, main_error, all_variance), groups, pair, pair_error,
        _share(pair, pair_error, all_variance), runs,
    )  # fmt: skip


def _contrast(signs: Floats, outcomes: Floats) -> tuple[Floats, Floats]:
    by_run = signs @ outcomes * (2 / outcomes.shape[0])  # (contrasts, runs)
    by_run[np.abs(by_run) <= ROUNDING * np.abs(outcomes).max()] = 0.0
    return by_run.mean(axis=1), by_run.std(axis=1, ddof=1) / np.sqrt(outcomes.shape[1])


def _share(effect: Floats, error: Floats, variance: float) -> Floats:
    if variance == 0:
        return np.zeros_like(effect)
    return np.maximum(0, effect**2 - error**2) / 4 / variance
