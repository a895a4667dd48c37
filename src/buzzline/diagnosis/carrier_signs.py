"""Who carries the outside, and what breaks: signs of gatekeepers, redundancy and removal."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.diagnosis.signs import Reading, Sign, short
from buzzline.linkages.external_reach import ExternalReach
from buzzline.linkages.gatekeepers import Gatekeepers
from buzzline.linkages.redundancy import Redundancy
from buzzline.linkages.redundancy_rows import ALONE, DIRECT, REDUNDANT, VULNERABLE
from buzzline.linkages.removal_curves import AS_CHANCE, FRAGILE, ROBUST, RemovalCurves

TOLERATED = 0.1  # of all reach, which may hang on a few
CARRIED, BREAKS, TOGETHER = "who carries the outside", "what breaks", "holding together"
FEW = "reach through few"
ON_GATEKEEPERS: dict[str, Reading] = {VULNERABLE: "low", REDUNDANT: "high"}
ON_REMOVAL: dict[str, Reading] = {FRAGILE: "low", AS_CHANCE: "middle", ROBUST: "high"}


def signs_of_gatekeepers(found: Gatekeepers) -> list[Sign]:
    """Return a sign a cluster: whether gatekeepers hold more ties outside than chance gives.

    Parameters
    ----------
    found : Gatekeepers
    """
    return [_of_gatekeepers(row, found) for row in found.clusters.iter_rows(named=True)]


def _of_gatekeepers(row: dict[str, Any], found: Gatekeepers) -> Sign:
    head = (row["cluster_id"], row["label"], row["industry"], CARRIED, "gatekeepers",
            ", ".join(found.layers).replace("_", " "))  # fmt: skip
    held, expected, q = row["carried"], row["carried_expected"], row["carried_q"]
    if held is None or expected is None or q is None:
        return Sign(*head, "open", reason=row["status"] or "not measured")
    beyond = q <= 1 - row["level"]
    who = "likely gatekeepers" if found.is_directed else "members likely central and open"
    possible = row["value"] - row["likely"]
    ends = (row["carried_low"], row["carried_high"])
    among = "" if None in ends else f" [{ends[0]:.0%}, {ends[1]:.0%}]"
    sentence = (
        f"{row['likely']:.0f} {who} and {possible:.0f} possible among {row['n_members']:,} "
        f"hold {held:.0%}{among} of its ties outside, {expected:.0%} with ties dealt anew"
    )
    return Sign(
        *head, "high" if beyond else "open", sentence=sentence, value=held, low=ends[0],
        high=ends[1], level=row["level"], p=q, n=_whole(row["n_outside"]),
        reason="" if beyond else (
            f"they hold no more than their number of ties gives (p = {short(q)}): "
            f"{held:.0%} against {expected:.0%}"
        ),
    )  # fmt: skip


def signs_of_redundancy(found: Redundancy) -> list[Sign]:
    """Return a sign a cluster: what the others lose when the foremost gatekeeper leaves.

    Parameters
    ----------
    found : Redundancy
    """
    layers = ", ".join(found.layers).replace("_", " ")
    return [_of_redundancy(row, layers) for row in found.clusters.iter_rows(named=True)]


def _of_redundancy(row: dict[str, Any], layers: str) -> Sign:
    head = (row["cluster_id"], row["label"], row["industry"], BREAKS, "redundancy",
            f"access through members tied outside: {layers}")  # fmt: skip
    reading = ON_GATEKEEPERS.get(row["verdict"], "open")
    sentence = ""
    if row["value"] is not None and row["low"] is not None:
        sentence = (
            f"{layers}: without the foremost of its members tied outside those with no tie "
            f"outside lose {row['value']:.0%} [{row['low']:.0%}, {row['high']:.0%}] of their "
            "access"
        )
    reason = (row["reason"] or row["verdict"]) if reading == "open" else ""
    if row["verdict"] == DIRECT:
        reason = f"{layers}: does not arise, nearly all have ties outside: {row['reason']}"
    if row["verdict"] == ALONE:
        reason = f"{layers}: no recorded tie leads outside"
    return Sign(
        *head, reading, sentence=sentence, value=row["value"], low=row["low"],
        high=row["high"], level=row["level"], n=_whole(row["n_gatekeepers"]), reason=reason,
    )  # fmt: skip


def signs_of_reach(found: ExternalReach) -> list[Sign]:
    """Return a sign a cluster: how much of all its reach hangs on a few members.

    Held against a tenth of its reach, not against chance: whoever is foremost carries more than
    members at random do.

    Parameters
    ----------
    found : ExternalReach
    """
    return [_of_reach(row) for row in found.clusters.iter_rows(named=True)]


def _of_reach(row: dict[str, Any]) -> Sign:
    head = (row["cluster_id"], row["label"], row["industry"], FEW, "external_reach",
            "a tenth of the members tied both ways leaving")  # fmt: skip
    lost, low, high = row["lost"], row["lost_low"], row["lost_high"]
    if lost is None:
        return Sign(*head, "open", value=lost, reason=row["status"] or "not measured")
    among = "" if low is None else f" [{low:.0%}, {high:.0%}]"
    expected = row["expected"]
    chance = "" if expected is None else f" ({expected:.0%} with ties dealt anew)"
    sentence = (
        f"without the foremost {row['n_removed']} of {row['n_tied_both']:,} members tied "
        f"inside and outside the others lose {lost:.0%}{among} of all they reach outside; of "
        f"what they reach through members {row['value']:.0%}{chance}"
    )
    reading: Reading = "open"
    reason = "" if low is not None else f"{lost:.0%}, with no interval ({row['status']})"
    if low is not None and high is not None:
        reading = "low" if low > TOLERATED else "high" if high <= TOLERATED else "open"
        if reading == "open":
            reason = f"{low:.0%} to {high:.0%} lies on both sides of {TOLERATED:.0%}"
    return Sign(
        *head, reading, sentence=sentence, value=lost, low=low, high=high,
        level=row["level"], n=row["n_tied_both"], reason=reason,
    )  # fmt: skip


def signs_of_removal(found: RemovalCurves) -> list[Sign]:
    """Return a sign a cluster: whether it falls apart more easily than its ties dealt anew.

    Parameters
    ----------
    found : RemovalCurves
    """
    rows = found.networks.filter(pl.col("cluster_id").is_not_null())
    return [_of_removal(row) for row in rows.iter_rows(named=True)]


def _of_removal(row: dict[str, Any]) -> Sign:
    head = (row["cluster_id"], row["label"], row["industry"], TOGETHER, "removal_curves",
            "members leaving, the best tied first")  # fmt: skip
    reading = ON_REMOVAL.get(row["verdict"], "open")
    if reading == "open":
        return Sign(*head, reading, reason=row["status"] or row["verdict"])
    half = row["half_targeted"]
    halves = f"it halves once the best tied {half:.0%} leave; " if half is not None else ""
    return Sign(
        *head, reading,
        sentence=f"{halves}R = {short(row['value'])} against {short(row['expected'])} of ties "
        "dealt anew",
        value=row["value"], low=row["low"], high=row["high"], level=row["level"], p=row["q"],
        n=row["n_members"],
    )  # fmt: skip


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
