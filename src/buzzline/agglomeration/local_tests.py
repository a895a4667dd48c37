"""Each place's share of an industry against chance: exact for points, by draws for weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from buzzline.agglomeration.local_counts import (
    Marks,
    Tails,
    around_places,
    quotients,
    relabelling_p,
    share_interval,
)
from buzzline.arrays import Floats, as_floats, as_indices
from buzzline.quantities import Draws, Share
from buzzline.randomness import child
from buzzline.space.standing import Standing
from buzzline.space.threads import spread


def places_tested(
    counted: Standing, marks: Marks, *, level: Share, dealt: Iterator[Floats] | None = None
) -> pl.DataFrame:
    """Return the places with anybody within reach, and how likely chance has as much there.

    Parameters
    ----------
    counted : Standing          at one distance, the reach
    marks : Marks
    level : share               of the intervals
    dealt : iterator of (places,) float64, optional
        Quotients that chance gives, where points have weights; exact p-values without.
    """
    n_cases, n_pool = int(marks.is_case.sum()), int(marks.is_pool.sum())
    n = as_indices(around_places(counted, marks.is_case.astype(np.float64)))
    within = as_indices(around_places(counted, marks.is_pool.astype(np.float64)))
    tails = relabelling_p(n, within, marked=n_cases, total=n_pool)
    low, high = (
        bound * n_pool / n_cases for bound in share_interval(n, within, level=level)
    )  # fmt: skip
    ratio = quotients(counted, marks)
    if dealt is not None:
        best = np.where(tails.best_p <= 1 - level, 0.0, 1.0)
        tails = Tails(_drawn_p(ratio, dealt), best)
        low = high = np.full(n.size, np.nan)
    here = np.bincount(counted.place[marks.is_case], minlength=n.size)
    sites = pl.DataFrame({
        "place": np.arange(n.size), "ratio": ratio, "low": low, "high": high,
        "level": [level] * n.size, "n": n, "n_within": within, "n_here": here,
        "expected": within * (n_cases / n_pool), "p": tails.p,
        "best_p": np.where(np.isnan(ratio), np.inf, tails.best_p),
    }, nan_to_null=True)  # fmt: skip
    return sites.filter(pl.col("n_within") > 0)


def dealt_quotients(
    counted: Standing, marks: Marks, seed: tuple[int, str], *, draws: Draws, is_moved: bool
) -> Iterator[Floats]:
    """Yield the quotients around all places as chance deals the marks.

    Parameters
    ----------
    counted : Standing
    marks : Marks
    seed : (int, str)       of the analysis, and the name of the industry
    draws : int
    is_moved : bool         weights move with their owners
    """
    pool = np.where(marks.is_pool, marks.weight, 0.0)
    around = None if is_moved else around_places(counted, pool)

    def drawn(number: int) -> Floats:
        rng = child(seed[0], "hot_spots", seed[1], number)
        return quotients(counted, marks.dealt(rng, with_weight=is_moved), around)

    return spread(drawn, range(draws))


def _drawn_p(observed: Floats, dealt: Iterator[Floats]) -> Floats:
    """Return two-sided p-values of weighted shares, each against its own draws."""
    above, below, draws = np.ones(observed.size), np.ones(observed.size), 0
    for replicate in dealt:
        above += ~(replicate < observed)  # no value counts against the finding
        below += ~(replicate > observed)
        draws += 1
    tail = np.minimum(above, below) / (1 + draws)
    return as_floats(np.minimum(1.0, 2 * tail))
