"""Counts of ties and sums of weights that no order of rows can change.

Engines add in parallel, so a plain sum of floats differs in its last digits from run to run and
from engine to engine. Here weights are split into two parts whose sums never round.
"""

from __future__ import annotations

from math import frexp, isfinite, ldexp

import narwhals as nw
import polars as pl

from buzzline.errors import InvalidTables, Problem
from buzzline.network.engines import Lazy, collected


def weighed(ties: Lazy) -> Lazy:
    """Return ties with the two parts of their weight, ready for `counted`.

    Do this before joins: it reads the weights once.

    Raises
    ------
    InvalidTables
        A weight is negative, not a number, or too large to be summed.

    Notes
    -----
    Adding and subtracting a power of two above the sum of all weights rounds each weight to a
    common unit; sums of such multiples fit into 53 bits, so no addition rounds. The remainders
    are treated alike [1]_. What is lost is less than n³ 2⁻¹⁰⁵ of the largest of n weights, and
    the same in every order.

    References
    ----------
    .. [1] Demmel, J., Nguyen, H. D. (2015). Parallel reproducible summation. IEEE Transactions
       on Computers 64(7). doi:10.1109/TC.2014.2345391
    """
    if "weight" not in ties.collect_schema().names():
        return ties.with_columns(weight_coarse=nw.lit(1.0), weight_fine=nw.lit(0.0))
    weight = nw.col("weight").cast(nw.Float64()).fill_null(1.0)
    n, largest = _extent(ties, weight)
    above = _power_of_two_above(n * largest)
    coarse = (nw.lit(above) + weight) - nw.lit(above)
    above = _power_of_two_above(n * above * 2.0**-53)
    fine = (nw.lit(above) + (weight - coarse)) - nw.lit(above)
    return ties.with_columns(weight_coarse=coarse, weight_fine=fine)


def counted(ties: Lazy, keys: tuple[str, ...]) -> pl.DataFrame:
    """Return the number of weighed ties and their summed weight for each combination of keys.

    Examples
    --------
    >>> ties = pl.LazyFrame({"layer": ["supply"] * 3, "weight": [0.1, 0.2, None]})
    >>> counted(weighed(nw.from_native(ties)), ("layer",)).rows()
    [('supply', 3, 1.3)]
    """
    parts = ("weight_coarse", "weight_fine")
    summed = ties.group_by(*keys).agg(nw.len().alias("n"), *(nw.col(p).sum() for p in parts))
    result = collected(summed, ("n",), order=keys)
    return result.select(*keys, "n", weight=pl.col(parts[0]) + pl.col(parts[1]))


def _extent(ties: Lazy, weight: nw.Expr) -> tuple[int, float]:
    sound = weight.is_finite() & (weight >= 0)
    extent = ties.select(
        n=nw.len(),
        n_unsound=nw.when(sound).then(0).otherwise(1).sum(),
        largest=nw.when(sound).then(weight).max(),
    )
    ((n, n_unsound, largest),) = extent.collect(backend="polars").to_polars().rows()
    n, largest = int(n), largest or 0.0
    if n_unsound or not isfinite(4 * n * largest):
        what = "is negative, not a number, or too large to be summed"
        remedy = "Mend these weights, or leave them empty."
        problem = Problem("linkages", "weight", what, int(n_unsound or 0), (), (), remedy)
        raise InvalidTables([problem])
    return n, largest


def _power_of_two_above(value: float) -> float:
    return ldexp(1.0, frexp(value)[1]) if value else 0.0
