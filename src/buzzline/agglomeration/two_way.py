"""What a cell of a table does, when cells of one row and of one column resemble each other.

Cells are clustered two ways: the variance is that of clusters of rows plus that of clusters of
columns less that of single cells [1]_.

References
----------
.. [1] Cameron, A. C., Gelbach, J. B., Miller, D. L. (2011). Robust inference with multiway
   clustering. Journal of Business & Economic Statistics 29(2). doi:10.1198/jbes.2010.07136
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from scipy.stats import norm

from buzzline.arrays import Floats, Indices, as_floats
from buzzline.errors import NotConverged
from buzzline.quantities import Share

MOST_STEPS = 50
TOLERANCE = 1e-10
FURTHEST = 30.0  # log odds: beyond, the outcomes are separated and nothing finite fits


@dataclass(frozen=True, slots=True, eq=False)
class Logit:
    """A fitted logit.

    Attributes
    ----------
    coefficients : (k,) float64 [log odds]
    covariance : (k, k) float64     clustered two ways
    n : int
    n_steps : int
    """

    coefficients: Floats
    covariance: Floats
    n: int
    n_steps: int


def fit_logit(x: Floats, y: Floats, clusters: tuple[Indices, Indices]) -> Logit:
    """Fit a logit by Newton's method, with errors clustered by row and by column.

    Parameters
    ----------
    x : (n, k) float64
        Without a constant where none is wanted.
    y : (n,) float64
        0 or 1.
    clusters : two (n,) int64
        Row and column of each cell.

    Raises
    ------
    NotConverged
        The outcomes are separated by the predictors, or predictors depend on each other.

    Examples
    --------
    >>> x = np.column_stack([np.ones(8), np.array([0, 0, 0, 0, 1, 1, 1, 1.0])])
    >>> y = np.array([0, 0, 0, 1, 0, 1, 1, 1.0])
    >>> fit_logit(x, y, (np.arange(8), np.arange(8))).coefficients.round(3).tolist()
    [-1.099, 2.197]
    """
    at = np.zeros(x.shape[1])
    for step in range(1, MOST_STEPS + 1):
        chance = expit(x @ at)
        information = x.T @ (x * (chance * (1 - chance))[:, None])
        try:
            move = np.linalg.solve(information, x.T @ (y - chance))
        except np.linalg.LinAlgError as error:
            if step > 1:  # weights have gone to 0: outcomes are certain at both ends
                break
            raise NotConverged(
                "fit_logit: the predictors depend on each other. Leave one out."
            ) from error
        at = at + move
        if not np.abs(at).max() < 1e6 or np.abs(x @ at).max() > 100 * FURTHEST:
            break
        if np.abs(move).max() <= TOLERANCE * max(1.0, np.abs(at).max()):
            covariance = _sandwich(x, y, at, clusters)
            return Logit(as_floats(at), covariance, y.size, step)
    raise NotConverged(
        f"fit_logit: no finite coefficients within {MOST_STEPS} steps; a predictor separates "
        "the outcomes. Leave it out, or take more cells."
    )


def _sandwich(x: Floats, y: Floats, at: Floats, clusters: tuple[Indices, Indices]) -> Floats:
    chance = expit(x @ at)
    bread = np.linalg.inv(x.T @ (x * (chance * (1 - chance))[:, None]))
    score = x * (y - chance)[:, None]
    meat = two_way_square(score, clusters)
    values, vectors = np.linalg.eigh(bread @ meat @ bread)
    # Two-way covariances can miss being positive by a little: then negative parts are cut.
    return as_floats((vectors * np.maximum(values, 0)) @ vectors.T)


def two_way_square(score: Floats, clusters: tuple[Indices, Indices]) -> Floats:
    """Return the summed squares of scores, clustered by rows and by columns.

    Parameters
    ----------
    score : (n, k) float64
    clusters : two (n,) int64

    Returns
    -------
    (k, k) float64
        Each part times G / (G - 1), G its number of clusters.
    """
    total = np.zeros((score.shape[1], score.shape[1]))
    for code in clusters:
        sums = np.column_stack([np.bincount(code, weights=part) for part in score.T])
        n = np.unique(code).size
        total += sums.T @ sums * (n / (n - 1) if n > 1 else 1.0)
    n = score.shape[0]
    return as_floats(total - score.T @ score * (n / (n - 1) if n > 1 else 1.0))


def share_interval(
    y: Floats, clusters: tuple[Indices, Indices], level: Share
) -> tuple[float, float, float]:
    """Return a share of cells and its interval, cells clustered two ways, on the logit scale.

    Parameters
    ----------
    y : (n,) float64
        0 or 1.
    clusters : two (n,) int64
    level : share

    Returns
    -------
    share, low, high : float
        `low` and `high` are NaN where fewer than two rows or columns are there, or the share is
        0 or 1: such cells say nothing about their own spread.
    """
    if not y.size:
        return np.nan, np.nan, np.nan
    share = float(y.mean())
    few = min(np.unique(code).size for code in clusters) < 2
    if few or share in (0.0, 1.0):
        return share, np.nan, np.nan
    residual = (y - share)[:, None]
    square = float(two_way_square(residual, clusters)[0, 0])
    alone = float((residual**2).sum())
    half = norm.ppf((1 + level) / 2) * np.sqrt(max(square, alone)) / y.size
    logit = np.log(share / (1 - share))
    wide = half / (share * (1 - share))
    return share, float(expit(logit - wide)), float(expit(logit + wide))
