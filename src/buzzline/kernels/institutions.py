"""Institutions of places: what they do to industries, and who moves them."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def institutions_moved(start, member, industry, size, conventions, needs, speed, uptake, out):
    """Move institutions to what the powerful need, and to what is done from below.

    start : (r + 1,) int64; member : rows by place; industry : (n,) int32; size : (n,) [jobs];
    conventions : (n, m); needs : (s, m) of industries; speed, uptake : (r,) [share of the way
    in a step]; out : (r, m), institutions, changed in place. O(n m).
    """
    n_dimensions = out.shape[1]
    wanted = np.empty(n_dimensions)
    done = np.empty(n_dimensions)
    for r in range(out.shape[0]):
        wanted[:] = 0.0
        done[:] = 0.0
        power = 0.0
        n = 0
        for at in range(start[r], start[r + 1]):
            i = member[at]
            power += size[i]
            n += 1
            for d in range(n_dimensions):
                wanted[d] += size[i] * needs[industry[i], d]
                done[d] += conventions[i, d]
        if n == 0 or power <= 0.0:
            continue
        for d in range(n_dimensions):
            here = float(out[r, d])
            to_power = speed[r] * (wanted[d] / power - here)
            to_practice = uptake[r] * (done[d] / n - here)
            out[r, d] = here + to_power + to_practice


@kernel
def institution_fit(institutions, needs, lost, variety, overlap, fit):
    """Fill what share of its earnings an industry keeps in a place; (r, s) float64 `fit`.

    institutions : (r, m); needs : (s, m); lost : (r,) share lost where they do not fit at all;
    variety : (r,) share of ways kept beside the usual one, which brings each industry as much
    nearer to one of its own; overlap : (r,) share that keeping them costs.
    """
    for r in range(institutions.shape[0]):
        nearer = (1.0 - variety[r]) ** 2
        kept = 1.0 - overlap[r] * variety[r]
        for s in range(needs.shape[0]):
            square = 0.0
            for d in range(needs.shape[1]):
                apart = institutions[r, d] - needs[s, d]
                square += apart * apart
            fit[r, s] = kept * (1.0 - lost[r] * (1.0 - np.exp(-nearer * square)))
