"""Coordinates: both or none, on Earth, not exchanged, not (0, 0)."""

import pytest
from tests.tables.raw import checked, findings, only

from buzzline.tables.coordinates import country_boxes

MILAN, VIENNA, ROME, NICE = (9.19, 45.46), (16.37, 48.21), (12.5, 41.9), (7.27, 43.7)


def read(points, countries=None):
    columns = {
        "org_id": [str(i) for i in range(len(points))],
        "longitude": [None if x is None else str(x) for x, _ in points],
        "latitude": [None if y is None else str(y) for _, y in points],
    }
    if countries:
        columns["country"] = countries
    frames, quality = checked(organisations=columns)
    return frames["organisations"].select("longitude", "latitude").rows(), quality


def test_by_hand_zero_zero_is_no_place():
    points, quality = read([(0, 0), (0, 51.5), MILAN])
    assert points == [(None, None), (0, 51.5), MILAN]
    found = only(quality, "coordinates at (0, 0)")
    assert (found.severity, found.rows, found.examples) == ("repaired", (2,), ("0, 0",))


def test_by_hand_one_coordinate_is_none():
    points, quality = read([(9.19, None), (None, 45.46), MILAN])
    assert points == [(None, None), (None, None), MILAN]
    assert [f.rows for f in findings(quality, "only one of the two coordinates")] == [
        (2,),
        (3,),
    ]


def test_by_hand_points_off_the_earth():
    points, quality = read([(200, 45), (9, 95.5), (500, 500), MILAN])
    assert points == [(None, None), (95.5, 9.0), (None, None), MILAN]
    assert only(quality, "coordinates out of range").rows == (2, 4)


def test_metres_are_called_metres():
    _, quality = read([(652000, 5123456), (652100, 5123400)])
    assert "metres on a national grid" in only(quality, "coordinates out of range").remedy


def test_by_hand_single_rows_are_exchanged_when_only_that_fits():
    swapped = (MILAN[1], MILAN[0])
    points, quality = read(
        [VIENNA, swapped, ROME, (48.21, 116.4)], ["AT", "Italy", "ITA", None]
    )
    assert points == [VIENNA, MILAN, ROME, (116.4, 48.21)]
    found = only(quality, "longitude and latitude exchanged")
    assert (found.severity, found.rows) == ("repaired", (3, 5))


def test_by_hand_whole_columns_are_exchanged_by_country():
    towns = [MILAN, VIENNA, ROME, NICE]
    points, quality = read([(y, x) for x, y in towns], ["IT", "AT", "IT", None])
    assert points == towns
    assert only(quality, "longitude and latitude exchanged throughout").n == 4


def test_by_hand_whole_columns_are_exchanged_without_country_when_latitudes_exceed_90():
    towns = [(-122.4, 37.8), (-118.2, 34.1), (-73.9, 40.7)]
    assert read([(y, x) for x, y in towns])[0] == towns


def test_special_case_far_longitudes_prove_that_columns_are_right():
    towns = [(-122.4, 37.8), (139.7, 35.7), (35.7, 139.7)]
    points, quality = read(towns)
    assert points == [(-122.4, 37.8), (139.7, 35.7), (139.7, 35.7)]
    assert only(quality, "longitude and latitude exchanged").rows == (4,)


def test_a_point_in_another_country_is_noticed_and_left():
    points, quality = read([MILAN, VIENNA, ROME], ["IT", "AT", "JP"])
    assert points[2] == ROME
    assert only(quality, "coordinates outside the named country").rows == (4,)


@pytest.mark.parametrize("columns", [{"org_id": ["a", "b"]},
                                     {"org_id": ["a", "b"], "longitude": ["", "1"], "latitude": ["", "1"]}])  # fmt: skip
def test_missing_coordinates_are_counted_and_are_no_error(columns):
    _, quality = checked(organisations=columns)
    assert only(quality, "no coordinates").severity == "note"


def test_invariant_boxes_are_boxes():
    boxes = country_boxes()
    assert boxes.height > 240
    assert boxes["code"].is_unique().all()
    assert (boxes["west"] < boxes["east"]).all()
    assert (boxes["south"] < boxes["north"]).all()
    assert boxes["west"].min() >= -180
    assert boxes["east"].max() <= 180


def test_by_hand_a_crowd_at_one_point_is_said_and_kept():
    points, quality = read([MILAN] * 6 + [VIENNA])
    assert len(points) == 7
    found = only(quality, "many organisations at one point")
    assert (found.severity, found.n, found.rows[0]) == ("note", 6, 2)
    _, spread = read([(9 + k / 10, 45.0) for k in range(7)])
    assert not findings(spread, "many organisations at one point")
