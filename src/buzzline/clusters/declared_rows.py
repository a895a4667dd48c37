"""Rows of declared clusters: what place and ties say of each, and the rates over all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from buzzline.arrays import Codes, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.candidate_clusters import CoreRule
from buzzline.clusters.declared_scene import Group, Scene
from buzzline.clusters.declared_tests import (
    Found,
    Neighbourhoods,
    inward_looking,
    inward_share,
    members_by_chance,
    members_needed,
    members_to_be_found,
    together,
)
from buzzline.clusters.groupings import Labels
from buzzline.clusters.tabulating import binomial_interval
from buzzline.progress import Progress, told
from buzzline.quantities import Count, Draws, Share
from buzzline.randomness import child
from buzzline.resampling import false_discovery_q, too_few_draws
from buzzline.space.threads import spread

NONE, NETWORK, FOUND = "none", "network without a place", "found"
NOT_TESTABLE, DECLARED, UNDECLARED = "not testable", "declared", "nobody declared it"
ORDER = (NONE, NETWORK, FOUND, NOT_TESTABLE)
FEWEST_ENDS = 10  # of ties of members, below which they are not held against neighbours
SEEN = 0.5  # of members must be looked at before a declared cluster is said to be none
CORE_P = CoreRule().p
MOST_ALONE = 0.5  # of members may have no neighbour of their industry to be held against

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Declared:
    """What declared clusters are held to."""

    fewest: Count
    draws: Draws
    level: Share
    seed: int


def declared_rows(scene: Scene, terms: Declared, progress: Progress) -> list[Row]:
    """Return a row a declared cluster, those that are none first."""

    def one(group: Group) -> Row:
        row: Row = {
            "group_id": group.group_id, "group": group.name, "industry": group.industry or None,
            "n_members": int(group.rows.size), "level": terms.level,
        }  # fmt: skip
        return row | _in_place(scene, group, terms) | _in_ties(scene, group, terms)

    done = spread(one, scene.groups)
    rows = [next(done) for _ in told(progress, "declared clusters", scene.groups)]
    _with_q(rows, "p", "q")
    _with_q(rows, "inward_p", "inward_q")
    for row in rows:
        row |= _verdict(row, terms.level)
    return sorted(rows, key=lambda row: (ORDER.index(row["verdict"]), -row["n"]))


def _in_place(scene: Scene, group: Group, terms: Declared) -> Row:
    eligible = scene.located & scene.could_be_found()
    located = group.rows[eligible[group.rows]]
    n: Row = {"n": int(located.size)}
    labels = _labels_for(scene, group)
    if isinstance(labels, str):
        return n | {"why_no_place": labels}
    if located.size < terms.fewest:
        return n | {"why_no_place": (
            f"only {located.size} members have coordinates and an industry in which clusters "
            f"were looked for, {terms.fewest} are needed")}  # fmt: skip
    stratum = as_codes(np.where(eligible, scene.industry, -2))
    rng = child(terms.seed, "place", group.group_id)
    found = together(
        labels.code, stratum, located, draws=terms.draws, level=terms.level, rng=rng
    )
    needed = _needed(scene, group, located, _largest(labels, stratum, located), terms)
    cells = n | _cells(found, ("value", "null_mean", "chance_low", "chance_high", "p"))
    count = round(found.value * located.size)
    cells["low"], cells["high"] = binomial_interval(count, located.size, terms.level)
    cells |= {"n_needed": needed}
    if found.best >= 0:
        cells |= {"cluster_id": labels.ids[found.best], "label": labels.names[found.best]}
    never = too_few_draws(terms.draws, terms.level)
    return cells | {
        "why_no_place": never,
        "why_no_none": _too_small(located.size, group.rows.size, needed),
    }


def _needed(
    scene: Scene, group: Group, rows: Indices, largest: Share, terms: Declared
) -> int | None:
    """Return how many members it takes to say that they make no cluster."""
    known = scene.located & ((scene.industry >= 0) | scene.could_be_found())
    whole = max(int(known.sum()), 1)
    if group.industry:
        share = float((scene.examined[group.industry] & scene.located).sum()) / whole
    else:
        n_of = np.bincount(scene.industry[scene.located] + 1, minlength=2)
        share = float(n_of[scene.industry[rows] + 1].mean()) / whole
    needed = (members_needed(largest, terms.level), members_to_be_found(share, CORE_P))
    return None if None in needed else max(terms.fewest, *filter(None, needed))


def _labels_for(scene: Scene, group: Group) -> Labels | str:
    if not group.industry:
        return scene.any_industry
    if group.industry not in scene.examined:
        return f"no clusters of {group.industry} were looked for"
    nobody = as_codes(np.full(scene.located.size, -1))
    return scene.found.get(group.industry, Labels((), (), nobody))


def _largest(labels: Labels, stratum: Codes, rows: np.ndarray) -> float:
    """Return the share of the largest cluster among organisations of the same industries."""
    if not labels.ids or not rows.size:
        return 0.0
    drawn, n_drawn = np.unique(stratum[rows], return_counts=True)
    chance = np.zeros(len(labels.ids))
    for one, n in zip(drawn, n_drawn, strict=True):
        there = labels.code[stratum == one]
        inside = np.bincount(there[there >= 0], minlength=chance.size)
        chance += n * inside / there.size
    return float(chance.max() / rows.size)


def _too_small(n: int, n_members: int, needed: int | None) -> str:
    """Say why members that do not stand out may lie together all the same."""
    if needed is None:
        return "chance puts half of as many organisations of its industries in one cluster"
    if n < needed:
        return f"only {n} members can be looked at; {needed} would show half of them together"
    if n < SEEN * n_members:
        return f"only {n:,} of {n_members:,} members can be looked at, less than half"
    return ""


def _in_ties(scene: Scene, group: Group, terms: Declared) -> Row:
    n_partners = scene.tied.number[group.rows]
    rows = as_indices(group.rows[(n_partners > 0) & scene.located[group.rows]])
    n_ends = int(scene.tied.number[rows].sum())
    cells: Row = {"n_ties": n_ends}
    if n_ends:
        inside = np.zeros(scene.located.size, np.bool_)
        cells["inward"] = inward_share(scene.tied, rows, inside)
    if rows.size < terms.fewest or n_ends < FEWEST_ENDS:
        few = f"{n_ends} partners of members with coordinates" if n_ends < FEWEST_ENDS else (
            f"{rows.size} members have ties and coordinates")  # fmt: skip
        return cells | {"why_no_ties": f"only {few}"}
    alone = {km: _n_alone(near, rows) for km, near in scene.near.items()}
    block_km = next((km for km, n in alone.items() if n <= MOST_ALONE * rows.size), None)
    if block_km is None:
        km, n = list(alone.items())[-1]
        return cells | {"why_no_ties": (
            f"{n} of {rows.size} members with ties have no other organisation of their "
            f"industry with ties in the same block of {km:g} km")}  # fmt: skip
    rng = child(terms.seed, "ties", group.group_id)
    found = inward_looking(
        scene.tied, rows, scene.near[block_km], draws=terms.draws, level=terms.level, rng=rng
    )
    names = ("inward", "inward_mean", "inward_chance_low", "inward_chance_high", "inward_p")
    said = {"block_km": block_km, "why_no_ties": too_few_draws(terms.draws, terms.level)}
    return cells | _cells(found, names) | said


def _n_alone(near: Neighbourhoods, rows: Indices) -> int:
    """Return how many have nobody but each other in their neighbourhood."""
    own, n_own = np.unique(near.stratum[rows], return_counts=True)
    return int(n_own[n_own == near.size[own]].sum())


def _cells(found: Found, names: Sequence[str]) -> Row:
    values = (found.value, found.null_mean, found.chance_low, found.chance_high, found.p)
    return {
        name: None if np.isnan(value) else float(value)
        for name, value in zip(names, values, strict=True)
    }


def _with_q(rows: list[Row], p: str, q: str) -> None:
    why = "why_no_place" if p == "p" else "why_no_ties"
    tested = [row for row in rows if row.get(p) is not None and not row[why]]
    found = false_discovery_q(as_floats([row[p] for row in tested]))
    for row, value in zip(tested, found, strict=True):
        row[q] = float(value)


def _verdict(row: Row, level: Share) -> Row:
    limit = 1 - level + 1e-12
    no_place, no_ties = row.pop("why_no_place"), row.pop("why_no_ties")
    too_small = row.pop("why_no_none", "")
    stands_out = not no_place and row["q"] <= limit
    no_place = "" if stands_out else no_place or too_small
    place = "yes" if stands_out else NOT_TESTABLE if no_place else "no"
    ties = NOT_TESTABLE if no_ties else "yes" if row["inward_q"] <= limit else "no"
    verdict = FOUND if place == "yes" else NOT_TESTABLE if place == NOT_TESTABLE else (
        NETWORK if ties == "yes" else NONE)  # fmt: skip
    said = [no_place and f"place: {no_place}", no_ties and f"ties: {no_ties}"]
    return {"place": place, "ties": ties, "verdict": verdict,
            "reason": "; ".join(text for text in said if text)}  # fmt: skip


def found_rows(scene: Scene, declared: Sequence[Row], level: Share) -> list[Row]:
    """Return a row a cluster found, those that nobody declared first."""
    n_declared = max(len(scene.groups), 1)
    rows: list[Row] = []
    for industry, labels in scene.found.items():
        held = [_held(scene, labels, group) for group in scene.groups]
        n_members = np.bincount(labels.code[labels.code >= 0], minlength=len(labels.ids))
        for k, cluster_id in enumerate(labels.ids):
            row: Row = {
                "cluster_id": cluster_id, "label": labels.names[k], "industry": industry,
                "n_members": int(n_members[k]),
            }  # fmt: skip
            common = [int(one[k]) for one in held]
            rows.append(row | _declared_by(scene, row, common, (1 - level) / n_declared))
    first = {UNDECLARED: 0, DECLARED: 1, NOT_TESTABLE: 2}
    return sorted(rows, key=lambda row: (first[row["verdict"]], -row["n_members"]))


def _held(scene: Scene, labels: Labels, group: Group) -> np.ndarray:
    code = labels.code[group.rows]
    return np.bincount(code[code >= 0], minlength=len(labels.ids))


def _declared_by(scene: Scene, row: Row, common: Sequence[int], limit: float) -> Row:
    if not scene.groups:
        return {"verdict": NOT_TESTABLE, "reason": "the study has no declared clusters"}
    if not any(common):
        return {"verdict": UNDECLARED, "n_common": 0, "share": 0.0, "p": 1.0, "reason": ""}
    chance = members_by_chance(
        as_indices(common), row["n_members"], n_all=scene.located.size,
        n_declared=as_indices([group.rows.size for group in scene.groups]),
    )  # fmt: skip
    best = min(range(len(common)), key=lambda k: (chance[k], -common[k]))
    group, p = scene.groups[best], float(chance[best])
    return {
        "group_id": group.group_id, "group": group.name, "n_common": common[best],
        "share": common[best] / max(row["n_members"], 1), "p": p,
        "verdict": DECLARED if p <= limit + 1e-12 else UNDECLARED, "reason": "",
    }  # fmt: skip


def rate_rows(declared: Sequence[Row], found: Sequence[Row], level: Share) -> list[Row]:
    """Return how often a declared cluster is none, or a network, or a found one undeclared."""
    asked = (
        ("Declared clusters that are none", declared, NONE),
        ("Declared clusters that are a network without a place", declared, NETWORK),
        ("Clusters found that nobody declared", found, UNDECLARED),
    )
    out = []
    for rate, rows, verdict in asked:
        tested = [row for row in rows if row["verdict"] != NOT_TESTABLE]
        count, n = sum(row["verdict"] == verdict for row in tested), len(tested)
        row: Row = {"rate": rate, "level": level, "n_positive": count, "n": n,
                    "n_not_testable": len(rows) - n}  # fmt: skip
        if n:
            low, high = binomial_interval(count, n, level)
            row |= {"value": count / n, "low": low, "high": high}
        out.append(row | {"status": "measured" if n else "not testable: none to tell of"})
    return out
