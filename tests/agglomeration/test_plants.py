"""Plants: establishments with place and industry, organisations where there are none."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from buzzline.agglomeration.employment import plants_of
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables import Study
from buzzline.tables.worlds import make_world

ORGANISATIONS = pl.DataFrame({
    "org_id": ["o1", "o2", "o3", "o4"],
    "industry": ["1011", "1012", "62", None],
    "place_id": ["p", "q", "q", "p"],
    "jobs": [10.0, None, 7.0, 3.0],
    "closed": [None, date(2010, 5, 1), None, None],
})  # fmt: skip
ESTABLISHMENTS = pl.DataFrame({
    "establishment_id": ["e1", "e2"], "org_id": ["o1", "o1"], "industry": [None, "62"],
    "place_id": [None, "q"], "jobs": [4.0, 6.0],
})  # fmt: skip


def test_by_hand_organisations_without_establishments_are_one_plant_each():
    plants = plants_of(Study.of(organisations=ORGANISATIONS))
    assert plants.source == "organisations"
    assert plants.places["place_id"].to_list() == ["p", "q"]
    assert plants.industries["industry"].to_list() == ["1011", "1012", "62"]
    assert plants.place.tolist() == [0, 1, 1]
    assert plants.industry.tolist() == [0, 1, 2]
    assert plants.jobs[[0, 2]].tolist() == [10.0, 7.0]
    assert np.isnan(plants.jobs[1])
    assert plants.notes[0].endswith("left out: 1 of 4.")


def test_by_hand_establishments_take_what_they_lack_from_their_organisation():
    study = Study.of(organisations=ORGANISATIONS, establishments=ESTABLISHMENTS)
    plants = plants_of(study)
    assert plants.source == "establishments"
    found = list(zip(
        (plants.places["place_id"][int(at)] for at in plants.place),
        (plants.industries["industry"][int(of)] for of in plants.industry),
        plants.jobs.tolist(), plants.owner.tolist(), strict=True,
    ))  # fmt: skip
    assert found[:2] == [("p", "1011", 4.0, 0), ("q", "62", 6.0, 0)]
    assert [row[1] for row in found[2:]] == ["1012", "62"]
    assert plants.notes[0].endswith("one plant each: 3.")


def test_by_hand_year_and_level():
    study = Study.of(organisations=ORGANISATIONS)
    assert plants_of(study, year=2015).jobs.tolist() == [10.0, 7.0]
    coarse = plants_of(study, digits=2)
    assert coarse.industries["industry"].to_list() == ["10", "62"]
    assert coarse.industry.tolist() == [0, 0, 1]
    with pytest.raises(InvalidArgument, match="lies in one with 8"):
        plants_of(study, digits=8)


def test_by_hand_cities_of_one_name_in_two_countries_are_two_places():
    organisations = pl.DataFrame({
        "org_id": ["a", "b", "c"], "city": ["Cordoba", "Cordoba", "Prato"],
        "country": ["ES", "AR", "IT"], "industry": "10", "jobs": 1.0,
        "longitude": [-4.8, -64.2, 11.1], "latitude": [37.9, -31.4, 43.9],
    })  # fmt: skip
    plants = plants_of(Study.of(organisations=organisations))
    assert plants.places["place_id"].to_list() == ["Cordoba (AR)", "Cordoba (ES)", "Prato"]
    assert plants.places["longitude"].to_list() == [-64.2, -4.8, 11.1]
    assert "column `city`" in plants.notes[-1]


def test_invariant_jobs_add_up_to_those_of_the_world():
    study = make_world(organisations=300, clusters=2, rng=8).study
    plants = plants_of(study.with_table("establishments", study.establishments.head(0)))
    assert plants.jobs.sum() == study.organisations["jobs"].sum()
    assert plants.jobs.size == 300
    assert np.unique(plants.owner).size == 300


def test_nothing_to_count_says_why():
    with pytest.raises(TooFew, match="Give a table `employment`"):
        plants_of(Study.of())
