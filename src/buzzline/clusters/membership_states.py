"""How probably an organisation is tied to a cluster beyond chance, as chance gives, or less."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from math import exp, log

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, as_codes, as_floats, as_indices
from buzzline.quantities import Ratio

APART, GIVEN, TIED = 0, 1, 2
ROUNDS = 40
LARGEST_ODDS = 1e4
PRIOR = 1.0  # organisation's worth of each pattern that is believed in beforehand
MOST_ROWS = 20_000  # that the frequencies of patterns are learnt from
TINY = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Ties of organisations to the members of clusters: one row a pair of the two.

    Attributes
    ----------
    found : (r, c) float64       ties with members, of each kind of relation
    number : (r, c) float64      ties in all; 0 where there are none of that kind
    chance : (r, c) float64      share with members that size and distance give
    by_ties : (r,) bool          rows that are looked at only because there is such a tie
    stratum : (r,) int32         rows that may differ in what is usual among them
    """

    found: Floats
    number: Floats
    chance: Floats
    by_ties: Flags
    stratum: Codes

    def chosen(self, rows: slice) -> Evidence:
        """Return some of the rows."""
        return Evidence(
            self.found[rows], self.number[rows], self.chance[rows], self.by_ties[rows],
            self.stratum[rows],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """What patterns of relations there are, how frequent, and how probable in each row.

    Attributes
    ----------
    patterns : (p, c) int32          apart, as given, tied: in each kind of relation
    odds : (strata, c, 3) float64    of a tie with a member, to what size and distance give
    frequency : (strata, p) float64
    probability : (r, p) float64
    """

    patterns: Codes
    odds: Floats
    frequency: Floats
    probability: Floats

    def tied_in(self, at_least: int, at_most: int | None = None) -> Floats:
        """Return how probably each row is tied beyond chance in so many kinds. (r,)."""
        kinds = (self.patterns == TIED).sum(axis=1)
        most = self.patterns.shape[1] if at_most is None else at_most
        return as_floats(self.probability[:, (kinds >= at_least) & (kinds <= most)].sum(axis=1))

    @property
    def apart(self) -> Floats:
        """(r,) float64: how probably each row is tied less than chance gives."""
        return as_floats(self.probability[:, (self.patterns == APART).any(axis=1)].sum(axis=1))


def patterns_of(kinds: int) -> Codes:
    """Return what is told apart: less in all kinds, as given, more in some or all of them.

    Examples
    --------
    >>> patterns_of(2).tolist()
    [[0, 0], [1, 1], [2, 1], [1, 2], [2, 2]]
    """
    rows = [[APART] * kinds, [GIVEN] * kinds]
    for n in range(1, kinds + 1):
        for tied in combinations(range(kinds), n):
            rows.append([TIED if c in tied else GIVEN for c in range(kinds)])
    return as_codes(rows)


def states_of(evidence: Evidence, *, ratio: Ratio, rng: np.random.Generator) -> States:
    """Return how probable each pattern of relations is in each row.

    Parameters
    ----------
    evidence : Evidence
    ratio : ratio
        Tied means at least this many times the odds that size and distance give, apart at most
        its inverse; what is in between counts as given.

    Notes
    -----
    A mixture of binomials: ties with members are Binomial(number, w q / (1 - q + w q)), with w
    = 1 as given, w >= ratio tied, w <= 1 / ratio apart, w shared by the rows of a stratum: far
    members, of whom distance expects next to no ties, have other odds than near ones.
    Frequencies of the patterns and w are found by expectation and maximisation (empirical
    Bayes [1]_). Rows that are there because of a tie are conditioned on having one.

    References
    ----------
    .. [1] Efron, B. (2010). Large-Scale Inference. Cambridge University Press.
       doi:10.1017/CBO9780511761362
    """
    patterns = patterns_of(evidence.number.shape[1])
    learnt = _sample(evidence, rng)
    n_strata = int(evidence.stratum.max(initial=0)) + 1
    odds = np.tile([0.5 / ratio, 1.0, 2.0 * ratio], (n_strata, patterns.shape[1], 1))
    frequency = np.full((n_strata, len(patterns)), 1 / len(patterns))
    for _ in range(ROUNDS if len(learnt.found) else 0):
        probability = _posterior(learnt, patterns, odds, frequency)
        before = frequency
        frequency = _frequencies(probability, learnt.stratum, n_strata, patterns)
        odds = _odds(learnt, patterns, probability, odds, ratio)
        if np.abs(frequency - before).max() < 1e-4:
            break
    return States(
        patterns, as_floats(odds), as_floats(frequency),
        _posterior(evidence, patterns, odds, frequency),
    )  # fmt: skip


def _sample(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    n = len(evidence.found)
    if n <= MOST_ROWS:
        return evidence
    rows = as_indices(np.sort(rng.choice(n, MOST_ROWS, replace=False)))
    return evidence.chosen(rows)  # type: ignore[arg-type]  # rows index as a slice does


def _shifted(chance: Floats, odds: Floats | float) -> Floats:
    """Return the chance with odds times as large, kept off 0 and 1."""
    moved = odds * chance / (1 - chance + odds * chance)
    return as_floats(np.clip(moved, TINY, 1 - 1e-9))


def _log_likelihood(evidence: Evidence, patterns: Codes, odds: Floats) -> Floats:
    out = np.zeros((len(evidence.found), len(patterns)))
    none = np.zeros_like(out)
    for c in range(patterns.shape[1]):
        x, n = evidence.found[:, c], evidence.number[:, c]
        of_state, none_of_state = [], []
        for state in (APART, GIVEN, TIED):
            p = _shifted(evidence.chance[:, c], odds[evidence.stratum, c, state])
            of_state.append(x * np.log(p) + (n - x) * np.log1p(-p))
            none_of_state.append(n * np.log1p(-p))
        out += np.column_stack(of_state)[:, patterns[:, c]]
        none += np.column_stack(none_of_state)[:, patterns[:, c]]
    some = np.log(np.maximum(-np.expm1(none), TINY))
    return as_floats(out - np.where(evidence.by_ties[:, None], some, 0.0))


def _posterior(evidence: Evidence, patterns: Codes, odds: Floats, frequency: Floats) -> Floats:
    logs = _log_likelihood(evidence, patterns, odds) + np.log(frequency[evidence.stratum])
    logs -= logs.max(axis=1, keepdims=True)
    probability = np.exp(logs)
    return as_floats(probability / probability.sum(axis=1, keepdims=True))


def _frequencies(probability: Floats, stratum: Codes, n_strata: int, patterns: Codes) -> Floats:
    """Return frequencies, a little of each pattern and mostly "as given" believed before."""
    out = np.full((n_strata, len(patterns)), PRIOR / len(patterns))
    out[:, (patterns == GIVEN).all(axis=1)] += PRIOR
    for s in range(n_strata):
        out[s] += probability[stratum == s].sum(axis=0)
    return as_floats(out / out.sum(axis=1, keepdims=True))


def _odds(
    evidence: Evidence, patterns: Codes, probability: Floats, odds: Floats, ratio: Ratio
) -> Floats:
    """Return odds under which as many ties are expected as were found, within their bounds."""
    bounds = {APART: (1 / LARGEST_ODDS, 1 / ratio), TIED: (ratio, LARGEST_ODDS)}
    out = odds.copy()
    for stratum, c, state in product(range(len(odds)), range(patterns.shape[1]), bounds):
        rows = np.flatnonzero(~evidence.by_ties & (evidence.stratum == stratum))
        weight = probability[rows][:, patterns[:, c] == state].sum(axis=1)
        if weight.sum() > 1:
            n, q = evidence.number[rows, c], evidence.chance[rows, c]
            found = float(weight @ evidence.found[rows, c])
            out[stratum, c, state] = _odds_that_give(found, weight * n, q, bounds[state])
    return as_floats(out)


def _odds_that_give(
    found: float, number: Floats, chance: Floats, bounds: tuple[float, float]
) -> float:
    low, high = log(bounds[0]), log(bounds[1])
    for _ in range(30):
        middle = (low + high) / 2
        given = float(number @ _shifted(chance, exp(middle)))
        low, high = (middle, high) if given < found else (low, middle)
    return exp((low + high) / 2)
