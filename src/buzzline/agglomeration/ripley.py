"""How many neighbours have points within each distance? Ripley's K and what grew from it.

K(r) is the mean number of further points within r of a point, divided by their density [1]_:
pi r^2 when points fall independently and evenly, more when they cluster. Near the border of the
window part of every circle was not looked at; the corrections differ in how they make up for
it. On the globe the window is the globe, nothing is cut off, and even points give the area of
a cap, 2 pi R^2 (1 - cos(r / R)).

.. [1] Ripley, B. D. (1977). Modelling spatial patterns. Journal of the Royal Statistical
   Society B 39(2). doi:10.1111/j.2517-6161.1977.tb01615.x
"""

from __future__ import annotations

from math import inf, pi, sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from buzzline.agglomeration.checks import as_jobs
from buzzline.agglomeration.pairs import Correction, k_of, pairs_of, smoothed
from buzzline.agglomeration.point_nulls import flags_of
from buzzline.arrays import Floats, as_floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Kilometres
from buzzline.space.points import Points
from buzzline.space.windows import Window

STOYAN = 0.15  # bandwidth in units of the mean distance of points: Stoyan and Stoyan 1994


def ripley_k(
    points: Points,
    distances_km: ArrayLike,
    window: Window | None = None,
    *,
    correction: Correction = "isotropic",
) -> Floats:
    """Return Ripley's K.

    Parameters
    ----------
    points : Points
    distances_km : (k,) float64 [km]
        Rising.
    window : Window, optional
        Where points could have been seen; left out on the globe, where it is the globe.
    correction : "none", "border", "translate" or "isotropic"
        What makes up for the part of a circle outside the window. "border" counts around points
        further than r from the border only; "translate" weighs a pair by the area the window
        shares with its copy shifted along the pair [1]_; "isotropic" by the share of the circle
        through the second point that lies inside [2]_, at most a hundredfold.

    Returns
    -------
    (k,) float64 [km2]
        NaN under "border" where no point is that far inside, and under "translate" from the
        distance on at which two points are as far apart as the window goes (on opposite sides
        of it): window and shifted copy share no area, so such a pair has no weight.

    Raises
    ------
    TooFew
        Fewer than two points.
    InvalidArgument
        No window on the plane, a window on the globe, or points outside the window.

    Notes
    -----
    K(r) = A / (n (n - 1)) x the sum over ordered pairs within r of the weight of the pair;
    points at one place are pairs at distance 0.

    References
    ----------
    .. [1] Ohser, J. (1983). On estimators for the reduced second moment measure of point
       processes. Mathematische Operationsforschung und Statistik, series Statistics 14.
       doi:10.1080/02331888308801687
    .. [2] Ripley, B. D. (1988). Statistical Inference for Spatial Processes. Cambridge
       University Press. doi:10.1017/CBO9780511624131

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> from buzzline.space.windows import rectangle
    >>> corners, square = on_plane([1, 3, 3, 1], [1, 1, 3, 3]), rectangle((0, 4), (0, 4))
    >>> ripley_k(corners, [1, 2, 3], square, correction="none").round(3).tolist()
    [0.0, 10.667, 16.0]
    """
    pairs = pairs_of(points, points, distances_km, window=window, correction=correction)
    one = np.ones(len(points))
    return k_of(pairs, one, one, whole=len(points) * (len(points) - 1.0))


def inhomogeneous_k(
    points: Points,
    distances_km: ArrayLike,
    window: Window | None = None,
    *,
    intensity: ArrayLike,
    correction: Correction = "isotropic",
) -> Floats:
    """Return K of points whose density is known to vary: each counts one over its intensity.

    Parameters
    ----------
    points, distances_km, window, correction
        As in `ripley_k`.
    intensity : (n,) float64 [1/km2]
        Expected points a square kilometre at each point, from elsewhere.

    Notes
    -----
    K(r) = 1 / A x the sum over ordered pairs within r of weight / (intensity_i intensity_j)
    [1]_; pi r^2 when points are independent, whatever their density. An intensity estimated
    from the same points takes clustering for density: then use cases and controls instead.

    References
    ----------
    .. [1] Baddeley, A. J., Møller, J., Waagepetersen, R. (2000). Non- and semi-parametric
       estimation of interaction in inhomogeneous point patterns. Statistica Neerlandica 54(3).
       doi:10.1111/1467-9574.00144

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> from buzzline.space.windows import rectangle
    >>> square, corners = rectangle((0, 4), (0, 4)), on_plane([1, 3, 3, 1], [1, 1, 3, 3])
    >>> inhomogeneous_k(corners, [2], square, intensity=[0.25] * 4, correction="none").tolist()
    [8.0]
    """
    rate = as_floats(intensity)
    if rate.shape != (len(points),) or not np.isfinite(rate).all() or (rate <= 0).any():
        raise InvalidArgument(
            f"inhomogeneous_k: `intensity` must be {len(points):,} positive numbers, one each"
        )
    pairs = pairs_of(points, points, distances_km, window=window, correction=correction)
    return k_of(pairs, 1 / rate, 1 / rate, whole=pairs.area_km2**2, density=1.0)


def cross_k(
    points: Points,
    other: Points,
    distances_km: ArrayLike,
    *,
    window: Window | None = None,
    correction: Correction = "isotropic",
) -> Floats:
    """Return K between two sets of points: how many of the other are around one (bivariate K).

    Parameters
    ----------
    points, other : Points
        No point may be in both; two points may stand at one place.
    distances_km, window, correction
        As in `ripley_k`.

    Raises
    ------
    InvalidArgument
        The two sets are one and the same: each point would be its own neighbour.

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> from buzzline.space.windows import rectangle
    >>> one, other = on_plane([1, 3], [1, 1]), on_plane([1], [2])
    >>> cross_k(one, other, [1], window=rectangle((0, 4), (0, 4)), correction="none").tolist()
    [8.0]
    """
    if np.array_equal(points.xyz, other.xyz):
        raise InvalidArgument(
            "cross_k: the two sets are the same points, and each would be its own neighbour. "
            "For one set use `ripley_k`."
        )
    pairs = pairs_of(points, other, distances_km, window=window, correction=correction)
    whole = len(points) * float(len(other))
    return k_of(pairs, np.ones(len(points)), np.ones(len(other)), whole=whole)


def mark_weighted_k(
    points: Points,
    marks: ArrayLike,
    distances_km: ArrayLike,
    *,
    window: Window | None = None,
    correction: Correction = "isotropic",
) -> Floats:
    """Return K with each pair weighed by the product of its marks, e.g. jobs (Kmm).

    Parameters
    ----------
    points : Points
    marks : (n,) float64
        0 or more.
    distances_km, window, correction
        As in `ripley_k`; "border" is not defined for it.

    Notes
    -----
    A x the sum over ordered pairs within r of weight m_i m_j, divided by the square of the sum
    of all marks [1]_: when marks are equal, K times (n - 1) / n, and about that on average when
    marks do not depend on where points are.

    References
    ----------
    .. [1] Penttinen, A., Stoyan, D., Henttonen, H. M. (1992). Marked point processes in forest
       statistics. Forest Science 38(4). doi:10.1093/forestscience/38.4.806

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> from buzzline.space.windows import rectangle
    >>> line, square = on_plane([1, 2, 3], [1, 1, 1]), rectangle((0, 4), (0, 4))
    >>> marks = [1, 0, 1]
    >>> mark_weighted_k(line, marks, [1, 2], window=square, correction="none").round(3).tolist()
    [0.0, 8.0]
    """
    size = as_floats(marks)
    if size.shape != (len(points),) or not np.isfinite(size).all() or (size < 0).any():
        raise InvalidArgument(
            f"mark_weighted_k: `marks` must be {len(points):,} numbers of 0 or more"
        )
    if correction == "border":
        raise InvalidArgument(
            "mark_weighted_k: no border correction is defined for weighed pairs; use "
            "'translate' or 'isotropic'"
        )
    if not size.sum():
        raise TooFew("mark_weighted_k: all marks are 0")
    pairs = pairs_of(points, points, distances_km, window=window, correction=correction)
    return k_of(pairs, size, size, whole=float(size.sum()) ** 2)


def diggle_chetwynd_d(
    points: Points,
    cases: ArrayLike,
    distances_km: ArrayLike,
    *,
    controls: ArrayLike | None = None,
    window: Window | None = None,
    correction: Correction = "isotropic",
) -> Floats:
    """Return D: K of the cases less K of the controls, 0 when cases are placed like controls.

    Parameters
    ----------
    points : Points
    cases : (n,) bool
    controls : (n,) bool, optional
        All other points when left out.
    distances_km, window, correction
        As in `ripley_k`.

    Raises
    ------
    InvalidArgument
        Row numbers in place of flags, or flags of another length.
    TooFew
        Fewer than two cases or two controls.

    References
    ----------
    .. [1] Diggle, P. J., Chetwynd, A. G. (1991). Second-order analysis of spatial clustering
       for inhomogeneous populations. Biometrics 47(3). doi:10.2307/2532668

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> from buzzline.space.windows import rectangle
    >>> points, is_case = on_plane([1, 1.5, 1, 4], [1, 1, 3, 3]), np.array([1, 1, 0, 0]) > 0
    >>> window = rectangle((0, 5), (0, 4))
    >>> diggle_chetwynd_d(points, is_case, [1.0], window=window, correction="none").tolist()
    [20.0]
    """
    is_case = flags_of(len(points), "cases", cases)
    is_control = ~is_case if controls is None else flags_of(len(points), "controls", controls)
    found = [
        ripley_k(points.at(flags), distances_km, window, correction=correction)
        for flags in (is_case, is_control)
    ]
    return as_floats(found[0] - found[1])


def besag_l(k: ArrayLike, distances_km: ArrayLike) -> Floats:
    """Return Besag's L less r: how much further an even pattern must go for as many neighbours.

    sqrt(K / pi) - r [km]; 0 for even points on the plane, and its spread is much the same at
    all distances.

    Examples
    --------
    >>> besag_l([np.pi, 16 * np.pi], [1.0, 2.0]).tolist()
    [0.0, 2.0]
    """
    counted = as_jobs(k, "besag_l", "k", axes=1)
    km = as_jobs(distances_km, "besag_l", "distances_km", axes=1, known=True, n=counted.size)
    return as_floats(np.sqrt(counted / pi) - km)


def pair_correlation(
    points: Points,
    distances_km: ArrayLike,
    window: Window,
    *,
    correction: Correction = "isotropic",
    bandwidth_km: Kilometres | None = None,
    divisor: Literal["r", "d"] = "r",
) -> Floats:
    """Return the pair correlation g: how many pairs lie at each distance, 1 for even points.

    Parameters
    ----------
    points : Points
        On the plane.
    distances_km : (k,) float64 [km]
    window : Window
    correction : "none", "translate" or "isotropic"
    bandwidth_km : km, optional
        Standard deviation of the Epanechnikov kernel; 0.15 / sqrt(5 n / A) when left out.
    divisor : "r" or "d"
        Divide by the distance asked, or each pair by its own, which is steadier near 0. Pairs
        at one place have no distance of their own and are left out of "d", as in spatstat.

    Raises
    ------
    TooFew
        Fewer than two points.
    InvalidArgument
        A correction or divisor there is not, a bandwidth that is not above 0, no window.

    Notes
    -----
    g(r) = A / (n (n - 1)) x the sum over ordered pairs of weight x kernel(r - d) / (2 pi r).
    At r = 0 with divisor "r" it is NaN.

    References
    ----------
    .. [1] Stoyan, D., Stoyan, H. (1994). Fractals, Random Shapes and Point Fields. Wiley.

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> from buzzline.space.windows import rectangle
    >>> rng = np.random.default_rng(1)
    >>> points = on_plane(rng.random(2000) * 10, rng.random(2000) * 10)
    >>> bool(abs(pair_correlation(points, [1], rectangle((0, 10), (0, 10)))[0] - 1) < 0.05)
    True
    """
    if correction == "border":
        raise InvalidArgument(
            "pair_correlation: no border correction is defined; use 'translate' or 'isotropic'"
        )
    if divisor not in ("r", "d"):
        raise InvalidArgument(
            f"pair_correlation: there is no divisor {divisor!r}; choose 'r' or 'd'"
        )
    if bandwidth_km is not None and not 0 < bandwidth_km < inf:
        raise InvalidArgument(
            f"pair_correlation: `bandwidth_km` must be above 0, got {bandwidth_km}; leave it "
            "out for Stoyan's"
        )
    pairs = pairs_of(points, points, distances_km, window=window, correction=correction)
    n = len(points)
    spread = STOYAN / sqrt(5 * n / window.area_km2) if bandwidth_km is None else bandwidth_km
    sums = smoothed(pairs, spread * sqrt(5), is_by_distance=divisor == "d")
    whole = 2 * pi * n * (n - 1) / window.area_km2
    if correction == "translate":
        sums = sums * window.area_km2
    with np.errstate(divide="ignore", invalid="ignore"):
        km = np.where(pairs.distances.km > 0, pairs.distances.km, np.nan)
        return as_floats(sums / whole / (1.0 if divisor == "d" else km))
