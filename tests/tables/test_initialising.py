"""The first study.toml can be read at once, and says what it guessed from what."""

import polars as pl
import pytest

from buzzline.errors import InvalidArgument, MissingFile
from buzzline.tables.initialising import initialise
from buzzline.tables.reading import read_study
from buzzline.tables.study_file import read_study_file

quoted = '"wine; food"'
FIRMS = "Company ID;Company name;Business;Town;Land;Long;Lat;Staff;Remark\n" + "".join(
    f"C{i};Firm {i};{quoted if i % 2 else 'food'};Vigo;ES;-8,7{i};42,2{i};{i};r{i}\n"
    for i in range(1, 10)
)
CONTRACTS = "Supplier,Customer,Since\nC1,C2,2014-01-01\nC3,C4,2015-01-01\n"
PROJECTS = "Partner A,Partner B\nC1,C5\nC2,C6\n"


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_by_hand_three_files_as_people_have_them(tmp_path):
    path = initialise(write(tmp_path, companies=FIRMS, contracts=CONTRACTS, projects=PROJECTS))
    assert path == tmp_path / "study.toml"
    entries = read_study_file(path).tables
    assert entries["organisations"][0].columns == {
        "org_id": "Company ID", "name": "Company name", "industry": "Business", "longitude": "Long",
        "latitude": "Lat", "city": "Town", "country": "Land", "jobs": "Staff",
    }  # fmt: skip
    assert entries["organisations"][0].industry_separator == ";"
    assert [entry.values["layer"] for entry in entries["linkages"]] == ["supply", "research"]
    study = read_study(path)
    assert (study.organisations.height, study.linkages.height) == (9, 4)
    assert study.activities.height == 10
    assert study.about.quality.n_set_aside == 0


def test_every_guess_shows_examples_and_nothing_is_left_unsaid(tmp_path):
    text = initialise(
        write(tmp_path, companies=FIRMS, contracts=CONTRACTS, diary="a,b\n1,2\n")
    ).read_text()
    assert 'org_id = "Company ID"' in text
    assert "For example: C1, C2, C3" in text
    assert '#   "Remark"  For example: r1, r2, r3' in text
    assert "Optional, not found in your file: kind" in text
    assert "# Not recognised, and not used:\n#   diary.csv" in text
    assert '# industries = ["wine", "food"]' in text
    assert (
        max(len(line) for line in text.splitlines() if not line.strip().count("For example"))
        < 110
    )


def test_every_setting_of_a_run_is_shown_and_can_be_switched_on(tmp_path):
    path = initialise(write(tmp_path, companies=FIRMS, contracts=CONTRACTS))
    text = path.read_text()
    before, run = text.split("[run]", 1)
    on = "\n".join(
        line[2:]
        if line.startswith("# ")
        and (" = " in line or line.startswith("# ["))
        and "#" not in line[2:]
        else line
        for line in run.splitlines()
    )
    path.write_text(f"{before}[run]{on}")
    assert read_study_file(path).run.model_fields_set == set(
        type(read_study_file(path).run).model_fields
    )


def test_a_kind_of_tie_that_nothing_tells_is_called_out(tmp_path):
    text = initialise(write(tmp_path, companies=FIRMS, links="a,b\nC1,C2\nC2,C3\n")).read_text()
    assert "NOTHING IN YOUR FILE TELLS THE KIND" in text


def test_required_columns_that_were_not_found_are_called_out(tmp_path):
    text = initialise(
        write(tmp_path, companies=FIRMS, activities="org id,what\nC1,x\nC2,y\n")
    ).read_text()
    assert '# industry = "?"    # REQUIRED, NOT FOUND' in text


def test_names_identify_where_there_is_nothing_better(tmp_path):
    members = "name,city,lat,lon\nA,Vigo,42.2,-8.7\nB,Porto,41.1,-8.6\n"
    path = initialise(write(tmp_path, members=members))
    assert read_study_file(path).tables["organisations"][0].columns["org_id"] == "name"
    assert read_study(path).organisations["org_id"].to_list() == ["A", "B"]


def test_what_is_there_is_not_overwritten_unless_asked(tmp_path):
    write(tmp_path, companies=FIRMS)
    path = tmp_path / "study.toml"
    path.write_text("mine")
    with pytest.raises(InvalidArgument, match="left as it is"):
        initialise(tmp_path)
    assert path.read_text() == "mine"
    assert initialise(tmp_path, overwrite=True).read_text() != "mine"


def test_single_files_sheets_and_several_paths(tmp_path):
    write(tmp_path, companies=FIRMS, contracts=CONTRACTS, projects=PROJECTS)
    path = initialise([tmp_path / "companies.csv", tmp_path / "contracts.csv"])
    assert set(read_study_file(path).tables) == {"organisations", "linkages"}
    other = tmp_path / "other"
    other.mkdir()
    book = other / "region.xlsx"
    with __import__("xlsxwriter").Workbook(book) as workbook:
        pl.DataFrame({"id": ["a", "b"], "lon": [1, 2], "lat": [3, 4]}).write_excel(
            workbook, "Firms"
        )
        pl.DataFrame({"from": ["a"], "to": ["b"], "type": ["supply"]}).write_excel(
            workbook, "Links"
        )
    path = initialise(book)
    assert [entry.sheet for entry in read_study_file(path).tables["linkages"]] == ["Links"]
    assert read_study(path).linkages["layer"].to_list() == ["supply"]


def test_no_organisations_and_no_files(tmp_path):
    text = initialise(write(tmp_path, links=CONTRACTS, ties=CONTRACTS)).read_text()
    assert "NO TABLE OF ORGANISATIONS WAS RECOGNISED" in text
    with pytest.raises(MissingFile, match="no such file"):
        initialise(tmp_path / "none")
    with pytest.raises(InvalidArgument, match="at least one"):
        initialise([])


def test_real_data_the_columns_of_crunchbase_are_recognised(shared_data, tmp_path):
    folder = shared_data / "crunchbase2015_acquisitions"
    for name in ("firms", "acquisitions"):
        (tmp_path / f"{name}.parquet").write_bytes((folder / f"{name}.parquet").read_bytes())
    entries = read_study_file(initialise(tmp_path)).tables
    assert entries["organisations"][0].columns["org_id"] == "permalink"
    assert entries["organisations"][0].columns["longitude"] == "lon"
    ends = entries["linkages"][0].columns
    assert (ends["source"], ends["target"]) == ("acquirer_permalink", "company_permalink")
    assert entries["linkages"][0].values == {"layer": "acquisition"}
