"""Where a simulation starts: from a few settings."""

from __future__ import annotations

import numpy as np
import pytest

from buzzline.errors import InvalidArgument
from buzzline.simulation.languages import language_codes
from buzzline.simulation.starting import chain_of_industries, world_of_settings


def test_organisations_are_where_they_were_asked_for_by_hand():
    world = world_of_settings(3, [4, 0, 2], 3, rng=1)
    assert world.place.tolist() == [0, 0, 0, 0, 2, 2]
    assert world.industry.tolist() == [0, 1, 2, 0, 0, 1]
    assert len(set(world.ids)) == world.n == 6


def test_each_place_is_a_nation_of_its_own_as_long_as_there_are_enough():
    assert len(set(world_of_settings(8, 3, rng=1).places.nation.tolist())) == 8
    assert len(set(world_of_settings(20, 3, rng=1).places.nation.tolist())) == 12
    assert len(set(world_of_settings(20, 3, nations=2, rng=1).places.nation.tolist())) == 2


def test_the_same_luck_makes_the_same_world():
    one, other, another = (world_of_settings(rng=k) for k in (4, 4, 5))
    assert np.array_equal(one.jobs, other.jobs)
    assert not np.array_equal(one.jobs, another.jobs)
    assert np.array_equal(one.places.distance_km, other.places.distance_km)


def test_distances_are_those_between_the_coordinates_and_rows_of_shares_are_shares():
    places = world_of_settings(6, 2, nations=3, rng=2).places
    assert np.allclose(places.distance_km, places.distance_km.T)
    assert (np.diag(places.distance_km) == 0).all()
    assert np.allclose(places.diaspora.sum(1), 0.05, atol=1e-6)


def test_places_of_one_language_share_its_code():
    codes = language_codes(["DE", "AT", "FR", "HU"])
    assert codes[0] == codes[1]
    assert len(set(codes.tolist())) == 3


def test_relatedness_halves_with_each_step_by_hand():
    assert chain_of_industries(3).tolist() == [[1, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 1]]


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"n_places": 0}, "n_places"),
        ({"n_places": 2, "organisations": [1]}, "1 numbers for 2 places"),
        ({"n_places": 2, "organisations": [0, 0]}, "1 or more"),
        ({"n_places": 2, "organisations": [3, -1]}, "0 or more"),
        ({"n_places": 2, "nations": 3}, "nations"),
        ({"n_places": 2, "focal": (2,)}, "places are 0 to 1"),
        ({"industries": 0}, "industries"),
    ],
)
def test_impossible_worlds_are_refused(choices, message):
    with pytest.raises(InvalidArgument, match=message):
        world_of_settings(**choices)
