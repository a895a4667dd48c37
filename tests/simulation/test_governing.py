"""What comes about of a policy under each way of governing, by hand and in whole steps."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import buzzline.simulation
from buzzline.errors import InvalidArgument
from buzzline.policy.policy import together
from buzzline.policy.shelf import lever_of
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.governing import OF_PLACES, governed
from buzzline.simulation.rates import rates_at
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import world_of_settings

PICKED = Settings({"targeting": 1.0})


@pytest.fixture(scope="module")
def world():
    return world_of_settings(3, 8, 2, rng=1)


def test_what_acts_on_places_is_the_mean_over_their_organisations_by_hand():
    partial = Change("tax_rate", to=0.4, target=Target(places=(0,), reach=0.5))
    rates = rates_at(0, Settings({"tax_rate": 0.2}), (partial,), 2)
    cells = np.array([0, 0, 0, 1, 2, 2])  # one of four of the first place is reached
    assert rates.among(cells).by_place("tax_rate") == pytest.approx([0.25, 0.2])
    assert rates.among(np.array([2])).by_place("tax_rate") == pytest.approx([0.2, 0.2])
    with pytest.raises(InvalidArgument, match="count whom it reaches"):
        rates.by_place("tax_rate")


def test_who_picks_winners_keeps_what_is_done_to_places(world):
    for code in ("P2", "P3", "P4", "P6", "P7", "P19"):
        policy = lever_of(code).policy()
        done = governed(policy.all_changes, world, PICKED)
        cells = np.arange(3 * 2)  # one reached and one not in each place
        for dose in lever_of(code).doses:
            if dose.of == "place":
                usual, picked = (
                    rates_at(60, settings, some, 3) for settings, some in
                    ((Settings(), policy.all_changes), (PICKED, done))
                )  # fmt: skip
                if code not in ("P4", "P19"):  # these age
                    assert picked.among(cells).by_place(dose.parameter) == pytest.approx(
                        usual.among(np.arange(3 * usual.n_groups)).by_place(dose.parameter)
                    )
                assert (picked.of(dose.parameter) != rates_at(
                    60, PICKED, (), 3).of(dose.parameter).repeat(picked.n_groups)).all()  # fmt: skip


def test_parameters_of_places_are_those_that_rules_read_by_place_only():
    root = Path(buzzline.simulation.__file__).parent
    some = (*sorted((root / "rules").glob("*.py")), root / "beginning.py", root / "stepping.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in some)
    by_place = r'(?:by_place\(|of_world\(|place_rate\(state, rates,)\s*"(\w+)"'
    named = set(re.findall(r'"(\w+)"', re.sub(by_place, "", _without_rules(text))))
    assert set(re.findall(by_place, text)) - named == OF_PLACES


def _without_rules(text: str) -> str:
    return re.sub(r'Rule\(\s*"K\d+", "[^"]*", "\w+", "\w+"', "", text)


def test_what_winners_cannot_take_goes_to_all(world):
    winners, rest = governed([Change("innovation_chance", by=0.2)], world, PICKED)
    assert winners.by == pytest.approx(0.94)  # up to the bound of 1, from 0.06
    assert 0.2 * winners.by + rest.by == pytest.approx(0.2)


def test_laws_and_roads_do_not_age(world):
    rigid = Settings({"intermediary_rigidity": 0.2})
    for code in ("P12", "P15", "P17"):
        changes = lever_of(code).policy().changes
        assert governed(changes, world, rigid) == changes


@pytest.mark.parametrize(("rigidity", "years"), [(0.05, 20), (0.2, 5)])
def test_an_intermediary_does_all_it_can_and_then_loses_it(world, rigidity, years):
    settings = Settings({"intermediary_rigidity": rigidity})
    changes = governed(lever_of("P4").policy().changes, world, settings)
    dose = [
        rates_at(step, settings, changes, 3).of("trust_commons").max() - 0.3
        for step in (14, 14 + 2 * years, 14 + 4 * years, 400)
    ]
    full, steps = 0.2 * 0.4, 4 * years  # for the share that is reached
    assert dose[:2] == pytest.approx([full * (1 - n / steps) for n in (1, 2 * years + 1)])
    assert dose[2:] == pytest.approx([0, 0], abs=1e-12)


def test_an_intermediary_that_does_not_age_does_no_more_than_its_dose(world):
    young = Settings({"intermediary_rigidity": 0.0})
    changes = governed(lever_of("P4").policy(stop=200).changes, world, young)
    found = [rates_at(t, young, changes, 3).of("trust_commons").max() for t in (20, 80, 199)]
    assert found == pytest.approx([0.38] * 3)


def test_the_able_are_taken_once_and_by_the_share_reached(world):
    greedy = Settings({"intermediary_talent": 0.1})
    several = together("all", [lever_of(code).policy() for code in ("P4", "P8", "P18", "P12")])
    taken = [
        one for one in governed(several.changes, world, greedy) if one.parameter == "innovation"
    ]
    assert [one.by for one in taken] == pytest.approx([-0.08 * 0.4])
    roads = lever_of("P17").policy().changes
    assert governed(roads, world, greedy) == roads


def test_what_is_created_anew_knows_less_by_the_share_that_is_new(world):
    anywhere = Settings({"target_relatedness": 0.0})
    moved = [
        code for code in ("P6", "P9", "P12", "P16")
        if governed(lever_of(code).policy().changes, world, anywhere)
        != lever_of(code).policy().changes
    ]  # fmt: skip
    assert moved == ["P9", "P12"]
    twice = governed([Change("entry_rate", by=0.1)], world, anywhere)[-1]
    value = anywhere.value("entry_rate")
    assert (twice.parameter, twice.by) == (
        "newcomer_knowledge", pytest.approx(-0.5 * 0.1 / (value + 0.1)),
    )  # fmt: skip
