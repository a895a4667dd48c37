"""Further clusters of one city, which pay for what the first one has."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def own_infrastructure_paid(alive, place, industry, region, sizes, rates, size, usual, profit):
    """Charge organisations of a further cluster their part of its fixed cost; in place.

    Of the places of one region, the one with most organisations of an industry holds its first
    cluster (the first in order among equals); the others pay. region : (r,) int32;
    sizes : (r, s); rates : (2, r): fixed cost in a step, organisations from which a cluster
    carries itself; size : (n,) jobs; usual : (s,) sales of an organisation of usual size, the
    measure of the cost; profit : (n,) for each job. O(n + r s).
    """
    n_places, n_industries = sizes.shape
    first = np.full((region.max() + 1, n_industries), -1, np.int64)
    for r in range(n_places):
        for s in range(n_industries):
            best = first[region[r], s]
            if best < 0 or sizes[r, s] > sizes[best, s]:
                first[region[r], s] = r
    for i in range(alive.size):
        r, s = place[i], industry[i]
        if not alive[i] or first[region[r], s] == r:
            continue
        n = sizes[r, s]
        missing = 1.0 - n / rates[1, r]
        if missing > 0.0:
            paid = rates[0, r] * missing / n * usual[s]
            profit[i] -= paid / max(np.float64(size[i]), 1e-12)
