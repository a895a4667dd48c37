"""The main tables of a made-up world: places, organisations and linkages."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, Indices
from buzzline.tables.schema import LINKAGES
from buzzline.tables.vocabularies import CONTENTS, UNDIRECTED_LAYERS
from buzzline.tables.worlds.geography import Towns, words
from buzzline.tables.worlds.gravity import Sites

INDUSTRY_NAMES = (
    "optics", "machinery", "textiles", "software", "biotechnology", "furniture", "ceramics",
    "ships", "food", "chemicals", "watches", "toys",
)  # fmt: skip
KINDS = {
    "sme": 0.80, "large": 0.06, "affiliate": 0.05, "university": 0.03, "laboratory": 0.03,
    "agency": 0.02, "association": 0.01,
}  # fmt: skip
JOBS_AT_MEDIAN = 12.0
REVENUE_A_JOB_MUSD = 0.2
UNITS = {"supply": "musd", "subcontract": "musd", "acquisition": "musd", "investment": "musd"}
OPENED = date(1950, 1, 1), date(2011, 12, 31)
TIED = date(2012, 1, 1), date(2023, 12, 31)
CLOSED = date(2024, 1, 1), date(2025, 6, 30)


def industry_codes(n: int) -> tuple[str, ...]:
    """Return the codes of `n` industries."""
    return tuple(
        INDUSTRY_NAMES[k] if k < len(INDUSTRY_NAMES) else f"industry_{k + 1}" for k in range(n)
    )


def place_table(towns: Towns) -> pl.DataFrame:
    """Return towns, regions and countries, each with its parent."""
    n, size = towns.population.size, towns.population
    town = pl.DataFrame(
        {
            "place_id": [f"P{k:04d}" for k in range(n)],
            "name": towns.names,
            "level": "municipality",
            "parent_id": [f"R{k:02d}" for k in towns.region],
            "country": [towns.codes[k] for k in towns.country],
            "longitude": towns.longitude,
            "latitude": towns.latitude,
            "population": size.round(),
            "urban_rural": np.where(size > 2e5, "city", np.where(size > 5e4, "town", "rural")),
            "area_km2": (np.pi * towns.reach_km**2).round(1),
            "vintage": "2021",
        }
    )
    regions = _parents(town, [f"R{k:02d}" for k in range(len(towns.regions))], "parent_id")
    region = regions.with_columns(
        name=pl.Series(towns.regions), level=pl.lit("region"),
        country=pl.Series([towns.codes[k] for k in towns.region_country]),
        parent_id=pl.Series([f"C-{towns.codes[k]}" for k in towns.region_country]),
    )  # fmt: skip
    countries = _parents(
        town.with_columns(parent_id=pl.lit("C-") + pl.col("country")),
        [f"C-{code}" for code in towns.codes], "parent_id",
    )  # fmt: skip
    country = countries.with_columns(
        name=pl.Series([f"Country {code}" for code in towns.codes]), level=pl.lit("country"),
        country=pl.Series(towns.codes), parent_id=pl.lit(None, dtype=pl.String),
    )  # fmt: skip
    return pl.concat([town, region.select(town.columns), country.select(town.columns)])


def _parents(town: pl.DataFrame, ids: list[str], column: str) -> pl.DataFrame:
    sums = town.group_by(column).agg(
        pl.col("longitude", "latitude").mean(),
        pl.col("population", "area_km2").sum(),
        urban_rural=pl.lit("town"),
        vintage=pl.lit("2021"),
    )
    listed = pl.DataFrame({"place_id": ids})
    return listed.join(
        sums,
        left_on="place_id",
        right_on=column,
        how="left",
        validate="1:1",
        maintain_order="left",
    )


def organisation_table(
    towns: Towns,
    sites: Sites,
    town: Codes,
    *,
    industry: list[str],
    coordinates: str,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Return the organisations, one row a site."""
    n = sites.mass.size
    width = max(4, len(str(n)))
    jobs = np.maximum(1.0, np.round(JOBS_AT_MEDIAN * sites.mass**1.5))
    drawn = rng.choice(len(KINDS), size=n, p=list(KINDS.values()))
    frame = pl.DataFrame(
        {
            "org_id": pl.Series(np.arange(1, n + 1)).cast(pl.String).str.zfill(width),
            "name": _names(n, rng),
            "kind": _pick(tuple(KINDS), drawn),
            "industry": industry,
            "longitude": sites.longitude.round(6),
            "latitude": sites.latitude.round(6),
            "city": _pick(towns.names, town),
            "region": _pick(towns.regions, towns.region[town]),
            "country": _pick(towns.codes, sites.country),
            "place_id": _pick([f"P{k:04d}" for k in range(towns.population.size)], town),
            "opened": _days(rng, n, *OPENED),
            "closed": _days(rng, n, *CLOSED),
            "jobs": jobs,
            "revenue_musd": (jobs * REVENUE_A_JOB_MUSD * rng.lognormal(0, 0.4, n)).round(3),
            "owner_id": rng.integers(0, n, n),
        }
    )
    named = frame.with_columns(
        pl.concat_str(pl.lit("O"), "org_id").alias("org_id"),
        pl.concat_str("name", pl.lit(" "), pl.col("industry").str.to_titlecase()).alias("name"),
        pl.lit("address" if coordinates == "exact" else "city").alias("precision"),
        pl.when(pl.Series(rng.random(n) < 0.02)).then("closed").alias("closed"),
    )
    owner = pl.when(pl.col("kind") == "affiliate").then(pl.col("org_id").gather("owner_id"))
    return named.with_columns(owner.alias("owner_id"))


def linkage_table(
    org_id: pl.Series, ends: tuple[Indices, Indices], *, layer: str, rng: np.random.Generator
) -> pl.DataFrame:
    """Return the ties of one layer as rows of `linkages`."""
    n = ends[0].size
    start = _days(rng, n, *TIED)
    months = pl.Series(rng.integers(3, 60, n))
    frame = pl.DataFrame(
        {
            "source": org_id.gather(ends[0]),
            "target": org_id.gather(ends[1]),
            "weight": rng.lognormal(0.0, 1.0, n).round(4),
            "start": start,
            "end": start.dt.offset_by(months.cast(pl.String) + "mo"),
            "confidence": (0.8 + 0.2 * rng.random(n)).round(3),
            "content": _pick(CONTENTS, rng.integers(0, len(CONTENTS), n)),
            "initiated_copresent": rng.random(n) < 0.6,
            "repeat_n": rng.geometric(0.6, n) - 1,
            "formal": rng.random(n) < 0.7,
        }
    ).with_columns(
        layer=pl.lit(layer),
        directed=pl.lit(layer not in UNDIRECTED_LAYERS),
        unit=pl.lit(UNITS.get(layer, "ties")),
        observed_by=pl.lit("made-up world"),
        end=pl.when(pl.Series(rng.random(n) < 0.7)).then("end"),
        trust=pl.Series(rng.beta(4, 2, n)).round(3),
    )
    return frame.select(pl.col(c.name).cast(c.dtype) for c in LINKAGES.columns)


def _names(n: int, rng: np.random.Generator) -> pl.Series:
    stock = pl.Series(words(rng, min(400, n)))
    ends = pl.Series(
        ["", " Lab", " Works", " Group", " & Co", " Systems", " Partners", " House"]
    )
    return stock.gather(rng.integers(0, stock.len(), n)) + ends.gather(
        rng.integers(0, ends.len(), n)
    )


def _pick(values: tuple[str, ...] | list[str], codes: Codes | Indices | Floats) -> pl.Series:
    return pl.Series(list(values), dtype=pl.String).gather(codes)


def _days(rng: np.random.Generator, n: int, first: date, last: date) -> pl.Series:
    day = (
        rng.integers(first.toordinal(), last.toordinal() + 1, n) - date(1970, 1, 1).toordinal()
    )
    return pl.Series(day.astype(np.int32)).cast(pl.Date)
