"""Is there a best distance to partners? By hand, planted truth, size, bad input."""

import numpy as np
import polars as pl
import pytest
from tests.linkages.planted_nearness import knowing_world

from buzzline.econometrics.best_distance import best_distance
from buzzline.econometrics.partner_distance import controls_of, groups_of, partner_distances
from buzzline.econometrics.peak import misfit_of_quadratic, peak_of
from buzzline.errors import InvalidArgument
from buzzline.linkages.cognitive_rows import knowledge_layers
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


def outcome_over(study, value_of, seed):
    """A study with an outcome that depends on the mean geographic distance to partners."""
    distance = partner_distances(study, knowledge_layers(study, None))[0].mean
    value = value_of(distance) + 0.15 * np.random.default_rng(seed).normal(size=distance.size)
    known = np.isfinite(value)
    rows = pl.DataFrame({
        "unit_id": study.organisations["org_id"].filter(known), "indicator": "fares",
        "year": 2020, "value": value[known],
    })  # fmt: skip
    return study.with_table("outcomes", rows), distance


def rises_then_falls(distance, peak=0.25):
    low, high = np.nanmin(distance), np.nanmax(distance)
    z = (distance - low) / (high - low)
    return np.where(z < peak, z / peak, 1 - 0.5 * (z - peak) / (1 - peak))


def test_the_best_of_a_lopsided_peak_is_not_where_a_quadratic_turns():
    world = make_world(organisations=600, clusters=3, rng=1).study
    study, distance = outcome_over(world, rises_then_falls, 1)
    found = best_distance(study, indicators=["fares"], rng=1)
    row = found.rows.row(0, named=True)
    peak = np.nanmin(distance) + 0.25 * (np.nanmax(distance) - np.nanmin(distance))
    assert row["verdict"] == "inverted U"
    assert row["low"] <= peak <= row["high"]
    assert row["turns_at"] is None
    assert row["p_misfit"] < 0.001
    assert "smooth curve peaks at" in str(found)


def test_a_trough_has_no_best():
    world = make_world(organisations=600, clusters=3, rng=1).study
    study, _ = outcome_over(world, lambda d: (d - np.nanmedian(d)) ** 2, 2)
    found = best_distance(study, indicators=["fares"], rng=1).rows
    assert found["verdict"][0] == "no such shape"
    assert found.select("value", "low", "high", "turns_at").row(0) == (None,) * 4


def test_what_is_not_used_drops_nobody():
    world = make_world(organisations=300, clusters=2, rng=1).study
    kinds = world.organisations["kind"]
    few = pl.Series("kind", [k if i % 10 == 0 else None for i, k in enumerate(kinds)],
                    dtype=kinds.dtype)  # fmt: skip
    study, _ = outcome_over(world, rises_then_falls, 3)
    bare = study.with_table("organisations", study.organisations.with_columns(few))
    one, other = (best_distance(s, indicators=["fares"], rng=1).rows for s in (study, bare))
    assert one["n"].to_list() == other["n"].to_list()
    assert one["covered"][0] == 1.0
    assert one["covered"].to_list() == other["covered"].to_list()
    half = pl.when(pl.int_range(pl.len()) % 2 == 0).then("longitude")
    partial = study.with_table(
        "organisations", study.organisations.with_columns(half.alias("longitude"))
    )
    rows = best_distance(partial, indicators=["fares"], rng=1).rows
    assert rows["covered"][0] < 0.9
    assert rows["covered"].to_list()[1:] == one["covered"].to_list()[1:]


def test_verdicts_are_those_of_q_over_all_rows():
    _, study, _ = knowing_world(1)
    rows = best_distance(study, layers=["coinvention"], rng=1).rows.drop_nulls("q")
    assert (rows["q"] >= rows["p"] - 1e-12).all()
    assert ((rows["verdict"] == "inverted U") == (rows["q"] <= 0.05)).all()


@pytest.mark.parametrize("peak", [0.25, 0.5, 0.7])
def test_intervals_of_the_peak_cover_kinks(peak):
    held, width = [], []
    for seed in range(25):
        rng = np.random.default_rng(seed)
        x = rng.uniform(0, 1, 300)
        y = np.where(x < peak, x / peak, 1 - 0.8 * (x - peak) / (1 - peak))
        found = peak_of(x, y + rng.normal(0, 0.25, 300), draws=299, rng=seed)
        held.append(found.low <= peak <= found.high)
        width.append(found.high - found.low)
    assert np.mean(held) >= 0.9
    assert np.mean(width) < 0.4


def test_a_quadratic_is_a_misfit_as_often_as_chance_has_it():
    said = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        x = rng.uniform(0, 1, 150)
        y = -4 * (x - 0.6) ** 2 + rng.normal(0, 0.5, 150)
        said.append(misfit_of_quadratic(x, y) <= 0.05)
    assert np.mean(said) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 200)
