"""How probably an organisation is tied to a cluster beyond chance, as chance gives, or less."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.quantities import Ratio

APART, GIVEN, TIED = 0, 1, 2
BEYOND = (1.0, 1.6, 2.5, 4.0, 8.0, 20.0, 60.0, 250.0)  # times the ratio from which one is tied
BETWEEN = (-0.5, 0.0, 0.5)  # of the log of that ratio, which still counts as given
ROUNDS = 300
SETTLED = 1e-5
PRIOR = 1.0  # organisation's worth of all patterns together that is believed in beforehand
MOST_ROWS = 20_000  # that frequencies are learnt from
CHUNK = 50_000  # rows whose probabilities are worked out at once
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

    def chosen(self, rows: Indices) -> Evidence:
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
    odds : (strata, 3) float64       geometric mean odds of a tie with a member, to what size
                                     and distance give, of those apart, as given and tied
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

    def before(self, stratum: Codes) -> States:
        """Return how probable patterns are for rows of these strata, their own ties aside."""
        return replace(self, probability=self.frequency[stratum])


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


@dataclass(frozen=True, slots=True, eq=False)
class _Shades:
    """Every pattern at every strength.

    Attributes
    ----------
    pattern : (k,) int64         which pattern
    odds : (k, c) float64        of a tie with a member in each kind of relation
    """

    pattern: Indices
    odds: Floats


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
    A mixture of binomials: ties with members are Binomial(number, w q / (1 - q + w q)). Each
    pattern comes at several strengths w: from `ratio` to 250 times that where tied, the inverse
    where apart, near 1 as given, since far members have other odds than near ones. How frequent
    patterns and strengths are in each stratum is found by expectation and maximisation
    (nonparametric maximum likelihood [1]_, empirical Bayes [2]_). Rows that are there because
    of a tie are conditioned on having one.

    References
    ----------
    .. [1] Laird, N. (1978). Nonparametric maximum likelihood estimation of a mixing
       distribution. JASA 73(364). doi:10.1080/01621459.1978.10480103
    .. [2] Efron, B. (2010). Large-Scale Inference. Cambridge University Press.
       doi:10.1017/CBO9780511761362
    """
    patterns = patterns_of(evidence.number.shape[1])
    shades = _shades(patterns, ratio)
    frequency = _learnt(
        _sample(evidence, rng), shades, int(evidence.stratum.max(initial=0)) + 1
    )
    n, probability = len(evidence.found), [np.empty((0, len(patterns)))]
    whole = (shades.pattern[:, None] == np.arange(len(patterns))).astype(float)
    for start in range(0, n, CHUNK):
        part = evidence.chosen(as_indices(np.arange(start, min(start + CHUNK, n))))
        likelihood = np.exp(_log_likelihood(part, shades)) * frequency[part.stratum]
        probability.append(likelihood @ whole / likelihood.sum(axis=1, keepdims=True))
    return States(
        patterns, _mean_odds(patterns, shades, frequency), as_floats(frequency @ whole),
        as_floats(np.concatenate(probability)),
    )  # fmt: skip


def _sample(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    n = len(evidence.found)
    if n <= MOST_ROWS:
        return evidence
    return evidence.chosen(as_indices(np.sort(rng.choice(n, MOST_ROWS, replace=False))))


def _shades(patterns: Codes, ratio: Ratio) -> _Shades:
    most = np.log(ratio)
    strengths = {
        APART: [-most - np.log(step) for step in BEYOND],
        GIVEN: [most * step for step in BETWEEN],
        TIED: [most + np.log(step) for step in BEYOND],
    }
    pattern, odds = [], []
    for at, states in enumerate(patterns):
        main = TIED if (states == TIED).any() else int(states[0])
        for strength in strengths[main]:
            pattern.append(at)
            odds.append([strength if state == main else 0.0 for state in states])
    return _Shades(as_indices(pattern), as_floats(np.exp(odds)))


def _log_likelihood(evidence: Evidence, shades: _Shades) -> Floats:
    """Return the log-likelihood of each row under each shade, the best of a row being 0."""
    size = len(evidence.found), len(shades.pattern)
    out, none = np.zeros(size), np.zeros(size)
    for c in range(shades.odds.shape[1]):
        x, n = evidence.found[:, c, None], evidence.number[:, c, None]
        q = evidence.chance[:, c, None]
        levels, which = np.unique(shades.odds[:, c], return_inverse=True)
        p = np.clip(levels * q / (1 - q + levels * q), TINY, 1 - 1e-9)
        out += (x * np.log(p) + (n - x) * np.log1p(-p))[:, which]
        none += (n * np.log1p(-p))[:, which]
    looked_at = np.log(np.maximum(-np.expm1(none), TINY))
    out -= np.where(evidence.by_ties[:, None], looked_at, 0.0)
    return as_floats(out - out.max(axis=1, keepdims=True, initial=-np.inf))


def _learnt(evidence: Evidence, shades: _Shades, n_strata: int) -> Floats:
    """Return how frequent each shade is in each stratum. (strata, shades)."""
    share = 1 / np.bincount(shades.pattern)[shades.pattern]
    belief = PRIOR * share / share.sum()  # every pattern alike, whatever its strengths
    likelihood = np.exp(_log_likelihood(evidence, shades))
    out = np.tile(belief / belief.sum(), (n_strata, 1))
    for s in range(n_strata):
        own = likelihood[evidence.stratum == s]
        for _ in range(ROUNDS if len(own) else 0):
            joint = own * out[s]
            counts = (joint / joint.sum(axis=1, keepdims=True)).sum(axis=0) + belief
            new = counts / counts.sum()
            moved, out[s] = float(np.abs(new - out[s]).max()), new
            if moved < SETTLED:
                break
    return as_floats(out)


def _mean_odds(patterns: Codes, shades: _Shades, frequency: Floats) -> Floats:
    logs = np.log(shades.odds)
    strength = np.take_along_axis(logs, np.abs(logs).argmax(axis=1)[:, None], axis=1)[:, 0]
    of_shade = patterns[shades.pattern]
    main = np.where((of_shade == TIED).any(axis=1), TIED, of_shade[:, 0])
    columns = []
    for state in (APART, GIVEN, TIED):
        weight = frequency[:, main == state]
        columns.append(np.exp(weight @ strength[main == state] / weight.sum(axis=1)))
    return as_floats(np.column_stack(columns))
