"""How ties fall with distance, and at the borders of countries."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from buzzline.arrays import Flags, Floats, as_codes, as_floats
from buzzline.clusters.distance_power import without_oneself
from buzzline.clusters.expected_ties import Ground, fall_with_distance
from buzzline.clusters.gravity_tree import Fade, Located, Nations, nations_of
from buzzline.clusters.layer_ties import LayerTies
from buzzline.clusters.membership_ties import Crew
from buzzline.errors import InvalidArgument, NotConverged
from buzzline.network.nulls import fit_gravity
from buzzline.space.sites import sites_of
from buzzline.space.zones import Zones, zones_of

FEWEST_KNOWN = 0.5  # of those with coordinates whose country must be known
FEWEST_TIES = 50  # between those in no cluster
REACH_KM = 5.0
MOST_ZONES = 300
WELL_KNOWN = 0.5  # standard error of the log effect of borders below which it is known
CLEAR = 3.0  # or standard errors from nothing
HALF_A_TIE = 0.5
LARGEST_ERROR = 0.3  # standard error of the fall with distance that shares can be held to


def with_countries(organisations: pl.DataFrame) -> pl.DataFrame:
    """Return the organisations, those without a country in that of the nearest that has one.

    As they are where fewer than half of those with coordinates have one.
    """
    sites = sites_of(organisations)
    placed, country = sites.located, organisations["country"]
    known = placed & country.is_not_null().to_numpy()
    if known.sum() < FEWEST_KNOWN * placed.sum() or not known.any():
        return organisations
    wanted, given = np.flatnonzero(placed & ~known), np.flatnonzero(known)
    if not wanted.size:
        return organisations
    at = sites.xyz[sites.site]
    nearest = np.arange(organisations.height)
    nearest[wanted] = given[cKDTree(at[given]).query(at[wanted])[1]]
    return organisations.with_columns(country=country.gather(nearest))


def borders_of(organisations: pl.DataFrame, ground: Located) -> Nations | None:
    """Return who is of which country; None where there is only one or they are not known."""
    placed = ~np.isnan(ground.xyz[:, 0])
    rank = organisations["country"].rank("dense").fill_null(0).to_numpy()
    present, code = np.unique(rank[placed], return_inverse=True)
    if present.size < 2 or not present.all():
        return None
    of_all = np.full(placed.size, -1)
    of_all[placed] = code
    return nations_of(ground, as_codes(of_all))


def outside_zones(organisations: pl.DataFrame, crew: Crew) -> Zones | None:
    """Return the zones of those in no cluster; None where fewer than two have coordinates."""
    outside = pl.Series(np.diff(crew.start) == 0)
    shown = organisations.with_columns(
        pl.when(outside).then(pl.col(name)).alias(name) for name in ("longitude", "latitude")
    )
    sites = sites_of(shown)
    if sites.located.sum() < 2:
        return None
    return zones_of(shown, sites, reach_km=REACH_KM, at_most=MOST_ZONES)


def fade_of(
    ties: LayerTies, outside: Zones | None, standing: Ground, *, has_borders: bool
) -> Fade | str:
    """Return how ties fall with distance and at borders; or why that is not known.

    Parameters
    ----------
    ties : LayerTies
    outside : Zones or None
        Of those in no cluster.
    standing : Ground
    has_borders : bool
        Whether countries are known and more than one.

    Notes
    -----
    Both are fitted together (gravity null, PPML): ties that stop at a border look like a steep
    fall with distance. Ties between those in no cluster tell; far members that nobody knows of
    hardly matter, as their ties lead to members and are left out with these. What borders do is
    known where its standard error is below a half (a factor of 1.6), or a third of the effect.
    Where it is not, borders are left out; where these ties are too few, the fall is that of
    `fall_with_distance`.
    """
    if outside is not None:
        flows = _flows(ties, outside)
        crosses = outside.nation[:, None] != outside.nation
        if flows.sum() >= FEWEST_TIES * (1 if ties.is_directed else 2):
            found = _with_borders(flows, outside, crosses) if has_borders else None
            found = found or _without_borders(flows, outside)
            if found is not None:
                return found
    fall = fall_with_distance(ties, standing)
    if isinstance(fall, str):
        return fall
    return _told(Fade(fall.elasticity), fall.variance)


def _told(fade: Fade, variance: float) -> Fade | str:
    """Return the fall with distance, or that its error is too large to hold ties against."""
    error = float(np.sqrt(variance))
    if error <= LARGEST_ERROR:
        return fade
    return (
        f"the fall of ties with distance, {fade.elasticity:.2f}, is known to +- {error:.2f} "
        f"only; {LARGEST_ERROR:g} at most can be held against"
    )


def _with_borders(flows: Floats, zones: Zones, crosses: Flags) -> Fade | str | None:
    covariates = np.stack([zones.log_km, as_floats(crosses)])
    try:
        fit = fit_gravity(_with_half_a_tie(flows, crosses), covariates)
    except (InvalidArgument, NotConverged):
        return None
    effect, error = float(fit.theta[1]), float(np.sqrt(fit.covariance[1, 1]))
    known = error < max(WELL_KNOWN, abs(effect) / CLEAR)
    if not known:
        return None
    return _told(Fade(float(fit.theta[0]), float(np.exp(effect))), float(fit.covariance[0, 0]))


def _without_borders(flows: Floats, zones: Zones) -> Fade | str | None:
    try:
        fit = fit_gravity(flows, zones.log_km[None])
    except (InvalidArgument, NotConverged):
        return None
    return _told(Fade(float(fit.theta[0])), float(fit.covariance[0, 0]))


def _with_half_a_tie(flows: Floats, crosses: Flags) -> Floats:
    """Return flows with half a tie over all borders where no tie crosses any.

    The effect of borders is then finite, and as large as that many ties can tell.
    """
    by_size = np.outer(flows.sum(axis=1), flows.sum(axis=0)) * crosses
    if flows[crosses].any() or not by_size.any():
        return flows
    return as_floats(flows + HALF_A_TIE * by_size / by_size.sum())


def _flows(ties: LayerTies, zones: Zones) -> Floats:
    ends, n = ties.both_ways(), zones.n_here.size
    here, there = zones.zone[ends.source], zones.zone[ends.target]
    placed = (here >= 0) & (there >= 0)
    cell = here[placed].astype(np.int64) * n + there[placed]
    flows = np.bincount(cell, weights=ends.weight[placed], minlength=n**2).reshape(n, n)
    np.fill_diagonal(flows, np.diag(flows) * without_oneself(ends.chosen(placed), zones))
    return as_floats(flows)
