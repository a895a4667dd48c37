"""Is a declared cluster a cluster: do its members lie together, do they tie to each other?"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log

import numpy as np
from scipy.stats import binom, hypergeom

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.kernels.inward_ends import inward_ends
from buzzline.quantities import Draws, Share
from buzzline.resampling import central_range

MOST_NEEDED = 1000
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Found:
    """A share of a declared cluster against what chance gives.

    Attributes
    ----------
    value, null_mean, chance_low, chance_high, p : float    NaN where nothing is compared
    best : int                                group that holds most of it, -1 for none
    """

    value: float
    null_mean: float
    chance_low: float
    chance_high: float
    p: float
    best: int = -1


def together(
    code: Codes,
    stratum: Codes,
    rows: Indices,
    *,
    draws: Draws,
    level: Share,
    rng: np.random.Generator,
) -> Found:
    """Return the largest share of some organisations in one group, and what chance gives.

    Parameters
    ----------
    code : (n,) int32        group of each organisation, -1 for none
    stratum : (n,) int32     chance keeps how many are of each stratum; -1: not to be dealt
    rows : (m,) int64        the organisations in question
    draws : draws            of as many organisations, from the same strata
    """
    n_groups = int(code.max(initial=-1)) + 1
    if not n_groups or not rows.size:
        return Found(0.0 if rows.size else NAN, NAN, NAN, NAN, 1.0 if draws else NAN)
    here = np.bincount(code[rows][code[rows] >= 0], minlength=n_groups)
    null = _dealt(code, stratum, rows, draws=draws, rng=rng) / rows.size
    value = float(here.max()) / rows.size
    best = int(here.argmax()) if here.any() else -1
    return _against(value, as_floats(null), draws, level, best)


def _dealt(
    code: Codes, stratum: Codes, rows: Indices, *, draws: Draws, rng: np.random.Generator
) -> Floats:
    """Return the most organisations in one group when as many are dealt. (draws,)."""
    n_groups = int(code.max()) + 1
    counts = np.zeros((draws, n_groups))
    for one, n_drawn in zip(*np.unique(stratum[rows], return_counts=True), strict=True):
        held = np.bincount(code[stratum == one] + 1, minlength=n_groups + 1)
        some = rng.multivariate_hypergeometric(held, n_drawn, size=draws, method="marginals")
        counts += some[:, 1:]
    return as_floats(counts.max(axis=1))


def _against(value: float, null: Floats, draws: Draws, level: Share, best: int) -> Found:
    if not draws:
        return Found(value, NAN, NAN, NAN, NAN, best)
    p = (1 + int((null >= value - 1e-12).sum())) / (1 + draws)
    return Found(value, float(null.mean()), *central_range(null, level), p, best)


def members_needed(largest: Share, level: Share) -> int | None:
    """Return how many members would show that half of them lie in one group.

    Parameters
    ----------
    largest : share
        Of the organisations they are dealt from, in the largest group.
    level : share

    Returns
    -------
    int or None
        None where chance puts half of them there, or more than a thousand would be needed.

    Examples
    --------
    >>> members_needed(0.1, 0.95), members_needed(0.3, 0.95), members_needed(0.6, 0.95)
    (5, 19, None)
    """
    if largest >= 0.5:
        return None
    n = np.arange(1, MOST_NEEDED + 1)
    shows = binom.sf(np.ceil(n / 2) - 1, n, largest) <= 1 - level
    # odd and even numbers differ: from here on every number shows it
    last = np.flatnonzero(~shows)
    least = 1 if not last.size else int(last[-1]) + 2
    return least if least <= MOST_NEEDED else None


def members_to_be_found(share: Share, p_core: Share) -> int | None:
    """Return how many members would make a cluster if half of them stood alone together.

    Parameters
    ----------
    share : share
        Of their industry among all organisations: the chance of each to be one.
    p_core : share
        Largest p-value of a core point.

    Returns
    -------
    int or None
        None where all organisations are of their industry.

    Examples
    --------
    >>> members_to_be_found(0.1, 0.005), members_to_be_found(0.67, 0.005)
    (5, 27)
    """
    if share >= 1:
        return None
    return ceil(2 * log(p_core) / log(share)) if share > 0 else 1


def members_by_chance(
    n_common: Indices, n_group: int, *, n_declared: Indices, n_all: int
) -> Floats:
    """Return the probability of as many members of a group in each declared one, or more.

    Parameters
    ----------
    n_common, n_declared : (k,) int64    common members, and members, of each declared cluster
    n_group : int                        members of the group
    n_all : int                          everybody

    Examples
    --------
    >>> common, declared = np.array([3]), np.array([5])
    >>> members_by_chance(common, 3, n_declared=declared, n_all=10).round(4).tolist()
    [0.0833]
    """
    return as_floats(hypergeom.sf(n_common - 1, n_all, n_declared, n_group))


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhoods:
    """Who could stand in for whom: organisations of one industry in one block of land.

    Attributes
    ----------
    stratum : (n,) int32     -1 without coordinates
    start, row : int64       organisations of stratum s: row[start[s]:start[s + 1]]
    """

    stratum: Codes
    start: Indices
    row: Indices

    @property
    def size(self) -> Indices:
        """Organisations of each stratum."""
        return as_indices(np.diff(self.start))

    def substitutes(self, rows: Indices, rng: np.random.Generator) -> Indices:
        """Draw as many organisations of each stratum as `rows` has, none twice."""
        drawn = []
        for one, n in zip(*np.unique(self.stratum[rows], return_counts=True), strict=True):
            there = self.row[self.start[one] : self.start[one + 1]]
            drawn.append(rng.choice(there, n, replace=False, shuffle=False))
        return as_indices(np.concatenate(drawn) if drawn else rows)


def neighbourhoods(block: Codes, industry: Codes) -> Neighbourhoods:
    """Gather organisations by block of land and industry; -1 for no block."""
    width = int(industry.max(initial=0)) + 2
    key = np.where(block >= 0, block.astype(np.int64) * width + industry + 1, -1)
    known, code = np.unique(key, return_inverse=True)
    stratum = as_codes(code - int(known.size > 0 and known[0] < 0))
    order = np.argsort(stratum, kind="stable")
    order = order[stratum[order] >= 0]
    sizes = np.bincount(stratum[order], minlength=max(int(stratum.max(initial=-1)) + 1, 0))
    start = np.concatenate([[0], np.cumsum(sizes)])
    return Neighbourhoods(stratum, as_indices(start), as_indices(order))


@dataclass(frozen=True, slots=True, eq=False)
class Partners:
    """Who is tied to whom, both ways, each pair once.

    Attributes
    ----------
    start : (n + 1,) int64, to : (m,) int32     partners of i: to[start[i]:start[i + 1]]
    """

    start: Indices
    to: Codes

    @property
    def number(self) -> Indices:
        """Partners of each, (n,)."""
        return as_indices(np.diff(self.start))


def inward_share(tied: Partners, rows: Indices, inside: Flags) -> float:
    """Return the share of partners of some organisations that are among them; 0 without any.

    Parameters
    ----------
    rows : (m,) int64
    inside : (n,) bool       scratch, all False; left so
    """
    inward, ends = inward_ends(tied.start, tied.to, rows, inside)
    return inward / ends if ends else 0.0


def inward_looking(
    tied: Partners,
    rows: Indices,
    near: Neighbourhoods,
    *,
    draws: Draws,
    level: Share,
    rng: np.random.Generator,
) -> Found:
    """Return the share of ties of some organisations to each other, and what neighbours have.

    Chance: for each of them another organisation (or itself) of its industry and block of
    land, so that neither place nor size of the group tells them apart.
    """
    inside = np.zeros(near.stratum.size, np.bool_)
    value = inward_share(tied, rows, inside)
    null = np.empty(draws)
    for draw in range(draws):
        null[draw] = inward_share(tied, near.substitutes(rows, rng), inside)
    return _against(value, null, draws, level, -1)
