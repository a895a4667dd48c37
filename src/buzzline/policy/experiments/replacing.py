"""Experiment 11: if people are gradually replaced, does a place's way of doing things stay?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from buzzline.arrays import Floats
from buzzline.policy.experiments.design import Case, Contrast, Experiment, Outcome, Playing
from buzzline.policy.experiments.following import chosen, distance_left, followed
from buzzline.policy.experiments.outcomes import not_recorded
from buzzline.policy.experiments.scenes import equals
from buzzline.simulation.luck import Luck
from buzzline.simulation.state import State

TURNOVER = {"none": 0.0, "low": 0.02, "high": 0.1}  # a step; about 8 % and 34 % a year
TRANSMISSION = {"none": 0.0, "usual": 0.1, "strong": 0.3}  # share of the difference a meeting
APART = 1.0  # the place's way lies so far from all others at the start


LEFT = Outcome(
    "convention_left", "what is left of the place's way of doing things", "share", not_recorded,
    0.02, 0,
)  # fmt: skip


def _one_way(state: State, luck: Luck) -> None:
    """Give the first place a way of its own, and all others that of nobody in particular."""
    state.conventions[:] = 0
    state.conventions[state.place == 0] = APART


def replaced(case: Case, how: Playing) -> Mapping[str, Floats]:
    """Return what is left where some, by luck, are run by people from elsewhere each step."""
    share = float(case.levels["turnover"])

    def newcomers(state: State, luck: Luck) -> None:
        here = np.flatnonzero(state.alive & (state.place == 0))
        elsewhere = state.alive & (state.place != 0)
        usual = state.conventions[elsewhere].mean(axis=0) if elsewhere.any() else 0
        state.conventions[chosen(state, luck, here, share=share)] = usual

    def left(state: State) -> float:
        return distance_left(state, APART)

    looks = {"convention_left": left}
    return followed(case, how, first=_one_way, looks=looks, each=newcomers)


def _case(turnover: str, transmission: str) -> Case:
    return Case(
        f"{turnover}_{transmission}", f"turnover {turnover}, transmission {transmission}",
        equals,
        settings={"convention_rate": TRANSMISSION[transmission]},
        levels={"turnover": TURNOVER[turnover], "transmission": TRANSMISSION[transmission]},
    )  # fmt: skip


CASES = tuple(_case(turnover, way) for turnover in TURNOVER for way in TRANSMISSION)

REPLACING = Experiment(
    number="11",
    name="turnover",
    question="If people are gradually replaced, does a place's way of doing things stay?",
    design=(
        "A place with a way of its own among places that share another. In each step none, one "
        "in fifty or one in ten of its organisations come to be run by people from elsewhere; "
        "who meets takes over none, a tenth or three tenths of the difference."
    ),
    rule=(
        "The way survives if more than half of the distance is left at the end; transmission "
        "keeps it if more is left with it than without, at the same turnover."
    ),
    cases=CASES,
    outcomes=(LEFT,),
    contrasts=(
        Contrast("turnover_wears", "Does turnover wear the way down, with usual transmission?",
                 {"low_usual": 1, "none_usual": -1}, "convention_left", "below",
                 "Turvani (4.74)"),
        Contrast("more_wears_more", "Does more turnover wear it down further?",
                 {"high_usual": 1, "low_usual": -1}, "convention_left", "below",
                 "Turvani (4.74)"),
        Contrast("transmission_keeps", "Does transmission keep it, at low turnover?",
                 {"low_usual": 1, "low_none": -1}, "convention_left", "above",
                 "Turvani (4.74)"),
        Contrast("transmission_keeps_high", "Does transmission keep it, at high turnover?",
                 {"high_usual": 1, "high_none": -1}, "convention_left", "above",
                 "Turvani (4.74)"),
        Contrast("strong_keeps_more", "Does strong transmission keep more than usual?",
                 {"low_strong": 1, "low_usual": -1}, "convention_left"),
    ),
    limits=(
        "Who is replaced is decided by luck, not by who fits; newcomers arrive one "
        "organisation at a time, not one person. Schools, laws and stories, which carry a way "
        "without people meeting, are not modelled."
    ),
    source="Concept map 4.74; rule K7.",
    play=replaced,
)  # fmt: skip
