"""Experiment 2: why copies of industrial districts failed."""

from __future__ import annotations

from buzzline.policy.experiments.design import Case, Contrast, Experiment
from buzzline.policy.experiments.outcomes import KNOWLEDGE, OUTPUT
from buzzline.policy.experiments.scenes import equals
from buzzline.simulation.changes import Change, Target

HIGH, LOW = 0.8, 0.2  # trust that a place lends
OPEN, CLOSED = 0.2, 0.0  # share of time for pipelines
HALF = 50  # of a run of 100 steps
HERE = Target(places=(0,))


def _case(name: str, title: str, *, trust: float, links: float, markets: float = 1.0,
          later: tuple[Change, ...] = ()) -> Case:  # fmt: skip
    return Case(
        name, title, equals, settings={"market_knowledge": markets},
        by_place={"trust_commons": {0: trust}, "global_share": {0: links}}, changes=later,
        levels={"trust": trust, "links": links, "knowledge of markets": markets},
    )  # fmt: skip


TRUST_LATER = Change("trust_commons", to=HIGH, start=HALF, target=HERE)
LINKS_LATER = Change("global_share", to=OPEN, start=HALF, target=HERE)
CASES = (
    _case("district", "district: trust and links", trust=HIGH, links=OPEN),
    _case("copy", "copy: trust, local only", trust=HIGH, links=CLOSED),
    _case("links", "links without trust", trust=LOW, links=OPEN),
    _case("neither", "neither", trust=LOW, links=CLOSED),
    _case("trust_first", "trust, then links", trust=HIGH, links=CLOSED, later=(LINKS_LATER,)),
    _case("links_first", "links, then trust", trust=LOW, links=OPEN, later=(TRUST_LATER,)),
    _case("district_blind", "district, no knowledge of markets", trust=HIGH, links=OPEN,
          markets=0),
    _case("copy_blind", "copy, no knowledge of markets", trust=HIGH, links=CLOSED, markets=0),
)  # fmt: skip

COPIES = Experiment(
    number="2",
    name="copies",
    question="Why did copies of the Third Italy fail?",
    design=(
        "Places alike but for one: it has trust or not, and ties to other places or not, from "
        "the start or one after the other; with and without knowledge of distant markets."
    ),
    rule=(
        "Copies fail for want of links if the copy stays below the district; that they work in "
        "order only, if one order ends above the other; that links are about markets, if they "
        "bring more where knowledge of markets pays."
    ),
    cases=CASES,
    outcomes=(KNOWLEDGE, OUTPUT),
    contrasts=(
        Contrast("copy_falls_behind", "Does a copy with local ties only know less than the "
                 "district?", {"copy": 1, "district": -1}, "knowledge_relative", "below",
                 "Bathelt (0.15)"),
        Contrast("copy_earns_less", "Does it earn less?", {"copy": 1, "district": -1},
                 "output_relative", "below", "Bathelt (0.15)"),
        Contrast("trust_alone_helps", "Is local trust alone better than neither?",
                 {"copy": 1, "neither": -1}, "knowledge_relative"),
        Contrast("links_alone_help", "Are links alone better than neither?",
                 {"links": 1, "neither": -1}, "knowledge_relative", "above",
                 "Bathelt (0.21)"),
        Contrast("each_stimulates_the_other", "Do trust and links together bring more than "
                 "each alone adds up to?",
                 {"district": 1, "copy": -1, "links": -1, "neither": 1}, "knowledge_relative",
                 "above", "Bathelt (0.23)"),
        Contrast("order_matters", "Does trust first end above links first?",
                 {"trust_first": 1, "links_first": -1}, "knowledge_relative"),
        Contrast("links_are_about_markets", "Do links earn more where distant markets are "
                 "learned?", {"district": 1, "copy": -1, "district_blind": -1, "copy_blind": 1},
                 "output_relative", "above", "Bathelt (0.15); Maskell (4.130)"),
    ),
    limits=(
        "Places start alike, so that what made the district is assumed, not explained; trust "
        "is given, and costs nothing."
    ),
    source="Concept map 0.14, 0.15, 0.21, 0.23; scenarios D4b.",
)  # fmt: skip
