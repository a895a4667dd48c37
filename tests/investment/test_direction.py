"""Direction of deals: by hand, brute force, another package, invariants, truth, bad input."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import polars as pl
import pytest
from statsmodels.stats.proportion import proportion_confint
from tests.linkages.planted_advice import clustering_of

from buzzline.charts import chart
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.deals import deals_of
from buzzline.investment.direction import investment_direction
from buzzline.investment.direction_codes import digits_in_common, ladder_of
from buzzline.investment.direction_kinds import (
    BOTH,
    DOWN,
    HORIZONTAL,
    NEITHER,
    ONE_INDUSTRY,
    UP,
    Chain,
    direct_coefficients,
    kinds_at,
)
from buzzline.investment.direction_matching import matching_of, replicates
from buzzline.investment.direction_rows import Asked, Chance, columns_of
from buzzline.investment.direction_shared import in_common, industry_sets
from buzzline.investment.direction_shares import clustered_share, deals_needed
from buzzline.investment.knowledge_intensity import knowledge_intensive_industries
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world
from buzzline.tables.worlds.investments import plant_investments


def study_of(pairs, *, country=None, functions=None, **tables):
    """Return a study with one deal a pair of industries, each of an organisation of its own."""
    n = len(pairs)
    industry = [first for first, _ in pairs] + [second for _, second in pairs]
    org_id = [f"b{i}" for i in range(n)] + [f"t{i}" for i in range(n)]
    organisations = pl.DataFrame({
        "org_id": org_id, "industry": industry,
        "country": [*(country or ["CA"] * n), *["CN"] * n],
        "longitude": np.linspace(0, 9, 2 * n), "latitude": np.linspace(40, 49, 2 * n),
    }, schema_overrides={"industry": pl.String})  # fmt: skip
    linkages = pl.DataFrame({
        "source": org_id[:n], "target": org_id[n:], "layer": ["acquisition"] * n,
        "directed": [True] * n,
    })  # fmt: skip
    if functions:
        tables["establishments"] = pl.DataFrame(
            [{"establishment_id": f"e{k}", "org_id": org, "function": what}
             for k, (org, what) in enumerate(functions)]
        )  # fmt: skip
    return Study.of(organisations=organisations, linkages=linkages, **tables)


def direction(study, **choices):
    choices = {"draws": 39, "rng": 1} | choices
    nowhere = clustering_of(study, np.full(study.organisations.height, -1))
    return investment_direction(study, nowhere, **choices)


def test_the_curve_by_hand():
    pairs = [("3344", "3344"), ("3344", "3341"), ("3344", "3254"), ("52", "3344"), ("33", "33")]
    curve = direction(study_of(pairs)).curve.sort("digits")
    # at 3 and 4 digits the last two say nothing, though 52 and 3344 differ from the first digit
    assert curve["digits"].to_list() == [1, 2, 3, 4]
    assert curve["value"].to_list() == pytest.approx([4 / 5, 3 / 5, 2 / 3, 1 / 3])
    assert curve["n"].to_list() == [5, 5, 3, 3]
    assert curve["n_unknown"].to_list() == [0, 0, 2, 2]
    assert curve["two_digits"].to_list() == [None, None, 2 / 3, 2 / 3]  # of the same three


def test_short_codes_do_not_look_different():
    short = ladder_of(pl.Series(["33", "33", "3"]), pl.Series(["3344", "5", "3344"]))
    known = (short.source >= 0) & (short.target >= 0)
    assert known.sum(axis=1).tolist() == [3, 1, 0, 0]
    assert digits_in_common(short).tolist() == [2, 0, 1]


def test_ranges_dots_and_letters():
    found = ladder_of(pl.Series(["31-33", "C26.11", "26"]), pl.Series(["3344", "2612", "C26"]))
    assert digits_in_common(found).tolist() == [1, 3, 2]


def test_codes_of_another_vintage_are_unknown():
    industries = pl.DataFrame({"industry": ["3344", "3341"], "level": [4, 4]})
    pairs = [("3344", "3344"), ("3344", "5415"), ("3344", "334413"), ("3341", "33")]
    result = direction(study_of(pairs, industries=industries))
    assert result.n == 3
    reasons = dict(result.left_out.iter_rows())
    assert any("not in the list" in reason for reason in reasons)
    assert "another vintage" in str(result)


def test_a_list_of_another_classification_leaves_nothing_known():
    industries = pl.DataFrame({"industry": ["optics", "wine"]})
    with pytest.raises(TooFew, match="in codes that `industries` lists"):
        direction(study_of([("3344", "3344"), ("3344", "33")], industries=industries))


def test_coefficients_by_hand():
    flows = np.array([[0.0, 10, 0], [0, 0, 5], [0.001, 0, 0]])
    found = direct_coefficients(flows)
    # outputs: 10 (sells), 10 (buys), 5 (buys)
    assert found[0, 1] == 1
    assert found[1, 2] == 1
    assert found[2, 0] == pytest.approx(0.0001)


def test_kinds_by_hand():
    # buyer's industry first, bought second; row i of the coefficients sells to column j
    source = pl.Series(["10", "10", "11", "12", "13", "10"])
    target = pl.Series(["10", "11", "10", "13", "12", "14"])
    coefficients = np.zeros((5, 5))
    coefficients[1, 0] = 0.001  # 11 sells to 10
    coefficients[3, 2] = coefficients[2, 3] = 0.5  # 12 and 13 to each other
    rows = {"10": 0, "11": 1, "12": 2, "13": 3, "14": 4}
    at = [np.array([rows[code] for code in end], dtype=np.int32) for end in (source, target)]
    chain = Chain(at[0], at[1], coefficients, "")
    found = kinds_at(ladder_of(source, target), chain, 1)
    assert found.tolist() == [HORIZONTAL, UP, DOWN, BOTH, BOTH, NEITHER]


def test_flows_coarser_than_codes_do_not_tell_a_direction():
    source, target = pl.Series(["3344"]), pl.Series(["3341"])
    chain = Chain(*[np.zeros(1, dtype=np.int32)] * 2, np.ones((1, 1)), "")
    ladder = ladder_of(source, target)
    assert kinds_at(ladder, chain, 3).tolist() == [ONE_INDUSTRY]
    assert kinds_at(ladder, chain, 2).tolist() == [HORIZONTAL]


def test_kinds_of_a_study_and_what_flows_do_not_cover():
    flows = pl.DataFrame({
        "industry": ["33", "22", "33"], "other": ["22", "33", "33"],
        "kind": ["input_output"] * 3, "value": [5.0, 0.0, 1.0],
    })  # fmt: skip
    pairs = [("33", "22"), ("22", "33"), ("33", "33"), ("33", "99")]
    result = direction(study_of(pairs, industry_flows=flows))
    at = result.kinds.filter(pl.col("digits") == 2)
    share = dict(at.select("kind", "value").iter_rows())
    assert at["n"].unique().to_list() == [3]  # 99 is not in the flows
    assert share["vertical down"] == share["vertical up"] == share["horizontal"] == 1 / 3
    assert at["value"].sum() == pytest.approx(1)


def test_without_flows_vertical_is_not_testable_and_says_so():
    result = direction(study_of([("33", "22"), ("22", "22")]))
    assert result.kinds["value"].to_list() == [None]
    assert "industry_flows" in result.kinds["status"][0]
    assert "industry_flows" in str(result)


def test_functions_by_hand():
    functions = [("b0", "headquarters"), ("b0", "research"), ("t0", "production"),
                 ("b1", "production"), ("t1", "production"), ("b2", "production")]  # fmt: skip
    pairs = [("33", "33"), ("33", "33"), ("33", "33"), ("33", "22")]
    result = direction(study_of(pairs, functions=functions))
    row = result.functions.row(0, named=True)
    assert (row["function"], row["value"], row["n"], row["n_unknown"]) == ("all", 0.5, 2, 1)


def test_random_matching_agrees_with_all_permutations():
    source = np.array([0, 0, 1, 2])
    target = np.array([0, 1, 1, 0])
    every = [np.mean(source[list(order)] == target) for order in permutations(range(4))]
    matching = matching_of(np.arange(4), np.zeros(4, dtype=np.int64))
    drawn = replicates(
        lambda buyer: np.array([np.mean(source[buyer] == target)]), matching,
        draws=4000, rng=np.random.default_rng(1),
    )[:, 0]  # fmt: skip
    assert set(drawn) == set(every)
    assert drawn.mean() == pytest.approx(np.mean(every), abs=0.015)
    for value in set(every):
        assert (drawn == value).mean() == pytest.approx(np.mean(every == value), abs=0.03)


def test_baskets_stay_together_and_countries_and_sizes_apart():
    group = np.array([0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5])
    country = np.array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    matching = matching_of(group, country)
    rng = np.random.default_rng(2)
    seen = set()
    for _ in range(200):
        buyer = matching.dealt(rng)
        theirs = group[buyer]
        for one in range(6):
            assert len(set(theirs[group == one])) == 1  # one buyer for the whole basket
        assert (country[buyer] == country).all()
        assert set(theirs[:8]) <= {0, 1, 2}
        assert set(theirs[8:10]) == {3, 4}
        assert theirs[10] == 5
        seen.add(tuple(theirs))
    assert len(seen) == 12  # three baskets of two and three deals, two of one
    assert matching.share_alone == pytest.approx(1 / 11)


@pytest.mark.parametrize("n_horizontal", [1, 7, 30, 59])
def test_an_interval_of_single_deals_is_that_of_statsmodels(n_horizontal):
    flags = np.arange(60) < n_horizontal
    found = clustered_share(flags, np.arange(60), np.arange(60))
    low, high = proportion_confint(n_horizontal, 60, method="jeffreys")
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.004)


def test_an_interval_grows_with_groups_and_targets_that_share_luck():
    flags = np.arange(100) < 40
    alone = clustered_share(flags, np.arange(100), np.arange(100))
    in_groups = clustered_share(flags, np.arange(100) // 5, np.arange(100))
    in_targets = clustered_share(flags, np.arange(100), np.arange(100) // 5)
    assert alone.high - alone.low < 0.6 * (in_groups.high - in_groups.low)
    assert alone.high - alone.low < 0.6 * (in_targets.high - in_targets.low)


def test_two_groups_give_no_interval_and_say_so():
    found = clustered_share(np.arange(40) < 9, np.arange(40) % 2, np.arange(40))
    assert np.isnan(found.low)
    assert "2.0 groups" in found.reason


@pytest.mark.parametrize("n_single", [0, 100])
def test_intervals_cover_where_three_giants_hold_most(n_single):
    rng = np.random.default_rng(7)
    group = np.repeat(np.arange(3 + n_single), [100] * 3 + [1] * n_single)
    hits = []
    for _ in range(150):
        taste = rng.beta(0.3 * 7 / 3, 0.7 * 7 / 3, 3 + n_single)  # alike by 0.3
        found = clustered_share(
            rng.random(group.size) < taste[group], group, np.arange(group.size)
        )
        hits.append(found.low <= 0.3 <= found.high)
    assert np.mean(hits) >= 0.9


def test_needed_deals_agree_with_the_normal_formula():
    assert deals_needed(0.5, 0.4) == pytest.approx(
        ((1.959964 * 0.4 * 0.6 / np.sqrt(0.24) + 0.841621 * 0.5) / 0.1) ** 2, abs=1
    )
    assert deals_needed(0.4, 0.4) is None


def tasteful(rng, *, giant, own=0.0):
    """Return deals of groups with tastes of their own, in their own industry beyond them."""
    n_groups = 40
    n = np.maximum(rng.poisson(3, n_groups), 1)
    if giant:
        n[0] = n[1:].sum() // 2
    industry = rng.integers(4, size=n_groups)
    taste = rng.dirichlet(np.full(4, 0.5), n_groups)
    group = np.repeat(np.arange(n_groups), n)
    target = np.array([rng.choice(4, p=taste[one]) for one in group])
    target = np.where(rng.random(group.size) < own, industry[group], target)
    return group, industry[group], target


@pytest.mark.parametrize("giant", [False, True])
def test_p_values_are_uniform_where_tastes_have_nothing_to_do_with_industries(giant):
    rng = np.random.default_rng(3)
    p = []
    for _ in range(300):
        group, source, target = tasteful(rng, giant=giant)
        matching = matching_of(group, np.zeros(group.size, dtype=np.int64))
        drawn = replicates(
            lambda buyer, s=source, t=target: np.array([np.mean(s[buyer] == t)]), matching,
            draws=39, rng=rng,
        )[:, 0]  # fmt: skip
        p.append((1 + (drawn >= np.mean(source == target)).sum()) / 40)
    rejected = np.mean(np.array(p) <= 0.05)
    assert 0.02 <= rejected <= 0.09
    assert np.mean(np.array(p) <= 0.5) == pytest.approx(0.5, abs=0.09)


@pytest.mark.parametrize("mixed", [False, True])
def test_groups_that_buy_through_several_subsidiaries_keep_the_size(mixed):
    """Each subsidiary has one industry and buys one kind of thing; the two are unrelated."""
    rng = np.random.default_rng(6)
    falls = 0
    for _ in range(200):
        source, target = (np.repeat(rng.integers(6, size=30), 10) for _ in range(2))
        buyer = np.repeat(np.arange(30), 10)
        if mixed:
            order = rng.permutation(300)
            source, target, buyer = source[order], target[order], buyer[order]
        matching = matching_of(buyer // 2, np.zeros(300, dtype=np.int64), buyer)
        drawn = replicates(
            lambda at, s=source, t=target: np.array([np.mean(s[at] == t)]), matching,
            draws=39, rng=rng,
        )  # fmt: skip
        falls += np.sum(drawn >= np.mean(source == target)) < 2
    assert falls / 200 <= 0.08


def test_a_row_whose_deals_cannot_be_dealt_anew_has_no_p():
    """Whether the deals of all other rows can does not help it."""
    is_alone = np.arange(100) < 20
    chance = Chance(np.full((19, 1), 0.3), 0.2, is_alone)
    own = clustered_share(np.arange(20) < 9, np.arange(20), np.arange(20))
    asked = Asked(0.95, 19, 1)
    row = columns_of(own, chance.of(np.arange(20)), 0, asked=asked)
    assert "p" not in row
    assert "no chance to compare with: 100%" in row["status"]
    assert columns_of(own, chance.of(np.arange(20, 40)), 0, asked=asked)["p"] == 0.05


def test_dealing_single_deals_out_would_err_too_often():
    """Why baskets stay together."""
    rng = np.random.default_rng(4)
    falls = 0
    for _ in range(150):
        _, source, target = tasteful(rng, giant=True)
        drawn = [np.mean(rng.permutation(source) == target) for _ in range(39)]
        falls += np.sum(np.array(drawn) >= np.mean(source == target)) < 2
    assert falls / 150 > 0.15


def test_a_taste_for_the_own_industry_is_seen():
    rng = np.random.default_rng(5)
    group, source, target = tasteful(rng, giant=False, own=0.4)
    matching = matching_of(group, np.zeros(group.size, dtype=np.int64))
    drawn = replicates(
        lambda buyer: np.array([np.mean(source[buyer] == target)]), matching, draws=199, rng=rng
    )
    assert (drawn >= np.mean(source == target)).mean() < 0.01


@pytest.mark.parametrize("horizontal", [0.5, 0.9])
def test_intervals_cover_what_was_planted(horizontal):
    world = make_world(organisations=500, clusters=4, industries=3, rng=1)
    hits = []
    for number in range(40):
        _, truth = plant_investments(
            world.study, world.truth.cluster, horizontal=horizontal, deals=150,
            rng=np.random.default_rng(number),
        )  # fmt: skip
        deals = truth.deals
        found = clustered_share(
            deals["is_horizontal"].to_numpy(), deals["group"].rank("dense").to_numpy(),
            deals["target"].rank("dense").to_numpy(),
        )  # fmt: skip
        hits.append(found.low <= truth.horizontal <= found.high)
    assert np.mean(hits) >= 0.875


def test_the_analysis_recovers_what_was_planted():
    world = make_world(organisations=500, clusters=4, industries=3, rng=1)
    study, truth = plant_investments(
        world.study, world.truth.cluster, horizontal=0.8, rng=np.random.default_rng(2)
    )
    result = direction(study, layers=["acquisition", "investment", "affiliate"], draws=99)
    row = result.curve.row(0, named=True)
    assert row["low"] <= truth.horizontal <= row["high"]
    assert row["p"] == 0.01
    assert "digits do not apply" in str(result)
    assert result.functions["n"][0] > 0


def test_order_and_names_of_rows_change_nothing():
    pairs = [("3344", "3344"), ("3344", "3341"), ("3254", "3254"), ("3254", "3344")] * 4
    study = study_of(pairs)
    turned = Study.of(
        organisations=study.organisations.reverse(), linkages=study.linkages.reverse()
    )
    wanted = ["digits", "value", "low", "high", "n"]
    assert direction(study).curve.select(wanted).equals(direction(turned).curve.select(wanted))


def test_one_group_with_all_deals_is_told_and_has_no_interval():
    study = study_of([("3344", "3344"), ("3344", "3341"), ("3344", "52")])
    owned = Study.of(
        organisations=study.organisations.with_columns(
            owner_id=pl.when(pl.col("org_id").str.starts_with("b")).then(pl.lit("b0"))
        ),
        linkages=study.linkages,
    )
    row = direction(owned).curve.row(0, named=True)
    assert row["low"] is None
    assert "1.0 groups" in row["status"]
    assert "no chance to compare with" in row["status"]


def test_names_of_which_there_are_several_count_where_any_is_shared():
    study = study_of([("games", "mobile"), ("games", "wine"), ("games", "games")])
    activities = pl.DataFrame({"org_id": ["b0", "t1"], "industry": ["mobile", "beer"]})
    several = Study.of(
        organisations=study.organisations, linkages=study.linkages, activities=activities
    )
    curve = direction(several).curve
    assert curve["rule"].to_list() == ["an industry in common", "the same main industry"]
    assert curve["value"].to_list() == pytest.approx([2 / 3, 1 / 3])
    assert "with an industry in common" in str(direction(several))


def test_sets_of_more_than_64_industries_agree_with_python_sets():
    rng = np.random.default_rng(1)
    orgs = [f"o{k}" for k in range(30)]
    held = {one: {f"i{k}" for k in rng.choice(150, 5)} for one in orgs[:25]}
    pairs = [(one, name) for one, names in held.items() for name in sorted(names)]
    study = Study.of(
        organisations=pl.DataFrame({"org_id": orgs}),
        activities=pl.DataFrame(pairs, schema=["org_id", "industry"], orient="row"),
    )
    first, second = rng.choice(orgs, 200), rng.choice(orgs, 200)
    found = in_common(
        industry_sets(study, pl.Series(first)), industry_sets(study, pl.Series(second)),
        np.arange(200),
    )  # fmt: skip
    wanted = [
        bool(held.get(a, set()) & held.get(b, set()))
        for a, b in zip(first, second, strict=True)
    ]
    assert found.tolist() == wanted


def test_knowledge_intensity_from_occupations_and_by_name():
    occupations = pl.DataFrame({
        "industry": ["54", "54", "31", "31"],
        "occupation": ["15-1252", "43-0000", "15-1252", "51-0000"],
        "jobs": [80.0, 20.0, 5.0, 95.0],
    })  # fmt: skip
    study = Study.of(occupations=occupations)
    found, note = knowledge_intensive_industries(study, ["5415", "311", "99"])
    assert found == {"5415": True, "311": False}
    assert "42.5%" in note
    assert knowledge_intensive_industries(study, ["54", "31"], ["31"])[0] == {
        "54": False, "31": True,
    }  # fmt: skip


def test_deals_of_a_cluster_into_others_of_its_industry_by_hand():
    world = make_world(organisations=300, clusters=3, industries=2, rng=1)
    study, truth = plant_investments(
        world.study, world.truth.cluster, times=8.0, deals=200, rng=np.random.default_rng(3)
    )
    clustering = clustering_of(study, world.truth.cluster)
    of = dict(zip(study.organisations["org_id"], world.truth.cluster.tolist(), strict=True))
    named = dict(
        zip(study.organisations["org_id"], study.organisations["industry"], strict=True)
    )
    own = {code: named[org] for org, code in of.items() if code >= 0}
    kinds = clustering.clusters.with_columns(
        industry=pl.Series([own[int(name[1:])] for name in clustering.clusters["cluster_id"]])
    )
    clustering = replace(clustering, clusters=kinds)
    layers = ["acquisition", "investment", "affiliate"]
    found = investment_direction(study, clustering, layers=layers, draws=49, rng=1).clusters
    deals = deals_of(study, clustering, layers=layers).deals
    for row in found.filter(pl.col("value").is_not_null()).to_dicts():
        code = int(row["cluster_id"][1:])
        mine = deals.filter(pl.col("source").replace_strict(of) == code)
        ends = [of[target] for target in mine["target"] if of[target] != code]
        lands = [end >= 0 and own[end] == own[code] for end in ends]
        assert (row["n"], row["value"]) == (len(lands), pytest.approx(np.mean(lands)))
    assert truth.times == 8
    assert found["q"].min() <= 0.2


def test_staying_in_an_industry_is_no_sign_of_reaching_its_clusters():
    """Whoever stays in an industry reaches its clusters, from a cluster or not."""
    world = make_world(organisations=800, clusters=4, industries=2, rng=4)
    study, _ = plant_investments(
        world.study, world.truth.cluster, horizontal=0.7, deals=900,
        rng=np.random.default_rng(4),
    )  # fmt: skip
    clustering = clustering_of(study, world.truth.cluster)
    org = study.organisations.select(
        "industry", cluster_id=pl.Series([f"c{k}" for k in world.truth.cluster])
    )
    common = org.group_by("cluster_id").agg(pl.col("industry").mode().first())
    kinds = clustering.clusters.drop("industry").join(common, on="cluster_id", how="left")
    found = investment_direction(
        study, replace(clustering, clusters=kinds), layers=["acquisition", "investment"],
        draws=199, rng=1,
    ).clusters  # fmt: skip
    tested = found.drop_nulls("q")
    assert tested["n"].sum() >= 100
    assert (tested["value"] - tested["expected"]).abs().max() < 0.15
    assert tested["q"].min() > 0.05


def test_splits_by_mode_intensity_and_borders():
    pairs = [("54", "54"), ("54", "31"), ("31", "31"), ("31", "31")]
    study = study_of(pairs, country=["CA", "CA", "CN", "CN"])
    splits = direction(study, knowledge_intensive=["54"]).splits
    found = {(row["by"], row["which"]): row["value"] for row in splits.to_dicts()}
    assert found["borders", "across borders"] == 0.5
    assert found["borders", "within a country"] == 1
    assert found["knowledge intensity of what is bought", "knowledge-intensive"] == 1
    assert found["knowledge intensity of what is bought", "other"] == pytest.approx(2 / 3)


def test_the_sentence_counts_the_deals_it_rests_on_and_all_left_out():
    pairs = [("5415", "5415"), ("5415", "3121"), ("3121", "3121"), ("54", "54"), ("31", None),
             (None, "31"), (None, None), ("5415", "x")]  # fmt: skip
    found = direction(study_of(pairs))
    row = found.told_at()
    assert row["n"] < found.n
    assert str(found).startswith(f"{row['n']} deals of {row['n_groups']} groups: ")
    assert f"Of {row['n_unknown']} more a code is too short" in str(found)
    for reason, n in found.left_out.iter_rows():
        assert f"{n} {reason}" in str(found)


def test_bad_input_is_told():
    with pytest.raises(TooFew, match="no ties in"):
        direction(Study.of(
            organisations=study_of([("1", "1")]).organisations,
            linkages=study_of([("1", "1")]).linkages.with_columns(layer=pl.lit("research")),
        ))  # fmt: skip
    with pytest.raises(TooFew, match="none has a known industry"):
        direction(study_of([(None, None), ("33", None)]))
    study = study_of([("33", "33"), ("33", None)])
    with pytest.raises(InvalidArgument, match="level"):
        direction(study, level=1.0)
    with pytest.raises(InvalidArgument, match="draw"):
        direction(study, draws=0)
    result = direction(study)
    assert dict(result.left_out.iter_rows())["the industry of what is bought is not known"] == 1


def test_the_chart_says_what_the_sentence_says():
    spec = chart(direction(study_of([("3344", "3344"), ("3344", "3341")] * 5)))
    assert "deals of 10 groups" in spec.alt
