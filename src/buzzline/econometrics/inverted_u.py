"""Is there a best amount: more helps up to a point, and harms beyond it?

Two tests of the same shape. The U-test takes a quadratic for granted and asks whether it rises
at the one end of the data and falls at the other [1]_. Two lines take nothing for granted but
that the effect changes its sign: the data are cut where a smooth curve peaks, and both lines
must slope as claimed [2]_. A quadratic finds a peak in any curve that flattens out; therefore
the verdict is that of the two lines, and the quadratic tells where the peak lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan, sqrt
from typing import Literal

import numpy as np
from scipy.stats import t as student

from buzzline.arrays import Codes, Flags, Floats, as_flags, as_floats
from buzzline.econometrics.least_squares import Line, fit_line
from buzzline.econometrics.smooth_curve import SmoothCurve, smooth_curve
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Share

Shape = Literal["inverted U", "U"]
FEWEST = 20  # observations; five to a slope on either side, and as many again for the break
FEWEST_A_SIDE = 5
MIDDLE = (0.1, 0.9)  # quantiles between which a break is looked for


@dataclass(frozen=True, slots=True)
class UTest:
    """A quadratic, its slopes at both ends of the data, and its extremum.

    Attributes
    ----------
    shape : "inverted U" or "U"
        The shape asked for.
    slope_low, slope_high : float
        Slope of the quadratic at the smallest and at the largest x [y per x].
    p : float
        Of no such shape: the larger of the one-sided p-values of the two slopes. NaN where it
        cannot be tested.
    extremum, low, high : float
        Where the quadratic turns, with its Fieller interval; infinite ends where the curvature
        cannot be told from none.
    inside : bool
        The whole interval of the extremum lies within the data.
    curvature : float
        Coefficient of x squared.
    n : int
    level : share
    reason : str
        Why nothing can be said; empty where something can.
    """

    shape: Shape
    slope_low: float
    slope_high: float
    p: float
    extremum: float
    low: float
    high: float
    inside: bool
    curvature: float
    n: int
    level: Share
    reason: str = ""

    def __str__(self) -> str:
        if self.reason:
            return f"{self.shape}: not testable ({self.reason})"
        where = f"[{self.low:.3g}, {self.high:.3g}]"
        return (
            f"{self.shape}: p = {self.p:.3g}, turning at {self.extremum:.3g} {where} "
            f"({self.level:.0%}, n={self.n:,})"
        )


@dataclass(frozen=True, slots=True)
class TwoLines:
    """One line before a break, another after it.

    Attributes
    ----------
    shape : "inverted U" or "U"
        The shape asked for.
    verdict : str
        The shape, "no such shape" or "not testable".
    break_at : float
        Value of x at which the lines are cut.
    slope_before, before_low, before_high, p_before : float
        Slope before the break, its interval, two-sided p-value.
    slope_after, after_low, after_high, p_after : float
    p : float
        The larger of the two p-values; 1 where a slope has the wrong sign.
    n_before, n_after, n : int
    level : share
    reason : str
        Why nothing can be said; empty where something can.
    """

    shape: Shape
    verdict: str
    break_at: float
    slope_before: float
    before_low: float
    before_high: float
    p_before: float
    slope_after: float
    after_low: float
    after_high: float
    p_after: float
    p: float
    n_before: int
    n_after: int
    n: int
    level: Share
    reason: str = ""

    def __str__(self) -> str:
        if self.reason:
            return f"{self.shape}: not testable ({self.reason})"
        return (
            f"{self.verdict}: slope {self.slope_before:.3g} (p = {self.p_before:.2g}) up to "
            f"{self.break_at:.3g}, {self.slope_after:.3g} (p = {self.p_after:.2g}) beyond "
            f"(n={self.n:,})"
        )


def u_test(
    x: Floats,
    y: Floats,
    *,
    shape: Shape = "inverted U",
    controls: Floats | None = None,
    groups: Codes | None = None,
    level: Share = 0.95,
) -> UTest:
    """Test whether a quadratic rises at one end of the data and falls at the other.

    Parameters
    ----------
    x, y : (n,) float64
        Rows with a NaN are left out.
    shape : "inverted U" or "U"
    controls : (n, c) float64, optional
    groups : (n,) int32, optional
        Observations of one group are not independent.
    level : share
        Of the interval of the extremum.

    Returns
    -------
    UTest
        With a `reason` where the data do not allow it.

    Notes
    -----
    y = a + b x + c x^2; slopes b + 2 c x at the ends of the data, with leave-one-out errors.
    The test at 5 % rejects exactly where the 90 % Fieller interval of -b / 2c lies within the
    data and c has the right sign.

    References
    ----------
    .. [1] Lind, J., Mehlum, H. (2010). With or without U? The appropriate test for a U-shaped
       relationship. Oxford Bulletin of Economics and Statistics 72(1).
       doi:10.1111/j.1468-0084.2009.00569.x

    Examples
    --------
    >>> x = np.linspace(0, 1, 60)
    >>> y = x * (1 - x) + 0.01 * np.cos(40 * x)
    >>> found = u_test(x, y)
    >>> found.p < 0.001, round(found.extremum, 1), found.inside
    (True, 0.5, True)
    """
    x, y, controls, groups = _known(x, y, controls, groups)
    try:
        _enough(x)
        middle, scale = float(x.mean()), float(x.std())
        u = (x - middle) / scale
        line = fit_line(_columns((np.ones_like(u), u, u**2), controls), y, groups)
    except TooFew as error:
        return _no_u_test(shape, x.size, level, _reason(error))
    ends = float(u.min()), float(u.max())
    slopes = [line.of(_slope_at(end, line.beta.size)) for end in ends]
    sign = 1 if shape == "inverted U" else -1
    tails = [
        float(student.sf(side * value / error, line.df)) if error else nan
        for side, (value, error) in zip((sign, -sign), slopes, strict=True)
    ]
    extremum, low, high = _turning(line, level)
    return UTest(
        shape, slopes[0][0] / scale, slopes[1][0] / scale, max(tails),
        middle + scale * extremum, middle + scale * low, middle + scale * high,
        bool(ends[0] <= low and high <= ends[1]), float(line.beta[2]) / scale**2, x.size, level,
    )  # fmt: skip


def _slope_at(end: float, k: int) -> Floats:
    weights = np.zeros(k)
    weights[1], weights[2] = 1.0, 2 * end
    return weights


def _turning(line: Line, level: Share) -> tuple[float, float, float]:
    """Return where a quadratic turns, and its Fieller interval."""
    b, c = line.beta[1], line.beta[2]
    reach = float(student.ppf((1 + level) / 2, line.df)) ** 2
    cov = line.covariance
    first = 4 * (c**2 - reach * cov[2, 2])
    second = 4 * (b * c - reach * cov[1, 2])
    third = b**2 - reach * cov[1, 1]
    at = float(-b / (2 * c)) if c else nan
    if first <= 0:
        return at, -inf, inf
    root = sqrt(max(second**2 - 4 * first * third, 0.0))
    return at, float((-second - root) / (2 * first)), float((-second + root) / (2 * first))


def two_lines(
    x: Floats,
    y: Floats,
    *,
    shape: Shape = "inverted U",
    controls: Floats | None = None,
    groups: Codes | None = None,
    level: Share = 0.95,
) -> TwoLines:
    """Test for a change of sign with two lines, cut where a smooth curve turns.

    Parameters
    ----------
    x, y : (n,) float64
        Rows with a NaN are left out.
    shape : "inverted U" or "U"
    controls : (n, c) float64, optional
    groups : (n,) int32, optional
        Observations of one group are not independent.
    level : share
        Both slopes must differ from 0 at this level.

    Returns
    -------
    TwoLines
        With a `reason` where the data do not allow it.

    Notes
    -----
    Robin Hood: of the values where the curve comes within a standard error of its extremum, in
    the middle 80 % of the data, the break is first their median; then it moves towards the
    stronger line, to the quantile |z_after| / (|z_before| + |z_after|), so that the weaker one
    gains observations. The point at the break is fitted on either side. Errors are
    leave-one-out.

    References
    ----------
    .. [1] Simonsohn, U. (2018). Two lines: a valid alternative to the invalid testing of
       U-shaped relationships with quadratic regressions. Advances in Methods and Practices in
       Psychological Science 1(4). doi:10.1177/2515245918805755

    Examples
    --------
    >>> x = np.linspace(0, 1, 60)
    >>> two_lines(x, x * (1 - x) + 0.01 * np.cos(40 * x)).verdict
    'inverted U'
    >>> two_lines(x, np.sqrt(x) + 0.01 * np.cos(40 * x)).verdict
    'no such shape'
    """
    x, y, controls, groups = _known(x, y, controls, groups)
    try:
        _enough(x)
        curve = smooth_curve(x, y, controls=controls)
        flat = _flat(x, curve, shape)
        first = _broken(x, y, float(np.median(flat)), controls=controls, groups=groups)
        z = [abs(line.of(w)[0]) / (line.of(w)[1] or inf) for line, w in first]
        # Both slopes exactly 0: nothing to give to either side.
        share = z[1] / (z[0] + z[1]) if sum(z) > 0 else 0.5
        at = float(np.quantile(flat, share))
        before, after = _broken(x, y, at, controls=controls, groups=groups)
    except TooFew as error:
        return _no_two_lines(shape, x.size, level, _reason(error))
    return _told(shape, at, (before, after), x=x, level=level)


Slope = tuple[Line, Floats]


def _flat(x: Floats, curve: SmoothCurve, shape: Shape) -> Floats:
    """Return the values at which the curve is about as high as it gets."""
    sign = 1 if shape == "inverted U" else -1
    inner = _inner(x)
    height = sign * curve.fitted
    most = float(height[inner].max())
    return np.asarray(x[inner & (height + curve.error >= most)])


def _inner(x: Floats) -> Flags:
    low, high = np.quantile(x, MIDDLE)
    inner = (x > low) & (x < high)
    return as_flags(inner if inner.any() else (x >= low) & (x <= high))


def _broken(
    x: Floats, y: Floats, at: float, *, controls: Floats | None, groups: Codes | None
) -> tuple[Slope, Slope]:
    """Return the slope on either side, the point at the break on the side in question."""
    found = []
    for which, after in ((1, x > at), (2, x >= at)):
        n_side = np.unique(x[after if which == 2 else ~after]).size
        if n_side < 2 or min(int(after.sum()), int((~after).sum())) < FEWEST_A_SIDE:
            raise TooFew(f"two_lines: fewer than {FEWEST_A_SIDE} observations beside the break")
        from_break = x - at
        columns = (np.ones_like(x), np.where(after, 0, from_break),
                   np.where(after, from_break, 0), after.astype(np.float64))  # fmt: skip
        line = fit_line(_columns(columns, controls), y, groups)
        found.append((line, np.eye(line.beta.size)[which]))
    return found[0], found[1]


def _told(
    shape: Shape, at: float, slopes: tuple[Slope, Slope], *, x: Floats, level: Share
) -> TwoLines:
    (before, first), (after, second) = slopes
    value = before.of(first)[0], after.of(second)[0]
    p = before.p(first), after.p(second)
    sign = 1 if shape == "inverted U" else -1
    turns = sign * value[0] > 0 > sign * value[1]
    both = max(p) if turns else 1.0
    return TwoLines(
        shape, shape if both <= 1 - level else "no such shape", at,
        value[0], *before.interval(first, level), p[0],
        value[1], *after.interval(second, level), p[1],
        both, int((x <= at).sum()), int((x >= at).sum()), x.size, level,
    )  # fmt: skip


def _known(
    x: Floats, y: Floats, controls: Floats | None, groups: Codes | None
) -> tuple[Floats, Floats, Floats | None, Codes | None]:
    x, y = as_floats(x), as_floats(y)
    if x.shape != y.shape or x.ndim != 1:
        raise InvalidArgument(f"inverted_u: `x` and `y` need one length, got {x.shape}, "
                              f"{y.shape}")  # fmt: skip
    keep = np.isfinite(x) & np.isfinite(y)
    if controls is not None:
        controls = as_floats(controls)
        controls = controls[:, None] if controls.ndim == 1 else controls
        keep &= np.isfinite(controls).all(axis=1)
        controls = controls[keep]
    return x[keep], y[keep], controls, None if groups is None else groups[keep]


def _enough(x: Floats) -> None:
    if x.size < FEWEST:
        raise TooFew(f"inverted_u: {x.size} observations, at least {FEWEST} needed")
    if (n := np.unique(x).size) < 4:
        raise TooFew(f"inverted_u: {n} different values of x, at least 4 needed")


def _columns(own: tuple[Floats, ...], controls: Floats | None) -> Floats:
    given = () if controls is None else ((controls - controls.mean(axis=0)),)
    return np.column_stack([*own, *given])


def _reason(error: TooFew) -> str:
    return str(error).partition(": ")[2]


def _no_u_test(shape: Shape, n: int, level: Share, reason: str) -> UTest:
    return UTest(shape, *(nan,) * 6, False, nan, n, level, reason)


def _no_two_lines(shape: Shape, n: int, level: Share, reason: str) -> TwoLines:
    return TwoLines(shape, "not testable", *(nan,) * 10, 0, 0, n, level, reason)
