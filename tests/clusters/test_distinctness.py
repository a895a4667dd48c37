"""Are neighbouring clusters distinct in space, or one agglomeration with gaps?"""

import numpy as np
import polars as pl
import pytest
from tests.clusters.planted import clustering_of, cut_in_two, planted, scattered, study_at

from buzzline.clusters import candidate_clusters
from buzzline.clusters.distinctness import distinctness
from buzzline.errors import InvalidArgument
from buzzline.tables.connectors.crunchbase import read_crunchbase
from buzzline.tables.study import Study
from buzzline.tables.worlds import Parks, make_sibling_world, make_world

COMPARED = ["peak", "other_peak", "saddle", "value", "openness", "bandwidth_km", "distance_km"]


def flat(x, y):
    return np.ones(x.size)


def one_peak(x, y):
    return np.exp(-(x**2 + y**2) / (2 * 5**2))


def ridge(x, y):
    return np.exp(-(y**2) / (2 * 3**2))


def two_peaks(x, y):
    return np.exp(-((x - 6) ** 2 + y**2) / 8) + np.exp(-((x + 6) ** 2 + y**2) / 8)


def pairs_of(weight, seeds, n=800, marked=80, draws=39):
    found = []
    for seed in seeds:
        study = scattered(np.random.default_rng([seed, 5]), n, marked, weight)
        found.append(distinctness(study, cut_in_two(study), draws=draws, rng=seed).pairs)
    return pl.concat(found)


@pytest.fixture(scope="module")
def sibling():
    world = make_sibling_world(distinct=True, organisations=600, rng=2)
    return world, distinctness(world.study, planted(world), draws=99, rng=1)


@pytest.mark.parametrize("organisations", [300, 900])
@pytest.mark.parametrize("distinct", [True, False])
def test_recovers_whether_siblings_are_distinct(distinct, organisations):
    expected = "distinct" if distinct else "not distinct"
    for seed in range(3):
        world = make_sibling_world(distinct=distinct, organisations=organisations, rng=seed)
        found = distinctness(world.study, planted(world), draws=99, rng=1)
        assert found.pairs["verdict"].to_list() == [expected]


def test_recovers_that_only_neighbours_are_compared():
    parks = Parks(siblings=3, apart_km=15.0)
    world = make_sibling_world(parks=parks, organisations=900, rng=4)
    found = distinctness(world.study, planted(world), draws=49, rng=1).pairs
    assert found["distance_km"].max() < 16
    assert set(found["verdict"]) == {"distinct"}


def test_size_under_one_flat_agglomeration():
    p = pairs_of(flat, range(60))["p"].to_numpy()
    assert np.mean(p <= 0.05) <= 0.12  # binomial: beyond 7 of 60 in 1.5 % of runs at the level
    assert np.mean(p <= 0.2) <= 0.35
    assert np.mean(p > 0.5) > 0.3


@pytest.mark.parametrize("weight", [one_peak, ridge])
def test_size_under_one_agglomeration_with_a_peak_or_a_ridge(weight):
    found = pairs_of(weight, range(30))
    assert (found["verdict"] == "distinct").mean() <= 0.1


@pytest.mark.slow
@pytest.mark.parametrize("weight", [flat, one_peak, ridge])
@pytest.mark.parametrize(("n", "marked"), [(800, 80), (3000, 300)])
def test_size_at_the_level_over_many_worlds(weight, n, marked):
    p = pairs_of(weight, range(400), n=n, marked=marked)["p"].to_numpy()
    assert np.mean(p <= 0.05) <= 0.07


def test_power_with_two_peaks():
    found = pairs_of(two_peaks, range(15))
    assert (found["verdict"] == "distinct").mean() >= 0.9


def test_invariant_order_of_rows_changes_nothing(sibling):
    world, found = sibling
    other = Study.of(
        organisations=world.study.organisations.sample(fraction=1.0, shuffle=True, seed=3),
        industries=world.study.industries,
    )
    again = distinctness(other, planted(world), draws=99, rng=1)
    assert again.pairs.equals(found.pairs, null_equal=True)


def test_invariant_turning_the_globe_changes_nothing(sibling):
    world, found = sibling
    turned = Study.of(
        organisations=world.study.organisations.with_columns(pl.col("longitude") - 60),
        industries=world.study.industries,
    )
    clusters = planted(world)
    moved = clustering_of(
        clusters.clusters.with_columns(pl.col("longitude") - 60), clusters.members
    )
    again = distinctness(turned, moved, draws=0)
    for name in COMPARED:
        assert again.pairs[name][0] == pytest.approx(found.pairs[name][0], abs=1e-6)


def test_invariant_which_of_the_two_comes_first_changes_nothing(sibling):
    world, found = sibling
    clusters = planted(world)
    swapped = clustering_of(clusters.clusters.reverse(), clusters.members)
    again = distinctness(world.study, swapped, draws=0).pairs
    assert again["cluster_id"].to_list() == found.pairs["other_id"].to_list()
    assert again["peak"][0] == pytest.approx(found.pairs["other_peak"][0])
    assert again["value"][0] == pytest.approx(found.pairs["value"][0])


def test_invariant_way_runs_from_peak_over_saddle_to_peak(sibling):
    row, ways = sibling[1].pairs.row(0, named=True), sibling[1].ways
    assert ways["risk"][0] == pytest.approx(row["peak"], abs=1e-5)
    assert ways["risk"][-1] == pytest.approx(row["other_peak"], abs=1e-5)
    assert ways["risk"].min() == pytest.approx(row["saddle"], abs=1e-5)
    assert (ways["low"] <= ways["high"]).all()
    assert row["value"] == pytest.approx(
        1 - row["saddle"] / min(row["peak"], row["other_peak"])
    )


def two_towns(n=60, apart_km=40.0, **columns):
    rng = np.random.default_rng(8)
    x = rng.normal(0, 1.5, 2 * n) + np.repeat([0, apart_km], n)
    industry = np.where(rng.random(2 * n) < 0.4, "x", "y")
    return study_at(x, rng.normal(0, 1.5, 2 * n), industry, **columns)


def test_by_hand_open_country_makes_two_towns_distinct():
    study = two_towns()
    row = distinctness(study, cut_in_two(study), draws=99, rng=1).pairs.row(0, named=True)
    assert row["openness"] > 0.99
    assert row["saddle"] == pytest.approx(1.0, abs=0.05)  # nobody: the share of the study
    assert (row["verdict"], row["reason"]) == ("distinct", "open country between them")


def test_bad_input_coordinates_coarser_than_the_clusters_are_apart():
    study = two_towns(apart_km=15.0, precision=["city"] * 120)
    row = distinctness(study, cut_in_two(study), draws=9, rng=1).pairs.row(0, named=True)
    assert row["verdict"] == "not testable"
    assert "coordinates are exact to 10 km" in row["reason"]


def test_bad_input_no_other_industry():
    study = study_at(*np.random.default_rng(1).normal(0, 3, (2, 60)), ["x"] * 60)
    row = distinctness(study, cut_in_two(study), draws=9, rng=1).pairs.row(0, named=True)
    assert row["verdict"] == "not testable"
    assert "nothing to compare with" in row["reason"]


def test_bad_input_everything_at_one_point():
    study = study_at(
        [0.0] * 40, [0.0] * 40, ["x"] * 20 + ["y"] * 20, precision=["unknown"] * 40
    )
    clusters = pl.DataFrame({
        "cluster_id": ["A", "B"], "label": ["A", "B"], "industry": ["x", "x"],
        "longitude": [0.0, 0.0], "latitude": [0.0, 0.0],
    })  # fmt: skip
    members = pl.DataFrame({
        "cluster_id": ["A"] * 10 + ["B"] * 10, "is_core": [True] * 20,
        "org_id": study.organisations["org_id"].head(20),
    })  # fmt: skip
    row = distinctness(study, clustering_of(clusters, members), draws=9).pairs.row(
        0, named=True
    )
    assert row["verdict"] == "not testable"
    assert row["value"] is None


def test_bad_input_hardly_any_member_has_coordinates():
    study = two_towns()
    clusters = cut_in_two(study)
    few = clusters.members.group_by("cluster_id", maintain_order=True).head(4)
    row = distinctness(study, clustering_of(clusters.clusters, few), draws=9).pairs
    assert row["reason"][0] == "only 4 members of the smaller cluster have coordinates"


def test_bad_input_no_draws_and_no_cluster_and_one():
    study = two_towns()
    clusters = cut_in_two(study)
    row = distinctness(study, clusters, draws=0).pairs.row(0, named=True)
    assert (row["verdict"], row["p"], row["stability"]) == ("not testable", None, None)
    none = clustering_of(clusters.clusters.head(0), clusters.members.head(0))
    assert "no clusters" in str(distinctness(study, none, draws=9))
    one = distinctness(
        study, clustering_of(clusters.clusters.head(1), clusters.members), draws=9
    )
    assert one.pairs.select("verdict", "other_id").row(0) == ("distinct", None)
    assert one.pairs["reason"][0] == "no other cluster of its industry within 100 km"


def test_bad_input_says_what_is_wrong():
    study = two_towns()
    clusters = cut_in_two(study)
    with pytest.raises(InvalidArgument, match="does not name"):
        distinctness(study, clusters, industries=["y"])
    with pytest.raises(InvalidArgument, match="`level`"):
        distinctness(study, clusters, level=0.5)
    with pytest.raises(InvalidArgument, match="bandwidth_km"):
        distinctness(study, clusters, bandwidth_km=0.0)


def test_groups_of_industries_are_those_the_clusters_were_made_with():
    study = make_world(organisations=600, clusters=3, industries=3, rng=1).study
    codes = study.organisations["industry"].unique().sort().to_list()
    found = candidate_clusters(study, industries={"both": codes[:2]}, draws=49, rng=1)
    rows = distinctness(study, found, within_km=20_000.0, draws=19, rng=1).pairs
    assert set(rows["industry"]) == {"both"}
    assert rows["other_id"].is_not_null().any()


def test_owners_with_sites_in_both_are_resampled_as_one():
    study = two_towns()
    first = study.organisations["org_id"].to_list()[:60]
    held = Study.of(organisations=study.organisations.with_columns(
        owner_id=pl.Series([*first, *first])
    ))  # fmt: skip
    apart, together = (
        distinctness(one, cut_in_two(one), draws=49, rng=1).pairs for one in (study, held)
    )
    assert apart["value"].equals(together["value"])
    assert apart["p"].equals(together["p"])


def test_real_data_south_san_francisco_and_hayward_are_one(shared_data):
    study = read_crunchbase(shared_data / "crunchbase2015_acquisitions")
    found = candidate_clusters(study, industries=["Biotechnology"], draws=49, rng=1)
    rows = distinctness(study, found, within_km=250.0, draws=99, rng=1).pairs
    bay = rows.filter(pl.col("other_label").str.contains("Hayward"))
    assert bay["verdict"].to_list() == ["not distinct"]
    assert bay["bandwidth_km"][0] == 10.0  # city centroids
    capital = rows.filter(pl.col("label").str.contains("Rockville"))
    assert capital["verdict"].to_list() == ["distinct"]


@pytest.mark.parametrize(("draws", "level"), [(1, 0.95), (9, 0.95), (18, 0.95), (99, 0.999)])
def test_draws_that_can_never_tell_are_not_testable(draws, level):
    study = two_towns()
    found = distinctness(study, cut_in_two(study), draws=draws, level=level, rng=1)
    row = found.pairs.row(0, named=True)
    assert row["verdict"] == "not testable"
    assert row["reason"].startswith("too few draws to tell")


@pytest.mark.parametrize(("draws", "level"), [(19, 0.95), (9, 0.9), (4, 0.8)])
def test_the_fewest_draws_can_tell_at_their_level(draws, level):
    world = make_sibling_world(distinct=True, organisations=600, rng=2)
    row = distinctness(world.study, planted(world), draws=draws, level=level, rng=1).pairs
    row = row.row(0, named=True)
    assert row["p"] == pytest.approx(1 - level)
    assert row["verdict"] == "distinct"
    assert row["reason"].startswith("valley deeper")


@pytest.mark.parametrize("level", [0.5, 1.0])
def test_levels_without_a_meaning_are_refused(level):
    study = two_towns()
    with pytest.raises(InvalidArgument, match="below 1"):
        distinctness(study, cut_in_two(study), level=level, draws=19)


def test_a_cluster_without_a_place_is_not_testable_and_the_others_are(sibling):
    world, found = sibling
    clusters = planted(world)
    third = clusters.clusters.head(1).with_columns(
        cluster_id=pl.lit("nowhere"), longitude=pl.lit(None, pl.Float64)
    )
    more = clustering_of(pl.concat([third, clusters.clusters]), clusters.members)
    again = distinctness(world.study, more, draws=99, rng=1)
    assert again.pairs["verdict"].to_list() == ["distinct", "not testable"]
    assert again.pairs["reason"][1] == "its place is unknown"
    assert again.pairs.head(1).select(COMPARED).equals(found.pairs.select(COMPARED))
    assert "the place of 1 is unknown" in str(again)


def test_invariant_members_listed_twice_count_once(sibling):
    world, found = sibling
    clusters = planted(world)
    twice = clustering_of(clusters.clusters, pl.concat([clusters.members, clusters.members]))
    again = distinctness(world.study, twice, draws=99, rng=1)
    assert again.pairs.equals(found.pairs, null_equal=True)


def test_open_country_is_recorded_and_needs_somebody_at_both_ends():
    study = two_towns()
    row = distinctness(study, cut_in_two(study), draws=19, rng=1).pairs.row(0, named=True)
    assert (row["is_open"], row["is_open_narrow"], row["is_open_wide"]) == (True, True, True)
    few = two_towns(n=12)
    row = distinctness(few, cut_in_two(few), draws=19, rng=1).pairs.row(0, named=True)
    assert row["is_open"] in (False, None)
