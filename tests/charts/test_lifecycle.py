"""Pictures of clusters over the years."""

from functools import cache

import polars as pl
import pytest
from tests.charts.pictures import overlaps, texts
from tests.clusters.test_lifecycle import CITING, planted_history, yearly

from buzzline.charts import chart, further_charts
from buzzline.charts.lanes import lanes_of
from buzzline.clusters.lifecycle import cluster_history
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_history_world
from buzzline.tables.worlds.history_courses import Course


@cache
def merged():
    world = make_history_world(
        fates=("merged", "steady"), course=Course(years=8), bonds=CITING, rng=2
    )
    return cluster_history(
        world.study, industries=[world.truth.clusters["industry"][0]], draws=19, rng=1
    )


def said(spec):
    return " ".join(box[0] for box in texts(spec.svg()))


@pytest.mark.parametrize("width", [280, 680])
def test_bands_name_what_happened_and_no_words_overlap(width):
    spec = chart(merged(), width=width)
    assert "merged" in said(spec)
    assert "2004" in said(spec)
    assert not overlaps(spec.svg())


@pytest.mark.parametrize("width", [280, 680])
def test_states_and_drift_are_drawn_and_no_words_overlap(width):
    more = further_charts(planted_history(), width=width)
    assert set(more) == {"states", "drift", "heterogeneity", "exchange"}
    assert "became creating" in said(more["exchange"])
    assert "renewal likely" in said(more["states"])
    assert "6 clusters have too few yearly points" in said(more["states"]).replace("\n", " ")
    assert "2010" in said(more["drift"])
    assert "2,010" not in said(more["drift"])
    for spec in more.values():
        assert not overlaps(spec.svg())


def test_bands_leave_room_for_each_other_by_hand():
    clusters = pl.DataFrame({
        "history_id": ["whole", "one", "other"], "first_year": [5, 0, 0],
        "last_year": [9, 4, 4], "n_most": [80, 40, 40],
    })  # fmt: skip
    lanes = lanes_of(clusters, [("one", "whole"), ("other", "whole")], px=1.0)
    assert lanes["one"].bottom <= lanes["other"].top
    # the whole begins when both have ended, so it may stand where they stood
    assert lanes["one"].top <= lanes["whole"].middle <= lanes["other"].bottom


def test_nothing_followed_says_why():
    spec = chart(cluster_history(Study.of(), rng=1))
    assert "No cluster can be followed" in spec.alt


def test_a_gap_is_left_open():
    spec = chart(cluster_history(yearly([2016, 2017, 2019]), industries=["x"], draws=19, rng=1))
    assert "first seen after a gap" in said(spec)
    assert "Nothing was observed between 2017 and 2019" in said(spec).replace("\n", " ")


def test_the_industry_drawn_is_that_in_which_most_members_saw_something_happen():
    from types import SimpleNamespace

    import polars as pl

    from buzzline.charts.lifecycle import _eventful

    events = pl.DataFrame({
        "industry": ["noise"] * 5 + ["chips"], "kind": ["emerged", "faded"] * 2 + ["born"] * 2,
        "n_before": [900, 900, 900, 900, 0, 200], "n_after": [0, 0, 0, 0, 12, 180],
    })  # fmt: skip
    clusters = pl.DataFrame({"industry": ["noise", "noise", "chips"]})
    assert _eventful(SimpleNamespace(clusters=clusters, events=events)) == "chips"
