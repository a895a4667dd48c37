"""Do odds between two alternatives stay the same when a third is taken away?

The conditional logit says so (independence of irrelevant alternatives). If it holds, effects
fitted without some alternatives differ by chance alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

import numpy as np
from scipy.stats import chi2

from buzzline.arrays import Flags, as_floats
from buzzline.econometrics.choice import (
    ChoiceFit,
    Choices,
    fit_what_can_be,
    scores_of_rows,
)
from buzzline.errors import InvalidArgument, NotConverged, TooFew
from buzzline.sandwiches import Groups, multiway

FEWEST_LEFT = 30


@dataclass(frozen=True, slots=True)
class IiaTest:
    """Whether effects change without some alternatives.

    Attributes
    ----------
    shift : float       by how much the effect in question changes; NaN where not testable
    p : float           of such a change, were odds independent of the others
    n_left : int        cases that chose one of those left
    reason : str        why not testable; empty where it is
    """

    shift: float
    p: float
    n_left: int
    reason: str = ""


def hausman_mcfadden(full: ChoiceFit, part: ChoiceFit) -> tuple[float, float]:
    """Return the statistic of Hausman and McFadden, and its p-value.

    Parameters
    ----------
    full : ChoiceFit        with all alternatives
    part : ChoiceFit        without some of them; its columns are among those of `full`

    Notes
    -----
    H = d' (V_part - V_full)^-1 d, d being the difference of effects [1]_. Needs independent
    cases, and V_part - V_full that is positive definite: where it is not, NaN. `iia_test` needs
    neither.

    References
    ----------
    .. [1] Hausman, J., McFadden, D. (1984). Specification tests for the multinomial logit
       model. Econometrica 52(5). doi:10.2307/1910997
    """
    at = [full.names.index(name) for name in part.names]
    away = part.beta - full.beta[at]
    wider = part.bread - full.bread[np.ix_(at, at)]
    if np.linalg.eigvalsh(wider)[0] <= 0:
        return nan, nan
    value = float(away @ np.linalg.solve(wider, away))
    return value, float(chi2.sf(value, away.size))


def iia_test(
    choices: Choices, fit: ChoiceFit, left_out: Flags, *, ways: Sequence[Groups], of: str
) -> IiaTest:
    """Test whether one effect stays the same without some alternatives.

    Parameters
    ----------
    choices : Choices
    fit : ChoiceFit                 of these choices
    left_out : (rows,) bool         alternatives to be left out
    ways : sequence of (rows,) any  rows that share luck, in one way or several
    of : str                        the column in question

    Notes
    -----
    Both fits are of the same rows in part, so the variance of their difference is that of the
    difference of what each row moves them by, added up over rows that share luck. Columns that
    say nothing among the alternatives left are left out there.
    """
    kept = np.flatnonzero(~left_out[choices.chosen])
    if not left_out.any() or kept.size < FEWEST_LEFT:
        few = f"{kept.size} deals went elsewhere, at least {FEWEST_LEFT} needed"
        return IiaTest(nan, nan, int(kept.size), few)
    rest, rows = choices.without_rows(left_out)
    try:
        part, rest, dropped = fit_what_can_be(rest)
    except (InvalidArgument, NotConverged) as error:
        return IiaTest(nan, nan, int(kept.size), str(error))
    if of not in part.names:
        return IiaTest(nan, nan, int(kept.size), f"without them, {of}: {dropped[of]}")
    at, there = fit.names.index(of), part.names.index(of)
    moves = -(scores_of_rows(choices, fit.beta) @ fit.bread[:, at])
    moves[rows] += scores_of_rows(rest, part.beta) @ part.bread[:, there]
    shift = float(part.beta[there] - fit.beta[at])
    try:
        errors = multiway(as_floats(moves[:, None]), np.eye(1), ways, n_parameters=1)
    except TooFew as error:
        return IiaTest(shift, nan, int(kept.size), str(error))
    p = float(errors.p(as_floats([shift]))[0])
    return IiaTest(shift, p, int(kept.size), "too few groups" if isnan(p) else "")


__all__ = ["IiaTest", "hausman_mcfadden", "iia_test"]
