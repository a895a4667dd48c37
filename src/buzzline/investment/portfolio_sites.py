"""The sites of every group: where, since when, how much of it, and how tied to locals."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl

from buzzline.arrays import Indices, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.investment.control import Control, control_at
from buzzline.investment.holdings import EARLIEST, LATEST, holdings_of
from buzzline.investment.similar import clusters_at
from buzzline.space.globe import distance_km, unit_vectors
from buzzline.tables.study import Study

KNOWLEDGE_TIES = ("coinvention", "coauthor", "research", "labour_move")
FEWEST_TIES = 3  # of a site, to tell how tied to locals it is
HOME_KM = 100.0
YEAR_DAYS = 365.25
SAME_PLACE_DEGREES = 0.2  # sites outside of clusters are one place where they are so near
UNDATED = EARLIEST - 1  # came under its group on a day nobody knows
EMBEDDED_SCHEMA = {"row": pl.Int64, "cluster_id": pl.String, "embedded": pl.Float64}


class Sites(NamedTuple):
    """Sites of groups, and the hotspots they lie in."""

    frame: pl.DataFrame  # site, row, group, head, weight, place, is_home (null: not known)
    inside: pl.DataFrame  # site, row, group, cluster_id, years (null: not known), embedded
    measure: str  # what shares are made of
    day: int  # as of


def sites_of(study: Study, clustering: Clustering, day: int | None) -> Sites:
    """Return the sites of all organisations with the group each belongs to."""
    holdings = holdings_of(study)
    day = _last_day(study) if day is None else day
    every = as_indices(np.arange(holdings.n))
    control = control_at(holdings.frame, every, as_indices(np.full(holdings.n, day)))
    joined = pl.Series("joined", _joined(holdings.frame, control, day))
    sites = _sites(study, day)
    rows = sites["row"]
    sites = sites.with_columns(pl.Series("head", control.top).gather(rows), joined.gather(rows))
    sites = sites.with_columns(
        study.organisations["org_id"].gather(sites["head"]).alias("group")
    )
    at = [sites[name].fill_null(np.nan).to_numpy() for name in ("longitude", "latitude")]
    found = clusters_at(clustering, study, longitude=at[0], latitude=at[1]).rename(
        {"point": "site"}
    )
    weight, measure = _weights(study, sites, day)
    sites = sites.with_columns(weight=weight, is_home=_is_home(study, sites))
    first = found.group_by("site", maintain_order=True).agg(pl.col("cluster_id").first())
    near = pl.concat_str(
        (pl.col(name) / SAME_PLACE_DEGREES).round().cast(pl.Int64).cast(pl.String)
        for name in ("longitude", "latitude")
    )
    sites = sites.join(first, on="site", how="left", validate="1:1", maintain_order="left")
    sites = sites.with_columns(
        place=pl.coalesce("cluster_id", near, pl.format("site {}", "site"))
    )
    inside = found.select("site", "cluster_id").join(
        sites.drop("cluster_id"), on="site", validate="m:1"
    )
    inside = inside.with_columns(years=_years(day)).join(
        _embedded(study, clustering, inside), on=["row", "cluster_id"], how="left",
        validate="m:1",
    )  # fmt: skip
    return Sites(sites, inside, measure, day)


def _last_day(study: Study) -> int:
    """Return the last day on which something is known to have begun."""
    days = [
        study.organisations["opened"], study.establishments["opened"], study.linkages["start"],
        study.knowledge_items["date"],
    ]  # fmt: skip
    known = pl.concat([column.rename("day") for column in days]).drop_nulls()
    return known.cast(pl.Int32).to_list()[known.arg_max() or 0] if known.len() else LATEST - 1


def _sites(study: Study, day: int) -> pl.DataFrame:
    """Return establishments, and organisations that have none, as sites."""
    number = study.organisations.select("org_id").with_row_index("row").with_columns(
        pl.col("row").cast(pl.Int64)
    )  # fmt: skip
    what = ("org_id", "country", "longitude", "latitude", "opened", "closed", "jobs")
    parts = [
        study.establishments.select(what),
        study.organisations.join(
            study.establishments.select("org_id"), on="org_id", how="anti",
            maintain_order="left",
        ).select(what),
    ]  # fmt: skip
    there = _day("closed").is_null() | (_day("closed") >= day)
    begun = _day("opened").is_null() | (_day("opened") <= day)
    return (
        pl.concat(parts).filter(there & begun)
        .join(number, on="org_id", validate="m:1", maintain_order="left")
        .with_row_index("site").with_columns(pl.col("site").cast(pl.Int64))
    )  # fmt: skip


def _day(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Int32).cast(pl.Int64)


def _joined(holdings: pl.DataFrame, control: Control, day: int) -> Indices:
    """Return the day from which each organisation is of its group.

    `UNDATED` where an undated purchase or holding is all that tells; `EARLIEST` where nothing
    says that it was ever bought.
    """
    n = control.parent.size
    there = holdings.filter((pl.col("start") <= day) & (pl.col("end") >= day))
    began = there.filter(pl.col("layer") != "owner_id").group_by("held", "holder").agg(
        pl.when((pl.col("start") > EARLIEST).any())
        .then(pl.col("start").filter(pl.col("start") > EARLIEST).min())
        .otherwise(UNDATED).alias("start")
    )  # fmt: skip
    own = pl.DataFrame({"held": np.arange(n), "holder": control.parent}).join(
        began, on=["held", "holder"], how="left", maintain_order="left", validate="1:1"
    )["start"].fill_null(EARLIEST).to_numpy()  # fmt: skip
    joined, at = own.copy(), control.parent.copy()
    for _ in range(n):
        above = np.where(control.is_cycle, EARLIEST, own[at])
        moving = ~control.is_cycle & (control.parent[at] != at)
        is_open = (joined == UNDATED) | (above == UNDATED)
        joined = np.where(is_open, UNDATED, np.maximum(joined, above))
        if not moving.any():
            break
        at = control.parent[at]
    return as_indices(joined)


def _years(day: int) -> pl.Expr:
    """Return since how many years the group is there; null where nothing tells."""
    joined = pl.when(pl.col("joined") > EARLIEST).then(pl.col("joined"))
    since = pl.max_horizontal(joined, _day("opened"))
    years = ((day - since) / YEAR_DAYS).clip(lower_bound=0)
    return pl.when(pl.col("joined") != UNDATED).then(years)


def _weights(study: Study, sites: pl.DataFrame, day: int) -> tuple[pl.Series, str]:
    """Return the weight of each site, and what it is made of."""
    items = items_of(study, day)
    if items.height:
        told = sites.join(items, on="org_id", how="left", maintain_order="left", validate="m:1")
        share = pl.col("n").fill_null(0) / pl.len().over("row")
        return told.select(share.cast(pl.Float64)).to_series(), "knowledge items"
    if sites["jobs"].is_not_null().mean() == 1:
        return sites["jobs"].cast(pl.Float64), "jobs"
    return pl.Series([1.0] * sites.height, dtype=pl.Float64), "sites"


def items_of(study: Study, day: int) -> pl.DataFrame:
    """Return the knowledge items of organisations up to a day: `org_id`, `n`."""
    made = _day("date").is_null() | (_day("date") <= day)
    return study.knowledge_items.drop_nulls("org_id").filter(made).group_by("org_id").agg(
        n=pl.len()
    )  # fmt: skip


def _is_home(study: Study, sites: pl.DataFrame) -> pl.Series:
    """Tell which sites are within 100 km of the head of their group; null: not known."""
    known = study.organisations.select(pl.col("longitude", "latitude").fill_null(np.nan))
    at = known.to_numpy()
    own = sites.select(pl.col("longitude", "latitude").fill_null(np.nan)).to_numpy()
    head = at[sites["head"].to_numpy()]
    km = distance_km(unit_vectors(own[:, 0], own[:, 1]), unit_vectors(head[:, 0], head[:, 1]))
    return pl.Series(km).fill_nan(None) <= HOME_KM


def _embedded(study: Study, clustering: Clustering, inside: pl.DataFrame) -> pl.DataFrame:
    """Return how tied to locals organisations are, beside the others: `embedded`, 0 to 1."""
    ties = study.linkages.filter(pl.col("layer").is_in(KNOWLEDGE_TIES)).select(
        "source", "target"
    )
    if not ties.height:
        return pl.DataFrame(schema=EMBEDDED_SCHEMA)
    both = pl.concat(
        [ties, ties.select(source="target", target="source")], how="vertical"
    ).filter(pl.col("source") != pl.col("target"))  # fmt: skip
    who = inside.select("org_id", "row", "cluster_id", "group").unique()
    members = clustering.members.select("cluster_id", "org_id").unique()
    groups = inside.select("org_id", other_group="group").unique()
    local = (
        who.join(both, left_on="org_id", right_on="source")
        .join(members.with_columns(is_local=True), left_on=["cluster_id", "target"],
              right_on=["cluster_id", "org_id"], how="left", validate="m:1")
        .join(groups, left_on="target", right_on="org_id", how="left", validate="m:1")
        .with_columns(
            hits=pl.col("is_local").fill_null(value=False)
            & (pl.col("other_group").is_null() | (pl.col("other_group") != pl.col("group")))
        )
        .group_by("row", "cluster_id", "group").agg(n=pl.len(), hits=pl.col("hits").sum())
    )  # fmt: skip
    others = [
        pl.col(name).sum().over("cluster_id") - pl.col(name).sum().over("cluster_id", "group")
        for name in ("hits", "n")
    ]
    theirs = others[0] / others[1]
    told = (pl.col("n") >= FEWEST_TIES) & (others[1] >= FEWEST_TIES) & (theirs > 0)
    factor = (pl.col("hits") / pl.col("n") / theirs).clip(upper_bound=1)
    return local.select("row", "cluster_id", embedded=pl.when(told).then(factor))


def day_in(year: int) -> int:
    """Return the last day of a year [days since 1970]."""
    return (date(year, 12, 31) - date(1970, 1, 1)).days
