"""Which clusters of an industry are neighbours?"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from buzzline.arrays import Floats, Indices, as_indices
from buzzline.quantities import Kilometres
from buzzline.space.globe import chord


def neighbouring(xyz: Floats, within_km: Kilometres) -> Indices:
    """Return pairs of points with no third point between them. (k, 2) int64, rising.

    Two points are neighbours when they are within `within_km` and no other point lies inside
    the ball that has both on opposite ends (Gabriel's graph).

    Parameters
    ----------
    xyz : (n, 3) float64
        Unit vectors.
    within_km : km

    References
    ----------
    .. [1] Gabriel, K. R., Sokal, R. R. (1969). A new statistical approach to geographic
       variation analysis. Systematic Zoology 18(3). doi:10.2307/2412323

    Examples
    --------
    >>> from buzzline.space.globe import unit_vectors
    >>> line = unit_vectors(np.array([0.0, 0.1, 0.2]), np.zeros(3))
    >>> neighbouring(line, 100.0).tolist()
    [[0, 1], [1, 2]]
    """
    if len(xyz) < 2:
        return np.empty((0, 2), np.int64)
    tree = cKDTree(xyz)
    reach = chord(within_km) * (1 + 1e-12)
    pairs = np.sort(tree.query_pairs(reach, output_type="ndarray"), axis=1)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    one, other = xyz[pairs[:, 0]], xyz[pairs[:, 1]]
    nearest = tree.query((one + other) / 2)[0]
    half = np.linalg.norm(one - other, axis=1) / 2
    return as_indices(pairs[nearest >= half * (1 - 1e-9) - 1e-12])
