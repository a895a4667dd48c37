"""Worlds of the cases that the literature argues about."""

from __future__ import annotations

import numpy as np
import pytest

from buzzline.errors import InvalidArgument
from buzzline.simulation.beginning import begin
from buzzline.simulation.gallery import GALLERY, gallery_table, world_of_gallery
from buzzline.simulation.luck import luck_of
from buzzline.simulation.settings import MINIMAL
from buzzline.simulation.stepping import advance


@pytest.mark.parametrize("name", GALLERY)
def test_every_world_begins_and_takes_a_step(name):
    world = world_of_gallery(name, settings=MINIMAL, rng=1)
    luck = luck_of(1, 0)
    state = begin(world, luck, world.settings)
    advance(state, world.settings, (), luck)
    assert np.isfinite(state.knowledge).all()
    assert state.alive.sum() == world.n
    assert world.focal
    assert world.places.distance_km[0, 1:].min() > 0


def test_what_a_case_sets_in_its_place_stands_beside_what_holds_everywhere():
    world = world_of_gallery("copied_district", settings=MINIMAL, rng=1)
    assert world.settings.by_place["global_share"] == {0: 0.0}
    assert world.settings.value("cost_global") == MINIMAL.value("cost_global")
    assert MINIMAL.by_place == {}


def test_investors_by_hand():
    one = world_of_gallery("one_anchor", rng=1)
    eight = world_of_gallery("eight_in_four_cities", rng=1)
    for world, number in ((one, 1), (eight, 8)):
        affiliates = world.owner >= 0
        assert affiliates.sum() == number
        assert world.jobs[affiliates].sum() == pytest.approx(2000)
        nation = world.places.nation
        assert (nation[world.owner[affiliates]] != nation[world.place[affiliates]]).all()
    assert np.bincount(eight.place[eight.owner >= 0]).tolist() == [2, 2, 2, 2]
    assert len(set(one.places.nation[:4].tolist())) == 1


def test_the_country_lies_around_its_city():
    places = world_of_gallery("town_and_country", rng=1).places
    assert np.allclose(places.distance_km[0, 1:7], [15, 30, 45, 60, 75, 90], rtol=0.02)


def test_the_twins_are_near_and_of_two_nations():
    places = world_of_gallery("twin_cities", rng=1).places
    assert places.distance_km[0, 1] == pytest.approx(30, rel=0.02)
    assert places.nation[0] != places.nation[1]


def test_the_table_lists_every_world_and_unknown_names_are_refused():
    assert gallery_table()["name"].to_list() == list(GALLERY)
    with pytest.raises(InvalidArgument, match="mega_city"):
        world_of_gallery("atlantis")
