"""The power of distance that ties between zones go with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.layer_ties import LayerTies
from buzzline.errors import InvalidArgument, NotConverged
from buzzline.kernels.power_means import log_power_means
from buzzline.network.nulls import Gravity, fit_gravity
from buzzline.space.globe import EARTH_RADIUS_KM
from buzzline.space.sites import sites_of
from buzzline.space.zones import Zones, zones_of

REACHES_KM = (0.01, 1.0, 2.0, 5.0)  # of zones; the first that gives no more than so many
MOST_ZONES = 300
FEWEST_TIES = 50  # between others, below which no fall with distance is read off them
NEAR_KM = 50.0  # zones further apart are points to each other
MOST_ROUNDS = 6
CLOSE = 0.003  # by which the power may move in the last round
FEW_HERE = 4  # organisations of a zone, up to which ties within it say too little
LEAST = 0.05  # power at which distances are averaged where ties fall more slowly


def fit_zones(organisations: pl.DataFrame, which: Flags) -> Zones | None:
    """Return the zones of some organisations, as fine as can be; None for fewer than two.

    The zones of up to `MOST_ZONES` sites are the sites themselves. They do not depend on the
    order of rows: organisations are gathered from the south-west on.
    """
    placed = organisations["longitude"].is_not_null() & organisations["latitude"].is_not_null()
    rows = np.flatnonzero(which & placed.to_numpy())
    if rows.size < 2:
        return None
    some = organisations[rows].with_row_index("at_row")
    some = some.sort("longitude", "latitude", "country", "precision", "org_id")
    rows = as_indices(rows[some["at_row"].to_numpy()])
    sites = sites_of(some)
    many = np.searchsorted([MOST_ZONES, 10 * MOST_ZONES], sites.n_here.size)
    for reach in REACHES_KM[(0, 1, len(REACHES_KM) - 1)[many] :]:
        found = zones_of(some, sites, reach_km=reach, at_most=MOST_ZONES)
        if found.moved_share == 0:
            break
    return _of_all(found, rows, organisations.height)


def _of_all(zones: Zones, rows: Indices, n: int) -> Zones:
    """Return zones by the rows of all organisations instead of some. rows : (k,) int64."""

    def spread(values: np.ndarray, empty: float) -> np.ndarray:
        out = np.full((n, *values.shape[1:]), empty, values.dtype)
        out[rows] = values
        return out

    return Zones(
        as_codes(spread(zones.zone, -1)), zones.nation, zones.n_here, zones.log_km,
        zones.moved_share, as_floats(spread(zones.organisation_xyz, np.nan)),
        as_codes(spread(zones.organisation_nation, 0)), as_floats(spread(zones.floor_km, 0)),
        zones.near, as_indices(rows[zones.sample]), zones.sample_start,
    )  # fmt: skip


def power_of_distance(ties: LayerTies, zones: Zones) -> tuple[float, float] | str:
    """Return the power of distance that ties go with, and its variance; or why not known.

    Parameters
    ----------
    ties : LayerTies
    zones : Zones

    Notes
    -----
    Ties between zones are A_i B_j m_ij, m the mean over pairs of their organisations of d^b
    (gravity null, PPML). m depends on b, so that both are found in turn: harmonic means would
    do at b = -1 alone, and make a steep fall steeper. Nobody is tied to oneself: ties within
    zones of a few organisations are left out, and within others grown by that share.
    """
    ends = ties.both_ways()
    if not ties.is_directed:  # half each way, or the error would be that of twice as many
        ends = replace(ends, weight=as_floats(ends.weight / 2))
    here, there = zones.zone[ends.source], zones.zone[ends.target]
    placed = (here >= 0) & (there >= 0)
    n_zones = zones.n_here.size
    n = float(ends.weight[placed].sum())
    if n < FEWEST_TIES:
        return f"only {n:,.0f} ties with coordinates, at least {FEWEST_TIES} are needed"
    cell = here[placed].astype(np.int64) * n_zones + there[placed]
    cells = np.bincount(cell, weights=ends.weight[placed], minlength=n_zones**2)
    flows = as_floats(cells.reshape(n_zones, n_zones))
    np.fill_diagonal(flows, np.diag(flows) * without_oneself(ends.chosen(placed), zones))
    try:
        fit = _settled(flows, zones)
    except (InvalidArgument, NotConverged) as error:
        return str(error).removeprefix("gravity null: ")
    return float(fit.theta[0]), float(fit.covariance[0, 0])


def _settled(flows: Floats, zones: Zones) -> Gravity:
    alone = zones.n_here <= FEW_HERE
    near = np.argwhere(np.triu(zones.log_km <= np.log(NEAR_KM)))
    fit, power = None, -1.0
    for _ in range(MOST_ROUNDS):
        x = _log_km(zones, as_indices(near), power)
        # as far from oneself as can be: then hardly anything has to be filled in there
        x[alone, alone] = x.max()
        if fit is not None:
            flows = _filled(flows, x, fit, alone)
        fit = fit_gravity(flows, x[None], fit)
        moved = abs(min(float(fit.theta[0]), -LEAST) - power)
        power = min(float(fit.theta[0]), -LEAST)
        if moved < CLOSE:
            break
    assert fit is not None
    return fit


def _log_km(zones: Zones, near: Indices, power: float) -> Floats:
    """Return ln distances between zones: of near ones, the mean of d^power to 1 / power."""
    found = log_power_means(
        zones.sample, zones.sample_start, near, zones.organisation_xyz, zones.floor_km, power,
        EARTH_RADIUS_KM,
    )  # fmt: skip
    out = zones.log_km.copy()
    known = np.isfinite(found)
    one, other = near[known].T
    out[one, other] = out[other, one] = found[known] / power
    return as_floats(out)


def _filled(flows: Floats, x: Floats, fit: Gravity, alone: Flags) -> Floats:
    """Put in what a fit gives within zones of a few, so that these weigh on nothing."""
    weight = np.exp(fit.destination + fit.theta[0] * (x - x.max()))
    np.fill_diagonal(weight, np.diag(weight) * ~alone)
    held = flows.sum(axis=1) - np.diag(flows) * alone
    rest = weight.sum(axis=1)
    own = np.exp(fit.destination + fit.theta[0] * (np.diag(x) - x.max()))
    filled = np.divide(held * own, rest, out=np.zeros(held.size), where=rest > 0)
    out = flows.copy()
    out[alone, alone] = filled[alone]
    return as_floats(out)


def without_oneself(ends: LayerTies, zones: Zones) -> Floats:
    """Return what ties within each zone would grow by if one could be tied to oneself.

    The gravity model counts such pairs; nobody has them, and in small zones that would pass for
    a slower fall with distance.

    Parameters
    ----------
    ends : LayerTies
        Between organisations of zones, seen from both ends unless they have a direction.
    zones : Zones

    Returns
    -------
    (z,) float64
        Factor of each zone, 1 or more.
    """
    size = np.bincount(ends.source, weights=ends.weight, minlength=zones.zone.size)
    size += np.bincount(ends.target, weights=ends.weight, minlength=zones.zone.size)
    placed = zones.zone >= 0
    zone, size, n = zones.zone[placed], size[placed], zones.n_here.size
    whole = np.bincount(zone, weights=size, minlength=n)
    # size is a count: its square less itself is what its expectation squared has on average
    alone = np.bincount(zone, weights=np.maximum(size**2 - size, 0), minlength=n)
    rest = whole**2 - alone
    return as_floats(np.divide(whole**2, rest, out=np.ones(n), where=rest > 0))
