"""The picture of related industries."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.charts.pictures import overlaps, size, texts

from buzzline.charts.industry_space import (
    INDUSTRIES_SHOWN,
    Space,
    industry_space,
    strongest_ties,
)
from buzzline.charts.palette import OTHER_COLOUR
from buzzline.charts.spec import picture
from buzzline.errors import InvalidArgument


def space(n, groups=4, seed=1):
    rng = np.random.default_rng(seed)
    kinds = rng.integers(0, groups, n)
    ties = rng.random((n, n)) * 0.3 + 0.5 * (kinds[:, None] == kinds[None, :])
    labels = [f"{i}1000 Manufacturing of rather & <awkward> things — 映画" for i in range(n)]
    names = [f"Group {kind} of things with long names" if kind else "" for kind in kinds]
    return Space((ties + ties.T) / 2, rng.lognormal(6, 1.5, n), labels, names)


def drawn(of, width=680):
    return picture(
        industry_space(of, width=width), title="Space", subtitle=[], alt="Space", width=width
    )


def circles(spec):
    return next(
        layer["data"]["values"]
        for layer in spec.spec["layer"]
        if "data" in layer and layer["data"]["values"] and "label" in layer["data"]["values"][0]
    )


@pytest.mark.parametrize("width", [280, 680])
@pytest.mark.parametrize("n", [1, 2, 3, 40, 120])
def test_invariant_no_text_overlaps_and_none_leaves_the_picture(width, n):
    svg = drawn(space(n), width).svg()
    assert overlaps(svg) == []
    wide, _ = size(svg)
    assert abs(wide - width) <= 4
    assert all(box[1] > -2 and box[2] < wide + 12 for box in texts(svg))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_another_package_the_tree_is_the_maximum_spanning_tree(seed):
    strength = space(12, seed=seed).relatedness
    graph = nx.from_numpy_array(np.where(np.eye(12, dtype=bool), 0, strength))
    tree = nx.maximum_spanning_tree(graph)
    drawn_ties = strongest_ties(strength)
    assert all(drawn_ties[one, other] > 0 for one, other in tree.edges)
    assert np.count_nonzero(np.triu(drawn_ties)) == 24


def test_by_hand_beyond_the_tree_the_strongest_are_drawn():
    strength = np.zeros((6, 6))
    pairs = {(0, 1): 9, (1, 2): 8, (2, 3): 7, (3, 4): 6, (4, 5): 5, (0, 2): 4, (0, 5): 1}
    for (one, other), value in pairs.items():
        strength[one, other] = strength[other, one] = value
    assert np.count_nonzero(np.triu(strongest_ties(strength))) == len(pairs)


def test_invariant_the_same_industries_give_the_same_bytes():
    assert drawn(space(30)).json() == drawn(space(30)).json()


def test_invariant_circles_do_not_touch():
    found = circles(drawn(space(60)))
    place = np.array([[row["x"], row["y"]] for row in found])
    radius = np.sqrt(np.array([row["size"] for row in found]) / np.pi)
    gap = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    reach = radius[:, None] + radius[None]
    np.fill_diagonal(reach, 0)
    assert (gap - reach).min() > -0.5


def test_by_hand_industries_without_a_tie_stand_below_and_groups_without_a_name_are_grey():
    of = space(20)
    ties = of.relatedness.copy()
    ties[3, :] = ties[:, 3] = 0
    rows = circles(drawn(Space(ties, of.size, of.labels, [""] * 20)))
    alone = next(row for row in rows if row["label"].startswith("31000"))
    assert alone["y"] == max(row["y"] for row in rows)
    assert {row["fill"] for row in rows} == {OTHER_COLOUR}


def test_by_hand_only_the_largest_are_drawn():
    of = space(INDUSTRIES_SHOWN + 30)
    shown = {row["label"] for row in circles(drawn(of))}
    assert len(shown) == INDUSTRIES_SHOWN
    assert of.labels[int(of.size.argmax())] in shown
    assert of.labels[int(of.size.argmin())] not in shown


def test_special_case_ties_that_do_not_match_are_refused():
    with pytest.raises(InvalidArgument, match="need sizes, groups and a square"):
        drawn(Space(np.ones((2, 2)), np.ones(3), list("abc"), list("abc")))
