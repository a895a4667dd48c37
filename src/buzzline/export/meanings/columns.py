"""Columns that mean the same in every table, said once."""

from __future__ import annotations

Meaning = tuple[str, str, str]  # column, unit, meaning

CLUSTER_ID: Meaning = ("cluster_id", "", "Identifier of the cluster, the same in all tables.")
LABEL: Meaning = ("label", "", "Place a person recognises the cluster by.")
INDUSTRY: Meaning = ("industry", "", "Industry or group of industries.")
TITLE: Meaning = ("title", "", "Name of the industry; empty where the study has none.")
PLACE_ID: Meaning = ("place_id", "", "Identifier of the place, as in the tables read.")
PLACE: Meaning = ("name", "", "Name of the place.")
YEAR: Meaning = ("year", "years", "Year the numbers are of.")
JOBS: Meaning = ("jobs", "jobs", "Jobs, where they are known.")
LEVEL: Meaning = ("level", "share", "Confidence level of `low` and `high`.")
P: Meaning = (
    "p",
    "probability",
    "How often chance alone gives something as far out; (1 + as far out) / (1 + draws).",
)
Q: Meaning = (
    "q",
    "share",
    "False-discovery rate if this row and all with a smaller q are kept.",
)
STATUS: Meaning = ("status", "", "What was done, or why not.")
REASON: Meaning = ("reason", "", "Why it was not measured.")
