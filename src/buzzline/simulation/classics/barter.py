"""Organisations that trade knowledge for knowledge until nobody has any to trade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats, Indices
from buzzline.errors import InvalidArgument
from buzzline.kernels.barter import (
    barter_to_rest,
    in_random_order,
    levels_at_start,
    rewired_ring,
)
from buzzline.quantities import Count, Ratio, Share
from buzzline.simulation.luck import STREAMS, Luck

MOST_SWEEPS = 100_000
_EXPERT_STEP = 1 << 29
_CLASSICS = STREAMS["classics"]


@dataclass(frozen=True, slots=True)
class BarterRules:
    """How organisations trade.

    Attributes
    ----------
    organisations : count
        On the ring.
    degree : count
        Neighbours on the ring, half on either side; an even number.
    categories : count
        Of knowledge.
    highest : ratio
        Ordinary knowledge lies between 0 and this.
    expert_level : ratio
        What an expert knows in one category.
    learning_rate : share
        Of a difference that is learned in a trade.
    tolerance : share
        Levels as near as this count as equal.
    """

    organisations: Count = 500
    degree: Count = 10
    categories: Count = 10
    highest: Ratio = 10.0
    expert_level: Ratio = 30.0
    learning_rate: Share = 0.1
    tolerance: Share = 0.01

    def __post_init__(self) -> None:
        if not 2 <= self.degree < self.organisations <= 5_000 or self.degree % 2:
            raise InvalidArgument(
                "barter: `degree` must be even, at least 2 and less than `organisations`, of "
                f"which there may be 5,000; got {self.degree} and {self.organisations}"
            )
        if not 2 <= self.categories <= 1_000:
            raise InvalidArgument("barter: trade needs 2 to 1,000 `categories`")
        if not 0 < self.tolerance <= 1 or not 0 <= self.learning_rate <= 1:
            raise InvalidArgument(
                "barter: `tolerance` must lie above 0 and `learning_rate` between 0 and 1; "
                "without tolerance trade never ends"
            )
        if not (0 < self.highest < 1e9 and 0 < self.expert_level < 1e9):
            raise InvalidArgument("barter: `highest` and `expert_level` must lie above 0")


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """Where trade came to rest.

    Attributes
    ----------
    levels : (organisations, categories) float64
    sweeps, trades : int
    """

    levels: Floats
    sweeps: int
    trades: int

    def knowledge(self) -> Floats:
        """Return the mean over categories of each organisation, (organisations,)."""
        return np.ascontiguousarray(self.levels.mean(axis=1))


def start_of_barter(luck: Luck, rules: BarterRules) -> Floats:
    """Return knowledge at the start without experts; (organisations, categories) float64."""
    found: Floats = levels_at_start(
        luck.key, _CLASSICS, rules.organisations, rules.categories, float(rules.highest)
    )
    return found


def some_of(luck: Luck, rows: tuple[int, int], n: int) -> Indices:
    """Return n of the rows from the first to before the second, by luck; (n,) int64."""
    found: Indices = in_random_order(luck.key, _CLASSICS, _EXPERT_STEP, *rows)
    return found[:n]


def make_experts(levels: Floats, who: Indices, rules: BarterRules) -> None:
    """Raise one category of each of `who` to the level of experts, in turn. Changes levels."""
    levels[who, np.arange(who.size) % rules.categories] = rules.expert_level


def ring_ties(luck: Luck, rows: tuple[int, int], *, degree: int, rewiring: float) -> Indices:
    """Return ties (m, 2) on a ring of rows, from the first to before the second."""
    found: Indices = rewired_ring(luck.key, _CLASSICS, *rows, degree, rewiring)
    return found


def barter(
    levels: Floats, ties: Indices, luck: Luck, *, rate: Floats, tolerance: float = 0.01,
    n_first: int = 0,
) -> Rest:  # fmt: skip
    """Return where trade along ties comes to rest.

    Parameters
    ----------
    levels : (n, c) float64
        Not changed.
    ties : (m, 2) int64
    luck : Luck
    rate : (m,) float64
        Share of a difference that is learned in one trade along a tie.
    tolerance : share
    n_first : int
        The first so many ties trade before all others in every sweep.

    Examples
    --------
    >>> from buzzline.simulation.luck import luck_of
    >>> levels = np.array([[2.0, 0.0], [0.0, 2.0]])
    >>> found = barter(levels, np.array([[0, 1]]), luck_of(1, 0), rate=np.array([1.0]))
    >>> found.levels.tolist(), found.trades, found.sweeps
    ([[2.0, 2.0], [2.0, 2.0]], 1, 2)
    """
    own = levels.copy()
    sweeps, trades = barter_to_rest(
        luck.key, _CLASSICS, own, ties, rate, n_first, tolerance, MOST_SWEEPS
    )
    return Rest(own, int(sweeps), int(trades))
