import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles.relatedness import conditional, together

from buzzline.agglomeration import (
    co_occurrence,
    correlation_proximity,
    proximity,
    proximity_interval,
    relatedness_of,
)
from buzzline.agglomeration.proximity import KINDS
from buzzline.errors import InvalidArgument

ECONGEO = {"prob": "probability"}  # what EconGeo calls them otherwise
FILES = "EconGeo_cbp19_metro_mfg4_"


@pytest.fixture(scope="module")
def econgeo(shared_data):
    found = json.loads((shared_data.parent / "reference/measurement/econgeo.json").read_text())
    return found["items"]


def numbers(shared_data, name):
    path = shared_data.parent / "reference" / "reference_values" / f"{FILES}{name}.csv"
    frame = pl.read_csv(path, null_values="NA", infer_schema_length=None)
    return frame.drop(frame.columns[0]).to_numpy().astype(float)


def some_flags(seed=1, places=60, industries=9):
    rng = np.random.default_rng(seed)
    return rng.random((places, industries)) < rng.random((places, 1)) * 0.8


@given(st.integers(0, 2**32 - 1))
def test_brute_force_co_occurrence_and_conditional_proximity(seed):
    flags = some_flags(seed, 20, 5)
    assert np.array_equal(co_occurrence(flags), together(flags))
    assert proximity(flags) == pytest.approx(conditional(flags), nan_ok=True)


def test_another_package_econgeo_examples_of_four_kinds_and_co_occurrence(econgeo):
    checked = 0
    for item in econgeo:
        value = np.array(item["value"], dtype=object)
        if item["fn"].startswith("relatedness("):
            kind = item["fn"].removeprefix("relatedness(").removesuffix(")")
            counts = np.array(item["input"]["cooccurrence"], dtype=float)
            found = relatedness_of(counts, ECONGEO.get(kind, kind))
            assert found == pytest.approx(value.astype(float), abs=1e-12)
            checked += 1
        elif item["fn"].startswith("co.occurrence"):
            flags = np.array(item["input"]["incidence_industry_by_event"], dtype=bool).T
            found = co_occurrence(flags)
            if item["fn"] == "co.occurrence":
                np.fill_diagonal(found, 0)
            assert np.array_equal(found, value.astype(float))
            checked += 1
    assert checked == 6


@pytest.mark.parametrize("kind", ["prob", "association", "cosine", "jaccard"])
def test_another_package_econgeo_on_manufacturing_of_383_metros(shared_data, kind):
    flags = numbers(shared_data, "rca_bin").astype(bool)
    found = proximity(flags, ECONGEO.get(kind, kind))
    assert found == pytest.approx(numbers(shared_data, f"relatedness_{kind}"), abs=1e-12)


def test_another_package_econgeo_counts_and_relatives_above_the_mean(shared_data):
    flags = numbers(shared_data, "rca_bin").astype(bool)
    counts = co_occurrence(flags)
    np.fill_diagonal(counts, 0)
    assert np.array_equal(counts, numbers(shared_data, "cooc"))
    cosine = proximity(flags, "cosine")
    assert np.array_equal(
        cosine > cosine.mean(), numbers(shared_data, "related_cosine_gtmean_bin")
    )


def test_econcomplex_association_is_another_measure_and_is_not_reproduced(project_root):
    path = project_root / "tests" / "references" / "relatedness_peers.json"
    peers = json.loads(path.read_text())
    jobs = np.array(peers["jobs"])
    share = jobs / jobs.sum(axis=1, keepdims=True)
    ours = proximity(share >= jobs.sum(axis=0) / jobs.sum(), "association")
    theirs = np.array(peers["econcomplex_association"])
    pairs = np.triu_indices(len(ours), 1)
    assert np.abs(ours[pairs] - theirs[pairs]).max() > 0.1
    assert np.corrcoef(ours[pairs], theirs[pairs])[0, 1] < 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_invariant_symmetric_and_the_same_however_places_and_industries_are_ordered(kind):
    flags = some_flags()
    near = proximity(flags, kind)
    order = np.random.default_rng(2).permutation(flags.shape[1])
    assert np.array_equal(near, near.T)
    assert not near.diagonal().any()
    assert proximity(flags[::-1][:, order], kind) == pytest.approx(near[np.ix_(order, order)])


@pytest.mark.parametrize("kind", ["conditional", "cosine", "jaccard"])
def test_invariant_shares_lie_between_0_and_1(kind):
    near = proximity(some_flags(), kind)
    assert near.min() >= 0
    assert near.max() <= 1


def test_collapses_association_of_independent_industries_is_about_1():
    flags = np.random.default_rng(1).random((20_000, 6)) < 0.5
    pairs = np.triu_indices(6, 1)
    for kind in ("association", "probability"):
        # Steijn's measure knows that an industry is not drawn twice: 1 even with few industries
        target = 1.0 if kind == "probability" else 6 / 5
        assert proximity(flags, kind)[pairs] == pytest.approx(target, abs=0.04)


def test_by_hand_an_industry_that_is_nowhere_is_not_measured():
    near = proximity(np.array([[1, 0, 1], [1, 0, 1], [0, 0, 1]], dtype=bool))
    assert np.isnan(near[1]).all()
    assert near[0, 2] == pytest.approx(2 / 3)


def test_by_hand_industries_never_together_are_not_near():
    near = proximity(np.array([[1, 0], [0, 1]], dtype=bool), "cosine")
    assert near[0, 1] == 0


def test_wrong_counts_are_told():
    with pytest.raises(InvalidArgument, match="1 co-occurrences are negative or missing"):
        relatedness_of(np.array([[0, -1.0], [1, 0]]))
    with pytest.raises(InvalidArgument, match="must be symmetric"):
        relatedness_of(np.array([[0, 2.0], [1, 0]]))
    with pytest.raises(InvalidArgument, match="industries by industries"):
        relatedness_of(np.zeros((2, 3)))
    with pytest.raises(InvalidArgument, match="places by"):
        co_occurrence(np.array([True]))
    with pytest.raises(InvalidArgument, match="`kind` must be one of"):
        relatedness_of(np.zeros((2, 2)), "nearness")


def test_another_package_correlations_are_those_of_numpy():
    levels = np.random.default_rng(1).random((30, 4))
    expected = (1 + np.corrcoef(levels.T)) / 2
    np.fill_diagonal(expected, 0)
    assert correlation_proximity(levels) == pytest.approx(expected)
    assert np.isnan(correlation_proximity(np.ones((3, 2)))).all()


@pytest.mark.parametrize("kind", KINDS)
def test_brute_force_intervals_are_those_of_a_bootstrap_of_places(kind):
    rng = np.random.default_rng(1)
    flags = some_flags(3, 300, 6)
    low, high = proximity_interval(flags, kind, 0.95)
    drawn = np.array([
        proximity(flags[rng.integers(300, size=300)], kind)[0, 1:] for _ in range(800)
    ])  # fmt: skip
    width = np.log(high[0, 1:] / low[0, 1:])
    percentile = np.quantile(drawn, [0.025, 0.975], axis=0)
    # 800 draws leave a quantile of a normal distribution off by 6 % of the width
    assert width == pytest.approx(np.log(percentile[1] / percentile[0]), rel=0.2)


@pytest.mark.parametrize("kind", ["conditional", "cosine", "association"])
def test_recovers_the_truth_in_as_many_samples_of_places_as_said(kind):
    rng = np.random.default_rng(5)
    everywhere = some_flags(7, 200_000, 5)
    true = proximity(everywhere, kind)
    pairs = np.triu_indices(5, 1)
    hits = 0
    for _ in range(100):
        low, high = proximity_interval(everywhere[rng.integers(200_000, size=150)], kind, 0.95)
        hits += ((low <= true) & (true <= high))[pairs].sum()
    # 1 000 intervals, ten to a sample: three standard errors if pairs of a sample went together
    assert 0.95 - 3 * np.sqrt(0.05 * 0.95 / 100) <= hits / 1_000


def test_by_hand_interval_of_industries_never_together_starts_at_0():
    flags = np.array([[1, 0, 1], [0, 1, 1], [1, 0, 0], [0, 1, 0]] * 5, dtype=bool)
    for kind in KINDS:
        low, high = proximity_interval(flags, kind, 0.95)
        assert low[0, 1] == 0
        assert high[0, 1] > 0
        assert np.isnan(low.diagonal()).all()
