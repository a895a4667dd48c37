"""U.S. Cluster Mapping: one kind of region at a time, estimates marked."""

import polars as pl
import pytest

from buzzline.agglomeration import location_quotients_by_place, strong_clusters
from buzzline.errors import InvalidArgument, UnreadableFile
from buzzline.tables.connectors import read_uscmp

ROWS = {
    "region_code_t": ["10180", "10180", "48"], "region_name_t": ["Abilene, TX ", "Abilene, TX", "Texas"],
    "region_type_t": ["msa", "msa", "state"], "cluster_name_t": ["Apparel", "Local Retail", "Apparel"],
    "traded_b": [True, False, True], "year_t": [2016] * 3, "emp_tl": [60, 40, 900],
    "emp_reported_tl": [0, 40, 900], "est_tl": [3, 9, 30],
}  # fmt: skip


def test_by_hand_areas_clusters_and_estimates(tmp_path):
    path = tmp_path / "cluster_by_region.parquet"
    pl.DataFrame(ROWS).write_parquet(path)
    study = read_uscmp(tmp_path)
    cells = study.employment.select("place_id", "industry", "jobs", "suppressed").rows()
    assert cells == [("10180", "Apparel", 60.0, True), ("10180", "Local Retail", 40.0, False)]
    assert study.industries.select("industry", "cluster", "traded").rows() == [
        ("Apparel", "Apparel", True), ("Local Retail", "Local Retail", False),
    ]  # fmt: skip
    assert study.places["name"].to_list() == ["Abilene, TX"]
    states = read_uscmp(path, areas="state")
    assert states.employment["jobs"].to_list() == [900.0]
    assert states.places["longitude"].null_count() == 1  # a state is not at a city of its name


def test_by_hand_the_nation_follows_from_published_shares(tmp_path):
    path = tmp_path / "cluster_by_region.parquet"
    pl.DataFrame({**ROWS, "cluster_emp_per_tf": [0.05, 0.4, 0.75]}).write_parquet(path)
    study = read_uscmp(path)
    nation = study.employment.filter(place_id="US").select("industry", "jobs").rows()
    assert nation == [("Apparel", 1200.0), ("Local Retail", 100.0)]
    levels = study.places.select("place_id", "level").rows()
    assert levels == [("10180", "labour_market"), ("US", "country")]


@pytest.mark.parametrize(
    ("areas", "kind", "n"), [("metropolitan", "msa", 46_399), ("state", "state", 3_294)]
)
def test_published_numbers_quotients_and_flags_through_the_tables(shared_data, areas, kind, n):
    study = read_uscmp(shared_data / "uscmp", areas=areas)
    theirs = pl.read_parquet(shared_data / "uscmp" / "cluster_by_region_2016.parquet").filter(
        region_type_t=kind
    ).select(
        pl.col("region_code_t").alias("place_id"), pl.col("cluster_name_t").alias("industry"),
        pl.col("cluster_name_t").alias("cluster"), "lq_tf", "strong_b",
    )  # fmt: skip
    ours = location_quotients_by_place(study, base="same_type").table()
    both = ours.filter(pl.col("value") > 0).join(theirs, on=["place_id", "industry"])
    assert both.height == n
    assert ((both["value"] / both["lq_tf"] - 1).abs() < 1e-6).all()
    strong = strong_clusters(study, draws=0).clusters.join(theirs, on=["place_id", "cluster"])
    assert (strong["is_strong"] == strong["strong_b"]).all()


def test_mistakes_are_told(tmp_path):
    path = tmp_path / "cluster_by_region.csv"
    pl.DataFrame(ROWS).drop("emp_tl").write_csv(path)
    with pytest.raises(UnreadableFile, match="it lacks `emp_tl`"):
        read_uscmp(path)
    pl.DataFrame(ROWS).write_csv(path)
    with pytest.raises(UnreadableFile, match="no region of the kind 'economic'"):
        read_uscmp(path, areas="economic")
    with pytest.raises(InvalidArgument, match="must be one of metropolitan"):
        read_uscmp(path, areas="county")


def test_published_numbers_of_2016(shared_data):
    # described with the data: 917 areas, 67 clusters, 51 traded; 119.4 M jobs, 105.0 M reported
    study = read_uscmp(shared_data / "uscmp")
    assert (study.places.height, study.industries.height) == (918, 67)  # and the nation
    assert study.industries["traded"].sum() == 51
    nation = pl.col("place_id") == "US"
    areas, whole = study.employment.filter(~nation), study.employment.filter(nation)
    assert areas["jobs"].sum() == pytest.approx(119.4e6, rel=1e-3)
    by_type = (
        whole.join(study.industries, on="industry").group_by("traded").agg(pl.col("jobs").sum())
    )
    assert dict(by_type.iter_rows()) == {True: 45_242_109.0, False: 81_486_213.0}
    assert study.about.quality.n_set_aside == 0
