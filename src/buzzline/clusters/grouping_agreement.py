"""Do two groupings of the same organisations agree more than chance gives?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.spatial import cKDTree

from buzzline.agreement import (
    adjusted_rand,
    normalised_mutual_information,
    variation_of_information,
)
from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, generator
from buzzline.resampling import central_range

Dealt = Callable[[np.random.Generator], Codes]

# measure: how it is counted, and whether more of it is more agreement
MEASURES: dict[str, tuple[Callable[[Codes, Codes], float], bool]] = {
    "adjusted Rand index": (adjusted_rand, True),
    "normalised mutual information": (normalised_mutual_information, True),
    "variation of information": (variation_of_information, False),
}


@dataclass(frozen=True, slots=True)
class Agreed:
    """One measure of agreement against chance.

    Attributes
    ----------
    measure : str
    value : float
    null_mean, chance_low, chance_high : float    of chance, NaN without draws
    p : float                          of as much agreement by chance, NaN without draws
    """

    measure: str
    value: float
    null_mean: float
    chance_low: float
    chance_high: float
    p: float


def grouping_agreement(
    first: Codes,
    second: Codes,
    *,
    dealt: Dealt | None = None,
    draws: Draws = 199,
    level: Share = 0.95,
    rng: Seed = None,
) -> tuple[Agreed, ...]:
    """Return how far two groupings of the same things agree, and what chance gives.

    Parameters
    ----------
    first, second : (n,) int32
        Group of each thing; any code is a group of its own, -1 too.
    dealt : callable or None
        Takes a generator and returns the second grouping as chance would give it. None: its
        codes dealt at random among the things.
    draws : draws
    level : share
        Of the range of chance.
    rng : Generator, int or None

    Returns
    -------
    tuple of Agreed
        Adjusted Rand index, normalised mutual information, variation of information [bit].

    Examples
    --------
    >>> first = np.repeat([0, 1], 10)
    >>> found = grouping_agreement(first, 1 - first, draws=99, rng=1)
    >>> found[0].value, found[0].p
    (1.0, 0.01)
    """
    source = generator(rng)
    again = dealt or dealt_among(second)
    null = [agreement_counts(first, again(source)) for _ in range(draws)]
    return against_null(first, second, as_floats(null), level=level)


def agreement_counts(first: Codes, second: Codes) -> list[float]:
    """Return how far two groupings agree, one number a measure of `MEASURES`."""
    return [count(first, second) for count, _ in MEASURES.values()]


def against_null(
    first: Codes, second: Codes, null: Floats, *, level: Share
) -> tuple[Agreed, ...]:
    """Return how far two groupings agree, beside what chance gives.

    Parameters
    ----------
    first, second : (n,) int32
    null : (draws, measures) float64     from `agreement_counts`; of any shape without draws
    level : share
    """
    values = agreement_counts(first, second)
    by_measure = null.T if null.size else [null] * len(values)
    return tuple(
        _against(name, value, drawn, more, level)
        for (name, (_, more)), value, drawn in zip(
            MEASURES.items(), values, by_measure, strict=True
        )
    )


def dealt_among(second: Codes) -> Dealt:
    """Return a dealer of the groups of a grouping among its things."""
    return lambda rng: as_codes(rng.permutation(second))


def rand_interval(first: Codes, second: Codes, *, level: Share) -> tuple[float, float]:
    """Return the interval of the adjusted Rand index, had other things been drawn.

    By the jackknife: each thing is left out once. Unlike resamples, which hold things twice and
    so find them together, it does not make the groupings look more alike.

    Parameters
    ----------
    first, second : (n,) int32
        Group of each thing; any code is a group of its own, -1 too.
    level : share

    Returns
    -------
    low, high : float
        NaN where leaving out any one thing changes nothing, as where the groupings are equal:
        the things then tell nothing of how it might be otherwise.

    Examples
    --------
    >>> first, second = np.repeat([0, 1], 20), np.repeat([0, 1, 0, 1], [17, 3, 4, 16])
    >>> [round(end, 2) for end in rand_interval(first, second, level=0.95)]
    [0.08, 0.73]
    """
    n = first.size
    _, one, n_one = np.unique(first, return_inverse=True, return_counts=True)
    _, other, n_other = np.unique(second, return_inverse=True, return_counts=True)
    cell, size = np.unique(one * n_other.size + other, return_counts=True)
    # without one thing of a cell, the cell and its row and column have as many pairs less
    row, column = n_one[cell // n_other.size], n_other[cell % n_other.size]
    together = (size * (size - 1)).sum() / 2 - (size - 1)
    in_one = (n_one * (n_one - 1)).sum() / 2 - (row - 1)
    in_other = (n_other * (n_other - 1)).sum() / 2 - (column - 1)
    by_chance = in_one * in_other / max((n - 1) * (n - 2) / 2, 1)
    most = (in_one + in_other) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        left = np.where(most == by_chance, 1.0, (together - by_chance) / (most - by_chance))
    spread = (n - 1) / n * (size * (left - (size @ left) / n) ** 2).sum()
    if n < 3 or spread <= 1e-18:
        return float("nan"), float("nan")
    reach = NormalDist().inv_cdf((1 + level) / 2) * float(np.sqrt(spread))
    value = adjusted_rand(first, second)
    return value - reach, min(value + reach, 1.0)


def largest_shares(first: Codes, second: Codes, n: int) -> Floats:
    """Return for each of n groups the largest share in one group of another grouping.

    Parameters
    ----------
    first, second : (k,) int32      -1 for none

    Returns
    -------
    (n,) float64
        NaN where nothing is in a group of both.

    Examples
    --------
    >>> first, second = np.array([0, 0, 0, 1, 1]), np.array([4, 4, 5, 5, -1])
    >>> largest_shares(first, second, 2).round(2).tolist()
    [0.67, 1.0]
    """
    both = (first >= 0) & (second >= 0)
    width = int(second.max(initial=-1)) + 1
    pair, common = np.unique(
        first[both].astype(np.int64) * width + second[both], return_counts=True
    )
    most, whole = np.zeros(n), np.bincount(first[both], minlength=n)
    np.maximum.at(most, pair // max(width, 1), common)
    with np.errstate(invalid="ignore"):
        return as_floats(np.where(whole > 0, most / whole, np.nan))


def _against(name: str, value: float, null: Floats, more: bool, level: Share) -> Agreed:
    if not null.size:
        return Agreed(name, value, *(4 * [float("nan")]))
    as_far = null >= value - 1e-12 if more else null <= value + 1e-12
    p = (1 + int(as_far.sum())) / (1 + null.size)
    return Agreed(name, value, float(null.mean()), *central_range(null, level), p)


def blind_borders(xyz: Floats, places: Floats, n_groups: int) -> Dealt:
    """Return a dealer of borders that know nothing of the groups inside them.

    In each draw `n_groups` of all sites become centres, and everything belongs to the nearest
    one: as many regions, small where sites are dense, each in one piece.

    Parameters
    ----------
    xyz : (n, 3) float64            unit vectors of the things
    places : (m, 3) float64         of all sites, from which centres are drawn
    n_groups : int
    """

    def dealt(rng: np.random.Generator) -> Codes:
        n = min(n_groups, places.shape[0])
        centre = places[rng.choice(places.shape[0], n, replace=False, shuffle=False)]
        return as_codes(cKDTree(centre).query(xyz)[1])

    return dealt
