"""Resistances in a network of wires: the diagonal of the inverse of a grounded Laplacian."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def inverse_diagonal(matrix):
    """Return the diagonal of the inverse of a symmetric positive definite matrix.

    matrix : (n, n) float64; it is overwritten. Returns (n,) float64, NaN all over where a pivot
    is not positive. Elimination by rows, A = U' D^-1 U, then the rows of U^-1 from the last to
    the first; zeros are passed over, so rows in order of how full they are take least. O(n^3)
    time at worst.
    """
    n = matrix.shape[0]
    for j in range(n):
        pivot = matrix[j, j]
        if not pivot > 0:
            return np.full(n, np.nan)
        for i in range(j + 1, n):
            factor = matrix[j, i] / pivot
            if factor != 0:
                for k in range(i, n):
                    matrix[i, k] -= factor * matrix[j, k]
    inverse = np.zeros((n, n))
    diagonal = np.zeros(n)
    for i in range(n - 1, -1, -1):
        inverse[i, i] = 1.0
        for j in range(i + 1, n):
            factor = matrix[i, j]
            if factor != 0:
                for k in range(j, n):
                    inverse[i, k] -= factor * inverse[j, k]
        pivot = matrix[i, i]
        for k in range(i, n):
            inverse[i, k] /= pivot
            diagonal[i] += inverse[i, k] * inverse[i, k] * matrix[k, k]
    return diagonal
