"""Experiment 12: winners, an industry, the supply chain, the weak, or everybody."""

from __future__ import annotations

from collections.abc import Mapping

from buzzline.policy.experiments.buying import aimed
from buzzline.policy.experiments.design import (
    Case,
    Contrast,
    Direction,
    Experiment,
    Outcome,
    Size,
)
from buzzline.policy.experiments.weighing import Logged, Points, logged, weighed
from buzzline.simulation.changes import Target
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.world import World

HERE = (0, 1)
INDUSTRIES = 3
FEW = 0.2  # of the organisations of a place
LEVERS = ("P1", "P11")
BUDGET = 0.4  # of a full dose for each organisation: two full doses for each fifth
START, STOP = 10, 100  # of a run of 100 steps
WEIGHTS = (0.5, 1)  # of equality against efficiency
AIMS: Mapping[str, tuple[str, Target, float]] = {
    "all": ("all alike", Target(HERE), 1.0),
    "lot": ("a fifth by lot", Target(HERE, reach=FEW), FEW),
    "winners": ("the largest fifth", Target(HERE, "largest", reach=FEW), FEW),
    "small": ("the smallest fifth", Target(HERE, "smallest", reach=FEW), FEW),
    "industry": ("one industry", Target(HERE, "industry", 0), 1 / INDUSTRIES),
    "chain": ("suppliers of affiliates", Target(HERE, "suppliers"), FEW),
}  # fmt: skip


def three_industries(size: Size, seed: int) -> World:
    """Return places of three industries, the first two of which are asked about."""
    return world_of_settings(size.places, size.organisations, INDUSTRIES, focal=HERE, rng=seed)


def _case(aim: str, seats: float = 0.0) -> Case:
    title, target, share = AIMS.get(aim, ("nobody", Target(HERE), 1.0))
    changes = (
        aimed(BUDGET, LEVERS, target, share=share, start=START, stop=STOP)
        if aim in AIMS
        else ()
    )
    return Case(
        f"{aim}_seats" if seats else aim, f"{title}, fixed market" if seats else title,
        three_industries, settings={"market_seats": seats} if seats else {}, changes=changes,
        levels={"helped": title, "share helped": share if aim in AIMS else 0.0,
                "fixed world market": seats},
    )  # fmt: skip


CASES = (
    _case("nobody"),
    *(_case(aim) for aim in AIMS),
    *(_case(aim, 1.0) for aim in ("nobody", "all", "winners")),
)
MADE = logged("made", "output", Logged("output", how="sum"))
WITHIN = Outcome("within", "inequality among organisations", "points (100 x Gini)",
                 Points("gini"), 0.5, -1)  # fmt: skip
GAP = Outcome("gap", "gap in access to jobs", "points (% of people)", Points("access_gap"),
              1.0, -1)  # fmt: skip
KNOWN = logged("known", "knowledge", Logged("knowledge"))
ELSEWHERE = logged("elsewhere", "output elsewhere", Logged("output", "others", "sum"))
GOALS = weighed("output", "gini", "output and equality", weights=WEIGHTS)


def _less(name: str, asks: str, plus: str, minus: str, outcome: Outcome = MADE,
          *, claim: Direction = "open", source: str = "") -> Contrast:  # fmt: skip
    return Contrast(name, asks, {plus: 1, minus: -1}, outcome.name, claim, source)


WOLFE, CHAIN, MASKELL = "Wolfe (4.106)", "J. Smith, Landry (4.106)", "Maskell (4.105, 4.106)"
PICKING = Experiment(
    number="12",
    name="winners",
    question="Help winners, an industry, the supply chain, the weak, or everybody alike?",
    design=(
        "Two places of three industries among places alike. The same doses of knowledge "
        "transfer and training (P1, P11) are given to all alike, a fifth by lot, the largest "
        "or the smallest fifth, one industry, or suppliers of affiliates (about a fifth once "
        "affiliates are there): the fewer, the more each gets. The same where the world market "
        "is fixed."
    ),
    rule=(
        "Picking pays if the picked leave the place with more output than all alike do; it is "
        "the choice that pays, and not concentration, if they beat a lot; equality turns the "
        "order if all alike ends above at a weight; selection distorts if it makes "
        "organisations less equal than the same help to all."
    ),
    cases=CASES,
    outcomes=(MADE, WITHIN, GAP, KNOWN, ELSEWHERE, *GOALS),
    contrasts=(
        _less("all_help", "Does helping all alike raise output?", "all", "nobody"),
        _less("winners_help", "Does helping winners raise it?", "winners", "nobody", MADE,
              claim="above", source=WOLFE),
        _less("winners_or_all", "Does it raise it more than helping all?", "winners", "all",
              MADE, claim="above", source=WOLFE),
        _less("winners_or_lot", "And more than a lot?", "winners", "lot", MADE,
              claim="above", source=WOLFE),
        _less("lot_or_all", "Does a lot beat all alike?", "lot", "all"),
        _less("small_or_winners", "Do the smallest make more of it than winners?", "small",
              "winners"),
        _less("industry_or_winners", "Does one industry make more of it than winners?",
              "industry", "winners"),
        _less("chain_or_winners", "Does the supply chain make more of it than winners?",
              "chain", "winners", MADE, claim="above", source=CHAIN),
        _less("chain_or_all", "And more than all alike?", "chain", "all", MADE,
              claim="above", source=CHAIN),
        _less("winners_distort", "Do winners make organisations less equal than help to all?",
              "winners", "all", WITHIN, claim="above", source=MASKELL),
        _less("lot_distorts", "Does even a lot?", "lot", "all", WITHIN,
              claim="above", source=MASKELL),
        _less("small_equalise", "Does helping the smallest make them more equal?", "small",
              "all", WITHIN),
        *(_less(f"winners_at_{weight:g}", "Are winners better than all alike where equality "
                f"weighs {weight:g}?", "winners", "all", goal)
          for weight, goal in zip(WEIGHTS, GOALS, strict=True)),
        _less("winners_knowledge", "Does the place know more after winners than after all?",
              "winners", "all", KNOWN),
        _less("winners_gap", "Is the gap in access wider?", "winners", "all", GAP,
              claim="above", source=MASKELL),
        _less("elsewhere", "Does helping winners take from places elsewhere?", "winners",
              "nobody", ELSEWHERE),
        _less("elsewhere_seats", "Does it where the world market is fixed?", "winners_seats",
              "nobody_seats", ELSEWHERE, claim="below", source="Markusen (4.108)"),
        Contrast("seats_reward_winners", "Do winners pay more where the market is fixed?",
                 {"winners_seats": 1, "all_seats": -1, "winners": -1, "all": 1}, MADE.name),
    ),
    limits=(
        "Who is largest is known without error, and nobody lobbies; both favour picking. That "
        "money does less and less for the same organisation is modelled for learning only as "
        "far as knowledge itself is. How many suppliers there are is not fixed, so that their "
        "doses are only about the same."
    ),
    source="Concept map 4.105, 4.106, 4.108; switches X34, X35; Sen 1976 (weights).",
)  # fmt: skip
