"""Flows of persons between places: commuting, moves from job to job, or spells of work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study

Movement = Literal["commute", "labour_move", "spells"]
MOST_PERSONS = 1e10  # between two places
MOVEMENTS: tuple[Movement, ...] = ("commute", "labour_move", "spells")


@dataclass(frozen=True, slots=True, eq=False)
class PlaceFlows:
    """Persons that go from place to place.

    Attributes
    ----------
    places : DataFrame            `place_id`, `name`; row order of `flows`
    flows : (n, n) sparse float64 [persons]
    kind : str                    "commute", "labour_move", "spells", or "" where there are none
    n_unplaced : float            persons with an end whose place is not known
    """

    places: pl.DataFrame
    flows: csr_array
    kind: str
    n_unplaced: float


def place_flows(study: Study, kind: Movement | None = None) -> PlaceFlows:
    """Return how many persons go from each place to each other one.

    Parameters
    ----------
    kind : "commute", "labour_move", "spells" or None
        None: the first of these that the study has.

    Raises
    ------
    InvalidArgument
        A kind of flow that the study does not have, or more persons than live on earth.
    """
    found = {name: ends for name in MOVEMENTS if (ends := person_moves(study, name)).height}
    if kind is not None and kind not in found:
        has = ", ".join(found) or "none of them"
        raise InvalidArgument(f"flows: the study has no {kind!r}; of {MOVEMENTS} it has {has}")
    chosen = kind or next(iter(found), None)
    placed = _place_of(study.organisations)
    moves = (found[chosen] if chosen else person_moves(study, "spells")).with_row_index("move")
    for end in ("source", "target"):
        moves = moves.join(
            placed.rename({"place": f"{end}_place"}), left_on=end, right_on="org_id",
            how="left", validate="m:1", maintain_order="left",
        )  # fmt: skip
    known = moves.drop_nulls(["source_place", "target_place"])
    ids = pl.concat([known["source_place"], known["target_place"]]).unique().sort()
    number = dict(zip(ids.to_list(), range(ids.len()), strict=True))
    numbers = tuple(
        known[f"{end}_place"].replace_strict(number, return_dtype=pl.Int64).to_numpy()
        if ids.len() else np.empty(0, np.int64)
        for end in ("source", "target")
    )  # fmt: skip
    size = (ids.len(), ids.len())
    flows = csr_array((known["persons"].to_numpy(), numbers), shape=size, dtype=np.float64)
    flows.sum_duplicates()
    if flows.data.max(initial=0.0) > MOST_PERSONS:
        raise InvalidArgument(
            f"flows: {flows.data.max():.3g} persons between two places; `weight` of {chosen!r} "
            "must be a number of persons"
        )
    lost = float(moves["persons"].sum()) - float(known["persons"].sum())
    return PlaceFlows(_named(study, ids), flows, chosen or "", lost)


def person_moves(study: Study, kind: Movement) -> pl.DataFrame:
    """Return `source`, `target` (organisations) and `persons`, one row a record of movement.

    Spells give a move wherever the next employer of a person is another one. Spells whose start
    is not known have no place in that order and are left out. A job that begins while another
    of the person lasts, and ends before it does, is a second job and no move; one that outlasts
    it is a move, as is any whose end, or that of the one before, is not known.
    """
    if kind != "spells":
        return study.linkages.filter(pl.col("layer") == kind).select(
            "source", "target", pl.col("weight").fill_null(1.0).alias("persons")
        )
    known = study.spells.filter(pl.col("start").is_not_null()).sort(
        "person_id", "start", "end", "org_id", descending=[False, False, True, False],
        nulls_last=False, maintain_order=True,
    )  # fmt: skip
    lasts_until = pl.col("end").cum_max().shift(1).over("person_id")
    first_jobs = known.filter((pl.col("end") > lasts_until).fill_null(True))
    moved = first_jobs.with_columns(target=pl.col("org_id").shift(-1).over("person_id"))
    return moved.filter(pl.col("target") != pl.col("org_id")).select(
        pl.col("org_id").alias("source"), "target", persons=pl.lit(1.0)
    )


def _place_of(organisations: pl.DataFrame) -> pl.DataFrame:
    """Return the place of each organisation: its `place_id`, else its city, else its region."""
    country = pl.concat_str(pl.lit(", "), pl.col("country")).fill_null("")
    place = pl.coalesce(
        "place_id",
        pl.concat_str(pl.col("city"), country),
        pl.concat_str(pl.col("region"), country),
    )
    return organisations.select("org_id", place.alias("place"))


def _named(study: Study, ids: pl.Series) -> pl.DataFrame:
    frame = pl.DataFrame({"place_id": ids}, schema={"place_id": pl.String})
    names = study.places.select("place_id", "name")
    joined = frame.join(names, on="place_id", how="left", validate="1:1", maintain_order="left")
    return joined.with_columns(pl.col("name").fill_null(pl.col("place_id")))
