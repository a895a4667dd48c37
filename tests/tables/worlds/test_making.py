"""Made-up worlds hold what they promise: geography, clusters, ties, and their truth."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from buzzline.errors import InvalidArgument
from buzzline.tables.schema import TABLES
from buzzline.tables.worlds import (
    Geography,
    great_circle_km,
    make_world,
    null_world,
)
from buzzline.tables.worlds.furnishing import SITES
from buzzline.tables.worlds.geography import BOXES
from buzzline.tables.worlds.organisations import industry_codes
from buzzline.tables.worlds.settling import draw_industries
from buzzline.tables.worlds.truth import Truth


@pytest.fixture(scope="module")
def world():
    return make_world(rng=1)


def test_every_column_of_the_schema_is_filled(world):
    empty = [
        f"{table.name}.{column.name}"
        for table in TABLES
        for column in table.columns
        if not getattr(world.study, table.name)[column.name].drop_nulls().len()
    ]
    assert empty == []


def test_invariant_same_seed_same_study():
    one, other = (make_world(organisations=150, clusters=2, rng=5) for _ in range(2))
    assert one.study.fingerprint == other.study.fingerprint
    assert (
        one.study.fingerprint
        != make_world(organisations=150, clusters=2, rng=6).study.fingerprint
    )


def test_invariant_ties_do_not_change_with_another_layer():
    one = make_world(organisations=80, clusters=1, layers=("supply",), rng=2).study
    two = make_world(organisations=80, clusters=1, layers=("research", "supply"), rng=2).study
    assert two.where(layer="supply").linkages.equals(one.linkages)


def test_organisations_lie_in_their_country(world):
    for country, lon, lat in world.study.organisations.select(
        "country", "longitude", "latitude"
    ).iter_rows():
        assert any(w - 0.3 < lon < e + 0.3 and s - 0.2 < lat < n + 0.2
                   for w, e, s, n in BOXES[country])  # fmt: skip


def test_members_lie_within_the_radius_and_have_the_industry(world):
    truth, organisations = world.truth, world.study.organisations
    for cluster in truth.clusters.iter_rows(named=True):
        rows = np.flatnonzero(truth.cluster == cluster["cluster"])
        assert rows.size == cluster["n_members"] > 20
        members = organisations[rows]
        assert members["industry"].unique().to_list() == [cluster["industry"]]
        assert members["city"].unique().to_list() == [cluster["place"]]
        km = great_circle_km(
            members["longitude"], members["latitude"], cluster["longitude"], cluster["latitude"]
        )
        assert km.max() <= cluster["radius_km"] * 1.001


def test_planted_clusters_are_denser_than_the_background(world):
    truth, organisations = world.truth, world.study.organisations
    share = dict(organisations["industry"].value_counts(normalize=True).iter_rows())
    for cluster in truth.clusters.iter_rows(named=True):
        km = great_circle_km(
            organisations["longitude"], organisations["latitude"],
            cluster["longitude"], cluster["latitude"],
        )  # fmt: skip
        near = organisations.filter(pl.Series(km <= 2 * cluster["radius_km"]))
        inside = (near["industry"] == cluster["industry"]).sum()
        tail = stats.binomtest(
            inside, near.height, share[cluster["industry"]], "greater"
        ).pvalue
        assert tail < 1e-6


def test_planted_truth_industries_of_a_null_world_are_a_pure_relabelling():
    # chi-square of industry by town in 60 worlds: p-values are uniform
    p_values = []
    for seed in range(60):
        organisations = null_world(organisations=400, geography=Geography(places=6), rng=seed
                                   ).study.organisations  # fmt: skip
        table = organisations.pivot(
            "industry", index="city", values="org_id", aggregate_function="len"
        )
        counts = table.drop("city").fill_null(0).to_numpy()
        p_values.append(stats.chi2_contingency(counts).pvalue)
    assert stats.kstest(p_values, "uniform").pvalue > 0.01


def test_special_case_city_coordinates_are_one_point_a_town():
    study = make_world(organisations=300, geography=Geography(coordinates="city"), rng=1).study
    points = study.organisations.group_by("city").agg(
        pl.struct("longitude", "latitude").n_unique().alias("n")
    )
    assert points["n"].to_list() == [1] * points.height
    assert study.organisations["precision"].unique().to_list() == ["city"]


def test_layers_are_directed_as_the_schema_says(world):
    directed = dict(
        world.study.linkages.group_by("layer").agg(pl.col("directed").unique()).iter_rows()
    )
    assert directed == {"supply": [True], "research": [False]}


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"layers": ("friendship",)}, "is not a layer"),
        ({"missing": {9: {"local": 1.0}}}, "clusters are 0 to 5"),
        ({"missing": {0: {"galactic": 1.0}}}, "local, regional, national, global"),
        ({"clusters": 50}, "need as many places"),
        ({"organisations": 1}, "at least 2"),
    ],
)
def test_impossible_wishes_are_refused(choices, words):
    with pytest.raises(InvalidArgument, match=words):
        make_world(**choices)


def test_by_hand_industries_of_clusters_and_background():
    cluster = np.array([0, 1, 5, -1, -1])
    codes = draw_industries(cluster, 3, np.random.default_rng(1))
    assert codes[:3].tolist() == [0, 1, 2]
    assert set(codes[3:].tolist()) <= {0, 1, 2}
    assert industry_codes(14)[-2:] == ("industry_13", "industry_14")


def test_special_case_a_world_without_clusters_still_has_its_other_tables():
    world = null_world(organisations=30, rng=1)
    assert isinstance(world.truth, Truth)
    assert world.truth.clusters.height == 0
    assert world.study.knowledge_items.height == min(30, SITES)
    assert world.study.declared_clusters.height == 0


def test_what_a_truth_does_not_know_is_refused(world):
    with pytest.raises(InvalidArgument, match="no planted cluster has the code 77"):
        world.truth.scale_shares(77)
