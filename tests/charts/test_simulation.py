"""Pictures of what could happen."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.charts.pictures import overlaps, size, texts

from buzzline.charts import chart, further_charts
from buzzline.charts.drawing import NothingDrawn
from buzzline.charts.palette import RAMP_COLOURS
from buzzline.charts.simulation import near_most
from buzzline.charts.small_maps import Moment, shade_edges, small_maps
from buzzline.charts.spec import picture
from buzzline.errors import InvalidArgument
from buzzline.simulation.simulate import Length, simulate
from buzzline.simulation.surface import Grid, Village, response_surface
from buzzline.tables.worlds import make_world


@pytest.fixture(scope="module")
def found():
    study = make_world(organisations=80, clusters=2, rng=1).study
    return simulate(study, settings=("minimal",), length=Length(8, 3), rng=1)


@pytest.fixture(scope="module")
def surface():
    return response_surface(grid=Grid(points=3), village=Village(3, 5, 8, 3), rng=1)


def drawn(result, width):
    return {"": chart(result, width=width), **further_charts(result, width=width)}


@pytest.mark.parametrize("width", [280, 340, 680])
def test_invariant_no_text_overlaps_and_none_leaves_the_picture(found, surface, width):
    for spec in (*drawn(found, width).values(), *drawn(surface, width).values()):
        svg = spec.svg()
        assert overlaps(svg) == [], spec.title
        wide, _ = size(svg)
        assert abs(wide - width) <= 6
        assert all(box[1] > -2 and box[2] < wide + 12 for box in texts(svg)), spec.title


def test_by_hand_a_panel_for_each_place_and_a_map_for_each_moment(found):
    charts = drawn(found, 680)
    n_places = found.table()["place_id"].n_unique() - 1
    headings = [t for t in charts[""].svg().split("</text>") if 'font-weight="bold"' in t]
    assert len(headings) >= n_places
    assert "At the start" in charts["maps"].svg()
    assert "After 2 years" in charts["maps"].svg()
    assert "no forecast" in charts["maps"].svg()


def test_by_hand_maps_are_of_relative_knowledge_and_levels_are_no_growth(found):
    charts = drawn(found, 680)
    assert "against all other places" in charts["maps"].svg()
    assert "Levels rise in every world" in charts["together"].svg()


def test_by_hand_a_place_far_off_with_few_organisations_is_said_not_drawn(found):
    place = np.array([[-4.0, 40.0], [-3.0, 41.0], [-8.0, 39.0], [140.0, 35.0]])
    assert near_most(place, np.array([30.0, 30, 30, 2])).tolist() == [True, True, True, False]
    assert near_most(place, np.array([30.0, 30, 30, 40])).all()
    maps = found.maps.with_row_index().with_columns(
        longitude=pl.when(pl.col("index") % (found.maps.height // 3) == 0)
        .then(pl.col("longitude") + 170)
        .otherwise("longitude"),
        n_organisations=pl.when(pl.col("index") % (found.maps.height // 3) == 0)
        .then(0.5)
        .otherwise("n_organisations"),
    )
    far = further_charts(replace(found, maps=maps.drop("index")))["maps"]
    assert "1 place far off" in far.svg()


def test_by_hand_shades_of_maps_grow_with_the_value():
    longitude, latitude = np.array([8.0, 9.0, 10.0]), np.array([50.0, 51.0, 52.0])
    moments = [Moment("now", np.array([0.0, np.nan, 6.0]), np.array([1.0, 1.0, 4.0]))]
    body = small_maps(moments, longitude, latitude, meaning="what", width=400)
    (marks,) = [
        layer["data"]["values"]
        for layer in body["layer"]
        if layer.get("mark", {}).get("type") == "point" and len(layer["data"]["values"]) == 2
    ]
    assert [mark["fill"] for mark in marks] == [RAMP_COLOURS[-1], RAMP_COLOURS[0]]
    assert marks[0]["size"] > marks[1]["size"]
    assert picture(body, title="t", subtitle=[], alt="a", width=400).svg()


def test_special_case_maps_without_a_value_are_refused_and_equal_values_have_a_key():
    nothing = [Moment("now", np.array([np.nan]), np.array([1.0]))]
    with pytest.raises(InvalidArgument, match="at least one place"):
        small_maps(nothing, np.zeros(1), np.zeros(1), meaning="", width=400)
    with pytest.raises(InvalidArgument, match="`width`"):
        small_maps(nothing, np.zeros(1), np.zeros(1), meaning="", width=100)
    assert np.ptp(shade_edges(np.array([2.0, 2.0]))) == 1


def test_special_case_nothing_to_draw_says_why(found):
    empty = replace(found, paths=found.paths.head(0), maps=found.maps.head(0),
                    ends=found.ends.head(0))  # fmt: skip
    assert isinstance(chart(empty), NothingDrawn)
    assert all(isinstance(spec, NothingDrawn) for spec in further_charts(empty).values())
