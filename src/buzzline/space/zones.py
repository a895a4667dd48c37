"""Zones: neighbouring sites of one country taken together, the units between which ties flow.

Zones are greedy: the site with most organisations takes everything within reach, then the next
free one, and so on. When that gives more zones than asked for, the smallest are given to the
nearest kept zone of their country, and how much that moved is carried along.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from buzzline.arrays import Codes, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.kernels.neighbours import leaders
from buzzline.quantities import Count, Kilometres
from buzzline.space.globe import distance_km, kilometres
from buzzline.space.sites import Sites, grid_of

NEAREST_KM = 1.0  # closer pairs are treated as this far apart: ln 0 is no distance
CENTROID_KM = 0.66 * 10.0  # mean distance inside a disc that a city centroid stands for


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """Zones, and the zone of every organisation.

    Attributes
    ----------
    zone : (n,) int32                 of each organisation, -1 without coordinates or country
    xyz : (z, 3) float64              unit vectors of the mean point
    nation : (z,) int32               code of the country, 0 where it is not known
    n_here : (z,) int64               organisations
    log_km : (z, z) float64           ln of the distance; inside a zone of the mean ln distance
    moved_share : float               organisations given to a zone beyond the reach
    """

    zone: Codes
    xyz: Floats
    nation: Codes
    n_here: Indices
    log_km: Floats
    moved_share: float


def zones_of(
    organisations: pl.DataFrame,
    sites: Sites,
    *,
    reach_km: Kilometres = 12.5,
    at_most: Count = 800,
) -> Zones:
    """Gather sites into zones of one country.

    Parameters
    ----------
    organisations : DataFrame
        With `country`; organisations without a country form a country of their own.
    sites : Sites
        Of the same organisations.
    reach_km : km
        Radius of a zone.
    at_most : count
        More zones than this are merged, smallest first.
    """
    nation = _nation_of_sites(organisations, sites)
    leader = _leaders(sites, nation, reach_km)
    heads, zone_of_site = np.unique(leader, return_inverse=True)
    n_here = np.bincount(zone_of_site, weights=sites.n_here).astype(np.int64)
    merged = _merged(sites.xyz[heads], nation[heads], n_here, at_most)
    final = merged[zone_of_site]
    moved = merged != _own_number(merged, n_here)
    moved_share = float(n_here[moved].sum() / max(n_here.sum(), 1))
    return _zones(sites, nation, as_codes(final), moved_share)


def _zones(sites: Sites, nation: Codes, zone_of_site: Codes, moved_share: float) -> Zones:
    n_zones = int(zone_of_site.max(initial=-1)) + 1
    n_here = np.bincount(zone_of_site, weights=sites.n_here, minlength=n_zones)
    mean = np.zeros((n_zones, 3))
    np.add.at(mean, zone_of_site, sites.xyz * sites.n_here[:, None])
    length = np.linalg.norm(mean, axis=1, keepdims=True)
    centre = mean / np.where(length > 0, length, 1)
    zone_nation = np.zeros(n_zones, np.int32)
    zone_nation[zone_of_site] = nation
    log_km = _log_distances(centre)
    np.fill_diagonal(log_km, _log_inside(sites, zone_of_site, centre, n_here))
    zone = np.where(sites.located, zone_of_site[np.maximum(sites.site, 0)], -1)
    return Zones(as_codes(zone), centre, zone_nation, as_indices(n_here), log_km, moved_share)


def _nation_of_sites(organisations: pl.DataFrame, sites: Sites) -> Codes:
    code = organisations["country"].rank("dense").fill_null(0).to_numpy().astype(np.int32)
    located = sites.located
    nation = np.zeros(sites.n_here.size, np.int32)
    nation[sites.site[located]] = code[located]
    return nation


def _leaders(sites: Sites, nation: Codes, reach_km: float) -> Indices:
    grid = grid_of(sites.xyz, reach_km)
    rank = np.argsort(-sites.n_here[grid.order], kind="stable")
    found = leaders(grid.xyz, grid.keys, nation[grid.order], rank, grid.reach)
    leader = np.empty(sites.n_here.size, np.int64)
    leader[grid.order] = grid.order[found]
    return leader


def _merged(xyz: Floats, nation: Codes, n_here: Indices, at_most: int) -> Indices:
    largest = np.lexsort((np.arange(n_here.size), -n_here))
    kept = np.zeros(n_here.size, np.bool_)
    kept[largest[:at_most]] = True
    _, first = np.unique(nation[largest], return_index=True)
    kept[largest[first]] = True  # every country keeps its largest zone
    number = np.cumsum(kept) - 1
    out = np.empty(n_here.size, np.int64)
    for country in np.unique(nation):
        here = np.flatnonzero(nation == country)
        homes = here[kept[here]]
        nearest = cKDTree(xyz[homes]).query(xyz[here])[1]
        out[here] = number[homes[nearest]]
    return out


def _own_number(merged: Indices, n_here: Indices) -> Indices:
    """Return, for each zone before merging, the number of the zone it would lead."""
    out = np.full(merged.size, -1, np.int64)
    order = np.lexsort((np.arange(merged.size), -n_here))
    _, first = np.unique(merged[order], return_index=True)
    leading = order[first]
    out[leading] = merged[leading]
    return out


def _log_distances(centre: Floats) -> Floats:
    gram = np.clip(centre @ centre.T, -1, 1)
    return np.log(np.maximum(kilometres(np.sqrt(2 - 2 * gram)), NEAREST_KM))


def _log_inside(sites: Sites, zone_of_site: Codes, centre: Floats, n_here: Floats) -> Floats:
    """Return ln of the typical distance inside each zone.

    1.28 times the root mean square distance from the centre is the mean distance of two points
    of a disc; a zone that is one coordinate is taken for a city given by its centroid.
    """
    from_centre = distance_km(sites.xyz, centre[zone_of_site])
    squares = np.bincount(
        zone_of_site, weights=from_centre**2 * sites.n_here, minlength=n_here.size
    )
    spread = 1.28 * np.sqrt(squares / np.maximum(n_here, 1))
    n_sites = np.bincount(zone_of_site, minlength=n_here.size)
    inside = np.where(n_sites > 1, np.maximum(spread, NEAREST_KM), CENTROID_KM)
    return as_floats(np.log(inside))
