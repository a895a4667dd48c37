"""The plane of collaboration and rivalry, and what stands behind it."""

from dataclasses import replace
from functools import cache

import polars as pl
import pytest
from tests.charts.pictures import overlaps, texts
from tests.linkages.test_colocated import held, interviews, world_of

from buzzline.charts import chart, charts_of
from buzzline.charts.colocated_parts import ties_chart
from buzzline.linkages.colocated import Colocated, colocated_clusters
from buzzline.linkages.colocated_rows import ColocatedRule
from buzzline.tables.worlds.plans import Parks


@cache
def found() -> Colocated:
    return held(world_of("both", parks=Parks(siblings=3, apart_km=15), organisations=500))


@pytest.mark.parametrize("width", [280, 680])
def test_no_words_overlap_and_quadrants_are_named(width):
    svg = chart(found(), width=width).svg()
    said = " ".join(box[0] for box in texts(svg))
    assert all(word in said for word in ("collaborating", "competing", "both", "neither"))
    assert not overlaps(svg)


@pytest.mark.parametrize("width", [280, 680])
def test_further_charts_are_drawn_without_overlaps(width):
    charts = charts_of("colocated", found(), width=width)
    assert list(charts) == ["colocated", "colocated.ties", "colocated.responses"]
    for name in ("colocated.ties", "colocated.responses"):
        assert not overlaps(charts[name].svg())


def test_the_chart_of_ties_names_clusters_as_people_do():
    named = found().ties.with_columns(label=pl.lit("Prato"), sibling=pl.lit("Carpi"))
    chart_of_ties = ties_chart(replace(found(), ties=named))
    said = " ".join(box[0] for box in texts(chart_of_ties.svg()))
    assert "Prato · Carpi" in said
    assert "D0 · D1" not in said
    assert " times [" in said


def test_what_cannot_be_placed_says_why():
    few = colocated_clusters(*interviews(), draws=9, rng=1)
    assert "not testable" in chart(few).alt
    alone = held(world_of(), rule=ColocatedRule(reach_km=1))
    assert "within 1 km" in chart(alone).alt
