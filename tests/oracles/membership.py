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

    `unit` None: the partner is the unit, by weight; else a record, which is one observation.
    """
    ends = {}
    for a, b, weight, unit in ties:
        for org, partner in ((a, b), (b, a)):
            own = ends.setdefault(org, {})
            own.setdefault(partner if unit is None else unit, []).append((partner, weight))
    has_records = ties[0][3] is not None
    found = {}
    for org, units in ends.items():
        counts = [1.0 if has_records else sum(w for _, w in each) for each in units.values()]
        inside = [
            sum(w for p, w in each if p in member) / sum(w for _, w in each)
            for each in units.values()
        ]
        share = sum(c * x for c, x in zip(counts, inside, strict=True)) / sum(counts)
        found[org] = share, sum(counts) ** 2 / sum(c**2 for c in counts)
    return found


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
