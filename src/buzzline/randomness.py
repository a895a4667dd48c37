"""One generator from `rng=`, children by name, and keys for kernels.

A child drawn by name does not change when another child is added, so adding a random step in
one place leaves every other step as it was.
"""

from __future__ import annotations

import zlib

import numpy as np

Seed = np.random.Generator | int | None


def generator(rng: Seed = None) -> np.random.Generator:
    """Return a generator: the one given, one seeded by the integer, or a fresh one for None.

    Examples
    --------
    >>> int(generator(1).integers(100)) == int(generator(1).integers(100))
    True
    """
    return np.random.default_rng(rng)


def seed_of(rng: Seed) -> int:
    """Return the integer that reproduces what follows; draws one when none was given."""
    if isinstance(rng, int | np.integer):
        return int(rng)
    return int(generator(rng).integers(2**32))


def child(seed: int, *names: str | int) -> np.random.Generator:
    """Return the generator that belongs to `seed` and a path of names.

    Examples
    --------
    >>> bool(child(1, "relocate").random() == child(1, "relocate").random())
    True
    >>> bool(child(1, "relocate").random() == child(1, "bootstrap").random())
    False
    """
    words = [name if isinstance(name, int) else zlib.crc32(name.encode()) for name in names]
    # The length comes first: a seed sequence takes no notice of zeros at its end.
    return np.random.default_rng(np.random.SeedSequence([seed, len(words), *words]))
