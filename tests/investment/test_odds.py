"""Odds of deals: printed numbers, planted truth, one parent, what is unknown, bad input."""

import numpy as np
import polars as pl
import pytest
from tests.investment.planted_odds import dealt, table_of

from buzzline.charts import chart
from buzzline.clusters.declared_as_clusters import clustering_of_labels
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.odds import investment_odds
from buzzline.investment.odds_ends import (
    NO_INDUSTRY,
    NO_LANDING,
    NO_ORIGIN,
    NOT_EXAMINED,
    WITHIN,
)
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world
from buzzline.tables.worlds.investments import plant_investments

# 100 deals of each industry, shares .9/.4/.1 from clusters and .6/.2/.05 into them
THREE = (
    ("3341", (54, 36, 6, 4)), ("3254", (8, 32, 12, 48)), ("1121", (1, 19, 4, 76)),
)  # fmt: skip


def odds(deals, **choices):
    study, clustering = dealt(deals)
    return investment_odds(study, clustering, **({"draws": 99, "rng": 1} | choices))


def ratio(found, *, held="nothing", measure="risk ratio", similar=None):
    rows = found.ratios.filter(
        (pl.col("held") == held) & (pl.col("measure") == measure)
        & (pl.col("similar") == (similar or found.rule))
    )  # fmt: skip
    return rows.row(0, named=True)


def left(found):
    return dict(found.left_out.iter_rows())


def test_printed_table():
    found = odds(table_of(60, 90, 12, 138))
    risk = ratio(found)
    assert risk["value"] == pytest.approx(5)
    assert risk["low"] == pytest.approx(2.808, rel=0.05)
    assert 8.903 < risk["high"] < 12  # longer than by logarithms, as it need not be symmetric
    assert round(risk["e_value"], 2) == 9.47
    assert round(ratio(found, measure="odds ratio")["value"], 4) == 7.6667
    assert ratio(found, measure="risk difference")["value"] == pytest.approx(0.32)
    assert f"{ratio(found, measure='odds ratio, exact')['p']:.1e}" == "5.4e-11"
    assert (found.n, found.n_groups) == (300, 300)


def test_three_industries_without_any_effect():
    """Twice the printed table, so that cells are whole: 5 of 100, 1 of 20."""
    deals, first = [], 0
    for industry, (a, b, c, d) in THREE:
        deals += table_of(a, b, c, d, industry=industry, first=first)
        first += 200
    found = odds(deals)
    within = ratio(found, held="industry")
    assert ratio(found)["value"] > 2.5
    assert ratio(found)["low"] > 1
    assert within["value"] == pytest.approx(1.0)
    assert ratio(found, held="industry", measure="odds ratio")["value"] == pytest.approx(1.0)
    assert within["low"] < 1 < within["high"]
    assert within["p"] > 0.9
    assert found.held == "industry"
    assert "may not be concluded" in str(found)
    by = found.strata.filter(pl.col("by") == "industry").sort(
        "share_elsewhere", descending=True
    )
    assert by["value"].to_list() == pytest.approx([1, 1, 1])
    assert by["share_elsewhere"].to_list() == pytest.approx([0.6, 0.2, 0.05])


@pytest.mark.parametrize("confounded", [True, False])
def test_planted_odds_are_found_and_those_only_pooled_are_not(confounded):
    world = make_world(organisations=1500, clusters=12, industries=3, rng=1)
    study, truth = plant_investments(
        world.study, world.truth.cluster, confounded=confounded,
        times=1.0 if confounded else 5.0, deals=1500, rng=np.random.default_rng(1),
    )  # fmt: skip
    clustering = clustering_of_labels(study, world.truth.cluster)
    found = investment_odds(study, clustering, draws=199, rng=1)
    pooled, within = ratio(found), ratio(found, held=found.held, measure="odds ratio")
    assert pooled["low"] > 1  # with or without any effect
    wanted = truth.expected["risk_ratio"][0]
    assert pooled["low"] < wanted < pooled["high"]
    assert within["low"] < truth.times < within["high"]
    assert (within["p"] < 0.05) == (not confounded)
    assert ("It may be concluded" in str(found)) == (not confounded)


def test_one_parent_with_half_of_the_deals_decides_nothing():
    deals = table_of(60, 90, 12, 138)
    for deal in deals[:50] + deals[-100:]:
        deal["group"] = 0 if deal["from_cluster"] else 1
    alone, together = odds(table_of(60, 90, 12, 138)), odds(deals)
    one, other = (ratio(found) for found in (alone, together))
    assert other["value"] == pytest.approx(one["value"])
    assert other["low"] < one["low"]
    assert other["high"] is None or other["high"] > one["high"]
    assert other["p"] > one["p"]
    needed = together.needed.filter(pl.col("ratio") == 2).row(0, named=True)
    assert needed["n_needed"] > 5 * needed["n_independent"]


def test_two_to_five_parents_are_not_tested():
    deals = table_of(6, 9, 2, 13)
    for k, deal in enumerate(deals):
        deal["group"] = k % 5
    found = odds(deals)
    assert ratio(found)["p"] is None
    assert "5 groups, at least 6" in ratio(found)["status"]
    assert "Nothing can be concluded" in str(found) or "description" in str(found)


def test_country_is_held_where_deals_cross_borders():
    """Those at home where the clusters are cannot reach them by a deal across borders."""
    home = table_of(4, 76, 1, 19, country="CA", to="CN")
    other = table_of(10, 10, 40, 40, first=500, country="GB", to="CN")
    found = odds(home + other)
    assert ratio(found, held="nothing")["value"] < 0.4
    assert ratio(found, held="industry and country")["value"] == pytest.approx(1)
    assert found.held == "industry and country"


def test_the_own_cluster_is_no_place_to_land_for_others_either():
    """Nobody prefers anything: 1 in 3 lands in each of the two clusters, or elsewhere."""
    own, other, away = {"target": -80.0}, {"target": 110.0}, {"target": 150.0}
    deals, group = [], 0
    for from_cluster in (True, False):
        for place in (own, other, away) * 20:
            group += 1
            deals.append({"group": group, "industry": "3341", "from_cluster": from_cluster,
                          "lands": False, "to": "CA"} | place)  # fmt: skip
    found = odds(deals, across="all")
    assert left(found) == {WITHIN: 20}
    assert ratio(found)["value"] == pytest.approx(1)  # 20 of 40 each, not 40 of 60
    assert ratio(found)["n"] == 80
    assert found.ratios.filter(pl.col("measure") == "odds ratio, exact").height == 1


def test_what_is_unknown_is_left_out_not_counted_as_no():
    deals = table_of(6, 9, 2, 13)
    deals += [deals[0] | {"industry": None}, deals[0] | {"industry": "5415"},
              deals[0] | {"longitude": None}, deals[0] | {"target": None}]  # fmt: skip
    found = odds(deals)
    assert found.n == 30
    assert {NO_INDUSTRY: 1, NOT_EXAMINED: 1, NO_ORIGIN: 1, NO_LANDING: 1}.items() <= left(
        found
    ).items()
    assert ratio(found)["value"] == pytest.approx((6 / 15) / (2 / 15))
    assert "set aside" in str(found)


def test_deals_inside_one_cluster_are_set_aside():
    deals = table_of(6, 9, 2, 13) + [
        {"group": 99, "industry": "3341", "from_cluster": True, "lands": True, "target": -80.0,
         "to": "CA"}
    ]  # fmt: skip
    found = odds(deals, across="all")
    assert left(found) == {WITHIN: 1}
    assert odds(deals).n == 30


def test_coarser_codes_make_more_similar_and_short_ones_are_unknown():
    deals = table_of(6, 9, 2, 13)
    study, clustering = dealt(deals, industries=("3341", "3344", "33"))
    found = investment_odds(study, clustering, draws=19, rng=1)
    assert found.rule == "the same industry at 4 digits"
    rules = set(found.ratios["similar"])
    assert rules == {f"the same industry at {k} digits" for k in (2, 3, 4)}
    # nothing lies in the cluster of 33 beside one of 3341, so that nothing is unknown
    assert found.ratios["n_unknown"].max() == 0


def test_names_are_similar_by_name_and_by_relatedness():
    deals = table_of(6, 9, 2, 13, industry="games")
    related = pl.DataFrame({
        "industry": ["games", "games", "music"], "other": ["music", "film", "film"],
        "kind": "skill", "value": [0.9, 0.1, 0.2],
    })  # fmt: skip
    study, clustering = dealt(deals, industries=("games", "music", "film"), relatedness=related)
    found = investment_odds(study, clustering, draws=19, rng=1)
    assert found.rule == "the same industry"
    assert any(rule.startswith("related") for rule in found.ratios["similar"])
    assert "digits do not apply" in str(found)
    assert "Related pairs begin at 0.9 (first 5%)." in str(found)
    tied = related.with_columns(value=pl.lit(0.5))
    study, clustering = dealt(deals, industries=("games", "music", "film"), relatedness=tied)
    none = investment_odds(study, clustering, draws=19, rng=1)
    assert set(none.ratios["similar"]) == {"the same industry"}
    assert str(none).count("cannot be told") == 1


def test_an_industry_at_one_end_only_and_nobody_elsewhere():
    found = odds(table_of(10, 10, 0, 0))
    assert ratio(found)["status"].startswith("not testable: in no stratum")
    assert "not testable" in str(found)
    assert chart(found).title
    none = odds(table_of(0, 10, 0, 10))
    assert ratio(none)["status"].startswith("not testable: where they meet")


def test_separated_deals_have_a_finite_answer_or_a_reason():
    found = odds(table_of(10, 5, 0, 15))
    risk, exact = ratio(found), ratio(found, measure="odds ratio, exact")
    assert risk["value"] is None
    assert risk["low"] > 1
    assert risk["high"] is None
    assert "no deal from elsewhere lands" in risk["status"]
    assert exact["value"] is not None
    assert exact["low"] > 1
    numbers = found.ratios.select(pl.selectors.float()).to_numpy()
    assert not np.isinf(numbers).any()
    assert "no value" in str(found)


def test_no_deals_no_layer_and_wrong_choices():
    study, clustering = dealt(table_of(1, 1, 1, 1))
    alone = Study.of(organisations=study.organisations)
    with pytest.raises(TooFew, match="no ties"):
        investment_odds(alone, clustering)
    with pytest.raises(InvalidArgument, match="level"):
        investment_odds(study, clustering, level=1.0)
    none = odds(table_of(5, 5, 5, 5, to="CA"))  # nothing crosses a border
    assert none.n == 0
    assert "not testable" in str(none)
    assert chart(none).alt


def test_too_few_draws_are_said():
    assert "too few draws" in str(odds(table_of(6, 9, 2, 13), draws=5))


def test_same_seed_same_answer_and_row_order_changes_nothing():
    deals = table_of(6, 9, 2, 13) + table_of(3, 4, 5, 6, industry="3254", first=50)
    one, other = odds(deals), odds(deals)
    assert one.ratios.equals(other.ratios)
    turned = odds(deals[::-1])
    assert turned.ratios["value"].to_list() == pytest.approx(one.ratios["value"].to_list())


def test_forest_shows_pooled_held_and_strata():
    deals = table_of(20, 30, 8, 40) + table_of(13, 14, 15, 16, industry="3254", first=200)
    spec = chart(odds(deals))
    labels = str(spec.spec)
    for text in ("pooled", "within industry", "By industry of the investor"):
        assert text in labels


def test_industry_and_year_stand_in_the_table_and_do_not_lead_without_the_country():
    deals = [
        deal | {"year": 2008 + n % 2, "country": ("CA", "GB")[n % 3 == 0]}
        for n, deal in enumerate(
            table_of(20, 30, 8, 40) + table_of(13, 14, 15, 16, industry="3254", first=200)
        )
    ]
    found = odds(deals, draws=19)
    assert ratio(found, held="industry and year")["n"] > 100
    assert "country" in found.held
    exact = ratio(found, held="industry and year", measure="odds ratio, exact")
    assert 0 < exact["mid_p"] < exact["p"] <= 1
    assert ratio(found)["mid_p"] is None


def test_an_interval_without_ends_is_said():
    """Two parents each way, of which one always and one never lands there, and two beside."""
    deals = table_of(20, 20, 20, 20) + table_of(1, 1, 1, 1, first=90)
    for k, deal in enumerate(deals[:80]):
        deal["group"] = k // 20
    found = odds(deals, draws=19)
    assert (ratio(found)["low"], ratio(found)["high"]) == (0, None)
    assert ratio(found)["status"].startswith("no end either way")
    assert "[no end either way]" in str(found)
