"""Fairs planted in made-up worlds."""

import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidArgument
from buzzline.tables.worlds import FairPlan, FairTruth, make_world, plant_fairs

STUDY = make_world(organisations=200, clusters=2, rng=1).study


def test_special_case_ties_of_met_pairs_are_as_often_as_planted():
    plan = FairPlan(
        organisations=200, attending=0.5, held=4, cancelled=4, effect=1.0, planned=0.0,
        base=0.01, sociable=0.0, distance=0.0,
    )  # fmt: skip
    planted, truth = plant_fairs(STUDY, plan, rng=np.random.default_rng(1))
    assert isinstance(truth, FairTruth)
    rates = truth.editions.with_columns(
        pairs=pl.col("n_present") * (pl.col("n_present") - 1) / 2
    ).group_by("is_held").agg(rate=pl.col("n_new").sum() / pl.col("pairs").sum())  # fmt: skip
    rate = dict(rates.iter_rows())
    assert rate[False] == pytest.approx(0.01, rel=0.15)  # about 180 ties: 2 sd are 15 %
    assert rate[True] == pytest.approx(0.01 * np.e / (0.99 + 0.01 * np.e), rel=0.1)
    assert planted.gatherings["cancelled"].sum() == 4


def test_invariant_other_tables_and_layers_stay():
    planted, _ = plant_fairs(STUDY, rng=np.random.default_rng(1))
    assert planted.organisations.equals(STUDY.organisations)
    kept = planted.linkages.filter(pl.col("layer") != "advice").select(STUDY.linkages.columns)
    assert kept.equals(STUDY.linkages)


def test_consortia_tie_all_their_members_at_once():
    plan = FairPlan(consortium=5, base=0.01)
    planted, _ = plant_fairs(STUDY, plan, rng=np.random.default_rng(1))
    sizes = planted.linkages.filter(pl.col("layer") == "advice").group_by("observed_by").len()
    assert sizes["len"].unique().to_list() == [10]


def test_more_organisations_than_there_are_is_refused():
    with pytest.raises(InvalidArgument, match="the study has 200"):
        plant_fairs(STUDY, FairPlan(organisations=300), rng=np.random.default_rng(1))
