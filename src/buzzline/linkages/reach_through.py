"""What a cluster reaches outside, what of it passes gatekeepers, and what is lost with them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy.stats import norm

from buzzline.arrays import Flags, Floats, Indices, as_codes, as_flags, as_indices
from buzzline.kernels.external_reach import reach_of
from buzzline.linkages.advice_ties import ClusterTies
from buzzline.quantities import Draws, Share

TOP = 0.1  # of the gatekeepers, who are taken out
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
    is_gatekeeper : (k,) bool            tied inside and outside
    """

    sources: Indices
    direct: Floats
    indirect: Floats
    mediated: Floats
    is_gatekeeper: Flags

    @property
    def through(self) -> float:
        """Share of the reach that passes gatekeepers or is their own; NaN without any."""
        own = self.direct[self.is_gatekeeper[self.sources]].sum()
        total = self.direct.sum() + self.indirect.sum()
        return float((self.indirect.sum() + own) / total) if total else np.nan


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """A share with its error and what chance gives."""

    value: float
    low: float
    high: float
    chance: Floats


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
    gate = (np.diff(start) > 0) & (np.diff(out[0]) > 0)
    return Reach(asked, direct, indirect, mediated, gate)


def top_gatekeepers(reach: Reach, share: Share = TOP) -> Indices:
    """Return the gatekeepers through whom most passes, that share of them and at least one."""
    gate = np.flatnonzero(reach.is_gatekeeper)
    n = ceil(share * gate.size)
    return gate[np.argsort(-reach.mediated[gate], kind="stable")[:n]]


def loss_without(ties: ClusterTies, removed: Indices, sources: Indices) -> tuple[float, float]:
    """Return the indirect reach of the members left, before and after some are taken out."""
    alive = np.ones(ties.k, np.bool_)
    alive[removed] = False
    left = sources[alive[sources]]
    before = external_reach_of(ties, sources=left).indirect.sum()
    after = external_reach_of(ties, sources=left, alive=alive).indirect.sum()
    return float(before), float(after)


def lost_share(ties: ClusterTies, removed: Indices, sources: Indices) -> float:
    """Return the share of indirect reach that is lost; NaN where there is none."""
    before, after = loss_without(ties, removed, sources)
    return 1 - after / before if before else np.nan


def through_with_error(
    ties: ClusterTies, sources: Indices, *, level: Share, rng: np.random.Generator
) -> Loss:
    """Return the share of reach through gatekeepers, with its interval."""
    value = external_reach_of(ties, sources=sources).through
    parts = [external_reach_of(part, sources=sources).through for part in _parts(ties, rng)]
    return _interval(value, np.array(parts), level, np.zeros(0))


def removal_with_error(
    ties: ClusterTies, sources: Indices, *, draws: Draws, level: Share, rng: np.random.Generator
) -> tuple[Loss, Indices]:
    """Return the loss without the top gatekeepers, and who they are.

    Beside it: as many members taken out at random. The interval is of ties left out group by
    group, the gatekeepers taken out staying the same.
    """
    top = top_gatekeepers(external_reach_of(ties, sources=sources))
    value = lost_share(ties, top, sources)
    parts = [lost_share(part, top, sources) for part in _parts(ties, rng)]
    chance = [
        lost_share(ties, np.sort(rng.choice(ties.k, top.size, replace=False)), sources)
        for _ in range(draws)
    ]
    return _interval(value, np.array(parts), level, np.array(chance)), top


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


def _interval(value: float, parts: Floats, level: Share, chance: Floats) -> Loss:
    known = parts[~np.isnan(parts)]
    if np.isnan(value) or known.size < 2:
        return Loss(value, np.nan, np.nan, chance)
    spread = np.sqrt((known.size - 1) * known.var())  # jackknife
    if not spread:  # every group of ties says the same: nothing is learnt of its error
        return Loss(value, np.nan, np.nan, chance)
    reach = norm.ppf((1 + level) / 2) * spread
    return Loss(value, max(value - reach, 0.0), min(value + reach, 1.0), chance)


def _rows(at: Indices, to: Indices, n: int) -> tuple[Indices, np.ndarray]:
    order = np.lexsort((to, at))
    start = np.searchsorted(at[order], np.arange(n + 1))
    return as_indices(start), as_codes(to[order])
