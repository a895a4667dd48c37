"""Deals counted between places: what lies between two places, and what stands at each end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, Indices, as_flags, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.errors import TooFew
from buzzline.investment.deals import Deals
from buzzline.investment.similar import similar_clusters
from buzzline.quantities import Count, Kilometres
from buzzline.space.sites import sites_of
from buzzline.space.zones import Zones, zones_of
from buzzline.tables.study import Study

FEWEST_MEMBERS = 3  # of a cluster in a place, for the place to hold it; its centre always does


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Places, and what stands in them.

    Attributes
    ----------
    n_here : (z,) float64               organisations
    nation : (z,) int32                 0: not known
    log_km : (z, z) float64
    alike : (z, z) float64              cosine of the mixes of industries; NaN: not known
    holds : (z, m) bool                 clusters, by their industry
    similar : (s, m) float64            industries of organisations and of clusters; NaN unknown
    industries : tuple[str, ...]        of organisations
    place : (n,) int32                  place of each organisation, -1 without coordinates
    """

    n_here: Floats
    nation: Codes
    log_km: Floats
    alike: Floats
    holds: Flags
    similar: Floats
    industries: tuple[str, ...]
    place: Codes

    @property
    def n(self) -> int:
        """Number of places."""
        return int(self.n_here.size)

    def with_similar(self) -> Floats:
        """Return which places hold a cluster similar to an industry; NaN: not known. (z, s)."""
        one = self.holds @ (self.similar == 1).T.astype(float)
        unknown = self.holds @ np.isnan(self.similar).T.astype(float)
        return as_floats(np.where(one > 0, 1.0, np.where(unknown > 0, np.nan, 0.0)))


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Cells in which deals are counted, and the cell of each deal.

    Attributes
    ----------
    origin, destination : (c,) int64    places
    industry : (c,) int64               of the investor; 0 throughout where not told apart
    count : (c,) float64 [deals]
    x : (c, k) float64
    names : tuple[str, ...]             of the columns of `x`
    deal_cell : (d,) int64              of each deal counted
    deal_group : (d,) str               its ultimate owner
    """

    origin: Indices
    destination: Indices
    industry: Indices
    count: Floats
    x: Floats
    names: tuple[str, ...]
    deal_cell: Indices
    deal_group: pl.Series

    def chosen(self, keep: Flags) -> Cells:
        """Return some of the cells, with their deals."""
        number = np.cumsum(keep) - 1
        has = keep[self.deal_cell]
        return Cells(
            self.origin[keep], self.destination[keep], self.industry[keep], self.count[keep],
            as_floats(self.x[keep]), self.names, as_indices(number[self.deal_cell[has]]),
            self.deal_group.filter(pl.Series(has)),
        )  # fmt: skip


def places_of(
    study: Study, clustering: Clustering, *, reach: Kilometres, at_most: Count, digits: Count
) -> Places:
    """Gather organisations into places, and tell what stands in each.

    Raises
    ------
    TooFew
        Organisations stand in fewer than three places.
    """
    sites = sites_of(study.organisations)
    if not sites.located.any():
        raise TooFew("investment_gravity: no organisation has coordinates")
    zones = zones_of(study.organisations, sites, reach_km=reach, at_most=at_most)
    if zones.n_here.size < 3:
        raise TooFew(
            f"investment_gravity: {zones.n_here.size} places; three are needed at least"
        )
    similar = similar_clusters(clustering, study, digits=digits)
    return Places(
        as_floats(zones.n_here), zones.nation, zones.log_km, _alike(study, zones),
        _holds(study, clustering, zones, similar.of_clusters), similar.matrix,
        similar.industries, zones.zone,
    )  # fmt: skip


def deals_between(deals: Deals, study: Study, places: Places) -> pl.DataFrame:
    """Return deals with the places at both ends; without coordinates at one they are left out.

    Returns
    -------
    DataFrame
        `i`, `j` (places), `s` (industry of the investor, -1 unknown), `group`.
    """
    where = pl.DataFrame({"org_id": study.organisations["org_id"], "place": places.place})
    frame = deals.deals.select("source", "target", "group", "source_industry")
    for end, name in (("source", "i"), ("target", "j")):
        own = where.rename({"org_id": end, "place": name})
        frame = frame.join(own, on=end, how="left", validate="m:1", maintain_order="left")
    code = {name: number for number, name in enumerate(places.industries)}
    return frame.filter((pl.col("i") >= 0) & (pl.col("j") >= 0)).select(
        pl.col("i", "j").cast(pl.Int64), "group",
        s=pl.col("source_industry").replace_strict(code, default=-1, return_dtype=pl.Int64),
    )  # fmt: skip


def pair_cells(deals: pl.DataFrame, places: Places) -> Cells:
    """Return one cell an ordered pair of places, the place with itself included."""
    z = places.n
    i, j = (as_indices(end.ravel()) for end in np.indices((z, z)))
    cell = as_indices(deals["i"].to_numpy() * z + deals["j"].to_numpy())
    size, cluster = np.log(places.n_here), places.holds.any(axis=1).astype(float)
    nations_known = (places.nation[i] > 0) & (places.nation[j] > 0)
    border = np.where(nations_known, places.nation[i] != places.nation[j], np.nan)
    x = np.column_stack([
        size[i], size[j], places.log_km[i, j], i == j, border, places.alike[i, j],
        cluster[i], cluster[j], cluster[i] * cluster[j],
    ])  # fmt: skip
    return Cells(
        i, j, as_indices(np.zeros(i.size)),
        as_floats(np.bincount(cell, minlength=z * z)), as_floats(x), PAIR_TERMS, cell,
        deals["group"],
    )  # fmt: skip


PAIR_TERMS = (
    "organisations at the origin", "organisations at the destination", "distance",
    "the same place", "across a border", "similar mix of industries",
    "a cluster at the origin", "a cluster at the destination", "clusters at both ends",
)  # fmt: skip
SIMILAR = "a similar cluster at both ends"


def industry_cells(deals: pl.DataFrame, places: Places) -> Cells:
    """Return one cell a pair of places and industry of the investor, where effects can be.

    Pairs of places without deals, and industries that invest nowhere from a place or nowhere
    into it, have a mean of 0 whatever the coefficients: those cells are not made.
    """
    known = deals.filter(pl.col("s") >= 0)
    pairs, from_, into = (
        known.select(*names).unique().sort(*names)
        for names in (("i", "j"), ("i", "s"), ("j", "s"))
    )
    cells = (
        pairs.join(from_, on="i").join(into, on=["j", "s"]).sort("i", "j", "s")
        .with_row_index("cell").with_columns(pl.col("cell").cast(pl.Int64))
    )  # fmt: skip
    numbered = known.join(cells, on=["i", "j", "s"], how="left", maintain_order="left")
    i, j, s = (as_indices(cells[name].to_numpy()) for name in ("i", "j", "s"))
    has = places.with_similar()
    number = as_indices(numbered["cell"].to_numpy())
    both = np.where((has[i, s] == 0) | (has[j, s] == 0), 0.0, has[i, s] * has[j, s])
    return Cells(
        i, j, s, as_floats(np.bincount(number, minlength=cells.height)),
        as_floats(both[:, None]), (SIMILAR,), number, known["group"],
    )  # fmt: skip


def _alike(study: Study, zones: Zones) -> Floats:
    """Return the cosine of the industries of places; NaN where none is known of a place."""
    number = pl.DataFrame({"org_id": study.organisations["org_id"], "zone": zones.zone})
    pairs = study.industries_of().join(number, on="org_id").filter(pl.col("zone") >= 0)
    industry = pairs["industry"].rank("dense").cast(pl.Int64).to_numpy() - 1
    n_industries = int(industry.max(initial=-1)) + 1
    mix = np.zeros((zones.n_here.size, max(n_industries, 1)))
    np.add.at(mix, (pairs["zone"].to_numpy(), industry), 1.0)
    length = np.linalg.norm(mix, axis=1)
    mix /= np.where(length > 0, length, np.nan)[:, None]
    return as_floats(mix @ mix.T)


def _holds(study: Study, clustering: Clustering, zones: Zones, names: tuple[str, ...]) -> Flags:
    out = np.zeros((zones.n_here.size, len(names)), np.bool_)
    number = pl.DataFrame({"org_id": study.organisations["org_id"], "zone": zones.zone})
    found = (
        clustering.members.select("cluster_id", "org_id").unique()
        .join(number, on="org_id").filter(pl.col("zone") >= 0)
        .join(clustering.clusters.select("cluster_id", "industry"), on="cluster_id")
        .group_by("cluster_id", "industry", "zone").len()
        .filter((pl.col("len") >= FEWEST_MEMBERS)
                | (pl.col("len") == pl.col("len").max().over("cluster_id")))
    )  # fmt: skip
    column = {name: at for at, name in enumerate(names)}
    for industry, zone in found.select("industry", "zone").iter_rows():
        if industry in column:
            out[zone, column[industry]] = True
    return as_flags(out)
