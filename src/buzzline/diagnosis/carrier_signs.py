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

ENOUGH = 4  # gatekeepers from which on others can step in, at six local ties each
CARRIED, BREAKS, TOGETHER = "who carries the outside", "what breaks", "holding together"
ON_GATEKEEPERS: dict[str, Reading] = {VULNERABLE: "low", REDUNDANT: "high", DIRECT: "high"}
ON_REMOVAL: dict[str, Reading] = {FRAGILE: "low", AS_CHANCE: "middle", ROBUST: "high"}


def signs_of_gatekeepers(found: Gatekeepers) -> list[Sign]:
    """Return a sign a cluster: whether four gatekeepers or more carry its ties outside.

    Parameters
    ----------
    found : Gatekeepers
    """
    return [_of_gatekeepers(row, found) for row in found.clusters.iter_rows(named=True)]


def _of_gatekeepers(row: dict[str, Any], found: Gatekeepers) -> Sign:
    head = (row["cluster_id"], row["label"], row["industry"], CARRIED, "gatekeepers",
            ", ".join(found.layers).replace("_", " "))  # fmt: skip
    if row["value"] is None or row["low"] is None or row["high"] is None:
        return Sign(*head, "open", reason=row["status"] or "not measured")
    low, high = row["low"], row["high"]
    reading: Reading = "low" if high < ENOUGH else "high" if low >= ENOUGH else "middle"
    who = "gatekeepers" if found.is_directed else "members central and open"
    sentence = f"{row['value']:.0f} [{low:.0f}, {high:.0f}] {who} among {row['n_members']:,}"
    if row["carried"] is not None:
        sentence += f", who hold {row['carried']:.0%} of its ties outside"
    return Sign(
        *head, reading, sentence=sentence, value=row["value"], low=low, high=high,
        level=row["level"], n=_whole(row["n_outside"]),
    )  # fmt: skip


def signs_of_redundancy(found: Redundancy) -> list[Sign]:
    """Return a sign a cluster: what the others lose when the foremost gatekeeper leaves.

    Parameters
    ----------
    found : Redundancy
    """
    return [_of_redundancy(row) for row in found.clusters.iter_rows(named=True)]


def _of_redundancy(row: dict[str, Any]) -> Sign:
    head = (row["cluster_id"], row["label"], row["industry"], BREAKS, "redundancy",
            "access through gatekeepers")  # fmt: skip
    reading = ON_GATEKEEPERS.get(row["verdict"], "open")
    sentence = ""
    if row["value"] is not None and row["low"] is not None:
        sentence = (
            "without its foremost gatekeeper members with no tie outside lose "
            f"{row['value']:.0%} [{row['low']:.0%}, {row['high']:.0%}] of their access"
        )
    if row["verdict"] == DIRECT:
        sentence = f"nearly all reach outside by ties of their own: {row['reason']}"
    reason = (row["reason"] or row["verdict"]) if reading == "open" else ""
    if row["verdict"] == ALONE:
        reason = "no recorded tie leads outside"
    return Sign(
        *head, reading, sentence=sentence, value=row["value"], low=row["low"],
        high=row["high"], level=row["level"], n=_whole(row["n_gatekeepers"]), reason=reason,
    )  # fmt: skip


def signs_of_reach(found: ExternalReach) -> list[Sign]:
    """Return a sign a cluster: what it loses without a tenth of its gatekeepers.

    Parameters
    ----------
    found : ExternalReach
    """
    return [_of_reach(row) for row in found.clusters.iter_rows(named=True)]


def _of_reach(row: dict[str, Any]) -> Sign:
    head = (row["cluster_id"], row["label"], row["industry"], "reach through gatekeepers",
            "external_reach", "a tenth of gatekeepers leaving")  # fmt: skip
    value, expected, q = row["value"], row["expected"], row["q"]
    if value is None or expected is None or q is None:
        return Sign(*head, "open", value=value, reason=row["status"] or "not measured")
    beyond: Reading = "low" if value > expected else "high"
    among = f" [{row['low']:.0%}, {row['high']:.0%}]" if row["low"] is not None else ""
    return Sign(
        *head, beyond if q <= 1 - row["level"] else "middle",
        sentence=f"without its foremost {row['n_removed']} of {row['n_gatekeepers']:,} "
        f"gatekeepers it loses {value:.0%}{among} of what it reaches outside through others, "
        f"{expected:.0%} without as many at random",
        value=value, low=row["low"], high=row["high"], level=row["level"], p=q,
        n=row["n_gatekeepers"],
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
