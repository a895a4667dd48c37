"""Plants thrown at places like darts at a board: what concentration chance alone would show.

Every plant falls on a place with the probability that the place has of all jobs, whatever the
others do (Ellison and Glaeser 1997). Only the sizes of plants matter, so this needs no more
than the plants of each industry, or lots of plants of equal size.

Resampling the plants themselves would not be honest: a plant drawn twice looks like two plants
in one place, and reads as concentration where there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from buzzline.arrays import Codes, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.kernels.alias import alias_table
from buzzline.kernels.concentration import N_MEASURES
from buzzline.kernels.dartboard import thrown_concentration, thrown_jobs, thrown_measures
from buzzline.kernels.ellison_glaeser import power_sums
from buzzline.progress import Progress, silent
from buzzline.randomness import Seed, child, seed_of
from buzzline.space.threads import spread, thread_count

T = TypeVar("T")
Null = Literal["dartboard", "relabelling"]
DRAWS_AT_ONCE = 16  # a thread's share of the work; progress is told after each


@dataclass(frozen=True, slots=True, eq=False)
class Lots:
    """Plants of equal size in one industry, lot by lot, industry by industry.

    Attributes
    ----------
    start : (s + 1,) int64          lots of industry i are at start[i]:start[i + 1]
    jobs : (l,) float64 [jobs]      of one plant of the lot
    plants : (l,) int64 [count]     in the lot
    place : (l,) int32              where they are; empty where not told
    """

    start: Indices
    jobs: Floats
    plants: Indices
    place: Codes

    @property
    def sums(self) -> tuple[Floats, Floats, Floats]:
        """Sums over an industry's plants of their jobs, squared, to the fourth. Each (s,)."""
        found: tuple[Floats, Floats, Floats] = power_sums(self.start, self.jobs, self.plants)
        return found

    @property
    def herfindahl(self) -> Floats:
        """Herfindahl index of the sizes of an industry's plants; NaN without jobs. (s,)."""
        first, second, _ = self.sums
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(second / first**2)


def lots_of(
    jobs: Floats,
    industry: Codes,
    n_industries: int,
    *,
    plants: Indices | None = None,
    place: Codes | None = None,
) -> Lots:
    """Return lots in order of industry; plants one by one unless `plants` says how many each.

    Parameters
    ----------
    jobs : (l,) float64 [jobs]      of one plant; lots without plants or jobs are left out
    industry : (l,) int32
    n_industries : int
    plants : (l,) int64, optional
    place : (l,) int32, optional

    Examples
    --------
    >>> lots_of(np.array([1.0, 3.0, 1.0]), np.array([0, 1, 0], dtype=np.int32), 2).herfindahl
    array([0.5, 1. ])
    """
    count = as_indices(np.ones(jobs.size) if plants is None else plants)
    rows = np.flatnonzero((count > 0) & (jobs > 0))
    rows = rows[np.argsort(industry[rows], kind="stable")]
    start = np.searchsorted(industry[rows], np.arange(n_industries + 1))
    where = as_codes(np.empty(0) if place is None else place[rows])
    return Lots(as_indices(start), as_floats(jobs[rows]), as_indices(count[rows]), where)


def dartboard_concentration(
    lots: Lots,
    area_share: Floats,
    *,
    given: bool,
    draws: int,
    rng: Seed = None,
    progress: Progress = silent,
) -> tuple[Floats, Floats]:
    """Throw all plants and return G of each industry and the sum of squared area shares.

    Parameters
    ----------
    lots : Lots
    area_share : (r,) float64 [share]
        Chance of each place.
    given : bool
        The area shares are known from elsewhere; else they are those of the plants themselves,
        and are found anew in each draw.
    draws : int
    rng : Generator, int or None

    Returns
    -------
    (draws, s) and (draws,) float64
    """
    key, own, other = _board(area_share, rng)

    def part(numbers: NDArray[np.uint64]) -> tuple[Floats, Floats]:
        found: tuple[Floats, Floats] = thrown_concentration(
            numbers, key, lots.start, lots.jobs, lots.plants, own, other, area_share, given
        )
        return found

    parts = _in_turn(part, draws, progress)
    if not parts:
        return np.empty((0, lots.start.size - 1)), np.empty(0)
    return np.concatenate([one for one, _ in parts]), np.concatenate([two for _, two in parts])


def dartboard_measures(
    lots: Lots,
    area_share: Floats,
    *,
    area_of: Codes,
    neighbours: tuple[Indices, Codes],
    null: Null = "dartboard",
    draws: int,
    rng: Seed = None,
    progress: Progress = silent,
) -> Floats:
    """Throw all plants at places and return every measure of each industry, at areas of them.

    Parameters
    ----------
    lots : Lots
    area_share : (r,) float64 [share]
        Chance of each place.
    area_of : (r,) int32
        Area each place lies in. The same `rng` throws the same plants whatever the areas.
    neighbours : (a + 1,) int64 and int32
        Neighbours of area i are second[first[i]:first[i + 1]]; empty for none.
    null : "dartboard" or "relabelling"
        Plants are thrown at places by their chances, or exchange the places they have.

    Returns
    -------
    (draws, s, measures) float64
        In the order of `buzzline.kernels.concentration`.
    """
    key, own, other = _board(area_share, rng)
    herfindahl, n_areas = as_floats(lots.herfindahl), int(area_of.max(initial=-1)) + 1
    home = as_codes(np.repeat(lots.place, lots.plants) if null == "relabelling" else [])

    def part(numbers: NDArray[np.uint64]) -> Floats:
        found: Floats = thrown_measures(
            numbers, key, lots.start, lots.jobs, lots.plants, own, other, home,
            as_codes(area_of), n_areas, herfindahl, *neighbours,
        )  # fmt: skip
        return found

    nothing = np.empty((0, lots.start.size - 1, N_MEASURES))
    return np.concatenate([nothing, *_in_turn(part, draws, progress)])


def dartboard_jobs(
    lots: Lots, area_share: Floats, *, rng: Seed = None
) -> Callable[[int], Floats]:
    """Return a function of a draw's number: the jobs of thrown plants, (places, s) float64.

    Draw k is the same whoever asks for it, and the same plants are thrown as in
    `dartboard_measures`.
    """
    key, own, other = _board(area_share, rng)

    def thrown(draw: int) -> Floats:
        found: Floats = thrown_jobs(
            np.uint64(draw), key, lots.start, lots.jobs, lots.plants, own, other,
            area_share.size,
        )  # fmt: skip
        return found

    return thrown


def _board(area_share: Floats, rng: Seed) -> tuple[np.uint64, NDArray[np.uint64], Codes]:
    if not np.isfinite(area_share).all() or (area_share < 0).any() or not area_share.sum() > 0:
        raise InvalidArgument(
            "dartboard: the chances of places must be known, at least 0 and not all 0"
        )
    key = child(seed_of(rng), "dartboard").integers(2**64, dtype=np.uint64)
    own, other = alias_table(as_floats(area_share / area_share.sum()))
    return key, own, other


def _in_turn(part: Callable[[NDArray[np.uint64]], T], draws: int,
             progress: Progress) -> list[T]:  # fmt: skip
    """Return `part` of numbered draws, a few at a time on all threads, in order."""
    at_once = max(1, min(DRAWS_AT_ONCE, -(-draws // thread_count())))
    numbers = [
        np.arange(first, min(first + at_once, draws), dtype=np.uint64)
        for first in range(0, draws, at_once)
    ]
    out: list[T] = []
    for found in spread(part, numbers):
        progress("throwing plants", min(len(out) * at_once, draws), draws)
        out.append(found)
    progress("throwing plants", draws, draws)
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Exact mean and standard deviation of G when plants are thrown. Both (s,) float64."""

    mean: Floats
    sd: Floats


def dartboard_moments(lots: Lots, area_share: Floats, *, given: bool) -> Moments:
    """Return the exact mean and standard deviation of each industry's G under the dartboard.

    Parameters
    ----------
    lots : Lots
    area_share : (r,) float64 [share]
    given : bool
        As in `dartboard_concentration`.

    Notes
    -----
    G is the squared length of a sum of independent vectors, one a plant, with weights c. With
    sums over places of x squared, cubed (X2, X3), and over plants of c squared, to the fourth
    (C2, C4):

    E[G] = (1 - X2) C2 and
    Var[G] = 2 [C2**2 (X2 - 2 X3 + X2**2) - C4 (X2 - 4 X3 + 3 X2**2)].

    For given area shares c is the share of a plant in its industry, which is the formula of
    [1]_ (C2 is H). Where the area shares are those of the plants, every plant moves them too:
    with w the industry's share of all jobs, c is the plant's share in its industry less its
    share in all jobs, and less its share in all jobs for plants of other industries. An
    industry that makes up much of the economy then has G below (1 - X2) H by chance alone.

    References
    ----------
    .. [1] Ellison, G., Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
       industries: a dartboard approach. Journal of Political Economy 105(5). doi:10.1086/262098

    Examples
    --------
    >>> plants = lots_of(np.ones(4), np.zeros(4, dtype=np.int32), 1)
    >>> dartboard_moments(plants, np.array([0.5, 0.5]), given=True).mean
    array([0.125])
    """
    total, squares, fourths = lots.sums
    with np.errstate(invalid="ignore", divide="ignore"):
        second, fourth = squares / total**2, fourths / total**4
    if not given:
        weight = total / total.sum()
        second = (1 - 2 * weight) * second + squares.sum() / total.sum() ** 2
        rest = fourths.sum() / total.sum() ** 4
        fourth = ((1 - weight) ** 4 - weight**4) * fourth + rest
    x2, x3 = np.sum(area_share**2), np.sum(area_share**3)
    variance = second**2 * (x2 - 2 * x3 + x2**2) - fourth * (x2 - 4 * x3 + 3 * x2**2)
    return Moments(
        as_floats((1 - x2) * second), as_floats(np.sqrt(2 * np.maximum(variance, 0)))
    )
