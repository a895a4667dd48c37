"""What is known of the sizes of plants when only groups of them are counted?

Statistics give the establishments and jobs of a cell (a place and industry) or of a size class,
seldom those of single plants. The Herfindahl index then lies between two bounds: all plants of
a group alike, and as unlike as the group allows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from buzzline.agglomeration.checks import as_groups, as_jobs
from buzzline.arrays import Floats, as_floats
from buzzline.errors import InvalidArgument

LEAST_JOBS = 1.0  # a plant that is counted has at least one


@dataclass(frozen=True, slots=True, eq=False)
class GroupedHerfindahl:
    """Bounds of the Herfindahl index of plants' sizes, and a value between them.

    Attributes
    ----------
    low : (s,) float64      plants of a group are alike
    value : (s,) float64    plants are spread evenly round the mean, as far as the class allows
    high : (s,) float64     plants are as unlike as their class allows
    """

    low: Floats
    value: Floats
    high: Floats


def grouped_herfindahl(
    jobs: ArrayLike,
    plants: ArrayLike,
    industry: ArrayLike,
    *,
    smallest: ArrayLike = LEAST_JOBS,
    largest: ArrayLike = np.inf,
    n_industries: int | None = None,
) -> GroupedHerfindahl:
    """Return the Herfindahl index of plants' sizes from groups of plants.

    Parameters
    ----------
    jobs, plants : (g,) float64 [jobs], [count]
        Of each group: a size class, a cell of place and industry, or a class within a cell.
    industry : (g,) int
        Code of the industry each group belongs to.
    smallest, largest : (g,) float64 [jobs], optional
        Bounds of the size class; by default 1, and as many as the group has.
    n_industries : int, optional

    Raises
    ------
    InvalidArgument
        Jobs or plants are negative or not known, or jobs without plants.

    Notes
    -----
    The upper bound puts as many plants as possible at the largest size and the rest at the
    smallest, but for one. The value between takes sizes in even steps round the mean of the
    group, out to the nearer end of its class, which is how the literature on census data fills
    in size classes [1]_; without an upper end of the class it is the lower bound. Ellison and
    Glaeser's gamma falls as H rises, so its bounds are those of H turned round.

    References
    ----------
    .. [1] Schmalensee, R. (1977). Using the H-index of concentration with published data.
    Review
       of Economics and Statistics 59(2). doi:10.2307/1928815

    Examples
    --------
    >>> found = grouped_herfindahl([30, 10], [2, 10], [0, 0], smallest=[10, 1], largest=[19, 4])
    >>> found.low.round(4), found.value.round(4), found.high.round(4)
    (array([0.2875]), array([0.3075]), array([0.3075]))
    """
    where = "grouped_herfindahl"
    e = as_jobs(jobs, where, axes=1, known=True)
    n = as_jobs(plants, where, "plants", axes=1, known=True, n=e.size)
    code = as_groups(industry, where, "industry", n=e.size)
    homeless = int(((e > 0) & (n <= 0)).sum())
    if homeless:
        raise InvalidArgument(
            f"grouped_herfindahl: {homeless:,} of {e.size:,} groups have jobs and no plant to "
            "be in. Leave them out, or fill in `plants`."
        )
    held = n > 0
    low_end = np.broadcast_to(as_floats(smallest), e.shape)[held]
    high_end = np.broadcast_to(as_floats(largest), e.shape)[held]
    e, n, code = e[held], n[held], code[held]
    size = int(code.max(initial=-1)) + 1 if n_industries is None else n_industries
    alike = e**2 / n
    total = np.bincount(code, e, minlength=size)

    def index(squares: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.bincount(code, squares, minlength=size) / total**2)

    unlike = np.maximum(alike, _unlike(e, n, low_end, high_end))
    between = np.minimum(alike + _even_steps(e, n, low_end, high_end), unlike)
    return GroupedHerfindahl(index(alike), index(between), index(unlike))


def _unlike(e: Floats, n: Floats, low: Floats, high: Floats) -> Floats:
    """Return the largest sum of squares of n sizes within bounds that add up to e."""
    mean = e / n
    low, high = np.minimum(low, mean), np.minimum(np.maximum(high, mean), e - (n - 1) * low)
    room = high - low
    with np.errstate(invalid="ignore", divide="ignore"):
        full = np.where(room > 0, np.floor((e - n * low) / room + 1e-12), 0.0)
    rest = e - n * low - full * room
    others = np.maximum(n - full - 1, 0.0)
    one = np.where(full < n, (low + rest) ** 2, 0.0)
    return np.asarray(full * high**2 + others * low**2 + one)


def _even_steps(e: Floats, n: Floats, low: Floats, high: Floats) -> Floats:
    """Return the squares that even steps out to the nearer end of the class add."""
    mean = e / n
    reach = np.maximum(np.minimum(mean - low, high - mean), 0.0)
    reach = np.where(np.isfinite(high) & (n > 1), reach, 0.0)
    return np.asarray(n * reach**2 * (n + 1) / (3 * np.maximum(n - 1, 1)))
