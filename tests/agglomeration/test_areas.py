import numpy as np
import polars as pl

from buzzline.agglomeration.areas import areas_of, near_places

KNOWN = pl.DataFrame(
    {
        "place_id": ["a", "b", "c", "d", "R1", "R2", "AA", "BB"],
        "name": ["A", "B", "C", "D", "First", "Second", "Aland", "Beland"],
        "level": ["municipality"] * 4 + ["region"] * 2 + ["country"] * 2,
        "parent_id": ["R1", "R1", "R2", "R2", "AA", "BB", None, None],
        "country": ["AA", "AA", "BB", "BB", "AA", "BB", None, None],
    }
)


def levels(places, known=KNOWN):
    frame = pl.DataFrame(
        {"place_id": places, "country": None}, schema_overrides={"country": pl.String}
    )
    return areas_of(frame, known)


def test_by_hand_places_then_regions():
    found = levels(["a", "b", "c", "d"])
    assert [areas.level for areas in found] == ["municipality", "region"]
    assert found[1].code.tolist() == [0, 0, 1, 1]
    assert found[1].ids == ("R1", "R2")
    assert found[1].names == ("First", "Second")


def test_a_level_that_joins_nothing_is_left_out():
    # here countries hold one region each: they are not told twice
    assert len(levels(["a", "c"])) == 1


def test_a_level_that_joins_everything_is_left_out():
    assert len(levels(["a", "b"])) == 1


def test_a_place_without_a_parent_stays_alone():
    found = levels(["a", "b", "elsewhere"])
    assert found[1].ids == ("R1", "elsewhere")


def test_countries_are_taken_from_the_column_where_there_are_no_parents():
    places = pl.DataFrame({"place_id": ["x", "y", "z"], "country": ["AA", "AA", "BB"]})
    found = areas_of(places, KNOWN)
    assert [areas.level for areas in found] == ["place", "country"]
    assert found[1].code.tolist() == [0, 0, 1]


def test_a_circle_of_parents_ends():
    known = KNOWN.with_columns(
        pl.when(pl.col("place_id") == "AA")
        .then(pl.lit("R1"))
        .otherwise("parent_id")
        .alias("parent_id")
    )
    assert levels(["a", "b", "c", "d"], known)[0].level == "municipality"


def test_sums_over_areas_by_hand():
    found = levels(["a", "b", "c", "d"])[1]
    assert found.summed(np.array([1.0, 2, 3, 4])).tolist() == [3, 7]
    assert found.summed(np.ones((4, 2))).tolist() == [[2, 2], [2, 2]]


def test_neighbours_by_brute_force_go_both_ways():
    source = np.random.default_rng(1)
    x, y = source.uniform(0, 1, 20), source.uniform(0, 1, 20)
    start, to = near_places(x, y, 3)
    apart = np.hypot((x[:, None] - x) * np.cos(np.radians(y)), y[:, None] - y)
    nearest = np.argsort(apart, axis=1)[:, 1:4]
    expected = {(i, j) for i in range(20) for j in nearest[i]}
    expected |= {(j, i) for i, j in expected}
    found = {(i, int(j)) for i in range(20) for j in to[start[i] : start[i + 1]]}
    assert found == expected


def test_places_without_coordinates_have_no_neighbours():
    start, to = near_places(np.array([0.0, 1, np.nan]), np.zeros(3), 2)
    assert start.tolist() == [0, 1, 2, 2]
    assert to.tolist() == [1, 0]
    assert not near_places(np.array([np.nan, 1.0]), np.zeros(2), 1)[1].size
