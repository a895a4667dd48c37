"""Planted panels: tables that stand in any study, and effects of the planned size."""

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from buzzline.errors import InvalidArgument
from buzzline.tables.worlds import PanelPlan, make_world, plant_panel


@pytest.fixture(scope="module")
def bare():
    return make_world(organisations=300, clusters=2, rng=1).study


def wide(study, name):
    rows = study.outcomes.filter(indicator=name).pivot(
        on="year", index="unit_id", values="value"
    )
    return rows.drop("unit_id").to_numpy()


def test_everything_else_of_the_study_stays(bare):
    study, truth = plant_panel(bare, rng=1)
    assert study.outcomes.head(bare.outcomes.height).equals(bare.outcomes)
    assert study.linkages.equals(bare.linkages)
    assert truth.rows.size == 200


def test_the_same_seed_plants_the_same(bare):
    assert plant_panel(bare, rng=3)[0].fingerprint == plant_panel(bare, rng=3)[0].fingerprint


@pytest.mark.parametrize("form", ["levels", "logs"])
def test_without_noise_the_planned_effects_are_exact(bare, form):
    plan = PanelPlan(form=form, noise=0, shared=0, years=6)
    study, truth = plant_panel(bare, plan, rng=2)
    buzz, lines, y = (wide(study, name) for name in ("buzz", "pipelines", "innovation"))
    if form == "logs":
        buzz, lines, y = np.log(buzz), np.log1p(lines), np.log(y)
    b, p = buzz[:, :-1].ravel(), lines[:, :-1].ravel()
    columns = np.column_stack([b, p, b * p])
    n, years = y[:, 1:].shape
    unit = (np.arange(n)[:, None] == np.repeat(np.arange(n), years)).T
    period = (np.arange(1, years)[:, None] == np.tile(np.arange(years), n)).T
    fit = sm.OLS(y[:, 1:].ravel(), np.column_stack([columns, unit, period])).fit()
    assert fit.params[2] == pytest.approx(truth.interaction)
    at = truth.where(b.mean(), p.mean())
    assert fit.params[0] + fit.params[2] * p.mean() == pytest.approx(at[0])
    assert fit.params[1] + fit.params[2] * b.mean() == pytest.approx(at[1])


def test_planted_ties_are_the_planned_ones(bare):
    plan = PanelPlan(ties_each=1.0, organisations=100, years=4)
    study, truth = plant_panel(bare, plan, rng=1)
    ties = study.linkages.filter(layer="advice")
    assert set(ties["start"].dt.year()) == {2012, 2013, 2014, 2015}
    inside = study.organisations["org_id"].gather(truth.rows)
    assert ties["source"].is_in(inside.implode()).all()
    assert not ties["target"].is_in(inside.implode()).any()
    assert ties.unique(["source", "target", "start"]).height == ties.height


def test_what_cannot_be_planted_is_refused(bare):
    with pytest.raises(InvalidArgument, match="without end"):
        plant_panel(bare, PanelPlan(persistence=0.9, to_buzz=0.5, to_pipelines=0.5), rng=1)
    with pytest.raises(InvalidArgument, match="outside the panel"):
        plant_panel(bare, PanelPlan(organisations=290, ties_each=1.0), rng=1)


def test_a_study_without_coordinates_has_nobody_in_the_panel(bare):
    lost = bare.organisations.with_columns(longitude=pl.lit(None), latitude=pl.lit(None))
    study, truth = plant_panel(bare.with_table("organisations", lost), rng=1)
    assert truth.rows.size == 0
    assert study.outcomes.height == bare.outcomes.height
