"""The luck of a run: a number belongs to (run, mechanism, step, birth, draw), whoever asks.

Two runs under one key share their luck organisation by organisation, also after entry and exit
differ: the number hangs on the birth id, never on a row or on the order of work.
"""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.philox import philox

_WORD = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_BLOCKS = np.uint64(20)  # up to a million blocks in a mechanism and step
_BIRTH = np.uint64(1 << 31)  # a step number that no draw has
_UNIT = 1.0 / 4294967296.0  # a word of 32 bits as a share of all words
_MIDDLE = 0.5  # never 0, never 1


@kernel
def four_uniforms(key, mechanism, step, birth, block):
    """Return four numbers in (0, 1). key, birth : uint64; mechanism, step, block : int.

    Draws 4 * block to 4 * block + 3 of a mechanism, in a step, of whoever was born as `birth`.
    """
    tail = (np.uint64(mechanism) << _BLOCKS) | np.uint64(block)
    a, b, c, d = philox(birth & _WORD, birth >> _HALF, np.uint64(step), tail, key)
    return (
        (a + _MIDDLE) * _UNIT,
        (b + _MIDDLE) * _UNIT,
        (c + _MIDDLE) * _UNIT,
        (d + _MIDDLE) * _UNIT,
    )


@kernel
def uniform(key, mechanism, step, birth, draw):
    """Return draw number `draw` in (0, 1) of a mechanism. One of `four_uniforms`."""
    four = four_uniforms(key, mechanism, step, birth, draw // 4)
    return four[draw % 4]


@kernel
def born(key, mechanism, step, parent, number):
    """Return the birth id of child `number` of a parent in a step; uint64, practically unique.

    It does not depend on who else was born, so a policy that adds one entrant leaves the luck
    of all others as it was. parent : uint64, a birth id, or a place for entry without parent.
    """
    tail = (np.uint64(mechanism) << _BLOCKS) | np.uint64(number)
    low, high, _, _ = philox(
        parent & _WORD, parent >> _HALF, np.uint64(step) | _BIRTH, tail, key
    )
    return (high << _HALF) | low
