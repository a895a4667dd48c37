"""Experiment 7: fairs as clusters for a few days; how often, who goes, and what comes after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.policy.experiments.design import (
    Case,
    Contrast,
    Experiment,
    Outcome,
    Playing,
    Size,
    SizeName,
)
from buzzline.policy.experiments.outcomes import KNOWLEDGE, OUTPUT, At, at_end
from buzzline.policy.experiments.playing import recorded_of
from buzzline.policy.experiments.recorded import Recorded
from buzzline.policy.experiments.scenes import equals
from buzzline.simulation.changes import Change, Target, Who

FIRST = 8  # steps, a quarter each
QUARTER = 0.25  # of the organisations of the place
TRIP, STAND, SUPPORT = 8.0, 40.0, 3.0  # thousand euro: a trip; a stand a fair; support a trip
EXHIBITED, FOLLOWED = 1.0, 0.8
FADES = 0.35  # of young contacts in a step: 18 % are left after a year
SCALES = ("regional", "national", "global")
SIZES: Mapping[SizeName, Size] = {
    "small": Size(runs=6, steps=24, places=4, organisations=12),
    "usual": Size(runs=30, steps=48, places=8, organisations=24),
    "large": Size(runs=100, steps=48, places=12, organisations=60),
}
# Everybody else sends a quarter each season; nobody of the place goes before.
WORLD: Mapping[str, float] = {"gatherings": QUARTER, "gathering_fade": FADES}


def ties_away(recorded: Recorded) -> Floats:
    """Return ties of the place to other places, per organisation; (runs,)."""
    n = recorded.at("n_organisations")
    ties = as_floats(np.sum([recorded.at(f"n_ties_{one}") for one in SCALES], axis=0))
    return as_floats(np.divide(ties, n, out=np.full(n.size, np.nan), where=n > 0))


@dataclass(frozen=True, slots=True)
class Going:
    """Who goes to fairs from the place, and how.

    Attributes
    ----------
    reach : float [share]       of the organisations of the place, the same each time
    fairs : int                 0: each season to the end
    who : str                   among them
    taking_turns : bool         another lot each time, of the same size
    exhibits, followed_up : bool
    without_ties : bool         ideas and markets only, to see what ties are for
    """

    reach: float = QUARTER
    fairs: int = 0
    who: Who = "all"
    taking_turns: bool = False
    exhibits: bool = False
    followed_up: bool = False
    without_ties: bool = False

    def changes(self) -> tuple[Change, ...]:
        """Return what is different from the first fair on."""
        stop = FIRST + self.fairs if self.fairs else 10_000
        here = Target((0,))
        sent = here if self.taking_turns else Target((0,), self.who, reach=self.reach)
        chance = self.reach if self.taking_turns else 1.0
        found = [Change("gatherings", to=chance, start=FIRST, stop=stop, target=sent)]
        if self.exhibits:
            found.append(Change("exhibit", to=EXHIBITED, start=FIRST, stop=stop, target=here))
        if self.without_ties:
            found.append(Change("gathering_ties", to=0, target=here))
        if self.followed_up:  # a year longer than there are fairs
            found.append(
                Change("follow_up", to=FOLLOWED, start=FIRST, stop=stop + 4, target=here)
            )
        return tuple(found)

    def cost(self, size: Size) -> float:
        """Return what all of it costs in a run [thousand euro]."""
        fairs = self.fairs or size.steps - FIRST
        trips = fairs * self.reach * size.organisations
        each = TRIP + SUPPORT * self.followed_up
        return trips * each + STAND * fairs * self.exhibits


NOBODY = Going(reach=0.0)
GOING: Mapping[str, tuple[str, Going]] = {
    "nobody": ("nobody goes", NOBODY),
    "one_fair": ("a quarter, one fair", Going(fairs=1)),
    "four_fairs": ("a quarter, four seasons", Going(fairs=4)),
    "each_season": ("the same quarter each season", Going()),
    "turns": ("a quarter each season, in turns", Going(taking_turns=True)),
    "everybody": ("everybody each season", Going(reach=1.0)),
    "largest": ("the largest quarter", Going(who="largest")),
    "smallest": ("the smallest quarter", Going(who="smallest")),
    "exhibit": ("a quarter, exhibiting together", Going(exhibits=True)),
    "followed_up": ("a quarter, with follow-up", Going(followed_up=True)),
    "ideas": ("a quarter, ideas but no ties", Going(without_ties=True)),
    "both": ("exhibit and follow-up", Going(exhibits=True, followed_up=True)),
}  # fmt: skip


def _case(name: str) -> Case:
    title, going = GOING[name]
    levels: dict[str, str | float] = {
        "share of the place": going.reach, "fairs": going.fairs or "each season",
        "who": "in turns" if going.taking_turns else going.who,
        "collective exhibit": "yes" if going.exhibits else "no",
        "follow-up": "yes" if going.followed_up else "no",
        "ties": "no" if going.without_ties else "yes",
    }  # fmt: skip
    return Case(
        name, title, equals, settings=WORLD, by_place={"gatherings": {0: 0.0}},
        changes=going.changes() if going.reach else (), levels=levels, is_dated_by_steps=True,
    )  # fmt: skip


CASES = tuple(_case(name) for name in GOING)


def with_costs(case: Case, how: Playing) -> Mapping[str, Floats]:
    """Return outcomes of a case; ties for what was spent are held against nobody going."""
    recorded = recorded_of(case, how)
    found = {outcome.name: outcome.of(recorded) for outcome in how.outcomes}
    more = (found[TIES.name] - ties_without(how)) * how.size.organisations
    cost = GOING[case.name][1].cost(how.size)
    found[YIELD.name] = 100 * more / cost if cost > 0 else np.zeros(more.size)
    return found


@lru_cache(maxsize=2)
def ties_without(how: Playing) -> Floats:
    """Return ties away where nobody of the place goes to fairs; (runs,)."""
    return ties_away(recorded_of(CASES[0], how))


TIES = Outcome(
    "ties_away", "ties to other places", "ties per organisation", ties_away, 0.1,
)  # fmt: skip
YIELD = Outcome(
    "ties_for_cost", "further ties at the end for what was spent",
    "ties per 100 thousand euro", ties_away, 0.1,
)  # fmt: skip
MARKETS = at_end("market_known", "distant markets known", "share", margin=0.01)
TRUST = Outcome(
    "trust_global", "trust in ties to other places", "share", At("trust_global"), 0.01
)  # fmt: skip


def _is(name: str, asks: str, plus: str, minus: str, outcome: Outcome, *,
        claim: str = "") -> Contrast:  # fmt: skip
    return Contrast(
        name, asks, {plus: 1, minus: -1}, outcome.name, "above" if claim else "open", claim
    )


BATHELT = "Bathelt (0.30)"
CONTRASTS = (
    _is("one_fair", "Are there more ties at the end after one fair than after none?",
        "one_fair", "nobody", TIES),
    _is("year", "After a year of fairs?", "four_fairs", "nobody", TIES, claim=BATHELT),
    _is("season", "With fairs each season?", "each_season", "nobody", TIES, claim=BATHELT),
    _is("trust", "Is trust in ties to other places higher?", "each_season", "nobody", TRUST,
        claim="Gertler, Saxenian (4.48); X9"),
    _is("markets", "Are distant markets better known?", "each_season", "nobody", MARKETS,
        claim="Bathelt (0.29d)"),
    _is("knowledge", "Does the place know more?", "each_season", "nobody", KNOWLEDGE,
        claim=BATHELT),
    _is("ideas", "Does it, if those who go pick up ideas only and begin no ties?", "ideas",
        "nobody", KNOWLEDGE, claim=BATHELT),
    _is("ties_teach", "Do ties begun at fairs add to what is picked up there?", "each_season",
        "ideas", KNOWLEDGE, claim=BATHELT),
    _is("output", "Does it earn more?", "each_season", "nobody", OUTPUT,
        claim="exhibition of 1900"),
    _is("everybody", "Does the place know more if everybody goes than if a quarter does?",
        "everybody", "each_season", KNOWLEDGE),
    _is("turns", "Does it if a quarter goes in turns, rather than the same each season?",
        "turns", "each_season", KNOWLEDGE),
    _is("turns_ties", "Are there more ties?", "turns", "each_season", TIES),
    _is("turns_markets", "Are distant markets better known?", "turns", "each_season", MARKETS),
    _is("size", "Does it know more if the small go than if the large do?", "smallest",
        "largest", KNOWLEDGE),
    _is("size_output", "Does it earn more?", "smallest", "largest", OUTPUT),
    _is("exhibit", "Does exhibiting together bring more ties?", "exhibit", "each_season",
        TIES, claim=BATHELT),
    _is("exhibit_knowledge", "Does it bring more knowledge?", "exhibit", "each_season",
        KNOWLEDGE, claim=BATHELT),
    _is("follow_up", "Does follow-up leave more ties?", "followed_up", "each_season", TIES,
        claim=BATHELT),
    _is("follow_up_knowledge", "Does it bring more knowledge?", "followed_up", "each_season",
        KNOWLEDGE),
    Contrast("together", "Do exhibit and follow-up bring more ties than each alone adds up to?",
             {"both": 1, "exhibit": -1, "followed_up": -1, "each_season": 1}, TIES.name),
    _is("yield_one", "Do fairs each season leave more ties for the money than one fair?",
        "each_season", "one_fair", YIELD),
    _is("yield_year", "Than a year of fairs?", "each_season", "four_fairs", YIELD),
    _is("yield_everybody", "Does sending everybody leave more ties for the money?",
        "everybody", "each_season", YIELD),
    _is("yield_exhibit", "Does exhibiting together?", "exhibit", "each_season", YIELD),
    _is("yield_follow_up", "Does follow-up?", "followed_up", "each_season", YIELD,
        claim=BATHELT),
)  # fmt: skip
FAIRS = Experiment(
    number="7",
    name="fairs",
    question="Do fairs build pipelines, who should go, and what do ties that last cost?",
    design=(
        "Places alike; all others send a quarter of their organisations to a fair each season. "
        "From the third year on one place sends nobody, a quarter once, for four seasons or "
        "each season; the same, in turns, the largest, the smallest or everybody; with a "
        "collective exhibit, with support afterwards, or both; or ideas but no ties."
    ),
    rule=(
        "Fairs build pipelines if more ties are there at the end than where nobody goes; one "
        "way of going is better if it leaves more of them for the same money."
    ),
    cases=CASES,
    outcomes=(TIES, YIELD, KNOWLEDGE, OUTPUT, MARKETS, TRUST),
    contrasts=CONTRASTS,
    limits=(
        "That an exhibit doubles meetings, support prevents four fifths of what fades, 35 % of "
        "young contacts fade in a step, and costs (8 thousand euro a trip, 40 a stand, 3 for "
        "support) are assumed. Fairs of one industry, and what is sold there, are not modelled."
    ),
    source="Concept map 0.29d, 0.30; Maskell, Bathelt and Malmberg (2006); switch X9.",
    play=with_costs,
    sizes=SIZES,
)  # fmt: skip
