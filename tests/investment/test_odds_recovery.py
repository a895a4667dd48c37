"""The whole analysis of odds over worlds whose truth is known (the long version: benchmarks)."""

from __future__ import annotations

import numpy as np
import pytest

from buzzline import investment_odds
from buzzline.clusters.declared_as_clusters import clustering_of_labels
from buzzline.tables.worlds import make_world, plant_investments

WORLD = make_world(organisations=1200, clusters=12, industries=3, rng=3)
WORLDS = 12


@pytest.mark.parametrize("across", ["borders", "all"])
@pytest.mark.parametrize(
    "choices", [{"times": 3.0}, {"confounded": True}], ids=["odds of 3", "nothing"]
)
def test_recovers_the_truth_and_keeps_its_size(choices, across):
    covered, rejected, values, confounded = [], [], [], []
    for number in range(WORLDS):
        study, truth = plant_investments(
            WORLD.study, WORLD.truth.cluster, deals=500, rng=np.random.default_rng(number),
            **choices,
        )  # fmt: skip
        clustering = clustering_of_labels(study, WORLD.truth.cluster)
        found = investment_odds(study, clustering, across=across, draws=39, rng=number)
        odds = found.ratios.filter(measure="odds ratio", similar=found.rule)
        held = odds.filter(held=found.held).row(0, named=True)
        covered.append(held["low"] <= truth.times <= (held["high"] or np.inf))
        rejected.append(held["p"] <= 0.05)
        values.append(held["value"])
        confounded.append(odds.filter(held="nothing")["low"][0] > 1)
    assert sum(covered) >= WORLDS - 2  # at 95 %, more are missed once in 500 times
    assert np.exp(np.mean(np.log(values))) == pytest.approx(truth.times, rel=0.3)
    if truth.times == 1:
        assert sum(rejected) <= 2
        assert np.mean(confounded) >= 0.8  # pooled, there seems to be an effect
    else:
        assert np.mean(rejected) >= 0.7
