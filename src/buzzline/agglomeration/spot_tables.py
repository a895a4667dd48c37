"""Tables of hot spots: rates of false discovery, labels, and places taken together."""

from __future__ import annotations

import numpy as np
import polars as pl
from polars.datatypes import DataTypeClass

from buzzline.agglomeration.local_counts import any_dependence_q, worth_testing
from buzzline.agglomeration.place_labels import labels_of, unlike
from buzzline.agglomeration.population import Population
from buzzline.arrays import as_floats
from buzzline.quantities import Share
from buzzline.resampling import false_discovery_q
from buzzline.space.sites import grouped_within
from buzzline.space.standing import Standing
from buzzline.tables.study import Study

Schema = dict[str, DataTypeClass | pl.DataType]

HOT, COLD, NEITHER, TOO_FEW = "hot", "cold", "neither", "too few"

SITE_SCHEMA: Schema = {
    "industry": pl.String, "label": pl.String, "country": pl.String, "longitude": pl.Float64,
    "latitude": pl.Float64, "heat": pl.String, "ratio": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "level": pl.Float64, "n": pl.Int64, "n_within": pl.Int64,
    "n_here": pl.Int64, "expected": pl.Float64, "p": pl.Float64, "q": pl.Float64,
    "q_any": pl.Float64, "spot": pl.String,
}  # fmt: skip
SPOT_SCHEMA: Schema = {
    "spot": pl.String, "industry": pl.String, "label": pl.String, "country": pl.String,
    "longitude": pl.Float64, "latitude": pl.Float64, "n_sites": pl.Int64, "n": pl.Int64,
    "ratio": pl.Float64, "q": pl.Float64,
}  # fmt: skip
INDUSTRY_SCHEMA: Schema = {
    "industry": pl.String, "n": pl.Int64, "n_hot": pl.Int64, "n_cold": pl.Int64,
    "n_tested": pl.Int64, "n_too_few": pl.Int64, "n_spots": pl.Int64, "status": pl.String,
}  # fmt: skip


def with_rates(parts: list[pl.DataFrame], level: Share) -> pl.DataFrame:
    """Return all places of all industries with false-discovery rates and their heat."""
    if not parts:
        return pl.DataFrame(schema={**SITE_SCHEMA, "place": pl.Int64})
    sites = pl.concat(parts)
    tested = worth_testing(as_floats(sites["best_p"].to_numpy()), 1 - level)
    p_of_tested = pl.when(pl.Series(tested)).then(pl.col("p"))
    sites = sites.with_columns(p=p_of_tested).drop("best_p")
    p = as_floats(sites["p"].drop_nulls().to_numpy())
    q, q_any = np.full(sites.height, np.nan), np.full(sites.height, np.nan)
    q[tested], q_any[tested] = false_discovery_q(p), any_dependence_q(p)
    found = sites.with_columns(
        q=pl.Series(q).fill_nan(None), q_any=pl.Series(q_any).fill_nan(None)
    )
    is_found = pl.col("q") <= 1 - level
    return found.with_columns(
        heat=pl.when(pl.col("q").is_null())
        .then(pl.lit(TOO_FEW))
        .when(is_found & (pl.col("ratio") > 1))
        .then(pl.lit(HOT))
        .when(is_found & (pl.col("ratio") < 1))
        .then(pl.lit(COLD))
        .otherwise(pl.lit(NEITHER))
    )


def labelled(
    study: Study,
    population: Population,
    counted: Standing,
    *,
    sites: pl.DataFrame,
    reach_km: float,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return places with label and hot spot, hot ones first; and hot spots, largest first."""
    joined = _named(study, population, counted, sites)
    hot = joined.filter(pl.col("heat") == HOT)
    parts = [
        _spots(rows, counted, reach_km)
        for _, rows in hot.group_by(["industry"], maintain_order=True)
    ]
    if not parts:
        empty = joined.with_columns(spot=pl.lit(None, pl.String)).select(list(SITE_SCHEMA))
        return empty.cast(pl.Schema(SITE_SCHEMA)), pl.DataFrame(schema=SPOT_SCHEMA)
    of_spot = pl.concat(parts)
    spots = (
        of_spot.sort(["n_here", "n", "ratio"], descending=True, maintain_order=True)
        .group_by("spot", maintain_order=True)
        .agg(
            pl.col("industry", "label", "country", "longitude", "latitude").first(),
            n_sites=pl.len(), n=pl.col("n").first(), ratio=pl.col("ratio").first(),
            q=pl.col("q").first(),
        )
        .sort(["n", "ratio", "spot"], descending=[True, True, False])
    )  # fmt: skip
    keyed = of_spot.select("industry", "place", "spot")
    joined = joined.join(
        keyed, on=["industry", "place"], how="left", validate="1:1", maintain_order="left"
    )
    of_sites = joined.select(list(SITE_SCHEMA)).cast(pl.Schema(SITE_SCHEMA))
    return of_sites, spots.cast(pl.Schema(SPOT_SCHEMA))


def _named(
    study: Study, population: Population, counted: Standing, sites: pl.DataFrame
) -> pl.DataFrame:
    """Return the places with label and coordinates, hot ones first."""
    first = population.ids.with_columns(place=pl.Series(counted.place)).unique(
        "place", keep="first", maintain_order=True
    )
    named = labels_of(study, first.select("place", "longitude", "latitude"))
    joined = sites.join(named, on="place", how="left", validate="m:1", maintain_order="left")
    order = {heat: number for number, heat in enumerate((HOT, COLD, NEITHER, TOO_FEW))}
    return joined.sort(
        [pl.col("heat").replace_strict(order, default=9), "p", "n", "industry", "place"],
        descending=[False, False, True, False, False], nulls_last=True,
    )  # fmt: skip


def _spots(rows: pl.DataFrame, counted: Standing, reach_km: float) -> pl.DataFrame:
    """Name the group of hot places within reach of each other after its fullest place."""
    xyz = counted.places.xyz[rows["place"].to_numpy()] / counted.places.radius_km
    group = grouped_within(np.ascontiguousarray(xyz), reach_km)
    with_group = rows.with_columns(group=pl.Series(group))
    fullest = with_group.sort(["n_here", "n", "ratio"], descending=True, maintain_order=True)
    names = fullest.unique("group", keep="first", maintain_order=True).select(
        "group", spot=pl.col("industry") + ": " + unlike(pl.col("label"))
    )
    return with_group.join(
        names, on="group", how="left", validate="m:1", maintain_order="left"
    ).drop("group")


def summary(
    rows: list[dict[str, object]], sites: pl.DataFrame, spots: pl.DataFrame
) -> pl.DataFrame:
    """Return how many places were hot, cold and tested, a row an industry."""
    counts = sites.group_by("industry").agg(
        n_hot=(pl.col("heat") == HOT).sum(),
        n_cold=(pl.col("heat") == COLD).sum(),
        n_tested=pl.col("p").is_not_null().sum(),
        n_too_few=(pl.col("heat") == TOO_FEW).sum(),
    )
    n_spots = spots.group_by("industry").agg(n_spots=pl.len())
    table = pl.DataFrame(
        rows, schema={"industry": pl.String, "n": pl.Int64, "status": pl.String}
    )
    joined = table.join(counts, on="industry", how="left", maintain_order="left").join(
        n_spots, on="industry", how="left", maintain_order="left"
    )
    filled = joined.with_columns(
        pl.col("n_hot", "n_cold", "n_tested", "n_too_few", "n_spots").fill_null(0)
    )
    return filled.select(list(INDUSTRY_SCHEMA)).cast(pl.Schema(INDUSTRY_SCHEMA))
