"""K-density as its formula reads: every pair, every distance, no bins."""

from __future__ import annotations

import numpy as np


def distance_matrix(xy, other=None):
    """Straight-line distances between all rows of (n, d) coordinates."""
    other = xy if other is None else other
    return np.sqrt(((xy[:, None, :] - other[None, :, :]) ** 2).sum(axis=2))


def pairs_of(matrix):
    """Entries above the diagonal."""
    return matrix[np.triu_indices(len(matrix), 1)]


def nrd0(distances):
    """Silverman's rule as R's bw.nrd0 has it."""
    quarter, three = np.quantile(distances, [0.25, 0.75])
    width = min(distances.std(ddof=1), (three - quarter) / 1.34) or distances.std(ddof=1)
    return 0.9 * width * distances.size**-0.2


def density(distances, km, weights=None, bandwidth=None):
    """Gaussian density reflected at zero, of all distances, each with its weight."""
    weights = np.ones(distances.size) if weights is None else weights
    bandwidth = bandwidth or nrd0(distances[distances <= 2 * max(km)])
    out = []
    for r in km:
        near = np.exp(-(((r - distances) / bandwidth) ** 2) / 2)
        mirrored = np.exp(-(((r + distances) / bandwidth) ** 2) / 2)
        out.append((weights * (near + mirrored)).sum())
    return np.array(out) / (np.sqrt(2 * np.pi) * bandwidth * weights.sum())
