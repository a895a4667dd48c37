"""The clusters of one industry with their ties of four types, ready to be held pair by pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.expected_ties import OF_MEMBERS
from buzzline.clusters.siblings import Family
from buzzline.linkages.city_gravity import City, Yardstick, yardsticks
from buzzline.linkages.linkage_types import TiesByCluster, TypedTies, ties_by_cluster
from buzzline.linkages.rivalry import (
    RESOURCES,
    Drawn,
    Resource,
    Roster,
    drawn_on,
    roster_of,
)
from buzzline.linkages.small_samples import bands
from buzzline.randomness import child

MOST_A_BAND = 200  # organisations that stand for those as far away and as active


@dataclass(frozen=True, slots=True, eq=False)
class Pools:
    """What each organisation is as a source: its industry, or itself. Two (n,) int32."""

    industry: Codes
    organisation: Codes

    def of(self, resource: Resource) -> Codes:
        """Return the pools of one resource."""
        return self.industry if resource.pool == "industry" else self.organisation

    def without_own(self, label: Codes) -> Pools:
        """Return the pools less the industries that many members are of.

        Whoever is of the clusters' own industry, and tied to them, may well be a member that
        was not noticed, such as one far away; both clusters would seem to draw on it.

        Parameters
        ----------
        label : (n,) int32        cluster of each organisation, -1 for none
        """
        known = self.industry >= 0
        size = int(self.industry.max(initial=-1)) + 1
        counts = np.bincount(self.industry[known & (label >= 0)], minlength=size)
        own = counts >= OF_MEMBERS * max(int(counts.sum()), 1)
        hidden = np.zeros(label.size, np.bool_)
        hidden[known] = own[self.industry[known]]
        return Pools(as_codes(np.where(hidden, -1, self.industry)), self.organisation)


def pools_of(organisations: pl.DataFrame) -> Pools:
    """Return the pools that organisations are."""
    industry = organisations["industry"].rank("dense").cast(pl.Int64).fill_null(0).to_numpy()
    return Pools(as_codes(industry - 1), as_codes(np.arange(organisations.height)))


@dataclass(frozen=True, slots=True, eq=False)
class FamilyTies:
    """Ties, yardsticks and members of the clusters of one industry.

    Attributes
    ----------
    family : Family
    city : City
    unit : (n,) int32                 what each organisation counts as
    types : type to TiesByCluster     without direction
    drawn : cluster to resource to Drawn
    yardsticks : type to Yardstick, or why there is none
    rosters : cluster to Roster       of the clusters that have a sibling
    near : type to Neighbourhood
    activity : (n,) float64           ties of each organisation with the base, of any type
    stand_ins : StandIns
    """

    family: Family
    city: City
    unit: Codes
    types: Mapping[str, TiesByCluster]
    drawn: Mapping[int, Mapping[str, Drawn]]
    yardsticks: Mapping[str, Yardstick | str]
    rosters: Mapping[int, Roster]
    near: Mapping[str, Neighbourhood]
    activity: Floats
    stand_ins: StandIns


def family_ties(
    typed: TypedTies, family: Family, city: City, *, pools: Pools, draws: int, seed: int
) -> FamilyTies:
    """Gather the ties of the clusters of one industry in one pass over all ties."""
    k = len(family.clusters)
    label = family.label
    shown = np.unique(family.pairs).tolist()
    rosters = {
        c: roster_of(
            label, c, unit=typed.unit, draws=draws,
            rng=child(seed, "units", str(family.clusters[c]["cluster_id"])),
        )
        for c in shown
    }  # fmt: skip
    types = {name: ties_by_cluster(ties, label, k) for name, ties in typed.types.items()}
    near = {name: _neighbourhood(ties, city, shown) for name, ties in types.items()}
    activity = as_floats(sum((one.activity for one in near.values()), np.zeros(label.size)))
    pools = pools.without_own(label)
    return FamilyTies(
        family, city, typed.unit, types, _drawn(typed, label, rosters, pools),
        yardsticks(city, typed.types, family.pairs), rosters, near, activity,
        _stand_ins(typed, city, activity, shown, pools=pools,
                   rng=child(seed, "stand-ins", str(family.clusters[0]["cluster_id"]))),
    )  # fmt: skip


def _drawn(
    typed: TypedTies, label: Codes, rosters: Mapping[int, Roster], pools: Pools
) -> dict[int, dict[str, Drawn]]:
    """Return what each cluster draws on."""
    wanted = {layer for resource in RESOURCES for layer in resource.layers}
    layers = {
        name: ties_by_cluster(ties, label, int(label.max(initial=-1)) + 1)
        for name, ties in typed.layers.items() if name in wanted
    }  # fmt: skip
    found = {}
    for cluster, roster in rosters.items():
        own = {name: part.of_pair(cluster, cluster) for name, part in layers.items()}
        found[cluster] = {
            resource.name: drawn_on(
                own,
                resource,
                label=label,
                pool=pools.of(resource),
                place=roster.place,
            )
            for resource in RESOURCES
        }
    return found


@dataclass(frozen=True, slots=True, eq=False)
class StandIns:
    """Organisations of no cluster that may stand for the members of one.

    Attributes
    ----------
    n : int
    rows : cluster to band to (.,) int64     numbers of those in each band about the cluster
    counts : resource to (n, pools) sparse   what they draw on
    """

    n: int
    rows: Mapping[int, Mapping[int, Indices]]
    counts: Mapping[str, csr_array]


def _stand_ins(
    typed: TypedTies, city: City, activity: Floats, shown: list[int], *, pools: Pools,
    rng: np.random.Generator,
) -> StandIns:  # fmt: skip
    """Return up to `MOST_A_BAND` base organisations in each band about each cluster."""
    base = np.flatnonzero(city.is_base)
    base = base[rng.permutation(base.size)]
    taken: dict[int, dict[int, Indices]] = {}
    for cluster in shown:
        stratum = bands(city.km[base, cluster], as_floats(activity[base]))
        order = np.argsort(stratum, kind="stable")
        order = order[stratum[order] >= 0]
        values, starts = np.unique(stratum[order], return_index=True)
        parts = np.split(base[order], starts[1:]) if values.size else []
        taken[cluster] = {
            int(value): as_indices(part[:MOST_A_BAND])
            for value, part in zip(values, parts, strict=True)
        }
    every = [part for some in taken.values() for part in some.values()]
    chosen = np.unique(np.concatenate([np.empty(0, np.int64), *every]))
    place = np.full(city.label.size, -1, np.int32)
    place[chosen] = np.arange(chosen.size)
    rows = {
        cluster: {value: as_indices(place[part]) for value, part in some.items()}
        for cluster, some in taken.items()
    }
    counts = {
        resource.name: drawn_on(typed.layers, resource, label=city.label,
                                pool=pools.of(resource), place=place).counts
        for resource in RESOURCES
    }  # fmt: skip
    return StandIns(chosen.size, rows, counts)


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhood:
    """Organisations of no cluster by how far from each cluster and how active they are.

    Attributes
    ----------
    activity : (n,) float64            ties of each organisation with the base
    n, hits : cluster to (s,) int64    base organisations in each stratum; of them, those with
                                       a tie to a member of the cluster
    """

    activity: Floats
    n: Mapping[int, Indices]
    hits: Mapping[int, Indices]


def _neighbourhood(found: TiesByCluster, city: City, shown: list[int]) -> Neighbourhood:
    ties, size = found.ties, city.label.size
    activity = np.zeros(size)
    for here, there in ((ties.source, ties.target), (ties.target, ties.source)):
        to_base = city.is_base[there]
        activity += np.bincount(here[to_base], weights=ties.weight[to_base], minlength=size)
    base = np.flatnonzero(city.is_base)
    n, hits = {}, {}
    for cluster in shown:
        stratum = bands(city.km[base, cluster], as_floats(activity[base]))
        kept = stratum >= 0
        hit = tied_to(found, cluster)[base]
        n[cluster] = as_indices(np.bincount(stratum[kept], minlength=1))
        hits[cluster] = as_indices(
            np.bincount(stratum[kept], weights=hit[kept], minlength=n[cluster].size)
        )
    return Neighbourhood(as_floats(activity), n, hits)


def tied_to(found: TiesByCluster, cluster: int) -> Flags:
    """Tell which organisations have a tie to a member of a cluster. (n,)."""
    rows = found.rows[cluster]
    hit = np.zeros(found.label.size, np.bool_)
    source, target = found.ties.source[rows], found.ties.target[rows]
    hit[source[found.label[target] == cluster]] = True
    hit[target[found.label[source] == cluster]] = True
    return hit
