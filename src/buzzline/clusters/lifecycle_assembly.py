"""Everything about clusters over the years put together as a `ClusterHistory`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from buzzline.arrays import Floats
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.lifecycle_drift import (
    Delineate,
    Turnover,
    drift_row,
    labels_of,
    overall_row,
    turnover_null,
    with_q,
)
from buzzline.clusters.lifecycle_following import Event, HistoryRule
from buzzline.clusters.lifecycle_heterogeneity import heterogeneity_of, profiles_by_year
from buzzline.clusters.lifecycle_history import (
    CLUSTER_SCHEMA,
    DRIFT_SCHEMA,
    EVENT_SCHEMA,
    FLOW_SCHEMA,
    MEMBER_SCHEMA,
    STATE_SCHEMA,
    YEAR_SCHEMA,
    ClusterHistory,
)
from buzzline.clusters.lifecycle_knowledge import Citations, citations_of
from buzzline.clusters.lifecycle_presence import Presence
from buzzline.clusters.lifecycle_tables import (
    Row,
    Track,
    cluster_row,
    ends_of,
    event_row,
    flow_rows,
    state_rows,
    stay_rows,
    year_rows,
)
from buzzline.clusters.lifecycle_tracks import Lineage, lineages, tracks_of
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Share
from buzzline.randomness import child
from buzzline.resampling import too_few_draws
from buzzline.tables.study import Study

NULL_SHARE = 5  # of the draws, one in so many is a whole delineation anew


@dataclass(frozen=True, slots=True)
class Terms:
    """How sure to be, and of what chance.

    Attributes
    ----------
    rule : HistoryRule
    level : share
    draws : int
    seed : int
    """

    rule: HistoryRule
    level: Share
    draws: int
    seed: int


def history_of(
    study: Study,
    found: Mapping[int, Clustering],
    seen: Presence,
    *,
    terms: Terms,
    delineate: Delineate | None,
    progress: Progress = silent,
) -> ClusterHistory:
    """Return the history of the clusters of each year.

    Parameters
    ----------
    study : Study
    found : mapping of year to Clustering
        Of every year of `seen`.
    seen : Presence
    terms : Terms
    delineate : callable or None
        How the clusters were found, for the null of drift.
    """
    each = lineages(study, found, seen, rule=terms.rule, draws=terms.draws, seed=terms.seed)
    turnover = _turnovers(study, found, seen, terms=terms, delineate=delineate,
                          progress=progress)  # fmt: skip
    cited, profiles = citations_of(study), profiles_by_year(study, seen.years)
    of = [
        tracks_of(one, seen, profiles=profiles, cited=cited, level=terms.level) for one in each
    ]
    rows = _cluster_rows(each, of, seen, profiles=profiles, cited=cited, terms=terms)
    events = [
        event_row(event, seen, names=one.names, industry=one.industry)
        | _by_chance(one, event, turnover)
        for one in each
        for event in one.events
    ]
    states = state_rows([track for own in of for track in own.values()], seen)
    flows = [flow_rows(one.steps, one.names, seen, industry=one.industry) for one in each]
    known = study.organisations["org_id"]
    stays = [stay_rows(one.steps, one.names, seen, org_id=known) for one in each]
    return ClusterHistory(
        clusters=_frame(rows[0], CLUSTER_SCHEMA).sort(-pl.col("n_most"), "history_id"),
        years=_frame(rows[1], YEAR_SCHEMA).sort("history_id", "year"),
        events=_frame(events, EVENT_SCHEMA).sort("year", "industry", "kind", "before"),
        states=_frame(states, STATE_SCHEMA),
        drift=_drift(
            study, found, seen, terms=terms, turnover=turnover,
            why=_why_no_null(delineate, terms.draws // NULL_SHARE),
        ),
        flows=_joined(flows, FLOW_SCHEMA), members=_joined(stays, MEMBER_SCHEMA),
        rule=terms.rule, level=terms.level, draws=terms.draws,
        notes=(*seen.notes, *_few_draws(terms, delineate)),
    )  # fmt: skip


def _cluster_rows(
    each: Sequence[Lineage],
    of: Sequence[Mapping[int, Track]],
    seen: Presence,
    *,
    profiles: Mapping[int, csr_array],
    cited: Citations,
    terms: Terms,
) -> tuple[list[Row], list[Row]]:
    """Return one row a cluster, and one a cluster and year."""
    level = terms.level
    expected = {year: heterogeneity_of(one, level).value for year, one in profiles.items()}
    clusters, years = list[Row](), list[Row]()
    for one, own in zip(each, of, strict=True):
        for number, track in own.items():
            ends = ends_of(number, track.at, one.events, seen=seen, rule=terms.rule)
            clusters.append(cluster_row(
                track, seen, ends=ends, has_citations=bool(cited.year.size), level=level
            ))  # fmt: skip
            years += year_rows(track, seen, expected=expected, level=level)
    return clusters, years


def _turnovers(
    study: Study,
    found: Mapping[int, Clustering],
    seen: Presence,
    *,
    terms: Terms,
    delineate: Delineate | None,
    progress: Progress,
) -> dict[tuple[str, int], Turnover]:
    """Return what turnover alone gives, by industry and position of the later year."""
    draws = terms.draws // NULL_SHARE
    drawn: dict[tuple[str, int], Turnover] = {}
    if delineate is None or not draws:
        return drawn
    for at in told(progress, "years with turnover alone", range(1, len(seen.years))):
        if seen.years[at] - seen.years[at - 1] > terms.rule.longest_gap:
            continue
        null = turnover_null(
            study, found[seen.years[at - 1]], between=(seen.there[at - 1], seen.there[at]),
            delineate=delineate, overlap=terms.rule.overlap, draws=draws,
            rng=child(terms.seed, "turnover", seen.years[at]),
        )  # fmt: skip
        drawn |= {(industry, at): one for industry, one in null.items()}
    return drawn


def _drift(
    study: Study,
    found: Mapping[int, Clustering],
    seen: Presence,
    *,
    terms: Terms,
    turnover: Mapping[tuple[str, int], Turnover],
    why: str,
) -> pl.DataFrame:
    rows: dict[str, list[Row]] = {}
    nulls: dict[str, list[Floats]] = {}
    nowhere = np.full(study.organisations.height, -1, np.int32)
    for at in range(1, len(seen.years)):
        pair = seen.years[at - 1], seen.years[at]
        if pair[1] - pair[0] > terms.rule.longest_gap:
            continue
        both = seen.there[at - 1] & seen.there[at]
        first, second = (labels_of(found[year], study) for year in pair)
        for industry, label in first.items():
            drawn = turnover.get((industry, at))
            null = drawn.moved if drawn is not None else np.empty(0)
            row = drift_row(
                label, second.get(industry, nowhere), both, null=null, why=why,
                level=terms.level,
            )  # fmt: skip
            named = {"industry": industry, "since": pair[0], "year": pair[1]}
            rows.setdefault(industry, []).append(named | row)
            nulls.setdefault(industry, []).append(null)
    out: list[Row] = []
    for industry, own in rows.items():
        overall = overall_row(own, nulls[industry], terms.level)
        out += ([{"industry": industry} | overall] if overall else []) + own
    return with_q(_frame(out, DRIFT_SCHEMA))


def _by_chance(one: Lineage, event: Event, turnover: Mapping[tuple[str, int], Turnover]) -> Row:
    """Return how many events of a kind turnover alone gives that year, and p of as many."""
    drawn = turnover.get((one.industry, event.at))
    if drawn is None:
        return {}
    counts = np.array([each[event.kind] for each in drawn.events])
    n = sum(other.kind == event.kind and other.at == event.at for other in one.events)
    cells: Row = {"by_chance": float(counts.mean())}
    if event.kind != "dissolved":
        cells["p"] = (1 + int((counts >= n).sum())) / (1 + counts.size)
    return cells


def _few_draws(terms: Terms, delineate: Delineate | None) -> list[str]:
    """Say where a fifth of the draws cannot show that a border moved."""
    said = too_few_draws(terms.draws // NULL_SHARE, terms.level)
    if delineate is None or not said:
        return []
    return [f"Drift and events: {said}, which are {NULL_SHARE} times as many `draws`."]


def _why_no_null(delineate: Delineate | None, draws: int) -> str:
    if delineate is None:
        return "no null: how these clusters were found is not known"
    return "" if draws else f"no null: fewer than {NULL_SHARE} draws"


def _frame(rows: Sequence[Mapping[str, object]], schema: Mapping[str, type]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    frame = pl.DataFrame(columns, schema=dict(schema), strict=False)
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))


def _joined(parts: Sequence[pl.DataFrame], schema: Mapping[str, type]) -> pl.DataFrame:
    empty = pl.DataFrame(schema=dict(schema))
    return pl.concat([empty, *(one.cast(empty.schema) for one in parts if one.height)])
