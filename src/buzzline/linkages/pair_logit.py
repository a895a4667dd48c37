"""What makes a pair more likely to tie? A logit with one intercept a gathering."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.errors import NotConverged

STEPS = 50
TOLERANCE = 1e-10
LARGEST = 30.0  # log odds: beyond, outcomes are separated


@dataclass(frozen=True, slots=True, eq=False)
class LogitFit:
    """Coefficients of a logit with fixed effects, and what their errors are made of.

    Attributes
    ----------
    coefficient : (k,) float64      log odds
    bread : (k, k) float64          inverse information, fixed effects swept out
    scores : (m, k) float64         of each row, fixed effects swept out
    linear : (m,) float64           fitted log odds in the population
    """

    coefficient: Floats
    bread: Floats
    scores: Floats
    linear: Floats

    @property
    def influence(self) -> Floats:
        """What each row adds to the error of each coefficient, (m, k)."""
        return as_floats(self.scores @ self.bread)


def grouped_logit(
    outcome: Floats, covariates: Floats, group: Indices, *, offset: Floats
) -> LogitFit:
    """Fit a logit with one intercept a group by Newton's method, intercepts swept out.

    Parameters
    ----------
    outcome : (m,) float64          0 or 1; each group holds both
    covariates : (m, k) float64
    group : (m,) int64              0 to g - 1
    offset : (m,) float64
        Log of how much likelier a case was taken than a control: of pairs sampled by outcome,
        coefficients are then those of all pairs [1]_.

    Raises
    ------
    NotConverged
        Outcomes are separated, or a covariate is a combination of others.

    References
    ----------
    .. [1] King, G., Zeng, L. (2001). Logistic regression in rare events data. Political
       Analysis 9(2). doi:10.1093/oxfordjournals.pan.a004868

    Examples
    --------
    >>> y, x = np.array([1.0, 0, 0, 0, 1, 1, 1, 0]), np.array([[0.0]] * 4 + [[1.0]] * 4)
    >>> fit = grouped_logit(y, x, np.zeros(8, np.int64), offset=np.zeros(8))
    >>> round(float(fit.coefficient[0]), 4)  # ln((3 / 1) / (1 / 3))
    2.1972
    """
    n_groups = int(group.max()) + 1
    n_in = np.bincount(group, minlength=n_groups)
    share = np.bincount(group, weights=outcome, minlength=n_groups) / n_in
    drawn = np.bincount(group, weights=offset, minlength=n_groups) / n_in
    level = np.log(share) - np.log1p(-share) - drawn
    beta = np.zeros(covariates.shape[1])
    for _ in range(STEPS):
        linear = covariates @ beta + level[group]
        fitted = expit(linear + offset)
        weight, left = fitted * (1 - fitted), outcome - fitted
        mass = as_floats(np.bincount(group, weights=weight, minlength=n_groups))
        if not (mass > 0).all():
            raise NotConverged("grouped_logit: fitted to 0 or 1 throughout a group")
        mean = _group_means(covariates, weight, group, mass)
        swept = covariates - mean[group]
        information = swept.T @ (swept * weight[:, None])
        step = _solved(information, swept.T @ left)
        off = np.bincount(group, weights=left, minlength=n_groups) / mass
        level = level + np.clip(off - mean @ step, -4, 4)
        beta = beta + np.clip(step, -4, 4)
        if max(np.abs(step).max(initial=0), np.abs(off).max()) < TOLERANCE:
            break
        if np.abs(beta).max(initial=0) > LARGEST:
            raise NotConverged("grouped_logit: outcomes are separated by a covariate")
    else:
        raise NotConverged(f"grouped_logit: not settled after {STEPS} steps")
    return LogitFit(
        as_floats(beta), as_floats(np.linalg.inv(information)),
        as_floats(swept * left[:, None]), as_floats(linear),
    )  # fmt: skip


def _group_means(covariates: Floats, weight: Floats, group: Indices, mass: Floats) -> Floats:
    sums = [
        np.bincount(group, weights=column * weight, minlength=mass.size)
        for column in covariates.T
    ]
    return as_floats(np.array(sums).reshape(-1, mass.size).T / mass[:, None])


def _solved(information: Floats, score: Floats) -> Floats:
    try:
        return as_floats(np.linalg.solve(information, score))
    except np.linalg.LinAlgError as error:
        raise NotConverged("grouped_logit: a covariate is a combination of others") from error


def varying(covariates: Floats, group: Indices) -> Indices:
    """Return which columns add anything, within groups, to those before them.

    Examples
    --------
    >>> x = np.array([[1.0, 2, 0], [2, 4, 0], [3, 6, 1]])
    >>> varying(x, np.zeros(3, np.int64)).tolist()
    [0, 2]
    """
    n_in = np.bincount(group).astype(np.float64)
    even = np.ones(group.size)
    swept = covariates - _group_means(covariates, even, group, n_in)[group]
    kept: list[int] = []
    basis = np.zeros((group.size, 0))
    for number, column in enumerate(swept.T):
        left = column - basis @ (basis.T @ column)
        size = float(np.linalg.norm(left))
        if size > 1e-7 * max(float(np.linalg.norm(covariates[:, number])), 1e-300):
            kept.append(number)
            basis = np.column_stack([basis, left / size])
    return as_indices(kept)
