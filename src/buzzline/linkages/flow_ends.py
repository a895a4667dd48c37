"""Ends of ties: which cluster holds a tie, and which cluster or place is at its other end."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.tables.study import Study

STEP_DEGREES = 0.5  # of the squares in which places without a name are gathered
NOWHERE = "place not known"


@dataclass(frozen=True, slots=True, eq=False)
class Partners:
    """What stands for each organisation at the other end of a tie.

    Attributes
    ----------
    of_organisation : DataFrame     `org_id`, `partner_id`
    places : DataFrame
        One row a partner: `partner_id`, `partner`, `partner_kind`, `country`, `longitude`,
        `latitude`.
    """

    of_organisation: pl.DataFrame
    places: pl.DataFrame


def partners_of(study: Study, clustering: Clustering) -> Partners:
    """Return the strongest cluster of each organisation, else its city, else its square.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    """
    rank = clustering.clusters.select("cluster_id").with_row_index("rank")
    strongest = (
        clustering.members.join(rank, on="cluster_id", how="inner", validate="m:1")
        .sort("rank", "org_id")
        .unique("org_id", keep="first", maintain_order=True)
        .select("org_id", "cluster_id")
    )
    columns = ("org_id", "city", "country", "longitude", "latitude")
    named = (
        study.organisations.select(columns)
        .join(strongest, on="org_id", how="left", validate="1:1", maintain_order="left")
        .with_columns(_place())
        .with_columns(partner_id=pl.coalesce("cluster_id", "partner"))
    )
    places = (
        named.filter(pl.col("cluster_id").is_null())
        .group_by("partner_id", maintain_order=True)
        .agg(
            pl.col("partner", "partner_kind", "country").first(),
            pl.col("longitude", "latitude").median(),
        )
    )
    clusters = clustering.clusters.select(
        partner_id="cluster_id",
        partner=pl.format("{} ({})", "label", "industry"),
        partner_kind=pl.lit("cluster"), country="country", longitude="longitude",
        latitude="latitude",
    )  # fmt: skip
    return Partners(named.select("org_id", "partner_id"), pl.concat([clusters, places]))


def _place() -> list[pl.Expr]:
    """Return what a place is called, and what kind of name that is."""
    city, country = pl.col("city"), pl.col("country").fill_null("?")
    has_square = pl.col("longitude").is_not_null() & pl.col("latitude").is_not_null()
    square = pl.format("{} {}N {}E", country, *(_rounded(x) for x in ("latitude", "longitude")))
    return [
        pl.when(city.is_not_null())
        .then(pl.format("{}, {}", city, country))
        .when(has_square)
        .then(square)
        .when(pl.col("country").is_not_null())
        .then(pl.format("somewhere in {}", country))
        .otherwise(pl.lit(NOWHERE))
        .alias("partner"),
        pl.when(city.is_not_null())
        .then(pl.lit("city"))
        .when(has_square)
        .then(pl.lit("area"))
        .otherwise(pl.lit("not known"))
        .alias("partner_kind"),
    ]


def _rounded(name: str) -> pl.Expr:
    return (pl.col(name) / STEP_DEGREES).round() * STEP_DEGREES


def ends_of_members(
    ties: pl.DataFrame, clustering: Clustering, partners: Partners
) -> pl.DataFrame:
    """Return one row a cluster and tie of a member of it.

    Parameters
    ----------
    ties : DataFrame
        `tie`, `source`, `target`, `record`, `scale`.
    clustering : Clustering
    partners : Partners

    Returns
    -------
    DataFrame
        `cluster_id`, `tie`, `org_id` (the member), `partner_id`, `scale`, `record`. A tie
        between two members stands once, with the cluster itself as partner.
    """
    members = clustering.members.select("cluster_id", "org_id")
    ways = [
        ties.select("tie", org_id=one, other=two, record="record", scale="scale")
        for one, two in (("source", "target"), ("target", "source"))
    ]
    held = (
        pl.concat(ways)
        .join(members, on="org_id", how="inner")
        .join(
            members.select("cluster_id", other="org_id", inside=pl.lit(value=True)),
            on=["cluster_id", "other"], how="left", validate="m:1",
        )
        .join(partners.of_organisation.rename({"org_id": "other"}), on="other", how="left",
              validate="m:1")
        .with_columns(
            partner_id=pl.when("inside").then("cluster_id").otherwise("partner_id")
        )
    )  # fmt: skip
    return (
        held.sort("cluster_id", "tie", "org_id")
        .unique(["cluster_id", "tie"], keep="first", maintain_order=True)
        .select("cluster_id", "tie", "org_id", "partner_id", "scale", "record")
    )


def between_partners(
    ties: pl.DataFrame, kept: pl.DataFrame, partners: Partners
) -> pl.DataFrame:
    """Count the ties between partners of a cluster that are neither the cluster itself.

    Returns
    -------
    DataFrame
        `cluster_id`, `first_id` < `second_id`, `n`.
    """
    node = partners.of_organisation
    pairs = (
        ties.select("source", "target")
        .join(node.select(source="org_id", one="partner_id"), on="source", validate="m:1")
        .join(node.select(target="org_id", two="partner_id"), on="target", validate="m:1")
        .filter(pl.col("one") != pl.col("two"))
        .group_by(
            first_id=pl.min_horizontal("one", "two"), second_id=pl.max_horizontal("one", "two")
        )
        .agg(n=pl.len().cast(pl.Int64))
    )
    alters = kept.select("cluster_id", "partner_id").unique()
    alters = alters.filter(pl.col("cluster_id") != pl.col("partner_id"))
    return (
        alters.rename({"partner_id": "first_id"})
        .join(pairs, on="first_id", how="inner")
        .join(
            alters.rename({"partner_id": "second_id"}), on=["cluster_id", "second_id"],
            how="inner", validate="m:1",
        )
        .select("cluster_id", "first_id", "second_id", "n")
        .sort("cluster_id", "n", "first_id", "second_id",
              descending=[False, True, False, False])
    )  # fmt: skip
