"""The regional tables of a made-up world: employment, flows between industries, occupations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from buzzline.arrays import Floats
from buzzline.tables.schema import EMPLOYMENT

YEARS = (2007, 2022)  # organisations open until 2011, so that some industries enter between
GROWTH = 0.2  # standard deviation of the logarithm of an organisation's growth
WITHHELD = 0.15  # share of the cells with a single establishment whose jobs are withheld
CLASSES = {"1-9": 1, "10-49": 10, "50-249": 50, "250+": 250}  # name: fewest jobs
ALL_INDUSTRIES = "all"
SIMILAR = 4.0  # how much more flows within a group of industries than between two groups
OCCUPATIONS = (
    "engineers", "technicians", "machine operators", "clerks", "managers", "sales staff",
    "drivers", "researchers",
)  # fmt: skip


def employ(
    organisations: pl.DataFrame, names: Sequence[str], *, rng: np.random.Generator
) -> dict[str, pl.DataFrame]:
    """Return employment counted from the organisations, flows and occupations.

    Jobs of the last year are those of the organisations; in the first year those not yet opened
    are missing and the others were smaller or larger. Industries of one group (two in a row, as
    in the table of industries) trade with each other and employ alike.
    """
    return {
        "employment": _employment(organisations, rng),
        "industry_flows": _flows(names, rng),
        "occupations": _occupations(names, rng),
    }


def _employment(organisations: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    growth = rng.lognormal(0.0, GROWTH, organisations.height)
    before = organisations.with_columns(
        (pl.col("jobs") / pl.Series(growth)).round().clip(lower_bound=1)
    )
    first = before.filter(pl.col("opened") <= date(YEARS[0], 12, 31))
    return pl.concat(
        [
            *_one_year(first, YEARS[0], rng),
            *_one_year(organisations, YEARS[1], rng),
            _by_size(organisations, YEARS[1]),
        ]
    ).sort("year", "place_id", "industry", "size_class", nulls_last=False)


def _one_year(rows: pl.DataFrame, year: int, rng: np.random.Generator) -> list[pl.DataFrame]:
    """Return cells, some withheld, and published totals of the places."""
    cells = _counted(rows, ["place_id", "industry"], year)
    withheld = pl.Series(rng.random(cells.height) < WITHHELD) & (cells["establishments"] == 1)
    cells = cells.with_columns(
        jobs=pl.when(~withheld).then(pl.col("jobs")), suppressed=withheld
    )
    totals = rows.with_columns(industry=pl.lit(ALL_INDUSTRIES))
    return [cells, _counted(totals, ["place_id", "industry"], year)]


def _by_size(rows: pl.DataFrame, year: int) -> pl.DataFrame:
    size = pl.lit(next(iter(CLASSES)))
    for name, fewest in CLASSES.items():
        size = pl.when(pl.col("jobs") >= fewest).then(pl.lit(name)).otherwise(size)
    sized = rows.with_columns(size.alias("size_class"))
    return _counted(sized, ["place_id", "industry", "size_class"], year)


def _counted(rows: pl.DataFrame, by: list[str], year: int) -> pl.DataFrame:
    counted = rows.group_by(by, maintain_order=True).agg(
        pl.col("jobs").sum(), establishments=pl.len()
    )
    counted = counted.with_columns(year=year, suppressed=pl.lit(value=False))
    return counted.select(
        (pl.col(column.name) if column.name in counted.columns else pl.lit(None))
        .cast(column.dtype)
        .alias(column.name)
        for column in EMPLOYMENT.columns
    )


def _flows(names: Sequence[str], rng: np.random.Generator) -> pl.DataFrame:
    parts = []
    for kind, unit, usual in (("input_output", "musd", 20.0), ("labour", "persons", 50.0)):
        value = usual * _alike(len(names), rng)
        parts.append(
            pl.DataFrame(
                {
                    "industry": np.repeat(list(names), len(names)),
                    "other": list(names) * len(names),
                    "kind": kind,
                    "value": value.ravel().round(1),
                    "unit": unit,
                    "year": YEARS[1],
                }
            )
        )
    return pl.concat(parts)


def _alike(n: int, rng: np.random.Generator) -> Floats:
    """Return (n, n) random strengths, larger within a group of two industries in a row."""
    group = np.arange(n) // 2
    same = group[:, None] == group[None, :]
    strength: Floats = np.where(same, SIMILAR, 1.0) * rng.lognormal(0.0, 0.5, (n, n))
    return strength


def _occupations(names: Sequence[str], rng: np.random.Generator) -> pl.DataFrame:
    kinds = len(OCCUPATIONS)
    of_group = rng.dirichlet(np.full(kinds, 0.7), (len(names) + 1) // 2)
    mix = np.vstack([rng.dirichlet(20 * of_group[k // 2] + 0.05) for k in range(len(names))])
    return pl.DataFrame(
        {
            "industry": np.repeat(list(names), kinds),
            "occupation": list(OCCUPATIONS) * len(names),
            "jobs": (5000 * mix).ravel().round(),
        }
    )
