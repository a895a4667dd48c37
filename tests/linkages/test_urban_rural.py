import numpy as np
import polars as pl
import pytest

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.linkages.balance import scale_balance
from buzzline.linkages.urban_rural import degrees_of
from buzzline.network import ties_by_scale
from buzzline.space.scales import Cutoffs
from buzzline.tables.worlds import make_world


@pytest.fixture(scope="module")
def world():
    return make_world(organisations=1200, clusters=4, layers=("supply",), rng=3)


@pytest.fixture(scope="module")
def clustering(world):
    return candidate_clusters(world.study, draws=199, rng=3)


@pytest.fixture(scope="module")
def balance(world, clustering):
    return scale_balance(world.study, clustering, draws=199, rng=3)


def test_ties_between_unlike_places_by_brute_force(world, clustering, balance):
    degree = dict(
        zip(world.study.organisations["org_id"], degrees_of(world.study), strict=True)
    )
    placed = ties_by_scale(world.study.linkages, world.study.organisations, Cutoffs())
    ties = placed.collect().to_polars().select("source", "target", "scale").rows()
    cluster = balance.urban_rural["cluster_id"][0]
    members = set(clustering.members.filter(cluster_id=cluster)["org_id"])
    for scale in ("local", "regional"):
        n = unlike = 0
        for source, target, at in ties:
            ends = (source in members) + (target in members)
            n += ends * (at == scale)
            unlike += ends * (at == scale) * (degree[source] != degree[target])
        (row,) = balance.urban_rural.filter(cluster_id=cluster, scale=scale).to_dicts()
        assert (row["n"], row["observed"]) == (n, unlike)
        assert row["share"] == pytest.approx(unlike / n)


def test_intervals_hold_the_truth_where_degrees_do_not_matter(balance):
    """The worlds' ties know nothing of degrees: at most a verdict in twenty is off."""
    known = balance.urban_rural.filter(pl.col("low").is_not_null())
    wrong = known["verdict"].is_in(["missing", "excess"]).sum()
    assert known.height >= 4
    assert wrong <= 1
    assert known["expected_share"].is_between(0, 1).all()


def test_a_planted_aversion_to_unlike_places_is_found(world, clustering):
    degree = dict(
        zip(world.study.organisations["org_id"], degrees_of(world.study), strict=True)
    )
    placed = ties_by_scale(world.study.linkages, world.study.organisations, Cutoffs())
    ties = placed.collect().to_polars().sort("source", "target")
    unlike = np.array(
        [degree[a] != degree[b] for a, b in ties.select("source", "target").rows()]
    )
    cluster = clustering.clusters["cluster_id"][1]
    members = clustering.members.filter(cluster_id=cluster)["org_id"].implode()
    touches = (ties["source"].is_in(members) | ties["target"].is_in(members)).to_numpy()
    dropped = unlike & touches & (np.arange(ties.height) % 8 > 0)
    study = world.study.with_table(
        "linkages", ties.filter(~pl.Series(dropped)).select(world.study.linkages.columns)
    )
    found = scale_balance(study, clustering, draws=199, rng=1).urban_rural
    rows = found.filter(cluster_id=cluster)
    assert "missing" in rows["verdict"].to_list()


def test_without_degrees_nothing_is_said(world, clustering):
    bare = world.study.places.with_columns(urban_rural=pl.lit(None, dtype=pl.String))
    found = scale_balance(world.study.with_table("places", bare), clustering, draws=19, rng=1)
    assert not found.urban_rural.height
    assert found.balance.height
