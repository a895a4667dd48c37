"""Every example of the gallery runs and finds what it says it finds."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import polars as pl
import pytest
from tests.source import ROOT

from buzzline import candidate_clusters, read_study, scale_balance
from buzzline.tables.worlds import great_circle_km

EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/expected.json"))


@cache
def found(name: str):
    study = read_study(ROOT / "examples" / name)
    clusters = candidate_clusters(study, rng=1)
    return study, clusters.table(), scale_balance(study, clusters, rng=1).table()


@cache
def expected(name: str) -> dict:
    return json.loads((ROOT / "examples" / name / "expected.json").read_text(encoding="utf-8"))


def test_every_example_says_what_it_finds():
    folders = {path.parent.name for path in (ROOT / "examples").glob("*/*.csv")}
    assert folders == set(EXAMPLES)
    for name in EXAMPLES:
        assert (ROOT / "examples" / name / "README.md").exists()


@pytest.mark.parametrize("name", EXAMPLES)
def test_planted_truth_exactly_the_planted_clusters_are_found(name):
    _, clusters, _ = found(name)
    wanted = expected(name)["clusters"]
    assert sorted(clusters["industry"]) == sorted(one["industry"] for one in wanted)
    for one in wanted:
        row = clusters.row(by_predicate=pl.col("industry") == one["industry"], named=True)
        assert one["members_from"] <= row["n_members"] <= one["members_to"]
        here = [np.array([value]) for value in (row["longitude"], row["latitude"])]
        centre = [np.array([value]) for value in one["near"]]
        assert float(great_circle_km(*here, *centre)[0]) < 5


@pytest.mark.parametrize("name", EXAMPLES)
def test_planted_truth_the_planted_imbalance_is_found(name):
    _, clusters, balance = found(name)
    industry = clusters.select("cluster_id", of="industry")
    joined = balance.join(industry, on="cluster_id", how="left", validate="m:1")
    for one in expected(name)["verdicts"]:
        row = joined.row(
            by_predicate=(pl.col("of") == one["industry"])
            & (pl.col("layer") == one["layer"])
            & (pl.col("model") == one["model"])
            & (pl.col("scale") == one["scale"]),
            named=True,
        )
        assert row["verdict"] == one["verdict"], one


@pytest.mark.parametrize("name", EXAMPLES)
def test_by_hand_the_broken_rows_are_seen(name):
    quality = found(name)[0].about.quality
    wanted = expected(name)
    assert wanted["set_aside_from"] <= quality.n_set_aside <= wanted["set_aside_to"]
    for count in quality.tables:
        assert count.kept + count.set_aside == count.read
