"""Trade of knowledge for knowledge, slowly: sets and lists, the same draws."""

import numpy as np

from buzzline.kernels.luck import uniform


def order_of(key, sweep, first, after):
    order = list(range(first, after))
    for place in range(len(order) - 1, 0, -1):
        other = int(uniform(key, 31, sweep, np.uint64(place + first), 0) * (place + 1))
        order[place], order[other] = order[other], order[place]
    return order


def chosen(key, sweep, tie, some, k):
    some = list(some)
    if len(some) > k:
        for place in range(k):
            draw = uniform(key, 31, sweep, np.uint64(tie), 4 + place)
            other = place + int(draw * (len(some) - place))
            some[place], some[other] = some[other], some[place]
    return some[:k]


def at_rest(key, levels, ties, rate, n_first, tolerance):
    levels = [list(own) for own in levels]
    sweep, trades = 0, 0
    while True:
        now = 0
        for tie in order_of(key, sweep, 0, n_first) + order_of(key, sweep, n_first, len(ties)):
            mine, yours = levels[ties[tie][0]], levels[ties[tie][1]]
            both = list(enumerate(zip(mine, yours, strict=True)))
            ahead = [c for c, (a, b) in both if a > (1 + tolerance) * b]
            behind = [c for c, (a, b) in both if b > (1 + tolerance) * a]
            k = min(len(ahead), len(behind))
            gives = chosen(key, sweep, tie, ahead, k)
            takes = chosen(key, sweep, tie, behind, k)
            for c in gives:
                yours[c] += rate[tie] * (mine[c] - yours[c])
            for c in takes:
                mine[c] += rate[tie] * (yours[c] - mine[c])
            now += k
        sweep += 1
        if now == 0:
            return np.array(levels), sweep, trades
        trades += now
