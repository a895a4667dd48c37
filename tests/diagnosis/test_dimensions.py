"""Five dimensions of clusters: indicators by hand, networkx, planted differences, bad input."""

from dataclasses import replace

import networkx as nx
import numpy as np
import polars as pl
import pytest
from tests.clusters.planted import clustering_of
from tests.linkages.planted_patterns import as_clustering

from buzzline.analysis import NotMade
from buzzline.diagnosis.dimension_indicators import (
    agreement_on_norms,
    controlled_elsewhere,
    effective_rivals,
    freeman,
    inputs_at_hand,
    joint_action,
    local_inputs,
    participation,
    second_tier,
    support,
    three_largest,
    user_producer,
    variety,
    watching,
)
from buzzline.diagnosis.dimension_scene import dimension_scene
from buzzline.diagnosis.dimensions import five_dimensions
from buzzline.diagnosis.openness import external_indicators
from buzzline.diagnosis.scores import against_draws, of_members
from buzzline.diagnosis.standing_signs import signs_of_dimensions
from buzzline.diagnosis.standings import DIMENSIONS
from buzzline.errors import InvalidArgument
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world


def by_hand(*, kind=None, **tables):
    """Ten members at one place, others of the industry and a university around."""
    n = 40
    members = list(range(10))
    organisations = pl.DataFrame({
        "org_id": [f"o{i}" for i in range(n)],
        "industry": ["wine"] * 30 + ["glass"] * 10,
        "kind": kind or ["sme"] * 38 + ["university", "agency"],
        "longitude": [5.0] * 10 + [25.0] * 20 + [5.1] * 10,
        "latitude": [45.0] * n,
        "country": ["FR"] * 10 + ["BG"] * 20 + ["FR"] * 10,
        "jobs": [10.0] * 10 + [float(k) for k in range(1, 21)] + [5.0] * 10,
    })  # fmt: skip
    study = Study.of(organisations=organisations, **tables)
    clusters = pl.DataFrame({"cluster_id": ["c"], "label": ["Here"], "industry": ["wine"],
                             "longitude": [5.0], "latitude": [45.0]})  # fmt: skip
    found = pl.DataFrame({"cluster_id": "c", "org_id": [f"o{i}" for i in members],
                          "is_core": True})  # fmt: skip
    clustering = clustering_of(clusters, found)
    scene = dimension_scene(study, clustering, cutoffs=Cutoffs(), level=0.95, draws=99, seed=1)
    return scene, scene.clusters[0]


def ties(pairs, layer="supply"):
    return pl.DataFrame({"source": [f"o{a}" for a, _ in pairs],
                         "target": [f"o{b}" for _, b in pairs], "layer": layer,
                         "directed": layer == "supply"})  # fmt: skip


def test_by_hand_equal_rivals_are_as_many_as_there_are():
    found = effective_rivals(*by_hand())
    assert found.value == pytest.approx(np.log(10))
    assert found.expected < found.value  # the others are of uneven size
    assert found.at == pytest.approx(found.value - found.expected)


def test_by_hand_the_three_largest_of_ten_equal():
    assert three_largest(*by_hand()).value == pytest.approx(0.3)


def test_by_hand_purchases_from_nearby():
    pairs = [(30 + k % 8, k % 10) for k in range(12)] + [(10 + k, k) for k in range(8)]
    found = local_inputs(*by_hand(linkages=ties(pairs)))
    assert found.value == pytest.approx(0.6)
    assert found.n == 20


def test_purchases_without_coordinates_are_not_distant():
    scene, cluster = by_hand(linkages=ties([(30 + k % 8, k % 10) for k in range(12)]))
    lost = np.full_like(scene.scene.standing.xyz, np.nan)
    lost = replace(scene.scene, standing=replace(scene.scene.standing, xyz=lost))
    assert np.isnan(local_inputs(replace(scene, scene=lost), cluster).at)


def test_by_hand_suppliers_that_are_supplied():
    pairs = [(i, j) for i in range(30, 40) for j in range(3)]  # ten local suppliers
    pairs += [(31, 30), (32, 31), (12, 33)]  # two with a local one, one with a distant one
    found = second_tier(*by_hand(linkages=ties(pairs)))
    assert found.value == pytest.approx(0.2)


def test_by_hand_users_producers_and_joint_action():
    scene, cluster = by_hand(linkages=ties([(0, 1), (1, 2), (3, 30)]))
    assert user_producer(scene, cluster).value == pytest.approx(0.3)
    acting = by_hand(linkages=ties([(0, 1), (2, 3), (2, 30)], "joint_action"))
    assert joint_action(*acting).value == pytest.approx(0.4)


def test_by_hand_inputs_whose_industry_is_there():
    flows = pl.DataFrame({"industry": ["glass", "cork", "wine"], "other": ["wine"] * 3,
                          "kind": "input_output", "value": [30.0, 60.0, 10.0]})  # fmt: skip
    found = inputs_at_hand(*by_hand(industry_flows=flows))
    assert found.value == pytest.approx(0.4)
    assert found.reason == "exact count"


def test_by_hand_support_and_who_takes_part():
    scene, cluster = by_hand(linkages=ties([(0, 38), (1, 38), (39, 2), (3, 30)], "advice"))
    assert support(scene, cluster).value == pytest.approx(20.0)
    assert participation(scene, cluster).value == pytest.approx(0.3)


def test_by_hand_both_layers_of_a_question_count_together():
    layers = pl.concat([ties([(0, 1)]), ties([(2, 3), (30, 4)], "subcontract")])
    assert user_producer(*by_hand(linkages=layers)).value == pytest.approx(0.4)
    layers = pl.concat([ties([(0, 1)], "monitor"), ties([(2, 3), (1, 2)], "competition")])
    assert watching(*by_hand(linkages=layers)).value == pytest.approx(0.4)
    pairs = [(30 + k % 8, k % 10) for k in range(12)] + [(10 + k, k) for k in range(8)]
    mixed = pl.concat([ties(pairs[:1]), ties(pairs[1:], "subcontract")]).with_columns(
        directed=pl.lit(value=True)
    )
    found = local_inputs(*by_hand(linkages=mixed))
    assert (found.value, found.n) == (pytest.approx(0.6), 20)
    outside = [one for one in external_indicators(("subcontract",)) if "ties" in one.name]
    assert outside[0].source == "supply"  # the same data never stand on both sides


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_published_interval_of_a_count_holds_it(count):
    garwood = {0: (0, 3.689), 1: (0.025, 5.572), 2: (0.242, 7.225), 5: (1.623, 11.668)}
    kind = ["sme"] * 35 + ["agency"] * count + ["sme"] * (5 - count)
    scene, cluster = by_hand(kind=kind)
    scene = replace(scene, is_support=np.array([one == "agency" for one in kind]))
    scene.is_support[20] = True  # far away
    found = support(scene, cluster)
    assert found.value == count * 10
    assert (found.low / 10, found.high / 10) == pytest.approx(garwood[count], abs=0.001)


def test_a_cluster_without_a_location_lies_amid_its_members():
    scene, cluster = by_hand(linkages=ties([(0, 38), (1, 38)], "advice"))
    nowhere = {**cluster, "longitude": None}
    for measure in (support, participation):
        assert measure(scene, nowhere) == measure(scene, cluster)
    lost = np.array(scene.scene.standing.xyz)
    lost[:10] = np.nan
    unplaced = replace(
        scene, scene=replace(scene.scene, standing=replace(scene.scene.standing, xyz=lost))
    )
    flows = pl.DataFrame({"industry": ["glass"], "other": ["wine"], "kind": "input_output",
                          "value": [30.0]})  # fmt: skip
    unplaced = replace(unplaced, study=scene.study.with_table("industry_flows", flows))
    for measure in (support, participation, inputs_at_hand):
        found = measure(unplaced, nowhere)
        assert np.isnan(found.at)
        assert "not known where the cluster lies" in found.reason


def test_clusters_that_all_measure_the_same_cannot_be_placed(world):
    study, clustering = world.study, as_clustering(world)
    twelve = pl.int_range(pl.len()).over("cluster_id") < 12
    equal = replace(clustering, members=clustering.members.filter(twelve))
    free = study.organisations.join(equal.members, on="org_id", how="anti")["org_id"]
    tie = pl.DataFrame({"source": free[:1], "target": free[1:2], "layer": "joint_action",
                        "directed": False})  # fmt: skip
    bare = study.with_table("linkages", tie).with_table(
        "organisations", study.organisations.with_columns(jobs=pl.lit(None, pl.Float64))
    )
    result = five_dimensions(bare, equal, draws=299, rng=1)
    power = result.dimensions.filter(dimension="power")
    assert set(power["indicators"]) == {"joint action"}
    assert set(power["status"]) == {"cannot be told"}
    assert (power["percentile_high"] - power["percentile_low"]).min() > 0.8
    signs = [s for s in signs_of_dimensions(result) if s.theme == "power dimension"]
    assert {s.reading for s in signs} == {"open"}
    assert all("cannot be told" in s.reason for s in signs)


def test_by_hand_variety_of_knowledge():
    items = pl.DataFrame({"item_id": [f"k{i}" for i in range(10)],
                          "org_id": [f"o{i}" for i in range(10)],
                          "classes": ["a|x"] * 5 + ["b"] * 5})  # fmt: skip
    # 25 of 45 pairs of members differ
    assert variety(*by_hand(knowledge_items=items)).value == pytest.approx(25 / 45)


def test_by_hand_norms_members_agree_on():
    value = [1.0, 1.1] * 5 + [0.0, 2.0] * 15
    norms = pl.DataFrame({"unit_id": [f"o{i}" for i in range(40)], "indicator": "norm_credit",
                          "year": 2020, "value": value})  # fmt: skip
    found = agreement_on_norms(*by_hand(outcomes=norms))
    own, everybody = np.var(value[:10], ddof=1), np.var(value, ddof=1)
    assert found.value == pytest.approx(1 - own / everybody)
    assert found.low < found.value < found.high


def test_by_hand_jobs_controlled_abroad():
    scene, cluster = by_hand()
    org = scene.study.organisations
    owner = pl.Series(["o12"] * 3 + ["o31"] + [None] * 36, dtype=pl.String)
    owned = scene.study.with_table("organisations", org.with_columns(owner_id=owner))
    members = pl.DataFrame({"cluster_id": "c", "org_id": [f"o{i}" for i in range(10)],
                            "is_core": True})  # fmt: skip
    clustering = clustering_of(pl.DataFrame([cluster]), members)
    again = dimension_scene(owned, clustering, cutoffs=Cutoffs(), level=0.95, draws=9, seed=1)
    assert controlled_elsewhere(again, cluster).value == pytest.approx(0.3)


def test_another_package_gives_the_same_centralisation():
    graph = nx.gnm_random_graph(20, 40, seed=1)
    ends = np.array(graph.edges)
    central = np.array(list(nx.degree_centrality(graph).values())) * 19
    expected = (central.max() - central).sum() / (19 * 18)
    assert freeman(ends[:, 0], ends[:, 1], 20) == pytest.approx(expected)


def test_no_data_have_a_reason():
    scene, cluster = by_hand()
    for measure in (variety, local_inputs, second_tier, inputs_at_hand, joint_action,
                    agreement_on_norms, controlled_elsewhere):  # fmt: skip
        found = measure(scene, cluster)
        assert np.isnan(found.at)
        assert len(found.reason) > 10


def test_recovers_the_truth_a_value_drawn_like_the_null_lies_within_its_spread():
    rng, hits = np.random.default_rng(1), 0
    for _ in range(300):
        score = against_draws(rng.normal(3, 2), rng.normal(3, 2, 199), level=0.95, n=10)
        hits += abs(score.at) < 1.96 * score.error
    assert hits / 300 > 0.95 - 2.6 * np.sqrt(0.95 * 0.05 / 300)


def test_shares_of_members_have_exact_intervals():
    score = of_members(0, 30, 0.95)
    assert (score.value, score.low) == (0, 0)
    assert np.isfinite(score.at)


@pytest.fixture(scope="module")
def world():
    return make_world(organisations=1500, clusters=16, industries=2, rng=3)


@pytest.fixture(scope="module")
def found(world):
    return five_dimensions(world.study, as_clustering(world), draws=299, rng=1)


def test_every_cluster_has_all_five_dimensions(found, world):
    per = found.dimensions.group_by("cluster_id").agg(pl.col("dimension").n_unique())
    assert per.height == 16
    assert set(per["dimension"]) == {5}
    assert set(found.dimensions["dimension"]) == set(DIMENSIONS)
    assert "sum" not in str(found.dimensions.columns)


def test_references_are_of_the_same_industry_where_there_are_enough(found):
    assert set(found.dimensions["reference"]) == {"same industry"}
    placed = found.dimensions.drop_nulls("percentile")
    assert placed["n_reference"].min() >= 5
    assert (placed["percentile_low"] <= placed["percentile"]).all()
    assert (placed["percentile"] <= placed["percentile_high"]).all()


def test_recovers_the_truth_a_planted_difference(world):
    study, clustering = world.study, as_clustering(world)
    own = study.organisations["org_id"].filter(pl.Series(world.truth.cluster == 0))
    pairs = pl.DataFrame({"source": own[:-1], "target": own[1:], "layer": "joint_action"})
    rest = [pl.DataFrame({"source": one[:2], "target": one[2:4], "layer": "joint_action"})
            for c in range(1, 16)
            for one in [study.organisations["org_id"].filter(
                pl.Series(world.truth.cluster == c))]]  # fmt: skip
    acting = study.with_table("linkages", pl.concat(
        [study.linkages, *(p.with_columns(directed=False) for p in (pairs, *rest))],
        how="diagonal"))  # fmt: skip
    result = five_dimensions(acting, clustering, draws=299, rng=1)
    one = result.indicators.filter(cluster_id="c0", indicator="joint action").row(0, named=True)
    assert one["value"] == 1.0
    assert one["percentile_low"] > 0.8


def test_invariant_rows_of_organisations_change_nothing(found, world):
    study = world.study
    order = np.random.default_rng(1).permutation(study.organisations.height)
    again = five_dimensions(
        study.with_table("organisations", study.organisations[order]), as_clustering(world),
        draws=299, rng=1,
    )  # fmt: skip
    counted = ["indicator", "value", "n"]
    no_draws = ~pl.col("null").str.contains("drawn|random")
    assert (
        again.indicators.filter(no_draws)
        .select(counted)
        .equals(found.indicators.filter(no_draws).select(counted))
    )


def test_external_ties_need_a_balance(found, world):
    rows = found.indicators.filter(pl.col("indicator").str.starts_with("global ties"))
    assert rows["status"].str.contains("It was not asked for").all()
    why = five_dimensions(world.study, as_clustering(world), balance=NotMade("No ties."),
                          draws=9, rng=1)  # fmt: skip
    rows = why.indicators.filter(pl.col("indicator").str.starts_with("national ties"))
    assert rows["status"].str.contains("No ties").all()


def test_performance_is_held_against_each_dimension(world):
    rng = np.random.default_rng(1)
    outcomes = pl.DataFrame({"unit_id": world.study.organisations["org_id"],
                             "indicator": "growth", "year": 2020,
                             "value": rng.standard_normal(1500)})  # fmt: skip
    result = five_dimensions(
        world.study.with_table("outcomes", outcomes), as_clustering(world),
        performance="growth", draws=9, rng=1,
    )  # fmt: skip
    assert result.responses["dimension"].to_list() == list(DIMENSIONS)
    assert not result.responses["verdict"].str.contains("inverted U").any()
    with pytest.raises(InvalidArgument, match="there are growth"):
        five_dimensions(world.study.with_table("outcomes", outcomes), as_clustering(world),
                        performance="profit", draws=9, rng=1)  # fmt: skip


def test_few_clusters_tell_nothing_and_say_so(world):
    clustering = as_clustering(world)
    few = replace(clustering, clusters=clustering.clusters.head(3))
    result = five_dimensions(world.study, few, draws=9, rng=1)
    assert result.dimensions["percentile"].null_count() == 15
    assert result.dimensions["status"].str.contains("at least 5|not measured").all()
    assert "Not measured" in str(result)


def test_no_cluster_and_no_ties_are_legal(world):
    clustering = as_clustering(world)
    none = replace(clustering, clusters=clustering.clusters.head(0))
    assert not five_dimensions(world.study, none, draws=9, rng=1).dimensions.height
    untied = world.study.with_table("linkages", world.study.linkages.head(0))
    result = five_dimensions(untied, clustering, draws=9, rng=1)
    external = result.dimensions.filter(dimension="external")
    assert (external["status"] == "not measured").all()


def test_bad_choices_are_refused(world):
    with pytest.raises(InvalidArgument, match="at least 1"):
        five_dimensions(world.study, as_clustering(world), draws=0)
