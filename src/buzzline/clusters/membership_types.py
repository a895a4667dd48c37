"""Core member, remote member, local outsider, associate or non-member, and how probably."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.membership_evidence import Candidates
from buzzline.clusters.membership_null import upper_share
from buzzline.clusters.membership_rule import KINDS, MembershipRule
from buzzline.clusters.membership_states import Evidence, States, states_of
from buzzline.quantities import Draws, Share
from buzzline.resampling import central_range

TYPES = ("core member", "remote member", "local outsider", "associate", "non-member")
NOT_TESTABLE = "not testable"
CORE, REMOTE, OUTSIDER, ASSOCIATE, NONE = range(5)
ENOUGH = 3.0  # times an organisation's own ties must move the odds of a type to tell it
SURE = 1e-3  # probabilities nearer to 0 or 1 than this are taken for certain in counts


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """Types of the candidates of all clusters.

    Attributes
    ----------
    probability : (r, 5) float64     in the order of `TYPES`; NaN where nothing can be told
    share, cut : (r, kinds) float64  of ties with members, and what chance exceeds rarely
    n_beyond : (r,) int64            kinds of relation beyond that
    is_testable : (r,) bool          with a place, and ties that can be held against chance
    evidence : (r,) float64          how many times its own ties raise the odds of the most
                                     probable type
    """

    probability: Floats
    share: Floats
    cut: Floats
    n_beyond: Indices
    is_testable: Flags
    evidence: Floats

    @property
    def type(self) -> Indices:
        """(r,) int64: position of the most probable type in `TYPES`, -1 for not testable.

        Whose own ties tell nothing is not testable, however probable a type is for the likes of
        it: nobody is a member for being near members.
        """
        best = np.argmax(np.nan_to_num(self.probability, nan=-1.0), axis=1)
        told = self.is_testable & ((self.evidence >= ENOUGH) | (best == NONE))
        return as_indices(np.where(told, best, -1))


def typed(
    found: Candidates, rule: MembershipRule, *, level: Share, rng: np.random.Generator
) -> Typed:
    """Return the type of each candidate.

    Parameters
    ----------
    found : Candidates
    rule : MembershipRule
    level : share
        Of what chance gives, that a share of ties must exceed.
    """
    share = np.divide(
        found.found, found.number, out=np.full(found.found.shape, np.nan),
        where=found.number > 0,
    )  # fmt: skip
    cut = upper_share(found.number, found.chance, level)
    n_beyond = (share >= cut - 1e-9).sum(axis=1)
    has_place = np.isfinite(found.km)
    testable = has_place & (found.number.sum(axis=1) > 0)
    rows = np.flatnonzero(testable)
    probability = np.full((found.who.size, len(TYPES)), np.nan)
    evidence = np.full(found.who.size, np.nan)
    if rows.size:
        given = _evidence_of(found, rows)
        states = states_of(given, ratio=rule.smallest_ratio, rng=rng)
        around = _circumstances(found, rows)
        probability[rows] = type_probabilities(states, rule.kinds, **around)
        before = type_probabilities(states.before(given.stratum), rule.kinds, **around)
        evidence[rows] = odds_raised(before, probability[rows])
    return Typed(
        as_floats(probability), as_floats(share), cut, as_indices(n_beyond),
        np.asarray(testable), as_floats(evidence),
    )  # fmt: skip


def _evidence_of(found: Candidates, rows: Indices) -> Evidence:
    kinds = [c for c in range(len(KINDS)) if (found.number[rows, c] > 0).any()]
    take = np.ix_(rows, as_indices(kinds))
    own = found.of_industry[rows] | found.is_listed[rows]
    sought = found.is_listed[rows] | found.is_declared[rows]
    sought |= found.is_near[rows] & found.of_industry[rows]
    return Evidence(
        found.found[take], found.number[take],
        as_floats(np.nan_to_num(found.chance[take])), np.asarray(~sought),
        as_codes(2 * found.is_near[rows] + own),
    )  # fmt: skip


def _circumstances(found: Candidates, rows: Indices) -> dict[str, Flags]:
    own = found.of_industry | found.is_listed | found.is_declared
    return {
        "is_near": found.is_near[rows], "is_own": np.asarray(own[rows]),
        "is_declared": found.is_declared[rows],
    }  # fmt: skip


def type_probabilities(
    states: States, kinds: int, *, is_near: Flags, is_own: Flags, is_declared: Flags
) -> Floats:
    """Return the probability of each type, from that of each pattern of relations.

    Parameters
    ----------
    states : States
    kinds : int
        In so many kinds of relation a member is tied beyond chance.
    is_near : (r,) bool
    is_own : (r,) bool
        Of the industry, found or declared a member: only these can be local outsiders.
    is_declared : (r,) bool

    Returns
    -------
    (r, 5) float64
        In the order of `TYPES`; rows sum to 1.
    """
    tied, some = states.tied_in(kinds), states.tied_in(1, kinds - 1)
    apart, given = states.apart, 1 - states.tied_in(1) - states.apart
    out = np.zeros((is_near.size, len(TYPES)))
    out[:, CORE] = np.where(is_near, tied, 0)
    out[:, REMOTE] = np.where(is_near, 0, tied)
    out[:, OUTSIDER] = np.where(is_near & is_own, apart, 0)
    out[:, ASSOCIATE] = some + np.where(is_near & is_own, given, 0)
    out[:, ASSOCIATE] += np.where(~is_near & is_declared, given + apart, 0)
    out = np.clip(out, 0, 1)
    out[:, NONE] = np.clip(1 - out.sum(axis=1), 0, 1)
    return as_floats(out)


def odds_raised(before: Floats, after: Floats) -> Floats:
    """Return how many times the odds of the most probable type have grown. (r,).

    Parameters
    ----------
    before, after : (r, types) float64
        Probabilities without and with the evidence of each row.

    Examples
    --------
    >>> odds_raised(np.array([[0.5, 0.5]]), np.array([[0.9, 0.1]])).round(3).tolist()
    [9.0]
    >>> odds_raised(np.array([[0.9, 0.1]]), np.array([[0.6, 0.4]])).round(3).tolist()
    [0.167]
    """
    best = after.argmax(axis=1)[:, None]
    one, two = (
        np.take_along_axis(np.clip(p, 1e-9, 1 - 1e-9), best, 1)[:, 0] for p in (before, after)
    )
    return as_floats(two / (1 - two) * (1 - one) / one)


def expected_number(
    probability: Floats, *, draws: Draws, level: Share, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Return how many rows are expected to be of a type, and the interval of that number.

    Parameters
    ----------
    probability : (r,) float64
    """
    value = float(probability.sum())
    open_rows = probability[(probability > SURE) & (probability < 1 - SURE)]
    sure = float(np.count_nonzero(probability >= 1 - SURE))
    if not draws:
        return value, float("nan"), float("nan")
    drawn = np.array([np.count_nonzero(rng.random(open_rows.size) < open_rows)
                      for _ in range(draws)])  # fmt: skip
    low, high = central_range(as_floats(drawn + sure), level)
    return value, min(low, value), max(high, value)
