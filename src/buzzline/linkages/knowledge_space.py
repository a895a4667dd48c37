"""How far apart is what two organisations know? Distances between profiles of classes.

Jaffe          1 - cos(v_i, v_j): classes are the same or strangers
Mahalanobis    the same angle where related classes are near each other: two classes are as
               related as organisations that hold the one hold the other
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from buzzline.arrays import Codes, Floats, Indices, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Share

MOST_CLASSES = 5_000  # relatedness of classes is a table of all with all


@dataclass(frozen=True, slots=True, eq=False)
class KnowledgeSpace:
    """Profiles of length one, in a space where related classes may lie near each other.

    Attributes
    ----------
    unit : (n, c) csr          profiles of length one; empty rows where nothing is known
    related : (c, c) csr or None
        Inner products of classes; None: each class is a direction of its own.
    """

    unit: sparse.csr_array
    related: sparse.csr_array | None = None

    def distances(self, one: Codes | Indices, other: Codes | Indices) -> Floats:
        """Return the distance of each pair of rows, (k,) in 0 to 1; NaN where one is empty.

        O(k times classes an organisation has) time and memory.
        """
        left, right = self.unit[one], self.unit[other]
        if self.related is not None:
            left = sparse.csr_array(left @ self.related)
        alike = as_floats((left * right).sum(axis=1)).ravel()
        empty = np.diff(self.unit.indptr) == 0
        return np.where(empty[one] | empty[other], np.nan, np.clip((1 - alike).round(12), 0, 1))

    def similarity_to_sum(self, rows: Indices) -> tuple[Floats, float]:
        """Return the inner product of each of some rows with their sum, and their total."""
        chosen = self.unit[rows]
        total = np.asarray(chosen.sum(axis=0)).ravel()
        seen = total if self.related is None else np.asarray(self.related @ total)
        each = as_floats(chosen @ seen)
        return each, float(each.sum())


def knowledge_space(
    profiles: sparse.csr_array, related: sparse.csr_array | None = None
) -> KnowledgeSpace:
    """Return profiles scaled to length one.

    Parameters
    ----------
    profiles : (n, c) csr [items]
    related : (c, c) csr, optional
        From `class_relatedness`.
    """
    profiles = sparse.csr_array(profiles)
    seen = profiles if related is None else sparse.csr_array(profiles @ related)
    squares = as_floats((seen * profiles).sum(axis=1)).ravel()
    scale = np.where(squares > 0, 1 / np.sqrt(np.where(squares > 0, squares, 1.0)), 0.0)
    return KnowledgeSpace(sparse.csr_array(sparse.diags_array(scale) @ profiles), related)


def class_relatedness(profiles: sparse.csr_array) -> sparse.csr_array:
    """Return how related classes are: the cosine of who holds the one with who holds the other.

    Parameters
    ----------
    profiles : (n, c) csr [items]
        Each row counts by the shares of its classes, so that large organisations do not decide.

    Raises
    ------
    InvalidArgument
        More than five thousand classes.

    References
    ----------
    .. [1] Bloom, N., Schankerman, M., Van Reenen, J. (2013). Identifying technology spillovers
       and product market rivalry. Econometrica 81(4). doi:10.3982/ECTA9466

    Examples
    --------
    >>> items = sparse.csr_array([[1.0, 1.0], [0.0, 2.0]])
    >>> class_relatedness(items).toarray().round(3).tolist()
    [[1.0, 0.447], [0.447, 1.0]]
    """
    if profiles.shape[1] > MOST_CLASSES:
        raise InvalidArgument(
            f"class_relatedness: {profiles.shape[1]:,} classes, at most {MOST_CLASSES:,}. Give "
            "coarser ones, e.g. the first four characters."
        )
    total = as_floats(profiles.sum(axis=1)).ravel()
    shares = sparse.csr_array(
        sparse.diags_array(1 / np.where(total > 0, total, 1.0)) @ profiles
    )
    length = np.sqrt(as_floats((shares * shares).sum(axis=0)).ravel())
    unit = shares @ sparse.diags_array(1 / np.where(length > 0, length, 1.0))
    return sparse.csr_array(unit.T @ unit)


def jaffe_distance(one: Floats, other: Floats) -> float:
    """Return 1 minus the cosine of two profiles of classes.

    Parameters
    ----------
    one, other : (c,) float64 [items]

    Returns
    -------
    share
        0 the same mix, 1 nothing shared; NaN where one is empty.

    References
    ----------
    .. [1] Jaffe, A. (1986). Technological opportunity and spillovers of R&D. American Economic
       Review 76(5).

    Examples
    --------
    >>> round(1 - jaffe_distance(np.array([5.0, 3, 0, 2]), np.array([1.0, 4, 2, 0])), 6)
    0.601793
    """
    rows = sparse.csr_array(np.vstack([one, other]).astype(np.float64))
    return float(knowledge_space(rows).distances(np.array([0]), np.array([1]))[0])


def mean_distance(space: KnowledgeSpace, rows: Indices) -> tuple[float, Floats]:
    """Return the mean distance of all pairs of some rows, and without each of them.

    Parameters
    ----------
    space : KnowledgeSpace
    rows : (m,) int64               none of them empty, three or more

    Returns
    -------
    float
    (m,) float64
        The mean of the pairs that are left when a row is left out.

    Notes
    -----
    sum over pairs of cos = (|sum of unit vectors|^2 - m) / 2: O(m) and not O(m^2).
    """
    each, total = space.similarity_to_sum(rows)
    m = rows.size
    own = as_floats(np.full(m, 1.0))
    alike = (total - m) / 2
    with_others = each - own
    left = (alike - with_others) / ((m - 1) * (m - 2) / 2)
    whole = 1 - alike / (m * (m - 1) / 2)
    return float(max(round(whole, 12), 0.0)), as_floats(1 - left)


def optimal_distance(novelty: tuple[float, float], misunderstanding: float) -> Share:
    """Return the distance at which novelty times understanding is largest.

    Parameters
    ----------
    novelty : two floats
        n0 + n1 d: what is new in a partner at distance d.
    misunderstanding : float
        Understanding is 1 - m d.

    Returns
    -------
    share
        (n1 - n0 m) / (2 n1 m), within 0 to 1.

    Raises
    ------
    InvalidArgument
        Novelty or misunderstanding that do not rise with distance.

    References
    ----------
    .. [1] Nooteboom, B., Van Haverbeke, W., Duysters, G., Gilsing, V., van den Oord, A. (2007).
       Optimal cognitive distance and absorptive capacity. Research Policy 36(7).
       doi:10.1016/j.respol.2007.04.003

    Examples
    --------
    >>> round(optimal_distance((0.1, 1.0), 1.5), 4)
    0.2833
    """
    start, rise = novelty
    if not (rise > 0 and misunderstanding > 0):
        raise InvalidArgument(
            "optimal_distance: novelty and misunderstanding must rise with distance, got "
            f"{rise:g} and {misunderstanding:g}"
        )
    best = (rise - start * misunderstanding) / (2 * rise * misunderstanding)
    return float(min(max(best, 0.0), 1.0))
