"""Organisations on a ring with shortcuts trade knowledge for knowledge (Cowan & Jonard)."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms, uniform

# Births and steps that no trade takes: how the start and the ties come about.
_START, _EXPERT, _TIES = 1 << 28, 1 << 29, 1 << 30


@kernel
def levels_at_start(key, stream, n, k, highest):
    """Return knowledge (n, k) float64, equally likely from 0 to `highest`."""
    levels = np.empty((n, k))
    for i in range(n):
        for c in range(k):
            levels[i, c] = highest * uniform(key, stream, _START, np.uint64(i), c)
    return levels


@kernel
def in_random_order(key, stream, step, first, after):
    """Return first to after - 1 in random order; (after - first,) int64."""
    order = np.arange(first, after)
    for place in range(order.size - 1, 0, -1):
        draw, _, _, _ = four_uniforms(key, stream, step, np.uint64(place + first), 0)
        other = int(draw * (place + 1))
        order[place], order[other] = order[other], order[place]
    return order


@kernel
def rewired_ring(key, stream, first, after, degree, share):
    """Return ties (m, 2) int64 among organisations first to after - 1 on a ring.

    Each is tied to degree / 2 on either side; the far end of a tie is moved to anybody, with
    chance `share`, never to oneself or along a tie there is.
    """
    n, half = after - first, degree // 2
    ties = np.empty((n * half, 2), np.int64)
    tied = np.zeros((n, n), np.bool_)
    for i in range(n):
        for step in range(1, half + 1):
            j = (i + step) % n
            ties[i * half + step - 1] = (i, j)
            tied[i, j] = tied[j, i] = True
    for e in range(ties.shape[0]):
        i, j = ties[e]
        birth = np.uint64(first * half + e)
        moves, place, _, _ = four_uniforms(key, stream, _TIES, birth, 0)
        if moves >= share or tied[i].sum() >= n - 1:
            continue
        other = int(place * n)
        block = 0
        while other == i or tied[i, other]:
            block += 1
            place, _, _, _ = four_uniforms(key, stream, _TIES, birth, block)
            other = int(place * n)
        tied[i, j] = tied[j, i] = False
        tied[i, other] = tied[other, i] = True
        ties[e, 1] = other
    return ties + first


@kernel
def chosen(key, stream, sweep, tie, some, n_some, k):
    """Bring k of the first n_some entries to the front of `some`, by chance. Changes it."""
    four = (0.0, 0.0, 0.0, 0.0)
    for place in range(k):
        if place % 4 == 0:
            four = four_uniforms(key, stream, sweep, np.uint64(tie), 1 + place // 4)
        other = place + int(four[place % 4] * (n_some - place))
        some[place], some[other] = some[other], some[place]


@kernel
def traded(key, stream, sweep, tie, mine, yours, rate, tolerance, ahead, behind):
    """Let two trade: each learns in k categories, k as many as the weaker can offer. Return k.

    mine, yours : (c,) float64, changed. Nothing is lost by giving.
    """
    n_ahead, n_behind = 0, 0
    for c in range(mine.size):
        if mine[c] > (1 + tolerance) * yours[c]:
            ahead[n_ahead] = c
            n_ahead += 1
        elif yours[c] > (1 + tolerance) * mine[c]:
            behind[n_behind] = c
            n_behind += 1
    k = min(n_ahead, n_behind)
    if k == 0:
        return 0
    if n_ahead > k:
        chosen(key, stream, sweep, tie, ahead, n_ahead, k)
    if n_behind > k:
        chosen(key, stream, sweep, tie, behind, n_behind, k)
    for p in range(k):
        c, d = ahead[p], behind[p]
        yours[c] += rate * (mine[c] - yours[c])
        mine[d] += rate * (yours[d] - mine[d])
    return k


@kernel
def barter_to_rest(key, stream, levels, ties, rate, n_first, tolerance, most):
    """Trade along every tie, sweep after sweep, until nobody has anything to trade.

    levels : (n, c) float64, changed. ties : (m, 2) int64; the first n_first trade first, and
    within either part the order is by chance. rate : (m,) float64, share of a difference that
    is learned. Returns sweeps and trades. O(sweeps x m x c) time.
    """
    ahead = np.empty(levels.shape[1], np.int64)
    behind = np.empty(levels.shape[1], np.int64)
    n_trades = 0
    for sweep in range(most):
        trades = 0
        for part in range(2):
            begin, end = (0, n_first) if part == 0 else (n_first, ties.shape[0])
            for tie in in_random_order(key, stream, sweep, begin, end):
                trades += traded(
                    key, stream, sweep, tie, levels[ties[tie, 0]], levels[ties[tie, 1]],
                    rate[tie], tolerance, ahead, behind,
                )  # fmt: skip
        if trades == 0:
            return sweep + 1, n_trades
        n_trades += trades
    return most, n_trades
