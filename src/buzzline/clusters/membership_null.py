"""Ties to the members of a cluster that size, distance and borders alone would give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.clusters.gravity_tree import ROUGH, Fade, GravityForest, Located, gravity_forest
from buzzline.clusters.layer_ties import LayerTies
from buzzline.quantities import Share

MOST_ROUNDS = 12
TINY = 1e-300
BALANCED = 0.04  # mean difference of expected ties from those held; one more round halves it


@dataclass(frozen=True, slots=True, eq=False)
class GravityField:
    """The null of one layer: ties fall on others by their pull, their distance and borders.

    Attributes
    ----------
    forest : GravityForest     organisations with coordinates and ties in any layer
    fade : Fade
    strength : (n,) float64    ties of each organisation with coordinates, from either end
    pull : (n,) float64        balanced so that everybody is expected to hold their own ties
    reach : (n,) float64       sum over all others of pull times distance to the power, less
                               across borders
    """

    forest: GravityForest
    fade: Fade
    strength: Floats
    pull: Floats
    reach: Floats

    def share_with(self, members: Indices, at: Indices) -> Floats:
        """Return the share of the ties of some organisations that would lead to members."""
        pulling = as_indices(members[self.pull[members] > 0])
        if not pulling.size or not at.size:
            return np.zeros(at.size)
        small = gravity_forest(self.forest.whole.ground, self.forest.nations, pulling)
        found = small.sums(self.pull, self.fade, at)
        reach = self.reach[at]
        return as_floats(np.divide(found, reach, out=np.zeros(at.size), where=reach > 0))


def strengths(ties: LayerTies, ground: Located) -> Floats:
    """Return how many ties each organisation holds with others that have coordinates. (n,)."""
    placed = ~np.isnan(ground.xyz[:, 0])
    kept = ties.chosen(placed[ties.source] & placed[ties.target])
    n = ties.n_organisations
    out = np.bincount(kept.source, weights=kept.weight, minlength=n)
    return as_floats(out + np.bincount(kept.target, weights=kept.weight, minlength=n))


def gravity_field(forest: GravityForest, strength: Floats, fade: Fade) -> GravityField:
    """Return the network that keeps everybody's ties, the fall with distance and at borders.

    Parameters
    ----------
    forest : GravityForest
    strength : (n,) float64
    fade : Fade

    Notes
    -----
    Expected ties are a_i a_j d_ij^b, times the factor `crossing` between two countries, with a
    such that they sum to each organisation's own ties: the most random network with these ties,
    this fall with distance and these borders. a is found by symmetric scaling: a <- s / sum_j
    a_j d_ij^b, then the geometric mean of a and that. O(n log n) time.
    """
    rows = forest.whole.rows
    s = strength[rows]
    pull, whole, around = s.copy(), np.zeros(strength.size), np.zeros(strength.size)
    for step in range(MOST_ROUNDS):
        whole[rows] = pull
        reach = forest.sums(whole, fade, rows, opening=ROUGH)
        wanted = np.divide(s, reach, out=np.zeros(s.size), where=reach > 0)
        # a whole step levels what differs between neighbours, half steps level the rest
        off = np.abs(pull * reach - s).sum() / max(s.sum(), TINY)
        pull = np.sqrt(pull * wanted) if step else wanted
        if off < BALANCED:
            break
    whole[rows] = pull
    around[rows] = forest.sums(whole, fade, rows)
    return GravityField(forest, fade, strength, whole, around)


def upper_share(number: Floats, share: Floats, level: Share) -> Floats:
    """Return the share of ties that chance reaches in 1 - level of cases at most.

    Between whole numbers of ties the logarithm of the tail probability is interpolated: a
    record counts by the share of its partners that are members, so that parts of ties occur.

    Parameters
    ----------
    number : (...) float64      ties of each organisation, rounded down
    share : (...) float64       expected
    level : share

    Returns
    -------
    (...) float64 [share]
        NaN where there is no tie, or where not even all of them would be beyond chance.

    Examples
    --------
    >>> upper_share(np.array([8.0, 1.0]), np.array([0.4, 0.04]), 0.95).round(3).tolist()
    [0.75, 0.931]
    """
    n = np.floor(number + 1e-9)
    with np.errstate(divide="ignore", invalid="ignore"):
        below = binom.ppf(level, n, share)  # so many or more come with more than 1 - level
        above, beyond = (np.log(binom.sf(below - back, n, share)) for back in (1, 0))
        part = (above - np.log(1 - level)) / np.maximum(above - beyond, TINY)
        found = (below + np.clip(part, 0, 1)) / n
    can_be = (n >= 1) & np.isfinite(share) & (below < n)
    return as_floats(np.where(can_be, found, np.nan))
