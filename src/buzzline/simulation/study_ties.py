"""Linkages of a study as ties of a world: one tie a pair and kind, the strongest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, as_codes, as_flags
from buzzline.simulation.settings import Settings
from buzzline.simulation.world import LAYERS, SCALES, Places
from buzzline.tables.study import Study
from buzzline.tables.vocabularies import LAYERS as STUDY_LAYERS
from buzzline.tables.vocabularies import UNDIRECTED_LAYERS
from buzzline.wording import plural

# Which of the four kinds of a simulated tie each layer of a study is.
KIND_OF = {
    **dict.fromkeys(STUDY_LAYERS, "community"),
    **dict.fromkeys(("supply", "subcontract", "finance"), "supply"),
    **dict.fromkeys(("research", "coinvention", "coauthor", "citation", "licence"), "research"),
    **dict.fromkeys(("ownership", "affiliate", "acquisition", "investment"), "ownership"),
}
NOT_TIES = ("competition", "monitor", "commute")  # rivalry and watching need nobody's consent


@dataclass(frozen=True, slots=True, eq=False)
class Tied:
    """Ties of a world, as `World.ties` holds them, and what is to be said of them."""

    ties: dict[str, object]
    notes: tuple[str, ...]


def tied(study: Study, placed: pl.DataFrame, places: Places, *, settings: Settings) -> Tied:
    """Return the ties among organisations that stand somewhere.

    Parameters
    ----------
    study : Study
    placed : DataFrame
        `org_id` and `place`, in the order of the world.
    places : Places
    settings : Settings
        What trust ties begin with, for those of which it is not told.
    """
    number = placed.select("org_id").with_row_index("number")
    rows = study.linkages.filter(~pl.col("layer").is_in(NOT_TIES))
    for end in ("source", "target"):
        rows = rows.join(
            number.rename({"org_id": end, "number": f"{end}_row"}), on=end, how="inner",
            validate="m:1", maintain_order="left",
        )  # fmt: skip
    rows = rows.filter(pl.col("source_row") != pl.col("target_row"))
    pairs = _pairs(rows)
    source, target = (as_codes(pairs[end].to_numpy()) for end in ("one", "other"))
    place = placed["place"].to_numpy()
    scale = scales_of(places, place[source], place[target])
    copresent = as_flags(pairs["copresent"].to_numpy() | (scale == 0))
    trust, told = _trust(pairs, scale, copresent, settings)
    ties: dict[str, object] = {
        "source": source, "target": target, "scale": scale,
        "layer": pairs["kind"].to_numpy().astype(np.uint8), "trust": trust,
        "copresent": copresent, "one_sided": as_flags(pairs["one_sided"].to_numpy()),
    }  # fmt: skip
    return Tied(ties, _notes(study.linkages.height, rows.height, pairs.height, told))


def _pairs(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row a pair and kind, those told of most often first.

    A tie of a kind that goes both ways and is nevertheless told of as directed is one-sided.
    """
    undirected = pl.col("layer").is_in(list(UNDIRECTED_LAYERS))
    kind = pl.col("layer").replace_strict(
        {layer: LAYERS.index(kind) for layer, kind in KIND_OF.items()}, return_dtype=pl.UInt8
    )
    return (
        rows.select(
            one=pl.min_horizontal("source_row", "target_row"),
            other=pl.max_horizontal("source_row", "target_row"),
            kind=kind, trust="trust", forward=pl.col("source_row") <= pl.col("target_row"),
            mutual=~(pl.col("directed").fill_null(False) & undirected),
            n=1 + pl.col("repeat_n").fill_null(0),
            copresent=pl.col("initiated_copresent").fill_null(False),
        )
        .group_by("one", "other", "kind", maintain_order=True)
        .agg(
            pl.col("trust").mean(), pl.col("n").sum(), pl.col("copresent").any(),
            one_sided=~(pl.col("mutual").any() | (pl.col("forward").n_unique() > 1)),
            forward=pl.col("forward").first(),
        )
        .sort(["n", "one", "other", "kind"], descending=[True, False, False, False])
        .with_columns(turned=pl.col("one_sided") & ~pl.col("forward"))
        .with_columns(
            one=pl.when("turned").then("other").otherwise("one"),
            other=pl.when("turned").then("one").otherwise("other"),
        )
    )  # fmt: skip


def scales_of(places: Places, here: Codes, there: Codes) -> Floats:
    """Return the scale of ties by the places of their ends; (m,) uint8, codes of `SCALES`."""
    same_place = here == there
    same_region = places.region[here] == places.region[there]
    same_nation = places.nation[here] == places.nation[there]
    codes = np.select([same_place, same_region, same_nation], [0, 1, 2], len(SCALES) - 1)
    return np.ascontiguousarray(codes, dtype="uint8")


def _trust(
    pairs: pl.DataFrame, scale: Floats, copresent: Flags, settings: Settings
) -> tuple[Floats, int]:
    """Return trust as told; else each record of a tie takes it half-way to the ceiling."""
    told = pairs["trust"]
    begun = np.where(
        scale == 0, settings.value("trust_commons"),
        np.where(copresent, settings.value("trust_after_copresence"),
                 settings.value("trust_at_distance")),
    )  # fmt: skip
    ceiling = settings.value("trust_ceiling")
    grown_by = 1 - 0.5 ** pairs["n"].to_numpy()
    grown = np.minimum(begun + grown_by * np.maximum(ceiling - begun, 0), ceiling)
    known = told.is_not_null().to_numpy()
    trust = np.where(known, told.fill_null(0).to_numpy(), grown)
    return np.ascontiguousarray(trust, dtype="float32"), int(known.sum())


def _notes(n_linkages: int, n_kept: int, n_ties: int, n_told: int) -> tuple[str, ...]:
    if not n_ties:
        return ("The study has no ties among these organisations: all begin without.",)
    notes = [f"{plural(n_ties, 'tie')} from {plural(n_kept, 'linkage')}"]
    if n_linkages > n_kept:
        notes[0] += (
            f" ({n_linkages - n_kept:,} are rivalry, of one organisation with itself, or have "
            "an end without coordinates)"
        )
    if n_told < n_ties:
        notes[0] += (
            f"; of {n_ties - n_told:,} trust is not told: each record of a tie takes it half "
            "the way from where such ties begin to the ceiling"
        )
    return (notes[0] + ".",)
