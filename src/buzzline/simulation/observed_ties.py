"""Ties of a simulated world as linkages of a study, with the first and last day of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from buzzline.simulation.calendar import Calendar
from buzzline.simulation.observed_organisations import Cast, ids_of
from buzzline.simulation.sighting import Sighting
from buzzline.simulation.world import LAYERS, World
from buzzline.tables.vocabularies import UNDIRECTED_LAYERS

# Which layer of a study each kind of simulated tie is.
LAYER_OF = {
    "community": "social", "supply": "supply", "research": "research", "ownership": "ownership",
}  # fmt: skip
CONTENT_OF = {
    "social": "technical_tacit", "supply": "goods", "research": "technical_codified",
    "ownership": "money", "spin_off": "persons",
}  # fmt: skip


def linkage_table(
    sightings: Sequence[Sighting], cast: Cast, *, world: World, days: Calendar
) -> pl.DataFrame:
    """Return ties, meetings by chance, and spin-offs."""
    parts = [
        _of_slots(sightings, cast, days),
        *(_of_chance(seen, cast, days) for seen in sightings if seen.met_n.size),
        _of_parents(cast, days),
    ]
    ids = ids_of(cast, world)
    rows = pl.concat(parts, how="diagonal_relaxed")
    by_kind = ~pl.col("layer").is_in(list(UNDIRECTED_LAYERS))
    directed = by_kind | pl.col("one_sided").fill_null(False)
    return rows.with_columns(
        source=ids.gather(rows["source"].cast(pl.Int64)),
        target=ids.gather(rows["target"].cast(pl.Int64)),
        directed=directed,
        unit=pl.lit("ties"),
        observed_by=pl.lit("simulation"),
        content=pl.col("layer").replace_strict(CONTENT_OF, default=None),
        formal=pl.col("layer") != "social",
    ).drop("one_sided")


def _of_slots(sightings: Sequence[Sighting], cast: Cast, days: Calendar) -> pl.DataFrame:
    """Return each tie once: trust as last seen; its end is the first look without it."""
    looks = [
        pl.DataFrame({
            "look": number, "source": cast.rows(seen.tie_source),
            "target": cast.rows(seen.tie_target), "kind": seen.tie_layer,
            "trust": seen.tie_trust, "begun": seen.tie_begun, "copresent": seen.tie_copresent,
            "one_sided": seen.tie_one_sided,
        })
        for number, seen in enumerate(sightings)
    ]  # fmt: skip
    ties = (
        pl.concat(looks, how="vertical_relaxed")
        .group_by("source", "target", "kind", "begun", maintain_order=True)
        .agg(pl.col("look").max(), pl.col("trust", "copresent", "one_sided").last())
    )
    step = np.array([seen.step for seen in sightings])
    last = ties["look"].to_numpy().astype(np.int64)
    is_over = pl.Series(last < step.size - 1)
    ended = step[np.minimum(last + 1, step.size - 1)]
    unknown = pl.Series([None], dtype=pl.Date)
    begun = ties["begun"].to_numpy()
    return ties.select(
        "source", "target",
        layer=pl.Series([LAYER_OF[LAYERS[kind]] for kind in ties["kind"]], dtype=pl.String),
        start=days.of(begun).zip_with(pl.Series(begun > step[0]), unknown),
        end=days.of(np.maximum(ended, begun)).zip_with(is_over, unknown),
        initiated_copresent="copresent",
        one_sided="one_sided",
        trust=pl.col("trust").cast(pl.Float64).clip(0, 1),
    )  # fmt: skip


def _of_chance(seen: Sighting, cast: Cast, days: Calendar) -> pl.DataFrame:
    step = np.full(seen.met_n.size, max(seen.step - 1, 0))
    return pl.DataFrame(
        {
            "source": cast.rows(seen.met_source),
            "target": cast.rows(seen.met_target),
            "layer": "social",
            "weight": seen.met_n.astype(np.float64),
            "start": days.of(step),
            "end": days.last_of(step),
            "initiated_copresent": True,
            "repeat_n": seen.met_n - 1,
        }
    )


def _of_parents(cast: Cast, days: Calendar) -> pl.DataFrame:
    parent = np.where(cast.parent > 0, cast.rows(cast.parent), -1)
    child = np.flatnonzero(parent >= 0)
    return pl.DataFrame(
        {
            "source": parent[child].astype(np.int64),
            "target": child.astype(np.int64),
            "layer": pl.Series(["spin_off"] * child.size, dtype=pl.String),
            "start": days.of(cast.first_step[child]),
        }
    )
