"""Disagreements on size, division of labour, institutions and policy: X21 to X33."""

from __future__ import annotations

from buzzline.simulation.switches.switch import Switch

ORGANISING = (
    Switch(
        "X21", "Do many small organisations learn more than one large one?",
        "They do, under conditions.", "Maskell",
        "Integrated organisations learn as much.", "Calafati",
        {"size_of_units": 0.3}, {"size_of_units": 3.0},
        "The share of others that can be seen, against a threshold q*.",
        "Innovation is higher where large laboratories and many small organisations are both "
        "there: for a mix.", "read",
    ),
    Switch(
        "X22", "Do suppressed ideas find their way out?",
        "A system of organisations lets them out.", "Belussi",
        "Organisations can internalise them.", "the rival of Belussi",
        {"spin_rate": 0.06}, {"spin_rate": 0.0},
        "Spin-outs of ideas unrelated to the parent.",
        "Large laboratories spawn spin-outs.", "read",
    ),
    Switch(
        "X23", "Horizontal variety or vertical depth?",
        "Horizontal variety of visions.", "Marshall, Loasby",
        "Vertical depth by specialisation.", "Smith",
        {"vision_variety": 1.0}, {"vision_variety": 0.0},
        "A surface of outcomes over both.",
        "Findings are mixed.", "remembered",
    ),
    Switch(
        "X24", "Do mixed institutions cost?",
        "Industries mismatch with the institutions of others.", "Maskell, Lorenzen",
        "Those who trade with each other can share institutions.", "the rival of Maskell",
        {"institution_fit": 1.0}, {"institution_fit": 0.0},
        "Growth of a minority industry by how dominant another is.",
        "Finnish furniture in the shadow of pulp and paper.", "stated",
    ),
    Switch(
        "X25", "Should policy follow the market?",
        "It should follow and facilitate.", "Maskell, Wolfe, Lorenzen",
        "It should set a direction.", "Belussi",
        {"market_following": 1.0}, {"market_following": 0.0},
        "How effects differ by the demand that was there.",
    ),
    Switch(
        "X26", "Does writing an advantage down destroy it?",
        "It makes it imitable.", "Maskell",
        "Hypothetical: causal ambiguity protects it.", "Turvani, Lorenzen",
        {"codification": 1.0, "codify": 0.1, "ambiguity": 0.0},
        {"codification": 1.0, "codify": 0.1, "ambiguity": 1.0},
        "Imitation of coded against uncoded practice.",
    ),
    Switch(
        "X27", "Support what is there, or create new?",
        "Support the base that is there.", "Maskell; Bathelt (2019)",
        "Create new; link anywhere.", "Markusen",
        {"target_relatedness": 1.0}, {"target_relatedness": 0.0},
        "Success of entry by density of related industries.",
        "The literature on relatedness: for what is there, on average.", "remembered",
    ),
    Switch(
        "X28", "Is variety of institutions an option or a cost?",
        "An option: a gene pool.", "J. Smith",
        "It costs efficiency.", "the rival of J. Smith",
        {"institution_variety": 0.5, "overlap_cost": 0.0},
        {"institution_variety": 0.5, "overlap_cost": 0.3},
        "Resilience after a shock against efficiency without one.",
    ),
    Switch(
        "X29", "At which level should decisions be taken?",
        "Local consensus is decisive.", "Dei Ottati, Landry",
        "The national level has the resources.", "Holbrook; Calafati for those who lose",
        {"local_decision": 1.0}, {"local_decision": 0.0},
        "Effects by who governs and what it can spend.",
        "Agencies below the nation draw investment, mostly to less developed areas.", "read",
    ),
    Switch(
        "X30", "Do intermediaries help?",
        "They translate.", "the Scandinavian practice",
        "They ossify and absorb talent.", "Maskell",
        {"intermediary_talent": 0.0, "intermediary_rigidity": 0.0},
        {"intermediary_talent": 0.1, "intermediary_rigidity": 0.2},
        "Uptake for its cost, by age of the intermediary.",
    ),
    Switch(
        "X31", "Can practice from below become institution?",
        "It can.", "Saxenian",
        "Only in rich regions; entrants of yesterday block it.", "Donald, Gertler",
        {"practice_uptake": 0.1, "uptake_by_wealth": 0.0, "blockers": 0.0},
        {"practice_uptake": 0.1, "uptake_by_wealth": 1.0, "blockers": 0.6},
        "Diffusion of a practice by wealth of regions.",
    ),
    Switch(
        "X32", "Does success make conservative?",
        "It does.", "one side of the debate",
        "It is a stepping stone.", "the other side of the debate",
        {"complacency": 0.5}, {"complacency": -0.5},
        "The share of exploration after performance.",
        "There is no clear picture.", "remembered",
    ),
    Switch(
        "X33", "Can institutions be changed?",
        "Quickly, or by design.", "Saxenian; Lorenzen, Maskell",
        "Pessimism.", "Wolfe",
        {"institution_speed": 0.15}, {"institution_speed": 0.0},
        "Drift of conventions before and after a programme.",
    ),
)  # fmt: skip
