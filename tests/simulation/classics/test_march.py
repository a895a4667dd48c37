"""March 1991: by hand, a slow twin, collapses, published figures, bad input."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles.mutual_learning import history as slow_history
from tests.simulation.classics.reference import apart, reference

from buzzline.errors import InvalidArgument
from buzzline.kernels.mutual_learning import code_learned, learn_mutually, socialised
from buzzline.simulation.classics.march import (
    READINGS,
    MarchRules,
    learning_history,
    march_learning,
)
from buzzline.simulation.classics.march_mixed import march_mixed_learning
from buzzline.simulation.classics.march_turbulence import march_turbulence
from buzzline.simulation.luck import luck_of

KEY = np.uint64(5)


def test_a_belief_moves_one_step_at_a_time_by_hand():
    belief, code = np.array([-1, 0, 1, -1], np.int8), np.array([1, 1, 1, 0], np.int8)
    socialised(KEY, 31, 1, 0, belief, code, 1.0, False, np.empty(4))
    assert belief.tolist() == [0, 1, 1, -1]
    socialised(KEY, 31, 2, 0, belief, code, 1.0, False, np.empty(4))
    assert belief.tolist() == [1, 1, 1, -1]  # nothing is learned where there is no code


def test_the_code_follows_a_certain_majority_by_hand():
    for gradual, expected in ((False, [1, -1, -1, 1]), (True, [0, -1, 0, 1])):
        code = np.array([-1, 0, 1, 1], np.int8)
        code_learned(KEY, 31, 1, np.array([3, -2, -1, 0]), code, 1.0, gradual, np.empty(4))
        assert code.tolist() == expected


@settings(max_examples=25)
@given(
    st.integers(0, 2**64 - 1), st.integers(1, 7), st.integers(1, 9), st.sampled_from([0, 1, 2]),
    st.floats(0, 1), st.floats(0, 1), st.sampled_from([(0, 0), (0.2, 0), (0, 0.1), (0.3, 0.2)]),
)  # fmt: skip
def test_a_run_agrees_with_the_slow_twin(key, n, m, rules, own, code, opened):
    chances = np.linspace(own, 1, n)
    out = np.empty((13, 3))
    learn_mutually(np.uint64(key), 31, chances, m, code, *map(float, opened), rules, 1, out)
    slow = slow_history(np.uint64(key), chances, m, code, *opened, rules, 12)
    assert out[: len(slow), 0].tolist() == pytest.approx(slow)
    assert (out[len(slow) :, 0] == slow[-1]).all()


@pytest.mark.parametrize("m", [31, 32, 33, 64])  # loops over 32 and more take another way
def test_a_run_in_many_dimensions_agrees_with_the_slow_twin(m):
    for key in range(3):
        chances = np.full(12, 0.3)
        out = np.empty((13, 3))
        learn_mutually(np.uint64(key), 31, chances, m, 0.7, 0.1, 0.02, 0, 1, out)
        slow = slow_history(np.uint64(key), chances, m, 0.7, 0.1, 0.02, 0, 12)
        assert out[: len(slow), 0].tolist() == pytest.approx(slow)


def test_nobody_learns_where_no_chance_is():
    chances, luck = np.zeros(50), luck_of(1, 0)
    assert not learning_history(chances, luck, code_learning=0, steps=20).any()


def test_one_dimension_and_one_individual_still_run():
    found = march_learning(rules=MarchRules(1, 1), runs=3, socialisation=(0.5,), rng=1)
    assert found.speeds["value"].is_between(-1, 1).all()


def test_the_first_figure_comes_out_as_recreated(shared_data):
    published = reference(shared_data, "march1991_fig1")
    for reading, variant, speeds in (
        ("actions", "C", (0.1, 0.4, 0.9)), ("beliefs", "B", (0.1, 0.9)),
        ("literal", "T", (0.1, 0.9)),
    ):  # fmt: skip
        rules = MarchRules(reading=reading)
        found = march_learning(socialisation=speeds, rules=rules, runs=200, rng=4)
        rows = found.speeds.join(
            published.filter(variant=variant), left_on=["socialisation", "code_learning"],
            right_on=["p1", "p2"],
        )  # fmt: skip
        assert rows.height == 3 * len(speeds)
        for row in rows.iter_rows(named=True):
            z = apart(row["value"], row["low"], row["high"], row["code_score_mean"],
                      row["code_score_ci95"])  # fmt: skip
            assert z < 3.3, row
            assert row["steps"] == pytest.approx(row["periods_mean"], rel=0.05)
    assert READINGS == ("actions", "beliefs", "literal")


def test_slow_learners_make_an_organisation_know_more():
    found = march_learning(socialisation=(0.1, 0.9), runs=60, rng=2)
    assert found.low > 0.15
    assert found.speeds.row(0, named=True)["socialisation"] == 0.1


def test_the_second_and_third_figure_come_out_as_recreated(shared_data):
    published = reference(shared_data, "march1991_fig2_heterogeneity")
    found = march_mixed_learning(fast_share=(0, 0.2, 0.5, 0.8, 1), runs=200, rng=3)
    rows = found.mixtures.join(published, left_on="fast_share", right_on="share_fast")
    assert rows.height == 5
    for row in rows.iter_rows(named=True):
        assert apart(row["value"], row["low"], row["high"], row["mixed_code_score"],
                     row["mixed_ci95"]) < 3.3  # fmt: skip
        assert apart(row["homogeneous"], row["homogeneous_low"], row["homogeneous_high"],
                     row["homog_code_score"], row["homog_ci95"]) < 3.3  # fmt: skip
    both = rows.filter(pl.col("fast_share").is_between(0.1, 0.9))
    assert both["right_fast"].to_list() == pytest.approx(
        both["ind_correct_fast_t20"].cast(pl.Float64).to_list(), abs=0.012
    )
    assert both["right_slow"].to_list() == pytest.approx(
        both["ind_correct_slow_t20"].cast(pl.Float64).to_list(), abs=0.012
    )


def test_equal_learners_gain_exactly_nothing_by_mixing():
    found = march_mixed_learning(fast_share=(0.0, 1.0), runs=10, rng=1).mixtures
    assert found["gain"].to_list() == [0.0, 0.0]
    alike = march_mixed_learning(fast_share=(0.5,), slow=0.3, fast=0.3, runs=10, rng=1).mixtures
    assert alike["gain"].to_list() == [0.0]


def test_the_fifth_figure_comes_out_as_recreated(shared_data):
    published = reference(shared_data, "march1991_fig5_turbulence")
    found = march_turbulence(runs=300, rng=6)
    for turnover, name in ((0.0, "no_turnover"), (0.1, "turnover_0p1")):
        ours = found.paths.filter(pl.col("turnover") == turnover).sort("step")
        theirs = published.sort("t")[f"code_score_{name}"].to_numpy()
        spread = (ours["high"] - ours["low"]).to_numpy()[1:] / (2 * 1.96)
        far = np.abs(ours["value"].to_numpy() - theirs)[1:] / spread
        assert far.max() < 4
        assert np.sqrt((far**2).mean()) < 2  # steps are not independent


def test_turnover_matters_only_where_the_world_changes():
    still = march_turbulence(turbulence=0.0, runs=40, rng=1).ends.sort("turnover")
    turning = march_turbulence(turbulence=0.02, runs=40, rng=1).ends.sort("turnover")
    assert turning["gain_low"][1] > 0.3
    assert still["gain_low"][1] < 0.25


def test_runs_share_their_luck_whatever_else_is_asked():
    one = march_learning(socialisation=(0.5,), code_learning=(0.5,), runs=5, rng=1).speeds
    many = march_learning(runs=5, rng=1).speeds
    same = many.filter((pl.col("socialisation") == 0.5) & (pl.col("code_learning") == 0.5))
    assert same.equals(one)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: march_learning(socialisation=(), rng=1), "at least one share"),
        (lambda: march_learning(socialisation=(1.2,), rng=1), "between 0 and 1"),
        (lambda: march_learning(level=1.0, rng=1), "`level`"),
        (lambda: march_learning(runs=0, rng=1), "`runs`"),
        (lambda: MarchRules(individuals=0), "between 1 and 10,000"),
        (lambda: march_turbulence(turnover=(), rng=1), "at least one share"),
    ],
)
def test_bad_input_is_refused(call, match):
    with pytest.raises(InvalidArgument, match=match):
        call()


def test_one_run_has_no_interval():
    found = march_learning(socialisation=(0.5,), code_learning=(0.5,), runs=1, rng=1)
    assert found.speeds["low"].to_list() == [None]
