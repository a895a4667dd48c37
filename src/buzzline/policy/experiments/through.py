"""Experiment 8: policy for clusters, or through clusters for all who live there."""

from __future__ import annotations

from collections.abc import Mapping

from buzzline.policy.experiments.buying import bought
from buzzline.policy.experiments.design import (
    Case,
    Contrast,
    Direction,
    Experiment,
    Outcome,
    Size,
)
from buzzline.policy.experiments.weighing import Logged, Points, logged, weighed
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.world import World

HERE = (0, 1)
BUDGET = 4.0  # thousand euros a year for each organisation
START, STOP = 10, 100  # of a run of 100 steps
WEIGHTS = (0.25, 0.5, 1)  # of access for all, against income
AIMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "nothing": ("nothing", ()),
    "links": ("for: links and knowledge", ("P1", "P5")),
    "trust": ("for: trust", ("P4",)),
    "mission": ("through: social mission", ("P19",)),
    "skills": ("through: mission and skills", ("P19", "P11")),
    "halves": ("half for, half through", ("P1", "P5", "P19", "P11")),
}  # fmt: skip
HANGS_ON: Mapping[str, tuple[str, float]] = {
    "skill": ("access by skill", 0.0), "ties": ("access by ties", 1.0),
}  # fmt: skip


def two_of_many(size: Size, seed: int) -> World:
    """Return places that are alike, the first two of which are asked about."""
    return world_of_settings(size.places, size.organisations, focal=HERE, rng=seed)


def _case(aim: str, access: str = "") -> Case:
    title, codes = AIMS[aim]
    said, by_ties = HANGS_ON.get(access, ("", 0.5))
    changes = bought(BUDGET, codes, HERE, start=START, stop=STOP) if codes else ()
    return Case(
        f"{aim}_{access}" if access else aim, f"{title}, {said}" if said else title,
        two_of_many, settings={"access_by_ties": by_ties} if access else {}, changes=changes,
        levels={"levers": ", ".join(codes) or "none", "access by ties": by_ties},
    )  # fmt: skip


CASES = (
    *(_case(aim) for aim in AIMS),
    *(_case(aim, access) for access in HANGS_ON for aim in ("nothing", "links", "skills")),
)
INCOME = logged("income", "income", Logged("income"))
GAP = Outcome("gap", "gap in access to jobs", "points (% of people)", Points("access_gap"),
              1.0, -1)  # fmt: skip
WITHIN = Outcome("within", "inequality among organisations", "points (100 x Gini)",
                 Points("gini"), 0.5, -1)  # fmt: skip
KNOWN = logged("known", "knowledge", Logged("knowledge"))
GOALS = weighed("income", "access_gap", "income and access", weights=WEIGHTS)


def _less(name: str, asks: str, plus: str, minus: str, outcome: Outcome = INCOME,
          *, claim: Direction = "open", source: str = "") -> Contrast:  # fmt: skip
    return Contrast(name, asks, {plus: 1, minus: -1}, outcome.name, claim, source)


def _half(outcome: Outcome) -> Contrast:
    """What half and half brings, beyond the mean of each with all of the money."""
    return Contrast(
        f"halves_{outcome.name}", f"Is half and half better for {outcome.title} than the mean "
        "of each?", {"halves": 1, "links": -0.5, "skills": -0.5}, outcome.name,
    )  # fmt: skip


def _access(access: str, asks: str, source: str) -> Contrast:
    """How through against for changes the gap, where access hangs on one thing only."""
    return Contrast(
        f"through_where_access_is_by_{access}", asks,
        {f"skills_{access}": 1, f"links_{access}": -1}, GAP.name, "below", source,
    )  # fmt: skip


WILSON = "Wilson (1.20)"
FOR_OR_THROUGH = Experiment(
    number="8",
    name="through",
    question="Policies for clusters, or through clusters for all who live there?",
    design=(
        "Two places among places alike. 4 thousand euros a year for each organisation buy what "
        "is good for clusters (links and knowledge, P1 and P5, or trust, P4) or what is done "
        "through them (a social mission, P19, or that and skills, P11), or half of each; "
        "access to jobs hangs on skill, on ties, or on both."
    ),
    rule=(
        "Goals conflict if what raises income most leaves access to jobs worse than the other "
        "does; which is better hangs on the weight of access, and through is better where it "
        "ends above at a weight."
    ),
    cases=CASES,
    outcomes=(INCOME, GAP, WITHIN, KNOWN, *GOALS),
    contrasts=(
        _less("links_growth", "Does policy for links and knowledge raise income?", "links",
              "nothing", claim="above", source="consensus (4.88)"),
        _less("trust_growth", "Does policy for trust?", "trust", "nothing"),
        _less("mission_growth", "Does a social mission through clusters?", "mission",
              "nothing"),
        _less("skills_growth", "Does a mission with skills?", "skills", "nothing"),
        _less("links_access", "Does policy for links widen the gap in access?", "links",
              "nothing", GAP, claim="above", source="Maskell (4.105)"),
        _less("trust_access", "Does policy for trust change it?", "trust", "nothing", GAP),
        _less("mission_access", "Does a mission narrow it?", "mission", "nothing", GAP,
              claim="below", source=WILSON),
        _less("skills_access", "Does a mission with skills?", "skills", "nothing", GAP,
              claim="below", source=WILSON),
        _less("through_costs_growth", "Does through bring less income than for?", "skills",
              "links", claim="below", source="goal conflict (P19)"),
        _less("through_costs_knowledge", "Does it leave less knowledge?", "skills", "links",
              KNOWN, claim="below", source="goal conflict (P19)"),
        *(_less(f"through_at_{weight:g}", f"Is through better where access weighs {weight:g}?",
                "skills", "links", goal)
          for weight, goal in zip(WEIGHTS, GOALS, strict=True)),
        _half(INCOME),
        _half(GAP),
        _access("skill", "Where access hangs on skill, is the gap less with through?", WILSON),
        _access("ties", "Where it hangs on ties, is the gap less with through?",
                "Lorenzen against Turvani (4.54; X15)"),
        _less("links_within", "Does policy for links make organisations less equal?", "links",
              "nothing", WITHIN),
    ),
    limits=(
        "Groups are people with and without skill; gender, origin and age are not modelled, "
        "and jobs do not wait for skill. What a social mission does is assumed: retraining, "
        "which leaves fewer without skill but not more jobs for them, and jobs by other ways "
        "than ties, which helps only where people trust each other little."
    ),
    source="Concept map 1.8, 1.20, 1.22; Maskell (4.105); switch X15.",
)  # fmt: skip
