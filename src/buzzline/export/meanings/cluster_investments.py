"""What the columns of cluster investments mean."""

from __future__ import annotations

from buzzline.export.meanings.columns import (
    CLUSTER_ID,
    INDUSTRY,
    LABEL,
    LEVEL,
    REASON,
    STATUS,
    Meaning,
    P,
    Q,
)

TABLE_MEANING: dict[str, str] = {
    "cluster_investments": "Deals from each cluster into each, against what chance gives.",
    "cluster_investments_flows": "Where deals from clusters and from outside lead.",
    "cluster_investments_clusters": "What starts and lands in each cluster.",
    "cluster_investments_cells": "Deals by pair, year, industry, mode and function.",
    "cluster_investments_amounts": "Amounts by pair and unit; never added across units.",
    "cluster_investments_left_out": "Deals that were set aside, with the reason.",
}

_ORIGIN: Meaning = ("origin", "", "Cluster of the source; empty: in none.")
_DESTINATION: Meaning = ("destination", "", "Cluster of the target; empty: in none.")
_GROUPS: Meaning = ("n_groups", "groups", "Groups (ultimate owners) that made them.")


def _end(name: str, whose: str) -> tuple[Meaning, ...]:
    return (
        (f"{name}_label", "", f"Place a person recognises the cluster of the {whose} by."),
        (f"{name}_industry", "", f"Industry of the cluster of the {whose}."),
        (f"{name}_longitude", "degrees", f"Of the cluster of the {whose}."),
        (f"{name}_latitude", "degrees", f"Of the cluster of the {whose}."),
    )


def _chance(what: str, unit: str) -> tuple[Meaning, ...]:
    return (
        ("expected", unit, f"{what} when groups change hands at random, on average."),
        ("expected_low", unit, "Lower end of what such matchings give."),
        ("expected_high", unit, "Upper end of what such matchings give."),
    )


def _share(what: str) -> tuple[Meaning, ...]:
    return (
        ("value", "share", what),
        ("low", "share", "Lower end of its interval over groups and targets."),
        ("high", "share", "Upper end of its interval over groups and targets."),
        LEVEL,
    )


COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "cluster_investments": (
        _ORIGIN, _DESTINATION, *_end("origin", "source"), *_end("destination", "target"),
        ("value", "deals", "Deals that run from one into the other."),
        ("low", "deals", "Lower end of the interval of their expected number."),
        ("high", "deals", "Upper end of the interval of their expected number."),
        LEVEL, _GROUPS, *_chance("Deals", "deals"),
        ("ratio", "ratio", "Deals to those expected by chance."), P, Q, STATUS,
    ),
    "cluster_investments_flows": (
        ("origin", "", "Where deals start: a cluster, or outside of all."),
        ("destination", "", "Where they land: a cluster, or outside of all."),
        ("n", "deals", "Deals."), _GROUPS,
        *_share("Share of the deals that start there which land here."),
        *_chance("The same share", "share"), P, STATUS,
    ),
    "cluster_investments_clusters": (
        CLUSTER_ID, LABEL, INDUSTRY,
        ("n_out", "deals", "Deals that start in it."),
        ("n_in", "deals", "Deals that land in it."),
        ("n_within", "deals", "Deals that do both."), _GROUPS,
        ("n_reached", "clusters", "Other clusters that its deals reach."),
        *_share("Share of its deals that land in a cluster."),
        ("foremost", "", "Other cluster that most of its deals reach."), STATUS,
    ),
    "cluster_investments_cells": (
        _ORIGIN, _DESTINATION,
        ("year", "years", "Year of the deals; empty where not known."),
        ("industry", "", "Industry of the source; empty where not known."),
        ("mode", "", "Acquisition, investment, affiliate or ownership."),
        ("function", "", "Function of the target's sites; empty: not known, or several."),
        ("value", "deals", "Deals."), _GROUPS,
    ),
    "cluster_investments_amounts": (
        _ORIGIN, _DESTINATION,
        ("unit", "", "Unit of the amounts."),
        ("n", "deals", "Deals."), _GROUPS,
        ("amount", "see unit", "Their sum; empty where not known or without a unit."),
    ),
    "cluster_investments_left_out": (REASON, ("n", "deals", "Deals with that reason.")),
}  # fmt: skip
