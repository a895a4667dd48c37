"""Plants thrown at places where only cells of enough plants are published.

A table that withholds small cells shows a small industry only where it gathers: any industry
looks concentrated in it, thrown or not. So the draws are published by the same rule: cells
below the floor are left out with their plants and jobs, and everything is computed from what is
left, as it was from the table.

What must be known of the withheld plants is found from the published ones: as many plants are
thrown, and with such chances of places, that the draws show on average as many published plants
of each industry, and as large a share of published jobs of each place, as the table does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc

from buzzline.agglomeration.publication_floor import with_unpublished
from buzzline.agglomeration.quotient_errors import size_dispersion
from buzzline.arrays import Floats, Indices, as_floats, as_indices

ROUNDS = 8  # of fitting chances of places and numbers of plants in turn
LEAST_DISPERSION = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class PublishedBoard:
    """What is needed to throw plants and publish the outcome.

    Attributes
    ----------
    n : (s,) int64 [plants]      thrown
    chance : (r,) float64        of each place
    size : (s,) float64 [jobs]   of a plant on average; 1 where plants are counted
    dispersion : (s,) float64    squared coefficient of variation of plant sizes
    floor : int                  cells of fewer plants are not published
    """

    n: Indices
    chance: Floats
    size: Floats
    dispersion: Floats
    floor: int

    def drawn(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Return published jobs and plants (r, s) of one throw; 0 where not published."""
        plants = rng.multinomial(self.n, self.chance).astype(np.float64)
        plants[plants < self.floor] = 0.0
        jobs = np.zeros_like(plants)
        industry, place = np.nonzero(plants)
        spread = self.dispersion[industry]
        held = plants[industry, place]
        sized = held.copy()
        unlike = spread > LEAST_DISPERSION
        sized[unlike] = rng.standard_gamma(held[unlike] / spread[unlike]) * spread[unlike]
        jobs[industry, place] = sized * self.size[industry]
        return as_floats(jobs.T), as_floats(plants.T)


def published_board(
    jobs: Floats, plants: Floats, floor: int, *, total: Floats | None = None
) -> PublishedBoard:
    """Return how plants must be thrown to give such a table on average.

    Parameters
    ----------
    jobs, plants : (r, s) float64
        Published; 0 where nothing is.
    floor : int
    total : (s,) float64 [plants], optional
        Plants of each industry, where also those of withheld cells are counted.

    Notes
    -----
    A cell of λ expected plants shows λ P(at least floor - 1 of λ) of them. The dispersion of
    plant sizes is read off the means of published cells (see `size_dispersion`), which holds
    what places truly differ by as well: the test is rather too careful than not careful enough.
    """
    published, share = plants.sum(axis=0), jobs.sum(axis=1) / jobs.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.where(published > 0, jobs.sum(axis=0) / published, 0.0)
    chance = share
    n = published
    for _ in range(ROUNDS):
        n = total if total is not None else with_unpublished(published, chance, floor)
        expected = chance[:, None] * n
        shown = (expected * gammainc(max(floor - 1, 1e-9), expected)) @ size
        # Bounded: where almost nothing would be published, little is known of the chance.
        step = share * shown.sum() / np.maximum(shown, 1e-12 * shown.sum())
        chance = chance * np.clip(step, 0.5, 2.0)
        chance = chance / chance.sum()
    alike = bool((jobs == plants).all())
    known = np.where(plants > 0, jobs, np.nan)
    dispersion = np.zeros(size.size) if alike else np.nan_to_num(size_dispersion(known, plants))
    return PublishedBoard(
        as_indices(np.rint(n)), as_floats(chance), as_floats(size), dispersion, floor
    )


def cell_herfindahl(jobs: Floats, plants: Floats) -> Floats:
    """Return the Herfindahl index of plants of equal size within each cell; NaN for none. (s,).

    Parameters
    ----------
    jobs, plants : (r, s) float64
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.where(plants > 0, jobs**2 / plants, 0.0).sum(axis=0)
        return np.asarray(squares / jobs.sum(axis=0) ** 2)
