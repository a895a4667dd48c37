"""Errors of rows that share luck with whatever is near, or with the years around.

Near in space [1]_: rows of sites within reach of each other go together, in whatever year.
Near in time [2]_: all rows of a year go together, and with those of the years around it.

.. [1] Conley, T. (1999). GMM estimation with cross sectional dependence. Journal of
   Econometrics 92(1). doi:10.1016/S0304-4076(98)00084-0
.. [2] Driscoll, J., Kraay, A. (1998). Consistent covariance matrix estimation with spatially
   dependent panel data. Review of Economics and Statistics 80(4). doi:10.1162/003465398557825
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.spatial import cKDTree

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.econometrics.fitted import Fitted
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Kilometres
from buzzline.sandwiches import Groups, Sandwich, assembled, group_sums, worth
from buzzline.space.globe import chord, kilometres, unit_vectors

Kernel = Literal["bartlett", "uniform"]
BLOCK = 512  # sites whose neighbours are held at a time
FEWEST_SITES = 3
FEWEST_YEARS = 3


def conley(
    fit: Fitted, longitude: Floats, latitude: Floats, *, reach: Kilometres = 100.0,
    kernel: Kernel = "bartlett",
) -> Sandwich:  # fmt: skip
    """Return the covariance of a fit whose rows share luck with sites within reach.

    Parameters
    ----------
    fit : Fitted
    longitude, latitude : (rows given,) float64 [degree]
        Of ALL rows the fit was asked for, used or not.
    reach : km
        Great circle.
    kernel : "bartlett" or "uniform"
        Products of two sites count 1 - distance / reach, or in full.

    Raises
    ------
    InvalidArgument
        Rows without coordinates.
    TooFew
        Fewer than three sites, or all within reach of each other.

    Notes
    -----
    Rows of one site go together in full, in whatever year. Neither kernel gives a variance in
    all cases (negative eigenvalues are set to 0, and said), and both are too sure where reach
    is not small to the whole: t has the degrees of freedom of (sum h)^2 / (h'Kh) areas less 1,
    with h the absolute moves of sites and K the kernel, and the covariance is times A / (A - 1)
    for A areas.

    Examples
    --------
    >>> from buzzline.econometrics.regression import fit_linear
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(40, 1))
    >>> fit = fit_linear(x[:, 0] + rng.normal(size=40), x)
    >>> lonely = conley(fit, np.arange(40.0), np.zeros(40), reach=50)
    >>> lonely.n_groups, lonely.se.round(2).tolist() == fit.independent().se.round(2).tolist()
    ((40,), True)
    """
    place = np.column_stack([longitude, latitude])[fit.rows]
    unknown = int((~np.isfinite(place).all(axis=1)).sum())
    if unknown:
        raise InvalidArgument(
            f"conley: {unknown:,} rows have no coordinates; leave them out of the fit"
        )
    places, site = np.unique(place, axis=0, return_inverse=True)
    if places.shape[0] < FEWEST_SITES:
        raise TooFew(f"conley: {places.shape[0]} sites; {FEWEST_SITES} are needed at least")
    code = as_indices(site.ravel())
    xyz = unit_vectors(as_floats(places[:, 0]), as_floats(places[:, 1]))
    moves = as_floats(np.abs(fit.scores @ fit.bread))
    n, k = places.shape[0], fit.beta.size
    sums = np.column_stack([group_sums(fit.scores, code, n), group_sums(moves, code, n)])
    both = near_products(as_floats(sums), xyz, reach=reach, kernel=kernel)
    areas = worth(as_floats(sums[:, k:]), as_floats(np.diag(both[k:, k:])))
    if not (areas > 1 + 1e-9).all():
        raise TooFew(
            f"conley: nearly all {n} sites lie within {reach:g} km of each other, so errors "
            "are not known; use a shorter reach"
        )
    few, used = float(areas.min()), fit.n_parameters((code,))
    return assembled(
        as_floats(fit.scores @ fit.bread), as_floats(fit.bread @ both[:k, :k] @ fit.bread),
        n_groups=(n,), worth=areas, kind=f"of sites within {reach:g} km, {kernel}",
        factor=few / (few - 1) * (fit.n - 1) / (fit.n - used),
    )  # fmt: skip


def driscoll_kraay(fit: Fitted, year: Groups, *, lags: int | None = None) -> Sandwich:
    """Return the covariance of a fit whose rows share luck with all of their years.

    Parameters
    ----------
    fit : Fitted
    year : (rows given,) int
        Of ALL rows the fit was asked for, used or not.
    lags : int, optional
        Years back that still matter, with weights 1 - lag / (lags + 1); default
        4 (T / 100)^(2/9), at least 1.

    Raises
    ------
    TooFew
        Fewer than three years more than lags.

    Notes
    -----
    Rests on years only: with T of them it is worth about T / (1 + lags) groups, and with few it
    is too sure whatever is done.

    Examples
    --------
    >>> from buzzline.econometrics.regression import fit_linear
    >>> rng = np.random.default_rng(1)
    >>> year = np.repeat(np.arange(2000, 2012), 10)
    >>> x = rng.normal(size=(120, 1))
    >>> made = driscoll_kraay(fit_linear(x[:, 0] + rng.normal(size=120), x), year)
    >>> made.n_groups, round(float(made.degrees[1]), 1)
    ((12,), 3.3)
    """
    whole = np.asarray(year)[fit.rows]
    years, code = np.unique(whole, return_inverse=True)
    n, k = years.size, fit.beta.size
    lags = max(int(4 * (n / 100) ** (2 / 9)), 1) if lags is None else lags
    if n < FEWEST_YEARS + lags:
        raise TooFew(f"driscoll_kraay: {n} years; {FEWEST_YEARS + lags} are needed at least")
    moves = as_floats(np.abs(fit.scores @ fit.bread))
    columns = as_floats(np.column_stack([fit.scores, moves]))
    sums = group_sums(columns, as_indices(code.ravel()))
    apart = np.abs(years[:, None].astype(np.int64) - years.astype(np.int64))
    weight = np.maximum(1 - apart / (lags + 1), 0.0)
    both = sums.T @ weight @ sums
    used = fit.n_parameters((code.ravel(),))
    return assembled(
        as_floats(fit.scores @ fit.bread), as_floats(fit.bread @ both[:k, :k] @ fit.bread),
        n_groups=(n,), worth=worth(as_floats(sums[:, k:]), as_floats(np.diag(both[k:, k:]))),
        kind=f"of years, {lags} back", factor=n / (n - 1) * (fit.n - 1) / (fit.n - used),
    )  # fmt: skip


def near_products(
    sums: Floats, xyz: Floats, *, reach: Kilometres, kernel: Kernel = "bartlett"
) -> Floats:
    """Return the products of what sites add up to, over sites within reach. (k, k).

    Parameters
    ----------
    sums : (sites, k) float64
    xyz : (sites, 3) float64        unit vectors
    reach : km
    kernel : "bartlett" or "uniform"

    Notes
    -----
    Only pairs within reach are ever held, and of few sites at a time.
    """
    if not reach > 0:
        return as_floats(sums.T @ sums)
    tree, furthest = cKDTree(xyz), chord(reach)
    total = np.zeros((sums.shape[1], sums.shape[1]))
    for start in range(0, xyz.shape[0], BLOCK):
        here = as_indices(np.arange(start, min(start + BLOCK, xyz.shape[0])))
        total += _block_products(sums, here, tree, (furthest, reach, kernel))
    return as_floats(total)


def _block_products(
    sums: Floats, here: Indices, tree: cKDTree, how: tuple[float, float, str]
) -> Floats:
    furthest, reach, kernel = how
    found = cKDTree(tree.data[here]).sparse_distance_matrix(
        tree, furthest * (1 + 1e-12), output_type="ndarray"
    )
    weight = np.ones(found.size)
    if kernel == "bartlett":
        weight = np.maximum(1 - kilometres(as_floats(found["v"])) / reach, 0.0)
    one, other = sums[here[found["i"]]], sums[found["j"]]
    return as_floats((one * weight[:, None]).T @ other)
