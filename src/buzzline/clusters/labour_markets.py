"""Labour markets: how self-contained places are, and how they merge into areas that are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from scipy.sparse import csr_array

from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.kernels.labour_markets import merge_places, validities
from buzzline.quantities import Quantity, Share

Persons = Annotated[float, Quantity("persons", 0, 1e10)]


@dataclass(frozen=True, slots=True)
class AreaRule:
    """When an area is a labour market of its own.

    Attributes
    ----------
    least_size, target_size : persons
        Who lives there; an area of the target size need only reach `least_containment`.
    least_containment, target_containment : share
        Of those who live or work there, how many do both; an area of the least size must
        reach `target_containment`.
    """

    least_size: Persons = 1000.0
    target_size: Persons = 10_000.0
    least_containment: Share = 0.6667
    target_containment: Share = 0.75

    def __post_init__(self) -> None:
        if not (
            self.least_size < self.target_size
            and 0 < self.least_containment <= self.target_containment
        ):
            raise InvalidArgument(
                "AreaRule: the least size must be below the target size, and the least "
                f"self-containment above 0 and at most the target; got {self}"
            )

    @property
    def numbers(self) -> Floats:
        """(4,) float64: sizes, then shares, the least before the target."""
        return as_floats([self.least_size, self.target_size, self.least_containment,
                          self.target_containment])  # fmt: skip


def self_containment(flows: Floats) -> Floats:
    """Return the share of those who live or work in each unit that do both there.

    Parameters
    ----------
    flows : (k, k) float64 [persons]
        From the unit of the row to that of the column.

    Returns
    -------
    (k,) float64 [share]
        min(F_kk / R_k, F_kk / W_k); 0 where nobody leaves or nobody arrives, NaN where both.

    Examples
    --------
    >>> self_containment(np.array([[75.0, 25.0], [5.0, 95.0]])).round(3).tolist()
    [0.75, 0.792]
    """
    leaving, arriving, within = flows.sum(axis=1), flows.sum(axis=0), np.diag(flows)
    largest = np.maximum(leaving, arriving)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = within / largest
    return as_floats(np.where((np.minimum(leaving, arriving) > 0) | (largest == 0), share, 0))


def validity(live: Floats, containment: Floats, rule: AreaRule = AreaRule()) -> Floats:
    """Return the Coombes-Eurostat validity of areas: at 1 and more an area is valid.

    Parameters
    ----------
    live : (k,) float64 [persons]
        Who lives there and works, here or elsewhere.
    containment : (k,) float64 [share]
    rule : AreaRule

    Returns
    -------
    (k,) float64
        1 where the self-containment is 1, as in the software of statistical offices.

    References
    ----------
    .. [1] Coombes, M., Bond, S. (2008). Travel-to-Work Areas: the 2007 review. Office for
       National Statistics, London.
    .. [2] Franconi, L., Ichim, D., D'Alo, M. (2017). Labour Market Areas for territorial
       policies. Statistical Journal of the IAOS 33(3). doi:10.3233/SJI-160343

    Examples
    --------
    >>> validity(np.array([1000.0, 5000.0]), np.array([0.75, 0.7])).round(5).tolist()
    [1.0, 0.98516]
    """
    return as_floats(validities(as_floats(live), as_floats(containment), rule.numbers))


def cohesion(flows: Floats) -> Floats:
    """Return how strongly each pair of units is linked, relative to their sizes.

    Parameters
    ----------
    flows : (k, k) float64 [persons]

    Returns
    -------
    (k, k) float64
        f_hk² / (R_h W_k) + f_kh² / (R_k W_h); symmetric, NaN on the diagonal, 0 without flow.

    Examples
    --------
    >>> flows = np.array([[480.0, 120.0], [20.0, 880.0]])
    >>> float(cohesion(flows)[0, 1].round(6))
    0.024889
    """
    scale = np.outer(flows.sum(axis=1), flows.sum(axis=0))
    share = np.divide(flows**2, scale, out=np.zeros_like(flows), where=flows > 0)
    linked = share + share.T
    np.fill_diagonal(linked, np.nan)
    return as_floats(linked)


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """Places merged into areas.

    Attributes
    ----------
    label : (n,) int64       area of each place, numbered by their first place; -1 for none
    reserved : (n,) bool     places attached last, as no area gained by them
    ended : (m, 2) int64     areas dissolved, first to last, each by the place it began with;
                             and likewise the area its largest place is linked to most, -1 for
                             none
    measured : (m, 2) float64    validity of each when it was dissolved, and that link
    """

    label: Indices
    reserved: Flags
    ended: Indices
    measured: Floats

    @property
    def n_dissolved(self) -> int:
        """How many areas were dissolved on the way."""
        return int(self.ended.shape[0])

    @property
    def number(self) -> int:
        """How many areas there are."""
        return int(self.label.max(initial=-1)) + 1


def merged_areas(flows: csr_array, rule: AreaRule = AreaRule()) -> Areas:
    """Merge places into areas until each is a labour market of its own.

    The least valid area is dissolved; each of its places, the largest first, goes to the area
    it is linked to most, if that does not make it less valid. Places that would are set
    aside on a reserve list and attached last.

    Parameters
    ----------
    flows : (n, n) sparse float64 [persons]
        From the place of the row to that of the column.
    rule : AreaRule

    Examples
    --------
    >>> flows = csr_array(np.array([[90.0, 60, 0], [50, 100, 0], [0, 0, 200]]))
    >>> merged_areas(flows, AreaRule(50, 100)).label.tolist()
    [0, 0, 1]
    """
    whole = csr_array(flows, dtype=np.float64)
    own = as_floats(whole.diagonal())
    between = whole.tocoo()
    other = (between.row != between.col) & (between.data > 0)
    ends = between.row[other], between.col[other]
    to = csr_array((between.data[other], ends), shape=whole.shape)
    away = csr_array((between.data[other], ends[::-1]), shape=whole.shape)
    leaving = as_floats(whole.sum(axis=1))
    traffic = leaving + whole.sum(axis=0)
    order = as_indices(np.argsort(-traffic, kind="stable"))
    label, reserved, ended, measured = merge_places(
        _rows(to), _rows(away), own, leaving, rule.numbers, order
    )
    label[traffic == 0] = -1
    known, number = np.unique(label[label >= 0], return_inverse=True)
    first = np.full(known.size, label.size)
    np.minimum.at(first, number, np.flatnonzero(label >= 0))
    rank = np.argsort(np.argsort(first))
    out = np.full(label.size, -1, np.int64)
    out[label >= 0] = rank[number]
    return Areas(
        as_indices(out), np.asarray(reserved & (out >= 0)), as_indices(ended),
        as_floats(measured),
    )  # fmt: skip


def _rows(matrix: csr_array) -> tuple[Indices, Indices, Floats]:
    matrix.sum_duplicates()
    return as_indices(matrix.indptr), as_indices(matrix.indices), as_floats(matrix.data)


def area_flows(flows: csr_array, label: Indices) -> tuple[Floats, Floats, Floats]:
    """Return flows within, out of and into each area, those that stay counted in all three.

    Parameters
    ----------
    flows : (n, n) sparse float64 [persons]
    label : (n,) int64     area of each place, -1 for none
    """
    n = int(label.max(initial=-1)) + 1
    cells = flows.tocoo()
    row, column = label[cells.row], label[cells.col]

    def summed(chosen: Flags, area: Indices) -> Floats:
        weights = cells.data[chosen]
        return as_floats(np.bincount(area[chosen], weights=weights, minlength=n))

    return (
        summed((row == column) & (row >= 0), row),
        summed(row >= 0, row),
        summed(column >= 0, column),
    )


def best_overlap(label: Indices, other: Indices) -> Floats:
    """Return for each area the largest Jaccard overlap with an area of another partition.

    References
    ----------
    .. [1] Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational
       Statistics & Data Analysis 52(1). doi:10.1016/j.csda.2006.11.025

    Examples
    --------
    >>> best_overlap(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1])).round(3).tolist()
    [0.667, 0.5]
    """
    n, m = int(label.max(initial=-1)) + 1, int(other.max(initial=-1)) + 1
    size = np.bincount(label[label >= 0], minlength=n)
    there = np.bincount(other[other >= 0], minlength=m)
    both = (label >= 0) & (other >= 0)
    pair, common = np.unique(label[both] * max(m, 1) + other[both], return_counts=True)
    one, two = pair // max(m, 1), pair % max(m, 1)
    best = np.zeros(n)
    np.maximum.at(best, one, common / (size[one] + there[two] - common))
    return best
