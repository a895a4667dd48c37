"""The schema on the screen, as JSON and as empty files."""

from __future__ import annotations

import json

import polars as pl

from buzzline.tables.reading import read_study
from buzzline.tables.schema import TABLES


def test_all_tables_are_listed(buzzline):
    said = buzzline("schema").out
    assert all(table.name in said for table in TABLES)


def test_every_column_is_shown_with_unit_and_meaning(buzzline, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    said = buzzline("schema", *(table.name for table in TABLES)).out
    for table in TABLES:
        for column in table.columns:
            assert column.name in said
            assert column.meaning in said


def test_json_has_frictionless_types_keys_and_references(buzzline):
    resources = {
        r["name"]: r["schema"]
        for r in json.loads(buzzline("schema", "--json").out)["resources"]
    }
    assert set(resources) == {table.name for table in TABLES}
    ties = resources["linkages"]
    fields = {field["name"]: field for field in ties["fields"]}
    assert fields["weight"]["type"] == "number"
    assert fields["weight"]["constraints"] == {"minimum": 0}
    assert fields["source"]["constraints"] == {"required": True}
    assert "supply" in fields["layer"]["constraints"]["enum"]
    assert {
        "fields": "source",
        "reference": {"resource": "organisations", "fields": "org_id"},
    } in ties["foreignKeys"]
    assert resources["places"]["foreignKeys"][0]["reference"]["resource"] == ""


def test_templates_are_tables_that_can_be_filled_and_read(buzzline, tmp_path):
    done = buzzline("schema", "--templates", tmp_path)
    assert done.code == 0
    assert done.out == ""
    for table in TABLES:
        header = (tmp_path / f"{table.name}.csv").read_text(encoding="utf-8-sig").strip()
        assert header == ",".join(column.name for column in table.columns)
    row = pl.DataFrame({"org_id": ["a", "b"], "longitude": [1.0, 2.0], "latitude": [3.0, 4.0]})
    row.write_csv(tmp_path / "organisations.csv")
    for table in TABLES:
        if table.name != "organisations":
            (tmp_path / f"{table.name}.csv").unlink()
    assert read_study(tmp_path).organisations.height == 2


def test_an_unknown_table_is_named_with_the_known_ones(buzzline):
    done = buzzline("schema", "firms")
    assert done.code == 1
    assert "'firms'" in done.err
    assert "organisations" in done.err
