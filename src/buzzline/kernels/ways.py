"""Ways from a source through a network: the widest, and short ones that share nobody."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def _root(parent, node):
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@kernel
def widest_from(start, to, weight, root):
    """Return the widest path from a node to each: its weakest tie, as strong as can be.

    start : (n + 1,) int64, to : (m,) int32, weight : (m,) float64 rows of ties, each tie in
    both; root : int. Returns (n,) float64: 0 where no path leads, inf at the root; and (n,)
    int64 the fewest ties from the root, -1 where no path leads. Ties join pieces, the strongest
    first; whoever is joined to the piece of the root is reached by the tie that does it.
    O(m log m) time.
    """
    n = start.size - 1
    widest = np.zeros(n)
    widest[root] = np.inf
    source = np.empty(to.size, np.int64)
    for node in range(n):
        source[start[node] : start[node + 1]] = node
    parent = np.arange(n)
    following = np.full(n, -1, np.int64)  # the next of the same piece
    last = np.arange(n)
    for e in np.argsort(-weight):
        one, other = _root(parent, source[e]), _root(parent, np.int64(to[e]))
        if one == other:
            continue
        at = _root(parent, root)
        if at in (one, other):
            node = other if at == one else one
            while node >= 0:
                widest[node] = weight[e]
                node = following[node]
        following[last[one]] = other
        last[one] = last[other]
        parent[other] = one
    steps = np.full(n, -1, np.int64)
    queue = np.empty(n, np.int64)
    queue[0], steps[root] = root, 0
    head, tail = 0, 1
    while head < tail:
        node = queue[head]
        head += 1
        for e in range(start[node], start[node + 1]):
            if steps[to[e]] < 0:
                steps[to[e]] = steps[node] + 1
                queue[tail] = to[e]
                tail += 1
    return widest, steps


@kernel
def short_ways(start, to, is_tied):
    """Return how many ways of at most three ties, no node on two of them, lead to each node.

    start : (n + 1,) int64, to : (m,) int32 rows of ties; is_tied : (n,) bool, whether a node is
    tied to the source, which is none of the nodes. One way is direct, one leads through each
    neighbour that is tied to the source, and the others are a largest matching of the remaining
    neighbours with nodes that are. Returns (n,) int64. O(sum of degree^2 x degree) time at
    worst.
    """
    n = start.size - 1
    ways = np.zeros(n, np.int64)
    taken_by = np.full(n, -1, np.int64)  # which neighbour a tied node is matched with
    stamp = np.full(n, -1, np.int64)  # neighbours of the node in question
    visited = np.full(n, -1, np.int64)
    came_from = np.full(n, -1, np.int64)
    queue = np.empty(n, np.int64)
    round_number = 0
    for node in range(n):
        count = 1 if is_tied[node] else 0
        for e in range(start[node], start[node + 1]):
            stamp[to[e]] = node
            if is_tied[to[e]]:
                count += 1
        for e in range(start[node], start[node + 1]):
            if is_tied[to[e]]:
                continue
            round_number += 1
            queue[0] = to[e]
            head, tail, found = 0, 1, -1
            while head < tail and found < 0:
                left = queue[head]
                head += 1
                for f in range(start[left], start[left + 1]):
                    right = to[f]
                    if right == node or not is_tied[right] or stamp[right] == node:
                        continue
                    if visited[right] == round_number:
                        continue
                    visited[right] = round_number
                    came_from[right] = left
                    if taken_by[right] < 0:
                        found = right
                        break
                    queue[tail] = taken_by[right]
                    tail += 1
            if found < 0:
                continue
            count += 1
            while True:  # turn the path over, back to the neighbour it began with
                left = came_from[found]
                before = came_from_of(taken_by, start, to, left, found)
                taken_by[found] = left
                if before < 0:
                    break
                found = before
        for e in range(start[node], start[node + 1]):
            for f in range(start[to[e]], start[to[e] + 1]):
                taken_by[to[f]] = -1
        ways[node] = count
    return ways


@kernel
def came_from_of(taken_by, start, to, left, but):
    """Return the node a neighbour was matched with before, -1 for none."""
    for f in range(start[left], start[left + 1]):
        if to[f] != but and taken_by[to[f]] == left:
            return np.int64(to[f])
    return np.int64(-1)
