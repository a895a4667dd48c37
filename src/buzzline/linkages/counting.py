"""Tie ends of a cluster by scale, and how many independent ties they are worth."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices, as_floats
from buzzline.linkages.tie_ends import N_SCALES, TieEnds
from buzzline.linkages.verdicts import Counted, effective_ties


def counted_of(ends: TieEnds, members: Flags, own: Indices, *, cutoffs: int) -> Counted:
    """Return the tie ends of a cluster at each scale, and how many independent ties they are.

    Parameters
    ----------
    members : (n,) bool
    own : (e,) int64
        Ends at the members.
    cutoffs : int
        Which set of cut-offs.
    """
    scale = ends.scale[cutoffs, own]
    known = scale < N_SCALES
    at, scale = own[known], scale[known]
    weight, inner = ends.weight[at], members[ends.there[at]]
    amount = np.bincount(scale, weights=weight, minlength=N_SCALES)
    internal = float(weight[inner].sum()) / 2
    n, whole = at.size - int(inner.sum()) // 2, float(weight.sum())
    if not n or whole <= 0:
        return Counted(as_floats(amount), 0.0, 0.0)
    equal = whole**2 / float((weight**2).sum()) / at.size  # share of the ties they are worth
    once = np.where(inner, 0.5, 1.0)  # the two ends of an inner tie stand in one record
    bundlings = [(ends.here[at], np.ones(at.size)), (ends.owner[ends.here[at]], once)]
    if ends.record.size:
        bundlings.append((ends.record[at], once))
    worth = min(_worth(bundle, scale, weight, share) for bundle, share in bundlings)
    size = n * equal / (whole - internal)
    return Counted(as_floats(amount * size), internal * size, min(worth, equal) * n)


def _worth(bundle: Codes, scale: Codes, weight: Floats, once: Floats) -> float:
    """Return what share of the ties bundled ones are worth.

    Parameters
    ----------
    bundle, scale : (e,) int32
        Organisation, owner or record of each tie end, and its scale.
    weight, once : (e,) float64
        Weight of the tie, and how much of it the end stands for.
    """
    _, number = np.unique(bundle, return_inverse=True)
    n = int(number.max(initial=-1)) + 1
    counts = np.bincount(number * N_SCALES + scale, weights=once, minlength=n * N_SCALES)
    sums = [
        np.bincount(number, weights=once * each, minlength=n) for each in (weight, weight**2)
    ]
    worth = effective_ties(
        as_floats(counts.reshape(-1, N_SCALES)), as_floats(np.column_stack(sums))
    )
    return worth / float(once.sum())
