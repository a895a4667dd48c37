"""Who is where: rows of those alive, by place, industry and birth."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import uniform

_FEW = 2000  # organisations that are sorted one by one


@kernel
def in_order_of_birth(alive, birth, before):
    """Return all rows alive, those of `before` first, as they were, then newcomers by birth."""
    rows, known = np.empty(alive.size, np.int32), np.zeros(alive.size, np.bool_)
    n = 0
    for i in before:
        if alive[i]:
            rows[n], known[i] = i, True
            n += 1
    came = np.flatnonzero(alive & ~known)
    came = came[np.argsort(birth[came])]
    rows[n : n + came.size] = came
    return rows[: n + came.size]


@kernel
def sort_by_birth(birth, rows):
    """Sort rows by birth, in place; those that are sorted cost a look at each. rows : int32."""
    for p in range(1, rows.size):
        row, at = rows[p], p
        if birth[rows[p - 1]] < birth[row]:
            continue
        if rows.size > _FEW:
            rows[:] = rows[np.argsort(birth[rows])]
            return
        while at > 0 and birth[rows[at - 1]] > birth[row]:
            rows[at] = rows[at - 1]
            at -= 1
        rows[at] = row


@kernel
def members_of(alive, birth, place, industry, n_industries, before, industry_start, member):
    """Fill `industry_start` and `member` by counting; return the number alive. O(n + r s) time.

    Those of one place and industry are in order of birth, so that it never matters in which
    rows they are. before : rows as they were sorted last, which saves time;
    place, industry : (n,) int32; industry_start : (r * s + 1,) int64; member : (n,) int32.
    """
    rows = in_order_of_birth(alive, birth, before)
    industry_start[:] = 0
    for i in rows:
        industry_start[place[i] * n_industries + industry[i] + 1] += 1
    for key in range(industry_start.size - 1):
        industry_start[key + 1] += industry_start[key]
    n_alive = industry_start[-1]
    for i in rows:  # each start moves to its end
        key = place[i] * n_industries + industry[i]
        member[industry_start[key]] = i
        industry_start[key] += 1
    for key in range(industry_start.size - 1, 0, -1):
        industry_start[key] = industry_start[key - 1]
    industry_start[0] = 0
    for key in range(industry_start.size - 1):
        sort_by_birth(birth, member[industry_start[key] : industry_start[key + 1]])
    return n_alive


@kernel
def covered(key, stream, bit, reach, birth, here, group):
    """Add a bit to the group of those of `here` whom luck reaches. group : (n,) int32.

    Luck is one for all targets: whoever is reached at 0.2 is reached at 0.4 by any.
    """
    for i in range(birth.size):
        if here[i] and uniform(key, stream, 0, birth[i], 0) < reach:
            group[i] |= 1 << bit
