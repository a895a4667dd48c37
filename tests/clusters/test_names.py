import polars as pl

from buzzline.clusters.names import degrees_label, place_label, slug, unique


def members(city, region=None, country=None):
    n = len(city)
    return pl.DataFrame(
        {"city": city, "region": region or [None] * n, "country": country or ["IT"] * n,
         "longitude": [10.0] * n, "latitude": [44.0] * n},
        schema_overrides={"city": pl.String, "region": pl.String},
    )  # fmt: skip


def test_the_commonest_city_names_the_cluster():
    assert place_label(members(["Prato", "Carpi", "Prato"]))[0] == "Prato, IT"


def test_a_region_shared_by_most_is_added_unless_it_is_the_city():
    assert place_label(members(["Burlington"] * 2, ["Boston"] * 2, ["US"] * 2))[0] == (
        "Burlington (Boston), US"
    )
    assert place_label(members(["Milano"], ["Milano"]))[0] == "Milano, IT"


def test_names_in_capitals_are_not_shouted():
    assert place_label(members(["BILBAO", "Bilbao", "KÖLN"]))[::2] == (
        "Bilbao, IT", "Bilbao (2), Köln (1)"
    )  # fmt: skip


def test_without_cities_the_point_is_named():
    assert place_label(members([None, None]))[0] == "44.0°N 10.0°E"
    assert degrees_label(-70.66, -33.45) == "33.5°S 70.7°W"


def test_identifiers_are_plain_and_unique():
    assert slug("São Paulo, BR") == "sao-paulo-br"
    assert slug("北京") == "x"
    assert unique(["a", "a", "b"]) == ["a", "a 2", "b"]
