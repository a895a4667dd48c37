"""What is learned from those one meets: as far as one trusts them and understands them."""

import math

import numpy as np

from buzzline.kernels import kernel

# Columns of the table by cell.
GAIN, TIGHT_HERE, TIGHT, TACIT, CONVENTION = range(5)
SKILL, ORIGIN, STYLE, SIZE, ADAPTATION = range(5, 10)
COMMUNITY, SUPPLY, RESEARCH, OWNERSHIP, UNIVERSITY = range(10, 15)
COMMONS, WEAKEST, CLOSURE, TACIT_AT_DISTANCE, SHARING = range(15, 20)
RECIPROCATION, EMBEDDING, EMBEDDED = range(20, 23)


@kernel
def one_minus_cosine(mine, theirs):
    """Return 1 - cosine of two rows; 1 where one of them is all zero."""
    both, my_own, their_own = 0.0, 0.0, 0.0
    for c in range(mine.size):
        a, b = np.float64(mine[c]), np.float64(theirs[c])
        both += a * b
        my_own += a * a
        their_own += b * b
    if my_own * their_own == 0:
        return 1.0
    return 1.0 - both / math.sqrt(my_own * their_own)


@kernel
def squared_distance(mine, theirs):
    """Return the squared Euclidean distance of two rows."""
    total = 0.0
    for c in range(mine.size):
        total += (np.float64(mine[c]) - np.float64(theirs[c])) ** 2
    return total


@kernel
def weakest_way_out(j, partner, tie_trust, tie_scale):
    """Return the least trust in a global tie of row j; 1 where it has none."""
    least = 1.0
    for slot in range(partner.shape[1]):
        if partner[j, slot] >= 0 and tie_scale[j, slot] == 3:
            least = min(least, np.float64(tie_trust[j, slot]))
    return least


@kernel
def disclosed(mine, theirs, dose, reciprocation):
    """Return the share of its knowledge that the other shows: less to who shows less."""
    shown = theirs - min(1.0, reciprocation) * max(0.0, theirs - mine)
    return 1.0 - dose * (1.0 - shown)


@kernel
def copied(gain, mine, theirs):
    """Learn: mine moves a share `gain` of the way to theirs, where they know more."""
    gain = min(gain, 1.0)
    for c in range(mine.size):
        if theirs[c] > mine[c]:
            mine[c] += np.float32(gain * (theirs[c] - mine[c]))


@kernel
def understanding(row, i, j, together, mine, old, conventions, home, size):
    """Return the share of the other's knowledge that is understood: U(d) times the second key.

    U = exp(-(d / mu)^2); tacit knowledge needs shared conventions, Omega = exp(-(b / mu_b)^2).
    """
    d = row[SKILL] * one_minus_cosine(mine, old[j])
    if row[ORIGIN] > 0 and home[i] != home[j]:
        d += row[ORIGIN]
    apart = 0.0
    if row[STYLE] > 0 or row[TACIT] > 0:
        apart = squared_distance(conventions[i], conventions[j])
    if row[STYLE] > 0:
        d += row[STYLE] * (1.0 - math.exp(-math.sqrt(apart)))
    if row[SIZE] > 0 and size[i] > 0 and size[j] > 0:
        d += row[SIZE] * (1.0 - math.exp(-abs(math.log(size[i] / size[j]))))
    understood = math.exp(-(row[TIGHT_HERE] if together else row[TIGHT]) * d * d)
    if row[TACIT] > 0:
        tacit = math.exp(-row[CONVENTION] * apart)
        if not together:
            tacit += (1.0 - tacit) * row[TACIT_AT_DISTANCE]
        understood *= 1.0 - row[TACIT] + row[TACIT] * tacit
    return understood


@kernel
def learn(
    member, place, cell, home, affiliate, keeps, is_university, absorption, size, openness,
    conventions, vision, partner, tie_trust, tie_scale, tie_layer, contact_start, contact,
    contact_slot, table, old, new,
):  # fmt: skip
    """Let each learn from its contacts in turn, reading what they knew before the step.

    home : (n,) int32, nation; table : (cells, 23) float64; old, new : (n, k) float32, `new`
    equal to `old` at the call. O(m k) time.
    """
    for i in member:
        row = table[cell[i]]
        for e in range(contact_start[i], contact_start[i + 1]):
            j, slot = contact[e], contact_slot[e]
            if j < 0:
                continue
            together = place[i] == place[j]
            if slot < 0:
                trust = row[COMMONS]
                gain = 1.0
                if affiliate[j] and row[EMBEDDING] > 0:
                    gain = row[EMBEDDED]
            else:
                trust = np.float64(tie_trust[i, slot])
                gain = row[COMMUNITY + tie_layer[i, slot]]
            if row[WEAKEST] > 0 and together and keeps[j]:
                way = min(trust, weakest_way_out(j, partner, tie_trust, tie_scale))
                trust += row[WEAKEST] * (way - trust)
            gain *= trust * row[GAIN] * absorption[i]
            if not together:
                gain *= row[CLOSURE]
            if is_university[j]:
                gain *= row[UNIVERSITY]
            if row[SHARING] > 0:
                gain *= disclosed(openness[i], openness[j], row[SHARING], row[RECIPROCATION])
            if row[ADAPTATION] > 0:
                gain *= 1.0 - row[ADAPTATION] * apart_in_vision(vision[i], vision[j])
            if gain > 0:
                gain *= understanding(row, i, j, together, new[i], old, conventions, home, size)
                copied(gain, new[i], old[j])


@kernel
def apart_in_vision(mine, theirs):
    """Return 0 where two search in the same direction, 1 where in wholly different ones."""
    total = 0.0
    for c in range(mine.size):
        total += abs(np.float64(mine[c]) - np.float64(theirs[c]))
    return 0.5 * total
