"""What was measured of each pair of industries, as tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Floats
from buzzline.quantities import Share
from buzzline.resampling import false_discovery_q

RELATED, EXPECTED, UNTELLABLE = "related", "as expected", "too few places to tell"
KNOWN, UNKNOWN, NOT_TESTED = "measured", "not described by the figures", "measured, not tested"
NOWHERE = "its location quotient reaches the cut nowhere"


@dataclass(frozen=True, slots=True, eq=False)
class PairFigures:
    """What was measured of each pair.

    Attributes
    ----------
    value, low, high, n_both, expected, z, p : (s, s) float64
        NaN where there is none; the diagonal of `n_both` is in how many places each is.
    bound : (s, s) float64
        The smallest p that the pair could have.
    """

    value: Floats
    low: Floats
    high: Floats
    n_both: Floats
    expected: Floats
    z: Floats
    p: Floats
    bound: Floats


def pair_table(industries: pl.DataFrame, found: PairFigures, level: Share) -> pl.DataFrame:
    """Return one row a pair, most surely related first."""
    one, two = np.triu_indices(industries.height, 1)
    of = {
        name: getattr(found, name)[one, two]
        for name in ("value", "low", "high", "n_both", "expected", "z", "p", "bound")
    }
    tested = np.isfinite(of["p"])
    q = np.full(one.size, np.nan)
    q[tested] = false_discovery_q(of["p"][tested])
    status = np.where(np.isfinite(of["value"]), NOT_TESTED, UNKNOWN).astype(object)
    status[tested] = EXPECTED
    status[tested & (of["bound"] > 1 - level)] = UNTELLABLE
    status[tested & (q <= 1 - level)] = RELATED
    frame = pl.DataFrame(
        {
            "industry": industries["industry"].gather(one),
            "title": industries["title"].gather(one),
            "other": industries["industry"].gather(two),
            "other_title": industries["title"].gather(two),
            "value": of["value"],
            "low": of["low"],
            "high": of["high"],
            "level": np.where(np.isfinite(of["low"]), level, np.nan),
            "n_both": of["n_both"],
            "expected": of["expected"],
            "z": of["z"],
            "p": of["p"],
            "q": q,
            "status": pl.Series(status.tolist(), dtype=pl.String),
        },
        nan_to_null=True,
    ).with_columns(pl.col("n_both").cast(pl.Int64))
    return frame.sort(
        ["p", "value", "industry", "other"],
        descending=[False, True, False, False],
        nulls_last=True,
    )


def industry_table(
    industries: pl.DataFrame, found: PairFigures, pairs: pl.DataFrame, *, jobs: Floats
) -> pl.DataFrame:
    """Return one row an industry, in the order given."""
    related = pairs.filter(pl.col("status") == RELATED)
    ends = pl.concat([related["industry"], related["other"]])
    counted = ends.value_counts(name="n_related").rename({ends.name: "industry"})
    value = found.value.copy()
    np.fill_diagonal(value, np.nan)
    n_measured = np.isfinite(value).sum(axis=1)
    status = np.where(n_measured > 0, KNOWN, _why_not(found))
    return (
        industries.select("industry", "title", "cluster")
        .join(counted, on="industry", how="left", maintain_order="left")
        .with_columns(
            pl.Series("jobs", jobs).fill_nan(None),
            pl.Series("n_places", found.n_both.diagonal()).fill_nan(None).cast(pl.Int64),
            pl.col("n_related").fill_null(0).cast(pl.Int64),
            pl.Series("n_measured", n_measured.astype(np.int64)),
            pl.Series("status", status.tolist(), dtype=pl.String),
        )
        .select(
            "industry", "title", "cluster", "jobs", "n_places", "n_measured", "n_related",
            "status",
        )
    )  # fmt: skip


def _why_not(found: PairFigures) -> str:
    flows = np.isnan(found.n_both).all()
    return UNKNOWN if flows else NOWHERE
