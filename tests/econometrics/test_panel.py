"""Panels of organisations: against other packages, collapses, and what is recovered."""

import numpy as np
import pandas as pd
import pyfixest
import pytest
import statsmodels.api as sm

from buzzline.arrays import as_codes, as_floats
from buzzline.econometrics.forward_deviations import forward_deviations
from buzzline.econometrics.panel import Panel, fit_panel, jackknifed
from buzzline.errors import InvalidArgument, TooFew

NO_FACTOR = pyfixest.ssc(k_adj=False, G_adj=False)


def unbalanced(seed=1, *, organisations=60, years=8, per_group=5):
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(organisations), years)
    period = np.tile(np.arange(years), organisations)
    keep = rng.random(unit.size) < 0.85
    unit, period = unit[keep], period[keep]
    x = rng.normal(size=(unit.size, 2)) + (unit % 7)[:, None] / 10
    eta = 0.3 * x[:, 0] - 0.1 * x[:, 1] + (unit % 5) / 5
    return unit, period, unit // per_group, x, eta, rng


def panel_of(y, unit, period, group, x):
    names = tuple(f"x{k}" for k in range(x.shape[1]))
    codes = (as_codes(part) for part in (unit, period, group))
    return Panel(as_floats(y), as_floats(x), *codes, names)


def frame_of(y, unit, period, group, x):
    return pd.DataFrame(
        {"y": y, "a": x[:, 0], "b": x[:, 1], "u": unit, "t": period, "g": group}
    )


def spread(fit):
    """Standard errors, leaving out one group at a time."""
    return [jackknifed(float(fit.beta[k]), fit.left_out[:, k]).se for k in range(fit.beta.size)]


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_linear_coefficients_and_errors_equal_pyfixest_to_many_digits():
    unit, period, group, x, eta, rng = unbalanced()
    y = eta + np.sin(period) + rng.normal(size=unit.size)
    fit = fit_panel(panel_of(y, unit, period, group, x))
    theirs = pyfixest.feols("y ~ a + b | u + t", frame_of(y, unit, period, group, x),
                            vcov={"CRV3": "g"}, ssc=NO_FACTOR)  # fmt: skip
    assert fit.beta == pytest.approx(theirs.coef().to_numpy(), rel=1e-9)
    # without any factor of its own the package sums what ours multiplies by (G - 1) / G
    n = fit.n_groups
    ours = np.array(spread(fit)) * np.sqrt(n / (n - 1))
    assert ours == pytest.approx(theirs.se().to_numpy(), rel=1e-7)


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_poisson_coefficients_equal_pyfixest_and_zeros_alone_are_left_out():
    unit, period, group, x, eta, rng = unbalanced(2)
    y = rng.poisson(np.exp(eta - 1)).astype(float)
    y[unit == 3] = 0
    fit = fit_panel(panel_of(y, unit, period, group, x), "poisson")
    frame = frame_of(y, unit, period, group, x)
    kept = frame.groupby("u")["y"].transform("sum") > 0
    theirs = pyfixest.fepois("y ~ a + b | u + t", frame[kept], vcov={"CRV1": "g"})
    assert fit.beta == pytest.approx(theirs.coef().to_numpy(), rel=1e-6)
    assert fit.n_dropped == int((~kept).sum())
    assert spread(fit) == pytest.approx(theirs.se().to_numpy(), rel=0.2)


def test_leaving_out_a_group_is_what_fitting_without_it_gives():
    unit, period, group, x, eta, rng = unbalanced(3)
    y = eta + rng.normal(size=unit.size)
    panel = panel_of(y, unit, period, group, x)
    fit = fit_panel(panel)
    for number in (0, 5):
        without = fit_panel(panel.chosen(panel.group != fit.group[number]))
        assert fit.left_out[number] == pytest.approx(without.beta, rel=1e-9)
    forward = forward_deviations(panel).fit
    without = forward_deviations(panel.chosen(panel.group != 4)).fit
    assert forward.left_out[4] == pytest.approx(without.beta, rel=1e-8)


def test_poisson_leaves_a_group_out_by_one_step():
    unit, period, group, x, eta, rng = unbalanced(4, organisations=200)
    panel = panel_of(rng.poisson(np.exp(eta)).astype(float), unit, period, group, x)
    fit = fit_panel(panel, "poisson")
    without = fit_panel(panel.chosen(panel.group != 0), "poisson")
    assert fit.left_out[0] == pytest.approx(without.beta, abs=2e-3)


def test_two_years_collapse_to_first_differences():
    rng = np.random.default_rng(5)
    n = 80
    x, y = rng.normal(size=(2, n, 2))
    unit, period = np.repeat(np.arange(n), 2), np.tile([0, 1], n)
    panel = panel_of(y.ravel(), unit, period, unit // 4, x.reshape(-1, 1))
    slope = sm.OLS(np.diff(y)[:, 0], sm.add_constant(np.diff(x)[:, 0])).fit().params[1]
    assert fit_panel(panel).beta[0] == pytest.approx(slope)
    # the only forward deviation of two years is their difference, told by where it began
    dx, dy, z = np.diff(x)[:, 0], np.diff(y)[:, 0], x[:, 0]
    by_past = np.cov(z, dy)[0, 1] / np.cov(z, dx)[0, 1]
    assert forward_deviations(panel).fit.beta[0] == pytest.approx(by_past)


def test_forward_deviations_equal_two_stage_least_squares_on_the_same_columns():
    unit, period, group, x, eta, rng = unbalanced(6, organisations=40, years=5)
    panel = panel_of(eta + rng.normal(size=unit.size), unit, period, group, x)
    rows, tools = [], []
    for i in np.unique(unit):
        own = np.flatnonzero(unit == i)
        for place, row in enumerate(own[:-1]):
            later = own[place + 1 :]
            scale = np.sqrt(later.size / (later.size + 1))
            dummies = (period[:, None] == np.arange(1, 5)).astype(float)
            every = np.column_stack([panel.y, panel.x, dummies])
            rows.append(scale * (every[row] - every[later].mean(axis=0)))
            tools.append(panel.x[row])
    rows, tools = np.array(rows), np.array(tools)
    z = np.column_stack([tools - tools.mean(axis=0), rows[:, 3:]])
    beta = np.linalg.solve(z.T @ rows[:, 1:], z.T @ rows[:, 0])
    assert forward_deviations(panel).fit.beta == pytest.approx(beta[:2])


def test_units_of_columns_and_order_of_rows_do_not_matter():
    unit, period, group, x, eta, rng = unbalanced(7)
    panel = panel_of(eta + rng.normal(size=unit.size), unit, period, group, x)
    order = rng.permutation(unit.size)
    turned = Panel(panel.y[order], panel.x[order] * [1e6, 1e-6], panel.unit[order],
                   panel.period[order], panel.group[order], panel.names)  # fmt: skip
    for fit in (fit_panel, lambda p: forward_deviations(p).fit):
        one, two = fit(panel), fit(turned)
        assert two.beta * [1e6, 1e-6] == pytest.approx(one.beta, rel=1e-6)
        assert two.left_out * [1e6, 1e-6] == pytest.approx(one.left_out, rel=1e-5)


def test_columns_that_cannot_be_told_apart_are_refused():
    unit, period, group, x, eta, rng = unbalanced(8)
    y = eta + rng.normal(size=unit.size)
    for columns in (
        np.column_stack([x[:, 0], 2 * x[:, 0]]),  # one twice
        np.column_stack([x[:, 0], unit]),  # fixed for each organisation
        np.column_stack([x[:, 0], period]),  # the same for all of a year
    ):
        with pytest.raises(TooFew, match="cannot tell"):
            fit_panel(panel_of(y, unit, period, group, columns))


def test_organisations_seen_once_tell_nothing():
    unit, period, group, x, eta, rng = unbalanced(9)
    y = eta + rng.normal(size=unit.size)
    one = panel_of(y, unit, period, group, x)
    once = panel_of(np.append(y, 99), np.append(unit, 999), np.append(period, 0),
                    np.append(group, 99), np.vstack([x, [[5, 5]]]))  # fmt: skip
    found = fit_panel(once)
    assert found.beta == pytest.approx(fit_panel(one).beta)
    assert found.n_dropped == 1 + one.y.size - fit_panel(one).n
    with pytest.raises(TooFew):
        fit_panel(one.chosen(period == 0))
    with pytest.raises(InvalidArgument, match="0 and more"):
        fit_panel(one, "poisson")


def test_few_groups_and_one_that_decides_have_no_interval():
    unit, period, _, x, eta, rng = unbalanced(10)
    y = eta + rng.normal(size=unit.size)
    few = fit_panel(panel_of(y, unit, period, unit // 15, x))
    assert np.isnan(jackknifed(float(few.beta[0]), few.left_out[:, 0]).low)
    alone = x.copy()
    alone[unit // 5 != 2, 1] = 0  # only the third group moves in the second column
    fit = fit_panel(panel_of(y, unit, period, unit // 5, alone))
    assert np.isnan(jackknifed(float(fit.beta[1]), fit.left_out[:, 1]).low)
    assert np.isfinite(jackknifed(float(fit.beta[0]), fit.left_out[:, 0]).low)


def dynamic(seed, *, feedback=0.4, years=6, n=120, own=0.5):
    """y answers to x of a year before, and x to earlier luck of y (and to its own past)."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=n)
    x, luck, rows = a.copy(), np.zeros(n), []
    for _ in range(30 + years):
        error = rng.normal(size=n) + 0.3 * rng.normal(size=12)[np.arange(n) % 12]
        rows.append((x, 0.5 * x + a + error))
        x = (1 - own) * a + own * x + feedback * luck + rng.normal(size=n)
        luck = error
    x, y = (np.column_stack([row[k] for row in rows[-years:]]) for k in (0, 1))
    unit, period = np.repeat(np.arange(n), years), np.tile(np.arange(years), n)
    return panel_of(y.ravel(), unit, period, unit % 12, x.reshape(-1, 1))


def test_what_answers_to_the_past_is_recovered_where_fixed_effects_are_biased():
    fixed, forward, inside = [], [], []
    for seed in range(120):
        panel = dynamic(seed)
        fixed.append(fit_panel(panel).beta[0])
        found = forward_deviations(panel)
        told = jackknifed(float(found.fit.beta[0]), found.fit.left_out[:, 0])
        forward.append(found.fit.beta[0])
        inside.append(told.low <= 0.5 <= told.high)
        assert found.is_strong
    assert np.mean(fixed) < 0.45
    assert np.mean(forward) == pytest.approx(0.5, abs=0.02)
    assert np.mean(inside) >= 0.89  # 0.95 less 3 standard errors of 120 worlds


def test_a_past_that_tells_nothing_of_changes_is_called_weak():
    walk = dynamic(1, own=1.0, feedback=0.0)
    assert not forward_deviations(walk).is_strong


def test_cross_lags_are_free_of_the_bias_of_few_years():
    rng = np.random.default_rng(12)
    n, years, whole, ahead, inside = 150, 8, [], [], []
    for _ in range(80):
        a, b = rng.normal(size=(2, n))
        rows = []
        for _ in range(30 + years):
            rows.append((a, b))
            luck = (
                rng.normal(size=(2, n)) + 0.3 * rng.normal(size=(2, 15))[:, np.arange(n) % 15]
            )
            a, b = 0.5 * a + luck[0], 0.6 * b + 0.15 * a + luck[1]
        a, b = (np.column_stack([row[k] for row in rows[-years:]]) for k in (0, 1))
        x = np.column_stack([a[:, :-1].ravel(), b[:, :-1].ravel()])
        unit, period = np.repeat(np.arange(n), years - 1), np.tile(np.arange(years - 1), n)
        panel = panel_of(b[:, 1:].ravel(), unit, period, unit % 15, x)
        whole.append(fit_panel(panel).beta)
        fit = forward_deviations(panel).fit
        ahead.append(fit.beta)
        told = jackknifed(float(fit.beta[0]), fit.left_out[:, 0])
        inside.append(told.low <= 0.15 <= told.high)
    assert np.mean(whole, axis=0)[1] < 0.45  # its own past seems to matter less than 0.6
    assert np.mean(ahead, axis=0) == pytest.approx([0.15, 0.6], abs=0.03)
    assert np.mean(inside) >= 0.88
