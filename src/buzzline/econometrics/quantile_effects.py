"""Where in the distribution does something matter: quantiles over regions and years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from buzzline.arrays import Codes, Floats, as_codes, as_flags, as_floats
from buzzline.econometrics.region_years import (
    RegionYears,
    taken_out,
    telling_rows,
    year_columns,
)
from buzzline.errors import InvalidArgument, TooFew
from buzzline.progress import Progress, silent
from buzzline.quantities import Draws
from buzzline.randomness import Seed, child, seed_of

QUANTILES = (0.1, 0.25, 0.5, 0.6, 0.75, 0.8, 0.9)
FEWEST_YEARS = 4  # for the correction of short panels: two to a half
FEWEST_REGIONS = 20  # a bootstrap of fewer regions does not cover
MOST_BELOW_NOUGHT = 0.05  # rows whose spread may come out at 0 or less
SINGULAR = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class QuantileEffects:
    """Effects at quantiles of the outcome, net of regions and years.

    Attributes
    ----------
    quantiles : (q,) float64
    effect : (q, k) float64         of each column asked for, at each quantile
    drawn : (draws, q, k) float64   the same with regions drawn anew
    location : (k,) float64         effect on the mean
    spread : (k,) float64           effect on the spread: above 0, the effect rises with the
                                    quantile
    drawn_spread : (draws, k) float64
    n, n_regions : int
    below_nought : float            share of rows whose fitted spread is 0 or less
    """

    quantiles: Floats
    effect: Floats
    drawn: Floats
    location: Floats
    spread: Floats
    drawn_spread: Floats
    n: int
    n_regions: int
    below_nought: float


def quantile_effects(
    panel: RegionYears,
    *,
    quantiles: Sequence[float] = QUANTILES,
    draws: Draws = 199,
    rng: Seed = None,
    progress: Progress = silent,
) -> QuantileEffects:
    """Return effects at quantiles with effects of regions and years (moments).

    Parameters
    ----------
    panel : RegionYears
        Without unknown values.
    quantiles : sequence of shares
    draws : draws
        Bootstrap samples of whole regions.
    rng : Generator, int or None

    Raises
    ------
    TooFew
        Fewer than 20 regions seen twice, or columns that cannot be told apart.
    InvalidArgument
        A quantile of 0 or less, or 1 or more.

    Notes
    -----
    y = region + x b + (region' + x c) u. b by least squares with effects of regions and years;
    c the same way from the absolute residuals; the effect at quantile t is b + q(t) c with q(t)
    the quantile of residuals over their fitted spread [1]_. Regions shift not only the level
    but the spread, unlike with a dummy for each in a quantile regression, which is
    inconsistent in short panels. The mean of T years that is taken out biases c by the order
    of 1 / T; so of q(t) c twice the estimate is taken less the mean of those of the earlier and
    the later half of the years [2]_, where every half has two years or more.

    References
    ----------
    .. [1] Machado, J. A. F., Santos Silva, J. M. C. (2019). Quantiles via moments. Journal of
       Econometrics 213(1). doi:10.1016/j.jeconom.2019.04.009
    .. [2] Dhaene, G., Jochmans, K. (2015). Split-panel jackknife estimation of fixed-effect
       models. Review of Economic Studies 82(3). doi:10.1093/restud/rdv007

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> region, year = as_codes(np.indices((60, 8)).reshape(2, -1))
    >>> x = rng.uniform(0, 2, (480, 1))
    >>> y = region + x[:, 0] + (1 + x[:, 0]) * rng.normal(size=480)
    >>> found = quantile_effects(RegionYears(y, x, ("x",), 1, region, year), draws=0)
    >>> bool(found.effect[0, 0] < 0.5 < 1.5 < found.effect[-1, 0])
    True
    """
    if not all(0 < share < 1 for share in quantiles):
        raise InvalidArgument("quantile_effects: quantiles must lie between 0 and 1")
    seen_twice = np.isin(np.arange(panel.y.size), telling_rows(panel.region, "region"))
    panel = panel.chosen(as_flags(seen_twice))
    region = as_codes(np.unique(panel.region, return_inverse=True)[1])
    n_regions = int(region.max(initial=-1)) + 1
    if n_regions < FEWEST_REGIONS:
        raise TooFew(
            f"quantile_effects: {n_regions} regions seen in two years or more, at least "
            f"{FEWEST_REGIONS} needed"
        )
    parts = [_Moments(panel, region, np.asarray(quantiles))]
    parts += [
        _Moments(half, code, np.asarray(quantiles)) for half, code in _halves(panel, region)
    ]
    one = _corrected(parts, np.ones(n_regions))
    seed = seed_of(rng)
    drawn, spread = [], []
    for k in range(draws):
        progress("regions drawn anew", k, draws)
        picked = child(seed, "regions", k).integers(0, n_regions, n_regions)
        again = _corrected(parts, np.bincount(picked, minlength=n_regions).astype(np.float64))
        drawn.append(again.effect)
        spread.append(again.spread)
    asked = panel.n_asked
    return QuantileEffects(
        as_floats(quantiles), one.effect,
        as_floats(np.array(drawn).reshape(draws, len(quantiles), asked)), one.location,
        one.spread, as_floats(np.array(spread).reshape(draws, asked)), panel.y.size, n_regions,
        one.below_nought,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Once:
    tilt: Floats  # what a quantile adds to the effect on the mean
    location: Floats
    spread: Floats
    below_nought: float

    @property
    def effect(self) -> Floats:
        return as_floats(self.location[None] + self.tilt)


def _halves(panel: RegionYears, region: Codes) -> list[tuple[RegionYears, Codes]]:
    """Return the earlier and the later years, where both can be fitted; else nothing."""
    years = np.unique(panel.year)
    if years.size < FEWEST_YEARS:
        return []
    later = panel.year >= years[years.size // 2]
    found = []
    for half in (~later, later):
        seen = np.bincount(region[half], minlength=int(region.max()) + 1)
        rows = half & (seen[region] >= 2)
        if np.unique(region[rows]).size < FEWEST_REGIONS:
            return []
        found.append((panel.chosen(rows), region[rows]))
    return found


def _corrected(parts: list[_Moments], weight: Floats) -> _Once:
    """Return twice the tilt of the whole less the mean of its halves; the mean as it is."""
    whole, *halves = (part.at(weight) for part in parts)
    if not halves:
        return whole
    one, two = halves
    return replace(
        whole, tilt=as_floats(2 * whole.tilt - (one.tilt + two.tilt) / 2),
        spread=as_floats(2 * whole.spread - (one.spread + two.spread) / 2),
    )  # fmt: skip


class _Moments:
    """Location, spread and quantiles of one panel, whatever the weights of its regions.

    The mean of a region does not hang on the weight the region has, so columns net of regions
    are made once for all draws.
    """

    __slots__ = ("asked", "inner", "quantiles", "region", "y")

    def __init__(self, panel: RegionYears, region: Codes, quantiles: Floats) -> None:
        _, dense = np.unique(region, return_inverse=True)
        columns = np.column_stack([panel.y, panel.x, year_columns(panel.year)])
        whole = taken_out(columns, as_codes(dense), panel.year, effects="region")
        self.y, self.inner = as_floats(whole[:, 0]), as_floats(whole[:, 1:])
        self.region, self.quantiles, self.asked = region, quantiles, panel.n_asked

    def at(self, weight: Floats) -> _Once:
        """Return everything with regions weighted. weight : (regions,) float64."""
        w = weight[self.region]
        beta = self._solved(self.y, w)
        off = self.y - self.inner @ beta
        size = np.abs(off)
        n = np.maximum(np.bincount(self.region), 1)
        own = (np.bincount(self.region, weights=size) / n)[self.region]
        gamma = self._solved(size - own, w)
        sigma = own + self.inner @ gamma
        held = (w > 0) & (sigma > 0)
        standard = off[held] / sigma[held]
        q = _weighted_quantiles(standard, w[held], self.quantiles)
        few = slice(0, self.asked)
        tilt = q[:, None] * gamma[None, few]
        bad = float(w[(w > 0) & (sigma <= 0)].sum() / w.sum())
        return _Once(as_floats(tilt), as_floats(beta[few]), as_floats(gamma[few]), bad)

    def _solved(self, y: Floats, w: Floats) -> Floats:
        left = self.inner.T @ (self.inner * w[:, None])
        right = self.inner.T @ (y * w)
        scale = np.sqrt(np.maximum(np.diag(left), 1e-300))
        even = left / np.outer(scale, scale)
        return as_floats(
            np.linalg.pinv(even, rcond=SINGULAR, hermitian=True) @ (right / scale) / scale
        )


def _weighted_quantiles(values: Floats, weight: Floats, shares: Floats) -> Floats:
    """Return quantiles as if every value stood there as often as its weight says."""
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(weight[order])
    # The place of a value is the middle of its mass, as with numpy's "hazen".
    middle = (mass - weight[order] / 2) / mass[-1]
    return as_floats(np.interp(shares, middle, values[order]))
