"""Exposures of a network under every way treatment can fall, one by one."""

import itertools

import numpy as np


def exposure_of(treated, pairs, i):
    """0 neither, 1 tied to a treated one only, 2 treated only, 3 both."""
    partners = {b for a, b in pairs if a == i} | {a for a, b in pairs if b == i}
    partners.discard(i)
    return 2 * treated[i] + any(treated[j] for j in partners)


def every_lot(share):
    """Yield who is treated, and how likely that is."""
    for treated in itertools.product((0, 1), repeat=len(share)):
        chance = np.prod([p if t else 1 - p for p, t in zip(share, treated, strict=True)])
        yield treated, float(chance)
