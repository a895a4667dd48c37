"""Just eligible against just not: by hand, another package, planted truth, coverage, bad input."""

import json

import numpy as np
import polars as pl
import pytest
from tests.econometrics.planted_policy import bare, planted_cutoff

from buzzline.charts import chart
from buzzline.econometrics.eligibility import eligibility_effect
from buzzline.econometrics.rd import crowding_p, edge, edge_width
from buzzline.econometrics.rings import told
from buzzline.errors import InvalidArgument, TooFew

ASKED = {"running": "income", "cutoff": 75.0, "outcome": "jobs"}
JUMP = np.eye(6)[1]


def alone(n):
    return np.arange(n, dtype=np.int32)


def test_two_parabolas_meet_apart_exactly():
    r = np.linspace(-1, 1, 101)
    y = np.where(r < 0, 1 + r - 2 * r**2, 4 - 3 * r + r**2)
    for width in (0.3, 1.0):
        assert edge(y, r, alone(101), width=width).found.value[1] == pytest.approx(3)
    assert edge(r, r, alone(101), width=0.5).linear == pytest.approx(0)


def test_agrees_with_rdrobust(project_root):
    kept = json.loads((project_root / "tests/references/edge.json").read_text())
    x, y = np.array(kept["x"]), np.array(kept["y"])
    for width, peer in kept["found"].items():
        found = edge(y, x, alone(x.size), width=float(width))
        straight, corrected, _ = peer["coefficients"]
        assert found.linear == pytest.approx(straight, abs=1e-8)
        assert found.found.value[1] == pytest.approx(corrected, abs=1e-8)
        # each left out in turn is HC3 but for (n - 1) / n
        n = found.n_eligible + found.n_others
        error = told(found.found, JUMP, level=0.95).se
        assert error == pytest.approx(peer["errors"][2] * np.sqrt((n - 1) / n), rel=1e-6)


def test_intervals_cover_curves_that_are_no_parabolas():
    missed = []
    for k in range(120):
        rng = np.random.default_rng(k)
        x = 2 * rng.beta(2, 4, 200) - 1
        y = np.sin(4 * x) + 0.4 * (x >= 0) + 0.3 * rng.normal(size=200)
        item = told(edge(y, x, alone(200)).found, JUMP, level=0.95)
        missed.append(not item.low <= 0.4 <= item.high)
    assert np.mean(missed) <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / 120)


def test_width_follows_units_and_shrinks_with_more_of_them():
    rng = np.random.default_rng(1)
    x = rng.uniform(-1, 1, 4000)
    y = np.sin(4 * x) + 0.3 * rng.normal(size=4000)
    few, many = edge_width(y[:300], x[:300]), edge_width(y, x)
    assert many < few
    assert edge_width(y[:300], 10 * x[:300]) == pytest.approx(10 * few)
    assert edge_width(10 * y[:300] + 3, x[:300]) == pytest.approx(few)


def test_recovers_what_is_planted():
    found = eligibility_effect(planted_cutoff(rng=2, units=1500), **ASKED)
    rows = found.effects
    first = rows.row(0, named=True)
    assert first["verdict"] == "raised"
    assert first["low"] < 1 < first["high"]
    assert rows["term"][1] == "at the cutoff, before"
    assert rows["low"][1] < 0 < rows["high"][1]
    assert found.is_change
    assert chart(found).alt
    # the other way about, the sign turns
    turned = eligibility_effect(
        planted_cutoff(rng=2, units=1500), eligible="at or above", **ASKED
    )
    assert turned.effects["value"][0] == pytest.approx(-first["value"])


def test_where_nothing_is_planted_little_is_called_an_effect():
    called = []
    for k in range(30):
        row = eligibility_effect(planted_cutoff(rng=k, effect=0.0), **ASKED).effects.row(
            0, named=True
        )
        called.append(row["p"] <= 0.05)
    assert np.mean(called) <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / 30)


def test_who_moves_below_the_cutoff_is_seen():
    honest, moved = (planted_cutoff(rng=3, units=800, crowd=share) for share in (0.0, 0.9))
    assert eligibility_effect(honest, **ASKED).crowding > 0.05
    found = eligibility_effect(moved, **ASKED)
    assert found.crowding < 0.001
    assert "some may choose it" in str(found)
    p = [crowding_p(np.random.default_rng(k).normal(0.3, 1, 400)) for k in range(200)]
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / 200)


def test_exactly_at_the_cutoff_is_not_below_it():
    study = planted_cutoff(rng=4)
    at = study.outcomes.with_columns(
        value=pl.when(pl.col("unit_id") == "E0000", pl.col("indicator") == "income")
        .then(75.0).otherwise("value")
    )  # fmt: skip
    moved = study.with_table("outcomes", at)
    below = eligibility_effect(moved, **ASKED).effects.row(0, named=True)
    above = eligibility_effect(moved, eligible="at or above", **ASKED).effects.row(
        0, named=True
    )
    assert below["n_others"] == above["n_eligible"]


def test_bad_input_has_a_reason():
    study = planted_cutoff(rng=5)
    for choices, message in (
        ({"running": "nothing"}, "no indicator 'nothing'"), ({"level": 0.0}, "level"),
        ({"smallest": 0.0}, "above 0"),
    ):  # fmt: skip
        with pytest.raises(InvalidArgument, match=message):
            eligibility_effect(study, **{**ASKED, **choices})
    with pytest.raises(TooFew, match="same value"):
        edge_width(np.arange(40.0), np.repeat([-1e-320, 0.0], 20))
    for found, message in (
        (eligibility_effect(bare()), "name the indicator"),
        (eligibility_effect(study, running="income", cutoff=5.0, outcome="jobs"), "takes 10"),
        (eligibility_effect(study, running="jobs", cutoff=11.0, outcome="income"), ""),
    ):
        assert message in str(found)
        assert chart(found).alt
    late = study.with_table("outcomes", study.outcomes.filter(
        (pl.col("indicator") == "income") | (pl.col("year") < 2010)))  # fmt: skip
    assert "in a later one" in str(eligibility_effect(late, **ASKED))
