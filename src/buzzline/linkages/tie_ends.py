"""Tie ends: every tie seen from both of its ends, between the zones they stand in.

A tie that leaves a cluster is one end at a member; a tie between two members is two. Counting
ends asks of each member "where is your partner?", the question the gravity null answers too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, as_codes
from buzzline.space.scales import Cutoffs
from buzzline.space.zones import Zones
from buzzline.tables.study import Study

UNKNOWN_CLASS = 4  # beyond regional, with a country missing


@dataclass(frozen=True, slots=True, eq=False)
class TieEnds:
    """The ends of all placed ties of one layer; ends 2t and 2t + 1 belong to tie t.

    Attributes
    ----------
    here, there : (2t,) int32              organisation at this end and at the other
    zone_here, zone_there : (2t,) int32
    n_unplaced : int                       ties with an end that has no coordinates
    """

    here: Codes
    there: Codes
    zone_here: Codes
    zone_there: Codes
    n_unplaced: int


def tie_ends(study: Study, zones: Zones, layer: str) -> TieEnds:
    """Return the tie ends of one layer of a study."""
    number = study.organisations.select("org_id").with_row_index("row")
    ties = study.linkages.lazy().filter(pl.col("layer") == layer).select("source", "target")
    for end in ("source", "target"):
        ties = ties.join(
            number.lazy().rename({"row": f"{end}_row"}), left_on=end, right_on="org_id",
            how="left", validate="m:1",
        )  # fmt: skip
    rows = ties.select("source_row", "target_row").collect().to_numpy().astype(np.int32)
    placed = (zones.zone[rows] >= 0).all(axis=1)
    here = np.ascontiguousarray(rows[placed].ravel())
    there = np.ascontiguousarray(rows[placed][:, ::-1].ravel())
    return TieEnds(here, there, zones.zone[here], zones.zone[there], int((~placed).sum()))


def zone_flows(ends: TieEnds, chosen: Flags, n_zones: int) -> Floats:
    """Return (z, z) counts of the chosen ends from the zone here to the zone there."""
    pair = ends.zone_here[chosen].astype(np.int64) * n_zones + ends.zone_there[chosen]
    return np.bincount(pair, minlength=n_zones**2).reshape(n_zones, n_zones).astype(np.float64)


def zone_classes(zones: Zones, cutoffs: Cutoffs) -> Codes:
    """Return the scale between every two zones: 0 local, 1 regional, 2 national, 3 global.

    4 where it cannot be told: beyond `regional_km` with a country missing. (z, z) int32.
    """
    distance = np.exp(zones.log_km)
    same = zones.nation[:, None] == zones.nation[None]
    known = (zones.nation[:, None] > 0) & (zones.nation[None] > 0)
    classes = np.where(known, np.where(same, 2, 3), UNKNOWN_CLASS)
    classes[distance <= cutoffs.regional_km] = 1
    classes[distance <= cutoffs.local_km] = 0
    np.fill_diagonal(classes, 0)
    return as_codes(classes)
