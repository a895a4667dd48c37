"""Planted policies: what is written down is what was planted."""

import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidArgument
from buzzline.tables.worlds import PolicyPlan, make_world, plant_policy


@pytest.fixture(scope="module")
def bare():
    return make_world(organisations=300, clusters=2, rng=1).study


def _course(study):
    return study.outcomes.filter(indicator="policy_outcome").pivot(
        "year", index="unit_id", values="value"
    )


def test_by_hand_the_effect_is_what_the_policy_adds(bare):
    plan = {"units": 40, "noise": 0.0, "shared": 0.0}
    with_, truth = plant_policy(bare, PolicyPlan(effect=2.0, growth=0.5, **plan), rng=3)
    without, _ = plant_policy(bare, PolicyPlan(effect=0.0, **plan), rng=3)
    added = (
        _course(with_).drop("unit_id").to_numpy() - _course(without).drop("unit_id").to_numpy()
    )
    units = dict(truth.units.select("unit_id", "first").iter_rows())
    for row, unit in enumerate(_course(with_)["unit_id"]):
        first = units[unit]
        for column, year in enumerate(range(2008, 2020)):
            due = 0.0 if first is None or year < first else 2.0 + 0.5 * (year - first)
            assert added[row, column] == pytest.approx(due, abs=1e-9)


def test_the_initiatives_name_the_treated_places_and_their_years(bare):
    study, truth = plant_policy(bare, PolicyPlan(units=40), rng=3)
    told = study.initiatives.filter(name="programme").select(
        "place_id", first=pl.col("start").dt.year()
    )
    treated = truth.units.drop_nulls("first").select(place_id="unit_id", first="first")
    assert told.sort("place_id").rows() == treated.sort("place_id").rows()
    assert set(treated["first"].to_list()) == {2012, 2015}
    assert treated.height == 20
    assert truth.overall == pytest.approx(truth.units["value"].drop_nulls().mean())


def test_the_same_seed_gives_the_same_world_and_another_another(bare):
    one, other, third = (plant_policy(bare, rng=seed)[0] for seed in (1, 1, 2))
    assert one.fingerprint == other.fingerprint != third.fingerprint


def test_what_is_impossible_is_refused_with_its_remedy(bare):
    with pytest.raises(InvalidArgument, match="after the first of 12 years"):
        plant_policy(bare, PolicyPlan(starts=(0,)), rng=1)
    with pytest.raises(InvalidArgument, match="one factor for each"):
        plant_policy(bare, PolicyPlan(by_start=(1.0,)), rng=1)
    with pytest.raises(InvalidArgument, match="900 organisations are planned"):
        plant_policy(bare, PolicyPlan(units=900, of_organisations=True), rng=1)


def test_confounding_makes_what_came_before_go_with_treatment(bare):
    study, truth = plant_policy(bare, PolicyPlan(units=200, confounded=1.5), rng=1)
    before = study.outcomes.filter(indicator="before").select("unit_id", "value")
    both = truth.units.drop("value").join(before, on="unit_id")
    treated = both.filter(pl.col("first").is_not_null())["value"].to_numpy()
    never = both.filter(pl.col("first").is_null())["value"].to_numpy()
    assert np.mean(treated) - np.mean(never) > 0.5
