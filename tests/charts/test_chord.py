"""Chords and names on maps: by hand, invariants, bad input."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzline.charts.chord import GAP_RADIANS, REST, Chords, arcs_of, chord_body, foremost
from buzzline.charts.lettering import text_width
from buzzline.charts.lines import Line, drawn_lines
from buzzline.charts.map_names import beside
from buzzline.charts.spec import NOTE_SIZE, picture
from buzzline.errors import InvalidArgument


def chords(flows):
    n = len(flows)
    names = tuple(f"Town {k}" for k in range(n))
    return Chords(names, np.array(flows, dtype=float), ("x",) * n, {"x": "#0072B2"})


def test_two_arcs_by_hand():
    ends = arcs_of(np.array([[0.0, 3.0], [1.0, 0.0]]))
    half = np.pi - GAP_RADIANS
    # the first arc holds what leaves, then what comes; the second begins after the gap
    assert ends[0, 1, 0] == pytest.approx([0, 0.75 * half])
    assert ends[1, 0, 1] == pytest.approx([0.75 * half, half])
    assert ends[1, 0, 0] == pytest.approx([np.pi, np.pi + 0.25 * half])
    assert ends[0, 1, 1] == pytest.approx([np.pi + 0.25 * half, 2 * np.pi - GAP_RADIANS])


@settings(max_examples=30)
@given(st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=5), min_size=5, max_size=5))
def test_arcs_cover_the_circle_without_overlap(rows):
    flows = np.array(rows, dtype=float) + 1
    np.fill_diagonal(flows, 0)
    ends = arcs_of(flows)
    spans = [ends[i, j, side] for i in range(5) for j in range(5) if i != j for side in (0, 1)]
    spans.sort(key=lambda span: span[0])
    for before, after in pairwise(spans):
        assert after[0] >= before[1] - 1e-9
    total = sum(span[1] - span[0] for span in spans)
    assert total == pytest.approx(2 * np.pi - 5 * GAP_RADIANS)


def test_the_rest_keeps_all_flows_between_things():
    rng = np.random.default_rng(1)
    flows = rng.poisson(2, (30, 30)).astype(float)
    few = foremost(chords(flows), 6)
    assert few.names[-1] == REST
    assert len(few.names) == 6
    kept = [int(name.split()[1]) for name in few.names[:-1]]
    others = [k for k in range(30) if k not in kept]
    np.fill_diagonal(flows, 0)
    assert few.flows.sum() == flows.sum() - flows[np.ix_(others, others)].sum()


def test_what_stays_is_not_drawn_and_nothing_is_refused():
    with pytest.raises(InvalidArgument, match="between two things"):
        chord_body(chords([[5, 0], [0, 3]]), width=680)
    with pytest.raises(InvalidArgument, match="width"):
        chord_body(chords([[0, 1], [0, 0]]), width=100)


@pytest.mark.parametrize("width", [680, 300])
def test_a_picture_is_drawn_wide_and_narrow(width):
    body = chord_body(chords([[0, 1, 2], [1, 0, 0], [0, 4, 0]]), width=width)
    svg = picture(body, title="t", subtitle=[], alt="a", width=width).svg()
    assert "Town 2" in svg  # in the key where there is no room beside the circle


@pytest.mark.parametrize(("width", "told"), [(680, False), (390, True)])
def test_kinds_are_told_apart_where_names_are_shared_or_small(width, told):
    flows = np.array([[0.0, 1], [2, 0]])
    kinds, colours = ("wine", "film"), {"wine": "#0072B2", "film": "#D55E00"}
    for names in (("Bath", "Oslo"), ("Bath", "Bath"), ("Bath" * 20, "Oslo")):
        body = chord_body(Chords(names, flows, kinds, colours), width=width)
        svg = picture(body, title="t", subtitle=[], alt="a", width=width).svg()
        assert "wine" in svg
        assert "film" in svg
        assert (f"{names[1]} \u00b7 film" in svg) == (told or names != ("Bath", "Oslo"))


def test_a_line_tapers():
    line = Line((0.0, 0.0), (10.0, 0.0), 6.0, "#000000", end_width=2.0)
    (layer,) = drawn_lines([line], lambda place: place)
    wide = [row["width"] for row in layer["data"]["values"]]
    assert wide[0] == 6
    assert wide[-1] == 2
    assert wide == sorted(wide, reverse=True)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 200)), max_size=12, unique=True))
def test_names_cover_neither_each_other_nor_the_edge(places):
    at = np.array(places, dtype=float).reshape(-1, 2)
    found = beside(at, [f"Place {k}" for k in range(len(places))], size=(300, 200))
    boxes = []
    for one in found:
        wide = text_width(one["said"], NOTE_SIZE)
        left = one["x"] - {"left": 0, "right": wide, "center": wide / 2}[one["align"]]
        assert left > -2
        boxes.append((left + 0.1, one["y"] - 6, left + wide - 0.1, one["y"] + 6))
    for k, one in enumerate(boxes):
        for other in boxes[:k]:
            apart = one[0] >= other[2] or other[0] >= one[2]
            assert apart or one[1] >= other[3] or other[1] >= one[3]
