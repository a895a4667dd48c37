"""Trust in ties: grown by meeting, lost by time and by betrayal."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms

# Columns of the table by cell.
GAIN, CEILING, DECAY, EXPONENT, DEFECTION = range(5)
_OLDEST = 32767


@kernel
def trust(
    key, stream, step, member, cell, birth, contact_start, contact, contact_slot, partner,
    table, tie_trust, tie_age,
):  # fmt: skip
    """Change trust: tau + kappa n^zeta (tau_max - tau) - delta tau; 0 after betrayal.

    n is how often a tie was met in this step; table : (cells, 5) float64; tie_trust : (n, 12)
    float32; tie_age : (n, 12) int16. O(n) time.
    """
    met = np.zeros(partner.shape[1])
    for i in member:
        row = table[cell[i]]
        met[:] = 0.0
        for e in range(contact_start[i], contact_start[i + 1]):
            slot = contact_slot[e]
            if slot >= 0 and contact[e] == partner[i, slot]:  # not a new tie in an old slot
                met[slot] += 1.0
        block, four = -1, (0.0, 0.0, 0.0, 0.0)
        for slot in range(partner.shape[1]):
            if partner[i, slot] < 0:
                continue
            now = np.float64(tie_trust[i, slot])
            grown = now - row[DECAY] * now
            if met[slot] > 0:
                much = met[slot] if met[slot] == 1.0 else met[slot] ** row[EXPONENT]
                grown += min(1.0, row[GAIN] * much) * max(0.0, row[CEILING] - now)
            if row[DEFECTION] > 0:
                if slot // 4 != block:
                    block = slot // 4
                    four = four_uniforms(key, stream, step, birth[i], block)
                if four[slot % 4] < row[DEFECTION]:
                    grown = 0.0
            tie_trust[i, slot] = np.float32(max(grown, 0.0))
            if tie_age[i, slot] < _OLDEST:
                tie_age[i, slot] += 1
