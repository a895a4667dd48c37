"""Clusters followed over the years, written out as the tables of a `ClusterHistory`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import polars as pl
from scipy.stats import norm

from buzzline.arrays import Floats, Indices, as_floats
from buzzline.clusters.lifecycle_following import Event, HistoryRule, Step, growth_of
from buzzline.clusters.lifecycle_heterogeneity import Heterogeneity
from buzzline.clusters.lifecycle_history import IN_NONE, NOT_THERE
from buzzline.clusters.lifecycle_knowledge import Exchange, Turn, ratio_with_interval, turn_of
from buzzline.clusters.lifecycle_presence import Presence
from buzzline.clusters.lifecycle_states import (
    FEWEST_YEARS,
    STATES,
    Course,
    state_probabilities,
)
from buzzline.quantities import Share

Row = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One cluster over the years, with what was measured in each.

    Attributes
    ----------
    name : Row                         `history_id`, `label`, `industry`, and where it is
    at : (t,) int64                    positions of the years it was found in
    members : tuple of (k,) int64
    known : tuple of Heterogeneity     of each year
    traded : tuple of Exchange
    """

    name: Row
    at: Indices
    members: tuple[Indices, ...]
    known: tuple[Heterogeneity, ...]
    traded: tuple[Exchange, ...]

    @property
    def size(self) -> Floats:
        """Members in each year it was found in."""
        return as_floats([one.size for one in self.members])

    def turnover(self) -> tuple[Floats, Floats]:
        """Return who entered and who left from each year found to the next."""
        pairs = list(zip(self.members[:-1], self.members[1:], strict=True))
        entered = [np.setdiff1d(b, a, assume_unique=True).size for a, b in pairs]
        left = [np.setdiff1d(a, b, assume_unique=True).size for a, b in pairs]
        return as_floats(entered), as_floats(left)


def year_rows(
    track: Track, seen: Presence, *, expected: Mapping[int, float], level: Share
) -> list[Row]:
    """Return one row a year from the first to the last a cluster was found in.

    Parameters
    ----------
    track : Track
    seen : Presence
    expected : mapping of year to float
        Mean cognitive distance of any two organisations with items.
    level : share
    """
    entered, left = track.turnover()
    growth, se = _growth(track, seen)
    reach = float(norm.ppf((1 + level) / 2)) * se
    place = {int(at): k for k, at in enumerate(track.at)}
    rows: list[Row] = []
    for at in range(int(track.at[0]), int(track.at[-1]) + 1):
        row = track.name | {"year": seen.years[at], "level": level, "status": "not found"}
        if at in place:
            k = place[at]
            row |= {"n_members": track.members[k].size, "status": "found"}
            row |= _knowledge_cells(track.known[k], track.traded[k], level)
            row["heterogeneity_expected"] = expected.get(seen.years[at])
            if k:
                ends = float(growth[k - 1] - reach[k - 1]), float(growth[k - 1] + reach[k - 1])
                row |= {
                    "n_entered": int(entered[k - 1]), "n_left": int(left[k - 1]),
                    "growth": float(growth[k - 1]), "growth_low": ends[0],
                    "growth_high": ends[1], "verdict": _course(*ends),
                }  # fmt: skip
        rows.append(row)
    return rows


def _growth(track: Track, seen: Presence) -> tuple[Floats, Floats]:
    """Return growth a year and its error from each year found to the next."""
    if track.at.size < 2:
        return np.empty(0), np.empty(0)
    value, se = growth_of(track.size, *track.turnover())
    between = np.diff(np.array(seen.years)[track.at])
    return value / between, se / between


def _course(low: float, high: float) -> str:
    return "grown" if low > 0 else "shrunk" if high < 0 else "stable"


def _knowledge_cells(known: Heterogeneity, traded: Exchange, level: Share) -> Row:
    cells: Row = {
        "n_known": known.n, "heterogeneity": known.value, "heterogeneity_low": known.low,
        "heterogeneity_high": known.high,
        "received": int(traded.received), "made": int(traded.made),
    }  # fmt: skip
    if traded.received + traded.made:
        names = ("ratio", "ratio_low", "ratio_high")
        cells |= dict(zip(names, ratio_with_interval(traded, level), strict=True))
    return cells


def cluster_row(
    track: Track, seen: Presence, *, ends: tuple[str, str], has_citations: bool, level: Share
) -> Row:
    """Return what became of a cluster over all its years."""
    years = np.array(seen.years)[track.at]
    row = track.name | {
        "first_year": int(years[0]), "last_year": int(years[-1]), "n_years": int(years.size),
        "began": ends[0], "ended": ends[1], "n_first": int(track.members[0].size),
        "n_last": int(track.members[-1].size), "level": level,
        "n_most": int(track.size.max()), "course": "not testable",
    }  # fmt: skip
    if years.size > 1:
        value, se = growth_of(track.size, *track.turnover())
        whole = float(years[-1] - years[0])
        middle = float(value.sum()) / whole
        reach = float(norm.ppf((1 + level) / 2)) * float(np.sqrt((se**2).sum())) / whole
        row |= {
            "value": middle, "low": middle - reach, "high": middle + reach,
            "course": _turned(value, se, level) or _course(middle - reach, middle + reach),
        }  # fmt: skip
    return row | _exchange_cells(track, years, has_citations=has_citations, level=level)


def _turned(value: Floats, se: Floats, level: Share) -> str:
    """Return "rose and fell" or "fell and rose" where both are beyond chance, else nothing.

    The turn is looked for among all years, so each part is held to a stricter level.
    """
    level = 1 - (1 - level) / value.size
    z = float(norm.ppf((1 + level) / 2))
    size = np.cumsum(value)
    for sign, said in ((1, "rose and fell"), (-1, "fell and rose")):
        at = int(np.argmax(sign * size)) + 1
        first, last = sign * float(value[:at].sum()), -sign * float(value[at:].sum())
        errors = float(np.sqrt((se[:at] ** 2).sum())), float(np.sqrt((se[at:] ** 2).sum()))
        if first > z * errors[0] and last > z * errors[1] > 0:
            return said
    return ""


def _exchange_cells(track: Track, years: Indices, *, has_citations: bool, level: Share) -> Row:
    if not has_citations:
        turn = Turn("not testable", *(nan,) * 6, "there are no dated citations")
    else:
        turn = turn_of(years, list(track.traded), level)
    return {
        "exchange": turn.verdict, "exchange_reason": turn.reason or None,
        "crossing_year": turn.year, "crossing_low": turn.low, "crossing_high": turn.high,
    }  # fmt: skip


def state_rows(tracks: Sequence[Track], seen: Presence) -> list[Row]:
    """Return the state probabilities of clusters with enough years, and why not of others."""
    enough = [_unbroken(track, seen) >= FEWEST_YEARS for track in tracks]
    chosen = [track for track, is_enough in zip(tracks, enough, strict=True) if is_enough]
    rows: list[Row] = [
        track.name | {"status": _too_short(_unbroken(track, seen))}
        for track, is_enough in zip(tracks, enough, strict=True)
        if not is_enough
    ]
    if not chosen:
        return rows
    courses = [_course_of(track, seen) for track in chosen]
    states, _ = state_probabilities(courses)
    found: list[Row] = []
    for track, course, one in zip(chosen, courses, states, strict=True):
        known = np.isfinite(course.change).any()
        status = "measured" if known else "from size alone: heterogeneity is not known"
        for k, at in enumerate(range(int(track.at[0]), int(track.at[-1]) + 1)):
            found.append(
                track.name
                | {"year": seen.years[at], "renewal": float(one.renewal[k]), "status": status}
                | dict(zip(STATES, one.probability[k].tolist(), strict=True))
            )
    return found + rows


def _unbroken(track: Track, seen: Presence) -> int:
    """Return the number of yearly points; 0 where the years it spans have gaps."""
    years = np.array(seen.years)[int(track.at[0]) : int(track.at[-1]) + 1]
    return int(track.at.size) if (np.diff(years) == 1).all() else 0


def _too_short(n: int) -> str:
    if not n:
        return "not testable: years between are not observed"
    return f"not testable: {n} yearly point{'' if n == 1 else 's'}, {FEWEST_YEARS} are needed"


def _course_of(track: Track, seen: Presence) -> Course:
    first, n = int(track.at[0]), int(track.at[-1] - track.at[0]) + 1
    size, value, error, level, level_error = (np.full(n, nan) for _ in range(5))
    place = track.at - first
    size[place] = track.size
    value[place[1:]], error[place[1:]] = _growth(track, seen)
    level[place] = [one.value for one in track.known]
    level_error[place] = [one.se for one in track.known]
    change = np.concatenate([[nan], np.diff(level)])
    change_error = np.concatenate([[nan], np.hypot(level_error[1:], level_error[:-1])])
    return Course(size, value, error, change, change_error)


def event_row(event: Event, seen: Presence, *, names: Mapping[int, Row], industry: str) -> Row:
    """Return what befell clusters in one row."""
    cells = event.cells
    before, after = cells[:-2].sum(), cells[:, :-2].sum()
    return {
        "year": seen.years[event.at], "since": seen.years[event.since], "industry": industry,
        "kind": event.kind, "n_before": int(before), "n_after": int(after),
        "n_shared": int(cells[:-2, :-2].sum()), "n_new": int(cells[-1, :-2].sum()),
        "n_gone": int(cells[:-2, -1].sum()), "support": event.support,
        "before": _joined(names, event.before, "label"),
        "after": _joined(names, event.after, "label"),
        "before_ids": _joined(names, event.before, "history_id"),
        "after_ids": _joined(names, event.after, "history_id"),
    }  # fmt: skip


def _joined(names: Mapping[int, Row], tracks: Sequence[int], column: str) -> str:
    return " + ".join(str(names[track][column]) for track in tracks)


def ends_of(
    track: int, at: Indices, events: Sequence[Event], *, seen: Presence, rule: HistoryRule
) -> tuple[str, str]:
    """Return how a cluster began and how it ended."""
    first, last = int(at[0]), int(at[-1])
    began = [e.kind for e in events if track in e.after and e.at == first]
    ended = [e.kind for e in events if track in e.before and e.at > last]
    years = seen.years

    def unseen(one: int, other: int) -> bool:
        return years[other] - years[one] > rule.longest_gap

    if not began:
        began = ["there at the start" if first == 0 else "first seen after a gap"]
    if not ended:
        final = last == len(years) - 1
        gap = not final and unseen(last, last + 1)
        ended = ["there at the end" if final else "not observed further" if gap else "lost"]
    return began[0], ended[0]


def flow_rows(
    steps: Sequence[Step], names: Mapping[int, Row], seen: Presence, *, industry: str
) -> pl.DataFrame:
    """Return where members of each year were the year before, and where they went."""
    by_year: dict[int, list[Step]] = {}
    for step in steps:
        by_year.setdefault(step.at, []).append(step)
    ids = [str(names[track]["history_id"]) for track in sorted(names)] + [IN_NONE, NOT_THERE]
    code = {track: number for number, track in enumerate(sorted(names))}
    n_ids = len(ids)
    parts = []
    for at in range(1, len(seen.years)):
        sides = []
        for year in (at - 1, at):
            label = np.where(seen.there[year], n_ids - 2, n_ids - 1)
            for step in by_year.get(year, ()):
                label[step.members] = code[step.track]
            sides.append(label)
        chosen = (sides[0] < n_ids - 2) | (sides[1] < n_ids - 2)
        pair, count = np.unique(sides[0][chosen] * n_ids + sides[1][chosen], return_counts=True)
        parts.append(pl.DataFrame({
            "industry": [industry] * pair.size, "since": [seen.years[at - 1]] * pair.size,
            "year": [seen.years[at]] * pair.size,
            "before": [ids[k] for k in pair // n_ids], "after": [ids[k] for k in pair % n_ids],
            "n": count,
        }, schema_overrides={"industry": pl.String, "before": pl.String, "after": pl.String,
                             "since": pl.Int64, "year": pl.Int64}))  # fmt: skip
    return pl.concat(parts) if parts else pl.DataFrame()


def stay_rows(
    steps: Sequence[Step], names: Mapping[int, Row], seen: Presence, *, org_id: pl.Series
) -> pl.DataFrame:
    """Return the unbroken stays of members: from when to when each was in which cluster."""
    if not steps:
        return pl.DataFrame()
    ordered = sorted(names)
    code = {track: number for number, track in enumerate(ordered)}
    who = np.concatenate([step.members for step in steps])
    at = np.repeat([step.at for step in steps], [step.members.size for step in steps])
    track = np.repeat(
        [code[step.track] for step in steps], [step.members.size for step in steps]
    )
    order = np.lexsort((at, who, track))
    who, at, track = who[order], at[order], track[order]
    begins = np.ones(who.size, np.bool_)
    begins[1:] = (np.diff(who) != 0) | (np.diff(track) != 0) | (np.diff(at) != 1)
    first = np.flatnonzero(begins)
    last = np.append(first[1:], who.size) - 1
    years = np.array(seen.years, dtype=np.int64)
    ids = pl.Series([str(names[one]["history_id"]) for one in ordered])
    return pl.DataFrame({
        "history_id": ids.gather(track[first]), "org_id": org_id.gather(who[first]),
        "since": years[at[first]], "until": years[at[last]],
    })  # fmt: skip
