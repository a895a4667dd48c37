"""Pairs of organisations that are tied, each once, with the records they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Indices, as_indices
from buzzline.clusters.records import bundling
from buzzline.linkages.pair_errors import PairRows
from buzzline.tables.study import Study


@dataclass(frozen=True, slots=True, eq=False)
class TiedPairs:
    """Pairs without direction, no organisation with itself.

    Attributes
    ----------
    one, other : (m,) int64         rows of organisations, one < other
    pair, record : (k,) int64       which pair stands in which record; empty where none bundles
    """

    one: Indices
    other: Indices
    pair: Indices
    record: Indices

    def chosen(self, which: Indices) -> TiedPairs:
        """Return some of the pairs. which : (m',) int64."""
        rows = self.as_rows().chosen(which)
        return TiedPairs(rows.one, rows.other, rows.record_row, rows.record)

    def as_rows(self) -> PairRows:
        """Return the pairs as what errors are computed from."""
        return PairRows(self.one, self.other, self.pair, self.record)

    @property
    def n_ends(self) -> int:
        """Number of different organisations among the pairs."""
        return int(np.unique(np.concatenate([self.one, self.other])).size)


def tied_pairs(study: Study, layers: Sequence[str]) -> TiedPairs:
    """Return the pairs tied in any of some layers.

    Ties to oneself and of weight 0 are left out.
    """
    number = study.organisations.select("org_id").with_row_index("row").lazy()
    ties = study.linkages.lazy().filter(
        pl.col("layer").is_in(list(layers)) & (pl.col("weight").fill_null(1.0) > 0)
    )
    for end in ("source", "target"):
        ties = ties.join(number.rename({"row": f"{end}_row"}), left_on=end, right_on="org_id",
                         how="left", validate="m:1")  # fmt: skip
    ends = pl.col("source_row").cast(pl.Int64), pl.col("target_row").cast(pl.Int64)
    found = (
        ties.filter(pl.col("source") != pl.col("target"))
        .select(one=pl.min_horizontal(*ends), other=pl.max_horizontal(*ends),
                record="observed_by", layer="layer")
        .collect()
    )  # fmt: skip
    told = found.select("layer", "record", source="one", target="other")
    found = found.select("one", "other", record=bundling(told)).unique()
    found = found.sort("one", "other", "record")
    pairs = found.select("one", "other").unique(maintain_order=True).with_row_index("pair")
    in_record = found.join(pairs, on=["one", "other"], how="left", validate="m:1",
                           maintain_order="left").drop_nulls("record")  # fmt: skip
    code = in_record["record"].rank("dense").cast(pl.Int64)
    return TiedPairs(
        as_indices(pairs["one"].to_numpy()), as_indices(pairs["other"].to_numpy()),
        as_indices(in_record["pair"].to_numpy()), as_indices(code.to_numpy()),
    )  # fmt: skip
