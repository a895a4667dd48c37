"""Organisations that begin: who leaves a parent, what each of them starts with."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import born, four_uniforms

_NOBODY = -1


@kernel
def suppressed(knowledge, vision):
    """Return which share of what an organisation knows lies where it does not search."""
    known, out = 0.0, 0.0
    for c in range(knowledge.size):
        known += np.float64(knowledge[c])
    if known <= 0:
        return 0.0
    for c in range(knowledge.size):
        out += max(0.0, np.float64(knowledge[c]) / known - np.float64(vision[c]))
    return out


@kernel
def founders(key, stream, step, alive, birth, cell, knowledge, vision, chance, leaves):
    """Mark in `leaves` the organisations of which people leave to begin their own.

    chance : (cells,) in a step, were all ideas suppressed. Returns how many.
    """
    count = 0
    for i in range(alive.size):
        leaves[i] = False
        if not alive[i] or chance[cell[i]] <= 0:
            continue
        u = four_uniforms(key, stream, step, birth[i], 0)[0]
        if u < chance[cell[i]] and u < chance[cell[i]] * suppressed(knowledge[i], vision[i]):
            leaves[i] = True
            count += 1
    return count


@kernel
def mean_knowledge(start, member, knowledge):
    """Return what organisations of each place know on average; where empty, all; (r, k).

    Or what else is said in columns, such as their conventions.
    """
    n_places, k = start.size - 1, knowledge.shape[1]
    out, everywhere = np.zeros((n_places, k)), np.zeros(k)
    for r in range(n_places):
        for at in range(start[r], start[r + 1]):
            for c in range(k):
                out[r, c] += np.float64(knowledge[member[at], c])
    for c in range(k):
        for r in range(n_places):
            everywhere[c] += out[r, c]
        everywhere[c] /= max(1, member.size)
    for r in range(n_places):
        here = start[r + 1] - start[r]
        for c in range(k):
            out[r, c] = out[r, c] / here if here > 0 else everywhere[c]
    return out


@kernel
def begin_alone(
    key, stream, step, rows, first, start, member, industry, usual, share, birth, place,
    knowledge, standing,
):  # fmt: skip
    """Fill rows of newcomers without a parent: what is usual in their place, more or less.

    rows : of all newcomers, by place; first : (r + 1,) where those of each place begin; usual :
    (r, k); share : (r,) of the usual that they know. Each takes the industry of an organisation
    of its place, or of anywhere where there is none yet.
    """
    k = knowledge.shape[1]
    for r in range(first.size - 1):
        for at in range(first[r], first[r + 1]):
            i = rows[at]
            birth[i] = born(key, stream, step, np.uint64(r), at - first[r])
            place[i] = r
            like, lot, _, _ = four_uniforms(key, stream, step, birth[i], 0)
            here = start[r + 1] - start[r]
            model = start[r] + int(like * here) if here > 0 else int(like * member.size)
            industry[i] = industry[member[model]] if member.size > 0 else 0
            standing[i] = lot
            for c in range(k):
                u = four_uniforms(key, stream, step, birth[i], 1 + c // 4)[c % 4]
                knowledge[i, c] = share[r] * usual[r, c] * (0.5 + u)


@kernel
def begin_from(
    key, stream, step, rows, parents, share, birth, parent, cell, place, industry, knowledge,
    vision, conventions, market, standing,
):  # fmt: skip
    """Fill rows of spin-offs: most of what the parent knows, searching where it does not.

    share : (cells,) of the parent's knowledge.
    """
    k = knowledge.shape[1]
    for at in range(rows.size):
        i, p = rows[at], parents[at]
        birth[i] = born(key, stream, step, birth[p], 0)
        parent[i] = birth[p]
        place[i], industry[i], cell[i] = place[p], industry[p], cell[p]
        standing[i] = four_uniforms(key, stream, step, birth[i], 0)[0]
        known, left = 0.0, 0.0
        for c in range(k):
            known += np.float64(knowledge[p, c])
        for c in range(k):
            knowledge[i, c] = share[cell[p]] * knowledge[p, c]
            has = np.float64(knowledge[p, c]) / known if known > 0 else 0.0
            vision[i, c] = max(0.0, has - np.float64(vision[p, c]))
            left += np.float64(vision[i, c])
        for c in range(k):
            vision[i, c] = vision[i, c] / left if left > 0 else vision[p, c]
        conventions[i] = conventions[p]
        for j in range(market.shape[1]):
            market[i, j] = share[cell[p]] * market[p, j]


@kernel
def holes_between(start, member, place, partner, knowledge, usual):
    """Return how far organisations of a place are from each other and not tied; (r,) share.

    The mean over a place of 1 - cosine to its usual knowledge, times the share of its local
    slots that are empty (four are many).
    """
    n_places, k = start.size - 1, knowledge.shape[1]
    out = np.zeros(n_places)
    for r in range(n_places):
        length = 0.0
        for c in range(k):
            length += usual[r, c] ** 2
        for at in range(start[r], start[r + 1]):
            i, own, product, ties = member[at], 0.0, 0.0, 0
            for c in range(k):
                v = np.float64(knowledge[i, c])
                own += v * v
                product += v * usual[r, c]
            for t in range(partner.shape[1]):
                j = partner[i, t]
                if j != _NOBODY and place[j] == r:
                    ties += 1
            if own > 0 and length > 0:
                apart = max(0.0, 1.0 - product / np.sqrt(own * length))
                out[r] += apart * (1.0 - min(ties, 4) / 4.0)
        if start[r + 1] > start[r]:
            out[r] /= start[r + 1] - start[r]
    return out
