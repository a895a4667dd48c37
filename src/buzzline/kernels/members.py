"""Who is where: rows of those alive, by place and industry."""

from buzzline.kernels import kernel
from buzzline.kernels.luck import uniform


@kernel
def members_of(alive, place, industry, n_industries, industry_start, member):
    """Fill `industry_start` and `member` by counting; return the number alive. O(n + r s) time.

    place, industry : (n,) int32; industry_start : (r * s + 1,) int64; member : (n,) int32.
    """
    industry_start[:] = 0
    for i in range(place.size):
        if alive[i]:
            industry_start[place[i] * n_industries + industry[i] + 1] += 1
    for key in range(industry_start.size - 1):
        industry_start[key + 1] += industry_start[key]
    n_alive = industry_start[-1]
    for i in range(place.size):  # each start moves to its end
        if alive[i]:
            key = place[i] * n_industries + industry[i]
            member[industry_start[key]] = i
            industry_start[key] += 1
    for key in range(industry_start.size - 1, 0, -1):
        industry_start[key] = industry_start[key - 1]
    industry_start[0] = 0
    return n_alive


@kernel
def covered(key, stream, bit, reach, birth, here, group):
    """Add a bit to the group of those of `here` whom luck reaches. group : (n,) int32."""
    for i in range(birth.size):
        if here[i] and uniform(key, stream, 0, birth[i], bit) < reach:
            group[i] |= 1 << bit
