"""The map of sites, hot and cold."""

import numpy as np
import pytest
from tests.charts.pictures import overlaps, size, texts

from buzzline.charts.palette import ABOVE_COLOUR, BELOW_COLOUR
from buzzline.charts.spec import picture
from buzzline.charts.spots import SITES_SHOWN, Spots, shown_said, spots
from buzzline.errors import InvalidArgument

PLACES = {
    "town": ((11.0, 11.2), (43.8, 43.95)),
    "Europe": ((-9.0, 30.0), (37.0, 60.0)),
    "world": ((-120.0, 150.0), (-40.0, 65.0)),
    "date line": ((178.0, 182.0), (-18.0, -16.0)),
    "pole": ((-180.0, 180.0), (84.0, 89.0)),
}


def sites(where="Europe", n=60):
    rng = np.random.default_rng(1)
    (west, east), (south, north) = PLACES[where]
    longitude = (rng.uniform(west, east, n) + 180) % 360 - 180
    heat = [("hot", "cold", "neither", "neither")[i % 4] for i in range(n)]
    return Spots(longitude, rng.uniform(south, north, n), heat, rng.lognormal(3, 1, n))


def drawn(of, width=680):
    return picture(spots(of, width=width), title="Hot", subtitle=[], alt="Hot", width=width)


def marks(spec):
    return [
        row
        for layer in spec.spec["layer"]
        if "data" in layer and "longitude" in layer["data"]["values"][0]
        for row in layer["data"]["values"]
    ]


@pytest.mark.parametrize("width", [280, 680])
@pytest.mark.parametrize("where", PLACES)
def test_invariant_all_sites_and_texts_are_in_the_picture(where, width):
    spec = drawn(sites(where), width)
    svg = spec.svg()
    assert overlaps(svg) == []
    wide, _ = size(svg)
    assert abs(wide - width) <= 4
    assert all(0 <= row["x"] <= width - 24 and row["y"] >= 0 for row in marks(spec))
    assert len(marks(spec)) == 60
    assert all(np.isfinite([row["x"], row["y"]]).all() for row in marks(spec))


def test_by_hand_hot_and_cold_differ_in_shape_and_colour_and_are_counted():
    spec = drawn(sites())
    looks = {(row["shape"], row["fill"]) for row in marks(spec)}
    assert looks == {
        ("circle", ABOVE_COLOUR),
        ("square", BELOW_COLOUR),
        ("circle", "transparent"),
    }
    said = {words for words, *_ in texts(spec.svg())}
    assert {"hot (15)", "cold (15)", "neither (30)"} <= said


def test_by_hand_a_kilometre_is_a_kilometre_both_ways():
    # one degree of latitude is 111.2 km; at 60 degrees north one of longitude is half of it
    corners = Spots(np.array([10.0, 12.0, 10.0]), np.array([60.0, 60.0, 61.0]), ["hot"] * 3)
    by_place = {(row["longitude"], row["latitude"]): row for row in marks(drawn(corners))}
    start, east, north = by_place[10, 60], by_place[12, 60], by_place[10, 61]
    across = np.hypot(east["x"] - start["x"], east["y"] - start["y"])
    up = np.hypot(north["x"] - start["x"], north["y"] - start["y"])
    assert across / up == pytest.approx(1.0, abs=0.01)


def test_invariant_outlines_stay_inside_the_picture():
    for where in PLACES:
        spec = drawn(sites(where))
        land = next(
            layer
            for layer in spec.spec["layer"]
            if layer.get("mark", {}).get("type") == "geoshape"
        )
        points = [
            point
            for feature in land["data"]["values"]
            for point in feature["geometry"]["coordinates"][0]
        ]
        assert all(-0.1 <= x <= 656.1 and y >= -0.1 for x, y in points)


def test_by_hand_hot_and_cold_sites_are_drawn_before_others():
    many = sites(n=4 * SITES_SHOWN)
    rows = marks(drawn(many))
    assert len(rows) <= SITES_SHOWN
    assert all(row["fill"] == ABOVE_COLOUR for row in rows[-100:])
    assert "1,500 of 6,000 sites are drawn" in shown_said(many)


def test_by_hand_sites_without_a_place_are_left_out_and_said():
    some = Spots(np.array([1.0, np.nan]), np.array([45.0, np.nan]), ["hot", "cold"])
    assert len(marks(drawn(some))) == 1
    assert shown_said(some) == "1 of 2 sites have no coordinates and are not drawn."


def test_special_case_no_site_with_a_place_is_refused():
    with pytest.raises(InvalidArgument, match="at least one site with coordinates"):
        drawn(Spots(np.array([np.nan]), np.array([np.nan]), ["hot"]))
