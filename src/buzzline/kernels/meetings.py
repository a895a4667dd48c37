"""Whom organisations have time to meet, and whom of those luck brings."""

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms, uniform

# Columns of the table by cell.
TIME, LOCAL, REGIONAL, NATIONAL, GLOBAL = range(5)  # time, and cost of a meeting by scale
REGIONAL_SHARE, NATIONAL_SHARE, GLOBAL_SHARE = range(5, 8)
GATEKEEPERS, ANY_INDUSTRY, EMBEDDING, EMBEDDED = range(8, 12)
_MOST = 255
_LOT = 1  # the step of the stream "start" that deals lots


@kernel
def whole(expected, u):
    """Return a whole number that is `expected` on average, for u in (0, 1)."""
    return int(expected + u)


@kernel
def keep_pipelines(key, stream, member, cell, birth, table, standing, keeps):
    """Say who keeps pipelines: whose lot is below the share. Newcomers draw theirs."""
    for i in member:
        if standing[i] <= 0:
            standing[i] = uniform(key, stream, _LOT, birth[i], 0)
        keeps[i] = standing[i] < table[cell[i], GATEKEEPERS]


@kernel
def spend_time(
    key, stream, step, member, cell, birth, keeps, owner_scale, partner, tie_scale, table,
    meetings,
):  # fmt: skip
    """Share the time out, from far to near: meetings times cost are the time, on average.

    Meetings are whole, so in one step they may take more or less than their share; whatever a
    meeting costs, its share of time is spent over the years. Time that has no tie to go to
    stays in the place. owner_scale : (n,) of the tie to an owner elsewhere, 0 for none;
    partner : (n, 12) int32; table : (cells, 12) float64; meetings : (n, 4) uint8. O(n) time.
    """
    meetings[:] = 0
    for i in member:
        row = table[cell[i]]
        left = row[TIME]
        u = four_uniforms(key, stream, step, birth[i], 0)
        tied = ties_by_scale(i, partner, tie_scale)
        for scale in (3, 2, 1):
            share = row[REGIONAL_SHARE + scale - 1]
            cost = row[LOCAL + scale]
            if scale == owner_scale[i] and row[EMBEDDING] > 0:
                share = 1.0 - row[EMBEDDED]
            elif scale == 3 and not keeps[i]:
                share = 0.0
            if tied[scale] > 0 and share > 0:
                spent = min(share * row[TIME], left)
                meetings[i, scale] = min(whole(spent / cost, u[scale]), _MOST)
                left -= spent
        meetings[i, 0] = min(whole(left / row[LOCAL], u[0]), _MOST)


@kernel
def someone_here(u, i, low, high, member):
    """Return a row of member[low:high] other than i, each alike for u in (0, 1); -1 if none."""
    n_others = high - low - 1
    if n_others < 1:
        return -1
    j = member[low + int(u * n_others)]
    return member[high - 1] if j == i else j


@kernel
def ties_by_scale(i, partner, tie_scale):
    """Return how many ties row i has of scales 0, 1, 2 and 3."""
    local, regional, national, worldwide = 0, 0, 0, 0
    for slot in range(partner.shape[1]):
        if partner[i, slot] >= 0:
            scale = tie_scale[i, slot]
            local += scale == 0
            regional += scale == 1
            national += scale == 2
            worldwide += scale == 3
    return local, regional, national, worldwide


@kernel
def tie_of_scale(left, i, scale, partner, tie_scale):
    """Return the slot of tie number `left` of a scale in row i."""
    for slot in range(partner.shape[1]):
        if partner[i, slot] >= 0 and tie_scale[i, slot] == scale:
            if left == 0:
                return slot
            left -= 1
    return -1


@kernel
def meet(
    key, stream, step, member, start, industry_start, n_industries, place, industry, cell,
    birth, alive, partner, tie_scale, meetings, table, contact_start, contact, contact_slot,
):  # fmt: skip
    """Fill in whom each meets: a tie of the scale; in its place, chance where there is none.

    contact : (m,) int32, contact_slot : (m,) int8, both at contact_start[i] and on; -1 where
    nobody could be met. O(m) time.
    """
    for i in member:
        at = contact_start[i]
        first = at
        four = (0.0, 0.0, 0.0, 0.0)
        here = place[i]
        own = here * n_industries + industry[i]
        tied = ties_by_scale(i, partner, tie_scale)
        for scale in range(4):
            for _ in range(meetings[i, scale]):
                drawn = at - first
                if drawn % 2 == 0:
                    four = four_uniforms(key, stream, step, birth[i], 1 + drawn // 2)
                kind, pick = (four[0], four[1]) if drawn % 2 == 0 else (four[2], four[3])
                slot, j = -1, -1
                anybody = scale == 0 and kind < table[cell[i], ANY_INDUSTRY]
                if tied[scale] > 0 and not anybody:
                    slot = tie_of_scale(int(pick * tied[scale]), i, scale, partner, tie_scale)
                if slot >= 0:
                    j = partner[i, slot]
                elif scale == 0:
                    if not anybody:
                        low, high = industry_start[own], industry_start[own + 1]
                        j = someone_here(pick, i, low, high, member)
                    if j < 0:
                        j = someone_here(pick, i, start[here], start[here + 1], member)
                contact[at] = j if j >= 0 and alive[j] else -1
                contact_slot[at] = slot
                at += 1
