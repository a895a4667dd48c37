"""What a cluster reaches outside, through whom, and what is lost without them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy.stats import norm

from buzzline.arrays import Flags, Floats, Indices, as_codes, as_flags, as_indices
from buzzline.kernels.external_reach import reach_of
from buzzline.linkages.advice_ties import ClusterTies
from buzzline.linkages.role_chances import rewired
from buzzline.quantities import Draws, Share

TOP = 0.1  # of the members tied both ways, who are taken out
MOST_SOURCES = 400  # members whose reach stands for that of all
GROUPS = 20  # of ties, left out one at a time


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What members reach outside, in sums of 1 / steps.

    Attributes
    ----------
    sources : (s,) int64                 members asked
    direct, indirect : (s,) float64      at one step; through other members
    mediated : (k,) float64              indirect reach of all by the member it passes last
    is_tied_both : (k,) bool             tied inside and outside
    """

    sources: Indices
    direct: Floats
    indirect: Floats
    mediated: Floats
    is_tied_both: Flags

    @property
    def through(self) -> float:
        """Share of the reach that passes members tied both ways or is theirs; NaN without."""
        own = self.direct[self.is_tied_both[self.sources]].sum()
        total = self.direct.sum() + self.indirect.sum()
        return float((self.indirect.sum() + own) / total) if total else np.nan


@dataclass(frozen=True, slots=True)
class WithError:
    """A share with its interval; NaN where there is none."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Removal:
    """What is lost without the foremost of the members tied both ways.

    Attributes
    ----------
    foremost : (r,) int64               those taken out
    through : WithError                 of all reach, through members tied both ways
    indirect, lost : WithError          of the indirect and of all reach of those left
    dealt : (draws,) float64            of indirect reach, with ties dealt anew, without the
                                        foremost there
    at_random : (draws,) float64        of indirect reach, without as many members at random
    """

    foremost: Indices
    through: WithError
    indirect: WithError
    lost: WithError
    dealt: Floats
    at_random: Floats


def external_reach_of(
    ties: ClusterTies, *, alive: Flags | None = None, sources: Indices | None = None
) -> Reach:
    """Return what members of a cluster reach outside.

    Steps are counted along ties among members, without direction, and one to whoever is outside
    and tied to the last of them.

    Parameters
    ----------
    ties : ClusterTies
    alive : (k,) bool, optional
        Members that are there; None: all.
    sources : (s,) int64, optional
        Members whose reach is added up; None: all.
    """
    k = ties.k
    inside = (ties.source < k) & (ties.target < k)
    one, other = ties.source[inside], ties.target[inside]
    start, to = _rows(np.concatenate([one, other]), np.concatenate([other, one]), k)
    member = np.minimum(ties.source, ties.target)[~inside]
    beyond = np.maximum(ties.source, ties.target)[~inside] - k
    out = _rows(member, beyond, k)
    back = _rows(beyond, member, ties.n - k)
    here = np.ones(k, np.bool_) if alive is None else as_flags(alive)
    asked = np.arange(k) if sources is None else as_indices(sources)
    direct, indirect, mediated = reach_of(start, to, *out, *back, here, asked)
    tied_both = (np.diff(start) > 0) & (np.diff(out[0]) > 0)
    return Reach(asked, direct, indirect, mediated, tied_both)


def foremost_of(reach: Reach, share: Share = TOP) -> Indices:
    """Return that share of the members tied both ways, most passing first; at least one."""
    both = np.flatnonzero(reach.is_tied_both)
    n = ceil(share * both.size)
    return both[np.argsort(-reach.mediated[both], kind="stable")[:n]]


def lost_shares(ties: ClusterTies, reach: Reach, removed: Indices) -> tuple[float, float]:
    """Return the shares of indirect and of all reach that those left lose; NaN without any.

    Parameters
    ----------
    ties : ClusterTies
    reach : Reach
        With everybody there.
    removed : (r,) int64
    """
    alive = np.ones(ties.k, np.bool_)
    alive[removed] = False
    left = alive[reach.sources]
    after = external_reach_of(ties, sources=reach.sources[left], alive=alive).indirect.sum()
    indirect, direct = reach.indirect[left].sum(), reach.direct[left].sum()
    gone = float(indirect - after)
    whole = float(indirect + direct)
    return gone / float(indirect) if indirect else np.nan, gone / whole if whole else np.nan


def removal_of(
    ties: ClusterTies, sources: Indices, *, draws: Draws, level: Share, rng: np.random.Generator
) -> Removal:
    """Return what is lost without the foremost, by chance, and with its error.

    Chance deals the ties anew and takes out whoever is foremost then: those foremost in any
    network carry more than members at random do. Intervals are of ties left out group by group,
    the members taken out staying the same.
    """
    reach = external_reach_of(ties, sources=sources)
    foremost = foremost_of(reach)
    values = (reach.through, *lost_shares(ties, reach, foremost))
    parts = np.full((0, 3), np.nan)
    for part in _parts(ties, rng):
        other = external_reach_of(part, sources=sources)
        row = (other.through, *lost_shares(part, other, foremost))
        parts = np.vstack([parts, row])
    dealt = []
    for other_ties in rewired(ties, draws, rng):
        other = external_reach_of(other_ties, sources=sources)
        dealt.append(lost_shares(other_ties, other, foremost_of(other))[0])
    at_random = [
        lost_shares(ties, reach, rng.choice(ties.k, foremost.size, replace=False))[0]
        for _ in range(draws)
    ]
    through, indirect, lost = (
        _interval(value, parts[:, i], level) for i, value in enumerate(values)
    )
    return Removal(foremost, through, indirect, lost, np.array(dealt), np.array(at_random))


def _parts(ties: ClusterTies, rng: np.random.Generator) -> list[ClusterTies]:
    """Return the ties without each of some groups of units in turn."""
    n_units = int(ties.unit.max(initial=-1)) + 1
    groups = min(GROUPS, n_units)
    if groups < 2:
        return []
    group = rng.permutation(n_units) % groups
    kept = []
    for left_out in range(groups):
        told = group[ties.unit] != left_out
        pairs = np.unique(ties.pair[told])
        kept.append(ties.with_ends(ties.source[pairs], ties.target[pairs]))
    return kept


def _interval(value: float, parts: Floats, level: Share) -> WithError:
    known = parts[~np.isnan(parts)]
    if np.isnan(value) or known.size < 2:
        return WithError(value, np.nan, np.nan)
    spread = np.sqrt((known.size - 1) * known.var())  # jackknife
    if not spread:  # every group of ties says the same: nothing is learnt of its error
        return WithError(value, np.nan, np.nan)
    reach = norm.ppf((1 + level) / 2) * spread
    return WithError(value, max(value - reach, 0.0), min(value + reach, 1.0))


def _rows(at: Indices, to: Indices, n: int) -> tuple[Indices, np.ndarray]:
    """Return pairs by rows, each once: a tie and its counter-tie are one way."""
    wide = int(to.max(initial=0)) + 1
    keys = np.unique(at * wide + to)
    start = np.searchsorted(keys // wide, np.arange(n + 1))
    return as_indices(start), as_codes(keys % wide)
