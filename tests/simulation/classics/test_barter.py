"""Trade of knowledge: by hand, a slow twin, collapses, reference numbers, bad input."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles.barter import at_rest as slow_rest
from tests.simulation.classics.reference import apart, reference

from buzzline.errors import InvalidArgument
from buzzline.kernels.barter import rewired_ring
from buzzline.simulation.classics.barter import BarterRules, barter, make_experts
from buzzline.simulation.classics.cowan_jonard import at_rest, cowan_jonard
from buzzline.simulation.classics.two_clusters import two_clusters_with_pipelines
from buzzline.simulation.luck import luck_of

LUCK = luck_of(3, 0)


def test_two_trade_like_for_like_by_hand():
    # the first leads in two categories, the second in one: one is traded for one
    levels = np.array([[4.0, 4.0, 0.0], [4.0, 0.0, 2.0]])
    found = barter(levels, np.array([[0, 1]]), LUCK, rate=np.array([0.5]))
    assert found.levels[0, 2] > 0
    assert found.levels[1, 1] > 0
    assert (found.levels >= levels).all()
    first = barter(levels, np.array([[0, 1]]), LUCK, rate=np.array([1.0]))
    assert first.levels.tolist() == [[4, 4, 2], [4, 4, 2]]
    assert (first.trades, first.sweeps) == (1, 2)


def test_who_has_nothing_to_offer_learns_nothing():
    levels = np.array([[5.0, 5.0], [1.0, 2.0]])
    found = barter(levels, np.array([[0, 1]]), LUCK, rate=np.array([0.3]))
    assert found.levels.tolist() == levels.tolist()
    assert found.trades == 0


@settings(max_examples=25)
@given(
    st.integers(0, 2**32), st.integers(3, 7), st.integers(2, 9), st.floats(0.05, 1),
    st.floats(0.01, 0.3),
)  # fmt: skip
def test_rest_agrees_with_the_slow_twin(seed, n, k, rate, tolerance):
    luck, rng = luck_of(seed, 0), np.random.default_rng(seed)
    levels = rng.uniform(0, 10, (n, k))
    pairs = np.array([(i, j) for i in range(n) for j in range(i)])
    ties = pairs[rng.permutation(len(pairs))[: n + 1]]
    n_first = int(rng.integers(0, len(ties)))
    rates = np.full(len(ties), rate)
    found = barter(levels, ties, luck, rate=rates, tolerance=tolerance, n_first=n_first)
    slow, sweeps, trades = slow_rest(luck.key, levels, ties, rates, n_first, tolerance)
    np.testing.assert_array_equal(found.levels, slow)
    assert (found.sweeps, found.trades) == (sweeps, trades)


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(5, 30), st.sampled_from([2, 4]), st.floats(0, 1))
def test_rewiring_keeps_ties_in_number_and_makes_none_twice(seed, n, degree, share):
    ties = rewired_ring(luck_of(seed, 0).key, 31, 4, 4 + n, degree, share)
    assert ties.shape == (n * degree // 2, 2)
    assert ties.min() >= 4
    assert ties.max() < 4 + n
    assert (ties[:, 0] != ties[:, 1]).all()
    assert len({frozenset(tie) for tie in ties.tolist()}) == len(ties)
    assert (ties[:, 0] - 4 == np.repeat(np.arange(n), degree // 2)).all()


def test_a_ring_without_rewiring_is_a_ring():
    ties = rewired_ring(LUCK.key, 31, 0, 8, 4, 0.0)
    assert ties.tolist() == [[i, (i + s) % 8] for i in range(8) for s in (1, 2)]


def test_experts_know_one_category_each_in_turn():
    levels = np.zeros((5, 2))
    make_experts(levels, np.array([4, 0, 2]), BarterRules(5, 2, 2))
    assert levels.tolist() == [[0, 30], [0, 0], [30, 0], [0, 0], [30, 0]]


def test_networks_come_out_as_recreated(shared_data):
    published = reference(shared_data, "cowan_jonard2004")
    luck = [luck_of(2, run) for run in range(16)]
    for experts, shares in ((10, (0.01, 0.2, 1.0)), (100, (0.2,))):
        for share in shares:
            found = at_rest(share, luck, experts=experts)
            row = published.filter(spec=f"experts{experts}", p=share).row(0, named=True)
            for column, name in ((0, "mean"), (1, "var"), (2, "cv")):
                own = found[:, column]
                half = 1.96 * own.std(ddof=1) / len(own) ** 0.5
                z = apart(own.mean(), -half, half, row[name], row[f"{name}_ci95"])
                assert z < 3.5, (experts, share, name)
            assert found[:, 3].mean() == pytest.approx(row["clustering"], rel=0.05, abs=0.002)
            assert found[:, 4].mean() == pytest.approx(row["path"], rel=0.03)
            assert found[:, 5].mean() == pytest.approx(row["sweeps"], rel=0.15)
            assert found[:, 6].mean() == pytest.approx(row["trades"], rel=0.05)


def test_knowledge_has_an_interior_maximum():
    found = cowan_jonard(rewiring=(0.001, 0.2, 1.0), runs=16, rng=1)
    assert found.verdict == "interior maximum"
    assert found.best == 0.2
    assert found.networks.filter(rewiring=0.2)["over_random_low"][0] > 0
    assert "interior maximum" in str(found)


def test_without_experts_there_is_no_optimum_between():
    found = cowan_jonard(rewiring=(0.001, 0.2, 1.0), experts=0, runs=6, rng=1)
    assert found.verdict == "no interior maximum"
    assert found.best == 1.0


@pytest.fixture(scope="module")
def equal():
    return two_clusters_with_pipelines(
        pipelines=(40,), buzz_quality=(0.05, 0.6), runs=12, rng=1
    ).gains


def test_pipelines_cost_equal_clusters_less_with_good_buzz(equal, shared_data):
    published = reference(shared_data, "pipelines_two_cluster").filter(pipelines=40)
    for row in equal.iter_rows(named=True):
        same = published.filter(
            pl.col("config").str.starts_with("symmetric"), alpha_in=row["buzz_quality"]
        )
        told = same["paired_gain_c1" if row["cluster"] == "first" else "paired_gain_c2"][0]
        assert np.sign(row["value"]) == np.sign(told) == -1
    poor, good = (equal.filter(buzz_quality=q)["value"].mean() for q in (0.05, 0.6))
    assert poor < -6 < good


def test_a_small_weak_cluster_gains(shared_data):
    found = two_clusters_with_pipelines(
        case="small_and_weak", pipelines=(40,), buzz_quality=(0.05, 0.6), runs=8, rng=1
    ).gains
    small = found.filter(cluster="first")
    assert small["verdict"].to_list() == ["gains", "gains"]
    assert small["value"].is_sorted(descending=True)  # more with poor buzz
    assert found.filter(cluster="second", buzz_quality=0.05)["verdict"].to_list() == ["loses"]


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: BarterRules(organisations=5, degree=6), "`degree` must be even"),
        (lambda: BarterRules(degree=3), "`degree` must be even"),
        (lambda: BarterRules(tolerance=0.0), "never ends"),
        (lambda: BarterRules(categories=1), "`categories`"),
        (lambda: cowan_jonard(experts=501, rng=1), "`experts`"),
        (lambda: cowan_jonard(rewiring=(), rng=1), "at least one share"),
        (lambda: two_clusters_with_pipelines(pipelines=(0,), rng=1), "a number of pipelines"),
        (lambda: two_clusters_with_pipelines(pipelines=(101,), rng=1), "`pipelines`"),
    ],
)
def test_bad_input_is_refused(call, match):
    with pytest.raises(InvalidArgument, match=match):
        call()
