"""Gravity of ties seen from both ends: one size for each zone, and what lies between them.

A tie between two zones is seen from either, so flows are symmetric, and the effect of a zone as
an origin is its effect as a destination: its size. Flows are Poisson with mean
exp(size_i + size_j + x_ij'theta). The coefficients are those of a Poisson likelihood (PPML)
with origin and destination effects on the same flows; their errors are not, because that
likelihood counts every tie twice [1]_.

.. [1] Aronow, P., Samii, C., Assenova, V. (2015). Cluster-robust variance estimation for dyadic
   data. Political Analysis 23(4). doi:10.1093/pan/mpv018
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from buzzline.arrays import Flags, Floats, as_floats
from buzzline.errors import InvalidArgument, NotConverged
from buzzline.kernels.mutual_gravity import dyad_scores, mutual_means
from buzzline.network.existence import separated_pairs

MOST_STEPS = 100
CLOSE = 1e-11  # of the log likelihood that the last step gains: it ends within 1e-5 of an error
LONGEST_MOVE = 5.0  # log units an effect may move in one step: a factor of 148
SHORTEST_STEP = 1e-6
SLOW = 0.4  # of the last step's gain that is left: from here on the curvature is taken anew
MANY_STEPS = 30  # that a fit without separation hardly takes
FLAT = 1e-9  # of a covariate's variation that may be left beside size
ALIKE = 1e-7  # of the variation of covariates that may be left beside each other


@dataclass(frozen=True, slots=True, eq=False)
class MutualGravity:
    """A gravity null of ties without direction.

    Attributes
    ----------
    theta : (k,) float64               coefficients of the covariates
    size : (z,) float64                log size of each zone; -inf without ties
    covariance : (k, k) float64        of theta, robust to pairs that share a zone
    response : (z, k) float64          how sizes move with theta
    factor : (z, z) float64            upper triangle U; U'U is the information on sizes
    bread : (k, k) float64             inverse information on theta
    dispersion : float                 variance of flows over their mean, at least 1
    n_separated : int                  pairs of zones no finite fit gives a flow: left out
    n_steps : int
    """

    theta: Floats
    size: Floats
    covariance: Floats
    response: Floats
    factor: Floats
    bread: Floats
    dispersion: float
    n_separated: int
    n_steps: int

    def draws(self, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Draw coefficients (n, k), and the log sizes (n, z) most likely with each."""
        z = rng.standard_normal((n, self.theta.size))
        moves = as_floats((z @ root_of(self.covariance).T).reshape(n, self.theta.size))
        return self.theta + moves, as_floats(self.size + moves @ self.response.T)

    def spread_of(self, weights: Floats) -> Floats:
        """Return the covariance of weighted means of log sizes, coefficients given. (m, m).

        Parameters
        ----------
        weights : (m, z) float64
        """
        half = solve_triangular(self.factor, weights.T, trans="T", check_finite=False)
        return as_floats(self.dispersion * (half.T @ half))


@dataclass(frozen=True, slots=True, eq=False)
class _Curvature:
    """Information at some point: of sizes (Cholesky), and of theta beside them.

    `scale` (z,) stretches rows and columns of the first: what is left of each zone, root.
    """

    factor: Floats
    partial: Floats
    left: Floats
    scale: Floats

    def solve(self, score: Floats) -> Floats:
        inner = cho_solve((self.factor, False), score / self.scale, check_finite=False)
        return as_floats(inner / self.scale)


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """What the likelihood needs of flows: nothing else of them enters the fit."""

    rows: Floats
    x: Floats
    known: Flags


def fit_mutual(
    flows: Floats,
    covariates: Floats,
    *,
    offset: Floats | None = None,
    start: MutualGravity | None = None,
) -> MutualGravity:
    """Fit sizes and coefficients to symmetric flows by Poisson likelihood.

    Parameters
    ----------
    flows : (z, z) float64 [tie ends]
        Symmetric; a tie within a zone counts twice on the diagonal. Zones without flow have no
        finite size and are left out; so are pairs that are separated: on which some combination
        of effects can go to minus infinity without any flow objecting [2]_.
    covariates : (k, z, z) float64
        Symmetric; k may be 0.
    offset : (z, z) float64, optional
        Added to the log mean.
    start : MutualGravity, optional
        A fit of similar flows to start from.

    Raises
    ------
    InvalidArgument
        Flows that are not symmetric; ties that touch fewer than two zones; a covariate that
        does not vary beside size, or whose coefficient is not finite.
    NotConverged
        Newton's method did not settle within 100 steps.

    References
    ----------
    .. [2] Correia, S., Guimaraes, P., Zylkin, T. (2021). Verifying the existence of maximum
       likelihood estimates for generalized linear models. arXiv:1903.01633

    Examples
    --------
    >>> flows = np.array([[8.0, 4.0, 2.0], [4.0, 8.0, 4.0], [2.0, 4.0, 8.0]])
    >>> steps = np.abs(np.subtract.outer(np.arange(3.0), np.arange(3.0)))
    >>> fit_mutual(flows, steps[None]).theta.round(3).tolist()
    [-0.693]
    """
    known = np.asarray(flows.sum(axis=1) > 0)
    if known.sum() < 2:
        raise InvalidArgument("gravity null: ties touch fewer than two zones")
    if start is None and not np.allclose(flows, flows.T):
        raise InvalidArgument("gravity null: flows must be the same both ways")
    open_ = np.zeros(flows.shape) if offset is None else offset
    n_separated = 0
    if start is None:
        open_, n_separated = _without_separated(flows, covariates, open_, known)
    try:
        fit = _fitted(flows, covariates, open_, start=start)
    except np.linalg.LinAlgError as error:
        raise InvalidArgument(
            "gravity null: the ties are too few or too separated to identify all effects"
        ) from error
    if start is not None and fit[-1] > MANY_STEPS:
        return fit_mutual(flows, covariates, offset=offset)
    return MutualGravity(*fit[:-1], n_separated, fit[-1])


def _without_separated(
    flows: Floats, covariates: Floats, offset: Floats, known: Flags
) -> tuple[Floats, int]:
    both = known[:, None] & known[None] & np.isfinite(offset)
    separated = separated_pairs(flows, covariates, both)
    if not separated.any():
        return offset, 0
    n = int(np.triu(separated).sum())
    return as_floats(np.where(separated, -np.inf, offset)), n


_Fit = tuple[Floats, Floats, Floats, Floats, Floats, Floats, float, int]


def _fitted(flows: Floats, x: Floats, offset: Floats, *, start: MutualGravity | None) -> _Fit:
    rows = flows.sum(axis=1)
    known = rows > 0
    size = np.full(rows.size, -np.inf)
    size[known] = np.log(rows[known]) - np.log(rows.sum()) / 2
    theta, curvature = np.zeros(x.shape[0]), None
    if start is not None and start.theta.size == theta.size:
        theta = start.theta
        size, curvature = _carried_over(start, rows, size, (x, offset))
    sums = _Sums(as_floats(rows), as_floats(np.einsum("kij,ij->k", x, flows) / 2), known)
    size, theta, steps = _settled(sums, (x, offset), (size, theta), curvature)
    return (theta, size, *_errors(flows, x, offset, (size, theta), known), steps)


def _carried_over(
    start: MutualGravity, rows: Floats, size: Floats, fixed: tuple[Floats, Floats]
) -> tuple[Floats, _Curvature]:
    """Return sizes and information of another fit, each zone cut to what is left of it."""
    x, offset = fixed
    both = (rows > 0) & np.isfinite(start.size)
    size = np.where(both, start.size, size)
    fitted = mutual_means(as_floats(size), start.theta, x, offset, np.empty(offset.shape))[0]
    size[both] += np.log(rows[both] / fitted[both])
    left = np.ones(rows.size)
    np.divide(rows, np.square(np.triu(start.factor)).sum(axis=0), out=left, where=both)
    information = np.linalg.inv(start.bread) if start.theta.size else start.bread
    return as_floats(size), _Curvature(
        start.factor,
        as_floats(-start.response),
        as_floats(information),
        as_floats(np.sqrt(left)),
    )


def _settled(
    sums: _Sums,
    fixed: tuple[Floats, Floats],
    state: tuple[Floats, Floats],
    curvature: _Curvature | None,
) -> tuple[Floats, Floats, int]:
    x, offset = fixed
    mean = np.empty(offset.shape)
    likelihood, last = -np.inf, np.inf
    length, step = 1.0, 0
    size, theta = new = state
    move = (np.zeros_like(size), np.zeros_like(theta))
    for step in range(1, MOST_STEPS + 1):
        rows, row_x, own = mutual_means(*new, x, offset, mean)
        reached = _likelihood(sums, new, rows)
        if not reached >= likelihood - 1e-9 * max(1.0, abs(likelihood)):
            length /= 2
            if length < SHORTEST_STEP:
                raise NotConverged("gravity null: the Poisson likelihood cannot be raised")
            new = (size + length * move[0], theta + length * move[1])
            continue
        (size, theta), likelihood = new, reached
        if curvature is None:
            curvature = _curvature(mean, (rows, row_x, own), sums.known)
        score = np.where(sums.known, sums.rows - rows, 0.0), sums.x - row_x.sum(axis=0) / 2
        move, gain = _move(curvature, score)
        if gain < CLOSE:
            return size + move[0], theta + move[1], step
        if gain > SLOW * last:
            curvature = None
        last, length = gain, min(1.0, LONGEST_MOVE / max(np.abs(move[0]).max(), 1e-300))
        new = (size + length * move[0], theta + length * move[1])
    raise NotConverged(
        f"gravity null: the Poisson likelihood did not settle within {MOST_STEPS} steps"
    )


def _likelihood(sums: _Sums, state: tuple[Floats, Floats], rows: Floats) -> float:
    known = sums.known
    return float(sums.rows[known] @ state[0][known] + sums.x @ state[1] - rows.sum() / 2)


def _curvature(mean: Floats, sums: tuple[Floats, Floats, Floats], known: Flags) -> _Curvature:
    """Return the information; zones without ties count 1, which moves nothing."""
    rows, row_x, own = sums
    matrix = mean.copy()
    matrix[np.diag_indices_from(matrix)] += np.where(known, rows * (1 + 1e-10), 1.0)
    factor = cho_factor(matrix, check_finite=False, overwrite_a=True)[0]
    partial = cho_solve((factor, False), row_x, check_finite=False)
    left = own - row_x.T @ partial
    for number in np.flatnonzero(np.diag(left) <= FLAT * np.maximum(np.diag(own), FLAT)):
        raise Unidentified(int(number))
    _check_apart(as_floats(left))
    return _Curvature(
        as_floats(factor), as_floats(partial), as_floats(left), as_floats(np.ones(rows.size))
    )


def _check_apart(left: Floats) -> None:
    """Raise where covariates say the same as others of them, where ties can be."""
    if left.shape[0] < 2:
        return
    root = np.sqrt(np.diag(left))
    values, vectors = np.linalg.eigh(left / np.outer(root, root))
    if values[0] <= ALIKE:
        raise Unidentified(int(np.argmax(np.abs(vectors[:, 0]))))


def _move(
    curvature: _Curvature, score: tuple[Floats, Floats]
) -> tuple[tuple[Floats, Floats], float]:
    """Return Newton's step, and how much likelihood it would gain."""
    alone = curvature.solve(score[0])
    theta = np.zeros(score[1].size)
    if theta.size:
        theta = as_floats(
            np.linalg.solve(curvature.left, score[1] - curvature.partial.T @ score[0])
        )
    size = alone - curvature.partial @ theta
    return (size, theta), float(score[0] @ size + score[1] @ theta) / 2


class Unidentified(InvalidArgument):
    """A covariate says nothing beside size; `number` counts from 0."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"gravity null: covariate {number + 1} does not vary beyond size where ties can "
            "be, its coefficient is not identified or not finite"
        )
        self.number = number


def _errors(
    flows: Floats,
    x: Floats,
    offset: Floats,
    state: tuple[Floats, Floats],
    known: Flags,
) -> tuple[Floats, Floats, Floats, Floats, float]:
    size, theta = state
    mean = np.empty(offset.shape)
    curvature = _curvature(mean, mutual_means(size, theta, x, offset, mean), known)
    partial = curvature.partial
    touched, pairs, chi_square, ratio, count = dyad_scores(flows, mean, x, partial)
    freedom = count - int(known.sum()) - theta.size
    # Fletcher (2012): Pearson's estimate without what cells of tiny means do to it
    dispersion = max(1.0, chi_square / freedom * count / ratio) if freedom > 0 else 1.0
    response, factor = as_floats(-partial), curvature.factor
    if not theta.size:
        return np.empty((0, 0)), response, factor, np.empty((0, 0)), dispersion
    bread = as_floats(np.linalg.inv(curvature.left))
    n_zones = int(known.sum())
    meat = (touched.T @ touched - pairs) * n_zones / (n_zones - 1)
    robust, plain = bread @ meat @ bread, bread * dispersion
    # Few zones can leave a dyadic sandwich thinner than the likelihood's own error.
    is_thin = bool(np.any(np.diag(robust) < np.diag(plain)))
    return as_floats(plain if is_thin else robust), response, factor, bread, dispersion


def root_of(covariance: Floats) -> Floats:
    """Return a square root R of a covariance matrix, which may be singular: R R' is it."""
    if not covariance.size:
        return covariance
    values, vectors = np.linalg.eigh(covariance)
    return as_floats(vectors * np.sqrt(np.maximum(values, 0)))
