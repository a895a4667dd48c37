"""What regions would have done by what others did: a shift-share instrument, and its errors.

Regions with the same past mix get the same push, wherever they lie, so errors by region are too
small. Errors that go by exposure sum, for each push, what all regions exposed to it hold of
error [1]_.

.. [1] Adao, R., Kolesar, M., Morales, E. (2019). Shift-share designs: theory and inference.
   Quarterly Journal of Economics 134(4). doi:10.1093/qje/qjz025
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan

import numpy as np
from scipy.stats import norm

from buzzline.arrays import Codes, Flags, Floats, as_codes, as_floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Share

FEWEST_PUSHES = 10  # worth; errors by exposure rest on many pushes
WEAK_F = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class ShiftShare:
    """An effect by a shift-share instrument.

    Attributes
    ----------
    beta, se, low, high, p : float
        Errors by exposure (AKM).
    low0, high0, p0 : float
        The same with errors under the effect tested (AKM0), which hold where pushes are few or
        weak; the set may be unbounded.
    is_whole : bool                 AKM0 leaves out no value, or only a middle part
    first : float                   what one unit of the instrument moves
    first_f : float                 F of that, with errors by exposure
    region_se : float               the usual error by region, to compare
    rotemberg : (cells,) float64    weight of each cell in the effect; they sum to 1
    by_cell : (cells,) float64      effect by the pushes of the cell alone; NaN at weight 0
    worth : float                   equal cells that the pushes are worth
    n, n_regions, n_cells : int
    """

    beta: float
    se: float
    low: float
    high: float
    p: float
    low0: float
    high0: float
    p0: float
    is_whole: bool
    first: float
    first_f: float
    region_se: float
    rotemberg: Floats
    by_cell: Floats
    worth: float
    n: int
    n_regions: int
    n_cells: int


@dataclass(frozen=True, slots=True, eq=False)
class Pushes:
    """What regions were exposed to.

    Attributes
    ----------
    exposure : (regions, cells) float64     before the years studied
    push : (n, cells) float64               of each row: what others did in its year
    """

    exposure: Floats
    push: Floats

    def instrument(self, region: Codes) -> Floats:
        """Return the sum over cells of exposure times push. (n,)."""
        return as_floats((self.exposure[region] * self.push).sum(axis=1))


def leave_out_pushes(deals: Floats, before: Floats, *, region: Codes, year: Codes) -> Floats:
    """Return, row by row, deals of all other regions in each cell for one of theirs before.

    Parameters
    ----------
    deals : (regions, years, cells) float64
        By the place of the year in the order of years.
    before : (regions, cells) float64
    region, year : (n,) int32
        Year as its place in the order of years.

    Returns
    -------
    (n, cells) float64
        0 where no other region had a deal before.

    Examples
    --------
    >>> deals = np.array([[[4.0]], [[6.0]], [[2.0]]])
    >>> before = np.array([[1.0], [2.0], [2.0]])
    >>> region, year = as_codes([0, 1, 2]), as_codes([0, 0, 0])
    >>> leave_out_pushes(deals, before, region=region, year=year)[:, 0].round(3).tolist()
    [2.0, 2.0, 3.333]
    """
    others = deals.sum(axis=0)[year] - deals[region, year]
    base = before.sum(axis=0)[None, :] - before[region]
    return as_floats(np.divide(others, base, out=np.zeros_like(others), where=base > 0))


def shift_share_iv(
    y: Floats,
    x: Floats,
    pushes: Pushes,
    *,
    controls: Floats,
    region: Codes,
    year: Codes,
    level: Share = 0.95,
) -> ShiftShare:
    """Return the effect of x on y by a shift-share instrument, with errors by exposure.

    Parameters
    ----------
    y, x : (n,) float64
    pushes : Pushes
    controls : (n, c) float64
        All that is taken out of y, x and the instrument, such as dummies of regions and years,
        and the sum of exposures times dummies of years where exposures do not sum to one [2]_.
    region : (n,) int32             row of `pushes.exposure`
    year : (n,) int32
    level : share

    Raises
    ------
    TooFew
        No more regions than cells, or an instrument that does not vary beyond the controls.

    Notes
    -----
    beta = sum z y / sum z x, z the instrument net of controls. With e the residual and W the
    exposures, R_k = sum over rows of w_k e, in all years together, as pushes of one cell go
    together over time. X_kt is the coefficient of w_kt in a regression of z on all of W;
    se = sqrt(sum over k of (sum over t of X_kt R_kt)^2) / sum z x.
    AKM0 takes e at the effect tested and is the set of effects not rejected.

    Rotemberg weights say which cells the effect hangs on [3]_.

    References
    ----------
    .. [2] Borusyak, K., Hull, P., Jaravel, X. (2022). Quasi-experimental shift-share research
       designs. Review of Economic Studies 89(1). doi:10.1093/restud/rdab030
    .. [3] Goldsmith-Pinkham, P., Sorkin, I., Swift, H. (2020). Bartik instruments: what, when,
       why, and how. American Economic Review 110(8). doi:10.1257/aer.20181047

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> exposure = rng.dirichlet(np.ones(20), 200)
    >>> push = np.tile(rng.normal(size=20), (200, 1))
    >>> x = (exposure * push).sum(axis=1) + rng.normal(size=200)
    >>> rows = as_codes(np.arange(200))
    >>> found = shift_share_iv(2 * x, x, Pushes(exposure, push), controls=np.ones((200, 1)),
    ...                        region=rows, year=as_codes(np.zeros(200)))
    >>> round(found.beta, 6), round(float(found.rotemberg.sum()), 6)
    (2.0, 1.0)
    """
    n_cells, n_regions = pushes.exposure.shape[1], int(np.unique(region).size)
    z_net, y_net, x_net = _net_of_controls(y, x, pushes, controls=controls, region=region)
    scene = _Exposed(pushes, z_net, region=region, year=year)
    zx, zy = float(z_net @ x_net), float(z_net @ y_net)
    if zx == 0:
        raise TooFew("shift_share_iv: the instrument does not move what it stands for")
    beta = zy / zx
    off = y_net - beta * x_net
    se = float(np.sqrt((scene.held(off) ** 2).sum()) / abs(zx))
    reach = float(norm.ppf((1 + level) / 2))
    held = scene.held(y_net), scene.held(x_net)
    low0, high0, whole = _under_each(held, zy, zx, reach)
    null = float(np.sqrt((held[0] ** 2).sum()))
    by_region = np.bincount(region, weights=z_net * off)
    weight, alone = _rotemberg(pushes, (y_net, x_net), region=region, zx=zx)
    return ShiftShare(
        beta, se, beta - reach * se, beta + reach * se, _sided(beta / se if se else nan),
        low0, high0, _sided(zy / null if null else nan), whole,
        *_first_stage(scene, z_net, x_net),
        float(np.sqrt((by_region**2).sum() * n_regions / (n_regions - 1)) / abs(zx)),
        weight, alone, scene.worth(), y.size, n_regions, n_cells,
    )  # fmt: skip


class _Exposed:
    """Which rows share which pushes."""

    __slots__ = ("coefficient", "exposure", "region", "year")

    def __init__(self, pushes: Pushes, z: Floats, *, region: Codes, year: Codes) -> None:
        self.exposure, self.region = pushes.exposure, region
        years, self.year = np.unique(year, return_inverse=True)
        parts = []
        for t in range(years.size):
            rows = self.year == t
            parts.append(np.linalg.lstsq(self.exposure[region[rows]], z[rows], rcond=1e-10)[0])
        self.coefficient = as_floats(np.array(parts))  # (years, cells)

    def held(self, off: Floats) -> Floats:
        """Return what each cell holds of residuals, over all years. (cells,)."""
        total = np.zeros(self.exposure.shape[1])
        for t in range(self.coefficient.shape[0]):
            rows = self.year == t
            total += self.coefficient[t] * (off[rows] @ self.exposure[self.region[rows]])
        return as_floats(total)

    def worth(self) -> float:
        """Return how many equal cells the exposures and pushes are worth."""
        total = np.zeros(self.exposure.shape[1])
        for t in range(self.coefficient.shape[0]):
            rows = self.year == t
            total += np.abs(self.coefficient[t]) * self.exposure[self.region[rows]].sum(axis=0)
        squares = float((total**2).sum())
        return float(total.sum() ** 2 / squares) if squares else 0.0


def _under_each(
    held: tuple[Floats, Floats], zy: float, zx: float, reach: float
) -> tuple[float, float, bool]:
    """Return the set of effects that are not rejected with errors at that effect.

    (zy - b zx)^2 <= reach^2 sum_k (Y_k - b X_k)^2 is quadratic in b.
    """
    of_y, of_x = held
    square = zx**2 - reach**2 * float(of_x @ of_x)
    middle = zy * zx - reach**2 * float(of_y @ of_x)
    alone = zy**2 - reach**2 * float(of_y @ of_y)
    root = middle**2 - square * alone
    if square <= 0 or root < 0:
        return -inf, inf, True
    half = float(np.sqrt(root))
    return (middle - half) / square, (middle + half) / square, False


def _first_stage(scene: _Exposed, z: Floats, x: Floats) -> tuple[float, float]:
    """Return what one unit of the instrument moves, and F of that."""
    zz = float(z @ z)
    first = float(z @ x) / zz
    se = float(np.sqrt((scene.held(as_floats(x - first * z)) ** 2).sum()) / zz)
    return first, (first / se) ** 2 if se else inf


def _rotemberg(
    pushes: Pushes, net: tuple[Floats, Floats], *, region: Codes, zx: float
) -> tuple[Floats, Floats]:
    y, x = net
    part = pushes.exposure[region] * pushes.push
    of_x, of_y = part.T @ x, part.T @ y
    alone = np.divide(of_y, of_x, out=np.full(of_x.size, nan), where=of_x != 0)
    return as_floats(of_x / zx), as_floats(alone)


def _net_of_controls(
    y: Floats, x: Floats, pushes: Pushes, *, controls: Floats, region: Codes
) -> tuple[Floats, Floats, Floats]:
    n_cells, n_regions = pushes.exposure.shape[1], int(np.unique(region).size)
    if n_regions <= n_cells:
        raise TooFew(
            f"shift_share_iv: {n_regions} regions for {n_cells} cells; more regions than cells "
            "are needed"
        )
    z = pushes.instrument(region)
    z_net, y_net, x_net = _net(np.column_stack([z, y, x]), controls).T
    if not z_net @ z_net > 1e-16 * max(float(z @ z), 1e-300):
        raise TooFew("shift_share_iv: the instrument does not vary beyond the controls")
    return z_net, y_net, x_net


def _net(columns: Floats, controls: Floats) -> Floats:
    if controls.shape[0] != columns.shape[0]:
        raise InvalidArgument("shift_share_iv: `controls` need a row for each of y")
    fitted = controls @ np.linalg.lstsq(controls, columns, rcond=1e-10)[0]
    return as_floats(columns - fitted)


def _sided(z: float) -> float:
    return float(2 * norm.sf(abs(z)))


def told_cells(before: Floats, *, most: int) -> tuple[Codes, Flags]:
    """Return the commonest cells as they are, and all others as one.

    Parameters
    ----------
    before : (regions, cells) float64
    most : int

    Returns
    -------
    of_cell : (cells,) int32        the new cell of each
    is_merged : (new cells,) bool   the last, where any were put together

    Examples
    --------
    >>> told_cells(np.array([[5.0, 1.0, 3.0, 1.0]]), most=3)[0].tolist()
    [0, 2, 1, 2]
    """
    size = before.sum(axis=0)
    if size.size <= most:
        return as_codes(np.arange(size.size)), np.zeros(size.size, np.bool_)
    order = np.argsort(-size, kind="stable")
    out = np.full(size.size, most - 1, np.int32)
    out[order[: most - 1]] = np.arange(most - 1)
    merged = np.zeros(most, np.bool_)
    merged[-1] = True
    return as_codes(out), merged
