"""The Crunchbase export becomes a study; every organisation and deal is accounted for."""

import polars as pl
import pytest

from buzzline.errors import MissingFile, UnreadableFile
from buzzline.tables.connectors.crunchbase import read_crunchbase

COMPANY = ("permalink", "name", "category_list", "country_code", "state_code", "region", "city")
HEADER = [
    *(f"company_{field}" for field in COMPANY), *(f"acquirer_{field}" for field in COMPANY),
    "acquired_at", "acquired_month", "price_amount", "price_currency_code",
]  # fmt: skip
BOSTON = ["/organization/a", "Alpha", "Optics|Lasers", "USA", "MA", "Boston", "Boston"]
ROME = ["/organization/b", "Beta", "", "ITA", "07", "Rome", "Roma"]
NOWHERE = ["/organization/c", "Gamma", "Software", "", "", "", ""]
DEALS = [
    [*BOSTON, *ROME, "2012-05-01", "2012-05", "2500000", "USD"],
    [*NOWHERE, *BOSTON, "2013-02-03", "2013-02", "", "USD"],
    [*ROME, *BOSTON, "1201-11-03", "1201-11", "700", "EUR"],
    [*ROME, *ROME, "2014-01-01", "2014-01", "0", "USD"],
    ["ns|Technology", "USA", "CA", "SF Bay Area", *([""] * 14)],
]


def _written(folder, rows, name="acquisitions.csv", header=HEADER):
    lines = [",".join(f'"{cell}"' if cell else "" for cell in row) for row in [header, *rows]]
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crunchbase")
    _written(folder, DEALS)
    return read_crunchbase(folder)


@pytest.fixture(scope="module")
def whole(shared_data):
    return read_crunchbase(shared_data / "crunchbase2015_acquisitions")


def _counts(study):
    return {c.table: (c.read, c.kept, c.set_aside) for c in study.about.quality.tables}


def _found(study):
    return {(f.table, f.rule): f for f in study.about.quality.findings}


def test_by_hand_organisations_and_deals(small):
    assert small.organisations.select(
        "org_id", "name", "industry", "country", "city"
    ).rows() == [
        ("/organization/a", "Alpha", "Optics", "US", "Boston"),
        ("/organization/c", "Gamma", "Software", None, None),
        ("/organization/b", "Beta", None, "IT", "Roma"),
    ]
    ties = small.linkages.select("source", "target", "layer", "weight", "unit", "start")
    dates = [None if day is None else day.isoformat() for day in ties["start"]]
    assert ties.drop("start").rows() == [
        ("/organization/b", "/organization/a", "acquisition", 2.5, "musd"),
        ("/organization/a", "/organization/c", "acquisition", None, None),
        ("/organization/a", "/organization/b", "acquisition", None, None),
    ]
    assert dates == ["2012-05-01", "2013-02-03", None]
    assert small.linkages["directed"].all()


def test_by_hand_all_categories_are_activities(small):
    industries = small.industries_of().sort("org_id", "industry").rows()
    assert industries == [
        ("/organization/a", "Lasers"), ("/organization/a", "Optics"),
        ("/organization/c", "Software"),
    ]  # fmt: skip


def test_by_hand_cities_are_located(small):
    where = small.organisations.filter(pl.col("name") == "Alpha").row(0, named=True)
    assert (where["longitude"], where["latitude"]) == pytest.approx((-71.06, 42.36), abs=0.01)
    assert where["precision"] == "city"
    assert small.organisations.filter(pl.col("name") == "Gamma")["precision"].to_list() == [
        None
    ]


def test_by_hand_every_defect_is_told(small):
    assert _counts(small) == {"organisations": (4, 3, 1), "linkages": (5, 3, 2)}
    found = _found(small)
    assert found["linkages", "tie of an organisation with itself"].rows == (5,)
    assert found["linkages", "cells are shifted"].rows == (6,)
    assert found["linkages", "amount in another currency"].rows == (4,)
    assert found["linkages", "amount of nought"].rows == (5,)
    assert small.about.quality.set_aside["linkages"]["row"].to_list() == [5, 6]


def test_special_case_companies_come_first_and_investments_are_a_layer(tmp_path):
    _written(tmp_path, DEALS[:1])
    listed = ["permalink", "name", "category_list", "country_code", "city", "founded_at"]
    beta = ["/organization/b", "Beta SpA", "Wine", "ITA", "Roma", "1999-01-01"]
    _written(tmp_path, [beta], "companies.csv", listed)
    investor = ["/organization/v", "Ventures", "USA", "CA", "SF Bay Area", "Palo Alto"]
    fields = [f"investor_{field}" for field in COMPANY if field != "category_list"]
    header = [*HEADER[:7], *fields, "funding_round_permalink", "funded_at", "raised_amount_usd"]
    deal = [*BOSTON, *investor, "/funding-round/1", "2010-01-01", "3000000"]
    _written(tmp_path, [deal], "investments.csv", header)
    study = read_crunchbase(tmp_path)
    beta = study.organisations.filter(pl.col("org_id") == "/organization/b").row(0, named=True)
    assert (beta["name"], beta["industry"], beta["opened"].year) == ("Beta SpA", "Wine", 1999)
    assert study.linkages.select("layer", "source", "weight").rows() == [
        ("acquisition", "/organization/b", 2.5), ("investment", "/organization/v", 3.0),
    ]  # fmt: skip
    kinds = dict(study.organisations.select("org_id", "kind").iter_rows())
    assert kinds["/organization/v"] == "investor"
    assert ("organisations", "name differs between rows") in _found(study)


def test_published_numbers_of_the_whole_export(whole):
    assert _counts(whole) == {
        "organisations": (26_665, 26_663, 2),
        "linkages": (18_968, 18_936, 32),
    }
    found = _found(whole)
    assert found["linkages", "tie of an organisation with itself"].n == 31
    assert found["linkages", "cells are shifted"].n == 1
    assert found["linkages", "impossible date"].n == 2
    assert found["linkages", "date marked as suspect in the extract"].n == 15
    assert whole.organisations["country"].value_counts(sort=True)["country"][0] == "US"


def test_published_numbers_rows_set_aside_are_written_down(whole):
    aside = whole.about.quality.set_aside
    for count in whole.about.quality.tables:
        assert aside[count.table].height == count.set_aside
        assert aside[count.table].columns[:2] == ["row", "reason"]
    assert aside["linkages"]["row"].to_list()[-1] == 18_969


def test_lines_swallowed_by_an_open_quotation_mark_are_told(whole):
    finding = _found(whole)["organisations", "cell swallowed lines"]
    assert finding.n == 1
    assert "147 lines" in finding.remedy
    assert whole.organisations["name"].str.len_chars().max() < 200


def test_invariant_coordinates_of_the_extract_are_kept(whole, shared_data):
    firms = pl.read_parquet(shared_data / "crunchbase2015_acquisitions/firms.parquet")
    both = whole.organisations.join(firms, left_on="org_id", right_on="permalink", how="inner")
    given = both.filter(pl.col("lat").is_not_null())
    assert given.height > 20_500
    assert given["latitude"].equals(given["lat"].alias("latitude"))
    assert whole.organisations["longitude"].null_count() < firms["lon"].null_count()


def test_another_layout_names_serve_as_identifiers(shared_data):
    study = read_crunchbase(shared_data / "crunchbase2015_unicorn_investments")
    assert _counts(study)["linkages"] == (1_569, 1_569, 0)
    assert study.organisations.filter(pl.col("kind") == "investor").height == 422
    assert study.linkages["weight"].sum() == pytest.approx(95_186.18, abs=0.01)


def test_bias_and_licence_are_told(whole):
    said = " ".join(whole.about.notes)
    assert "United States" in said
    assert "NC" in whole.about.licence
    assert len(whole.about.sources) == 2


def test_what_is_no_export_is_refused(tmp_path):
    with pytest.raises(MissingFile, match="no such file"):
        read_crunchbase(tmp_path / "absent")
    with pytest.raises(MissingFile, match="acquisition"):
        read_crunchbase(tmp_path)
    _written(tmp_path, [["a", "b"]], "acquisitions.csv", ["buyer", "bought"])
    with pytest.raises(UnreadableFile, match="company_name"):
        read_crunchbase(tmp_path)
    (tmp_path / "acquisitions.csv").unlink()
    _written(tmp_path, [["a", "b"]], "companies.csv", ["permalink", "name"])
    with pytest.raises(UnreadableFile, match="no deals"):
        read_crunchbase(tmp_path)


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "acquisitions.parquet").write_bytes(b"PAR1 this is no parquet")
    with pytest.raises(UnreadableFile, match=r"acquisitions\.parquet"):
        read_crunchbase(tmp_path)


def test_an_open_quotation_mark_in_the_file_swallows_nothing(tmp_path):
    rows = [",".join(row) for row in [HEADER, *DEALS[:3]]]
    rows[2] = rows[2].replace("Gamma", '"Gamma')
    (tmp_path / "acquisitions.csv").write_text("\n".join(rows) + "\n")
    study = read_crunchbase(tmp_path)
    assert study.linkages.height == 3
    assert "stray quotation mark" in {f.rule for f in study.about.quality.findings}


def test_a_row_with_too_many_cells_is_set_aside(tmp_path):
    rows = [",".join(row) for row in [HEADER, *DEALS[:3]]]
    rows[1] += ",surplus"
    (tmp_path / "acquisitions.csv").write_text("\n".join(rows) + "\n")
    study = read_crunchbase(tmp_path)
    assert _counts(study)["linkages"] == (3, 2, 1)
    assert study.about.quality.set_aside["linkages"]["row"].to_list() == [2]
