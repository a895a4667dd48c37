"""The charts of M, m and Ripley's counts."""

import numpy as np
import polars as pl
import pytest
from tests.charts.pictures import overlaps, texts
from tests.results import PROVENANCE

from buzzline.agglomeration.m_curves import MCurves
from buzzline.agglomeration.ripley_curves import RipleyCurves
from buzzline.agglomeration.sampling import Sampling
from buzzline.agglomeration.tested_curves import CURVE_SCHEMA, INDUSTRY_SCHEMA
from buzzline.charts import chart

KM = np.linspace(5, 100, 20)
NOTES = ("In 1 of the industries pairs are at identical coordinates.",)


def frames(n=2, status="tested"):
    verdict = "localised" if status == "tested" else "not testable"
    rows = [
        {"industry": f"Industry {number} & <co>", "verdict": verdict, "p": 0.004, "n": 1234,
         "peak_ratio": 2.5, "peak_km": 5.0, "status": status}
        for number in range(n)
    ]  # fmt: skip
    one = np.ones(KM.size)
    curves = [
        pl.DataFrame({
            "industry": [row["industry"]] * KM.size, "distance_km": KM, "value": 1 + 9 / KM,
            "expected": one, "low": 0.9 * one, "high": 1.1 * one, "global_low": 0.8 * one,
            "global_high": 1.2 * one, "level": 0.95 * one, "n_reference": [9] * KM.size,
        }, schema=CURVE_SCHEMA)
        for row in rows
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=INDUSTRY_SCHEMA), pl.concat(curves)


def m_curves(*, measure="M", weight="none", **made):
    return MCurves(
        *frames(**made), measure, weight, Sampling(), 0.95, 999, 5000, NOTES, PROVENANCE
    )


def ripley_curves(measure, **made):
    return RipleyCurves(
        *frames(**made), measure, Sampling(), 0.95, 999, 5000, NOTES, PROVENANCE
    )


def said(spec):
    return " | ".join(box[0] for box in texts(spec.svg()))


def test_by_hand_verdict_size_and_p_stand_beside_each_curve():
    spec = chart(m_curves())
    assert "localised, n=1,234, p=0.004" in said(spec)
    assert "M [ratio to its share of all]" in said(spec)
    assert any("identical coordinates" in line for line in spec.spec["title"]["subtitle"])


def test_each_measure_says_what_it_is_and_in_which_unit():
    assert "at about each distance" in said(chart(m_curves(measure="m")))
    assert "Counted in jobs" in said(chart(m_curves(weight="jobs")))
    for measure, unit in (
        ("neighbours", "[points]"),
        ("D", "[km2]"),
        ("K", "[km2]"),
        ("L", "[km]"),
    ):
        assert unit in said(chart(ripley_curves(measure)))


@pytest.mark.parametrize("width", [280, 680, 1100])
@pytest.mark.parametrize("n", [1, 14])
def test_no_words_overlap_at_any_width(width, n):
    for result in (m_curves(n=n), ripley_curves("neighbours", n=n)):
        assert not overlaps(chart(result, width=width).svg())


def test_more_curves_than_fit_are_said():
    assert "The 12 most localised of 14" in said(chart(m_curves(n=14)))


def test_nothing_tested_says_why():
    spec = chart(m_curves(status="fewer than 5 points"))
    assert "fewer than 5 points" in said(spec)
