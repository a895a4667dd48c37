"""Investment in other places: who invests, where, and the affiliate that comes of it."""

import math

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import born as birth_of
from buzzline.kernels.luck import four_uniforms
from buzzline.kernels.pipelines import OWNERSHIP, known_by, scale_between
from buzzline.kernels.reaching_out import mean_size

NOBODY = -1
FEWEST_OF_CLUSTER = 10  # organisations
MORE_THAN_USUAL = 1.25  # times the share, or the number, that places have in the mean
AFFILIATE_SIZE = 0.25  # of the size of its parent
_CLOSING = 5000  # number of a draw, apart from those of choosing


@kernel
def clusters_of(start, member, industry, n_industries):
    """Return where an industry has a cluster; (r, s) float64 of 0 and 1. O(n + r s).

    At least ten organisations, and a share of the place 1.25 times that of all places; where
    all are of one industry, a number 1.25 times the mean of places.
    """
    r = start.size - 1
    number = np.zeros((r, n_industries))
    for q in range(r):
        for p in range(start[q], start[q + 1]):
            number[q, industry[member[p]]] += 1
    out = np.zeros((r, n_industries))
    of_industry = number.sum(axis=0)
    for s in range(n_industries):
        for q in range(r):
            usual = of_industry[s] / member.size * number[q].sum()
            if of_industry[s] == member.size:
                usual = member.size / r
            if number[q, s] >= FEWEST_OF_CLUSTER and number[q, s] > MORE_THAN_USUAL * usual:
                out[q, s] = 1
    return out


@kernel
def leaders(member, industry, n_industries, knowledge):
    """Return who knows more than mean plus spread of its industry; (n,) bool. O(n k)."""
    n = np.zeros(n_industries)
    total, squares = np.zeros(n_industries), np.zeros(n_industries)
    for i in member:
        known = known_by(knowledge, i)
        n[industry[i]] += 1
        total[industry[i]] += known
        squares[industry[i]] += known * known
    out = np.zeros(knowledge.shape[0], np.bool_)
    for i in member:
        s = industry[i]
        mean = total[s] / n[s]
        spread = math.sqrt(max(squares[s] / n[s] - mean * mean, 0))
        out[i] = spread > 0 and known_by(knowledge, i) > mean + spread
    return out


@kernel
def choose_places(
    key, stream, step, start, member, birth, cell, industry, n_industries, size, leads, cluster,
    distance_km, chance, elasticity, cluster_pull, avoidance, promotion,
):  # fmt: skip
    """Return the place each organisation invests in, -1 for none; (n,) int32. O(n + m r).

    Only those of at least the mean size of their industry invest. A place pulls by its number
    of organisations, its nearness and its promotion; by a cluster of the investor's industry
    those that come of one themselves, and repels leaders.

    chance, elasticity, cluster_pull, avoidance : (cells,); promotion : (r,)
    """
    where = np.full(birth.size, NOBODY, np.int32)
    _, usual = mean_size(member, industry, n_industries, size)
    up_to = np.empty(start.size - 1)
    for place in range(start.size - 1):
        for p in range(start[place], start[place + 1]):
            i, here = member[p], cell[member[p]]
            if size[i] < usual[industry[i]] or chance[here] == 0:
                continue
            invests, which, _, _ = four_uniforms(key, stream, step, birth[i], 0)
            if invests >= chance[here]:
                continue
            for q in range(up_to.size):
                up_to[q] = 0.0 if q == 0 else up_to[q - 1]
                if q == place:
                    continue
                utility = math.log(1.0 + start[q + 1] - start[q]) + promotion[q]
                utility -= elasticity[here] * math.log(max(distance_km[place, q], 1.0))
                if cluster[q, industry[i]] > 0:
                    utility += cluster_pull[here] * cluster[place, industry[i]]
                    utility -= avoidance[here] if leads[i] else 0.0
                up_to[q] += math.exp(utility)
            if up_to.size > 1:
                chosen = np.searchsorted(up_to, which * up_to[-1], side="right")
                where[i] = min(chosen, up_to.size - 1)
    return where


@kernel
def found_affiliates(
    key, stream, step, rows, parents, where, region, nation, birth, place, industry, cell,
    parent, owner, partner, trust, age, scale, layer, copresent, trust_of_owner,
):  # fmt: skip
    """Make each of `rows`, all empty, an organisation where its parent invests. O(m).

    The affiliate is tied to its parent, and the parent to it if it has a slot left.
    """
    for at in range(rows.size):
        i, j = parents[at], rows[at]
        q, home = where[i], owner[i] if owner[i] >= 0 else place[i]
        birth[j], parent[j] = birth_of(key, stream, step, birth[i], 0), birth[i]
        place[j], industry[j] = q, industry[i]
        owner[j] = home if home != q else NOBODY
        apart, trusted = scale_between(place[i], q, region, nation), trust_of_owner[cell[i]]
        _own(i, j, apart, trusted, partner, trust, age, scale, layer, copresent)
        _own(j, i, apart, trusted, partner, trust, age, scale, layer, copresent)


@kernel
def _own(i, j, apart, trusted, partner, trust, age, scale, layer, copresent):
    """Tie row i to j as part of one group, in the first empty slot if there is one."""
    for t in range(partner.shape[1]):
        if partner[i, t] < 0:
            partner[i, t], age[i, t], scale[i, t] = j, 0, apart
            layer[i, t], copresent[i, t], trust[i, t] = OWNERSHIP, True, trusted
            return


@kernel
def close_affiliates(key, stream, step, member, birth, cell, place, owner, chance, gone):
    """Mark in `gone` the affiliates of owners elsewhere that end by luck; return how many.

    chance : (cells,); gone : (n,) bool, all False before. O(n).
    """
    n = 0
    for i in member:
        if owner[i] < 0 or owner[i] == place[i] or chance[cell[i]] == 0:
            continue
        if four_uniforms(key, stream, step, birth[i], _CLOSING)[0] < chance[cell[i]]:
            gone[i] = True
            n += 1
    return n
