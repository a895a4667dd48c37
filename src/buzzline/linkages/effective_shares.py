"""Shares of things that resemble each other, worth fewer independent ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, norm, t

from buzzline.arrays import Codes, Flags, Floats, as_floats
from buzzline.clusters.layer_ties import LayerTies
from buzzline.clusters.separation_measures import design_effect
from buzzline.quantities import Draws, Share


@dataclass(frozen=True, slots=True)
class EffectiveShare:
    """A share, and how many independent observations it is worth.

    Attributes
    ----------
    value : float            NaN without observations
    n_worth : float          independent observations with the same variance
    n : int                  observations
    """

    value: float
    n_worth: float
    n: int

    def interval(self, level: Share = 0.95) -> tuple[float, float]:
        """Return the interval of Korn and Graubard: Clopper and Pearson's with `n_worth`.

        From 0 where nothing was seen, to 1 where all was; NaN without observations.

        References
        ----------
        .. [1] Korn, E., Graubard, B. (1998). Confidence intervals for proportions with small
           expected number of positive counts estimated from survey data. Survey Methodology
           24(2).

        Examples
        --------
        >>> [round(end, 3) for end in EffectiveShare(0.2, 20, 20).interval()]
        [0.057, 0.437]
        """
        if not self.n_worth > 0:
            return float("nan"), float("nan")
        hits, misses = self.value * self.n_worth, (1 - self.value) * self.n_worth
        tail = (1 - level) / 2
        low = float(beta.ppf(tail, hits, misses + 1)) if self.value > 0 else 0.0
        high = float(beta.isf(tail, hits + 1, misses)) if self.value < 1 else 1.0
        return low, high

    def drawn(self, draws: Draws, rng: np.random.Generator) -> Floats:
        """Draw true shares from what the observations say of them, with Jeffreys' prior."""
        hits, misses = self.value * self.n_worth, (1 - self.value) * self.n_worth
        return as_floats(rng.beta(hits + 0.5, misses + 0.5, size=draws))


def share_of_ties(ties: LayerTies, holds: Flags) -> EffectiveShare:
    """Return the share of ties for which something holds, organisations as the units.

    The variance is that of leaving out one organisation with all its ties at a time, or one
    record where this is larger, never below that of independent ties.

    Parameters
    ----------
    ties : LayerTies
    holds : (m,) bool

    Examples
    --------
    >>> from buzzline.arrays import as_codes
    >>> ends = as_codes([0, 0, 0, 0]), as_codes([1, 2, 3, 4])
    >>> ties = LayerTies(*ends, np.ones(4), as_codes([]), True, 5)
    >>> found = share_of_ties(ties, np.array([True, True, False, False]))
    >>> found.value, found.n_worth
    (0.5, 4.0)
    """
    total = float(ties.weight.sum())
    if not total:
        return EffectiveShare(float("nan"), 0.0, 0)
    value = float(ties.weight[holds].sum()) / total
    influence = as_floats(ties.weight * (holds - value) / total)
    worth = total**2 / float(np.sum(ties.weight**2)) / design_effect(ties, influence)
    return EffectiveShare(value, worth, int(holds.size))


def share_of_one_owner(owner: Codes, record: Codes) -> EffectiveShare:
    """Return how often two ties of different records have the same owner behind them.

    The Herfindahl index of ties by owner without the bias of few ties: with one tie each, it is
    0, not 1/n. A record of ten ties (a consortium) is one observation: pairs within a record do
    not count, and records are what is left out one at a time for the variance.

    Parameters
    ----------
    owner : (m,) int32       who stands behind each tie
    record : (m,) int32      which record each stands in; empty: each in one of its own

    Returns
    -------
    EffectiveShare
        NaN with fewer than two records.

    Notes
    -----
    sum_o X_o^2 - sum_ro x_ro^2 over n^2 - sum_r n_r^2, for x_ro ties of owner o in record r.

    Examples
    --------
    >>> from buzzline.arrays import as_codes
    >>> round(share_of_one_owner(as_codes([0, 0, 0, 1]), as_codes([])).value, 4)
    0.5
    """
    n = owner.size
    of = record if record.size else np.arange(n)
    records, row = np.unique(of, return_inverse=True)
    owners, column = np.unique(owner, return_inverse=True)
    if records.size < 2:
        return EffectiveShare(float("nan"), 0.0, n)
    pair, x = np.unique(row.astype(np.int64) * owners.size + column, return_counts=True)
    cell_row, cell_column = pair // owners.size, pair % owners.size
    held = np.bincount(column, minlength=owners.size)
    size = np.bincount(row, minlength=records.size)
    same = float((held.astype(float) ** 2).sum() - (x.astype(float) ** 2).sum())
    all_pairs = float(n**2 - (size.astype(float) ** 2).sum())
    value = same / all_pairs
    lost = np.bincount(cell_row, weights=2.0 * x * (held[cell_column] - x))
    kept = all_pairs - 2.0 * size * (n - size)
    return EffectiveShare(
        value, _worth(value, as_floats(same - lost), as_floats(kept), records.size), n
    )


def _worth(value: float, same: Floats, kept: Floats, n: int) -> float:
    """Return how many independent pairs a share of pairs is worth, by the jackknife."""
    most = n * (n - 1) / 2 if value < 1 else n / 2
    if 0 < value < 1 and (kept > 0).all():
        without = same / kept
        variance = (n - 1) / n * float(((without - without.mean()) ** 2).sum())
        most = min(most, value * (1 - value) / variance) if variance else most
    few = norm.ppf(0.975) / t.ppf(0.975, n - 1)  # few records tell little of their own spread
    return float(most * few**2)
