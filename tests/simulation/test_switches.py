"""The disagreements as data: all there, both sides possible, and somebody on each."""

import pytest

from buzzline.errors import InvalidArgument
from buzzline.simulation.parameters import PARAMETER, PARAMETERS
from buzzline.simulation.settings import MINIMAL, Settings
from buzzline.simulation.switches import SWITCH, SWITCHES, switches_of, switches_table

CODES = [*(f"X{number}" for number in range(1, 46)), "X-GCN"]


def test_all_switches_are_there_in_order():
    assert [switch.code for switch in SWITCHES] == CODES


@pytest.mark.parametrize("code", CODES)
def test_both_sides_are_held_and_possible_and_differ(code):
    switch = SWITCH[code]
    assert set(switch.values_a) == set(switch.values_b)
    assert dict(switch.values_a) != dict(switch.values_b)
    assert all((switch.a, switch.b, switch.held_by_a, switch.held_by_b, switch.test))
    for side in ("a", "b"):
        settings = switch.applied(Settings(), side)  # out of bounds would raise
        assert {name: settings.value(name) for name in switch.parameters} == dict(
            switch.values(side)
        )


@pytest.mark.parametrize("code", CODES)
def test_no_evidence_is_said_and_evidence_has_a_footing(code):
    switch = SWITCH[code]
    assert (switch.footing == "open") == (switch.evidence == "None is known to us.")


def test_parameters_say_which_switch_moves_them():
    for switch in SWITCHES:
        for name in switch.parameters:
            known = PARAMETER[name]
            # A dose that both sides turn on is not in dispute.
            same = switch.values_a[name] == switch.values_b[name]
            assert known.disputed == switch.code or same, (switch.code, name)
    assert {parameter.disputed for parameter in PARAMETERS} - {""} == set(CODES)


def test_other_values_stay_as_they_are():
    moved = SWITCH["X2"].applied(MINIMAL, "b")
    assert moved.value("cost_global") == MINIMAL.value("cost_global")
    assert moved.value("cognitive_distance") == 0


def test_an_unknown_switch_or_side_is_said():
    with pytest.raises(InvalidArgument, match="there is no switch 'X99'"):
        switches_of(["X1", "X99"])
    with pytest.raises(InvalidArgument, match="must be 'a' or 'b'"):
        SWITCH["X1"].applied(Settings(), "c")


def test_the_table_names_everybody():
    table = switches_table()
    assert table.height == 46
    assert table.null_count().sum_horizontal().item() == 0
    assert table.filter(switch="X16")["held_by_a"].item() == "Turvani"
