"""Sites: the distinct coordinates of a study, however many organisations stand at each.

City centroids put thousands of organisations at one coordinate; counting by site keeps memory
and time proportional to places, not to pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_indices
from buzzline.kernels.neighbours import cell_keys, groups_within, weight_around, weight_within
from buzzline.quantities import Kilometres
from buzzline.space.globe import chord, degrees, unit_vectors
from buzzline.space.threads import in_parts


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Distinct coordinates, and which organisation stands where.

    Attributes
    ----------
    xyz : (s, 3) float64          unit vectors
    longitude, latitude : (s,) float64 [degree]
    site : (n,) int32             site of each organisation, -1 when it has no coordinates
    n_here : (s,) int64           organisations at each site
    """

    xyz: Floats
    longitude: Floats
    latitude: Floats
    site: Codes
    n_here: Indices

    @property
    def located(self) -> Flags:
        """(n,) bool: which organisations have coordinates."""
        return np.asarray(self.site >= 0)


def sites_of(organisations: pl.DataFrame) -> Sites:
    """Return the sites of a table with `longitude` and `latitude`, in order of appearance."""
    has = pl.col("longitude").is_not_null() & pl.col("latitude").is_not_null()
    rows = organisations.select("longitude", "latitude").with_row_index("row").filter(has)
    distinct = rows.select("longitude", "latitude").unique(maintain_order=True)
    numbered = distinct.with_row_index("site")
    site = np.full(organisations.height, -1, np.int32)
    joined = rows.join(
        numbered,
        on=["longitude", "latitude"],
        how="left",
        validate="m:1",
        maintain_order="left",
    )
    site[joined["row"].to_numpy()] = joined["site"].to_numpy()
    longitude, latitude = distinct["longitude"].to_numpy(), distinct["latitude"].to_numpy()
    n_here = np.bincount(site[site >= 0], minlength=distinct.height).astype(np.int64)
    return Sites(unit_vectors(longitude, latitude), longitude, latitude, as_codes(site), n_here)


def gathered(sites: Sites, step_km: Kilometres) -> Sites:
    """Gather sites into blocks about `step_km` wide, each standing at its mean point.

    The blocks do not look at who stands where, so tests by relabelling stay exact; what changes
    is that distances are blurred by up to one step.
    """
    step = chord(step_km)
    cell = np.floor((sites.xyz + 1.0) / step).astype(np.int64)
    _, block = np.unique(cell, axis=0, return_inverse=True)
    n_here = np.bincount(block, weights=sites.n_here).astype(np.int64)
    mean = np.zeros((n_here.size, 3))
    np.add.at(mean, block, sites.xyz * sites.n_here[:, None])
    xyz = np.ascontiguousarray(mean / np.linalg.norm(mean, axis=1, keepdims=True))
    site = np.where(sites.located, block[np.maximum(sites.site, 0)], -1)
    longitude, latitude = degrees(xyz)
    return Sites(xyz, longitude, latitude, as_codes(site), n_here)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Points sorted into cells as wide as a reach, ready for the neighbour kernels.

    Attributes
    ----------
    order : (n,) int64     position of each sorted point in the arrays it was made from
    xyz : (n, 3) float64   sorted
    keys : (n,) int64      sorted
    reach : float          chord
    """

    order: Indices
    xyz: Floats
    keys: Indices
    reach: float

    def among(self, chosen: Flags) -> Grid:
        """Return the grid of some of the points; `chosen` is in the order of the original."""
        keep = chosen[self.order]
        return Grid(self.order[keep], self.xyz[keep], self.keys[keep], self.reach)

    def weight_within(self, points: Floats, weight: Indices) -> Indices:
        """Return the summed weight of grid points within reach of each of (m, 3) points.

        `weight` is in the order of the arrays the grid was made from.
        """
        found = weight_within(points, self.xyz, self.keys, weight[self.order], self.reach)
        return as_indices(found)

    def weight_around(self, weight: Indices) -> Indices:
        """Return the summed weight of grid points within reach of each of them.

        Both are in the order of the grid, and each point counts for itself.
        """
        return as_indices(weight_around(self.xyz, self.keys, as_indices(weight), self.reach))


def grid_of(xyz: Floats, reach_km: Kilometres) -> Grid:
    """Sort points into cells as wide as `reach_km`."""
    reach = chord(reach_km)
    keys = cell_keys(xyz, reach)
    order = np.argsort(keys, kind="stable")
    return Grid(order, np.ascontiguousarray(xyz[order]), keys[order], reach)


def organisations_within(sites: Sites, reach_km: Kilometres) -> Indices:
    """Return how many organisations are within `reach_km` of each site, itself included."""
    grid = grid_of(sites.xyz, reach_km)
    return in_parts(
        lambda part: grid.weight_within(sites.xyz[part], sites.n_here), len(sites.xyz)
    )


def grouped_within(xyz: Floats, reach_km: Kilometres) -> Codes:
    """Return the group of each point: points within `reach_km` of each other share one."""
    grid = grid_of(xyz, reach_km)
    group = np.empty(len(xyz), np.int32)
    group[grid.order] = groups_within(grid.xyz, grid.keys, grid.reach)
    return group
