"""Pipelines at the start, to partners in other places by luck."""

from buzzline.kernels import kernel
from buzzline.kernels.luck import uniform
from buzzline.kernels.pipelines import scale_between


@kernel
def elsewhere(u, here, start, member):
    """Return a row outside place `here` for u in (0, 1), each alike; -1 if there is none."""
    n_outside = member.size - (start[here + 1] - start[here])
    if n_outside == 0:
        return -1
    at = int(u * n_outside)
    if at >= start[here]:
        at += start[here + 1] - start[here]
    return member[at]


@kernel
def give_pipelines(
    key, stream, step, number, trust, region, nation, member, start, place, birth, partner,
    tie_trust, tie_scale,
):  # fmt: skip
    """Give organisation i `number[i]` ties to other places. number : (n,) int32. O(n) time.

    A tie has the scale that lies between its places. region, nation : (r,) int32
    """
    for i in range(number.size):
        for slot in range(number[i]):
            u = uniform(key, stream, step, birth[i], slot)
            j = elsewhere(u, place[i], start, member)
            partner[i, slot] = j
            tie_trust[i, slot] = trust[i]
            if j >= 0:
                tie_scale[i, slot] = scale_between(place[i], place[j], region, nation)
