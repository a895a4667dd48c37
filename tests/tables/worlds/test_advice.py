"""Advice planted inside clusters: by hand from what was drawn, and by rates."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from buzzline.tables.worlds import make_world, plant_advice


@pytest.fixture(scope="module")
def world():
    return make_world(organisations=900, clusters=3, rng=2)


@pytest.mark.parametrize("n_gatekeepers", [1, 8])
def test_everybody_answers_and_every_tie_drawn_is_told(world, n_gatekeepers):
    study, truth = plant_advice(
        world.study, world.truth.cluster, n_gatekeepers=n_gatekeepers, rng=5
    )
    ties = study.linkages.filter(pl.col("layer") == "advice")
    members = truth.members
    assert (
        members.group_by("cluster")
        .agg(pl.col("is_gatekeeper").sum())["is_gatekeeper"]
        .to_list()
        == [n_gatekeepers] * 3
    )
    told = dict(ties.group_by("target").len().iter_rows())
    drawn = zip(members["org_id"], members["n_in"] + members["n_outside"], strict=True)
    assert all(told.get(org, 0) == n for org, n in drawn)
    assert (ties["observed_by"] == ties["target"]).all()


def test_gatekeepers_reach_outside_at_the_planted_rate(world):
    drawn = pl.concat([
        plant_advice(world.study, world.truth.cluster, n_gatekeepers=4, rng=seed)[1].members
        for seed in range(8)
    ])  # fmt: skip
    outside = dict(drawn.group_by("is_gatekeeper").agg(pl.col("n_outside").mean()).iter_rows())
    assert outside[True] == pytest.approx(12.0, abs=3 * np.sqrt(12.0 / 96))
    n_others = drawn.height - 96
    assert outside[False] == pytest.approx(0.3, abs=3 * np.sqrt(0.3 / n_others) + 0.03)


def test_who_does_not_answer_tells_of_nothing(world):
    study, truth = plant_advice(
        world.study, world.truth.cluster, n_gatekeepers=1, response_rate=0.7, rng=5
    )
    silent = set(truth.members.filter(~pl.col("answered"))["org_id"])
    ties = study.linkages.filter(pl.col("layer") == "advice")
    assert 0.2 < len(silent) / truth.members.height < 0.4
    assert not silent & set(ties["target"])
