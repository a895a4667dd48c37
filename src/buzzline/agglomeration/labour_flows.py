"""Between which industries do more people move than the sizes of the industries explain?

Moves are counts, and come with exact Poisson intervals (`move_interval`) and the p-value that
chance would give as many (`move_p_values`).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, poisson

from buzzline.agglomeration.checks import one_of
from buzzline.agglomeration.inter_industry import blank, square_flows
from buzzline.arrays import Floats, as_flags, as_floats
from buzzline.errors import NotConverged
from buzzline.quantities import Share

Expected = Literal["sizes", "between"]

ROUNDS = 1000  # of proportional fitting; a few dozen are usual
CLOSE = 1e-10


def labour_flow_relatedness(flows: ArrayLike, expected: Expected = "sizes") -> Floats:
    """Return how much more people move between industries than the industries' sizes explain.

    Parameters
    ----------
    flows : (s, s) float64 [persons]
        Row i, column j: who left i for j. The diagonal is left out.
    expected : "sizes" or "between"
        "sizes": leavers of i times arrivals of j over all moves, as published. "between": the
        same with the diagonal known to be empty (quasi-independence), which matters when there
        are few industries or one of them takes a large part of all moves.

    Returns
    -------
    (s, s) float64 [-1 to 1]
        0 is as many moves as expected, 1/3 twice as many, -1 none; symmetric, from the moves in
        both directions together. 0 on the diagonal; NaN where no moves are expected.

    Raises
    ------
    InvalidArgument
        A flow is negative or not known, or the matrix is not square.
    NotConverged
        "between" has no solution, as when one industry has all moves.

    Notes
    -----
    Observed over expected, R, is mapped to (R - 1) / (R + 1) [2]_. Neffke and Henning [1]_
    first expected moves from a regression on size, growth and wages; the ratio of sizes is the
    later, simpler form. The published index averages R of both directions; here moves are added
    up first, so that what is counted stays a count with an exact interval (`move_interval`).

    References
    ----------
    .. [1] Neffke, F., Henning, M. (2013). Skill relatedness and firm diversification. Strategic
       Management Journal 34(3). doi:10.1002/smj.2014
    .. [2] Neffke, F., Otto, A., Weyh, A. (2017). Inter-industry labor flows. Journal of
       Economic Behavior & Organization 142. doi:10.1016/j.jebo.2017.07.003

    Examples
    --------
    >>> moves = [[50, 6, 1], [6, 50, 1], [1, 1, 50]]
    >>> labour_flow_relatedness(moves).round(2).tolist()
    [[0.0, 0.32, 0.07], [0.32, 0.0, 0.07], [0.07, 0.07, 0.0]]
    """
    moves, chance = _moves(flows, expected)
    return _mapped(moves, chance)


def move_interval(
    flows: ArrayLike, level: Share = 0.95, expected: Expected = "sizes"
) -> tuple[Floats, Floats]:
    """Return the interval of each relatedness by labour flows, from the moves it is made of.

    Exact for counts (Garwood): however few moves there are, the interval covers with at least
    `level`. Expected moves are taken as known.

    Parameters
    ----------
    flows : (s, s) float64 [persons]
    level : share
    expected : "sizes" or "between"

    Returns
    -------
    low, high : (s, s) float64 [-1 to 1]

    References
    ----------
    .. [1] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28.
       doi:10.1093/biomet/28.3-4.437

    Examples
    --------
    >>> low, high = move_interval([[0, 6, 1], [6, 0, 1], [1, 1, 0]])
    >>> bool(low[0, 1] < 0.32 < high[0, 1])
    True
    """
    moves, chance = _moves(flows, expected)
    tail = (1 - level) / 2
    with np.errstate(invalid="ignore"):
        fewest = np.where(moves > 0, chi2.ppf(tail, 2 * moves) / 2, 0.0)
    most = chi2.ppf(1 - tail, 2 * moves + 2) / 2
    return _mapped(fewest, chance), _mapped(most, chance)


def move_p_values(flows: ArrayLike, expected: Expected = "sizes") -> Floats:
    """Return how often chance would give as many moves between two industries, or more.

    Parameters
    ----------
    flows : (s, s) float64 [persons]
    expected : "sizes" or "between"

    Returns
    -------
    (s, s) float64 [share]
        Of Poisson counts with the expected moves as mean; NaN on the diagonal and where none
        are expected.

    Examples
    --------
    >>> float(move_p_values([[0, 6, 1], [6, 0, 1], [1, 1, 0]])[0, 1].round(3))
    0.023
    """
    moves, chance = _moves(flows, expected)
    p = poisson.sf(np.ceil(moves) - 1, chance)
    return as_floats(np.where(np.isnan(chance) | np.eye(len(p), dtype=bool), np.nan, p))


def _moves(flows: ArrayLike, expected: Expected) -> tuple[Floats, Floats]:
    """Return moves in both directions together, and those expected; NaN where none are."""
    between = square_flows(flows, "labour_flow_relatedness").copy()
    np.fill_diagonal(between, 0.0)
    leaving, arriving = between.sum(axis=1), between.sum(axis=0)
    one_of(expected, Expected, where="labour_flow_relatedness", name="expected")
    if expected == "sizes":
        chance = np.outer(leaving, arriving) / max(between.sum(), 1.0)
    else:
        chance = _without_diagonal_expected(leaving, arriving)
    both = chance + chance.T
    return between + between.T, np.where(both > 0, both, np.nan)


def _without_diagonal_expected(leaving: Floats, arriving: Floats) -> Floats:
    """Return flows with these totals and an empty diagonal, by proportional fitting."""
    table = 1.0 - np.eye(leaving.size)
    total = max(leaving.sum(), 1.0)
    for _ in range(ROUNDS):
        table *= (leaving / np.maximum(table.sum(axis=1), 1e-300))[:, None]
        sums = table.sum(axis=0)
        if np.abs(sums - arriving).max() <= CLOSE * total:
            return table
        table *= arriving / np.maximum(sums, 1e-300)
    raise NotConverged(
        f"labour_flow_relatedness: no table without a diagonal has these totals after {ROUNDS} "
        'rounds; one industry may have all the moves. Use expected="sizes".'
    )


def _mapped(moves: Floats, chance: Floats) -> Floats:
    together = (moves - chance) / (moves + chance)  # (R - 1) / (R + 1)
    np.fill_diagonal(together, 0.0)
    nothing = np.isnan(chance).all(axis=1)
    return blank(together, as_flags(nothing))
