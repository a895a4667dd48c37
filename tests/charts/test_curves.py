"""Curves against the band that chance gives."""

import numpy as np
import pytest
from tests.charts.pictures import overlaps, size, texts

from buzzline.charts.curves import PANELS_SHOWN, POINTS_SHOWN, Curve, curves, outside
from buzzline.charts.palette import ABOVE_COLOUR, BELOW_COLOUR
from buzzline.charts.spec import picture
from buzzline.errors import InvalidArgument

X = np.linspace(0, 180, 91)
AWKWARD = "Motion picture & <sound> recording, Nord-Pas-de-Calais — 映画 and 'others'"


def panel(title=AWKWARD, shift=0.0, **more):
    base = 0.005 + 0 * X
    band = {"low": base - 0.001, "high": base + 0.001}
    inner = {"inner_low": base - 0.0005, "inner_high": base + 0.0005, "expected": base}
    return Curve(title, X, base + shift * np.sign(90 - X), **{**band, **inner, **more})


def drawn(panels, width=680):
    body = curves(panels, x_title="distance [km]", y_title="density [share a km]", width=width)
    return picture(body, title="How close", subtitle=[], alt="How close", width=width)


def marks(spec, kind):
    """Return the rows of every layer with this mark."""
    return [
        layer["data"]["values"]
        for part in spec.spec["layer"]
        for layer in part["layer"]
        if isinstance(layer.get("mark"), dict) and layer["mark"]["type"] == kind
    ]


@pytest.mark.parametrize("width", [280, 340, 680, 760])
@pytest.mark.parametrize("n", [1, 2, 7, 12])
def test_invariant_no_text_overlaps_and_none_leaves_the_picture(width, n):
    panels = [
        panel(f"{AWKWARD} {i}", 0.002 * (i % 3 - 1), note=f"n={i:,}, p=0.001") for i in range(n)
    ]
    svg = drawn(panels, width).svg()
    assert overlaps(svg) == []
    wide, _ = size(svg)
    assert abs(wide - width) <= 4
    assert all(box[1] > -2 and box[2] < wide + 12 for box in texts(svg))


def test_by_hand_stretches_outside_the_wide_band_are_found():
    above, below = outside(panel(shift=0.002))
    assert above == [(0.0, 88.0)]
    assert below == [(92.0, 180.0)]


def test_by_hand_a_curve_inside_its_band_has_no_mark():
    assert outside(panel()) == ([], [])
    assert marks(drawn([panel()]), "point") == []


def test_by_hand_what_is_outside_is_marked_by_shape_and_colour():
    ((up, down),) = marks(drawn([panel(shift=0.002)]), "point")
    assert (up["shape"], up["colour"]) == ("triangle-up", ABOVE_COLOUR)
    assert (down["shape"], down["colour"]) == ("triangle-down", BELOW_COLOUR)
    assert up["y"] > 0.007  # beside the line, on the side it points to
    assert down["y"] < 0.003


def test_by_hand_the_wide_band_is_drawn_before_the_inner_one():
    wide, inner = marks(drawn([panel()]), "area")
    assert wide[0]["high"] == 0.006
    assert inner[0]["high"] == 0.0055


def test_collapses_without_a_wide_band_the_inner_one_decides():
    narrow = panel(shift=0.0007, low=None, high=None)
    assert outside(narrow) == ([(0.0, 88.0)], [(92.0, 180.0)])


def test_by_hand_values_not_known_interrupt_the_line():
    observed = np.where((X > 40) & (X < 60), np.nan, 0.005)
    line = marks(drawn([Curve("wine", X, observed)]), "line")[0]
    assert {row["run"] for row in line} == {0, 1}
    assert all(not 40 < row["x"] < 60 for row in line)


def test_by_hand_fine_curves_are_thinned_and_many_panels_cut():
    x = np.linspace(0, 1, 10_000)
    assert len(marks(drawn([Curve("fine", x, x)]), "line")[0]) <= POINTS_SHOWN
    many = drawn([panel(f"industry {i}") for i in range(40)])
    assert len(marks(many, "line")) == 2 * PANELS_SHOWN  # the curve and what is expected


def test_special_case_one_point_and_nothing_known():
    alone = Curve("one", np.array([1.0]), np.array([2.0]))
    unknown = Curve("none", X, np.full(X.size, np.nan))
    assert drawn([alone, unknown]).svg().startswith("<svg")


def test_special_case_too_narrow_is_refused():
    with pytest.raises(InvalidArgument, match="at least 280 px"):
        drawn([panel()], 200)


def test_by_hand_a_logarithmic_axis_is_written_in_its_own_numbers():
    x = np.log10([5.0, 10, 20, 50, 100])
    panels = [
        Curve("one", x, np.arange(5.0), is_log=True),
        Curve("other", x, 9 + np.arange(5.0), is_log=True),
    ]
    body = curves(panels, x_title="units", y_title="share", width=680, same_y=True)
    said = [
        one[0] for one in texts(picture(body, title="T", subtitle=[], alt="A", width=680).svg())
    ]
    assert {"5", "10", "20", "50", "100"} <= set(said)
    assert said.count("100") == 2
    assert not {"1.5", "0.8"} & set(said)


def test_by_hand_panels_share_a_range_where_asked():
    x = np.arange(4.0)
    panels = [Curve("low", x, x), Curve("high", x, x + 10)]
    said = {}
    for same in (False, True):
        body = curves(panels, x_title="", y_title="", width=680, same_y=same)
        words = texts(picture(body, title="T", subtitle=[], alt="A", width=680).svg())
        said[same] = [one[0] for one in words]
    assert said[True].count("10") == 2
    assert said[False].count("10") == 1
