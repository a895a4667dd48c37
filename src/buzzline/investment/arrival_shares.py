"""How concentrated arrivals are: on how few clusters, and on the foremost, with their errors.

What one group does in one cluster goes together, so pairs are of two groups, intervals are over
groups, and chance deals parcels: all of a group in one cluster at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, log, nan, sqrt

import numpy as np
from scipy.stats import t as student

from buzzline.arrays import Codes, Flags, Floats, Indices, as_floats, as_indices
from buzzline.estimates import Estimate
from buzzline.investment.direction_shares import ClusteredShare, clustered_share
from buzzline.kernels.dealt_shares import dealt_concentration
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, generator

FEWEST_GROUPS = 5.0  # as many equal groups as the deals must be worth
MOST_FOREMOST = 10
SPLITS = 100  # of groups into halves: the share hardly hangs on which they are
OF_ALL = 0.2  # the foremost are at most a fifth of the clusters
FEW, MOST_OF_FEW = 3, 1 / 3  # groups, and the share of deals up to which an interval holds


def pair_concentration(group: Indices, place: Indices, *, level: Share = 0.95) -> Estimate:
    """Return the chance that two arrivals of different groups are in the same place.

    The Herfindahl index without the pairs of one group, so that neither few deals nor one
    active group make it look larger than it is: 1 / k where k places are equally likely. The
    interval is a jackknife over groups on the logarithm, with as many degrees of freedom as the
    groups are worth: there is none where they are worth fewer than five of equal size.

    Parameters
    ----------
    group, place : (n,) int
    level : share

    Examples
    --------
    >>> pair_concentration(np.array([0, 0, 1, 2]), np.array([0, 0, 0, 1])).value
    0.4
    """
    table, _, size = _table(group, place)
    n, arriving = float(size.sum()), as_floats(np.bincount(place).astype(np.float64))
    own = np.bincount(table.group, table.amount**2, minlength=size.size)
    met = np.bincount(table.group, table.amount * arriving[table.place], minlength=size.size)
    same, pairs = float(met.sum() - own.sum()), float(n**2 - (size**2).sum())
    if not pairs > 0:
        return Estimate(nan, nan, nan, level, group.size, "one group: no pair of groups")
    value, worth = same / pairs, n**2 / float((size**2).sum())
    none = Estimate(value, nan, nan, level, group.size, "")
    if worth < FEWEST_GROUPS:
        return _without(none, f"deals worth {worth:.1f} groups; {FEWEST_GROUPS:.0f} are needed")
    left = as_floats((same - 2 * (met - own)) / (pairs - 2 * size * (n - size)))
    if not (left > 0).all():
        return _without(none, "too few groups in the same place")
    logs, g = np.log(left), size.size
    spread = sqrt((g - 1) / g * float(((logs - logs.mean()) ** 2).sum()))
    far = float(student.ppf((1 + level) / 2, worth - 1)) * spread
    low, high = exp(log(value) - far), min(exp(log(value) + far), 1.0)
    return Estimate(value, low, high, level, group.size, "jackknife over groups")


def foremost_share(
    group: Indices, place: Indices, n_places: int, *, level: Share = 0.95, rng: Seed = None
) -> tuple[ClusteredShare, int]:
    """Return the share of the foremost places, named by the deals of others, and how many.

    Whoever is foremost in some deals is so in part by luck. So groups are halved (as even in
    deals as can be, otherwise at random), the foremost are named by the deals of one half, and
    the deals of the other half are counted; then the other way round. That is done a hundred
    times, and averaged. The foremost are ten, or a fifth of the places where they are fewer
    than fifty.

    Parameters
    ----------
    group, place : (n,) int
    n_places : int
    level : share
    rng : Generator, int or None

    Examples
    --------
    >>> found, n = foremost_share(np.arange(60), np.arange(60) % 20 // 9, 10, rng=1)
    >>> found.value.__round__(2), n
    (0.9, 2)
    """
    source = generator(rng)
    n = min(MOST_FOREMOST, ceil(OF_ALL * n_places))
    _, code = np.unique(group, return_inverse=True)
    sizes, counted = np.bincount(code), np.zeros(group.size)
    for _ in range(SPLITS):
        half = _halves(sizes, source)[code]
        for side in (0, 1):
            here = half == side
            told = np.bincount(place[~here], minlength=n_places).astype(np.float64)
            is_top = np.zeros(n_places, np.bool_)
            is_top[np.argsort(-told - 0.5 * source.random(n_places))[:n]] = True
            counted[here] += is_top[place[here]]
    return share_of_arrivals(as_floats(counted / SPLITS), as_indices(code), level), n


def share_of_arrivals(flags: Flags | Floats, group: Indices, level: Share) -> ClusteredShare:
    """Return a share with its interval over groups; without where three groups hold a third.

    Parameters
    ----------
    flags : (n,) bool, or shares
    group : (n,) int
    level : share
    """
    found = clustered_share(flags, group, as_indices(np.arange(group.size)), level=level)
    sizes = np.sort(np.bincount(group))[::-1]
    few = sizes[:FEW].sum() if sizes.size > FEW else sizes.sum()
    if found.n and few > MOST_OF_FEW * found.n and np.isfinite(found.low):
        said = f"no interval: {few / found.n:.0%} of the deals are of {FEW} groups"
        return found._replace(low=nan, high=nan, reason=said)
    return found


def _halves(sizes: Indices, rng: np.random.Generator) -> Indices:
    """Return which half each group is in: the largest first, to the half with fewer deals."""
    half, total = np.zeros(sizes.size, np.int64), [0, 0]
    for group in np.lexsort((rng.random(sizes.size), -sizes)):
        side = int(rng.integers(2)) if total[0] == total[1] else int(total[1] < total[0])
        half[group] = side
        total[side] += int(sizes[group])
    return half


def dealt_by_size(
    group: Indices,
    place: Indices,
    industry: Codes,
    *,
    size: Floats,
    draws: Draws,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Return arrivals dealt among places of one industry by their size, draw by draw.

    Parameters
    ----------
    group, place : (n,) int
    industry, size : (k,)
        Of each place; parcels stay within their industry.
    draws : draws
    rng : Generator

    Returns
    -------
    counts : (draws, k) float64
    concentration : (draws,) float64
        As of `pair_concentration`.

    Examples
    --------
    >>> counts, found = dealt_by_size(np.arange(50), np.zeros(50, int), np.zeros(2, np.int32),
    ...     size=np.array([3.0, 1.0]), draws=200, rng=np.random.default_rng(1))
    >>> counts.mean(axis=0).round(0).tolist(), found.mean().round(1)
    ([38.0, 12.0], np.float64(0.6))
    """
    table, _, sizes = _table(group, place)
    order = np.argsort(table.group, kind="stable")
    start = np.searchsorted(table.group[order], np.arange(sizes.size + 1))
    codes, row = np.unique(industry, return_inverse=True)
    chance = np.where(row == np.arange(codes.size)[:, None], size, 0.0)
    cumulated = np.cumsum(chance / chance.sum(axis=1, keepdims=True), axis=1)
    cumulated[cumulated > 1 - 1e-12] = 1.0
    counts, found = dealt_concentration(
        as_indices(start), as_floats(table.amount[order]),
        as_indices(row[table.place[order]]), as_floats(cumulated), draws,
        np.uint64(rng.integers(2**63)),
    )  # fmt: skip
    return as_floats(counts), as_floats(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    group: Indices
    place: Indices
    amount: Floats


def _table(group: Indices, place: Indices) -> tuple[_Table, Indices, Floats]:
    """Return parcels, the number of the group of each arrival, and how many each group has."""
    _, code = np.unique(group, return_inverse=True)
    k = int(place.max(initial=0)) + 1
    keys, amount = np.unique(code * k + place, return_counts=True)
    parcels = _Table(as_indices(keys // k), as_indices(keys % k), as_floats(amount))
    return parcels, as_indices(code), as_floats(np.bincount(code).astype(np.float64))


def _without(found: Estimate, reason: str) -> Estimate:
    return Estimate(found.value, nan, nan, found.level, found.n, f"no interval: {reason}")
