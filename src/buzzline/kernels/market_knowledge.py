"""What organisations know of distant markets, and who tells them."""

import math

import numpy as np

from buzzline.kernels import kernel

OWNERSHIP = 3


@kernel
def market_of(nation, own, n_markets):
    """Return the number of the market that a nation is, for those of another nation."""
    return (nation - 1 if nation > own else nation) % n_markets


@kernel
def learn_markets(
    start, member, cell, place, partner, layer, contact_start, contact, nation, diaspora,
    market, rate, by_exporting, forgetting,
):  # fmt: skip
    """Change how well each distant market is known, in place. O(n slots + m + r²).

    Each contact teaches the share `rate` of what is left to know. Contacts are the meetings
    with those in other nations, one a step with each affiliate or owner there, one for each
    share of people from there, and `by_exporting` where all is known, as who knows a market
    sells there.

    contact : (m,) int32, whom i met at contact_start[i] and on; market : (n, j) float32
    [share]; rate, by_exporting, forgetting : (cells,)
    """
    abroad, contacts = np.empty(market.shape[1]), np.empty(market.shape[1])
    for r in range(start.size - 1):
        own = nation[r]
        abroad[:] = 0
        for q in range(nation.size):
            if nation[q] != own:
                abroad[market_of(nation[q], own, abroad.size)] += diaspora[r, q]
        for p in range(start[r], start[r + 1]):
            i, here = member[p], cell[member[p]]
            if rate[here] == 0:
                continue
            still = math.log(max(1 - rate[here], 1e-9))  # of what is unknown, after a contact
            contacts[:] = abroad
            for e in range(contact_start[i], contact_start[i + 1]):
                if contact[e] >= 0 and nation[place[contact[e]]] != own:
                    contacts[market_of(nation[place[contact[e]]], own, abroad.size)] += 1
            for t in range(partner.shape[1]):
                j = partner[i, t]
                if j >= 0 and layer[i, t] == OWNERSHIP and nation[place[j]] != own:
                    contacts[market_of(nation[place[j]], own, abroad.size)] += 1
            for m in range(contacts.size):
                n = contacts[m] + by_exporting[here] * market[i, m]
                if n > 0:
                    unknown = (1 - market[i, m]) * math.exp(n * still)
                    market[i, m] = (1 - unknown) * (1 - forgetting[here])
