"""CORDIS files of any programme become ties between partners; nothing is lost on the way."""

from itertools import combinations

import polars as pl
import pytest

from buzzline.errors import MissingFile, UnreadableFile
from buzzline.tables.connectors.cordis import read_cordis

HEADER = (
    "projectID;projectAcronym;organisationID;vatNumber;name;shortName;SME;activityType;street;"
    "postCode;city;country;nutsCode;geolocation;role;ecContribution"
)
PARTNERS = """
1;ALPHA;10;;University of Athens;UoA;false;HES;;;ATHINA;EL;EL301;37.98,23.73;coordinator;1,5
1;ALPHA;11;;Small Ltd;;true;PRC;;;LONDON;UK;;;participant;2,5
1;ALPHA;12;;Big AG;;false;PRC;;;MUENCHEN;DE;DE212;48.1,11.6;participant;
2;BETA;10;;University of Athens;UoA;false;HES;;;ATHINA;EL;EL301;37.98,23.73;participant;1
2;BETA;12;;Big AG;;false;PRC;;;MUENCHEN;DE;DE212;48.1,11.6;coordinator;3
2;BETA;12;;Big AG;;false;PRC;;;MUENCHEN;DE;DE212;48.1,11.6;thirdParty;3
3;GAMMA;13;;Lonely Institute;;false;REC;;;Oslo;NO;;;coordinator;9
"""
PROJECTS = """id;acronym;status;title;startDate;endDate;totalCost;legalBasis;topics
1;ALPHA;SIGNED;"A title; with a separator";2021-01-01;2024-12-31;5;HORIZON.2.1;HORIZON-HLTH-2020
2;BETA;SIGNED;Second;2022-01-01;2025-12-31;5;HORIZON.2.4;HORIZON-CL4-2021
4;DELTA;SIGNED;Nobody;2022-01-01;2025-12-31;5;HORIZON.2.5;HORIZON-CL5-2021
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("cordis")
    (place / "organization.csv").write_text(HEADER + PARTNERS, encoding="utf-8-sig")
    (place / "project.csv").write_text(PROJECTS, encoding="utf-8-sig")
    return place


@pytest.fixture(scope="module")
def small(folder):
    return read_cordis(folder)


@pytest.fixture(scope="module")
def hopon(shared_data):
    return read_cordis(shared_data / "horizon_europe_hopon")


@pytest.fixture(scope="module")
def vehicles(shared_data):
    return read_cordis(shared_data / "cordis_semiconductor_ev")


def _found(study):
    return {f.rule: f.n for f in study.about.quality.findings}


def test_by_hand_ties_weigh_one_over_partners_less_one(small):
    ties = small.linkages.select("source", "target", "weight", "directed", "layer").rows()
    assert ties == [
        ("10", "11", 0.5, False, "research"), ("10", "12", 0.5, False, "research"),
        ("11", "12", 0.5, False, "research"), ("10", "12", 1.0, False, "research"),
    ]  # fmt: skip
    first = small.linkages.row(0, named=True)
    assert (first["start"].isoformat(), first["end"].isoformat()) == (
        "2021-01-01",
        "2024-12-31",
    )


def test_by_hand_organisations(small):
    rows = small.organisations.select(
        "org_id", "kind", "country", "precision", "industry"
    ).rows()
    assert rows == [
        ("10", "university", "GR", "address", "digital_industry_space"),
        ("11", "sme", "GB", "city", "health"),
        ("12", "large", "DE", "address", "digital_industry_space"),
        ("13", "laboratory", "NO", "city", None),
    ]
    athens = small.organisations.row(0, named=True)
    assert (athens["longitude"], athens["latitude"]) == (23.73, 37.98)


def test_by_hand_fields_have_shares(small):
    shares = small.activities.filter(pl.col("org_id") == "12").sort("industry")
    assert shares.select("industry", "share").rows() == [
        ("digital_industry_space", 0.5), ("health", 0.5),
    ]  # fmt: skip
    assert set(small.activities["industry"]) <= set(small.industries["industry"])


def test_by_hand_every_participation_and_project_is_accounted_for(small):
    found = _found(small)
    assert found["participations read"] == 7
    assert found["partner listed twice in a project"] == 1
    assert found["only partner of its project"] == 1
    assert found["project is not in the file of projects"] == 1
    assert found["project without organisations"] == 1


@pytest.mark.parametrize("form", ["json", "parquet", "xlsx"])
def test_invariant_any_file_format_gives_the_same_study(folder, small, tmp_path, form):
    for name in ("organization", "project"):
        table = pl.read_csv(folder / f"{name}.csv", separator=";", infer_schema=False)
        path = tmp_path / f"{name}.{form}"
        if form == "json":
            table.write_json(path)
        elif form == "parquet":
            table.write_parquet(path)
        else:
            table.write_excel(path)
    assert read_cordis(tmp_path).fingerprint == small.fingerprint


def test_special_case_column_names_of_the_seventh_programme(tmp_path, small):
    (tmp_path / "cordis-fp7organizations.csv").write_text(
        "projectRcn;projectReference;role;id;name;activityType;country;city\n"
        "99;1;coordinator;10;University;HES;EL;ATHINA\n99;1;participant;12;Big;PRC;DE;MUENCHEN\n",
        encoding="cp1252",
    )
    (tmp_path / "cordis-fp7projects.csv").write_text(
        "rcn;reference;acronym;programme;topics;startDate;endDate\n"
        "99;1;OLD;FP7-ICT;ICT-2011;2011-01-01;2013-12-31\n",
        encoding="cp1252",
    )
    study = read_cordis(tmp_path)
    assert study.linkages.select("source", "target", "weight").rows() == [("10", "12", 1.0)]
    assert study.linkages["start"].dt.year().to_list() == [2011]
    assert set(study.organisations["industry"]) == {"digital_industry_space"}


def test_special_case_organisations_without_projects(folder, tmp_path):
    (tmp_path / "organization.csv").write_bytes((folder / "organization.csv").read_bytes())
    study = read_cordis(tmp_path)
    assert study.linkages.height == 4
    assert study.linkages["start"].null_count() == 4
    assert study.organisations["industry"].null_count() == 4


def test_brute_force_ties_of_horizon_europe(hopon, shared_data):
    rows = pl.read_parquet(shared_data / "horizon_europe_hopon/participations.parquet")
    partners: dict[str, set[str]] = {}
    for project, pic in rows.select("projectID", "pic").iter_rows():
        partners.setdefault(project, set()).add(pic)
    expected: dict[frozenset[str], float] = {}
    n = 0
    for members in partners.values():
        for pair in combinations(sorted(members), 2):
            key = frozenset(pair)
            expected[key] = expected.get(key, 0.0) + 1 / (len(members) - 1)
            n += 1
    assert hopon.linkages.height == n
    found: dict[frozenset[str], float] = {}
    for source, target, weight in hopon.linkages.select(
        "source", "target", "weight"
    ).iter_rows():
        key = frozenset((source, target))
        found[key] = found.get(key, 0.0) + weight
    assert found == pytest.approx(expected)


def test_published_numbers_of_horizon_europe(hopon):
    counts = {c.table: (c.read, c.kept) for c in hopon.about.quality.tables}
    assert counts["organisations"] == (6_396, 6_396)
    found = _found(hopon)
    assert found["participations read"] == 12_198
    assert found["project without organisations"] == 10
    assert hopon.organisations["longitude"].null_count() / 6_396 < 0.06


def test_published_numbers_of_semiconductors(vehicles):
    assert vehicles.organisations.height == 765
    found = _found(vehicles)
    assert found["participations read"] == 1_076
    assert found["value said twice"] == 2
    # partners of a project share one half of a tie each: 1,075 distinct participations
    assert vehicles.linkages["weight"].sum() == pytest.approx(1_075 / 2)
    assert (
        vehicles.organisations["precision"].value_counts(sort=True)["precision"][0] == "address"
    )
    assert found["coordinates far from the city"] > 20


def test_selection_is_told(hopon, vehicles):
    assert any("No organisation of GR " in note for note in hopon.about.notes)
    assert not any("No organisation of" in note for note in vehicles.about.notes)
    assert any("The largest project has 188 partners" in note for note in vehicles.about.notes)
    assert "European Union" in hopon.about.licence


def test_what_is_not_cordis_is_refused(tmp_path):
    with pytest.raises(MissingFile, match="organization"):
        read_cordis(tmp_path)
    (tmp_path / "project.csv").write_text(PROJECTS)
    with pytest.raises(MissingFile, match="file of organisations"):
        read_cordis(tmp_path)
    (tmp_path / "organization.csv").write_text("a;b\n1;2\n")
    with pytest.raises(UnreadableFile, match="projectid"):
        read_cordis(tmp_path)
