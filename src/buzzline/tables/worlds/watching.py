"""Practices that are taken up by those who could watch them work for others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Years
from buzzline.randomness import Seed, child, seed_of
from buzzline.tables.study import Study

MOST = 3_000  # organisations: every pair is looked at
FIRST = 2008


@dataclass(frozen=True, slots=True)
class WatchingPlan:
    """What is planted.

    Attributes
    ----------
    local, network, systemic : float
        Log odds of taking a practice up in a year, for each doubling of 1 plus the number of
        those whose outcome could be seen: in the cluster, along a tie, in the industry.
    imitation : float
        The same for members of the cluster who only just began.
    start : float               log odds without anybody to watch
    practices, years : count
    visible_after : years
    """

    local: float = 0.6
    network: float = 0.4
    systemic: float = 0.0
    imitation: float = 0.0
    start: float = -5.0
    practices: Count = 6
    years: Count = 10
    visible_after: Years = 2


@dataclass(frozen=True, slots=True, eq=False)
class WatchingTruth:
    """What was planted, and how many took a practice up."""

    plan: WatchingPlan
    n_adoptions: int


def plant_watching(
    study: Study, cluster: Codes, *, plan: WatchingPlan | None = None, rng: Seed = None
) -> tuple[Study, WatchingTruth]:
    """Return a study with practices taken up year by year, more where they were seen to work.

    Parameters
    ----------
    study : Study
        With `linkages`, such as that of `make_world`.
    cluster : (n,) int32
        Cluster of each organisation, -1 for none; such as `World.truth.cluster`.
    plan : WatchingPlan
    rng : Generator, int or None

    Raises
    ------
    InvalidArgument
        More than 3,000 organisations: every pair is looked at.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> world = make_world(organisations=200, clusters=2, rng=1)
    >>> study, truth = plant_watching(world.study, world.truth.cluster, rng=1)
    >>> study.knowledge_items.filter(pl.col("kind") == "practice").height == truth.n_adoptions
    True
    """
    plan, seed = plan or WatchingPlan(), seed_of(rng)
    n = study.organisations.height
    if n > MOST:
        raise InvalidArgument(f"plant_watching: {n:,} organisations, at most {MOST:,}")
    sees = _sees(study, cluster)
    parts = [
        _taken_up(number, plan, sees, child(seed, "practice", number))
        for number in range(plan.practices)
    ]
    drawn = pl.concat(parts)
    items = pl.DataFrame({
        "item_id": [f"PR{k:06d}" for k in range(drawn.height)],
        "org_id": study.organisations["org_id"].gather(drawn["row"]),
        "kind": ["practice"] * drawn.height, "classes": drawn["practice"],
        "date": [date(year, 7, 1) for year in drawn["year"]],
    })  # fmt: skip
    both = pl.concat([study.knowledge_items, items.cast(study.knowledge_items.schema)])
    return study.with_table("knowledge_items", both), WatchingTruth(plan, drawn.height)


def _sees(study: Study, cluster: Codes) -> tuple[Floats, Floats, Floats]:
    """Return who sees whom in the cluster, along ties elsewhere, and in the industry."""
    n = study.organisations.height
    number = {key: k for k, key in enumerate(study.organisations["org_id"])}
    ends = [[number[key] for key in study.linkages[name]] for name in ("source", "target")]
    tied = np.zeros((n, n), np.bool_)
    tied[ends[0], ends[1]] = tied[ends[1], ends[0]] = True
    local = (cluster[:, None] == cluster) & (cluster >= 0)
    industry = study.organisations["industry"].fill_null("").to_numpy()
    same = (industry[:, None] == industry) & ~local & ~tied
    return as_floats(local), as_floats(tied & ~local), as_floats(same)


def _taken_up(
    number: int, plan: WatchingPlan, sees: tuple[Floats, Floats, Floats],
    rng: np.random.Generator,
) -> pl.DataFrame:  # fmt: skip
    n = sees[0].shape[0]
    year = np.full(n, 9999)
    year[rng.choice(n, max(4, n // 50), replace=False)] = FIRST
    for now in range(FIRST + 1, FIRST + plan.years):
        visible = as_floats(year <= now - plan.visible_after)
        recent = as_floats((year > now - plan.visible_after) & (year < now))
        odds = plan.start + plan.imitation * np.log2(1 + sees[0] @ recent)
        for seen, strength in zip(sees, (plan.local, plan.network, plan.systemic), strict=True):
            odds = odds + strength * np.log2(1 + seen @ visible)
        takes = (rng.random(n) < 1 / (1 + np.exp(-odds))) & (year == 9999)
        year[takes] = now
    rows = np.flatnonzero(year < 9999)
    return pl.DataFrame({
        "row": rows, "year": year[rows], "practice": [f"practice {number + 1}"] * rows.size,
    })  # fmt: skip
