"""Pipelines against others, owners abroad, and standing on five dimensions: a sign each."""

from __future__ import annotations

from math import exp
from typing import Any

import polars as pl

from buzzline.diagnosis.dimensions import FiveDimensions
from buzzline.diagnosis.signs import Reading, Sign, reading_of, short
from buzzline.linkages.buzz_and_pipelines import BuzzAndPipelines
from buzzline.linkages.patterns import MissingLinkPatterns

PIPELINES: dict[str, Reading] = {"fewer": "low", "as others": "middle", "more": "high"}
ANCHOR = "anchor dependence"
ON_OWNER: dict[str, Reading] = {"above": "low", "as expected": "middle", "below": "high"}
SAME_INDUSTRY = "same industry"  # what the dimensions call their narrower reference
EVERY_SCALE = "all distant"


def signs_of_pipelines(found: BuzzAndPipelines) -> list[Sign]:
    """Return a sign a cluster: its distant pipelines against comparable organisations'.

    Parameters
    ----------
    found : BuzzAndPipelines
    """
    rows = found.scales.filter(pl.col("scale") == EVERY_SCALE)
    return [_of_pipelines(row) for row in rows.iter_rows(named=True)]


def _of_pipelines(row: dict[str, Any]) -> Sign:
    head = (row["cluster_id"], row["label"], row["industry"], "distant pipelines",
            "buzz_and_pipelines", EVERY_SCALE)  # fmt: skip
    reading = PIPELINES.get(row["verdict"], "open")
    value, low, high = (
        None if row[name] is None else exp(row[name]) for name in ("log_ratio", "low", "high")
    )
    sentence = ""
    if value is not None and low is not None and high is not None:
        sentence = (
            f"pipelines a member: {short(value)} times [{short(low)}, {short(high)}] those of "
            "comparable organisations elsewhere"
        )
    return Sign(
        *head, reading, sentence=sentence, value=value, low=low, high=high, level=row["level"],
        p=row["q"], n=None if row["n"] is None else int(row["n"]), n_needed=row["n_needed"],
        reason=(row["reason"] or row["verdict"] or "") if reading == "open" else "",
    )  # fmt: skip


def signs_of_owners(found: MissingLinkPatterns) -> list[Sign]:
    """Return a sign a cluster and layer: whether its global ties hang on one owner.

    Parameters
    ----------
    found : MissingLinkPatterns
    """
    rows = found.signs.filter(pl.col("sign") == ANCHOR).unique(
        ["cluster_id", "layer"], keep="first", maintain_order=True
    )
    return [_of_owners(row) for row in rows.iter_rows(named=True)]


def _of_owners(row: dict[str, Any]) -> Sign:
    layer = str(row["layer"] or "all layers").replace("_", " ")
    reading = ON_OWNER.get(row["finding"], "open")
    known = row["value"] is not None and row["low"] is not None
    return Sign(
        row["cluster_id"], row["label"], row["industry"], "owners abroad",
        "missing_link_patterns", layer, reading,
        sentence=(
            f"{layer}: two global ties lead to the same owner with probability "
            f"{short(row['value'])} [{short(row['low'])}, {short(row['high'])}]"
            if known
            else ""
        ),
        value=row["value"], low=row["low"], high=row["high"], level=row["level"], n=row["n"],
        reason=(row["reason"] or "ties are too few") if reading == "open" else "",
    )  # fmt: skip


def signs_of_dimensions(found: FiveDimensions) -> list[Sign]:
    """Return a sign a cluster and dimension: where it stands among clusters like it.

    Parameters
    ----------
    found : FiveDimensions
    """
    return [_of_dimensions(row) for row in found.dimensions.iter_rows(named=True)]


def _of_dimensions(row: dict[str, Any]) -> Sign:
    head = (row["cluster_id"], row["label"], row["industry"], f"{row['dimension']} dimension",
            "five_dimensions", row["indicators"] or "no indicator")  # fmt: skip
    low, high = row["percentile_low"], row["percentile_high"]
    reading = reading_of(low, high, at=0.5)
    if reading == "middle" and high - low > 0.5:
        reading = "open"  # anywhere from low to high is no place in the middle
    if row["percentile"] is None or reading == "open":
        why = row["status"] or "not measured"
        among = f" among {_others(row)}" if row["n_reference"] else ""
        return Sign(
            *head, "open", value=row["percentile"], low=low, high=high, level=row["level"],
            n=row["n_reference"], reason=f"{why}{among}",
        )  # fmt: skip
    return Sign(
        *head, reading,
        sentence=f"above {row['percentile']:.0%} [{low:.0%}, {high:.0%}] of "
        f"{_others(row)} by {row['indicators']}",
        value=row["percentile"], low=low, high=high, level=row["level"], n=row["n_reference"],
    )  # fmt: skip


def _others(row: dict[str, Any]) -> str:
    """Return whom a cluster is held against: others of its industry, or of any."""
    n = row["n_reference"]
    if row["reference"] == SAME_INDUSTRY:
        return f"{n:,} other clusters of its industry"
    return f"all {n:,} other clusters, of any industry"
