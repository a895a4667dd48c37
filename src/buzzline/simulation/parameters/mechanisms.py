"""What the mechanisms of the theory are called, K1 to K24, and what stands beside them."""

from __future__ import annotations

MECHANISMS: dict[str, str] = {
    "K1": "Time budget: meetings far away take time that is then missing in the place",
    "K2": "Interactive learning: as far as one trusts and understands",
    "K3": "Watching: those near are noticed without effort, and copied",
    "K4": "Search: what is known is recombined",
    "K5": "Variety of visions: where organisations search",
    "K6": "Trust in ties",
    "K7": "Conventions: being there",
    "K8": "Pipelines and gatherings: whom one seeks out far away",
    "K9": "Knowledge of distant markets",
    "K10": "Demand turns, knowledge is lost",
    "K11": "Labour mobility: people carry what they know",
    "K12": "Entry, spin-offs, services and failure",
    "K13": "Where organisations invest",
    "K14": "Embedded affiliates and their suppliers",
    "K15": "Congestion: wages and rents",
    "K16": "Institutions: fit and power",
    "K17": "Cohesion and identity, and what wears them",
    "K18": "Practice that is written down leaks",
    "K19": "Absorbing or creating: measured, not imposed",
    "K20": "Sales, incomes and multipliers",
    "K21": "Who has access to the jobs of clusters",
    "K22": "Open or closed: what is shared",
    "K23": "Suppliers in the country around",
    "K24": "Further clusters of one city",
    "policy": "How policy is governed",
    "start": "What a world is like at the start",
}
