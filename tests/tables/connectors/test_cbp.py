"""County Business Patterns as published, as an extract, and what they do not publish."""

import polars as pl
import pytest

from buzzline.errors import MissingFile, UnreadableFile
from buzzline.tables.connectors import read_cbp

CENSUS = """\
"msa","naics","empflag","emp_nf","emp","qp1_nf","qp1","est","n<5","n5_9","n1000"
"10180","------","","G",1000,"G",5,60,"30","20","N"
"10180","31----","","G",400,"G",5,10,"4","6","N"
"10180","325///","","H",300,"H",5,5,"N","5","N"
"10180","3254//","","D",0,"D",0,4,"N","4","N"
"10180","325412","","D",0,"D",0,4,"N","4","N"
"10420","------","","G",500,"G",5,20,"15","5","N"
"10420","44----","","G",500,"G",5,20,"15","5","N"
"""
CLUSTERS = """\
naics6,traded_local,cluster
325412,Traded,Biopharmaceuticals
541110,Local,Local Commercial Services
"""
AREAS = """\
cbsa_code,cbsa_name,cbsa_pop
10180,"Abilene, TX",171451.0
10420,"Akron, OH",702219
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cbp")
    (folder / "cbp16msa.txt").write_text(CENSUS, encoding="utf-8")
    (folder / "naics_to_cluster.csv").write_text(CLUSTERS, encoding="utf-8")
    (folder / "cbsa_names.csv").write_text(AREAS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def census(folder):
    return read_cbp(folder)


def test_by_hand_files_of_the_census_bureau(census):
    whole = census.employment.filter(pl.col("size_class").is_null())
    cells = whole.select("place_id", "industry", "year", "jobs", "establishments", "suppressed")
    assert cells.rows() == [
        ("10180", "00", 2016, 1000.0, 60.0, False), ("10180", "31-33", 2016, 400.0, 10.0, False),
        ("10180", "325", 2016, 300.0, 5.0, False), ("10180", "3254", 2016, None, 4.0, True),
        ("10180", "325412", 2016, None, 4.0, True), ("10420", "00", 2016, 500.0, 20.0, False),
        ("10420", "44-45", 2016, 500.0, 20.0, False),
    ]  # fmt: skip


def test_by_hand_size_classes_are_establishments_only(census):
    sized = census.employment.drop_nulls("size_class")
    total = sized.filter((pl.col("industry") == "00") & (pl.col("place_id") == "10180"))
    assert sorted(total.select("size_class", "establishments").rows()) == [
        ("1-4", 30.0), ("5-9", 20.0),
    ]  # fmt: skip
    assert sized["jobs"].null_count() == sized.height


def test_by_hand_industries_have_level_parent_cluster_and_kind(census):
    listed = census.industries.select("industry", "level", "parent", "cluster", "traded").rows()
    assert listed == [
        ("00", 1, None, None, None), ("31-33", 2, "00", None, None),
        ("325", 3, "31-33", None, None), ("3254", 4, "325", None, None),
        ("325412", 6, "3254", "Biopharmaceuticals", True), ("44-45", 2, "00", None, None),
    ]  # fmt: skip


def test_by_hand_areas_have_name_population_and_their_principal_city(census):
    places = census.places.select("place_id", "name", "country", "population").rows()
    assert places == [
        ("10180", "Abilene, TX", "US", 171451.0), ("10420", "Akron, OH", "US", 702219.0),
    ]  # fmt: skip
    assert census.places["longitude"].to_list() == pytest.approx([-99.7, -81.5], abs=0.2)
    assert census.places["latitude"].to_list() == pytest.approx([32.4, 41.1], abs=0.2)
    assert "coordinates of the principal city" in census.about.quality.table()["rule"]


def test_by_hand_counties_and_years_from_a_column(tmp_path):
    (tmp_path / "cbp_county.csv").write_text(
        "fipstate,fipscty,naics,emp,est,year\n1,3,------,50,9,2018\n1,3,10,5,2,2019\n",
        encoding="utf-8",
    )
    study = read_cbp(tmp_path)
    assert study.employment.select("place_id", "industry", "year").rows() == [
        ("01003", "00", 2018), ("01003", "10", 2019),
    ]  # fmt: skip
    assert "area without a name" in study.about.quality.table()["rule"]


def test_by_hand_the_newest_vintage_of_a_definition_counts(tmp_path):
    (tmp_path / "cbp_2019.csv").write_text("cbsa,naics,emp,estab\n10180,325412,5,3\n")
    definitions = tmp_path / "mine.csv"
    definitions.write_text(
        "naics6,cluster_name,traded,naics_vintage\n325412,Old,False,2002\n325412,New,True,2012\n"
    )
    study = read_cbp(tmp_path / "cbp_2019.csv", definitions=definitions)
    assert study.industries.select("cluster", "traded").rows() == [("New", True)]


def test_mistakes_are_told_with_their_remedy(tmp_path):
    with pytest.raises(MissingFile, match="no such file"):
        read_cbp(tmp_path / "none")
    (tmp_path / "cbp.csv").write_text("msa,naics,emp\n10180,10,5\n")
    with pytest.raises(UnreadableFile, match="Rename it"):
        read_cbp(tmp_path)
    (tmp_path / "cbp.csv").write_text("msa,emp\n10180,5\n")
    with pytest.raises(UnreadableFile, match="`naics` and `emp` are needed"):
        read_cbp(tmp_path)
    (tmp_path / "cbp.csv").write_text("msa,naics,emp,year\n10180,10,5,2019\n")
    with pytest.raises(MissingFile, match="Check the path"):
        read_cbp(tmp_path, areas=tmp_path / "none.csv")


def test_real_data_every_row_every_area_and_every_cluster(shared_data):
    definitions = shared_data / "uscmp_crosswalk" / "naics_2012_2017_to_cluster_subcluster.csv"
    areas = shared_data / "delineation" / "brookings_cbsa_18.csv"
    study = read_cbp(shared_data / "cbp_cbsa", definitions=definitions, areas=areas)
    assert study.employment.height == 569_217 + 569_017  # as described with the data
    assert study.about.quality.n_set_aside == 0
    assert study.places.height == 933
    assert study.places["name"].null_count() == 0
    assert study.places["longitude"].null_count() == 0
    six = study.industries.filter(pl.col("level") == 6)
    assert six["cluster"].null_count() == 0
    assert six.filter(pl.col("traded"))["cluster"].n_unique() == 51
    assert study.industries.filter(pl.col("industry") == "31-33")["level"].to_list() == [2]
    nought = next(
        f for f in study.about.quality.findings if f.rule == "establishments without jobs"
    )
    assert nought.n == 225 + 277  # as described with the data
    honolulu = study.places.filter(pl.col("name").str.contains("Honolulu"))
    assert honolulu["longitude"][0] == pytest.approx(-157.86, abs=0.2)
