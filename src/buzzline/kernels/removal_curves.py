"""How large the largest component stays while nodes are taken out, one after the other."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def _root(parent, node):
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@kernel
def largest_left(start, to, order):
    """Return the size of the largest component after the first q nodes of an order are gone.

    start : (n + 1,) int64, to : (m,) int32 rows of ties, each tie in both; order : (n,) int64.
    Returns (n + 1,) int64. Nodes are put back from the last to the first, and joined to those
    that are there. O(m) time, nearly.
    """
    n = order.size
    left = np.zeros(n + 1, np.int64)
    parent = np.arange(n).astype(np.int32)
    size = np.zeros(n, np.int32)  # 0: not there
    largest = 0
    for q in range(n - 1, -1, -1):
        node = order[q]
        size[node] = 1
        here = np.int32(node)
        for e in range(start[node], start[node + 1]):
            if size[to[e]] == 0:
                continue
            there = _root(parent, to[e])
            if there == here:
                continue
            if size[there] < size[here]:
                there, here = here, there
            parent[here] = there
            size[there] += size[here]
            here = there
        if size[here] > largest:
            largest = size[here]
        left[q] = largest
    return left


@kernel
def attack_order(start, to, shuffled):
    """Return nodes in the order of an attack: always one with most ties to those left.

    start : (n + 1,) int64, to : (m,) int32 rows of ties, each tie in both; shuffled : (n,)
    int64 nodes in a random order, which settles who goes first among equals. Returns (n,)
    int64. Nodes lie sorted by degree; one that loses a tie changes places with the first of its
    degree. O(n + m) time.
    """
    n = shuffled.size
    degree = np.empty(n, np.int64)
    most = 0
    for i in range(n):
        degree[i] = start[i + 1] - start[i]
        most = max(most, degree[i])
    first = np.zeros(most + 2, np.int64)  # where nodes of each degree begin
    for i in range(n):
        first[degree[i] + 1] += 1
    for d in range(most + 1):
        first[d + 1] += first[d]
    sorted_nodes = np.empty(n, np.int64)
    place = np.empty(n, np.int64)
    filled = first.copy()
    for k in range(n):
        node = shuffled[k]
        place[node] = filled[degree[node]]
        sorted_nodes[place[node]] = node
        filled[degree[node]] += 1
    order = np.empty(n, np.int64)
    for k in range(n):
        node = sorted_nodes[n - 1 - k]
        order[k] = node
        place[node] = n  # gone
        for e in range(start[node], start[node + 1]):
            other = to[e]
            if place[other] == n:
                continue
            at, head = place[other], first[degree[other]]
            moved = sorted_nodes[head]
            sorted_nodes[at], sorted_nodes[head] = moved, other
            place[moved], place[other] = at, head
            first[degree[other]] += 1
            degree[other] -= 1
    return order
