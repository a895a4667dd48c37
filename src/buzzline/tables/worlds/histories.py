"""Make a study of clusters over the years: born, growing, merging, split, dissolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl

from buzzline.arrays import Floats, Indices
from buzzline.errors import InvalidArgument
from buzzline.randomness import Seed, child, seed_of
from buzzline.tables.schema import table_named
from buzzline.tables.study import About, Study
from buzzline.tables.worlds.city_regions import lay_out
from buzzline.tables.worlds.fields import Affinity, Field, draw_pairs
from buzzline.tables.worlds.gravity import Pairs
from buzzline.tables.worlds.history_cast import Cast, cast_of, dated, settle_cast
from buzzline.tables.worlds.history_courses import FATES, Course, Fate
from buzzline.tables.worlds.history_tables import history_tables, planted_history
from buzzline.tables.worlds.history_truth import HistoryWorld
from buzzline.tables.worlds.plans import Bonds, Parks
from buzzline.tables.worlds.sibling_tables import MOVES, organisation_rows, spell_rows, tie_rows

USUAL_BONDS = Bonds(ties_each=1.0)


def make_history_world(
    *,
    fates: Sequence[Fate] = FATES,
    course: Course | None = None,
    bonds: Bonds | None = None,
    rng: Seed = None,
) -> HistoryWorld:
    """Make a study of clusters of one industry over the years, one fate a city-region.

    Parameters
    ----------
    fates : sequence of str
        What happens in each city-region: "steady", "growing" (to four times the size),
        "declining" (to a quarter), "born" (after a third of the years), "dissolved" (after
        two thirds), "merged" (two parks, from half of the years joined by organisations in
        between), "split" (the other way round), "life cycle" (a quarter of the years each
        emerging, growing, sustaining and declining). A fate may be asked for several times.
    course : Course
        Years, sizes, turnover, distances, organisations around.
    bonds : Bonds
        Layers, ties an organisation and year, `separation`, `beyond`, `odds`, fall with
        distance, `spells`; what concerns relations of siblings and owners is not used. In a
        layer "citation", the source cites the target.
    rng : Generator, int or None

    Returns
    -------
    HistoryWorld
        `study` with organisations that open and close, dated linkages (each between two that
        are open), spells of the moves of labour, knowledge items, establishments, places,
        industries, declared clusters with dated memberships (the planted ones) and yearly jobs
        (`outcomes`); and `truth`. `study.where(year=...)` is what existed in a year.

    Raises
    ------
    InvalidArgument
        An unknown fate, none at all, more city-regions than the map has room for.

    Examples
    --------
    >>> world = make_history_world(fates=("merged", "dissolved"), rng=1)
    >>> world.truth.events.select("year", "kind", "before", "after").rows()
    [(2012, 'merged', [0, 1], [2]), (2016, 'dissolved', [3], [])]
    """
    course, bonds = course or Course(), bonds or USUAL_BONDS
    if not fates:
        raise InvalidArgument("make_history_world: name at least one fate")
    seed = seed_of(rng)
    parks = Parks(apart_km=course.apart_km, spread_km=course.spread_km,
                  region_km=course.region_km, industries=course.industries)  # fmt: skip
    cast = cast_of(fates, course, rng=child(seed, "lives"))
    land = lay_out(parks, len(fates), distinct=True, seed=seed)
    settled = settle_cast(land, cast, parks, seed=seed)
    unowned = np.full(cast.area.size, -1)
    organisations = organisation_rows(
        land, settled, unowned, n_industries=course.industries, seed=seed
    )
    organisations = dated(organisations, cast, course, seed=seed)
    affinities = _affinities(bonds)
    linkages = _linkages(
        organisations, settled.field, affinities,
        cast=cast, ties_each=bonds.ties_each, first_year=course.first_year, seed=seed,
    )  # fmt: skip
    truth = planted_history(
        land, cast, course,
        odds={layer: one.odds for layer, one in affinities.items()},
        mass=settled.field.mass, jobs=organisations["jobs"].to_numpy(),
    )  # fmt: skip
    tables = history_tables(land, parks, settled, organisations=organisations, cast=cast,
                            truth=truth, seed=seed)  # fmt: skip
    if bonds.spells and "labour_move" in bonds.layers:
        moves = linkages.filter(pl.col("layer") == "labour_move")
        tables["spells"] = spell_rows(moves, rng=child(seed, "spells"))
    about = About("Made-up history", "CC0", ("made-up world",), _notes(fates, seed))
    study = Study.of(about=about, organisations=organisations, linkages=linkages, **tables)
    return HistoryWorld(study, truth)


def _notes(fates: Sequence[Fate], seed: int) -> tuple[str, ...]:
    return (
        "Made up: places, organisations, persons and ties are invented.",
        f"Planted: {', '.join(fates[:20])}; drawn with seed {seed}.",
    )


def _affinities(bonds: Bonds) -> dict[str, Affinity]:
    return {
        layer: Affinity.planned(
            bonds, bonds.odds_of(layer, separate=True, relation=None), siblings=1, overlap=None
        )
        for layer in bonds.layers
    }


def _in_year(field: Field, cast: Cast, year: int) -> tuple[Field, Indices]:
    """Return the field of those there in a year, and their rows."""
    alive = np.flatnonzero((cast.first <= year) & (year <= cast.last))
    seat = cast.seat[alive]
    cluster = np.where(seat >= 0, cast.label[seat, year], -1).astype(np.int32)
    zone = np.where(cluster >= 0, cluster + 100, field.zone[alive]).astype(np.int32)
    there = Field(
        field.position[alive], field.mass[alive], field.area[alive], cluster,
        field.outsider[alive], field.pool[alive], zone, field.sibling,
    )  # fmt: skip
    return there, alive


def _linkages(
    organisations: pl.DataFrame,
    field: Field,
    affinities: Mapping[str, Affinity],
    *,
    cast: Cast,
    ties_each: float,
    first_year: int,
    seed: int,
) -> pl.DataFrame:
    parts, received = [], _received(cast)
    for year in range(cast.label.shape[1]):
        there, alive = _in_year(field, cast, year)
        n = round(ties_each * alive.size)
        when = date(first_year + year, 1, 1), date(first_year + year, 12, 31)
        for layer, affinity in affinities.items():
            rng = child(seed, "ties", layer, year)
            pairs = draw_pairs(there, affinity, n=n, rng=rng)
            if layer == "citation":
                pairs = _turned(there, pairs, received[:, year], rng)
            ends = alive[pairs[0]], alive[pairs[1]]
            ties = tie_rows(organisations["org_id"], ends, layer=layer, when=when, rng=rng)
            parts.append(_while_open(ties, organisations, ends))
    return pl.concat(parts) if parts else table_named("linkages").empty()


def _turned(there: Field, pairs: Pairs, received: Floats, rng: np.random.Generator) -> Pairs:
    """Turn citations between a cluster and others so that it receives the planted share."""
    here, to = there.cluster[pairs[0]], there.cluster[pairs[1]]
    across = (here >= 0) != (to >= 0)
    receives = rng.random(here.size) < received[np.maximum(here, to)]
    swapped = across & ((to >= 0) != receives)
    return np.where(swapped, pairs[1], pairs[0]), np.where(swapped, pairs[0], pairs[1])


def _received(cast: Cast) -> Floats:
    """Return the planted share of citations received, (clusters, years)."""
    share = np.zeros((int(cast.label.max()) + 1, cast.label.shape[1]))
    for one, code in zip(cast.scripts, cast.codes, strict=True):
        share[code : code + int(one.label.max()) + 1] = one.received
    return share


def _while_open(ties: pl.DataFrame, organisations: pl.DataFrame, ends: Pairs) -> pl.DataFrame:
    """Keep ties within the days on which both ends are open."""
    opened = [organisations["opened"].gather(end) for end in ends]
    closed = [organisations["closed"].gather(end) for end in ends]
    begun = pl.max_horizontal("start", *opened)
    moved = ties.with_columns(start=pl.min_horizontal(begun, *closed))
    is_move = pl.col("layer").is_in(MOVES)
    ended = pl.max_horizontal(pl.min_horizontal("end", *closed), "start")
    return moved.with_columns(end=pl.when(is_move).then("start").otherwise(ended))
