"""Experiment 10: one leading cluster, home only, or a portfolio of clusters?"""

from __future__ import annotations

from collections.abc import Mapping

from buzzline.policy.experiments.design import Case, Contrast, Experiment
from buzzline.policy.experiments.outcomes import KNOWLEDGE, OUTPUT
from buzzline.policy.experiments.scenes import equals

LEADER = 1  # the row of the place that searches best
AHEAD = 0.12  # its chance of innovation; elsewhere 0.06
SHARE = 0.4  # of time, for pipelines
STRATEGIES: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "home": ("home only", {"global_share": 0.0}),
    "leader": ("the leading cluster", {
        "global_share": SHARE, "hotspot_pull": 8.0, "distance_elasticity": 0.0,
        "similarity_pull": 0.0, "diaspora_pull": 0.0, "language_pull": 0.0,
    }),
    "portfolio": ("a portfolio", {
        "global_share": SHARE, "hotspot_pull": 0.0, "distance_elasticity": 0.0,
        "similarity_pull": 0.0, "diaspora_pull": 0.0, "language_pull": 0.0,
    }),
    "near": ("whoever is near", {
        "global_share": SHARE, "hotspot_pull": 0.0, "distance_elasticity": 2.0,
        "similarity_pull": 0.0, "diaspora_pull": 0.0, "language_pull": 0.0,
    }),
}  # fmt: skip
TURBULENCE = {"calm": 0.03, "usual": 0.12, "wild": 0.4}


def _case(strategy: str, demand: str) -> Case:
    title, values = STRATEGIES[strategy]
    return Case(
        f"{strategy}_{demand}", f"{title}, demand {demand}", equals,
        settings={"market_turbulence": TURBULENCE[demand]},
        by_place={name: {0: value} for name, value in values.items()}
        | {"innovation_chance": {LEADER: AHEAD}},
        levels={"strategy": title, "turbulence": TURBULENCE[demand]},
    )  # fmt: skip


def _between(first: str, second: str, demand: str, asks: str, *,
             outcome: str = "knowledge_relative", claim: str = "") -> Contrast:  # fmt: skip
    return Contrast(
        f"{first}_or_{second}_{demand}_{outcome}", asks,
        {f"{first}_{demand}": 1, f"{second}_{demand}": -1}, outcome,
        "above" if claim else "open", claim,
    )  # fmt: skip


PORTFOLIO = Experiment(
    number="10",
    name="portfolio",
    question="One leading cluster, home only, or a portfolio of clusters?",
    design=(
        "Organisations of one place spend 40 % of their time in the cluster that searches "
        "twice as well as others, in clusters at random, or in those near by; or stay at home. "
        "Demand is calm, as usual, or wild."
    ),
    rule=(
        "A strategy is better where it ends above the other; a portfolio is insurance if its "
        "lead over the leading cluster is larger in wild demand than in calm."
    ),
    cases=tuple(_case(strategy, demand) for strategy in STRATEGIES for demand in TURBULENCE),
    outcomes=(KNOWLEDGE, OUTPUT),
    contrasts=(
        _between("leader", "home", "usual", "Does the leading cluster bring more than home?",
                 claim="Malmberg (4.131)"),
        _between("portfolio", "home", "usual", "Does a portfolio bring more than home?",
                 claim="Malmberg (4.131)"),
        _between("leader", "near", "usual", "Does the leader bring more than whoever is near?"),
        _between("portfolio", "leader", "calm", "Is a portfolio better in calm demand?"),
        _between("portfolio", "leader", "wild", "Is a portfolio better in wild demand?"),
        _between("portfolio", "leader", "wild", "Does it earn more in wild demand?",
                 outcome="output_relative"),
        Contrast("insurance", "Is a portfolio insurance against turbulence?",
                 {"portfolio_wild": 1, "leader_wild": -1, "portfolio_calm": -1,
                  "leader_calm": 1}, "output_relative"),
    ),
    limits=(
        "All organisations of the place follow one strategy, so strategies do not compete in "
        "it. Being refused by a leading cluster, and what is paid to be near it, are not "
        "modelled beyond the cost of a pipeline."
    ),
    source="Concept map 3.1, 3.19, 4.131.",
)  # fmt: skip
