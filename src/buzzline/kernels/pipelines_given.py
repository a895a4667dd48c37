"""Pipelines at the start, to partners in other places by luck."""

from buzzline.kernels import kernel
from buzzline.kernels.luck import uniform


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
    key, stream, step, number, trust, scale, member, start, place, birth, partner, tie_trust,
    tie_scale,
):  # fmt: skip
    """Give organisation i `number[i]` ties of a scale. number : (n,) int32. O(n) time."""
    for i in range(number.size):
        for slot in range(number[i]):
            u = uniform(key, stream, step, birth[i], slot)
            partner[i, slot] = elsewhere(u, place[i], start, member)
            tie_trust[i, slot] = trust[i]
            tie_scale[i, slot] = scale
