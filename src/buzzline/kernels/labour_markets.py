"""Merge places into labour-market areas: dissolve the least valid, attach to the closest."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def area_validity(live, containment, rule):
    """Return the Coombes-Eurostat validity of an area; 1 and more is valid.

    rule : (4,) float64 least and target size, least and target self-containment.
    """
    if containment >= 1.0:
        return 1.0
    least_size, target_size, least, target = rule
    short = max(0.0, (target_size - live) / (target_size - least_size))
    return min(1.0, containment / target) * (1 - (1 - least / target) * short) * target / least


@kernel
def validities(live, containment, rule):
    """Return the validity of each area. live, containment : (k,) float64. O(k) time."""
    out = np.empty(live.size)
    for k in range(live.size):
        out[k] = area_validity(live[k], containment[k], rule)
    return out


@kernel
def contained(within, leaving, arriving):
    """Return the smaller share of those who live or work in an area that do both there."""
    largest = max(leaving, arriving)
    return within / largest if min(leaving, arriving) > 0 else 0.0


@kernel
def strongest_link(place, label, to, away, total, sums):
    """Return the area a place is linked to most, and the flows to and from it.

    label : (n,) int64 area of each place, -1 for none; to, away : CSR of flows from and to
    places (start, other, weight); total : (n, 2) flows out of and into each area; sums : (n, 2)
    zeros, and zeros again at the end. O(neighbours) time.
    """
    best, strongest, sent, received = -1, 0.0, 0.0, 0.0
    for side in range(2):
        start, other, weight = (to, away)[side]
        for e in range(start[place], start[place + 1]):
            if label[other[e]] >= 0:
                sums[label[other[e]], side] += weight[e]
    out = to[0][place], to[0][place + 1]
    back = away[0][place], away[0][place + 1]
    of_place = sums[-1]
    for side in range(2):
        start, other, weight = (to, away)[side]
        low, high = (out, back)[side]
        for e in range(low, high):
            area = label[other[e]]
            if area < 0:
                continue
            f_to, f_from = sums[area, 0], sums[area, 1]
            if f_to == 0.0 and f_from == 0.0:
                continue
            link = 0.0
            if f_to > 0:
                link += f_to**2 / (of_place[0] * total[area, 1])
            if f_from > 0:
                link += f_from**2 / (total[area, 0] * of_place[1])
            if link > strongest or (link == strongest and area < best):
                best, strongest, sent, received = area, link, f_to, f_from
    for side in range(2):
        start, other, weight = (to, away)[side]
        for e in range(start[place], start[place + 1]):
            if label[other[e]] >= 0:
                sums[label[other[e]]] = 0.0
    return best, strongest, sent, received


@kernel
def join(place, area, moved, state, flows):
    """Put a place into an area; in place. state : label, within, total, live of areas."""
    label, within, total, live = state
    own, size, of_place = flows
    label[place] = area
    within[area] += own[place] + moved
    total[area] += of_place[place]
    live[area] += size[place]


@kernel
def attach_last(left, to, away, state, flows, sums):
    """Attach reserved places where they are linked most, until none can be; in place."""
    label, _, total, _ = state
    of_place = flows[2]
    n_left = left.size + 1
    while left.size < n_left:
        n_left = left.size
        for place in left:
            sums[-1] = of_place[place]
            area, _, sent, received = strongest_link(place, label, to, away, total, sums)
            if area >= 0:
                join(place, area, sent + received, state, flows)
        left = left[label[left] < 0]


@kernel
def merge_places(to, away, own, size, rule, order):
    """Merge places until every area is valid.

    to, away : CSR of flows from and to other places (start, other, weight); own : (n,) flows
    within a place; size : (n,) persons who live there; rule : (4,); order : (n,) int64 places
    of a dissolved area are attached in this order; an area without flows to others stays.
    Returns label (n,) int64 (number of the first place of the area, -1 for none), reserved (n,)
    bool, and of each dissolution the area and the one its first place is linked to most, -1 for
    none, (m, 2) int64, its validity and that link, (m, 2) float64.
    O(dissolved * n) time.
    """
    n = own.size
    of_place = np.zeros((n, 2))
    for place in range(n):
        of_place[place, 0] = own[place] + to[2][to[0][place] : to[0][place + 1]].sum()
        of_place[place, 1] = own[place] + away[2][away[0][place] : away[0][place + 1]].sum()
    label, reserved = np.arange(n), np.zeros(n, np.bool_)
    within, total, live = own.copy(), of_place.copy(), size.copy()
    state, flows = (label, within, total, live), (own, size, of_place)
    valid, sums = np.empty(n), np.zeros((n + 1, 2))
    for k in range(n):
        valid[k] = area_validity(live[k], contained(within[k], total[k, 0], total[k, 1]), rule)
    n_dissolved, ended, measured = 0, np.full((n, 2), -1), np.zeros((n, 2))
    while n > 0:
        worst = np.argmin(valid)
        if valid[worst] >= 1.0:
            break
        ended[n_dissolved, 0], measured[n_dissolved, 0] = worst, valid[worst]
        valid[worst] = np.inf
        former = order[label[order] == worst]
        label[former] = -1
        is_alone = True
        for place in former:
            sums[n] = of_place[place]
            area, link, sent, received = strongest_link(place, label, to, away, total, sums)
            reserved[place] = True
            if area < 0:
                continue
            if is_alone:
                ended[n_dissolved, 1], measured[n_dissolved, 1] = area, link
            is_alone = False
            both = total[area] + of_place[place]
            inside = within[area] + own[place] + sent + received
            after = area_validity(
                live[area] + size[place], contained(inside, both[0], both[1]), rule
            )
            if after >= valid[area]:
                join(place, area, sent + received, state, flows)
                valid[area], reserved[place] = after, False
        if is_alone:  # nowhere to go: it stays as it is
            label[former], reserved[former] = worst, False
        n_dissolved += 1
    attach_last(order[reserved[order]], to, away, state, flows, sums)
    return label, reserved, ended[:n_dissolved], measured[:n_dissolved]
