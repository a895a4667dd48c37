"""Countries by any name, and names compared as people would."""

import polars as pl

from buzzline.tables.gazetteer import countries
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


def test_by_hand_countries_as_people_of_other_languages_write_them():
    said = ["Netherlands", "Czech", "Niederlande", "Österreich", "Pays-Bas", "États-Unis"]
    said += ["Alemania", "EE.UU.", "Svizzera", "Espanha", "Großbritannien", "Etats-Unis"]
    expected = ["NL", "CZ", "NL", "AT", "NL", "US", "DE", "US", "CH", "ES", "GB", "US"]
    assert country_codes(pl.Series(said)).to_list() == expected


def test_invariant_no_name_in_another_language_overrules_an_english_one():
    abroad = {entry.split(maxsplit=1)[0]: entry.split(maxsplit=1)[1].split(", ")
              for entry in " ".join(countries._ABROAD.split()).split(" | ")}  # fmt: skip
    listed = [entry.split(maxsplit=2) for entry in countries._LISTED.split("|")]
    english = {word.strip().lower(): row[0] for row in listed for word in row}
    said = [(name, code) for code, names in abroad.items() for name in names]
    assert len(said) == len({name for name, _ in said})
    assert all(english.get(name, code) == code for name, code in said)


def test_by_hand_folding():
    names = pl.Series(["  São  Paulo ", "'s-Hertogenbosch", "Ærø", "Sankt Gallen", "A & B"])
    expected = ["sao paulo", "s hertogenbosch", "aero", "st gallen", "a and b"]
    assert pl.select(folded(pl.lit(names))).to_series().to_list() == expected
