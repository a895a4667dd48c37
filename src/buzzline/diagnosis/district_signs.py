"""The signs by which types of districts are told apart, each a share with its error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Flags, Floats, as_flags, as_floats
from buzzline.diagnosis.dimension_indicators import KNOWN_JOBS, Cluster
from buzzline.diagnosis.dimension_scene import DimensionScene
from buzzline.errors import InvalidArgument
from buzzline.linkages.effective_shares import EffectiveShare, share_of_ties
from buzzline.linkages.pattern_rule import Pattern
from buzzline.linkages.pattern_scene import BUYING, LOCAL
from buzzline.linkages.pattern_signs import Sign, measured, unknown
from buzzline.quantities import Jobs, Share
from buzzline.space.globe import chord

PUBLIC = ("public", "university", "laboratory", "school", "agency")
FEWEST = 10

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
    return [
        _of_jobs(scene, members, SMALL, scene.jobs < rule.small_jobs, cut=rule.mostly, rng=rng),
        _owners(scene, members, ~outside, rule, rng),
        _trade(scene, members, rng),
        _tied(scene, members, "joint_action", JOINT, cut=rule.mostly, rng=rng),
        _moves(scene, members, rule, rng),
        *_leader(scene, members, outside, rule, rng),
        _of_jobs(scene, members, PUBLIC_JOBS, _is_public(scene), cut=rule.public_jobs, rng=rng),
    ]


def owned_outside(scene: DimensionScene) -> Flags:
    """Return whose ultimate owner stands beyond local reach or in another country. (n,)."""
    xyz, owner = scene.scene.standing.xyz, scene.scene.owner
    gap = np.sqrt(((xyz - xyz[owner]) ** 2).sum(axis=1))
    far = np.nan_to_num(gap, nan=0.0) > chord(scene.cutoffs.local_km)
    return as_flags(scene.scene.is_foreign | far)


def _is_public(scene: DimensionScene) -> Flags:
    kind = scene.scene.organisations["kind"].is_in(list(PUBLIC)).fill_null(value=False)
    return as_flags(kind.to_numpy())


def _sign(scene: DimensionScene, name: str, share: EffectiveShare, cut: float,
          rng: np.random.Generator) -> Sign:  # fmt: skip
    return measured(
        name, share.drawn(scene.draws, rng), share.value, interval=share.interval(scene.level),
        n=share.n, cut=cut,
    )  # fmt: skip


def _weights(scene: DimensionScene, members: Flags) -> Floats | None:
    """Return the jobs of members, or None where those of too few are known."""
    jobs = scene.jobs[members]
    enough = (jobs > 0).sum() >= max(1.0, KNOWN_JOBS * jobs.size)
    return as_floats(np.nan_to_num(jobs)) if enough else None


def _of_jobs(scene: DimensionScene, members: Flags, name: str, holds: Flags, *, cut: float,
             rng: np.random.Generator) -> Sign:  # fmt: skip
    jobs = _weights(scene, members)
    if jobs is None:
        return unknown(name, "jobs of too few members are known (`organisations.jobs`)")
    return _sign(scene, name, _weighed(jobs, as_flags(holds[members])), cut, rng)


def _weighed(weight: Floats, holds: Flags) -> EffectiveShare:
    worth = float(weight.sum() ** 2 / (weight**2).sum())
    return EffectiveShare(
        float(weight[holds].sum() / weight.sum()), worth, int((weight > 0).sum())
    )


def _owners(scene: DimensionScene, members: Flags, is_local: Flags, rule: DistrictTypeRule,
            rng: np.random.Generator) -> Sign:  # fmt: skip
    if not scene.scene.organisations["owner_id"].is_not_null().any():
        return unknown(LOCAL_OWNERS, "no owners are known (`organisations.owner_id`)")
    jobs = _weights(scene, members)
    weight = np.ones(int(members.sum())) if jobs is None else jobs
    share = _weighed(as_floats(weight), as_flags(is_local[members]))
    return _sign(scene, LOCAL_OWNERS, share, rule.mostly, rng)


def _trade(scene: DimensionScene, members: Flags, rng: np.random.Generator) -> Sign:
    """Return the local share of members' supply ties, against that of everybody else's."""
    layer = scene.layer(*BUYING)
    if layer is None:
        return unknown(LOCAL_TRADE, "no ties of supply")
    known = layer.scale < 4
    ties, is_local = layer.ties.chosen(known), as_flags(layer.scale[known] == LOCAL)
    own = members[ties.source] | members[ties.target]
    shares = [share_of_ties(ties.chosen(which), is_local[which]) for which in (own, ~own)]
    if min(share.n for share in shares) < FEWEST:
        return unknown(LOCAL_TRADE, f"only {shares[0].n} ties of supply", shares[0].n)
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


def _leader(scene: DimensionScene, members: Flags, outside: Flags, rule: DistrictTypeRule,
            rng: np.random.Generator) -> list[Sign]:  # fmt: skip
    jobs = _weights(scene, members)
    if jobs is None:
        why = "jobs of too few members are known (`organisations.jobs`)"
        return [unknown(LEADER, why), unknown(LOCAL_LEADER, why)]
    rows = np.flatnonzero(members)
    owner = scene.scene.owner[rows]
    held = np.bincount(owner, weights=jobs)
    first = int(held.argmax())
    share = _weighed(jobs, as_flags(owner == first))
    is_local = float(not outside[rows[owner == first]].any())
    local = measured(
        LOCAL_LEADER, np.full(scene.draws, is_local), is_local, interval=(is_local, is_local),
        n=1, cut=0.5,
    )  # fmt: skip
    return [_sign(scene, LEADER, share, rule.leading, rng), local]
