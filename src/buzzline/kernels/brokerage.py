"""Brokerage after Gould and Fernandez: who stands between two that are not tied themselves."""

import numpy as np

from buzzline.kernels import kernel

UNEVEN = 16
# Positions of the roles in a row of counts.
COORDINATOR, ITINERANT, GATEKEEPER, REPRESENTATIVE, LIAISON = range(5)


@kernel
def _role(source, own, target):
    """Return the role of a broker of group `own` between two groups; below 0: in no group."""
    inward = source == own and own >= 0
    outward = target == own and own >= 0
    if inward and outward:
        return COORDINATOR
    if outward:
        return GATEKEEPER
    if inward:
        return REPRESENTATIVE
    return ITINERANT if source == target and source >= 0 else LIAISON


@kernel
def _all_pairs(sources, targets, group, own, held, counts):
    """Count ordered pairs of a source and another target by role, tied or not."""
    own_in, own_out, same = 0, 0, 0
    for a in sources:
        if group[a] >= 0:
            held[group[a]] += 1
    for b in targets:
        if group[b] >= 0:
            if group[b] == own:
                own_out += 1
            else:
                same += held[group[b]]
    if own >= 0:
        own_in = held[own]
    for a in sources:
        if group[a] >= 0:
            held[group[a]] = 0
    other_in, other_out = sources.size - own_in, targets.size - own_out
    counts[COORDINATOR] += own_in * own_out
    counts[GATEKEEPER] += other_in * own_out
    counts[REPRESENTATIVE] += own_in * other_out
    counts[ITINERANT] += same
    counts[LIAISON] += other_in * other_out - same
    a, b = 0, 0
    while a < sources.size and b < targets.size:
        if sources[a] < targets[b]:
            a += 1
        elif sources[a] > targets[b]:
            b += 1
        else:  # to itself by way of the broker: no pair
            x = group[sources[a]]
            counts[_role(x, own, x)] -= 1
            a += 1
            b += 1


@kernel
def _less_tied(source, own, short, long, group, counts):
    """Take out the targets that the source reaches itself; both ascending, one longer."""
    if long.size > UNEVEN * short.size:
        for k in range(short.size):
            at = np.searchsorted(long, short[k])
            if at < long.size and long[at] == short[k]:
                counts[_role(group[source], own, group[short[k]])] -= 1
        return
    a, b = 0, 0
    while a < short.size and b < long.size:
        if short[a] < long[b]:
            a += 1
        elif short[a] > long[b]:
            b += 1
        else:
            counts[_role(group[source], own, group[short[a]])] -= 1
            a += 1
            b += 1


@kernel
def brokered_pairs(start, to, back, from_, group, brokers, n_groups):
    """Return how often each broker stands between a source and a target not tied directly.

    start, to : ties that leave, by rows, ascending; back, from_ : ties that arrive, likewise;
    group : (n,) int32, below 0 none; brokers : (k,) int64. (k, 5) int64. O(m sqrt(m)) time at
    most but for a logarithm.
    """
    counts = np.zeros((brokers.size, 5), np.int64)
    held = np.zeros(n_groups, np.int64)
    for k in range(brokers.size):
        v = brokers[k]
        sources = from_[back[v] : back[v + 1]]
        targets = to[start[v] : start[v + 1]]
        own = group[v]
        _all_pairs(sources, targets, group, own, held, counts[k])
        for a in sources:
            reached = to[start[a] : start[a + 1]]
            if reached.size < targets.size:
                _less_tied(a, own, reached, targets, group, counts[k])
            else:
                _less_tied(a, own, targets, reached, group, counts[k])
    return counts


@kernel
def brokered_pairs_dealt(start, to, back, from_, group, brokers, n_groups, order):
    """Return `brokered_pairs` with the groups of all but the broker dealt anew.

    order : (n,) int64, a permutation: organisation i gets the group of order[i]. Whoever would
    get the broker's own gets what the broker would have.
    """
    dealt = group[order]
    holder = np.empty(order.size, np.int64)  # who got the group of each
    for i in range(order.size):
        holder[order[i]] = i
    counts = np.zeros((brokers.size, 5), np.int64)
    one = np.zeros(1, np.int64)
    for k in range(brokers.size):
        v = brokers[k]
        u = holder[v]
        dealt[u], dealt[v] = dealt[v], dealt[u]
        one[0] = v
        counts[k] = brokered_pairs(start, to, back, from_, dealt, one, n_groups)[0]
        dealt[u], dealt[v] = dealt[v], dealt[u]
    return counts
