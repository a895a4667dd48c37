"""What the simulation assumes, on the screen and as JSON."""

from __future__ import annotations

import json

import pytest

from buzzline.simulation.parameters import PARAMETERS
from buzzline.simulation.parameters.mechanisms import MECHANISMS
from buzzline.simulation.switches import SWITCH, SWITCHES


def test_all_parameters_are_listed_by_mechanism(buzzline, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    said = buzzline("parameters").out
    for one in PARAMETERS:
        assert one.name in said
        assert one.mechanism in MECHANISMS
    assert all(title in said for title in MECHANISMS.values())


def test_by_hand_a_mechanism_a_switch_and_a_part_of_a_name_choose(buzzline, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")

    def chosen(*words):
        return {one["name"] for one in json.loads(buzzline("parameters", *words, "--json").out)[
            "parameters"]}  # fmt: skip

    assert chosen("K5") == {"vision_variety", "vision_concentration", "adaptation"}
    assert chosen("x1") == set(SWITCH["X1"].parameters)
    assert {"trust", "trust_gain", "trust_commons"} <= chosen("trust")
    assert chosen() == {one.name for one in PARAMETERS}
    said = buzzline("parameters", "learning_rate").out
    assert "share per meeting" in said
    assert "Footing: core." in said
    assert "Contested from 0.02 to 0.1." in said


def test_every_switch_is_listed_with_its_sides(buzzline, monkeypatch):
    monkeypatch.setenv("COLUMNS", "900")
    said = buzzline("switches").out
    assert all(one.question in said for one in SWITCHES)
    said = buzzline("switches", "x2", "X-GCN").out
    for code in ("X2", "X-GCN"):
        assert SWITCH[code].held_by_a in said
        assert SWITCH[code].test in said
        assert all(name in said for name in SWITCH[code].parameters)
    assert len(json.loads(buzzline("switches", "--json").out)["switches"]) == len(SWITCHES)


@pytest.mark.parametrize("words", [("parameters", "distnace"), ("switches", "X99")])
def test_what_is_not_there_is_named_with_what_is(buzzline, words):
    done = buzzline(*words)
    assert done.code == 1
    assert words[1] in done.err
    assert "X1 to X45" in done.err
