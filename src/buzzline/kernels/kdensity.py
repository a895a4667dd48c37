"""Histograms of pair distances, and the Gaussian that smooths them.

Coordinates come as three float32 arrays, centred by the caller, so that a block of a thousand
points stays in the first cache. Distances of a block are turned into bin numbers by one loop
that the compiler makes into vector instructions; a second loop counts them. Bins are counted in
four copies by turns: pairs at one coordinate fall into one bin, and four copies keep an
increment from waiting for the one before.
"""

from math import exp, floor, sqrt

import numpy as np

from buzzline.kernels import kernel

BLOCK = 1024  # points of which the bins are held at a time
FAR = 5.5  # a Gaussian is 3e-7 of its height so many bandwidths from its centre


@kernel
def bins_of_distances(x, y, z, i, xs, ys, zs, scale, top, code):
    """Write the bin of the distance from point i to each of a block; bin 0 is distance 0.

    x, y, z : (n,) float32; xs, ys, zs : (m,) float32; scale : bins a unit of distance; top :
    the last bin, which also takes everything further; code : (m,) uint16, written.
    """
    x0, y0, z0 = x[i], y[i], z[i]
    half = np.float32(0.5)
    for k in range(xs.size):
        dx, dy, dz = xs[k] - x0, ys[k] - y0, zs[k] - z0
        at = np.sqrt(dx * dx + dy * dy + dz * dz) * scale + half
        code[k] = np.uint16(min(at, top))


@kernel
def count_codes(code, counts):
    """Add 1 to the bin of each code, in four copies by turns. counts : (4, bins) uint32."""
    c0, c1, c2, c3 = counts[0], counts[1], counts[2], counts[3]
    one = np.uint32(1)
    quarter = code.size // 4
    for q in range(quarter):
        k = 4 * q
        c0[code[k]] += one
        c1[code[k + 1]] += one
        c2[code[k + 2]] += one
        c3[code[k + 3]] += one
    for k in range(4 * quarter, code.size):
        c0[code[k]] += one


@kernel
def add_weights(code, weight, factor, weights):
    """Add factor x weight to the bin of each code. weights : (2, bins) float64."""
    w0, w1 = weights[0], weights[1]
    half = code.size // 2
    for q in range(half):
        k = 2 * q
        w0[code[k]] += factor * weight[k]
        w1[code[k + 1]] += factor * weight[k + 1]
    for k in range(2 * half, code.size):
        w0[code[k]] += factor * weight[k]


@kernel
def count_pairs(one, other, is_same, first, last, scale, counts):
    """Count pairs by distance: rows first to last of `one` with every row of `other`.

    one : (3, n) float32; other : (3, m) float32; is_same : the two are one set, of which each
    pair is counted once; scale : bins a unit of distance; counts : (4, bins) uint32, added to,
    fewer than 2^32 pairs a call. O(pairs) time, O(bins) memory.
    """
    x, y, z = one[0], one[1], one[2]
    xs, ys, zs = other[0], other[1], other[2]
    m = xs.size
    code = np.empty(BLOCK, np.uint16)
    top = np.float32(counts.shape[1] - 1)
    for i in range(first, last):
        for start in range(i + 1 if is_same else 0, m, BLOCK):
            stop = min(start + BLOCK, m)
            now = code[: stop - start]
            bins_of_distances(
                x, y, z, i, xs[start:stop], ys[start:stop], zs[start:stop], scale, top, now
            )
            count_codes(now, counts)


@kernel
def weigh_pairs(one, other, weight, other_weight, is_same, first, last, scale, counts, weights):
    """Count pairs by distance, and add up the products of their weights.

    weight : (n,) float64; other_weight : (m,) float64; weights : (2, bins) float64, added to;
    the rest as in `count_pairs`.
    """
    x, y, z = one[0], one[1], one[2]
    xs, ys, zs = other[0], other[1], other[2]
    m = xs.size
    code = np.empty(BLOCK, np.uint16)
    top = np.float32(counts.shape[1] - 1)
    for i in range(first, last):
        for start in range(i + 1 if is_same else 0, m, BLOCK):
            stop = min(start + BLOCK, m)
            now = code[: stop - start]
            bins_of_distances(
                x, y, z, i, xs[start:stop], ys[start:stop], zs[start:stop], scale, top, now
            )
            count_codes(now, counts)
            add_weights(now, other_weight[start:stop], weight[i], weights)


@kernel
def spread_within(counts, km, width_km, limit_km):
    """Return number, standard deviation and quartiles of the distances up to a limit.

    counts : (b,) float64; km : (b,) centres of the bins; width_km : of a bin. Distances are
    taken as evenly spread over their bin, except in bin 0, where they are 0. Quartiles lie
    between two order statistics, as R's type 7. Counts may be slightly negative where they come
    from a Fourier transform. O(b) time.
    """
    last = km.size
    while last and km[last - 1] - width_km / 2.0 > limit_km:
        last -= 1
    n, mean = 0.0, 0.0
    for k in range(last):
        n += counts[k]
        mean += counts[k] * km[k]
    if n < 2.0:
        return n, 0.0, 0.0, 0.0
    mean /= n
    squares = 0.0
    for k in range(last):
        squares += counts[k] * (km[k] - mean) ** 2
    quartile = np.empty(2)
    for which in range(2):
        place = (0.25 + 0.5 * which) * (n - 1.0)
        rank = floor(place)
        one = value_at_rank(counts, km, width_km, rank)
        other = value_at_rank(counts, km, width_km, min(rank + 1.0, n - 1.0))
        quartile[which] = one + (place - rank) * (other - one)
    return n, sqrt(max(squares, 0.0) / (n - 1.0)), quartile[0], quartile[1]


@kernel
def value_at_rank(counts, km, width_km, rank):
    """Return the distance of a rank, counted from 0. O(b) time."""
    below = 0.0
    for k in range(km.size):
        if below + counts[k] > rank:
            inside = (rank - below + 0.5) / counts[k]
            return km[k] + width_km * (min(inside, 1.0) - 0.5) if k else 0.0
        below += counts[k]
    return km[-1]


@kernel
def onto_nodes(mass, km, step_km, nodes):
    """Split the mass of each bin between the two nodes beside its centre, nearer ones more.

    mass, km : (b,) float64; nodes : (q,) float64, node k at k x step_km, added to; mass beyond
    the last node is left out. O(b) time.
    """
    for k in range(km.size):
        if mass[k] != 0.0:
            at = km[k] / step_km
            below = int(floor(at))
            if below + 1 < nodes.size:
                share = at - below
                nodes[below] += (1.0 - share) * mass[k]
                nodes[below + 1] += share * mass[k]


@kernel
def gaussian_sum(nodes, step, centre):
    """Add nodes under a Gaussian of bandwidth 1 and height 1 around `centre`.

    nodes : (q,) float64, node k at k x step, reaching further than the kernel does. Each step
    multiplies the last value by a ratio, and the ratio by a constant: no exponential in the
    loop. It goes both ways at once, so that one product does not wait for the other.
    """
    below = min(int(floor(centre / step)), nodes.size - 1)
    down, up = below * step - centre, (below + 1) * step - centre
    low, high = exp(-0.5 * down * down), exp(-0.5 * up * up)
    ratio_low = exp(down * step - 0.5 * step * step)
    ratio_high = exp(-up * step - 0.5 * step * step)
    shrink = exp(-step * step)
    n = int(FAR / step) + 1
    total = 0.0
    for k in range(min(n, below + 1, nodes.size - 1 - below)):
        total += low * nodes[below - k] + high * nodes[below + 1 + k]
        low *= ratio_low
        ratio_low *= shrink
        high *= ratio_high
        ratio_high *= shrink
    for k in range(below + 1, min(n, nodes.size - 1 - below)):  # no nodes are left below
        total += high * nodes[below + 1 + k]
        high *= ratio_high
        ratio_high *= shrink
    return total


@kernel
def mirrored_sum(nodes, step, centre):
    """Add nodes under the mirror image of that Gaussian, which stands around -`centre`."""
    value = exp(-0.5 * centre * centre)
    ratio = exp(-centre * step - 0.5 * step * step)
    shrink = exp(-step * step)
    total = 0.0
    for k in range(min(nodes.size, int((FAR - centre) / step) + 1)):
        total += value * nodes[k]
        value *= ratio
        ratio *= shrink
    return total


@kernel
def smooth(nodes, step_km, bandwidth_km, at_km):
    """Return the Gaussian density of mass on nodes, reflected at zero, not yet normalised.

    nodes : (q,) float64, node k at k x step_km, reaching FAR bandwidths beyond `at_km` : (r,)
    float64. (r,) float64 [mass/km]. O(r x nodes under the kernel) time.
    """
    out = np.empty(at_km.size)
    step = step_km / bandwidth_km
    height = 1.0 / (sqrt(2.0 * np.pi) * bandwidth_km)
    for r in range(at_km.size):
        centre = at_km[r] / bandwidth_km
        total = gaussian_sum(nodes, step, centre)
        if centre < FAR:
            total += mirrored_sum(nodes, step, centre)
        out[r] = height * total
    return out


@kernel
def cubic_shares(at, shares):
    """Write the shares of the four nodes around a position: the cubic B-spline. (4,)."""
    below = int(floor(at))
    t = at - below
    shares[0] = (1.0 - t) ** 3 / 6.0
    shares[1] = (3.0 * t**3 - 6.0 * t**2 + 4.0) / 6.0
    shares[2] = (-3.0 * t**3 + 3.0 * t**2 + 3.0 * t + 1.0) / 6.0
    shares[3] = t**3 / 6.0
    return below - 1


@kernel
def deposit(x, y, weight, grid):
    """Spread points over the sixteen nodes around each, on a grid that joins at its edges.

    x, y : (n,) float64 in cells; weight : (n,) float64, or empty where each weighs 1; grid :
    (rows, columns) float32, added to. O(n) time.
    """
    rows, columns = grid.shape
    across, along = np.empty(4), np.empty(4)
    for i in range(x.size):
        left = cubic_shares(x[i], across)
        top = cubic_shares(y[i], along)
        each = weight[i] if weight.size else 1.0
        for a in range(4):
            row = (top + a) % rows
            for b in range(4):
                grid[row, (left + b) % columns] += np.float32(each * along[a] * across[b])


@kernel
def ring_sum(correlation, cell, step, nodes):
    """Add a field of pair displacements up by distance, split between the two nearest nodes.

    correlation : (rows, columns) float32, pairs at each displacement, the negative ones at the
    far end, as a Fourier transform leaves them; cell : side of a cell; nodes : (q,) float64,
    node k at k x step, added to; what lies further is left out. O(rows x columns / 2) time:
    opposite displacements are the same pairs.
    """
    rows, columns = correlation.shape
    last = (nodes.size - 1) * step
    most = min(rows // 2, int(last / cell) + 1)
    for row in range(most + 1):
        times = 1.0 if row == 0 or 2 * row == rows else 2.0
        dy = row * cell
        if dy >= last:
            break
        width = int(sqrt(last * last - dy * dy) / cell)
        half = min(width, columns // 2)
        for column in range(-half, half + 1):
            if 2 * column == -columns:
                continue
            dx = column * cell
            at = sqrt(dx * dx + dy * dy) / step
            below = int(at)
            if below + 1 < nodes.size:
                share = at - below
                mass = times * correlation[row, column]
                nodes[below] += (1.0 - share) * mass
                nodes[below + 1] += share * mass
