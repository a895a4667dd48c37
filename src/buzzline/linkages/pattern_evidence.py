"""Signs of patterns beyond the balance: who ties hang on, how far sites lie apart, and more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from buzzline.arrays import (
    Flags,
    Floats,
    Indices,
    as_codes,
    as_flags,
    as_floats,
    as_indices,
)
from buzzline.linkages.activity import activity_of
from buzzline.linkages.backward_linkage import (
    Difference,
    difference_of_means,
    local_purchases,
    upgrading,
)
from buzzline.linkages.city_spread import dispersion, ties_between_cities
from buzzline.linkages.effective_shares import EffectiveShare, share_of_one_owner
from buzzline.linkages.pattern_rule import PatternRule
from buzzline.linkages.pattern_scene import GLOBAL, LOCAL, LayerScene, Scene, first_opened
from buzzline.linkages.pattern_signs import Sign, measured, unknown
from buzzline.quantities import Draws, Share
from buzzline.tables.study import Study
from buzzline.wording import plural

FEWEST_GLOBAL = 10  # records; fewer leave the interval of the share of one owner too short
MOST_OWNERS = 0.5  # of global ties whose owners must be known
FEWEST_LED = 4  # records; fewer cannot be halved
N_SPLITS = 20  # of records in halves: who leads in one, and how much in the other
FEWEST_ANSWERS = 5
UPGRADED = ("headquarters", "research", "service")
YEARS_BACK = 10


def activity_sign(
    scene: Scene,
    layer: LayerScene,
    members: Flags,
    *,
    level: Share,
    draws: Draws,
    rng: np.random.Generator,
    far: float,
) -> Sign:
    """Return the sign of how many ties members hold in all."""
    found = activity_of(
        layer.ties, members, scene.industry, city=scene.standing.city, level=level
    )
    if isinstance(found, str):
        return unknown("activity", found)
    return normal_sign("activity", found, draws=draws, rng=rng, cut=0.0, margin=far)


def normal_sign(name: str, found: Difference, *, draws: Draws, rng: np.random.Generator,
                cut: float | None, margin: float = 0.0) -> Sign:  # fmt: skip
    """Return a sign whose error is normal."""
    drawn = found.value + found.error * rng.standard_normal(draws)
    return measured(
        name, as_floats(drawn), found.value, interval=(found.low, found.high), n=found.n,
        cut=cut, margin=margin,
    )  # fmt: skip


def share_sign(name: str, share: EffectiveShare, cut: float | None, *, level: Share,
               draws: Draws, rng: np.random.Generator) -> Sign:  # fmt: skip
    """Return a sign that is a share."""
    return measured(
        name, share.drawn(draws, rng), share.value, interval=share.interval(level), n=share.n,
        cut=cut,
    )  # fmt: skip


def anchor_of(
    scene: Scene, layer: LayerScene, members: Flags
) -> tuple[EffectiveShare, int | None] | str:
    """Return how much global ties depend on one owner, and who that is; or why not known.

    A global tie belongs to the owner of the member where that owner is abroad, else to the
    owner of the partner. Ties whose owners are not known are left out; where they are most,
    nothing is known.
    """
    ties = layer.ties
    inside = members[ties.source] | members[ties.target]
    wide = np.flatnonzero(inside & (layer.scale == GLOBAL))
    here = np.where(members[ties.source[wide]], ties.source[wide], ties.target[wide])
    there = np.where(members[ties.source[wide]], ties.target[wide], ties.source[wide])
    known = scene.is_foreign[here] | (scene.owner_known[here] & scene.owner_known[there])
    if wide.size and known.mean() < MOST_OWNERS:
        return (
            f"owners are known for {known.mean():.0%} of {plural(wide.size, 'global tie')} "
            "(`organisations.owner_id`; its own where it belongs to nobody)"
        )
    wide, here, there = wide[known], here[known], there[known]
    owner = np.where(scene.is_foreign[here], scene.owner[here], scene.owner[there])
    record = as_codes(ties.record[wide] if ties.record.size else [])
    n_records = np.unique(record).size if record.size else wide.size
    if n_records < FEWEST_GLOBAL:
        return f"only {n_records} independent global ties; at least {FEWEST_GLOBAL} are needed"
    first = int(np.bincount(owner).argmax())
    return share_of_one_owner(as_codes(owner), record), first


def between_cities(
    scene: Scene,
    layer: LayerScene,
    members: Flags,
    *,
    elasticity: tuple[float, float] | None,
    level: Share,
    draws: Draws,
    rng: np.random.Generator,
    margin: float,
) -> Sign:
    """Return the sign of ties between a cluster's own cities."""
    name = "inter-city ties"
    if elasticity is None:
        return unknown(name, "how ties fall with distance could not be fitted")
    found = ties_between_cities(
        layer.ties, as_indices(np.flatnonzero(members)), scene.standing,
        elasticity=elasticity, level=level, draws=draws, rng=rng,
    )  # fmt: skip
    if isinstance(found, str):
        return unknown(name, found)
    return measured(
        name, found.draws, found.log_ratio, interval=(found.low, found.high),
        n=found.observed.n, cut=0.0, margin=margin,
    )  # fmt: skip


def lead_of(
    scene: Scene, layer: LayerScene, members: Flags, *, rng: np.random.Generator
) -> tuple[EffectiveShare, int] | str:
    """Return the share of ties that the most tied takes part in, and who it is, or why not.

    Somebody holds most by chance: who leads is picked on half of the records, and its share
    measured on the other half, both ways, on average over several halvings.
    """
    ties = layer.ties
    inside = np.flatnonzero(members[ties.source] | members[ties.target])
    record = ties.record[inside] if ties.record.size else np.arange(inside.size)
    names, number = np.unique(record, return_inverse=True)
    if names.size < FEWEST_LED:
        return (
            f"only {names.size} independent ties of members; at least {FEWEST_LED} are needed"
        )
    source, target = ties.source[inside], ties.target[inside]
    here = np.where(members[source], scene.owner[source], -1)
    there = np.where(members[target], scene.owner[target], -1)
    shares = []
    for _ in range(N_SPLITS):
        half = (rng.permutation(names.size) < names.size // 2)[number]
        held = [_held(here[part], there[part], members.size) for part in (half, ~half)]
        for one, other, rest in ((0, 1, ~half), (1, 0, half)):
            first = held[one] == held[one].max()
            shares.append(float(held[other][first].mean()) / int(rest.sum()))
    share = EffectiveShare(float(np.mean(shares)), float(names.size), int(inside.size))
    return share, int(_held(here, there, members.size).argmax())


def _held(here: Indices, there: Indices, n: int) -> Indices:
    """Return in how many ties each unit takes part; two members of one owner are one."""
    units = np.concatenate([here, there[there != here]])
    return as_indices(np.bincount(units[units >= 0], minlength=n))


def tenure(
    scene: Scene, members: Flags, *, first: int, rule: PatternRule, draws: Draws
) -> Sign:
    """Return how long the organisation that leads has been there."""
    own = np.flatnonzero(members & (scene.owner == first))
    opened = first_opened(scene.organisations, as_codes(own))
    if opened is None or scene.last_year is None:
        return unknown("tenure", "no date on which it opened")
    years = float(scene.last_year - opened)
    return measured(
        "tenure", np.full(draws, years), years, interval=(years, years), n=1,
        cut=float(rule.long_years),
    )  # fmt: skip


def dispersion_sign(scene: Scene, members: Flags, rule: PatternRule, *, level: Share,
                    draws: Draws, rng: np.random.Generator) -> Sign:  # fmt: skip
    """Return the sign of members being spread over cities."""
    found = dispersion(
        scene.standing.city[members], scene.owner[members], level=level, draws=draws, rng=rng
    )
    if np.isnan(found.value):
        return unknown("dispersion", "no member has a city")
    return measured(
        "dispersion", found.draws, found.value, interval=(found.low, found.high), n=found.n,
        cut=rule.dispersed,
    )  # fmt: skip


def trust_sign(
    study: Study, members: Flags, *, level: Share, draws: Draws, rng: np.random.Generator
) -> Sign:
    """Return the sign of trust: members against everybody else who answered."""
    answers = study.outcomes.filter(pl.col("indicator") == "trust")
    if not answers.height:
        return unknown("trust", "no survey of trust (`outcomes` with indicator `trust`)")
    mean = answers.group_by("unit_id").agg(pl.col("value").mean())
    joined = study.organisations.select("org_id").join(
        mean, left_on="org_id", right_on="unit_id", how="left", validate="1:1",
        maintain_order="left",
    )["value"]  # fmt: skip
    value = as_floats(joined.fill_null(float("nan")).to_numpy())
    known = ~np.isnan(value)
    own, others = value[known & members], value[known & ~members]
    if min(own.size, others.size) < FEWEST_ANSWERS:
        return unknown("trust", f"only {own.size} members and {others.size} others answered")
    found = difference_of_means(own, others, level=level)
    assert found is not None
    return normal_sign("trust", found, draws=draws, rng=rng, cut=0.0)


def buying_signs(
    scene: Scene, members: Flags, *, level: Share, draws: Draws, rng: np.random.Generator
) -> list[Sign]:
    """Return the local shares of what members owned abroad buy: of all, and of skilled inputs.

    Held against the local share of what the other members buy.
    """
    kind = (scene.organisations["kind"] == "affiliate").fill_null(value=False).to_numpy()
    unowned = scene.owner == np.arange(scene.owner.size)
    abroad = members & (scene.is_foreign | (kind & unowned))
    layers = [layer for layer in scene.bought if layer.ties.is_directed]
    names = ("backward linkage", "backward linkage of skilled inputs")
    if not layers or not abroad.any():
        why = "no directed ties of supply" if not layers else "no member is owned abroad"
        return [unknown(name, why) for name in names]
    own = members & ~abroad
    whole = _purchases(layers, abroad, own)
    skilled = _purchases(scene.skilled, abroad, own)
    return [
        _bought(name, *pair, level=level, draws=draws, rng=rng)
        for name, pair in zip(names, (whole, skilled), strict=True)
    ]


def _purchases(
    layers: Sequence[LayerScene], abroad: Flags, own: Flags
) -> tuple[EffectiveShare, EffectiveShare]:
    """Return the local shares for those owned abroad and for the others, largest layer."""
    found = [layer for layer in layers if layer.ties.source.size]
    none = EffectiveShare(float("nan"), 0.0, 0)
    if not found:
        return none, none
    layer = max(found, key=lambda one: int(abroad[one.ties.target].sum()))
    known = layer.scale < 4
    ties, is_local = layer.ties.chosen(known), as_flags(layer.scale[known] == LOCAL)
    return local_purchases(ties, abroad, is_local), local_purchases(ties, own, is_local)


def _bought(name: str, share: EffectiveShare, other: EffectiveShare, *, level: Share,
            draws: Draws, rng: np.random.Generator) -> Sign:  # fmt: skip
    if share.n < FEWEST_ANSWERS:
        return unknown(name, f"only {share.n} purchases of members owned abroad", share.n)
    sign = share_sign(name, share, None, level=level, draws=draws, rng=rng)
    if other.n < FEWEST_ANSWERS or sign.draws is None:
        return sign
    moved = sign.draws - (other.drawn(draws, rng) - other.value)
    return measured(
        name, as_floats(moved), share.value, interval=(sign.low, sign.high), n=share.n,
        cut=other.value,
    )  # fmt: skip


def upgrading_sign(study: Study, scene: Scene, members: Flags, *, level: Share, draws: Draws,
                   rng: np.random.Generator) -> Sign:  # fmt: skip
    """Return the sign of a growing share of research, services, headquarters in ten years."""
    name = "skill upgrading"
    if scene.last_year is None or not study.establishments.height:
        return unknown(name, "no sites with functions and dates")
    found = _upgraded(study, scene, members, level)
    if found is None or found.n < FEWEST_ANSWERS:
        return unknown(name, "too few sites of members with functions, ten years ago and now")
    return normal_sign(name, found, draws=draws, rng=rng, cut=0.0)


def _upgraded(study: Study, scene: Scene, members: Flags, level: Share) -> Difference | None:
    assert scene.last_year is not None
    own = scene.organisations.select("org_id").filter(pl.Series(members))
    sites = study.establishments.join(own, on="org_id", how="semi", maintain_order="left")
    sites = sites.filter(pl.col("function").is_not_null())
    if not sites.height or not sites["opened"].is_not_null().any():
        return None
    weighed = sites["jobs"].null_count() == 0
    weight = pl.col("jobs") if weighed else pl.lit(1.0)
    share_of: list[Floats] = []
    whole: list[Floats] = []
    for year in (scene.last_year - YEARS_BACK, scene.last_year):
        begun = pl.col("opened").dt.year().fill_null(year) <= year
        there = begun & (pl.col("closed").dt.year().fill_null(year) >= year)
        held = sites.with_columns(held=there.cast(pl.Float64) * weight)
        skilled = pl.col("held") * pl.col("function").is_in(UPGRADED)
        by = held.group_by("org_id", maintain_order=True).agg(
            skilled.sum().alias("skilled"), pl.col("held").sum()
        )
        share_of.append(as_floats(by["skilled"].to_numpy()))
        whole.append(as_floats(by["held"].to_numpy()))
    return upgrading((share_of[0], share_of[1]), (whole[0], whole[1]), level=level)
