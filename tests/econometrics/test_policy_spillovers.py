"""Spillovers: by hand, every lot one by one, collapses, planted truth, coverage, bad input."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.econometrics.planted_policy import PROGRAMME, planted
from tests.oracles.exposures import every_lot, exposure_of

from buzzline.charts import chart
from buzzline.econometrics.exposure_mapping import (
    exposure_means,
    exposure_probabilities,
    exposures_of,
    ties_of,
)
from buzzline.econometrics.policy_spillovers import (
    ALONG,
    DIRECT,
    NAIVE,
    TOTAL,
    policy_spillovers,
)
from buzzline.econometrics.rings import fit_without_each, km_to_treated, ring_codes, told
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.worlds import great_circle_km

PAIRS = [(0, 1), (1, 2), (2, 3), (1, 1), (2, 1), (4, 0)]
SHARE = np.array([0.3, 0.5, 0.5, 0.2, 0.6])


def ties(n=5, pairs=PAIRS):
    one, other = np.array(pairs).T
    return ties_of(n, one, other)


def test_probabilities_agree_with_every_lot():
    found = exposure_probabilities(SHARE, ties())
    slow = np.zeros((5, 4))
    for treated, chance in every_lot(SHARE):
        codes = exposures_of(np.array(treated, bool), ties())
        for i in range(5):
            assert codes[i] == exposure_of(treated, PAIRS, i)
            slow[i, codes[i]] += chance
    assert found == pytest.approx(slow)
    assert found.sum(axis=1) == pytest.approx(np.ones(5))


def test_horvitz_thompson_is_right_on_average_over_every_lot():
    rng = np.random.default_rng(1)
    shown = rng.normal(size=(5, 4))  # what each would show under each exposure
    probability = exposure_probabilities(SHARE, ties())
    mean = np.zeros(4)
    for treated, chance in every_lot(SHARE):
        codes = exposures_of(np.array(treated, bool), ties())
        found = exposure_means(shown[np.arange(5), codes], codes, probability)
        mean += chance * np.nan_to_num(found.horvitz_thompson)
    assert mean == pytest.approx(shown.mean(axis=0))


def test_nobody_without_ties_is_held_against_those_with():
    lone = ties(6)  # the sixth has none: it can never be tied to a treated one
    share = np.append(SHARE, 0.5)
    found = exposure_means(
        np.arange(6.0), exposures_of(np.zeros(6, bool), lone),
        exposure_probabilities(share, lone),
    )  # fmt: skip
    assert found.n_used == 5
    assert np.isnan(found.hajek[1:]).all()


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_distances_agree_with_great_circles(rng):
    source = np.random.default_rng(rng)
    longitude, latitude = source.uniform(-180, 180, 12), source.uniform(-80, 80, 12)
    treated = np.arange(12) < 4
    found = km_to_treated(longitude, latitude, treated)
    for i in range(4, 12):
        each = [
            float(great_circle_km(*(np.array([v]) for v in (
                longitude[i], latitude[i], longitude[j], latitude[j]))).item())
            for j in range(4)
        ]  # fmt: skip
        assert found[i] == pytest.approx(min(each), rel=2e-3)
    assert (found[:4] == 0).all()


def test_rings_by_hand():
    km = np.array([0, 10, 10.01, 49, 51, np.inf])
    treated = np.array([True, *[False] * 5])
    assert ring_codes(km, treated, (10, 50)).tolist() == [-1, 0, 1, 1, -2, -2]


def test_leaving_out_a_group_is_leaving_out_its_rows():
    rng = np.random.default_rng(2)
    x = np.column_stack([np.ones(30), rng.normal(size=(30, 2))])
    y, group = rng.normal(size=30), rng.integers(0, 7, 30).astype(np.int32)
    found = fit_without_each(y, x, group)
    for code in range(7):
        keep = group != code
        slow = np.linalg.lstsq(x[keep], y[keep], rcond=None)[0]
        assert found.left_out[code] == pytest.approx(slow)


def test_without_anybody_near_or_tied_all_are_the_same():
    study, _ = planted(units=60, starts=(6,), rng=3)
    far = study.places.with_columns(
        longitude=pl.when(pl.col("place_id").str.starts_with("LM")).then(
            pl.int_range(pl.len()) * 1.5 - 60).otherwise("longitude"),
        latitude=pl.when(pl.col("place_id").str.starts_with("LM")).then(
            (pl.int_range(pl.len()) % 7) * 4.0).otherwise("latitude"),
    )  # fmt: skip
    found = policy_spillovers(study.with_table("places", far), initiative=PROGRAMME,
                              rings_km=(1.0,))  # fmt: skip
    told_by = {row["term"]: row for row in found.effects.to_dicts()}
    assert told_by[TOTAL]["value"] == pytest.approx(told_by[DIRECT]["value"])
    assert told_by[NAIVE]["value"] == pytest.approx(told_by[DIRECT]["value"])
    assert told_by[ALONG]["verdict"] == "not testable"


def test_total_is_direct_plus_spillover_less_displacement():
    study, _ = planted(units=200, starts=(6,), treated=0.2, near=-1.0, near_km=40.0)
    rows = policy_spillovers(study, initiative=PROGRAMME, rings_km=(20.0, 40.0)).effects
    parts = rows.filter(pl.col("from_km").is_not_null())
    by_term = {row["term"]: row for row in rows.to_dicts()}
    n = by_term[DIRECT]["n"]
    total = by_term[DIRECT]["value"] + (parts["value"] * parts["n"]).sum() / n
    assert by_term[TOTAL]["value"] == pytest.approx(total)


def test_displacement_is_found_and_others_left_alone_would_be_too_much():
    study, truth = planted(
        rng=4, units=600, starts=(6,), treated=0.25, near=-1.0, near_km=50.0, noise=0.5
    )
    found = policy_spillovers(study, initiative=PROGRAMME, rings_km=(50.0,))
    rows = {row["term"]: row for row in found.effects.to_dicts()}
    ring = rows["on others within 0 to 50 km"]
    assert ring["high"] < 0
    assert ring["low"] < truth.near < ring["high"]
    assert rows[DIRECT]["low"] < truth.overall < rows[DIRECT]["high"]
    near = truth.units["is_near"].sum() / truth.units["first"].is_not_null().sum()
    planned = truth.overall + truth.near * near
    assert rows[TOTAL]["low"] < planned < rows[TOTAL]["high"]
    assert rows[NAIVE]["value"] > rows[DIRECT]["value"]  # others lost, so it looks like more
    assert chart(found).alt


def test_what_passes_along_ties_is_found():
    study, truth = planted(
        organisations=600, of_organisations=True, units=500, starts=(6,), treated=0.1, tied=1.0,
        noise=0.5, shared=0.0,
    )  # fmt: skip
    found = policy_spillovers(study, initiative=PROGRAMME, rings_km=(0.001,))
    row = found.effects.filter(term=ALONG).row(0, named=True)
    assert row["low"] < truth.tied < row["high"]
    # a third of all stand in one city, so the error by city is wide; the value is not off
    assert row["value"] == pytest.approx(truth.tied, abs=0.5)
    tied = found.exposures.filter(exposure="tied to a treated one only").row(0, named=True)
    assert tied["low"] < truth.tied < tied["high"]
    both = found.exposures.filter(exposure="treated only").row(0, named=True)
    assert both["value"] == pytest.approx(truth.overall, abs=0.5)


def test_later_ties_do_not_count():
    study, _ = planted(organisations=600, of_organisations=True, units=500, starts=(6,),
                       treated=0.1)  # fmt: skip
    late = study.linkages.with_columns(start=pl.date(2016, 1, 1))
    found = policy_spillovers(study.with_table("linkages", late), initiative=PROGRAMME,
                              rings_km=(0.001,))  # fmt: skip
    assert found.exposures.height == 0
    assert found.effects.filter(term=ALONG)["verdict"].to_list() == ["not testable"]


def test_intervals_cover_where_few_groups_carry_the_effect():
    rng = np.random.default_rng(6)
    missed = []
    for k in range(150):
        n_treated = (3, 12)[k % 2]
        group = (np.arange(120) // 4).astype(np.int32)
        x = np.column_stack([np.ones(120), group < n_treated])
        y = rng.normal(size=30)[group] + rng.normal(size=120)
        item = told(fit_without_each(y, x, group), np.array([0.0, 1.0]), level=0.95)
        missed.append(not item.low <= 0 <= item.high)
    assert np.mean(missed) <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / 150)


def test_one_group_cannot_tell():
    x = np.column_stack([np.ones(12), np.arange(12) == 0])
    item = told(fit_without_each(np.arange(12.0), x, np.arange(12, dtype=np.int32)),
                np.array([0.0, 1.0]), level=0.95)  # fmt: skip
    assert np.isnan(item.low)


def test_bad_input_has_a_reason():
    study, _ = planted(units=40, starts=(6,))
    for choices, message in (
        ({"rings_km": ()}, "must rise"), ({"rings_km": (20.0, 10.0)}, "must rise"),
        ({"layers": ("nothing",)}, "no linkages in the layer"), ({"level": 1.0}, "level"),
        ({"smallest": 0.0}, "above 0"),
    ):  # fmt: skip
        with pytest.raises(InvalidArgument, match=message):
            policy_spillovers(study, initiative=PROGRAMME, **choices)
    with pytest.raises(TooFew, match="no initiatives"):
        policy_spillovers(study.with_table("initiatives", study.initiatives.head(0)))
    wide = policy_spillovers(study, initiative=PROGRAMME, rings_km=(5000.0,))
    assert "nobody is left alone" in str(wide)
    unplaced = study.places.with_columns(longitude=pl.lit(None, pl.Float64))
    lost = policy_spillovers(study.with_table("places", unplaced), initiative=PROGRAMME)
    assert "coordinates" in str(lost)
    for found in (wide, lost):
        assert found.effects["verdict"].to_list() == ["not testable"]
        assert chart(found).alt
