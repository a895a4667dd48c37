"""Who has more time for partners far away: the large, or those whose activity needs it."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import uniform

LOCAL, GLOBAL = 0, 3
_BY_SIZE, _BY_ACTIVITY = 2000, 2001  # numbers of draws
_MOST = 255


@kernel
def reach_by_size(
    key, stream, step, member, birth, cell, industry, n_industries, size, meetings,
    by_size, by_activity, cost_local, cost_global,
):  # fmt: skip
    """Add distant meetings, in place. O(n).

    As a resource, size adds (size / mean)^by_size - 1 of the usual number, at no cost. As an
    activity, what is usual for the industry adds (mean of industry / mean)^by_activity - 1, and
    takes its time from local meetings.

    meetings : (n, 4) uint8; by_size, by_activity, cost_local, cost_global : (cells,)
    """
    overall, of_industry = mean_size(member, industry, n_industries, size)
    if overall <= 0:
        return
    for i in member:
        here, usual = cell[i], meetings[i, GLOBAL]
        if usual == 0:
            continue
        own = max(size[i], 0.01 * overall) / overall
        extra = usual * (own ** by_size[here] - 1)
        free = _rounded(extra, uniform(key, stream, step, birth[i], _BY_SIZE))
        extra = usual * ((of_industry[industry[i]] / overall) ** by_activity[here] - 1)
        taken = _rounded(extra, uniform(key, stream, step, birth[i], _BY_ACTIVITY))
        dearer = cost_global[here] / cost_local[here]
        if taken > 0:
            taken = min(taken, int(meetings[i, LOCAL] / dearer))
        local = meetings[i, LOCAL] - taken * dearer
        meetings[i, LOCAL] = np.uint8(min(max(np.floor(local + 0.5), 0), _MOST))
        meetings[i, GLOBAL] = np.uint8(min(max(usual + free + taken, 0), _MOST))


@kernel
def mean_size(member, industry, n_industries, size):
    """Return the mean size of all and of each industry. float, (s,) float64."""
    total, number = np.zeros(n_industries), np.zeros(n_industries)
    for i in member:
        total[industry[i]] += size[i]
        number[industry[i]] += 1
    overall = total.sum() / max(number.sum(), 1)
    for s in range(n_industries):
        total[s] = total[s] / number[s] if number[s] > 0 else overall
    return overall, total


@kernel
def _rounded(number, luck):
    """Return a whole number whose mean is `number`."""
    return int(np.floor(number + luck))
