"""Would the method find values that are known? Each simulation is taken for the data in turn.

A simulation is as good as data whose values are known: the others give a posterior for it, and
the share of intervals that hold the known value is what intervals are worth here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Flags, Floats, as_flags, as_floats
from buzzline.quantities import Count, Share
from buzzline.simulation.rejection import Posterior, posterior_of, usable


@dataclass(frozen=True, slots=True, eq=False)
class Recovery:
    """What was found for simulations taken as data.

    Attributes
    ----------
    truth, value : (t, p) float64       known, and mean of the posterior
    held : (t, p) bool                  whether the interval holds the truth
    shrinkage : (t, p) float64 [share]  how much narrower the posterior is than the prior
    distance : (t,) float64             mean distance of what was kept
    """

    truth: Floats
    value: Floats
    held: Flags
    shrinkage: Floats
    distance: Floats

    @property
    def coverage(self) -> Floats:
        """(p,) share of intervals that hold the truth."""
        return as_floats(self.held.mean(axis=0))

    @property
    def agreement(self) -> Floats:
        """(p,) correlation of what is known and what was found; NaN where nothing varies."""
        with np.errstate(invalid="ignore", divide="ignore"):
            pairs = zip(self.truth.T, self.value.T, strict=True)
            return as_floats([np.corrcoef(one, other)[0, 1] for one, other in pairs])


def recovered(
    values: Floats, summaries: Floats, *, bounds: Floats, kept: Share, level: Share,
    most: Count = 100,
) -> Recovery:  # fmt: skip
    """Take up to `most` simulations for the data in turn.

    Parameters
    ----------
    values : (n, p) float64
    summaries : (n, m) float64
    bounds : (p, 2) float64
    kept, level : share
    most : count
    """
    n = len(values)
    rows = np.unique(np.linspace(0, n - 1, min(most, n)).astype(np.int64))
    means, held, narrower, apart = [], [], [], []
    for row in rows:
        others = np.arange(n) != row
        found = posterior_for(
            values[others], summaries[others], summaries[row], bounds=bounds, kept=kept
        )
        low, high = found.interval(level)
        means.append(found.mean())
        held.append((low <= values[row]) & (values[row] <= high))
        narrower.append(shrinkage_of(found, bounds))
        apart.append(found.distance.mean())
    return Recovery(
        as_floats(values[rows]),
        as_floats(means),
        as_flags(held),
        as_floats(narrower),
        as_floats(apart),
    )


def posterior_for(
    values: Floats, summaries: Floats, observed: Floats, *, bounds: Floats, kept: Share
) -> Posterior:
    """Return the posterior from whatever of the summaries can be used."""
    some = usable(summaries, observed)
    return posterior_of(values, summaries[:, some], observed[some], bounds=bounds, kept=kept)


def shrinkage_of(found: Posterior, bounds: Floats) -> Floats:
    """Return 1 - spread of the posterior / spread of the uniform prior; (p,) share."""
    prior = (bounds[:, 1] - bounds[:, 0]) / np.sqrt(12)
    return as_floats(1 - found.spread() / prior)
