import numpy as np
import polars as pl
import pytest

from buzzline.agglomeration.population import population_of
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.study import Study


def hand_made():
    """Owner o has a (one place) and b (two shops); c stands alone; d has no coordinates."""
    organisations = pl.DataFrame(
        {
            "org_id": ["o", "a", "b", "c", "d"],
            "owner_id": [None, "o", "o", None, None],
            "industry": ["holding", "wine", "shops", "wine", "wine"],
            "longitude": [1.0, 1.0, 2.0, 3.0, None],
            "latitude": [1.0, 1.0, 2.0, 3.0, None],
            "jobs": [2.0, 30.0, 10.0, None, 5.0],
        }
    )
    establishments = pl.DataFrame(
        {
            "establishment_id": ["s1", "s2"],
            "org_id": ["b", "b"],
            "industry": [None, "depots"],
            "longitude": [2.0, 2.5],
            "latitude": [2.0, 2.5],
            "jobs": [6.0, 4.0],
        }
    )
    return Study.of(organisations=organisations, establishments=establishments)


def ids(population, industry):
    rows = population.cases([industry])[industry]
    return population.ids["id"][rows.tolist()].to_list()


def test_establishments_by_hand():
    found = population_of(hand_made())
    assert len(found) == 5  # two sites of b; o, a and c stand for themselves
    assert found.n_left_out == 1
    assert ids(found, "shops") == ["site s1"]  # its industry is that of b
    assert ids(found, "depots") == ["site s2"]
    assert ids(found, "wine") == ["organisation a", "organisation c"]


def test_organisations_by_hand():
    found = population_of(hand_made(), "organisations")
    assert found.ids["id"].to_list() == ["o", "a", "b", "c"]
    assert ids(found, "shops") == ["b"]


def test_owners_by_hand():
    found = population_of(hand_made(), "owners")
    assert sorted(found.ids["id"]) == ["c", "o"]  # d has no coordinates
    row = found.ids["id"].to_list().index("o")
    assert found.ids["longitude"][row] == 1.0  # where a, the largest, stands
    assert found.jobs[row] == 42
    assert ids(found, "shops") == ids(found, "holding") == ["o"]
    assert set(ids(found, "wine")) == {"o", "c"}


def test_cases_are_named_by_title_and_sorted_by_size():
    titled = hand_made().with_table(
        "industries", pl.DataFrame({"industry": ["wine"], "title": ["Wine making"]})
    )
    assert list(population_of(titled).cases(["shops", "wine"])) == ["Wine making", "shops"]
    groups = population_of(titled).cases({"both": ["wine", "shops"]})
    assert groups["both"].size == 3


def test_pairs_at_identical_coordinates_are_counted():
    found = population_of(hand_made())
    assert found.same_place_share(np.array([0, 1, 2, 3, 4])) == pytest.approx(1 / 10)
    assert found.same_place_share(np.array([0])) == 0


def test_some_points_keep_their_industries():
    found = population_of(hand_made(), "organisations")
    some = found.among(np.array([False, True, True, True]))
    assert ids(some, "wine") == ["a", "c"]
    assert len(some.points) == len(some.jobs) == 3


def test_what_is_lacking_is_an_error():
    with pytest.raises(InvalidArgument, match="'beer'"):
        population_of(hand_made()).cases(["beer"])
    bare = hand_made().organisations.with_columns(industry=None)
    with pytest.raises(TooFew, match="Add `industry`"):
        population_of(Study.of(organisations=bare))
