"""Hierarchy inside groups: by hand, size, coverage, what is planted, bad input."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from buzzline.charts import chart
from buzzline.errors import InvalidArgument
from buzzline.investment.group_hierarchy import group_hierarchy
from buzzline.tables.study import Study


def grouped(groups, *, layer="advice", extra=()):
    """Groups as (members, pairs of members, member 0 being the head)."""
    names, owners, ends = [], [], []
    for g, (n, pairs) in enumerate(groups):
        names += [f"g{g}m{k}" for k in range(n)]
        owners += [None] + [f"g{g}m0"] * (n - 1)
        ends += [(f"g{g}m{a}", f"g{g}m{b}") for a, b in pairs]
    ends += list(extra)
    organisations = pl.DataFrame({"org_id": names, "owner_id": owners},
                                 schema={"org_id": pl.String, "owner_id": pl.String})  # fmt: skip
    linkages = pl.DataFrame({
        "source": [a for a, _ in ends], "target": [b for _, b in ends], "layer": layer,
    }, schema={"source": pl.String, "target": pl.String, "layer": pl.String})  # fmt: skip
    return Study.of(organisations=organisations, linkages=linkages)


def rows_of(found, group):
    return {row["measure"]: row for row in
            found.measures.filter(pl.col("group") == group).to_dicts()}  # fmt: skip


TREE = [(0, 1), (0, 2), (0, 3), (1, 4), (1, 5), (2, 6), (3, 7)]


def test_a_tree_and_a_ring_of_subsidiaries_by_hand():
    ring = [(k, k % 7 + 1) for k in range(1, 8)]
    study = grouped([(8, TREE), (8, ring)], extra=[("g0m1", "g1m1")])
    found = group_hierarchy(study, draws=199, rng=1)
    tree, other = rows_of(found, "g0m0"), rows_of(found, "g1m0")
    for name in ("connectedness", "hierarchy", "efficiency", "least_upper_bound"):
        assert tree[name]["value"] == 1
    assert tree["without_head"]["value"] == pytest.approx(4 / 7)
    assert other["without_head"]["value"] == 1
    assert other["hierarchy"]["value"] == 0
    assert other["hierarchy"]["verdict"] == "below chance"
    assert other["connectedness"]["value"] == pytest.approx(21 / 28)
    whole = rows_of(found, "all groups")["without_head"]
    assert whole["value"] == pytest.approx(11 / 14)
    assert whole["expected"] == pytest.approx(6 / 8, abs=0.03)
    assert (whole["n_ties"], whole["n_groups"]) == (14, 2)  # the tie between groups is not


def _at_random(rng, n, m):
    every = [(a, b) for a in range(n) for b in range(n) if a != b]
    return [every[k] for k in rng.choice(len(every), m, replace=False)]


def test_ties_at_random_are_neither():
    p, shapes = [], []
    for seed in range(24):
        rng = np.random.default_rng(seed)
        groups = [(int(n), _at_random(rng, int(n), int(n) + 3)) for n in rng.integers(5, 9, 6)]
        found = group_hierarchy(grouped(groups), draws=39, rng=seed)
        rows = found.measures.to_dicts()
        p.append(rows[0]["p"])
        shapes += [row["p"] for row in rows if row["measure"] == "hierarchy" and row["p"]]
    assert np.mean(np.array(p) <= 0.1) <= 0.1 + 2.5 * np.sqrt(0.09 / 24)
    assert np.mean(np.array(shapes) <= 0.1) <= 0.1 + 2.5 * np.sqrt(0.09 / len(shapes))


def test_the_interval_over_groups_covers():
    covered = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        groups = []
        for share in rng.beta(4, 4, 20):  # groups differ
            past = rng.random(10) < share
            inner = _at_random(rng, 7, 42)
            some = [tuple(1 + x for x in pair) for pair in inner if max(pair) < 6]
            heads = [(0, k) for k in range(1, 8)] + [(k, 0) for k in range(1, 8)]
            groups.append((8, some[: past.sum()] + heads[: 10 - past.sum()]))
        found = group_hierarchy(grouped(groups), draws=9, rng=1).measures.row(0, named=True)
        covered.append(found["low"] <= 0.5 <= found["high"])
    assert np.mean(covered) >= 0.95 - 2.5 * np.sqrt(0.95 * 0.05 / 40)


def test_hub_and_spoke_groups_pass_their_head():
    rng = np.random.default_rng(2)
    spokes = [(int(n), [(0, k) for k in range(1, int(n))]) for n in rng.integers(6, 10, 8)]
    found = group_hierarchy(grouped(spokes), draws=99, rng=1)
    row = found.measures.row(0, named=True)
    assert (row["value"], row["verdict"]) == (0, "below chance")
    # as few ties at random are as one-way: a sparse network is always much of a hierarchy
    assert rows_of(found, found.measures["group"][1])["hierarchy"]["value"] == 1
    assert "of 8 groups are more of a hierarchy" in str(found)
    assert chart(found).alt


def test_ties_without_direction_tell_half_of_it():
    ring = [(k, k % 7 + 1) for k in range(1, 8)]
    found = group_hierarchy(grouped([(8, ring)], layer="coinvention"), draws=19, rng=1)
    rows = rows_of(found, "g0m0")
    assert rows["hierarchy"]["status"] == "not defined: ties without direction"
    assert rows["efficiency"]["p"] is not None
    assert found.measures["low"][0] is None  # one group: no interval


def test_bad_input_has_a_reason():
    none = group_hierarchy(grouped([(3, [])]), draws=9, rng=1)
    assert "ownership alone is a tree by law" in str(none)
    assert chart(none).alt
    assert "not shown" in str(replace(none, measures=none.measures.clear()))
    pair = group_hierarchy(grouped([(2, [(0, 1)]), (3, [(0, 1)])]), draws=9, rng=1)
    assert pair.measures["status"].str.contains("3 members with 1 ties").any()
    with pytest.raises(InvalidArgument, match="tree by law"):
        group_hierarchy(grouped([(3, [(0, 1)])]), layers=["ownership"])
    with pytest.raises(InvalidArgument, match="no linkage has the layer 'citation'"):
        group_hierarchy(grouped([(3, [(0, 1)])]), layers=["citation"])
    for choice, said in (({"level": 1.0}, "`level`"), ({"draws": 1}, "at least 2 draws")):
        with pytest.raises(InvalidArgument, match=said):
            group_hierarchy(grouped([(3, [(0, 1)])]), **choice)
