"""Bands around curves that chance gives, and the p-value of a whole curve.

A pointwise band is left at each single distance with probability 1 - level; a curve with many
distances leaves it somewhere far more often. A global band is left anywhere at all by only
1 - level of the simulated curves: that is the test of Duranton and Overman [1]_. Which curves
stay inside is decided by how extreme a curve is at its most extreme distances ("extreme rank
length" [2]_), which gives every distance the same say, whatever the scale of the curve there.

.. [1] Duranton, G., Overman, H. G. (2005). Testing for localization using micro-geographic
   data. Review of Economic Studies 72(4). doi:10.1111/0034-6527.00362
.. [2] Myllymäki, M., Mrkvička, T., Grabarnik, P., Seijo, H., Hahn, U. (2017). Global envelope
   tests for spatial processes. Journal of the Royal Statistical Society B 79(2).
   doi:10.1111/rssb.12172
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.stats import rankdata

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument, TooFew
from buzzline.estimates import Band, BandKind
from buzzline.quantities import Share

Side = Literal["both", "above", "below"]
FEWEST_DRAWS = 2


def curve_band(
    replicates: Floats,
    *,
    level: Share = 0.95,
    kind: BandKind = "global",
    observed: Floats | None = None,
) -> Band:
    """Return the band of curves that chance gave.

    Parameters
    ----------
    replicates : (draws, k) float64
        One simulated curve a row. NaN where a curve has no value: it is neither high nor low
        there.
    level : share
        "pointwise": share of curves inside at each single place; "global": share of curves
        that lie inside everywhere.
    kind : "pointwise" or "global"
    observed : (k,) float64, optional
        For a global band: ranked among the simulated curves. It then leaves the band exactly
        when its `global_p` is at most 1 - level; without it the two may differ at the border.

    Returns
    -------
    Band
        `low` and `high` are NaN at places where no curve has a value.

    Raises
    ------
    TooFew
        Fewer than two curves.

    Notes
    -----
    The pointwise band lies between two quantiles. The global band is the hull of the curves
    whose own p-value is above 1 - level; each of the others leaves it at least once. Equal
    curves stay or go together.

    Examples
    --------
    >>> curves = np.array([[0.0, 0], [1, 1], [2, 2], [3, 9], [4, 10]])
    >>> curve_band(curves, level=0.6).high.tolist()
    [3.0, 9.0]
    """
    curves = _curves(replicates)
    draws = len(curves)
    empty = np.isnan(curves).all(axis=0)
    if kind == "pointwise":
        tail = (1 - level) / 2
        filled = np.where(empty, 0.0, curves)
        low, high = np.nanquantile(filled, [tail, 1 - tail], axis=0)
        nowhere = np.where(empty, np.nan, 0.0)
        method = f"quantiles of {draws:,} draws"
        return Band(as_floats(low + nowhere), as_floats(high + nowhere), level, kind, method)
    if observed is not None:
        curves = np.vstack([observed, curves])
    place = _extremeness(curves, "both")
    inside = curves[place > (1 - level) * len(curves) + 1e-9]
    low = np.fmin.reduce(inside, axis=0, initial=np.nan)
    high = np.fmax.reduce(inside, axis=0, initial=np.nan)
    method = f"hull of the least extreme {level:.0%} of {draws:,} draws"
    return Band(as_floats(low), as_floats(high), level, kind, method)


def global_p(observed: Floats, replicates: Floats, *, side: Side = "both") -> float:
    """Return how often chance gives a curve that is somewhere as extreme as the observed one.

    Parameters
    ----------
    observed : (k,) float64
    replicates : (draws, k) float64
    side : "both", "above" or "below"
        "above": only high values are extreme.

    Returns
    -------
    float
        (1 + simulated curves at least as extreme) / (1 + draws); never 0. NaN when the observed
        curve has no value anywhere.

    Notes
    -----
    The observed curve is ranked among the simulated ones, so under the null every rank is
    equally likely and the p-value is exact, however many places the curve has.

    Examples
    --------
    >>> curves = np.random.default_rng(1).normal(size=(99, 20))
    >>> global_p(np.full(20, 9.0), curves)
    0.01
    """
    if np.isnan(observed).all():
        return float("nan")
    curves = _curves(replicates)
    place = _extremeness(np.vstack([observed, curves]), side)
    return float((1 + np.sum(place[1:] <= place[0])) / (1 + len(curves)))


def outside(observed: Floats, band: Band) -> tuple[bool, bool]:
    """Tell whether a curve is anywhere above, and anywhere below a band (NaN is neither).

    Examples
    --------
    >>> band = curve_band(np.array([[0.0, 0], [1, 1]]), level=0.95)
    >>> outside(np.array([0.5, 2.0]), band)
    (True, False)
    """
    with np.errstate(invalid="ignore"):
        return bool(np.any(observed > band.high)), bool(np.any(observed < band.low))


def _curves(replicates: Floats) -> Floats:
    curves = as_floats(replicates)
    if curves.ndim != 2:
        raise InvalidArgument(
            f"a band needs one curve a row, (draws, k); got the shape {curves.shape}"
        )
    if len(curves) < FEWEST_DRAWS:
        raise TooFew(f"a band needs at least {FEWEST_DRAWS} draws, got {len(curves)}")
    return curves


def _extremeness(curves: Floats, side: Side) -> Indices:
    """Return the place of each curve, 1 for the most extreme; equal curves share the last.

    Each curve's ranks over the places are sorted, most extreme first, and curves are compared
    as words in a dictionary.
    """
    n, k = curves.shape
    has_gaps = bool(np.isnan(curves).any())
    rank = rankdata(curves, axis=0, nan_policy="omit" if has_gaps else "propagate")
    n_here = np.sum(~np.isnan(curves), axis=0)
    from_above = n_here + 1 - rank
    depth = {"both": np.minimum(rank, from_above), "above": from_above, "below": rank}[side]
    depth = np.where(np.isnan(depth), n, depth)  # no value: not extreme
    words = np.sort(depth, axis=1)
    order = np.lexsort(words.T[::-1]) if k else np.arange(n)
    new = np.ones(n, np.bool_)
    new[1:] = np.any(words[order][1:] != words[order][:-1], axis=1)
    last = np.append(np.flatnonzero(new)[1:], n)  # place that equal curves share
    place = np.empty(n, np.int64)
    place[order] = last[np.cumsum(new) - 1]
    return as_indices(place)
