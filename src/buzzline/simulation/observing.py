"""A simulated world written out as a study, so that every measure runs on it unchanged.

What is written is what a register and a survey would tell: organisations with their dates, ties
with theirs, whom organisations met in the quarters that were looked at, spin-offs, jobs by
place and industry, patents that show what is known, and outcomes by year. A step is a quarter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from buzzline.quantities import Count, Ratio, Years
from buzzline.randomness import Seed, child, seed_of
from buzzline.simulation.calendar import Calendar
from buzzline.simulation.changes import Change
from buzzline.simulation.observed_organisations import Cast, cast_of, organisation_table
from buzzline.simulation.observed_places import (
    employment_table,
    initiative_table,
    outcome_table,
    place_table,
    relatedness_table,
)
from buzzline.simulation.observed_ties import linkage_table
from buzzline.simulation.settings import Settings
from buzzline.simulation.sighting import Sighting, sight, watch
from buzzline.simulation.state import State
from buzzline.simulation.world import World
from buzzline.tables.study import About, Study

START_YEAR = 2000


def observe(
    seen: State | Sighting | Sequence[Sighting],
    world: World,
    *,
    start_year: Years = START_YEAR,
    items_each: Ratio = 3.0,
    changes: Sequence[Change] = (),
    rng: Seed = None,
) -> Study:
    """Write a simulated world out as a study.

    Parameters
    ----------
    seen : State, Sighting or sequence of Sighting
        As it is at one moment, or as it was `watch`ed.
    world : World
        What it started from.
    start_year : year
        Calendar year of the first step.
    items_each : ratio
        Patents an organisation has on average, in classes by chance of what it knows.
    changes : sequence of Change
        Of the run, written as initiatives.
    rng : Generator, int or None
        Which knowledge is patented.

    Returns
    -------
    Study

    Examples
    --------
    >>> from buzzline.simulation.starting import world_of_settings
    >>> world = world_of_settings(2, 5, rng=1)
    >>> observe(watch(world, steps=4, rng=1), world, rng=1).organisations.height
    10
    """
    sightings = _in_order(seen)
    days = Calendar(start_year)
    cast = cast_of(sightings)
    organisations = organisation_table(cast, world, days)
    linkages = linkage_table(sightings, cast, world=world, days=days)
    drawn = child(seed_of(rng), "items")
    items = _knowledge_items(cast, organisations, (days, items_each), drawn)
    return Study.of(
        about=_about(world, sightings),
        organisations=organisations,
        linkages=linkages,
        places=place_table(world),
        industries=pl.DataFrame(
            {
                "industry": world.industries,
                "title": world.industries,
                "level": 1,
                "traded": True,
            }
        ),
        employment=employment_table(sightings, world, days),
        relatedness=relatedness_table(world),
        knowledge_items=items,
        initiatives=initiative_table(changes, world, days),
        outcomes=outcome_table(sightings, cast, world=world, days=days),
    )


def observed_world(
    world: World,
    *,
    settings: Settings | None = None,
    changes: Sequence[Change] = (),
    steps: Count = 40,
    every: Count = 4,
    rng: Seed = None,
) -> Study:
    """Run a world once and write out what could be seen of it. See `watch` and `observe`.

    Examples
    --------
    >>> from buzzline.simulation.starting import world_of_settings
    >>> observed_world(world_of_settings(2, 5, rng=1), steps=4, rng=1).organisations.height
    10
    """
    seed = seed_of(rng)
    seen = watch(world, settings=settings, changes=changes, steps=steps, every=every, rng=seed)
    return observe(seen, world, changes=changes, rng=seed)


def _in_order(seen: State | Sighting | Sequence[Sighting]) -> tuple[Sighting, ...]:
    if isinstance(seen, State):
        return (sight(seen),)
    if isinstance(seen, Sighting):
        return (seen,)
    return tuple(sorted(seen, key=lambda one: one.step))


def _about(world: World, sightings: Sequence[Sighting]) -> About:
    notes = (
        f"Simulated: {len(sightings)} looks at steps {sightings[0].step} to "
        f"{sightings[-1].step} of a world that started from “{world.title or 'settings'}”. "
        "Nothing in it happened.",
        "Ties of people and meetings by chance are the layer `social`; meetings are those of "
        "the quarters that were looked at.",
        *world.notes,
    )
    return About(f"{world.title or 'World'}, simulated", "CC0", ("buzzline simulation",), notes)


def _knowledge_items(
    cast: Cast,
    organisations: pl.DataFrame,
    how: tuple[Calendar, float],
    rng: np.random.Generator,
) -> pl.DataFrame:
    days, items_each = how
    level = cast.knowledge.sum(1)
    usual = level.mean() or 1.0
    n = rng.poisson(items_each * level / usual)
    holder = np.repeat(np.arange(n.size), n)
    reach = np.cumsum(cast.knowledge, axis=1)[holder]
    drawn = rng.random(holder.size) * reach[:, -1]
    category = (drawn[:, None] >= reach).sum(1).clip(max=cast.knowledge.shape[1] - 1)
    last = cast.last_step[holder]
    step = cast.first_step[holder] + np.floor(
        rng.random(holder.size) * (last - cast.first_step[holder] + 1)
    ).astype(np.int64)
    return pl.DataFrame(
        {
            "item_id": [f"I{k:07d}" for k in range(holder.size)],
            "org_id": organisations["org_id"].gather(holder),
            "kind": "patent",
            "classes": [f"K{code:02d}" for code in category],
            "date": days.of(np.maximum(step, 0)),
        },
        schema_overrides={"item_id": pl.String, "classes": pl.String},
    )
