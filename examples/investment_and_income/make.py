"""Deals across borders and income in urban regions of the United States.

    python examples/investment_and_income/make.py DEALS AREAS COVARIATES

DEALS holds the acquisitions of a Crunchbase export, AREAS the delineation of counties into
areas, COVARIATES median household income and yearly median earnings of areas. Pictures go
beside this file; figures are printed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from buzzline import IncomeLadder, income_ladder
from buzzline.charts import charts_of
from buzzline.space.globe import unit_vectors
from buzzline.tables.connectors import read_crunchbase
from buzzline.tables.gazetteer import locate
from buzzline.tables.study import Study

HERE = Path(__file__).parent
REACH_KM = 50.0  # of the nearest city an area is named for
INCOME, EARNINGS, SKILLS = "median household income", "median earnings", "bachelor or more"
LAST_DEALS = 2015
EARTH_KM = 6371.0


def main(
    deals: Path, areas: Path, covariates: Path, *, draws: int = 199, pictures: Path = HERE
) -> dict[str, str]:
    """Run the ladder on the panel and on the cross-section; return what is said."""
    metros = metro_table(areas, covariates)
    monitored = earnings(covariates, metros)
    bare = read_crunchbase(deals)
    panel = income_ladder(study_of(bare, metros, monitored), draws=draws, rng=1)
    same = household_income(metros).join(monitored, on="unit_id", how="semi")
    once = study_of(bare, metros, same)
    slide = income_ladder(once, outcome=INCOME, draws=draws, rng=1)
    skilled = income_ladder(once, outcome=INCOME, controls=[SKILLS], draws=draws, rng=1)
    for name, spec in charts_of("investment_and_income", panel).items():
        spec.save(pictures / f"{name}.svg")
    charts_of("x", slide)["x.scatter"].save(pictures / "investment_and_income_slide.svg")
    return {
        "slide": str(slide), "slide, among regions with like skills": first_step(skilled),
        "panel": str(panel), "ladder": told(panel), "left out": left_out(panel),
    }  # fmt: skip


def metro_table(areas: Path, covariates: Path) -> pl.DataFrame:
    """Return one row a metropolitan or micropolitan area, with the region it lies in.

    A region is a combined statistical area, or an area that lies in none.
    """
    counties = pl.read_csv(areas / "census_cbsa_csa_county_mar2020.csv", infer_schema=False)
    combined = counties.select(
        cbsa="CBSA Code", csa="CSA Code", csa_name="CSA Title"
    ).unique("cbsa")  # fmt: skip
    found = pl.read_parquet(covariates / "cbsa_acs5_2018.parquet").select(
        cbsa="cbsa_code", name="cbsa_name", people="pop_total", income="med_hh_inc_total",
        skills="pct_edu_baplus",
    ).join(combined, on="cbsa", how="left", validate="1:1")  # fmt: skip
    return found.filter(~pl.col("name").str.contains(", PR")).with_columns(
        region=pl.coalesce("csa", "cbsa"),
        region_name=pl.coalesce("csa_name", "name").str.replace(r" (Metro|Micro).*$", ""),
    )


def study_of(bare: Study, metros: pl.DataFrame, outcomes: pl.DataFrame) -> Study:
    """Return deals of organisations that stand in regions, with an outcome of regions."""
    regions = metros.group_by("region").agg(
        pl.col("region_name").first(), pl.col("people").sum()
    )
    cities = city_table(metros)
    place = cities.group_by("region").agg(
        pl.col("longitude", "latitude").first()  # of the first city it is named for
    )
    places = regions.join(place, on="region", how="left", validate="1:1").select(
        place_id="region", name="region_name", population=pl.col("people").cast(pl.Float64),
        longitude="longitude", latitude="latitude", country=pl.lit("US"),
    )  # fmt: skip
    return (
        bare.with_table("places", places)
        .with_table("organisations", placed(bare.organisations, cities))
        .with_table("outcomes", outcomes)
    )


def city_table(metros: pl.DataFrame) -> pl.DataFrame:
    """Return the cities that areas are named for, largest areas first, with coordinates."""
    bare = pl.col("name").str.replace(r" (Metro|Micro)politan.*$", "")
    named = metros.sort("people", descending=True).with_columns(
        city=bare.str.split(", ").list.first().str.split("-"),
        state=bare.str.split(", ").list.last().str.split("-").list.first(),
    ).explode("city")  # fmt: skip
    found = locate(
        named.select(
            org_id=pl.int_range(pl.len()).cast(pl.String),
            city=pl.col("city").str.strip_chars(),
            region="state", country=pl.lit("US"),
        )
    )  # fmt: skip
    return pl.concat(
        [named.select("region"), found.organisations.select("longitude", "latitude")],
        how="horizontal",
    ).drop_nulls()  # fmt: skip


def placed(organisations: pl.DataFrame, cities: pl.DataFrame) -> pl.DataFrame:
    """Return organisations, those in the United States with the region they stand in."""
    here = organisations.select("longitude", "latitude").to_numpy().astype(np.float64)
    known = (
        np.isfinite(here).all(axis=1)
        & (organisations["country"] == "US").fill_null(value=False).to_numpy()
    )
    tree = cKDTree(unit_vectors(*cities.select("longitude", "latitude").to_numpy().T))
    chords, nearest = tree.query(unit_vectors(*here[known].T))
    names = cities["region"].to_list()
    found: list[str | None] = [None] * organisations.height
    for row, chord, city in zip(np.flatnonzero(known), chords, nearest, strict=True):
        if chord * EARTH_KM <= REACH_KM:
            found[int(row)] = names[int(city)]
    return organisations.with_columns(place_id=pl.Series(found, dtype=pl.String))


def household_income(metros: pl.DataFrame) -> pl.DataFrame:
    """Return income and skills of regions, means of their areas by inhabitants.

    The estimate is of five years around 2016; it stands beside deals up to 2015.
    """
    weight = pl.col("people")
    found = metros.drop_nulls(["income", "people"]).group_by("region").agg(
        (pl.col(name) * weight).sum() / weight.sum() for name in ("income", "skills")
    )  # fmt: skip
    return found.unpivot(index="region", variable_name="indicator").select(
        unit_id="region",
        indicator=pl.col("indicator").replace({"income": INCOME, "skills": SKILLS}),
        year=pl.lit(LAST_DEALS), value="value",
    )  # fmt: skip


def earnings(covariates: Path, metros: pl.DataFrame) -> pl.DataFrame:
    """Return yearly median earnings of regions, means of their large areas by inhabitants."""
    monitor = pl.read_parquet(covariates / "cbsa_metromonitor_2021.parquet").select(
        cbsa="cbsa_code", year="year", value="Median Earnings"
    )
    joined = monitor.join(metros, on="cbsa", how="inner", validate="m:1").drop_nulls("value")
    weight = pl.col("people")
    return joined.group_by("region", "year").agg(
        value=(pl.col("value") * weight).sum() / weight.sum()
    ).select(
        unit_id="region", indicator=pl.lit(EARNINGS), year="year", value="value"
    ).sort("unit_id", "year")  # fmt: skip


def first_step(found: IncomeLadder) -> str:
    """Return what the cross-section says."""
    row = found.ladder.filter(step=1, term="outward").row(0, named=True)
    return f"{row['value']:.2f} [{row['low']:.2f}, {row['high']:.2f}]"


def told(found: IncomeLadder) -> str:
    """Return the ladder as lines of text."""
    return "\n".join(
        f"{row['step']} {row['specification']}, {row['term']}: "
        + (f"{row['value']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"
           if row["low"] is not None else f"p = {row['p']}, {row['status']}")
        + f" ({row['n_regions']} regions, {row['n_years']} years)"
        for row in found.ladder.to_dicts()
    )  # fmt: skip


def left_out(found: IncomeLadder) -> str:
    """Return why deals were not used."""
    return "; ".join(f"{n:,} {reason}" for reason, n in found.left_out.iter_rows())


if __name__ == "__main__":
    for name, text in main(*(Path(one) for one in sys.argv[1:4])).items():
        sys.stdout.write(f"\n## {name}\n{text}\n")
