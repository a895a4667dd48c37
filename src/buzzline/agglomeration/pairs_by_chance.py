"""How much pairs and groups of industries gather in the same places, and how much by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from buzzline.agglomeration.checks import as_jobs, one_each
from buzzline.agglomeration.dartboard import dartboard_jobs
from buzzline.agglomeration.located_plants import LocatedPlants
from buzzline.arrays import Floats, Indices, as_floats
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress
from buzzline.randomness import Seed, child, seed_of
from buzzline.space.threads import spread

Null = Literal["dartboard", "similar_places"]
BLOCK = 10  # places of similar size among which an industry is dealt


def pairwise_coagglomeration(
    share: ArrayLike, *, area_share: ArrayLike | None = None
) -> Floats:
    """Return how much each pair of industries gathers in the same places.

    Parameters
    ----------
    share : (r, s) float64
        Jobs, or shares of them, of each industry in each place; columns are divided by their
        sum. NaN (not known) counts as none.
    area_share : (r,) float64, optional
        Share of all activity in each place. Default: the mean over industries of their shares,
        as in [1]_.

    Returns
    -------
    (s, s) float64
        sum (s_i - x)(s_j - x) / (1 - sum x**2); symmetric, with mean 0 under the dartboard off
        the diagonal. NaN for an industry without jobs.

    References
    ----------
    .. [1] Ellison, G., Glaeser, E. L., Kerr, W. R. (2010). What causes industry agglomeration?
       Evidence from coagglomeration patterns. American Economic Review 100(3).
       doi:10.1257/aer.100.3.1195

    Examples
    --------
    >>> pairwise_coagglomeration([[4, 4, 0], [0, 0, 4]], area_share=[0.5, 0.5])
    array([[ 1.,  1., -1.],
           [ 1.,  1., -1.],
           [-1., -1.,  1.]])
    """
    parts = _columns(share)
    x = _area_share(parts, area_share)
    gap = parts - x[:, None]
    room = 1 - float(x @ x)
    return np.asarray(gap.T @ gap / (room if room > 0 else np.nan))


def group_coagglomeration(jobs: ArrayLike, *, area_share: ArrayLike | None = None) -> float:
    """Return the co-agglomeration of a group of industries, each weighted by its jobs.

    With G and H of the group as a whole, w the industries' shares of its jobs, and gamma_j, H_j
    of each of its industries [1]_:

    (G / (1 - X2) - H - sum gamma_j w_j**2 (1 - H_j)) / (1 - sum w_j**2), H = sum w_j**2 H_j.

    The sizes of plants cancel: it is the mean of the pairs' indices, weighted by w_i w_j.

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
        NaN (not known) counts as none.
    area_share : (r,) float64, optional
        Default: the group's own jobs.

    Raises
    ------
    InvalidArgument
        Fewer than two industries have jobs.

    References
    ----------
    .. [1] Ellison, G., Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
       industries: a dartboard approach. Journal of Political Economy 105(5). doi:10.1086/262098

    Examples
    --------
    >>> round(group_coagglomeration([[3.0, 5.0], [1.0, 1.0]], area_share=[0.5, 0.5]), 6)
    0.333333
    """
    amount = np.nan_to_num(as_jobs(jobs, "group_coagglomeration"))
    amount = amount[:, amount.sum(axis=0) > 0]
    if amount.shape[1] < 2:
        raise InvalidArgument(
            "group_coagglomeration: fewer than two industries have jobs, so there is no pair"
        )
    x = amount.sum(axis=1) if area_share is None else as_floats(area_share)
    pairs = pairwise_coagglomeration(amount, area_share=x)
    weight = amount.sum(axis=0) / amount.sum()
    return float(weighted_pairs(pairs, weight))


@dataclass(frozen=True, slots=True, eq=False)
class PairsByChance:
    """How often chance gave as much, and what it gave for those that are told.

    Attributes
    ----------
    at_least, at_most : (s, s) int64           draws
    of_pairs, of_groups : (draws, k) float64   indices
    """

    at_least: Indices
    at_most: Indices
    of_pairs: Floats
    of_groups: Floats


def pairs_by_chance(
    plants: LocatedPlants,
    observed: Floats,
    told: tuple[Indices, Indices],
    *,
    members: dict[str, Indices],
    null: Null,
    draws: int,
    rng: Seed,
    progress: Progress,
) -> PairsByChance:
    """Return how often chance gives each pair as much, with the draws of those that are told.

    Parameters
    ----------
    plants : LocatedPlants
    observed : (s, s) float64
    told : two (k,) int64
        Industries of the pairs that are told.
    members : name to (m,) int64
        Industries of each group.
    null : "dartboard" or "similar_places"
    """
    draw = _drawn(plants, null, seed_of(rng))
    weight = plants.jobs.sum(axis=0)
    at_least, at_most = (np.zeros(observed.shape, np.int64) for _ in range(2))
    of_pairs, of_groups = np.empty((draws, told[0].size)), np.empty((draws, len(members)))
    slack = 1e-12 * np.maximum(np.abs(observed), 1e-3)  # equal sums in another order
    for number, found in enumerate(spread(draw, range(draws))):
        progress("throwing plants", number, draws)
        at_least += found >= observed - slack
        at_most += found <= observed + slack
        of_pairs[number] = found[told]
        for column, rows in enumerate(members.values()):
            of_groups[number, column] = weighted_pairs(found[np.ix_(rows, rows)], weight[rows])
    progress("throwing plants", draws, draws)
    return PairsByChance(at_least, at_most, of_pairs, of_groups)


def _drawn(plants: LocatedPlants, null: Null, seed: int) -> Callable[[int], Floats]:
    """Return a function of the number of a draw: the index of every pair in it. (s, s)."""
    x = plants.area_share
    if null == "dartboard":
        board = plants.board
        thrown = dartboard_jobs(plants.lots, x, rng=seed)

        def pairs(number: int) -> Floats:
            if board is None:
                jobs = thrown(number)
            else:  # withheld as in the table
                jobs, _ = board.drawn(child(seed, "published dartboard", number))
            return pairwise_coagglomeration(jobs, area_share=jobs.sum(axis=1))

        return pairs
    block = np.empty(x.size, np.int64)
    block[np.argsort(-x, kind="stable")] = np.arange(x.size) // BLOCK
    home = np.argsort(block, kind="stable")

    def dealt(number: int) -> Floats:
        source = child(seed, "similar places", number)
        # Sorted by block and by luck within. The sizes of places are found anew: what an
        # industry brings to a place is part of them, and held fixed they would set industries
        # against each other that share an economy among few.
        order = np.argsort(block[:, None] + source.random(plants.jobs.shape), axis=0)
        jobs = np.empty_like(plants.jobs)
        jobs[home] = np.take_along_axis(plants.jobs, order, axis=0)
        return pairwise_coagglomeration(jobs, area_share=jobs.sum(axis=1))

    return dealt


def weighted_pairs(pairs: Floats, weight: Floats) -> float:
    """Return the mean of pairs (m, m) off the diagonal, weighted by products of weight (m,)."""
    part = weight / weight.sum()
    own = float(np.sum(part**2 * np.diag(pairs)))
    return (float(part @ pairs @ part) - own) / (1 - float(part @ part))


def _columns(share: ArrayLike) -> Floats:
    amount = np.nan_to_num(as_jobs(share, "pairwise_coagglomeration", "share"))
    with np.errstate(invalid="ignore", divide="ignore"):
        return as_floats(amount / amount.sum(axis=0))


def _area_share(parts: Floats, area_share: ArrayLike | None) -> Floats:
    if area_share is None:
        seen = np.isfinite(parts).any(axis=0)
        area_share = parts[:, seen].mean(axis=1) if seen.any() else np.zeros(len(parts))
    x = one_each(area_share, "pairwise_coagglomeration", "area_share", n=len(parts))
    return as_floats(x / x.sum())
