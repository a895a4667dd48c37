"""Ties to the members of a cluster that size and distance alone would give an organisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.clusters.gravity_tree import ROUGH, GravityTree, Located, gravity_tree
from buzzline.clusters.layer_ties import LayerTies
from buzzline.quantities import Share

MOST_ROUNDS = 12
TINY = 1e-300
BALANCED = 0.04  # mean difference of expected ties from those held; one more round halves it


@dataclass(frozen=True, slots=True, eq=False)
class GravityField:
    """The null of one layer: ties fall on others by their pull and their distance.

    Attributes
    ----------
    tree : GravityTree         organisations with coordinates and ties in any layer
    elasticity : float
    strength : (n,) float64    ties of each organisation with coordinates, from either end
    pull : (n,) float64        balanced so that everybody is expected to hold their own ties
    reach : (n,) float64       sum over all others of pull times distance to the power
    """

    tree: GravityTree
    elasticity: float
    strength: Floats
    pull: Floats
    reach: Floats

    def share_with(self, members: Indices, at: Indices) -> Floats:
        """Return the share of the ties of some organisations that would lead to members."""
        pulling = as_indices(members[self.pull[members] > 0])
        if not pulling.size or not at.size:
            return np.zeros(at.size)
        small = gravity_tree(self.tree.ground, pulling)
        found = small.sums(self.pull[small.rows], self.elasticity, at)
        reach = self.reach[at]
        return as_floats(np.divide(found, reach, out=np.zeros(at.size), where=reach > 0))


def strengths(ties: LayerTies, ground: Located) -> Floats:
    """Return how many ties each organisation holds with others that have coordinates. (n,)."""
    placed = ~np.isnan(ground.xyz[:, 0])
    kept = ties.chosen(placed[ties.source] & placed[ties.target])
    n = ties.n_organisations
    out = np.bincount(kept.source, weights=kept.weight, minlength=n)
    return as_floats(out + np.bincount(kept.target, weights=kept.weight, minlength=n))


def gravity_field(tree: GravityTree, strength: Floats, elasticity: float) -> GravityField:
    """Return the network that keeps every organisation's ties and the fall with distance.

    Parameters
    ----------
    tree : GravityTree
    strength : (n,) float64
    elasticity : float

    Notes
    -----
    Expected ties are a_i a_j d_ij^b with a such that they sum to each organisation's own ties:
    the most random network with these ties and this fall with distance. a is found by
    symmetric scaling: a <- s / sum_j a_j d_ij^b, then the geometric mean of a and that.
    O(n log n) time.
    """
    rows = tree.rows
    s = strength[rows]
    pull = s.copy()
    for step in range(MOST_ROUNDS):
        reach = tree.sums(pull, elasticity, rows, opening=ROUGH)
        wanted = np.divide(s, reach, out=np.zeros(s.size), where=reach > 0)
        # a whole step levels what differs between neighbours, half steps level the rest
        off = np.abs(pull * reach - s).sum() / max(s.sum(), TINY)
        pull = np.sqrt(pull * wanted) if step else wanted
        if off < BALANCED:
            break
    reach = tree.sums(pull, elasticity, rows)
    n = strength.size
    whole, around = np.zeros(n), np.zeros(n)
    whole[rows], around[rows] = pull, reach
    return GravityField(tree, elasticity, strength, whole, around)


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
