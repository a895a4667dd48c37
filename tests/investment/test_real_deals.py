"""Owners, deals and clusters that invest in clusters in the Crunchbase export of 2015."""

from __future__ import annotations

import polars as pl
import pytest

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.clusters.clustering import Clustering
from buzzline.investment.cluster_investments import cluster_investments
from buzzline.investment.ownership import ownership
from buzzline.investment.portfolio import insider_portfolio
from buzzline.tables.connectors.crunchbase import read_crunchbase
from buzzline.tables.study import Study


@pytest.fixture(scope="module")
def study(shared_data) -> Study:
    return read_crunchbase(shared_data / "crunchbase2015_acquisitions")


@pytest.fixture(scope="module")
def clusters(study) -> Clustering:
    return candidate_clusters(study, draws=99, rng=1)


def test_real_groups_are_those_everybody_knows(study):
    found = ownership(study)
    first = found.groups.head(5)["name"].to_list()
    assert {"Cisco", "Google", "Microsoft"} <= set(first)
    sold = found.changes.filter(pl.col("org_id") == "/organization/bbn", pl.col("year") == 1998)
    assert sold["what"].to_list() == ["changed its owner"]  # GTE sold it on
    assert found.holdings["stake"].is_null().all()  # prices are no stakes
    assert "whoever bought it or calls it an affiliate" in str(found)


def test_real_clusters_invest_in_clusters_of_their_own_industry(study, clusters):
    found = cluster_investments(study, clusters, draws=99, across="borders", rng=1)
    far = found.pairs.drop_nulls(["origin", "destination"]).row(0, named=True)
    assert far["origin_label"].startswith("New York")
    assert far["destination_label"].startswith("London")
    assert far["origin_industry"] == far["destination_industry"] == "Advertising"
    assert far["value"] > far["expected_high"]
    first = found.flows.row(0, named=True)
    assert first["low"] > first["expected"]  # though industry, not the cluster, may be why


def test_real_ends_that_nobody_can_place_are_told_apart(study, clusters):
    found = cluster_investments(study, clusters, draws=0, rng=1)
    said = dict(found.left_out.iter_rows())["of an end without coordinates or industry"]
    assert 0.4 < said / (said + found.n) < 0.5  # as the page on ownership says
    share = found.flows["value"][0]
    whole = ("cluster", "outside")
    assert found.flows["origin"].to_list()[:2] == [whole[0]] * 2
    assert 0.3 < share < 0.4


def test_real_portfolios_tell_how_little_can_be_tested(study, clusters):
    found = insider_portfolio(study, clusters)
    assert found.groups.height > 5_000
    assert found.n_unlocated > 1_000
    few = found.groups.filter(pl.col("n_peers") < 39)
    assert few["p"].is_null().all()
    assert found.pools["embedded"].is_null().all()  # no ties of knowledge in this source
