"""What makes an organisation hold more ties than others, net of how many others are near."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Codes, Floats, as_floats, as_indices
from buzzline.clusters.expected_ties import Ground
from buzzline.clusters.gravity_tree import ROUGH, Located, gravity_tree
from buzzline.clusters.layer_ties import LayerTies

USUAL = 0.95  # of pairs of partners are tied as much or less
LEAST_ACCESS = 0.75  # of the median of one's cluster: what members amid nobody are held to have


def sizes(ties: LayerTies, label: Codes) -> Floats:
    """Return the ties of each organisation, no partner counting beyond what is usual.

    Ties of a member with one partner count up to the 95th percentile over all pairs of a member
    and a partner (and at least once), and others' ties by record likewise: otherwise one record
    of many persons would say what is expected of a whole cluster.

    Parameters
    ----------
    ties : LayerTies
    label : (n,) int32     cluster of each organisation, -1 for none

    Returns
    -------
    (n,) float64

    Examples
    --------
    >>> from buzzline.arrays import as_codes
    >>> ends = as_codes([0, 1, 2, 0]), as_codes([1, 2, 0, 3])
    >>> ties = LayerTies(*ends, as_floats([2, 3, 1, 5000]), as_codes([]), True, 4)
    >>> sizes(ties, as_codes([0, 0, 0, -1])).tolist()
    [6.0, 5.0, 4.0, 3.0]
    """
    n = ties.n_organisations
    weight = _capped(ties.weight)
    out = np.bincount(ties.source, weights=weight, minlength=n)
    out += np.bincount(ties.target, weights=weight, minlength=n)
    own = ties.chosen((label[ties.source] >= 0) | (label[ties.target] >= 0))
    low, high = np.minimum(own.source, own.target), np.maximum(own.source, own.target)
    pair, number = np.unique(low.astype(np.int64) * n + high, return_inverse=True)
    held = _capped(as_floats(np.bincount(number, weights=own.weight, minlength=pair.size)))
    ends = np.concatenate([pair // n, pair % n]).astype(np.int64)
    by_pair = np.bincount(ends, weights=np.tile(held, 2), minlength=n)
    return as_floats(np.where(label >= 0, by_pair, out))


def _capped(weight: Floats) -> Floats:
    if not weight.size or weight.max() <= 1:
        return weight
    return np.minimum(weight, max(float(np.quantile(weight, USUAL, method="lower")), 1.0))


def net_of_access(size: Floats, label: Codes, ground: Ground, *, elasticity: float) -> Floats:
    """Return what is left of the sizes of members once who is near others has no more ties.

    s_i / sum_j s_j d_ij^b over everybody placed, the first step of balancing a gravity model.
    Who stands amid many holds more ties for that alone, and would count twice: by size, and by
    distance. Members far from everybody are tied as if they stood in their cluster, if at all:
    what is near them counts as three quarters of the median of their cluster at
    least.

    Parameters
    ----------
    size : (n,) float64        ties of each organisation
    label : (n,) int32         cluster of each, -1 for none
    ground : Ground
    elasticity : float

    Returns
    -------
    (n,) float64
        0 for those in no cluster, without ties or without coordinates.
    """
    counts = (size > 0) & ~np.isnan(ground.xyz[:, 0])
    at = as_indices(np.flatnonzero(counts & (label >= 0)))
    out = np.zeros(size.size)
    if not at.size:
        return out
    tree = gravity_tree(
        Located(ground.xyz, ground.floor_km), as_indices(np.flatnonzero(counts))
    )
    access = tree.sums(as_floats(size[tree.rows]), elasticity, at, opening=ROUGH)
    out[at] = size[at] / np.maximum(access, LEAST_ACCESS * _medians(access, label[at]))
    return as_floats(np.where(np.isfinite(out), out, 0.0))


def _medians(values: Floats, label: Codes) -> Floats:
    """Return the median over its cluster for each member."""
    order = np.argsort(label, kind="stable")
    edges = np.flatnonzero(np.diff(label[order])) + 1
    out = np.empty(values.size)
    for some in np.split(order, edges):
        out[some] = np.median(values[some])
    return out
