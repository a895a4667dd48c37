"""How unequal are amounts? Index numbers found elsewhere beside Gini, Theil and Hoover.

Each takes amounts, at least 0, along the last axis and returns one number for each row; NaN
(not known) is left out. None has an interval here: amounts of all places are no sample. Where
they stand for one, `inequality` measures what noise adds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from buzzline.agglomeration.checks import as_jobs
from buzzline.agglomeration.mix_indices import specialisation_coefficient
from buzzline.agglomeration.shares import herfindahl
from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument


def coefficient_of_variation(
    amount: ArrayLike, weight: ArrayLike | None = None, *, sample: bool = False
) -> Floats:
    """Return the standard deviation over the mean.

    Parameters
    ----------
    amount : (..., n) float64
        Of at least 0; NaN is left out.
    weight : (n,) float64, optional
        Of each entry, e.g. inhabitants; equal by default.
    sample : bool
        Divide squares by n - 1 instead of n: the amounts are a sample. Only without weights.

    Returns
    -------
    (...) float64
        0 where all are equal, at most the square root of n - 1 (of n, with `sample`). NaN where
        all amounts are 0, and of a sample of one.

    Examples
    --------
    >>> float(coefficient_of_variation([10, 10, 10, 20, 20, 20, 30, 30, 30]).round(6))
    0.408248
    """
    if sample and weight is not None:
        raise InvalidArgument(
            "coefficient_of_variation: n - 1 has no meaning with weights. Leave one of "
            "`weight` and `sample` out."
        )
    x, part = _parts(amount, weight, "coefficient_of_variation")
    mean = _mean(x, part)
    square = np.sum(part * (x - mean[..., None]) ** 2, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        if sample:
            n = np.sum(part > 0, axis=-1)
            square = np.where(n > 1, square * n / (n - 1), np.nan)
        return np.asarray(np.sqrt(square) / np.where(mean > 0, mean, np.nan))


def williamson_index(income: ArrayLike, population: ArrayLike) -> Floats:
    """Return Williamson's regional inequality: the variation between inhabitants.

    Parameters
    ----------
    income : (..., n) float64
        Mean of each place, at least 0.
    population : (n,) float64

    Returns
    -------
    (...) float64
        0 where all are equal; NaN where nobody has any income.

    References
    ----------
    .. [1] Williamson, J. G. (1965). Regional inequality and the process of national
       development. Economic Development and Cultural Change 13(4). doi:10.1086/450136

    Examples
    --------
    >>> float(williamson_index([10, 20], [3, 1]).round(6))
    0.34641
    """
    return coefficient_of_variation(income, population)


def atkinson(
    amount: ArrayLike, weight: ArrayLike | None = None, *, aversion: float = 0.5
) -> Floats:
    """Return Atkinson's index: the share of all amounts that equality would make needless.

    Parameters
    ----------
    amount : (..., n) float64
        Of at least 0; NaN is left out.
    weight : (n,) float64, optional
        Of each entry, e.g. inhabitants; equal by default.
    aversion : float
        To inequality, above 0: the larger, the more the poorest count.

    Returns
    -------
    (...) float64 [share]
        1 - ∏ (x / mean)^w at an aversion of 1, and 1 - [Σ w (x / mean)^(1 - e)]^(1 / (1 - e))
        otherwise. 0 where all are equal. From an aversion of 1 on, 1 as soon as one has
        nothing; NaN where all have nothing.

    References
    ----------
    .. [1] Atkinson, A. B. (1970). On the measurement of inequality. Journal of Economic Theory
       2(3). doi:10.1016/0022-0531(70)90039-6

    Examples
    --------
    >>> float(atkinson([100, 0, 0, 0], aversion=0.8).round(8))
    0.99609375
    """
    if not 0 < aversion < np.inf:
        raise InvalidArgument(f"atkinson: `aversion` must be above 0, got {aversion:g}")
    x, part = _parts(amount, weight, "atkinson")
    mean = _mean(x, part)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(part > 0, x / np.where(mean > 0, mean, np.nan)[..., None], 1.0)
        if aversion == 1:
            alike = np.exp(np.sum(np.where(part > 0, part * np.log(ratio), 0.0), axis=-1))
        else:
            power = np.where(part > 0, part * ratio ** (1 - aversion), 0.0)
            alike = np.sum(power, axis=-1) ** (1 / (1 - aversion))
    return np.asarray(np.where(mean > 0, 1 - alike, np.nan))


def coulter_index(amount: ArrayLike, weight: ArrayLike | None = None) -> Floats:
    """Return Coulter's index: how far shares lie from those of equality, √(Σ (s - w)² / 2).

    Hoover's index takes absolute differences, this one squares: few large ones count for more.

    Parameters
    ----------
    amount : (..., n) float64
        Of at least 0; NaN is left out.
    weight : (n,) float64, optional
        What equality means; equal shares by default.

    Returns
    -------
    (...) float64
        0 to 1; NaN where all are 0.

    References
    ----------
    .. [1] Coulter, P. B. (1989). Measuring Inequality. Westview. doi:10.4324/9780429042874

    Examples
    --------
    >>> float(coulter_index([400, 400, 400, 400], [1, 1, 1, 200]).round(6))
    0.600306
    """
    given = as_jobs(amount, "coulter_index", "amount", axes=0)
    x, part = _parts(given, weight, "coulter_index")
    with np.errstate(invalid="ignore", divide="ignore"):
        share = x / np.sum(x, axis=-1, keepdims=True)
    return np.asarray(np.sqrt(np.sum((share - part) ** 2, axis=-1) / 2))


def dalton_index(amount: ArrayLike) -> Floats:
    """Return Dalton's index: the logarithm of the mean over the mean of the logarithms.

    It depends on the unit, and has no meaning unless the geometric mean is above 1: in
    thousands an income is as unequal as it was, but not by this index. Take `atkinson` instead;
    this one is here so that numbers found elsewhere can be checked.

    Parameters
    ----------
    amount : (..., n) float64
        Above 0; NaN is left out.

    Returns
    -------
    (...) float64
        1 where all are equal; NaN unless all are above 0 and their geometric mean above 1.

    References
    ----------
    .. [1] Dalton, H. (1920). The measurement of the inequality of incomes. Economic Journal
       30(119). doi:10.2307/2223525

    Examples
    --------
    >>> float(dalton_index([10, 1, 1, 1]).round(6))
    2.047533
    """
    x, part = _parts(amount, None, "dalton_index")
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.sum(np.where(part > 0, part * np.log(x), 0.0), axis=-1)
        found = np.log(_mean(x, part)) / logs
    return np.asarray(np.where(np.isfinite(logs) & (logs > 0), found, np.nan))


def normalised_herfindahl(share: ArrayLike) -> Floats:
    """Return the Herfindahl index stretched to 0 (all equal) to 1 (one has all).

    Parameters
    ----------
    share : (..., n) float64
        Shares or amounts, at least 0; NaN is left out.

    Returns
    -------
    (...) float64
        (H - 1 / n) / (1 - 1 / n); NaN where the sum is 0 or n is 1.

    Examples
    --------
    >>> float(normalised_herfindahl([20, 50, 20, 10]).round(6))
    0.12
    """
    x = as_jobs(share, "normalised_herfindahl", "share", axes=0)
    n = np.sum(np.isfinite(x), axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(n > 1, (herfindahl(x) - 1 / n) / (1 - 1 / n), np.nan))


def equivalent_number(share: ArrayLike) -> Floats:
    """Return how many equal shares would give the same Herfindahl index, 1 / H.

    Examples
    --------
    >>> float(equivalent_number([20, 50, 20, 10]).round(6))
    2.941176
    """
    return np.asarray(1 / herfindahl(as_jobs(share, "equivalent_number", "share", axes=0)))


def relative_diversity(jobs: ArrayLike, whole: ArrayLike | None = None) -> Floats:
    """Return the relative diversity of places: 1 over the differences of shares from the whole.

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
    whole : (s,) float64, optional
        Jobs of each industry that places are compared with; those of all places by default.

    Returns
    -------
    (r,) float64
        1 / Σ |s - x|, at least ½; infinite where a place has the mix of the whole.

    References
    ----------
    .. [1] Duranton, G., Puga, D. (2000). Diversity and specialisation in cities: why, where and
       when does it matter? Urban Studies 37(3). doi:10.1080/0042098002104

    Examples
    --------
    >>> relative_diversity([[20, 10, 70]], [200, 300, 500]).round(6).tolist()
    [2.5]
    """
    cells = as_jobs(jobs, "relative_diversity")
    if whole is not None:
        total = as_jobs(whole, "relative_diversity", "whole", axes=1, n=cells.shape[1])
        whole = total / (total.sum() or np.nan)
    with np.errstate(divide="ignore"):
        return np.asarray(1 / (2 * specialisation_coefficient(cells, whole)))


def _parts(amount: ArrayLike, weight: ArrayLike | None, where: str) -> tuple[Floats, Floats]:
    """Return amounts, 0 for what is not known, and the share of weight of each known one."""
    x = as_jobs(amount, where, "amount", axes=0)
    if weight is None:
        held = np.ones(x.shape[-1])
    else:
        held = as_jobs(weight, where, "weight", axes=1, n=x.shape[-1])
    known = np.isfinite(x) & np.isfinite(held)
    held = np.where(known, held, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        part = held / held.sum(axis=-1, keepdims=True)
    return np.where(known, x, 0.0), part


def _mean(x: Floats, part: Floats) -> Floats:
    return np.asarray(np.sum(part * x, axis=-1))
