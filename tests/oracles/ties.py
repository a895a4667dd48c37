"""Raw ties the slow way: plain Python over rows, haversine distances with `math`."""

from collections import Counter, defaultdict
from math import asin, cos, fsum, radians, sin, sqrt

RADIUS_KM = 6371.0088
LADDER = ("local", "regional", "national", "global", "unknown")


def haversine_km(here, there):
    """Great-circle distance; None when a coordinate is missing."""
    if None in (*here, *there):
        return None
    (east, north), (east2, north2) = ([radians(x) for x in point] for point in (here, there))
    h = sin((north2 - north) / 2) ** 2 + cos(north) * cos(north2) * sin((east2 - east) / 2) ** 2
    return 2 * RADIUS_KM * asin(min(1.0, sqrt(h)))


def distance_km(tie, known):
    ends = [known.get(tie[end], {}) for end in ("source", "target")]
    here, there = [(end.get("longitude"), end.get("latitude")) for end in ends]
    return haversine_km(here, there)


def scale(tie, known, cutoffs):
    distance = distance_km(tie, known)
    if distance is None:
        return "unknown"
    if distance <= cutoffs.local_km:
        return "local"
    if distance <= cutoffs.regional_km:
        return "regional"
    here, there = known[tie["source"]]["country"], known[tie["target"]]["country"]
    if here is None or there is None:
        return "unknown"
    return "national" if here == there else "global"


def summed(keyed):
    """[(key, weight or None)] -> {key: (n, weight)}."""
    weights = defaultdict(list)
    for key, weight in keyed:
        weights[key].append(1.0 if weight is None else weight)
    return {key: (len(values), fsum(values)) for key, values in weights.items()}


def scale_counts(ties, known, cutoffs):
    found = summed(((tie["layer"], scale(tie, known, cutoffs)), tie["weight"]) for tie in ties)
    layers = {tie["layer"] for tie in ties}
    return {
        (layer, rung): found.get((layer, rung), (0, 0.0)) for layer in layers for rung in LADDER
    }


def flows(ties, known):
    zone = {org_id: row["zone"] for org_id, row in known.items()}
    return summed(
        ((tie["layer"], zone.get(tie["source"]), zone.get(tie["target"])), tie["weight"])
        for tie in ties
    )


def degrees(ties):
    n_out, n_in, n_ties, partners = Counter(), Counter(), Counter(), defaultdict(set)
    for tie in ties:
        source, target = ((tie["layer"], tie[end]) for end in ("source", "target"))
        n_out[source] += 1
        n_in[target] += 1
        for end in {source, target}:
            n_ties[end] += 1
        partners[source].add(tie["target"])
        partners[target].add(tie["source"])
    return {
        end: (n_out[end], n_in[end], n_ties[end], len(partners[end] - {None, end[1]}))
        for end in n_ties
        if end[1] is not None
    }


def quality(rows, columns):
    values = {
        column: [row[column] for row in rows if row[column] is not None] for column in columns
    }
    return [(c, len(rows), len(rows) - len(values[c]), len(set(values[c]))) for c in columns]


def ends(ties, known):
    found = defaultdict(Counter)
    for tie in ties:
        pair = (tie["source"], tie["target"])
        found[tie["layer"]]["n"] += 1
        found[tie["layer"]]["n_self"] += pair[0] == pair[1] and pair[0] is not None
        found[tie["layer"]]["n_missing"] += None in pair
        found[tie["layer"]]["n_unknown"] += any(x is not None and x not in known for x in pair)
    names = ("n", "n_self", "n_missing", "n_unknown")
    return {layer: tuple(counts[name] for name in names) for layer, counts in found.items()}
