"""Every pair of one family: both ways to count owners, functions, shocks, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import exp, isnan, nan

import numpy as np

from buzzline.linkages.colocated_readings import collaboration_readings
from buzzline.linkages.colocated_rows import ColocatedRule, PairFound, Row, pair_found
from buzzline.linkages.complementarity import Difference, Work, complementarity, fit_of
from buzzline.linkages.event_study import Response
from buzzline.linkages.family_ties import FamilyTies
from buzzline.linkages.quadrants import (
    QUADRANTS,
    AxisValue,
    Relation,
    quadrant_shares,
    relation_of,
    rivalry_side,
)
from buzzline.linkages.shocks import Panel, Shock, pair_shocks, shock_reason
from buzzline.linkages.verdicts import NOTABLE
from buzzline.quantities import Share
from buzzline.randomness import child

OWN_INDUSTRY = "own_industry"  # column with the industry of each cluster of a family
CUTS = (0.3, 0.4, 0.5, 0.6, 0.7)  # of the overlap, at which the verdict is shown


def held_together(
    found: Mapping[str, FamilyTies],
    work: Work,
    panel: Panel,
    *,
    rule: ColocatedRule,
    level: Share,
    seed: int,
) -> dict[str, list[Row]]:
    """Return the rows of every frame for the pairs of one family.

    Parameters
    ----------
    found : way to count owners to FamilyTies      the one the verdict is from first
    """
    first = next(iter(found.values()))
    family = first.family
    rows: dict[str, list[Row]] = {}
    for (one, other), km in zip(family.pairs.tolist(), family.km.tolist(), strict=True):
        pair = (one, other)
        named = _named(first, pair, km)
        key = (str(named["cluster_id"]), str(named["sibling_id"]))
        ways = {
            owners: pair_found(part, pair, rule=rule, level=level, rng=child(seed, *key))
            for owners, part in found.items()
        }
        shocks = pair_shocks(
            panel, family, pair, reach_km=rule.reach_km, window=rule.window_years, level=level
        )
        more = _pair_rows(ways, named, level) | {
            "pairs": [_pair_row(ways, rule, named | {"level": level})
                      | _work_cells(first, pair, work, level=level,
                                    rng=child(seed, "work", *key))],
            "responses": _response_rows(first, shocks, named, level)
            or [named | {"verdict": "not testable", "level": level,
                         "reason": shock_reason(panel, family, pair)}],
            "courses": _course_rows(first, shocks, key, level),
            "sensitivity": _sensitivity(next(iter(ways.values())), key, rule, level),
        }  # fmt: skip
        more["pairs"][0] |= _over_time(shocks, str(more["pairs"][0]["verdict"]), level)
        for name, part in more.items():
            rows.setdefault(name, []).extend(part)
    return rows


def _named(found: FamilyTies, pair: tuple[int, int], km: float) -> Row:
    one, other = (found.family.clusters[k] for k in pair)
    industries = dict.fromkeys((str(one[OWN_INDUSTRY]), str(other[OWN_INDUSTRY])))
    return {
        "industry": " and ".join(industries), "cluster_id": one["cluster_id"],
        "label": one["label"], "sibling_id": other["cluster_id"], "sibling": other["label"],
        "km": km,
    }  # fmt: skip


def _pair_rows(ways: Mapping[str, PairFound], named: Row, level: Share) -> dict[str, list[Row]]:
    first = next(iter(ways.values()))
    return {
        "types": [named | {"owners": owners} | row
                  for owners, part in ways.items() for row in part.types],
        "ties": [named | {"owners": owners} | row
                 for owners, part in ways.items() for row in part.ties],
        "resources": [named | row for row in first.resources],
        "organisations": [named | row for row in first.organisations],
    }  # fmt: skip


def _pair_row(ways: Mapping[str, PairFound], rule: ColocatedRule, named: Row) -> Row:
    owners, first = next(iter(ways.items()))
    recorded = ways["as recorded"]
    verdict, reason = relation_of(first.collaborates, first.rivals)
    shares = quadrant_shares(first.collaborates, first.rivals, rule.overlap_cut)
    together = first.collaborates.together
    row = named | {
        "verdict": verdict, "reason": reason, "owners": owners,
        "n_types": first.collaborates.n, "n_resources": first.rivals.n,
        "n_owner_ties": _n_between(recorded) - _n_between(first),
        "verdict_as_recorded": relation_of(recorded.collaborates, recorded.rivals)[0],
        "collaboration_as_recorded": recorded.collaborates.value,
        **_ends("collaboration", first.collaborates), **_ends("rivalry", first.rivals),
        **{f"share_{name}": float(share)
           for name, share in zip(QUADRANTS.values(), shares, strict=True)},
    }  # fmt: skip
    if first.rivals.against is not None:
        against = first.rivals.against
        row |= {"rivalry_expected": against.expected, "rivalry_p": against.p}
    if together is not None and together.n > 1:
        row |= {"i2": together.i2, "heterogeneity_p": together.p}
    return row


def _n_between(found: PairFound) -> float:
    return float(sum(float(str(row["n_between"])) for row in found.types))


def _ends(name: str, axis: AxisValue) -> Row:
    return {name: axis.value, f"{name}_low": axis.low, f"{name}_high": axis.high}


def _work_cells(
    found: FamilyTies, pair: tuple[int, int], work: Work, *, level: Share,
    rng: np.random.Generator,
) -> Row:  # fmt: skip
    rosters = found.rosters[pair[0]], found.rosters[pair[1]]
    draws = rosters[0].times.shape[0]
    differ = complementarity(work.functions, rosters, level=level, draws=draws, rng=rng)
    return (
        _cells("complementarity", differ)
        | {"complementarity_p": differ.p}
        | _cells("input_output_fit", fit_of(work, rosters, level))
    )


def _cells(name: str, found: Difference) -> Row:
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}


def _sensitivity(
    found: PairFound, key: tuple[str, str], rule: ColocatedRule, level: Share
) -> list[Row]:
    """Return the verdict at other cuts and ratios, one changed at a time."""
    smallest, notable = rule.smallest_ratio, exp(NOTABLE)
    read = [(cut, smallest, notable, found.collaborates, _cut_at(found.rivals, cut, level))
            for cut in CUTS]  # fmt: skip
    ends = [(float(str(row["low"])), float(str(row["high"])))
            for row in found.types if "value" in row]  # fmt: skip
    read += [
        (rule.overlap_cut, limit, more, axis, found.rivals)
        for limit, more, axis in collaboration_readings(found.collaborates, ends, smallest)
    ]
    rows = []
    for cut, limit, more, collaborates, rivals in read:
        verdict, reason = relation_of(collaborates, rivals)
        rows.append({"cluster_id": key[0], "sibling_id": key[1], "overlap_cut": cut,
                     "smallest_ratio": limit, "notable_ratio": more,
                     "verdict": verdict, "reason": reason})  # fmt: skip
    return rows


def _cut_at(axis: AxisValue, cut: float, level: Share) -> AxisValue:
    if isnan(axis.value) or axis.against is None:
        return axis
    side, reason = rivalry_side(axis.low, axis.high, axis.against, cut=cut, level=level)
    return replace(axis, side=side, reason=f"rivalry: {reason}" if reason else "")


def _response_rows(
    found: FamilyTies, shocks: list[Shock], named: Row, level: Share
) -> list[Row]:
    rows = []
    for one, (verdict, reason, p) in zip(shocks, readings(shocks, level), strict=True):
        own, sibling = one.own, one.sibling
        rows.append(named | {
            "shocked_id": found.family.clusters[one.shocked]["cluster_id"], "shock": one.name,
            "year": one.year, "indicator": one.indicator, "verdict": verdict,
            "value": sibling.value, "low": sibling.low, "high": sibling.high, "level": level,
            "p": sibling.p, "p_adjusted": p, "p_rank": sibling.p_rank,
            "p_before": sibling.p_before,
            "detectable": sibling.detectable, "own": own.value, "own_low": own.low,
            "own_high": own.high, "n_before": sibling.n_before, "n_after": sibling.n_after,
            "n_controls": sibling.n_controls, "reason": reason,
        })  # fmt: skip
    return rows


def readings(shocks: list[Shock], level: Share) -> list[tuple[str, str, float]]:
    """Return verdict, reason and p-value of each response, adjusted for how many are read.

    Holm's step-down over all shocks and indicators of a pair that can be read at all.

    References
    ----------
    .. [1] Holm, S. (1979). A simple sequentially rejective multiple test procedure.
       Scandinavian Journal of Statistics 6(2). https://www.jstor.org/stable/4615733
    """
    single = [response_verdict(one) for one in shocks]
    read = [k for k, (said, _) in enumerate(single) if said != "not testable"]
    adjusted = dict(zip(read, _holm([shocks[k].sibling.p for k in read]), strict=True))
    found = []
    for k, (said, reason) in enumerate(single):
        p = adjusted.get(k, nan)
        if said in ("with it", "against it") and p > 1 - level:
            reason = f"{said}, but no more than one of {len(read)} readings is by chance"
            said = "no response seen"
        found.append((said, reason, p))
    return found


def _holm(p: list[float]) -> list[float]:
    """Return p-values adjusted for how many there are, by Holm's step-down."""
    found, largest = [nan] * len(p), 0.0
    for rank, k in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        largest = max(largest, min(1.0, (len(p) - rank) * p[k]))
        found[k] = largest
    return found


def response_verdict(shock: Shock) -> tuple[str, str]:
    """Return "with it", "against it", "no response seen" or "not testable", and why."""
    own, sibling = shock.own, shock.sibling
    if sibling.reason:
        return "not testable", sibling.reason
    if not (own.low > 0 or own.high < 0):
        return "not testable", "the shock left no mark on the cluster it was aimed at"
    # a cluster that shrinks while its sibling shrinks too goes with it
    sign = 1.0 if own.value > 0 else -1.0
    if min(sign * sibling.low, sign * sibling.high) > 0:
        return "with it", ""
    if max(sign * sibling.low, sign * sibling.high) < 0:
        return "against it", ""
    said = f"a response of {sibling.detectable:.2g} log points would have been seen"
    return "no response seen", said


def _course_rows(
    found: FamilyTies, shocks: list[Shock], key: tuple[str, str], level: Share
) -> list[Row]:
    rows = []
    for one in shocks:
        for k, part in ((one.shocked, one.own), (one.other, one.sibling)):
            rows += [
                {
                    "cluster_id": key[0], "sibling_id": key[1], "shock": one.name,
                    "shocked_id": found.family.clusters[one.shocked]["cluster_id"],
                    "indicator": one.indicator,
                    "unit_id": found.family.clusters[k]["cluster_id"], "years_after": year,
                    "value": gap, "low": gap - reach, "high": gap + reach, "level": level,
                }
                for year, gap, reach in _years(part)
            ]  # fmt: skip
    return rows


def _years(part: Response) -> list[tuple[int, float, float]]:
    return list(zip(part.years.tolist(), part.gap.tolist(), part.reach.tolist(), strict=True))


def _over_time(shocks: list[Shock], verdict: str, level: Share = 0.95) -> Row:
    """Return the clearest response, and what it says of the verdict."""
    read = [
        (one, said)
        for one, (said, _, _) in zip(shocks, readings(shocks, level), strict=True)
        if said != "not testable"
    ]
    if not read:
        return {"over_time": "not testable"}
    shock, said = min(read, key=lambda pair: pair[0].sibling.p)
    agrees = {"with it": ("collaborating", "both"), "against it": ("competing", "both")}
    told: Relation | str = verdict
    if said == "no response seen" or told == "not testable":
        shown = said
    elif told in agrees[said]:
        shown = f"{said}: bears it out"
    else:
        shown = f"{said}: speaks against it"
    sign = 1.0 if shock.own.value > 0 else -1.0
    ends = np.sort([sign * shock.sibling.low, sign * shock.sibling.high])
    return {"over_time": shown, "response": sign * shock.sibling.value,
            "response_low": float(ends[0]), "response_high": float(ends[1])}  # fmt: skip
