"""Places that may have jobs in a cluster that are not published, for ranking among all of them.

A rule that takes the top quarter of the places *with jobs* means all of them. Where cells of
few establishments are withheld, only the places with most are seen, and the top quarter of
those is far fewer. So each unseen place counts by the chance that it holds 1, 2, ... plants
below the floor, with jobs as in a typical cell and the quotient that follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import Literal

import numpy as np

from buzzline.agglomeration.published_dartboard import published_board
from buzzline.agglomeration.quotient_errors import Totals
from buzzline.agglomeration.specialisation import location_quotients
from buzzline.arrays import Flags, Floats, as_floats
from buzzline.quantities import Share

RankedAmong = Literal["places_with_jobs", "possible_places", "all_places"]


@dataclass(frozen=True, slots=True, eq=False)
class Unseen:
    """Cells that are not published but may be there. All (m, c) float64.

    Attributes
    ----------
    chance : share                  that the cell is there; 0 for a cell that is published
    quotient : ratio                if it is
    focus : share                   of the jobs of its place
    jobs, plants : jobs, count
    """

    chance: Floats
    quotient: Floats
    focus: Floats
    jobs: Floats
    plants: Floats


def unseen_places(
    jobs: Floats, establishments: Floats, totals: Totals, *, floor: int, among: RankedAmong
) -> Unseen | None:
    """Return the unseen cells that places are ranked among; None where there are none.

    Parameters
    ----------
    jobs, establishments : (r, c) float64
        Of each cluster in each place: published ones.
    totals : Totals
    floor : int
        Cells of fewer establishments are not published.
    among : "places_with_jobs", "possible_places" or "all_places"
        Only places with published jobs; also those that may have some below the floor; or all,
        those without any counted below the others.

    Notes
    -----
    A place with the chance w of holding a plant of a cluster of N plants (both fitted, see
    `published_board`) holds k of them with a chance in proportion to (N w)^k / k!, k below the
    floor. A plant has the jobs a plant has in the median published cell of the cluster.

    Examples
    --------
    >>> counts = np.array([[9.0, 8], [7, 0], [0, 9]])
    >>> totals = Totals(counts.sum(axis=1), counts.sum(axis=0), counts.sum())
    >>> found = unseen_places(counts, counts, totals, floor=2, among="possible_places")
    >>> found.chance.round(2).tolist()
    [[0.0, 0.0], [0.0, 0.79], [0.81, 0.0]]
    """
    absent = ~(np.nan_to_num(jobs) > 0)
    if among == "all_places":
        nothing = np.zeros(jobs.shape)
        return Unseen(as_floats(absent), nothing, nothing, nothing, nothing)
    counted = np.where(absent, 0.0, np.nan_to_num(establishments))
    if among == "places_with_jobs" or floor <= 1 or not counted.any():
        return None
    board = published_board(counted, counted, floor)
    expected = board.chance[:, None] * board.n
    weight = np.stack([expected**k / factorial(k) for k in range(floor)])
    chance = np.where(absent, weight / weight.sum(axis=0), 0.0)[1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.where(counted > 0, jobs / counted, np.nan)
        plants = np.arange(1.0, floor)[:, None, None] * np.ones(jobs.shape)
        held = plants * _median(size)
        quotient = np.stack([location_quotients(one, totals) for one in held])
        focus = held / totals.place[:, None]
    usable = np.isfinite(quotient) & np.isfinite(focus)
    parts = [np.where(usable, one, 0.0) for one in (chance, quotient, focus, held, plants)]
    return Unseen(*(as_floats(one.reshape(-1, jobs.shape[1])) for one in parts))


def percentile(
    values: Floats,
    among: Flags,
    share: Share,
    *,
    unseen: tuple[Floats, Floats] | None = None,
) -> Floats:
    """Return a percentile of each column among the rows flagged; NaN where there are none.

    Parameters
    ----------
    values : (r, c) float64
    among : (r, c) bool
    share : share
    unseen : values (m, c) and weights (m, c), optional
        Further values, each counted as so many rows.
    """
    used = among & np.isfinite(values)
    if unseen is not None:
        return _weighted(values, used, share, unseen)
    # A quantile by sorting: numpy's own for NaN goes column by column and is slow.
    ordered = np.sort(np.where(used, values, np.inf), axis=0)
    count = used.sum(axis=0)
    at = np.maximum(count - 1, 0) * share
    below = np.floor(at).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(count - 1, 0))
    column = np.arange(values.shape[1])
    low, high = ordered[below, column], ordered[above, column]
    with np.errstate(invalid="ignore"):
        found = low + (at - below) * (high - low)
    return np.asarray(np.where(count > 0, found, np.nan))


def _weighted(
    values: Floats, used: Flags, share: Share, unseen: tuple[Floats, Floats]
) -> Floats:
    """Return percentiles as above, where a row of weight w counts as w equal rows."""
    further, weight = unseen
    all_values = np.concatenate([np.where(used, values, 0.0), further])
    all_weights = np.concatenate([used.astype(np.float64), weight])
    found = np.full(values.shape[1], np.nan)
    for column in range(values.shape[1]):
        rows = np.flatnonzero(all_weights[:, column] > 0)
        rows = rows[np.argsort(all_values[rows, column], kind="stable")]
        if rows.size:
            here = all_weights[rows, column]
            before = np.cumsum(here) - here
            at = share * max(here.sum() - 1.0, 0.0)
            found[column] = np.interp(at, before, all_values[rows, column])
    return found


def _median(size: Floats) -> Floats:
    known = np.isfinite(size).any(axis=0)
    found = np.zeros(size.shape[1])
    found[known] = np.nanmedian(size[:, known], axis=0)
    return found
