"""The merging of places into labour markets with whole matrices and lists, step by step."""

import numpy as np


def _valid(flows, members, rule):
    inside = flows[np.ix_(members, members)].sum()
    live, work = flows[members].sum(), flows[:, members].sum()
    share = inside / max(live, work) if min(live, work) > 0 else 0.0
    if share >= 1:
        return 1.0
    least, target = rule.least_containment, rule.target_containment
    short = max(0, (rule.target_size - live) / (rule.target_size - rule.least_size))
    return min(1, share / target) * (1 - (1 - least / target) * short) * target / least


def _link(flows, place, members):
    there, back = flows[place, members].sum(), flows[members, place].sum()
    out, into = flows[members].sum(), flows[:, members].sum()
    link = there**2 / (flows[place].sum() * into) if there else 0.0
    return link + (back**2 / (out * flows[:, place].sum()) if back else 0.0)


def _closest(flows, place, areas):
    links = {k: _link(flows, place, m) for k, m in areas.items()}
    best = max(links, key=lambda k: (links[k], -k), default=None)
    return best if best is not None and links[best] > 0 else None


def _dissolve(flows, members, areas, reserve, kept, rule):
    """Hand the places of an area on; tell whether any was linked to another area."""
    linked = False
    for place in members:
        area = _closest(flows, place, areas)
        reserve.append(place)
        if area is None:
            continue
        linked = True
        now, after = (_valid(flows, m, rule) for m in (areas[area], [*areas[area], place]))
        if after >= now and area not in kept:
            areas[area].append(place)
            reserve.remove(place)
    return linked


def merged_by_hand(flows, rule):
    n = len(flows)
    order = sorted(range(n), key=lambda p: (-(flows[p].sum() + flows[:, p].sum()), p))
    areas, reserve, kept = {p: [p] for p in range(n)}, [], set()
    while True:
        score = {k: _valid(flows, m, rule) for k, m in areas.items() if k not in kept}
        if not score or min(score.values()) >= 1:
            break
        worst = min(score, key=lambda k: (score[k], k))
        members = sorted(areas.pop(worst), key=order.index)
        if not _dissolve(flows, members, areas, reserve, kept, rule):
            areas[worst] = members
            reserve = [p for p in reserve if p not in members]
            kept.add(worst)
    _attach(flows, areas, sorted(reserve, key=order.index))
    return _numbered(flows, areas)


def _attach(flows, areas, reserve):
    before = None
    while reserve != before:
        before = list(reserve)
        for place in before:
            area = _closest(flows, place, areas)
            if area is not None:
                areas[area].append(place)
                reserve.remove(place)


def _numbered(flows, areas):
    label = [-1] * len(flows)
    for k, members in areas.items():
        for place in members:
            if flows[place].sum() + flows[:, place].sum() > 0:
                label[place] = k
    first = {}
    return [-1 if k < 0 else first.setdefault(k, len(first)) for k in label]
