"""Experiment 3: Medellin's fashion cluster, trust first or links to markets first."""

from __future__ import annotations

from collections.abc import Mapping

from buzzline.policy.experiments.design import Case, Contrast, Experiment
from buzzline.policy.experiments.outcomes import FOLLOWERS, KNOWLEDGE, OUTPUT
from buzzline.policy.experiments.scenes import equals
from buzzline.simulation.changes import Change, Target

HERE = Target(places=(0,))
QUARTER = Target(places=(0,), reach=0.25)
FEW = 0.125  # 3 organisations of 24 keep pipelines
EARLY, MIDDLE = 20, 50  # of a run of 100 steps
SOME_TIME = {0: 0.16}  # so that 2 % of all time goes to pipelines before the programme
BEFORE: Mapping[str, Mapping[int, float]] = {
    "trust_commons": {0: 0.2}, "gatekeepers": {0: FEW}, "global_share": SOME_TIME,
}  # fmt: skip


def _trust(start: int, target: Target = HERE) -> tuple[Change, ...]:
    """A programme of trust: to 0.6 in five years, kept up."""
    return (
        Change("trust_commons", to=0.6, start=start, lag=20, target=target),
        Change("trust_gain", by=0.05, start=start, lag=20, target=target),
    )


def _pipelines(start: int) -> tuple[Change, ...]:
    """Three organisations go abroad with most of their time."""
    return (Change("global_share", to=0.8, start=start, target=HERE),)


def _purchasing(start: int, target: Target) -> tuple[Change, ...]:
    """Supplies are bought together: joint action, and less want of capital."""
    return (
        Change("joint_action", by=0.02, start=start, lag=4, target=target),
        Change("capital_constraint", by=-0.1, start=start, lag=4, target=target),
    )


def _case(name: str, title: str, *changes: Change, **levels: str) -> Case:
    return Case(name, title, equals, by_place=BEFORE, changes=changes, levels=levels)


CASES = (
    _case("nothing", "nothing", trust="no", pipelines="no", purchasing="no"),
    _case("trust", "trust", *_trust(EARLY), trust="early", pipelines="no", purchasing="no"),
    _case("trust_quarter", "trust, a quarter of members", *_trust(EARLY, QUARTER),
          trust="a quarter", pipelines="no", purchasing="no"),
    _case("pipelines", "pipelines", *_pipelines(EARLY), trust="no", pipelines="early",
          purchasing="no"),
    _case("trust_first", "trust, then pipelines", *_trust(EARLY), *_pipelines(MIDDLE),
          trust="early", pipelines="later", purchasing="no"),
    _case("pipelines_first", "pipelines, then trust", *_pipelines(EARLY), *_trust(MIDDLE),
          trust="later", pipelines="early", purchasing="no"),
    _case("together", "both at once", *_trust(EARLY), *_pipelines(EARLY), trust="early",
          pipelines="early", purchasing="no"),
    _case("purchasing", "joint purchasing of a quarter", *_purchasing(EARLY, QUARTER),
          trust="no", pipelines="no", purchasing="a quarter"),
    _case("purchasing_all", "joint purchasing of all", *_purchasing(EARLY, HERE), trust="no",
          pipelines="no", purchasing="all"),
)  # fmt: skip

MEDELLIN = Experiment(
    number="3",
    name="medellin",
    question="Trust first, links to markets first, or both at once?",
    design=(
        "A place with little trust and few links among places alike. A programme of trust for "
        "all members or a quarter; three organisations that go abroad; joint purchasing; in "
        "either order, at once, or one alone."
    ),
    rule=(
        "The order counts if one ends above the other; both are needed if together they end "
        "above the better one alone; coverage counts if a quarter of members brings less."
    ),
    cases=CASES,
    outcomes=(KNOWLEDGE, FOLLOWERS, OUTPUT),
    contrasts=(
        Contrast("trust_helps", "Does the programme of trust alone help?",
                 {"trust": 1, "nothing": -1}, "knowledge_relative", "above",
                 "Medellin initiative (0.16b, 0.16c)"),
        Contrast("coverage", "Does reaching all bring more than a quarter?",
                 {"trust": 1, "trust_quarter": -1}, "knowledge_relative", "above",
                 "scenarios D4b"),
        Contrast("pipelines_help", "Do pipelines of three alone help?",
                 {"pipelines": 1, "nothing": -1}, "knowledge_relative", "above",
                 "Bathelt (0.16d)"),
        Contrast("still_needed", "Do pipelines still help where there is trust?",
                 {"trust_first": 1, "trust": -1}, "knowledge_relative", "above",
                 "Bathelt (0.16d)"),
        Contrast("order", "Does trust first end above pipelines first?",
                 {"trust_first": 1, "pipelines_first": -1}, "knowledge_relative"),
        Contrast("sum", "Do both at once bring more than each alone adds up to?",
                 {"together": 1, "trust": -1, "pipelines": -1, "nothing": 1},
                 "knowledge_relative", "above", "Bathelt (0.23)"),
        Contrast("sum_for_followers", "The same for those without a pipeline of their own?",
                 {"together": 1, "trust": -1, "pipelines": -1, "nothing": 1},
                 "followers_relative", "above", "minimal core (D4, 2)"),
        Contrast("purchasing_helps", "Does joint purchasing of a quarter raise output?",
                 {"purchasing": 1, "nothing": -1}, "output_relative", "above",
                 "Medellin initiative (0.16c)"),
        Contrast("purchasing_of_all", "Does joint purchasing of all?",
                 {"purchasing_all": 1, "nothing": -1}, "output_relative"),
    ),
    limits=(
        "Joint purchasing is joint action and less want of capital; prices of supplies are not "
        "modelled. How long trust takes is assumed: five years."
    ),
    source="Concept map 0.16a to 0.16d, 0.23; scenarios D4b.",
)  # fmt: skip
