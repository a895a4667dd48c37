"""Disagreements on learning, distance, knowledge and its sources: X1 to X8."""

from __future__ import annotations

from buzzline.simulation.switches.switch import Switch

LEARNING = (
    Switch(
        "X1", "Does information technology dissolve distance?",
        "It dissolves distance and communities.", "Markusen; OECD (the 'global village')",
        "Communities and places remain; footloose and local activities divide.",
        "Saxenian, Malmberg, Wolfe, Maskell",
        {"ict": 1.0, "ict_tacit": 1.0}, {"ict": 0.0, "ict_tacit": 0.0},
        "The elasticity of distance by tacitness and period; traded codified knowledge as a "
        "placebo.",
        "The internet goes with growth of wages only in the 6 % of counties that were well off "
        "already, and explains over half of their lead: for places remaining.", "read",
    ),
    Switch(
        "X2", "Does cognitive distance limit what can be learned?",
        "It binds; variety has a limit.", "Maskell, Belussi",
        "It is of no practical importance: a local system is convergence, spin-offs share "
        "skills, and shared life eases it.", "Calafati, Saxenian, Lorenzen",
        {"cognitive_distance": 1.0, "local_cognitive_bonus": 0.0},
        {"cognitive_distance": 0.0, "local_cognitive_bonus": 0.5},
        "An inverted U of what pairs innovate in their distance, within against across "
        "communities.",
        "An inverted U over 994 alliances of 1986-96, stronger for exploration; in Dutch "
        "aviation only cognitive proximity harms performance: for it binding, with a local "
        "bonus.", "read",
    ),
    Switch(
        "X3", "What sets cognitive distance?",
        "Profession and skill.", "Saxenian",
        "Origin, social background, managerial culture, or the logic of size.",
        "the debate of Mississauga",
        {"weight_skill": 1.0, "weight_origin": 0.0, "weight_style": 0.0, "weight_size": 0.0},
        {"weight_skill": 0.0, "weight_origin": 1.0, "weight_style": 1.0, "weight_size": 1.0},
        "Competing coefficients in a model of pairs.",
    ),
    Switch(
        "X4", "Is learning the source of advantage, or one external economy among several?",
        "Uniqueness and learning are the source.", "the Scandinavians",
        "Knowledge is one of several external economies.", "Calafati",
        {"learning_weight": 1.0}, {"learning_weight": 0.2},
        "A Shapley decomposition of performance.",
    ),
    Switch(
        "X5", "Where is knowledge created?",
        "In interaction.", "Belussi",
        "In internal research and doing.", "Calafati",
        {"innovation_chance": 0.03, "recombination": 4.0},
        {"innovation_chance": 0.12, "recombination": 0.0},
        "The share of innovations with outside contact before them.",
        "Both are found.", "remembered",
    ),
    Switch(
        "X6", "Can organisations unlearn?",
        "Unlearning is possible and needed.", "many",
        "One cannot unlearn, but can change rules.", "Dei Ottati, Turvani",
        {"forgetting": 0.05, "rule_change": 0.0}, {"forgetting": 0.0, "rule_change": 0.2},
        "Turnover of the stock of knowledge against turnover of rules after a shock.",
    ),
    Switch(
        "X7", "Does accepting failure raise innovation?",
        "Yes: trial and error, and those who fail are picked up.", "Markusen",
        "It costs moral hazard.", "not voiced; needed as a rival",
        {"failure_penalty": 0.1, "moral_hazard": 0.0},
        {"failure_penalty": 0.1, "moral_hazard": 0.4},
        "Entry, the spread of what becomes of entrants, and entry of those who failed before.",
        "Owning a business is 35 % more likely in states with an unlimited than with a low "
        "exemption in bankruptcy.", "read",
    ),
    Switch(
        "X8", "Which ties carry learning?",
        "The common knowledge of people, more than relations with suppliers.", "Saxenian",
        "Ties with suppliers, up and down the chain.", "Malmberg, Lundvall",
        {"weight_community": 1.5, "weight_supply": 0.5},
        {"weight_community": 0.5, "weight_supply": 1.5},
        "The likelihood of diffusion by layer of ties.",
    ),
)  # fmt: skip
