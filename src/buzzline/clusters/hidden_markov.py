"""Probabilities of hidden states from a series: forwards, backwards, and fitted transitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats, as_floats

MOST_ROUNDS = 200
TOLERANCE = 1e-8  # of the log-likelihood, relative


@dataclass(frozen=True, slots=True, eq=False)
class Smoothed:
    """States of a series of t points, given all of it.

    Attributes
    ----------
    probability : (t, s) float64
    pairs : (t - 1, s, s) float64    of a state and the one after it
    log_likelihood : float
    """

    probability: Floats
    pairs: Floats
    log_likelihood: float


def smoothed(log_density: Floats, transition: Floats, initial: Floats) -> Smoothed:
    """Return the probability of each state at each point, given the whole series.

    Parameters
    ----------
    log_density : (t, s) float64
        Of what was observed at each point in each state; a row of zeros where nothing was.
    transition : (s, s) float64
        From the state of the row to that of the column; rows add to 1.
    initial : (s,) float64

    References
    ----------
    .. [1] Rabiner, L. (1989). A tutorial on hidden Markov models and selected applications in
       speech recognition. Proceedings of the IEEE 77(2). doi:10.1109/5.18626

    Examples
    --------
    >>> two = np.log(np.array([[0.9, 0.1], [0.5, 0.5], [0.1, 0.9]]))
    >>> found = smoothed(two, np.full((2, 2), 0.5), np.array([0.5, 0.5]))
    >>> found.probability.round(3).tolist()
    [[0.9, 0.1], [0.5, 0.5], [0.1, 0.9]]
    """
    n, s = log_density.shape
    peak = log_density.max(axis=1, keepdims=True)
    density = np.exp(log_density - peak)
    ahead, scale = np.empty((n, s)), np.empty(n)
    coming = initial
    for at in range(n):
        joint = coming * density[at]
        scale[at] = joint.sum()
        ahead[at] = joint / scale[at]
        coming = ahead[at] @ transition
    behind = np.ones((n, s))
    pairs = np.empty((max(n - 1, 0), s, s))
    for at in range(n - 2, -1, -1):
        seen = density[at + 1] * behind[at + 1] / scale[at + 1]
        pairs[at] = ahead[at][:, None] * transition * seen[None, :]
        behind[at] = transition @ seen
    probability = ahead * behind
    return Smoothed(
        probability / probability.sum(axis=1, keepdims=True), pairs,
        float((np.log(scale) + peak[:, 0]).sum()),
    )  # fmt: skip


def fitted_transitions(
    series: Sequence[Floats], prior: Floats
) -> tuple[Floats, Floats, list[Smoothed]]:
    """Return the transitions that all series share, how they begin, and their states.

    Expectation maximisation (Baum-Welch) towards the mode of the posterior.

    Parameters
    ----------
    series : sequence of (t, s) float64
        Log densities, as in `smoothed`.
    prior : (s, s) float64
        Transitions counted beforehand, added to those of the series; all positive.

    Returns
    -------
    transition : (s, s) float64
    initial : (s,) float64
    states : list of Smoothed
    """
    s = len(prior)
    transition = prior / prior.sum(axis=1, keepdims=True)
    initial = np.full(s, 1 / s)
    before = -np.inf
    states: list[Smoothed] = []
    for _ in range(MOST_ROUNDS):
        states = [smoothed(one, transition, initial) for one in series]
        # of the posterior: likelihood and prior together never fall
        now = sum(one.log_likelihood for one in states)
        now += float((prior * np.log(transition)).sum()) + float(np.log(initial).sum())
        if now - before <= TOLERANCE * abs(now):
            break
        before = now
        counted = prior + sum((one.pairs.sum(axis=0) for one in states), np.zeros((s, s)))
        transition = counted / counted.sum(axis=1, keepdims=True)
        begun = 1 + sum((one.probability[0] for one in states), np.zeros(s))
        initial = begun / begun.sum()
    return as_floats(transition), as_floats(initial), states
