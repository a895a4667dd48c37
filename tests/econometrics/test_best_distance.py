"""Is there a best distance to partners? By hand, planted truth, size, bad input."""

import numpy as np
import polars as pl
import pytest
from tests.linkages.planted_nearness import knowing_world

from buzzline.econometrics.best_distance import best_distance
from buzzline.econometrics.partner_distance import controls_of, groups_of, partner_distances
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study
from buzzline.tables.worlds import KnowledgePlan, make_world


def test_mean_distances_to_partners_by_hand():
    frame = pl.DataFrame({
        "org_id": list("abc"), "industry": ["x", "x", "y"], "longitude": [0.0] * 3,
        "latitude": [0.0, 8 / 111.195, 32 / 111.195], "country": ["BE", "BE", "NL"],
    })  # fmt: skip
    ties = pl.DataFrame({
        "source": ["a", "a", "a"], "target": ["b", "c", "a"], "layer": ["advice"] * 3,
    })  # fmt: skip
    found = partner_distances(Study.of(organisations=frame, linkages=ties), ["advice"])
    kinds = {one.dimension: one.mean for one in found}
    assert kinds["geographic"] == pytest.approx([4.0, 3.0, 5.0], rel=1e-4)
    assert kinds["cognitive"] == pytest.approx([0.5, 0, 1])
    assert kinds["institutional"] == pytest.approx([0.5, 0, 1])


def test_mean_distances_equal_those_planted():
    _, study, truth = knowing_world(1)
    found = partner_distances(study, ["coinvention"])
    cognitive = next(one for one in found if one.dimension == "cognitive")
    assert "cosine" in cognitive.measured_by
    assert cognitive.mean == pytest.approx(truth.partner_distance, nan_ok=True, abs=1e-9)


def test_a_planted_best_distance_is_found():
    covered = []
    for seed in range(4):
        _, study, truth = knowing_world(seed)
        found = best_distance(study, indicators=["innovations"], layers=["coinvention"])
        row = found.rows.filter(pl.col("dimension") == "cognitive").row(0, named=True)
        assert row["verdict"] == "inverted U"
        assert row["slope_before"] > 0 > row["slope_after"]
        covered.append(row["low"] <= truth.plan.best <= row["high"])
    assert sum(covered) >= 3


def test_none_is_found_where_none_was_planted():
    said = []
    for seed in range(5):
        _, study, _ = knowing_world(seed, plan=KnowledgePlan(harm=0.0))
        rows = best_distance(study, indicators=["innovations"], layers=["coinvention"]).rows
        said += rows["verdict"].to_list()
    assert np.mean([verdict == "inverted U" for verdict in said]) <= 0.1


def test_curves_go_through_where_the_points_are():
    _, study, truth = knowing_world(2)
    found = best_distance(study, indicators=["innovations"], layers=["coinvention"])
    curve = found.curves.filter(pl.col("dimension") == "cognitive")
    assert curve["x"].is_sorted()
    assert (curve["low"] < curve["value"]).all()
    top = curve.sort("value")["x"][-1]
    assert top == pytest.approx(truth.plan.best, abs=0.08)


def test_controls_and_groups():
    study = make_world(organisations=300, clusters=2, rng=1).study
    rows = np.ones(300, bool)
    controls = controls_of(study, ["supply"], rows)
    assert controls.shape == (300, 2 + study.organisations["industry"].n_unique() - 1)
    assert np.linalg.matrix_rank(np.column_stack([controls, np.ones(300)])) == (
        controls.shape[1] + 1
    )
    groups = groups_of(study, rows)
    assert groups is None or np.unique(groups).size >= 15


def test_no_outcomes_few_outcomes_and_bad_arguments():
    study = make_world(organisations=150, clusters=1, rng=1).study
    found = best_distance(study)
    assert found.rows["verdict"].to_list() == ["not testable"]
    assert "cannot be told" in str(found)
    few = pl.DataFrame({
        "unit_id": study.organisations["org_id"].head(10), "indicator": ["growth"] * 10,
        "year": [2020] * 10, "value": np.arange(10.0),
    })  # fmt: skip
    told = best_distance(study.with_table("outcomes", few))
    assert set(told.rows["verdict"]) == {"not testable"}
    assert told.rows["reason"].str.contains("at least 20").all()
    with pytest.raises(InvalidArgument, match="indicator 'nonsense'"):
        best_distance(study, indicators=["nonsense"])
    with pytest.raises(InvalidArgument, match="has the layer"):
        best_distance(study, layers=["nonsense"])
    alone = study.with_table("linkages", study.linkages.clear())
    growing = alone.with_table("outcomes", few)
    assert set(best_distance(growing).rows["verdict"]) == {"not testable"}
