"""The charts of specialisation: quotients, strong clusters, mixes and changes of places."""

from dataclasses import replace

import polars as pl
import pytest
from tests.agglomeration.specialisation_worlds import study_of

from buzzline.agglomeration import (
    cluster_strength,
    location_quotients_by_place,
    shift_share,
    specialisation,
    strong_clusters,
    variety,
)
from buzzline.charts import chart
from buzzline.tables.worlds import make_world

SHORT = 20


def marks(spec):
    return [row for row in spec.spec["data"]["values"] if not row["is_heading"]]


def towns(n=3, *, years=(2020,)):
    jobs = {"x": 90, "y": 10, "z": 40}
    rows = [
        (f"t{place}", industry, year, float(held + 37 * place * (industry == "y") + year - 2020), 5.0)
        for year in years
        for place in range(n)
        for industry, held in jobs.items()
    ]  # fmt: skip
    return study_of(rows)


def test_by_hand_quotients_stand_with_their_interval_and_band():
    result = location_quotients_by_place(towns())
    found = marks(chart(result))
    top = result.table().row(0, named=True)
    assert found[0]["at"] == pytest.approx(top["value"], rel=1e-6)
    assert found[0]["low"] == pytest.approx(top["low"], rel=1e-6)
    assert f"{top['jobs']:,.0f} jobs" in found[0]["note"]
    assert len(found) == 9


def test_by_hand_one_place_is_named_once():
    spec = chart(location_quotients_by_place(towns(), places=["t1"]))
    assert spec.title == "Location quotients of t1"
    assert {row["label"] for row in marks(spec)} == {"x", "y", "z"}


def test_by_hand_only_the_first_are_drawn_and_it_is_said():
    spec = chart(location_quotients_by_place(towns(30)))
    assert len(marks(spec)) == SHORT
    assert "of 90 pairs" in " ".join(spec.spec["title"]["subtitle"])


def test_strong_clusters_say_stars_and_stability():
    result = strong_clusters(
        make_world(organisations=400, clusters=2, rng=1).study, draws=9, rng=1
    )
    strong = result.clusters.filter("is_strong")
    found = marks(chart(result))
    assert len(found) == min(strong.height, SHORT)
    assert "star" in found[0]["note"]
    assert "%" in found[0]["note"]


def test_without_strong_clusters_the_chart_says_so_in_words():
    result = strong_clusters(make_world(organisations=400, clusters=2, rng=1).study, draws=0)
    none = result.clusters.with_columns(is_strong=pl.lit(False))
    spec = chart(replace(result, clusters=none))
    assert "0 strong clusters" in " ".join(spec.spec["title"]["subtitle"])


def test_by_hand_places_stand_with_the_band_of_chance():
    result = specialisation(towns(), draws=19, rng=1)
    rows = result.table().filter(pl.col("index") == "krugman").to_dicts()
    found = marks(chart(result))
    assert [row["label"] for row in found] == [row["name"] for row in rows]
    assert found[0]["at"] == pytest.approx(rows[0]["value"], rel=1e-6)
    assert found[0]["band_high"] == pytest.approx(rows[0]["chance_high"], rel=1e-6)


def test_by_hand_both_ends_are_drawn_when_there_are_many_places():
    spec = chart(specialisation(towns(40), draws=9, rng=1))
    assert len(marks(spec)) == SHORT
    assert "15 surest above and 5 surest below" in " ".join(spec.spec["title"]["subtitle"])


def test_variety_and_shift_share_have_charts():
    by_variety = chart(variety(towns(), draws=9, rng=1))
    assert all("unrelated" in row["note"] for row in marks(by_variety))
    result = shift_share(towns(years=(2019, 2020)))
    found = marks(chart(result))
    first = result.table().row(0, named=True)
    assert found[0]["at"] == pytest.approx(first["regional"] / first["jobs_first"], rel=1e-5)
    assert f"{first['change']:+,.0f} jobs" in found[0]["note"]


def test_growth_is_drawn_as_coefficients_and_its_absence_in_words():
    study = make_world(organisations=400, clusters=2, rng=1).study
    result = cluster_strength(study)
    known = result.growth.drop_nulls("low")
    spec = chart(result)
    if known.height:
        assert marks(spec)[0]["label"] in known["term"].to_list()
    bare = study.with_table("employment", study.employment.filter(pl.col("year") == 2022))
    assert "not compared" in " ".join(chart(cluster_strength(bare)).spec["title"]["subtitle"])
