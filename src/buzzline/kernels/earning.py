"""What organisations sell, earn, put by and grow: one row an organisation."""

import math

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms

_WIDTH = math.sqrt(12.0)  # of a uniform distribution with spread 1


@kernel
def worths(alive, knowledge, value, place, industry, size, n_places, n_industries):
    """Return what the knowledge of each is worth, its mean by industry, and jobs by place.

    knowledge : (n, k) float32; value : (k,) float32; size : (n,) float32 [jobs]. Returns
    ((n,) worth, (s,) mean worth, (r, s) jobs), all float64; mean 1 where nobody is.
    """
    n, k = knowledge.shape
    worth = np.zeros(n)
    usual, count = np.zeros(n_industries), np.zeros(n_industries)
    jobs = np.zeros((n_places, n_industries))
    for i in range(n):
        if not alive[i]:
            continue
        total = 0.0
        for c in range(k):
            total += np.float64(value[c]) * np.float64(knowledge[i, c])
        worth[i] = total / k
        usual[industry[i]] += worth[i]
        count[industry[i]] += 1.0
        jobs[place[i], industry[i]] += np.float64(size[i])
    for s in range(n_industries):
        usual[s] = usual[s] / count[s] if count[s] > 0 else 1.0
    return worth, usual, jobs


@kernel
def performances(
    key, stream, step, alive, birth, worth, usual, place, industry, cell, market, embedded,
    cash, advantage, rates,
):  # fmt: skip
    """Return what one job of each makes, before prices; (n,) float64.

    worth ** w * usual ** (1 - w) * advantage, times what is known of distant markets, gained
    from an embedded affiliate, lost for want of capital, and luck. advantage : (r, s); rates :
    (6, cells): w, gain from markets, supplier's gain, supplier's ramp [steps], lack of capital,
    spread of luck.
    """
    n, n_markets = market.shape
    out = np.zeros(n)
    for i in range(n):
        if not alive[i]:
            continue
        g = cell[i]
        known = 0.0
        for j in range(n_markets):
            known += np.float64(market[i, j])
        if n_markets > 0:
            known /= n_markets
        w = rates[0, g]
        base = usual[industry[i]]
        made = worth[i] if w == 1.0 else worth[i] ** w * base ** (1.0 - w)
        ramp = min(1.0, np.float64(embedded[i]) / rates[3, g])
        funds = max(0.0, np.float64(cash[i]))
        luck = 1.0
        if rates[5, g] > 0:  # alike within bounds; the mean is 1, the spread as said
            u = four_uniforms(key, stream, step, birth[i], 0)[0]
            luck = max(0.0, 1.0 + rates[5, g] * _WIDTH * (u - 0.5))
        out[i] = (
            made
            * luck
            * advantage[place[i], industry[i]]
            * (1.0 + rates[1, g] * known)
            * (1.0 + rates[2, g] * ramp)
            * (1.0 - rates[4, g] / (1.0 + funds))
        )
    return out


@kernel
def sums_by_cell(alive, place, industry, size, made, n_places, n_industries):
    """Return by place and industry: organisations, jobs, what all make; (3, r, s)."""
    out = np.zeros((3, n_places, n_industries))
    for i in range(alive.size):
        if alive[i]:
            r, s, jobs = place[i], industry[i], np.float64(size[i])
            out[0, r, s] += 1.0
            out[1, r, s] += jobs
            out[2, r, s] += jobs * made[i]
    return out


@kernel
def margins(
    alive, place, industry, cell, size, made, price, normal, wage, rent, rates, output, profit
):  # fmt: skip
    """Set output (whole organisation) and profit (per job), from prices, wages and rents.

    price : (r, s); normal : (s,) usual sales per job; wage, rent : (r,), 1 is usual; rates :
    (4, cells): dose of costs, labour share, exponent of wages, land share.
    """
    for i in range(alive.size):
        if not alive[i]:
            output[i] = 0.0
            profit[i] = 0.0
            continue
        r, g, usual = place[i], cell[i], normal[industry[i]]
        sales = made[i] * price[r, industry[i]]
        cost = 0.0
        if rates[0, g] > 0 and usual > 0:
            pay = rates[1, g] * (sales / usual) ** rates[2, g] * wage[r]
            cost = min(rates[0, g], 1.0) * usual * (pay + rates[3, g] * rent[r])
        output[i] = np.float64(size[i]) * sales
        profit[i] = sales - cost


@kernel
def normal_profits(alive, industry, profit, n_industries):
    """Return the mean profit of each industry, (s,) float64; 0 where nobody is."""
    total, count = np.zeros(n_industries), np.zeros(n_industries)
    for i in range(alive.size):
        if alive[i]:
            total[industry[i]] += np.float64(profit[i])
            count[industry[i]] += 1.0
    for s in range(n_industries):
        if count[s] > 0:
            total[s] /= count[s]
    return total


@kernel
def jobs_and_profits(start, member, size, profit):
    """Return jobs of each place, and what they earn together; (2, r) float64."""
    out = np.zeros((2, start.size - 1))
    for r in range(start.size - 1):
        for at in range(start[r], start[r + 1]):
            jobs = np.float64(size[member[at]])
            out[0, r] += jobs
            out[1, r] += jobs * np.float64(profit[member[at]])
    return out


@kernel
def put_by(alive, industry, cell, profit, normal, usual, rates, cash, size):
    """Change cash and size: what exceeds what owners expect is put by, and lets one grow.

    normal : (s,) normal profit; usual : (s,) usual sales, the measure of cash; rates :
    (5, cells): expected share of normal profit, share put by, most cash, growth per step,
    lack of capital.
    """
    for i in range(alive.size):
        if not alive[i]:
            continue
        g, fair, unit = cell[i], normal[industry[i]], usual[industry[i]]
        if unit <= 0:
            continue
        earned = np.float64(profit[i])
        funds = np.float64(cash[i]) + rates[1, g] * (earned - rates[0, g] * fair) / unit
        cash[i] = max(-1.0, min(rates[2, g], funds))
        if rates[3, g] > 0 and fair > 0:
            better = max(-1.0, min(1.0, earned / fair - 1.0))
            if better > 0:
                better *= 1.0 - rates[4, g] / (1.0 + max(0.0, np.float64(cash[i])))
            size[i] = np.float64(size[i]) * (1.0 + rates[3, g] * better)
