"""An outcome over two parameters: points share their luck, and the best is told from the rest."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidArgument
from buzzline.simulation.running import histories
from buzzline.simulation.settings import MINIMAL
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.surface import (
    Grid,
    Village,
    _points,
    response_surface,
    values_tried,
)

SMALL = Village(3, 8, 12, 6)


@pytest.fixture(scope="module")
def found():
    return response_surface(grid=Grid(points=3), village=SMALL, rng=1)


def test_by_hand_a_point_is_the_world_with_these_values_in_its_first_place(found):
    world = world_of_settings(3, 8, settings=MINIMAL, rng=1)
    settings = MINIMAL.at_place(0, global_share=0.5, trust_commons=0.5)
    runs = histories(world, settings=settings, steps=12, runs=6, rng=1)
    row = found.points.filter(across=0.5, down=0.5).row(0, named=True)
    assert row["value"] == pytest.approx(runs.at("relative_knowledge", place=0).mean())


def test_recovers_that_more_trust_means_more_knowledge_where_all_is_local(found):
    local = found.points.filter(across=0).sort("down")["value"].to_list()
    assert local == sorted(local)
    assert local[-1] > local[0]


def test_by_hand_points_are_compared_run_by_run():
    luck = np.array([0.0, 1.0, 2.0, 3.0])
    rows = _points([(0, 0), (0, 1), (1, 0)], np.stack([luck, luck + 0.1, luck - luck]), 0.95)
    best, second, last = rows.iter_rows(named=True)
    assert (best["across"], best["down"], best["is_best"]) == (0, 1, True)
    assert second["below_best"] == pytest.approx(-0.1)
    assert second["below_high"] == pytest.approx(-0.1)
    assert not second["is_best"]  # luck is shared, so a little less is told from luck
    assert last["is_best"]  # it has luck of its own, so it is not


def test_special_case_values_are_those_contested_else_possible():
    assert values_tried("cost_global", 3) == [2, 3, 4]
    assert values_tried("gatekeepers", 2) == [0, 1]
    assert values_tried("time_budget", 2) == [0, 8]
    assert values_tried("global_share", 1) == [0]


def test_special_case_bad_requests_are_refused():
    with pytest.raises(InvalidArgument, match="two parameters"):
        response_surface(grid=Grid("forgetting", "forgetting"))
    with pytest.raises(InvalidArgument, match="no parameter 'patience'"):
        response_surface(grid=Grid("patience"))
    with pytest.raises(InvalidArgument, match="no quantity 'welfare'"):
        response_surface(outcome="welfare")
    with pytest.raises(InvalidArgument, match="`level`"):
        response_surface(level=0.0)


def test_by_hand_the_sentence_says_where_the_best_lies(found):
    assert "is highest" in str(found)
    assert "what was tried" in str(found)
    assert "3 other points" in str(found) or "other point" in str(found)


def test_by_hand_a_best_at_an_edge_is_said_to_be_no_balance(found):
    inside = pl.DataFrame({"across": [0.5, 0, 1], "down": [0.5, 0.0, 1.0]})
    rest = found.points.head(3).drop("across", "down")
    middle = replace(found, points=pl.concat([inside, rest], how="horizontal"))
    assert "no best balance" not in str(middle)
    edge = replace(middle, points=middle.points.with_columns(down=pl.Series([1.0, 0, 0.5])),
                   down="trust_commons")  # fmt: skip
    assert "Of `trust_commons` no best balance is seen (trust costs nothing here)" in str(edge)
