"""A survey that too few answered says nothing of whole networks; registers are no survey."""

from __future__ import annotations

import polars as pl
import pytest

from buzzline.clusters.declared_as_clusters import clustering_of_labels
from buzzline.linkages.redundancy import redundancy
from buzzline.linkages.removal_curves import removal_curves
from buzzline.linkages.survey_gate import refusals
from buzzline.tables.worlds import make_world, plant_advice


@pytest.fixture(scope="module")
def surveyed():
    world = make_world(organisations=500, clusters=2, layers=("supply",), rng=3)
    found = clustering_of_labels(world.study, world.truth.cluster.tolist())
    return {
        rate: plant_advice(world.study, world.truth.cluster, response_rate=rate, rng=1)[0]
        for rate in (0.5, 1.0)
    }, found


def test_too_few_answers_are_refused_and_enough_are_not(surveyed):
    studies, found = surveyed
    for analysis in (redundancy, removal_curves):
        few = analysis(studies[0.5], found, layers=["advice"], draws=39, rng=1).table()
        of_clusters = few.filter(pl.col("cluster_id").is_not_null())
        assert set(of_clusters["verdict"]) == {"not testable"}
        enough = analysis(studies[1.0], found, layers=["advice"], draws=39, rng=1).table()
        assert set(enough["verdict"]) != {"not testable"}
    told = redundancy(studies[0.5], found, layers=["advice"], draws=9, rng=1).clusters
    assert told["reason"].str.contains("more answer").all()


def test_registers_are_measured_and_a_mixture_is_told(surveyed):
    studies, found = surveyed
    members = found.members.select("cluster_id", "org_id")
    assert refusals(studies[0.5], ("supply",), members) == ({}, "")
    refused, said = refusals(studies[0.5], ("advice", "supply"), members)
    assert not refused
    assert "2 clusters fewer than 70 % answered" in said
