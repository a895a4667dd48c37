"""Before and after, of treated and others: the effect on the treated, covariates held equal.

Means without covariates; with them each is held equal twice, by who is treated and by how the
outcome of the others moves, so that either may be wrong [1]_.

.. [1] Sant'Anna, P. H. C., Zhao, J. (2020). Doubly robust difference-in-differences estimators.
   Journal of Econometrics 219(1). doi:10.1016/j.jeconom.2020.06.003
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from buzzline.arrays import Flags, Floats, as_floats

Means = Literal["means", "outcome regression", "doubly robust"]
MOST_STEPS = 50
SURELY_TREATED = 0.995  # others who were as good as sure to be treated tell nothing
NEARLY_SINGULAR = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Effect on the treated in one year against one before.

    Attributes
    ----------
    value : float
    influence : (n,) float64    of each unit on the value, mean 0; value moves by mean influence
    method : str
    """

    value: float
    influence: Floats
    method: Means


def change_of_treated(change: Floats, treated: Flags, covariates: Floats) -> Change:
    """Return how much more the treated changed than others like them.

    Parameters
    ----------
    change : (n,) float64         of the outcome, from before to after
    treated : (n,) bool           the others are not treated
    covariates : (n, k) float64   k may be 0

    Notes
    -----
    Doubly robust where the odds of being treated can be fitted; where the covariates tell
    exactly who is treated, by the regression of the others' change alone, and by means where
    that cannot be fitted either.

    Examples
    --------
    >>> none = np.empty((4, 0))
    >>> treated = np.array([True, True, False, False])
    >>> change_of_treated(np.array([3.0, 5.0, 1.0, 1.0]), treated, none).value
    3.0
    """
    n, k = covariates.shape
    if not k or (~treated).sum() < k + 2:
        return _by_means(change, treated)
    x = np.column_stack([np.ones(n), covariates])
    others = ~treated
    cross = x[others].T @ x[others] / n
    if np.linalg.eigvalsh(cross)[0] < NEARLY_SINGULAR * max(np.trace(cross), 1e-300):
        return _by_means(change, treated)
    slope = np.linalg.solve(cross, x[others].T @ change[others] / n)
    off = change - x @ slope
    moved = (others * off)[:, None] * x @ np.linalg.inv(cross)  # how each moves the slopes
    odds = _probability(x, treated)
    if odds is None:
        return _by_regression(off, treated, x, moved)
    probability, spread = odds
    return _doubly(off, treated, (x, moved), (probability, spread))


def _by_means(change: Floats, treated: Flags) -> Change:
    value = float(change[treated].mean() - change[~treated].mean())
    share = treated.mean()
    influence = np.where(
        treated,
        (change - change[treated].mean()) / share,
        -(change - change[~treated].mean()) / (1 - share),
    )
    return Change(value, as_floats(influence), "means")


def _by_regression(off: Floats, treated: Flags, x: Floats, moved: Floats) -> Change:
    share = treated.mean()
    value = float(off[treated].mean())
    at = x[treated].mean(axis=0)
    return Change(
        value, as_floats(treated * (off - value) / share - moved @ at), "outcome regression"
    )


def _probability(x: Floats, treated: Flags) -> tuple[Floats, Floats] | None:
    """Return the probability of being treated (logit), and the spread of its coefficients."""
    beta = np.zeros(x.shape[1])
    for _ in range(MOST_STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        information = x.T @ (x * (p * (1 - p))[:, None]) / treated.size
        if np.linalg.eigvalsh(information)[0] < NEARLY_SINGULAR * np.trace(information):
            return None
        step = np.linalg.solve(information, x.T @ (treated - p) / treated.size)
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            if p[~treated].max() > SURELY_TREATED and p[treated].min() > SURELY_TREATED:
                return None
            return as_floats(np.minimum(p, 1 - 1e-6)), as_floats(np.linalg.inv(information))
    return None


def _doubly(
    off: Floats, treated: Flags, fit: tuple[Floats, Floats], odds: tuple[Floats, Floats]
) -> Change:
    x, moved = fit
    p, spread = odds
    weight = np.where(treated | (p >= SURELY_TREATED), 0.0, p / (1 - p))
    share, mass = treated.mean(), weight.mean()
    if mass <= 0:
        return _by_regression(off, treated, x, moved)
    of_treated, of_others = float(off[treated].mean()), float(weight @ off / weight.sum())
    first = (treated * (off - of_treated) - moved @ (treated[:, None] * x).mean(axis=0)) / share
    score = (treated - p)[:, None] * x @ spread
    through_odds = (weight * (off - of_others))[:, None] * x
    second = (
        weight * (off - of_others) + score @ through_odds.mean(axis=0)
        - moved @ (weight[:, None] * x).mean(axis=0)
    ) / mass  # fmt: skip
    return Change(of_treated - of_others, as_floats(first - second), "doubly robust")
