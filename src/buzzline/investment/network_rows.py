"""Rows of the network of clusters: whole, without the largest group, by period, and trends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.investment.arrival_shares import pair_concentration
from buzzline.investment.arrivals import Arrivals
from buzzline.investment.network_measures import (
    DIRECTED,
    MEASURES,
    Measured,
    Parcels,
    directed_measures,
    parcels_of,
    shared_measures,
    tied_measures,
    too_small,
)
from buzzline.investment.periods import Span, period_numbers, periods_dealt, periods_of
from buzzline.network.reciprocity import feedback_share, on_cycles, reciprocity
from buzzline.network.rich_club import assortativity, cores
from buzzline.network.small_world import mean_clustering, mean_distance
from buzzline.randomness import child
from buzzline.resampling import central_range, false_discovery_q

WHOLE = "all years"
FEWEST_A_PERIOD = 30  # deals between clusters
Row = dict[str, object]
MEASURE_SCHEMA = {
    "period": pl.String, "measure": pl.String, "value": pl.Float64, "expected": pl.Float64,
    "expected_low": pl.Float64, "expected_high": pl.Float64, "level": pl.Float64,
    "p": pl.Float64, "q": pl.Float64, "verdict": pl.String, "plain": pl.Float64,
    "without_largest": pl.Float64, "without_largest_p": pl.Float64,
    "n_clusters": pl.Int64, "n_ties": pl.Int64, "n_deals": pl.Int64,
    "n_groups": pl.Int64, "status": pl.String,
}  # fmt: skip
TREND_SCHEMA = {
    "measure": pl.String, "first_period": pl.String, "last_period": pl.String,
    "first": pl.Float64, "last": pl.Float64, "value": pl.Float64,
    "expected_low": pl.Float64, "expected_high": pl.Float64, "level": pl.Float64,
    "p": pl.Float64, "q": pl.Float64, "n_deals": pl.Int64, "status": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for."""

    level: float
    draws: int
    seed: int
    is_directed: bool
    word: str


def whole_rows(between: Arrivals, asked: Asked) -> tuple[list[Row], pl.DataFrame]:
    """Return the rows of all years, and the curve of the rich club."""
    rows, club = _rows(between, WHOLE, asked)
    sizes = np.bincount(between.group) if between.n else np.zeros(1, int)
    rest = between.of(between.group != int(np.argmax(sizes)))
    again = {str(row["measure"]): row for row in _rows(rest, "without the largest", asked)[0]}
    for row in rows:
        other = again.get(str(row["measure"]), {})
        row |= {"without_largest": other.get("value"), "without_largest_p": other.get("p")}
    return rows, club


def period_rows(between: Arrivals, n: int, asked: Asked) -> tuple[list[Row], tuple[Span, ...]]:
    """Return the rows of every period, and the periods."""
    periods = periods_of(between.year, n)
    number, rows = period_numbers(between.year, periods), list[Row]()
    for k, span in enumerate(periods):
        own = between.of(number == k)
        name = named(span)
        if own.n < FEWEST_A_PERIOD:
            few = f"not testable: {own.n} {asked.word}s; at least {FEWEST_A_PERIOD} are needed"
            rows += [_unmeasured(own, name, measure, few, asked) for measure in _asked(asked)]
        else:
            rows += _rows(own, name, asked)[0]
    return rows, periods


def trend_rows(
    between: Arrivals, landed: Arrivals, *, periods: tuple[Span, ...], asked: Asked
) -> list[Row]:
    """Return the change of measures from the first period to the last, against chance.

    Chance deals periods anew among groups: all deals of a group in one period together.
    """
    if len(periods) < 2:
        return []
    rows = []
    ends = (0, len(periods) - 1)
    for name, (function, needs_direction) in TRENDS.items():
        if needs_direction and not asked.is_directed:
            continue
        these = landed if name == "concentration" else between
        number = period_numbers(these.year, periods)
        counts = [int((number == k).sum()) for k in ends]
        row: Row = {
            "measure": name, "first_period": named(periods[0]), "level": asked.level,
            "last_period": named(periods[-1]), "n_deals": int((number >= 0).sum()),
        }  # fmt: skip
        if min(counts) < FEWEST_A_PERIOD:
            more = FEWEST_A_PERIOD - min(counts)
            few = f"not testable: {more} more {asked.word}s in the first or last period needed"
            rows.append(row | {"status": few})
            continue
        first, last = (function(these.of(number == k)) for k in ends)
        rng = child(asked.seed, "trend", name)
        dealt = []
        for _ in range(asked.draws):
            anew = periods_dealt(these.group, number, rng)
            one, other = (function(these.of(anew == k)) for k in ends)
            dealt.append(other - one)
        rows.append(row | {"first": first, "last": last, "value": last - first}
                    | against(last - first, as_floats(dealt), asked.level))  # fmt: skip
    return rows


def frame_of(rows: Sequence[Row], schema: dict[str, Any]) -> pl.DataFrame:
    """Return rows as a frame, with q over all that were tested in one period."""
    columns = {name: [row.get(name) for row in rows] for name in schema}
    frame = pl.DataFrame(columns, schema=schema, strict=False)
    frame = frame.with_columns(pl.col(pl.Float64).fill_nan(None))
    q = np.full(frame.height, np.nan)
    period = np.array([str(row.get("period")) for row in rows], dtype=object)
    is_tested = frame["p"].is_not_null().to_numpy()
    for one in dict.fromkeys(period.tolist()):
        at = np.flatnonzero(is_tested & (period == one))
        q[at] = false_discovery_q(as_floats(frame["p"].to_numpy()[at]))
    return frame.with_columns(pl.Series("q", q, nan_to_null=True))


def named(span: Span) -> str:
    """Return the name of a period, such as 2004-2009."""
    return str(span[0]) if span[0] == span[1] else f"{span[0]}-{span[1]}"


def _asked(asked: Asked) -> tuple[str, ...]:
    return tuple(name for name in MEASURES if asked.is_directed or name not in DIRECTED)


def _rows(own: Arrivals, period: str, asked: Asked) -> tuple[list[Row], pl.DataFrame]:
    parcels = parcels_of(own)
    if few := too_small(parcels, asked.word):
        empty = pl.DataFrame(schema=CLUB_SCHEMA)
        return [_unmeasured(own, period, name, few, asked) for name in _asked(asked)], empty
    found, club = _measured(parcels, period, asked)
    rows = [
        _unmeasured(own, period, name, found[name].reason or "measured", asked)
        | {"n_clusters": found[name].n_clusters, "n_ties": found[name].n_ties}
        | value_columns(found[name], asked.level)
        for name in _asked(asked)
    ]
    return rows, club


CLUB_SCHEMA = {
    "k": pl.Int64, "n_clusters": pl.Int64, "value": pl.Float64, "expected": pl.Float64,
    "expected_low": pl.Float64, "expected_high": pl.Float64,
}  # fmt: skip


def _measured(
    parcels: Parcels, period: str, asked: Asked
) -> tuple[dict[str, Measured], pl.DataFrame]:
    rng = [child(asked.seed, "network", period, k) for k in range(3)]
    found, club = tied_measures(parcels, asked.draws, level=asked.level, rng=rng[0])
    found |= shared_measures(parcels, asked.draws, rng[1])
    if asked.is_directed:
        found |= directed_measures(parcels, asked.draws, rng[2])
    return found, club


def _unmeasured(own: Arrivals, period: str, measure: str, why: str, asked: Asked) -> Row:
    return {
        "period": period, "measure": measure, "level": asked.level, "n_deals": own.n,
        "n_groups": own.n_groups, "status": why,
    }  # fmt: skip


def value_columns(found: Measured, level: float) -> Row:
    """Return the value of a measure, the range of chance and, where it is tested, p."""
    row: Row = {"value": found.value, "plain": found.plain}
    known = found.dealt[np.isfinite(found.dealt)]
    if known.size:
        low, high = central_range(known, level)
        row |= {"expected": float(known.mean()), "expected_low": low, "expected_high": high}
    return row if found.reason else row | against(found.value, found.dealt, level)


def against(value: float, dealt: Floats, level: float) -> Row:
    """Return the band of chance and a two-sided p."""
    known = dealt[np.isfinite(dealt)]
    if not np.isfinite(value) or known.size < max(dealt.size, 1):
        return {"status": "not testable: not defined for every network that chance gives"}
    above = int((known >= value - 1e-12).sum())
    below = int((known <= value + 1e-12).sum())
    p = min(1.0, 2 * (1 + min(above, below)) / (1 + known.size))
    low, high = central_range(known, level)
    verdict = "as chance gives"
    if p <= 1 - level + 1e-12:
        verdict = "above chance" if above < below else "below chance"
    return {
        "expected_low": low,
        "expected_high": high,
        "p": p,
        "verdict": verdict,
        "status": "measured",
    }


def _of_ties(function: Callable[..., float]) -> Callable[[Arrivals], float]:
    return lambda own: function(parcels_of(own).ties().giant())


def _of_flows(function: Callable[..., float]) -> Callable[[Arrivals], float]:
    return lambda own: function(parcels_of(own).flows())


TRENDS: dict[str, tuple[Callable[[Arrivals], float], bool]] = {
    "concentration": (lambda own: pair_concentration(own.group, own.destination).value, False),
    "clustering": (_of_ties(mean_clustering), False),
    "distance": (_of_ties(mean_distance), False),
    "assortativity": (_of_ties(assortativity), False),
    "core": (_of_ties(lambda ties: float(cores(ties).max(initial=0))), False),
    "reciprocity": (_of_flows(lambda flows: reciprocity(flows)[1]), True),
    "on_cycles": (_of_flows(on_cycles), True),
    "feedback": (_of_flows(feedback_share), True),
}
