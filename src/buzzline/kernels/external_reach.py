"""How much of what is outside a cluster its members reach, and through whom."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def reach_of(start, to, out_start, out_to, back_start, back_to, alive, sources):
    """Return what each source reaches at one step and further away, and who mediates.

    start, to : ties among members, both ways, by rows; out_start, out_to : who outside each
    member is tied to; back_start, back_to : the same from who is outside; alive : (k,) bool;
    sources : (s,) int64. direct, indirect : (s,) sums of 1 / steps; mediated : (k,) the same by
    the last member on the way, in equal parts where there are several. O(s m) time.
    """
    k = start.size - 1
    direct, indirect = np.zeros(sources.size), np.zeros(sources.size)
    mediated = np.zeros(k)
    steps = np.full(k, -1, np.int64)
    queue = np.empty(k, np.int64)
    seen = np.full(back_start.size - 1, -1, np.int64)
    for s in range(sources.size):
        if not alive[sources[s]]:
            continue
        queue[0] = sources[s]
        steps[sources[s]] = 0
        head, tail = 0, 1
        while head < tail:  # members come in the order of their steps
            i = queue[head]
            head += 1
            for e in range(start[i], start[i + 1]):
                j = to[e]
                if alive[j] and steps[j] < 0:
                    steps[j] = steps[i] + 1
                    queue[tail] = j
                    tail += 1
        for q in range(tail):
            i = queue[q]
            for e in range(out_start[i], out_start[i + 1]):
                j = out_to[e]
                if seen[j] == s:
                    continue
                seen[j] = s
                if steps[i] == 0:
                    direct[s] += 1.0
                    continue
                gain = 1.0 / (steps[i] + 1)
                indirect[s] += gain
                n = 0
                for f in range(back_start[j], back_start[j + 1]):
                    n += steps[back_to[f]] == steps[i]
                for f in range(back_start[j], back_start[j + 1]):
                    if steps[back_to[f]] == steps[i]:
                        mediated[back_to[f]] += gain / n
        for q in range(tail):
            steps[queue[q]] = -1
    return direct, indirect, mediated
