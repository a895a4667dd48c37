"""Mixed logit: brute force, quadrature, collapses, and recovery of the truth."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm
from tests.econometrics.test_choice import made_up
from tests.oracles import choice as oracle

from buzzline.arrays import as_floats, as_indices
from buzzline.econometrics import choices_of, fit_choices, fit_mixed
from buzzline.econometrics.mixed_logit import halton_draws
from buzzline.errors import InvalidArgument
from buzzline.kernels.mixed_logit import mixed_pass


def passed(x, case, is_chosen, *, persons, beta, spread, varying, draws):
    choices = choices_of(x, case, is_chosen)
    scores = np.empty((draws.shape[0], len(beta) + len(spread)))
    held = as_indices(np.searchsorted(persons, np.arange(draws.shape[0] + 1)))
    found = mixed_pass(
        choices.x, choices.start, choices.chosen, choices.offset, held, as_indices(varying),
        as_floats(beta), as_floats(spread), draws, scores,
    )  # fmt: skip
    return found, scores


SETTING = {"beta": [0.3, -0.4, 0.6], "spread": [0.8, 0.5], "varying": [0, 2]}


def test_likelihood_matches_brute_force():
    x, case, is_chosen = made_up(12)
    persons = np.arange(12) // 3
    draws = np.random.default_rng(4).normal(size=(4, 7, 2))
    found, _ = passed(x, case, is_chosen, persons=persons, draws=draws, **SETTING)
    expected = oracle.mixed_log_likelihood(
        x, case, is_chosen, person=persons[case], draws=draws, **SETTING
    )
    assert found == pytest.approx(expected, rel=1e-10)


def test_scores_are_the_slopes_of_the_likelihood():
    x, case, is_chosen = made_up(12)
    persons = np.arange(12) // 3
    draws = np.random.default_rng(4).normal(size=(4, 7, 2))
    _, scores = passed(x, case, is_chosen, persons=persons, draws=draws, **SETTING)
    for name, at in (("beta", 0), ("beta", 1), ("beta", 2), ("spread", 0), ("spread", 1)):
        ends = []
        for step in (1e-5, -1e-5):
            moved = {key: list(value) for key, value in SETTING.items()}
            moved[name][at] += step
            ends.append(passed(x, case, is_chosen, persons=persons, draws=draws, **moved)[0])
        column = at if name == "beta" else 3 + at
        slope = (ends[0] - ends[1]) / 2e-5
        assert scores.sum(axis=0)[column] == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_halton_draws_come_close_to_the_integral():
    # one person, two choices between x = 1 and x = 0, both chose 1: E[F(b)^2], b ~ N(.4, .9)
    x = np.array([[1.0], [0.0], [1.0], [0.0]])
    is_chosen = np.array([True, False, True, False])
    draws = halton_draws(1, 2000, 1, rng=np.random.default_rng(1))
    found, _ = passed(x, np.array([0, 0, 1, 1]), is_chosen, persons=np.zeros(2, int),
                      beta=[0.4], spread=[0.9], varying=[0], draws=draws)  # fmt: skip
    expected = quad(
        lambda b: norm.pdf(b, 0.4, 0.9) / (1 + np.exp(-b)) ** 2, -10, 10
    )[0]  # fmt: skip
    assert found == pytest.approx(np.log(expected), abs=1e-3)


def test_without_spread_it_is_the_conditional_logit():
    x, case, is_chosen = made_up(40)
    plain = fit_choices(choices_of(x, case, is_chosen))
    draws = halton_draws(40, 5, 1, rng=np.random.default_rng(1))
    found, scores = passed(x, case, is_chosen, persons=np.arange(40), beta=plain.beta,
                           spread=[0.0], varying=[0], draws=draws)  # fmt: skip
    assert found == pytest.approx(plain.log_likelihood)
    assert scores[:, :3] == pytest.approx(plain.scores, abs=1e-9)


def test_means_and_spread_are_recovered_and_alike_persons_are_not_called_different():
    rng = np.random.default_rng(6)
    covered, spreads, called = 0, [], 0
    for number in range(8):
        persons = np.repeat(np.arange(150), 4)
        x = rng.normal(size=(600 * 4, 2))
        sd = 1.0 if number < 5 else 0.0
        taste = (0.7 + sd * rng.normal(size=150))[persons]
        worth = x[:, 0].reshape(-1, 4) * taste[:, None] - 0.5 * x[:, 1].reshape(-1, 4)
        worth += rng.gumbel(size=worth.shape)
        is_chosen = (worth == worth.max(axis=1, keepdims=True)).ravel()
        found = fit_mixed(
            choices_of(x, np.repeat(np.arange(600), 4), is_chosen), persons, varying=["x0"],
            draws=40, rng=rng,
        )  # fmt: skip
        if sd:
            low, high = found.errors().interval(np.append(found.beta, found.spread))
            covered += int((low[:2] <= [0.7, -0.5]).all() and (high[:2] >= [0.7, -0.5]).all())
            spreads.append(found.spread[0])
            assert found.p_alike < 0.001
        else:
            called += found.p_alike < 0.01
    assert covered >= 3  # both of two intervals: 0.9 % below that at 0.9 each
    assert np.mean(spreads) == pytest.approx(1.0, abs=0.2)
    assert called <= 1


def test_xlogit_finds_the_same_within_what_draws_differ_by():
    """xlogit 0.2.7, MixedLogit with panels, 1,000 draws: means, spread and likelihood."""
    rng = np.random.default_rng(11)
    persons = np.repeat(np.arange(200), 5)
    x = rng.normal(size=(4000, 2))
    taste = (0.7 + rng.normal(size=200))[persons]
    worth = x[:, 0].reshape(-1, 4) * taste[:, None] - 0.5 * x[:, 1].reshape(-1, 4)
    worth += rng.gumbel(size=worth.shape)
    is_chosen = (worth == worth.max(axis=1, keepdims=True)).ravel()
    choices = choices_of(x, np.repeat(np.arange(1000), 4), is_chosen)
    found = fit_mixed(choices, persons, varying=["x0"], draws=100, rng=rng)
    assert found.beta == pytest.approx([0.77654, -0.48886], abs=0.01)
    assert found.spread == pytest.approx([0.95660], abs=0.02)
    assert found.log_likelihood == pytest.approx(-1164.938, abs=1.0)


def test_order_of_cases_does_not_matter():
    x, case, is_chosen = made_up(60, alternatives=3)
    persons = np.random.default_rng(3).integers(0, 12, 60)
    found = fit_mixed(choices_of(x, case, is_chosen), persons, varying=["x0"], draws=20,
                      rng=np.random.default_rng(1))  # fmt: skip
    order = np.argsort(persons, kind="stable")
    sorted_ = choices_of(x, case, is_chosen).of_cases(as_indices(order))
    other = fit_mixed(sorted_, persons[order], varying=["x0"], draws=20,
                      rng=np.random.default_rng(1))  # fmt: skip
    assert other.beta == pytest.approx(found.beta, abs=1e-5)


@pytest.mark.parametrize(("change", "said"), [
    ({"varying": []}, "varying column"), ({"varying": ["y"]}, "no column"),
    ({"draws": 0}, "1 draw"),
])  # fmt: skip
def test_bad_arguments_are_said(change, said):
    choices = choices_of(*made_up(20))
    with pytest.raises(InvalidArgument, match=said):
        fit_mixed(choices, np.arange(20),
                  **({"varying": ["x0"], "draws": 5, "rng": np.random.default_rng(1)} | change))  # fmt: skip
