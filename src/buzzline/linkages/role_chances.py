"""Roles against ties dealt anew, and under resampled ties."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import repeat

import numpy as np
from scipy.stats import hypergeom

from buzzline.arrays import Codes, Flags, Floats, Indices, as_indices
from buzzline.kernels.betweenness import shortest_ways
from buzzline.linkages.advice_ties import ClusterTies
from buzzline.linkages.cognitive_roles import (
    COGNITIVE_ROLES,
    GATEKEEPER,
    RoleCuts,
    cognitive_roles,
    role_cuts,
)
from buzzline.linkages.dealt_ties import TieList, dealt_ties
from buzzline.quantities import Draws

LIKELY = 0.5  # from which on a gatekeeper is likelier than not, not merely possible
DRAWN_ANEW, TIMES = 49, 29  # rewired networks whose ties are drawn anew, and how often
MOST_FOR_WAYS = 400  # members, above which betweenness is not held against rewired networks


@dataclass(frozen=True, slots=True, eq=False)
class RoleChance:
    """What members are, and what they were with their ties dealt anew.

    Attributes
    ----------
    counts : (3, k) float64              ties that arrive and leave inside, and outside
    cuts : RoleCuts
    role : (k,) int32
    by_chance : (k, roles) float64       share of rewired networks with the member in each role
    open_p : (k,) float64                as many ties outside, by its number of ties alone
    betweenness, betweenness_p : (k,) float64
    n_gatekeepers : (draws,) float64     in rewired networks
    carried : (draws,) float64           share of outside ties they hold; NaN without any
    n_likely : (l,) float64              in some rewired networks, likelier than not when their
                                         ties are drawn anew
    """

    counts: Floats
    cuts: RoleCuts
    role: Codes
    by_chance: Floats
    open_p: Floats
    betweenness: Floats
    betweenness_p: Floats
    n_gatekeepers: Floats
    carried: Floats
    n_likely: Floats


def rewired(ties: ClusterTies, draws: Draws, rng: np.random.Generator) -> Iterable[ClusterTies]:
    """Yield networks in which every node has as many ties, and those outside none with another.

    Dealt one by one, the number of ties inside stays what it is. Ties of consortia are dealt by
    who takes part in which.
    """
    listed = TieList(
        ties.source, ties.target, ties.pair, ties.unit, ties.n, ties.k, ties.is_directed
    )
    for dealt in dealt_ties(listed, draws, rng):
        yield replace(
            ties, source=dealt.source, target=dealt.target, pair=dealt.pair, unit=dealt.unit
        )


def role_chance(ties: ClusterTies, draws: Draws, rng: np.random.Generator) -> RoleChance:
    """Return the roles of members and how they compare with those in rewired networks."""
    counts = ties.counts()
    between = _betweenness(ties)
    is_small = ties.k <= MOST_FOR_WAYS
    dealt, as_between = np.empty((draws, 3, ties.k)), np.ones(ties.k)
    first: list[ClusterTies] = []
    for draw, other in enumerate(rewired(ties, draws, rng)):
        dealt[draw] = other.counts()
        first += [other] if draw < DRAWN_ANEW else []
        if is_small:
            as_between += _betweenness(other) >= between - 1e-9
    inside = dealt[:, 0] + dealt[:, 1] if ties.is_directed else dealt[:, 0]
    cuts = role_cuts(inside, dealt[:, 2])
    role = cognitive_roles(*counts, cuts=cuts, is_directed=ties.is_directed)
    other_roles = cognitive_roles(
        dealt[:, 0], dealt[:, 1], dealt[:, 2], cuts=cuts, is_directed=ties.is_directed
    )
    by_ties = ties.unit.size == np.unique(ties.unit).size
    as_open = (1 + (dealt[:, 2] >= counts[2]).sum(axis=0)) / (1 + draws)
    p = openness_p(ties) if by_ties else as_open
    return RoleChance(
        counts, cuts, role, role_shares(other_roles), p, between,
        as_between / (1 + draws) if is_small else np.full(ties.k, np.nan),
        (other_roles == GATEKEEPER).sum(axis=1).astype(np.float64),
        carried(other_roles, dealt[:, 2]),
        np.array([_n_likely(*one, cuts, rng) for one in zip(first, other_roles, strict=False)]),
    )  # fmt: skip


def _n_likely(
    ties: ClusterTies, role: Codes, cuts: RoleCuts, rng: np.random.Generator
) -> float:
    """Return how many gatekeepers of a network are likelier than not when ties are redrawn."""
    if not (role == GATEKEEPER).any():
        return 0.0
    codes, _ = resampled_roles(repeat(ties), cuts, draws=TIMES, rng=rng)
    return float(((role == GATEKEEPER) & (role_shares(codes)[:, GATEKEEPER] >= LIKELY)).sum())


def openness_p(ties: ClusterTies) -> Floats:
    """Return how likely members have as many ties outside, or more, by their number of ties.

    For ties that come one by one; those of consortia are held against dealt ones instead.
    Ends of ties are joined at random: of all ends that arrive at members, as many come from
    outside as do, and so for those that leave (hypergeometric; the sum of both by convolution).
    (k,) float64.
    """
    is_inside = (ties.source < ties.k) & (ties.target < ties.k)
    if ties.is_directed:
        tables = [_ends(ties.k, ends, is_inside) for ends in (ties.target, ties.source)]
    else:
        both = np.concatenate([ties.target, ties.source])
        tables = [_ends(ties.k, both, np.tile(is_inside, 2))]
    found = np.ones(ties.k)
    for i in range(ties.k):
        spread, seen = np.ones(1), 0
        for n_all, n_beyond in tables:
            known = np.arange(n_all[i] + 1)
            chance = hypergeom.pmf(known, n_all.sum(), n_beyond.sum(), n_all[i])
            spread, seen = np.convolve(spread, chance), seen + int(n_beyond[i])
        found[i] = min(float(spread[seen:].sum()), 1.0)
    return found


def _ends(k: int, ends: Indices, is_inside: Flags) -> tuple[Indices, Indices]:
    """Return how many of some ends of ties each member has, and how many of ties outside."""
    of_members = ends < k
    n_beyond = np.bincount(ends[of_members & ~is_inside], minlength=k)
    return np.bincount(ends[of_members], minlength=k), n_beyond


def role_shares(codes: Codes) -> Floats:
    """Return how often each member has each role. codes : (draws, k); (k, roles) float64."""
    return np.stack(
        [(codes == code).mean(axis=0) for code in range(len(COGNITIVE_ROLES))], axis=1
    )


def carried(codes: Codes, n_outside: Floats) -> Floats:
    """Return the share of ties outside that gatekeepers hold, by draw; NaN without any."""
    total = n_outside.sum(axis=-1)
    held = np.where(codes == GATEKEEPER, n_outside, 0).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(held / total)


def resampled_roles(
    networks: Iterable[ClusterTies], cuts: RoleCuts, *, draws: Draws, rng: np.random.Generator
) -> tuple[Codes, Floats]:
    """Return roles and ties outside when ties are drawn anew, (draws, k) each.

    Parameters
    ----------
    networks : iterable of ClusterTies
        The one a draw is made of, in turn.
    cuts : RoleCuts
    draws : draws
    rng : Generator
    """
    codes, outside = [], []
    for _, ties in zip(range(draws), networks, strict=False):
        counts = ties.counts(ties.resampled(rng))
        codes.append(cognitive_roles(*counts, cuts=cuts, is_directed=ties.is_directed))
        outside.append(counts[2])
    return np.array(codes), np.array(outside)


def _betweenness(ties: ClusterTies) -> Floats:
    """Return on how many shortest ways between members each lies, by ties inside alone."""
    k = ties.k
    inside = (ties.source < k) & (ties.target < k)
    source, target = ties.source[inside], ties.target[inside]
    if not ties.is_directed:
        source, target = np.concatenate([source, target]), np.concatenate([target, source])
    order = np.argsort(source, kind="stable")
    start = np.searchsorted(source[order], np.arange(k + 1))
    found, _ = shortest_ways(as_indices(start), target[order].astype(np.int32), _everybody(k))
    return np.asarray(found if ties.is_directed else found / 2)


def _everybody(k: int) -> Indices:
    return np.arange(k)
