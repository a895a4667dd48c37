"""Ratios with errors that allow for deals of one parent being alike.

Deals of one group (an ultimate owner and all it owns) are not independent: where one parent
made half of them, intervals that count deals are far too short. Groups are the units here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, isfinite, nan
from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from buzzline.arrays import (
    Codes,
    Flags,
    Floats,
    Indices,
    as_codes,
    as_flags,
    as_floats,
    as_indices,
)
from buzzline.errors import InvalidArgument
from buzzline.estimates import Estimate
from buzzline.investment.score_ends import Kind, contrast_beyond, score_ends, sides_of
from buzzline.kernels.lands import contrast, dealt_contrasts
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, generator
from buzzline.space.threads import in_parts

NO_CONTRAST = "not testable: in no stratum do deals from clusters and from elsewhere meet"
NONE_LAND = "where they meet, no deal from {} lands in a similar cluster"
EITHER = "clusters or elsewhere"
SAME = 1 - 1e-9  # replicates this near to the observed are ties


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Deals by stratum and group, those of strata without a comparison left out.

    Attributes
    ----------
    stratum, group : (n,) int32     0 to their numbers, in order of stratum
    exposed, lands : (n,) bool      from a cluster; into a similar one
    rows : (n,) int64               which of the deals given these are
    """

    stratum: Codes
    group: Codes
    exposed: Flags
    lands: Flags
    rows: Indices

    @property
    def n(self) -> int:
        """Deals in them; one that stands in several strata counts once."""
        return int(np.unique(self.rows).size)

    @property
    def n_strata(self) -> int:
        """Strata in which deals from clusters and from elsewhere meet."""
        return int(self.stratum[-1]) + 1 if self.stratum.size else 0

    @property
    def n_groups(self) -> int:
        """Groups with deals in them."""
        return int(self.group.max()) + 1 if self.group.size else 0

    def cells(self, weight: Floats | None = None) -> Floats:
        """Return [[a, b], [c, d]] of each stratum. (strata, 2, 2) float64."""
        key = self.stratum * 4 + 2 * ~self.exposed + ~self.lands
        counted = np.bincount(key, weights=weight, minlength=4 * self.n_strata)
        return as_floats(counted.reshape(-1, 2, 2))


def grouped(stratum: Codes, group: Codes, *, exposed: Flags, lands: Flags) -> Grouped:
    """Gather deals by stratum and group, and leave out strata without a comparison.

    Parameters
    ----------
    stratum, group : (n,) int32
    exposed, lands : (n,) bool
    """
    stratum, exposed = as_codes(stratum), as_flags(exposed)
    if not stratum.size == group.size == exposed.size == lands.size:
        raise InvalidArgument("grouped: stratum, group, exposed and lands must be equally long")
    n = np.bincount(stratum)
    n_exposed = np.bincount(stratum, weights=exposed)
    meets = ((n_exposed > 0) & (n_exposed < n))[stratum]
    rows = np.flatnonzero(meets)
    rows = rows[np.lexsort((group[rows], stratum[rows]))]
    return Grouped(
        as_codes(np.unique(stratum[rows], return_inverse=True)[1].ravel()),
        as_codes(np.unique(group[rows], return_inverse=True)[1].ravel()),
        exposed[rows], as_flags(lands)[rows], as_indices(rows),
    )  # fmt: skip


def ratio_by_groups(deals: Grouped, kind: Kind, *, level: Share = 0.95) -> Estimate:
    """Return a ratio within strata with an interval over groups.

    The value is that of Mantel and Haenszel, R / S. The interval holds all ratios r at which
    (R - r S)^2 <= z^2 V(r); V(r) sums the squares of what each group adds to R - r S, and is
    never less than if deals were independent and the ratio r (few or no deals that land would
    seem to vary too little). Where a
    group is much of its stratum it sets the mean it is compared with, and what it adds looks
    too small: the part between groups is stretched by 1 / sqrt(1 - 2 f + F), f being its share
    of the stratum and F the sum of squared shares, as if deals of one group were all alike.

    Parameters
    ----------
    deals : Grouped
    kind : "risk ratio", "odds ratio" or "risk difference"
    level : share

    Returns
    -------
    Estimate
        `high` is NaN where the ratio has no upper end, `low` 0 where it has no lower one: too
        few groups, or deals separated. `n` counts deals in strata with a comparison.

    References
    ----------
    .. [1] Fieller, E. C. (1954). Some problems in interval estimation. Journal of the Royal
       Statistical Society B 16(2). doi:10.1111/j.2517-6161.1954.tb00159.x

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> group = np.repeat(np.arange(100), 3)
    >>> exposed = group % 2 == 0
    >>> lands = rng.random(300) < np.where(exposed, 0.6, 0.2)
    >>> deals = grouped(group * 0, group, exposed=exposed, lands=lands)
    >>> found = ratio_by_groups(deals, "risk ratio")
    >>> found.low < 3 < found.high
    True
    """
    n, method = deals.rows.size, f"over {deals.n_groups:,} groups"
    if not n:
        return Estimate(nan, nan, nan, level, 0, NO_CONTRAST)
    above, below = (float(side) for side in sides_of(deals.cells(), kind).sum(axis=0))
    is_ratio = kind != "risk difference"
    if is_ratio and not above and not below:
        return Estimate(nan, nan, nan, level, n, f"not testable: {NONE_LAND.format(EITHER)}")
    z = float(norm.ppf((1 + level) / 2))
    value = above / below if below else nan
    beyond = contrast_beyond(deals.cells(), _parts(deals, kind), kind, z=z)
    low, high = score_ends(beyond, value, is_ratio=is_ratio)
    if not below:
        method += f"; no value: {NONE_LAND.format('elsewhere')}"
    return Estimate(value, low, high, level, n, method)


def _parts(deals: Grouped, kind: Kind) -> Floats:
    """Return what each group adds to R and S, allowing for its share of strata. (groups, 2)."""
    by = _cells_of(deals)
    corner = by.cell * 4 + 2 * ~deals.exposed + ~deals.lands
    own = as_floats(np.bincount(corner, minlength=4 * by.group.size).reshape(-1, 2, 2))
    whole = deals.cells()[by.stratum]
    lost = sides_of(whole, kind) - sides_of(whole - own, kind)
    added = _slopes(whole, own, kind)
    n, n_all = own.sum(axis=(1, 2)), whole.sum(axis=(1, 2))
    parts = added + (by.stretch - 1)[:, None] * ((n_all - n) / n)[:, None] * (lost - added)
    return as_floats(np.column_stack([
        np.bincount(by.group, weights=side, minlength=deals.n_groups) for side in parts.T
    ]))  # fmt: skip


class _Cells(NamedTuple):
    """Groups within strata: which cell each deal is in, and what each cell is."""

    cell: Indices  # (n,) of each deal
    group: Indices  # (m,), in order
    stratum: Indices  # (m,)
    stretch: Floats  # (m,) for what is between groups


def _cells_of(deals: Grouped) -> _Cells:
    key, cell = np.unique(
        deals.group.astype(np.int64) * deals.n_strata + deals.stratum, return_inverse=True
    )
    cell, stratum = cell.ravel(), key % deals.n_strata
    share = np.bincount(cell) / np.bincount(deals.stratum)[stratum]
    squared = np.bincount(stratum, weights=share**2)[stratum]
    left = np.where(share < 1, 1 - 2 * share + squared, 1.0)
    return _Cells(
        as_indices(cell), as_indices(key // deals.n_strata), as_indices(stratum),
        as_floats(1 / np.sqrt(left)),
    )  # fmt: skip


def _slopes(cells: Floats, own: Floats, kind: Kind) -> Floats:
    """Return how fast R and S of each table rise with the weight of some of its deals."""
    a, b, c, d = (cells[:, i, j] for i in (0, 1) for j in (0, 1))
    e, f, g, h = (own[:, i, j] for i in (0, 1) for j in (0, 1))
    n1, n0, m1, m0 = a + b, c + d, e + f, g + h
    rises = {
        "risk ratio": (e * n0 + a * m0, g * n1 + c * m1),
        "odds ratio": (e * d + a * h, f * c + b * g),
        "risk difference": (e * n0 + a * m0 - g * n1 - c * m1, m1 * n0 + n1 * m0),
    }[kind]
    n = (n1 + n0)[:, None]
    shrinks = sides_of(cells, kind) * (m1 + m0)[:, None] / n
    return as_floats(np.column_stack(rises) / n - shrinks)


def bootstrap_by_groups(
    deals: Grouped, kind: Kind, *, draws: Draws = 999, level: Share = 0.95, rng: Seed = None
) -> Estimate:
    """Return a ratio within strata with its percentile bootstrap over groups.

    Whole groups are drawn with replacement. With few groups, or one large one, it is too short
    (see the recovery study); `ratio_by_groups` is not.

    Examples
    --------
    >>> group = np.repeat(np.arange(60), 2)
    >>> lands = group % 3 == 0
    >>> deals = grouped(group * 0, group, exposed=group % 2 == 0, lands=lands)
    >>> bootstrap_by_groups(deals, "risk ratio", draws=99, rng=1).value
    1.0
    """
    n = deals.rows.size
    whole = ratio_by_groups(deals, kind, level=level)
    if not isfinite(whole.value) or not draws:
        return Estimate(whole.value, nan, nan, level, n, whole.method)
    source, g = generator(rng), deals.n_groups
    found = np.empty(draws)
    for draw in range(draws):
        times = np.bincount(source.integers(g, size=g), minlength=g)
        above, below = sides_of(deals.cells(as_floats(times[deals.group])), kind).sum(axis=0)
        found[draw] = above / below if below else inf if above else nan
    known = np.sort(found[~np.isnan(found)])
    if not known.size:
        return Estimate(whole.value, nan, nan, level, n, whole.method)
    tail = (1 - level) / 2
    at = np.floor(np.array([tail, 1 - tail]) * (known.size - 1) + 0.5).astype(int)
    low, high = (float(known[k]) for k in at)
    method = f"bootstrap of {g:,} groups, {draws:,} draws"
    return Estimate(whole.value, low, high if isfinite(high) else nan, level, n, method)


def design_effect(deals: Grouped) -> float:
    """Return how many deals of groups as alike as these tell as much as one independent deal.

    The variance of the contrast at no difference over groups, to that over single deals.

    Examples
    --------
    >>> group = np.repeat(np.arange(60), 2)
    >>> deals = grouped(group * 0, group, exposed=group % 2 == 0, lands=group % 4 == 0)
    >>> round(design_effect(deals), 1)
    2.0
    """
    if not deals.rows.size:
        return nan
    alone = replace(deals, group=as_codes(np.unique(deals.rows, return_inverse=True)[1]))
    spread, single = (
        float(np.square(_parts(some, "risk difference")[:, 0]).sum()) for some in (deals, alone)
    )
    return spread / single if single > 0 else nan


@dataclass(frozen=True, slots=True)
class Permuted:
    """A contrast against deals dealt anew within strata.

    Attributes
    ----------
    contrast : float     over its spread by groups
    p : float            two-sided; NaN where nothing can be exchanged
    draws : int
    """

    contrast: float
    p: float
    draws: int


def permutation_test(deals: Grouped, *, draws: Draws = 999, rng: Seed = None) -> Permuted:
    """Test whether deals from clusters land in similar ones as often as others beside them.

    Where deals of a stratum went is dealt anew among them. The statistic is the difference of
    observed and expected deals from clusters into similar ones, over its spread by groups, so
    that deals of one group being alike does not count as evidence [1]_. One test serves the
    risk ratio, the odds ratio and the risk difference: at no difference they are one contrast.

    Parameters
    ----------
    deals : Grouped
    draws : draws
    rng : Generator, int or None

    References
    ----------
    .. [1] Chung, E., Romano, J. P. (2013). Exact and asymptotically robust permutation tests.
       Annals of Statistics 41(2). doi:10.1214/13-AOS1090

    Examples
    --------
    >>> group = np.repeat(np.arange(60), 2)
    >>> deals = grouped(group * 0, group, exposed=group % 2 == 0, lands=group % 4 == 0)
    >>> permutation_test(deals, draws=99, rng=1).p
    0.01
    """
    key = np.uint64(generator(rng).integers(2**63))
    if not deals.rows.size:
        return Permuted(nan, nan, 0)
    start = np.searchsorted(deals.stratum, np.arange(deals.n_strata + 1)).astype(np.int64)
    landed = np.bincount(deals.stratum, weights=deals.lands).astype(np.int64)
    cell, cells, first = _cells_by_group(deals)
    observed = _observed(deals, cell, cells, first)
    if not draws or not ((landed > 0) & (landed < np.diff(start))).any():
        return Permuted(observed, nan, 0)
    numbers = np.arange(draws)

    def dealt(part: slice) -> Floats:
        return as_floats(dealt_contrasts(
            key, numbers[part], start, landed, cell, deals.exposed, cells, first
        ))  # fmt: skip

    found = in_parts(dealt, draws)
    n_beyond = int((np.abs(found) >= abs(observed) * SAME).sum())
    return Permuted(observed, (1 + n_beyond) / (1 + draws), draws)


def _observed(deals: Grouped, cell: Codes, cells: Floats, first: Indices) -> float:
    landed, m = deals.lands, len(cells)
    from_clusters = np.bincount(cell, weights=landed & deals.exposed, minlength=m)
    elsewhere = np.bincount(cell, weights=landed & ~deals.exposed, minlength=m)
    return float(contrast(as_floats(from_clusters), as_floats(elsewhere), cells, first))


def _cells_by_group(deals: Grouped) -> tuple[Codes, Floats, Indices]:
    """Return the cell of each deal, what is known of each cell, and where groups start."""
    by = _cells_of(deals)
    whole = deals.cells()[by.stratum]
    n_all = whole.sum(axis=(1, 2))
    cells = np.column_stack([
        np.bincount(by.cell), np.bincount(by.cell, weights=deals.exposed),
        whole[:, 0].sum(axis=1) / n_all, whole[:, :, 0].sum(axis=1) / n_all, by.stretch,
    ])  # fmt: skip
    first = np.searchsorted(by.group, np.arange(deals.n_groups + 1))
    return as_codes(by.cell), as_floats(cells), as_indices(first)
