"""The shelf: nineteen levers from the literature, P1 to P19.

Costs are placeholders with ranges, so that cost-effectiveness can be computed; doses are
guesses at the size such levers have, in units of the simulation's parameters. None is an
estimate.
"""

from __future__ import annotations

from math import nan

import polars as pl

from buzzline.errors import InvalidArgument
from buzzline.policy.lever import Lever
from buzzline.policy.policy import Cost, Dose, Per

A_YEAR: Per = "organisation and year"
RULE = Cost(0, 0, "no budget")

KNOWLEDGE = (
    Lever("P1", "information_service", "Information and knowledge transfer",
          (Dose("n_observed", 1.5, why="more of what others do is seen"),
           Dose("learning_rate", 0.01, why="what is met is better absorbed")),
          (Dose("innovation_chance", -0.003, why="own search is crowded out"),),
          Cost(2, 6, A_YEAR), (1, 1), 0.3, 0.5, "public", "crowds out own search",
          "Belussi (4.126); concept map 0.27"),
    Lever("P2", "feedback", "Ex-post feedback and better joint decisions",
          (Dose("rule_change", 0.1, "place", "search turns sooner to what demand has become"),
           Dose("institution_speed", 0.02, "place", "institutions are mended sooner")),
          (), Cost(50, 200, "year"), (1, 1), 1.0, 0.2, "public", "none",
          "Turvani (4.126), Calafati (4.125)"),
    Lever("P3", "shared_services", "Shared services, facilities and purchasing",
          (Dose("public_service", 0.5, "place", "holes between organisations are filled"),
           Dose("capital_constraint", -0.1, why="what is dear is shared"),
           Dose("joint_action", 0.02, "place", "acting together builds trust")),
          (Dose("sleeping_pill", 0.05, "place", "own search is put to sleep"),),
          Cost(3, 10, A_YEAR), (1, 2), 0.25, 0.5, "public", "sleeping pill",
          "Belussi against Turvani (4.129); Medellin (0.16c)"),
    Lever("P11", "education", "Education, training, university laboratory",
          (Dose("learning_rate", 0.015, why="people understand more of what they meet"),
           Dose("innovation_chance", 0.01, why="people search better"),
           Dose("retraining", 0.02, "place", "people without skill acquire it")),
          (Dose("moves_within_place", -0.1, why="some of the trained leave"),),
          Cost(8, 15, "trainee and year"), (2, 6), 0.2, 0.1, "public",
          "those trained move away",
          "Wolfe (4.113), Maskell (4.139); concept map 0.17c"),
    Lever("P13", "ict", "Information technology for remote links",
          (Dose("ict", 0.5, why="distance costs less"),), (),
          Cost(nan, nan, "place and year"), (1, 3), 1.0, 0.0, "building",
          "widens gaps to those without links, if it does: not put in, but found",
          "Markusen (4.93); D4, 5"),
    Lever("P15", "standards", "Standards, rules, compatibility",
          (Dose("cognitive_reach", 0.1, why="different knowledge is understood"),),
          (Dose("vision_variety", -0.2, "place", "all look the same way"),),
          RULE, (2, 5), 1.0, 0.0, "rule", "loss of variety", "Gambarotto, Belussi (4.141)"),
)  # fmt: skip

TRUST = (
    Lever("P4", "cluster_organisation", "Cluster organisation, building trust",
          (Dose("trust_commons", 0.2, "place", "those who do not know each other trust more"),
           Dose("trust_gain", 0.05, why="members' trust grows faster"),
           Dose("joint_action", 0.02, "place", "acting together builds trust")),
          (), Cost(3, 8, A_YEAR), (2, 5), 0.4, 0.1, "intermediary",
          "rigid with age; absorbs talent", "Medellin initiative (0.16b); Maskell (4.95)"),
    Lever("P8", "network_events", "Regional events of town and country",
          (Dose("cost_regional", -0.4, why="meeting in the region costs less time"),
           Dose("regional_share", 0.05, why="more of it is sought")),
          (), Cost(1, 3, A_YEAR), (1, 2), 0.4, 0.5, "intermediary",
          "needs a joint base of industries: no dose, but found", "Bathelt (0.28)"),
    Lever("P12", "failure_tolerance", "Insolvency law and second chances",
          (Dose("failure_penalty", -0.3, why="failing costs less"),),
          (Dose("moral_hazard", 0.1, why="worse entrants try"),),
          RULE, (2, 5), 1.0, 0.0, "rule", "moral hazard", "Markusen (4.34); X7"),
    Lever("P14", "mobility_rules", "Mobility: no rules against competing, secondments",
          (Dose("mobility_rate", 0.04, why="more people change organisation"),),
          (Dose("training_loss", 0.1, "place", "less is searched where people are poached"),),
          RULE, (1, 4), 1.0, 0.0, "rule", "too little training", "Saxenian (4.114); X39"),
    Lever("P18", "conventions", "Keeping up and transforming conventions",
          (Dose("trust_commons", 0.1, "place", "trust is renewed"),
           Dose("institution_speed", 0.05, "place", "institutions move with needs")),
          (), Cost(1, 3, A_YEAR), (3, 8), 0.4, 0.1, "intermediary", "none modelled",
          "Gambarotto (4.136), Maskell (4.137)"),
    Lever("P19", "social_mission", "Social aims through clusters",
          (Dose("retraining", 0.03, "place", "people without skill acquire it"),
           Dose("access_by_ties", -0.2, "place", "jobs hang less on whom one knows"),
           Dose("joint_action", 0.01, "place", "acting together builds trust")),
          (Dose("innovation_chance", -0.003, why="other aims take attention"),),
          Cost(2, 6, A_YEAR), (2, 6), 0.3, 0.3, "intermediary", "aims conflict",
          "Wilson (1.20-1.22)"),
)  # fmt: skip

REACH = (
    Lever("P5", "pipelines", "Fairs, missions, outward investment",
          (Dose("global_share", 0.1, why="more time for partners far away"),
           Dose("begun_in_copresence", 0.3, why="distant ties begin face to face"),
           Dose("market_learning", 0.1, why="distant markets are seen")),
          (Dose("erosion", 0.02, "place", "local ties wear with time spent elsewhere"),
           Dose("leakage", 0.05, why="rivals hear of what is told")),
          Cost(8, 25, "organisation and event"), (1, 3), 0.15, 0.5, "public", "dilution, leak",
          "Bathelt (0.29a, 0.30)"),
    Lever("P6", "inward_investment", "Inward investment with conditions of embeddedness",
          (Dose("inward_promotion", 1.0, "place", "investors choose the place more often"),
           Dose("embedded_share", 0.2, "place", "affiliates meet more locals")),
          (Dose("affiliate_exit", 0.02, "place", "who was called may leave"),
           Dose("repatriation", 0.1, "place", "profits leave")),
          Cost(10, 60, "job"), (1, 4), 1.0, 0.5, "public",
          "exit, rents; enclave: no dose, but found", "Bathelt (0.17c, 0.29a)"),
    Lever("P7", "supplier_development", "Development of suppliers, rural ones included",
          (Dose("embedded_share", 0.1, "place", "affiliates buy from locals"),
           Dose("supplier_relatedness", 0.5, "place", "suppliers' skills are brought near"),
           Dose("supplier_distance", 25, "place", "suppliers further out are found")),
          (Dose("exit_threshold", 0.02, why="who hangs on one buyer falls with it"),),
          Cost(10, 30, "organisation"), (2, 4), 0.1, 0.3, "public",
          "dependence on one buyer", "Bathelt (0.17c, 0.28)"),
    Lever("P10", "diaspora", "Links of migrants, return",
          (Dose("diaspora_pull", 1.0, why="partners where one's people are"),
           Dose("trust_at_distance", 0.1, why="people vouch for each other")),
          (Dose("moves_within_place", -0.1, why="links lead people away, too"),),
          Cost(1, 5, "person and year"), (2, 5), 0.2, 0.2, "public", "brain drain",
          "Bathelt (0.29b); Saxenian (4.37)"),
)  # fmt: skip

PLACE = (
    Lever("P9", "local_finance", "Knowledgeable local finance",
          (Dose("local_finance", 0.3, why="lenders know the trade"),
           Dose("capital_constraint", -0.15, why="less is left undone for want of capital")),
          (), Cost(nan, nan, "year"), (3, 8), 1.0, 0.1, "fund",
          "selects whom it knows: no dose",
          "Saxenian (4.115); X40, X43"),
    Lever("P16", "land_use", "Land: mixing, reserving, old sites",
          (Dose("mixed_use", 0.3, "place", "different trades stand side by side"),
           Dose("mixed_contacts", 0.1, why="chance meetings across trades"),
           Dose("land_elasticity", -0.05, "place", "rents rise less")),
          (Dose("exit_threshold", 0.01, why="those who cannot pay are displaced"),),
          Cost(nan, nan, "place and year"), (3, 10), 1.0, 0.0, "building",
          "displacement; poor places accept any investor (no dose)",
          "Maskell, Calafati (4.142); X45"),
    Lever("P17", "infrastructure", "Roads, rails, places to meet",
          (Dose("infrastructure", 0.5, "place", "meeting near by costs less time"),
           Dose("cost_regional", -0.2, why="so does meeting in the region")),
          (Dose("moves_within_place", -0.05, why="roads lead away, too"),),
          Cost(nan, nan, "place and year"), (3, 10), 1.0, 0.0, "building",
          "capital moves away", "Calafati (4.135); X44"),
)  # fmt: skip

SHELF: tuple[Lever, ...] = tuple(
    sorted((*KNOWLEDGE, *TRUST, *REACH, *PLACE), key=lambda lever: int(lever.code[1:]))
)


def lever_of(name: str) -> Lever:
    """Return the lever with a code or a name.

    Raises
    ------
    InvalidArgument
        There is none; the message lists those there are.

    Examples
    --------
    >>> lever_of("P4").name
    'cluster_organisation'
    """
    for lever in SHELF:
        if name in (lever.code, lever.name, lever.name.replace("_", "-")):
            return lever
    known = ", ".join(f"{lever.code} {lever.name}" for lever in SHELF)
    raise InvalidArgument(f"policy: there is no lever {name!r}; on the shelf are {known}")


def shelf_table() -> pl.DataFrame:
    """Return one row a lever: what it does, costs, and brings besides, and who says so.

    Examples
    --------
    >>> shelf_table().height
    19
    """
    return pl.DataFrame([
        {
            "code": one.code, "name": one.name, "title": one.title,
            "acts_on": ", ".join(f"{dose.parameter} {dose.by:+g}" for dose in one.doses),
            "side_effects": ", ".join(
                f"{dose.parameter} {dose.by:+g}" for dose in one.side_effects
            ),
            "beside": one.beside, "cost": str(one.cost), "lag_low_years": one.lag_years[0],
            "lag_high_years": one.lag_years[1], "reach": one.reach,
            "decay_per_year": one.decay, "delivery": one.delivery, "source": one.source,
            "footing": one.footing,
        }
        for one in SHELF
    ])  # fmt: skip
