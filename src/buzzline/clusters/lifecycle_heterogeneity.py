"""How different what the members of a cluster know is: Rao's Q of their knowledge."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.stats import norm

from buzzline.arrays import Floats, Indices, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Share
from buzzline.tables.study import Study

FEWEST_MEMBERS = 3  # with knowledge items; below, leaving one out leaves no pair


def rao_q(shares: ArrayLike, distance: ArrayLike, *, n: int | None = None) -> float:
    """Return Rao's Q: the mean distance between two things drawn by their shares.

    Parameters
    ----------
    shares : (k,) float64
        Shares of k kinds; add to 1.
    distance : (k, k) float64
        Between kinds, 0 on the diagonal.
    n : int or None
        How many things the shares were counted from: the two drawn are then different ones,
        which divides Q by (1 - 1/n) and keeps small groups from looking alike.

    Raises
    ------
    InvalidArgument
        Shapes that do not fit, shares that do not add to 1, n below 2.

    References
    ----------
    .. [1] Rao, C. (1982). Diversity and dissimilarity coefficients: a unified approach.
       Theoretical Population Biology 21. doi:10.1016/0040-5809(82)90004-1

    Examples
    --------
    >>> d = [[0, 0.2, 0.8], [0.2, 0, 0.5], [0.8, 0.5, 0]]
    >>> round(rao_q([0.5, 0.3, 0.2], d), 6), round(rao_q([0.5, 0.3, 0.2], d, n=10), 6)
    (0.28, 0.311111)
    """
    p, d = as_floats(shares), as_floats(distance)
    if d.shape != (p.size, p.size):
        raise InvalidArgument(f"rao_q: {p.size} shares, but distances of shape {d.shape}")
    if not np.isclose(p.sum(), 1) or (p < 0).any():
        raise InvalidArgument(f"rao_q: shares must add to 1, got {p.sum():g}")
    if n is not None and n < 2:
        raise InvalidArgument(f"rao_q: `n` must be at least 2, got {n}")
    value = float(p @ d @ p)
    return value if n is None else value / (1 - 1 / n)


def cognitive_distance(first: ArrayLike, second: ArrayLike) -> float:
    """Return 1 minus the cosine of what two know: 0 the same mix, 1 nothing in common.

    Parameters
    ----------
    first, second : (k,) float64
        Items in each of k classes; not negative.

    Returns
    -------
    float
        NaN when either has no items.

    Raises
    ------
    InvalidArgument
        Different numbers of classes.

    References
    ----------
    .. [1] Jaffe, A. (1986). Technological opportunity and spillovers of R&D. American Economic
       Review 76(5).

    Examples
    --------
    >>> round(1 - cognitive_distance([5, 3, 0, 2], [1, 4, 2, 0]), 6)
    0.601793
    """
    one, other = as_floats(first), as_floats(second)
    if one.shape != other.shape:
        raise InvalidArgument(
            f"cognitive_distance: {one.size} and {other.size} classes; give both the same"
        )
    length = sqrt(float(one @ one) * float(other @ other))
    return 1 - float(one @ other) / length if length else float("nan")


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Mean cognitive distance between two different members.

    Attributes
    ----------
    value, se, low, high : float
    n : int                          members with items
    """

    value: float
    se: float
    low: float
    high: float
    n: int


def heterogeneity_of(profiles: csr_array, level: Share) -> Heterogeneity:
    """Return Rao's Q of members whose distance is the cognitive one, each of weight 1/n.

    Divided by (1 - 1/n) it is the mean distance between two different members. The interval is
    the jackknife over members and the scatter of single pairs; where all are alike, it reaches
    to the heterogeneity at which that many would be alike with probability 1 - level.

    Parameters
    ----------
    profiles : (n, k) sparse float64
        Rows of length 1 (or empty: without items, left out).
    level : share
    """
    known = profiles[np.flatnonzero(np.diff(profiles.indptr) > 0)]
    n = known.shape[0]
    if n < FEWEST_MEMBERS:
        nan = float("nan")
        return Heterogeneity(nan, nan, nan, nan, n)
    total = as_floats(known.sum(axis=0)).ravel()
    squared = float(total @ total)
    value = 1 - (squared - n) / (n * (n - 1))
    without = squared - 2 * (known @ total) + 1
    left_out = 1 - (without - (n - 1)) / ((n - 1) * (n - 2))
    jackknife = (n - 1) / n * float(((left_out - left_out.mean()) ** 2).sum())
    # of pairs: where kinds are balanced, leaving one out moves nothing
    alike = float((known.T @ known).power(2).sum()) - n
    among = max(alike / (n * (n - 1)) - (1 - value) ** 2, 0.0)
    se = sqrt(jackknife + 2 * among / (n * (n - 1)))
    reach = float(norm.ppf((1 + level) / 2)) * se
    low, high = max(0.0, value - reach), min(1.0, value + reach)
    if se < 1e-9:
        high = max(high, 1 - (1 - level) ** (2 / n))
        low = min(low, value)
    return Heterogeneity(min(max(value, 0.0), 1.0), se, low, high, n)


def profiles_by_year(study: Study, years: tuple[int, ...]) -> dict[int, csr_array]:
    """Return what each organisation's items of a year are about, rows of length 1.

    Parameters
    ----------
    study : Study
    years : tuple of int

    Returns
    -------
    dict of (organisations, classes) sparse float64
        Only years in which any dated item has a class.
    """
    row = study.organisations.select("org_id").with_row_index("row")
    items = (
        study.knowledge_items.lazy()
        .select("org_id", pl.col("date").dt.year().alias("year"),
                pl.col("classes").str.split("|").alias("class"))
        .filter(pl.col("year").is_in(list(years)))
        .explode("class").with_columns(pl.col("class").str.strip_chars())
        .filter(pl.col("class").str.len_chars() > 0)
        .group_by("org_id", "year", "class").len()
        .join(row.lazy(), on="org_id", how="inner")
        .with_columns(code=pl.col("class").rank("dense").cast(pl.Int64) - 1)
        .collect()
    )  # fmt: skip
    width = int(items["code"].max() or 0) + 1 if items.height else 0  # type: ignore[arg-type]  # codes
    found = {}
    for (year,), part in items.group_by("year"):
        rows, codes = part["row"].to_numpy(), part["code"].to_numpy()
        found[int(str(year))] = _unit_rows(
            rows.astype(np.int64), codes, part["len"].to_numpy().astype(np.float64),
            (row.height, width),
        )  # fmt: skip
    return found


def _unit_rows(
    rows: Indices, codes: Indices, counts: Floats, shape: tuple[int, int]
) -> csr_array:
    length = np.sqrt(np.bincount(rows, counts**2, minlength=shape[0]))
    return csr_array((counts / length[rows], (rows, codes)), shape=shape)
