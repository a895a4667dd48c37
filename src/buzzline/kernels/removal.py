"""What is left of a network once some of its partners are taken out."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def _root(parent, node):
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@kernel
def left_after(removed, links, pairs, n_members, n_roles):
    """Return how many roles keep two holders, and how many members hang together.

    removed : (n,) bool, of nodes; links : (e, 2) int64 nodes that are tied; pairs : (q, 2)
    int64, a role and a node that holds it, each pair once; nodes below `n_members` are members.
    O(n + e + q) time, nearly.
    """
    held = np.zeros(n_roles, np.int64)
    for q in range(pairs.shape[0]):
        if not removed[pairs[q, 1]]:
            held[pairs[q, 0]] += 1
    parent = np.arange(removed.size)
    for e in range(links.shape[0]):
        one, other = links[e, 0], links[e, 1]
        if removed[one] or removed[other]:
            continue
        one, other = _root(parent, one), _root(parent, other)
        if one < other:
            parent[other] = one
        else:
            parent[one] = other
    together = np.zeros(removed.size, np.int64)
    for node in range(n_members):
        together[_root(parent, node)] += 1
    return (held >= 2).sum(), together.max() if removed.size else 0
