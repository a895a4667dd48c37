"""Disagreements on ties, communities, watching others, identity and ownership: X9 to X20."""

from __future__ import annotations

from buzzline.simulation.switches.switch import Switch

COMMUNITIES = (
    Switch(
        "X9", "Do ties begun in one place work at a distance?",
        "Links maintained after being in one place work at a distance.", "Gertler, Saxenian",
        "Distance itself is what matters.", "the rival of Gertler and Saxenian",
        {"trust_at_distance": 0.2, "trust_after_copresence": 0.6, "convention_half_life": 20.0},
        {"trust_at_distance": 0.2, "trust_after_copresence": 0.2, "convention_half_life": 2.0},
        "Survival and value of ties by where they began.",
        "Citations to where an inventor was before are about 50 % above what would be "
        "expected, and about twice that across fields: for links maintained.", "read",
    ),
    Switch(
        "X10", "Do alliances outside erode belonging?",
        "They do.", "J. Smith, Gambarotto",
        "There is no contradiction; those who grow need them.", "Saxenian, Larsson",
        {"erosion": 0.1}, {"erosion": 0.0},
        "The change of an organisation's local ties after ties outside.",
    ),
    Switch(
        "X11", "Does low mobility build trust, or close a place to ideas?",
        "It builds trust.", "Maskell",
        "It closes a place to ideas and newcomers.", "Donald",
        {"mobility_rate": 0.02, "stability_builds_trust": 1.0, "closure": 0.0},
        {"mobility_rate": 0.02, "stability_builds_trust": 0.0, "closure": 1.0},
        "An inverted U in the turnover of people.",
    ),
    Switch(
        "X12", "Of what is culture?",
        "Of networks.", "Lorenzen",
        "Of industries, or of places.", "Wolfe (industry), Gertler (place)",
        {"convention_of_network": 1.0, "convention_of_industry": 0.0},
        {"convention_of_network": 0.0, "convention_of_industry": 1.0},
        "Crossed random effects of conventions.",
    ),
    Switch(
        "X13", "Why are large organisations footloose?",
        "Because of their activities.", "one side of the debate",
        "Because of their resources.", "the other side of the debate",
        {"activity_needs_distance": 0.5, "size_lowers_cost": 0.0},
        {"activity_needs_distance": 0.0, "size_lowers_cost": 0.5},
        "Mediation: size to cost of distance, or activity to need.",
    ),
    Switch(
        "X14", "Does watching others need proximity?",
        "It does; locally it is automatic.", "Maskell, Malmberg",
        "Systemic locality suffices (the nuclear industry); networks and effort.",
        "Turvani; Malmberg on networks",
        {"monitoring": 1.0, "systemic_locality": 0.0, "remote_monitoring": 0.0},
        {"monitoring": 1.0, "systemic_locality": 1.0, "remote_monitoring": 1.0},
        "How long imitation takes, by kind of exposure.",
        "Chance encounters raise citations (an instrument); prohibition cut patents by 8-18 %, "
        "back after about 3 years: for proximity.", "read",
    ),
    Switch(
        "X15", "Is social capital one thing?",
        "One concept.", "Lorenzen",
        "Networks and their contents are to be kept apart.", "Turvani",
        {"access_by_ties": 0.0}, {"access_by_ties": 1.0},
        "What structure adds to content, and content to structure, in fit.",
        "In the United States the three types hardly go together, and only ties across classes "
        "foretell upward mobility: for keeping them apart.", "read",
    ),
    Switch(
        "X16", "Does the weakest link of the chain decide?",
        "The weakest link governs.", "Turvani",
        "Redundancy makes gatekeepers minor.", "Lorenzen",
        {"weakest_link": 1.0}, {"weakest_link": 0.0},
        "Widest path against effective conductance in who adopts first.",
        "A percolation threshold says when each is right: with few gatekeepers the first, from "
        "about four of them and six local ties each the second.", "computed",
    ),
    Switch(
        "X17", "What spreads knowledge between pools?",
        "Diversity of the city, and coincidence.", "Trombetta",
        "Contact within the specialism suffices.", "the rival of Trombetta",
        {"mixed_contacts": 0.3}, {"mixed_contacts": 0.0},
        "Spillovers across unrelated pools.",
        "Chance meetings pay (an instrument).", "read",
    ),
    Switch(
        "X18", "Does identity explain success?",
        "It does.", "Dei Ottati, Gambarotto",
        "It explains nothing; particular elements of it may be inputs.", "Calafati",
        {"identity_weight": 0.3}, {"identity_weight": 0.0},
        "Failing places of strong identity as a placebo.",
    ),
    Switch(
        "X19", "Does success erode cohesion?",
        "It does, so cohesion needs support when a place prospers.", "Gambarotto",
        "Success pays for cohesion.", "not voiced; needed as a rival",
        {"erosion_by_success": 0.2}, {"erosion_by_success": -0.1},
        "The sign of the change of cohesion after growth.",
    ),
    Switch(
        "X20", "Does foreign ownership harm?",
        "It harms, or milks.", "Holbrook, Gertler, Markusen; Malmberg is unsure",
        "Ownership is neutral by itself and can strengthen.", "Saxenian, Dei Ottati",
        {"embedded_share": 0.0, "repatriation": 1.0},
        {"embedded_share": 0.8, "repatriation": 0.0},
        "Effects of entry by how embedded the entrant is.",
        "Suppliers of multinationals in Costa Rica: 26 % more employees and 4-9 % more "
        "productivity after 4 years.", "read",
    ),
)  # fmt: skip
