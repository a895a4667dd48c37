"""Files are found by name and read as they stand."""

import polars as pl
import pytest

from buzzline.errors import InvalidTables, MissingFile, UnreadableFile
from buzzline.tables.connectors.accounting import accounted, raw_table
from buzzline.tables.connectors.published import (
    published_files,
    published_table,
    set_unusable_aside,
)
from buzzline.tables.study import About

KINDS = {"deals": ("acquisition",), "people": ("companies",)}


def test_by_hand_files_are_found_in_sub_folders(tmp_path):
    (tmp_path / "2015").mkdir()
    for name in ("2015/Acquisitions.CSV", "2015/companies.parquet", "readme.md", "x.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    found = published_files(tmp_path, KINDS)
    assert {kind: [file.name for file in files] for kind, files in found.items()} == {
        "deals": ["Acquisitions.CSV"], "people": ["companies.parquet"],
    }  # fmt: skip
    with pytest.raises(MissingFile, match="no such file"):
        published_files(tmp_path / "2016", KINDS)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_special_case_the_header_tells_the_separator(tmp_path, separator):
    path = tmp_path / "acquisitions.csv"
    rows = ["a", "b", "c"], ["1|2", "x", "3|4"], ["5|6", "y", "7|8"]
    path.write_text("\n".join(separator.join(row) for row in rows) + "\n")
    table = published_table([path], "linkages").frame
    assert table.select("a", "b", "c", "row").rows() == [
        ("1|2", "x", "3|4", 2),
        ("5|6", "y", "7|8", 3),
    ]


def test_invariant_files_of_one_kind_are_stacked(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text(f"a,{name}\n{name},2\n")
    table = published_table([tmp_path / "one.csv", tmp_path / "two.csv"], "linkages").frame
    assert table.select("a", "one", "two", "row", "file").rows() == [
        ("one", "2", None, 2, "one.csv"), ("two", None, "2", 2, "two.csv"),
    ]  # fmt: skip


def test_a_damaged_list_of_records_is_named(tmp_path):
    (tmp_path / "companies.json").write_text("[{")
    with pytest.raises(UnreadableFile, match=r"companies\.json"):
        published_table([tmp_path / "companies.json"], "organisations")


def test_by_hand_rows_set_aside_count_as_read():
    people = pl.DataFrame({"org_id": ["a", "b", "?"], "row": [2, 3, 4], "file": ["f"] * 3})
    usable, aside = set_unusable_aside(
        "organisations", people, people["org_id"] == "?", column="org_id", rule="odd",
        remedy="Mend it.",
    )  # fmt: skip
    study = accounted(
        {"organisations": raw_table("organisations", usable)}, [aside], About(), read=[]
    )
    (count,) = study.about.quality.tables
    assert (count.read, count.kept, count.set_aside) == (3, 2, 1)
    assert study.about.quality.set_aside["organisations"].rows() == [(4, "odd", "?")]


def test_a_table_that_cannot_be_used_is_an_error():
    people = pl.DataFrame({"name": ["a"], "row": [2], "file": ["f"]})
    with pytest.raises(InvalidTables, match="org_id"):
        accounted({"organisations": raw_table("organisations", people)}, [], About(), read=[])
