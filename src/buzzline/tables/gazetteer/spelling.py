"""Cities spelt almost like a name that is not in the gazetteer."""

from __future__ import annotations

import difflib

import polars as pl

from buzzline.tables.gazetteer.cities import city_names
from buzzline.tables.gazetteer.regions import RELIABLE_REGIONS

CUT_OFF = 0.9  # one wrong letter in ten; at 0.88 Guangdong became Guangtong
LEAST_LETTERS = 6
LEAST_POPULATION = 15_000  # small places are too many to guess among
MOST_NAMES = 500  # difflib is slow; the most frequent names are tried


def closest_names(asked: pl.DataFrame) -> pl.DataFrame:
    """Return the city spelt most alike in the same country, where one is very alike.

    Parameters
    ----------
    asked : DataFrame
        `key`, `name` (folded), `country_code`, `region_code` (the city must lie in it where
        region codes are reliable); in order of preference, as only the first `MOST_NAMES` are
        tried.

    Returns
    -------
    DataFrame
        `key`, `geoname`, `method`, `n_namesakes`; only rows with a match.
    """
    worth = asked.filter(pl.col("name").str.len_chars() >= LEAST_LETTERS).head(MOST_NAMES)
    area = worth.select(
        "key", "name", area=pl.concat_str("country_code", _area_within("region_code"))
    )
    stock = _stock(worth["country_code"].unique())
    rows = []
    for key, name, code in area.iter_rows():
        names = stock.get((code, name[0]), {})
        near = [other for other in names if abs(len(other) - len(name)) <= 2]
        best = difflib.get_close_matches(name, near, n=1, cutoff=CUT_OFF)
        if best:
            rows.append((key, names[best[0]], "similar spelling", 1))
    schema = {
        "key": pl.String,
        "geoname": pl.Int64,
        "method": pl.String,
        "n_namesakes": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _stock(countries: pl.Series) -> dict[tuple[str, str], dict[str, int]]:
    """Return names of large cities and their numbers, by area and first letter."""
    large = city_names().filter(
        (pl.col("population") >= LEAST_POPULATION)
        & pl.col("country_code").is_in(countries.implode())
    )
    areas = [pl.col("country_code"), pl.concat_str("country_code", _area_within("admin1"))]
    both = pl.concat([large.with_columns(area=area) for area in areas]).unique()
    ordered = both.sort("is_main", "population", "geoname")  # later ones win: main and large
    stock: dict[tuple[str, str], dict[str, int]] = {}
    for variant, area, geoname in ordered.select("variant", "area", "geoname").iter_rows():
        stock.setdefault((area, variant[0]), {})[variant] = geoname
    return stock


def _area_within(region: str) -> pl.Expr:
    is_reliable = pl.col("country_code").is_in(RELIABLE_REGIONS)
    return pl.when(is_reliable).then(pl.col(region)).fill_null("")
