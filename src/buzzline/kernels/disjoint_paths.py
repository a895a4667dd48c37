"""How many ways there are between two nodes that share nothing."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def flow_between(start, to, back, room, one, other, most):
    """Return how many units flow from one node to another, at most `most`.

    start : (n + 1,) int64, to : (m,) int32 rows of arcs; back : (m,) int64, the arc the other
    way; room : (m,) int32 units an arc can take, overwritten. Shortest ways first. Returns int.
    O(most m) time.
    """
    n = start.size - 1
    via = np.empty(n, np.int64)
    queue = np.empty(n, np.int64)
    flow = 0
    while flow < most:
        via[:] = -1
        queue[0] = one
        head, tail = 0, 1
        while head < tail and via[other] < 0:
            node = queue[head]
            head += 1
            for arc in range(start[node], start[node + 1]):
                there = to[arc]
                if room[arc] > 0 and via[there] < 0 and there != one:
                    via[there] = arc
                    queue[tail] = there
                    tail += 1
        if via[other] < 0:
            break
        node = np.int64(other)
        while node != one:
            arc = via[node]
            room[arc] -= 1
            room[back[arc]] += 1
            node = np.int64(to[back[arc]])
        flow += 1
    return flow


@kernel
def least_flow(start, to, back, room, pairs, most):
    """Return the least flow over pairs of nodes, at most `most`.

    As in `flow_between`; pairs : (p, 2) int64; room is as it was afterwards. O(p most m) time.
    """
    least = most
    full = room.copy()
    for k in range(pairs.shape[0]):
        if least == 0:
            break
        room[:] = full
        found = flow_between(start, to, back, room, pairs[k, 0], pairs[k, 1], least)
        least = min(least, found)
    room[:] = full
    return least
