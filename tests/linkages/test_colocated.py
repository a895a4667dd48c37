"""Do co-located clusters collaborate or compete? Planted relations, error rates, bad input."""

import numpy as np
import polars as pl
import pytest
from tests.clusters.planted import planted

from buzzline.clusters.siblings import SiblingRule, families
from buzzline.errors import InvalidArgument
from buzzline.linkages.city_gravity import city_of, yardsticks
from buzzline.linkages.colocated import SCHEMAS, colocated_clusters
from buzzline.linkages.colocated_readings import collaboration_readings
from buzzline.linkages.colocated_rows import ColocatedRule
from buzzline.linkages.linkage_types import (
    between_units,
    owner_units,
    ties_by_cluster,
    typed_ties,
)
from buzzline.linkages.quadrants import AxisValue
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_sibling_world
from buzzline.tables.worlds.plans import Bonds, Odds, Parks

QUIET = Bonds(spells=False)


def held(world, **choices):
    return colocated_clusters(world.study, planted(world), **{"draws": 99, "rng": 1, **choices})


def world_of(relation=None, *, rng=1, organisations=300, bonds=QUIET, **choices):
    return make_sibling_world(
        relation=relation, organisations=organisations, bonds=bonds, rng=rng, **choices
    )


def without(study, **tables):
    """Return a study with some of its tables replaced, or left out where None."""
    kept = {name: getattr(study, name) for name in ("organisations", "linkages", "places",
            "establishments", "outcomes", "initiatives")} | tables  # fmt: skip
    return Study.of(**{name: frame for name, frame in kept.items() if frame is not None})


@pytest.mark.parametrize("relation", ["collaborating", "competing", "both", "neither"])
@pytest.mark.parametrize("distinct", [True, False])
def test_planted_relations_are_recovered(relation, distinct):
    found = [
        held(world_of(relation, distinct=distinct, rng=rng, organisations=800)).pairs[
            "verdict"
        ][0]
        for rng in range(3)
    ]
    assert set(found) <= {relation, "not testable"}
    assert found.count(relation) >= 2


@pytest.mark.parametrize(("separate", "distinct"), [(True, True), (False, True), (True, False)])
def test_collaboration_equals_the_planted_odds_on_average(separate, distinct):
    bonds = Bonds(spells=False, layers=("research", "supply"), collaboration=3)
    values = [
        held(world_of("collaborating", bonds=bonds, separate=separate, distinct=distinct,
                      rng=rng, organisations=600), draws=9).types["value"].drop_nulls().to_numpy()
        for rng in range(6)
    ]  # fmt: skip
    assert np.mean(values) == pytest.approx(np.log(3), abs=0.15)


@pytest.mark.slow
def test_intervals_of_collaboration_cover_what_was_planted():
    """Over all types together; single types, which share who is a hub, are on the wide side."""
    covered, single, values, spreads = [], [], [], []
    for rng in range(100):
        found = held(world_of(rng=rng, organisations=500), draws=49)
        pair = found.pairs.row(0, named=True)
        covered.append(pair["collaboration_low"] <= 0 <= pair["collaboration_high"])
        values.append(pair["collaboration"])
        spreads.append((pair["collaboration_high"] - pair["collaboration_low"]) / 3.92)
        single += ((found.types["low"] < 0) & (found.types["high"] > 0)).to_list()
    assert 0.9 <= np.mean(covered) <= 1
    assert np.mean(single) >= 0.94
    assert abs(np.mean(values)) < 0.05
    assert 0.7 < np.std(values) / np.mean(spreads) < 1.15


def test_intervals_of_collaboration_hold_zero_where_none_was_planted():
    covered = []
    for rng in range(8):
        types = held(world_of(rng=rng), draws=9).types
        covered += ((types["low"] < 0) & (types["high"] > 0)).to_list()
    assert np.mean(covered) >= 0.8  # 32 intervals, of 8 worlds


def test_keeping_to_oneself_does_not_count_against_collaborating():
    """Special case: 50 times the ties within leave the ratio between where it was."""
    layers = {"layers": ("research",), "spells": False}
    values = [
        held(world_of(bonds=Bonds(odds={"research": Odds(within, 1, 1)}, **layers),
                      organisations=800), draws=9).types.filter(type="research")["value"][0]
        for within in (1, 50)
    ]  # fmt: skip
    assert abs(values[1] - values[0]) < 0.6
    assert abs(values[1]) < 0.6


def drawn_on(world):
    """What each sibling draws on: the plan for each pool, by how much stands in it."""
    field = world.truth.field
    affinity = next(iter(world.truth.affinities.values()))
    n = affinity.draws_on.shape[1]
    pooled = field.pool >= 0
    mass = np.bincount(field.pool[pooled], weights=field.mass[pooled], minlength=n)
    share = affinity.draws_on * mass
    return share / share.sum(axis=1, keepdims=True)


def test_rivalry_equals_the_planted_overlap():
    for relation in ("competing", "neither"):
        world = world_of(relation, organisations=1000)
        one, other = drawn_on(world)
        planted_overlap = 2 * one @ other / (one @ one + other @ other)
        resources = held(world, draws=9).resources
        told = resources.filter(pl.col("value").is_not_null())
        assert told["value"].mean() == pytest.approx(planted_overlap, abs=0.08)
        assert set(told["resource"]) == {"hires", "customers", "suppliers", "research partners"}


def test_siblings_that_draw_on_what_everybody_draws_on_do_not_compete():
    """Null: no relation planted, and the overlap near 1 as that of any two groups."""
    for rng in range(3):
        pair = held(world_of(rng=rng, organisations=400), draws=39).pairs.row(0, named=True)
        assert pair["rivalry_low"] > 0.5
        assert pair["verdict"] not in ("competing", "both") or pair["rivalry_p"] <= 0.05
        assert pair["rivalry_expected"] > 0.85
        assert pair["rivalry_p"] > 0.05
        assert "as far away and as active" in pair["reason"]


def test_rivals_share_more_with_each_other_than_with_anybody_else():
    pair = held(world_of("competing", organisations=800), draws=39).pairs.row(0, named=True)
    assert pair["rivalry_p"] == 1 / 40
    assert pair["rivalry_expected"] < pair["rivalry_low"]


@pytest.mark.parametrize("draws", [0, 1])
def test_too_few_draws_say_so_and_keep_the_values(draws):
    world = world_of("competing", organisations=400)
    pair = held(world, draws=draws).pairs.row(0, named=True)
    whole = held(world, draws=39).pairs.row(0, named=True)
    assert pair["verdict"] == "not testable"
    assert "too few draws to tell: at least 19" in pair["reason"]
    assert "source" not in pair["reason"]
    for name in ("collaboration", "rivalry"):
        assert pair[name] == pytest.approx(whole[name])


def test_complementarity_equals_what_was_planted():
    for share in (0.0, 0.6):
        bonds = Bonds(spells=False, complementarity=share)
        pair = held(world_of(bonds=bonds, organisations=1500), draws=99).pairs.row(
            0, named=True
        )
        assert pair["complementarity"] == pytest.approx(share, abs=0.1)
        assert (pair["complementarity_p"] <= 0.05) == (share > 0)


def test_the_response_to_a_shock_is_recovered_and_bears_the_verdict_out():
    for relation, planted_response in (("collaborating", 0.2), ("competing", -0.2)):
        pair = held(world_of(relation), draws=99).pairs.row(0, named=True)
        assert pair["response"] == pytest.approx(planted_response, abs=0.06)
        assert pair["over_time"].endswith("bears it out")
    assert held(world_of("both")).pairs["over_time"][0] == "no response seen"


def test_owners_of_several_sites_are_collapsed_and_shown_with_and_without():
    bonds = Bonds(spells=False, owner_ties=40)
    world = world_of("neither", bonds=bonds, parks=Parks(owners=4), organisations=600)
    found = held(world)
    pair = found.pairs.row(0, named=True)
    assert pair["owners"] == "collapsed"
    assert pair["n_owner_ties"] == 4 * 160
    assert pair["verdict"] == "neither"
    assert pair["verdict_as_recorded"] != "neither"
    assert pair["collaboration_as_recorded"] > pair["collaboration"] + 1
    assert set(found.types["owners"]) == {"collapsed", "as recorded"}
    assert held(world_of("neither")).pairs["owners"][0] == "as recorded"


def test_owners_by_hand():
    rows = pl.DataFrame({"org_id": ["a", "b", "c", "d"], "owner_id": ["c", "c", None, None]})
    unit = owner_units(rows)
    assert unit.tolist() == [2, 2, 2, 3]
    ties = typed_ties(Study.of(
        organisations=rows.with_columns(industry=pl.lit("x")),
        linkages=pl.DataFrame({"source": ["a", "a", "d"], "target": ["b", "d", "c"],
                               "layer": ["supply"] * 3}),
    ))  # fmt: skip
    assert between_units(ties.types["input-output"], unit).source.tolist() == [0, 3]


def test_owners_of_owners_are_followed_to_the_last_and_circles_are_one():
    def units(*owners):
        ids = "abcdef"[: len(owners)]
        return owner_units(pl.DataFrame(
            {"org_id": list(ids), "owner_id": pl.Series(owners, dtype=pl.String)}
        )).tolist()  # fmt: skip

    assert units("b", "c", None, "c") == [2, 2, 2, 2]
    assert units("b", "c", "d", "e", "f", None) == [5] * 6
    assert units("b", "a", None) == [0, 0, 2]
    assert units("b", "c", "a", "a", "d") == [0] * 5
    assert units("a", None) == [0, 1]


def test_ties_of_clusters_equal_a_plain_search():
    """Brute force: every tie with a member of either cluster, once."""
    world = world_of(parks=Parks(siblings=3))
    family = families(world.study.organisations, planted(world), SiblingRule())[0]
    ties = typed_ties(world.study).types["research"]
    found = ties_by_cluster(ties, family.label, 3)
    for one, other in ((0, 1), (0, 2), (1, 2), (1, 1)):
        some = found.of_pair(one, other)
        wanted = [
            (s, t) for s, t in zip(ties.source, ties.target, strict=True)
            if {family.label[s], family.label[t]} & {one, other}
        ]  # fmt: skip
        assert sorted(zip(some.source, some.target, strict=True)) == sorted(wanted)


def test_expected_ties_equal_sums_over_all_pairs():
    """Brute force: masses of everybody known exactly, and the sum over pairs of members."""
    world = world_of(organisations=900, bonds=Bonds(ties_each=40, spells=False))
    family = families(world.study.organisations, planted(world), SiblingRule())[0]
    city = city_of(world.study.organisations, family.label, family.clusters)
    ties = typed_ties(world.study).types["research"]
    yardstick = yardsticks(city, {"research": ties}, family.pairs)["research"]
    field = world.truth.field
    km = np.linalg.norm(field.position[:, None] - field.position, axis=2)
    rate = np.outer(field.mass, field.mass) * np.maximum(km, 1) ** -0.9
    np.fill_diagonal(rate, 0)
    one, other, base = family.label == 0, family.label == 1, city.is_base

    def whole(here, there):
        return rate[np.ix_(here, there)].sum()

    scale = yardstick.base_ties / (whole(base, base) / 2)
    exact = np.log(whole(one, other) / (scale * whole(one, base) * whole(other, base)))
    assert yardstick.log_between[0, 1] == pytest.approx(exact, abs=0.08)


def test_nothing_changes_when_rows_are_shuffled_and_the_ids_renamed():
    world = world_of("both")
    first = held(world).pairs
    study, clustering = world.study, planted(world)
    ids = study.organisations["org_id"].sort()
    new = {old: f"x{i:05}" for i, old in enumerate(ids)}

    def renamed(frame, *names):
        return frame.with_columns(pl.col(name).replace(new) for name in names)

    links = renamed(study.linkages, "source", "target").sample(fraction=1, shuffle=True, seed=2)
    other = without(
        study, organisations=renamed(study.organisations, "org_id", "owner_id").sample(
            fraction=1, shuffle=True, seed=4),
        linkages=links, establishments=renamed(study.establishments, "org_id"),
    )  # fmt: skip
    members = renamed(clustering.members, "org_id").sample(fraction=1, shuffle=True, seed=3)
    again = colocated_clusters(
        other, type(clustering)(clustering.clusters, members, clustering.tree,
                                clustering.coverage, 0.95, 0.05, 0), draws=99, rng=1,
    ).pairs  # fmt: skip
    assert first["verdict"].to_list() == again["verdict"].to_list()
    names = "collaboration rivalry rivalry_low rivalry_p complementarity response"
    for name in names.split():
        assert first[name][0] == pytest.approx(again[name][0], abs=1e-9)


def test_bootstrap_shares_of_quadrants_sum_to_one_and_follow_the_verdict():
    pair = held(world_of("competing", organisations=800)).pairs.row(0, named=True)
    shares = [pair[f"share_{name}"] for name in
              ("collaborating", "competing", "both", "neither")]  # fmt: skip
    assert sum(shares) == pytest.approx(1)
    assert pair["share_competing"] > 0.9


def test_the_verdict_is_shown_at_other_cuts_of_the_overlap():
    found = held(world_of("competing", organisations=600))
    usual = pl.col("smallest_ratio").eq(2) & pl.col("notable_ratio").is_between(1.249, 1.251)
    cuts = found.sensitivity.filter(usual)["overlap_cut"].to_list()
    assert cuts == [0.3, 0.4, 0.5, 0.6, 0.7]
    others = found.sensitivity.filter(~usual).select("smallest_ratio", "notable_ratio").rows()
    assert others == [(1.5, 1.25), (3.0, 1.25), (2.0, 1.1), (2.0, 1.5)]
    assert set(found.sensitivity["verdict"]) <= {"competing", "not testable"}


def test_by_hand_the_side_of_collaboration_at_other_ratios():
    axis = AxisValue(0.0, -0.5, np.log(1.8), side="low", n=1)  # 0.6 to 1.8 times
    sides = {
        ratios: read.side
        for *ratios, read in collaboration_readings(axis, [(-0.5, 0.58)], 2.0)
        for ratios in [tuple(ratios)]
    }
    assert sides == {(1.5, 1.25): "", (3.0, 1.25): "low", (2.0, 1.1): "low", (2.0, 1.5): "low"}
    more = AxisValue(0.5, np.log(1.2), 1.0, n=1)
    sides = [read.side for *_, read in collaboration_readings(more, [(0.18, 1.0)], 2.0)]
    assert sides == ["", "low", "high", ""]


def test_types_that_disagree_are_not_taken_together():
    odds = {"research": Odds(1, 6, 1), "supply": Odds(1, 1 / 6, 1)}
    bonds = Bonds(layers=("research", "supply"), odds=odds, spells=False)
    pair = held(world_of(bonds=bonds, organisations=600)).pairs.row(0, named=True)
    assert pair["i2"] > 0.5
    assert pair["verdict"] == "not testable"
    assert "disagree" in pair["reason"]


def test_the_table_has_four_types_by_three_classes():
    found = held(world_of())
    assert found.ties.height == 12
    sums = found.ties.group_by("type").agg(pl.col("share").sum(), pl.col("n").sum())
    assert np.allclose(sums["share"], 1)
    assert (found.ties["low"] <= found.ties["share"]).all()
    assert (found.ties["high"] >= found.ties["share"]).all()
    assert found.ties.filter(pl.col("class") == "beyond")["log_ratio"].to_list() == [0.0] * 4


def test_log_ratios_within_and_between_have_intervals_that_hold_what_was_planted():
    layers = {"layers": ("research", "supply"), "spells": False}
    odds = {name: Odds(1, 1, 1) for name in layers["layers"]}
    covered = []
    for rng in range(4):
        found = held(world_of(bonds=Bonds(odds=odds, **layers), rng=rng), draws=9)
        told = found.ties.filter(pl.col("class") != "beyond").drop_nulls("log_ratio")
        inside = (told["log_ratio_low"] < told["log_ratio"]) & (
            told["log_ratio"] < told["log_ratio_high"]
        )
        assert inside.all()
        covered += ((told["log_ratio_low"] < 0) & (told["log_ratio_high"] > 0)).to_list()
        between = told.filter(pl.col("class") == "between").select("log_ratio_low")
        same = found.types.filter(pl.col("value").is_not_null())["low"]
        assert np.allclose(between.to_series(), same)
    assert len(covered) >= 12
    assert np.mean(covered) >= 0.8


def test_ties_within_fifty_times_as_likely_lie_above_their_interval_of_chance():
    bonds = Bonds(odds={"research": Odds(50, 1, 1)}, layers=("research",), spells=False)
    ties = held(world_of(bonds=bonds, organisations=500), draws=9).ties
    within = ties.filter(type="research").filter(pl.col("class") == "within")
    assert within["log_ratio_low"].item() < np.log(50) < within["log_ratio_high"].item() + 1
    assert within["log_ratio_low"].item() > 1


def interviews(n=30, seed=1):
    """Few organisations of two parks, asked for their partners, and nobody else."""
    rng = np.random.default_rng(seed)
    label = np.repeat([0, 1], n // 2)
    x = np.where(label == 0, 0.0, 10.0) + rng.normal(0, 1, n)
    from tests.clusters.planted import clustering_of, study_at

    study = study_at(x, rng.normal(0, 1, n), ["drugs"] * n)
    ids = study.organisations["org_id"]
    source, target = rng.integers(n, size=(2, 2 * n))
    apart = source != target
    source, target = source[apart], target[apart]
    ties = pl.DataFrame({"source": ids[source], "target": ids[target],
                         "layer": ["research"] * len(source)})  # fmt: skip
    clusters = pl.DataFrame({
        "cluster_id": ["A", "B"], "label": ["A", "B"], "industry": ["drugs"] * 2,
        "longitude": [0.0, 10 / 111.195], "latitude": [0.0, 0.0],
    })  # fmt: skip
    members = pl.DataFrame({"cluster_id": [("A", "B")[k] for k in label], "org_id": ids,
                            "is_core": True})  # fmt: skip
    return Study.of(organisations=study.organisations, linkages=ties), clustering_of(
        clusters, members
    )


def test_few_interviews_give_credible_intervals_and_exact_tests_and_no_verdict():
    study, clustering = interviews()
    found = colocated_clusters(study, clustering, draws=49, rng=1)
    assert found.pairs["verdict"].to_list() == ["not testable"]
    assert "outside the clusters have coordinates" in found.pairs["reason"][0]
    asked = found.organisations.filter(type="research")
    assert asked["n"].to_list() == [15, 15]
    assert (asked["between_low"] < asked["between"]).all()
    assert (asked["between_high"] > asked["between"]).any()
    assert asked["p_within"].is_between(0, 1).all()
    assert asked["reason"].to_list() == ["nobody in no cluster is as far from the sibling and "
                                         "as active"] * 2  # fmt: skip


def test_exact_p_of_labels_is_uniform_or_above_where_membership_does_not_matter():
    p = []
    for rng in range(12):
        p += held(world_of(rng=rng), draws=0).organisations["p"].drop_nulls().to_list()
    assert len(p) > 80
    assert np.mean(np.array(p) <= 0.05) <= 0.1
    assert np.mean(np.array(p) <= 0.5) <= 0.65


def test_exact_p_of_labels_sees_collaboration():
    p = held(world_of("collaborating", organisations=2000), draws=0).organisations["p"]
    assert (p < 0.01).all()


BAD = {
    "no ties": lambda s: {"linkages": None},
    "one layer": lambda s: {"linkages": s.linkages.filter(pl.col("layer") == "supply")},
    "no coordinates": lambda s: {"organisations": s.organisations.with_columns(
        longitude=pl.lit(None, pl.Float64), latitude=pl.lit(None, pl.Float64))},
    "one point": lambda s: {"organisations": s.organisations.with_columns(
        longitude=pl.lit(2.0), latitude=pl.lit(48.0))},
    "no industries": lambda s: {"organisations": s.organisations.with_columns(
        industry=pl.lit(None, pl.String))},
    "no time": lambda s: {"outcomes": None, "initiatives": None},
    "missing years": lambda s: {"outcomes": s.outcomes.filter(pl.col("year") % 4 == 0)},
    "outcomes below 0": lambda s: {"outcomes": s.outcomes.with_columns(value=-pl.col("value"))},
    "no functions": lambda s: {"establishments": None},
    "only acquisitions": lambda s: {"linkages": s.linkages.with_columns(
        layer=pl.lit("acquisition"))},
}  # fmt: skip


@pytest.mark.parametrize("what", list(BAD))
def test_bad_input_is_a_legal_answer(what):
    world = world_of("collaborating", organisations=200)
    study = without(world.study, **BAD[what](world.study))
    found = colocated_clusters(study, planted(world), draws=9, rng=1)
    assert found.pairs.height == 1
    for name, schema in SCHEMAS.items():
        frame = getattr(found, name)
        assert dict(frame.schema) == dict(schema)
    pair = found.pairs.row(0, named=True)
    assert (pair["verdict"] == "not testable") == bool(pair["reason"])
    untold = found.types.filter(pl.col("verdict") == "not testable")
    assert (untold["reason"] != "").all()
    assert len(str(found)) > 20


def test_bad_input_says_what_is_missing():
    world = world_of("collaborating", organisations=200)

    def found(what):
        study = without(world.study, **BAD[what](world.study))
        return colocated_clusters(study, planted(world), draws=9, rng=1)

    assert "no ties of this type" in found("no ties").pairs["reason"][0]
    assert "acquisition" in str(found("only acquisitions"))
    assert found("no time").responses["reason"][0].startswith("no yearly outcomes")
    assert "years before" in found("missing years").responses["reason"][0]
    one = found("one layer").types
    assert one.filter(type="labour")["reason"][0] == "no ties of this type"


def test_one_cluster_and_none_are_legal():
    world = world_of()
    clustering = planted(world)
    one = clustering.clusters.head(1)
    alone = type(clustering)(one, clustering.members, clustering.tree, clustering.coverage,
                             0.95, 0.05, 0)  # fmt: skip
    found = colocated_clusters(world.study, alone, draws=9, rng=1)
    assert found.pairs.is_empty()
    assert "within 50 km" in str(found)
    nothing = type(clustering)(one.clear(), clustering.members.clear(), clustering.tree,
                               clustering.coverage, 0.95, 0.05, 0)  # fmt: skip
    assert "no clusters" in str(colocated_clusters(world.study, nothing, draws=9, rng=1))


@pytest.mark.parametrize("rule", [
    ColocatedRule(window_years=0), ColocatedRule(overlap_cut=0), ColocatedRule(overlap_cut=1),
    ColocatedRule(reach_km=0),
])  # fmt: skip
def test_every_rule_within_bounds_gives_an_answer(rule):
    world = world_of("both", organisations=200)
    assert str(held(world, rule=rule, draws=0))


@pytest.mark.parametrize("ratio", [0, 1])
def test_a_smallest_ratio_that_is_none_is_refused(ratio):
    rule = ColocatedRule(smallest_ratio=ratio)
    with pytest.raises(InvalidArgument, match="`smallest_ratio` must be above 1"):
        held(world_of("both", organisations=200), rule=rule, draws=0)


def test_clusters_of_different_industries_are_held_together_where_asked():
    world = world_of("collaborating", organisations=400)
    clustering = planted(world)
    apart = clustering.clusters.with_columns(industry=pl.Series(["optics", "drugs"]))
    two = type(clustering)(apart, clustering.members, clustering.tree, clustering.coverage,
                           0.95, 0.05, 0)  # fmt: skip
    assert colocated_clusters(world.study, two, draws=9, rng=1).pairs.is_empty()
    rule = ColocatedRule(across_industries=True)
    found = colocated_clusters(world.study, two, rule=rule, draws=99, rng=1)
    assert found.pairs["industry"].to_list() == ["optics and drugs"]
    assert found.pairs["verdict"].to_list() == ["collaborating"]


def test_organisations_are_counted_as_a_plain_search_would():
    """Brute force: who of a cluster has a tie within, to the sibling, and to anybody else."""
    world = world_of()
    found = held(world, draws=0)
    ties = world.study.linkages.filter(pl.col("layer") == "research")
    cluster = dict(zip(world.study.organisations["org_id"], world.truth.cluster, strict=True))
    both = [*ties.select("source", "target").rows(), *ties.select("target", "source").rows()]
    both = [(one, other) for one, other in both if one != other]
    for side, other, name in ((0, 1, "D0"), (1, 0, "D1")):
        row = found.organisations.filter(type="research", side=name).row(0, named=True)
        reached = {
            kind: {one for one, to in both if cluster[one] == side and test(cluster[to])}
            for kind, test in (
                ("within", lambda to, side=side: to == side),
                ("between", lambda to, other=other: to == other),
                ("beyond", lambda to, side=side, other=other: to not in (side, other)),
            )
        }  # fmt: skip
        assert row["n"] == len(set.union(*reached.values()))
        for kind, members in reached.items():
            assert row[f"n_{kind}"] == len(members)


def test_q_of_one_pair_is_its_p_and_never_below():
    types = held(world_of(parks=Parks(siblings=3)), draws=0).types.drop_nulls("p")
    assert (types["q"] >= types["p"] - 1e-12).all()
    one = held(world_of(), draws=0).types
    assert one["q"].to_list() == pytest.approx(one["p"].to_list())


def test_members_that_were_not_noticed_do_not_pass_for_a_common_source():
    """Remote members left out of the clusters: of their industry, tied to both."""
    for relation in ("collaborating", "competing"):
        world = world_of(relation, organisations=800, parks=Parks(remote=0.2))
        whole = planted(world)
        near = whole.members.filter("is_core")
        found = type(whole)(whole.clusters, near, whole.tree, whole.coverage, 0.95, 0.05, 0)
        pair = colocated_clusters(world.study, found, draws=99, rng=1).pairs
        assert pair["verdict"].to_list() == [relation]
