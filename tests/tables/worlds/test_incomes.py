"""Made-up regions with incomes and deals: what is planted is there."""

import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidArgument
from buzzline.tables.worlds import IncomePlan, make_income_world


def correlation(one, other):
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def test_planted_truth_rich_regions_invest_more_only_when_planted():
    for richer, low, high in ((0.0, -0.3, 0.3), (3.0, 0.3, 1.0)):
        _, truth = make_income_world(IncomePlan(regions=150, richer=richer), rng=1)
        means = truth.outward.mean(axis=1), truth.log_income.mean(axis=1)
        assert low < correlation(*means) < high


def test_invariant_tables_and_truth_say_the_same():
    study, truth = make_income_world(IncomePlan(regions=20, years=4), rng=2)
    income = study.outcomes.filter(indicator="median income").sort("unit_id", "year")["value"]
    assert np.log(income.to_numpy()) == pytest.approx(truth.log_income.ravel(), abs=1e-4)
    first = study.places.filter(pl.col("level") == "region").row(0, named=True)
    town = study.organisations.filter(pl.col("place_id") == "T000")["org_id"].implode()
    deals = study.linkages.filter(
        pl.col("source").is_in(town), pl.col("start").dt.year().is_between(2004, 2006)
    )
    assert deals.height / first["population"] * 1e4 == pytest.approx(truth.outward[0, 0])


def test_invariant_the_same_seed_makes_the_same_world():
    one, two = (make_income_world(IncomePlan(regions=10, years=3), rng=5)[0] for _ in range(2))
    assert one.fingerprint == two.fingerprint


def test_bad_input_is_refused():
    with pytest.raises(InvalidArgument, match="six regions"):
        make_income_world(IncomePlan(regions=3))
