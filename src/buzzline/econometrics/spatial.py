"""Is what is near alike? Neighbours, Moran's I, and which spatial model residuals ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse
from scipy.spatial import cKDTree
from scipy.stats import chi2

from buzzline.arrays import Floats, as_floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.estimates import AgainstChance
from buzzline.quantities import Count, Draws, Kilometres, Share
from buzzline.randomness import Seed
from buzzline.resampling import against_chance
from buzzline.space.globe import chord, kilometres, unit_vectors

Neighbours = Any  # a scipy.sparse.csr_array: rows of who is near whom
FEWEST = 4
SAME_PLACE_KM = 1.0  # nearer than this, inverse distance counts as this


def nearest_neighbours(longitude: Floats, latitude: Floats, *, n: Count = 6) -> Neighbours:
    """Return who are the nearest of each, as rows that sum to 1. (places, places), sparse.

    Parameters
    ----------
    longitude, latitude : (places,) float64 [degree]
    n : neighbours of each

    Raises
    ------
    TooFew
        Not more places than neighbours.
    InvalidArgument
        Places without coordinates.

    Examples
    --------
    >>> nearest_neighbours(np.array([0.0, 1.0, 5.0]), np.zeros(3), n=1).toarray().tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    xyz = _located(longitude, latitude)
    if xyz.shape[0] <= n:
        raise TooFew(f"nearest_neighbours: {xyz.shape[0]} places for {n} neighbours of each")
    _, found = cKDTree(xyz).query(xyz, k=n + 1)
    row = np.arange(xyz.shape[0])
    # a place at the same spot may come before oneself
    keep = found != row[:, None]
    keep[keep.all(axis=1), -1] = False
    to = found[keep]
    weight = np.full(to.size, 1 / n)
    return sparse.csr_array((weight, (np.repeat(row, n), to)), shape=(row.size, row.size))


def inverse_distance(
    longitude: Floats, latitude: Floats, *, reach: Kilometres = 500.0
) -> Neighbours:
    """Return neighbours within reach by 1 / distance, as rows that sum to 1.

    A place without any within reach has an empty row.

    Examples
    --------
    >>> inverse_distance(np.array([0.0, 1.0, 3.0]), np.zeros(3)).toarray().round(2).tolist()
    [[0.0, 0.75, 0.25], [0.67, 0.0, 0.33], [0.4, 0.6, 0.0]]
    """
    xyz = _located(longitude, latitude)
    tree = cKDTree(xyz)
    pairs = tree.sparse_distance_matrix(tree, chord(reach), output_type="ndarray")
    pairs = pairs[pairs["i"] != pairs["j"]]
    weight = 1 / np.maximum(kilometres(as_floats(pairs["v"])), SAME_PLACE_KM)
    n = xyz.shape[0]
    total = np.bincount(pairs["i"], weights=weight, minlength=n)
    return sparse.csr_array(
        (weight / total[pairs["i"]], (pairs["i"], pairs["j"])), shape=(n, n)
    )


def repeated(neighbours: Neighbours, times: Count) -> Neighbours:
    """Return the neighbours of a panel: rows by year, in each year the same places in order.

    Examples
    --------
    >>> ring = nearest_neighbours(np.array([0.0, 1.0, 5.0]), np.zeros(3), n=1)
    >>> repeated(ring, 4).shape
    (12, 12)
    """
    return sparse.csr_array(sparse.kron(sparse.eye_array(times), neighbours))


def moran(values: Floats, neighbours: Neighbours) -> float:
    """Return Moran's I: how like its neighbours' a value is. NaN if all values are the same.

    I = (n / sum of weights) z'Wz / z'z, with z what lies above the mean [1]_.

    References
    ----------
    .. [1] Moran, P. (1950). Notes on continuous stochastic phenomena. Biometrika 37.
       doi:10.1093/biomet/37.1-2.17

    Examples
    --------
    >>> ring = sparse.csr_array(np.roll(np.eye(4), 1, 0) + np.roll(np.eye(4), -1, 0)) / 2
    >>> moran(np.array([1.0, 2.0, 3.0, 2.0]), ring)
    0.0
    """
    z = values - values.mean()
    total, spread = float(neighbours.sum()), float(z @ z)
    if not (total > 0 and spread > 0):
        return float("nan")
    return float(values.size / total * (z @ (neighbours @ z)) / spread)


def moran_test(
    values: Floats, neighbours: Neighbours, *, draws: Draws = 999, level: Share = 0.95,
    rng: Seed = None,
) -> AgainstChance:  # fmt: skip
    """Compare Moran's I with that of the same values dealt to places at random.

    Of residuals of a regression this leaves out that they were fitted; use `spatial_tests`.

    Raises
    ------
    TooFew
        Fewer than four places, or values that are all the same.

    Examples
    --------
    >>> ring = nearest_neighbours(np.arange(30.0), np.zeros(30), n=2)
    >>> moran_test(np.sin(np.arange(30) / 5), ring, rng=1).p
    0.001
    """
    if values.size < FEWEST or not values.max() > values.min():
        raise TooFew("moran_test: needs four places and values that differ")
    values = as_floats(values)
    return against_chance(
        lambda dealt: moran(dealt, neighbours), values, lambda rng: rng.permutation(values),
        draws=draws, level=level, rng=rng,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class SpatialTests:
    """Which spatial model the residuals of least squares ask for.

    Attributes
    ----------
    rows : DataFrame    test, statistic, df, p, asks_for
    moran : float       of the residuals
    n : int
    """

    rows: pl.DataFrame
    moran: float
    n: int

    def table(self) -> pl.DataFrame:
        """Return one row a test."""
        return self.rows

    def __str__(self) -> str:
        said = ", ".join(
            f"{row['test']} {row['statistic']:.3g} (p = {row['p']:.3g})"
            for row in self.rows.iter_rows(named=True)
        )
        return f"residuals of {self.n:,} rows have Moran's I {self.moran:.3g}; {said}"


def spatial_tests(y: Floats, x: Floats, neighbours: Neighbours) -> SpatialTests:
    """Return Lagrange multiplier tests for a spatial lag and a spatial error.

    Parameters
    ----------
    y : (n,) float64
    x : (n, k) float64              a constant is added where none is among the columns
    neighbours : (n, n) sparse

    Returns
    -------
    SpatialTests
        Each test alone, each robust to the other [1]_, and both together.

    Raises
    ------
    TooFew
        Not more rows than columns, or nobody with neighbours.

    References
    ----------
    .. [1] Anselin, L., Bera, A., Florax, R., Yoon, M. (1996). Simple diagnostic tests for
       spatial dependence. Regional Science and Urban Economics 26(1).
       doi:10.1016/0166-0462(95)02111-6

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> ring, x = nearest_neighbours(np.arange(90.0), np.zeros(90), n=2), rng.normal(size=90)
    >>> made = spatial_tests(x + rng.normal(size=90), x[:, None], ring)
    >>> made.table()["test"].to_list()
    ['lag', 'error', 'lag beside error', 'error beside lag', 'both']
    """
    x = with_constant(x)
    n, k = x.shape
    if n <= k or not neighbours.nnz:
        raise TooFew(f"spatial_tests: {n} rows, {k} columns, {neighbours.nnz} neighbours")
    beta = np.linalg.lstsq(x, y)[0]
    left = y - x @ beta
    variance = float(left @ left) / n
    trace = float((neighbours.multiply(neighbours)).sum() + (neighbours @ neighbours).trace())
    lagged = neighbours @ (x @ beta)
    off = lagged - x @ np.linalg.lstsq(x, lagged)[0]
    both = trace + float(off @ off) / variance
    of_error = float(left @ (neighbours @ left)) / variance
    of_lag = float(left @ (neighbours @ y)) / variance
    apart = max(both - trace, 1e-300)
    beside_lag = (of_error - trace / both * of_lag) ** 2 / (trace * (1 - trace / both))
    beside_error = (of_lag - of_error) ** 2 / apart
    found = [
        ("lag", of_lag**2 / both, 1, "a spatial lag"),
        ("error", of_error**2 / trace, 1, "spatial errors"),
        ("lag beside error", beside_error, 1, "a spatial lag"),
        ("error beside lag", beside_lag, 1, "spatial errors"),
        ("both", beside_error + of_error**2 / trace, 2, "either or both"),
    ]
    rows = pl.DataFrame([
        {"test": test, "statistic": value, "df": df, "p": float(chi2.sf(value, df)),
         "asks_for": asks}
        for test, value, df, asks in found
    ])  # fmt: skip
    return SpatialTests(rows, moran(as_floats(left), neighbours), n)


def with_constant(x: Floats) -> Floats:
    """Return columns with one of ones before them, unless a column is constant already."""
    x = as_floats(x)
    if np.any((np.ptp(x, axis=0) == 0) & (x[0] != 0)):
        return x
    return as_floats(np.column_stack([np.ones(x.shape[0]), x]))


def _located(longitude: Floats, latitude: Floats) -> Floats:
    unknown = int((~np.isfinite(np.asarray(longitude) + np.asarray(latitude))).sum())
    if unknown:
        raise InvalidArgument(f"neighbours: {unknown:,} places have no coordinates; leave out")
    return unit_vectors(as_floats(longitude), as_floats(latitude))
