"""Approximate Bayesian computation: which values of parameters give data like these?

Values are drawn from their priors and simulated; those whose data lie nearest to what was
observed are kept, and what is left of the difference is taken out by a local linear regression
[1]_. Nearness is measured in the parameters that a regression on the data predicts [2]_, so
that numbers that tell nothing do not blur it. A simulation is predicted by a regression on
others only, as what was observed is: else its own luck would make it look nearer than it is,
and intervals too short.

.. [1] Beaumont, M. A., Zhang, W., Balding, D. J. (2002). Approximate Bayesian computation in
   population genetics. Genetics 162, 2025-2035. https://doi.org/10.1093/genetics/162.4.2025
.. [2] Fearnhead, P., Prangle, D. (2012). Constructing summary statistics for approximate
   Bayesian computation. Journal of the Royal Statistical Society B 74, 419-474.
   https://doi.org/10.1111/j.1467-9868.2011.01010.x
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Flags, Floats, Indices, as_flags, as_floats
from buzzline.quantities import Share

MOST_UNKNOWN = 0.1  # share of simulations in which a number may be missing
FEWEST_KEPT = 20
RIDGES = (1e-3, 1e-2, 1e-1, 1.0)  # of the number of simulations; the one that predicts best
FOLDS = 5
EDGE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Values that give data like those observed.

    Attributes
    ----------
    rows : (k,) int64           simulations that were kept, nearest first
    weight : (k,) float64       adds up to 1
    distance : (k,) float64
    values : (k, p) float64     adjusted to what was observed
    """

    rows: Indices
    weight: Floats
    distance: Floats
    values: Floats

    def mean(self) -> Floats:
        """(p,) weighted means."""
        return as_floats(self.weight @ self.values)

    def spread(self) -> Floats:
        """(p,) weighted standard deviations."""
        return as_floats(np.sqrt(self.weight @ (self.values - self.mean()) ** 2))

    def interval(self, level: Share) -> tuple[Floats, Floats]:
        """(p,) lower and upper ends that hold `level` of the weight, as much beyond each."""
        tail = (1 - level) / 2
        ends = [self._quantile(column, (tail, 1 - tail)) for column in self.values.T]
        low, high = np.array(ends).T
        return as_floats(low), as_floats(high)

    def _quantile(self, column: Floats, at: tuple[float, float]) -> Floats:
        order = np.argsort(column)
        below = np.cumsum(self.weight[order]) - 0.5 * self.weight[order]
        return as_floats(np.interp(at, below, column[order]))


def usable(summaries: Floats, observed: Floats) -> Flags:
    """Tell which numbers were observed within what is simulated, where they are mostly there.

    A number beyond all simulations would draw values to the ends of their priors: no values
    explain it.
    """
    known = np.isfinite(summaries)
    enough = known.mean(axis=0) >= 1 - MOST_UNKNOWN
    highest = np.where(known, summaries, -np.inf).max(axis=0)
    lowest = np.where(known, summaries, np.inf).min(axis=0)
    within = (observed >= lowest) & (observed <= highest)  # false where not observed
    return as_flags(enough & (highest > lowest) & within)


def posterior_of(
    values: Floats, summaries: Floats, observed: Floats, *, bounds: Floats, kept: Share
) -> Posterior:
    """Return the values that give data like those observed.

    Parameters
    ----------
    values : (n, p) float64       drawn from the priors
    summaries : (n, m) float64    of the simulations; only usable ones
    observed : (m,) float64
    bounds : (p, 2) float64       of the priors; no value leaves them
    kept : share                  of the simulations

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> values = rng.uniform(0, 1, (500, 1))
    >>> seen = values + rng.normal(0, 0.05, (500, 1))
    >>> found = posterior_of(values, seen, np.array([0.3]), bounds=np.array([[0, 1]]), kept=0.2)
    >>> float(found.mean()[0].round(1))
    0.3
    """
    scaled, target = _scaled(summaries, observed)
    free = _freed(values, bounds)
    at, here = _predicted(_predictors(scaled), _predictors(target[None], scaled), free)
    distance = np.sqrt(((at - here) ** 2).sum(axis=1))
    n_kept = min(max(FEWEST_KEPT, int(np.ceil(kept * len(values)))), len(values))
    rows = np.argsort(distance, kind="stable")[:n_kept]
    reach = max(float(distance[rows[-1]]) * (1 + 1e-9), np.finfo(float).tiny)
    weight = 1 - (distance[rows] / reach) ** 2
    weight = weight / weight.sum() if weight.sum() > 0 else np.full(n_kept, 1 / n_kept)
    adjusted = _adjusted(free[rows], at[rows] - here, weight)
    return Posterior(rows, as_floats(weight), as_floats(distance[rows]),
                     _bound(adjusted, bounds))  # fmt: skip


def _scaled(summaries: Floats, observed: Floats) -> tuple[Floats, Floats]:
    middle = np.nanmedian(summaries, axis=0)  # of usable numbers, so mostly known
    filled = np.where(np.isfinite(summaries), summaries, middle)
    spread = filled.std(axis=0)
    spread = np.where(spread > 0, spread, 1)
    far = 4.0  # what lies further out does not draw the line
    return (
        as_floats(np.clip((filled - middle) / spread, -far, far)),
        as_floats(np.clip((observed - middle) / spread, -far, far)),
    )


def _predictors(scaled: Floats, like: Floats | None = None) -> Floats:
    """Return numbers and their squares, each around its mean in the simulations."""
    of = scaled if like is None else like
    both, mean = np.column_stack([scaled, scaled**2]), np.column_stack([of, of**2]).mean(0)
    return as_floats(both - mean)


def _predicted(told: Floats, target: Floats, free: Floats) -> tuple[Floats, Floats]:
    """Return what the data say of each simulation, from the others, and of the observed."""
    fold = np.arange(len(free)) % min(FOLDS, len(free))
    wanted = free - free.mean(0)
    best, error, chosen = np.zeros_like(free), np.inf, RIDGES[0]
    for ridge in RIDGES:
        out = np.empty_like(free)
        for one in np.unique(fold):
            held = fold == one
            out[held] = told[held] @ _ridge(told[~held], wanted[~held], ridge)
        missed = float(((out - wanted) ** 2).sum())
        if missed < error:
            best, error, chosen = out, missed, ridge
    return as_floats(best), as_floats((target @ _ridge(told, wanted, chosen))[0])


def _ridge(told: Floats, wanted: Floats, ridge: float) -> Floats:
    gram = told.T @ told + ridge * len(told) * np.eye(told.shape[1])
    return as_floats(np.linalg.solve(gram, told.T @ wanted))


def _adjusted(free: Floats, apart: Floats, weight: Floats) -> Floats:
    """Take out what a weighted regression says the difference of the data makes.

    What is left over is widened by what the regression itself has used up.
    """
    design = np.column_stack([np.ones(len(apart)), apart])
    gram = design.T @ (design * weight[:, None])
    gram[1:, 1:] += RIDGES[0] * np.eye(apart.shape[1])
    slope = np.linalg.solve(gram, design.T @ (free * weight[:, None]))
    left = free - design @ slope
    n = 1 / float((weight**2).sum())
    widened = left * np.sqrt(n / max(n - design.shape[1], 1.0))
    return as_floats(slope[0] + widened)


def _freed(values: Floats, bounds: Floats) -> Floats:
    """Return values on a scale without ends (logit between the bounds)."""
    share = (values - bounds[:, 0]) / (bounds[:, 1] - bounds[:, 0])
    share = np.clip(share, EDGE, 1 - EDGE)
    return as_floats(np.log(share / (1 - share)))


def _bound(free: Floats, bounds: Floats) -> Floats:
    share = 1 / (1 + np.exp(-np.clip(free, -50, 50)))
    return as_floats(bounds[:, 0] + share * (bounds[:, 1] - bounds[:, 0]))
