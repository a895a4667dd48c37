"""The rows of redundancy: clusters, their members, and what more gatekeepers would bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats, Indices, as_floats
from buzzline.linkages.clusters_dealt import clusters_dealt
from buzzline.network.building import Weighing
from buzzline.network.missing_ties import Recorded, with_missing_ties
from buzzline.network.open_cluster import OpenCluster, opened
from buzzline.network.redundancy import (
    Access,
    cut_off,
    disjoint_ways,
    effective_conductance,
    percolation_access,
    widest_paths,
)
from buzzline.quantities import Count, Draws, Share, Years
from buzzline.randomness import child
from buzzline.resampling import central_range, too_few_draws
from buzzline.space.threads import spread

Row = dict[str, object]
PASSES = 999  # of what comes from outside through the ties as they are
PASSES_DRAWN = 49  # through those of each draw
SETS, PASSES_A_SET = 40, 25  # of gatekeepers picked at random
DRAWN = 500  # members up to which resistances are found again in every draw
FEWEST_MEMBERS = 4
FEWEST_TIES = 10
FEWEST_DEPEND = 4  # members without a tie of their own, or there is little to lose
LEAST_DEPENDENT = 0.1  # share of them
REDUNDANT, VULNERABLE, OPEN = "redundant", "vulnerable", "cannot tell"
DIRECT, ALONE, NOT_TESTABLE = "each on its own", "no way out", "not testable"


@dataclass(frozen=True, slots=True)
class RedundancyRule:
    """What counts as redundant, and what is assumed of ties.

    Attributes
    ----------
    transmission : share
        Probability that a tie among members passes on what comes from outside.
    recorded : share
        Of all ties there are, how many the tables hold; an assumption, not a finding.
    tolerated : share
        Loss of access, when the gatekeeper that matters most leaves, up to which a cluster is
        redundant.
    max_clusters : count
        The strongest clusters that are looked at.
    weighing : "ties" or "weight"
        Count every linkage as one, or add the column `weight`.
    year : year, optional
        Only ties that last in that year.
    """

    transmission: Share = 0.35
    recorded: Share = 0.9
    tolerated: Share = 0.1
    max_clusters: Count = 50
    weighing: Weighing = "ties"
    year: Years | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ClusterFound:
    """What is said of one cluster.

    Attributes
    ----------
    cluster : dict          one row
    members : list of dict  one row a member, by its number
    access : list of dict   one row a number of gatekeepers
    """

    cluster: Row
    members: list[Row]
    access: list[Row]


def cluster_found(
    recorded: Recorded,
    n_external: Indices,
    *,
    rule: RedundancyRule,
    draws: Draws,
    level: Share,
    seed: int,
) -> ClusterFound:
    """Return the rows of one cluster.

    Parameters
    ----------
    recorded : Recorded
    n_external : (n,) int64     organisations outside that each member is tied to
    rule : RedundancyRule
    draws : draws
    level : share
    seed : int
    """
    now = opened(
        recorded.n, recorded.ends, recorded.weight, strongest=recorded.weight,
        n_external=n_external,
    )  # fmt: skip
    row: Row = _counted(now, recorded) | {"level": level}
    why = _not_testable(now)
    if why:
        return ClusterFound(row | {"verdict": why[0], "reason": why[1]}, _bare(now), [])
    access = percolation_access(now, transmission=rule.transmission, draws=PASSES, rng=seed)
    conducts = effective_conductance(now, rng=seed)
    widest, steps = widest_paths(now)
    ways = disjoint_ways(now)
    drawn = _completed(recorded, rule=rule, draws=draws, seed=seed)
    null = _dealt(recorded, now, rule=rule, draws=draws, seed=seed)
    worst, loss = largest_loss(now, access)
    row |= {
        "reached": float((steps > 0).mean()), "two_ways": float((ways > 1).mean()),
        "n_cutting": int((cut_off(now)[1] > 0).sum()), "widest": float(widest.mean()),
        "conductance": float(conducts.mean()), "access_recorded": access.value,
        "lost_recorded": loss, "worst": worst,
    }  # fmt: skip
    row |= _ranges(drawn, level) | _against(row, null, level)
    needed = _more_gatekeepers(now, rule=rule, level=level, seed=seed)
    row |= _needed(needed, rule) | _verdict(row, rule, draws, level)
    members = _members(now, access, drawn, level=level)
    for member, width, conducted, step, way in zip(
        members, widest, conducts, steps, ways, strict=True
    ):
        member |= {"widest": float(width), "conductance": float(conducted), "n_ways": int(way),
                   "n_steps": int(step) if step > 0 else None}  # fmt: skip
    return ClusterFound(row, members, needed)


def refused_row(why: str, n_members: int, level: Share) -> Row:
    """Return the row of a cluster of which too few answered."""
    reason = why.removeprefix(f"{NOT_TESTABLE}: ")
    return {"n_members": n_members, "verdict": NOT_TESTABLE, "reason": reason, "level": level}


def largest_loss(cluster: OpenCluster, access: Access) -> tuple[int, float]:
    """Return the gatekeeper without which most access is lost, and how much of it.

    Returns
    -------
    int
        Number of the member; -1 where nobody is tied to the outside.
    share
        Of the access that members without a tie of their own have; NaN where they have none.

    Parameters
    ----------
    cluster : OpenCluster
    access : Access

    Notes
    -----
    The largest of many that are known with error is too large: every other draw picks the
    gatekeeper, and the others tell how much goes with it.
    """
    gates = np.flatnonzero(cluster.is_gatekeeper)
    if not gates.size:
        return -1, float("nan")
    whole, halves = access.lost[gates], access.halves[:, gates]
    if np.isnan(halves).all(axis=1).any():
        return int(gates[0]), float("nan")
    picked = np.nanargmax(halves, axis=1)
    loss = (halves[1, picked[0]] + halves[0, picked[1]]) / 2
    return int(gates[np.nanargmax(whole)]), float(loss)


def _counted(now: OpenCluster, recorded: Recorded) -> Row:
    return {
        "n_members": now.n, "n_ties": int((~now.is_external).sum()),
        "n_records": recorded.n_records, "n_gatekeepers": int(now.is_gatekeeper.sum()),
        "n_dependent": now.n - int(now.is_gatekeeper.sum()),
        "mean_degree": float(now.degree.mean()) if now.n else None,
    }  # fmt: skip


def _not_testable(now: OpenCluster) -> tuple[str, str] | None:
    if now.n < FEWEST_MEMBERS:
        return NOT_TESTABLE, f"{now.n} members, at least {FEWEST_MEMBERS}"
    if not now.weight.size:
        return NOT_TESTABLE, "no member has a tie in these layers"
    if not now.is_gatekeeper.any():
        if now.weight.size < FEWEST_TIES:
            few = (
                f"ties of {now.weight.size} pairs, none of them outside; at least {FEWEST_TIES}"
            )
            return NOT_TESTABLE, few
        return ALONE, "no recorded tie leads outside"
    if now.is_external.all():
        return NOT_TESTABLE, "no recorded tie among members: whoever is tied out stands alone"
    depend = now.n - int(now.is_gatekeeper.sum())
    if depend < max(FEWEST_DEPEND, LEAST_DEPENDENT * now.n):
        return DIRECT, f"{depend} of {now.n} members have no tie to the outside of their own"
    return None


def _bare(now: OpenCluster) -> list[Row]:
    return [
        {"is_gatekeeper": bool(gate), "n_external": int(n), "n_ties": int(degree)}
        for gate, n, degree in zip(now.is_gatekeeper, now.n_external, now.degree, strict=True)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """What draws gave: (draws,) each, and (draws, n) for members."""

    access: Floats
    lost: Floats
    conductance: Floats
    of_member: Floats


def _measured(cluster: OpenCluster, rule: RedundancyRule, rng: int) -> tuple[float, float]:
    access = percolation_access(
        cluster, transmission=rule.transmission, draws=PASSES_DRAWN, rng=rng
    )
    return access.value, largest_loss(cluster, access)[1]


def _drawn(
    clusters: list[OpenCluster], n: int, rule: RedundancyRule, rng: np.random.Generator
) -> _Drawn:
    """Measure clusters; conductance only where it is soon found."""
    of_member = np.full((len(clusters), n), np.nan)
    if n <= DRAWN:
        for draw, found in enumerate(spread(effective_conductance, clusters)):
            of_member[draw] = found
    keys = rng.integers(2**32, size=len(clusters)).tolist()
    passed = spread(
        lambda one: _measured(one[0], rule, one[1]), zip(clusters, keys, strict=True)
    )
    measured = as_floats(list(passed)).reshape(-1, 2)
    return _Drawn(
        as_floats(measured[:, 0]), as_floats(measured[:, 1]), as_floats(of_member.mean(axis=1)),
        as_floats(of_member),
    )  # fmt: skip


def _completed(recorded: Recorded, *, rule: RedundancyRule, draws: Draws, seed: int) -> _Drawn:
    rng = child(seed, "missing ties")
    clusters = [
        with_missing_ties(recorded, share=rule.recorded, rng=rng).cluster()
        for _ in range(draws)
    ]
    return _drawn(clusters, recorded.n, rule, rng)


def _dealt(
    recorded: Recorded, now: OpenCluster, *, rule: RedundancyRule, draws: Draws, seed: int
) -> _Drawn:
    rng = child(seed, "dealt anew")
    return _drawn(list(clusters_dealt(recorded, now, draws, rng=rng)), now.n, rule, rng)


def _range(values: Floats, level: Share) -> tuple[float | None, float | None, float | None]:
    """Return the median and the central range; nothing where there are too few values."""
    known = values[np.isfinite(values)]
    if known.size < 2 or known.size < values.size / 2:
        return None, None, None
    return float(np.median(known)), *central_range(known, level)


def _ranges(drawn: _Drawn, level: Share) -> Row:
    row: Row = {}
    for name, values in (("access", drawn.access), ("value", drawn.lost)):
        middle, low, high = _range(values, level)
        ends = ("low", "high") if name == "value" else (f"{name}_low", f"{name}_high")
        row |= {name: middle, ends[0]: low, ends[1]: high}
    row["conductance_high"] = _range(drawn.conductance, level)[2]
    return row


def _against(row: Row, null: _Drawn, level: Share) -> Row:
    """Return what the same ties dealt anew give, and how often as far from their middle."""
    found: Row = {}
    for name, at, values in (
        ("access", "access_recorded", null.access),
        ("conductance", "conductance", null.conductance),
    ):
        middle, low, high = _range(values, level)
        observed = row[at]
        p = None
        if middle is not None and isinstance(observed, float) and np.ptp(values) > 0:
            below = 1 + int((values <= observed).sum())
            above = 1 + int((values >= observed).sum())
            p = min(1.0, 2 * min(below, above) / (1 + values.size))
        found |= {
            f"{name}_expected": middle, f"{name}_expected_low": low,
            f"{name}_expected_high": high, f"{name}_p": p,
        }  # fmt: skip
    return found


def _more_gatekeepers(
    now: OpenCluster, *, rule: RedundancyRule, level: Share, seed: int
) -> list[Row]:
    """Return access with 1, 2, 4, ... gatekeepers picked at random, and without the best."""
    ends, weight = now.ends[~now.is_external], now.weight[~now.is_external]
    rng = child(seed, "gatekeepers")
    rows: list[Row] = []
    number = 1
    while number <= now.n // 2:
        found = np.array([
            _picked(now, ends, weight, number=number, rule=rule, rng=rng) for _ in range(SETS)
        ])  # fmt: skip
        lost = float(found[:, 2].sum() / found[:, 3].sum()) if found[:, 3].any() else None
        low, high = central_range(found[:, 0], level)
        rows.append({
            "n_gatekeepers": number, "access": float(found[:, 0].mean()), "low": low,
            "high": high, "after": float(found[:, 1].mean()), "lost": lost, "level": level,
            "is_enough": lost is not None and lost <= rule.tolerated,
        })  # fmt: skip
        number *= 2
    return rows


def _picked(
    now: OpenCluster,
    ends: Indices,
    weight: Floats,
    *,
    number: int,
    rule: RedundancyRule,
    rng: np.random.Generator,
) -> tuple[float, float, float, float]:
    """Return access with some gatekeepers and without the best tied of them, lost, and of what.

    What is lost is of the access of all who are not among the gatekeepers.
    """
    picked = rng.choice(now.n, number, replace=False)
    out = np.column_stack([picked, np.full(number, now.n)])
    cluster = opened(
        now.n, np.concatenate([ends, out]), np.concatenate([weight, np.ones(number)])
    )
    access = percolation_access(
        cluster, transmission=rule.transmission, draws=PASSES_A_SET,
        rng=int(rng.integers(2**32)),
    )  # fmt: skip
    best = picked[np.argmax(now.degree[picked])]
    of = float(access.by_member.sum() - number)
    lost = float(np.nan_to_num(access.lost[best])) * of
    return access.value, float(access.without[best]), lost, of


def _needed(rows: list[Row], rule: RedundancyRule) -> Row:
    enough = [row["n_gatekeepers"] for row in rows if row["is_enough"]]
    return {"n_needed": enough[0] if enough else None}


def _verdict(
    row: Mapping[str, object], rule: RedundancyRule, draws: Draws, level: Share
) -> Row:
    low, high, recorded = row["low"], row["high"], row["lost_recorded"]
    few = too_few_draws(draws, level)
    if not isinstance(recorded, float) or np.isnan(recorded):
        why = "whoever has no tie of its own is not tied to those who have"
        return {"verdict": NOT_TESTABLE, "reason": why}
    if few or not isinstance(low, float) or not isinstance(high, float):
        return {"verdict": NOT_TESTABLE, "reason": few or "too few draws gave a value"}
    if high <= rule.tolerated:
        return {"verdict": REDUNDANT, "reason": None}
    if low > rule.tolerated:
        return {"verdict": VULNERABLE, "reason": None}
    return {"verdict": OPEN, "reason": "ties nobody recorded could settle it either way"}


def _members(now: OpenCluster, access: Access, drawn: _Drawn, *, level: Share) -> list[Row]:
    _, cuts = cut_off(now)
    tail = (1 - level) / 2
    high = (
        np.quantile(drawn.of_member, 1 - tail, axis=0)
        if len(drawn.of_member) > 1 and now.n <= DRAWN
        else np.full(now.n, np.nan)
    )
    rows = _bare(now)
    for number, row in enumerate(rows):
        row |= {
            "conductance_high": float(high[number]), "access": float(access.by_member[number]),
            "n_cut_off": int(cuts[number]), "lost": float(access.lost[number]), "level": level,
        }  # fmt: skip
    return rows
