"""Ties as a network: by hand, and against the plain loop over linkages."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from buzzline import Study
from buzzline.errors import InvalidArgument, TooFew
from buzzline.network import Network, build_network
from buzzline.tables.worlds import make_world

IDS = ["a", "b", "c", "d"]


def study(**columns: list[object]) -> Study:
    frame = pl.DataFrame(columns, schema_overrides={"layer": pl.String})
    return Study.of(organisations=pl.DataFrame({"org_id": IDS}), linkages=frame)


def advice() -> Study:
    return study(
        source=["a", "a", "b", "c"], target=["b", "b", "c", "a"], layer=["advice"] * 4,
        weight=[1.0, 2.0, 4.0, 8.0],
    )  # fmt: skip


def edges(network: Network) -> list[tuple[str, str, float]]:
    ids = network.ids.to_list()
    ends = zip(network.source, network.to, network.weight, strict=True)
    return [(ids[s], ids[t], w) for s, t, w in ends]


def test_by_hand_parallel_ties_are_added():
    assert edges(build_network(advice())) == [("a", "b", 2), ("b", "c", 1), ("c", "a", 1)]
    weighed = build_network(advice(), weighing="weight")
    assert edges(weighed) == [("a", "b", 3), ("b", "c", 4), ("c", "a", 8)]


def test_by_hand_reversed_undirected_among():
    network = build_network(advice())
    assert edges(network.reversed()) == [("a", "c", 1), ("b", "a", 2), ("c", "b", 1)]
    assert edges(network.undirected()) == edges(build_network(advice(), directed=False))
    pair = network.among(np.array([True, True, False, True]))
    assert pair.ids.to_list() == ["a", "b", "d"]
    assert edges(pair) == [("a", "b", 2)]
    assert "1 alone" in repr(network)


def test_ties_without_direction_stand_both_ways():
    network = build_network(study(source=["a"], target=["b"], layer=["research"]))
    assert not network.is_directed
    assert network.n_ties == 1
    assert edges(network) == [("a", "b", 1), ("b", "a", 1)]


def test_brute_force_every_linkage_is_there_once():
    world = make_world(organisations=300, clusters=2, rng=4).study
    network = build_network(world, "supply")
    rows = world.linkages.filter(
        pl.col("layer") == "supply", pl.col("source") != pl.col("target")
    )
    directed = rows["directed"].fill_null(value=True)
    assert network.weight.sum() == directed.sum() + 2 * (~directed).sum()
    assert (network.matrix().toarray() > 0).sum() == network.to.size


def test_years():
    dated = study(
        source=["a", "b"], target=["b", "c"], layer=["advice"] * 2,
        start=[date(2010, 5, 1), None], end=[date(2012, 1, 1), date(2011, 1, 1)],
    )  # fmt: skip
    assert [build_network(dated, year=year).n_ties for year in (2009, 2010, 2012)] == [1, 2, 1]
    with pytest.raises(TooFew, match="2013"):
        build_network(dated, year=2013)


def test_refusals_say_the_remedy():
    with pytest.raises(TooFew, match="Add a table of linkages"):
        build_network(Study.of(organisations=pl.DataFrame({"org_id": IDS})))
    with pytest.raises(InvalidArgument, match="no linkage has the layer 'supply'"):
        build_network(advice(), "supply")
    bare = study(source=["a"], target=["b"], layer=["advice"])
    with pytest.raises(InvalidArgument, match="1 of 1 ties have no `weight`"):
        build_network(bare, weighing="weight")
    units = study(
        source=["a", "b"], target=["b", "c"], layer=["advice"] * 2, weight=[1.0, 1.0],
        unit=["musd", "hours"],
    )  # fmt: skip
    with pytest.raises(InvalidArgument, match="several units"):
        build_network(units, weighing="weight")
