import numpy as np
import polars as pl
import pytest
from tests.agglomeration.specialisation_worlds import (
    german_regions,
    reat_items,
    references,
    study_of,
    table_of,
)

from buzzline.agglomeration import (
    StrongRule,
    cluster_stars,
    expected_howard_index,
    howard_index,
    litzenberger_sternberg,
    location_quotients,
    neighbour_strength,
    outside_quotients,
    related_clusters,
    related_strength,
    strong_cells,
    strong_clusters,
)
from buzzline.agglomeration.cluster_rules import among_top
from buzzline.agglomeration.quotient_errors import totals_of
from buzzline.agglomeration.strength_measures import neighbours_of
from buzzline.agglomeration.strong_clusters import label_stability, redrawn
from buzzline.agglomeration.unseen_places import percentile
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.worlds import make_world

LABELS = {
    "strong_b": StrongRule(),
    "strong10_b": StrongRule(quotient_percentile=0.9),
    "significant_b": StrongRule(quotient_percentile=0.5, least_quotient=0, ties="out"),
    "qualifying_b": StrongRule(quotient_percentile=0.25, least_quotient=0, ties="out"),
}


def uscmp(shared_data, kind):
    cells = pl.read_parquet(shared_data / "uscmp" / "cluster_by_region_2016.parquet")
    rows = cells.filter(pl.col("traded_b"), pl.col("region_type_t") == kind)
    names = ("lq_tf", "emp_tl", "est_tl", *LABELS)
    return {
        name: rows.pivot(on="cluster_code_t", index="region_code_t", values=name)
        .drop("region_code_t")
        .to_numpy()
        for name in names
    }


@pytest.mark.parametrize("label", list(LABELS))
def test_published_flags_of_us_cluster_mapping_without_a_mismatch(shared_data, label):
    compared = 0
    for kind in ("msa", "state"):
        found = uscmp(shared_data, kind)
        quotient, jobs, plants = (found[x].astype(float) for x in ("lq_tf", "emp_tl", "est_tl"))
        ours = strong_cells(quotient, jobs, plants, rule=LABELS[label])
        np.testing.assert_array_equal(ours, found[label].astype(bool))
        compared += ours.size
    assert compared == 49_317


def test_published_flags_move_when_the_rule_does(shared_data):
    found = uscmp(shared_data, "msa")
    quotient, jobs, plants = (found[x].astype(float) for x in ("lq_tf", "emp_tl", "est_tl"))
    moved = strong_cells(quotient, jobs, plants, rule=StrongRule(jobs_percentile=0.5))
    assert (moved != found["strong_b"].astype(bool)).any()


def test_brute_force_percentiles_are_numpys():
    rng = np.random.default_rng(1)
    values, among = rng.normal(size=(40, 7)), rng.random((40, 7)) < 0.4
    values[3, 2] = np.nan
    among[:, 5] = False
    for share in (0.0, 0.25, 0.9, 1.0):
        found = percentile(values, among, share)
        for column in range(7):
            kept = values[among[:, column] & np.isfinite(values[:, column]), column]
            expected = np.quantile(kept, share) if kept.size else np.nan
            assert found[column] == pytest.approx(expected, nan_ok=True)


def test_by_hand_stars():
    jobs = np.array([[100.0], [50], [20], [10], [0]])
    stars = cluster_stars(jobs, np.array([[1.0], [2], [3], [0], [9]]), jobs[::-1],
                          rule=StrongRule(star_size_top=0.25, star_focus_top=0.25))  # fmt: skip
    assert stars[0].ravel().tolist() == [True, False, False, False, False]
    assert stars[1].ravel().tolist() == [False, True, True, False, False]
    assert stars[2].ravel().tolist() == [False, False, False, True, False]


def test_by_hand_the_panorama_takes_the_top_fifth():
    growth = np.arange(10.0)[:, None]
    assert among_top(growth, np.ones((10, 1)), 0.2).sum() == 2


def test_shares_outside_their_bounds_are_refused():
    with pytest.raises(InvalidArgument, match="star_size_top"):
        StrongRule(star_size_top=1.5)


# --- other indices


def test_reat_litzenberger_and_sternberg_by_hand(shared_data):
    (item,) = reat_items(shared_data, "litzenberger")
    given = item["input"]
    rest = {name: given[whole] - given[part] for name, part, whole in
            (("e", "e_ij", "e_i"), ("b", "b_ij", "b_i"), ("a", "a_j", "a"), ("p", "p_j", "p"))}  # fmt: skip
    found = litzenberger_sternberg(
        np.array([[given["e_ij"]], [rest["e"]]], float),
        np.array([[given["b_ij"]], [rest["b"]]], float),
        area=np.array([given["a_j"], rest["a"]], float),
        population=np.array([given["p_j"], rest["p"]], float),
    )
    assert found[0, 0] == pytest.approx(item["value"], rel=1e-9)


def test_reat_litzenberger_and_sternberg_in_german_regions(shared_data):
    regions, industries, jobs = german_regions(shared_data, "emp_all")
    plants = german_regions(shared_data, "firms")[2].astype(float)
    area, people = (german_regions(shared_data, name)[2][:, 0] for name in ("area_sqkm", "pop"))
    ours = litzenberger_sternberg(jobs.astype(float), plants, area=area, population=people).T
    codes, names, theirs = table_of(
        references(shared_data) / "measurement" / "reat_G_litzenberger2.csv"
    )
    rows = [industries.index(code) for code in codes]
    columns = [regions.index(name) for name in names]
    np.testing.assert_allclose(ours[np.ix_(rows, columns)], theirs, rtol=1e-9)


def test_reat_howard_index(shared_data):
    (item,) = reat_items(shared_data, "howard.cl")
    plants = np.zeros((2, 2))
    for place, industry in zip(item["input"]["region"], item["input"]["industry"], strict=True):
        plants["XY".index(place), "AB".index(industry)] += 1
    assert howard_index(plants)[0, 1] == pytest.approx(item["value"])


def test_brute_force_expected_howard_index():
    plants = np.array([[2.0, 2], [1, 1], [0, 3]])
    places = np.repeat(np.arange(3), plants.sum(axis=1).astype(int))
    same = [places[i] == places[j] for i in range(9) for j in range(9) if i != j]
    assert expected_howard_index(plants) == pytest.approx(np.mean(same))


def test_recovers_the_truth_howard_index_of_dealt_plants_is_the_expected_one():
    rng = np.random.default_rng(2)
    places = np.repeat(np.arange(4), [10, 6, 3, 1])
    found = []
    for _ in range(2000):
        dealt = rng.permutation(places)
        plants = np.column_stack(
            [np.bincount(part, minlength=4) for part in (dealt[:8], dealt[8:])]
        )
        found.append(howard_index(plants.astype(float))[0, 1])
    error = 3 * np.std(found) / np.sqrt(len(found))
    assert np.mean(found) == pytest.approx(
        expected_howard_index(plants.astype(float)), abs=error
    )


# --- strength without the industry itself


def test_by_hand_the_industry_itself_is_not_in_its_cluster():
    jobs = np.array([[10.0, 30, 60], [30, 10, 60]])
    found = outside_quotients(jobs, np.array([0, 0, 1], dtype=np.int32), totals_of(jobs))
    # industry 0 in place 0: the other industry of the cluster has 30 of 100 and 40 of 200 jobs
    assert found[0, 0] == pytest.approx((30 / 100) / (40 / 200))
    assert np.isnan(found[:, 2]).all()  # alone in its cluster


def test_invariant_more_jobs_of_the_industry_itself_change_nothing_but_sizes():
    jobs = np.random.default_rng(3).gamma(1, 50, (5, 6))
    cluster = np.array([0, 0, 0, 1, 1, -1], dtype=np.int32)
    totals = totals_of(jobs)
    more = jobs.copy()
    more[2, 0] *= 10
    np.testing.assert_allclose(
        outside_quotients(more, cluster, totals)[2, 0],
        outside_quotients(jobs, cluster, totals)[2, 0],
    )


def test_brute_force_related_and_neighbour_strength():
    rng = np.random.default_rng(4)
    quotient, related, near = (
        rng.random((6, 4)),
        rng.random((4, 4)) < 0.5,
        rng.random((6, 6)) < 0.5,
    )
    by_cluster = related_strength(quotient, related.astype(float))
    by_place = neighbour_strength(quotient, near.astype(float))
    for place in range(6):
        for cluster in range(4):
            others = [
                quotient[place, j] for j in range(4) if related[cluster, j] and j != cluster
            ]
            around = [quotient[j, cluster] for j in range(6) if near[place, j] and j != place]
            for found, values in ((by_cluster, others), (by_place, around)):
                expected = np.mean(values) if values else np.nan
                assert found[place, cluster] == pytest.approx(expected, nan_ok=True)


def test_recovers_the_truth_clusters_of_the_same_places_are_related():
    rng = np.random.default_rng(5)
    lean = rng.random((60, 3))
    share = np.column_stack([lean[:, 0], lean[:, 0], lean[:, 1], lean[:, 1], lean[:, 2]])
    related = related_clusters(1 + share + rng.normal(0, 0.05, share.shape), top=0.2)
    assert np.argwhere(np.triu(related)).tolist() == [[0, 1], [2, 3]]


def test_by_hand_neighbours_are_within_reach():
    places = pl.DataFrame(
        {"longitude": [0.0, 1.0, 3.0, None], "latitude": [0.0, 0.0, 0.0, None]}
    )
    near = neighbours_of(places, 120.0)  # a degree of the equator is 111 km
    assert near.tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]


# --- stability


def test_redrawn_years_have_the_mean_and_spread_they_should():
    jobs, plants = np.array([[120.0]]), np.array([[12.0]])
    rng = np.random.default_rng(6)
    drawn = np.array(
        [redrawn(rng, (jobs, plants, np.array([1.5])))[0].item() for _ in range(6000)]
    )
    sd = 120 * np.sqrt(2.5 / 12)
    assert drawn.mean() == pytest.approx(120, abs=3 * sd / np.sqrt(6000))
    assert drawn.std() == pytest.approx(sd, rel=0.06)


def test_by_hand_a_giant_stays_strong_and_an_even_cell_does_not():
    jobs = np.full((8, 2), 1000.0)
    jobs[0, 0] = 20_000
    plants = jobs / 10
    stable = label_stability((jobs, plants, np.ones(2)), totals_of(jobs), rule=StrongRule(),
                             draws=60, rng=1)  # fmt: skip
    assert stable[0, 0] == 1
    assert stable[0, 1] == 0
    assert 0 < stable[1:, 1].mean() < 0.6


def test_no_draws_and_unknown_plants_have_no_stability():
    jobs = np.ones((3, 2))
    cells = (jobs, np.full((3, 2), np.nan), np.ones(2))
    assert np.isnan(label_stability(cells, totals_of(jobs), rule=StrongRule(), rng=1)).all()


# --- the analysis


def fishing():
    industries = {
        "industry": ["net", "boat", "hat", "shop"],
        "cluster": ["fishing", "fishing", "hats", "trade"],
        "traded": [True, True, True, False],
    }
    places = {"place_id": list("abcd"), "name": ["Aa", "Bb", "Cc", "Dd"],
              "longitude": [0.0, 0.1, 5.0, 9.0], "latitude": [0.0] * 4}  # fmt: skip
    jobs = {
        "a": (50, 60, 10, 40),
        "b": (5, 6, 50, 40),
        "c": (6, 5, 40, 40),
        "d": (5, 5, 50, 40),
    }
    rows = [
        (place, industry, 2020, float(n), float(max(n // 4, 1)))
        for place, each in jobs.items()
        for industry, n in zip(industries["industry"], each, strict=True)
    ]
    return study_of(rows, industries=industries, places=places)


def test_analysis_by_hand_sums_industries_into_clusters_against_traded_jobs():
    result = strong_clusters(fishing(), draws=9, rng=1)
    rows = {(r["place_id"], r["cluster"]): r for r in result.table().to_dicts()}
    assert ("a", "trade") not in rows
    assert rows["a", "fishing"]["value"] == pytest.approx((110 / 120) / (142 / 292))
    assert rows["a", "fishing"]["is_strong"]
    assert result.base == "traded"
    assert rows["b", "fishing"]["neighbours"] == pytest.approx(rows["a", "fishing"]["value"])
    assert rows["c", "fishing"]["neighbours"] is None
    assert "Most surely fishing in Aa" in str(result)


def test_analysis_repeats_with_its_seed():
    study = make_world(organisations=400, clusters=2, rng=1).study
    first, second = (strong_clusters(study, draws=9, rng=3).table() for _ in range(2))
    assert first.equals(second)


def test_analysis_quotients_are_those_of_the_array_function():
    result = strong_clusters(fishing(), draws=0, rng=1)
    rows = result.table().sort("place_id", "cluster").pivot(
        on="cluster", index="place_id", values=["jobs", "value"]
    )  # fmt: skip
    jobs = rows.select("jobs_fishing", "jobs_hats").to_numpy()
    np.testing.assert_allclose(
        rows.select("value_fishing", "value_hats").to_numpy(), location_quotients(jobs)
    )
    assert result.table()["stability"].null_count() == result.table().height


def test_one_place_is_too_few():
    rows = [("a", "x", 2020, 5.0, 1.0), ("a", "y", 2020, 5.0, 1.0)]
    with pytest.raises(TooFew, match="at least two places"):
        strong_clusters(study_of(rows), draws=0)


def test_without_counts_of_establishments_the_rest_of_the_rule_decides_and_it_is_said():
    rows = [(place, industry, 2020, float(n), None) for place, industry, n in
            (("a", "x", 90), ("a", "y", 20), ("b", "x", 30), ("b", "y", 80), ("c", "x", 2),
             ("c", "y", 9))]  # fmt: skip
    result = strong_clusters(study_of(rows), draws=5, rng=1)
    assert result.clusters.filter("is_strong").height > 0
    assert "not known" in result.notes[-1]
    assert "whether they would be strong again cannot be told" in str(result)
    assert " 0 of them" not in str(result)
    assert "Most surely" in str(result)


def test_no_jobs_at_all_are_too_few():
    rows = [(place, industry, 2020, 0.0, 0.0) for place in "ab" for industry in "xy"]
    with pytest.raises(TooFew):
        strong_clusters(study_of(rows), draws=0)


def test_special_case_industries_without_clusters_are_not_called_clusters():
    bare = make_world(organisations=400, clusters=2, rng=1).study
    industries = bare.industries.with_columns(cluster=pl.lit(None, pl.String))
    bare = bare.with_table("industries", industries)
    found = strong_clusters(bare, draws=0)
    assert found.are_industries
    assert "single industries, not clusters, are strong" in str(found)
    assert "strong clusters" not in str(found)
    assert "Fill `industries.cluster`" in str(found)
    assert any("each was ranked alone" in note for note in found.notes)
