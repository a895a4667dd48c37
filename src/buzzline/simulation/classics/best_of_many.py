"""What the best of many experiments is worth, in closed form.

The payoff of an experiment is drawn from a normal distribution of mean 0 and variance 1; any
two of a large organisation have a correlation, any two of different small ones another.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from buzzline.arrays import Floats

_FURTHEST = 12.0
_APART = 0.02  # of points where distributions are taken; far less than their spread
_VISIONS_APART = 0.05
_ALIKE = 1e-12  # what numbers of this size are exact to


@cache
def _grid(apart: float = _APART) -> tuple[Floats, Floats]:
    """Return points around 0 and their weights; for smooth curves exact to many digits."""
    at = np.arange(-_FURTHEST + apart / 2, _FURTHEST, apart)
    return at, np.full(at.size, apart)


def best_of(n: int | Floats) -> Floats:
    """Return the expected best of n independent payoffs, e_n.

    Parameters
    ----------
    n : int or array of int         at least 1

    Examples
    --------
    >>> best_of(np.array([1, 2, 10, 100])).round(4).tolist()
    [0.0, 0.5642, 1.5388, 2.5076]
    """
    at, weight = _grid()
    below = ndtr(at) ** np.asarray(n, dtype=np.float64)[..., None]
    # E[max] is the part above 0 less the part below 0 of its distribution function
    found: Floats = np.where(at > 0, 1 - below, -below) @ weight
    return found


def best_of_visible(n: int, visible: float) -> float:
    """Return the expected best of one's own payoff and those seen, of n - 1 others.

    Parameters
    ----------
    n : int
    visible : share
        Chance that any other is seen.

    Examples
    --------
    >>> round(best_of_visible(50, 1.0), 4), best_of_visible(50, 0.0)
    (2.2491, 0.0)
    """
    if visible <= 0 or n < 2:
        return 0.0
    at, weight = _grid()
    share = ndtr(at)
    # own payoff below x, and every other either not seen or below x
    below = share * (1 - visible * (1 - share)) ** (n - 1)
    return float(np.where(at > 0, 1 - below, -below) @ weight)


def one_large(n: int, *, correlation: float, coordination_cost: float = 0.0) -> float:
    """Return what one organisation of n units expects: the best of n, adopted by all.

    Parameters
    ----------
    n : int
    correlation : share             of payoffs under one vision
    coordination_cost : share       of the payoff that coordinating n units takes
    """
    found = (1 - coordination_cost) * np.sqrt(1 - correlation) * best_of(n)
    return float(found)


def many_small(
    n: int, *, visible: float, correlation: float, understanding: float = 1.0
) -> float:
    """Return what each of n small organisations expects: the best of its own and those it sees.

    Parameters
    ----------
    n : int
    visible : share
        Chance to see any other's experiment.
    correlation : share             of payoffs under many visions
    understanding : share
        Of the lead of what is copied over one's own that survives the copying.
    """
    found = understanding * np.sqrt(1 - correlation) * best_of_visible(n, visible)
    return float(found)


def visible_needed(
    n: int, *, within: float, across: float, coordination_cost: float = 0.0,
    understanding: float = 1.0,
) -> float:  # fmt: skip
    """Return the chance to see another from which many small ones expect more, q*.

    Parameters
    ----------
    n : int
    within, across : share          correlation in the large one, and between small ones
    coordination_cost, understanding : share

    Returns
    -------
    share
        NaN where many small ones expect less even if each sees all others.

    Examples
    --------
    >>> round(visible_needed(50, within=0.5, across=0.1), 3)
    0.258
    """
    target = one_large(n, correlation=within, coordination_cost=coordination_cost)

    def lead(visible: float) -> float:
        return target - many_small(
            n, visible=visible, correlation=across, understanding=understanding
        )

    if lead(0.0) <= _ALIKE:
        return 0.0
    if abs(lead(1.0)) <= _ALIKE:
        return 1.0
    if lead(1.0) > 0:
        return float("nan")
    found: float = brentq(lead, 0.0, 1.0, xtol=1e-12)
    return found


def mixed(
    n: int, laboratory: int, *, visible: float, within: float, across: float,
    coordination_cost: float = 0.0, understanding: float = 1.0,
) -> float:  # fmt: skip
    """Return what a unit expects where one large organisation and small ones see each other.

    Parameters
    ----------
    n : int                         units in all
    laboratory : int                of them in the large one, at least 1
    visible : share                 chance to see a small one, or the best of the large one
    within, across : share          across <= within
    coordination_cost, understanding : share

    Returns
    -------
    float
        Mean over units; NaN where `across` exceeds `within`, which no visions can bring about.
    """
    if across > within:
        return float("nan")
    n_small = n - laboratory
    own = np.sqrt(1 - within) * float(best_of(laboratory))
    at, weight = _grid()
    small = ndtr(at / np.sqrt(max(1 - across, 1e-300)))
    large = _below_laboratory(at, laboratory, within, across)
    hidden = 1 - visible * (1 - small)  # of one small one: not seen, or below x
    for_large = large * hidden**n_small
    for_small = small * hidden ** max(n_small - 1, 0) * (1 - visible * (1 - large))

    def expected(below: Floats) -> float:
        return float(np.where(at > 0, 1 - below, -below) @ weight)

    gain_large = own + understanding * (expected(for_large) - own)
    gain_small = understanding * expected(for_small)
    total = laboratory * (1 - coordination_cost) * gain_large + n_small * gain_small
    return float(total / n)


def _below_laboratory(at: Floats, n: int, within: float, across: float) -> Floats:
    """Return the chance that the best of n experiments under one vision lies below x."""
    vision, weight = _grid(_VISIONS_APART)
    weight = weight * np.exp(-vision * vision / 2)
    own = np.sqrt(max(1 - within, 1e-12))
    below = ndtr((at[:, None] - np.sqrt(within - across) * vision) / own) ** n
    found: Floats = below @ weight / weight.sum()
    return found
