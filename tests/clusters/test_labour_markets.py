"""Self-containment, validity, cohesion, and the merging of places into labour markets."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from tests.oracles.labour_markets import merged_by_hand

from buzzline.clusters.labour_market_areas import SMALL, labour_market_areas
from buzzline.clusters.labour_markets import (
    AreaRule,
    area_flows,
    best_overlap,
    cohesion,
    merged_areas,
    self_containment,
    validity,
)
from buzzline.clusters.place_flows import person_moves, place_flows
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study


@pytest.mark.parametrize(
    ("live", "containment", "expected"),
    [(1000, 0.75, 1.0), (1000, 0.70, 0.93333), (5000, 0.70, 0.98516), (5000, 0.72, 1.01331),
     (20_000, 0.66, 0.98995), (500, 1.0, 1.0)],
)  # fmt: skip
def test_validity_equals_published_software(live, containment, expected):
    found = validity(np.array([float(live)]), np.array([containment]))
    assert round(float(found[0]), 5) == expected


def test_cohesion_equals_published_software():
    # f = 120 / 80, R = (600, 900), W = (500, 1000); flows elsewhere make up the totals
    flows = np.array([[420.0, 120, 60], [80, 820, 0], [0, 60, 0]])
    assert flows.sum(axis=1)[:2].tolist() == [600, 900]
    assert flows.sum(axis=0)[:2].tolist() == [500, 1000]
    assert round(float(cohesion(flows)[0, 1]), 7) == 0.0382222
    assert np.allclose(cohesion(flows), cohesion(flows).T, equal_nan=True)


def test_self_containment_by_hand():
    # 75 of 100 who live there stay; 75 of 80 who work there live there: the smaller counts
    assert self_containment(np.array([[75.0, 25], [5, 95]])).tolist() == [0.75, 95 / 120]
    assert np.isnan(self_containment(np.zeros((1, 1)))).all()
    assert self_containment(np.array([[0.0, 5], [0, 5]])).tolist() == [0.0, 0.5]


def test_validity_grows_with_size_and_containment():
    live, share = np.meshgrid(np.linspace(100, 20_000, 30), np.linspace(0.05, 0.99, 30))
    found = validity(live.ravel(), share.ravel()).reshape(live.shape)
    assert (np.diff(found, axis=0) >= -1e-12).all()
    assert (np.diff(found, axis=1) >= -1e-12).all()


def test_rules_that_contradict_themselves_are_errors():
    with pytest.raises(InvalidArgument, match="least size"):
        AreaRule(5000, 1000)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.integers(0, 10_000))
def test_merging_agrees_with_brute_force(n, number):
    rng = np.random.default_rng(number)
    flows = rng.poisson(rng.choice([0.0, 3.0, 40.0], (n, n), p=[0.5, 0.3, 0.2]))
    flows = (flows + np.diag(rng.poisson(60, n))).astype(float)
    rule = AreaRule(50, 400)
    assert merged_areas(csr_array(flows), rule).label.tolist() == merged_by_hand(flows, rule)


def test_the_merges_tell_how_the_areas_came_about():
    flows = np.array([[60.0, 40, 0], [30, 300, 0], [0, 0, 900]])
    areas = merged_areas(csr_array(flows), AreaRule(200, 600))
    assert areas.label.tolist() == [0, 0, 1]
    assert areas.ended.tolist() == [[0, 1]]  # 0 was the least valid, and is linked to 1 only
    first = float(validity(np.array([100.0]), np.array([0.6]), AreaRule(200, 600))[0])
    # f = 40 and 30, R = 100 and 330, W = 90 and 340
    link = 40**2 / (100 * 340) + 30**2 / (330 * 90)
    assert areas.measured[0] == pytest.approx([first, link])
    assert areas.measured[0, 1] == pytest.approx(cohesion(flows)[0, 1])
    alone = merged_areas(csr_array(np.diag([10.0, 900])), AreaRule(200, 600))
    assert alone.n_dissolved == 0  # self-containment of 1 is valid whatever the size


def commuters(seed, n_areas=8, each=6, at_home=0.85, persons=24_000):
    rng = np.random.default_rng(seed)
    n = n_areas * each
    start = rng.integers(n, size=persons)
    near = start // each * each + rng.integers(each, size=persons)
    end = np.where(rng.random(persons) < at_home, near, rng.integers(n, size=persons))
    return csr_array((np.ones(persons), (start, end)), shape=(n, n)), np.arange(n) // each


def test_recovers_planted_labour_markets():
    flows, planted = commuters(1)
    assert merged_areas(flows, AreaRule(500, 2000)).label.tolist() == planted.tolist()


def test_every_area_is_valid_or_was_given_the_reserve_list():
    for seed in range(5):
        flows, _ = commuters(seed, at_home=0.6)
        rule = AreaRule(500, 2000)
        areas = merged_areas(flows, rule)
        within, live, work = area_flows(flows, areas.label)
        valid = validity(live, within / np.maximum(live, work), rule) >= 1
        helped = np.bincount(areas.label[areas.reserved], minlength=areas.number) > 0
        assert (valid | helped | (areas.number == 1)).all()
        assert (areas.label >= 0).all()


def test_merging_does_not_depend_on_the_order_of_places():
    flows, _ = commuters(2, at_home=0.8)
    label = merged_areas(flows, AreaRule(500, 2000)).label
    shuffled = np.random.default_rng(3).permutation(label.size)
    again = merged_areas(flows[shuffled][:, shuffled], AreaRule(500, 2000)).label
    assert (best_overlap(label[shuffled], again) == 1).all()


def test_places_without_flows_to_others_stay_alone():
    areas = merged_areas(csr_array(np.diag([10.0, 0, 2000])))
    assert areas.label.tolist() == [0, -1, 1]


def test_no_places_give_no_areas():
    assert merged_areas(csr_array((0, 0))).number == 0


def towns(weights, **more):
    """Four towns, of which 0 and 1, and 2 and 3 are one labour market each."""
    frame = pl.DataFrame({"org_id": list("abcd"), "city": ["Ara", "Bra", "Cles", "Dro"]})
    ends = [(one, other) for one in "abcd" for other in "abcd"]
    ways = pl.DataFrame(
        {"source": [e[0] for e in ends], "target": [e[1] for e in ends], "layer": "commute",
         "weight": np.ravel(weights).astype(float)},
    )  # fmt: skip
    return Study.of(organisations=frame, linkages=ways, **more)


PAIRS = [[900, 600, 10, 5], [500, 1200, 5, 10], [10, 5, 700, 500], [5, 10, 600, 800]]


def test_areas_by_hand():
    result = labour_market_areas(towns(PAIRS), rule=AreaRule(500, 3000), draws=49, rng=1)
    assert result.flows == "commute"
    assert result.merges["status"].to_list() == ["linked"] * 2
    pairs = set(zip(result.merges["label"], result.merges["into"], strict=True))
    assert {frozenset(pair) for pair in pairs} == {
        frozenset(pair) for pair in (("Ara", "Bra"), ("Cles", "Dro"))
    }
    assert result.areas["label"].to_list() == ["Bra", "Dro"]
    first = result.areas.row(0, named=True)
    assert first["value"] == pytest.approx(3200 / 3230)  # 30 of 3,230 each way cross
    assert first["low"] < first["value"] < first["high"]
    assert first["stability"] == 1.0
    assert result.areas["status"].to_list() == ["valid", "valid"]
    assert dict(result.places.select("name", "area_id").iter_rows()) == {
        "Ara": "Bra", "Bra": "Bra", "Cles": "Dro", "Dro": "Dro",
    }  # fmt: skip
    assert "2 labour-market areas of 4 places from 5,860 persons" in str(result)


def test_the_interval_covers_the_share_it_is_about():
    rng = np.random.default_rng(5)
    mean, inside = np.array(PAIRS, float), 0
    for _ in range(60):
        study = towns(rng.poisson(mean))
        result = labour_market_areas(study, rule=AreaRule(500, 3000), draws=99, rng=rng)
        row = result.areas.filter(label="Bra").row(0, named=True)
        inside += row["low"] <= 3200 / 3230 <= row["high"]
    assert inside >= 50  # 95 % of 60 is 57; fewer than 50 come once in 3,000 times


def test_spells_give_moves_between_employers():
    spells = pl.DataFrame({
        "person_id": ["p", "p", "p", "q"], "org_id": ["a", "b", "b", "c"],
        "start": ["2010-01-01", "2012-01-01", "2014-01-01", "2010-01-01"],
    }).with_columns(pl.col("start").str.to_date())  # fmt: skip
    frame = pl.DataFrame({"org_id": list("abc"), "region": ["R", None, "S"]})
    study = Study.of(organisations=frame, spells=spells)
    assert person_moves(study, "spells").rows() == [("a", "b", 1.0)]
    found = place_flows(study)
    assert (found.kind, found.n_unplaced, found.places.height) == ("spells", 1.0, 0)
    assert "1 person with an end" in str(labour_market_areas(study, rng=1))


def test_no_flows_are_not_testable_and_say_what_to_add():
    study = Study.of(organisations=pl.DataFrame({"org_id": ["a"], "city": ["Ara"]}))
    result = labour_market_areas(study, rng=1)
    assert result.areas.height == 0
    assert str(result).startswith("Not testable")
    with pytest.raises(InvalidArgument, match="none of them"):
        labour_market_areas(study, flows="commute")


def test_flows_too_few_for_the_rule_say_so():
    result = labour_market_areas(towns(np.ones((4, 4)) * 9), rng=1, draws=0)
    assert "cannot tell two areas apart" in str(result)
    assert result.areas["stability"].null_count() == result.areas.height
    lonely = labour_market_areas(towns(np.eye(4) * 90), rng=1, draws=9)
    assert set(lonely.areas["status"]) == {SMALL}


def moves_of(*spells):
    """Moves of one person; spells as (org_id, first year, last year)."""
    frame = pl.DataFrame(
        [{"person_id": "p", "org_id": org, "start": start and f"{start}-01-01",
          "end": end and f"{end}-12-31"} for org, start, end in spells],
        schema={"person_id": pl.String, "org_id": pl.String, "start": pl.String, "end": pl.String},
    ).with_columns(pl.col("start", "end").str.to_date())  # fmt: skip
    where = pl.DataFrame({"org_id": list("abc"), "region": ["R", "R", "S"]})
    study = Study.of(organisations=where, spells=frame)
    return [row[:2] for row in person_moves(study, "spells").rows()]


def test_by_hand_spells_without_a_start_and_second_jobs_are_no_moves():
    assert moves_of(("a", None, None), ("b", 2010, None)) == []
    assert moves_of(("b", 2010, None), ("a", None, 2012)) == []
    # a second job while the first lasts, then a move
    assert moves_of(("a", 2010, 2020), ("b", 2011, 2012), ("c", 2021, None)) == [("a", "c")]
    assert moves_of(("a", 2010, 2012), ("b", 2010, 2020), ("c", 2021, 2022)) == [("b", "c")]
    assert moves_of(("a", 2010, 2012), ("b", 2010, 2012)) == []
    # one that outlasts the first is a move, and so is one after an end that is not known
    assert moves_of(("a", 2010, 2012), ("b", 2011, 2020)) == [("a", "b")]
    assert moves_of(("a", 2010, None), ("b", 2011, 2020)) == [("a", "b")]
    assert moves_of(("a", 2010, 2012), ("b", 2011, None)) == [("a", "b")]


def test_spells_without_a_start_are_told():
    spells = pl.DataFrame({"person_id": ["p", "p", "p"], "org_id": list("abc"),
                           "start": ["2010-01-01", "2012-01-01", None]})  # fmt: skip
    frame = pl.DataFrame({"org_id": list("abc"), "region": ["R", "R", "S"]})
    study = Study.of(
        organisations=frame, spells=spells.with_columns(pl.col("start").str.to_date())
    )
    found = labour_market_areas(study, rng=1, draws=0)
    assert found.n_persons == 1
    assert "1 spell whose start is not known was left out" in str(found)


def test_more_persons_than_live_on_earth_are_refused():
    with pytest.raises(InvalidArgument, match="number of persons"):
        labour_market_areas(towns(np.full((4, 4), 1e300)), rng=1, draws=9)
