"""What is left of a cluster without its siblings: by hand, by networkx, by chance."""

from datetime import date

import networkx as nx
import numpy as np
import polars as pl
import pytest
from tests.clusters.planted import planted
from tests.clusters.test_separation import as_clustering, ties_of, two_towns

from buzzline.clusters.layer_ties import layer_ties
from buzzline.clusters.removal import (
    Near,
    RoleTies,
    around,
    left_without_siblings,
    role_ties,
    roles_of,
    touching,
)
from buzzline.clusters.separation import separation
from buzzline.clusters.siblings import SiblingRule
from buzzline.space.globe import chord, unit_vectors
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_sibling_world

SIBLINGS = np.array([False, True])


def left_of(ties, label, role, *, draws=99, at=None, level=0.9, rng=1):
    """Return what is left of cluster 0 of two, everybody within 50 km of it unless told."""
    n = ties.n_organisations
    xyz = unit_vectors(np.zeros(n) if at is None else np.asarray(at, float), np.zeros(n))
    found = RoleTies(ties.both_ways(), np.asarray(role, np.int32)[ties.both_ways().source])
    cut = around(
        touching(found, label, 2), 0, siblings=SIBLINGS, xyz=xyz,
        near=Near(unit_vectors(np.zeros(1), np.zeros(1))[0], chord(50.0)),
    )  # fmt: skip
    return left_without_siblings(cut, draws=draws, level=level, rng=np.random.default_rng(rng))


def test_roles_and_ties_that_are_left_by_hand():
    # members 0, 1, 2; siblings 3, 4; others 5, 6 (near) and 7 (400 km away)
    label = np.array([0, 0, 0, 1, 1, -1, -1, -1], np.int32)
    role = [0, 0, 0, 1, 1, 1, 2, 2]
    pairs = [(3, 0), (3, 0), (4, 1), (5, 0), (6, 2), (7, 2), (0, 1), (1, 0)]
    found = left_of(ties_of(pairs, n=8), label, role, at=[0, 0, 0, 0, 0, 0.1, 0.1, 3.6])
    assert (found.n, found.n_lost, found.n_roles) == (8, 3, 3)
    assert (found.n_partners, found.n_lost_partners) == (5, 2)
    # role 0: members 0 and 1; role 1: 3, 4, 5; role 2: 6 and 7
    assert found.before == 1
    assert found.complete == pytest.approx(2 / 3)
    assert found.within == pytest.approx(1 / 3)
    assert found.near == pytest.approx(1 / 3)  # one of role 2 is far away
    assert found.replaceable == 0  # of role 1 only 5 is left
    # 0 and 1 are tied directly, 2 to nobody they are tied to
    assert (found.component_before, found.component) == (2 / 3, 2 / 3)
    again = left_of(ties_of([*pairs, (5, 1), (7, 0), (8, 1)], n=9),
                    np.append(label, np.int32(-1)), [*role, 1])  # fmt: skip
    assert again.replaceable == again.complete == again.component == 1


def test_a_sibling_that_all_hangs_on_is_told_from_other_partners():
    # a sibling organisation ties 20 members together; 60 others are tied to one member each
    label = np.array([0] * 20 + [1] + [-1] * 60, np.int32)
    role = [0] * 20 + [1] + [0] * 60
    pairs = [(20, i) for i in range(20)] + [(21 + i, i % 20) for i in range(60)]
    found = left_of(ties_of(pairs, n=81), label, role)
    assert (found.component_before, found.component) == (1, 1 / 20)
    assert found.component_p <= 0.05
    assert found.component_band == (1, 1)


def brute(pairs, label, role, cluster=0, sibling=1):
    """Shares of roles and of members left, by sets and networkx."""
    members = {i for i in range(len(label)) if label[i] == cluster}
    touched = {i for pair in pairs for i in pair if set(pair) & members}
    out = []
    for taken in (set(), {i for i in range(len(label)) if label[i] == sibling}):
        graph = nx.Graph()
        graph.add_nodes_from(touched - taken)
        graph.add_edges_from(
            (a, b) for a, b in pairs if {a, b} & members and not {a, b} & taken
        )
        largest = max(len(part & members) for part in nx.connected_components(graph))
        holders = {}
        for a, b in pairs:
            if b in members:
                holders.setdefault(role[a], set()).add(a)
        kept = sum(len(who - taken) >= 2 for who in holders.values())
        out.append((kept / len(holders), largest / len(members & touched)))
    lost = [role[a] for a, b in pairs if b in members and label[a] == sibling]
    others = {r: {a for a, b in pairs if b in members and role[a] == r and label[a] != sibling}
              for r in lost}  # fmt: skip
    return out, np.mean([len(others[r]) >= 2 for r in lost])


@pytest.mark.parametrize("seed", range(6))
def test_sets_and_networkx_give_the_same(seed):
    rng = np.random.default_rng(seed)
    label = rng.integers(-1, 2, 60).astype(np.int32)
    role = rng.integers(0, 12, 60)
    pairs = [
        tuple(pair) for pair in rng.integers(60, size=(70, 2)).tolist() if len(set(pair)) > 1
    ]
    found = left_of(ties_of(pairs, n=60), label, role)
    (before, after), replaceable = brute(pairs, label.tolist(), role.tolist())
    assert (found.before, found.component_before) == pytest.approx(before)
    assert (found.complete, found.component) == pytest.approx(after)
    assert found.replaceable == pytest.approx(replaceable)


def test_siblings_that_are_partners_like_others_rarely_stand_out():
    chance = []
    for seed in range(120):
        rng = np.random.default_rng(seed)
        label = np.where(np.arange(150) < 30, 0, rng.choice([1, -1], 150)).astype(np.int32)
        ends = rng.integers(150, size=(160, 2))
        ends = ends[ends[:, 0] != ends[:, 1]]
        found = left_of(ties_of(ends, n=150), label, rng.integers(0, 20, 150), rng=seed)
        chance.append((found.p, found.component_p))
        assert found.replaceable_range[0] <= found.replaceable <= found.replaceable_range[1]
    # few roles and members: p is coarse, so rather too large than too small
    assert (np.mean(np.array(chance) <= 0.05, axis=0) <= 0.1).all()
    assert (np.mean(np.array(chance) <= 0.5, axis=0) >= 0.3).all()


def test_the_order_of_ties_and_their_direction_where_none_is_meant_change_nothing():
    rng = np.random.default_rng(3)
    label = rng.integers(-1, 2, 50).astype(np.int32)
    role = rng.integers(0, 9, 50)
    ends = rng.integers(50, size=(80, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    one = left_of(ties_of(ends, n=50, directed=False), label, role)
    other = left_of(ties_of(ends[::-1, ::-1], n=50, directed=False), label, role)
    assert str(one) == str(other)


def test_roles_come_from_industry_function_and_for_moves_from_occupation():
    frame = pl.DataFrame({"org_id": list("abcd"), "industry": ["x", "x", "y", None]})
    sites = pl.DataFrame({
        "establishment_id": ["1", "2", "3"], "org_id": ["a", "a", "b"], "jobs": [1.0, 9.0, 2.0],
        "function": ["sales", "research", "research"],
    })  # fmt: skip
    spells = pl.DataFrame({
        "person_id": ["p", "p", "q", "q"], "org_id": ["a", "b", "a", "c"],
        "start": [date(2001, 1, 1), date(2003, 1, 1)] * 2, "occupation": ["clerk", "smith", "clerk", None],
    })  # fmt: skip
    study = Study.of(organisations=frame, establishments=sites, spells=spells)
    role = roles_of(study)
    assert role[0] == role[1] != role[2]
    assert role[3] == -1
    ties = ties_of([(0, 1), (0, 2), (3, 0)], n=4)
    moves = role_ties(study, "labour_move", layer_ties(study, "labour_move"), role=role)
    assert (moves.ties.source.tolist(), moves.ties.target.tolist()) == ([0, 0], [1, 2])
    assert moves.role.tolist() == [0, 1 + role[0]]  # smith; nobody knows as what, from a
    more = role_ties(study, "labour_move", ties, role=role)  # than spells tell of: all are kept
    assert more.role.tolist() == [role[0], role[0], -1]
    supply = role_ties(study, "supply", ties, role=role)
    assert supply.role.tolist() == [role[0], role[0], -1]
    undirected = role_ties(study, "research", ties_of([(0, 1)], n=4, directed=False), role=role)
    assert undirected.ties.source.tolist() == [0, 1]


def test_rows_of_planted_siblings_and_of_clusters_without_ties():
    world = make_sibling_world(organisations=400, rng=2)
    rows = separation(world.study, planted(world), draws=19, rng=1).removal
    assert rows.height == 2 * world.study.linkages["layer"].n_unique()
    assert set(rows["status"]) == {"measured"}
    assert (rows["complete"] <= rows["complete_before"]).all()
    assert (rows["complete_within"] <= rows["complete_near"]).all()
    assert (rows["component"] <= rows["component_before"]).all()
    bare = Study.of(organisations=world.study.organisations)
    rows = separation(bare, planted(world), draws=9, rng=1).removal
    assert set(rows["status"]) == {"no ties of a member"}
    alone = separation(bare, planted(world), rule=SiblingRule(reach_km=0.001), draws=9, rng=1)
    assert alone.removal.height == 0


def test_a_cluster_tied_to_siblings_only_says_there_are_no_others():
    frame, label, _ = two_towns(np.random.default_rng(4))
    ids = frame["org_id"]
    ties = pl.DataFrame({
        "source": ids[:20], "target": ids[60:80], "layer": ["supply"] * 20,
        "directed": [True] * 20,
    })  # fmt: skip
    study = Study.of(organisations=frame.drop("industry"), linkages=ties)
    rows = separation(study, as_clustering(frame, label), layers=["supply"], draws=9, rng=1)
    first, second = rows.removal.rows(named=True)
    assert first["n_roles"] == 0
    assert second["status"].startswith("measured: all its partners are in siblings")
    assert second["component_p"] == 1
