"""Sibling clusters: clusters of one industry, near each other."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Kilometres, Ratio
from buzzline.space.globe import chord, distance_km, unit_vectors


@dataclass(frozen=True, slots=True)
class SiblingRule:
    """Which clusters are held against each other, and what counts as separate enough to see.

    Attributes
    ----------
    reach_km : km
        Siblings are clusters of one industry whose densest sites are at most this far apart.
    smallest_ratio : ratio
        Ties within to between, net of size and distance, that one would not want to overlook;
        above 1.
    max_clusters : count
        The strongest clusters that are looked at.
    """

    reach_km: Kilometres = 50.0
    smallest_ratio: Ratio = 2.0
    max_clusters: Count = 100

    def __post_init__(self) -> None:
        if not 1 < self.smallest_ratio < inf:
            raise InvalidArgument(
                "SiblingRule: `smallest_ratio` must be above 1 (2: twice the ties within), got "
                f"{self.smallest_ratio}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """The clusters of one industry.

    Attributes
    ----------
    clusters : tuple of dict        rows of the clustering, strongest first
    label : (n,) int32              cluster of each organisation, by position; -1 for none
    pairs : (p, 2) int64            siblings, by position
    km : (p,) float64               between their densest sites
    """

    clusters: tuple[dict[str, object], ...]
    label: Codes
    pairs: Indices
    km: Floats

    def siblings(self) -> dict[int, Flags]:
        """Return which clusters are siblings of each."""
        found = {k: np.zeros(len(self.clusters), np.bool_) for k in range(len(self.clusters))}
        for one, other in self.pairs:
            found[int(one)][other] = found[int(other)][one] = True
        return found


def families(
    organisations: pl.DataFrame, clustering: Clustering, rule: SiblingRule
) -> list[Family]:
    """Return the clusters of each industry with their siblings, strongest first.

    An organisation that stands in two clusters of an industry counts for the stronger one.
    """
    shown = clustering.clusters.head(rule.max_clusters)
    number = organisations.select("org_id").with_row_index("row")
    members = clustering.members.join(
        number, on="org_id", how="inner", validate="m:1", maintain_order="left"
    )
    found = []
    for _, group in shown.group_by("industry", maintain_order=True):
        label = np.full(organisations.height, -1, np.int32)
        for k in range(group.height - 1, -1, -1):
            rows = members.filter(pl.col("cluster_id") == group["cluster_id"][k])["row"]
            label[rows.to_numpy()] = k
        pairs, km = _near(group, rule.reach_km)
        found.append(Family(tuple(group.to_dicts()), as_codes(label), pairs, km))
    return found


def _near(group: pl.DataFrame, reach_km: Kilometres) -> tuple[Indices, Floats]:
    at = group.select("longitude", "latitude").fill_null(float("nan")).to_numpy()
    placed = np.flatnonzero(~np.isnan(at).any(axis=1))
    xyz = unit_vectors(at[placed, 0], at[placed, 1])
    reach = chord(reach_km) if reach_km < inf else 2.0
    near = cKDTree(xyz).query_pairs(reach, output_type="ndarray") if placed.size > 1 else []
    pairs = np.reshape(np.asarray(near, np.int64), (-1, 2))
    pairs = np.sort(pairs, axis=1)[np.lexsort((pairs.max(axis=1), pairs.min(axis=1)))]
    km = distance_km(xyz[pairs[:, 0]], xyz[pairs[:, 1]]) if len(pairs) else np.empty(0)
    return as_indices(placed[pairs] if len(pairs) else pairs), km
