"""Zones: neighbouring sites of one country taken together, the units between which ties flow.

Zones are greedy: the site with most organisations takes everything within reach, then the next
free one, and so on. When that gives more zones than asked for, the smallest are given to the
nearest kept zone of their country, and how much that moved is carried along.

The distance between two zones is the harmonic mean over pairs of their organisations, which is
what a gravity model with an elasticity near minus one adds up [1]_.

.. [1] Head, K., Mayer, T. (2010). Illusory border effects: distance mismeasurement inflates
   estimates of home bias in trade. In: The Gravity Model in International Trade. Cambridge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.kernels.distances import harmonic_log_km
from buzzline.kernels.neighbours import leaders
from buzzline.quantities import Count, Kilometres
from buzzline.space.globe import EARTH_RADIUS_KM, kilometres
from buzzline.space.precision import precision_km
from buzzline.space.sites import Sites, grid_of

NEAREST_KM = 1.0  # closer pairs are treated as this far apart: ln 0 is no distance
INSIDE_A_DISC = 0.66  # mean distance inside a disc, in radii: what a centroid stands for
SAMPLE = 24  # organisations that stand for a zone when distances are averaged
NEAR_REACHES = 10  # further zones than this many reaches are points to each other


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """Zones, and the zone of every organisation.

    Attributes
    ----------
    zone : (n,) int32             of each organisation, -1 without coordinates
    nation : (z,) int32           code of the country, 0 where it is not known
    n_here : (z,) int64           organisations
    log_km : (z, z) float64       ln of the harmonic mean distance between organisations
    moved_share : float           organisations given to a zone beyond the reach
    organisation_xyz : (n, 3) float64   unit vectors, NaN without coordinates
    organisation_nation : (n,) int32    code of the country, 0 where it is not known
    floor_km : (n,) float64       shortest distance that the coordinates can tell
    near : (p, 2) int64           ordered pairs of zones whose distance is averaged over pairs
    sample, sample_start : int64  organisations that stand for zone z in averages of distances:
                                  sample[sample_start[z]:sample_start[z + 1]]
    """

    zone: Codes
    nation: Codes
    n_here: Indices
    log_km: Floats
    moved_share: float
    organisation_xyz: Floats
    organisation_nation: Codes
    floor_km: Floats
    near: Indices
    sample: Indices
    sample_start: Indices


def zones_of(
    organisations: pl.DataFrame,
    sites: Sites,
    *,
    reach_km: Kilometres = 12.5,
    at_most: Count = 600,
) -> Zones:
    """Gather sites into zones of one country.

    Parameters
    ----------
    organisations : DataFrame
        With `country` and `precision`. A site is of the commonest country known there; sites
        of which none is known form a country of their own.
    sites : Sites
        Of the same organisations.
    reach_km : km
        Radius of a zone.
    at_most : count
        More zones than this are merged, smallest first.
    """
    code = _nations(organisations)
    nation = _nation_of_sites(sites, code)
    leader = _leaders(sites, nation, reach_km)
    heads, zone_of_site = np.unique(leader, return_inverse=True)
    n_here = np.bincount(zone_of_site, weights=sites.n_here).astype(np.int64)
    merged = _merged(sites.xyz[heads], nation[heads], n_here, at_most)
    final = as_codes(merged.number[zone_of_site])
    moved_share = float(n_here[~merged.kept].sum() / max(n_here.sum(), 1))
    zone_nation = np.zeros(int(merged.kept.sum()), np.int32)
    zone_nation[final] = nation
    return _measured(organisations, sites, final, zone_nation, (moved_share, reach_km))


def log_km_from(zones: Zones, chosen: Flags) -> Floats:
    """Return ln of the distance from some organisations of each zone to every zone. (z, z).

    Near zones by the harmonic mean over the chosen organisations here and all of them there,
    far ones by their mean points. Rows of zones without a chosen organisation are as in
    `log_km`.
    """
    n_zones = zones.n_here.size
    here, here_start = _sampled(np.where(chosen, zones.zone, -1), n_zones)
    present = here_start[1:] > here_start[:-1]
    near = as_indices(zones.near[present[zones.near[:, 0]]])
    found = harmonic_log_km(
        here, here_start, zones.sample, zones.sample_start, near, zones.organisation_xyz,
        zones.floor_km, EARTH_RADIUS_KM,
    )  # fmt: skip
    out = zones.log_km.copy()
    known = np.isfinite(found)
    out[near[known, 0], near[known, 1]] = found[known]
    return out


def _measured(
    organisations: pl.DataFrame,
    sites: Sites,
    zone_of_site: Codes,
    nation: Codes,
    merging: tuple[float, Kilometres],
) -> Zones:
    n_here = np.bincount(zone_of_site, weights=sites.n_here, minlength=nation.size)
    mean = np.zeros((nation.size, 3))
    np.add.at(mean, zone_of_site, sites.xyz * sites.n_here[:, None])
    length = np.linalg.norm(mean, axis=1, keepdims=True)
    centre = mean / np.where(length > 0, length, 1)
    gram = np.clip(centre @ centre.T, -1, 1)
    km = kilometres(np.sqrt(2 - 2 * gram))
    moved_share, reach_km = merging
    floor = np.maximum(NEAREST_KM, INSIDE_A_DISC * precision_km(organisations))
    xyz = np.full((sites.site.size, 3), np.nan)
    xyz[sites.located] = sites.xyz[sites.site[sites.located]]
    zone = np.where(sites.located, zone_of_site[np.maximum(sites.site, 0)], -1)
    smallest = np.full(nation.size, np.inf)
    np.minimum.at(smallest, zone[sites.located], floor[sites.located])
    log_km = np.log(np.maximum(km, NEAREST_KM))
    np.fill_diagonal(log_km, np.log(smallest))
    near = as_indices(np.argwhere(km <= NEAR_REACHES * reach_km))
    code = _nations(organisations)
    bare = Zones(
        as_codes(zone), nation, as_indices(n_here), log_km, moved_share, xyz, code,
        as_floats(floor), near, *_sampled(zone, nation.size),
    )  # fmt: skip
    return replace(bare, log_km=log_km_from(bare, sites.located))


def _sampled(zone: Codes, n_zones: int) -> tuple[Indices, Indices]:
    """Return up to `SAMPLE` organisations of each zone, evenly spaced in the table."""
    rows = np.flatnonzero(zone >= 0)
    rows = rows[np.argsort(zone[rows], kind="stable")]
    n = np.bincount(zone[rows], minlength=n_zones)
    start = np.concatenate([[0], np.cumsum(n)[:-1]])
    place = np.arange(rows.size) - start[zone[rows]]
    size = n[zone[rows]]
    taken = (size <= SAMPLE) | (place * SAMPLE // size != (place - 1) * SAMPLE // size)
    kept = np.bincount(zone[rows][taken], minlength=n_zones)
    return as_indices(rows[taken]), as_indices(np.concatenate([[0], np.cumsum(kept)]))


def _nations(organisations: pl.DataFrame) -> Codes:
    """Return the code of each organisation's country, 0 where it is not known."""
    return as_codes(organisations["country"].rank("dense").fill_null(0).to_numpy())


def _nation_of_sites(sites: Sites, code: Codes) -> Codes:
    """Return the commonest known country of each site, 0 where none is known."""
    known = sites.located & (code > 0)
    pairs, n = np.unique(
        np.column_stack([sites.site[known], code[known]]), axis=0, return_counts=True
    )
    rarest_first = np.lexsort((-pairs[:, 1], n))
    nation = np.zeros(sites.n_here.size, np.int32)
    nation[pairs[rarest_first, 0]] = pairs[rarest_first, 1]
    return as_codes(nation)


def _leaders(sites: Sites, nation: Codes, reach_km: float) -> Indices:
    grid = grid_of(sites.xyz, reach_km)
    rank = np.argsort(-sites.n_here[grid.order], kind="stable")
    found = leaders(grid.xyz, grid.keys, nation[grid.order], rank, grid.reach)
    leader = np.empty(sites.n_here.size, np.int64)
    leader[grid.order] = grid.order[found]
    return leader


@dataclass(frozen=True, slots=True, eq=False)
class _Merged:
    number: Indices  # of each zone after merging
    kept: Flags  # zones that stayed


def _merged(xyz: Floats, nation: Codes, n_here: Indices, at_most: int) -> _Merged:
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
    return _Merged(as_indices(out), kept)
