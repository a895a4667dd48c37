"""Employment in wide tables, and without any organisations."""

import pandas as pd
import polars as pl
import pytest

from buzzline.errors import InvalidTables
from buzzline.tables import initialise, read_study, read_tables
from buzzline.tables.gathering import source_of_frame
from buzzline.tables.guessing import fits
from buzzline.tables.melting import as_long, industry_columns, table_of
from buzzline.tables.synonyms import employs, table_seen

WIDE = {
    "Region": ["A", "B"],
    "Name": ["Aa", "Bb"],
    "10": [5, 1],
    "13-15": [6, None],
    "62.01": [7, 3],
}
LONG = {"place_id": ["A", "A", "A", "B", "B", "B"], "industry": ["10", "13-15", "62.01"] * 2,
        "jobs": [5.0, 6.0, 7.0, 1.0, None, 3.0]}  # fmt: skip
OWN = """\
area;industry code;employment;establishments;year
01001;01.1;120;12;2019
01001;10.2;(D);2;2019
01003;01.1;1.500;30;2019
"""


def cells(study):
    return study.employment.select("place_id", "industry", "jobs").sort("place_id", "industry")


def test_special_case_wide_and_long_tables_read_alike(tmp_path):
    pd.DataFrame(WIDE).to_csv(tmp_path / "employment.csv", index=False)
    pd.DataFrame(LONG).to_csv(tmp_path / "long.csv", index=False)
    wide = read_study(tmp_path / "employment.csv")
    long = read_study({"employment": tmp_path / "long.csv"})
    assert cells(wide).rows() == cells(long).rows()
    assert repr(wide) == "Study 'employment': 2 places, 6 rows of employment"
    assert "one column an industry" in wide.about.quality.table()["rule"]


def test_by_hand_wide_in_excel_with_names_for_headers(tmp_path):
    path = tmp_path / "jobs by industry.xlsx"
    frame = pd.DataFrame(
        {"County": ["A", "B"], "Food": [5, 1], "Toys": [6, 2], "Ships": [7, 3]}
    )
    with pd.ExcelWriter(path) as book:
        frame.to_excel(book, sheet_name="Employment", index=False)
    assert cells(read_study(path)).rows() == [
        ("A", "Food", 5.0), ("A", "Ships", 7.0), ("A", "Toys", 6.0),
        ("B", "Food", 1.0), ("B", "Ships", 3.0), ("B", "Toys", 2.0),
    ]  # fmt: skip


def test_a_long_table_of_odd_names_is_not_taken_for_a_wide_one():
    frame = {"Region": ["A", "A", "B"], "WZ08": [10, 11, 10], "SVB": [5, 6, 7]}
    assert industry_columns(source_of_frame("employment", pd.DataFrame(frame))) == []


def test_a_table_of_organisations_stays_as_it_is():
    source = source_of_frame("employment", pd.DataFrame(LONG))
    assert as_long(source) is source


@pytest.mark.parametrize("name", ["data.csv", "regions.csv", "Betriebe 2019.csv"])
def test_by_hand_ones_own_table_is_recognised_whatever_its_name(tmp_path, name):
    (tmp_path / name).write_text(OWN, encoding="utf-8")
    study = read_study(tmp_path)
    assert study.employment.select("place_id", "industry", "year", "jobs", "suppressed").rows() == [
        ("01001", "01.1", 2019, 120.0, None), ("01001", "10.2", 2019, None, True),
        ("01003", "01.1", 2019, 1500.0, None),
    ]  # fmt: skip
    assert not study.organisations.height


@pytest.mark.parametrize("wide", [True, False])
def test_what_init_writes_reads_the_same_table(tmp_path, wide):
    if wide:
        pd.DataFrame(WIDE).to_csv(tmp_path / "employment.csv", index=False)
    else:
        (tmp_path / "data.csv").write_text(OWN, encoding="utf-8")
    before = cells(read_study(tmp_path))
    text = initialise(tmp_path).read_text(encoding="utf-8")
    assert "[tables.employment]" in text
    assert "NO TABLE" not in text
    assert cells(read_study(tmp_path)).equals(before)


def test_neither_organisations_nor_employment_is_no_study(tmp_path):
    (tmp_path / "places.csv").write_text("place_id,population\na,5\n", encoding="utf-8")
    with pytest.raises(InvalidTables, match="or of employment by place and industry"):
        read_study(tmp_path)


def test_a_study_of_employment_alone_can_be_checked(tmp_path):
    (tmp_path / "employment.csv").write_text(OWN, encoding="utf-8")
    read = read_tables(tmp_path)
    assert not read.problems
    assert str(read.quality) == "employment: 3 of 3 rows usable"


@pytest.mark.parametrize(
    ("columns", "is_employment"),
    [
        (
            ["area_fips", "industry_code", "year", "annual_avg_estabs", "annual_avg_emplvl"],
            True,
        ),
        (["geo", "nace_r2", "TIME_PERIOD", "OBS_VALUE"], True),
        (["Kreis", "WZ", "Jahr", "Beschaeftigte"], True),
        (["id", "region", "industry", "jobs", "name"], False),
        (["org_id", "region", "industry", "jobs", "year"], False),
        (["region", "industry", "jobs"], False),  # could be one organisation a row
    ],
)
def test_by_hand_columns_of_employment(columns, is_employment):
    assert employs(columns) is is_employment
    assert (table_seen("data", columns) == "employment") is is_employment


@pytest.mark.parametrize(
    ("name", "table"),
    [("employment by industry", "employment"), ("labour_flows", "industry_flows"),
     ("Berufe", "occupations"), ("input-output", "industry_flows")],
)  # fmt: skip
def test_by_hand_names_of_regional_tables(name, table):
    columns = ["region", "industry", "other", "occupation", "jobs", "value"]
    assert table_seen(name, columns) == table


def test_study_of_a_year_and_a_country_keeps_its_employment(tmp_path):
    study = read_study({
        "employment": pd.DataFrame({"place_id": ["a", "b", "a"], "industry": "10",
                                    "year": [2018, 2018, 2019], "jobs": [1.0, 2.0, 3.0]}),
        "places": pd.DataFrame({"place_id": ["a", "b"], "country": ["IT", "FR"]}),
    })  # fmt: skip
    assert study.where(year=2018).employment["jobs"].to_list() == [1.0, 2.0]
    assert study.where(country="IT", year=2018).employment["jobs"].to_list() == [1.0]


NOMIS = {
    "Area code": ["E1", "E2"], "Area name": ["Aa", "Bb"], "10 : Food": ["5", "*"],
    "13 : Textiles": ["1", "2"], "49 : Land transport": ["3", "4"], "62 : IT": ["7", "8"],
    "01 : Farming": ["9", "10"], "Total": ["25", "40"],
}  # fmt: skip


def test_by_hand_a_wide_table_is_known_by_its_shape_whatever_its_name(tmp_path):
    pd.DataFrame(NOMIS).to_excel(tmp_path / "BRES 2022 wide.xlsx", index=False)
    study = read_study(tmp_path)
    assert study.employment.height == 12
    assert set(study.employment["industry"]) == {"10", "13", "49", "62", "01", "Total"}
    text = initialise(tmp_path).read_text(encoding="utf-8")
    assert "[tables.employment]" in text
    assert "[tables.organisations]" not in text
    assert read_study(tmp_path).employment.rows() == study.employment.rows()


def test_by_hand_bare_codes_are_a_shape_too_and_years_are_none(tmp_path):
    codes = {name.split(" :")[0]: values for name, values in NOMIS.items()}
    assert table_of(source_of_frame("BRES", pd.DataFrame(codes))) == "employment"
    years = dict(zip(["Area", *map(str, range(2015, 2022))], NOMIS.values(), strict=False))
    assert table_of(source_of_frame("BRES", pd.DataFrame(years))) != "employment"


def test_by_hand_numbers_are_no_country():
    assert not fits("country", pl.Series(["25000", "7000", "1000"]))
    assert fits("country", pl.Series(["DE", "FR"]))
