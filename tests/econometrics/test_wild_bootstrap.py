"""Wild bootstrap by group: one draw at a time, few groups, bad input."""

import numpy as np
import pytest
from scipy.stats import binomtest
from tests.oracles.wild_bootstrap import p_value

from buzzline.econometrics.regression import fit_linear, fit_poisson
from buzzline.econometrics.wild_bootstrap import WEBB, wild_bootstrap
from buzzline.errors import InvalidArgument, TooFew
from buzzline.sandwiches import clustered


def _world(rng: np.random.Generator, n_groups: int = 8, each: int = 12):
    group = np.repeat(np.arange(n_groups), each)
    year = np.tile(np.arange(each), n_groups) % 4
    x = rng.normal(size=n_groups)[group] + rng.normal(size=(2, group.size))
    y = rng.normal(size=n_groups)[group] + rng.normal(size=group.size) + 0.3 * year
    return y, x.T, group, year


@pytest.mark.parametrize("effects", ["none", "year", "unit and year"])
@pytest.mark.parametrize("null", [0.0, 0.4])
def test_brute_force_every_draw_estimated_anew(effects: str, null: float):
    y, x, group, year = _world(np.random.default_rng(3))
    unit = group * 3 + np.arange(group.size) % 3
    sets = {"none": (), "year": (year,), "unit and year": (unit, year)}[effects]
    fit = fit_linear(y, x, sets, names=("a", "b"))
    made = wild_bootstrap(fit, group, "a", null=null, draws=199, rng=5)
    dealt = np.random.default_rng(5).choice(WEBB, size=(199, 8))
    dummies = [np.ones((y.size, 1))]
    dummies += [(code[:, None] == np.unique(code)[1:]).astype(float) for code in sets]
    design = np.column_stack([x, *dummies])
    expected = p_value(y, design, group, dealt, at=0, null=null)
    assert made.p == pytest.approx(expected)


def test_collapse_weights_of_one_are_no_weights():
    y, x, group, _ = _world(np.random.default_rng(4))
    plain = wild_bootstrap(fit_linear(y, x), group, "x1", draws=199, rng=1)
    weighed = wild_bootstrap(
        fit_linear(y, x, weights=np.full(y.size, 3.0)), group, "x1", draws=199, rng=1
    )
    assert weighed.p == plain.p
    assert (weighed.low, weighed.high) == pytest.approx((plain.low, plain.high))


def test_invariant_the_interval_is_what_is_not_rejected():
    y, x, group, _ = _world(np.random.default_rng(6))
    fit = fit_linear(y, x)
    made = wild_bootstrap(fit, group, "x1", draws=999, rng=1)
    step = 0.02 * (made.high - made.low)
    for value, inside in (
        (made.low - step, False), (made.low + step, True),
        (made.high - step, True), (made.high + step, False),
    ):  # fmt: skip
        again = wild_bootstrap(fit, group, "x1", null=value, draws=999, rng=1)
        assert (again.p > 0.05) is inside


def test_truth_few_groups_keep_their_size():
    rejected = naive = 0
    worlds = 250
    for world in range(worlds):
        rng = np.random.default_rng([7, world])
        y, x, group, _ = _world(rng, n_groups=7)
        fit = fit_linear(y, x, names=("a", "b"))
        rejected += wild_bootstrap(fit, group, "a", draws=199, rng=world).p <= 0.05
        errors = clustered(fit.scores, fit.bread, group)
        naive += abs(fit.beta[1]) > 1.96 * errors.se[1]
    assert binomtest(rejected, worlds, 0.05).pvalue > 0.01
    assert naive / worlds > 0.10


def test_bad_input_says_what_is_wrong():
    y, x, group, _ = _world(np.random.default_rng(1))
    fit = fit_linear(y, x, names=("a", "b"))
    with pytest.raises(TooFew, match="3 groups"):
        wild_bootstrap(fit, np.minimum(group, 2), "a")
    with pytest.raises(InvalidArgument, match="no coefficient 'c'"):
        wild_bootstrap(fit, group, "c")
    with pytest.raises(InvalidArgument, match="too few"):
        wild_bootstrap(fit, group, "a", draws=9)
    with pytest.raises(InvalidArgument, match="linear"):
        wild_bootstrap(fit_poisson(np.exp(y), x), group, "x1")


def test_one_group_with_all_the_variation_says_so_by_its_interval():
    y, _, group, _ = _world(np.random.default_rng(2))
    policy = (group == 0).astype(float)
    made = wild_bootstrap(fit_linear(y, policy[:, None]), group, "x1", draws=999, rng=1)
    errors = fit_linear(y, policy[:, None]).by_group(group)
    low, high = errors.interval(np.zeros(2))
    assert made.high - made.low > high[1] - low[1] or made.p > 0.05
