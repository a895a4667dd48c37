"""Portfolios of groups: reach over the hotspots of their field, against groups like them."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.investment.insiders import MISSING_BELOW, TAU_YEARS
from buzzline.investment.portfolio_sites import Sites, items_of
from buzzline.resampling import fewest_draws
from buzzline.tables.study import Study

NO_FIELD = "no industry is known of it"
NO_HOTSPOT = "no cluster in its industry"
SINGLE = "a single site"


class Hotspots(NamedTuple):
    """Clusters as pools of knowledge of a field."""

    frame: pl.DataFrame  # cluster_id, label, industry, weight (sums to 1 within an industry)
    measure: str


def hotspots_of(study: Study, clustering: Clustering, day: int) -> Hotspots:
    """Return the weight of each cluster in its industry: knowledge items, else members."""
    items = items_of(study, day)
    known = (
        clustering.members.join(items, on="org_id")
        .group_by("cluster_id")
        .agg(pl.col("n").sum())
    )
    frame = clustering.clusters.select("cluster_id", "label", "industry", "n_members").join(
        known, on="cluster_id", how="left", validate="1:1", maintain_order="left"
    ).with_columns(items=pl.col("n").fill_null(0).sum().over("industry"))  # fmt: skip
    weight = (
        pl.when(pl.col("items") > 0).then(pl.col("n").fill_null(0) / pl.col("items"))
        .otherwise(pl.col("n_members") / pl.col("n_members").sum().over("industry"))
    )  # fmt: skip
    measure = "knowledge items of members" if items.height else "members"
    return Hotspots(frame.select("cluster_id", "label", "industry", weight=weight), measure)


def pool_rows(study: Study, sites: Sites, hotspots: Hotspots) -> pl.DataFrame:
    """Return one row a group with several sites and a hotspot of its field."""
    fields = _fields(study, sites)
    n_sites = sites.frame.group_by("group").agg(n_all=pl.len())
    several = fields.join(n_sites.filter(pl.col("n_all") > 1), on="group", validate="1:1")
    own = several.join(hotspots.frame, left_on="field", right_on="industry")
    joined = own.join(_insiders(sites), on=["group", "cluster_id"], how="left", validate="1:1")
    absent = pl.col("n_sites").is_null()
    dated = pl.col("is_dated").fill_null(value=True)
    joined = joined.with_columns(
        least=pl.col("tau_12").fill_null(0), most=pl.when(~dated).then(1.0).otherwise("tau_4")
    )
    joined = joined.with_columns(
        pl.when(absent).then(0.0).when(dated).then(pl.col(_named(tau))).alias(_named(tau))
        for tau in TAU_YEARS
    ).with_columns(
        pl.col("n_sites").fill_null(0), pl.col("most").fill_null(0),
        pl.when(absent).then(0.0).otherwise("share").alias("share"),
    )  # fmt: skip
    middle = pl.col(_named(TAU_YEARS[1]))
    status = (
        pl.when(pl.col("n_sites") == 0).then(pl.lit("no site there"))
        .when(middle.is_null()).then(pl.lit("not known since when"))
        .when(pl.col("embedded").is_null())
        .then(pl.lit("by years alone: too few ties to tell how tied to locals"))
        .otherwise(pl.lit("measured"))
    )  # fmt: skip
    return joined.with_columns(is_missing=middle < MISSING_BELOW, status=status).select(
        "group", "field", "cluster_id", "label", "weight", "value", *ENDS, "least", "most",
        "n_sites", "share", "years", "embedded", "is_missing", "status",
    )  # fmt: skip


def _insiders(sites: Sites) -> pl.DataFrame:
    """Return one row a group and cluster that some site of it lies in."""
    total = sites.frame.select("group", pl.col("weight").sum().over("group").alias("whole"))
    factor = pl.col("embedded").fill_null(1.0)
    return (
        sites.inside.join(total.unique(), on="group", validate="m:1")
        .with_columns(_tenure(tau).mul(factor).alias(_named(tau)) for tau in TAU_YEARS)
        .group_by("group", "cluster_id")
        .agg(
            n_sites=pl.len().cast(pl.Int64),
            share=pl.when(pl.col("whole").first() > 0)
            .then(pl.col("weight").sum() / pl.col("whole").first()),
            years=pl.col("years").max(), is_dated=pl.col("years").is_not_null().all(),
            embedded=pl.col("embedded").max(),
            **{_named(tau): pl.col(_named(tau)).max() for tau in TAU_YEARS},
        )
    )  # fmt: skip


ENDS = tuple(f"tau_{tau:.0f}" for tau in TAU_YEARS if tau != TAU_YEARS[1])


def _named(tau: float) -> str:
    return "value" if tau == TAU_YEARS[1] else f"tau_{tau:.0f}"


def _tenure(tau: float) -> pl.Expr:
    return 1 - (-pl.col("years") / tau).exp()


def _fields(study: Study, sites: Sites) -> pl.DataFrame:
    """Return the industry of each group: of its head, else the commonest of its sites.

    Named as clusters are: by the title of the industry where the study gives one.
    """
    titles = study.industries.select("industry", "title").drop_nulls()
    code = study.organisations["industry"].replace("", None)
    industry = code.replace(titles["industry"], titles["title"])
    told = sites.frame.select(
        "group",
        head=industry.gather(sites.frame["head"]),
        own=industry.gather(sites.frame["row"]),
    )
    commonest = pl.col("own").drop_nulls().mode().sort().first()
    return told.group_by("group").agg(field=pl.coalesce(pl.col("head").first(), commonest))


def group_rows(
    study: Study, sites: Sites, pools: pl.DataFrame, *, level: float
) -> pl.DataFrame:
    """Return one row a group with several sites, the largest reach first."""
    reached = pools.group_by("group").agg(
        **{name: _sum(name) for name in ("value", *ENDS)},
        least=(pl.col("weight") * pl.col("least")).sum(),
        most=(pl.col("weight") * pl.col("most")).sum(),
        n_hotspots=pl.len().cast(pl.Int64),
        n_inside=(pl.col("value") >= MISSING_BELOW).sum().cast(pl.Int64),
        foremost_missing=pl.col("label").filter(pl.col("is_missing"))
        .sort_by(pl.col("weight").filter(pl.col("is_missing")), descending=True).first(),
    )  # fmt: skip
    shape = _shape(sites.frame)
    known = study.organisations.select(group="org_id", name="name", country="country")
    frame = (
        shape.filter(pl.col("n_sites") > 1)
        .join(_fields(study, sites), on="group", validate="1:1")
        .join(reached, on="group", how="left", validate="1:1")
        .join(known, on="group", validate="1:1")
        .sort("value", "n_sites", "group", descending=[True, True, False], nulls_last=True)
    )
    status = (
        pl.when(pl.col("field").is_null()).then(pl.lit(NO_FIELD))
        .when(pl.col("n_hotspots").is_null()).then(pl.lit(NO_HOTSPOT))
        .when(pl.col("value").is_null())
        .then(pl.lit("between `least` and `most`: of some site nobody knows since when"))
        .otherwise(pl.lit("measured"))
    )  # fmt: skip
    # A site without coordinates may be as much of an insider in any hotspot as one can be.
    anywhere = (pl.col("n_unlocated") > 0) & pl.col("most").is_not_null()
    frame = frame.with_columns(
        status=status, most=pl.when(anywhere).then(1.0).otherwise("most")
    )
    return _beside_peers(frame, level).select(
        "group", "name", "country", pl.col("field").alias("industry"), "value", *ENDS, "least",
        "most", "expected", "expected_low", "expected_high", "p", "level", "n_peers",
        "breadth", "home", "n_sites", "n_unlocated", "n_countries", "n_hotspots",
        "n_inside",
        "foremost_missing", "status",
    )  # fmt: skip


def _sum(name: str) -> pl.Expr:
    """Return reach; null where some hotspot's insider is not known."""
    whole = (pl.col("weight") * pl.col(name)).sum()
    return pl.when(pl.col(name).is_not_null().all()).then(whole).alias(name)


def _shape(sites: pl.DataFrame) -> pl.DataFrame:
    """Return breadth, home concentration, sites and countries of each group."""
    whole = pl.col("weight").sum()
    by_place = sites.group_by("group", "place").agg(pl.col("weight").sum())
    breadth = by_place.group_by("group").agg(
        breadth=pl.when(whole > 0).then(whole**2 / (pl.col("weight") ** 2).sum())
    )
    at_home = (pl.col("weight") * pl.col("is_home")).sum()
    return sites.group_by("group").agg(
        n_sites=pl.len().cast(pl.Int64),
        n_unlocated=pl.col("longitude").is_null().sum().cast(pl.Int64),
        n_countries=pl.col("country").drop_nulls().n_unique().cast(pl.Int64),
        home=pl.when(pl.col("is_home").is_not_null().all() & (whole > 0)).then(at_home / whole),
    ).join(breadth, on="group", validate="1:1")  # fmt: skip


def _beside_peers(frame: pl.DataFrame, level: float) -> pl.DataFrame:
    """Add what groups of the same industry with about as many sites (2-3, 4-7, ...) reach."""
    fewest = 2 * fewest_draws(level) + 1
    kind = ["field", pl.col("n_sites").log(2).floor()]
    there = pl.col("value").is_not_null()
    peers = there.sum().over(kind).cast(pl.Int64) - 1
    above = peers + 1 - pl.col("value").rank("min").over(kind)
    below = pl.col("value").rank("max").over(kind) - 1
    p = (2 * (1 + pl.min_horizontal(above, below)) / (1 + peers)).clip(upper_bound=1)
    tail = (1 - level) / 2
    frame = frame.with_columns(
        n_peers=pl.when(there).then(peers).otherwise(0), level=pl.lit(level),
        is_tested=there & (peers >= fewest),
    )  # fmt: skip
    frame = frame.with_columns(
        pl.when("is_tested").then(told).alias(name)
        for name, told in (
            ("p", p), ("expected", pl.col("value").median().over(kind)),
            ("expected_low", pl.col("value").quantile(tail, "linear").over(kind)),
            ("expected_high", pl.col("value").quantile(1 - tail, "linear").over(kind)),
        )
    )  # fmt: skip
    few = f"measured; fewer than {fewest} groups of its industry and size to compare with"
    too_few = (pl.col("status") == "measured") & ~pl.col("is_tested")
    return frame.with_columns(
        status=pl.when(too_few).then(pl.lit(few)).otherwise("status"),
    )
