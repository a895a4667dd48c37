"""What size, distance and borders alone would give: the gravity null.

Flows between zones are Poisson with mean exp(origin_i + destination_j + x_ij'theta). G0 has no
x, G1 has ln distance, G2 adds crossing a country border. Origin and destination effects are
fitted together with theta by Newton's method on the Poisson likelihood (PPML), so zero flows
count and heteroskedasticity does not bias [1]_.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from buzzline.arrays import Flags, Floats, as_floats
from buzzline.errors import InvalidArgument, NotConverged

MOST_STEPS = 60
TOLERANCE = 1e-5  # of the deviance: Newton's last step then leaves less than 1e-5 of an error
LONGEST_MOVE = 5.0  # log units an effect may move in one step: a factor of 148
SHORTEST_STEP = 1e-6
FURTHEST = 30.0  # log units between the ends of a covariate: beyond, nothing finite fits


@dataclass(frozen=True, slots=True, eq=False)
class Gravity:
    """A fitted gravity null.

    Attributes
    ----------
    theta : (k,) float64               coefficients of the covariates
    destination : (z,) float64         destination effects; -inf where nothing arrives
    covariance : (k, k) float64        of theta, robust to dyads that share a zone
    response : (z, k) float64          how the destination effects move with theta
    dispersion : float                 Pearson chi-square over degrees of freedom, at least 1
    arriving : (z,) float64            ties that arrive in each zone
    n_steps : int
    """

    theta: Floats
    destination: Floats
    covariance: Floats
    response: Floats
    dispersion: float
    arriving: Floats
    n_steps: int


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    destination: Floats
    theta: Floats
    n_steps: int = 0


def size_only(flows: Floats) -> Gravity:
    """Return the null G0: every origin sends in proportion to what arrives at each zone."""
    arriving = flows.sum(axis=0)
    with np.errstate(divide="ignore"):
        destination = np.log(arriving)
    mean = np.outer(flows.sum(axis=1), arriving) / max(arriving.sum(), 1)
    return Gravity(
        np.empty(0), destination, np.empty((0, 0)), np.empty((arriving.size, 0)),
        _dispersion(flows, mean, 0), arriving, 0,
    )  # fmt: skip


def fit_gravity(flows: Floats, covariates: Floats, start: Gravity | None = None) -> Gravity:
    """Fit origin effects, destination effects and coefficients by Poisson likelihood.

    Parameters
    ----------
    flows : (z, z) float64 [ties]
        From each zone to each zone. Rows without flow carry no information and columns without
        flow have no finite effect; both are left out (the existence check of [2]_).
    covariates : (k, z, z) float64
    start : Gravity, optional
        A fit of similar flows to start from.

    Raises
    ------
    InvalidArgument
        A covariate does not vary where ties are, or ties exist only at one of its values: its
        coefficient is not finite or not identified. The message says which.
    NotConverged
        Newton's method did not settle within 60 steps.

    References
    ----------
    .. [1] Santos Silva, J., Tenreyro, S. (2006). The log of gravity. Review of Economics and
       Statistics 88(4). doi:10.1162/rest.88.4.641
    .. [2] Correia, S., Guimaraes, P., Zylkin, T. (2021). Verifying the existence of maximum
       likelihood estimates for generalized linear models. arXiv:1903.01633
    .. [3] Aronow, P., Samii, C., Assenova, V. (2015). Cluster-robust variance estimation for
       dyadic data. Political Analysis 23(4). doi:10.1093/pan/mpv018

    Examples
    --------
    >>> flows = np.array([[8.0, 4.0, 2.0], [4.0, 8.0, 4.0], [2.0, 4.0, 8.0]])
    >>> steps = np.abs(np.subtract.outer(np.arange(3.0), np.arange(3.0)))
    >>> fit_gravity(flows, steps[None]).theta.round(3).tolist()
    [-0.693]
    """
    rows, columns = flows.sum(axis=1) > 0, flows.sum(axis=0) > 0
    kept, x = flows[np.ix_(rows, columns)], covariates[:, rows][:, :, columns]
    _check_identified(kept, x)
    try:
        state = _settled(kept, x, _start(kept, x, start, columns))
        _check_finite(x, state)
        return _fitted(kept, x, state, columns)
    except np.linalg.LinAlgError as error:
        raise InvalidArgument(
            "gravity null: the ties are too few or too separated to identify all effects"
        ) from error


def _settled(kept: Floats, x: Floats, state: _State) -> _State:
    deviance = _deviance(kept, _mean(kept, x, state))
    for step in range(1, MOST_STEPS + 1):
        state, new = _step(kept, x, state, deviance)
        if abs(deviance - new) <= TOLERANCE:
            return replace(state, n_steps=step)
        deviance = new
    raise NotConverged(
        f"gravity null: the Poisson likelihood did not settle within {MOST_STEPS} steps"
    )


def _start(kept: Floats, x: Floats, start: Gravity | None, columns: Flags) -> _State:
    logs = np.log(kept.sum(axis=0))
    if start is None or start.theta.size != x.shape[0]:
        return _State(logs, np.zeros(x.shape[0]))
    known = start.destination[columns]
    return _State(np.where(np.isfinite(known), known, logs - logs.mean()), start.theta)


def _mean(kept: Floats, x: Floats, state: _State) -> Floats:
    """Return the mean flows with the origin effects that fit every row total exactly."""
    predictor = state.destination + np.tensordot(state.theta, x, axes=1)
    predictor = np.broadcast_to(predictor, kept.shape)
    weight = np.exp(predictor - predictor.max(axis=1, keepdims=True))
    return as_floats(weight * (kept.sum(axis=1) / weight.sum(axis=1))[:, None])


def _deviance(kept: Floats, mean: Floats) -> float:
    some = kept > 0
    with np.errstate(divide="ignore"):
        return float(-2 * np.sum(kept[some] * np.log(mean[some] / kept[some])))


@dataclass(frozen=True, slots=True, eq=False)
class _Information:
    """Fisher information of destination effects and theta, origin effects profiled out."""

    factor: tuple[Floats, bool]  # Cholesky, last destination pinned
    cross: Floats  # (columns, k)
    own: Floats  # (k, k)
    row_mean: Floats  # (k, rows): mean of each covariate over a row


def _information(mean: Floats, x: Floats) -> _Information:
    per_row, per_column = mean.sum(axis=1), mean.sum(axis=0)
    share = mean / per_row[:, None]
    destinations = np.diag(per_column) - mean.T @ share
    weighted = mean * x
    row_mean = weighted.sum(axis=2) / per_row
    cross = (weighted.sum(axis=1) - row_mean @ mean).T
    own = np.tensordot(weighted, x, axes=([1, 2], [1, 2])) - (row_mean * per_row) @ row_mean.T
    pinned = destinations[:-1, :-1].copy()
    pinned[np.diag_indices_from(pinned)] *= 1 + 1e-10
    return _Information(cho_factor(pinned, check_finite=False), cross, own, row_mean)


def _solve_destinations(information: _Information, right: Floats) -> Floats:
    out = np.zeros_like(right)
    out[:-1] = cho_solve(information.factor, right[:-1], check_finite=False)
    return out


def _step(kept: Floats, x: Floats, state: _State, deviance: float) -> tuple[_State, float]:
    mean = _mean(kept, x, state)
    information = _information(mean, x)
    residual = kept - mean
    score_destination = residual.sum(axis=0)
    score_theta = np.tensordot(x, residual, axes=([1, 2], [0, 1]))
    partial = _solve_destinations(information, information.cross)
    left = information.own - information.cross.T @ partial
    move_theta = np.linalg.solve(left, score_theta - partial.T @ score_destination)
    move_destination = _solve_destinations(
        information, score_destination - information.cross @ move_theta
    )
    length = min(1.0, LONGEST_MOVE / max(np.abs(move_destination).max(), 1e-300))
    while length > SHORTEST_STEP:
        new = _State(
            state.destination + length * move_destination, state.theta + length * move_theta
        )
        reached = _deviance(kept, _mean(kept, x, new))
        if reached <= deviance * (1 + 1e-12) + 1e-9:
            return new, reached
        length /= 2
    return state, deviance


def _fitted(kept: Floats, x: Floats, state: _State, columns: Flags) -> Gravity:
    mean = _mean(kept, x, state)
    information = _information(mean, x)
    response = -_solve_destinations(information, information.cross)
    dispersion = _dispersion(kept, mean, x.shape[0])
    net = _residual_covariates(x, mean, response)
    bread = np.linalg.inv(information.own + information.cross.T @ response)
    robust = bread @ _dyadic_meat(kept - mean, net) @ bread
    # Few zones can leave a dyadic sandwich thinner than the likelihood's own error.
    is_thin = np.any(np.diag(robust) < np.diag(bread))
    destination = np.full(columns.size, -np.inf)
    destination[columns] = state.destination
    whole, arriving = np.zeros((columns.size, x.shape[0])), np.zeros(columns.size)
    whole[columns], arriving[columns] = response, kept.sum(axis=0)
    return Gravity(
        state.theta, destination, as_floats(bread * dispersion if is_thin else robust), whole,
        dispersion, arriving, state.n_steps,
    )  # fmt: skip


def _residual_covariates(x: Floats, mean: Floats, response: Floats) -> Floats:
    """Return each covariate net of origin and destination effects."""
    net = x + response.T[:, None, :]
    row_mean = (net * mean).sum(axis=2) / mean.sum(axis=1)
    return as_floats(net - row_mean[:, :, None])


def _dyadic_meat(residual: Floats, x: Floats) -> Floats:
    """Return the middle of the sandwich: dyads that share a zone may be correlated.

    Works on the score of every ordered pair; only zones that both send and receive can share.
    """
    score = x * residual
    by_row, by_column = score.sum(axis=2), score.sum(axis=1)
    meat = by_row @ by_row.T + by_column @ by_column.T
    return as_floats(meat - np.tensordot(score, score, axes=([1, 2], [1, 2])))


def _dispersion(flows: Floats, mean: Floats, n_coefficients: int) -> float:
    some = mean > 1e-12
    chi_square = float(np.sum((flows[some] - mean[some]) ** 2 / mean[some]))
    freedom = int(some.sum()) - sum(mean.shape) + 1 - n_coefficients
    return max(1.0, chi_square / freedom) if freedom > 0 else 1.0


def _check_finite(x: Floats, state: _State) -> None:
    spread = np.abs(state.theta) * np.ptp(x, axis=(1, 2))
    for number in np.flatnonzero(spread > FURTHEST):
        raise InvalidArgument(
            f"gravity null: the ties are separated by covariate {number + 1}, its coefficient "
            "is not finite"
        )


def _check_identified(kept: Floats, x: Floats) -> None:
    if min(kept.shape) < 2:
        raise InvalidArgument("gravity null: ties touch fewer than two zones")
    for number, covariate in enumerate(x):
        net = covariate - covariate.mean(axis=1, keepdims=True)
        net = net - net.mean(axis=0, keepdims=True)
        if np.abs(net).max() < 1e-9:
            raise InvalidArgument(
                f"gravity null: covariate {number + 1} does not vary beyond origin and "
                "destination, its coefficient is not identified"
            )
        values = np.unique(covariate)
        if values.size == 2 and min(kept[covariate == value].sum() for value in values) == 0:
            raise InvalidArgument(
                f"gravity null: no tie has one of the two values of covariate {number + 1}, "
                "its coefficient is not finite"
            )
