"""Which source holds which table, told or seen."""

import polars as pl
import pytest

from buzzline.errors import InvalidTables, UnreadableFile
from buzzline.tables.gathering import (
    raw_table,
    recognised,
    seen,
    source_of_frame,
    sources_in_file,
    sources_in_folder,
    told,
)
from buzzline.tables.study_file import StudyFile


def frame(name, *columns):
    return source_of_frame(name, pl.DataFrame({column: ["1", "2"] for column in columns}))


def test_by_hand_sources_are_recognised_and_the_rest_is_said():
    chosen, remarks = seen([frame("firms", "id", "x"), frame("notes", "a")])
    assert [(choice.table, choice.columns) for choice in chosen] == [
        ("organisations", {"org_id": "id", "longitude": "x"})
    ]
    assert remarks[0].examples == ("notes (data frame)",)


def test_by_hand_the_layer_is_recognised_from_names_only_when_no_column_tells_it():
    assert recognised("linkages", frame("supply_links", "from", "to")).values == {
        "layer": "supply"
    }
    assert recognised("linkages", frame("supply_links", "from", "to", "type")).values == {}
    assert recognised("linkages", frame("links", "from", "to")).values == {}


def test_two_sources_for_a_table_are_refused_unless_linkages():
    seen([frame("links", "from", "to"), frame("ties", "from", "to")])
    with pytest.raises(InvalidTables, match="claimed by 2 sources"):
        seen([frame("firms", "id"), frame("companies", "id")])


def test_by_hand_files_of_different_types_are_put_below_each_other():
    numbers = source_of_frame("a", pl.DataFrame({"from": [1], "to": [2], "weight": [1.5]}))
    texts = source_of_frame("b", pl.DataFrame({"from": ["x"], "to": ["y"], "since": ["2014"]}))
    table = raw_table(
        "linkages", [recognised("linkages", numbers), recognised("linkages", texts)]
    )
    assert table.source == "a (data frame), b (data frame)"
    assert table.frame.select("row", "file", "source", "weight", "start").rows() == [
        (2, "a (data frame)", "1", 1.5, None), (2, "b (data frame)", "x", None, "2014"),
    ]  # fmt: skip
    assert [(f.column, f.severity) for f in table.findings if f.severity == "fatal"] == [
        ("layer", "fatal")
    ] * 2


def test_special_case_a_column_called_row_is_a_column(tmp_path):
    (tmp_path / "firms.csv").write_text("row,x,y\na,1,2\nb,3,4\n")
    entry = {"file": "firms.csv", "columns": {"org_id": "row"}}
    study_file = StudyFile.model_validate({"tables": {"organisations": entry}})
    table = raw_table("organisations", told(study_file, tmp_path))
    assert table.frame.select("row", "org_id").rows() == [(2, "a"), (3, "b")]


def test_by_hand_hidden_and_open_files_of_a_folder_are_left(tmp_path):
    for name in ("a.csv", ".b.csv", "~$c.xlsx", "d.png"):
        (tmp_path / name).write_text("x,y\n1,2\n")
    assert [source.label for source in sources_in_folder(tmp_path)] == ["a.csv"]
    assert sources_in_file(tmp_path / "a.csv")[0].path == tmp_path / "a.csv"


def test_what_is_no_frame_is_refused():
    with pytest.raises(UnreadableFile, match="cannot be read"):
        source_of_frame("firms", 3)
