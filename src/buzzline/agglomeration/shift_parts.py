"""Into which parts does the change of jobs fall, and how sure is the regional one?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.agglomeration.checks import as_jobs
from buzzline.agglomeration.quotient_errors import PRIOR_PLACES
from buzzline.arrays import Flags, Floats
from buzzline.errors import InvalidArgument


@dataclass(frozen=True, slots=True, eq=False)
class ShiftShare:
    """The parts of the change of jobs, a place and industry at a time; (r, s) float64 [jobs].

    Attributes
    ----------
    change : second year less first
    national : what growth at the rate of everything would give
    mix : what the industry's own growth adds
    regional : what is left, the place's own; the three add up to `change` exactly
    competitive, allocation : the two parts of `regional` after Esteban-Marquillas
    """

    change: Floats
    national: Floats
    mix: Floats
    regional: Floats
    competitive: Floats
    allocation: Floats


def shift_parts(
    first: Floats, second: Floats, *, whole: tuple[Floats, Floats] | None = None
) -> ShiftShare:
    """Return the shift-share parts of the change between two years.

    Parameters
    ----------
    first, second : (r, s) float64 [jobs]
        The same places and industries in both years. A cell not known (NaN) in either year is
        NaN in every part, and in no sum.
    whole : pair of (s,) float64, optional
        Jobs of each industry in the reference area in both years; the sum over places by
        default.

    Returns
    -------
    ShiftShare

    Raises
    ------
    InvalidArgument
        Shapes differ, or jobs are negative.

    Notes
    -----
    With growth g of everything and g_i of the industry: national e g, mix e (g_i - g), regional
    e' - e (1 + g_i) (Dunn). Jobs of an industry without a job in the first year count as
    regional. Esteban-Marquillas' homothetic jobs h are what the cell would hold if the place
    had the mix of the whole: competitive h (r - g_i), allocation (e - h)(r - g_i), with r the
    cell's growth; where the cell was empty all of it is competitive.

    References
    ----------
    .. [1] Dunn, E. S. (1960). A statistical and analytical technique for regional analysis.
       Papers of the Regional Science Association 6.
    .. [2] Esteban-Marquillas, J. M. (1972). A reinterpretation of shift-share analysis.
       Regional and Urban Economics 2(3). doi:10.1016/0034-3331(72)90033-4

    Examples
    --------
    >>> parts = shift_parts(np.array([[90.0, 20, 10, 60]]), np.array([[100.0, 40, 10, 55]]),
    ...     whole=(np.array([400.0, 150, 150, 400]), np.array([440.0, 210, 135, 480])))
    >>> [float(part.sum().round(6)) for part in (parts.national, parts.mix, parts.regional)]
    [27.0, 1.0, -3.0]
    """
    first = as_jobs(first, "shift_parts", "first")
    second = as_jobs(second, "shift_parts", "second")
    _check(first, second)
    known = np.isfinite(first) & np.isfinite(second)
    before, after = np.where(known, first, 0.0), np.where(known, second, 0.0)
    old, new = (before.sum(axis=0), after.sum(axis=0)) if whole is None else _of(whole, first)
    with np.errstate(invalid="ignore", divide="ignore"):
        overall = new.sum() / old.sum() - 1
        growth = np.where(old > 0, new / old - 1, overall)
        own = np.where(before > 0, after / before - 1, growth)
        homothetic = before.sum(axis=1, keepdims=True) * (old / old.sum())
    national, mix = before * overall, before * (growth - overall)
    change = after - before
    regional = change - national - mix
    competitive = np.where(before > 0, homothetic * (own - growth), regional)
    hidden = np.where(known, 0.0, np.nan)
    return ShiftShare(
        change + hidden, national + hidden, mix + hidden, regional + hidden,
        competitive + hidden, regional - competitive + hidden,
    )  # fmt: skip


def dynamic_shift_parts(years: Floats, *, whole: Floats | None = None) -> ShiftShare:
    """Return the parts summed over single years, so that the mix may change on the way.

    Parameters
    ----------
    years : (t, r, s) float64 [jobs]
        At least two years, in order.
    whole : (t, s) float64, optional

    Returns
    -------
    ShiftShare

    References
    ----------
    .. [1] Barff, R. A., Knight, P. L. (1988). Dynamic shift-share analysis. Growth and Change
       19(2). doi:10.1111/j.1468-2257.1988.tb00465.x
    """
    years = as_jobs(years, "dynamic_shift_parts", "years", axes=3)
    if len(years) < 2:
        raise InvalidArgument(
            "dynamic_shift_parts: `years` must be (t, r, s) with t of 2 or more"
        )
    steps = [
        shift_parts(
            years[at], years[at + 1],
            whole=None if whole is None else (whole[at], whole[at + 1]),
        )
        for at in range(len(years) - 1)
    ]  # fmt: skip
    names = ("change", "national", "mix", "regional", "competitive", "allocation")
    return ShiftShare(
        *(np.sum([getattr(step, name) for step in steps], axis=0) for name in names)
    )


def growth_dispersion(size: Floats, regional: Floats, plants: Floats) -> Floats:
    """Return the variance of a plant's growth around its industry, an industry at a time.

    Parameters
    ----------
    size : (r, s) float64 [jobs]
        Mean of the two years, so that growth lies between -2 and 2 (Davis and Haltiwanger) and
        no cell that starts from next to nothing decides.
    regional : (r, s) float64 [jobs]
    plants : (r, s) float64
        Effective plants of each cell.

    Returns
    -------
    (s,) float64 [ratio]
        Mean over places of (regional part / size)² x plants. What places truly add is in it,
        so that it is rather too large.

    References
    ----------
    .. [1] Davis, S. J., Haltiwanger, J. (1992). Gross job creation, gross job destruction, and
       employment reallocation. Quarterly Journal of Economics 107(3). doi:10.2307/2118365
    """
    used = _used(size, regional, plants)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.where(used, (regional / size) ** 2 * plants, 0.0)
        places = np.maximum(used.sum(axis=0) - 1.0, 0.0)
        own = squares.sum(axis=0) / places
    seen = own[np.isfinite(own)]
    if not seen.size:
        return np.full(size.shape[1], np.nan)
    typical = float(np.median(seen))
    own = np.where(np.isfinite(own), own, typical)
    return np.asarray((places * own + PRIOR_PLACES * typical) / (places + PRIOR_PLACES))


def regional_error(size: Floats, regional: Floats, plants: Floats) -> Floats:
    """Return the standard error of the regional part of each place.

    Parameters
    ----------
    size : (r, s) float64 [jobs]
        Mean of the two years.
    regional : (r, s) float64 [jobs]
    plants : (r, s) float64
        Effective plants of each cell.

    Returns
    -------
    (r,) float64 [jobs]
        NaN where the number of plants is not known.

    Notes
    -----
    Single plants grow and shrink for reasons of their own. If a plant's growth varies around
    its industry's with variance v, a cell of e jobs in n plants changes by luck with variance
    e² v / n, and a place with the sum of its cells. A place that is most of an industry pulls
    the industry along; its error is then too large.
    """
    dispersion = growth_dispersion(size, regional, plants)
    used = _used(size, regional, plants)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.where(used, size**2 * dispersion / plants, 0.0).sum(axis=1)
    return np.where(used.any(axis=1), np.sqrt(variance), np.nan)


def _used(size: Floats, regional: Floats, plants: Floats) -> Flags:
    return np.isfinite(regional) & (np.nan_to_num(size) > 0) & (np.nan_to_num(plants) > 0)


def _check(first: Floats, second: Floats) -> None:
    if first.shape != second.shape:
        raise InvalidArgument(
            f"shift_parts: both years need the same places and industries, got {first.shape} "
            f"and {second.shape}. Bring them to one order, e.g. with `in_common`."
        )


def _of(whole: tuple[Floats, Floats], jobs: Floats) -> tuple[Floats, Floats]:
    old, new = (as_jobs(year, "shift_parts", "whole", axes=1, n=jobs.shape[1])
                for year in whole)  # fmt: skip
    return old, new
