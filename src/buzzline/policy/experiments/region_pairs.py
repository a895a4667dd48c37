"""Experiment 1: how to reduce inequality between regions and trigger development."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from buzzline.policy.experiments.buying import bought
from buzzline.policy.experiments.design import (
    Case,
    Contrast,
    Direction,
    Experiment,
    Outcome,
    Size,
)
from buzzline.policy.experiments.weighing import Logged, Points, PointsOfAll, logged
from buzzline.policy.regimes import REGIME
from buzzline.policy.shelf import lever_of
from buzzline.simulation.changes import Change
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.state import State
from buzzline.simulation.world import World

PAIRS = 4  # a lagging and a core region each, of one nation
LAGGING, CORE = tuple(range(PAIRS)), tuple(range(PAIRS, 2 * PAIRS))
EVERYWHERE = LAGGING + CORE
SIZE_OF_LAGGING, SIZE_OF_CORE = 0.5, 1.5  # of the usual number of organisations
PEOPLE = {"lagging": 75_000.0, "core": 125_000.0}
APART_KM = 60.0
KNOWS = 0.6  # of what it would, where a region lags
BEFORE = {"trust_commons": 0.15, "gatekeepers": 0.25}
START, STOP = 10, 60  # of a run of 100 steps; what is left ten years on is looked at
SMALL, LARGE = 2.0, 8.0  # thousand euros a year for each organisation of a lagging region
MIXES = {
    "trust": ("trust", ("P4",)), "links": ("links", ("P5",)), "skills": ("skills", ("P11",)),
    "balance": ("balance of the three", ("P4", "P5", "P11")),
}  # fmt: skip
AIMS = {
    "directed": LAGGING, "equalising": LAGGING, "facilitating": EVERYWHERE,
    "pick_winners": CORE, "supply_chain": EVERYWHERE,
}  # fmt: skip


def pairs(size: Size, seed: int) -> World:
    """Return pairs of a lagging and a core region, each pair a nation."""
    numbers = [max(2, round(share * size.organisations))
               for share in (SIZE_OF_LAGGING, SIZE_OF_CORE) for _ in range(PAIRS)]  # fmt: skip
    world = world_of_settings(2 * PAIRS, numbers, nations=PAIRS, focal=LAGGING, rng=seed)
    nation = np.tile(np.arange(PAIRS, dtype=np.int32), 2)
    distance = world.places.distance_km.copy()
    for place in LAGGING:
        distance[place, place + PAIRS] = distance[place + PAIRS, place] = APART_KM
    places = replace(
        world.places, nation=nation, region=nation.copy(), language=nation.copy(),
        distance_km=distance, population=np.repeat([PEOPLE["lagging"], PEOPLE["core"]], PAIRS),
    )  # fmt: skip
    own = {name: dict.fromkeys(LAGGING, value) for name, value in BEFORE.items()}
    return replace(world, places=places, settings=Settings({}, own), title="Pairs of regions")


def lag_behind(state: State) -> None:
    """Take from lagging regions a part of what they know."""
    state.knowledge[np.isin(state.place, np.array(LAGGING)) & state.alive] *= KNOWS


def _case(name: str, title: str, *changes: Change, **levels: str | float) -> Case:
    return Case(name, title, pairs, changes=changes, shocks={0: lag_behind}, levels=levels)


def _mix(name: str, budget: float, places: tuple[int, ...] = LAGGING, where: str = "") -> Case:
    """Spend what there is for lagging regions on a mix of levers, there or elsewhere."""
    title, codes = MIXES[name]
    share = SIZE_OF_LAGGING * PAIRS / sum(
        SIZE_OF_LAGGING if place in LAGGING else SIZE_OF_CORE for place in places
    )  # fmt: skip
    spent = "little" if budget == SMALL else "much"
    return _case(
        f"{name}_{where or spent}", f"{title}, {spent} spent {where or 'where it lags'}",
        *bought(budget * share, codes, places, start=START, stop=STOP),
        mix=title, budget=budget, where=where or "lagging",
    )  # fmt: skip


def _regime(name: str) -> Case:
    """Pull the levers of a regime as they are on the shelf; what they cost is not equal."""
    regime = REGIME[name]
    changes = [
        change
        for code in regime.levers
        for change in lever_of(code).policy(
            places=AIMS[name], start=START, stop=STOP, reach=regime.reach,
            strength=regime.strength, who=regime.who,
        ).all_changes
    ]  # fmt: skip
    return _case(name, f"regime: {regime.title}", *changes, mix=", ".join(regime.levers),
                 budget="as on the shelf", where="as the regime aims")  # fmt: skip


CASES = (
    _case("nothing", "laissez-faire", mix="none", budget=0.0, where="nowhere"),
    *(_mix(name, budget) for budget in (SMALL, LARGE) for name in MIXES),
    _mix("balance", LARGE, CORE, "core"),
    _mix("balance", LARGE, EVERYWHERE, "everywhere"),
    *(_regime(name) for name in AIMS),
)
LEVEL = logged("lagging", "income of lagging regions", Logged("income"))
DURING = logged("lagging_during", "income of lagging regions as the programme ends",
                Logged("income", when=STOP / 100))  # fmt: skip
ALL = logged("all", "income of all regions", Logged("income", "all"))
KNOWN = logged("known", "knowledge in lagging regions", Logged("knowledge"))
BETWEEN = Outcome("between", "inequality of income between regions", "points (100 x Theil T)",
                  PointsOfAll("theil_income"), 0.2, -1)  # fmt: skip
WITHIN = Outcome("within", "inequality within lagging regions", "points (100 x Gini)",
                 Points("gini"), 0.5, -1)  # fmt: skip


def _less(name: str, asks: str, plus: str, minus: str, outcome: Outcome,
          *, claim: Direction = "open", source: str = "") -> Contrast:  # fmt: skip
    return Contrast(name, asks, {plus: 1, minus: -1}, outcome.name, claim, source)


BALANCED = "Bathelt (0.26)"
REDUCING_INEQUALITY = Experiment(
    number="1",
    name="region-pairs",
    question="How to reduce inequality between regions and trigger development?",
    design=(
        "Four nations of a core and a lagging region, which has a third of its organisations "
        "(of 60 % of the knowledge, little trust and few gatekeepers). From 10 to 60 of 100 "
        "steps a budget of 2 or 8 thousand euros a year for each organisation there buys trust "
        "(P4), links (P5), skills (P11) or a third of each; it is spent there, in the core or "
        "everywhere; and regimes pull their levers as on the shelf, at unequal cost."
    ),
    rule=(
        "A mix triggers development if lagging regions end above laissez-faire ten years after "
        "it ended; balance is best if it ends above each single lever at the same budget; it "
        "reduces inequality if Theil's T between regions falls, and does so at the cost of the "
        "weak if the Gini within rises."
    ),
    cases=CASES,
    outcomes=(LEVEL, BETWEEN, WITHIN, KNOWN, DURING, ALL),
    contrasts=(
        *(_less(f"{name}_triggers", f"Does {title} leave lagging regions richer?",
                f"{name}_much", "nothing", LEVEL) for name, (title, _) in MIXES.items()),
        _less("balance_at_its_end", "Were they richer as balance ended?", "balance_much",
              "nothing", DURING),
        _less("balance_teaches", "Do they know more after balance?", "balance_much", "nothing",
              KNOWN),
        *(_less(f"balance_against_{name}", f"Is balance better than {name} alone?",
                "balance_much", f"{name}_much", LEVEL, claim="above", source=BALANCED)
          for name in ("trust", "links", "skills")),
        _less("little_is_enough", "Does a quarter of the budget leave them richer?",
              "balance_little", "nothing", LEVEL),
        Contrast("more_money", "Does four times the budget bring more?",
                 {"balance_much": 1, "balance_little": -1}, LEVEL.name),
        _less("between_regions", "Does balance reduce inequality between regions?",
              "balance_much", "nothing", BETWEEN, claim="below", source=BALANCED),
        _less("within_by_links", "Do links make lagging regions less equal within than trust?",
              "links_much", "trust_much", WITHIN),
        _less("within_by_balance", "Does balance make them less equal within?", "balance_much",
              "nothing", WITHIN),
        _less("trickles_down", "Does the budget in the core leave lagging regions richer?",
              "balance_core", "nothing", LEVEL),
        _less("core_widens", "Does the budget in the core widen inequality between regions?",
              "balance_core", "nothing", BETWEEN, claim="above", source="Maskell (4.105)"),
        _less("price_of_equality", "Are all regions together poorer with the budget where it "
              "lags than with it in the core?", "balance_much", "balance_core", ALL),
        _less("spread_out", "Is it better for lagging regions to spend everywhere?",
              "balance_everywhere", "balance_much", LEVEL),
        *(_less(f"{name}_level", f"{REGIME[name].title}: are lagging regions richer than under "
                "laissez-faire?", name, "nothing", LEVEL) for name in AIMS),
        *(_less(f"{name}_between", f"{REGIME[name].title}: less inequality between regions?",
                name, "nothing", BETWEEN) for name in AIMS),
    ),
    limits=(
        "Costs are placeholders and doses guesses, so that 'the same budget' is no more than "
        "the middle of assumed ranges; regimes are not compared at equal cost. Taxes that pay "
        "for it, prices of houses and politics are left out."
    ),
    source="Concept map 0.25, 0.26, 0.2; Maskell (4.105).",
)  # fmt: skip
