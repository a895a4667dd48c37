"""Strength of clusters without the industry itself, of related and of neighbouring ones."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.agglomeration.checks import as_groups, as_jobs, as_square
from buzzline.agglomeration.quotient_errors import Totals
from buzzline.arrays import Codes, Flags, Floats
from buzzline.quantities import Kilometres, Share
from buzzline.space.points import distances_km, is_located, points_of


def outside_quotients(jobs: Floats, cluster: Codes, totals: Totals) -> Floats:
    """Return the location quotient of each industry's cluster without the industry itself.

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
        NaN (not known) counts as no part of the cluster.
    cluster : (s,) int32
        Cluster of each industry; -1 is none.
    totals : Totals

    Returns
    -------
    (r, s) float64 [ratio]
        NaN for an industry without a cluster, or alone in it.

    References
    ----------
    .. [1] Delgado, M., Porter, M. E., Stern, S. (2014). Clusters, convergence, and economic
       performance. Research Policy 43(10). doi:10.1016/j.respol.2014.05.007

    Examples
    --------
    >>> jobs = np.array([[10.0, 30, 60], [30, 10, 60]])
    >>> totals = Totals(jobs.sum(axis=1), jobs.sum(axis=0), 200.0)
    >>> outside_quotients(jobs, np.array([0, 0, -1]), totals)[0].round(2).tolist()
    [1.5, 0.5, nan]
    """
    known = np.nan_to_num(as_jobs(jobs, "outside_quotients"))
    cluster = as_groups(cluster, "outside_quotients", "cluster", n=known.shape[1], least=-1)
    n = int(cluster.max(initial=-1)) + 1
    belongs = np.zeros((cluster.size, max(n, 1)))
    inside = cluster >= 0
    belongs[np.flatnonzero(inside), cluster[inside]] = 1.0
    place = (known @ belongs)[:, np.maximum(cluster, 0)] - known
    whole = (totals.industry @ belongs)[np.maximum(cluster, 0)] - totals.industry
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient = (place / totals.place[:, None]) / (whole / totals.everything)
    alone = ~inside | (belongs.sum(axis=0)[np.maximum(cluster, 0)] < 2) | (whole <= 0)
    return np.where(alone | (totals.place[:, None] <= 0), np.nan, quotient)


def related_strength(quotient: Floats, related: Floats) -> Floats:
    """Return the mean location quotient of the related clusters of the same place.

    Parameters
    ----------
    quotient : (r, c) float64 [ratio]
    related : (c, c) float64
        How much cluster j counts for cluster i, 0 for none; the diagonal is not used.

    Returns
    -------
    (r, c) float64 [ratio]
        NaN for a cluster without related ones.
    """
    quotient = as_jobs(quotient, "related_strength", "quotient")
    weight = _weights(related, "related_strength", "related", quotient.shape[1])
    return _weighted(quotient, weight.T)


def neighbour_strength(quotient: Floats, near: Floats) -> Floats:
    """Return the mean location quotient of the same cluster in neighbouring places.

    Parameters
    ----------
    quotient : (r, c) float64 [ratio]
    near : (r, r) float64
        How much place j counts for place i, 0 for none; the diagonal is not used.

    Returns
    -------
    (r, c) float64 [ratio]
        NaN for a place without neighbours.
    """
    quotient = as_jobs(quotient, "neighbour_strength", "quotient")
    weight = _weights(near, "neighbour_strength", "near", quotient.shape[0])
    return _weighted(quotient.T, weight.T).T


def _weights(values: Floats, where: str, name: str, n: int) -> Floats:
    weight = as_jobs(values, where, name, known=True, n=n)
    return as_square(weight, where, name, what="all") * (1 - np.eye(n))


def _weighted(values: Floats, weight: Floats) -> Floats:
    known = np.isfinite(values).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((np.nan_to_num(values) @ weight) / (known @ weight))


def related_clusters(share: Floats, *, top: Share = 0.1) -> Flags:
    """Return which clusters are related: their jobs are found in the same places.

    Parameters
    ----------
    share : (r, c) float64 [share]
        Jobs of each cluster as a share of its place's jobs.
    top : share
        Pairs in this top share of all pairs by correlation, and positively correlated.

    Returns
    -------
    (c, c) bool
        Symmetric, False on the diagonal.

    Notes
    -----
    Locational correlation, one of the measures of Delgado, Porter and Stern (2016); of shares,
    not of jobs, which all grow with the size of a place. Relatedness from input-output tables
    or occupations can be given to `related_strength` instead.

    Examples
    --------
    >>> share = np.array([[0.5, 0.4, 0.1], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4]])
    >>> related_clusters(share, top=0.34)[0].tolist()
    [False, True, False]
    """
    share = as_jobs(share, "related_clusters", "share")
    held, known = np.nan_to_num(share), np.isfinite(share)
    centred = held - held.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    length = np.sqrt((centred**2).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.nan_to_num(centred.T @ centred / np.outer(length, length))
    pairs = correlation[np.triu_indices_from(correlation, k=1)]
    if not pairs.size:
        return np.zeros(correlation.shape, np.bool_)
    cut = max(float(np.quantile(pairs, 1 - top)), 1e-12)
    return np.asarray((correlation >= cut) & ~np.eye(correlation.shape[0], dtype=np.bool_))


def neighbours_of(places: pl.DataFrame, within_km: Kilometres) -> Floats:
    """Return which places are neighbours of which.

    Parameters
    ----------
    places : DataFrame
        `longitude` and `latitude`; places without have no neighbours.
    within_km : km
        How far apart neighbours are at most.

    Returns
    -------
    (r, r) float64
        1 for neighbours, and on the diagonal of places with coordinates.
    """
    located = is_located(places)
    near = np.zeros((places.height, places.height))
    if located.sum() > 1:
        rows = np.flatnonzero(located)
        km = distances_km(points_of(places.filter(pl.Series(located))))
        near[np.ix_(rows, rows)] = km <= within_km
    return near
