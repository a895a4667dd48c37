"""The economy of a simulated world in plain Python: one organisation after the other."""

import math

import numpy as np

from buzzline.kernels.luck import born, four_uniforms

NOBODY = -1


def worths(crowd, value):
    """What knowledge is worth, its mean by industry, jobs by place and industry."""
    r, s = crowd.n_places, crowd.n_industries
    worth = np.where(crowd.alive, crowd.knowledge.astype(float) @ value / value.size, 0.0)
    usual = np.ones(s)
    for q in range(s):
        those = crowd.alive & (crowd.industry == q)
        usual[q] = worth[those].mean() if those.any() else 1.0
    jobs = np.array(
        [[crowd.size[crowd.here(p, q)].astype(float).sum() for q in range(s)] for p in range(r)]
    )
    return worth, usual, jobs


def performances(crowd, key, stream, step, worth, usual, advantage, rates):
    """What one job makes, before prices."""
    out = np.zeros(crowd.n)
    for i in np.flatnonzero(crowd.alive):
        w, market_gain, gain, ramp, lack, spread = rates[:, crowd.cell[i]]
        u = four_uniforms(key, stream, step, crowd.birth[i], 0)[0]
        out[i] = (
            worth[i] ** w
            * usual[crowd.industry[i]] ** (1 - w)
            * advantage[crowd.place[i], crowd.industry[i]]
            * (1 + market_gain * crowd.market[i].astype(float).mean())
            * (1 + gain * min(1, crowd.embedded[i] / ramp))
            * (1 - lack / (1 + max(0, crowd.cash[i])))
            * max(0, 1 + spread * math.sqrt(12) * (u - 0.5))
        )
    return out


def sums_by_cell(crowd, made):
    """Organisations, jobs and what all make, by place and industry."""
    out = np.zeros((3, crowd.n_places, crowd.n_industries))
    for p in range(crowd.n_places):
        for q in range(crowd.n_industries):
            here = crowd.here(p, q)
            jobs = crowd.size[here].astype(float)
            out[:, p, q] = here.sum(), jobs.sum(), (jobs * made[here]).sum()
    return out


def margins(crowd, made, price, normal, wage, rent, rates):
    """Output of whole organisations, and profit of one job."""
    output, profit = np.zeros(crowd.n), np.zeros(crowd.n)
    for i in np.flatnonzero(crowd.alive):
        p, q = crowd.place[i], crowd.industry[i]
        dose, labour, exponent, land = rates[:, crowd.cell[i]]
        sales = made[i] * price[p, q]
        pay = labour * (sales / normal[q]) ** exponent * wage[p]
        profit[i] = sales - min(dose, 1) * normal[q] * (pay + land * rent[p])
        output[i] = crowd.size[i] * sales
    return output, profit


def put_by(crowd, normal, usual, rates):
    """Cash and size after a step."""
    cash, size = crowd.cash.astype(float), crowd.size.astype(float)
    for i in np.flatnonzero(crowd.alive):
        fair, unit = normal[crowd.industry[i]], usual[crowd.industry[i]]
        expected, retained, most, growth, lack = rates[:, crowd.cell[i]]
        more = retained * (crowd.profit[i] - expected * fair) / unit
        cash[i] = max(-1, min(most, cash[i] + more))
        better = max(-1, min(1, crowd.profit[i] / fair - 1)) if fair > 0 else 0
        funded = 1 - lack / (1 + max(0, cash[i])) if better > 0 else 1
        size[i] *= 1 + growth * better * funded
    return cash, size


def failures(crowd, key, stream, step, stays, normal, rates):
    """Who fails."""
    return np.array([
        bool(
            crowd.alive[i]
            and not stays[i]
            and crowd.cash[i] <= 0
            and crowd.profit[i] < rates[0, crowd.cell[i]] * normal[crowd.industry[i]]
            and four_uniforms(key, stream, step, crowd.birth[i], 0)[0] < rates[1, crowd.cell[i]]
        )
        for i in range(crowd.n)
    ])  # fmt: skip


def destinations(crowd, key, stream, step, wage, distance_km, rates):
    """Where people of each organisation go."""
    to = np.full(crowd.n, NOBODY)
    member = list(crowd.member)
    for i in np.flatnonzero(crowd.alive):
        chance, stay, mixed = rates[:, crowd.cell[i]]
        moved, inside, broad, which = four_uniforms(key, stream, step, crowd.birth[i], 0)
        if moved >= chance:
            continue
        here = [j for j in member if crowd.place[j] == crowd.place[i]]
        alike = [j for j in here if crowd.industry[j] == crowd.industry[i]]
        if inside < stay:
            among = alike if broad >= mixed and len(alike) > 1 else here
            chosen = among[int(which * len(among))]
        else:
            four = four_uniforms(key, stream, step, crowd.birth[i], 1)
            drawn = [member[int(u * len(member))] for u in four]
            away = [j for j in drawn if crowd.place[j] != crowd.place[i]]
            far = distance_km[crowd.place[i]]
            pull = [wage[crowd.place[j]] / (1 + far[crowd.place[j]] / 100) for j in away]
            mark, chosen = which * sum(pull), drawn[0]
            for j, weight in zip(away, pull, strict=True):
                if mark >= 0:
                    chosen, mark = j, mark - weight
        to[i] = chosen if chosen != i else NOBODY
    return to


def arrivals(crowd, to):
    """From where people came: of several, from the earliest born."""
    came = np.full(crowd.n, NOBODY)
    for j in range(crowd.n):
        sources = np.flatnonzero(to == j)
        if sources.size:
            came[j] = min(sources, key=lambda i: crowd.birth[i])
    return came


def carry(crowd, came, share):
    """Knowledge after people have come."""
    old, new = crowd.knowledge.astype(float), crowd.knowledge.astype(float)
    for j in np.flatnonzero(came >= 0):
        new[j] += share[crowd.cell[j]] * np.maximum(0, old[came[j]] - old[j])
    return new


def suppressed(knowledge, vision):
    """The share of knowledge where an organisation does not search."""
    total = knowledge.astype(float).sum()
    return np.maximum(0, knowledge / total - vision).sum() if total > 0 else 0.0


def founders(crowd, key, stream, step, chance):
    """Whom people leave to begin their own."""
    return np.array([
        bool(
            crowd.alive[i]
            and four_uniforms(key, stream, step, crowd.birth[i], 0)[0]
            < chance[crowd.cell[i]] * suppressed(crowd.knowledge[i], crowd.vision[i])
        )
        for i in range(crowd.n)
    ])  # fmt: skip


def mean_knowledge(crowd):
    """What places know on average."""
    everywhere = crowd.knowledge[crowd.alive].astype(float).mean(axis=0)
    return np.array(
        [
            crowd.knowledge[crowd.here(p)].astype(float).mean(axis=0)
            if crowd.here(p).any()
            else everywhere
            for p in range(crowd.n_places)
        ]
    )


def holes_between(crowd, usual):
    """How far organisations of a place are apart and not tied."""
    out = np.zeros(crowd.n_places)
    for p in range(crowd.n_places):
        apart = []
        for i in np.flatnonzero(crowd.here(p)):
            v = crowd.knowledge[i].astype(float)
            cosine = v @ usual[p] / math.sqrt((v @ v) * (usual[p] @ usual[p]))
            ties = sum(1 for j in crowd.partner[i] if j >= 0 and crowd.place[j] == p)
            apart.append(max(0, 1 - cosine) * (1 - min(ties, 4) / 4))
        out[p] = np.mean(apart) if apart else 0.0
    return out


def newcomer(key, stream, step, place, number, usual, share):
    """Birth id, lots and knowledge of a newcomer without a parent."""
    birth = np.uint64(born(key, stream, step, np.uint64(place), number))
    like, lot, _, _ = four_uniforms(key, stream, step, birth, 0)
    lots = [
        four_uniforms(key, stream, step, birth, 1 + c // 4)[c % 4] for c in range(usual.size)
    ]
    return birth, like, lot, share * usual * (0.5 + np.array(lots))


def place_incomes(crowd, owner, output, usual, wage, rates):
    """Jobs, pay and profits received, by place."""
    out = np.zeros((3, crowd.n_places))
    for i in np.flatnonzero(crowd.alive):
        p, q = crowd.place[i], crowd.industry[i]
        labour, exponent, leaves = rates[:, crowd.cell[i]]
        jobs = float(crowd.size[i])
        sales, earned = output[i] / jobs, jobs * float(crowd.profit[i])
        out[0, p] += jobs
        out[1, p] += jobs * labour * usual[q] * (sales / usual[q]) ** exponent * wage[p]
        abroad = owner[i] >= 0 and owner[i] != p and earned > 0
        out[2, p] += earned * (1 - leaves) if abroad else earned
        if abroad:
            out[2, owner[i]] += earned * leaves
    return out
