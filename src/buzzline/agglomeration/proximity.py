"""How near are two industries, told by the places that hold both?

Everything here is read off the co-occurrence C: in how many places two industries are both
present. S are its row totals without the diagonal, T their sum, U in how many places each
industry is.

    conditional   C / max(U_i, U_j)                       Hidalgo et al. 2007; 0 to 1
    association   C T / (S_i S_j)                         van Eck & Waltman 2009; 1 is chance
    probability   2 C / (S_i S_j (1/(T - S_i) + 1/(T - S_j)))   Steijn 2021; 1 is chance
    cosine        C / sqrt(S_i S_j)                       0 to 1
    jaccard       C / (S_i + S_j - C)                     0 to 1

The last four are those of the R package EconGeo, which calls `probability` "prob".
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from scipy.stats import norm

from buzzline.agglomeration.checks import as_numbers, as_presence, as_square
from buzzline.arrays import Flags, Floats, as_floats
from buzzline.errors import InvalidArgument
from buzzline.kernels.cooccurrence import counted_together, packed
from buzzline.quantities import Share

Kind = Literal["conditional", "probability", "association", "cosine", "jaccard"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def co_occurrence(presence: Flags) -> Floats:
    """Return in how many places two industries are both present.

    Parameters
    ----------
    presence : (places, industries) bool

    Returns
    -------
    (industries, industries) float64 [places]
        The diagonal holds in how many places each industry is (its ubiquity).

    Raises
    ------
    InvalidArgument
        `presence` is neither 0 nor 1 somewhere (jobs, counts, NaN), or not a table.

    Notes
    -----
    Sixty-four places are one word and pairs are counted with the processor's bit count, which
    takes an eighth of the time of a matrix product (benchmark `cooccurrence`).

    Examples
    --------
    >>> co_occurrence(np.array([[True, True], [True, False]])).tolist()
    [[2.0, 1.0], [1.0, 1.0]]
    """
    return as_floats(counted_together(packed(as_presence(presence, "co_occurrence"))))


def proximity(presence: Flags, kind: Kind = "conditional") -> Floats:
    """Return how near industries are to each other, from where they are present.

    Parameters
    ----------
    presence : (places, industries) bool
    kind : "conditional", "probability", "association", "cosine" or "jaccard"

    Returns
    -------
    (industries, industries) float64 [share; ratio to chance for association and probability]
        Symmetric, 0 on the diagonal; NaN for an industry that is nowhere.

    Raises
    ------
    InvalidArgument
        `presence` is neither 0 nor 1 somewhere (jobs, counts, NaN), or not a table.

    References
    ----------
    .. [1] Hidalgo, C. A., Klinger, B., Barabasi, A.-L., Hausmann, R. (2007). The product space
       conditions the development of nations. Science 317. doi:10.1126/science.1144581

    Examples
    --------
    >>> proximity(np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1]], dtype=bool)).round(2).tolist()
    [[0.0, 0.67, 0.33], [0.67, 0.0, 0.0], [0.33, 0.0, 0.0]]
    """
    return relatedness_of(co_occurrence(as_presence(presence, "proximity")), kind)


def relatedness_of(together: Floats, kind: Kind = "conditional") -> Floats:
    """Return how near industries are to each other, from a table of co-occurrences.

    Parameters
    ----------
    together : (industries, industries) float64 [places, or any count of joint events]
        Symmetric. The diagonal is used by "conditional" only.
    kind : "conditional", "probability", "association", "cosine" or "jaccard"

    Returns
    -------
    (industries, industries) float64
        As `proximity`.

    References
    ----------
    .. [1] van Eck, N. J., Waltman, L. (2009). How to normalize cooccurrence data? Journal of
       the American Society for Information Science and Technology 60(8).
       doi:10.1002/asi.21075
    .. [2] Steijn, M. P. A. (2021). Improvement on the association strength: implementing a
       probabilistic measure based on combinations without repetition. Quantitative Science
       Studies 2(2). doi:10.1162/qss_a_00122

    Examples
    --------
    >>> together = np.array([[0.0, 2, 1], [2, 0, 1], [1, 1, 0]])
    >>> relatedness_of(together, "association").round(3).tolist()
    [[0.0, 1.778, 1.333], [1.778, 0.0, 1.333], [1.333, 1.333, 0.0]]
    """
    if kind not in KINDS:
        raise InvalidArgument(f"relatedness_of: `kind` must be one of {', '.join(KINDS)}")
    together = as_square(together, "relatedness_of", "together")
    _check_counts(together)
    alone = together.diagonal().copy()
    apart = without_diagonal(together)
    if kind == "conditional" and np.any(apart.max(axis=0, initial=0.0) > alone):
        raise InvalidArgument(
            "relatedness_of: for 'conditional' the diagonal must hold in how many places each "
            "industry is, and no pair can share more. Fill it, or use `proximity`."
        )
    scale = _scale(apart, alone, kind)
    with np.errstate(divide="ignore", invalid="ignore"):
        near = np.where(apart > 0, apart / scale, 0.0)
    absent = np.maximum(alone, apart.sum(axis=0)) == 0
    near[absent] = np.nan
    near[:, absent] = np.nan
    return as_floats(near)


def without_diagonal(matrix: Floats) -> Floats:
    """Return a copy of a square matrix with zeros on its diagonal."""
    copy = matrix.copy()
    np.fill_diagonal(copy, 0.0)
    return copy


def _scale(apart: Floats, alone: Floats, kind: Kind) -> Floats:
    """Return what the co-occurrences are divided by."""
    if kind == "conditional":
        return np.asarray(np.maximum.outer(alone, alone))
    total = apart.sum(axis=0)
    product, everything = np.multiply.outer(total, total), total.sum()
    if kind == "cosine":
        return np.asarray(np.sqrt(product))
    if kind == "jaccard":
        return np.asarray(np.add.outer(total, total) - apart)
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "association":
            return np.asarray(product / everything)
        rest = 1 / (everything - total)
        return np.asarray(product * np.add.outer(rest, rest) / 2)


def _check_counts(together: Floats) -> None:
    wrong = ~(together >= 0)
    if wrong.any():
        first = together[wrong][0]
        raise InvalidArgument(
            f"relatedness_of: {int(wrong.sum()):,} co-occurrences are negative or missing "
            f"(e.g. {first:g}). Counts of joint events are 0 or more."
        )
    if not np.array_equal(together, together.T):
        raise InvalidArgument(
            "relatedness_of: co-occurrences must be symmetric; count each pair both ways"
        )


def correlation_proximity(levels: Floats) -> Floats:
    """Return (1 + correlation) / 2 of what industries have in each place: no cut is needed.

    Parameters
    ----------
    levels : (places, industries) float64
        Location quotients, or any level of activity.

    Returns
    -------
    (industries, industries) float64 [share]
        0 on the diagonal; NaN for an industry that is the same everywhere, or not known in
        some place.

    Raises
    ------
    InvalidArgument
        A level is infinite or no number, or `levels` is not a table.

    Examples
    --------
    >>> correlation_proximity(np.array([[0.0, 1], [1, 2], [2, 3]])).round(9).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    levels = as_numbers(levels, "correlation_proximity", "levels", axes=2)
    if not levels.shape[0]:
        return np.full((levels.shape[1],) * 2, np.nan)
    centred = levels - levels.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = np.where(length > 0, centred / length, np.nan)
    near = (1 + unit.T @ unit) / 2
    np.fill_diagonal(near, np.where(length > 0, 0.0, np.nan))
    return as_floats(near)


def proximity_interval(presence: Flags, kind: Kind, level: Share) -> tuple[Floats, Floats]:
    """Return the interval of each proximity when places are the units of sampling.

    Parameters
    ----------
    presence : (places, industries) bool
    kind : as `proximity`
    level : share

    Returns
    -------
    low, high : (industries, industries) float64
        NaN on the diagonal and for industries that are nowhere.

    Notes
    -----
    Which places hold an industry is what is uncertain, so places are resampled, in closed form:
    Wilson's interval for the conditional probability (of the places that hold the commoner
    industry, how many hold the other), and for the other kinds the delta method on the
    logarithm with every place's influence on C, S and T, which equals a bootstrap of places
    to first order. Where no place holds both, the interval runs from 0 to what a Poisson count
    of 0 leaves open. Neighbouring places that resemble each other carry less than their
    number: the interval is then too narrow.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
       inference. Journal of the American Statistical Association 22.
       doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> flags = np.array([[1, 1], [1, 1], [1, 0], [0, 1]] * 5, dtype=bool)
    >>> low, high = proximity_interval(flags, "conditional", 0.95)
    >>> bool(low[0, 1] < 10 / 15 < high[0, 1])
    True
    """
    presence = as_presence(presence, "proximity_interval")
    together = co_occurrence(presence)
    if kind == "conditional":
        low, high = _wilson(together, level)
    else:
        low, high = _delta(as_floats(presence), together, kind, level)
    nowhere = together.diagonal() == 0
    for bound in (low, high):
        bound[nowhere] = np.nan
        bound[:, nowhere] = np.nan
        np.fill_diagonal(bound, np.nan)
    return low, high


def _wilson(together: Floats, level: Share) -> tuple[Floats, Floats]:
    z2 = float(norm.ppf((1 + level) / 2)) ** 2
    alone = together.diagonal()
    n = np.maximum(np.maximum.outer(alone, alone), 1)
    share = together / n
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    return as_floats(np.maximum(middle - half, 0)), as_floats(np.minimum(middle + half, 1))


def _delta(
    present: Floats, together: Floats, kind: Kind, level: Share
) -> tuple[Floats, Floats]:
    apart = without_diagonal(together)
    near = relatedness_of(together, kind)
    total = apart.sum(axis=0)
    variance = _log_variance(present, apart, _slopes(apart, total, kind))
    z = float(norm.ppf((1 + level) / 2))
    half = z * np.sqrt(np.maximum(variance, 0))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        low, high = near * np.exp(-half), near * np.exp(half)
        unit = np.where(apart > 0, near / apart, 1 / _scale(apart, apart[0], kind))
    nothing = apart == 0
    low = np.where(nothing, 0.0, low)
    # 0 seen: a Poisson count with this mean or more shows none with probability (1 - level) / 2
    high = np.where(nothing, -np.log((1 - level) / 2) * unit, high)
    top = 1.0 if kind in ("cosine", "jaccard") else np.inf
    return as_floats(low), as_floats(np.minimum(high, top))


def _slopes(apart: Floats, total: Floats, kind: Kind) -> tuple[Floats, Floats, Floats]:
    """Return how ln proximity moves with C_ij, S_i and T; S_j is the transpose of S_i."""
    ones = np.ones_like(apart)
    everything = max(float(total.sum()), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        joint = 1 / apart
        own = 1 / total[:, None]
        if kind == "cosine":
            return joint, -0.5 * own * ones, 0 * ones
        if kind == "association":
            return joint, -own * ones, ones / everything
        if kind == "jaccard":
            union = np.add.outer(total, total) - apart
            return joint + 1 / union, -1 / union, 0 * ones
        rest = 1 / (everything - total)
        both = np.add.outer(rest, rest)
        by_own = -own - (rest**2)[:, None] / both
        return joint, by_own, np.add.outer(rest**2, rest**2) / both


def _log_variance(
    present: Floats, apart: Floats, slopes: tuple[Floats, Floats, Floats]
) -> Floats:
    """Return the summed squares of each place's influence on ln proximity.

    A place with d industries adds m_i m_j to C_ij, m_i (d - 1) to S_i and d (d - 1) to T, so
    the sum over places needs three weighted co-occurrences and no loop over places.
    """
    joint, own, everything = slopes
    other = own.T
    d = present.sum(axis=1)
    e = d - 1
    by_e, by_e2, by_de = (
        present.T @ (present * weight[:, None]) for weight in (e, e**2, d * e)
    )
    square, cross = present.T @ e**2, present.T @ (d * e**2)
    with np.errstate(invalid="ignore", over="ignore"):
        variance = (
            joint**2 * apart
            + 2 * joint * (own + other) * by_e
            + own**2 * square[:, None]
            + other**2 * square
            + 2 * own * other * by_e2
            + 2 * joint * everything * by_de
            + 2 * everything * (own * cross[:, None] + other * cross)
            + everything**2 * np.sum((d * e) ** 2)
        )
    return as_floats(variance)
