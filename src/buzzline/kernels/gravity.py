"""Replicates of where ties would lead under a gravity null."""

from math import exp

import numpy as np

from buzzline.kernels import kernel


@kernel
def scale_shares(base, covariates, moves, factors, leaving, composition):
    """Sum the flows leaving each origin by scale, for every replicate and set of cut-offs.

    base : (o, z) float64        log flow from each origin to each zone, -inf for none
    covariates : (k, o, z)       moved by moves : (d, k)
    factors : (d, z) float64     multiplies the flow into each zone
    leaving : (c, o) float64     ties that leave each origin, for each set of cut-offs
    composition : (c, o, z, s)   scales of the pairs between an origin and a zone; what is
                                 missing to 1 is of unknown scale and left out
    out : (d, c, s)              shares of all ties that leave. O(d (c s + k) o z) time.
    """
    n_draws, n_sets, n_origins = moves.shape[0], composition.shape[0], base.shape[0]
    n_scales = composition.shape[3]
    out = np.zeros((n_draws, n_sets, n_scales))
    sums = np.empty((n_sets, n_scales))
    for d in range(n_draws):
        for o in range(n_origins):
            sums[:] = 0.0
            highest = base[o].max()
            for j in range(base.shape[1]):
                if base[o, j] == -np.inf:
                    continue
                power = base[o, j] - highest
                for k in range(moves.shape[1]):
                    power += moves[d, k] * covariates[k, o, j]
                flow = exp(power) * factors[d, j]
                for c in range(n_sets):
                    for s in range(n_scales):
                        sums[c, s] += flow * composition[c, o, j, s]
            for c in range(n_sets):
                whole = sums[c].sum()
                if whole > 0.0:
                    for s in range(n_scales):
                        out[d, c, s] += leaving[c, o] * sums[c, s] / whole
        for c in range(n_sets):
            out[d, c] /= max(leaving[c].sum(), 1e-300)
    return out
