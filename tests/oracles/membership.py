"""Gravity sums, shares and walks, pair by pair."""

import numpy as np

EARTH_RADIUS_KM = 6371.0088


def gravity_sums(xyz, floor_km, mass, elasticity):
    """Sum mass times distance to a power over all others. (n,)."""
    out = np.zeros(len(xyz))
    for i in range(len(xyz)):
        for j in range(len(xyz)):
            if i == j:
                continue
            chord = np.linalg.norm(xyz[i] - xyz[j])
            km = 2 * EARTH_RADIUS_KM * np.arcsin(min(chord / 2, 1))
            out[i] += mass[j] * max(km, floor_km[i], floor_km[j]) ** elasticity
    return out


def shares_with(ties, member):
    """Return {organisation: (share with members, independent ties)} from (a, b, weight, unit).

    `unit` None: the partner is the unit, by weight; else a record, whose ties are worth less
    the more alike they are.
    """
    ends = {}
    for a, b, weight, unit in ties:
        for org, partner in ((a, b), (b, a)):
            own = ends.setdefault(org, {})
            own.setdefault(partner if unit is None else unit, []).append((partner, weight))
    has_records = ties[0][3] is not None
    alike = max(alike_within(ends, member), 0.1) if has_records else 0.0
    found = {}
    for org, units in ends.items():
        counts = [
            len(each) / (1 + (len(each) - 1) * alike)
            if has_records
            else sum(w for _, w in each)
            for each in units.values()
        ]
        inside = [
            sum(w for p, w in each if p in member) / sum(w for _, w in each)
            for each in units.values()
        ]
        share = sum(c * x for c, x in zip(counts, inside, strict=True)) / sum(counts)
        kish = sum(counts) ** 2 / sum(c**2 for c in counts)
        found[org] = share, sum(counts) if has_records else kish
    return found


def alike_within(ends, member):
    """Return the intraclass correlation of membership within records, by organisation."""
    between = within = free_between = free_within = spare = 0.0
    for units in ends.values():
        flags = [[p in member for p, _ in each] for each in units.values()]
        every = [flag for each in flags for flag in each]
        if len(flags) < 2 or not any(every):
            continue
        mean = np.mean(every)
        between += sum(len(each) * (np.mean(each) - mean) ** 2 for each in flags)
        within += sum(np.sum((np.array(each) - np.mean(each)) ** 2) for each in flags)
        free_between += len(flags) - 1
        free_within += len(every) - len(flags)
        spare += len(every) - sum(len(each) ** 2 for each in flags) / len(every)
    size = spare / free_between
    b, w = between / free_between, within / free_within
    return min(max((b - w) / (b + (size - 1) * w), 0), 1)


def walk_visits(chance, core, restart, steps=400):
    """Return visits of walks that start anew at the core, without the start itself.

    chance : (n, n), from row to column.
    """
    now = np.zeros(len(chance))
    now[core] = 1 / len(core)
    out = np.zeros(len(chance))
    for t in range(1, steps):
        now = now @ chance
        out += restart * (1 - restart) ** t * now
    return out
