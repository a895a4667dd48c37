"""Stylised facts of places and of investment: 3, 7, 8, 12, 15, 18, 25 and 26."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from buzzline.agglomeration.kdensity import kdensity
from buzzline.arrays import Floats, as_codes, as_floats
from buzzline.kernels.investing import clusters_of
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.luck import Luck
from buzzline.simulation.members import sort_members
from buzzline.simulation.observing import observe
from buzzline.simulation.rules.arriving import leave
from buzzline.simulation.settings import Settings
from buzzline.simulation.state import State
from buzzline.simulation.stepping import advance
from buzzline.simulation.stylised_facts_runs import (
    YEAR,
    Measured,
    at_end,
    chance_to_innovate,
    of_world,
    over,
    recorded,
    rows_in_both,
    states,
    whole,
    world_like,
)

INDUSTRIES, CENTURY_QUARTER, TWENTY_YEARS = 6, 100, 80
MANY = 10.0  # dose of foreign investment, so that there are enough to count


def industries_localised(luck: Luck, given: Settings) -> Measured:
    """Fact 3. Share of industries whose K-density leaves the band of chance upwards."""
    world = world_like(20, 24, INDUSTRIES)
    study = observe(at_end(world, given, luck, steps=CENTURY_QUARTER), world, rng=1)
    found = kdensity(study, draws=99, rng=int(luck.key % 2**31)).industries
    tested = found["verdict"] != "not testable"
    return (over(float((found["verdict"] == "localised").sum()), float(tested.sum())),)


def investments(luck: Luck, given: Settings, nations: int | None = None) -> Floats:
    """Return investments of twenty years, one row each.

    Returns
    -------
    (m, 5) float64
        Industry, place of origin and of destination, and whether each is a cluster of the
        industry as things stood before.
    """
    world = world_like(20, 24, 4, nations=nations)
    given = given.with_values(foreign_investment=MANY * given.value("foreign_investment"))
    rows, n = [], len(world.industries)
    state = begin(world, luck, given)
    for _ in range(TWENTY_YEARS):
        is_cluster = clusters_of(state.start, state.member, state.industry, n)
        known = set(state.birth[state.alive & (state.owner >= 0)].tolist())
        advance(state, given, (), luck)
        for row in np.flatnonzero(state.alive & (state.owner >= 0)):
            if int(state.birth[row]) not in known:
                kind, origin, to = state.industry[row], state.owner[row], state.place[row]
                rows.append((kind, origin, to, is_cluster[origin, kind], is_cluster[to, kind]))
    return as_floats(np.array(rows, dtype=np.float64).reshape(-1, 5))


def clusters_invest_in_clusters(luck: Luck, given: Settings) -> Measured:
    """Fact 7. Counts by industry: cluster or not at either end."""
    found = investments(luck, given)
    table = np.zeros((4, 2, 2))
    industry, origin, to = found[:, [0, 3, 4]].T.astype(np.int64)
    np.add.at(table, (industry, origin, to), 1)
    return table.ravel(), table.ravel()


def pooled_risk(counts: Floats) -> float:
    """Return the relative risk of a cluster as destination, from clusters against not."""
    (from_other, from_cluster) = counts.reshape(-1, 2, 2).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        risk = from_cluster[1] / from_cluster.sum() / (from_other[1] / from_other.sum())
    return float(risk)


def pooled_over_stratified(counts: Floats) -> float:
    """Return the pooled relative risk over that of Mantel and Haenszel by industry."""
    table = counts.reshape(-1, 2, 2)
    n = np.maximum(table.sum(axis=(1, 2)), 1e-12)
    of_cluster, of_other = table[:, 1].sum(axis=1), table[:, 0].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        top = (table[:, 1, 1] * of_other / n).sum()
        return float(pooled_risk(counts) / (top / (table[:, 0, 1] * of_cluster / n).sum()))


def cluster_of_origin(luck: Luck, given: Settings) -> Measured:
    """Fact 8. Pairs of investments of one industry with the same destination."""
    found = investments(luck, given, 5).astype(np.int64)
    nation = world_like(20, 24, 4, nations=5).places.nation
    counts = np.zeros(4)
    first, second = np.triu_indices(len(found), 1)
    alike = found[first, 0] == found[second, 0]
    origin = found[first][alike, 1], found[second][alike, 1]
    same = found[first][alike, 2] == found[second][alike, 2]
    one_place = origin[0] == origin[1]
    one_nation = (nation[origin[0]] == nation[origin[1]]) & ~one_place
    counts[:2] = (same & one_place).sum(), one_place.sum()
    counts[2:] = (same & one_nation).sum(), one_nation.sum()
    return (counts,)


def difference_of_shares(counts: Floats) -> float:
    """Return the first share less the second; NaN where either has no base."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(counts[0] / counts[1] - counts[2] / counts[3])


def suppliers_grow(luck: Luck, given: Settings) -> Measured:
    """Fact 12. After four years of supplying, against the same run without embedding."""
    world = world_like(8, 24, 1)
    largest = [np.flatnonzero(world.place == p)[world.jobs[world.place == p].argmax()]
               for p in range(8)]  # fmt: skip
    owner = np.full(world.n, -1)
    owner[largest] = (np.arange(8) + 1) % 8
    world = of_world(world, owner=as_codes(owner))
    none = given.with_values(supplier_gain=0.0, supplier_jobs=0.0)
    sums = np.zeros((2, 2))
    pair = zip(
        states(world, given, luck, steps=60), states(world, none, luck, steps=60), strict=True
    )
    for mine, other in pair:
        rows, same = rows_in_both(mine, other, mine.embedded == 4 * YEAR)
        if rows.size:
            sums[0] += mine.size[rows].sum(), other.size[same].sum()
            sums[1] += (
                (mine.output[rows] / mine.size[rows]).sum(),
                (other.output[same] / other.size[same]).sum(),
            )
    return sums[0], sums[1]


def over_less_one(sums: Floats) -> float:
    """Return by what share the first sum is above the second."""
    return float(sums[0] / sums[1] - 1) if sums[1] else float("nan")


def plant_closes(luck: Luck, given: Settings) -> Measured:
    """Fact 15. Jobs missing in a place two years after its largest organisation is gone."""
    world = world_like()
    one, other = begin(world, luck, given), begin(world, luck, given)
    had = 0.0
    for step in range(40 + 2 * YEAR):
        if step == 40:
            here = np.flatnonzero(one.alive & (one.place == 0))
            row = here[one.size[here].argmax()]
            had = float(one.size[row])
            gone = np.zeros(one.alive.size, np.bool_)
            gone[row] = True
            leave(one, gone)
        advance(one, given, (), luck)
        advance(other, given, (), luck)
    return (over(recorded(other, "jobs") - recorded(one, "jobs"), had),)


def related_variety(luck: Luck, given: Settings) -> Measured:
    """Fact 18. Half of the places have three related industries each, half unrelated ones."""
    world = world_like(8, 24, 12)
    first = np.array([0, 3, 6, 9, 0, 1, 2, 3])[world.place]
    apart = np.where(world.place < 4, 1, 4)
    own = np.arange(world.n) % 24 % 3
    world = of_world(
        world, industry=as_codes((first + apart * own) % 12), jobs=np.full(world.n, 12.0)
    )
    jobs = [_jobs(state) for state in states(world, given, luck, steps=TWENTY_YEARS)]
    yearly = jobs[::YEAR]
    change = np.mean([np.abs(np.log(b / a)) for a, b in pairwise(yearly)], axis=0)
    last = jobs[-1]
    return (
        whole(float(np.log(last[:4].sum() / last[4:].sum()))),
        whole(float(np.log(change[:4].mean() / change[4:].mean()))),
    )


def _jobs(state: State) -> Floats:
    jobs = np.bincount(state.place[state.member], state.size[state.member], 8)
    return as_floats(np.maximum(jobs, 1.0))


def ten_largest(luck: Luck, given: Settings) -> Measured:
    """Fact 25. Fifty places that begin with as many organisations."""
    world = world_like(50, 12, 1)
    state = at_end(world, given, luck, steps=CENTURY_QUARTER)
    made = np.bincount(state.place, chance_to_innovate(state, given), world.places.n)
    return (whole(float(np.sort(made)[-10:].sum() / made.sum())),)


def promotion(luck: Luck, given: Settings) -> Measured:
    """Fact 26. Affiliates that promotion adds where least and where most is known."""
    world = world_like(20, 24, 4)
    given = given.with_values(foreign_investment=MANY * given.value("foreign_investment"))
    start = begin(world, luck, given)
    sort_members(start)
    known = [start.knowledge[start.place == place].sum() for place in range(world.places.n)]
    usual = at_end(world, given, luck, steps=40)
    more = []
    for place in (int(np.argmin(known)), int(np.argmax(known))):
        offer = (Change("inward_promotion", by=1.0, target=Target((place,))),)
        promoted = at_end(world, given, luck, steps=40, changes=offer)
        more.append(_affiliates(promoted, place) - _affiliates(usual, place))
    return (whole(more[0] - more[1]),)


def _affiliates(state: State, place: int) -> float:
    return float((state.alive & (state.place == place) & (state.owner >= 0)).sum())
