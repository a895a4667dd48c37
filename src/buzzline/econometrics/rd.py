"""Just eligible against just not: two local curves, and how far apart they meet the cutoff."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from scipy.stats import binomtest

from buzzline.arrays import Codes, Floats, as_floats
from buzzline.econometrics.rings import Coefficients, fit_without_each
from buzzline.errors import TooFew

FEWEST_A_SIDE = 10
TRIANGLE = 3.4375  # constant of the optimal width for a triangular kernel at an edge
UNLIKE = 0.8  # of the nearest have a value of their own, else whole steps are compared
FEWEST_STEPS = 10  # values a side
NEAREST = 50  # at most, for the test of crowding


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """Two local curves at a cutoff.

    Attributes
    ----------
    found : Coefficients
        Of columns (one, eligible, r, r^2, eligible r, eligible r^2); the second is the jump.
    width : float                  of the kernel, in units of the running variable
    n_eligible, n_others : int     within the width
    linear : float                 the jump by straight lines
    """

    found: Coefficients
    width: float
    n_eligible: int
    n_others: int
    linear: float


def edge_width(y: Floats, running: Floats) -> float:
    """Return how far from the cutoff units are still compared.

    The width with the least mean square error for straight lines [1]_, times n^(-1/20), which
    is best for intervals [2]_.

    Parameters
    ----------
    y : (n,) float64
    running : (n,) float64      less the cutoff

    Raises
    ------
    TooFew
        Fewer than ten units on a side, or running variables all alike.

    References
    ----------
    .. [1] Imbens, G., Kalyanaraman, K. (2012). Optimal bandwidth choice for the regression
       discontinuity estimator. Review of Economic Studies 79(3). doi:10.1093/restud/rdr043
    .. [2] Calonico, S., Cattaneo, M. D., Farrell, M. H. (2020). Optimal bandwidth choice for
       robust bias-corrected inference in regression discontinuity designs. Econometrics
       Journal 23(2). doi:10.1093/ectj/utz022
    """
    n, above = running.size, running >= 0
    if min(above.sum(), n - above.sum()) < FEWEST_A_SIDE:
        raise TooFew(
            f"{int(above.sum())} eligible units and {int(n - above.sum())} others; it takes "
            f"{FEWEST_A_SIDE} of each"
        )
    spread = float(running.std(ddof=1))
    if not spread > 0:
        raise TooFew("all units have the same value of what eligibility goes by")
    first = 1.84 * spread * n**-0.2
    near = [(np.abs(running) <= first) & (above == side) for side in (False, True)]
    if min(part.sum() for part in near) < 2:
        near = [above == side for side in (False, True)]
    density = sum(float(part.sum()) for part in near) / (2 * n * first)
    noise = float(np.mean([y[part].var(ddof=1) for part in near]))
    cubic = np.column_stack([np.ones(n), above, running, running**2, running**3])
    third = 6 * float(np.linalg.lstsq(cubic, y, rcond=None)[0][4])
    ratio = noise / (density * max(third**2, 1e-300))
    bent = [
        _curvature(y[above == side], running[above == side], ratio) for side in (False, True)
    ]
    penalty = sum(2160 * noise / (n_used * wide**4) for _, wide, n_used in bent)
    curved = (bent[1][0] - bent[0][0]) ** 2 + penalty
    found = TRIANGLE * (2 * noise / (density * max(curved, 1e-300))) ** 0.2 * n**-0.25
    return float(np.clip(found, _tenth(running), _reach(running)))


def _curvature(y: Floats, running: Floats, ratio: float) -> tuple[float, float, int]:
    """Return the second derivative at the cutoff on one side, how far was seen, and units."""
    wide = min(3.56 * ratio ** (1 / 7) * y.size ** (-1 / 7), _reach(running))
    if (np.abs(running) <= wide).sum() < FEWEST_A_SIDE:
        wide = _reach(running)
    some = np.abs(running) <= wide
    r = running[some]
    columns = np.column_stack([np.ones(r.size), r, r**2])
    bent = np.linalg.lstsq(columns, y[some], rcond=None)[0]
    return 2 * float(bent[2]), wide, int(some.sum())


def _reach(running: Floats) -> float:
    return float(np.abs(running).max()) * 1.0000001


def _tenth(running: Floats) -> float:
    """Return the width that has ten units on each side."""
    sides = (np.sort(running[running >= 0]), np.sort(-running[running < 0]))
    return max(float(side[FEWEST_A_SIDE - 1]) for side in sides) * 1.0000001


def edge_columns(running: Floats) -> Floats:
    """Return columns of two curves that may meet the cutoff apart. (n, 6)."""
    eligible = (running >= 0).astype(np.float64)
    return as_floats(np.column_stack([
        np.ones(running.size), eligible, running, running**2, eligible * running,
        eligible * running**2,
    ]))  # fmt: skip


def edge(y: Floats, running: Floats, group: Codes, *, width: float | None = None) -> Edge:
    """Return how far apart two local curves meet a cutoff.

    Parameters
    ----------
    y : (n,) float64
    running : (n,) float64      less the cutoff; eligible from 0 on
    group : (n,) int32          whose luck may go together
    width : float, optional     None: `edge_width`

    Notes
    -----
    Weights fall in a straight line to 0 at the width. The width is the best for straight lines;
    the curves are quadratic, which takes the bias of straight lines out, and the error is of
    the quadratic ones [1]_.

    References
    ----------
    .. [1] Calonico, S., Cattaneo, M. D., Titiunik, R. (2014). Robust nonparametric confidence
       intervals for regression-discontinuity designs. Econometrica 82(6). doi:10.3982/ECTA11757

    Examples
    --------
    >>> r = np.linspace(-1, 1, 200)
    >>> found = edge(r**2 + 3 * (r >= 0), r, np.arange(200, dtype=np.int32), width=0.5)
    >>> found.found.value[1].round(6)
    np.float64(3.0)
    """
    wide = edge_width(y, running) if width is None else width
    weight = np.maximum(1 - np.abs(running) / wide, 0.0)
    used = weight > 0
    root = np.sqrt(weight[used])
    columns = edge_columns(as_floats(running[used]))
    found = fit_without_each(
        as_floats(y[used] * root), as_floats(columns * root[:, None]), group[used]
    )
    lines = columns[:, [0, 1, 2, 4]] * root[:, None]
    straight = np.linalg.lstsq(lines, y[used] * root, rcond=None)[0]
    n_eligible = int((running[used] >= 0).sum())
    return Edge(found, wide, n_eligible, int(used.sum()) - n_eligible, float(straight[1]))


def crowding_p(running: Floats) -> float:
    """Return how likely the nearest units lie as unevenly about the cutoff by chance.

    Who can move across the cutoff crowds on one side of it. Of the nearest units, as many are
    expected on each side [1]_; NaN with fewer than 20. Where units share values, such as whole
    numbers, as many steps are compared on each side; NaN with fewer than ten values a side.

    References
    ----------
    .. [1] Bugni, F. A., Canay, I. A. (2021). Testing continuity of a density via g-order
       statistics in the regression discontinuity design. Journal of Econometrics 221(1).
       doi:10.1016/j.jeconom.2020.02.004

    Examples
    --------
    >>> crowding_p(np.linspace(-1, 1, 40)) > 0.7, crowding_p(np.linspace(1, 2, 40)) < 1e-5
    (True, True)
    """
    k = min(NEAREST, running.size // 4 if running.size >= 80 else 20)
    if running.size < 20:
        return nan
    nearest = np.argsort(np.abs(running), kind="stable")[:k]
    if np.unique(running[nearest]).size < UNLIKE * k:
        return _by_steps(running, k)
    return float(binomtest(int((running[nearest] >= 0).sum()), k).pvalue)


def _by_steps(running: Floats, k: int) -> float:
    """Return the same where units share values: of as many whole steps on each side."""
    value = np.unique(np.where(np.abs(running) < 1e-200, 0.0, running))
    if min((value > 0).sum(), (value < 0).sum()) < FEWEST_STEPS:
        return nan
    step = float(np.diff(value).min())
    number = value / step
    if np.abs(number - np.round(number - number[0]) - number[0]).max() > 1e-6:
        return nan  # steps of different size
    rank = np.floor(np.abs(running) / step + 1e-6)
    sides = (running >= 0, running < 0)
    for side, other in (sides, sides[::-1]):
        if (rank[other] > 0).all() and (not (rank[side] > 0).all() or 0 in value):
            rank = np.where(other, rank - 1, rank)
    by_step = np.bincount(rank.astype(np.int64))
    n = max(int(np.searchsorted(np.cumsum(by_step), k, side="right")), 1)
    used = rank < n
    if used.sum() < 2 * FEWEST_A_SIDE:
        return nan
    return float(binomtest(int((running[used] >= 0).sum()), int(used.sum())).pvalue)
