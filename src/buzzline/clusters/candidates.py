"""Candidate clusters: core points whose discs overlap, at every scale, as a nested tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.cores import Surroundings, core_sites, standing
from buzzline.kernels.hypergeometric import bernoulli_log_likelihood_ratio
from buzzline.kernels.neighbours import footprint
from buzzline.quantities import Kilometres
from buzzline.space.globe import chord
from buzzline.space.sites import grouped_within


@dataclass(frozen=True, slots=True, eq=False)
class ScaleCandidates:
    """Candidates of one industry at one scale.

    Attributes
    ----------
    around : Surroundings         of this scale
    owner : (s,) int32            candidate each site lies in, -1 for none
    is_core : (s,) bool
    n_members, n_background, n_core : (c,) int64
    strength : (c,) float64       log-likelihood ratio [nats]
    """

    around: Surroundings
    owner: Codes
    is_core: Flags
    n_members: Indices
    n_background: Indices
    n_core: Indices
    strength: Floats

    @property
    def scale_km(self) -> Kilometres:
        """Radius of the discs."""
        return self.around.reach_km

    def of_organisations(self) -> Codes:
        """Candidate each organisation lies in, whatever its industry; -1 for none. (n,)."""
        site = self.around.sites.site
        return as_codes(np.where(site >= 0, self.owner[np.maximum(site, 0)], -1))

    def core_organisations(self) -> Flags:
        """Organisations that stand at a site of core points. (n,) bool."""
        site = self.around.sites.site
        return np.asarray((site >= 0) & self.is_core[np.maximum(site, 0)])


def candidates_at(around: Surroundings, n_industry: Indices, is_core: Flags) -> ScaleCandidates:
    """Join core points whose discs overlap; members are the industry's organisations inside.

    Parameters
    ----------
    around : Surroundings
    n_industry : (s,) int64
    is_core : (s,) bool
    """
    sites = around.sites
    owner = np.full(n_industry.size, -1, np.int32)
    core_xyz = np.ascontiguousarray(sites.xyz[is_core])
    group = grouped_within(core_xyz, 2 * around.reach_km)
    n_groups = int(group.max(initial=-1)) + 1
    sorted_owner = np.full(n_industry.size, -1, np.int32)
    grid = around.grid
    footprint(core_xyz, group, grid.xyz, grid.keys, chord(around.reach_km), sorted_owner)
    owner[grid.order] = sorted_owner
    inside = owner >= 0

    def per_group(number: Indices, where: Flags) -> Indices:
        counts = np.bincount(owner[where], weights=number[where], minlength=n_groups)
        return as_indices(counts)

    n_members, n_background = per_group(n_industry, inside), per_group(sites.n_here, inside)
    n_core = per_group(n_industry, inside & is_core)
    strength = strengths(
        n_members, n_background, marked=int(n_industry.sum()), total=around.n_organisations
    )
    return ScaleCandidates(
        around, as_codes(owner), is_core, n_members, n_background, n_core, strength
    )


def strengths(inside: Indices, within: Indices, *, marked: int, total: int) -> Floats:
    """Return the log-likelihood ratio of each candidate (Kulldorff 1997) [nats]."""
    return as_floats(
        [
            bernoulli_log_likelihood_ratio(int(c), int(n), marked, total)
            for c, n in zip(inside, within, strict=True)
        ]
    )


def strongest_by_chance(
    levels: Sequence[tuple[Surroundings, Indices]],
    located: Indices,
    n_marked: int,
    *,
    rng: np.random.Generator,
) -> float:
    """Deal the industry's labels at random and return the strength of the strongest candidate.

    Parameters
    ----------
    levels : sequence of (Surroundings, critical counts of every site)
    located : (n,) int64
        Rows of the organisations with coordinates.
    n_marked : int
        Organisations of the industry.
    """
    drawn = located[rng.choice(located.size, n_marked, replace=False, shuffle=False)]
    strongest = 0.0
    for around, critical in levels:
        n_here = standing(around, drawn)
        is_core = core_sites(around, n_here, critical)
        if is_core.any():
            found = candidates_at(around, n_here, is_core)
            strongest = max(strongest, float(found.strength.max()))
    return strongest


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """All candidates of one industry, fine scales first, each with its parent.

    Attributes
    ----------
    level, number : (t,) int64    which scale, and which candidate of that scale
    parent : (t,) int64           position in this tree, -1 at the top
    strength : (t,) float64
    chosen : (t,) bool            the flat set: no chosen node lies in another
    """

    level: Indices
    number: Indices
    parent: Indices
    strength: Floats
    chosen: Flags


def tree_of(levels: Sequence[ScaleCandidates], active: Flags) -> Tree:
    """Nest the candidates and choose the flat set that explains the map best.

    A candidate's parent is the candidate of the next coarser scale that holds most of its
    members. Walking up, a node is chosen when its own log-likelihood ratio is at least the sum
    of the best below it.

    Parameters
    ----------
    levels : sequence of ScaleCandidates
        Fine scales first.
    active : (n,) bool
        Organisations of the industry.
    """
    owners = [np.where(active, found.of_organisations(), -1) for found in levels]
    sizes = [found.strength.size for found in levels]
    offset = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    parent = np.full(int(offset[-1]), -1, np.int64)
    for fine in range(len(levels) - 1):
        for number in range(sizes[fine]):
            found = _holder(owners, fine, number)
            if found is not None:
                parent[offset[fine] + number] = offset[found[0]] + found[1]
    strength = as_floats(np.concatenate([np.empty(0), *(found.strength for found in levels)]))
    level = np.repeat(np.arange(len(levels)), sizes)
    place = as_indices(np.arange(offset[-1]) - offset[level])
    return Tree(as_indices(level), place, parent, strength, _best_antichain(parent, strength))


def _holder(owners: Sequence[Codes], fine: int, number: int) -> tuple[int, int] | None:
    """Return the level and number of the candidate that holds most members of this one."""
    members = owners[fine] == number
    for coarse in range(fine + 1, len(owners)):
        held = owners[coarse][members]
        if (held >= 0).any():
            return coarse, int(np.bincount(held[held >= 0]).argmax())
    return None


def _best_antichain(parent: Indices, strength: Floats) -> Flags:
    below = np.zeros(parent.size)
    chosen = np.zeros(parent.size, np.bool_)
    for node in range(parent.size):  # children stand before their parents
        chosen[node] = strength[node] > 0 and strength[node] >= below[node]
        if parent[node] >= 0:
            below[parent[node]] += max(below[node], strength[node])
    for node in range(parent.size - 1, -1, -1):
        above = parent[node]
        while above >= 0 and not chosen[above]:
            above = parent[above]
        if above >= 0:
            chosen[node] = False
    return chosen
