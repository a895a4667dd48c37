"""Curves of industries against the bands that chance gives: verdicts, columns and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.curve_tests import compared
from buzzline.agglomeration.population import Population
from buzzline.arrays import Floats, as_floats
from buzzline.quantities import Share
from buzzline.resampling import false_discovery_q

FEWEST_POINTS = 5  # of an industry, for M, m and Ripley's curves
DISTANCES_KM = tuple(float(km) for km in range(5, 105, 5))
MANY_SAME_PLACE = 0.1  # share of pairs at one coordinate from which a short curve is suspect
VERDICTS = ("localised", "dispersed", "as chance")

INDUSTRY_SCHEMA = {
    "industry": pl.String, "verdict": pl.String, "peak_ratio": pl.Float64,
    "peak_km": pl.Float64, "p": pl.Float64, "q": pl.Float64, "level": pl.Float64,
    "above_from_km": pl.Float64, "above_to_km": pl.Float64, "n": pl.Int64,
    "bandwidth_km": pl.Float64, "same_place_share": pl.Float64, "precision_km": pl.Float64,
    "status": pl.String,
}  # fmt: skip
CURVE_SCHEMA = {
    "industry": pl.String, "distance_km": pl.Float64, "value": pl.Float64,
    "expected": pl.Float64, "low": pl.Float64, "high": pl.Float64, "global_low": pl.Float64,
    "global_high": pl.Float64, "level": pl.Float64, "n_reference": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """One industry: its row of the table, and its curves where it could be tested."""

    row: dict[str, object]
    curves: pl.DataFrame | None


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What the comparison of a curve with its draws says."""

    row: dict[str, object]
    curves: pl.DataFrame


def judged(
    name: str,
    km: Floats,
    observed: Floats,
    *,
    simulated: Floats,
    level: Share,
    ratio: Floats | None = None,
) -> Judged:
    """Compare the curve of one industry with those that chance dealt.

    Parameters
    ----------
    name : str
    km, observed : (k,) float64
    simulated : (draws, k) float64
    level : share
    ratio : (k,) float64, optional
        Of what is observed to what chance gives; the curve over the mean of its draws when left
        out.
    """
    found = compared(km, observed, simulated, level=level)
    with np.errstate(invalid="ignore", divide="ignore"):
        above = km[observed > found.throughout.high]
        if ratio is None:
            expected = found.expected
            ratio = as_floats(np.where(expected > 0, observed / expected, np.nan))
    peak = int(np.nanargmax(ratio)) if np.isfinite(ratio).any() else 0
    row: dict[str, object] = {
        "verdict": found.verdict, "p": found.p,
        "above_from_km": float(above[0]) if above.size else None,
        "above_to_km": float(above[-1]) if above.size else None,
        "peak_km": float(km[peak]), "peak_ratio": float(ratio[peak]),
    }  # fmt: skip
    curves = found.table().select(pl.lit(name).alias("industry"), pl.all())
    return Judged(row, curves)


def ranked(rows: Sequence[dict[str, object]]) -> pl.DataFrame:
    """Return one row an industry, the most localised first, with false-discovery rates."""
    table = pl.DataFrame(rows, schema=INDUSTRY_SCHEMA, nan_to_null=True)
    is_tested = table["p"].is_not_null().to_numpy()
    q = np.full(table.height, np.nan)
    q[is_tested] = false_discovery_q(as_floats(table["p"].drop_nulls().to_numpy()))
    order = pl.col("verdict").replace_strict(
        {verdict: number for number, verdict in enumerate(("localised", "as chance"))},
        default=2,
    )
    return table.with_columns(q=pl.Series(q).fill_nan(None)).sort(
        [order, "peak_ratio", "industry"], descending=[False, True, False], nulls_last=True
    )


def said_of(industries: pl.DataFrame, base: str) -> str:
    """Return the finding in a sentence; `base` says what the band is."""
    tested = industries.filter(pl.col("verdict") != "not testable")
    counts = dict(tested.group_by("verdict").len().iter_rows())
    said = ", ".join(f"{counts.get(verdict, 0)} {verdict}" for verdict in VERDICTS)
    text = f"of {tested.height} industries tested {said} ({base})"
    first = industries.row(0, named=True) if industries.height else {}
    if first.get("verdict") == "localised" and first["peak_ratio"] is not None:
        text += (
            f". Most of all {first['industry']}: {first['peak_ratio']:.3g} times what chance "
            f"gives at {first['peak_km']:,.4g} km (n={first['n']:,})"
        )
    n_refused = industries.height - tested.height
    if tested.height or not n_refused:
        return f"{text}. {n_refused} not testable" if n_refused else text
    why = "; ".join(dict.fromkeys(industries["status"].drop_nulls().to_list())).rstrip(".")
    return f"{text}. {n_refused} not testable: {why}"


def notes_on(
    population: Population, n_without_jobs: int, *, shown_only: str, table: pl.DataFrame
) -> tuple[str, ...]:
    """Return what a reader must know of the points behind the curves."""
    notes = [shown_only]
    if population.n_left_out:
        notes.append(f"{population.n_left_out:,} {population.unit} without coordinates.")
    if n_without_jobs:
        notes.append(f"{n_without_jobs:,} {population.unit} without `jobs` are left out.")
    crowded = table.filter(pl.col("same_place_share") > MANY_SAME_PLACE)
    if crowded.height:
        worst = crowded.sort("same_place_share").row(-1, named=True)
        notes.append(
            f"In {crowded.height} of the industries more than {MANY_SAME_PLACE:.0%} of the "
            f"pairs are at identical coordinates ({worst['industry']}: "
            f"{worst['same_place_share']:.0%}): these are centroids, and curves mean little "
            f"below their precision ({worst['precision_km']:,.3g} km)."
        )
    return tuple(note for note in notes if note)
