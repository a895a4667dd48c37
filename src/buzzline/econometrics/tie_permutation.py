"""Would nearness go with ties as much, were organisations dealt at random?

Double semi-partialling [1]_: what is particular to one kind of nearness, net of all others, is
given to other organisations, whole rows and columns at once; ties and all other kinds of
nearness stay where they are. Whoever has many ties keeps them, and a consortium stays one.

.. [1] Dekker, D., Krackhardt, D., Snijders, T. (2007). Sensitivity of MRQAP tests to
   collinearity and autocorrelation conditions. Psychometrika 72(4).
   doi:10.1007/s11336-007-9016-1
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.linkages.pair_logit import grouped_logit

Nearness = Callable[[Indices, Indices], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class _Partial:
    """One kind of nearness net of the others, and the model without it."""

    net: Floats  # (others + 1,) coefficients of the others and a constant
    left: Floats  # (k,) tied minus fitted without it
    weight: Floats  # (k,) variance of that
    swept: Floats  # (others + 1, others + 1) inverse information of the others


def permutation_p(
    ends: tuple[Indices, Indices],
    tied: Floats,
    nearness: Nearness,
    *,
    offset: Floats,
    population: Floats,
    draws: int,
    rng: np.random.Generator,
) -> Floats:
    """Return the two-sided p-value of each kind of nearness.

    Parameters
    ----------
    ends : two of (k,) int64        rows of organisations, numbered among those that can be tied
    tied : (k,) float64             0 or 1
    nearness : callable
        Takes ends, returns (k, m) float64.
    offset : (k,) float64
        Known part of the log odds, from how pairs were taken.
    population : (k,) float64
        How many pairs of all each stands for.
    draws : int
    rng : Generator

    Returns
    -------
    (m,) float64
        (1 + draws with a score statistic as large) / (1 + draws).

    Raises
    ------
    NotConverged
        A model without one kind of nearness cannot be fitted.
    """
    x = nearness(*ends)
    n = int(max(ends[0].max(), ends[1].max())) + 1
    constant = np.ones((x.shape[0], 1))
    partials = [
        _partial(np.delete(x, k, axis=1), x[:, k], tied, offset=offset, population=population)
        for k in range(x.shape[1])
    ]
    others = [np.column_stack([np.delete(x, k, axis=1), constant]) for k in range(x.shape[1])]

    def scores(dealt: Floats) -> Floats:
        found = []
        for k, part in enumerate(partials):
            rest = np.column_stack([np.delete(dealt, k, axis=1), constant])
            found.append(_score(dealt[:, k] - rest @ part.net, part, others[k]))
        return as_floats(found)

    observed = np.abs(scores(x))
    as_large = np.zeros(x.shape[1])
    for _ in range(draws):
        order = rng.permutation(n)
        dealt = nearness(as_indices(order[ends[0]]), as_indices(order[ends[1]]))
        as_large += np.abs(scores(dealt)) >= observed - 1e-9
    return as_floats((1 + as_large) / (1 + draws))


def _partial(
    rest: Floats, own: Floats, tied: Floats, *, offset: Floats, population: Floats
) -> _Partial:
    z = np.column_stack([rest, np.ones(own.size)])
    root = np.sqrt(population)
    net = np.linalg.lstsq(z * root[:, None], own * root)[0]
    if rest.shape[1]:
        one_group = np.zeros(own.size, np.int64)
        linear = grouped_logit(tied, rest, one_group, offset=offset).linear
    else:
        linear = _constant(tied, offset)
    fitted = expit(linear + offset)
    weight = fitted * (1 - fitted)
    return _Partial(net, tied - fitted, weight, np.linalg.pinv(z.T @ (z * weight[:, None])))


def _constant(tied: Floats, offset: Floats) -> Floats:
    """Return the constant log odds that give as many ties as there are."""
    low, high = -60.0, 60.0
    for _ in range(100):
        middle = (low + high) / 2
        if expit(offset + middle).sum() < tied.sum():
            low = middle
        else:
            high = middle
    return as_floats(np.full(tied.size, (low + high) / 2))


def _score(own: Floats, part: _Partial, z: Floats) -> float:
    """Return the standardised score of what is particular to one kind of nearness."""
    weighed = own * part.weight
    across = weighed @ z
    variance = float(weighed @ own - across @ part.swept @ across)
    return float(own @ part.left) / np.sqrt(variance) if variance > 1e-12 else 0.0
