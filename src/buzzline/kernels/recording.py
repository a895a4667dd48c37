"""What places are like, summed over their organisations in one pass."""

import math

import numpy as np

from buzzline.kernels import kernel

N_SUMS = 18  # columns that `place_sums` fills


@kernel
def place_sums(
    start, member, knowledge, keeps_pipelines, size, output, profit, market, place, owner,
    partner, tie_trust, tie_scale, out,
):  # fmt: skip
    """Fill sums over the organisations of each place, in the order of `member`. O(n (k + 12)).

    start : (r + 1,) int64; member : int32; knowledge : (n, k) float32;
    keeps_pipelines : (n,) bool; size, output, profit : (n,) float32; market : (n, j) float32;
    place, owner : (n,) int32; partner : (n, t) int32; tie_trust : (n, t) float32;
    tie_scale : (n, t) uint8; out : (r, 18) float64.

    Columns: 0 organisations, 1 jobs, 2 knowledge (over categories, divided by their number),
    3 those without pipelines, 4 their knowledge, 5 output, 6 profit, 7 distance from the mean
    knowledge of the place (1 - cosine), 8 to 11 trust in ties by scale, 12 to 15 ties by scale,
    16 jobs whose owner is elsewhere, 17 mean knowledge of distant markets.
    """
    k, n_markets, slots = knowledge.shape[1], market.shape[1], partner.shape[1]
    for r in range(start.size - 1):
        mean = np.zeros(k)
        for s in range(start[r], start[r + 1]):
            i = member[s]
            own = 0.0
            for c in range(k):
                own += knowledge[i, c]
                mean[c] += knowledge[i, c]
            out[r, 0] += 1
            out[r, 1] += size[i]
            out[r, 2] += own / k
            if not keeps_pipelines[i]:
                out[r, 3] += 1
                out[r, 4] += own / k
            out[r, 5] += output[i]
            out[r, 6] += profit[i]
            for t in range(slots):
                if partner[i, t] >= 0:
                    out[r, 8 + tie_scale[i, t]] += tie_trust[i, t]
                    out[r, 12 + tie_scale[i, t]] += 1
            if owner[i] >= 0 and owner[i] != place[i]:
                out[r, 16] += size[i]
            known = 0.0
            for j in range(n_markets):
                known += market[i, j]
            out[r, 17] += known / max(n_markets, 1)
        length = math.sqrt((mean * mean).sum())
        for s in range(start[r], start[r + 1]):
            i = member[s]
            along, square = 0.0, 0.0
            for c in range(k):
                along += knowledge[i, c] * mean[c]
                square += float(knowledge[i, c]) * knowledge[i, c]
            if square > 0:
                out[r, 7] += 1 - along / (length * math.sqrt(square))
