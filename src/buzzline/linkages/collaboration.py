"""Are two clusters tied to each other more than to everybody else, net of size and distance?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf, isfinite, log, nan, sqrt

import numpy as np
from scipy.stats import chi2, norm

from buzzline.arrays import Codes, Flags, Floats, as_codes, as_floats
from buzzline.clusters.layer_ties import LayerTies
from buzzline.errors import InvalidArgument
from buzzline.linkages.city_gravity import Yardstick, log_ratio
from buzzline.quantities import Ratio, Share

HALF = 0.5
WITHIN_K, WITHIN_L, BETWEEN, BEYOND_K, BEYOND_L = range(5)
POWER = 0.8
FEWEST_TIES = 10  # of each cluster with the yardstick's organisations


@dataclass(frozen=True, slots=True, eq=False)
class PairTies:
    """The ties of two clusters in one type, and where each of them leads.

    Attributes
    ----------
    ties : LayerTies                 with a member of either
    kind : (m,) int32                within k, within l, between, from k or from l to others
    to_base : (m,) bool              leads to an organisation of the yardstick
    counts : (5,) float64            ties of each kind
    base : (2,) float64              ties of k and of l with the yardstick's organisations
    """

    ties: LayerTies
    kind: Codes
    to_base: Flags
    counts: Floats
    base: Floats


def pair_ties(ties: LayerTies, member: Codes, is_base: Flags) -> PairTies:
    """Return the ties of two clusters by where they lead.

    Parameters
    ----------
    ties : LayerTies                 with a member of either at one end or both
    member : (n,) int32              0 and 1 for members of the two, -1 for others
    is_base : (n,) bool              organisations the yardstick is read off
    """
    here, there = member[ties.source], member[ties.target]
    lone = np.where(here >= 0, here, there)
    kind = np.where((here >= 0) & (there >= 0), np.where(here == there, here, BETWEEN),
                    BEYOND_K + lone)  # fmt: skip
    to_base = (kind >= BEYOND_K) & (is_base[ties.source] | is_base[ties.target])
    counts = np.bincount(kind, weights=ties.weight, minlength=5)
    base = np.bincount(kind[to_base], weights=ties.weight[to_base], minlength=5)[BEYOND_K:]
    return PairTies(
        ties, as_codes(kind), np.asarray(to_base), as_floats(counts), as_floats(base)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Collaboration:
    """The log ratio of ties between two clusters to what size and distance give.

    Attributes
    ----------
    value, variance : float
    expected : float             ties between that size and distance give
    design_effect : float        that variance to the one independent ties would have
    n_needed : int or None       ties that would show the smallest ratio of interest
    by_unit : (n,) float64       what each organisation (or owner) adds to the value
    elasticity_variance : float  part of `variance` that comes from the fall with distance
    """

    value: float
    variance: float
    expected: float
    design_effect: float
    n_needed: int | None
    by_unit: Floats
    elasticity_variance: float


def collaboration(
    found: PairTies,
    yardstick: Yardstick,
    pair: tuple[int, int],
    *,
    unit: Codes,
    ratio: Ratio,
    level: Share,
) -> Collaboration | str:
    """Return how much more (or less) two clusters are tied than size and distance give.

    Parameters
    ----------
    found : PairTies
    yardstick : Yardstick
    pair : two int               the clusters by position in the yardstick
    unit : (n,) int32            what counts as one organisation
    ratio : ratio                the smallest one of interest
    level : share

    Returns
    -------
    Collaboration, or why nothing can be said
    """
    if found.base.min() < FEWEST_TIES:
        return (
            f"only {found.base[0]:,.0f} and {found.base[1]:,.0f} ties of the two with "
            f"organisations of other industries outside the clusters; {FEWEST_TIES} of each "
            "are needed"
        )
    expected = yardstick.expected(pair, (float(found.base[0]), float(found.base[1])))
    if not (isfinite(expected) and expected > 0):
        return "members of one of the two have no coordinates"
    between = float(found.counts[BETWEEN])
    slope = float(yardstick.log_slope[pair])
    if pair[0] == pair[1] or not isfinite(slope):
        return "members of one of the two have no coordinates"
    influence = _influence(found)
    own = float(np.sum(influence**2 / found.ties.weight))
    own += HALF / (between + HALF) ** 2 + 1 / yardstick.base_ties
    spread = max(own, _over_units(found.ties, influence, unit), _over_records(found, influence))
    from_fall = slope**2 * yardstick.fall.variance
    design = spread / own
    return Collaboration(
        log_ratio(between, expected), spread + from_fall, expected, design,
        ties_needed(found, expected, design, ratio=ratio, level=level),
        _by_unit(found.ties, influence, unit), from_fall,
    )  # fmt: skip


def within(
    found: PairTies, yardstick: Yardstick, pair: tuple[int, int], *, unit: Codes, level: Share
) -> tuple[float, float, float]:
    """Return the log ratio of ties within two clusters to what size and distance give.

    Parameters
    ----------
    found, yardstick, pair, unit, level
        As in `collaboration`.

    Returns
    -------
    value, low, high : float
        NaN where `collaboration` would not be told either.
    """
    expected = np.array([
        yardstick.expected((k, k), (float(base), float(base)))
        for k, base in zip(pair, found.base, strict=True)
    ])  # fmt: skip
    slopes = np.array([float(yardstick.log_slope[k, k]) for k in pair])
    known = np.isfinite(expected).all() and np.isfinite(slopes).all() and expected.sum() > 0
    if found.base.min() < FEWEST_TIES or not known:
        return nan, nan, nan
    share = expected / expected.sum()
    seen = float(found.counts[: WITHIN_L + 1].sum())
    # the ties expected within go with the square of those with the yardstick
    influence = _influence(found, (WITHIN_K, WITHIN_L), 2 * share)
    own = float(np.sum(influence**2 / found.ties.weight))
    own += HALF / (seen + HALF) ** 2 + 1 / yardstick.base_ties
    spread = max(own, _over_units(found.ties, influence, unit), _over_records(found, influence))
    spread += float(share @ slopes) ** 2 * yardstick.fall.variance
    value = log_ratio(seen, float(expected.sum()))
    reach = float(norm.ppf((1 + level) / 2)) * sqrt(spread)
    return value, value - reach, value + reach


def _influence(
    found: PairTies, kinds: tuple[int, ...] = (BETWEEN,), powers: Sequence[float] = (1.0, 1.0)
) -> Floats:
    """Return by how much each tie moves the log ratio, to first order.

    `powers`: of the ties of either with the yardstick, in what is expected.
    """
    part = np.zeros(found.kind.size)
    seen = float(found.counts[list(kinds)].sum())
    part[np.isin(found.kind, kinds)] = 1 / (seen + HALF)
    for end in (0, 1):
        out = found.to_base & (found.kind == BEYOND_K + end)
        part[out] = -powers[end] / found.base[end]
    return as_floats(part * found.ties.weight)


def _over_units(ties: LayerTies, influence: Floats, unit: Codes) -> float:
    """Return squared sums over organisations, less what two of one tie count twice."""
    one, other = unit[ties.source].astype(np.int64), unit[ties.target].astype(np.int64)
    dyad = np.minimum(one, other) * int(unit.size) + np.maximum(one, other)
    whole = _squared_sums(np.tile(influence, 2), np.concatenate([one, other]))
    return whole - _squared_sums(influence, dyad)


def _over_records(found: PairTies, influence: Floats) -> float:
    return _squared_sums(influence, found.ties.record) if found.ties.record.size else 0.0


def _squared_sums(influence: Floats, group: np.ndarray) -> float:
    if not influence.size:
        return 0.0
    _, number = np.unique(group, return_inverse=True)
    return float(np.sum(np.bincount(number, weights=influence) ** 2))


def _by_unit(ties: LayerTies, influence: Floats, unit: Codes) -> Floats:
    """Return half of what its ties add to the value, for each organisation. (n,)."""
    ends = np.concatenate([unit[ties.source], unit[ties.target]])
    return as_floats(np.bincount(ends, weights=np.tile(influence / 2, 2), minlength=unit.size))


def ties_needed(
    found: PairTies, expected: float, design_effect: float, *, ratio: Ratio, level: Share
) -> int | None:
    """Return how many ties of the two with others would show `ratio` times the expected ones.

    Two-sided at `level` with probability 0.8, by the normal approximation; None where nothing
    is expected.

    Examples
    --------
    >>> found = PairTies(None, None, None, np.array([0, 0, 20, 50, 50.0]), np.array([50, 50.0]))
    >>> ties_needed(found, 10.0, 1.0, ratio=2, level=0.95)
    177
    """
    if ratio in (0, 1) or not expected > 0:
        return None
    n = float(found.counts[BETWEEN:].sum())
    spread = 1 / (ratio * expected) + float(np.sum(1 / found.base))
    reach = float(norm.ppf((1 + level) / 2) + norm.ppf(POWER))
    # of n ties, as many are between as expected times the ratio; the rest leads elsewhere
    n = n - float(found.counts[BETWEEN]) + ratio * expected
    return ceil(n * design_effect * spread * (reach / log(ratio)) ** 2)


@dataclass(frozen=True, slots=True)
class Combined:
    """Several estimates of one thing as one, and whether they agree.

    Attributes
    ----------
    value, spread : float      mean weighted by precision, and its standard error
    q, p : float               heterogeneity (Cochran) and its p-value
    i2 : share                 of what they differ by that is more than their error
    n : int
    """

    value: float
    spread: float
    q: float
    p: float
    i2: float
    n: int


def combined(value: Floats, variance: Floats) -> Combined:
    """Return the mean of estimates by precision, and their heterogeneity.

    Parameters
    ----------
    value, variance : (k,) float64

    References
    ----------
    .. [1] Higgins, J., Thompson, S. (2002). Quantifying heterogeneity in a meta-analysis.
       Statistics in Medicine 21(11). doi:10.1002/sim.1186

    Examples
    --------
    >>> found = combined(np.array([1.0, 2.0, 3.0]), np.array([0.25, 0.25, 0.25]))
    >>> round(found.value, 6), round(found.q, 6), round(found.i2, 6)
    (2.0, 8.0, 0.75)
    """
    if not value.size or not (variance > 0).all():
        raise InvalidArgument("combined: at least one value, and variances above 0")
    weight = 1 / variance
    mean = float(np.sum(weight * value) / weight.sum())
    q = float(np.sum(weight * (value - mean) ** 2))
    degrees = value.size - 1
    i2 = max(0.0, (q - degrees) / q) if q > 0 else 0.0
    p = float(chi2.sf(q, degrees)) if degrees else 1.0
    return Combined(mean, 1 / sqrt(float(weight.sum())), q, p, i2, int(value.size))


def directions(values: Sequence[Collaboration], ratio: Ratio, level: Share) -> str:
    """Say whether every type by itself is above expectation ("high"), or none can be ("low").

    Empty where types disagree, or one of them cannot tell.
    """
    reach = float(norm.ppf((1 + level) / 2))
    low = [part.value - reach * sqrt(part.variance) for part in values]
    high = [part.value + reach * sqrt(part.variance) for part in values]
    if min(low) > 0:
        return "high"
    return "low" if max(high) < log_of(ratio) else ""


def log_of(ratio: Ratio) -> float:
    """Return the logarithm of a ratio that may be 0.

    Examples
    --------
    >>> log_of(1), log_of(0)
    (0.0, -inf)
    """
    return log(ratio) if ratio > 0 else -inf
