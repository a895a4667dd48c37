"""Who receives what organisations pay and earn, by place."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def place_incomes(
    alive, place, industry, cell, owner, size, output, profit, usual, wage, rates
):  # fmt: skip
    """Return by place: jobs, what is paid to people, profits that owners there receive; (3, r).

    usual : (s,) usual sales per job; wage : (r,), 1 is usual; rates : (3, cells): labour share,
    exponent of wages, share of profit that leaves for an owner elsewhere. O(n) time.
    """
    out = np.zeros((3, wage.size))
    for i in range(alive.size):
        if not alive[i] or size[i] <= 0:
            continue
        r, g, base, jobs = place[i], cell[i], usual[industry[i]], np.float64(size[i])
        out[0, r] += jobs
        if base > 0:
            sales = np.float64(output[i]) / jobs
            out[1, r] += jobs * rates[0, g] * base * (sales / base) ** rates[1, g] * wage[r]
        earned = jobs * np.float64(profit[i])
        left = 0.0
        if owner[i] >= 0 and owner[i] != r and earned > 0:
            left = rates[2, g] * earned
            out[2, owner[i]] += left
        out[2, r] += earned - left
    return out
