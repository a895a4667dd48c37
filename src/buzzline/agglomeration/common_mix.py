"""What would a place look like if its plants were dealt from the mix of all places?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.agglomeration.bases import dispersion_of
from buzzline.agglomeration.employment import EmploymentMatrix
from buzzline.agglomeration.publication_floor import with_unpublished
from buzzline.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class CommonMix:
    """What is needed to draw places of the common mix.

    Attributes
    ----------
    n : (r,) float64 [count]        plants of each place; NaN where not known
    share : (s,) float64            of all plants in each industry
    size : (s,) float64 [jobs]      of a plant on average
    dispersion : (s,) float64       squared coefficient of variation of plant sizes
    threshold : int                 cells of fewer plants are not published, and left out
    """

    n: Floats
    share: Floats
    size: Floats
    dispersion: Floats
    threshold: int = 1

    def drawn(self, rng: np.random.Generator) -> Floats:
        """Return jobs (r, s) of places with as many published plants, of the common mix."""
        counts = rng.multinomial(np.nan_to_num(self.n).astype(np.int64), self.share)
        counts[counts < self.threshold] = 0
        place, industry = np.nonzero(counts)
        spread = np.maximum(self.dispersion[industry], 1e-9)
        shape = counts[place, industry] / spread
        jobs = np.zeros(counts.shape)
        jobs[place, industry] = rng.gamma(shape) * spread * self.size[industry]
        return jobs


def common_mix(matrix: EmploymentMatrix) -> CommonMix:
    """Return the common mix of a matrix; establishments stand for jobs where none are known.

    Parameters
    ----------
    matrix : EmploymentMatrix
    """
    plants = np.nan_to_num(matrix.establishments)
    held = plants.sum(axis=0)
    counted = not np.isfinite(matrix.jobs).any()
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.ones(held.size) if counted else np.nansum(matrix.jobs, axis=0) / held
        share = np.nan_to_num(held / held.sum())
    dispersion = dispersion_of(matrix, "establishments" if counted else "jobs")
    seen = plants.sum(axis=1)
    threshold = matrix.publication_floor
    n = with_unpublished(np.where(seen > 0, seen, np.nan), share, threshold)
    return CommonMix(n, share, np.nan_to_num(size), np.nan_to_num(dispersion), threshold)
