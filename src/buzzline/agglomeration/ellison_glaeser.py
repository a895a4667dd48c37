"""Is an industry more concentrated than its plants would be if thrown at places by chance?

The index of Ellison and Glaeser: with s the shares of an industry's jobs in places, x the
shares of all jobs, z the shares of its plants in its jobs,

    G = sum (s - x)**2,  H = sum z**2,  X2 = sum x**2,
    gamma = (G / (1 - X2) - H) / (1 - H).

0 is what chance gives whatever the sizes of plants; 1 is one place. One plant has no gamma.
Plants are never resampled: a plant drawn twice looks like two plants in one place. The
uncertainty is that of the null, plants thrown at places (see `dartboard`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from buzzline.agglomeration.checks import as_groups, as_jobs
from buzzline.agglomeration.dartboard import (
    Lots,
    Moments,
    dartboard_concentration,
    dartboard_moments,
)
from buzzline.arrays import Codes, Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.kernels.concentration import ONE_PLANT
from buzzline.kernels.ellison_glaeser import by_industry, place_totals, raw_concentration
from buzzline.progress import Progress, silent
from buzzline.randomness import Seed

NO_PLANT = "no plant with jobs"
ONE_PLANT_ONLY = "one plant: concentration and size cannot be told apart"
ONE_PLACE = "all jobs of all industries are in one place"


@dataclass(frozen=True, slots=True, eq=False)
class EllisonGlaeser:
    """The index of every industry, with what it is made of.

    Attributes
    ----------
    gamma : (s,) float64                NaN where `reason` says why
    maurel_sedillot : (s,) float64
    concentration : (s,) float64        G
    herfindahl : (s,) float64           H, of the sizes of plants
    z : (s,) float64                    G in standard deviations from its mean, area shares
    given jobs : (s,) float64 [jobs] n : (s,) int64 [plants]             with jobs area_share :
    (r,) float64 [share]   x area_share_is_given : bool          else it is that of the plants
    start : (s + 1,) int64              plants of industry i are at start[i]:start[i + 1]
    plant_jobs : (n,) float64 [jobs]    of each plant with jobs, in order of industry
    """

    gamma: Floats
    maurel_sedillot: Floats
    concentration: Floats
    herfindahl: Floats
    jobs: Floats
    n: Indices
    area_share: Floats
    area_share_is_given: bool
    start: Indices
    plant_jobs: Floats

    @property
    def lots(self) -> Lots:
        """The plants, one lot each."""
        return Lots(
            self.start,
            self.plant_jobs,
            np.ones(self.plant_jobs.size, np.int64),
            np.empty(0, np.int32),
        )

    @property
    def z(self) -> Floats:
        """G in standard deviations from its mean by chance, area shares given. (s,)."""
        return _z(self.concentration, dartboard_moments(self.lots, self.area_share, given=True))

    @property
    def reason(self) -> tuple[str, ...]:
        """Why an industry has no gamma; empty where it has one. (s,)."""
        if not np.sum(self.area_share**2) < 1:
            return (ONE_PLACE,) * self.n.size
        alone = 1 - self.herfindahl <= ONE_PLANT
        reason = np.where(self.n == 0, NO_PLANT, np.where(alone, ONE_PLANT_ONLY, ""))
        return tuple(reason.tolist())


def ellison_glaeser(
    jobs: ArrayLike,
    place: ArrayLike,
    industry: ArrayLike,
    *,
    area_share: ArrayLike | None = None,
    n_industries: int | None = None,
) -> EllisonGlaeser:
    """Return the index of Ellison and Glaeser of all industries at once, from their plants.

    Parameters
    ----------
    jobs : (n,) float64 [jobs]
        Of each plant, at least 0. A plant without jobs adds nothing and is not counted.
    place, industry : (n,) int
        Codes from 0.
    area_share : (r,) float64 [share], optional
        Of all activity in each place; divided by its sum. Default: of the jobs of these plants.
    n_industries : int, optional
        Default: the largest code plus one.

    Raises
    ------
    InvalidArgument
        Jobs are negative or not known, codes are out of range, or lengths differ.

    Notes
    -----
    Also the index of Maurel and Sedillot [2]_, the same with sum s**2 - X2 in place of G: it
    rewards large places, gamma any deviation. Both have mean 0 when plants are thrown. `z` is G
    with its moments as published [1]_, which take the area shares as given even where they are
    those of the plants (`dartboard_moments` need not). G is skewed, so p-values come from
    `dartboard_gammas`, not from z.

    References
    ----------
    .. [1] Ellison, G., Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
       industries: a dartboard approach. Journal of Political Economy 105(5). doi:10.1086/262098
    .. [2] Maurel, F., Sedillot, B. (1999). A measure of the geographic concentration in French
       manufacturing industries. Regional Science and Urban Economics 29(5).
       doi:10.1016/S0166-0462(99)00020-0

    Examples
    --------
    >>> found = ellison_glaeser(
    ...     [2, 2, 1, 1, 1, 1, 1, 1], [0, 1, 0, 0, 0, 1, 2, 2], [0] * 8, area_share=[0.25] * 4)
    >>> found.gamma.round(7)
    array([0.0387597])
    """
    amount, places, industries = _plants(jobs, place, industry)
    given = None if area_share is None else _shares(area_share)
    n = _size(industries, n_industries, "industry")
    n_places = _size(places, None if given is None else given.size, "place")
    start, sorted_jobs, sorted_place = by_industry(amount, places, industries, n)
    x = given
    if x is None:
        in_place = place_totals(amount, places, n_places)
        x = in_place / max(in_place.sum(), np.finfo(float).tiny)
    g, squares, herfindahl, total = raw_concentration(start, sorted_jobs, sorted_place, x)
    kept, plant_jobs = _with_jobs(start, sorted_jobs)
    return EllisonGlaeser(
        gamma=gamma_of(g, herfindahl, x),
        maurel_sedillot=gamma_of(squares - np.sum(x**2), herfindahl, x),
        concentration=g, herfindahl=herfindahl, jobs=total, n=as_indices(np.diff(kept)),
        area_share=x, area_share_is_given=given is not None, start=kept,
        plant_jobs=plant_jobs,
    )  # fmt: skip


def gamma_of(concentration: Floats, herfindahl: Floats, area_share: Floats) -> Floats:
    """Return gamma from raw concentration G, the plants' Herfindahl index H and area shares.

    NaN for one plant (H = 1) and for one place.

    Examples
    --------
    >>> gamma_of(np.array([0.13]), np.array([0.14]), np.full(4, 0.25)).round(7)
    array([0.0387597])
    """
    room = 1 - np.sum(area_share**2)
    with np.errstate(invalid="ignore", divide="ignore"):
        gamma = (concentration / room - herfindahl) / (1 - herfindahl)
    return np.where((1 - herfindahl > ONE_PLANT) & (room > ONE_PLANT), gamma, np.nan)


def dartboard_gammas(
    found: EllisonGlaeser, *, draws: int = 999, rng: Seed = None, progress: Progress = silent
) -> Floats:
    """Return gamma of every industry when plants are thrown at places. (draws, s) float64.

    p = (1 + draws at least as large as observed) / (1 + draws); the central range of the draws
    is the band of chance. The answer does not depend on the number of threads.

    Examples
    --------
    >>> found = ellison_glaeser([1.0] * 40, [0] * 30 + [1, 2, 3, 4, 5] * 2, [0] * 40,
    ...                         area_share=[1 / 6] * 6)
    >>> by_chance = dartboard_gammas(found, draws=199, rng=1)
    >>> float((1 + (by_chance[:, 0] >= found.gamma[0]).sum()) / 200)
    0.005
    """
    g, squares = dartboard_concentration(
        found.lots, found.area_share, given=found.area_share_is_given, draws=draws, rng=rng,
        progress=progress,
    )  # fmt: skip
    room = (1 - squares)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        gamma = (g / room - found.herfindahl) / (1 - found.herfindahl)
    return np.where((1 - found.herfindahl > ONE_PLANT) & (room > ONE_PLANT), gamma, np.nan)


def _z(concentration: Floats, moments: Moments) -> Floats:
    # an sd of 0 but for rounding: places of equal size and one plant, or one place
    known = moments.sd > ONE_PLANT * np.maximum(moments.mean, ONE_PLANT)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, (concentration - moments.mean) / moments.sd, np.nan)


def _with_jobs(start: Indices, jobs: Floats) -> tuple[Indices, Floats]:
    """Return where each industry starts, and jobs of plants, without plants that have none."""
    if jobs.min() > 0:
        return start, jobs
    before = np.concatenate([[0], np.cumsum(jobs > 0)])
    return as_indices(before[start]), as_floats(jobs[jobs > 0])


def _plants(jobs: ArrayLike, place: ArrayLike, industry: ArrayLike
            ) -> tuple[Floats, Codes, Codes]:  # fmt: skip
    amount = as_jobs(jobs, "ellison_glaeser", axes=1, known=True)
    places = as_groups(place, "ellison_glaeser", "place", n=amount.size)
    industries = as_groups(industry, "ellison_glaeser", "industry", n=amount.size)
    if not amount.size:
        raise InvalidArgument("ellison_glaeser: no plants; give at least one")
    return amount, places, industries


def _size(codes: Codes, size: int | None, what: str) -> int:
    """Return how many codes there are; every code must be one of them."""
    largest = int(codes.max())
    if codes.min() < 0 or (size is not None and largest >= size):
        raise InvalidArgument(
            f"ellison_glaeser: codes of `{what}` run from {codes.min()} to {largest}; they "
            f"must lie from 0 to {(size or largest + 1) - 1}"
        )
    return largest + 1 if size is None else size


def _shares(area_share: ArrayLike) -> Floats:
    x = as_floats(area_share)
    if not (np.isfinite(x).all() and (x >= 0).all() and x.sum() > 0):
        raise InvalidArgument(
            "ellison_glaeser: `area_share` must be known, at least 0 and not all 0"
        )
    return as_floats(x / x.sum())
