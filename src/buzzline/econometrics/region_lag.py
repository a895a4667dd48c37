"""Regions that move with their neighbours: a spatial lag net of regions and years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.spatial import cKDTree

from buzzline.arrays import Floats, as_floats
from buzzline.econometrics.region_years import RegionYears, taken_out, year_columns
from buzzline.errors import TooFew
from buzzline.quantities import Count, Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import central_range
from buzzline.space.globe import unit_vectors

NEIGHBOURS = 5
FEWEST_REGIONS = 20
MOST_REGIONS = 4000  # a matrix of them all is held
OPEN = 0.999


@dataclass(frozen=True, slots=True, eq=False)
class RegionLag:
    """Effects where regions move with their neighbours.

    Attributes
    ----------
    rho, rho_se : float         how far a region moves with the mean of its neighbours
    beta, se : (k,) float64     of the columns asked for and controls that could be told
    direct, indirect, total : (a, 3) float64
        Of each column asked for, on the region itself, on all others together, and both: the
        value and its interval.
    n, n_regions, n_years : int
    """

    rho: float
    rho_se: float
    beta: Floats
    se: Floats
    direct: Floats
    indirect: Floats
    total: Floats
    n: int
    n_regions: int
    n_years: int


def nearest_weights(longitude: Floats, latitude: Floats, *, k: Count = NEIGHBOURS) -> Floats:
    """Return a matrix in which every region has its k nearest at 1 / k. (n, n) float64.

    Parameters
    ----------
    longitude, latitude : (n,) float64 [degree]
    k : count

    Examples
    --------
    >>> nearest_weights(np.array([0.0, 1.0, 3.0]), np.zeros(3), k=1).tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    xyz = unit_vectors(longitude, latitude)
    n = len(xyz)
    if n <= k:
        raise TooFew(f"nearest_weights: {n} regions for {k} neighbours each")
    near = np.atleast_2d(cKDTree(xyz).query(xyz, k=k + 1)[1])
    weights = np.zeros((n, n))
    for row, found in enumerate(near):  # at one place with others, oneself may come later
        others = [to for to in found if to != row][:k]
        weights[row, others] = 1 / k
    return weights


def fit_region_lag(
    panel: RegionYears, weights: Floats, *, level: Share = 0.95, draws: Draws = 2000,
    rng: Seed = None,
) -> RegionLag:  # fmt: skip
    """Return effects with a spatial lag of the outcome, net of regions and years.

    Parameters
    ----------
    panel : RegionYears
        Every region in every year, without unknown values.
    weights : (regions, regions) float64
        Rows sum to 1; the diagonal is 0.
    level : share
    draws : draws
        Of rho and the coefficients, for the intervals of the effects.
    rng : Generator, int or None

    Raises
    ------
    TooFew
        Fewer than 20 regions or two years, a region that lacks a year, or columns that do not
        vary beyond regions and years.

    Notes
    -----
    y = rho W y + x b + region + year + error, by the likelihood of what is left when means of
    regions and years are taken out, which counts the degrees of freedom that these use [1]_.
    Errors are a sandwich of the scores of whole regions. A change in one region reaches all by
    (1 - rho W)^-1: `direct` is the mean of its diagonal times b, `total` b / (1 - rho) [2]_;
    their intervals draw rho and b from their covariance.

    References
    ----------
    .. [1] Lee, L., Yu, J. (2010). Estimation of spatial autoregressive panel data models with
       fixed effects. Journal of Econometrics 154(2). doi:10.1016/j.jeconom.2009.08.001
    .. [2] LeSage, J., Pace, R. K. (2009). Introduction to Spatial Econometrics. CRC Press.

    Examples
    --------
    >>> from buzzline.arrays import as_codes
    >>> rng = np.random.default_rng(1)
    >>> region, year = as_codes(np.indices((40, 5)).reshape(2, -1))
    >>> x = rng.normal(size=(200, 1))
    >>> panel = RegionYears(x[:, 0] + rng.normal(size=200), x, ("x",), 1, region, year)
    >>> w = nearest_weights(rng.uniform(0, 9, 40), rng.uniform(0, 9, 40))
    >>> bool(abs(fit_region_lag(panel, w, rng=1).rho) < 0.3)
    True
    """
    shape = _shape(panel, weights)
    order = np.lexsort((panel.year, panel.region))
    inner = _net_of_both(np.column_stack([panel.y, panel.x])[order], panel, order)
    lagged = _lag(inner, weights, shape)
    y, x, lag = inner[:, 0], inner[:, 1:], lagged[:, 0]
    x = _telling(x, panel.n_asked)
    values = np.linalg.eigvals(weights)
    rho = _best_rho((y, lag, x), values, shape)
    beta = np.linalg.lstsq(x, y - rho * lag, rcond=None)[0]
    off = y - rho * lag - x @ beta
    spill = np.linalg.solve(np.eye(shape[0]) - rho * weights, np.eye(shape[0]))
    covariance = _sandwich((x, lag, off), weights @ spill, shape=shape)
    estimate = np.concatenate([[rho], beta])
    chance = draws, level, seed_of(rng)
    effects = _effects((estimate, covariance), values, panel.n_asked, chance, shape[0] - 1)
    se = np.sqrt(np.maximum(np.diag(covariance), 0))
    return RegionLag(
        rho, float(se[0]), as_floats(beta), as_floats(se[1:]), *effects,
        y.size, shape[0], shape[1],
    )  # fmt: skip


def _shape(panel: RegionYears, weights: Floats) -> tuple[int, int]:
    n, t = panel.n_regions, panel.n_years
    if n < FEWEST_REGIONS or t < 2:
        raise TooFew(
            f"fit_region_lag: {n} regions in {t} years; at least {FEWEST_REGIONS} in two needed"
        )
    if n > MOST_REGIONS:
        raise TooFew(f"fit_region_lag: {n:,} regions; a matrix of more than {MOST_REGIONS:,} "
                     "is not made")  # fmt: skip
    if panel.y.size != n * t or weights.shape != (n, n):
        raise TooFew("fit_region_lag: every region is needed in every year")
    return n, t


def _net_of_both(columns: Floats, panel: RegionYears, order: np.ndarray) -> Floats:
    _, region = np.unique(panel.region[order], return_inverse=True)
    year = panel.year[order]
    inner = taken_out(columns, np.asarray(region, np.int32), year, effects="region")
    dummies = taken_out(
        year_columns(year), np.asarray(region, np.int32), year, effects="region"
    )
    return as_floats(inner - dummies @ np.linalg.lstsq(dummies, inner, rcond=None)[0])


def _lag(columns: Floats, weights: Floats, shape: tuple[int, int]) -> Floats:
    cube = columns.reshape(*shape, columns.shape[1])
    lagged = np.einsum("ij,jtk->itk", weights, cube)
    return as_floats((lagged - lagged.mean(axis=0)).reshape(columns.shape))


def _telling(x: Floats, n_asked: int) -> Floats:
    """Leave out controls that say nothing; refuse where one asked for does not."""
    size = np.sqrt((x**2).sum(axis=0))
    rank = np.linalg.matrix_rank(x[:, :n_asked] / np.maximum(size[:n_asked], 1e-300))
    if rank < n_asked or (size[:n_asked] <= 1e-10).any():
        raise TooFew("fit_region_lag: columns do not vary beyond regions and years")
    return as_floats(x[:, size > 1e-10])


def _best_rho(
    parts: tuple[Floats, Floats, Floats], values: np.ndarray, shape: tuple[int, int]
) -> float:
    y, lag, x = parts
    off_y = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    off_lag = lag - x @ np.linalg.lstsq(x, lag, rcond=None)[0]
    n, t = shape

    def deviance(rho: float) -> float:
        # Years take out the vector of ones, whose eigenvalue is 1.
        log_det = float(np.log(np.abs(1 - rho * values)).sum() - np.log(1 - rho))
        off = off_y - rho * off_lag
        return (n - 1) * (t - 1) / 2 * float(np.log(off @ off)) - (t - 1) * log_det

    found = minimize_scalar(deviance, bounds=(-OPEN, OPEN), method="bounded",
                            options={"xatol": 1e-10})  # fmt: skip
    return float(found.x)


def _sandwich(
    parts: tuple[Floats, Floats, Floats], spread: Floats, *, shape: tuple[int, int]
) -> Floats:
    """Return the covariance of rho and coefficients from the scores of regions.

    spread : W (1 - rho W)^-1

    The lag holds errors of all regions, so e'G e is told region by region in an order in which
    every product of two errors counts once: with what comes before in the order.
    """
    x, lag, off = parts
    n, t = shape
    variance = float(off @ off) / ((n - 1) * (t - 1))
    centred = spread - spread.mean(axis=0)[None, :]  # net of years
    trace = float(np.trace(centred))
    errors = off.reshape(n, t)
    once = np.tril(centred + centred.T, -1) + np.diag(np.diag(centred))
    of_errors = (centred @ errors).ravel()
    of_rho = ((lag - of_errors) * off).reshape(n, t).sum(axis=1)
    of_rho += (errors * (once @ errors)).sum(axis=1)
    of_rho -= trace / (n - 1) * (errors**2).sum(axis=1)
    of_x = (x * off[:, None]).reshape(n, t, -1).sum(axis=1)
    scores = np.column_stack([of_rho, of_x])
    columns = np.column_stack([lag, x])
    information = columns.T @ columns
    # The lag holds the errors themselves, so its square counts once more.
    information[0, 0] += (
        variance
        * (t - 1)
        * (float(np.einsum("ij,ji->", centred, centred)) - 2 * trace**2 / (n - 1))
    )
    bread = np.linalg.inv(information)
    return as_floats(bread @ (scores.T @ scores) @ bread * n / (n - 1))


def _effects(
    fit: tuple[Floats, Floats], values: np.ndarray, n_asked: int,
    chance: tuple[int, float, int], df: int,
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    draws, level, seed = chance
    estimate, covariance = fit
    chances = child(seed, "spatial effects")
    off = chances.multivariate_normal(
        np.zeros(estimate.size), covariance, size=draws, method="eigh"
    )
    # As t with a degree of freedom for every region but one.
    drawn = estimate + off * np.sqrt(df / chances.chisquare(df, draws))[:, None]
    drawn = np.vstack([estimate, drawn[np.abs(drawn[:, 0]) < 1]])
    mean = np.array([float(np.mean(1 / (1 - rho * values)).real) for rho in drawn[:, 0]])
    found = []
    for scale in (mean, 1 / (1 - drawn[:, 0]) - mean, 1 / (1 - drawn[:, 0])):
        effects = drawn[:, 1 : 1 + n_asked] * scale[:, None]
        ends = [central_range(as_floats(one[1:]), level) for one in effects.T]
        found.append(as_floats(np.column_stack([effects[0], ends])))
    return found[0], found[1], found[2]
