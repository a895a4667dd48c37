"""A row of the whole country: what places are held against, and when it is not believed."""

import polars as pl
import pytest

from buzzline.agglomeration import by_cluster, employment_matrix, location_quotients_by_place
from buzzline.tables import Study

JOBS = {
    "place_id": ["a", "a", "b", "b", "N", "N"], "industry": ["10", "62"] * 3,
    "jobs": [30.0, 10, 10, 50, 80, 120],
}  # fmt: skip
PLACES = {
    "place_id": ["a", "b", "N"], "level": ["labour_market", "labour_market", "country"],
    "country": ["FR", "FR", "FR"],
}  # fmt: skip
CLUSTERS = {"industry": ["10", "62"], "cluster": ["food", "food"], "traded": [True, True]}


def study(jobs=JOBS, places=PLACES):
    return Study.of(
        employment=pl.DataFrame(jobs), places=pl.DataFrame(places),
        industries=pl.DataFrame(CLUSTERS),
    )  # fmt: skip


def changed(table, name, values):
    return {**table, name: values}


def test_by_hand_places_are_held_against_the_country():
    matrix = employment_matrix(study())
    assert matrix.is_national
    assert matrix.all_jobs == 200
    assert matrix.industry_jobs.tolist() == [80, 120]
    assert matrix.place_jobs.tolist() == [40, 60]
    assert matrix.suppressed_share == 0
    assert any("country (N), as published: 200 jobs, of which 100" in x for x in matrix.notes)
    assert str(matrix).startswith("100 jobs in 2 places")
    for base in ("all", "same_type"):
        found = location_quotients_by_place(study(), base=base).table()
        cell = found.filter(place_id="a", industry="10")["value"].item()
        assert cell == pytest.approx((30 / 40) / (80 / 200))


def test_invariant_clusters_keep_the_jobs_of_the_country():
    assert by_cluster(employment_matrix(study())).industry_jobs.tolist() == [200]


def test_collapses_to_the_sum_of_places_when_the_country_is_that():
    whole = employment_matrix(study(changed(JOBS, "jobs", [30.0, 10, 10, 50, 40, 60])))
    alone = employment_matrix(study(pl.DataFrame(JOBS).head(4).to_dict(as_series=False)))
    assert not alone.is_national
    assert whole.industry_jobs.tolist() == alone.industry_jobs.tolist()
    assert (whole.all_jobs, whole.suppressed_share) == (alone.all_jobs, alone.suppressed_share)


@pytest.mark.parametrize(
    ("jobs", "places", "said"),
    [
        (changed(JOBS, "jobs", [30.0, 10, 10, 50, 4, 6]), PLACES, "fewer jobs"),
        (changed(JOBS, "jobs", [30.0, 10, 10, 50, 80, None]), PLACES, "not told for 1 of 2"),
        (JOBS, changed(PLACES, "country", ["FR", "DE", "FR"]), "Places of another level"),
    ],
)
def test_a_country_that_is_not_the_whole_is_not_believed(jobs, places, said):
    matrix = employment_matrix(study(jobs, places))
    assert not matrix.is_national
    assert matrix.industry_jobs.tolist() == [40, 60]
    assert matrix.places["place_id"].to_list() == ["a", "b"]
    assert any(said in note for note in matrix.notes)
