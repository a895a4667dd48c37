"""How good is a grouping of industries, judged by a matrix of relatedness?

A group is valid when its industries are more related to each other than to those of other
groups. For group c, W(c) is the mean relatedness of pairs within c, B(c, d) that of pairs
between c and d; for industry i, W(i) is its mean relatedness with the others of its group,
B(i, d) with those of group d. Four scores:

    groups_mean        share of groups with W(c) above the mean of B(c, d) over d
    groups_p95         share of groups with W(c) above their 95th percentile
    industries_mean    share of industries with W(i) above the mean of B(i, d) over d
    industries_p95     share of industries with W(i) above their 95th percentile

The scores are those of Delgado, Porter and Stern (2016, doi:10.1093/jeg/lbv017) as they are
remembered and described by others; their paper could not be read here, and its percentiles and
averages may differ in detail. A group of one industry has no pairs and is not valid, so that
cutting everything apart scores 0. Industries that the matrix does not describe are left out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from buzzline.agglomeration.checks import as_groups, as_square
from buzzline.arrays import Codes, Flags, Floats, as_codes, as_flags, as_floats
from buzzline.quantities import Share

HIGH = 0.95  # "above nearly all others"


class Scores(NamedTuple):
    """The four scores of a grouping by one matrix: shares, NaN where nothing is judged."""

    groups_mean: float
    groups_p95: float
    industries_mean: float
    industries_p95: float

    @property
    def mean(self) -> float:
        """The mean of the four."""
        return sum(self) / len(self)


class Known(NamedTuple):
    """A matrix of relatedness made ready for many groupings.

    Attributes
    ----------
    value : (s, s) float64      0 where not known, and on the diagonal
    pairs : (s, s) float64      1 where known; None when every pair is
    covered : (s,) bool         industries related to any other
    """

    value: Floats
    pairs: Floats | None
    covered: Flags


def made_ready(matrix: Floats) -> Known:
    """Return a matrix of relatedness with what is not known set apart.

    Parameters
    ----------
    matrix : (s, s) float64
        Symmetric; NaN where not known. The diagonal plays no part.
    """
    matrix = as_square(matrix, "validation_scores", "matrix")
    known = ~np.isnan(matrix)
    np.fill_diagonal(known, val=False)
    value = np.where(known, matrix, 0.0)
    covered = as_flags(known.any(axis=1))
    n = matrix.shape[0]
    return Known(value, None if known.sum() == n * (n - 1) else as_floats(known), covered)


def validation_scores(matrix: Floats | Known, group: Codes) -> Scores:
    """Return the four scores of a grouping by a matrix of relatedness.

    Parameters
    ----------
    matrix : (s, s) float64, or Known
        Symmetric; NaN where not known.
    group : (s,) int32
        Group of each industry, from 0 without gaps.

    Returns
    -------
    Scores
        NaN with fewer than two groups.

    References
    ----------
    .. [1] Delgado, M., Porter, M. E., Stern, S. (2016). Defining clusters of related
       industries. Journal of Economic Geography 16(1). doi:10.1093/jeg/lbv017

    Examples
    --------
    >>> related = np.array([[1, 9, 2, 2], [9, 1, 2, 2], [2, 2, 1, 1], [2, 2, 1, 1.0]])
    >>> validation_scores(related, np.array([0, 0, 1, 1]))
    Scores(groups_mean=0.5, groups_p95=0.5, industries_mean=0.5, industries_p95=0.5)
    """
    ready = matrix if isinstance(matrix, Known) else made_ready(matrix)
    group = as_groups(group, "validation_scores", "group", n=len(ready.value))
    by_industry, by_group = mean_relatedness(ready, group)
    everyone = np.arange(group.size)
    own = by_industry[everyone, group]
    judged = ready.covered
    within = by_group.diagonal()
    described = np.bincount(group, weights=ready.covered, minlength=within.size) > 0
    groups = _above(within, by_group, as_codes(np.arange(within.size)), as_flags(described))
    industries = _above(own, by_industry, group, judged)
    return Scores(*groups, *industries)


def mean_relatedness(ready: Known, group: Codes) -> tuple[Floats, Floats]:
    """Return mean relatedness of each industry, and of each group, with each group.

    Parameters
    ----------
    ready : Known
    group : (s,) int32

    Returns
    -------
    by_industry : (s, k) float64
        Without the pair of an industry with itself; NaN where there is no pair.
    by_group : (k, k) float64
        The same for groups; the diagonal is within.
    """
    n_groups = int(group.max(initial=-1)) + 1
    member = np.zeros((group.size, n_groups))
    member[np.arange(group.size), group] = 1.0
    total = ready.value @ member
    pairs = member.sum(axis=0) - member if ready.pairs is None else ready.pairs @ member
    totals, counts = member.T @ total, member.T @ pairs
    with np.errstate(divide="ignore", invalid="ignore"):
        return as_floats(total / pairs), as_floats(totals / counts)


def contrast(ready: Known, group: Codes) -> float:
    """Return how much more pairs within groups are related than pairs between groups.

    Unlike the scores it has no ceiling: groups can always be more or less related within.
    NaN where there are no pairs of one sort.

    Parameters
    ----------
    ready : Known
    group : (s,) int32

    Examples
    --------
    >>> related = np.array([[0, 9, 2, 2], [9, 0, 2, 2], [2, 2, 0, 1], [2, 2, 1, 0.0]])
    >>> contrast(made_ready(related), np.array([0, 0, 1, 1]))  # (9 + 1) / 2 - 2
    3.0
    """
    same = group[:, None] == group
    off = ~np.eye(group.size, dtype=bool)
    known = off if ready.pairs is None else ready.pairs > 0
    n_within = int((same & known).sum())
    n_between = int(known.sum()) - n_within
    if not n_within or not n_between:
        return float("nan")
    within = float(ready.value[same].sum())
    return within / n_within - (float(ready.value.sum()) - within) / n_between


def _above(
    own: Floats, to_groups: Floats, own_group: Codes, judged: Flags
) -> tuple[float, float]:
    """Return the shares whose own relatedness is above the mean of the rest, and above most."""
    if to_groups.shape[1] < 2 or not judged.any():
        return float("nan"), float("nan")
    mean, most = others(to_groups, own_group)
    with np.errstate(invalid="ignore"):
        return float((own > mean)[judged].mean()), float((own > most)[judged].mean())


def others(to_groups: Floats, own_group: Codes, share: Share = HIGH) -> tuple[Floats, Floats]:
    """Return the mean, and a percentile, of each row over all groups but its own.

    Parameters
    ----------
    to_groups : (n, k) float64
        NaN is left out.
    own_group : (n,) int
    share : share
        The percentile, by linear interpolation.

    Returns
    -------
    mean, percentile : (n,) float64
        NaN where no other group has a value.

    Examples
    --------
    >>> mean, most = others(np.array([[9.0, 1, 2, 3]]), np.array([0]), share=0.5)
    >>> mean.tolist(), most.tolist()
    ([2.0], [2.0])
    """
    rows = np.arange(to_groups.shape[0])
    left = to_groups.copy()
    left[rows, own_group] = np.nan
    unknown = np.isnan(left)
    n = (~unknown).sum(axis=1)
    ordered = np.sort(np.where(unknown, -np.inf, left), axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(unknown, 0.0, left).sum(axis=1) / n
    at = to_groups.shape[1] - n + share * (n - 1)
    below = np.clip(np.floor(at), 0, to_groups.shape[1] - 1).astype(np.int64)
    above = np.minimum(below + 1, to_groups.shape[1] - 1)
    part = at - below
    low, high = ordered[rows, below], ordered[rows, above]
    with np.errstate(invalid="ignore"):
        percentile = np.where(part > 0, low + part * (high - low), low)
    return as_floats(mean), as_floats(np.where(n > 0, percentile, np.nan))
