"""Countries by any name, and names compared as people would."""

import polars as pl

from buzzline.tables.gazetteer.countries import country_codes, folded


def test_by_hand_countries_by_any_name():
    said = [
        "DEU",
        "de",
        "Germany",
        "EL",
        "UK",
        "ROM",
        "United States of America",
        "NA",
        "Narnia",
    ]
    expected = ["DE", "DE", "DE", "GR", "GB", "RO", "US", "NA", None]
    assert country_codes(pl.Series(said)).to_list() == expected
    assert country_codes(pl.Series([None], dtype=pl.String)).to_list() == [None]


def test_by_hand_folding():
    names = pl.Series(["  São  Paulo ", "'s-Hertogenbosch", "Ærø", "Sankt Gallen", "A & B"])
    expected = ["sao paulo", "s hertogenbosch", "aero", "st gallen", "a and b"]
    assert pl.select(folded(pl.lit(names))).to_series().to_list() == expected
