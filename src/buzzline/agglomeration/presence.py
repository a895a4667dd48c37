"""Which industries does a place have, and which would it have had with a little other luck?

An industry is present where its location quotient reaches the cut. Quotients are shares of
known cells: a suppressed cell is in no sum, counts as absent, and is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.agglomeration.bases import Counted, dispersion_of
from buzzline.agglomeration.employment import EmploymentMatrix
from buzzline.agglomeration.quotient_errors import totals_of
from buzzline.agglomeration.specialisation import location_quotients
from buzzline.arrays import Flags, Floats, Indices, as_flags, as_floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Ratio


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """Which industries each place has.

    Attributes
    ----------
    flags : (places, industries) bool
    amount : (places, industries) float64 [jobs or establishments]     NaN not known
    plants : (places, industries) float64 [count]    NaN where there are none to be resampled
    dispersion : (industries,) float64      squared coefficient of variation of plant sizes
    n_unknown : int                         cells not known, which count as absent
    cut : ratio
    """

    flags: Flags
    amount: Floats
    plants: Floats
    dispersion: Floats
    n_unknown: int
    cut: Ratio

    def quotient(self) -> Floats:
        """Return the location quotients, (places, industries)."""
        return location_quotients(self.amount)


def present(amount: Floats, cut: Ratio = 1.0) -> Flags:
    """Return where the location quotient reaches the cut.

    Parameters
    ----------
    amount : (places, industries) float64 [jobs or establishments]
        NaN is not known: in no sum, and absent.
    cut : ratio

    Examples
    --------
    >>> present(np.array([[10.0, 10], [10, 30]])).tolist()
    [[True, False], [False, True]]
    """
    n_negative = int((amount < 0).sum())
    if n_negative:
        raise InvalidArgument(
            f"present: {n_negative:,} cells are negative. Jobs are 0 or more; put NaN for what "
            "is not known."
        )
    quotient = location_quotients(amount)
    # A quotient of exactly the cut may come out a rounding below it.
    return as_flags(np.nan_to_num(quotient, nan=-1.0) >= cut * (1 - 1e-12)) & (
        np.nan_to_num(amount) > 0
    )


def presence_of(
    matrix: EmploymentMatrix, cut: Ratio, *, counted: Counted, what: str
) -> Presence:
    """Return where industries are present in an employment matrix.

    Raises
    ------
    TooFew
        Fewer than three places or two industries, or nothing known of what is to be counted.
        `what` names the analysis in the message.
    """
    amount = matrix.jobs if counted == "jobs" else matrix.establishments
    if amount.shape[0] < 3 or amount.shape[1] < 2:
        raise TooFew(
            f"{what}: relations between industries are read off many places, and there are "
            f"{amount.shape[0]} places and {amount.shape[1]} industries. Give at least three "
            "places and two industries, or set `digits` deeper."
        )
    if not np.isfinite(amount).any():
        other = "establishments" if counted == "jobs" else "jobs"
        raise TooFew(
            f"{what}: no cell has known {counted}. Fill the column `{counted}` of the table "
            f"`employment`, or set `counted` to {other!r}."
        )
    plants = np.where(np.nan_to_num(amount) > 0, matrix.establishments, np.nan)
    return Presence(
        present(amount, cut),
        as_floats(amount),
        as_floats(np.where(plants > 0, plants, np.nan)),
        np.nan_to_num(dispersion_of(matrix, counted)),
        int(np.isnan(amount).sum()),
        cut,
    )


def could_be_present(matrix: EmploymentMatrix, cut: Ratio) -> Flags:
    """Return the unpublished cells that would reach the cut with plants below the floor.

    Parameters
    ----------
    matrix : EmploymentMatrix
    cut : ratio

    Returns
    -------
    (places, industries) bool
        Where as many plants as can be withheld, of the industry's mean size, make a location
        quotient of at least the cut. Nowhere if all cells are published.
    """
    unseen = ~(np.nan_to_num(matrix.jobs) > 0)
    if matrix.publication_floor <= 1:
        return np.zeros_like(unseen)
    plants = np.where(unseen, 0.0, np.nan_to_num(matrix.establishments)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        held = (matrix.publication_floor - 1) * matrix.industry_jobs / plants
        most = location_quotients(np.tile(held, (unseen.shape[0], 1)), totals_of(matrix.jobs))
    return as_flags(unseen & (np.nan_to_num(most) >= cut))


@dataclass(frozen=True, slots=True, eq=False)
class Redrawing:
    """The cells that can be drawn again.

    Attributes
    ----------
    row, column : (n,) int64        cells with plants
    plants : (n,) float64 [count]
    plant_size : (n,) float64       amount a plant
    dispersion : (n,) float64
    fixed : (places, industries) float64    amounts of cells without a count of plants
    cut : ratio
    """

    row: Indices
    column: Indices
    plants: Floats
    plant_size: Floats
    dispersion: Floats
    fixed: Floats
    cut: Ratio

    def draw(self, rng: np.random.Generator) -> Flags:
        """Return presence after plants have been drawn again.

        Plants of a cell are Poisson with the mean observed; their sizes are gamma with the mean
        of the cell and the dispersion of the industry. A cell without plants stays without:
        nothing is known of how nearly it had some.
        """
        return present(self.amounts(rng), self.cut)

    def amounts(self, rng: np.random.Generator) -> Floats:
        """Return the amounts after plants have been drawn again."""
        n = rng.poisson(self.plants).astype(np.float64)
        spread = (self.dispersion > 1e-9) & (n > 0)
        n[spread] = (
            rng.standard_gamma(n[spread] / self.dispersion[spread]) * (self.dispersion[spread])
        )
        amount = self.fixed.copy()
        amount[self.row, self.column] = n * self.plant_size
        return amount


def redrawing(presence: Presence) -> Redrawing:
    """Return the cells of a presence that can be drawn again."""
    known = np.isfinite(presence.plants) & np.isfinite(presence.amount)
    row, column = np.nonzero(known)
    plants = presence.plants[known]
    return Redrawing(
        row,
        column,
        plants,
        presence.amount[known] / plants,
        presence.dispersion[column],
        as_floats(np.where(known, 0.0, presence.amount)),
        presence.cut,
    )
