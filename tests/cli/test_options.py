"""From signature, quantity and docstring to options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest

from buzzline.analysis import CATALOGUE, Analysis
from buzzline.cli import helping
from buzzline.cli.options import arguments_from, described, options_of, unit_of
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress, silent
from buzzline.quantities import Kilometres, Quantity, Share
from buzzline.randomness import Seed


@dataclass(frozen=True, slots=True)
class Reach:
    """How far something goes.

    Attributes
    ----------
    reach_km : km      as the crow flies
    p : share
        At most this.
    """

    reach_km: Kilometres = 7.0
    p: Share = 0.5


def measure(
    study,
    *,
    reach: Reach = Reach(),
    kind: Literal["near", "far"] = "near",
    names: tuple[str, ...] | None = None,
    rng: Seed = None,
    progress: Progress = silent,
):
    """Measure something.

    Parameters
    ----------
    study : Study
    reach : Reach
    kind : "near" or "far"
        Which one.
    """


ITEM = Analysis("measure", "tests", "How far?", measure, {})


def test_by_hand_names_types_and_defaults():
    found = {option.name: option for option in options_of(ITEM)}
    assert list(found) == ["reach_km", "reach_p", "kind", "names", "rng"]
    assert found["reach_km"].default == 7.0
    assert found["reach_km"].hint is float
    assert (
        found["reach_km"].help
        == "How far something goes: as the crow flies. Unit: km, 0 to 20,038."
    )
    assert found["kind"].hint == Literal["near", "far"]
    assert found["names"].hint == list[str]
    assert found["rng"].spelt == ("--seed", "--rng")
    assert found["rng"].hint is int


def test_by_hand_arguments_are_typed_then_told_then_default():
    assert arguments_from(ITEM, {}, {}) == {}
    assert arguments_from(ITEM, {"reach_km": 3.0}, {}) == {"reach": Reach(3.0, 0.5)}
    told = {"reach": Reach(2.0, 0.1), "rng": 1}
    assert arguments_from(ITEM, {"reach_p": 0.2, "names": ["a"]}, told) == {
        "reach": Reach(2.0, 0.2),
        "rng": 1,
        "names": ("a",),
    }


def test_fields_of_records_are_checked_like_other_quantities():
    with pytest.raises(
        InvalidArgument, match=r"`--reach-p` must lie between 0 and 1 share, got 2"
    ):
        arguments_from(ITEM, {"reach_p": 2.0}, {})


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_option_of_every_analysis_says_something(name):
    for option in options_of(CATALOGUE[name]):
        words = option.help.split("Unit:")[0]
        assert len(words.split()) > 2, option.name


def test_by_hand_sections_of_a_docstring():
    text = "Do.\n\nParameters\n----------\na, b : km\n    Both.\n\nReturns\n-------\nc : x\n    No."
    assert described(text, "Parameters") == {"a": "Both.", "b": "Both."}
    assert described(text, "Attributes") == {}


def test_by_hand_units():
    assert unit_of(Quantity("degree")) == "degree"
    assert unit_of(Quantity("share", 0, 1)) == "share, 0 to 1"


def test_by_hand_help_texts():
    assert helping.unwrapped("One\ntwo.\n\nParameters\n----------\nx") == "One two."
    assert helping.example_lines("run", ["", "x"]).splitlines()[-2:] == [
        "  buzzline run",
        "  buzzline run x",
    ]
