"""Who is how near to somebody treated, and how much more or less they changed than the rest.

Units near treated ones may gain from them or lose to them; they are no yardstick. Only those
beyond the last ring, and tied to nobody treated, are [1]_.

.. [1] Butts, K. (2021). Difference-in-differences estimation with spatial spillovers.
   arXiv:2105.03737
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from scipy.spatial import cKDTree
from scipy.stats import t as student

from buzzline.arrays import Codes, Flags, Floats, as_codes, as_floats
from buzzline.quantities import Kilometres, Share
from buzzline.space.globe import EARTH_RADIUS_KM, unit_vectors

FEWEST_GROUPS = 6
TREATED, FAR = -1, -2
SMALLEST_PIVOT = 1e-10


def km_to_treated(longitude: Floats, latitude: Floats, treated: Flags) -> Floats:
    """Return how far each untreated unit is from the nearest treated one [km]; 0 for treated.

    Parameters
    ----------
    longitude, latitude : (n,) float64 [degree]      NaN gives NaN
    treated : (n,) bool
    """
    out = np.full(treated.size, nan)
    placed = ~np.isnan(longitude) & ~np.isnan(latitude)
    here, there = placed & ~treated, placed & treated
    if there.any() and here.any():
        tree = cKDTree(unit_vectors(longitude[there], latitude[there]))
        chord, _ = tree.query(unit_vectors(longitude[here], latitude[here]))
        out[here] = 2 * EARTH_RADIUS_KM * np.arcsin(np.clip(chord / 2, 0, 1))
    out[treated] = 0.0
    return as_floats(out)


def ring_codes(km: Floats, treated: Flags, rings_km: Sequence[Kilometres]) -> Codes:
    """Return the ring of each unit, -1 for the treated, -2 beyond the last ring.

    Examples
    --------
    >>> km, treated = np.array([0.0, 5, 20, 80]), np.array([True, False, False, False])
    >>> ring_codes(km, treated, (10, 50)).tolist()
    [-1, 0, 1, -2]
    """
    code = np.searchsorted(np.asarray(rings_km, np.float64), km, side="left")
    code = np.where(code == len(rings_km), FAR, code)
    return as_codes(np.where(treated, TREATED, code))


@dataclass(frozen=True, slots=True, eq=False)
class Coefficients:
    """Coefficients of a regression, and the same without each group.

    Attributes
    ----------
    value : (k,) float64
    left_out : (groups, k) float64      NaN where it cannot be told then
    """

    value: Floats
    left_out: Floats


@dataclass(frozen=True, slots=True)
class Told:
    """A sum of coefficients with its error; NaN where groups cannot tell."""

    value: float
    low: float
    high: float
    se: float
    df: float
    p: float


def fit_without_each(y: Floats, x: Floats, group: Codes) -> Coefficients:
    """Return least squares, and the same without each group, exactly.

    Parameters
    ----------
    y : (n,) float64
    x : (n, k) float64
    group : (n,) int32

    Examples
    --------
    >>> x = np.column_stack([np.ones(4), [0.0, 0, 1, 1]])
    >>> found = fit_without_each(np.array([1.0, 1, 3, 5]), x, np.arange(4, dtype=np.int32))
    >>> found.value.round(6).tolist(), found.left_out[3].round(6).tolist()
    ([1.0, 3.0], [1.0, 2.0])
    """
    _, codes = np.unique(group, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(codes.max() + 2))
    cross, right = x.T @ x, x.T @ y
    left_out = np.empty((codes.max() + 1, x.shape[1]))
    for g in range(left_out.shape[0]):
        rows = order[ends[g] : ends[g + 1]]
        left_out[g] = _solved(cross - x[rows].T @ x[rows], right - x[rows].T @ y[rows])
    return Coefficients(_solved(cross, right), as_floats(left_out))


def _solved(left: Floats, right: Floats) -> Floats:
    """Solve; NaN where the columns cannot be told apart."""
    scale = np.sqrt(np.maximum(np.diag(left), 1e-300))
    even = left / np.outer(scale, scale)
    if (np.diag(left) < 1e-9).any() or np.linalg.eigvalsh(even)[0] < SMALLEST_PIVOT:
        return as_floats(np.full(right.size, nan))
    return as_floats(np.linalg.solve(even, right / scale) / scale)


def told(found: Coefficients, mix: Floats, *, level: Share) -> Told:
    """Return a sum of coefficients with its error by group.

    Parameters
    ----------
    found : Coefficients
    mix : (k,) float64
    level : share

    Notes
    -----
    With d what the sum moves by without each group, se^2 = (G - 1) / G sum d^2, and as many
    degrees of freedom as groups carry it: 3 (sum d^2)^2 / sum d^4 - 2, which is about G where
    all move it alike, and 1 where one does alone.
    """
    value = float(found.value @ mix)
    off = found.left_out @ mix - value
    n = off.size
    if n < FEWEST_GROUPS or not np.isfinite(off).all() or not np.isfinite(value):
        return Told(value, nan, nan, nan, nan, nan)
    square = off**2
    if not square.sum() > 0:
        return Told(value, nan, nan, nan, nan, nan)
    se = float(np.sqrt((n - 1) / n * square.sum()))
    df = min(max(3 * square.sum() ** 2 / (square**2).sum() - 2, 1.0), n - 1.0)
    half = float(student.ppf((1 + level) / 2, df)) * se
    p = float(2 * student.sf(abs(value) / se, df))
    return Told(value, value - half, value + half, se, float(df), p)
