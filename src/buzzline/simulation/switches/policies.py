"""Disagreements on whom and what policy should move, and on investors: X34 to X45, X-GCN."""

from __future__ import annotations

from buzzline.simulation.switches.switch import Switch

POLICIES = (
    Switch(
        "X34", "Should winners be picked?",
        "Pick winners.", "Wolfe",
        "Reach them by the chain of supply; or pick none.", "J. Smith, Landry; Maskell",
        {"targeting": 1.0}, {"targeting": 0.0},
        "The same money, given to winners, to suppliers, to nobody in particular.",
        "The Bavarian initiative, in its extension to the whole state, moved mainly large "
        "organisations.", "read",
    ),
    Switch(
        "X35", "One best practice of an industry, or one for each region?",
        "One best practice and few seats.", "Markusen",
        "A regional logic; markets differ.", "Saxenian, Gertler; Kumar",
        {"market_seats": 1.0, "best_practice_slope": 2.0},
        {"market_seats": 0.0, "best_practice_slope": 0.0},
        "Whether regions win what others lose; fixed effects of plants.",
    ),
    Switch(
        "X36", "Do organisations fail by closing, or by opening too far?",
        "By closing.", "Saxenian on Route 128",
        "By opening too far.", "Saxenian on the Valley",
        {"openness": 0.9, "leakage": 0.0, "sharing": 1.0},
        {"openness": 0.9, "leakage": 1.0, "sharing": 1.0},
        "An inverted U, by two lines.",
        "Trust has an inverted U among 154 and among 156 organisations of Valencia.", "read",
    ),
    Switch(
        "X37", "Can policy create horizontal networks?",
        "It can.", "Landry",
        "Norms block it.", "Bradford",
        {"norm_threshold": 0.0}, {"norm_threshold": 0.5},
        "How ties respond, by the norms before.",
        "Medellín: the programme spent its first years on trust (press).", "read",
    ),
    Switch(
        "X38", "Are universities as important as learning from each other?",
        "As important.", "Wolfe",
        "Less central.", "the Scandinavian emphasis",
        {"university_weight": 1.0}, {"university_weight": 0.2},
        "A decomposition by layer of ties.",
    ),
    Switch(
        "X39", "Is mobility of people diffusion or poaching?",
        "Diffusion.", "Saxenian",
        "Poaching.", "incumbents, by Markusen",
        {"noncompete": 0.0, "training_loss": 0.0}, {"noncompete": 0.0, "training_loss": 0.3},
        "Learning from those hired against investment in training.",
        "Michigan: enforcing non-compete clauses lowered mobility of inventors; there are "
        "critiques.", "read",
    ),
    Switch(
        "X40", "Whose capital?",
        "Local investors who know.", "Saxenian",
        "Professionals from elsewhere, pension funds.", "Maskell",
        {"local_finance": 1.0}, {"local_finance": 0.0},
        "Speed and survival by kind of investor.",
        "More local venture capital, more starts, jobs and income in metropolitan areas.",
        "read",
    ),
    Switch(
        "X41", "Specialise or diversify?",
        "Specialise.", "one side of the debate",
        "Diversify, in related variety, or find a balance.", "Dei Ottati; Malmberg",
        {"related_variety": 0.0, "unrelated_variety": 0.0},
        {"related_variety": 1.0, "unrelated_variety": 1.0},
        "Outcomes over related and unrelated variety.",
        "Related variety raises employment; unrelated variety dampens the growth of "
        "unemployment.", "read",
    ),
    Switch(
        "X42", "Who fills structural holes?",
        "The market.", "Turvani",
        "A public service.", "Belussi",
        {"public_service": 0.0, "sleeping_pill": 0.0},
        {"public_service": 1.0, "sleeping_pill": 0.2},
        "Entry of services where bridging is in demand.",
    ),
    Switch(
        "X43", "Are barriers cognitive or practical?",
        "Cognitive.", "Maskell",
        "Practical: capital, structure.", "Trombetta",
        {"capital_constraint": 0.0}, {"capital_constraint": 0.6},
        "Which of the two, when relaxed, moves output.",
    ),
    Switch(
        "X44", "Infrastructure or conventions first?",
        "Infrastructure for communication.", "Calafati",
        "Conventions first; the Øresund.", "Lorenzen",
        {"infrastructure": 1.0, "cost_regional": 1.0, "convention_rate": 0.1},
        {"infrastructure": 0.0, "cost_regional": 2.0, "convention_rate": 0.3},
        "Links and innovation before and after infrastructure, against places without.",
        "The Öresund bridge raised patents per head around Malmö, by drawing the skilled; "
        "later integration stalled without wider policy: for both.", "read",
    ),
    Switch(
        "X45", "Mix uses of land, or reserve it?",
        "Mix.", "one side of the question Maskell asks",
        "Reserve and specialise areas.", "the other side of it",
        {"mixed_use": 1.0}, {"mixed_use": 0.0},
        "New ties across fields by how mixed the zoning is.",
    ),
    Switch(
        "X-GCN", "Do organisations of clusters seek clusters?",
        "They know how to be in one, and seek them.", "Li and Bathelt (2014)",
        "Leaders avoid clusters for fear of what spills out.",
        "Shaver and Flyer (2000); Alcácer and Chung (2007)",
        {"cluster_pull": 1.0, "leader_avoidance": 0.0},
        {"cluster_pull": 0.0, "leader_avoidance": 1.0},
        "Interactions in the choice of a location.",
        "The case for seeking clusters against a literature of adverse selection.",
        "remembered",
    ),
)  # fmt: skip
