"""Everybody who stands on the grid over two clusters, gathered by node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from buzzline.arrays import Codes, Flags, Floats, Indices, as_floats, as_indices
from buzzline.clusters.relative_risk import Ground
from buzzline.space.globe import EARTH_RADIUS_KM, chord
from buzzline.space.sites import Sites


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """All organisations with coordinates, ready to be found by place.

    Attributes
    ----------
    sites : Sites
    tree : cKDTree               of the sites
    start, order : (s + 1,), (k,) int64    organisations of site i: order[start[i]:start[i + 1]]
    owner : (n,) int32           who owns each organisation
    precision_km : (n,) float64
    """

    sites: Sites
    tree: cKDTree
    start: Indices
    order: Indices
    owner: Codes
    precision_km: Floats

    def on(self, ground: Ground) -> tuple[Indices, Indices]:
        """Return who stands on a grid, and at which node. (k,) rows and (k,) nodes, int64."""
        reach = chord(min(1.01 * ground.reach_km, np.pi * EARTH_RADIUS_KM))
        near = as_indices(sorted(self.tree.query_ball_point(ground.middle, reach)))
        node = ground.nodes(self.sites.xyz[near])
        near, node = near[node >= 0], node[node >= 0]
        n_here = self.start[near + 1] - self.start[near]
        inside = np.arange(n_here.sum()) - np.repeat(np.cumsum(n_here) - n_here, n_here)
        rows = self.order[np.repeat(self.start[near], n_here) + inside]
        return as_indices(rows), as_indices(np.repeat(node, n_here))


def map_of(sites: Sites, owner: Codes, precision_km: Floats) -> Map:
    """Sort organisations by site."""
    order = np.argsort(sites.site, kind="stable")
    n_nowhere = int((sites.site < 0).sum())
    start = np.concatenate([[0], np.cumsum(sites.n_here)])
    return Map(
        sites, cKDTree(sites.xyz), as_indices(start), as_indices(order[n_nowhere:]), owner,
        precision_km,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Footing:
    """Organisations on a grid, by node.

    Attributes
    ----------
    industry, everybody : (n,) int64    of the industry, and of any, at each node
    entry : (e,) int64                  what each kind of organisation counts at: a node, or a
                                        node + n when of the industry
    kind : (e,) int64                   entries of one kind are drawn together
    chance : (kinds,) float64           of each kind in one draw of an owner
    n_owners : int
    """

    industry: Indices
    everybody: Indices
    entry: Indices
    kind: Indices
    chance: Floats
    n_owners: int

    def dealt(self, rng: np.random.Generator) -> Indices:
        """Deal the industry at random among all organisations on the grid. (n,) int64."""
        held = np.flatnonzero(self.everybody)
        out = np.zeros(self.everybody.size, np.int64)
        out[held] = rng.multivariate_hypergeometric(
            self.everybody[held], int(self.industry.sum()), method="marginals"
        )
        return out

    def redrawn(self, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Draw as many owners with replacement: `industry` and `everybody` anew."""
        n = self.everybody.size
        drawn = rng.multinomial(self.n_owners, self.chance)[self.kind]
        both = np.bincount(self.entry, weights=drawn, minlength=2 * n).astype(np.int64)
        return as_indices(both[n:]), as_indices(both[:n] + both[n:])


def footing(node: Indices, is_industry: Flags, owner: Codes, *, n_nodes: int) -> Footing:
    """Gather organisations by node, and by owner so that owners can be drawn anew.

    Owners of one organisation are gathered by where it stands and whether it is of the
    industry: drawing them costs as much as there are nodes, however many they are.

    Parameters
    ----------
    node : (k,) int64
    is_industry : (k,) bool
    owner : (k,) int32
    n_nodes : int
    """
    entry = node + n_nodes * is_industry
    _, code, n_sites = np.unique(owner, return_inverse=True, return_counts=True)
    alone = n_sites[code] == 1
    single, n_single = np.unique(entry[alone], return_counts=True)
    kind_of, kind = np.unique(code[~alone], return_inverse=True)
    chance = np.concatenate([n_single, np.ones(kind_of.size)]) / max(n_sites.size, 1)
    both = np.bincount(entry, minlength=2 * n_nodes)
    return Footing(
        as_indices(both[n_nodes:]), as_indices(both[:n_nodes] + both[n_nodes:]),
        as_indices(np.concatenate([single, entry[~alone]])),
        as_indices(np.concatenate([np.arange(single.size), single.size + kind])),
        as_floats(chance), n_sites.size,
    )  # fmt: skip
