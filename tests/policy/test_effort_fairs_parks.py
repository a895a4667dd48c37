"""Experiments 5, 7 and 9: effort at home or abroad, fairs, several clusters in one city."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import polars as pl
import pytest

from buzzline.policy.experiments.design import Contrast, Size
from buzzline.policy.experiments.effort import CORNERS, EFFORT, FACTORS
from buzzline.policy.experiments.fairs import FAIRS, GOING, Going
from buzzline.policy.experiments.parks import (
    KNOWN,
    PARKS_OF_CITY,
    City,
    half_of_the_first_closes,
)
from buzzline.policy.experiments.running import run_of
from buzzline.simulation.beginning import begin
from buzzline.simulation.luck import luck_of
from buzzline.simulation.settings import Settings

TINY = Size(runs=4, steps=16, places=3, organisations=8)


def only(asked, *contrasts, **settings):
    """The experiment with some contrasts, the cases they need, and values set everywhere."""
    kept = [one for one in asked.contrasts if one.name in contrasts]
    needed = {case for one in kept for case in one.weights}
    cases = tuple(
        replace(case, settings={**case.settings, **settings})
        for case in asked.cases
        if case.name in needed or (asked is FAIRS and case is asked.cases[0])
    )
    return replace(asked, cases=cases, contrasts=tuple(kept))


def findings(asked, size=TINY, **more):
    return dict(run_of(asked, size, rng=5, **more).contrasts["contrast", "finding"].iter_rows())


def test_effort_corners_are_balanced_and_factors_kept_apart():
    assert len(CORNERS) == 8
    for one, other in combinations(FACTORS, 2):
        for a in one:
            assert sum(a in corner for corner in CORNERS) == 4
            for b in other:
                assert sum({a, b} <= set(corner) for corner in CORNERS) == 2


def test_effort_in_the_core_falls_with_what_distance_costs():
    size = Size(runs=6, steps=40, places=4, organisations=12)
    found = findings(only(EFFORT, "core", "with_distance"), size)
    assert found == {"core": "above", "with_distance": "below"}


def test_effort_taking_from_the_core_what_it_has_not_is_exactly_nothing():
    found = findings(only(EFFORT, "without_cohesion", "without_tacit"), model="minimal")
    assert set(found.values()) == {"exactly none"}


def test_fairs_where_nothing_happens_are_exactly_nothing():
    nothing = {"gathering_meetings": 0.0, "gathering_time": 0.0, "gathering_cost": 0.0}
    asked = only(FAIRS, "season", "knowledge", "exhibit", "yield_follow_up", **nothing)
    assert set(findings(asked).values()) == {"exactly none"}


def test_fairs_follow_up_is_nothing_where_no_contact_fades():
    asked = only(FAIRS, "follow_up", "season", gathering_fade=0.0, gathering_ties=1.0)
    found = findings(asked, replace(TINY, steps=24))
    assert found == {"follow_up": "exactly none", "season": "above"}


def test_fairs_cost_by_hand():
    size = Size(runs=1, steps=48, places=8, organisations=24)
    assert Going(fairs=1).cost(size) == 6 * 8  # a quarter of 24, one trip
    assert Going(fairs=4).cost(size) == 4 * 6 * 8
    assert Going(fairs=1, exhibits=True, followed_up=True).cost(size) == 6 * (8 + 3) + 40
    assert Going().cost(size) == 40 * 6 * 8
    assert GOING["turns"][1].cost(size) == Going().cost(size)


def test_fairs_ties_for_the_money_by_hand():
    found = run_of(only(FAIRS, "yield_one"), replace(TINY, steps=24), rng=5)
    runs = {
        key[0]: frame["value"].to_numpy()
        for key, frame in found.runs.filter(pl.col("case") == "each_season").group_by("outcome")
    }
    nobody = found.runs.filter(case="nobody", outcome="ties to other places")["value"]
    more = (runs["ties to other places"] - nobody.to_numpy()) * TINY.organisations
    cost = 16 * 2 * 8 / 100
    expected = runs["further ties at the end for what was spent"]
    np.testing.assert_allclose(more / cost, expected)


@pytest.mark.parametrize("structure", ["similar", "complementary"])
def test_parks_of_a_city_by_hand(structure):
    world = City(3, 4, structure)(Size(runs=1, steps=1, places=4, organisations=12), 1)
    assert np.bincount(world.place).tolist() == [16, 16, 16, 12, 12, 12]
    assert len(set(world.places.region[:3])) == 1
    assert world.places.region[0] not in world.places.region[3:]
    assert world.places.distance_km[0, 2] == pytest.approx(11.1, abs=0.1)
    kinds = [len(set(world.industry[world.place == r])) for r in range(6)]
    assert kinds == ([3] * 6 if structure == "similar" else [1, 1, 1, 3, 3, 3])
    assert world.focal == (0, 1, 2)


def test_one_park_holds_the_whole_city():
    world = City(1, 4)(Size(runs=1, steps=1, places=4, organisations=12), 1)
    assert np.bincount(world.place).tolist() == [48, 12, 12, 12]


def test_half_of_the_first_park_closes():
    world = City(3, 4)(Size(runs=1, steps=1, places=4, organisations=12), 1)
    state = begin(world, luck_of(1, 0), Settings())
    half_of_the_first_closes(state)
    assert np.bincount(state.place[state.alive], minlength=6).tolist() == [
        8,
        16,
        16,
        12,
        12,
        12,
    ]


def test_parks_that_carry_themselves_from_the_first_pay_nothing():
    asked = only(PARKS_OF_CITY, "small_fixed", "large_fixed", viable_size=1.0)
    assert set(findings(asked).values()) == {"exactly none"}
    enough = replace(TINY, runs=12)  # who cannot pay fails, by luck: four runs cannot tell
    paying = findings(only(PARKS_OF_CITY, "small_fixed", cluster_fixed_cost=2.0), enough)
    assert paying == {"small_fixed": "below"}


def test_parks_without_any_link_do_not_feel_what_hits_one():
    apart = {"gatekeepers": 0.0, "monitoring": 0.0, "regional_share": 0.0, "global_share": 0.0,
             "market_seats": 0.0}  # fmt: skip
    contrast = Contrast("hit", "Do they?", {"similar_shared_hit": 1, "similar_shared": -1},
                        KNOWN.name)  # fmt: skip
    asked = replace(PARKS_OF_CITY, contrasts=(contrast,))
    asked = only(asked, "hit", **apart)
    assert findings(asked, model="minimal") == {"hit": "exactly none"}
