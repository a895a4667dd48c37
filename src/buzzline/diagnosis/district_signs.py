"""The signs by which types of districts are told apart, each a share with its error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, as_codes, as_flags, as_floats
from buzzline.diagnosis.dimension_indicators import KNOWN_JOBS, Cluster
from buzzline.diagnosis.dimension_scene import DimensionScene
from buzzline.diagnosis.job_shares import JobShares, job_shares
from buzzline.errors import InvalidArgument
from buzzline.linkages.effective_shares import EffectiveShare, share_of_ties
from buzzline.linkages.pattern_rule import Pattern
from buzzline.linkages.pattern_scene import BUYING, LOCAL
from buzzline.linkages.pattern_signs import Sign, measured, unknown
from buzzline.quantities import Jobs, Share
from buzzline.space.globe import chord
from buzzline.wording import plural

PUBLIC = ("public", "university", "laboratory", "school", "agency")
FEWEST = 10
NO_JOBS = "jobs of too few members are known (`organisations.jobs`)"
NO_OWNERS = "no owners are known (`organisations.owner_id`)"

SMALL, LOCAL_OWNERS = "small organisations", "local owners"
LOCAL_TRADE, JOINT = "local trade", "joint action"
MOBILITY, LEADER = "mobility between members", "one employer leads"
LOCAL_LEADER, PUBLIC_JOBS = "leader owned locally", "public employers"


@dataclass(frozen=True, slots=True)
class DistrictTypeRule:
    """From where on a sign of a type of district counts.

    Attributes
    ----------
    small_jobs : jobs         an organisation with fewer is small
    mostly : share            of jobs in small, or locally owned, organisations; of members that
                              act jointly
    leading : share           of jobs with one owner
    public_jobs : share       of jobs with public employers
    mobile : share            of moves out of members that end at a member
    """

    small_jobs: Jobs = 250.0
    mostly: Share = 0.5
    leading: Share = 0.25
    public_jobs: Share = 0.25
    mobile: Share = 0.25

    def __post_init__(self) -> None:
        for name in ("mostly", "leading", "public_jobs", "mobile"):
            if not 0 < getattr(self, name) < 1:
                raise InvalidArgument(f"DistrictTypeRule: `{name}` must lie between 0 and 1")


DISTRICTS: tuple[Pattern, ...] = (
    Pattern(
        "state-anchored", (PUBLIC_JOBS,), "planned parks, Beijing",
        "A public employer, or several, carries the place.",
        "ties of the anchor to whoever is around it",
    ),
    Pattern(
        "hub-and-spoke", (LEADER, LOCAL_LEADER), "",
        "One employer from the place leads, and others work for it.",
        "further customers for suppliers",
    ),
    Pattern(
        "satellite platform", (f"not {LOCAL_OWNERS}", f"not {LOCAL_TRADE}"),
        "Costa Rica, Intel as described",
        "Sites of owners elsewhere, that trade little with each other.",
        "supplier programme; functions beyond production",
    ),
    Pattern(
        "Italianate", (SMALL, LOCAL_OWNERS, LOCAL_TRADE, JOINT, MOBILITY), "Third Italy",
        "Small organisations that trade, act jointly and change persons among each other.",
        "protect cohesion",
    ),
    Pattern(
        "Marshallian", (SMALL, LOCAL_OWNERS, LOCAL_TRADE), "",
        "Small organisations, owned and trading locally.",
        "joint action",
    ),
)  # fmt: skip


def district_signs(
    scene: DimensionScene, cluster: Cluster, rule: DistrictTypeRule
) -> list[Sign]:
    """Return the signs of one cluster, in the order of the explanation."""
    members = scene.members(cluster)
    rng = scene.rng("district", str(cluster["cluster_id"]))
    outside = owned_outside(scene)
    jobs = _known_jobs(scene, members)
    shares = None if jobs is None else job_shares(jobs, draws=scene.draws, rng=rng)
    return [
        _small(shares, scene.level, rule),
        _owners(scene, members, outside, rule, rng),
        _trade(scene, members, rng),
        _tied(scene, members, "joint_action", JOINT, cut=rule.mostly, rng=rng),
        _moves(scene, members, rule, rng),
        *_leader(scene, members, outside, shares=shares, rule=rule),
        _public(scene, members, shares, rule=rule, rng=rng),
    ]


def owned_outside(scene: DimensionScene) -> Floats:
    """Return whose ultimate owner stands beyond local reach or in another country.

    Returns
    -------
    (n,) float64
        1, or 0; NaN where it is not known where the owner stands.
    """
    xyz, owner = scene.scene.standing.xyz, scene.scene.owner
    gap = np.sqrt(((xyz - xyz[owner]) ** 2).sum(axis=1))
    gap[owner == np.arange(owner.size)] = 0.0
    far = np.where(np.isnan(gap), np.nan, gap > chord(scene.cutoffs.local_km))
    return as_floats(np.where(scene.scene.is_foreign, 1.0, far))


def _sign(scene: DimensionScene, name: str, share: EffectiveShare, cut: float,
          rng: np.random.Generator) -> Sign:  # fmt: skip
    return measured(
        name, share.drawn(scene.draws, rng), share.value, interval=share.interval(scene.level),
        n=share.n, cut=cut,
    )  # fmt: skip


def _known_jobs(scene: DimensionScene, members: Flags) -> Floats | None:
    """Return the jobs of members, NaN not known, or None where those of too few are known."""
    jobs = scene.jobs[members]
    enough = (~np.isnan(jobs)).sum() >= KNOWN_JOBS * jobs.size and np.nansum(jobs) > 0
    return jobs if enough else None


def _counted(name: str, draws: Floats, cut: float, *, n: int, level: float) -> Sign:
    """Return a sign that is counted, with an interval of what had to be drawn."""
    value = float(draws[0]) if (draws == draws[0]).all() else float(np.nanmean(draws))
    tail = (1 - level) / 2
    low, high = (float(end) for end in np.nanquantile(draws, [tail, 1 - tail]))
    interval = min(low, value), max(high, value)
    return measured(name, draws, value, interval=interval, n=n, cut=cut)


def _small(shares: JobShares | None, level: float, rule: DistrictTypeRule) -> Sign:
    if shares is None:
        return unknown(SMALL, NO_JOBS)
    draws = shares.share_below(rule.small_jobs)
    return _counted(SMALL, draws, rule.mostly, n=_n(shares), level=level)


def _n(shares: JobShares) -> int:
    return int(shares.jobs.size - shares.unknown.size)


def _public(scene: DimensionScene, members: Flags, shares: JobShares | None, *,
            rule: DistrictTypeRule, rng: np.random.Generator) -> Sign:  # fmt: skip
    if shares is None:
        return unknown(PUBLIC_JOBS, NO_JOBS)
    kind = scene.scene.organisations["kind"].is_in(list(PUBLIC)).cast(pl.Float64)
    holds = as_floats(kind.fill_null(float("nan")).to_numpy()[members])
    if (~np.isnan(holds)).sum() < KNOWN_JOBS * holds.size:
        return unknown(PUBLIC_JOBS, "kinds of too few members are known (`organisations.kind`)")
    draws = shares.share(holds, rng)
    return _counted(PUBLIC_JOBS, draws, rule.public_jobs, n=_n(shares), level=scene.level)


def _owners(scene: DimensionScene, members: Flags, outside: Floats, rule: DistrictTypeRule,
            rng: np.random.Generator) -> Sign:  # fmt: skip
    if not _owners_known(scene):
        return unknown(LOCAL_OWNERS, NO_OWNERS)
    is_local = as_floats(1 - outside[members])
    if (~np.isnan(is_local)).sum() < KNOWN_JOBS * is_local.size:
        return unknown(LOCAL_OWNERS, "where owners stand is known of too few members")
    jobs = _known_jobs(scene, members)
    weight = as_floats(np.ones(is_local.size)) if jobs is None else jobs
    shares = job_shares(weight, draws=scene.draws, rng=rng)
    draws = shares.share(is_local, rng)
    return _counted(LOCAL_OWNERS, draws, rule.mostly, n=_n(shares), level=scene.level)


def _owners_known(scene: DimensionScene) -> bool:
    return bool(scene.scene.organisations["owner_id"].is_not_null().any())


def _trade(scene: DimensionScene, members: Flags, rng: np.random.Generator) -> Sign:
    """Return the local share of members' supply ties, against that of everybody else's."""
    layer = scene.layer(*BUYING)
    if layer is None:
        return unknown(LOCAL_TRADE, "no ties of supply")
    known = as_flags((layer.scale < 4) & scene.located(layer))
    ties, is_local = layer.ties.chosen(known), as_flags(layer.scale[known] == LOCAL)
    own = members[ties.source] | members[ties.target]
    shares = [share_of_ties(ties.chosen(which), is_local[which]) for which in (own, ~own)]
    if min(share.n for share in shares) < FEWEST:
        why = f"only {shares[0].n} ties of supply between organisations with coordinates"
        return unknown(LOCAL_TRADE, why, shares[0].n)
    sign = _sign(scene, LOCAL_TRADE, shares[0], shares[1].value, rng)
    assert sign.draws is not None
    moved = sign.draws - (shares[1].drawn(scene.draws, rng) - shares[1].value)
    return measured(
        LOCAL_TRADE, as_floats(moved), sign.value, interval=(sign.low, sign.high), n=sign.n,
        cut=sign.cut,
    )  # fmt: skip


def _tied(scene: DimensionScene, members: Flags, layer_name: str, name: str, *,
          cut: float, rng: np.random.Generator) -> Sign:  # fmt: skip
    layer = scene.layer(layer_name)
    if layer is None:
        return unknown(name, f"no ties of {layer_name.replace('_', ' ')}")
    inside = members[layer.ties.source] & members[layer.ties.target]
    ends = np.concatenate([layer.ties.source[inside], layer.ties.target[inside]])
    n = int(members.sum())
    return _sign(scene, name, EffectiveShare(np.unique(ends).size / n, float(n), n), cut, rng)


def _moves(scene: DimensionScene, members: Flags, rule: DistrictTypeRule,
           rng: np.random.Generator) -> Sign:  # fmt: skip
    layer = scene.layer("labour_move")
    if layer is None:
        return unknown(MOBILITY, "no moves of persons")
    left = layer.ties.chosen(members[layer.ties.source])
    if left.source.size < FEWEST:
        return unknown(MOBILITY, f"only {left.source.size} moves out of members")
    share = share_of_ties(left, as_flags(members[left.target]))
    return _sign(scene, MOBILITY, share, rule.mobile, rng)


def _leader(scene: DimensionScene, members: Flags, outside: Floats, *,
            shares: JobShares | None, rule: DistrictTypeRule) -> list[Sign]:  # fmt: skip
    """Return whether one owner (or employer, without owners) leads, and is from there."""
    if shares is None:
        return [unknown(LEADER, NO_JOBS), unknown(LOCAL_LEADER, NO_JOBS)]
    if shares.jobs.size * rule.leading <= 1:
        n = plural(shares.jobs.size, "member")
        why = f"only {n}: of so few, each would lead by this rule"
        return [unknown(LEADER, why), unknown(LOCAL_LEADER, why)]
    owners, group = np.unique(scene.scene.owner[members], return_inverse=True)
    share, first = shares.largest(as_codes(group))
    leads = _counted(LEADER, share, rule.leading, n=_n(shares), level=scene.level)
    if not _owners_known(scene):
        return [leads, unknown(LOCAL_LEADER, NO_OWNERS)]
    # one member owned elsewhere will do; NaN where none is, and of some it is not known
    away = np.zeros(owners.size)
    np.maximum.at(away, group, np.nan_to_num(outside[members], nan=0.5))
    local = np.where(away == 0.5, np.nan, 1 - away)[first]
    if np.isnan(local).all():
        return [leads, unknown(LOCAL_LEADER, "it is not known where the owner stands")]
    return [leads, _counted(LOCAL_LEADER, as_floats(local), 0.5, n=1, level=scene.level)]
