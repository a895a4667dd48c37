"""The tables of a world of co-located clusters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, Indices
from buzzline.randomness import child
from buzzline.tables.vocabularies import FUNCTIONS, UNDIRECTED_LAYERS
from buzzline.tables.worlds.city_regions import (
    FAR_TOWNS,
    GRID,
    OTHER,
    Map,
    Settled,
    municipality_ids,
)
from buzzline.tables.worlds.geography import words
from buzzline.tables.worlds.gravity import Pairs
from buzzline.tables.worlds.organisations import (
    CLOSED,
    JOBS_AT_MEDIAN,
    OPENED,
    REVENUE_A_JOB_MUSD,
    TIED,
    UNITS,
    industry_codes,
)
from buzzline.tables.worlds.plans import Parks, shares_with_overlap

WORK = ("research", "production", "logistics", "sales", "service", "headquarters")
OCCUPATIONS = ("engineer", "technician", "manager", "clerk")
SERIES = (2008, 2023)  # first and last year of the jobs of clusters
SHOCK_YEAR = 2016
SHOCK = 0.4  # log points of the first sibling's jobs
TREND, SHARED_NOISE, OWN_NOISE = 0.02, 0.03, 0.02  # log points a year; of all, of one
JOBS_OF_CLUSTER = 2_000.0
MOVES = ("labour_move",)  # layers of events: a tie begins and ends on one day
DAY_0 = date(1970, 1, 1).toordinal()

assert set(WORK) < set(FUNCTIONS)


def place_rows(land: Map, parks: Parks, settled: Settled) -> pl.DataFrame:
    """Return municipalities, city-regions (and far towns) and countries."""
    areas = len(land.names)
    area = np.repeat(np.arange(areas), [GRID**2] * land.regions + [1] * FAR_TOWNS)
    cell = np.concatenate(
        [np.tile(np.arange(GRID**2), land.regions), np.zeros(FAR_TOWNS, np.int64)]
    )
    ids = municipality_ids(land, area.astype(np.int32), cell.astype(np.int32))
    at = municipality_ids(land, settled.area, settled.cell)
    side = 2 * parks.region_km / GRID
    east, north = ((part - GRID // 2) * side for part in (cell % GRID, cell // GRID))
    latitude = land.latitude[area]
    scale = np.where(area < land.regions, 1 / 111.195, 0.0)
    count = ids.to_frame().join(at.value_counts(), on="place_id", how="left",
                                validate="1:1", maintain_order="left")["count"]  # fmt: skip
    letters = pl.Series([f"{'ABCDE'[k // GRID]}{k % GRID + 1}" for k in range(GRID**2)])
    city = _chosen(land.names, area)
    town = pl.DataFrame(
        {
            "place_id": ids,
            "name": pl.Series(city),
            "level": "municipality",
            "parent_id": pl.select(pl.format("R{}", pl.Series(area))).to_series(),
            "country": _chosen(land.country, area),
            "longitude": land.longitude[area] + east * scale / np.cos(np.radians(latitude)),
            "latitude": latitude + north * scale,
            "population": (300.0 + 60.0 * count.fill_null(0)).cast(pl.Float64),
            "area_km2": np.where(area < land.regions, side**2, 25.0).round(2),
        }
    ).with_columns(
        pl.when(pl.Series(area < land.regions))
        .then(pl.concat_str("name", pl.lit(" "), letters.gather(cell)))
        .otherwise("name")
        .alias("name")
    )
    return pl.concat([town, *_parents(land, town, area)], how="diagonal")


def organisation_rows(
    land: Map, settled: Settled, owner: Indices, *, n_industries: int, seed: int
) -> pl.DataFrame:
    """Return the organisations; `owner` holds the row of each one's owner, -1 is none."""
    rng, n = child(seed, "organisations"), settled.role.size
    width = max(5, len(str(n)))
    ids = "O" + pl.Series(np.arange(1, n + 1)).cast(pl.String).str.zfill(width)
    industries = industry_codes(n_industries)
    jobs = np.maximum(1.0, np.round(JOBS_AT_MEDIAN * settled.field.mass**1.5))
    stock = pl.Series(words(rng, min(300, n)))
    owns = np.isin(np.arange(n), owner[owner >= 0])
    kind = np.where(jobs >= 250, "large", np.where(rng.random(n) < 0.05, "university", "sme"))
    kind = np.where((kind == "university") & (settled.role != OTHER), "sme", kind)
    kind = np.where(owns, "headquarters", np.where(owner >= 0, "affiliate", kind))
    frame = pl.DataFrame(
        {
            "org_id": ids,
            "name": stock.gather(rng.integers(0, stock.len(), n)),
            "kind": kind,
            "industry": _chosen(industries, settled.industry),
            "longitude": settled.longitude,
            "latitude": settled.latitude,
            "precision": "address",
            "city": _chosen(land.names, settled.area),
            "region": _chosen(land.names, settled.area),
            "country": _chosen(land.country, settled.area),
            "place_id": municipality_ids(land, settled.area, settled.cell),
            "opened": days(n, *OPENED, rng=rng),
            "closed": days(n, *CLOSED, rng=rng),
            "jobs": jobs,
            "revenue_musd": (jobs * REVENUE_A_JOB_MUSD * rng.lognormal(0, 0.4, n)).round(3),
        }
    )
    return frame.with_columns(
        pl.concat_str("name", pl.lit(" "), pl.col("industry").str.to_titlecase(),
                      pl.lit(" "), pl.col("org_id").str.slice(1)).alias("name"),
        pl.when(pl.Series(rng.random(n) < 0.02)).then("closed").alias("closed"),
        owner_id=pl.when(pl.Series(owner >= 0)).then(ids.gather(np.maximum(owner, 0))),
    )  # fmt: skip


def establishment_rows(
    organisations: pl.DataFrame, settled: Settled, *, siblings: int, overlap: float,
    rng: np.random.Generator,
) -> pl.DataFrame:  # fmt: skip
    """Return one site an organisation; functions in the clusters split as planted."""
    share = shares_with_overlap(siblings, overlap)
    edges = np.cumsum(np.vstack([share, np.full(siblings, 1 / siblings)]), axis=1)
    sibling = np.append(settled.field.sibling, siblings)[settled.cluster]
    drawn = (rng.random(sibling.size)[:, None] > edges[sibling, :-1]).sum(axis=1)
    at = ("org_id", "industry", "longitude", "latitude", "precision", "city", "country",
          "place_id", "opened", "closed", "jobs")  # fmt: skip
    return organisations.select(
        ("E" + pl.col("org_id")).alias("establishment_id"), *at,
        _chosen(WORK[:siblings], drawn).alias("function"),
    )  # fmt: skip


def tie_rows(
    org_id: pl.Series, ends: Pairs, *, layer: str, when: tuple[date, date] = TIED,
    rng: np.random.Generator,
) -> pl.DataFrame:  # fmt: skip
    """Return the ties of one layer; a move of labour begins and ends on one day."""
    n = ends[0].size
    first = days(n, *when, rng=rng)
    weighed = layer in UNITS
    frame = pl.DataFrame(
        {
            "source": org_id.gather(ends[0]),
            "target": org_id.gather(ends[1]),
            "weight": rng.lognormal(0.0, 1.0, n).round(4) if weighed else np.ones(n),
            "start": first,
        }
    )
    if layer in MOVES:
        last = pl.col("start")
    else:
        ended = later(first, rng.integers(90, 1800, n))
        last = pl.when(pl.Series(rng.random(n) < 0.7)).then(ended)
    unit = "persons" if layer in MOVES else UNITS.get(layer, "ties")
    return frame.with_columns(
        layer=pl.lit(layer), directed=pl.lit(layer not in UNDIRECTED_LAYERS),
        unit=pl.lit(unit), end=last, observed_by=pl.lit("made-up world"),
    )  # fmt: skip


def spell_rows(moves: pl.DataFrame, *, rng: np.random.Generator) -> pl.DataFrame:
    """Return two spells a move of labour: with the old employer to the day, then the new."""
    n = moves.height
    width = max(5, len(str(n)))
    person = "person-" + pl.Series(np.arange(1, n + 1)).cast(pl.String).str.zfill(width)
    work = _chosen(OCCUPATIONS, rng.integers(0, len(OCCUPATIONS), n))
    day = moves["start"]
    before = pl.DataFrame(
        {"person_id": person, "org_id": moves["source"],
         "start": later(day, -rng.integers(200, 2500, n)), "end": day, "occupation": work}
    )  # fmt: skip
    after = before.with_columns(
        org_id=moves["target"], start=later(day, np.ones(n, np.int64)),
        end=pl.lit(None, pl.Date),
    )  # fmt: skip
    return pl.concat([before, after])


def industry_rows(n: int) -> pl.DataFrame:
    """Return the classification."""
    names = industry_codes(n)
    return pl.DataFrame(
        {
            "industry": names,
            "title": [name.replace("_", " ").capitalize() for name in names],
            "level": 1,
            "traded": True,
        }
    )


def declared_rows(
    names: Sequence[str], industry: str, years: tuple[int, int] = (2012, 2023)
) -> pl.DataFrame:
    """Return declared clusters, D0 first, with their names."""
    return pl.DataFrame(
        {
            "cluster_id": [f"D{k}" for k in range(len(names))],
            "name": list(names),
            "rule": "planted in a made-up world",
            "industry": industry,
            "start": date(years[0], 1, 1),
            "end": date(years[1], 12, 31),
        }
    )


def job_rows(land: Map, *, siblings: int, response: float, seed: int) -> pl.DataFrame:
    """Return yearly jobs of clusters and far towns; the first siblings get a shock in 2016."""
    rng = child(seed, "jobs")
    years = np.arange(SERIES[0], SERIES[1] + 1)
    clusters = land.regions * siblings
    shared = rng.normal(0, SHARED_NOISE, years.size)
    after = (years >= SHOCK_YEAR).astype(np.float64)
    first = np.arange(clusters) % siblings == 0
    effect = np.where(first, SHOCK, response)
    effect = np.append(effect, np.zeros(FAR_TOWNS))[:, None] * after
    noise = rng.normal(0, OWN_NOISE, (effect.shape[0], years.size))
    log_jobs = TREND * (years - SHOCK_YEAR) + shared + effect + noise
    towns = municipality_ids(
        land,
        np.arange(land.regions, land.regions + FAR_TOWNS, dtype=np.int32),
        np.zeros(FAR_TOWNS, dtype=np.int32),
    ).to_list()
    return series_rows([f"D{k}" for k in range(clusters)] + towns, years,
                       JOBS_OF_CLUSTER * np.exp(log_jobs))  # fmt: skip


def series_rows(units: Sequence[str], years: Indices, jobs: Floats) -> pl.DataFrame:
    """Return (units, years) jobs as rows of `outcomes`."""
    return pl.DataFrame(
        {
            "unit_id": np.repeat(list(units), years.size),
            "indicator": "jobs",
            "year": np.tile(years, len(units)),
            "value": jobs.ravel().round(1),
            "unit": "jobs",
        }
    )


def opening_rows(land: Map, siblings: int) -> pl.DataFrame:
    """Return the initiatives behind the shocks: one opening of a park a city-region."""
    place = municipality_ids(
        land, np.arange(land.regions, dtype=np.int32),
        np.full(land.regions, GRID**2 // 2, dtype=np.int32),
    )  # fmt: skip
    return pl.DataFrame(
        {
            "initiative_id": [f"V{k}" for k in range(land.regions)],
            "name": [f"Opening of a park in {name}" for name in land.names[: land.regions]],
            "aim": "economic",
            "instrument": "land and buildings for a park",
            "target": [f"D{k * siblings}" for k in range(land.regions)],
            "cost_musd": 20.0,
            "start": date(SHOCK_YEAR, 1, 1),
            "place_id": place,
        }
    )


def days(n: int, first: date, last: date, *, rng: np.random.Generator) -> pl.Series:
    """Return `n` days, all days from `first` to `last` alike."""
    day = rng.integers(first.toordinal(), last.toordinal() + 1, n) - DAY_0
    return pl.Series(day.astype(np.int32)).cast(pl.Date)


def day_of(year: Indices, by: Indices) -> pl.Series:
    """Return the days that lie so many after the first of January of a year."""
    first = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int32)
    return pl.Series((first + by).astype(np.int32)).cast(pl.Date)


def later(day: pl.Series, by: Indices) -> pl.Series:
    """Return days moved by whole numbers of days."""
    return (day.to_physical() + pl.Series(by.astype(np.int32))).cast(pl.Date)


def _parents(land: Map, town: pl.DataFrame, area: Indices) -> list[pl.DataFrame]:
    size = np.bincount(area, town["population"].to_numpy())
    codes = sorted(set(land.country))
    region = pl.DataFrame(
        {
            "place_id": [f"R{k}" for k in range(len(land.names))],
            "name": list(land.names),
            "level": "region",
            "parent_id": [f"C-{code}" for code in land.country],
            "country": list(land.country),
            "longitude": land.longitude,
            "latitude": land.latitude,
            "population": size,
        }
    )
    country = region.group_by("country").agg(
        pl.col("longitude", "latitude").mean(), pl.col("population").sum()
    )
    country = country.sort("country").with_columns(
        place_id="C-" + pl.col("country"), name="Country " + pl.col("country"),
        level=pl.lit("country"),
    )  # fmt: skip
    assert country["country"].to_list() == codes
    return [region, country]


def _chosen(values: Sequence[str], codes: Indices | Codes) -> pl.Series:
    return pl.Series(list(values), dtype=pl.String).gather(codes)
