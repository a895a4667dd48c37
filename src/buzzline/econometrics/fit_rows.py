"""What a fit is given, and which of its rows tell something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.econometrics.fitted import Family
from buzzline.errors import InvalidArgument
from buzzline.sandwiches import Groups, group_codes

WEIGHTLESS, ALONE = "without weight", "alone in an effect"
ZEROS = "in an effect with zeros only"


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """Arrays of one length, checked.

    Attributes
    ----------
    family : "linear" or "poisson"
    y : (n,) float64
    x : (n, k) float64
    codes : tuple[(n,) int64]      groups of each set of effects, from 0
    names : tuple[str, ...]        of the columns of `x`
    weights, offset : (n,) float64 or None
    """

    family: Family
    y: Floats
    x: Floats
    codes: tuple[Indices, ...]
    names: tuple[str, ...]
    weights: Floats | None
    offset: Floats | None

    @property
    def word(self) -> str:
        """What the fit is called in messages."""
        return f"fit_{self.family}"


def given_of(
    y: Floats, x: Floats, effects: Sequence[Groups], *, family: Family, **choices: Any
) -> Given:
    """Return what a fit is given, or say what is wrong with it."""
    y, x = as_floats(y), as_floats(x)
    if x.ndim != 2 or not x.shape[1]:
        raise InvalidArgument("fit: x needs one column at least, of shape (rows, columns)")
    names = tuple(choices["names"]) or tuple(f"x{j + 1}" for j in range(x.shape[1]))
    weights, offset = choices["weights"], choices.get("offset")
    parts = [part for part in (y, x, weights, offset) if part is not None]
    lengths = {len(part) for part in [*parts, *effects]}
    if len(names) != x.shape[1] or lengths != {y.size}:
        raise InvalidArgument("fit: y, x, effects, weights and names must be of one length")
    if not all(np.isfinite(part).all() for part in parts):
        raise InvalidArgument("fit: values must be finite; leave rows without one out")
    codes = tuple(group_codes(np.asarray(effect)) for effect in effects)
    return Given(family, y, x, codes, names, weights, offset)


def telling(given: Given, among: Flags) -> tuple[Indices, dict[str, int]]:
    """Return rows that tell something; effects seen once, or with zeros only, do not."""
    keep = among.copy()
    found = {WEIGHTLESS: 0, ZEROS: 0, ALONE: 0}
    if given.weights is not None:
        found[WEIGHTLESS] = int((keep & (given.weights <= 0)).sum())
        keep &= given.weights > 0
    before = -1
    while given.codes and int(keep.sum()) != before:
        before = int(keep.sum())
        for code in given.codes:
            if given.family == "poisson":
                zero = keep & ~(np.bincount(code, weights=given.y * keep) > 0)[code]
                found[ZEROS] += int(zero.sum())
                keep &= ~zero
            alone = keep & (np.bincount(code, weights=keep) < 2)[code]
            found[ALONE] += int(alone.sum())
            keep &= ~alone
    return as_indices(np.flatnonzero(keep)), {why: n for why, n in found.items() if n}
