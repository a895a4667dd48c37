"""Ties of a cluster dealt anew: what stays, and that random consortia are as chance."""

from __future__ import annotations

import numpy as np

from buzzline.linkages.clusters_dealt import clusters_dealt
from buzzline.network.missing_ties import Recorded
from buzzline.network.open_cluster import opened
from buzzline.network.redundancy import effective_conductance
from buzzline.network.robustness import removal_curve


def consortia(seed: int, n: int = 40, size: int = 5, projects: int = 24) -> Recorded:
    """Members dealt at random to projects; everybody of one is tied to everybody."""
    rng = np.random.default_rng(seed)
    ends, record = [], []
    for number in range(projects):
        who = rng.choice(n, size, replace=False)
        pairs = [(a, b) for a in who for b in who if a < b]
        ends += pairs
        record += [number] * len(pairs)
    ends += [(i, n) for i in range(4)]
    record += list(range(projects, projects + 4))
    return Recorded(n, np.array(ends), np.ones(len(ends)), np.array(record))


def test_invariant_consortia_keep_their_size_and_members_their_projects():
    recorded = consortia(1)
    now = recorded.cluster()
    inside = ~now.is_external
    for one in clusters_dealt(recorded, now, 5, rng=np.random.default_rng(2)):
        assert one.weight[~one.is_external].sum() == now.weight[inside].sum()
        assert one.is_gatekeeper.tolist() == now.is_gatekeeper.tolist()
        again = np.bincount(one.ends[~one.is_external].ravel(),
                            np.repeat(one.weight[~one.is_external], 2), one.n)  # fmt: skip
        before = np.bincount(now.ends[inside].ravel(), np.repeat(now.weight[inside], 2), now.n)
        assert np.allclose(again, before)
        assert not np.array_equal(one.ends, now.ends)


def test_special_case_single_ties_keep_their_degrees():
    rng = np.random.default_rng(0)
    ends = np.array([sorted(rng.choice(30, 2, replace=False)) for _ in range(60)])
    recorded = Recorded(30, np.unique(ends, axis=0), np.ones(len(np.unique(ends, axis=0))),
                        np.arange(len(np.unique(ends, axis=0))))  # fmt: skip
    now = recorded.cluster()
    for one in clusters_dealt(recorded, now, 3, rng=rng):
        assert one.degree.tolist() == now.degree.tolist()


def test_recovers_the_truth_random_consortia_do_not_stand_out():
    """Dealt tie by tie, nearly all of these would be more fragile than chance."""
    far = 0
    for seed in range(12):
        recorded = consortia(seed)
        now = recorded.cluster()
        rng = np.random.default_rng(100 + seed)

        def r(cluster, rng=rng):
            return removal_curve(
                *cluster.inside(), points=2, draws=0, attacks=3, rng=int(rng.integers(2**32))
            ).robustness

        dealt = np.array([r(one) for one in clusters_dealt(recorded, now, 39, rng=rng)])
        value = r(now)
        tail = min((dealt <= value).sum(), (dealt >= value).sum())
        far += (1 + tail) * 2 / 40 <= 0.05
    assert far <= 3  # at 5 %, four or more come up in 2 of 1,000 such trials


def test_by_hand_conductance_does_not_hang_on_the_order_of_members():
    chain = np.array([[3, 0], [0, 1], [1, 2]])
    weight = np.array([1.0, 5e9, 5e9])
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        renamed = np.array([*order, 3])[chain]
        cluster = opened(3, renamed, weight)
        found = effective_conductance(cluster)
        assert np.allclose(found, 1.0, rtol=1e-4)
