"""What treatment of others does along ties: treated or not, tied to somebody treated or not.

If being treated had been dealt out by lot, each of the four would have a known probability;
means weighted by its inverse are what all would show [1]_.

.. [1] Aronow, P. M., Samii, C. (2017). Estimating average causal effects under general
   interference, with application to a social network experiment. Annals of Applied Statistics
   11(4). doi:10.1214/16-AOAS1005
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import (
    Codes,
    Flags,
    Floats,
    Indices,
    as_codes,
    as_flags,
    as_floats,
    as_indices,
)

EXPOSURES = ("neither", "tied to a treated one only", "treated only", "both")
NEITHER, TIED_ONLY, TREATED_ONLY, BOTH = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """Who is tied to whom, both ways, each pair once.

    Attributes
    ----------
    n : int
    one, other : (m,) int64      every pair stands in both directions
    """

    n: int
    one: Indices
    other: Indices

    def with_any(self, which: Flags) -> Flags:
        """Tell who is tied to at least one of some. which : (n,) bool."""
        return as_flags(np.bincount(self.one, which[self.other], self.n) > 0)


def ties_of(n: int, source: Indices, target: Indices) -> Ties:
    """Return ties both ways, each pair once, nobody tied to itself.

    Examples
    --------
    >>> ties_of(3, np.array([0, 1, 2]), np.array([1, 0, 2])).one.tolist()
    [0, 1]
    """
    one, other = np.concatenate([source, target]), np.concatenate([target, source])
    code = np.unique((one * n + other)[one != other])
    return Ties(n, as_indices(code // n), as_indices(code % n))


def exposures_of(treated: Flags, ties: Ties) -> Codes:
    """Return the exposure of each: 0 neither, 1 tied only, 2 treated only, 3 both.

    Examples
    --------
    >>> ties = ties_of(4, np.array([0, 1]), np.array([1, 2]))
    >>> exposures_of(np.array([True, True, False, False]), ties).tolist()
    [3, 3, 1, 0]
    """
    return as_codes(2 * treated + ties.with_any(treated))


def exposure_probabilities(share: Floats, ties: Ties) -> Floats:
    """Return how likely each exposure is when each is treated by lot. (n, 4).

    Parameters
    ----------
    share : (n,) float64      probability of being treated, each on its own
    ties : Ties

    Examples
    --------
    >>> ties = ties_of(2, np.array([0]), np.array([1]))
    >>> exposure_probabilities(np.array([0.5, 0.5]), ties)[0].tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    with np.errstate(divide="ignore"):
        none = np.exp(np.bincount(ties.one, np.log1p(-share)[ties.other], ties.n))
    return as_floats(np.column_stack([
        (1 - share) * none, (1 - share) * (1 - none), share * none, share * (1 - none),
    ]))  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ExposureMeans:
    """What all would show under each exposure.

    Attributes
    ----------
    hajek, horvitz_thompson : (4,) float64     NaN where nobody is so exposed
    n : (4,) int64                             exposed so
    n_used : int                               units that could be in each of the four
    """

    hajek: Floats
    horvitz_thompson: Floats
    n: Indices
    n_used: int


def exposure_means(y: Floats, exposure: Codes, probability: Floats) -> ExposureMeans:
    """Return means under each exposure, over units that could have had each.

    Parameters
    ----------
    y : (n,) float64
    exposure : (n,) int32
    probability : (n, 4) float64

    Notes
    -----
    Horvitz-Thompson: sum of y / probability over the exposed, by the number of units; it is
    right on average over lots. Hajek divides by the sum of 1 / probability instead, which moves
    less.

    Examples
    --------
    >>> y, exposure = np.array([1.0, 2, 3, 5]), np.arange(4, dtype=np.int32)
    >>> exposure_means(y, exposure, np.full((4, 4), 0.25)).hajek.tolist()
    [1.0, 2.0, 3.0, 5.0]
    """
    used = (probability > 0).all(axis=1)
    y, exposure, probability = y[used], exposure[used], probability[used]
    weight = 1 / probability[np.arange(y.size), exposure] if y.size else np.empty(0)
    total = np.bincount(exposure, weight * y, 4)
    mass = np.bincount(exposure, weight, 4)
    count = np.bincount(exposure, minlength=4)
    with np.errstate(divide="ignore", invalid="ignore"):
        hajek = np.where(count > 0, total / mass, np.nan)
        whole = np.where(count > 0, total / max(y.size, 1), np.nan)
    return ExposureMeans(as_floats(hajek), as_floats(whole), as_indices(count), y.size)
