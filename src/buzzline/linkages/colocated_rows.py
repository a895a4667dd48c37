"""The rows of one pair of co-located clusters: four types, resources, organisations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, nan, sqrt

import numpy as np
from scipy.stats import norm

from buzzline.arrays import Codes, Flags, as_codes, as_floats, as_indices
from buzzline.linkages.city_gravity import Yardstick
from buzzline.linkages.collaboration import (
    BETWEEN,
    Collaboration,
    PairTies,
    collaboration,
    log_of,
    pair_ties,
    within,
)
from buzzline.linkages.colocated_null import shared_with_others
from buzzline.linkages.family_ties import FamilyTies, tied_to
from buzzline.linkages.quadrants import (
    Against,
    AxisValue,
    Overlap,
    collaboration_axis,
    resource_overlap,
    rivalry_axis,
    rivalry_side,
)
from buzzline.linkages.rivalry import NOT_TOLD
from buzzline.linkages.small_samples import (
    bands,
    jeffreys_interval,
    paired_exact_p,
    stratified_exact_p,
)
from buzzline.linkages.verdicts import NOTABLE, overdispersion
from buzzline.quantities import Count, Kilometres, Ratio, Share, Years

Row = dict[str, object]
NOTABLE_BUNDLING = 2.0  # design effect from which it is said
RIVALS = {"high": "rivals", "low": "no rivals", "": "not testable"}
CLASSES = ("within", "between", "beyond")


@dataclass(frozen=True, slots=True)
class ColocatedRule:
    """Which clusters are held against each other, and what counts as high on either axis.

    Attributes
    ----------
    reach_km : km
        Clusters are co-located when their densest sites are at most this far apart.
    smallest_ratio : ratio
        Ties between two clusters to what size and distance give: collaboration is low where
        as much is excluded.
    overlap_cut : share
        Overlap of what two clusters draw on from which they are rivals; a choice, not a fact.
    window_years : years
        Years before a shock, and from it on, over which a response is read.
    max_clusters : count
        The strongest clusters that are looked at.
    across_industries : bool
        Whether clusters of different industries are held against each other, too.
    """

    reach_km: Kilometres = 50.0
    smallest_ratio: Ratio = 2.0
    overlap_cut: Share = 0.5
    window_years: Years = 5
    max_clusters: Count = 100
    across_industries: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PairFound:
    """All that was found of one pair, owners collapsed or not.

    Attributes
    ----------
    types, ties, resources, organisations : lists of rows
    collaborates, rivals : AxisValue
    """

    types: list[Row]
    ties: list[Row]
    resources: list[Row]
    organisations: list[Row]
    collaborates: AxisValue
    rivals: AxisValue


def pair_found(
    found: FamilyTies,
    pair: tuple[int, int],
    *,
    rule: ColocatedRule,
    level: Share,
    rng: np.random.Generator,
) -> PairFound:
    """Hold two clusters of one family against each other."""
    member = _members(found.family.label, pair)
    rosters = found.rosters[pair[0]], found.rosters[pair[1]]
    told: dict[str, Collaboration | str] = {}
    types, ties, organisations = [], [], []
    for name in found.types:
        ends = pair_ties(found.types[name].of_pair(*pair), member, found.city.is_base)
        yardstick = found.yardsticks[name]
        part = yardstick if isinstance(yardstick, str) else collaboration(
            ends, yardstick, pair, unit=found.unit, ratio=rule.smallest_ratio, level=level
        )  # fmt: skip
        told[name] = part
        types.append({"type": name} | _type_row(ends, part, rule, level))
        expected = _expected(found, ends, name, pair)
        effect = _design_effect(ends, found.unit, member)
        ratios = _ratios(ends, yardstick, part, pair, unit=found.unit, level=level)
        ties += [
            {"type": name} | row | ratio for row, ratio in
            zip(_class_rows(ends, expected, effect=effect, level=level), ratios, strict=True)
        ]  # fmt: skip
        organisations += _organisation_rows(found, name, pair, level)
    collaborates = collaboration_axis(
        told, rosters, ratio=rule.smallest_ratio, level=level, rng=rng
    )
    overlaps = _overlaps(found, pair, rule, level)
    against, by_resource = shared_with_others(found, pair, overlaps, level=level, rng=rng)
    return PairFound(
        types, ties, _resource_rows(overlaps, by_resource, rule, level), organisations,
        collaborates,
        rivalry_axis(overlaps, against, cut=rule.overlap_cut, level=level),
    )  # fmt: skip


def _members(label: Codes, pair: tuple[int, int]) -> Codes:
    return as_codes(np.where(label == pair[0], 0, np.where(label == pair[1], 1, -1)))


def _type_row(
    ends: PairTies, part: Collaboration | str, rule: ColocatedRule, level: Share
) -> Row:
    row: Row = {
        "n_between": float(ends.counts[BETWEEN]), "n": float(ends.counts.sum()), "level": level
    }  # fmt: skip
    if isinstance(part, str):
        return row | {"verdict": "not testable", "reason": part}
    reach = float(norm.ppf((1 + level) / 2)) * sqrt(part.variance)
    low, high = part.value - reach, part.value + reach
    limit = log_of(rule.smallest_ratio)
    verdict = "more" if low > NOTABLE else "not more" if high < limit else "not testable"
    reason = "" if verdict != "not testable" else "too few ties to tell"
    if reason and part.design_effect >= NOTABLE_BUNDLING:
        reason += f", as {part.design_effect:.2g} of them tell no more than one by itself would"
    if reason and part.n_needed is not None:
        reason += (
            f"; about {part.n_needed:,} ties of the two with others would show "
            f"{rule.smallest_ratio:g} times as many between"
        )
    return row | {
        "value": part.value, "low": low, "high": high,
        "p": float(2 * norm.sf(abs(part.value) / sqrt(part.variance))),
        "expected": part.expected, "n_needed": part.n_needed,
        "design_effect": part.design_effect, "verdict": verdict, "reason": reason,
    }  # fmt: skip


def _expected(
    found: FamilyTies, ends: PairTies, name: str, pair: tuple[int, int]
) -> tuple[float, ...]:
    """Return what size and distance give within and between; beyond stays as counted."""
    yardstick = found.yardsticks[name]
    if isinstance(yardstick, str) or not ends.base.all():
        return (nan,) * 3
    one, other = float(ends.base[0]), float(ends.base[1])
    within = sum(
        yardstick.expected((k, k), (n, n)) for k, n in zip(pair, (one, other), strict=True)
    )
    between = yardstick.expected(pair, (one, other))
    return within, between, float(ends.counts[BETWEEN + 1 :].sum())


def _ratios(
    ends: PairTies,
    yardstick: Yardstick | str,
    part: Collaboration | str,
    pair: tuple[int, int],
    *,
    unit: Codes,
    level: Share,
) -> list[Row]:
    """Return log ratios within and between with their intervals; 0 beyond, the yardstick."""
    if isinstance(part, str) or isinstance(yardstick, str):
        return [{}, {}, {}]
    reach = float(norm.ppf((1 + level) / 2)) * sqrt(part.variance)
    between = part.value, part.value - reach, part.value + reach
    found = (within(ends, yardstick, pair, unit=unit, level=level), between, (0.0, nan, nan))
    names = ("log_ratio", "log_ratio_low", "log_ratio_high")
    return [dict(zip(names, one, strict=True)) for one in found]


def _class_rows(
    ends: PairTies, expected: tuple[float, ...], *, effect: float, level: Share
) -> list[Row]:
    counts = [float(ends.counts[:2].sum()), float(ends.counts[2]), float(ends.counts[3:].sum())]
    n, whole = sum(counts), sum(expected)
    rows = []
    for kind, count, given in zip(CLASSES, counts, expected, strict=True):
        share = count / n if n else nan
        usual = given / whole if isfinite(whole) and whole > 0 else nan
        seen = round(n / effect)
        low, high = jeffreys_interval(min(round(count / effect), seen), seen, level)
        rows.append({
            "class": kind, "n": count, "share": share,
            "low": low if n else nan, "high": high if n else nan, "level": level,
            "expected": given, "expected_share": usual,
            "design_effect": effect,
        })  # fmt: skip
    return rows


def _design_effect(ends: PairTies, unit: Codes, member: Codes) -> float:
    """Return how much the ties of one organisation resemble each other in where they lead."""
    ties = ends.ties
    kind = np.minimum(np.maximum(ends.kind, 1), BETWEEN + 1) - 1
    bundle, classes, weight = [], [], []
    for end in (ties.source, ties.target):
        own = member[end] >= 0
        bundle.append(unit[end[own]])
        classes.append(kind[own])
        weight.append(ties.weight[own])
    rows, number = np.unique(np.concatenate(bundle), return_inverse=True)
    at = number * 3 + np.concatenate(classes)
    cells = np.bincount(at, weights=np.concatenate(weight), minlength=rows.size * 3)
    return max(1.0, overdispersion(as_floats(cells.reshape(-1, 3)))) if rows.size else 1.0


def _organisation_rows(
    found: FamilyTies, name: str, pair: tuple[int, int], level: Share
) -> list[Row]:
    ties = found.types[name]
    rows = []
    for own, other in (pair, pair[::-1]):
        within, beyond = _with_ties(found, name, own, other)
        between = tied_to(ties, other)
        members = found.family.label == own
        asked = members & (within | between | beyond)
        n = int(asked.sum())
        row: Row = {"type": name, "side": str(found.family.clusters[own]["cluster_id"]), "n": n,
                    "n_silent": int(members.sum()) - n, "level": level}  # fmt: skip
        for kind, flags in zip(CLASSES, (within, between, beyond), strict=True):
            hits = int((asked & flags).sum())
            low, high = jeffreys_interval(hits, n, level) if n else (nan, nan)
            row |= {f"n_{kind}": hits, kind: hits / n if n else nan, f"{kind}_low": low,
                    f"{kind}_high": high}  # fmt: skip
        only = int((asked & within & ~between).sum()), int((asked & between & ~within).sum())
        rows.append(row | {"p_within": paired_exact_p(*only) if n else nan}
                    | _labels_at_random(found, name, (own, other), between))  # fmt: skip
    return rows


def _with_ties(found: FamilyTies, name: str, own: int, other: int) -> tuple[Flags, Flags]:
    """Tell who is tied to a member of a cluster, and who to neither it nor its sibling."""
    ties = found.types[name]
    rows = ties.rows[own]
    within, beyond = np.zeros((2, ties.label.size), np.bool_)
    for here, there in (("source", "target"), ("target", "source")):
        end, partner = (
            getattr(ties.ties, here)[rows],
            ties.label[getattr(ties.ties, there)[rows]],
        )
        within[end[partner == own]] = True
        beyond[end[(partner != own) & (partner != other)]] = True
    return within, beyond


def _labels_at_random(
    found: FamilyTies, name: str, pair: tuple[int, int], between: Flags
) -> Row:
    """Deal membership among organisations as far from the sibling and as active elsewhere."""
    own, other = pair
    near = found.near[name]
    rows = np.flatnonzero(found.family.label == own)
    stratum = bands(found.city.km[rows, other], as_floats(near.activity[rows]))
    controls = near.n[other]
    usable = (stratum >= 0) & (stratum < controls.size)
    usable[usable] = controls[stratum[usable]] > 0
    if not usable.any():
        reason = "nobody in no cluster is as far from the sibling and as active"
        return {"n_matched": 0, "n_controls": 0, "reason": reason}
    drawn = np.bincount(stratum[usable], minlength=controls.size)
    hits = between[rows] & usable
    own_hits = np.bincount(stratum[hits], minlength=controls.size)
    strata = np.flatnonzero(drawn)
    p = stratified_exact_p(
        int(hits.sum()), drawn=as_indices(drawn[strata]),
        hits=as_indices((own_hits + near.hits[other])[strata]),
        n=as_indices((drawn + controls)[strata]),
    )  # fmt: skip
    weight = drawn[strata] / drawn.sum()
    expected = float(weight @ (near.hits[other][strata] / controls[strata]))
    return {
        "n_matched": int(usable.sum()), "n_controls": int(controls[strata].sum()),
        "between_matched": float(hits.sum() / usable.sum()), "between_controls": expected,
        "p": p, "reason": "",
    }  # fmt: skip


def _overlaps(
    found: FamilyTies, pair: tuple[int, int], rule: ColocatedRule, level: Share
) -> dict[str, Overlap]:
    rosters = found.rosters[pair[0]], found.rosters[pair[1]]
    one, other = (found.drawn[k] for k in pair)
    return {
        name: resource_overlap(one[name], other[name], rosters, cut=rule.overlap_cut,
                               level=level)
        for name in one
    }  # fmt: skip


def _resource_rows(
    overlaps: Mapping[str, Overlap], by_resource: Mapping[str, Against], rule: ColocatedRule,
    level: Share,
) -> list[Row]:  # fmt: skip
    rows: list[Row] = []
    for name, part in overlaps.items():
        against = by_resource.get(name, Against(reason=part.reason))
        side, wide = rivalry_side(part.low, part.high, against, cut=rule.overlap_cut,
                                  level=level)  # fmt: skip
        rows.append({
            "resource": name, "value": part.value, "low": part.low, "high": part.high,
            "level": level, "n": part.n, "n_other": part.n_other,
            "n_organisations": part.n_units, "n_other_organisations": part.n_other_units,
            "expected": against.expected, "p": against.p,
            "n_needed": part.n_needed, "verdict": RIVALS[side],
            "reason": part.reason or wide,
        })  # fmt: skip
    rows += [
        {"resource": name, "verdict": "not testable", "reason": reason, "level": level}
        for name, reason in NOT_TOLD.items()
    ]
    return rows
