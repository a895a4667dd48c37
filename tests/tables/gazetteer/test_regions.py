"""Regions by code or name, and cities spelt almost right."""

import polars as pl

from buzzline.tables.gazetteer.cities import cities
from buzzline.tables.gazetteer.regions import region_codes
from buzzline.tables.gazetteer.spelling import closest_names


def test_by_hand_states_and_provinces():
    said = ["MA", "Massachusetts", "massachusetts", "ON", "Québec", "02", "MA", "XX", None]
    country = ["US", "US", "US", "CA", "CA", "DE", "DE", "US", "US"]
    found = region_codes(pl.Series(said), pl.Series(country)).to_list()
    assert found == ["MA", "MA", "MA", "08", "10", "02", None, None, None]


def _asked(*rows):
    columns = ["key", "name", "country_code", "region_code"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def test_by_hand_one_wrong_letter_is_forgiven_and_two_are_not():
    found = closest_names(
        _asked(
            ("a", "ausburg", "DE", None),
            ("b", "guangdong", "CN", None),
            ("c", "ulm", "DE", None),
        )
    )
    assert found["key"].to_list() == ["a"]
    names = dict(cities().select("geoname", "name").iter_rows())
    assert names[found["geoname"][0]] == "Augsburg"


def test_special_case_the_city_must_lie_in_the_state():
    rows = [("a", "philadelphla", "US", "PA"), ("b", "philadelphla", "US", "OR")]
    assert closest_names(_asked(*rows))["key"].to_list() == ["a"]


def test_special_case_nothing_asked():
    assert closest_names(_asked()).height == 0
