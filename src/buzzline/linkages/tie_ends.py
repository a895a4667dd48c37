"""Tie ends: every tie seen from both of its ends, between the zones they stand in.

A tie that leaves a cluster is one end at a member; a tie between two members is two. Counting
ends asks of each member "where is your partner?", the question the gravity null answers too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, as_codes, as_floats
from buzzline.kernels.distances import scales_of
from buzzline.space.globe import chord
from buzzline.space.scales import SCALES, Cutoffs
from buzzline.space.zones import Zones
from buzzline.tables.study import Study

FEWEST_RECORDS = 20  # fewer name sources of data, not projects, contracts or respondents
N_SCALES = len(SCALES)  # codes from here on: beyond regional, with a country missing


@dataclass(frozen=True, slots=True, eq=False)
class TieEnds:
    """The ends of all placed ties of one layer; ends 2t and 2t + 1 belong to tie t.

    Attributes
    ----------
    here, there : (2t,) int32              organisation at this end and at the other
    zone_here, zone_there : (2t,) int32
    scale : (c, 2t) int32                  for each set of cut-offs; 4 where it cannot be told
    record : (2t,) int32                   which record the tie stands in; empty when the layer
                                           comes from too few records to tell ties apart by
    n_unplaced : int                       ties with an end that has no coordinates
    """

    here: Codes
    there: Codes
    zone_here: Codes
    zone_there: Codes
    scale: Codes
    record: Codes
    n_unplaced: int


def tie_ends(study: Study, zones: Zones, layer: str, *, limits: Floats) -> TieEnds:
    """Return the tie ends of one layer of a study.

    Parameters
    ----------
    limits : (c, 2) float64
        From `squared_limits`.
    """
    number = study.organisations.select("org_id").with_row_index("row")
    record = pl.col("observed_by").rank("dense").fill_null(0).cast(pl.Int32).alias("record")
    recorded = study.linkages.lazy().filter(pl.col("layer") == layer)
    ties = recorded.select("source", "target", record)
    for end in ("source", "target"):
        ties = ties.join(
            number.lazy().rename({"row": f"{end}_row"}), left_on=end, right_on="org_id",
            how="left", validate="m:1",
        )  # fmt: skip
    whole = ties.select("source_row", "target_row", "record").collect()
    rows = whole.select("source_row", "target_row").to_numpy().astype(np.int32)
    placed = (zones.zone[rows] >= 0).all(axis=1)
    here = np.ascontiguousarray(rows[placed].ravel())
    there = np.ascontiguousarray(rows[placed][:, ::-1].ravel())
    scale = scales_of(here, there, zones.organisation_xyz, zones.organisation_nation, limits)
    several = whole["record"].n_unique() >= FEWEST_RECORDS
    records = as_codes(np.repeat(whole["record"].to_numpy()[placed], 2) if several else [])
    return TieEnds(
        here, there, zones.zone[here], zones.zone[there], scale, records, int((~placed).sum())
    )


def squared_limits(cutoffs: Sequence[Cutoffs]) -> Floats:
    """Return the squared chords up to which ties are local and regional. (c, 2)."""
    return as_floats(
        [[chord(each.local_km) ** 2, chord(each.regional_km) ** 2] for each in cutoffs]
    )


def zone_flows(ends: TieEnds, chosen: Flags, n_zones: int) -> Floats:
    """Return (z, z) counts of the chosen ends from the zone here to the zone there."""
    pair = ends.zone_here[chosen].astype(np.int64) * n_zones + ends.zone_there[chosen]
    return np.bincount(pair, minlength=n_zones**2).reshape(n_zones, n_zones).astype(np.float64)
