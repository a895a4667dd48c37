"""Every measure of concentration of every industry, observed and with its plants thrown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from buzzline.agglomeration.areas import Areas, near_places
from buzzline.agglomeration.concentration_measures import FALLS_WITH_CONCENTRATION, MEASURES
from buzzline.agglomeration.dartboard import Null, dartboard_measures
from buzzline.agglomeration.located_plants import LocatedPlants
from buzzline.agglomeration.published_dartboard import PublishedBoard, cell_herfindahl
from buzzline.arrays import Codes, Flags, Floats, Indices, as_floats
from buzzline.kernels import concentration as kernel_order
from buzzline.kernels.concentration import all_measures
from buzzline.progress import Progress
from buzzline.quantities import Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import false_discovery_q
from buzzline.space.threads import spread

FEWEST_PLANTS = 10  # below, a few large plants decide; Duranton and Overman 2005 refuse as well
NEIGHBOURS = 6
LEAST_USED = 1 / 3  # of the draws: in the others too few plants would be published to test


def neighbours_of(places: pl.DataFrame) -> tuple[Indices, Codes]:
    """Return who is near whom; nobody is when a place has no coordinates."""
    at = places.select(pl.col("longitude", "latitude").cast(pl.Float64))
    if at.drop_nulls().height < places.height or places.height <= NEIGHBOURS:
        return np.zeros(places.height + 1, np.int64), np.empty(0, np.int32)
    return near_places(at["longitude"].to_numpy(), at["latitude"].to_numpy(), NEIGHBOURS)


def at_levels(
    plants: LocatedPlants,
    levels: Sequence[Areas],
    near: tuple[Indices, Codes],
    *,
    null: Null,
    draws: int,
    rng: Seed,
    progress: Progress,
) -> tuple[list[Floats], list[Floats]]:
    """Return all measures, (s, m), and those by chance, (draws, s, m), at each level of areas.

    The last measure is what Theil's index has inside the areas of the next level.
    """
    herfindahl = as_floats(np.where(plants.counted, plants.lots.herfindahl, np.nan))
    draws = draws if plants.counted.any() else 0
    values, by_chance = [], []
    if plants.board is not None:
        count = draws if null == "dartboard" else 0  # no places of withheld plants to exchange
        by_chance = _published(plants.board, levels, near, draws=count, rng=rng,
                               progress=progress)  # fmt: skip
    for number, areas in enumerate(levels):
        jobs = areas.summed(plants.jobs)
        around = _around(areas, near, number)
        share = jobs.sum(axis=1) / jobs.sum()
        values.append(all_measures(jobs, share, herfindahl, *around))
        if plants.board is None:
            by_chance.append(
                dartboard_measures(
                    plants.lots, plants.area_share, area_of=areas.code, neighbours=around,
                    null=null, draws=draws, rng=rng, progress=progress,
                )
            )  # fmt: skip
    return _with_within(values), _with_within(by_chance)


def _around(areas: Areas, near: tuple[Indices, Codes], number: int) -> tuple[Indices, Codes]:
    return near if number == 0 else (np.zeros(len(areas) + 1, np.int64), near[1][:0])


def _published(
    board: PublishedBoard,
    levels: Sequence[Areas],
    near: tuple[Indices, Codes],
    *,
    draws: int,
    rng: Seed,
    progress: Progress,
) -> list[Floats]:
    """Return all measures of thrown plants, (draws, s, m) a level, as they would be published.

    NaN where fewer plants of an industry would be published than are needed to test it.
    """
    seed = seed_of(rng)

    def one(number: int) -> list[Floats]:
        jobs, plants = board.drawn(child(seed, "published dartboard", number))
        herfindahl, few = cell_herfindahl(jobs, plants), plants.sum(axis=0) < FEWEST_PLANTS
        found = []
        for place, areas in enumerate(levels):
            here = areas.summed(jobs)
            measures = all_measures(
                here, here.sum(axis=1) / max(here.sum(), 1e-300), herfindahl,
                *_around(areas, near, place),
            )  # fmt: skip
            measures[few] = np.nan
            found.append(measures)
        return found

    drawn = []
    for number, found in enumerate(spread(one, range(draws))):
        progress("throwing plants", number, draws)
        drawn.append(found)
    shape = (0, board.n.size, kernel_order.N_MEASURES)
    return [np.stack([one[k] for one in drawn]) if drawn else np.empty(shape)
            for k in range(len(levels))]  # fmt: skip


def _with_within(values: list[Floats]) -> list[Floats]:
    theil = [value[..., kernel_order.THEIL] for value in values]
    above = [*theil[1:], np.full_like(theil[-1], np.nan)]
    return [
        np.concatenate([value, (own - larger)[..., None]], axis=-1)
        for value, own, larger in zip(values, theil, above, strict=True)
    ]


def measured(
    plants: LocatedPlants, value: Floats, chance: Floats, *, level: Share
) -> dict[str, dict[str, Floats]]:
    """Return value, band, mean, p and q of every industry by measure; each (s,)."""
    enough = (plants.n >= FEWEST_PLANTS) & plants.counted
    found = {}
    for name, (column, factor) in MEASURES.items():
        observed, thrown = factor * value[:, column], factor * chance[:, :, column]
        tail = observed if name not in FALLS_WITH_CONCENTRATION else -observed
        thrown_tail = thrown if name not in FALLS_WITH_CONCENTRATION else -thrown
        tested = enough & np.isfinite(observed) & (chance.shape[0] > 0)
        if plants.board is not None:
            used = np.isfinite(thrown).sum(axis=0)
            tested = tested & (used >= LEAST_USED * thrown.shape[0])
        p, p_dispersed = _tails(tail, thrown_tail, tested)
        shown = tested if plants.board is not None else np.isfinite(thrown).all(axis=0)
        low, high, mean = _band(thrown, level, shown & plants.counted)
        found[name] = {
            "value": observed, "chance_low": low, "chance_high": high, "null_mean": mean,
            "p": p, "q": q_values(p), "q_dispersed": q_values(p_dispersed),
        }  # fmt: skip
    return found


def _tails(value: Floats, thrown: Floats, tested: Flags) -> tuple[Floats, Floats]:
    draws = (~np.isnan(thrown)).sum(axis=0)
    more = (1 + (thrown >= value - _rounding(value)).sum(axis=0)) / (1 + draws)
    less = (1 + (thrown <= value + _rounding(value)).sum(axis=0)) / (1 + draws)
    return np.where(tested, more, np.nan), np.where(tested, less, np.nan)


def _rounding(value: Floats) -> Floats:
    """Return how far equal placements may differ because sums are taken in another order."""
    return np.asarray(1e-12 * np.maximum(np.abs(value), 1e-3))


def _band(thrown: Floats, level: Share, shown: Flags) -> tuple[Floats, Floats, Floats]:
    """Return the band and mean of defined draws, of the industries to be shown."""
    nothing = np.full(thrown.shape[1], np.nan)
    if not thrown.shape[0]:
        return nothing, nothing, nothing
    low, high, mean = nothing.copy(), nothing.copy(), nothing.copy()
    if not shown.any():
        return low, high, mean
    tail = (1 - level) / 2
    low[shown], high[shown] = np.nanquantile(thrown[:, shown], [tail, 1 - tail], axis=0)
    mean[shown] = np.nanmean(thrown[:, shown], axis=0)
    return low, high, mean


def q_values(p: Floats) -> Floats:
    """Return q-values of the p-values that are known; NaN for the others."""
    q = np.full(p.size, np.nan)
    q[~np.isnan(p)] = false_discovery_q(p[~np.isnan(p)])
    return q
