"""The rows of gatekeepers: members with their roles, and clusters with how many they have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from scipy.stats import binom

from buzzline.arrays import Codes, Floats
from buzzline.linkages.advice_ties import ClusterTies
from buzzline.linkages.cognitive_roles import (
    COGNITIVE_ROLES,
    GATEKEEPER,
    WITHOUT_DIRECTION,
    transmission,
)
from buzzline.linkages.response_gate import (
    Response,
    completed_at_random,
    completed_by_columns,
)
from buzzline.linkages.role_chances import (
    LIKELY,
    RoleChance,
    carried,
    resampled_roles,
    role_shares,
)
from buzzline.quantities import Draws, Share
from buzzline.resampling import central_range, false_discovery_q

Row = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """Roles under resampled ties: as told, and with those absent made up for.

    Attributes
    ----------
    shares : tuple of (k, roles) float64    one a way of treating those absent, as told first
    n_gatekeepers, carried : tuple of (draws,) float64    likewise
    """

    shares: tuple[Floats, ...]
    n_gatekeepers: tuple[Floats, ...]
    carried: tuple[Floats, ...]


def resampled(
    ties: ClusterTies, cuts: RoleChance, response: Response, *, draws: Draws,
    rng: np.random.Generator,
) -> Resampled:  # fmt: skip
    """Return roles when ties are drawn anew, and when those absent are made up for."""
    networks: list[Iterable[ClusterTies]] = [repeat(ties)]
    if response.is_bounded:
        networks += [
            repeat(completed_by_columns(ties, response)),
            completed_at_random(ties, response, rng),
        ]
    drawn = [resampled_roles(some, cuts.cuts, draws=draws, rng=rng) for some in networks]
    return Resampled(
        tuple(role_shares(codes) for codes, _ in drawn),
        tuple((codes == GATEKEEPER).sum(axis=1) * 1.0 for codes, _ in drawn),
        tuple(carried(codes, outside) for codes, outside in drawn),
    )


def cluster_row(
    found: RoleChance, drawn: Resampled, *, response: Response, level: Share
) -> Row:
    """Return how many gatekeepers a cluster has and what they carry."""
    draws = found.n_gatekeepers.size
    role = found.role
    n = float((role == GATEKEEPER).sum())
    part = float(carried(role, found.counts[2]))
    ends = {
        "": (n, drawn.n_gatekeepers, found.n_gatekeepers),
        "carried_": (part, drawn.carried, found.carried),
    }
    row: Row = {"value": n, "carried": part}
    for prefix, (value, again, chance) in ends.items():
        low, high = _range(value, again, level)
        chance_low, chance_high = central_range(chance, level)
        row |= {
            f"{prefix}low": low, f"{prefix}high": min(high, 1.0 if prefix else high),
            f"{prefix}expected": float(chance.mean()), f"{prefix}expected_low": chance_low,
            f"{prefix}expected_high": chance_high,
            f"{prefix}p": float(1 + (chance >= value - 1e-12).sum()) / (1 + draws),
        }  # fmt: skip
    most = _range(n, drawn.n_gatekeepers[:1], level)[1]
    if response.is_bounded:  # as many of those absent as of those who answered, and by luck
        absent = int((~response.answered).sum())
        rate = max(n, 1.0) / response.answered.sum()
        row["high"] = most + float(binom.ppf((1 + level) / 2, absent, min(rate, 1.0)))
    cuts = found.cuts
    is_likely = (role == GATEKEEPER) & (drawn.shares[0][:, GATEKEEPER] >= LIKELY)
    n_likely = float(is_likely.sum())
    return row | {
        "likely": n_likely, "likely_expected": float(found.n_likely.mean()),
        "likely_p": float(1 + (found.n_likely >= n_likely).sum()) / (1 + found.n_likely.size),
        "few_inside": cuts.few_inside, "many_inside": cuts.many_inside,
        "few_outside": cuts.few_outside, "many_outside": cuts.many_outside,
    }  # fmt: skip


def _range(value: float, again: Sequence[Floats], level: Share) -> tuple[float, float]:
    """Return the basic bootstrap interval of ties as told, and whatever completions add.

    A member must pass several cuts at once, so draws have fewer gatekeepers than there are, and
    turning their range round the value sets that right.
    """
    told, *completed = (one[~np.isnan(one)] for one in again)
    ends = [value]
    if told.size:
        low, high = central_range(told, level)
        ends += [max(2 * value - high, 0.0), 2 * value - low]
    for one in completed:
        ends += central_range(one, level) if one.size else ()
    return min(ends), max(ends)


def member_rows(
    ties: ClusterTies, found: RoleChance, drawn: Resampled, *, response: Response,
    absorptive: Floats,
) -> dict[str, Sequence[object]]:  # fmt: skip
    """Return the columns of the members of a cluster; roles only of those who answered."""
    role = found.role
    own = [shares[np.arange(ties.k), role] for shares in drawn.shares]
    names = role_names(role, is_directed=ties.is_directed)
    q = false_discovery_q(found.open_p)
    gives = transmission(found.counts[0], found.counts[1])
    chance = found.by_chance[np.arange(ties.k), role]
    told = response.answered
    inside = found.counts[0] + (found.counts[1] if ties.is_directed else 0)
    return {
        "role": [name if known else None for name, known in zip(names, told, strict=True)],
        "probability": np.where(told, own[0], np.nan),
        "low": np.where(told, np.min(own, axis=0), np.nan),
        "high": np.where(told, np.max(own, axis=0), np.nan),
        "gatekeeper": np.where(told, drawn.shares[0][:, GATEKEEPER], np.nan),
        "by_chance": np.where(told, chance, np.nan),
        "n_inside": inside, "n_in": found.counts[0], "n_out": found.counts[1],
        "transmission": gives if ties.is_directed else np.full(ties.k, np.nan),
        "n_outside": found.counts[2], "p": found.open_p, "q": q,
        "betweenness": found.betweenness, "betweenness_p": found.betweenness_p,
        "absorptive": absorptive,
        "status": np.where(told, "measured", "did not answer").tolist(),
    }  # fmt: skip


def role_names(codes: Codes, *, is_directed: bool) -> list[str]:
    """Return the names of roles; without direction the first is two in one."""
    names = list(COGNITIVE_ROLES)
    if not is_directed:
        names[GATEKEEPER] = WITHOUT_DIRECTION
    return [names[code] for code in codes]
