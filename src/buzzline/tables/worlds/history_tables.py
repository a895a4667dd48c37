"""The tables of a history of clusters, and the truth behind them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import polars as pl

from buzzline.arrays import Floats, Indices
from buzzline.randomness import child
from buzzline.tables.worlds.city_regions import Map, Settled
from buzzline.tables.worlds.history_cast import Cast
from buzzline.tables.worlds.history_courses import CLASSES, STATES, Course, heterogeneity
from buzzline.tables.worlds.history_truth import HistoryTruth, event_rows
from buzzline.tables.worlds.organisations import industry_codes
from buzzline.tables.worlds.plans import Odds, Parks
from buzzline.tables.worlds.sibling_tables import (
    day_of,
    declared_rows,
    establishment_rows,
    industry_rows,
    place_rows,
)


def planted_history(
    land: Map, cast: Cast, course: Course, *, odds: Mapping[str, Odds], mass: Floats,
    jobs: Floats,
) -> HistoryTruth:  # fmt: skip
    """Return the truth of a history."""
    return HistoryTruth(
        clusters=_clusters(land, cast, course),
        events=event_rows(cast.scripts, cast.fates, cast.codes, first_year=course.first_year),
        years=_years(cast, course, jobs),
        opened=course.first_year + cast.first,
        closed=course.first_year + cast.last,
        seat=cast.seat,
        label=cast.label,
        odds=pl.DataFrame(
            [(layer, one.within, one.between, one.beyond, one.log_odds_ratio)
             for layer, one in odds.items()],
            schema={"layer": pl.String, "within": pl.Float64, "between": pl.Float64,
                    "beyond": pl.Float64, "log_odds_ratio": pl.Float64}, orient="row",
        ),
        mass=mass,
        first_year=course.first_year,
    )  # fmt: skip


def history_tables(
    land: Map, parks: Parks, settled: Settled, *, organisations: pl.DataFrame, cast: Cast,
    truth: HistoryTruth, seed: int,
) -> dict[str, pl.DataFrame]:  # fmt: skip
    """Return all tables besides organisations, linkages and spells."""
    clusters = truth.clusters
    names = [
        f"{city} {industry} {cluster}"
        for city, industry, cluster in clusters.select("city", "industry", "cluster").rows()
    ]
    declared = declared_rows(names, industry_codes(1)[0]).with_columns(
        start=day_of(clusters["first_year"].to_numpy(), np.zeros(clusters.height, np.int64)),
        end=day_of(clusters["last_year"].to_numpy() + 1, np.full(clusters.height, -1)),
    )
    return {
        "establishments": establishment_rows(
            organisations, settled, siblings=1, overlap=1.0, rng=child(seed, "functions")
        ),
        "places": place_rows(land, parks, settled),
        "industries": industry_rows(parks.industries),
        "declared_clusters": declared,
        "memberships": _memberships(organisations["org_id"], cast, truth.first_year),
        "knowledge_items": _items(organisations["org_id"], cast, truth, seed=seed),
        "outcomes": truth.years.select(
            unit_id=pl.format("D{}", "cluster"), indicator=pl.lit("jobs"), year="year",
            value="jobs", unit=pl.lit("jobs"),
        ),
    }  # fmt: skip


def _clusters(land: Map, cast: Cast, course: Course) -> pl.DataFrame:
    found = []
    for area, (one, code) in enumerate(zip(cast.scripts, cast.codes, strict=True)):
        along = np.array([{"first": 0.0, "second": 1.0}.get(seat, 0.5) for seat in one.seats])
        for number in range(int(one.label.max()) + 1):
            seats, years = np.nonzero(one.label == number)
            share = float(along[np.unique(seats)].mean())
            east, north = (1 - share) * land.park[2 * area] + share * land.park[2 * area + 1]
            found.append(
                (code + number, f"D{code + number}", area, land.names[area],
                 industry_codes(1)[0], cast.fates[area],
                 course.first_year + int(years.min()), course.first_year + int(years.max()),
                 float(east), float(north))
            )  # fmt: skip
    return pl.DataFrame(
        found, orient="row",
        schema={"cluster": pl.Int64, "cluster_id": pl.String, "area": pl.Int64,
                "city": pl.String, "industry": pl.String, "fate": pl.String,
                "first_year": pl.Int64, "last_year": pl.Int64, "longitude": pl.Float64,
                "latitude": pl.Float64},
    )  # fmt: skip


def _years(cast: Cast, course: Course, jobs: Floats) -> pl.DataFrame:
    clusters, parts = int(cast.label.max()) + 1, []
    area = np.repeat(np.arange(len(cast.codes)), np.diff([*cast.codes, clusters]))
    planted = [
        np.stack([getattr(one, name) for one in cast.scripts])
        for name in ("state", "spread", "received")
    ]
    for year in range(course.years):
        alive = (cast.first <= year) & (year <= cast.last) & (cast.seat >= 0)
        label = np.where(alive, cast.label[cast.seat, year], -1)
        counts = [
            np.bincount(label[alive & chosen], minlength=clusters)
            for chosen in (alive, (cast.first == year) & (year > 0),
                           (cast.last == year) & (year < course.years - 1))
        ]  # fmt: skip
        there = np.flatnonzero(counts[0])
        state, spread, received = (part[area[there], year] for part in planted)
        parts.append(
            pl.DataFrame(
                {
                    "cluster": there,
                    "year": np.full(there.size, course.first_year + year),
                    "n_members": counts[0][there],
                    "n_entered": counts[1][there],
                    "n_left": counts[2][there],
                    "jobs": np.bincount(label[alive], jobs[alive], clusters)[there].astype(
                        float
                    ),
                    "state": pl.Series(STATES).gather(state),
                    "heterogeneity": heterogeneity(spread),
                    "received": received,
                }
            )
        )
    return pl.concat(parts).sort("cluster", "year")


def _runs(cast: Cast) -> pl.DataFrame:
    """Return `seat`, `code`, `since`, `until`: the years a seat belongs to one cluster."""
    found = []
    for seat, label in enumerate(cast.label):
        edges = [0, *(np.flatnonzero(np.diff(label)) + 1).tolist(), label.size]
        found += [
            (seat, int(label[begins]), begins, ends - 1)
            for begins, ends in pairwise(edges)
            if label[begins] >= 0
        ]
    schema = dict.fromkeys(("seat", "code", "since", "until"), pl.Int64)
    return pl.DataFrame(found, orient="row", schema=schema)


def _memberships(org_id: pl.Series, cast: Cast, first_year: int) -> pl.DataFrame:
    stays = pl.DataFrame(
        {"org_id": org_id, "seat": cast.seat.astype(np.int64), "first": cast.first,
         "last": cast.last}
    )  # fmt: skip
    joined = stays.join(_runs(cast), on="seat", how="inner", maintain_order="left_right")
    spans = joined.with_columns(
        since=pl.max_horizontal("since", "first"), until=pl.min_horizontal("until", "last")
    ).filter(pl.col("since") <= pl.col("until"))
    return spans.select(
        pl.format("D{}", "code").alias("cluster_id"), "org_id", pl.lit(1.0).alias("degree"),
        pl.date(first_year + pl.col("since"), 1, 1).alias("start"),
        pl.date(first_year + pl.col("until"), 12, 31).alias("end"),
    )  # fmt: skip


def _items(org_id: pl.Series, cast: Cast, truth: HistoryTruth, *, seed: int) -> pl.DataFrame:
    """Return one item a member and year; classes spread as planted."""
    rng = child(seed, "items")
    members = np.flatnonzero(cast.seat >= 0)
    count = cast.last[members] - cast.first[members] + 1
    row = np.repeat(members, count)
    ends = np.cumsum(count)
    year = cast.first[row] + np.arange(row.size) - np.repeat(ends - count, count)
    spread = np.stack([one.spread for one in cast.scripts])[cast.area[row], year]
    main: Indices = cast.label[cast.seat[row], year].astype(np.int64) % CLASSES
    drawn = rng.integers(0, CLASSES, row.size)
    chosen = np.where(rng.random(row.size) < spread, drawn, main)
    width = max(5, len(str(row.size)))
    number = pl.Series(np.arange(1, row.size + 1)).cast(pl.String).str.zfill(width)
    return pl.DataFrame(
        {
            "item_id": "K" + number,
            "org_id": org_id.gather(row),
            "kind": "patent",
            "classes": pl.Series([f"class {k}" for k in range(CLASSES)]).gather(chosen),
            "date": day_of(truth.first_year + year, rng.integers(0, 365, row.size)),
        }
    )
