"""Spatially corrected modularity: ties within groups beyond what size and distance give."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from buzzline.arrays import Codes, Floats, as_floats, as_indices
from buzzline.clusters.expected_ties import Fall, Ground, PairDistances
from buzzline.clusters.layer_ties import LayerTies
from buzzline.clusters.separation_measures import design_effect
from buzzline.errors import InvalidArgument
from buzzline.kernels.reach import reach_between
from buzzline.quantities import Draws
from buzzline.space.globe import EARTH_RADIUS_KM

SAMPLE = 100  # members that stand for a group among many, when distances are averaged
MOST_ROUNDS = 500
CLOSE = 1e-10  # of the ties of a group, by which expected ones may miss them


def deterrence(
    flows: Floats, importance: Floats, distance_km: Floats, *, edges_km: Sequence[float] = ()
) -> Floats:
    """Return how many ties there are at the distance of each pair, for their importance.

    f(d) = sum of ties over all pairs at d / sum of N_i N_j over the same pairs [1]_, with
    distances taken together between edges.

    Parameters
    ----------
    flows : (n, n) float64 [ties]
        Symmetric: ties without direction stand in both places.
    importance : (n,) float64
        What makes a unit hold more ties than others: its ties, its inhabitants.
    distance_km : (n, n) float64 [km]
    edges_km : km
        Where one bin of distances ends and the next begins; none: one bin.

    Returns
    -------
    (n, n) float64
        0 where no pair at that distance has any importance.

    References
    ----------
    .. [1] Expert, P., Evans, T., Blondel, V., Lambiotte, R. (2011). Uncovering
       space-independent communities in spatial networks. PNAS 108(19).
       doi:10.1073/pnas.1018962108

    Examples
    --------
    >>> ties = np.array([[0.0, 3, 1], [3, 0, 0], [1, 0, 0]])
    >>> deterrence(ties, ties.sum(axis=1), np.zeros((3, 3)))[0, 1].tolist()
    0.125
    """
    _check(flows, importance, distance_km)
    n_bins = len(edges_km) + 1
    bins = np.searchsorted(np.asarray(edges_km, np.float64), distance_km, side="right").ravel()
    weight = np.outer(importance, importance).ravel()
    ties = np.bincount(bins, weights=flows.ravel(), minlength=n_bins)
    pairs = np.bincount(bins, weights=weight, minlength=n_bins)
    rate = np.divide(ties, pairs, out=np.zeros(n_bins), where=pairs > 0)
    return as_floats(rate[bins].reshape(flows.shape))


def spatial_modularity(
    flows: Floats,
    label: ArrayLike,
    *,
    importance: Floats,
    distance_km: Floats,
    edges_km: Sequence[float] = (),
) -> float:
    """Return the spatially corrected modularity of a partition, after Expert et al. (2011).

    Q = 1 / 2m sum_ij (A_ij - N_i N_j f(d_ij)) over pairs of one group [1]_, f from
    `deterrence`. With one bin of distances and ties as importance it is the modularity of
    Newman and Girvan.

    Parameters
    ----------
    flows : (n, n) float64 [ties]
        Symmetric: ties without direction stand in both places.
    label : (n,) int
        Group of each unit, -1 for none.
    importance : (n,) float64
    distance_km : (n, n) float64 [km]
    edges_km : km
        Where one bin of distances ends and the next begins; none: one bin.

    Returns
    -------
    float
        From -1 to 1; 0: as size and distance give. NaN without ties.

    References
    ----------
    .. [1] Expert, P., Evans, T., Blondel, V., Lambiotte, R. (2011). Uncovering
       space-independent communities in spatial networks. PNAS 108(19).
       doi:10.1073/pnas.1018962108

    Examples
    --------
    >>> ties = np.kron(np.eye(2), 1.0 - np.eye(3))
    >>> round(spatial_modularity(ties, [0, 0, 0, 1, 1, 1], importance=ties.sum(axis=1),
    ...     distance_km=np.zeros((6, 6))), 6)
    0.5
    """
    rate = deterrence(flows, importance, distance_km, edges_km=edges_km)
    group = np.asarray(label)
    together = (group[:, None] == group) & (group >= 0)
    beyond = flows - np.outer(importance, importance) * rate
    total = float(flows.sum())
    return float(beyond[together].sum() / total) if total else float("nan")


def _check(flows: Floats, importance: Floats, distance_km: Floats) -> None:
    n = importance.size
    if flows.shape != (n, n) or distance_km.shape != (n, n):
        raise InvalidArgument(
            f"spatial modularity: {n} units need {n} by {n} flows and distances, got "
            f"{flows.shape} and {distance_km.shape}"
        )
    if not np.allclose(flows, flows.T):
        raise InvalidArgument(
            "spatial modularity: `flows` must be symmetric. Add the transpose to count ties "
            "both ways."
        )


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What size and distance give within and between groups, and how that moves with distance.

    Attributes
    ----------
    expected : (k, k) float64    sums of s_i s_j d_ij^b over ordered pairs; symmetric
    slope : (k, k) float64       mean ln km of these, by which ln expected moves with b
    curve : (k, k) float64       variance of ln km, by which the slope does
    """

    expected: Floats
    slope: Floats
    curve: Floats

    def moved(self, change: Floats) -> Floats:
        """Return `expected` for other powers of distance. change : (d,); (d, k, k)."""
        by = change[:, None, None]
        return as_floats(self.expected * np.exp(by * self.slope + by**2 / 2 * self.curve))


def reach_of_groups(
    ground: Ground, size: Floats, group: Codes, *, elasticity: float, number: int
) -> Reach:
    """Return what size and distance give within and between groups, from samples of members.

    Parameters
    ----------
    ground : Ground
    size : (n,) float64
        Of each organisation in the layer, from `net_of_access`.
    group : (n,) int32
        -1 for none.
    elasticity : float
    number : int
        Of groups; those with fewer than two members that have ties and coordinates hold none.
    """
    counts = (group >= 0) & (size > 0) & ~np.isnan(ground.xyz[:, 0])
    rows = np.flatnonzero(counts)
    rows = rows[np.argsort(group[rows], kind="stable")]
    n = np.bincount(group[rows], minlength=number)
    edges = np.concatenate([[0], np.cumsum(n)])
    parts = [rows[low:high] for low, high in itertools.pairwise(edges)]
    sampled = [
        part[np.linspace(0, part.size - 1, min(part.size, SAMPLE)).round().astype(np.int64)]
        for part in parts
    ]
    m = np.array([part.size for part in sampled], np.float64)
    start = np.concatenate([[0], np.cumsum(m)])
    sums = reach_between(
        as_indices(np.concatenate([*sampled, np.empty(0)])), as_indices(start), ground.xyz,
        ground.floor_km, size, elasticity, EARTH_RADIUS_KM,
    )  # fmt: skip
    pairs, whole = np.outer(m, m), np.outer(n, n).astype(np.float64)
    np.fill_diagonal(pairs, m * (m - 1))
    np.fill_diagonal(whole, n * (n - 1.0))
    scale = np.divide(whole, pairs, out=np.zeros_like(whole), where=pairs > 0)
    weight = np.maximum(sums[0], 1e-300)
    slope = sums[1] / weight
    return Reach(
        as_floats(sums[0] * scale), as_floats(slope), as_floats(sums[2] / weight - slope**2)
    )


def reach_of_pair(distances: PairDistances, elasticity: float) -> Reach:
    """Return what size and distance give within and between two groups."""
    expected, slope, curve = np.zeros(3), np.zeros(3), np.zeros(3)
    for cell in range(3):
        log_km = distances.log_km[cell]
        weight = distances.weight[cell] * np.exp(elasticity * log_km)
        total = float(weight.sum())
        if total > 0:  # sums, not products of matrices: those would start threads of their own
            slope[cell] = float(np.sum(weight * log_km)) / total
            curve[cell] = float(np.sum(weight * (log_km - slope[cell]) ** 2)) / total
        expected[cell] = total * distances.scale[cell]
    square = np.array([[0, 2], [2, 1]])
    return Reach(*(as_floats(values[square]) for values in (expected, slope, curve)))


@dataclass(frozen=True, slots=True)
class Modularity:
    """A spatially corrected modularity against networks that size and distance give.

    Attributes
    ----------
    value : float
    expected : float     mean over simulated networks
    p : float            how often these have as much within their groups
    worth : float        ties it comes from, were all independent
    """

    value: float
    expected: float
    p: float
    worth: float


UNKNOWN = Modularity(float("nan"), float("nan"), float("nan"), float("nan"))


def modularity_against_gravity(
    ties: LayerTies,
    group: Codes,
    reach: Reach,
    *,
    fall: Fall,
    draws: Draws,
    rng: np.random.Generator,
) -> Modularity:
    """Return the spatially corrected modularity of groups, with its p under a gravity null.

    Expected ties are N_i N_j d_ij^b, with b that of the ties of others and N_i the ties of an
    organisation times a factor of its group, such that each group is expected to hold the ties
    it holds. Simulated networks have powers of distance within the error of b, and as many ties
    as these are worth where ties of one organisation or record come in bundles.

    Parameters
    ----------
    ties : LayerTies
        All with both ends in a group.
    group : (n,) int32
        Of each organisation, -1 for none.
    reach : Reach
        At the elasticity of `fall`.
    fall : Fall
    draws : draws
    rng : Generator
    """
    k = reach.expected.shape[0]
    observed = _counted(ties, group, k)
    total = float(observed.sum())
    holds = np.flatnonzero(observed.sum(axis=0) > 0)
    within = np.diag(reach.expected)[holds]
    if not total or not np.isfinite(reach.expected).all() or (within <= 0).any():
        return UNKNOWN
    value, given = beyond_expected(observed[None], reach.expected[None])
    effect = _bundled(ties, group, given[0])
    worth = max(round(total / 2 / effect), 1)
    change = rng.standard_normal(draws) * np.sqrt(fall.variance)
    drawn = _drawn(reach.moved(as_floats(change)), observed, worth, rng)
    null, _ = beyond_expected(drawn, np.broadcast_to(reach.expected, drawn.shape))
    if not draws:
        return Modularity(float(value[0]), float("nan"), float("nan"), total / 2 / effect)
    p = (1 + int((null >= value[0] - 1e-12).sum())) / (1 + draws)
    return Modularity(float(value[0]), float(null.mean()), p, total / 2 / effect)


def beyond_expected(observed: Floats, expected: Floats) -> tuple[Floats, Floats]:
    """Return the share of ties within groups less the expected one, and the expected ties.

    Parameters
    ----------
    observed, expected : (d, k, k) float64
        Symmetric; expected ties are scaled to the ties that each group holds.

    Returns
    -------
    (d,) float64, (d, k, k) float64
    """
    given = _balanced(expected, as_floats(observed.sum(axis=2)))
    total = np.maximum(observed.sum(axis=(1, 2)), 1e-300)
    inside = np.trace(observed, axis1=1, axis2=2) - np.trace(given, axis1=1, axis2=2)
    return as_floats(inside / total), given


def _balanced(expected: Floats, strength: Floats) -> Floats:
    """Scale rows and columns alike until rows sum to `strength`. (d, k, k) and (d, k)."""
    factor = np.sqrt(strength / np.maximum(expected.sum(axis=2), 1e-300))
    short = CLOSE * strength.max(initial=0)
    for _ in range(MOST_ROUNDS):
        sums = factor * np.einsum("dij,dj->di", expected, factor)
        if (np.abs(sums - strength) <= short).all():
            break
        factor *= np.sqrt(strength / np.where(sums > 0, sums, 1))
    return as_floats(expected * factor[:, :, None] * factor[:, None, :])


def _counted(ties: LayerTies, group: Codes, k: int) -> Floats:
    cell = group[ties.source].astype(np.int64) * k + group[ties.target]
    once = np.bincount(cell, weights=ties.weight, minlength=k * k).reshape(k, k)
    return as_floats(once + once.T)


def _bundled(ties: LayerTies, group: Codes, given: Floats) -> float:
    """Return how much less ties are worth than independent ones would be."""
    held = given.sum(axis=1)
    at_home = np.divide(np.diag(given), held, out=np.zeros(held.size), where=held > 0)
    here, there = group[ties.source], group[ties.target]
    beyond = (here == there) - (at_home[here] + at_home[there]) / 2
    beyond -= np.average(beyond, weights=ties.weight)
    return design_effect(ties, as_floats(beyond * ties.weight))


def _drawn(expected: Floats, observed: Floats, worth: int, rng: np.random.Generator) -> Floats:
    """Return networks of `worth` ties that size and distance give, by group. (d, k, k)."""
    draws, k = expected.shape[0], expected.shape[1]
    strength = np.broadcast_to(observed.sum(axis=1), (draws, k))
    chance = _balanced(expected, as_floats(strength))
    upper = np.triu_indices(k)
    once = np.where(upper[0] == upper[1], 0.5, 1.0)
    share = chance[:, upper[0], upper[1]] * once
    share /= share.sum(axis=1, keepdims=True)
    counts = rng.multinomial(worth, share) if draws else np.empty((0, upper[0].size))
    out = np.zeros((draws, k, k))
    out[:, upper[0], upper[1]] = counts
    return as_floats(out + out.transpose(0, 2, 1))
