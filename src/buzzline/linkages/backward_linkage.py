"""How much of what members buy comes from nearby, and how that changes with who owns them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import norm

from buzzline.arrays import Flags, Floats, as_flags, as_floats
from buzzline.clusters.layer_ties import LayerTies
from buzzline.linkages.effective_shares import EffectiveShare, share_of_ties
from buzzline.quantities import Share

SKILLED = ("technical_tacit", "technical_codified", "organisational")  # contents of ties


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference with its interval.

    Attributes
    ----------
    value, low, high, error : float
    n : int
    """

    value: float
    low: float
    high: float
    error: float
    n: int


def owned_abroad(organisations: pl.DataFrame, owner: np.ndarray) -> Flags:
    """Return whose ultimate owner is of another country.

    Parameters
    ----------
    organisations : DataFrame        `country`, `kind`
    owner : (n,) int                 row of the ultimate owner; itself where there is none

    Returns
    -------
    (n,) bool
        False where either country is not known.
    """
    country = organisations["country"]
    of_owner = country.gather(owner)
    other = (country != of_owner).fill_null(value=False).to_numpy()
    return as_flags(other)


def local_purchases(ties: LayerTies, buyers: Flags, is_local: Flags) -> EffectiveShare:
    """Return the share of what some organisations buy that comes from nearby.

    Parameters
    ----------
    ties : LayerTies        of supply: from the supplier to the buyer
    buyers : (n,) bool
    is_local : (m,) bool    of each tie
    """
    bought = buyers[ties.target]
    return share_of_ties(ties.chosen(bought), as_flags(is_local[bought]))


def upgrading(
    share_of: tuple[Floats, Floats], weight: tuple[Floats, Floats], *, level: Share = 0.95
) -> Difference | None:
    """Return how a share of functions changed, with organisations as the units.

    Parameters
    ----------
    share_of : two of (n,) float64    jobs (or sites) in the functions wanted, before and after
    weight : two of (n,) float64      in all functions
    level : share

    Returns
    -------
    Difference or None
        None without any site at either time.

    Notes
    -----
    Linear form of the difference of two ratios: the same organisations stand in both, so errors
    are those of the change of each.
    """
    totals = [float(each.sum()) for each in weight]
    if not all(totals):
        return None
    shares = [float(some.sum()) / total for some, total in zip(share_of, totals, strict=True)]
    pulls = [
        (some - share * each) / total
        for some, share, each, total in zip(share_of, shares, weight, totals, strict=True)
    ]
    n = int(((weight[0] > 0) | (weight[1] > 0)).sum())
    influence = as_floats(pulls[1] - pulls[0])
    error = float(np.sqrt(n / max(n - 1, 1) * (influence**2).sum())) if n > 1 else float("nan")
    half = float(norm.ppf((1 + level) / 2)) * error
    change = shares[1] - shares[0]
    return Difference(change, max(-1.0, change - half), min(1.0, change + half), error, n)


def difference_of_means(
    own: Floats, others: Floats, *, level: Share = 0.95
) -> Difference | None:
    """Return the difference of two means, with unequal variances.

    Parameters
    ----------
    own, others : (k,), (m,) float64
    level : share

    Returns
    -------
    Difference or None
        None with fewer than two on either side.

    Examples
    --------
    >>> found = difference_of_means(np.array([1.0, 2, 3]), np.array([2.0, 3, 4]))
    >>> found.value, round(found.error, 3)
    (-1.0, 0.816)
    """
    if min(own.size, others.size) < 2:
        return None
    means = float(own.mean()), float(others.mean())
    errors = [float(each.var(ddof=1) / each.size) for each in (own, others)]
    value = means[0] - means[1]
    error = float(np.sqrt(sum(errors)))
    half = float(norm.ppf((1 + level) / 2)) * error
    return Difference(value, value - half, value + half, error, int(own.size))
