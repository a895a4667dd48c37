"""study.toml: understood, or refused with what, where and the remedy."""

import jsonschema
import pytest

from buzzline.errors import InvalidStudyFile, MissingFile
from buzzline.tables.study_file import read_study_file, study_file_schema

FULL = """
[study]
title = "Prato"
notes = ["Members only."]

[tables.organisations]
file = "firms.csv"
decimal = ","
separator = "tab"
[tables.organisations.columns]
org_id = "Firm ID"

[[tables.linkages]]
file = "supply.csv"
[tables.linkages.values]
layer = "supply"
directed = true

[[tables.linkages]]
file = "research.csv"

[run]
layers = ["supply"]
[run.groups]
textiles = ["13", "14"]
"""


def write(folder, text):
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_by_hand_a_full_file(tmp_path):
    read = read_study_file(write(tmp_path, FULL))
    (organisations,) = read.tables["organisations"]
    assert (organisations.separator, organisations.columns) == ("\t", {"org_id": "Firm ID"})
    assert [entry.file for entry in read.tables["linkages"]] == ["supply.csv", "research.csv"]
    assert read.tables["linkages"][0].values == {"layer": "supply", "directed": True}
    assert read.run.groups == {"textiles": ("13", "14")}
    assert (read.run.local_km, read.run.seed) == (50.0, 1)


def test_special_case_an_empty_file_has_every_default(tmp_path):
    read = read_study_file(write(tmp_path, ""))
    assert (read.study.source, read.tables, read.run.engine) == ("tables", {}, "polars")


def test_a_mark_of_an_editor_at_the_start_does_no_harm(tmp_path):
    path = write(tmp_path, "")
    path.write_bytes(b"\xef\xbb\xbf" + FULL.encode())
    assert read_study_file(path).study.title == "Prato"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "Texts stand in quotation marks"),
        ('file = "C:\\data"', "paths are written with `/`"),
        ('[tables.organisation]\nfile="f"', "Did you mean `organisations`"),
        ('[tables.organisations]\nfile="f"\nseperator=";"', "Did you mean `separator`"),
        ("[tables.organisations]", "name the file"),
        ('[tables.organisations]\nfile="f"\nseparator=";;"', "write one sign"),
        (
            '[tables.organisations]\nfile="f"\ncolumns={longitud="x"}',
            "Did you mean `longitude`",
        ),
        ('[tables.linkages]\nfile="f"\nvalues={lair="x"}', "Columns are source, target, layer"),
        ("[run]\nlocal_km = 300", r"local_km \(300\) must be smaller than regional_km \(200\)"),
        ('[run]\nlayers = ["suply"]', "Did you mean `supply`"),
        ("[run]\nlevel = 95", r"\[run\]: `level` must be less than 1; got 95"),
        (
            '[study]\nsource = "cb"',
            "must be 'tables', 'crunchbase', 'cordis', 'cbp', 'exhibitors' or 'uscmp'; got 'cb'",
        ),
        ("tables = 3", "`tables` must be"),
        ("[stuff]\na = 1", "`stuff` is not a setting here"),
    ],
)
def test_mistakes_are_told_with_place_and_remedy(tmp_path, text, said):
    with pytest.raises(InvalidStudyFile, match=said) as told:
        read_study_file(write(tmp_path, text))
    assert "study.toml" in str(told.value)
    assert "pydantic" not in str(told.value)


def test_all_mistakes_are_told_at_once(tmp_path):
    with pytest.raises(InvalidStudyFile, match="3 problems in study.toml"):
        read_study_file(write(tmp_path, '[study]\nname="x"\n[run]\ndraws="many"\nlevel=95'))


def test_missing_and_badly_encoded_files(tmp_path):
    with pytest.raises(MissingFile, match="buzzline init"):
        read_study_file(tmp_path / "study.toml")
    path = write(tmp_path, "")
    path.write_bytes('[study]\ntitle="Größe"'.encode("cp1252"))
    with pytest.raises(InvalidStudyFile, match="UTF-8"):
        read_study_file(path)


def test_another_package_the_schema_is_a_json_schema():
    schema = study_file_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]) == {"study", "tables", "run"}
