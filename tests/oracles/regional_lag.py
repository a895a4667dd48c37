"""The likelihood of Lee and Yu (2010) as written: both effects transformed away."""

import numpy as np


def basis(n):
    """Orthonormal columns that leave out the mean. (n, n - 1)."""
    values, vectors = np.linalg.eigh(np.eye(n) - 1 / n)
    return vectors[:, values > 0.5]


def log_likelihood(rho, beta, variance, y, x, weights):
    """y (n, t), x (n, t, k)."""
    n, t = y.shape
    over, across = basis(t), basis(n)
    inner = across.T @ weights @ across
    total = 0.0
    for column in over.T:
        y_now, x_now = across.T @ (y @ column), across.T @ np.einsum("ntk,t->nk", x, column)
        off = y_now - rho * inner @ y_now - x_now @ beta
        _, log_det = np.linalg.slogdet(np.eye(n - 1) - rho * inner)
        total += log_det - (n - 1) / 2 * np.log(2 * np.pi * variance) - off @ off / variance / 2
    return total
