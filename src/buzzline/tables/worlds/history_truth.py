"""What was planted in a history of clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, Indices
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study
from buzzline.tables.worlds.history_courses import Script


@dataclass(frozen=True, slots=True, eq=False)
class HistoryTruth:
    """What was planted in a history of clusters.

    Attributes
    ----------
    clusters : DataFrame
        One row a planted cluster: `cluster` (code), `cluster_id` (in `declared_clusters`),
        `area` (number of its city-region), `city`, `industry`, `fate` (of the city-region),
        `first_year`, `last_year` (in which it exists), `longitude`, `latitude` (mean centre of
        its seats).
    events : DataFrame
        One row an event: `year` (the first of the new state), `kind` ("born", "dissolved",
        "merged", "split"), `area`, `before`, `after` (lists of cluster codes, empty for birth
        and dissolution).
    years : DataFrame
        One row a cluster and year: `cluster`, `year`, `n_members`, `n_entered` (opened that
        year, except the first year of all), `n_left` (closed at its end, except the last year
        of all), `jobs`, `state` ("emerging", "growing", "sustaining", "declining"),
        `heterogeneity` (Rao's Q of its items, classes differing by 1), `received` (share of
        citations between it and others that lead to it).
    opened, closed : (n,) int64 [year]
        First and last year of each row of `study.organisations` within the history.
    seat : (n,) int32
        Park or bridge each member sits in, counted over all city-regions; -1 is none.
    label : (seats, years) int32
        Cluster of each seat in each year; -1 is none.
    odds : DataFrame
        One row a layer: `layer`, `within`, `between`, `beyond`, `log_odds_ratio`; between
        are the two parks before they merge, or after they were split.
    mass : (n,) float64
        Propensity of each organisation to hold ties.
    first_year : int
    """

    clusters: pl.DataFrame
    events: pl.DataFrame
    years: pl.DataFrame
    opened: Indices
    closed: Indices
    seat: Codes
    label: Codes
    odds: pl.DataFrame
    mass: Floats
    first_year: int

    def members(self, year: int) -> Codes:
        """Return the cluster of each organisation in a year, (n,) int32; -1 is none.

        Raises
        ------
        InvalidArgument
            The year lies outside the history.
        """
        column = year - self.first_year
        if not 0 <= column < self.label.shape[1]:
            raise InvalidArgument(
                f"HistoryTruth.members: years are {self.first_year} to "
                f"{self.first_year + self.label.shape[1] - 1}, got {year}"
            )
        there = (self.opened <= year) & (year <= self.closed) & (self.seat >= 0)
        return np.where(there, self.label[self.seat, column], -1).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class HistoryWorld:
    """A made-up study of clusters over the years and what was planted in it."""

    study: Study
    truth: HistoryTruth

    def __str__(self) -> str:
        last = self.truth.first_year + self.truth.label.shape[1] - 1
        return (
            f"HistoryWorld of {self.truth.clusters.height:,} clusters from "
            f"{self.truth.first_year} to {last}: {self.study!r}"
        )


def event_rows(
    scripts: Sequence[Script], fates: Sequence[str], codes: Sequence[int], *, first_year: int
) -> pl.DataFrame:
    """Return the planted events; `codes` holds the first cluster of each city-region."""
    found = []
    for area, (one, fate, code) in enumerate(zip(scripts, fates, codes, strict=True)):
        if one.turns < 0:
            continue
        before, after = (
            sorted({int(x) + code for x in one.label[:, column] if x >= 0})
            for column in (one.turns - 1, one.turns)
        )
        found.append((first_year + one.turns, fate, area, before, after))
    return pl.DataFrame(
        found, orient="row",
        schema={"year": pl.Int64, "kind": pl.String, "area": pl.Int64,
                "before": pl.List(pl.Int64), "after": pl.List(pl.Int64)},
    ).sort("year", "area")  # fmt: skip
