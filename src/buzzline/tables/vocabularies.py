"""Closed vocabularies: the words that columns of the schema may hold."""

from __future__ import annotations

ORGANISATION_KINDS = (
    "sme", "large", "headquarters", "affiliate", "university", "laboratory", "school",
    "association", "agency", "bank", "investor", "union", "ngo", "organiser", "public", "other",
)  # fmt: skip

LAYERS = (
    "supply", "subcontract", "ownership", "affiliate", "acquisition", "investment",
    "research", "coinvention", "coauthor", "citation", "licence", "advice", "labour_move",
    "commute", "spin_off", "board", "association", "co_attendance", "finance", "social",
    "monitor", "competition", "joint_action", "policy_participation",
)  # fmt: skip

UNDIRECTED_LAYERS = frozenset(
    {"research", "coinvention", "coauthor", "association", "co_attendance", "social",
     "competition", "joint_action", "policy_participation", "board"}
)  # fmt: skip

CONTENTS = (
    "technical_codified", "technical_tacit", "market", "organisational", "behavioural",
    "money", "goods", "persons",
)  # fmt: skip

FUNCTIONS = ("headquarters", "research", "production", "logistics", "sales", "service", "other")
PRECISIONS = ("address", "street", "postcode", "city", "region", "country", "unknown")

PRECISION_KM = {
    "address": 0.1, "street": 0.5, "postcode": 5.0, "city": 10.0, "region": 100.0,
    "country": 1000.0, "unknown": 0.0,
}  # fmt: skip
