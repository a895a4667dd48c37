"""What is learned from those one meets: as far as one trusts them and understands them."""

import math

import numpy as np

from buzzline.kernels import kernel, summing_kernel

# Columns of the table by cell.
GAIN, TIGHT_HERE, TIGHT, TACIT, CONVENTION = range(5)
SKILL, ORIGIN, STYLE, SIZE, ADAPTATION = range(5, 10)
COMMUNITY, SUPPLY, RESEARCH, OWNERSHIP, UNIVERSITY = range(10, 15)
COMMONS, WEAKEST, CLOSURE, TACIT_AT_DISTANCE, SHARING = range(15, 20)
RECIPROCATION, EMBEDDING, EMBEDDED = range(20, 23)


@summing_kernel
def lengths(member, rows, length):
    """Fill length : (n,) float64 with the Euclidean length of each row. O(n k) time."""
    for i in member:
        total = 0.0
        for c in range(rows.shape[1]):
            total += np.float64(rows[i, c]) * rows[i, c]
        length[i] = math.sqrt(total)


@summing_kernel
def one_minus_cosine(rows, i, j, length):
    """Return 1 - cosine of rows i and j; 1 where one of them is all zero."""
    if length[i] * length[j] == 0:
        return 1.0
    both = 0.0
    for c in range(rows.shape[1]):
        both += np.float64(rows[i, c]) * rows[j, c]
    return 1.0 - both / (length[i] * length[j])


@summing_kernel
def squared_distance(rows, i, j):
    """Return the squared Euclidean distance of rows i and j."""
    total = 0.0
    for c in range(rows.shape[1]):
        apart = np.float64(rows[i, c]) - rows[j, c]
        total += apart * apart
    return total


@summing_kernel
def apart_in_vision(vision, i, j):
    """Return 0 where two search in the same direction, 1 where in wholly different ones."""
    total = 0.0
    for c in range(vision.shape[1]):
        total += abs(np.float64(vision[i, c]) - vision[j, c])
    return 0.5 * total


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
def copied(gain, old, j, new, i):
    """Move row i of `new` a share of the way to row j of `old`, where that is up."""
    share = np.float32(min(gain, 1.0))
    for c in range(new.shape[1]):
        new[i, c] += share * max(np.float32(0.0), old[j, c] - new[i, c])


@kernel
def understanding(table, r, i, j, together, old, length, conventions, home, size):
    """Return the share of the other's knowledge that is understood: U(d) times the second key.

    U = exp(-(d / mu)^2); tacit knowledge needs shared conventions, Omega = exp(-(b / mu_b)^2).
    """
    d = table[r, SKILL] * one_minus_cosine(old, i, j, length)
    if table[r, ORIGIN] > 0 and home[i] != home[j]:
        d += table[r, ORIGIN]
    apart = 0.0
    if table[r, STYLE] > 0 or table[r, TACIT] > 0:
        apart = squared_distance(conventions, i, j)
    if table[r, STYLE] > 0:
        d += table[r, STYLE] * (1.0 - math.exp(-math.sqrt(apart)))
    if table[r, SIZE] > 0 and size[i] > 0 and size[j] > 0:
        d += table[r, SIZE] * (1.0 - math.exp(-abs(math.log(size[i] / size[j]))))
    understood = math.exp(-table[r, TIGHT_HERE if together else TIGHT] * d * d)
    if table[r, TACIT] > 0:
        tacit = math.exp(-table[r, CONVENTION] * apart)
        if not together:
            tacit += (1.0 - tacit) * table[r, TACIT_AT_DISTANCE]
        understood *= 1.0 - table[r, TACIT] + table[r, TACIT] * tacit
    return understood


@kernel
def learn(
    member, place, cell, home, affiliate, keeps, is_university, absorption, size, openness,
    conventions, vision, partner, tie_trust, tie_scale, tie_layer, contact_start, contact,
    contact_slot, table, length, old, new,
):  # fmt: skip
    """Let each learn from its contacts in turn, reading what all knew before the step.

    home : (n,) int32, nation; table : (cells, 23) float64; length : (n,) float64, of the rows
    of `old`; old, new : (n, k) float32, `new` equal to `old` at the call. O(m k) time.
    """
    for i in member:
        r = cell[i]
        for e in range(contact_start[i], contact_start[i + 1]):
            j, slot = contact[e], contact_slot[e]
            if j < 0:
                continue
            together = place[i] == place[j]
            if slot < 0:
                trust = table[r, COMMONS]
                gain = 1.0
                if affiliate[j] and table[r, EMBEDDING] > 0:
                    gain = table[r, EMBEDDED]
            else:
                trust = np.float64(tie_trust[i, slot])
                gain = table[r, COMMUNITY + tie_layer[i, slot]]
            if table[r, WEAKEST] > 0 and together and keeps[j]:
                way = min(trust, weakest_way_out(j, partner, tie_trust, tie_scale))
                trust += table[r, WEAKEST] * (way - trust)
            gain *= trust * table[r, GAIN] * absorption[i]
            if not together:
                gain *= table[r, CLOSURE]
            if is_university[j]:
                gain *= table[r, UNIVERSITY]
            if table[r, SHARING] > 0:
                gain *= disclosed(
                    openness[i], openness[j], table[r, SHARING], table[r, RECIPROCATION]
                )
            if table[r, ADAPTATION] > 0:
                gain *= 1.0 - table[r, ADAPTATION] * apart_in_vision(vision, i, j)
            if gain > 0:
                gain *= understanding(
                    table, r, i, j, together, old, length, conventions, home, size
                )
                copied(gain, old, j, new, i)
