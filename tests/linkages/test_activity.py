"""Ties a member against those of others: by hand, bundles of ties, planted truth."""

import numpy as np
import pytest

from buzzline.arrays import as_codes
from buzzline.clusters.layer_ties import LayerTies
from buzzline.linkages.activity import activity_of, participations

GROUPS, SIZE = 40, 10
N = GROUPS * SIZE
CITY, ONE = as_codes(np.arange(N) // SIZE), as_codes(np.zeros(N))


def layer(source, target, record, n=N):
    return LayerTies(as_codes(source), as_codes(target), np.ones(len(source)), as_codes(record),
                     False, n)  # fmt: skip


def consortia(draw, projects, together, *, active=1.0):
    """Projects of organisations equally likely to be in one, neighbours joining together."""
    ends = []
    chance = np.r_[active, np.ones(GROUPS - 1)]
    for project in range(projects):
        size, who = int(draw.choice([6, 12, 24])), []
        while len(who) < size:
            group = draw.choice(GROUPS, p=chance / chance.sum())
            who += list(group * SIZE + draw.choice(SIZE, min(together, size - len(who)),
                                                   replace=False))  # fmt: skip
        who = np.unique(who)
        one, other = np.triu_indices(who.size, 1)
        ends.append((who[one], who[other], np.full(one.size, project + 1)))
    return layer(*(np.concatenate(each) for each in zip(*ends, strict=True)))


def members_of(group):
    return group == CITY


def test_by_hand_a_consortium_is_one_of_each_in_it():
    # a triangle of one record, and one tie alone
    found = participations(layer([0, 0, 1, 0], [1, 2, 2, 3], [7, 7, 7, 8], n=5))
    held = np.bincount(found.holder, weights=found.credit, minlength=5)
    assert held.tolist() == [2, 1, 1, 1, 0]
    assert np.unique(found.investment).size == 2
    bare = participations(layer([0, 0, 1, 0], [1, 2, 2, 3], [], n=5))
    assert np.bincount(bare.holder, weights=bare.credit).tolist() == [3, 2, 2, 1]


@pytest.mark.parametrize("together", [1, 3, 6])
def test_recovers_the_truth_members_in_bundles_hold_no_fewer(together):
    draw, covered, below, n = np.random.default_rng(together), 0, 0, 0
    for _ in range(12):
        ties = consortia(draw, 150, together)
        for group in range(0, GROUPS, 5):
            found = activity_of(ties, members_of(group), ONE, city=CITY)
            if isinstance(found, str):
                continue
            n += 1
            covered += found.low <= 0 <= found.high
            drawn = found.value + found.error * draw.standard_normal(499)
            below += (drawn < -np.log(1.25)).mean() >= 0.975
    assert n >= 60 or together == 6
    assert covered >= (0.95 - 2.6 * np.sqrt(0.95 * 0.05 / max(n, 1))) * n
    assert below <= 0.025 * n + 2.6 * np.sqrt(0.025 * n)


def test_recovers_the_truth_few_ties_are_seen():
    ties = consortia(np.random.default_rng(1), 400, 2, active=0.2)
    found = activity_of(ties, members_of(0), ONE, city=CITY)
    assert found.high < -np.log(1.25)
    assert found.low < np.log(0.2) < found.high


def test_few_bundles_say_so():
    ties = consortia(np.random.default_rng(1), 20, 6)
    assert "independent ones" in activity_of(ties, members_of(0), ONE, city=CITY)
    nothing = ties.chosen(np.zeros(ties.source.size, bool))
    assert "no ties" in activity_of(nothing, members_of(0), ONE, city=CITY)
    everybody = np.ones(N, bool)
    assert "too few" in activity_of(ties, everybody, ONE, city=CITY)
