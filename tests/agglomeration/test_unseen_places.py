import numpy as np
import polars as pl
import pytest
from tests.agglomeration.specialisation_worlds import intensities, settled

from buzzline.agglomeration import StrongRule, location_quotients, strong_cells, strong_clusters
from buzzline.agglomeration.quotient_errors import totals_of
from buzzline.agglomeration.unseen_places import percentile, unseen_places
from buzzline.errors import InvalidArgument
from buzzline.tables.connectors import read_cbp
from buzzline.tables.study import Study

RULE = StrongRule()


def test_brute_force_values_of_weight_one_are_ranked_as_if_they_were_rows():
    rng = np.random.default_rng(1)
    values, among = rng.normal(size=(40, 5)), rng.random((40, 5)) < 0.4
    further, weight = rng.normal(size=(30, 5)), (rng.random((30, 5)) < 0.5).astype(float)
    among[:, 4], weight[:, 4] = False, 0.0
    for share in (0.0, 0.25, 0.75, 1.0):
        found = percentile(values, among, share, unseen=(further, weight))
        for k in range(5):
            kept = [*values[among[:, k], k], *further[weight[:, k] == 1, k]]
            expected = np.quantile(kept, share) if kept else np.nan
            assert found[k] == pytest.approx(expected, nan_ok=True)


def test_special_case_without_unseen_weight_nothing_changes():
    rng = np.random.default_rng(2)
    values, among = rng.normal(size=(40, 5)), rng.random((40, 5)) < 0.6
    nothing = (np.full((3, 5), 9.0), np.zeros((3, 5)))
    np.testing.assert_allclose(
        percentile(values, among, 0.75, unseen=nothing), percentile(values, among, 0.75)
    )


def test_by_hand_an_unseen_cell_has_a_typical_plant():
    counts = np.array([[9.0, 8], [7, 0], [0, 9]])
    jobs = counts * [[10.0, 4], [20, 1], [1, 8]]
    totals = totals_of(jobs)
    found = unseen_places(jobs, counts, totals, floor=2, among="possible_places")
    assert found.plants.tolist() == np.ones((3, 2)).tolist()
    assert found.jobs[2, 0] == 15  # plants of 10 and of 20 jobs in the two published cells
    assert found.quotient[2, 0] == pytest.approx((15 / 72) / (230 / 334))
    assert (found.chance > 0).tolist() == [[False, False], [False, True], [True, False]]


def test_special_case_without_a_floor_only_places_with_jobs_are_ranked():
    counts = np.array([[9.0, 8], [7, 0], [0, 9]])
    how = {"jobs": counts, "establishments": counts, "totals": totals_of(counts)}
    assert unseen_places(**how, floor=1, among="possible_places") is None
    assert unseen_places(**how, floor=3, among="places_with_jobs") is None
    every = unseen_places(**how, floor=1, among="all_places")
    assert every.chance.tolist() == [[0, 0], [0, 1], [1, 0]]
    assert every.quotient.max() == 0


def test_recovers_the_truth_more_flags_of_the_whole_table_are_found_in_a_cut_one():
    overlap = {"places_with_jobs": [], "possible_places": [], "all_places": []}
    for seed in range(5):
        rng = np.random.default_rng(seed)
        expected, size = intensities(rng, places=150, industries=30, plants=5.0, spread=1.0)
        jobs, plants = settled(rng, expected, size, skew=1.0)
        truth = strong_cells(location_quotients(jobs), jobs, plants, rule=RULE)
        shown = plants >= 3
        held, counted = np.where(shown, jobs, 0.0), np.where(shown, plants, 0.0)
        totals, quotient = totals_of(held), location_quotients(held)
        for among, found in overlap.items():
            unseen = unseen_places(held, counted, totals, floor=3, among=among)
            flags = strong_cells(quotient, held, counted, rule=RULE, unseen=unseen)
            found.append((flags & truth).sum() / (flags | truth)[shown].sum())
    mean = {among: np.mean(found) for among, found in overlap.items()}
    assert mean["possible_places"] > mean["places_with_jobs"] + 0.1
    assert mean["possible_places"] > mean["all_places"]


def test_a_choice_of_places_that_there_is_not_is_refused():
    with pytest.raises(InvalidArgument, match="ranked_among"):
        StrongRule(ranked_among="some_places")


def study_of(floor):
    rng = np.random.default_rng(1)
    expected, size = intensities(rng, places=60, industries=20, plants=5.0, spread=1.0)
    jobs, plants = settled(rng, expected, size, skew=0)
    row, column = np.nonzero(plants >= floor)
    return Study.of(employment=pl.DataFrame(
        {"place_id": [f"p{k}" for k in row], "industry": [f"i{k}" for k in column],
         "jobs": jobs[row, column].astype(float), "establishments": plants[row, column]}
    ))  # fmt: skip


def test_the_result_says_which_places_are_ranked():
    whole, cut = study_of(1), study_of(3)
    assert "ranked among the places with jobs in the cluster." in str(
        strong_clusters(whole, draws=0)
    )
    found = strong_clusters(cut, draws=0)
    assert found.ranked_among == "possible_places"
    assert "fewer than 3 establishments are not published" in str(found)
    as_published = strong_clusters(
        cut, rule=StrongRule(ranked_among="places_with_jobs"), draws=0
    )
    assert "although cells of fewer than 3" in str(as_published)
    assert as_published.clusters["is_strong"].sum() < found.clusters["is_strong"].sum()
    every = strong_clusters(cut, rule=StrongRule(ranked_among="all_places"), draws=0)
    assert "among all places" in str(every)


def test_published_flags_of_2016_are_met_more_often_in_the_cut_table_of_2019(shared_data):
    study = read_cbp(
        shared_data / "cbp_cbsa",
        definitions=shared_data
        / "uscmp_crosswalk"
        / "naics_2012_2017_to_cluster_subcluster.csv",
    )
    published = pl.read_parquet(shared_data / "uscmp" / "cluster_by_region_2016.parquet").filter(
        pl.col("traded_b"), pl.col("region_type_t") == "msa"
    ).select(
        place_id="region_code_t", cluster="cluster_name_t", was=pl.col("strong_b").cast(pl.Boolean)
    )  # fmt: skip
    agreed, shared = {}, {}
    for among in ("places_with_jobs", "all_places", None):
        found = strong_clusters(study, rule=StrongRule(ranked_among=among), draws=0).clusters
        both = published.join(found, on=["place_id", "cluster"])
        agreed[among] = (both["is_strong"] == both["was"]).mean()
        shared[among] = (both["is_strong"] & both["was"]).sum() / (
            both["is_strong"] | both["was"]
        ).sum()
    assert agreed["places_with_jobs"] == pytest.approx(0.837, abs=0.001)
    assert agreed[None] == pytest.approx(0.854, abs=0.001)
    assert agreed["all_places"] < agreed["places_with_jobs"]
    assert shared[None] > shared["places_with_jobs"] + 0.09
    houston = found.filter(
        place_id="26420", cluster="Oil and Gas Production and Transportation"
    )
    assert houston["is_strong"].to_list() == [True]
    assert houston["jobs"][0] == 84_212
