"""Is an industry denser around its own members than everything is? M and m.

Around each organisation of the industry, the industry's share of all weight nearby is compared
with its share of all weight; M takes what is within a distance [1]_, m what is at about that
distance [2]_. Both are 1 when the industry is placed like everything, whatever the shape of the
country: M = 2 says that its share nearby is twice what it is overall.

.. [1] Marcon, E., Puech, F. (2010). Measures of the geographic concentration of industries:
   improving distance-based methods. Journal of Economic Geography 10(5).
   doi:10.1093/jeg/lbp056
.. [2] Lang, G., Marcon, E., Puech, F. (2020). Distance-based measures of spatial concentration:
   introducing a relative density function. Annals of Regional Science 64.
   doi:10.1007/s00168-019-00946-7
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from buzzline.agglomeration.pair_distances import silverman
from buzzline.agglomeration.point_nulls import flags_of
from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument, TooFew
from buzzline.kernels.relative import pair_distance_counts
from buzzline.quantities import Kilometres
from buzzline.space.cells import cells_of, distances_of
from buzzline.space.points import Points, squared_chord_at
from buzzline.space.standing import Standing, standing

DISTANCE_BINS = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Roles:
    """Who is looked at, who is looked for, and against whom.

    Attributes
    ----------
    reference : (r,) int64      rows around which is counted
    sought : (n,) float64       weight of the neighbours looked for, 0 for others
    against : (n,) float64      weight of those they are compared with, 0 for others
    """

    reference: Indices
    sought: Floats
    against: Floats

    def overall(self) -> Floats:
        """Return the share of the sought around each reference point, were place no matter."""
        own = self.reference
        rest = self.against.sum() - self.against[own]
        with np.errstate(divide="ignore", invalid="ignore"):
            return as_floats((self.sought.sum() - self.sought[own]) / rest)


def marcon_puech_m(
    points: Points,
    reference: ArrayLike,
    distances_km: ArrayLike,
    *,
    neighbours: ArrayLike | None = None,
    controls: ArrayLike | None = None,
    weight: ArrayLike | None = None,
) -> Floats:
    """Return M: how much denser the neighbours are within each distance than all points are.

    Parameters
    ----------
    points : Points
        The whole population.
    reference : (n,) bool
        Points around which is counted.
    distances_km : (k,) float64 [km]
        Rising.
    neighbours : (n,) bool, optional
        Points looked for; the reference points themselves when left out.
    controls : (n,) bool, optional
        Points they are compared with instead of all points (case-control M).
    weight : (n,) float64, optional
        Of each point, e.g. jobs; 1 when left out. Weights of neighbours count, not those of
        reference points.

    Returns
    -------
    (k,) float64 [ratio]
        1: as dense as everything. NaN where no reference point has a neighbour at all (0 / 0).

    Raises
    ------
    TooFew
        No reference point.
    InvalidArgument
        Arrays of different lengths, negative weights, distances that do not rise.

    Notes
    -----
    M(r) is the sum over reference points i of the sought weight within r over all weight within
    r, divided by the sum of (W_sought - w_i) / (W - w_i); point i itself is left out of both,
    and so are reference points that have nobody within r. Once r spans all points M is 1. One
    reference point is enough.

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> line = on_plane([0, 1, 2, 5, 6], [0, 0, 0, 0, 0])
    >>> is_a = np.array([True, True, False, False, True])
    >>> marcon_puech_m(line, is_a, [1, 6], weight=[1, 2, 3, 1, 2]).round(6).tolist()
    [0.921053, 1.0]
    """
    roles = roles_of(
        len(points), reference, neighbours=neighbours, controls=controls, weight=weight
    )
    counted = standing(points, as_floats(distances_km))
    return summed_up(local_shares(counted, roles), roles.overall())


def local_m(
    points: Points,
    reference: ArrayLike,
    distances_km: ArrayLike,
    *,
    neighbours: ArrayLike | None = None,
    controls: ArrayLike | None = None,
    weight: ArrayLike | None = None,
) -> Floats:
    """Return M around each reference point alone: the local location quotient. (r, k) float64.

    Parameters and meaning as in `marcon_puech_m`; NaN where a point has nobody within reach,
    and everywhere for a point that is alone of its kind: there is nobody to look for.

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> line = on_plane([0, 1, 2, 5, 6], [0, 0, 0, 0, 0])
    >>> is_a = np.array([True, True, False, False, True])
    >>> local_m(line, is_a, [1.0], weight=[1, 2, 3, 1, 2]).ravel().round(3).tolist()
    [2.0, 0.583, 0.0]
    """
    roles = roles_of(
        len(points), reference, neighbours=neighbours, controls=controls, weight=weight
    )
    counted = standing(points, as_floats(distances_km))
    with np.errstate(divide="ignore", invalid="ignore"):
        overall = roles.overall()[:, None]
        return as_floats(np.where(overall > 0, local_shares(counted, roles) / overall, np.nan))


def lang_m(
    points: Points,
    reference: ArrayLike,
    distances_km: ArrayLike,
    *,
    neighbours: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    bandwidth_km: Kilometres | None = None,
) -> Floats:
    """Return m: how much denser the neighbours are at each distance than all points are.

    Parameters
    ----------
    points : Points
    reference, neighbours : (n,) bool
    distances_km : (k,) float64 [km]
    weight : (n,) float64, optional
    bandwidth_km : km, optional
        Of the Gaussian kernel; `m_bandwidth_km` when left out.

    Returns
    -------
    (k,) float64 [ratio]

    Notes
    -----
    As M, with the Gaussian kernel of the distance less r in place of "within r", and no
    correction at zero: what is lost there is lost in both densities. Points further from r than
    seven bandwidths do not count.

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> x = np.arange(40.0)
    >>> ends = (x < 5) | (x > 34)
    >>> m = lang_m(on_plane(x, 0 * x), ends, [1, 20, 35])
    >>> bool(m[0] > 1 > m[1] and m[2] > 1)
    True
    """
    roles = roles_of(len(points), reference, neighbours=neighbours, weight=weight)
    distances = distances_of(points, as_floats(distances_km)).km
    if bandwidth_km is not None and not 0 < bandwidth_km < np.inf:
        raise InvalidArgument(
            f"lang_m: `bandwidth_km` must be above 0, got {bandwidth_km}; leave it out for "
            "Silverman's"
        )
    if bandwidth_km is None:
        bandwidth_km = m_bandwidth_km(
            points,
            roles.reference,
            np.flatnonzero(roles.sought),
            longest_km=float(distances[-1]),
        )
    counted = standing(points, distances, bandwidth_km=bandwidth_km)
    return summed_up(local_shares(counted, roles), roles.overall())


def m_bandwidth_km(
    points: Points, reference: Indices, neighbours: Indices, *, longest_km: Kilometres
) -> float:
    """Return the bandwidth of m: Silverman's rule on distances up to twice the longest asked.

    Parameters
    ----------
    points : Points
    reference, neighbours : int64
        Row numbers.
    longest_km : km

    Returns
    -------
    float [km]

    Raises
    ------
    TooFew
        Fewer than two pairs within reach, or all of one length: nothing to choose it from.

    Notes
    -----
    0.9 min(s, IQR / 1.34) n^(-1/5) over the n unordered pairs of reference and neighbour [1]_.
    Distances are counted in 65 536 bins; the quartiles are within one bin.

    References
    ----------
    .. [1] Silverman, B. W. (1986). Density Estimation for Statistics and Data Analysis. Chapman
       and Hall. Equation 3.31.
    """
    limit = 2 * longest_km
    reach = float(np.sqrt(squared_chord_at(points, np.array([limit]))[0]))
    one, two = points.at(reference), points.at(neighbours)
    cells = cells_of(two.xyz, reach)
    counts, first, second = pair_distance_counts(
        one.xyz, reference, cells.xyz, neighbours[cells.order], cells.keys, cells.low,
        cells.width, cells.across, limit, reach, DISTANCE_BINS, points.radius_km,
    )  # fmt: skip
    if np.array_equal(reference, neighbours):  # every pair was met from both ends
        counts, first, second = counts / 2, first / 2, second / 2
    n = float(counts.sum())
    deviation = sqrt(max(second - first**2 / n, 0) / (n - 1)) if n > 1 else 0.0
    if deviation <= 0:
        raise TooFew(
            f"m: {n:,.0f} pairs of points within {limit:g} km of each other, or pairs of one "
            "distance, are too few to choose a bandwidth. Give longer distances, or "
            "`bandwidth_km`."
        )
    low, high = (_quantile(counts, share) * limit for share in (0.25, 0.75))
    return silverman(n, deviation, high - low)


def _quantile(counts: Floats, share: float) -> float:
    """Return a quantile of counted values between 0 and 1, between the two nearest values."""
    below = np.cumsum(counts)
    at = (below[-1] - 1) * share
    first, second = np.searchsorted(below, [np.floor(at), np.floor(at) + 1], side="right")
    second = min(second, counts.size - 1)
    return float(first + (at - np.floor(at)) * (second - first) + 0.5) / counts.size


def roles_of(
    n: int,
    reference: ArrayLike,
    *,
    neighbours: ArrayLike | None = None,
    controls: ArrayLike | None = None,
    weight: ArrayLike | None = None,
) -> Roles:
    """Return who is looked at, for and against, as weights of all n points."""
    flags = flags_of(n, "reference", reference)
    sought = flags if neighbours is None else flags_of(n, "neighbours", neighbours)
    against = np.ones(n, np.bool_) if controls is None else flags_of(n, "controls", controls)
    weights = np.ones(n) if weight is None else as_floats(weight)
    if weights.shape != (n,) or not np.isfinite(weights).all() or (weights < 0).any():
        raise InvalidArgument(
            f"`weight` must be {n:,} finite numbers of 0 or more, one a point; leave points of "
            "unknown weight out first"
        )
    if not flags.any():
        raise TooFew("M needs at least one reference point: no point is marked in `reference`")
    return Roles(
        as_indices(np.flatnonzero(flags)),
        as_floats(np.where(sought, weights, 0.0)),
        as_floats(np.where(against, weights, 0.0)),
    )


def local_shares(counted: Standing, roles: Roles, around: Floats | None = None) -> Floats:
    """Return the share of the sought in the weight around each reference point. (r, k).

    Parameters
    ----------
    counted : Standing
    roles : Roles
    around : (places, k) float64, optional
        `counted.everywhere` of the `against` weights, where they stay the same over draws.

    Returns
    -------
    (r, k) float64 [share]
        NaN where a reference point has nobody around: 0 / 0.
    """
    place = counted.place[roles.reference]
    at, which = np.unique(place, return_inverse=True)
    sought, against = counted.at_places(roles.sought), counted.at_places(roles.against)
    rest = counted.elsewhere(at, against) if around is None else around[at]
    found = counted.elsewhere(at, sought)
    own = roles.reference
    here = counted.here
    top = found[which] + (sought[place] - roles.sought[own])[:, None] * here
    bottom = rest[which] + (against[place] - roles.against[own])[:, None] * here
    with np.errstate(divide="ignore", invalid="ignore"):
        return as_floats(np.where(bottom > 0, top / bottom, np.nan))


def summed_up(local: Floats, overall: Floats) -> Floats:
    """Return M from local and overall shares; points with nobody around count in neither."""
    known = ~np.isnan(local)
    with np.errstate(divide="ignore", invalid="ignore"):
        return as_floats(np.nansum(local, axis=0) / (known * overall[:, None]).sum(axis=0))
