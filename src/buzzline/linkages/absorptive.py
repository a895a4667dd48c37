"""Absorptive capacity: what skills, experience and research have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Floats
from buzzline.quantities import Draws, Share
from buzzline.resampling import central_range
from buzzline.tables.study import Study

INDICATORS = ("skills", "experience", "rd_intensity")
FEWEST = 10  # members with all indicators


@dataclass(frozen=True, slots=True, eq=False)
class Absorptive:
    """First principal component of indicators.

    Attributes
    ----------
    score : (k,) float64 [sd]     NaN where an indicator is missing
    share, low, high : float      of the variance of the indicators; NaN with too few members
    n : int                       members with all indicators
    """

    score: Floats
    share: float
    low: float
    high: float
    n: int


def indicator_table(study: Study, names: Sequence[str]) -> pl.DataFrame:
    """Return the latest value of indicators, one row an organisation: `org_id`, `names`.

    Only indicators that the study has; `org_id` alone where there is none.
    """
    told = study.outcomes.filter(pl.col("indicator").is_in(list(names)))
    last = told.sort("year").unique(["unit_id", "indicator"], keep="last", maintain_order=True)
    if not last.height:
        return pl.DataFrame(schema={"org_id": pl.String})
    wide = last.pivot("indicator", index="unit_id", values="value")
    there = [name for name in names if name in wide.columns]
    return wide.select(pl.col("unit_id").alias("org_id"), *there)


def absorptive_capacity(
    values: Floats, *, draws: Draws, level: Share, rng: np.random.Generator
) -> Absorptive:
    """Return the first principal component of standardised indicators.

    Parameters
    ----------
    values : (k, indicators) float64
        NaN where not known; members with a gap are left out and have no score.
    draws, level
        Of the bootstrap of members behind the interval of the share.
    rng : Generator

    Returns
    -------
    Absorptive
        Scores have mean 0 and standard deviation 1, and go up with the indicators together.
        Without two indicators that vary, or with fewer than 10 members, all are NaN.
    """
    score = np.full(values.shape[0], np.nan)
    known = np.flatnonzero(~np.isnan(values).any(axis=1))
    varies = values[known].std(axis=0) > 0 if known.size else np.zeros(values.shape[1], bool)
    if known.size < FEWEST or varies.sum() < 2:
        return Absorptive(score, np.nan, np.nan, np.nan, known.size)
    used = values[known][:, varies]
    standard = (used - used.mean(axis=0)) / used.std(axis=0)
    _, size, axes = np.linalg.svd(standard, full_matrices=False)
    first = standard @ axes[0] * (1 if axes[0].sum() >= 0 else -1)
    score[known] = first / first.std()
    again = [
        _first_share(used[rng.integers(known.size, size=known.size)]) for _ in range(draws)
    ]
    low, high = central_range(np.array(again), level) if again else (np.nan, np.nan)
    return Absorptive(score, float(size[0] ** 2 / (size**2).sum()), low, high, known.size)


def _first_share(values: Floats) -> float:
    spread = values.std(axis=0)
    standard = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)
    size = np.linalg.svd(standard, compute_uv=False)
    return float(size[0] ** 2 / max((size**2).sum(), 1e-300))
