"""Practices from outside, adopted along ties: by the weakest of them, or by all together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, Indices
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Ratio
from buzzline.randomness import Seed, child, seed_of
from buzzline.tables.study import Study

Spread = Literal["weakest link", "redundancy", "neither"]
LAYER = "social"
START, END = date(2015, 1, 1), date(2021, 1, 1)
MEDIAN_DAYS = 900.0  # until an ordinary member has adopted a practice
OUTSIDE_EACH = 3  # organisations outside that a gatekeeper is tied to
WEIGHT_SPREAD = 0.8  # standard deviation of the logarithm of weights


@dataclass(frozen=True, slots=True, eq=False)
class AdoptionTruth:
    """What was planted.

    Attributes
    ----------
    members : DataFrame
        One row a member: `cluster`, `org_id`, `is_gatekeeper`, `widest`, `conductance` (0
        where no way leads out), `rate` (of adopting, to that of an ordinary member).
    spread : str        "weakest link", "redundancy" or "neither"
    strength : float    log rate of adoption for a standard deviation of the logarithm of it
    """

    members: pl.DataFrame
    spread: Spread
    strength: float


def plant_adoption(
    study: Study,
    cluster: Codes,
    *,
    spread: Spread = "redundancy",
    strength: Ratio = 1.0,
    practices: Count = 6,
    local_ties: Ratio = 4.0,
    n_gatekeepers: Count = 4,
    rng: Seed = None,
) -> tuple[Study, AdoptionTruth]:
    """Return a study with weighted ties in its clusters, practices adopted along them, and why.

    Ties have the layer "social" and weights of the unit "strength"; adoptions are rows of
    `knowledge_items` of the kind "practice", whose `classes` name the practice.

    Parameters
    ----------
    study : Study
    cluster : (n,) int32
        Cluster of each organisation, -1 for none; such as `World.truth.cluster`.
    spread : "weakest link", "redundancy" or "neither"
        Whether the rate of adoption rises with the widest path from outside, with the effective
        conductance, or with nothing.
    strength : ratio
        Log rate for one standard deviation of the logarithm of that within the cluster.
    practices : count
        In each cluster.
    local_ties : ratio
        Mean number of members that a member is tied to.
    n_gatekeepers : count
        In each cluster; each tied to three organisations outside.
    rng : Generator, int or None

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> world = make_world(organisations=300, clusters=2, rng=1)
    >>> study, truth = plant_adoption(world.study, world.truth.cluster, rng=1)
    >>> truth.members["is_gatekeeper"].sum()
    8
    """
    seed, ids = seed_of(rng), study.organisations["org_id"].to_numpy()
    items, ties, members = [], [], []
    for code in range(int(cluster.max(initial=-1)) + 1):
        own, others = np.flatnonzero(cluster == code), np.flatnonzero(cluster < 0)
        if others.size < OUTSIDE_EACH or own.size < n_gatekeepers:
            raise InvalidArgument(
                f"plant_adoption: cluster {code} needs {n_gatekeepers} members and "
                f"{OUTSIDE_EACH} organisations in no cluster"
            )
        drawn = _ties(own.size, local_ties, n_gatekeepers, child(seed, "ties", code))
        outside = child(seed, "outside", code).choice(others, drawn.gates.size)
        ends = np.append(own, -1)[drawn.ends]
        ends[drawn.ends[:, 1] == own.size, 1] = outside
        ties.append(_tie_table(ids[ends], drawn.weight))
        known = _ways_out(own.size, drawn.ends, drawn.weight)
        rate = _rates(known, spread, strength)
        items += _adopted(ids[own], rate, code, practices, child(seed, "adoption", code))
        members.append(
            pl.DataFrame({
                "cluster": code, "org_id": ids[own],
                "is_gatekeeper": np.isin(np.arange(own.size), drawn.gates),
                "widest": known[0], "conductance": known[1], "rate": rate,
            })
        )  # fmt: skip
    planted = _added(_added(study, "linkages", ties), "knowledge_items", items)
    return planted, AdoptionTruth(pl.concat(members) if members else pl.DataFrame(), spread,
                                  strength)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Ties:
    ends: Indices  # (t, 2) members; k, the number of members, is the outside, and comes last
    weight: Floats
    gates: Indices  # the member of each tie to the outside


def _ties(k: int, local_ties: float, n_gatekeepers: int, rng: np.random.Generator) -> _Ties:
    one, other = np.triu_indices(k, 1)
    there = rng.random(one.size) < local_ties / max(k - 1, 1)
    gates = np.repeat(rng.choice(k, n_gatekeepers, replace=False), OUTSIDE_EACH)
    ends = np.concatenate([
        np.column_stack([one[there], other[there]]),
        np.column_stack([gates, np.full(gates.size, k)]),
    ])  # fmt: skip
    return _Ties(ends, rng.lognormal(0.0, WEIGHT_SPREAD, len(ends)).round(4), gates)


def _ways_out(k: int, ends: Indices, weight: Floats) -> tuple[Floats, Floats]:
    """Return widest path and effective conductance to the outside, by dense matrices."""
    strength, widest = np.zeros((k + 1, k + 1)), np.zeros((k + 1, k + 1))
    np.add.at(strength, (ends[:, 0], ends[:, 1]), weight)
    np.maximum.at(widest, (ends[:, 0], ends[:, 1]), weight)
    strength, widest = strength + strength.T, np.maximum(widest, widest.T)
    for node in range(k + 1):
        widest = np.maximum(widest, np.minimum(widest[:, [node]], widest[[node]]))
    laplacian = np.diag(strength.sum(axis=1)) - strength
    reached = np.flatnonzero(widest[k, :k] > 0)
    conductance = np.zeros(k)
    if reached.size:
        inverse = np.linalg.inv(laplacian[np.ix_(reached, reached)])
        conductance[reached] = 1 / np.diagonal(inverse)
    return widest[k, :k], conductance


def _rates(known: tuple[Floats, Floats], spread: Spread, strength: float) -> Floats:
    reached = known[0] > 0
    rate = reached.astype(float)
    if spread == "neither":
        return rate
    logged = np.log(known[0 if spread == "weakest link" else 1][reached])
    sd = logged.std()
    rate[reached] = np.exp(strength * (logged - logged.mean()) / (sd if sd > 0 else 1.0))
    return rate


def _adopted(
    ids: Indices, rate: Floats, code: int, practices: int, rng: np.random.Generator
) -> list[pl.DataFrame]:
    """Return who adopted each practice, and when; whoever would after the end did not."""
    reached = np.flatnonzero(rate > 0)
    frames = []
    for number in range(practices):
        days = rng.exponential(MEDIAN_DAYS / np.log(2), reached.size) / rate[reached]
        name = f"practice {code}-{number}"
        inside = days <= (END - START).days
        frames.append(
            pl.DataFrame({
                "item_id": [f"{name} at {who}" for who in ids[reached[inside]]],
                "org_id": ids[reached[inside]], "kind": "practice", "classes": name,
                "date": [START + timedelta(days=int(day)) for day in days[inside]],
            })
        )  # fmt: skip
    return frames


def _tie_table(ids: Indices, weight: Floats) -> pl.DataFrame:
    return pl.DataFrame({
        "source": ids[:, 0], "target": ids[:, 1], "layer": LAYER, "directed": False,
        "weight": weight, "unit": "strength",
    })  # fmt: skip


def _added(study: Study, name: str, frames: list[pl.DataFrame]) -> Study:
    whole = getattr(study, name)
    more = [
        frame.select(pl.col(column).cast(whole.schema[column]) for column in frame.columns)
        for frame in frames
        if frame.height
    ]
    return study.with_table(name, pl.concat([whole, *more], how="diagonal_relaxed"))
