"""What would co-occurrence be if places kept how diverse and industries how common they are?

Presence of industry i in place p is drawn with probability x_p y_i / (1 + x_p y_i), each cell
on its own; x and y are such that every place expects as many industries, and every industry as
many places, as observed. This is the maximum-entropy table with given degrees (bipartite
configuration model) [1]_ [2]_: diverse places make everything look related, and this null knows
it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from buzzline.agglomeration.checks import as_presence
from buzzline.agglomeration.proximity import co_occurrence
from buzzline.arrays import Flags, Floats, Indices, as_floats
from buzzline.errors import NotConverged
from buzzline.kernels.hypergeometric import matched_tails

MOST_STEPS = 200
TOLERANCE = 1e-9  # places or industries by which an expected degree may be off
RIDGE = 1e-10  # x may grow as y shrinks without any change: the ridge picks one of them


@dataclass(frozen=True, slots=True, eq=False)
class DegreeNull:
    """Chances of presence that depend only on the degrees, said once for each degree.

    Attributes
    ----------
    chance : (a, b) float64 [share]      by distinct diversity and distinct ubiquity
    place : (places,) int64              row of each place in `chance`
    industry : (industries,) int64       column of each industry
    """

    chance: Floats
    place: Indices
    industry: Indices

    def cells(self) -> Floats:
        """Return the chance of every cell, (places, industries)."""
        return as_floats(self.chance[np.ix_(self.place, self.industry)])


@dataclass(frozen=True, slots=True, eq=False)
class Togetherness:
    """How often two industries share a place, against a null.

    Attributes
    ----------
    expected, variance, z, p : (industries, industries) float64
        NaN on the diagonal and for industries that are nowhere.
    """

    expected: Floats
    variance: Floats
    z: Floats
    p: Floats


def degree_null(presence: Flags) -> DegreeNull:
    """Fit the null that keeps the expected diversity of places and ubiquity of industries.

    Parameters
    ----------
    presence : (places, industries) bool

    Raises
    ------
    NotConverged
        Newton's method did not reach the degrees.

    References
    ----------
    .. [1] Saracco, F., Di Clemente, R., Gabrielli, A., Squartini, T. (2015). Randomizing
           bipartite
       networks: the case of the World Trade Web. Scientific Reports 5. doi:10.1038/srep10595
    .. [2] Vallarano, N. et al. (2021). Fast and scalable likelihood maximization for
           exponential
       random graph models. Scientific Reports 11. doi:10.1038/s41598-021-93830-4

    Examples
    --------
    >>> null = degree_null(np.array([[1, 1, 0], [1, 0, 0], [0, 1, 1]], dtype=bool))
    >>> null.cells().sum(axis=1).round(6).tolist()
    [2.0, 1.0, 2.0]
    """
    flags = np.asarray(presence, dtype=bool)
    diverse, place, n_places = np.unique(flags.sum(1), return_inverse=True, return_counts=True)
    common, industry, n_industries = np.unique(
        flags.sum(0), return_inverse=True, return_counts=True
    )
    parts = (diverse, common, n_places, n_industries)
    chance = _solved(*(as_floats(part) for part in parts))
    return DegreeNull(chance, place.astype(np.int64), industry.astype(np.int64))


def _solved(diverse: Floats, common: Floats, n_places: Floats, n_industries: Floats) -> Floats:
    """Return the chances by degree; degrees that leave no chance are taken out first.

    A place with nothing, or with every industry left, is certain; so is an industry in no place
    or in all that are left. Taking them out changes what is "all", so it is done until none is.
    """
    chance = np.zeros((diverse.size, common.size))
    rows, columns = np.ones(diverse.size, bool), np.ones(common.size, bool)
    while rows.any() and columns.any():
        want_rows = diverse - chance @ n_industries
        want_columns = common - n_places @ chance
        n_left = n_industries[columns].sum(), n_places[rows].sum()
        full_rows, empty_rows = rows & (want_rows >= n_left[0]), rows & (want_rows <= 0)
        full_columns = columns & (want_columns >= n_left[1])
        empty_columns = columns & (want_columns <= 0)
        if full_rows.any():
            chance[np.ix_(full_rows, columns)] = 1.0
            rows = rows & ~full_rows
        elif full_columns.any():
            chance[np.ix_(rows, full_columns)] = 1.0
            columns = columns & ~full_columns
        elif empty_rows.any() or empty_columns.any():
            rows, columns = rows & ~empty_rows, columns & ~empty_columns
        else:
            chance[np.ix_(rows, columns)] = _newton(
                want_rows[rows], want_columns[columns], n_places[rows], n_industries[columns]
            )
            return chance
    return chance


def _newton(diverse: Floats, common: Floats, n_places: Floats, n_industries: Floats) -> Floats:
    """Maximise the likelihood in ln x and ln y: concave, so halved Newton steps are safe."""
    n = diverse.size
    root = np.sqrt(max(float(n_places @ diverse), 1.0))
    at = np.concatenate([np.log(diverse / root), np.log(common / root)])
    weight = np.concatenate([n_places, n_industries])

    def likelihood(point: Floats) -> float:
        linear = n_places @ (diverse * point[:n]) + n_industries @ (common * point[n:])
        both = np.logaddexp(0, np.add.outer(point[:n], point[n:]))
        return float(linear - n_places @ both @ n_industries)

    best = likelihood(at)
    for _ in range(MOST_STEPS):
        chance = expit(np.add.outer(at[:n], at[n:]))
        missing = np.concatenate([diverse - chance @ n_industries, common - n_places @ chance])
        if np.abs(missing).max() <= TOLERANCE:
            return as_floats(chance)
        spread = chance * (1 - chance) * np.multiply.outer(n_places, n_industries)
        curvature = np.zeros((at.size, at.size))
        curvature[:n, n:] = spread
        curvature[n:, :n] = spread.T
        diagonal = np.concatenate([spread.sum(axis=1), spread.sum(axis=0)])
        curvature[np.diag_indices(at.size)] = diagonal * (1 + RIDGE)
        step = np.linalg.solve(curvature, weight * missing)
        step *= min(1.0, 5.0 / np.abs(step).max())
        for _ in range(30):
            value = likelihood(at + step)
            if value >= best - 1e-9 * abs(best):
                break
            step = step / 2
        at, best = at + step, value
    raise NotConverged(
        f"degree_null: expected degrees are still off by {np.abs(missing).max():.2g} after "
        f"{MOST_STEPS} steps. Look for places or industries that hold almost everything."
    )


def against_degrees(presence: Flags) -> Togetherness:
    """Compare co-occurrences with the null that keeps diversity and ubiquity.

    Parameters
    ----------
    presence : (places, industries) bool

    Returns
    -------
    Togetherness
        `p` is the chance of as many joint places or more.

    Notes
    -----
    Mean and variance are those given the degrees (`given_degrees`); the tail is that of the
    hypergeometric distribution with the same two (`matched_tail`).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> flags = rng.random((200, 5)) < 0.3
    >>> flags[:, 1] = flags[:, 0]
    >>> bool(against_degrees(flags).p[0, 1] < 1e-9)
    True
    """
    presence = as_presence(presence, "against_degrees")
    mean, variance = given_degrees(degree_null(presence))
    return _compared(co_occurrence(presence), mean, variance)


def given_degrees(null: DegreeNull) -> tuple[Floats, Floats]:
    """Return mean and variance of each co-occurrence given every place's and industry's degree.

    Parameters
    ----------
    null : DegreeNull

    Returns
    -------
    mean, variance : (industries, industries) float64
        The diagonal means nothing.

    Notes
    -----
    With a, b the chances of two industries in a place and v = a (1 - a) their variances, the
    co-occurrence is the sum of a b, of the linear terms a (m_j - b) + b (m_i - a), and of
    (m_i - a)(m_j - b). Degrees are kept, not only expected: the linear terms count only as far
    as they are not a matter of degrees (a less its v-weighted mean over places, and less what
    moves with a place's own diversity), and two industries compete for a place's diversity,
    which lowers the mean by v_i v_j / (V - w), V the summed variance of the place and w the
    v-weighted mean of v; variances grow by V / (V - w) (both exact where industries are alike).
    Leaving all this out, as is usual, makes the variance of independent industries more than
    twice too large.
    """
    n = np.bincount(null.place, minlength=null.chance.shape[0]).astype(float)
    k = np.bincount(null.industry, minlength=null.chance.shape[1]).astype(float)
    a = null.chance
    v = a * (1 - a)
    room = np.maximum(v @ k, 1e-12)
    others = np.maximum(room - (v**2 @ k) / room, 1e-12)
    mean = a.T @ (n[:, None] * a) - v.T @ (n[:, None] * v / others[:, None])
    weight = (n * room / others)[:, None]
    nv, nv2 = weight * v, weight * v**2 / room[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.nan_to_num((a.T @ nv) / nv.sum(axis=0))  # [i, j]: mean of a_i, weights v_j
    linear = (a**2).T @ nv - centre**2 * nv.sum(axis=0)
    shared = (a**2).T @ nv2 - 2 * centre * (a.T @ nv2) + centre**2 * nv2.sum(axis=0)
    by_both = (nv / room[:, None]).T
    crossed = (
        (by_both * a.T) @ (v * a)
        - centre.T * ((by_both * a.T) @ v)
        - centre * (by_both @ (v * a))
        + centre * centre.T * (by_both @ v)
    )
    own = linear - shared
    variance = v.T @ nv + own + own.T - 2 * crossed
    mean, variance = (mean + mean.T) / 2, (variance + variance.T) / 2  # but for rounding
    pick = np.ix_(null.industry, null.industry)
    return as_floats(mean[pick]), as_floats(np.maximum(variance[pick], 0))


def against_ubiquity(presence: Flags) -> Togetherness:
    """Compare co-occurrences with places dealt at random to each industry (hypergeometric).

    The z-score of Teece et al. [1]_, as EconGeo's `zScore`. Places count as equally likely, so
    in tables where some places hold much and others little nearly all pairs seem related: use
    `against_degrees` there.

    Parameters
    ----------
    presence : (places, industries) bool

    References
    ----------
    .. [1] Teece, D. J., Rumelt, R., Dosi, G., Winter, S. (1994). Understanding corporate
       coherence. Journal of Economic Behavior & Organization 23(1).
       doi:10.1016/0167-2681(94)90094-9

    Examples
    --------
    >>> flags = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1]], dtype=bool)
    >>> against_ubiquity(flags).z[0, 1].round(3)
    np.float64(1.732)
    """
    presence = as_presence(presence, "against_ubiquity")
    together = co_occurrence(presence)
    n, alone = presence.shape[0], together.diagonal()
    mean = np.multiply.outer(alone, alone) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = mean * np.multiply.outer(1 - alone / n, (n - alone) / (n - 1))
    return _compared(together, mean, variance)


def _compared(together: Floats, mean: Floats, variance: Floats) -> Togetherness:
    spread = np.sqrt(np.maximum(variance, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > 1e-9, (together - mean) / spread, np.nan)
    p = matched_tail(together, mean, np.maximum(variance, 0), alone=together.diagonal())
    absent = together.diagonal() == 0
    return Togetherness(*(_blanked(as_floats(part), absent) for part in (mean, variance, z, p)))


def _blanked(matrix: Floats, absent: Flags) -> Floats:
    matrix = matrix.copy()
    matrix[absent] = np.nan
    matrix[:, absent] = np.nan
    np.fill_diagonal(matrix, np.nan)
    return matrix


def matched_tail(together: Floats, mean: Floats, variance: Floats, *, alone: Floats) -> Floats:
    """Return P(X >= count) for co-occurrences with these means and variances.

    Parameters
    ----------
    together, mean, variance : (industries, industries) float64
    alone : (industries,) float64
        In how many places each industry is: no pair can share more.

    Returns
    -------
    (industries, industries) float64
        Of the hypergeometric distribution with the mean and variance given, drawn from an
        effective number of places; exact where all places are alike.

    Examples
    --------
    >>> from scipy.stats import hypergeom
    >>> mean, variance = hypergeom.stats(40, 10, 8)
    >>> cell = lambda value: np.full((1, 1), float(value))
    >>> tail = matched_tail(cell(5), cell(mean), cell(variance), alone=np.array([8.0]))
    >>> bool(abs(tail[0, 0] - hypergeom.sf(4, 40, 10, 8)) < 1e-12)
    True
    """
    most = np.minimum.outer(alone, alone)
    parts = (as_floats(part).ravel() for part in (together, mean, variance, most))
    return as_floats(matched_tails(*parts).reshape(mean.shape))


def smallest_p(together: Floats, chance: Togetherness) -> Floats:
    """Return the p-value that two industries would have if one were wherever the other is.

    Where even that is not small, no pattern of these two could show that they are related.
    """
    alone = together.diagonal()
    most = np.minimum.outer(alone, alone)
    return matched_tail(most, chance.expected, chance.variance, alone=alone)
