"""Where an industry could have stood just as well: which rows a replicate draws.

Three nulls, all exact (the observed industry is one of the draws that chance could make):

* "relabelling": n of all points of the population become the industry and keep their own
  jobs. The question is whether *who* is in the industry goes with *where* they are.
* "all_sites": the industry's own members, each with its own jobs, are dealt to locations drawn
  from all locations in use, without replacement, each as often as somebody stands there
  (Duranton and Overman [1]_). Without weights this is the same as relabelling.
* "case_control": relabelling among the industry and a control population that is given, such
  as the rest of manufacturing, when all activity would be the wrong yardstick [2]_.

.. [1] Duranton, G., Overman, H. G. (2005). Testing for localization using micro-geographic
   data. Review of Economic Studies 72(4). doi:10.1111/0034-6527.00362
.. [2] Diggle, P. J., Chetwynd, A. G. (1991). Second-order analysis of spatial clustering for
   inhomogeneous populations. Biometrics 47(3). doi:10.2307/2532668
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from buzzline.arrays import Flags, Indices, as_flags, as_indices
from buzzline.errors import InvalidArgument, TooFew

PointNull = Literal["relabelling", "all_sites", "case_control"]


def flags_of(n: int, name: str, values: ArrayLike) -> Flags:
    """Return n flags, one a point.

    Raises
    ------
    InvalidArgument
        Row numbers or anything else in their place.

    Examples
    --------
    >>> flags_of(3, "cases", [True, False, True]).tolist()
    [True, False, True]
    """
    found = np.asarray(values)
    if found.dtype != np.bool_ or found.shape != (n,):
        raise InvalidArgument(
            f"`{name}` must be {n:,} flags (true or false), one a point; got {found.dtype} of "
            f"shape {found.shape}. Row numbers become flags by `np.isin(np.arange({n}), rows)`."
        )
    return as_flags(found)


def pool_of(
    null: PointNull, cases: Indices, n_points: int, *, controls: Indices | None = None
) -> Indices:
    """Return the rows that a replicate may draw from.

    Parameters
    ----------
    null : PointNull
    cases : (n,) int64
        Rows of the industry.
    n_points : int
        Points of the population.
    controls : (m,) int64
        Rows of the control population, for "case_control"; cases are added to them.

    Raises
    ------
    InvalidArgument
        "case_control" without controls, or controls with another null.
    TooFew
        Nothing is left to draw but the cases themselves.

    Examples
    --------
    >>> pool_of("relabelling", np.array([0, 2]), 4).tolist()
    [0, 1, 2, 3]
    >>> pool_of("case_control", np.array([0, 2]), 4, controls=np.array([3])).tolist()
    [0, 2, 3]
    """
    if (null == "case_control") != (controls is not None):
        raise InvalidArgument(
            "the null 'case_control' needs a control population, and only it takes one: "
            "give `controls`, or choose 'relabelling' or 'all_sites'"
        )
    pool = np.arange(n_points) if controls is None else np.union1d(cases, controls)
    if pool.size <= cases.size:
        raise TooFew(
            f"all {pool.size:,} points to draw from are in the industry itself: every draw "
            "would be the same. Give a wider population."
        )
    return as_indices(pool)


def draw_cases(rng: np.random.Generator, pool: Indices, n: int) -> Indices:
    """Return n different rows of the pool, in random order. (n,) int64.

    The order is random too, so under "all_sites" member i of the industry is dealt to entry i.

    Examples
    --------
    >>> drawn = draw_cases(np.random.default_rng(1), np.array([4, 5, 6]), 2)
    >>> set(drawn.tolist()) < {4, 5, 6}
    True
    """
    return as_indices(pool[rng.choice(pool.size, n, replace=False)])


def rows_of_weights(null: PointNull, cases: Indices, drawn: Indices) -> Indices:
    """Return whose jobs stand at the drawn locations: the members' own, or those found there.

    Examples
    --------
    >>> rows_of_weights("all_sites", np.array([0, 1]), np.array([7, 9])).tolist()
    [0, 1]
    """
    return cases if null == "all_sites" else drawn
