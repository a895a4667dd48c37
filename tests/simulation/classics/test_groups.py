"""Groups that recombine: by hand, collapses, the published direction, bad input."""

import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidArgument
from buzzline.kernels.recombining import (
    N_BASIC,
    N_THINGS,
    RECIPES,
    VALUES,
    made_of,
    picked,
    recombine,
)
from buzzline.simulation.classics.groups import many_small_groups
from buzzline.simulation.luck import luck_of

KEY = luck_of(1, 0).key


def run(n, size, sharing, steps):
    found = np.empty(N_THINGS, np.int64)
    return recombine(KEY, 31, n, size, sharing, steps, found), found


def test_three_things_make_one_in_any_order():
    assert made_of(0, 1, 2) == made_of(2, 0, 1) == made_of(1, 2, 0) == 6
    assert made_of(11, 2, 8) == 12
    assert made_of(0, 0, 1) == made_of(0, 1, 3) == -1
    assert len({tuple(row) for row in RECIPES.tolist()}) == 7


def test_valuable_things_are_picked_more_often():
    known = np.zeros(N_THINGS, bool)
    known[[0, 6]] = True  # worth 6 and 48
    draws = (np.arange(540) + 0.5) / 540
    picks = [picked(known, draw) for draw in draws]
    assert picks.count(0) == 60
    assert picks.count(6) == 480


def test_what_anybody_knows_was_found_and_what_is_new_needs_what_was_before():
    known, found = run(24, 8, 0.5, 200)
    assert (known.any(axis=0) == (found >= 0)).all()
    for *_, before, product in RECIPES.tolist():
        if before >= N_BASIC and found[product] > 0:
            assert found[product] >= found[before]
    assert VALUES.size == N_THINGS


def test_where_all_is_told_everybody_of_a_group_knows_the_same():
    known, _ = run(40, 10, 1.0, 60)
    for first in range(0, 40, 10):
        assert (known[first : first + 10] == known[first]).all()


def test_one_alone_finds_nothing():
    known, found = run(5, 1, 1.0, 20)
    assert known.sum() == 5 * N_BASIC
    assert (found[N_BASIC:] < 0).all()


def test_many_small_groups_find_more_than_few_large_and_are_less_equal():
    found = many_small_groups(runs=30, rng=1).groups
    told = found.filter(sharing=1.0).sort("group_size")
    assert (told["over_one_low"][:3] > 0).all()
    assert told["value"][:4].is_sorted(descending=True) or told["value"][0] > told["value"][3]
    assert (told["gini"][:-1] > told["gini"][-1]).all()
    untold = found.filter(sharing=0.0).sort("group_size")
    assert untold["over_one_high"][0] < 0  # where nothing is told it is the other way round
    one = found.filter(pl.col("group_size") == 96)
    assert one["over_one"].to_list() == [0.0] * 3


@pytest.mark.parametrize("sizes", [(), (1,), (97,)])
def test_impossible_groups_are_refused(sizes):
    with pytest.raises(InvalidArgument, match="sizes of groups"):
        many_small_groups(group_size=sizes, rng=1)
