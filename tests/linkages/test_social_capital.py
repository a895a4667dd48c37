"""Structure, content, conventions, trust, newcomers: by hand, networkx, statsmodels, coverage."""

import networkx as nx
import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy import sparse
from tests.linkages.planted_nearness import clustering_in, knowing_world

from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.conventions import intraclass, likeness_along_ties
from buzzline.linkages.social_capital import social_capital
from buzzline.linkages.tie_structure import (
    closure,
    density,
    reciprocity,
    rewired,
    weak_ties,
)
from buzzline.linkages.tied_pairs import TiedPairs
from buzzline.tables.worlds import make_world

NONE = np.empty(0, np.int64)


def matrix(graph):
    return sparse.csr_array(nx.to_scipy_sparse_array(graph, format="csr", dtype=float))


def test_structure_agrees_with_networkx():
    graph = nx.gnm_random_graph(40, 120, seed=1)
    ties = matrix(graph)
    assert density(np.diff(ties.indptr)).value == pytest.approx(nx.density(graph))
    assert closure(ties).value == pytest.approx(nx.transitivity(graph))
    bridges = [not set(graph[a]) & set(graph[b]) for a, b in graph.edges]
    assert weak_ties(ties).value == pytest.approx(np.mean(bridges))
    directed = nx.gnm_random_graph(30, 200, seed=2, directed=True)
    assert reciprocity(matrix(directed)).value == pytest.approx(nx.reciprocity(directed))


def test_leaving_out_each_organisation_is_what_closure_says():
    graph = nx.gnm_random_graph(25, 80, seed=3)
    found = closure(matrix(graph))
    without = [nx.transitivity(graph.subgraph(set(graph) - {i})) for i in graph]
    error = np.sqrt(24 / 25 * np.sum((np.array(without) - np.mean(without)) ** 2))
    assert found.error == pytest.approx(error)


def test_the_error_of_density_is_that_of_pairs_that_share_an_organisation():
    graph = nx.gnm_random_graph(12, 30, seed=4)
    full = nx.to_numpy_array(graph)
    one, other = np.triu_indices(12, 1)
    h = full[one, other] - 30 / 66
    shares = (one[:, None] == one) | (one[:, None] == other) | (other[:, None] == one) | (
        other[:, None] == other)  # fmt: skip
    brute = max(h @ shares @ h, h @ h)
    assert density(full.sum(axis=1).astype(int)).error == pytest.approx(
        np.sqrt(brute * 12 / 11) / 66
    )


@pytest.mark.parametrize("unequal", [0.0, 0.8])
def test_intervals_of_density_cover(unequal):
    rng = np.random.default_rng(5)
    held = []
    for _ in range(300):
        ready = rng.lognormal(-(unequal**2) / 2, unequal, 60) if unequal else np.ones(60)
        chance = np.minimum(0.1 * ready[:, None] * ready, 1)
        full = np.triu(rng.random((60, 60)) < chance, 1)
        found = density((full | full.T).sum(axis=1))
        held.append(abs(found.value - 0.1) <= 2.0 * found.error)
    assert 0.88 <= np.mean(held) <= 0.99


def test_rewiring_keeps_how_many_ties_everybody_has():
    for graph, is_directed in (
        (nx.gnm_random_graph(30, 90, seed=6), False),
        (nx.gnm_random_graph(30, 150, seed=6, directed=True), True),
    ):
        ties = matrix(graph)
        mixed = rewired(ties, is_directed=is_directed, key=7, step=0)
        assert (mixed.sum(axis=0) == ties.sum(axis=0)).all()
        assert (mixed.sum(axis=1) == ties.sum(axis=1)).all()
        assert mixed.max() == 1
        assert (mixed != ties).nnz > 0
        assert mixed.diagonal().sum() == 0


def test_likeness_of_equal_groups_agrees_with_statsmodels():
    rng = np.random.default_rng(7)
    group = np.repeat(np.arange(20), 8).astype(np.int32)
    answer = rng.normal(0, 1, 20)[group] + rng.normal(0, 1, 160)
    found = intraclass(answer, group)
    fit = sm.MixedLM(answer, np.ones(160), groups=group).fit(reml=True)
    theirs = float(np.asarray(fit.cov_re)[0, 0])
    assert found.value == pytest.approx(theirs / (theirs + fit.scale), abs=1e-4)


def test_intervals_of_likeness_cover_where_groups_differ_in_size():
    rng = np.random.default_rng(8)
    held, false = [], []
    for _ in range(300):
        group = np.repeat(np.arange(10), rng.integers(2, 25, 10)).astype(np.int32)
        answer = rng.normal(0, np.sqrt(0.3), 10)[group] + rng.normal(
            0, np.sqrt(0.7), group.size
        )
        found = intraclass(answer, group)
        held.append(found.low <= 0.3 <= found.high)
        false.append(intraclass(rng.normal(size=group.size), group).p <= 0.05)
    assert 0.92 <= np.mean(held) <= 0.98
    assert np.mean(false) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 300)


def test_likeness_along_ties_is_morans_i():
    rng = np.random.default_rng(9)
    answer = rng.normal(size=50)
    one, other = np.triu_indices(50, 1)
    keep = rng.random(one.size) < 0.1
    pairs = TiedPairs(one[keep], other[keep], NONE, NONE)
    found = likeness_along_ties(answer, pairs, draws=199, rng=rng)
    w = np.zeros((50, 50))
    w[pairs.one, pairs.other] = w[pairs.other, pairs.one] = 1
    z = answer - answer.mean()
    assert found.value == pytest.approx(50 / w.sum() * (z @ w @ z) / (z @ z))
    assert found.low < found.value < found.high
    place = np.sort(rng.normal(size=50))
    near = TiedPairs(np.arange(49), np.arange(1, 50), NONE, NONE)
    assert likeness_along_ties(place, near, draws=199, rng=rng).p == pytest.approx(0.005)


def test_planted_trust_and_norms_are_found_each_in_its_frame():
    world, study, truth = knowing_world(1, organisations=400, clusters=6)
    found = social_capital(
        study, clustering_in(world, study), layers=["coinvention"], draws=19, rng=1
    )
    survey = found.trust.filter(
        (pl.col("measure") == "trust (survey)") & pl.col("value").is_not_null()
    )
    means = dict(survey.group_by("among").agg(
        (pl.col("value") * pl.col("n")).sum() / pl.col("n").sum()
    ).iter_rows())  # fmt: skip
    # the made-up world trusts 2/3 on its own ties, the planted ones pull either way
    assert means["within"] > means["to others"] + 0.02
    norm = found.conventions.filter(pl.col("grouping") == "cluster").row(0, named=True)
    assert norm["norm"] == "norm_openness"
    assert norm["low"] <= truth.plan.icc <= norm["high"]
    assert not {"index", "sum", "score"} & set(found.structure.columns)
    assert set(found.structure["measure"]) == {
        "density", "closure", "weak ties", "reciprocity", "bridging"
    }  # fmt: skip


def test_small_clusters_no_clusters_and_bad_arguments():
    world = make_world(organisations=150, clusters=1, rng=1)
    study = world.study
    clustering = clustering_in(world, study)
    few = study.with_table("linkages", study.linkages.head(3))
    found = social_capital(few, clustering, draws=9, rng=1)
    assert found.structure["value"].null_count() == found.structure.height
    assert "cannot be measured" in str(found)
    assert found.conventions.height == 0
    assert "conventions are not measured" in str(found)
    told = study.linkages.with_columns(trust=pl.lit(None), formal=pl.lit(None))
    silent = social_capital(study.with_table("linkages", told), clustering, draws=9, rng=1)
    assert silent.trust["reason"].null_count() == 0
    with pytest.raises(TooFew, match="no linkages"):
        social_capital(study.with_table("linkages", study.linkages.clear()), clustering)
    with pytest.raises(InvalidArgument, match="has the layer"):
        social_capital(study, clustering, layers=["nonsense"])
