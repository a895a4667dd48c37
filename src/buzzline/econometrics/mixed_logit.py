"""Do those who choose differ in what they want? The mixed logit.

Effects of some columns are normal among persons (groups of organisations), one draw for all
choices of a person [1]_. What is alike among alternatives then draws them together: the odds of
two depend on the others, which the conditional logit rules out.

.. [1] Revelt, D., Train, K. (1998). Mixed logit with repeated choices. Review of Economics and
   Statistics 80(4). doi:10.1162/003465398557735
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.stats import chi2, norm, qmc

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.econometrics.choice import ChoiceFit, Choices, fit_choices
from buzzline.errors import InvalidArgument, NotConverged
from buzzline.kernels.mixed_logit import mixed_pass
from buzzline.quantities import Draws
from buzzline.sandwiches import Groups, Sandwich, clustered, group_codes

FIRST_SPREAD = 0.5  # at 0 the likelihood is flat: effects to either side weigh the same
MOST_STEPS = 200
SLOPE = 1e-5  # of the mean log likelihood, where the search ends
DIFFERENCE = 1e-4  # of an effect, for the curvature
UNBOUNDED = 25.0  # log units: a spread beyond is no finite one


@dataclass(frozen=True, slots=True, eq=False)
class MixedFit:
    """Means of effects among persons, and how much some of them differ.

    Attributes
    ----------
    beta : (k,) float64             means
    spread : (q,) float64           standard deviations, not below 0
    bread : (k + q, k + q) float64  inverse information on means and spreads
    scores : (persons, k + q) float64
    log_likelihood : float
    plain : ChoiceFit               the same without spreads
    names, varying : tuple of str
    draws : int                     a person
    """

    beta: Floats
    spread: Floats
    bread: Floats
    scores: Floats
    log_likelihood: float
    plain: ChoiceFit
    names: tuple[str, ...]
    varying: tuple[str, ...]
    draws: int

    def errors(self) -> Sandwich:
        """Return errors of means and spreads, robust to what is wrong within persons."""
        return clustered(self.scores, self.bread, np.arange(self.scores.shape[0]))

    @property
    def p_alike(self) -> float:
        """Probability of such a gain in likelihood, were all persons alike.

        Likelihood ratio; a spread cannot be below 0, so that half the time one of them is 0: a
        mixture of chi-squares for one spread; for several the chi-square of as many degrees of
        freedom, which errs on the safe side.
        """
        gain = max(2 * (self.log_likelihood - self.plain.log_likelihood), 0.0)
        q = self.spread.size
        if q == 1:
            return float(0.5 * chi2.sf(gain, 1)) if gain > 0 else 1.0
        return float(chi2.sf(gain, q))


def halton_draws(
    persons: int, draws: Draws, columns: int, *, rng: np.random.Generator
) -> Floats:
    """Return standard normal draws that fill space evenly: (persons, draws, columns).

    Successive stretches of a scrambled Halton sequence, one a person.

    Examples
    --------
    >>> drawn = halton_draws(10, 200, 1, rng=np.random.default_rng(1))
    >>> bool(abs(drawn.mean()) < 0.01), drawn.shape
    (True, (10, 200, 1))
    """
    points = qmc.Halton(columns, scramble=True, seed=rng).random(persons * draws)
    safe = np.clip(points, 1e-12, 1 - 1e-12)
    return as_floats(norm.ppf(safe).reshape(persons, draws, columns))


def fit_mixed(
    choices: Choices,
    persons: Groups,
    *,
    varying: Sequence[str],
    draws: Draws = 200,
    rng: np.random.Generator,
) -> MixedFit:
    """Fit normal effects by simulated likelihood.

    Parameters
    ----------
    choices : Choices
        All of weight 1.
    persons : (cases,) any
        Who chooses: all choices of a person share its effects.
    varying : names of columns
        Whose effects differ between persons.
    draws : draws
        Of Halton numbers, a person.
    rng : Generator

    Raises
    ------
    InvalidArgument
        No varying column, no draws, weights; `Separated` and `Unvarying` as `fit_choices`.
    NotConverged
        The likelihood has no top that can be found: a spread without bound, or flat.

    Examples
    --------
    >>> from buzzline.econometrics.choice import choices_of
    >>> rng = np.random.default_rng(1)
    >>> x, person = rng.normal(size=(3000, 2)), np.repeat(np.arange(100), 10)
    >>> taste = 1 + rng.normal(size=100)[person]
    >>> worth = x.reshape(1000, 3, 2) @ [1.0, 0] + rng.gumbel(size=(1000, 3))
    >>> worth += x[:, 1].reshape(1000, 3) * taste[:, None]
    >>> is_chosen = (worth == worth.max(axis=1, keepdims=True)).ravel()
    >>> found = fit_mixed(choices_of(x, np.repeat(np.arange(1000), 3), is_chosen), person,
    ...                   varying=["x1"], draws=100, rng=rng)
    >>> bool(0.7 < found.spread[0] < 1.3), found.p_alike < 0.001
    (True, True)
    """
    columns = _checked(choices, varying, draws)
    code = group_codes(persons)
    order = as_indices(np.argsort(code, kind="stable"))
    sorted_ = choices if (np.diff(order) == 1).all() else choices.of_cases(order)
    n = int(code.max()) + 1
    held = as_indices(np.searchsorted(code[order], np.arange(n + 1)))
    plain = fit_choices(choices)
    job = _Job(sorted_, held, columns, halton_draws(n, draws, columns.size, rng=rng))
    first = np.concatenate([plain.beta, np.full(columns.size, FIRST_SPREAD)])
    effect = _climbed(job, as_floats(first), plain)
    likelihood, scores = job.passed(effect)
    bread = _bread(job, effect)
    k = plain.beta.size
    sign = np.where(effect[k:] < 0, -1.0, 1.0)  # a spread and its negative are the same
    flip = np.concatenate([np.ones(k), sign])
    return MixedFit(
        as_floats(effect[:k]), as_floats(effect[k:] * sign),
        as_floats(bread * np.outer(flip, flip)), as_floats(scores * flip), likelihood, plain,
        choices.names, tuple(varying), draws,
    )  # fmt: skip


def _checked(choices: Choices, varying: Sequence[str], draws: int) -> Indices:
    if not varying or draws < 1:
        raise InvalidArgument("mixed logit: give a varying column and 1 draw at least")
    for name in varying:
        if name not in choices.names:
            raise InvalidArgument(
                f"mixed logit: no column {name!r}; there are {', '.join(choices.names)}"
            )
    if not (choices.weight == 1).all():
        raise InvalidArgument("mixed logit: choices must all be of weight 1")
    return as_indices([choices.names.index(name) for name in varying])


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    choices: Choices
    held: Indices
    varying: Indices
    draws: Floats

    def passed(self, effect: Floats) -> tuple[float, Floats]:
        """Return the log likelihood and scores by person."""
        k, some = self.choices.x.shape[1], self.choices
        scores = np.empty((self.held.size - 1, effect.size))
        likelihood = mixed_pass(
            some.x, some.start, some.chosen, some.offset, self.held, self.varying,
            as_floats(effect[:k]), as_floats(effect[k:]), self.draws, scores,
        )  # fmt: skip
        return float(likelihood), scores


def _climbed(job: _Job, first: Floats, plain: ChoiceFit) -> Floats:
    """Climb in units of the errors of the plain fit, so that all directions are alike."""
    unit = np.concatenate([np.sqrt(np.diag(plain.bread)), np.full(job.varying.size, 0.2)])
    n = job.choices.n

    def downhill(move: Floats) -> tuple[float, Floats]:
        likelihood, scores = job.passed(as_floats(first + move * unit))
        return -likelihood / n, -scores.sum(axis=0) * unit / n

    found = minimize(
        downhill, np.zeros(first.size), jac=True, method="BFGS",
        options={"maxiter": MOST_STEPS, "gtol": SLOPE},
    )  # fmt: skip
    effect = as_floats(first + found.x * unit)
    if np.abs(effect[-job.varying.size :]).max() > UNBOUNDED:
        raise NotConverged("mixed logit: a spread grows without bound")
    if not found.success and np.abs(found.jac).max() > 10 * SLOPE:
        raise NotConverged(f"mixed logit: not settled within {MOST_STEPS} steps")
    return effect


def _bread(job: _Job, effect: Floats) -> Floats:
    """Return the inverse information, by differences of scores."""
    size = effect.size
    curvature = np.empty((size, size))
    for k in range(size):
        step = np.zeros(size)
        step[k] = DIFFERENCE
        above = job.passed(as_floats(effect + step))[1].sum(axis=0)
        below = job.passed(as_floats(effect - step))[1].sum(axis=0)
        curvature[k] = (below - above) / (2 * DIFFERENCE)
    curvature = (curvature + curvature.T) / 2
    values = np.linalg.eigvalsh(curvature)
    if values[0] <= 1e-10 * values[-1]:
        raise NotConverged("mixed logit: the likelihood is flat where it is highest")
    return as_floats(np.linalg.inv(curvature))


__all__ = ["MixedFit", "fit_mixed", "halton_draws"]
