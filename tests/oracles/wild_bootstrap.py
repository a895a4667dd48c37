"""A wild bootstrap by group, one draw and one regression at a time."""

import numpy as np


def p_value(y, x, groups, dealt, *, at, null):
    """Return the p-value that coefficient `at` is `null`. x : with all dummies in it."""
    rest = np.delete(x, at, axis=1)
    less = y - null * x[:, at]
    restricted = rest @ np.linalg.lstsq(rest, less)[0]
    left, mean = less - restricted, restricted + null * x[:, at]
    observed = abs(_t(y, x, groups, at, null))
    large = sum(abs(_t(mean + left * draw[groups], x, groups, at, null)) >= observed * (1 - 1e-9)
                for draw in dealt)  # fmt: skip
    return (1 + large) / (1 + len(dealt))


def _t(y, x, groups, at, null):
    bread = np.linalg.pinv(x.T @ x)
    beta = bread @ x.T @ y
    left = y - x @ beta
    n_groups = groups.max() + 1
    meat = sum(
        np.outer(x[groups == g].T @ left[groups == g], x[groups == g].T @ left[groups == g])
        for g in range(n_groups)
    )
    variance = bread @ meat @ bread * n_groups / (n_groups - 1)
    return (beta[at] - null) / np.sqrt(variance[at, at])
