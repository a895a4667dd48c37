"""Is the valley between two clusters deeper than chance gives one agglomeration?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.clusters.footing import Footing
from buzzline.clusters.relative_risk import (
    Ground,
    Smoother,
    relative_risk,
    smoother,
)
from buzzline.clusters.valleys import Valley, deepest_valley, valley_between, way_between
from buzzline.quantities import Draws, Kilometres, Share

OPEN = 0.95  # of the density of all organisations is lost between: nobody to speak of
FEWEST_AROUND = 5.0  # organisations within the kernel at both ends, to call the land open


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two clusters on one grid.

    Attributes
    ----------
    ground : Ground
    footing : Footing
    apart_km : km                    between the centres
    zone, other_zone : (k,) int64    nodes where members of either stand
    share : share                    of the industry in the whole study
    fewest : int                     organisations either side of a valley must have above the
                                     saddle for it to count
    """

    ground: Ground
    footing: Footing
    apart_km: Kilometres
    zone: Indices
    other_zone: Indices
    share: Share
    fewest: int

    def surface(self, smooth: Smoother, industry: Indices, around_all: Floats) -> Floats:
        """Return the relative risk at each node."""
        return relative_risk(smooth(as_floats(industry)), around_all, share=self.share)

    def without_middle(self) -> Indices:
        """Return the industry at each node, were there none half way between the centres."""
        x = np.arange(self.ground.rows * self.ground.columns) % self.ground.columns
        is_middle = np.abs(x - self.ground.columns // 2) * self.ground.step_km <= (
            self.apart_km / 4
        )
        return as_indices(np.where(is_middle, 0, self.footing.industry))

    def valley(self, height: Floats, count: Indices) -> Valley:
        """Return the valley between the two."""
        return valley_between(
            height, self.ground.columns, zone=self.zone, other_zone=self.other_zone, count=count
        )


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """A valley against chance.

    Attributes
    ----------
    valley : Valley
    bandwidth_km : km
    openness : share           how much of the density of all organisations is lost between
    is_open : bool             nobody to speak of stands between, of any industry
    null : (draws,) float64    deepest valley of each deal
    critical : float           depth that `level` of the deals do not reach; NaN without draws
    p : float                  NaN without draws
    emptied : float            the valley, had nobody of the industry stood in the middle half
                               of the way between the centres
    way_km, way, way_low, way_high : (k,) float64    the surface on the way between the peaks
    """

    valley: Valley
    bandwidth_km: Kilometres
    openness: Share
    is_open: bool
    null: Floats
    critical: float
    p: float
    emptied: float
    way_km: Floats
    way: Floats
    way_low: Floats
    way_high: Floats

    @property
    def is_resolved(self) -> bool:
        """Had the land between them been empty of the industry, the test would have told."""
        return self.emptied > self.critical


def against_deals(
    pair: Pair,
    bandwidth_km: Kilometres,
    *,
    draws: Draws,
    level: Share,
    rng: np.random.Generator,
) -> Compared:
    """Compare the valley between two clusters with those that chance gives one agglomeration.

    Chance deals the industry among all organisations on the grid, so that its share is the same
    everywhere: the flattest agglomeration of as many organisations, and of all that have one
    peak only the one that shows deep valleys most often. Each deal counts with its deepest
    valley, wherever it is, between peaks with `fewest` organisations or more above the saddle;
    where the two clusters have fewer, their own valley counts as none.

    Parameters
    ----------
    pair : Pair
    bandwidth_km : km
    draws : draws
    level : share
        Of the band of chance along the way.
    rng : Generator
    """
    smooth = smoother(pair.ground, bandwidth_km)
    around_all = smooth(as_floats(pair.footing.everybody))
    height = pair.surface(smooth, pair.footing.industry, around_all)
    valley = pair.valley(height, pair.footing.industry)
    way = way_between(height, pair.ground.columns, valley)
    null, along = _deals(pair, smooth, way, draws=draws, rng=rng)
    lost, is_open = openness(pair, smooth, pair.footing.everybody)
    counted = valley.value if valley.fewest >= pair.fewest else 0.0
    without = pair.surface(smooth, pair.without_middle(), around_all)
    p, critical, (low, high) = np.nan, np.nan, np.full((2, way.size), np.nan)
    if draws:
        p = (1 + int((null >= counted).sum())) / (1 + draws)
        critical = float(np.quantile(null, level))
        low, high = np.quantile(along, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Compared(
        valley, bandwidth_km, lost, is_open, null, critical, p,
        pair.valley(without, pair.footing.industry).value,
        pair.ground.walked_km(way), height[way], as_floats(low), as_floats(high),
    )  # fmt: skip


def _deals(
    pair: Pair, smooth: Smoother, way: Indices, *, draws: Draws, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the deepest valley of each deal, and the surface of each along a way."""
    around_all = smooth(as_floats(pair.footing.everybody))
    null, along = np.zeros(draws), np.zeros((draws, way.size))
    for draw in range(draws):
        industry = pair.footing.dealt(rng)
        height = pair.surface(smooth, industry, around_all)
        along[draw] = height[way]
        null[draw] = deepest_valley(
            height, pair.ground.columns, count=industry, fewest=pair.fewest
        )
    return null, along


def openness(pair: Pair, smooth: Smoother, everybody: Indices) -> tuple[float, bool]:
    """Return how much of the density of all is lost between two clusters; if that is open.

    Open country has less than a twentieth of the organisations, of any industry, that stand
    around the densest point of the emptier cluster, and at least five stand there.
    """
    around_all = smooth(as_floats(everybody))
    between = pair.valley(around_all, everybody)
    enough = min(between.peak, between.other_peak) >= FEWEST_AROUND
    return between.value, bool(enough and between.value >= OPEN)


def stability(pair: Pair, found: Compared, *, draws: Draws, rng: np.random.Generator) -> float:
    """Return the share of resamples, by owner, in which the two stay apart.

    They do when the valley between them is deeper than `level` of the deals, or the land
    between them is open country.

    Parameters
    ----------
    pair : Pair
    found : Compared
        Of the pair as it is.
    draws : draws
        Resamples of the owners on the grid; NaN for 0.
    level : share
    rng : Generator
    """
    if not draws:
        return float("nan")
    smooth = smoother(pair.ground, found.bandwidth_km)
    n_apart = 0
    for _ in range(draws):
        industry, everybody = pair.footing.redrawn(rng)
        height = pair.surface(smooth, industry, smooth(as_floats(everybody)))
        valley = pair.valley(height, industry)
        is_apart = valley.value > found.critical
        n_apart += is_apart or openness(pair, smooth, everybody)[1]
    return n_apart / draws
