"""Which kind of member each dot of the map is, where that was examined."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.membership import LOOKS
from buzzline.charts.palette import OTHER_COLOUR, RAMP_COLOURS
from buzzline.clusters.membership import Membership
from buzzline.export.places import RANKED, member_types

NO_MEMBER = "in no cluster"
# On the map every dot is full: who is merely associated is paler than the members.
PALER = {"associate": RAMP_COLOURS[3]}


def with_kinds(organisations: pl.DataFrame, membership: Membership | None) -> pl.DataFrame:
    """Return organisations with `kind`, the position in `RANKED`; its length is no member.

    Parameters
    ----------
    organisations : DataFrame
        `org_id`, and whatever else.
    membership : Membership or None
    """
    none = pl.lit(len(RANKED), dtype=pl.Int64)
    if membership is None:
        return organisations.with_columns(kind=none)
    kinds = member_types(membership).select(
        "org_id",
        kind=pl.col("member_type").replace_strict(
            RANKED, range(len(RANKED)), return_dtype=pl.Int64
        ),
    )
    return organisations.join(
        kinds, on="org_id", how="left", validate="1:1", maintain_order="left"
    ).with_columns(pl.col("kind").fill_null(none))


def kinds_legend(organisations: pl.DataFrame) -> list[dict[str, Any]]:
    """Return name, colour and number of organisations of each kind, no members last."""
    counts = dict(organisations.group_by("kind").len().iter_rows())
    looks = [(name, PALER.get(name, LOOKS[name].colour)) for name in RANKED]
    return [
        {"name": name, "colour": colour, "n": int(counts.get(kind, 0))}
        for kind, (name, colour) in enumerate([*looks, (NO_MEMBER, OTHER_COLOUR)])
    ]
