"""How probably is an organisation tied to a cluster beyond chance? Near and far ones differ."""

import numpy as np

from buzzline.clusters.membership_states import TIED, Evidence, states_of

FAR, NEAR, ELSEWHERE = 0, 1, 2


def evidence(rng):
    """Far members with many times the ties, near ones with twice, and others as given."""
    stratum = np.repeat([FAR, NEAR, ELSEWHERE], [8, 140, 500]).astype(np.int32)
    odds = np.array([80.0, 2.2, 1.0])[stratum][:, None]
    chance = np.array([0.01, 0.58, 0.05])[stratum][:, None] * np.ones((1, 3))
    number = rng.integers(15, 60, (stratum.size, 3)).astype(float)
    found = rng.binomial(number.astype(int), odds * chance / (1 - chance + odds * chance))
    none = np.zeros(stratum.size, np.bool_)
    return Evidence(found.astype(float), number, chance, none, stratum)


def test_recovers_the_truth_where_far_members_have_other_odds_than_near_ones():
    for world in range(10):
        rng = np.random.default_rng(world)
        given = evidence(rng)
        states = states_of(given, ratio=2.0, rng=rng)
        member = given.stratum != ELSEWHERE
        tied = states.tied_in(2) > 0.5
        assert tied[member].mean() > 0.95
        assert tied[~member].mean() < 0.02
        assert abs(np.log(states.odds[NEAR, TIED] / 2.2)) < 0.35
        assert states.odds[FAR, TIED] > 20
