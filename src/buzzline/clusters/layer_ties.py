"""Ties of one layer as arrays: rows of organisations, how many, and in which record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats
from buzzline.clusters.place_flows import person_moves
from buzzline.clusters.records import record_numbers
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study
from buzzline.tables.vocabularies import UNDIRECTED_LAYERS

PERSONS = ("labour_move", "commute")  # layers whose weight is a number of persons
MOST_PERSONS = 1e10  # in one tie: more than there are on Earth


@dataclass(frozen=True, slots=True, eq=False)
class LayerTies:
    """Ties between different organisations.

    Attributes
    ----------
    source, target : (m,) int32      rows of organisations
    weight : (m,) float64            persons for moves and commuting, else 1; half each way
                                     without direction, where others of the layer have one
    record : (m,) int32              which record each stands in, its two ends where in none;
                                     empty where no record bundles ties
    is_directed : bool
    n_organisations : int
    """

    source: Codes
    target: Codes
    weight: Floats
    record: Codes
    is_directed: bool
    n_organisations: int

    def chosen(self, which: Flags | Indices) -> LayerTies:
        """Return some of the ties. which : (m,) bool, or their numbers."""
        return LayerTies(
            self.source[which], self.target[which], self.weight[which],
            self.record[which] if self.record.size else self.record, self.is_directed,
            self.n_organisations,
        )  # fmt: skip

    def both_ways(self) -> LayerTies:
        """Return the ties seen from both of their ends, unless they have a direction."""
        if self.is_directed:
            return self
        return LayerTies(
            as_codes(np.concatenate([self.source, self.target])),
            as_codes(np.concatenate([self.target, self.source])),
            np.tile(self.weight, 2), np.tile(self.record, 2), True, self.n_organisations,
        )  # fmt: skip


def layers_of(study: Study) -> tuple[str, ...]:
    """Return the layers of a study, the labour market first, also where it has no moves."""
    present = study.linkages["layer"].unique().sort().to_list()
    return ("labour_move", *(name for name in present if name != "labour_move"))


def layer_ties(study: Study, layer: str) -> LayerTies:
    """Return the ties of one layer; moves come from spells where no linkage is a move.

    Where some ties have a direction and others none, these go half each way.

    Raises
    ------
    InvalidArgument
        A tie of more persons than there are on Earth.
    """
    counts = (pl.col("layer") == layer) & (pl.col("weight").fill_null(1.0) > 0)
    rows = study.linkages.lazy().filter(counts)
    weight = pl.col("weight").fill_null(1.0) if layer in PERSONS else pl.lit(1.0)
    named = pl.col("observed_by").rank("dense").cast(pl.Int32)
    directed = pl.col("directed").fill_null(layer not in UNDIRECTED_LAYERS)
    ties = rows.select(
        "source", "target", weight.alias("weight"), named.alias("record"),
        directed.alias("directed"),
    )  # fmt: skip
    if layer == "labour_move" and not ties.select(pl.len()).collect().item():
        moves = person_moves(study, "spells").rename({"persons": "weight"}).lazy()
        ties = moves.with_columns(record=pl.lit(None, pl.Int32), directed=pl.lit(True))
    number = study.organisations.select("org_id").with_row_index("row").lazy()
    for end in ("source", "target"):
        ties = ties.join(
            number.rename({"row": f"{end}_row"}), left_on=end, right_on="org_id", how="left",
            validate="m:1",
        )  # fmt: skip
    found = _one_direction(ties.filter(pl.col("source") != pl.col("target")).collect())
    _check(found, layer)
    record = record_numbers(
        found.select(source="source_row", target="target_row", record="record")
    )
    return LayerTies(
        as_codes(found["source_row"].to_numpy()), as_codes(found["target_row"].to_numpy()),
        as_floats(found["weight"].to_numpy()),
        as_codes([] if record is None else record.to_numpy()),
        bool(found["directed"].any()) if found.height else layer not in UNDIRECTED_LAYERS,
        study.organisations.height,
    )  # fmt: skip


def _one_direction(ties: pl.DataFrame) -> pl.DataFrame:
    """Return ties that all have a direction, or all have none."""
    if ties["directed"].all() or not ties["directed"].any():
        return ties
    both = ties.filter(~pl.col("directed")).with_columns(pl.col("weight") / 2)
    ends = {"source": "target", "target": "source", "source_row": "target_row",
            "target_row": "source_row"}  # fmt: skip
    back = both.rename(ends).select(ties.columns)
    return pl.concat([ties.filter("directed"), both, back]).with_columns(directed=pl.lit(True))


def _check(ties: pl.DataFrame, layer: str) -> None:
    wrong = ties.filter(~(pl.col("weight") <= MOST_PERSONS))
    if wrong.height:
        source, target, weight = wrong.select("source", "target", "weight").row(0)
        raise InvalidArgument(
            f"linkages: {source!r} to {target!r} in {layer!r} has the weight {weight:g}; it "
            f"is a number of persons, at most {MOST_PERSONS:g}. Mend it, or leave the row out."
        )
