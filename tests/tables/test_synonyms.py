"""What people call their tables and columns."""

import pytest

from buzzline.tables.cells import plain
from buzzline.tables.schema import TABLES, table_named
from buzzline.tables.synonyms import (
    COLUMN_WORDS,
    EXCEPTIONS,
    LAYER_WORDS,
    TABLE_WORDS,
    columns_called,
    layer_called,
    likely_column,
    table_called,
    table_seen,
)
from buzzline.tables.vocabularies import LAYERS


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("organisations", "organisations"), ("Firms", "organisations"), ("companies_2024", "organisations"),
        ("Unternehmen", "organisations"), ("empresas", "organisations"), ("aziende", "organisations"),
        ("entreprises", "organisations"), ("nodes", "organisations"), ("links", "linkages"),
        ("edges", "linkages"), ("firm_links", "linkages"), ("supply_chain", "linkages"),
        ("Beziehungen", "linkages"), ("acquisitions", "linkages"), ("NACE codes", "industries"),
        ("plants", "establishments"), ("members", "memberships"), ("readme", ""), ("survey", ""),
    ],
)  # fmt: skip
def test_by_hand_names_of_tables(name, table):
    assert table_called(name) == table


@pytest.mark.parametrize(
    ("header", "longitude", "city", "industry"),
    [
        (["ID", "Lon", "Lat", "City", "Industry"], "Lon", "City", "Industry"),
        (["Kennung", "Länge", "Breite", "Ort", "Branche"], "Länge", "Ort", "Branche"),
        (
            ["SIREN", "Longitude", "Latitude", "Commune", "Code APE"],
            "Longitude",
            "Commune",
            "Code APE",
        ),
        (
            ["código", "longitud", "latitud", "Municipio", "sector"],
            "longitud",
            "Municipio",
            "sector",
        ),
        (
            ["codice", "longitudine", "latitudine", "Comune", "ATECO"],
            "longitudine",
            "Comune",
            "ATECO",
        ),
        (["CNPJ", "longitude", "latitude", "Cidade", "CNAE"], "longitude", "Cidade", "CNAE"),
    ],
)
def test_by_hand_columns_in_six_languages(header, longitude, city, industry):
    found = columns_called("organisations", header)
    assert found["org_id"] == header[0]
    assert (found["longitude"], found["city"], found["industry"]) == (longitude, city, industry)


def test_by_hand_two_ends_of_a_tie():
    for pair in (("from", "to"), ("Supplier", "Customer"), ("acquirer", "target"), ("org_1", "org_2"),
                 ("Partner A", "Partner B"), ("Lieferant", "Kunde")):  # fmt: skip
        assert columns_called("linkages", pair) == {"source": pair[0], "target": pair[1]}


def test_by_hand_names_of_the_schema_come_first():
    assert columns_called("organisations", ["id", "org_id", "lon", "longitude"]) == {
        "org_id": "org_id", "longitude": "longitude",
    }  # fmt: skip


def test_by_hand_layers_from_names():
    assert layer_called(["acquisitions", "acquirer", "price"]) == "acquisition"
    assert layer_called(["links", "Supplier", "Customer"]) == "supply"
    assert layer_called(["a", "b"]) == ""


def test_files_that_only_may_be_linkages_need_two_ends():
    assert table_seen("contracts", ["Supplier", "Customer"]) == "linkages"
    assert table_seen("project", ["acronym", "title"]) == ""


def test_by_hand_a_list_of_members_with_places_is_one_of_organisations():
    for name in ("Exhibitors", "Mitglieder", "facilities"):
        assert table_seen(name, ["No", "Firma", "City"]) == "organisations"
    assert table_seen("exhibitors", ["event_id", "org_id", "City"]) == "attendance"
    assert table_seen("plants", ["id", "company", "city"]) == "establishments"


def test_by_hand_likely_columns_for_hints():
    assert (
        likely_column("organisations", "longitude", ["firm longitude", "x1"])
        == "firm longitude"
    )
    assert likely_column("organisations", "jobs", ["zzz"]) == ""


def test_invariant_words_are_written_as_they_are_compared_and_name_what_exists():
    tables = {table.name for table in TABLES}
    columns = {column.name for table in TABLES for column in table.columns}
    assert set(TABLE_WORDS) == tables
    assert set(COLUMN_WORDS) <= columns
    assert set(LAYER_WORDS) <= set(LAYERS)
    for words in (
        *TABLE_WORDS.values(),
        *COLUMN_WORDS.values(),
        *LAYER_WORDS.values(),
        *EXCEPTIONS.values(),
    ):
        assert words == words.strip()
        assert [plain(word) for word in words.split()] == words.split()
    for table, column in EXCEPTIONS:
        assert table_named(table).column(column)
