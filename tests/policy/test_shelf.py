"""The shelf: nineteen levers, each of which does something and says what it costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from buzzline.errors import InvalidArgument
from buzzline.policy.asking import policies_asked
from buzzline.policy.costing import bill_of, scaled, within_budget
from buzzline.policy.lever import Lever
from buzzline.policy.policy import Cost, Dose, Policy, together
from buzzline.policy.regimes import REGIMES, jobs_to_people
from buzzline.policy.shelf import SHELF, lever_of, shelf_table
from buzzline.simulation.changes import Change
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.starting import world_of_settings


@pytest.fixture(scope="module")
def world():
    return world_of_settings(4, 10, industries=2, rng=3)


def test_the_levers_are_those_of_the_literature_in_order():
    assert [lever.code for lever in SHELF] == [f"P{number}" for number in range(1, 20)]
    assert len({lever.name for lever in SHELF}) == 19


@pytest.mark.parametrize("lever", SHELF, ids=lambda lever: lever.code)
def test_every_number_of_a_lever_is_possible(lever):
    assert lever.lag_years[0] <= lever.lag_years[1]
    assert 0 < lever.reach <= 1
    assert 0 <= lever.decay <= 1
    assert lever.source
    assert lever.footing == "assumption"
    for dose in (*lever.doses, *lever.side_effects):
        known = PARAMETER[dose.parameter]
        changed = known.default + dose.by
        assert known.low <= changed <= known.high, f"{dose.parameter}: {changed}"
        assert dose.why


def test_costs_are_those_of_the_theory():
    # D6: thousand euros
    told = {"P1": (2, 6), "P2": (50, 200), "P3": (3, 10), "P4": (3, 8), "P5": (8, 25),
            "P6": (10, 60), "P7": (10, 30), "P8": (1, 3), "P10": (1, 5), "P11": (8, 15),
            "P18": (1, 3), "P19": (2, 6)}  # fmt: skip
    assert {code: (lever_of(code).cost.low, lever_of(code).cost.high) for code in told} == told
    lags = {"P1": (1, 1), "P4": (2, 5), "P9": (3, 8), "P16": (3, 10)}
    assert {code: lever_of(code).lag_years for code in lags} == lags


def test_a_lever_becomes_dated_changes():
    fairs = lever_of("pipelines").policy(places=(2,), start=8, stop=40, strength=2)
    first = fairs.changes[0]
    assert (first.parameter, first.by, first.start, first.stop) == ("global_share", 0.2, 8, 40)
    assert (first.target.places, first.target.reach) == ((2,), 0.15)
    assert first.lag == 8  # two years, the middle of 1 to 3
    assert fairs.without_side_effects().side_effects == ()


def test_what_is_lost_after_the_end_adds_up_to_the_yearly_decay():
    change = lever_of("P5").policy(start=0, stop=40).changes[0]
    kept = change.dose_at(43) / change.dose_at(39)  # four steps after the last
    assert kept == pytest.approx(1 - lever_of("P5").decay)


def test_a_place_as_a_whole_is_changed_by_the_share_that_is_reached():
    half, all_of_it = (lever_of("P4").policy(reach=reach).changes[0].by for reach in (0.5, 1.0))
    assert half == all_of_it / 2


def test_intermediaries_take_the_able_away_and_others_do_not():
    taken = [change.parameter for change in lever_of("P4").policy().side_effects]
    assert taken == ["innovation_chance"]
    assert lever_of("P2").policy().side_effects == ()


def test_the_bill_by_hand(world):
    # 40 organisations, 0.4 of them, 10 years, 3 to 8 thousand euros each
    policy = lever_of("P4").policy(start=4, stop=44)
    bill = bill_of(policy, world, steps=100)
    assert (bill.n_reached, bill.years) == (16, 10)
    assert (bill.low, bill.high) == (16 * 10 * 3, 16 * 10 * 8)


def test_nothing_is_paid_after_the_end_of_the_simulation(world):
    policy = lever_of("P4").policy(start=0, stop=400)
    assert bill_of(policy, world, steps=40).years == 10
    late = lever_of("P4").policy(start=50, stop=90)
    assert bill_of(late, world, steps=40).low == 0


def test_what_nobody_gives_a_cost_for_has_no_bill(world):
    bill = bill_of(lever_of("P17").policy(stop=40), world, 40)
    assert np.isnan(bill.low)
    assert "nobody gives a cost" in bill.said


def test_a_rule_costs_nothing_and_is_not_cut(world):
    law = lever_of("P12").policy(stop=40)
    assert bill_of(law, world, 40).high == 0
    assert within_budget(law, world, 40, budget=0.0) == (law, "")


def test_within_a_budget_a_policy_reaches_as_many_as_are_paid_for(world):
    # 16 of 40 at 5.5 thousand euros a year are 88 a year
    policy = lever_of("P4").policy(stop=40)
    same, said = within_budget(policy, world, 40, budget=88.0)
    assert same == policy
    assert said == ""
    half, said = within_budget(policy, world, 40, budget=44.0)
    assert half.reach == pytest.approx(0.2)
    assert "50%" in said
    assert bill_of(half, world, 40).n_reached == pytest.approx(8)


def test_with_no_budget_nothing_is_changed(world):
    none, said = within_budget(lever_of("P4").policy(stop=40), world, 40, budget=0.0)
    assert all(
        change.by == 0 if change.target.is_whole else change.target.reach == 0
        for change in none.all_changes
    )
    assert "nothing" in said


def test_scaled_to_all_is_the_same():
    policy = lever_of("P3").policy()
    assert scaled(policy, 1.0) == policy


def test_several_levers_together_have_all_changes_and_all_costs():
    parts = [lever_of("P4").policy(), lever_of("P5").policy()]
    both = together("both", parts)
    assert len(both.all_changes) == sum(len(part.all_changes) for part in parts)
    assert len(both.costs) == 2


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: lever_of("P99"), "on the shelf are"),
        (lambda: lever_of("P4").policy(reach=1.5), "must be a share"),
        (lambda: lever_of("P4").policy(strength=-1), "strength"),
        (lambda: lever_of("P4").policy(start=9, stop=3), "before"),
        (lambda: Policy("x", "X", (Change("tusrt", by=1),)), "no parameter"),
        (lambda: Policy("x", "X", (Change("ict"),)), "either"),
        (lambda: Policy("x", "X", (Change("ict", to=7.0),)), "between 0 and 1"),
    ],
)
def test_what_cannot_be_is_refused(make, said):
    with pytest.raises(InvalidArgument, match=said):
        make()


def test_regimes_aim_at_different_places(world):
    strong = jobs_to_people(world)
    found = {one.name: one.policy(world, (), start=0, stop=40) for one in REGIMES}
    assert found["laissez_faire"].all_changes == ()
    weak, rich = found["equalising"].places, found["pick_winners"].places
    assert strong[list(weak)].max() <= strong[list(rich)].min()
    assert {one.target.who for one in found["pick_winners"].changes if not one.target.is_whole
            } <= {"largest"}  # fmt: skip


def test_the_table_of_the_shelf_has_a_row_a_lever():
    table = shelf_table()
    assert table.height == 19
    assert table.filter(code="P12")["cost"][0] == "a rule: no budget"


def test_a_lever_of_ones_own():
    own = Lever("X", "own", "Own", (Dose("ict", 0.1),), (), Cost(1, 2, "year"), (0, 0), 1.0,
                0.0, "public", "none", "us")  # fmt: skip
    assert own.policy().changes[0].by == 0.1
    assert str(own.cost) == "1 to 2 thousand euros per year"


def test_several_levers_reach_each_its_own_share_and_are_paid_by_it(world):
    both = policies_asked(["P4+P5"], world, start=0, stop=40)[0]
    reach = {one.parameter: one.target.reach for one in both.changes}
    assert (reach["trust_gain"], reach["global_share"]) == (0.4, 0.15)
    bill = bill_of(both, world, steps=40)
    assert bill.low == pytest.approx(10 * (16 * 3 + 6 * 8))  # years, organisations, each
    half = bill_of(scaled(both, 0.5), world, steps=40)
    assert half.low == pytest.approx(bill.low / 2)


def test_units_are_those_of_the_theory_and_what_they_are_billed_as(world):
    said = {"P5": "organisation and event", "P10": "person and year", "P11": "trainee and year"}
    assert {code: lever_of(code).cost.per for code in said} == said
    three = replace(lever_of("P11"), cost=Cost(8, 15, "trainee and year", units=3))
    assert bill_of(three.policy(stop=4), world, steps=4).low == pytest.approx(8 * 8 * 3)
