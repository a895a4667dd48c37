"""The measures of inequality of one indicator in one year, row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import polars as pl
from scipy.stats import norm

from buzzline.agglomeration.areas import Areas
from buzzline.agglomeration.theil import (
    NestedTheil,
    beta_convergence,
    log_spread,
    mean_log_deviation,
    nested_theil,
    poorest_share,
    spatial_gini,
    weighted_gini,
)
from buzzline.arrays import Codes, Floats, Indices, as_floats
from buzzline.quantities import Share
from buzzline.randomness import child
from buzzline.resampling import central_range

MARGIN_IN_SD = float(norm.ppf(0.975))  # `outcomes.margin` is the half-width at 95 %
FEWEST_PLACES = 3
MEASURED, TOO_FEW, NOT_DEFINED = "measured", "too few places", "not defined"
WITHIN_MARGINS = "within margins"
NEGATIVE, NOT_POSITIVE = "a value is negative, or all are 0", "a value is not above 0"
SCHEMA: dict[str, type[pl.DataType]] = {
    "indicator": pl.String, "year": pl.Int64, "measure": pl.String, "part": pl.String,
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
    "share": pl.Float64, "chance_low": pl.Float64, "chance_high": pl.Float64, "p": pl.Float64,
    "n": pl.Int64, "status": pl.String, "reason": pl.String,
}  # fmt: skip

Row = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class PlaceValues:
    """One indicator in one year.

    Attributes
    ----------
    indicator : str
    year : int
    place : tuple of str
    y : (n,) float64                value of each place
    margin : (n,) float64           half-width of its 95 % interval; NaN where not known
    weight : (n,) float64           population, or 1
    areas : tuple of Areas          largest first
    near : neighbours, as from `near_places`
    """

    indicator: str
    year: int
    place: tuple[str, ...]
    y: Floats
    margin: Floats
    weight: Floats
    areas: tuple[Areas, ...]
    near: tuple[Indices, Codes]


def measured(values: PlaceValues, *, draws: int, level: Share, seed: int) -> list[Row]:
    """Return every measure of an indicator in one year, with interval and chance.

    Parameters
    ----------
    values : PlaceValues
    draws : int
    level : share
    seed : int
    """
    n = values.y.size
    if n < FEWEST_PLACES:
        why = f"{n} places; at least {FEWEST_PLACES} are needed"
        return [_row(values, "theil", status=TOO_FEW, reason=why)]
    noisy, why = _with_noise(values, draws, seed)
    rows = _theil_rows(values, noisy, draws=draws, level=level, seed=seed)
    for name, (measure, undefined) in _plain(values.weight).items():
        value = float(measure(values.y[None])[0])
        found = _row(values, name, value=value, reason=undefined)
        if np.isfinite(value):
            found |= {"status": MEASURED, "reason": ""}
            found |= _interval(value, None if noisy is None else measure(noisy), level)
        rows.append(found)
    rows += _spatial(values, draws=draws, level=level, seed=seed)
    for row in rows:
        row["level"] = level
        if row["status"] == MEASURED and row["low"] is None and not row["reason"]:
            row["reason"] = why
    return rows


def _plain(weight: Floats) -> dict[str, tuple[Callable[[Floats], Floats], str]]:
    """Return the measures that are one number, and why each may not be defined."""
    return {
        "gini": (lambda y: weighted_gini(y, weight), NEGATIVE),
        "mean_log_deviation": (lambda y: mean_log_deviation(y, weight), NOT_POSITIVE),
        "log_spread": (log_spread, NOT_POSITIVE),
        "lowest_40_share": (
            lambda y: as_floats([poorest_share(row, weight) for row in y]),
            NEGATIVE,
        ),
    }


def _with_noise(values: PlaceValues, draws: int, seed: int) -> tuple[Floats | None, str]:
    """Return the values with noise of their margins, (draws, n), or why there is none."""
    unknown = int(np.isnan(values.margin).sum())
    if unknown:
        return None, (
            f"no margin for {unknown:,} of {values.y.size:,} places: taken as they stand, "
            "without an interval"
        )
    if not draws:
        return None, "no draws were asked for"
    source = child(seed, "margins", values.indicator, values.year)
    noise = source.standard_normal((draws, values.y.size))
    return values.y + noise * values.margin / MARGIN_IN_SD, ""


def _interval(value: float, noisy: Floats | None, level: Share) -> Row:
    """Return the basic bootstrap interval: noise adds inequality, turning the draws removes it.

    Observed = true + what noise adds, draws = observed + what noise adds once more.
    """
    if noisy is None:
        return {}
    if not np.isfinite(noisy).all():
        return {"reason": "the margins reach values for which this is not defined: no interval"}
    low, high = central_range(noisy, level)
    turned = max(2 * value - high, 0.0), max(2 * value - low, 0.0)
    found: Row = {"low": turned[0], "high": turned[1]}
    if turned[0] == 0:
        found |= {"status": WITHIN_MARGINS, "reason": "the margins alone could give as much"}
    return found


def _theil_rows(
    values: PlaceValues, noisy: Floats | None, *, draws: int, level: Share, seed: int
) -> list[Row]:
    codes = [areas.code for areas in values.areas]
    observed = _parts(nested_theil(values.y, values.weight, areas=codes), values.areas)
    drawn = (
        {}
        if noisy is None
        else _parts(nested_theil(noisy, values.weight, areas=codes), values.areas)
    )
    whole, rows = float(observed["all"]), []
    for number, (part, one) in enumerate(observed.items()):
        value = float(one)
        row = _row(values, "theil", part=part, value=value, reason=NEGATIVE)
        if np.isfinite(value):
            row |= {"status": MEASURED, "reason": "", "share": value / whole if whole else nan}
            row |= _interval(value, drawn.get(part), level)
            if part.startswith("between") and draws:
                dealt = _dealt(values, number - 1, draws, seed)
                again = nested_theil(dealt, values.weight, areas=codes)
                row |= _against(value, np.asarray(again.between[number - 1]), level)
        rows.append(row)
    return rows


def _parts(found: NestedTheil, areas: Sequence[Areas]) -> dict[str, Floats]:
    parts = {"all": found.total}
    for one, between in zip(areas, found.between, strict=True):
        parts[f"between {one.level}"] = between
    if areas:
        parts[f"within {areas[-1].level}"] = found.within
    return parts


def _dealt(values: PlaceValues, number: int, draws: int, seed: int) -> Floats:
    """Return the values dealt among the places inside each area of the level before."""
    block = values.areas[number - 1].code if number else np.zeros(values.y.size, np.int32)
    source = child(seed, "dealt", values.indicator, values.year, number)
    home = np.argsort(block, kind="stable")
    order = np.argsort(block + source.random((draws, values.y.size)), axis=1)
    out = np.empty(order.shape)
    out[:, home] = values.y[order]
    return out


def _against(value: float, chance: Floats, level: Share) -> Row:
    low, high = central_range(chance, level)
    at_least = int((chance >= value - 1e-12 * max(abs(value), 1e-9)).sum())
    return {"chance_low": low, "chance_high": high, "p": (1 + at_least) / (1 + chance.size)}


def _spatial(values: PlaceValues, *, draws: int, level: Share, seed: int) -> list[Row]:
    """Return the share of the Gini between places that are not near, against dealt values."""
    if not values.near[1].size or not (values.y >= 0).all():
        why = NEGATIVE if values.near[1].size else "places have no coordinates"
        return [_row(values, "spatial_gini", reason=why)]
    _, far = spatial_gini(values.y, values.near)
    row = _row(values, "spatial_gini", value=far, reason="all values are equal")
    if np.isfinite(far):
        row |= {"status": MEASURED, "reason": "held against values dealt among the places"}
        if draws:
            source = child(seed, "near", values.indicator, values.year)
            chance = as_floats(
                [spatial_gini(source.permutation(values.y), values.near)[1]
                 for _ in range(draws)]
            )  # fmt: skip
            row |= _against(far, chance, level)
    return [row]


def convergence(series: Sequence[PlaceValues], level: Share) -> list[Row]:
    """Return beta-convergence between the first and the last year of an indicator.

    Parameters
    ----------
    series : sequence of PlaceValues
        One indicator, in order of years.
    level : share
    """
    if len(series) < 2:
        return []
    first, last = series[0], series[-1]
    both = [place for place in first.place if place in set(last.place)]
    at_first = {place: k for k, place in enumerate(first.place)}
    at_last = {place: k for k, place in enumerate(last.place)}
    found = beta_convergence(
        first.y[[at_first[place] for place in both]],
        last.y[[at_last[place] for place in both]],
        years=last.year - first.year, level=level,
    )  # fmt: skip
    row = _row(last, "beta_convergence", part=f"since {first.year}", value=found.value,
               reason=found.method)  # fmt: skip
    row["n"] = found.n
    if np.isfinite(found.value):
        row |= {"low": found.low, "high": found.high, "status": MEASURED}
    return [row | {"level": level}]


def _row(values: PlaceValues, measure: str, *, part: str = "all", value: float = nan,
         status: str = NOT_DEFINED, reason: str = "") -> Row:  # fmt: skip
    empty: Row = dict.fromkeys(SCHEMA)
    return empty | {
        "indicator": values.indicator, "year": values.year, "measure": measure, "part": part,
        "value": value, "n": values.y.size, "status": status, "reason": reason,
    }  # fmt: skip
