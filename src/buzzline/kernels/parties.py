"""Distance and scale between parties: groups of points that are tied as one."""

from math import log

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.distances import scale_of, squared_chord
from buzzline.kernels.gravity_sums import fallen


@kernel
def between_parties(
    sample,
    start,
    pairs,
    weight,
    xyz,
    nation,
    floor_km,
    limits,
    power,
    radius_km,
    log_km,
    shares,
):
    """Fill the mean distance between parties, and how the ties between them split by scale.

    sample : (m,) int64, points of party g at sample[start[g]:start[g + 1]]; pairs : (p, 2)
    int64; weight : (n,) float64 of each point; xyz : (n, 3) unit vectors; nation : (n,) int32,
    0 unknown; floor_km : (n,) shortest distance that can be told; limits : (c, 2) squared
    chords up to which a pair is local and regional; power : of distance, not 0. log_km : (p,)
    out, ln of the power mean of distances; shares : (c, p, 5) out, of local, regional,
    national, global and unknown, pairs weighing as ties at that power would. A point is no pair
    with itself; where nothing is left log_km is NaN and all is local. O(p x points of both
    parties) time.
    """
    for p in range(pairs.shape[0]):
        a, b = pairs[p, 0], pairs[p, 1]
        total, whole, n = 0.0, 0.0, 0
        shares[:, p] = 0.0
        for k in range(start[a], start[a + 1]):
            i = sample[k]
            for m in range(start[b], start[b + 1]):
                j = sample[m]
                if i == j:
                    continue
                squared = squared_chord(xyz, i, j)
                flow = fallen(squared, max(floor_km[i], floor_km[j]), power, radius_km)
                total += flow
                n += 1
                flow *= weight[i] * weight[j]
                whole += flow
                for c in range(limits.shape[0]):
                    shares[c, p, scale_of(squared, nation[i], nation[j], limits[c])] += flow
        log_km[p] = log(total / n) / power if n else np.nan
        for c in range(limits.shape[0]):
            if whole > 0.0:
                shares[c, p] /= whole
            else:
                shares[c, p, 0] = 1.0


@kernel
def party_shares(
    size, theta, covariates, offset, composition, inner, inner_composition, leaving, noise
):
    """Split by scale the ties of a few parties among each other and to zones, draw by draw.

    size : (d, z) float64, log sizes of the zones, -inf for none; theta : (d, k); covariates :
    (k, o, z), offset : (o, z), composition : (c, o, z, 5) from each party to each zone;
    inner : (k + 1, o, o), covariates and last the offset, and inner_composition : (c, o, o, 5)
    among the parties; leaving : (c, o) tie ends that leave each party; noise : (d, c, o, 5)
    added to the log of the flow to each scale. Sizes of the parties are those that give as many
    ends as leave. Returns (d, c, 4) shares of ends of known scale. O(d o (z + o) (k + c)) time.
    """
    n_draws, n_sets, n_parties = size.shape[0], leaving.shape[0], offset.shape[0]
    k, z = theta.shape[1], size.shape[1]
    out = np.zeros((n_draws, n_sets, 4))
    outer = np.zeros((n_sets, n_parties, 5))
    among = np.zeros((n_parties, n_parties))
    for d in range(n_draws):
        outer[:] = 0.0
        for o in range(n_parties):
            for j in range(z):
                power = size[d, j] + offset[o, j]
                if power == -np.inf:
                    continue
                for a in range(k):
                    power += theta[d, a] * covariates[a, o, j]
                flow = np.exp(power)
                for c in range(n_sets):
                    for s in range(5):
                        outer[c, o, s] += flow * composition[c, o, j, s]
            for q in range(n_parties):
                power = inner[k, o, q]
                for a in range(k):
                    power += theta[d, a] * inner[a, o, q]
                among[o, q] = np.exp(power)
        outer *= np.exp(noise[d])
        for c in range(n_sets):
            mass = _balanced(outer[c], among, leaving[c])
            whole = 0.0
            for o in range(n_parties):
                for s in range(4):
                    flow = mass[o] * outer[c, o, s]
                    for q in range(n_parties):
                        flow += mass[o] * mass[q] * among[o, q] * inner_composition[c, o, q, s]
                    out[d, c, s] += flow
                    whole += flow
            if whole > 0.0:
                out[d, c] /= whole
    return out


@kernel
def _balanced(outer, among, leaving):
    """Return the sizes at which as many tie ends leave each party as were counted. (o,)."""
    n = leaving.size
    reach = np.empty(n)
    mass = np.zeros(n)
    for o in range(n):
        reach[o] = outer[o].sum()
        own = among[o, o]
        if leaving[o] > 0.0 and (own > 0.0 or reach[o] > 0.0):
            root = np.sqrt(reach[o] * reach[o] + 4.0 * own * leaving[o])
            mass[o] = 2.0 * leaving[o] / (reach[o] + root)
    for _ in range(200):
        furthest = 0.0
        for o in range(n):
            if mass[o] == 0.0:
                continue
            rest = reach[o]
            for q in range(n):
                if q != o:
                    rest += mass[q] * among[o, q]
            own = among[o, o]
            new = 2.0 * leaving[o] / (rest + np.sqrt(rest * rest + 4.0 * own * leaving[o]))
            furthest = max(furthest, abs(new / mass[o] - 1.0))
            mass[o] = new
        if furthest < 1e-9:
            break
    return mass
