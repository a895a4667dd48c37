"""Shares of few organisations, with credible intervals and exact tests."""

from __future__ import annotations

import numpy as np
from scipy.signal import fftconvolve
from scipy.stats import beta, binomtest, hypergeom

from buzzline.arrays import Codes, Floats, Indices, as_codes, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Share

BANDS = 64  # of distance, in each band of activity
LONG = 2_000  # longer distributions are folded by Fourier transform


def jeffreys_interval(hits: int, n: int, level: Share = 0.95) -> tuple[float, float]:
    """Return the credible interval of a share under Jeffreys' prior, Beta(1/2, 1/2).

    From 0 where there are no hits, and to 1 where all are hits [1]_; 0 to 1 without
    observations.

    Parameters
    ----------
    hits, n : int
    level : share

    Raises
    ------
    InvalidArgument
        More hits than observations, or fewer than none.

    References
    ----------
    .. [1] Brown, L., Cai, T., DasGupta, A. (2001). Interval estimation for a binomial
       proportion. Statistical Science 16(2). doi:10.1214/ss/1009213286

    Examples
    --------
    >>> [round(end, 3) for end in jeffreys_interval(4, 20)]
    [0.072, 0.408]
    """
    if not 0 <= hits <= n:
        raise InvalidArgument(f"jeffreys_interval: 0 <= hits <= n, got {hits} of {n}")
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, hits + 0.5, n - hits + 0.5)) if hits else 0.0
    high = float(beta.isf(tail, hits + 0.5, n - hits + 0.5)) if hits < n else 1.0
    return low, high


def stratified_exact_p(seen: int, *, drawn: Indices, hits: Indices, n: Indices) -> float:
    """Return the exact p-value of a number of hits among those chosen, stratum by stratum.

    Labels are dealt at random within each stratum: what all permutations of labels within
    bands of distance give, without drawing any. Two-sided: twice the smaller tail.

    Parameters
    ----------
    seen : int                  hits among the chosen, over all strata
    drawn : (b,) int64          chosen in each stratum
    hits : (b,) int64           hits in each stratum, chosen or not
    n : (b,) int64              all in each stratum

    Raises
    ------
    InvalidArgument
        More chosen or hits than there are.

    Examples
    --------
    >>> three, six = np.array([3]), np.array([6])
    >>> round(stratified_exact_p(3, drawn=three, hits=three, n=six), 6)  # 1 of 20 ways
    0.1
    """
    if (drawn > n).any() or (hits > n).any():
        raise InvalidArgument("stratified_exact_p: more chosen, or more hits, than there are")
    pmf, lowest = np.ones(1), 0
    for size, of, total in zip(drawn.tolist(), hits.tolist(), n.tolist(), strict=True):
        low, high = max(0, size + of - total), min(size, of)
        part = hypergeom.pmf(np.arange(low, high + 1), total, of, size)
        pmf, lowest = _folded(pmf, as_floats(part)), lowest + low
    at = seen - lowest
    upper, lower = float(pmf[max(at, 0) :].sum()), float(pmf[: max(at + 1, 0)].sum())
    return min(1.0, 2 * min(upper, lower))


def _folded(one: Floats, other: Floats) -> Floats:
    if min(one.size, other.size) < LONG:
        return as_floats(np.convolve(one, other))
    return as_floats(np.maximum(fftconvolve(one, other), 0.0))


def paired_exact_p(only_one: int, only_other: int) -> float:
    """Return McNemar's exact p: as many have only the one as have only the other.

    Examples
    --------
    >>> paired_exact_p(8, 1)
    0.0390625
    """
    n = only_one + only_other
    return float(binomtest(only_one, n).pvalue) if n else 1.0


def bands(km: Floats, activity: Floats) -> Codes:
    """Return the stratum of organisations: about as far away and about as active. (n,).

    Distances in steps of a factor of the square root of 2 from 1 km, ties in doublings; -1
    where a distance is not known or there are no ties.

    Examples
    --------
    >>> bands(np.array([0.4, 1.2, 1.5, np.nan]), np.array([1.0, 1.0, 3.0, 2.0])).tolist()
    [0, 0, 65, -1]
    """
    known = np.isfinite(km) & (activity > 0)
    near = np.floor(2 * np.log2(np.maximum(np.where(known, km, 1.0), 1.0)))
    active = np.floor(np.log2(np.maximum(np.where(known, activity, 1.0), 1.0)))
    return as_codes(np.where(known, near + BANDS * active, -1))
