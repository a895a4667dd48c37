"""What makes one alternative likelier to be chosen than others? The conditional logit.

A case chooses one of its alternatives j with probability exp(x_j'b) / sum over alternatives of
exp(x'b) [1]_; what is the same for all alternatives of a case drops out. Where only some of the
alternatives are in the data, an `offset` says how they were sampled [2]_.

.. [1] McFadden, D. (1974). In: Frontiers in Econometrics, chapter 4. Academic Press.
.. [2] McFadden, D. (1978). Modelling the choice of residential location. In: Spatial
   Interaction Theory and Planning Models. North-Holland.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.econometrics.choice_cases import Choices, choices_of
from buzzline.errors import InvalidArgument, NotConverged
from buzzline.kernels.conditional_logit import (
    choice_pass,
    choice_shares,
    column_ranges,
    row_scores,
    smallest_lead,
)
from buzzline.sandwiches import Groups, Sandwich, clustered

MOST_STEPS = 60
CLOSE = 1e-14  # of the log likelihood that a further step would gain
ROUNDING = 1e-10  # of the log likelihood
SHORTEST = 1e-4  # part of a step that is tried
LONGEST = 5.0  # log units by which a column may move alternatives apart in one step
SUSPICIOUS = 6  # steps: most fits end before; from here on, separation is looked for
ALIKE = 1e-9  # of a column's variation that may be left beside the others
HARDLY = 1e-6  # of the largest lead: what a choice may go against a direction and not count


class Separated(InvalidArgument):
    """No finite effect is likeliest; `names` are the columns that predict choices perfectly."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        said = ", ".join(self.names)
        super().__init__(
            f"conditional logit: choices are separated by {said}: no choice goes against it, "
            "so that no finite effect is likeliest. Leave it out, or take together what it "
            "tells apart"
        )


class Unvarying(InvalidArgument):
    """A column does not vary within cases beyond the others; `names` says which."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(
            f"conditional logit: {', '.join(self.names)} does not vary among the alternatives "
            "of a case beyond what other columns say. Leave it out"
        )


@dataclass(frozen=True, slots=True, eq=False)
class ChoiceFit:
    """Effects on log odds of being chosen.

    Attributes
    ----------
    beta : (k,) float64
    bread : (k, k) float64          inverse information
    scores : (cases, k) float64     of each case, summing to 0
    log_likelihood : float
    at_zero : float                 log likelihood where nothing matters but the offset
    names : tuple[str, ...]
    n_steps : int
    """

    beta: Floats
    bread: Floats
    scores: Floats
    log_likelihood: float
    at_zero: float
    names: tuple[str, ...]
    n_steps: int

    @property
    def n(self) -> int:
        """How many cases there are."""
        return int(self.scores.shape[0])

    @property
    def pseudo_r2(self) -> float:
        """Share of the log likelihood that effects explain (McFadden)."""
        return 1 - self.log_likelihood / self.at_zero if self.at_zero else 0.0

    def errors(self, groups: Groups | None = None) -> Sandwich:
        """Return errors: cases of one group go together; None: all cases are independent.

        Parameters
        ----------
        groups : (cases,) any, optional
        """
        # each case is a group of its own: what it adds does not depend on how many rows it has
        return clustered(
            self.scores, self.bread, np.arange(self.n) if groups is None else groups
        )


def fit_choices(choices: Choices, *, start: Floats | None = None) -> ChoiceFit:
    """Fit effects by Newton's method.

    Parameters
    ----------
    choices : Choices
    start : (k,) float64, optional
        Effects to begin with.

    Raises
    ------
    InvalidArgument
        `Separated`: no finite effect is likeliest. `Unvarying`: a column says nothing beyond
        others. Both name the columns.
    NotConverged
        The likelihood cannot be raised, and it is not because of separation.

    Examples
    --------
    >>> x = np.array([[1.0], [0.0]] * 4)
    >>> near = choices_of(x, np.repeat(np.arange(4), 2), np.array([1, 0, 1, 0, 1, 0, 0, 1]) > 0)
    >>> fit_choices(near).beta.round(4).item()  # ln 3
    1.0986
    """
    k = choices.x.shape[1]
    scores = np.empty((choices.n, k))
    at_zero, information = _passed(choices, np.zeros(k), scores)
    _check_varying(information, choices.names)
    effect, likelihood = np.zeros(k), at_zero
    if start is not None:
        effect = as_floats(start)
        likelihood, information = _passed(choices, effect, scores)
    spread = column_ranges(choices.x)
    for step in range(1, MOST_STEPS + 1):
        move = _solved(information, scores.sum(axis=0), choices.names)
        if step >= SUSPICIOUS:
            _check_separated(choices, move, spread)
        gain = float(scores.sum(axis=0) @ move) / 2
        if gain <= CLOSE * max(1.0, abs(likelihood)) and step > 1:
            bread = as_floats(np.linalg.inv(information))
            return ChoiceFit(effect, bread, scores, likelihood, at_zero, choices.names, step)
        effect, likelihood, information = _stepped(
            choices, (effect, likelihood), move, scores=scores, spread=spread
        )
    raise NotConverged(f"conditional logit: not settled within {MOST_STEPS} steps")


def fit_what_can_be(choices: Choices) -> tuple[ChoiceFit, Choices, dict[str, str]]:
    """Fit effects, without the columns that separate choices or say nothing beside others.

    Returns
    -------
    ChoiceFit, Choices
        Of the columns that are left.
    dict of str to str
        Columns left out, and why.

    Raises
    ------
    InvalidArgument
        No column is left.
    """
    dropped: dict[str, str] = {}
    while choices.names:
        try:
            return fit_choices(choices), choices, dropped
        except Separated as error:
            names = error.names
            why = "separated: no choice goes against it, so that no finite odds are likeliest"
        except Unvarying as error:
            names = error.names
            why = "it does not vary among alternatives beyond the others"
        dropped |= dict.fromkeys(names, why)
        choices = choices.of_columns([name for name in choices.names if name not in names])
    raise InvalidArgument("conditional logit: every column separates choices or does not vary")


def choice_probabilities(choices: Choices, beta: Floats) -> Floats:
    """Return how likely each alternative is to be chosen in its case. (rows,).

    Examples
    --------
    >>> pair = choices_of(np.array([[1.0], [0.0]]), np.zeros(2), np.array([True, False]))
    >>> choice_probabilities(pair, np.array([np.log(3)])).round(2).tolist()
    [0.75, 0.25]
    """
    share = np.empty(choices.x.shape[0])
    choice_shares(choices.x, choices.start, choices.offset, as_floats(beta), share)
    return share


def scores_of_rows(choices: Choices, beta: Floats) -> Floats:
    """Return what each alternative adds to the scores: (rows, k), adding up to 0 at the fit."""
    share = choice_probabilities(choices, beta)
    scores = np.empty(choices.x.shape)
    row_scores(choices.x, choices.start, choices.chosen, choices.weight, share, scores)
    return scores


def _passed(choices: Choices, effect: Floats, scores: Floats) -> tuple[float, Floats]:
    found: tuple[float, Floats] = choice_pass(
        choices.x, choices.start, choices.chosen, choices.weight, choices.offset, effect, scores
    )
    return found


def _stepped(
    choices: Choices,
    state: tuple[Floats, float],
    move: Floats,
    *,
    scores: Floats,
    spread: Floats,
) -> tuple[Floats, float, Floats]:
    """Go as much of a step as raises the likelihood; scores are left at where it ends."""
    effect, likelihood = state
    length = min(1.0, LONGEST / max(float(np.abs(move * spread).max()), 1e-300))
    shortest = SHORTEST * length
    while length >= shortest:
        new = as_floats(effect + length * move)
        reached, information = _passed(choices, new, scores)
        if reached >= likelihood - ROUNDING * max(1.0, abs(likelihood)):
            return new, reached, information
        length /= 2
    raise NotConverged("conditional logit: the likelihood cannot be raised")


def _solved(information: Floats, score: Floats, names: tuple[str, ...]) -> Floats:
    try:
        return as_floats(np.linalg.solve(information, score))
    except np.linalg.LinAlgError:
        flat = np.linalg.eigh(information)[1][:, 0]
        raise Separated(_moving(flat, names)) from None


def _check_varying(information: Floats, names: tuple[str, ...]) -> None:
    """Raise where a column says nothing beside those before it."""
    left, spread = information.copy(), np.diag(information).copy()
    same = []
    for k, name in enumerate(names):
        if not left[k, k] > ALIKE * max(spread[k], ALIKE):
            same.append(name)
            continue
        left -= np.outer(left[k], left[k]) / left[k, k]
    if same:
        raise Unvarying(same)


def _check_separated(choices: Choices, move: Floats, spread: Floats) -> None:
    least, most = smallest_lead(choices.x, choices.start, choices.chosen, move)
    if most > 0 and least >= -HARDLY * most:
        raise Separated(_moving(move * spread, choices.names))


def _moving(direction: Floats, names: tuple[str, ...]) -> list[str]:
    far = np.abs(direction) > HARDLY**0.5 * np.abs(direction).max(initial=0.0)
    return [name for name, moves in zip(names, far, strict=True) if moves]


__all__ = [
    "ChoiceFit", "Choices", "Separated", "Unvarying", "choice_probabilities", "choices_of",
    "fit_choices", "fit_what_can_be", "scores_of_rows",
]  # fmt: skip
