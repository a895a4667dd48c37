"""Who may serve as a control, and what is said of those who may not: of all policy analyses."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from buzzline.econometrics.evaluation import evaluated
from buzzline.econometrics.policy_effect import policy_effect
from buzzline.econometrics.policy_spillovers import policy_spillovers
from buzzline.econometrics.synthetic_control import synthetic_control
from buzzline.tables.study import Study

YEARS = np.arange(2008, 2018)


def study_of(y, reached, years=YEARS):
    """Places far apart; `reached`: (name of the initiative, place, year)."""
    n = len(y)
    ids = [f"P{k:03}" for k in range(n)]
    where = np.random.default_rng(1)
    places = pl.DataFrame({
        "place_id": ids, "name": ids, "level": "municipality", "country": "US",
        "longitude": where.uniform(-115, -75, n), "latitude": where.uniform(31, 46, n),
    })  # fmt: skip
    unit, t = np.nonzero(~np.isnan(y))
    outcomes = pl.DataFrame({
        "unit_id": [ids[k] for k in unit], "indicator": "jobs", "year": years[t],
        "value": y[unit, t], "unit": "n",
    })  # fmt: skip
    initiatives = pl.DataFrame({
        "initiative_id": [f"{name}{k}" for k, (name, _, _) in enumerate(reached)],
        "name": [name for name, _, _ in reached],
        "place_id": [ids[k] for _, k, _ in reached],
        "start": [date(year, 1, 1) for _, _, year in reached],
    })  # fmt: skip
    return Study.of(places=places, outcomes=outcomes, initiatives=initiatives)


def luck(n, rng, spread=0.3):
    return rng.normal(size=(n, 1)) + spread * rng.normal(size=(n, YEARS.size))


def reasons(frame):
    return dict(frame.select("reason", "n").iter_rows())


@pytest.mark.parametrize("ask", [policy_effect, policy_spillovers])
def test_others_reached_by_another_initiative_are_no_controls(ask):
    y = luck(60, np.random.default_rng(0))
    y[20:40, 5:] += 5
    reached = [("A", k, 2013) for k in range(20)] + [("B", k, 2013) for k in range(19, 40)]
    study = study_of(y, reached)
    found = ask(study, initiative="A")
    term = "average effect" if ask is policy_effect else "on the treated"
    value = found.table().filter(pl.col("term") == term)["value"][0]
    assert abs(value) < 0.3
    assert sum(n for reason, n in reasons(found.left_out).items() if "another" in reason) == 20
    assert "1 of the treated are reached by another initiative too" in str(found)


def test_an_initiative_for_all_or_long_ago_sets_nobody_aside():
    y = luck(30, np.random.default_rng(0))
    long_ago = [("C", k, 1990) for k in range(10, 20)]
    panel = evaluated(study_of(y, [("A", 0, 2013), *long_ago]), initiative="A")
    assert panel.n == 30
    whole = study_of(y, [("A", 0, 2013)])
    above = pl.DataFrame({"place_id": ["US"], "name": ["US"], "level": ["country"]})
    shaped = pl.concat([whole.places, above], how="diagonal").with_columns(
        parent_id=pl.when(pl.col("place_id") != "US").then(pl.lit("US"))
    )
    both = pl.concat([whole.initiatives, pl.DataFrame({
        "initiative_id": ["B"], "name": ["B"], "place_id": ["US"], "start": [date(2012, 1, 1)],
    })], how="diagonal_relaxed")  # fmt: skip
    study = whole.with_table("places", shaped).with_table("initiatives", both)
    assert evaluated(study, initiative="A").n == 30


def test_synthetic_control_uses_no_donor_of_another_initiative():
    y = luck(40, np.random.default_rng(0))
    study = study_of(y, [("A", 0, 2013)] + [("B", k, 2012) for k in range(1, 15)])
    found = synthetic_control(study, initiative="A")
    assert found.effects["n_others"][0] == 25
