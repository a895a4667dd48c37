"""Matrices as heat."""

from itertools import pairwise

import numpy as np
import pytest
from tests.charts.pictures import overlaps, size, texts

from buzzline.charts.heat import CELLS, Side, averaged, averaging_said, heat
from buzzline.charts.palette import INK, RAMP_COLOURS
from buzzline.charts.spec import picture
from buzzline.errors import InvalidArgument


def named(n, groups=3):
    labels = [f"{i}1000 Manufacturing of rather & <awkward> things — 映画" for i in range(n)]
    kinds = [f"Group {i * groups // n} of things with long names" for i in range(n)]
    return Side(labels, kinds if groups else ())


def drawn(values, rows, columns=None, width=680):
    body = heat(values, rows, columns, meaning="proximity [probability]", width=width)
    return picture(body, title="Together", subtitle=[], alt="Together", width=width)


def boxes(spec):
    """Return every box: cells first, then outlines, then the key."""
    return [
        row
        for layer in spec.spec["layer"]
        if "data" in layer and layer.get("mark", {}) and layer["mark"]["type"] == "rect"
        for row in layer["data"]["values"]
    ]


@pytest.mark.parametrize("width", [280, 340, 680, 760])
@pytest.mark.parametrize("n", [1, 5, 30, 400])
@pytest.mark.parametrize("groups", [0, 4])
def test_invariant_no_text_overlaps_and_none_leaves_the_picture(width, n, groups):
    values = np.random.default_rng(1).random((n, n))
    svg = drawn(values, named(n, groups), width=width).svg()
    assert overlaps(svg) == []
    wide, _ = size(svg)
    assert abs(wide - width) <= 4
    assert all(box[1] > -2 and box[2] < wide + 12 for box in texts(svg))


def test_by_hand_shades_grow_with_the_value():
    spec = drawn(np.array([[0.0, 0.5], [0.9, 1.0]]), named(2, 0))
    first, second, last = boxes(spec)[:3]
    assert first["colour"] == RAMP_COLOURS[0]
    assert second["colour"] == RAMP_COLOURS[3]
    assert last["colour"] == RAMP_COLOURS[5]  # 0.9 and 1 share the darkest shade: one bar
    assert last["x2"] - last["x"] == pytest.approx(2 * (first["x2"] - first["x"]), abs=0.05)


def test_invariant_lightness_falls_along_the_ramp():
    light = [sum(int(colour[at : at + 2], 16) for at in (1, 3, 5)) for colour in RAMP_COLOURS]
    assert light == sorted(light, reverse=True)
    assert min(a - b for a, b in pairwise(light)) > 60


def test_by_hand_blank_is_not_measured_and_said():
    spec = drawn(np.array([[np.nan, 1.0], [1.0, np.nan]]), named(2, 0))
    assert sum(row["colour"] == RAMP_COLOURS[5] for row in boxes(spec)) == 3  # two and the key
    assert any("blank: not measured" in said for said, *_ in texts(spec.svg()))


def test_by_hand_groups_are_outlined_along_the_diagonal():
    spec = drawn(np.eye(6), Side(list("abcdef"), ["x", "x", "x", "y", "y", "z"]))
    blocks = [row for row in boxes(spec) if row["colour"] == INK]
    assert len(blocks) == 2  # a group of one needs no outline
    assert blocks[0]["y2"] == blocks[1]["y"]


def test_brute_force_averages_of_neighbours():
    values = np.random.default_rng(2).random((200, 100))
    values[0, 0] = np.nan
    small, by_row, by_column = averaged(values)
    assert (by_row, by_column) == (3, 2)
    assert max(small.shape) <= CELLS
    for i, j in ((0, 0), (5, 7), (66, 49)):
        part = values[i * 3 : i * 3 + 3, j * 2 : j * 2 + 2]
        assert small[i, j] == pytest.approx(np.nanmean(part), rel=1e-12)
    assert averaging_said(values.shape) == "Each cell is the mean of 3 × 2 neighbouring values."
    assert averaging_said((9, 9)) == ""


def test_by_hand_columns_have_names_of_their_own():
    svg = drawn(np.ones((3, 2)), named(3, 0), Side(["2018", "2019"])).svg()
    assert {"2018", "2019"} <= {said for said, *_ in texts(svg)}


def test_special_case_what_does_not_fit_is_refused():
    with pytest.raises(InvalidArgument, match="as many labels"):
        drawn(np.ones((3, 2)), named(3, 0))
    with pytest.raises(InvalidArgument, match="at least 280 px"):
        drawn(np.ones((2, 2)), named(2, 0), width=100)


def test_by_hand_shades_from_the_lowest_show_small_differences_and_marks_say_the_best():
    values = np.array([[1.0, 1.1], [1.2, 3.0]])
    sides = Side(["a", "b"], title="trust [share]"), Side(["c", "d"], title="time [share]")
    colours = {}
    for lowest in (False, True):
        body = heat(values, *sides, meaning="k", width=680, from_lowest=lowest,
                    marked={(1, 1): "best"})  # fmt: skip
        spec = picture(body, title="T", subtitle=[], alt="A", width=680)
        colours[lowest] = boxes(spec)[0]["colour"]
        said = [one[0] for one in texts(spec.svg())]
        assert {"best", "↓ trust [share]", "→ time [share]"} <= set(said)
    assert colours[True] == RAMP_COLOURS[0] != colours[False]
