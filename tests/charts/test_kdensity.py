"""The chart of K-densities."""

import numpy as np
import polars as pl
import pytest
from tests.charts.pictures import overlaps, texts
from tests.results import PROVENANCE

from buzzline.agglomeration.kdensity import CURVE_SCHEMA, INDUSTRY_SCHEMA, KDensity
from buzzline.agglomeration.sampling import Sampling
from buzzline.charts import chart

KM = np.linspace(0, 180, 181)


def result(verdicts, near="above"):
    """Industries with given verdicts, filled in by hand."""
    rows = [
        {
            "industry": f"Industry {number} & <co>", "verdict": verdict, "near": near,
            "localisation": 0.1, "dispersion": 0.0, "p": 0.004, "q": 0.01, "level": 0.95,
            "n": 1234, "above_from_km": 40.0, "status": "tested",
        }
        for number, verdict in enumerate(verdicts)
    ]  # fmt: skip
    base = np.full(KM.size, 0.005)
    curves = [
        pl.DataFrame(
            {
                "industry": [row["industry"]] * KM.size, "distance_km": KM,
                "k_density": base + 0.002 * np.cos(KM / 30), "expected": base,
                "low": base - 0.0005, "high": base + 0.0005, "global_low": base - 0.001,
                "global_high": base + 0.001, "level": [0.95] * KM.size,
            },
            schema=CURVE_SCHEMA,
        )
        for row in rows
    ]  # fmt: skip
    return KDensity(
        pl.DataFrame(rows, schema=INDUSTRY_SCHEMA),
        pl.concat([pl.DataFrame(schema=CURVE_SCHEMA), *curves]),
        180.0, "none", Sampling(), 0.95, 1000, 5000, ("90% at identical coordinates.",), PROVENANCE,
    )  # fmt: skip


def said(spec):
    return [box[0] for box in texts(spec.svg())]


def test_by_hand_verdict_size_and_p_stand_beside_each_curve():
    spec = chart(result(["localised", "dispersed"]))
    assert "localised, n=1,234, p=0.004" in said(spec)
    assert "dispersed, n=1,234, p=0.004" in said(spec)
    assert any("identical coordinates" in line for line in spec.spec["title"]["subtitle"])


def test_by_hand_localised_but_not_near_says_from_where():
    assert "localised from 40 km, n=1,234, p=0.004" in said(
        chart(result(["localised"], "below"))
    )


def test_the_most_localised_dozen_is_drawn_and_the_rest_announced():
    spec = chart(result(["localised"] * 14))
    assert "Industry 11 & <co>" in said(spec)
    assert "Industry 12 & <co>" not in said(spec)
    assert any("12 most localised of 14" in line for line in spec.spec["title"]["subtitle"])


@pytest.mark.parametrize("width", [300, 680])
def test_no_text_overlaps(width):
    assert not overlaps(chart(result(["localised"] * 3, "below"), width=width).svg())


def test_nothing_tested_is_said_in_words():
    few = result(["not testable"])
    few = KDensity(
        few.industries.with_columns(status=pl.lit("fewer than 10 points")), few.curves, 180.0,
        "none", Sampling(), 0.95, 1000, 5000, (),
    )  # fmt: skip
    assert "fewer than 10 points" in chart(few).alt
