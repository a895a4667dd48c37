"""What places are like, summed organisation by organisation."""

from __future__ import annotations

import math


def place_sums_slowly(state) -> list[list[float]]:
    """Return the columns of `place_sums`, in plain Python."""
    out = []
    for r in range(state.start.size - 1):
        rows = [i for i in range(state.place.size) if state.alive[i] and state.place[i] == r]
        k = state.knowledge.shape[1]
        known = {i: [float(x) for x in state.knowledge[i]] for i in rows}
        without = [i for i in rows if not state.keeps_pipelines[i]]
        mean = [sum(known[i][c] for i in rows) for c in range(k)]
        ties = [
            (int(state.tie_scale[i, t]), float(state.tie_trust[i, t]))
            for i in rows
            for t in range(state.partner.shape[1])
            if state.partner[i, t] >= 0
        ]
        out.append([
            len(rows),
            sum(float(state.size[i]) for i in rows),
            sum(sum(known[i]) / k for i in rows),
            len(without),
            sum(sum(known[i]) / k for i in without),
            sum(float(state.output[i]) for i in rows),
            sum(float(state.profit[i]) for i in rows),
            sum(1 - cosine(known[i], mean) for i in rows if any(known[i])),
            *(sum(trust for scale, trust in ties if scale == one) for one in range(4)),
            *(sum(scale == one for scale, _ in ties) for one in range(4)),
            sum(float(state.size[i]) for i in rows if state.owner[i] not in (-1, r)),
            sum(float(state.market[i].mean()) for i in rows),
        ])  # fmt: skip
    return out


def cosine(one, other) -> float:
    along = sum(a * b for a, b in zip(one, other, strict=True))
    return along / math.sqrt(sum(a * a for a in one)) / math.sqrt(sum(b * b for b in other))


def gini_slowly(values) -> float:
    """Return the mean difference of all pairs over twice the mean."""
    n, total = len(values), sum(values)
    return sum(abs(a - b) for a in values for b in values) / (2 * n * total)
