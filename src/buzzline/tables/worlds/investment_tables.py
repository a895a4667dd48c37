"""The tables of a world of deals: linkages with dates, amounts, stakes; functions of sites."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Indices
from buzzline.tables.study import Study

FIRST_DAY, LAST_DAY = date(2006, 1, 1), date(2015, 12, 31)
HELD_SINCE = date(1990, 1, 1), date(2005, 12, 31)
MODES, MODE_SHARES = ("acquisition", "affiliate", "investment"), (0.4, 0.3, 0.3)
TARGET_FUNCTIONS = ("production", "sales", "research", "service")
SOURCE_FUNCTIONS = ("headquarters", "research", "production")


class Planted(NamedTuple):
    """Rows of organisations that hold, are held, buy and are bought."""

    org_id: pl.Series
    head: Indices
    holding: Indices
    member: Indices
    source: Indices
    target: Indices
    repeated: Flags
    group: Indices


def linkage_rows(planted: Planted, rng: np.random.Generator) -> pl.DataFrame:
    """Return deals first, then who holds whom: affiliates, minority stakes, a cross-holding."""
    n = planted.source.size
    mode = rng.choice(MODES, n, p=MODE_SHARES)
    mode = np.where(planted.repeated, "investment", mode)
    amount = np.where(rng.random(n) < 0.6, rng.lognormal(2, 1, n).round(2), np.nan)
    unit = np.where(rng.random(n) < 0.9, "musd", "meur")
    deals = pl.DataFrame(
        {
            "source": planted.org_id.gather(planted.source),
            "target": planted.org_id.gather(planted.target),
            "layer": mode.tolist(), "directed": True,
            "weight": pl.Series(amount, nan_to_null=True),
            "unit": [None if np.isnan(a) else u for a, u in zip(amount, unit, strict=True)],
            "start": _days(n, FIRST_DAY, LAST_DAY, rng), "content": "money", "formal": True,
        },
        schema_overrides={"unit": pl.String, "layer": pl.String},
    )  # fmt: skip
    return pl.concat([deals, _ownership(planted, rng)], how="diagonal_relaxed")


def _ownership(planted: Planted, rng: np.random.Generator) -> pl.DataFrame:
    m = planted.member.size
    whole = rng.uniform(51, 100, m).round(1)
    heads = np.unique(planted.head)
    small = min(heads.size // 4, 40)
    one, other = rng.choice(heads, small), rng.choice(heads, small)
    apart = one != other
    one, other = one[apart], other[apart]
    mutual = heads[:2] if heads.size > 1 else heads[:0]
    holder = np.concatenate([planted.holding, one, mutual])
    held = np.concatenate([planted.member, other, mutual[::-1]])
    stake = np.concatenate([whole, rng.uniform(1, 20, one.size).round(1), [10.0] * mutual.size])
    return pl.DataFrame(
        {
            "source": planted.org_id.gather(holder), "target": planted.org_id.gather(held),
            "layer": "ownership", "directed": True, "weight": stake, "unit": "percent",
            "start": _days(holder.size, *HELD_SINCE, rng),
        }
    )  # fmt: skip


def establishment_rows(
    study: Study, targets: Indices, sources: Indices, *, rng: np.random.Generator
) -> pl.DataFrame:
    """Return a site with a function for each target and source that has no site yet."""
    frame = study.organisations.with_row_index("row").join(
        study.establishments.select("org_id").unique(), on="org_id", how="anti",
        maintain_order="left",
    )  # fmt: skip
    both, sources = [], np.unique(sources)
    targets = np.setdiff1d(targets, sources)
    for rows, functions in ((targets, TARGET_FUNCTIONS), (sources, SOURCE_FUNCTIONS)):
        some = frame.filter(pl.col("row").is_in(rows.tolist()))
        both.append(
            some.select(
                pl.format("{}-I", "org_id").alias("establishment_id"), "org_id", "industry",
                "longitude", "latitude", "precision", "city", "country", "place_id",
                "opened",
                pl.Series("function", rng.choice(functions, some.height).tolist(),
                          dtype=pl.String),
            )
        )  # fmt: skip
    return pl.concat(both)


def _days(n: int, first: date, last: date, rng: np.random.Generator) -> pl.Series:
    span = (last - first).days
    days = [first + timedelta(days=int(k)) for k in rng.integers(0, span + 1, n)]
    return pl.Series(days, dtype=pl.Date)
