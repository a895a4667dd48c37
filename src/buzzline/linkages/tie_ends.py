"""Tie ends: every tie seen from both of its ends, between the zones they stand in.

A tie that leaves a cluster is one end at a member; a tie between two members is two. Counting
ends asks of each member "where is your partner?", the question the gravity null answers too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.records import record_numbers
from buzzline.kernels.distances import scales_of
from buzzline.network.building import Weighing
from buzzline.space.globe import chord
from buzzline.space.scales import SCALES, Cutoffs
from buzzline.space.zones import Zones
from buzzline.tables.study import Study

N_SCALES = len(SCALES)  # codes from here on: beyond regional, with a country missing
TIES: Weighing = "ties"


@dataclass(frozen=True, slots=True, eq=False)
class TieEnds:
    """The ends of all placed ties of one layer; ends 2t and 2t + 1 belong to tie t.

    Attributes
    ----------
    here, there : (2t,) int32              organisation at this end and at the other
    zone_here, zone_there : (2t,) int32
    scale : (c, 2t) int32                  for each set of cut-offs; 4 where it cannot be told
    record : (2t,) int32                   which record the tie stands in, its two ends where in
                                           none; empty when no record bundles ties
    owner : (n,) int32                     ultimate owner of each organisation, else itself
    weight : (2t,) float64                 of the tie, on average 1; 1 where ties are counted
    unit : str                             "ties", or what weights are in
    unit_size : float                      a weight of 1 in that unit
    by_here, here_start : int64            ends of organisation i: by_here[here_start[i]:...]
    n_unplaced : int                       ties with an end that has no coordinates
    n_self : int                           ties of an organisation with itself, left out
    self_ties : (n,) int64                 how many each organisation has
    """

    here: Codes
    there: Codes
    zone_here: Codes
    zone_there: Codes
    scale: Codes
    record: Codes
    owner: Codes
    weight: Floats
    unit: str
    unit_size: float
    by_here: Indices
    here_start: Indices
    n_unplaced: int
    n_self: int
    self_ties: Indices

    def of(self, members: Flags) -> Indices:
        """Return the ends at some organisations, in the order of the organisations."""
        rows = np.flatnonzero(members)
        first, last = self.here_start[rows], self.here_start[rows + 1]
        n = last - first
        offset = np.repeat(first - np.concatenate([[0], np.cumsum(n)[:-1]]), n)
        return as_indices(self.by_here[offset + np.arange(n.sum())])


def tie_ends(
    study: Study, zones: Zones, layer: str, *, limits: Floats, weighing: Weighing = TIES
) -> TieEnds | str:
    """Return the tie ends of one layer of a study, or why its ties cannot be weighed.

    Parameters
    ----------
    limits : (c, 2) float64
        From `squared_limits`.
    weighing : "ties" or "weight"
    """
    recorded = study.linkages.lazy().filter(pl.col("layer") == layer)
    unweighed = _cannot_weigh(recorded, layer) if weighing == "weight" else ""
    if unweighed:
        return unweighed
    number = study.organisations.lazy().select("org_id").with_row_index("row")
    record = pl.col("observed_by").rank("dense").cast(pl.Int32).alias("record")
    ties = recorded.select("source", "target", record, "weight", "unit")
    for end in ("source", "target"):
        ties = ties.join(
            number.rename({"row": f"{end}_row"}), left_on=end, right_on="org_id",
            how="left", validate="m:1", maintain_order="left",
        )  # fmt: skip
    whole = ties.select("source_row", "target_row", "record", "weight", "unit").collect()
    rows = whole.select("source_row", "target_row").to_numpy().astype(np.int32)
    placed, is_self = (zones.zone[rows] >= 0).all(axis=1), rows[:, 0] == rows[:, 1]
    amount = np.ones(rows.shape[0])
    if weighing == "weight":
        amount = whole["weight"].to_numpy()
    used = placed & ~is_self & (amount > 0)
    told = whole.select(source="source_row", target="target_row", record="record")
    bundle = record_numbers(told.filter(pl.Series(used)))
    unit_size = float(amount[used].mean()) if used.any() else 1.0
    units = whole["unit"].drop_nulls() if weighing == "weight" else pl.Series(["ties"])
    here = np.ascontiguousarray(rows[used].ravel())
    there = np.ascontiguousarray(rows[used][:, ::-1].ravel())
    by_here = np.argsort(here, kind="stable")
    n = np.bincount(here, minlength=study.organisations.height)
    return TieEnds(
        here, there, zones.zone[here], zones.zone[there],
        scales_of(here, there, zones.organisation_xyz, zones.organisation_nation, limits),
        as_codes([] if bundle is None else np.repeat(bundle.to_numpy(), 2)),
        _owners(study), as_floats(np.repeat(amount[used] / unit_size, 2)),
        units[0] if units.len() else "weight", unit_size, as_indices(by_here),
        as_indices(np.concatenate([[0], np.cumsum(n)])),
        int((~placed & ~is_self).sum()), int(is_self.sum()),
        as_indices(np.bincount(rows[is_self, 0], minlength=study.organisations.height)),
    )  # fmt: skip


def squared_limits(cutoffs: Sequence[Cutoffs]) -> Floats:
    """Return the squared chords up to which ties are local and regional. (c, 2)."""
    return as_floats(
        [[chord(each.local_km) ** 2, chord(each.regional_km) ** 2] for each in cutoffs]
    )


def zone_flows(ends: TieEnds, chosen: Indices | None, n_zones: int) -> Floats:
    """Return (z, z) sums of the chosen ends (None: all) from the zone here to that there."""
    some = slice(None) if chosen is None else chosen
    pair = ends.zone_here[some].astype(np.int64) * n_zones + ends.zone_there[some]
    found = np.bincount(pair, weights=ends.weight[some], minlength=n_zones**2)
    return as_floats(found.reshape(n_zones, n_zones))


def _cannot_weigh(recorded: pl.LazyFrame, layer: str) -> str:
    found = recorded.select(
        pl.len().alias("n"), pl.col("weight").null_count().alias("missing"),
        pl.col("unit").drop_nulls().unique().sort().implode().alias("units"),
    ).collect()  # fmt: skip
    n, missing, units = found.row(0)
    if missing:
        return (
            f"{missing:,} of {n:,} {layer} ties have no `weight`; give them one, or count ties "
            'with weighing="ties"'
        )
    if len(units) > 1:
        return (
            f"weights of {layer} ties are in several units ({', '.join(units)}) and cannot be "
            'added; make them one unit, or count ties with weighing="ties"'
        )
    return ""


def _owners(study: Study) -> Codes:
    owner = study.organisations.select(pl.coalesce("owner_id", "org_id")).to_series()
    return as_codes(owner.rank("dense").to_numpy() - 1)
