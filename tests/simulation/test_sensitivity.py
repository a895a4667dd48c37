"""What outcomes depend on: by hand, known functions, luck, the simulation, bad input."""

import numpy as np
import pytest

from buzzline.errors import InvalidArgument
from buzzline.simulation.evaluating import Factor, Trial, evaluate_in, factors_of, noise_of
from buzzline.simulation.sensitivity import morris_of, sensitivity_morris
from buzzline.simulation.sensitivity_shares import sensitivity_sobol, sobol_of
from buzzline.simulation.starting import world_of_settings

UNIT = [Factor(name, 0, 1) for name in "abc"]
SMALL = Trial(n_places=2, organisations=5, steps=4)


def linear(points):
    return np.stack([points @ [4.0, -2.0, 0.0]] * 3, axis=1)


def ishigami(points):
    x = (2 * points - 1) * np.pi
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return y[:, None]


def test_effects_of_a_straight_line_are_its_slopes():
    found = morris_of(linear, UNIT, rng=1)
    rows = {row["parameter"]: row for row in found.parameters.iter_rows(named=True)}
    assert [rows[name]["value"] for name in "abc"] == pytest.approx([4, 2, 0], abs=1e-9)
    assert [rows[name]["signed"] for name in "abc"] == pytest.approx([4, -2, 0], abs=1e-9)
    assert [rows[name]["spread"] for name in "abc"] == pytest.approx([0, 0, 0], abs=1e-9)
    assert [rows[name]["status"] for name in "ab"] == ["moves", "moves"]
    assert rows["c"]["status"] == "not told from luck"
    assert found.noise_share == pytest.approx(0, abs=1e-12)
    assert found.n_points == 10 * 4


def test_effects_are_of_the_whole_range():
    wide = [Factor("a", -1, 9), Factor("b", 0, 1), Factor("c", 0, 1)]
    found = morris_of(linear, wide, rng=1).parameters
    assert found.filter(parameter="a")["value"].to_list() == pytest.approx([40])


def test_shares_of_a_known_function():
    # Ishigami and Homma (1990): totals .5576, .4424, .2437; alone .3139, .4424, 0
    found = sobol_of(ishigami, UNIT, samples=1024, rng=1).parameters.sort("parameter")
    assert found["value"].to_list() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.05)
    assert found["alone"].to_list() == pytest.approx([0.3139, 0.4424, 0.0], abs=0.06)
    inside = found["low"].to_numpy() <= [0.5576, 0.4424, 0.2437]
    assert inside.all()
    assert (found["high"].to_numpy() >= [0.5576, 0.4424, 0.2437]).all()


def test_luck_is_told_from_what_parameters_do():
    rng = np.random.default_rng(1)

    def noisy(points):
        return points[:, :1] + rng.normal(0, 1, (len(points), 8))

    found = morris_of(noisy, UNIT, trajectories=20, rng=1)
    # variance of means: 1/8 by luck, and what spread of a gives
    assert found.noise_share == pytest.approx(0.125 / (0.125 + 5 / 36), abs=0.15)
    rows = found.parameters
    assert (rows.filter(parameter="b")["status"] == "not told from luck").all()
    # half of what b and c seem to move is what luck alone gives
    seen = [rows.filter(parameter=name)["value"][0] for name in "bc"]
    assert np.mean(seen) == pytest.approx(rows["by_luck"][0], rel=0.35)


def _with_luck(slope, spread, runs=4):
    rng = np.random.default_rng(0)
    return lambda points: (
        slope * points @ [[4.0], [2.0], [0.0]] + spread * rng.normal(size=(len(points), runs))
    )


@pytest.mark.parametrize(("slope", "spread"), [(0.0, 1.0), (1.0, 1.0), (1.0, 4.0)])
def test_shares_that_luck_alone_would_give_move_nothing(slope, spread):
    found = sobol_of(_with_luck(slope, spread), UNIT, samples=256, rng=1)
    status = dict(found.parameters.select("parameter", "status").iter_rows())
    assert status["c"] == "not told from luck"
    assert status["a"] == ("moves" if slope else "not told from luck")
    assert found.noise_share <= 1
    assert ("No parameter's share" in str(found)) == (slope == 0)


def test_the_sentence_takes_the_share_of_luck_off():
    found = sobol_of(_with_luck(1.0, 4.0), UNIT, samples=256, rng=1)
    total = found.parameters.filter(parameter="a")["value"][0]
    assert str(found).startswith(f"{total - found.noise_share:.0%} [")


def test_one_run_tells_nothing_from_luck():
    found = sobol_of(_with_luck(1.0, 4.0, runs=1), UNIT, samples=64, rng=1)
    assert set(found.parameters["status"]) == {"not told from luck"}
    assert "not known from one run" in str(found)


def test_without_luck_what_has_no_share_may_not_matter():
    found = sobol_of(linear, UNIT, samples=64, rng=1).parameters
    assert found.filter(parameter="c")["status"][0] in ("may not matter", "not told from luck")
    assert found.filter(parameter="a")["status"][0] == "moves"


def test_what_a_run_adds_everywhere_is_no_noise():
    outcomes = np.array([[1.0, 5.0, 2.0], [2.0, 6.0, 3.0], [4.0, 8.0, 5.0]])
    assert noise_of(outcomes) == pytest.approx((0, 0))
    assert np.isnan(noise_of(outcomes[:, :1])).all()


def test_parameters_have_the_range_scholars_disagree_over():
    assert factors_of(["learning_rate", "trust_gain"]) == (
        Factor("learning_rate", 0.02, 0.1), Factor("trust_gain", 0.05, 0.2),
    )  # fmt: skip


def test_points_share_their_luck_in_the_simulation():
    world = world_of_settings(2, 5, rng=1)
    factors = factors_of(["learning_rate"])
    run = evaluate_in(world, factors, SMALL, runs=2, seed=3)
    both = run(np.array([[0.05], [0.05], [0.1]]))
    assert both[0].tolist() == both[1].tolist()
    assert both[0].tolist() != both[2].tolist()


def test_forgetting_moves_knowledge():
    found = sensitivity_morris(
        parameters=("forgetting", "market_turbulence"),
        trial=SMALL,
        trajectories=4,
        runs=2,
        rng=1,
    )
    row = found.parameters.row(0, named=True)
    assert (row["parameter"], row["status"]) == ("forgetting", "moves")
    assert row["signed"] < 0
    assert "luck is" in str(found)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: sensitivity_morris(parameters=(), rng=1), "at least one"),
        (lambda: sensitivity_morris(parameters=("learning",), rng=1), "no parameter"),
        (lambda: sensitivity_morris(parameters=("foo",), rng=1), "no parameter"),
        (lambda: sensitivity_morris(parameters=("sharing",), rng=1), "no range"),
        (lambda: sensitivity_morris(level=0.0, rng=1), "`level`"),
        (lambda: sensitivity_sobol(samples=12, rng=1), "power of 2"),
        (lambda: Trial(outcome="luckiness"), "no outcome"),
        (lambda: Trial(steps=0), "at least 1"),
        (lambda: sobol_of(lambda x: 0 * x, UNIT, samples=4, rng=1), "no variance"),
    ],
)
def test_bad_input_is_refused(call, match):
    with pytest.raises(InvalidArgument, match=match):
        call()


@pytest.mark.parametrize(("slope", "said"), [(3, "raises it by 6"), (-3, "lowers it by 6")])
def test_by_hand_the_sentence_says_which_way(slope, said):
    found = morris_of(lambda x: slope * x[:, :1] + np.zeros((1, 2)), [Factor("a", 0, 2)], rng=1)
    assert said in str(found)


def test_special_case_a_parameter_that_pulls_both_ways_is_said_to():
    factors = [Factor("a", -1, 1), Factor("b", -1, 1)]
    found = morris_of(lambda x: x[:, :1] * x[:, 1:] + np.zeros((1, 2)), factors,
                      trajectories=40, rng=1)  # fmt: skip
    assert "raises or lowers it" in str(found)


def test_by_hand_the_sentence_says_what_world_was_made():
    trial = Trial(n_places=2, organisations=4, steps=4)
    found = sensitivity_morris(
        parameters=("forgetting",), trial=trial, trajectories=2, runs=2, rng=1
    )
    assert "in a made world of 2 places of 4 organisations each after 4 steps" in str(found)
