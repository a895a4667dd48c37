"""Empty tables to fill in say every column of the schema."""

import json

import openpyxl
import polars as pl
import pytest

from buzzline.tables.reading import read_study
from buzzline.tables.schema import TABLES
from buzzline.tables.templates import table_schema, write_templates


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("templates")
    written = write_templates(folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        path.name for path in written
    )
    return folder


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_invariant_each_column_is_in_every_template(folder, table):
    names = [column.name for column in table.columns]
    assert (folder / f"{table.name}.csv").read_text().strip().split(",") == names
    schema = json.loads((folder / f"{table.name}.schema.json").read_text())
    assert [field["name"] for field in schema["fields"]] == names
    assert all(field["description"] for field in schema["fields"])


def test_another_package_opens_the_workbook_with_comments(folder):
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    assert book.sheetnames == [*(table.name for table in TABLES), "columns"]
    cell = book["organisations"]["A1"]
    assert cell.value == "org_id"
    assert "Required." in cell.comment.text
    rows = list(book["columns"].values)
    assert len(rows) == 1 + sum(len(table.columns) for table in TABLES)


def test_by_hand_the_contract_of_linkages():
    schema = table_schema("linkages")
    fields = {field["name"]: field for field in schema["fields"]}
    assert fields["weight"]["constraints"] == {"minimum": 0}
    assert "supply" in fields["layer"]["constraints"]["enum"]
    assert {
        "fields": ["source"],
        "reference": {"resource": "organisations", "fields": ["org_id"]},
    } in schema["foreignKeys"]
    assert table_schema("places")["foreignKeys"][0]["reference"]["resource"] == ""
    with pytest.raises(KeyError):
        table_schema("nothing")


def test_filled_in_templates_are_read_back(folder, tmp_path):
    for table in ("organisations", "linkages", "places"):
        (tmp_path / f"{table}.csv").write_text((folder / f"{table}.csv").read_text())
    pl.DataFrame({"org_id": ["a", "b"]}).write_csv(tmp_path / "organisations.csv")
    header = (folder / "linkages.csv").read_text().strip()
    (tmp_path / "linkages.csv").write_text(
        f"{header}\na,b,supply{',' * (header.count(',') - 2)}\n"
    )
    study = read_study(tmp_path)  # places has a header only, and is left out
    assert (study.organisations.height, study.linkages.height, study.places.height) == (2, 1, 0)
