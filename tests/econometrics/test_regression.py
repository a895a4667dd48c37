"""Least squares and Poisson with fixed effects, against the packages they could be made with."""

import warnings

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
import statsmodels.api as sm
from linearmodels.panel import PanelOLS

from buzzline.econometrics.regression import fit_linear, fit_poisson
from buzzline.errors import InvalidArgument, TooFew
from buzzline.sandwiches import clustered, multiway


def _panel(n: int = 40, years: int = 8, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    unit, year = np.repeat(np.arange(n), years), np.tile(np.arange(years), n)
    a = rng.normal(size=n)[unit] + rng.normal(size=n * years)
    b = 100 * rng.normal(size=n * years)
    mean = 0.5 * a - 0.002 * b + 0.1 * year + 0.5 * rng.normal(size=n)[unit]
    return pd.DataFrame({
        "y": mean + rng.normal(size=n * years), "count": rng.poisson(np.exp(mean)),
        "a": a, "b": b, "unit": unit, "year": year, "nation": unit // 5,
        "w": rng.uniform(0.5, 2, n * years),
    }).astype({"count": float})  # fmt: skip


def _given(frame: pd.DataFrame, y: str) -> tuple[np.ndarray, np.ndarray, tuple]:
    effects = frame["unit"].to_numpy(), frame["year"].to_numpy()
    return frame[y].to_numpy(), frame[["a", "b"]].to_numpy(), effects


# ---------------------------------------------------------------- another package

SMALL = pf.ssc(k_fixef="nonnested", G_df="min")


def _peer(fit, formula: str, frame: pd.DataFrame, by: str):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fit(formula, frame, vcov={"CRV1": by}, ssc=SMALL)


@pytest.mark.parametrize("family", ["linear", "poisson"])
def test_reference_pyfixest_coefficients_and_errors_by_group(family: str):
    frame = _panel()
    y = "y" if family == "linear" else "count"
    fit, theirs = (fit_linear, pf.feols) if family == "linear" else (fit_poisson, pf.fepois)
    ours = fit(*_given(frame, y), names=("a", "b"))
    for by in ("unit", "nation"):
        peer = _peer(theirs, f"{y} ~ a + b | unit + year", frame, by)
        np.testing.assert_allclose(ours.beta, peer.coef(), rtol=1e-5)
        groups = frame[by].to_numpy()[ours.rows]
        used = ours.n_parameters((groups,))
        usual = clustered(ours.scores, ours.bread, groups, n_parameters=used)
        np.testing.assert_allclose(usual.se, peer.se(), rtol=1e-5)
    both = _peer(theirs, f"{y} ~ a + b | unit + year", frame, "nation + year")
    ways = [frame[by].to_numpy()[ours.rows] for by in ("nation", "year")]
    used = ours.n_parameters(ways)
    two = multiway(ours.scores, ours.bread, ways, n_parameters=used)
    kept = ~two.raised
    np.testing.assert_allclose(two.se[kept], both.se().to_numpy()[kept], rtol=1e-5)


def test_reference_linearmodels_two_way_effects_by_group():
    frame = _panel()
    ours = fit_linear(*_given(frame, "y"), names=("a", "b"))
    peer = PanelOLS.from_formula(
        "y ~ a + b + EntityEffects + TimeEffects", frame.set_index(["unit", "year"])
    ).fit(
        cov_type="clustered",
        cluster_entity=True,
        debiased=False,
        auto_df=False,
        count_effects=False,
    )
    np.testing.assert_allclose(ours.beta, peer.params, rtol=1e-6)
    errors = clustered(ours.scores, ours.bread, frame["unit"].to_numpy())
    np.testing.assert_allclose(errors.se / np.sqrt(errors.factor), peer.std_errors, rtol=1e-6)


def test_reference_statsmodels_without_effects_with_weights_and_offset():
    frame = _panel()
    y, x = frame["count"].to_numpy(), frame[["a", "b"]].to_numpy()
    offset = 0.1 * frame["year"].to_numpy()
    w = frame["w"].to_numpy()
    ours = fit_poisson(y, x, weights=w, offset=offset, names=("a", "b"))
    peer = sm.GLM(y, sm.add_constant(x), sm.families.Poisson(), offset=offset,
                  freq_weights=w).fit()  # fmt: skip
    assert ours.names == ("constant", "a", "b")
    np.testing.assert_allclose(ours.beta, peer.params, rtol=1e-6)
    np.testing.assert_allclose(ours.bread, peer.cov_params(), rtol=1e-5)
    linear = fit_linear(frame["y"].to_numpy(), x, weights=w)
    wls = sm.WLS(frame["y"], sm.add_constant(x), weights=w).fit(cov_type="HC1")
    np.testing.assert_allclose(linear.beta, wls.params, rtol=1e-8)
    np.testing.assert_allclose(linear.independent().se, wls.bse, rtol=1e-8)


def test_reference_pyfixest_errors_that_leave_each_group_out():
    frame = _panel()
    y, x, (unit, _) = _given(frame, "y")
    ours = fit_linear(y, x, (unit,))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = pf.feols("y ~ a + b | unit", frame, vcov={"CRV3": "nation"},
                        ssc=pf.ssc(k_adj=False, G_adj=False))  # fmt: skip
    errors = ours.by_group(frame["nation"].to_numpy())
    np.testing.assert_allclose(errors.se / np.sqrt(errors.factor), peer.se(), rtol=1e-6)


# ---------------------------------------------------------------- invariants


def test_invariant_units_of_columns_do_not_matter():
    frame = _panel()
    y, x, effects = _given(frame, "count")
    plain = fit_poisson(y, x, effects)
    other = fit_poisson(y, x * [1e6, 1e-6], effects)
    np.testing.assert_allclose(other.beta * [1e6, 1e-6], plain.beta, rtol=1e-6)
    groups = frame["nation"].to_numpy()
    np.testing.assert_allclose(
        other.by_group(groups).se * [1e6, 1e-6], plain.by_group(groups).se, rtol=1e-6
    )
    np.testing.assert_allclose(plain.scores.sum(axis=0) / np.abs(plain.scores).sum(axis=0), 0,
                               atol=1e-6)  # fmt: skip


def test_invariant_rows_that_tell_nothing_change_nothing_and_are_counted():
    frame = _panel()
    y, x, (unit, year) = _given(frame, "count")
    plain = fit_poisson(y, x, (unit, year))
    rng = np.random.default_rng(3)
    more_y = np.concatenate([y, np.zeros(8), [5.0]])  # a unit with zeros only, one seen once
    more_x = np.concatenate([x, rng.normal(size=(9, 2))])
    more_unit = np.concatenate([unit, np.full(8, 90), [91]])
    more_year = np.concatenate([year, np.arange(8), [0]])
    more = fit_poisson(more_y, more_x, (more_unit, more_year))
    np.testing.assert_allclose(more.beta, plain.beta, rtol=1e-6)
    own = dict(plain.left_out).get("in an effect with zeros only", 0)
    assert dict(more.left_out) == {
        "in an effect with zeros only": own + 8,
        "alone in an effect": 1,
    }
    errors = more.by_group(more_unit)
    np.testing.assert_allclose(errors.se, plain.by_group(unit).se, rtol=1e-6)


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize("effects", ["none", "unit"])
def test_separated_rows_are_left_out_counted_and_the_rest_is_finite(effects: str):
    frame = _panel()
    y, x, (unit, _) = _given(frame, "count")
    border = (np.arange(y.size) % 8 == 3).astype(float)
    y = np.where(border > 0, 0.0, y)  # nothing ever crosses
    sets = () if effects == "none" else (unit,)
    fit = fit_poisson(y, np.column_stack([x, border]), sets, names=("a", "b", "border"))
    plain = fit_poisson(y[border == 0], x[border == 0], tuple(e[border == 0] for e in sets))
    assert fit.names[-2:] == ("a", "b")
    assert dict(fit.dropped) == {"border": "does not vary"}
    apart = dict(fit.left_out)["separated: no finite coefficients give them a mean"]
    assert apart == sum(y[unit == u].any() or not sets for u in range(40))
    np.testing.assert_allclose(fit.beta, plain.beta, rtol=1e-6)


def test_columns_without_a_coefficient_are_named():
    frame = _panel()
    y, x, (unit, year) = _given(frame, "y")
    more = np.column_stack([x, x[:, 0] * 2, unit // 5, np.ones(y.size)])
    fit = fit_linear(y, more, (unit, year), names=("a", "b", "twice", "nation", "one"))
    assert fit.names == ("a", "b")
    assert dict(fit.dropped) == {
        "one": "does not vary", "twice": "repeats other columns or the effects",
        "nation": "repeats other columns or the effects",
    }  # fmt: skip


def test_bad_input_says_what_is_wrong():
    frame = _panel()
    y, x, (unit, year) = _given(frame, "y")
    with pytest.raises(InvalidArgument, match="0 and more"):
        fit_poisson(y, x)
    with pytest.raises(InvalidArgument, match="finite"):
        fit_linear(np.where(y > 0, y, np.nan), x)
    with pytest.raises(InvalidArgument, match="one length"):
        fit_linear(y, x, (unit[1:],))
    with pytest.raises(TooFew, match="vary beside the effects"):
        fit_linear(y, (unit // 5)[:, None].astype(float), (unit,))
    with pytest.raises(TooFew, match="0 rows"):
        fit_poisson(np.zeros(y.size), x, (unit, year))


def test_effects_that_hardly_connect_are_said(monkeypatch: pytest.MonkeyPatch):
    frame = _panel()
    y, x, effects = _given(frame, "y")
    plain = fit_linear(y, x, effects)
    calls = []

    def gives_up(formula: str, data: object, **asked: object) -> object:
        calls.append(asked["demeaner"].kind)
        if asked["demeaner"].kind == "map":
            raise ValueError("Demeaning failed after 10000 iterations.")
        return feols(formula, data, **asked)

    feols = pf.feols
    monkeypatch.setattr(pf, "feols", gives_up)
    other = fit_linear(y, x, effects)
    assert calls == ["map", "lsmr"]
    assert other.notes == ("effects are hardly connected: taken out by LSMR in place of turns",)
    assert plain.notes == ()
    np.testing.assert_allclose(other.beta, plain.beta, rtol=1e-7)
