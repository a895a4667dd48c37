"""Clusters of each year, industry by industry: followed, named and measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from buzzline.arrays import Indices, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.lifecycle_drift import labels_of
from buzzline.clusters.lifecycle_following import Event, HistoryRule, Step, followed
from buzzline.clusters.lifecycle_heterogeneity import heterogeneity_of
from buzzline.clusters.lifecycle_knowledge import Citations, exchanges
from buzzline.clusters.lifecycle_presence import Presence
from buzzline.clusters.lifecycle_tables import Row, Track
from buzzline.clusters.names import slug, unique
from buzzline.quantities import Share
from buzzline.randomness import child
from buzzline.tables.study import Study


@dataclass(frozen=True, slots=True, eq=False)
class Lineage:
    """The clusters of one industry over the years.

    Attributes
    ----------
    industry : str
    steps : list of Step
    events : list of Event
    names : dict of track to Row     `history_id`, `label`, `industry`, `longitude`, `latitude`
    """

    industry: str
    steps: list[Step]
    events: list[Event]
    names: dict[int, Row]


def lineages(
    study: Study,
    found: Mapping[int, Clustering],
    seen: Presence,
    *,
    rule: HistoryRule,
    draws: int,
    seed: int,
) -> list[Lineage]:
    """Return what became of the clusters of each industry.

    Parameters
    ----------
    study : Study
    found : mapping of year to Clustering
        Of every year of `seen`.
    seen : Presence
    rule : HistoryRule
    draws : int
        Resampled members behind the support of each event.
    seed : int
    """
    members: dict[str, list[list[Indices]]] = {}
    codes: dict[str, list[list[int]]] = {}
    for at, year in enumerate(seen.years):
        for industry, label in labels_of(found[year], study).items():
            rows = np.flatnonzero((label >= 0) & seen.there[at])
            ordered = rows[np.argsort(label[rows], kind="stable")]
            edges = np.flatnonzero(np.diff(label[ordered])) + 1
            parts = [as_indices(part) for part in np.split(ordered, edges) if part.size]
            members.setdefault(industry, [[] for _ in seen.years])[at] = parts
            own = codes.setdefault(industry, [[] for _ in seen.years])
            own[at] = [int(label[part[0]]) for part in parts]
    each = {
        industry: followed(
            by_year, seen.there, years=seen.years, rule=rule, draws=draws,
            rng=child(seed, "support", industry),
        )
        for industry, by_year in members.items()
    }  # fmt: skip
    named = {
        industry: _named(steps, members[industry], codes[industry], found=found, seen=seen)
        for industry, (steps, _) in each.items()
    }
    flat = [row for names in named.values() for row in names.values()]
    ids = unique([f"{slug(str(row['industry']))}/{slug(str(row['label']))}" for row in flat])
    for row, history_id in zip(flat, ids, strict=True):
        row["history_id"] = history_id
    return [
        Lineage(industry, steps, events, named[industry])
        for industry, (steps, events) in each.items()
    ]


def _named(
    steps: Sequence[Step], members: Sequence[Sequence[Indices]],
    codes: Sequence[Sequence[int]], *, found: Mapping[int, Clustering], seen: Presence,
) -> dict[int, Row]:  # fmt: skip
    """Return what each cluster over the years is called: as in the year it was largest."""
    largest: dict[int, Step] = {}
    for step in steps:
        best = largest.get(step.track)
        if best is None or step.members.size > best.members.size:
            largest[step.track] = step
    named = {}
    for track in sorted(largest):
        step = largest[track]
        place = next(k for k, one in enumerate(members[step.at]) if one is step.members)
        row = found[seen.years[step.at]].clusters.row(codes[step.at][place], named=True)
        named[track] = {
            key: row.get(key) for key in ("label", "industry", "longitude", "latitude")
        }
    return named


def tracks_of(
    one: Lineage,
    seen: Presence,
    *,
    profiles: Mapping[int, csr_array],
    cited: Citations,
    level: Share,
) -> dict[int, Track]:
    """Return each cluster of an industry with what was measured in each of its years.

    Parameters
    ----------
    one : Lineage
    seen : Presence
    profiles : mapping of year to (organisations, classes) sparse
    cited : Citations
    level : share
    """
    traded = {}
    for at, year in enumerate(seen.years):
        label = np.full(seen.there.shape[1], -1, np.int32)
        own = [step for step in one.steps if step.at == at]
        for k, step in enumerate(own):
            label[step.members] = k
        for step, exchange in zip(own, exchanges(cited, label, year), strict=True):
            traded[at, step.track] = exchange
    by_track: dict[int, list[Step]] = {}
    for step in one.steps:
        by_track.setdefault(step.track, []).append(step)
    return {
        track: Track(
            one.names[track], as_indices([s.at for s in steps]),
            tuple(s.members for s in steps),
            tuple(heterogeneity_of(_chosen(profiles.get(seen.years[s.at]), s.members), level)
                  for s in steps),
            tuple(traded[s.at, track] for s in steps),
        )
        for track, steps in by_track.items()
    }  # fmt: skip


def _chosen(profiles: csr_array | None, members: Indices) -> csr_array:
    return profiles[members] if profiles is not None else csr_array((members.size, 1))
