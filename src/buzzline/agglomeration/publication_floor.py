"""With how few establishments does an office still publish a cell of place and industry?

Some offices withhold cells of few establishments (County Business Patterns those below 3, from
2017 on), mostly by leaving the row out. A small industry is then seen only where it is
concentrated, and a cell that is not there may be a small one.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc

from buzzline.arrays import Floats

FEWEST_CELLS = 200  # so many cells and none below tells of a floor by itself
GRID = 2048  # numbers of plants between which is interpolated
LEAST_AT_FLOOR = 0.01  # share of cells on the floor: a cut falls where most cells are small


def publication_floor(
    jobs: Floats, establishments: Floats, *, suppressed_share: float = 0.0
) -> int:
    """Return the fewest establishments of a published cell; 1 when small ones are published.

    Parameters
    ----------
    jobs, establishments : (r, s) float64
        NaN: not known; 0: none, or not published.
    suppressed_share : float
        Of all jobs, in no known cell.

    Returns
    -------
    int

    Notes
    -----
    The smallest count of a published cell is the floor if something else says that cells below
    it are withheld: published totals are larger than the sum of the cells; or jobs are missing
    exactly where fewer establishments are counted; or, in a table of at least 200 cells that
    does not fill every pair of place and industry, at least one cell in a hundred stands on it.

    Examples
    --------
    >>> counts = np.array([[3.0, 5, 0], [0, 3, 9]])
    >>> publication_floor(counts * 10, counts, suppressed_share=0.02)
    3
    >>> publication_floor(counts * 10, counts)
    1
    """
    counted = np.nan_to_num(establishments) > 0
    published = counted & (np.isfinite(jobs) if np.isfinite(jobs).any() else counted)
    counts = establishments[published]
    if not counts.size or published.all():
        return 1
    least = float(counts.min())
    withheld = establishments[counted & ~published]
    is_cut = withheld.size > 0 and withheld.max() < least
    many = counts.size >= FEWEST_CELLS and (counts == least).mean() >= LEAST_AT_FLOOR
    told = suppressed_share > 0 and not withheld.size
    return max(int(least), 1) if is_cut or many or told else 1


def with_unpublished(published: Floats, share: Floats, floor: int) -> Floats:
    """Return how many plants give so many published ones on average.

    Parameters
    ----------
    published : (n,) float64 [count]
        Of industries, or of places; NaN where not known.
    share : (m,) float64
        Chance of each place, or of each industry, to hold a plant.
    floor : int
        Cells of fewer plants are not published.

    Returns
    -------
    (n,) float64 [count]
        A cell of λ expected plants (Poisson) shows λ P(at least floor - 1) of them. At most a
        hundred times those published.

    Examples
    --------
    >>> with_unpublished(np.array([6.0, 600.0]), np.full(6, 1 / 6), 3)
    array([ 11., 600.])
    """
    if floor <= 1 or not np.isfinite(published).any():
        return published
    most = 100 * max(float(np.nanmax(published)), 1.0)
    n = np.geomspace(1e-2, most, GRID)
    expected = n[:, None] * share
    shown = (expected * gammainc(floor - 1, expected)).sum(axis=1)
    found = np.interp(published, np.maximum.accumulate(shown), n)
    return np.asarray(np.minimum(np.rint(found), 100 * published))
