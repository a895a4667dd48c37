"""How concentrated is each industry over places: all common indices at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from buzzline.agglomeration.areas import as_neighbours
from buzzline.agglomeration.checks import as_jobs, one_each
from buzzline.arrays import Codes, Floats, Indices, as_floats
from buzzline.errors import InvalidArgument
from buzzline.kernels import concentration as kernel_order
from buzzline.kernels.concentration import all_measures

# Each measure: its place in the kernel's row, and by what that is multiplied. Krugman's index
# is twice Hoover's, his Gini half of the one on Lorenz's scale; both scales are in use.
MEASURES: dict[str, tuple[int, float]] = {
    "ellison_glaeser": (kernel_order.GAMMA, 1.0),
    "maurel_sedillot": (kernel_order.MAUREL_SEDILLOT, 1.0),
    "gini_lorenz": (kernel_order.GINI, 1.0),
    "gini_krugman": (kernel_order.GINI, 0.5),
    "gini_of_quotients": (kernel_order.GINI_OF_QUOTIENTS, 1.0),
    "spatial_gini": (kernel_order.FAR, 1.0),
    "hoover": (kernel_order.HOOVER, 1.0),
    "krugman": (kernel_order.HOOVER, 2.0),
    "theil": (kernel_order.THEIL, 1.0),
    "theil_within": (kernel_order.N_MEASURES, 1.0),
    "herfindahl": (kernel_order.HERFINDAHL, 1.0),
    "entropy": (kernel_order.ENTROPY, 1.0),
}
FALLS_WITH_CONCENTRATION = frozenset({"entropy"})


def concentration_measures(
    jobs: ArrayLike,
    *,
    area_share: ArrayLike | None = None,
    herfindahl: ArrayLike | None = None,
    neighbours: tuple[Indices, Codes] | None = None,
) -> dict[str, Floats]:
    """Return every index of concentration of every industry over places.

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
        Of each industry in each place, at least 0. NaN (not known) counts as none.
    area_share : (r,) float64, optional
        Share of all activity in each place, e.g. population. Default: of all these jobs.
    herfindahl : (s,) float64, optional
        Of the sizes of plants, above 0 to 1, for the indices that allow for them; they are NaN
        without it, or where it is NaN.
    neighbours : (r + 1,) int64 and int32, optional
        As from `near_places`, for the spatial Gini; it is NaN without them.

    Returns
    -------
    dict of (s,) float64
        With s an industry's shares and x the shares of all jobs:

        - ellison_glaeser, maurel_sedillot: 0 is chance, see `ellison_glaeser`;
        - gini_lorenz: of the Lorenz curve of s against x in order of s / x, 0 to 1 - min x;
          gini_krugman: half of it, at most 1/2, as Krugman (1991) and EconGeo scale it;
        - gini_of_quotients: Gini of the quotients s / x, each place once (REAT's);
        - spatial_gini: share of that Gini between places that are not neighbours;
        - hoover: half the sum of abs(s - x), 0 to 1; krugman: the sum, 0 to 2;
        - theil: sum s ln(s / x) [nats]; theil_within: NaN here, needs areas;
        - herfindahl: sum s**2; entropy: -sum s log2 s [bits], low where concentrated.

    Raises
    ------
    InvalidArgument
        Jobs are negative, lengths differ, a Herfindahl index is not above 0 to 1, or
        `neighbours` are not lists of neighbours of these places.

    Notes
    -----
    A place that has jobs of the industry but an area share of 0 makes theil infinite.

    References
    ----------
    .. [1] Krugman, P. (1991). Geography and Trade. MIT Press.
    .. [2] Hoover, E. M. (1936). The measurement of industrial localization. Review of Economics
       and Statistics 18(4). doi:10.2307/1927875

    Examples
    --------
    >>> found = concentration_measures([[100, 0], [0, 100], [0, 100], [0, 100], [0, 100]])
    >>> float(found["gini_krugman"][0].round(3)), float(found["hoover"][0].round(3))
    (0.4, 0.8)
    """
    amount = np.nan_to_num(as_jobs(jobs, "concentration_measures"))
    r, s = amount.shape
    where, size = "concentration_measures", np.full(s, np.nan)
    x = amount.sum(axis=1) if area_share is None else area_share
    x = one_each(x, where, "area_share", n=r)
    if herfindahl is not None:
        size = _plant_herfindahl(herfindahl, n=s)
    near = np.zeros(r + 1, np.int64), np.empty(0, np.int32)
    if neighbours is not None:
        near = as_neighbours(neighbours, where, n=r)
    found = all_measures(amount, as_floats(x / x.sum()), size, *near)
    found = np.column_stack([found, np.full(s, np.nan)])
    return {
        name: as_floats(factor * found[:, column])
        for name, (column, factor) in MEASURES.items()
    }


def krugman_against_others(jobs: ArrayLike) -> Floats:
    """Return Krugman's index against the unweighted mean of the other industries' shares.

    Other than `krugman`, whose yardstick is all jobs together, no industry weighs more for
    being large, and an industry is not part of what it is compared with (Midelfart-Knarvik et
    al.; REAT's `krugman.conc2`).

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
        NaN (not known) counts as none.

    Returns
    -------
    (s,) float64 [0 to 2]
        NaN for an industry without jobs, which is no part of the others' mean either, and where
        no other industry has jobs.

    Raises
    ------
    InvalidArgument
        Jobs are negative or infinite, or no table.

    Examples
    --------
    >>> krugman_against_others([[1.0, 1.0, 3.0], [1.0, 1.0, 1.0]])
    array([0.25, 0.25, 0.5 ])
    """
    amount = np.nan_to_num(as_jobs(jobs, "krugman_against_others"))
    found = np.full(amount.shape[1], np.nan)
    has_jobs = amount.sum(axis=0) > 0
    n = int(has_jobs.sum())
    if n > 1:
        share = amount[:, has_jobs] / amount[:, has_jobs].sum(axis=0)
        others = (share.sum(axis=1, keepdims=True) - share) / (n - 1)
        found[has_jobs] = np.abs(share - others).sum(axis=0)
    return found


def _plant_herfindahl(herfindahl: ArrayLike, *, n: int) -> Floats:
    found = as_jobs(herfindahl, "concentration_measures", "herfindahl", axes=1, n=n)
    wrong = (found <= 0) | (found > 1 + 1e-9)  # NaN is neither
    if wrong.any():
        raise InvalidArgument(
            f"concentration_measures: {int(wrong.sum()):,} of {n:,} `herfindahl` are not above "
            f"0 to 1 (e.g. {found[wrong][0]:g}). Give the sum of squared shares of plants in "
            "the industry's jobs, with NaN where it is not known."
        )
    return found
