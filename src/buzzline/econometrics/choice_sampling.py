"""Which alternatives stand for all of them? A sample, and what it does to odds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count


class Sampled(NamedTuple):
    """Alternatives drawn for each case; rows of one case after those of another.

    Attributes
    ----------
    alternative : (rows,) int64
    start : (cases + 1,) int64
    chosen : (cases,) int64         row of the one chosen
    offset : (rows,) float64        ln of how often drawn, over how likely
    """

    alternative: Indices
    start: Indices
    chosen: Indices
    offset: Floats


def sampled_alternatives(
    chance: Floats, chosen: Indices, *, most: Count, rng: np.random.Generator
) -> Sampled:
    """Draw alternatives for cases that could all choose from the same ones.

    Parameters
    ----------
    chance : (alternatives,) float64
        How likely each is to be drawn, to a factor; 0: cannot be chosen.
    chosen : (cases,) int64
        The alternative that each case chose; it is always among its rows.
    most : count
        Alternatives a case; all where there are no more.
    rng : Generator

    Raises
    ------
    InvalidArgument
        A chosen alternative that cannot be chosen; fewer than two alternatives asked for.

    Notes
    -----
    `most` - 1 are drawn with replacement beside the one chosen. With n_j how often j is there,
    the chosen one counted once more, and q_j its chance, the set is as likely as n_j / q_j
    where j is chosen, to a factor that is the same for all j: ln(n_j / q_j) added to log odds
    makes the likelihood among those drawn that of the effects among all [1]_ [2]_.

    References
    ----------
    .. [1] McFadden, D. (1978). Modelling the choice of residential location. In: Spatial
       Interaction Theory and Planning Models. North-Holland.
    .. [2] Ben-Akiva, M., Lerman, S. (1985). Discrete Choice Analysis. MIT Press, section 9.3.

    Examples
    --------
    >>> drawn = sampled_alternatives(np.ones(4), np.array([2]), most=9,
    ...                              rng=np.random.default_rng(1))
    >>> drawn.alternative.tolist(), drawn.chosen.tolist(), drawn.offset.tolist()
    ([0, 1, 2, 3], [2], [0.0, 0.0, 0.0, 0.0])
    """
    if most < 2:
        raise InvalidArgument("alternatives: a choice needs two of them at least")
    there = np.flatnonzero(chance > 0)
    if not np.isin(chosen, there).all():
        raise InvalidArgument("alternatives: one was chosen that has no chance to be drawn")
    n = chosen.size
    if there.size <= most:
        start = as_indices(np.arange(n + 1) * there.size)
        row = start[:-1] + np.searchsorted(there, chosen)
        every = as_indices(np.tile(there, n))
        return Sampled(every, start, as_indices(row), np.zeros(every.size))
    q = chance / chance.sum()
    drawn = rng.choice(q.size, size=(n, most - 1), p=q)
    key = np.concatenate([np.arange(n)[:, None] * q.size + drawn,
                          (np.arange(n) * q.size + chosen)[:, None]], axis=1)  # fmt: skip
    keys, times = np.unique(key, return_counts=True)
    case, alternative = np.divmod(keys, q.size)
    start = np.searchsorted(case, np.arange(n + 1))
    row = np.searchsorted(keys, np.arange(n) * q.size + chosen)
    return Sampled(
        as_indices(alternative), as_indices(start), as_indices(row),
        as_floats(np.log(times / q[alternative])),
    )  # fmt: skip


__all__ = ["Sampled", "sampled_alternatives"]
