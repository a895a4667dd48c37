import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles.relatedness import density_without_own

from buzzline.agglomeration import co_occurrence, proximity, relatedness_density
from buzzline.agglomeration.density import densities_without_own
from buzzline.errors import InvalidArgument

FILES = "EconGeo_cbp19_metro_mfg4_"


def numbers(shared_data, name):
    path = shared_data.parent / "reference" / "reference_values" / f"{FILES}{name}.csv"
    frame = pl.read_csv(path, null_values="NA", infer_schema_length=None)
    return frame.drop(frame.columns[0]).to_numpy().astype(float)


@pytest.fixture(scope="module")
def peers(project_root):
    path = project_root / "tests" / "references" / "relatedness_peers.json"
    return {name: np.array(value) for name, value in json.loads(path.read_text()).items()}


def present(jobs):
    return jobs / jobs.sum(axis=1, keepdims=True) >= jobs.sum(axis=0) / jobs.sum()


@pytest.fixture(scope="module")
def example(shared_data):
    path = shared_data.parent / "reference" / "measurement" / "econgeo.json"
    items = json.loads(path.read_text())["items"]
    return next(item for item in items if item["fn"] == "relatedness.density")


def test_another_package_econgeo_example_in_percent_and_rounded(example):
    flags = np.array(example["input"]["mat"], dtype=bool)
    near = np.array(example["input"]["relatedness"], dtype=float)
    found = 100 * relatedness_density(flags, near)
    assert found == pytest.approx(np.array(example["value"]), abs=0.005001)


@pytest.mark.parametrize(
    ("side", "name", "rounding"),
    [("all", "cosine", 0.005001), ("internal", "internal", 0.5), ("external", "external", 0.5)],
)
def test_another_package_econgeo_on_manufacturing_of_383_metros(
    shared_data, side, name, rounding
):
    flags = numbers(shared_data, "rca_bin").astype(bool)
    near = numbers(shared_data, "related_cosine_gtmean_bin")
    found = 100 * relatedness_density(flags, near, side=side)
    theirs = numbers(shared_data, f"relatedness_density_{name}")
    assert np.array_equal(np.isnan(found), np.isnan(theirs))
    assert np.nanmax(np.abs(found - theirs)) <= rounding + 1e-9


def test_another_package_ecomplexity_keeps_the_diagonal_and_econcomplex_does_not(peers):
    flags = present(peers["jobs"])
    near = proximity(flags)
    with_own = relatedness_density(flags, near, diagonal=True)
    without = relatedness_density(flags, near)
    assert with_own == pytest.approx(peers["ecomplexity_density"], abs=1e-9)
    assert 100 * without == pytest.approx(peers["econcomplex_density"], abs=1e-9)
    assert np.abs(with_own - without).max() > 0.05


def test_density_of_the_nearest_is_a_share_and_not_the_count_ecomplexity_gives(peers):
    flags = present(peers["jobs"])
    found = relatedness_density(flags, proximity(flags), nearest=3)
    assert found.max() <= 1
    assert peers["ecomplexity_density_knn3"].max() == 3


def test_by_hand_nearest_two_of_three():
    near = np.array([[0, 0.5, 0.3, 0.1], [0.5, 0, 0, 0], [0.3, 0, 0, 0], [0.1, 0, 0, 0]])
    flags = np.array([[False, True, False, True]])
    found = relatedness_density(flags, near, nearest=2)
    assert found[0, 0] == pytest.approx(0.5 / 0.8)
    assert relatedness_density(flags, near)[0, 0] == pytest.approx(0.6 / 0.9)


@given(st.integers(0, 2**32 - 1))
def test_invariant_densities_lie_between_0_and_1_and_are_parts_of_all(seed):
    flags = np.random.default_rng(seed).random((25, 7)) < 0.4
    near = proximity(flags)
    every = relatedness_density(flags, near)
    inside = relatedness_density(flags, near, side="internal")
    outside = relatedness_density(flags, near, side="external")
    known = np.isfinite(every)
    assert ((every[known] >= 0) & (every[known] <= 1 + 1e-12)).all()
    assert np.array_equal(np.where(flags, inside, outside), every, equal_nan=True)


def test_special_case_a_place_with_everything_has_all_that_is_related():
    flags = np.random.default_rng(1).random((25, 7)) < 0.4
    flags[0], flags[1] = True, False
    found = relatedness_density(flags, proximity(flags))
    assert found[0] == pytest.approx(1)
    assert not found[1].any()


def test_special_case_continuous_levels_of_one_everywhere_give_one():
    near = proximity(np.random.default_rng(1).random((25, 7)) < 0.4)
    assert relatedness_density(np.ones((3, 7)), near) == pytest.approx(1)
    doubled = relatedness_density(2 * np.ones((3, 7)), near)
    assert doubled == pytest.approx(2)


@given(st.integers(0, 2**32 - 1))
def test_brute_force_leaving_each_place_out_of_its_own_proximities(seed):
    flags = np.random.default_rng(seed).random((15, 5)) < 0.45
    found = densities_without_own(flags, co_occurrence(flags))
    assert found == pytest.approx(density_without_own(flags), nan_ok=True)


def test_wrong_input_is_told():
    with pytest.raises(InvalidArgument, match="`side` must be"):
        relatedness_density(np.ones((2, 2)), np.ones((2, 2)), side="left")
    with pytest.raises(InvalidArgument, match="places by industries"):
        relatedness_density(np.ones((2, 3)), np.ones((2, 2)))
    with pytest.raises(InvalidArgument, match="1 of 2 cells of `presence` are not known"):
        relatedness_density(np.array([[1, np.nan]]), np.ones((2, 2)))
