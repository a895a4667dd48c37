"""Steps of random walks on a network, many walks at once."""

from buzzline.kernels import kernel


@kernel
def step_back(start, to, weight, before, first, after):
    """Gather what arrives at some nodes in one step: after[i] = sum of weight * before[to].

    start : (n + 1,) int64, to : (m,) int32, weight : (m,) float32: ties that arrive at each
    node, by rows; before : (n, k) float32; rows from `first` on fill after : (rows, k) float32.
    O(m k) time.
    """
    k = before.shape[1]
    for i in range(after.shape[0]):
        after[i, :] = 0.0
        for e in range(start[first + i], start[first + i + 1]):
            j, w = to[e], weight[e]
            for c in range(k):
                after[i, c] += w * before[j, c]
