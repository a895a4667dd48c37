"""Made-up policies for tests and the recovery study; the study beneath is made once."""

from functools import cache

import numpy as np
import polars as pl

from buzzline.tables.study import Study
from buzzline.tables.worlds import PolicyPlan, make_world, plant_policy

PROGRAMME = "programme"


@cache
def bare(organisations: int = 300) -> Study:
    return make_world(organisations=organisations, clusters=2, rng=1).study


def planted(rng: int = 1, organisations: int = 300, **plan):
    """Return a study with a policy, and its truth."""
    return plant_policy(bare(organisations), PolicyPlan(**plan), rng=rng)


def planted_cutoff(rng: int = 1, *, units: int = 300, effect: float = 1.0, crowd: float = 0.0):
    """Return a study of places, eligible below 75 of "income", with "jobs" before and after.

    crowd : share of those just above the cutoff who move below it
    """
    source = np.random.default_rng(rng)
    income = 100 + 40 * (source.random(units) - 0.5) * 2
    just_above = (income >= 75) & (income < 85) & (source.random(units) < crowd)
    income = np.where(just_above, 75 - source.random(units) * 5, income)
    places = [f"E{k:04}" for k in range(units)]
    luck = source.normal(size=units)
    rows = [
        (place, name, year, float(value))
        for k, place in enumerate(places)
        for name, year, value in (
            ("income", 2010, income[k]),
            ("jobs", 2009, 10 + 0.03 * income[k] + luck[k] + 0.5 * source.normal()),
            ("jobs", 2012, 10 + 0.03 * income[k] + luck[k] + effect * (income[k] < 75)
             + 0.5 * source.normal()),
        )
    ]  # fmt: skip
    study = bare()
    frame = pl.DataFrame(rows, schema=["unit_id", "indicator", "year", "value"], orient="row")
    full = frame.with_columns(margin=None, unit=pl.lit("index"))
    outcomes = full.select(pl.col(n).cast(k) for n, k in study.outcomes.schema.items())
    known = pl.DataFrame({"place_id": places, "name": places, "level": "region"})
    shaped = known.with_columns(
        pl.lit(None).alias(name) for name in study.places.columns if name not in known.columns
    ).select(pl.col(name).cast(kind) for name, kind in study.places.schema.items())
    return study.with_table("places", pl.concat([study.places, shaped])).with_table(
        "outcomes", outcomes
    )
