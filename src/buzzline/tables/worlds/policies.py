"""Policies with a known effect on who is treated, on who is near and on who is tied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, as_codes, as_flags, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Kilometres, Share, Years
from buzzline.randomness import Seed, generator
from buzzline.tables.study import Study
from buzzline.tables.worlds.geography import great_circle_km

INDICATOR, COVARIATE = "policy_outcome", "before"
NAME = "programme"
EXTENT_KM = 1200.0  # side of the square in which the places of a plan stand
KM_A_DEGREE = 111.2
KINDS = {"start": pl.Date} | dict.fromkeys(
    ("initiative_id", "target", "place_id", "cluster_id", "org_id"), pl.String
)  # of columns that can be empty
WARM_UP = 30  # years of luck before the first one, so that nothing depends on how it began


@dataclass(frozen=True, slots=True)
class PolicyPlan:
    """When places or organisations are treated, and what that does to a yearly outcome.

    y = unit + year + luck + effect of treatment + what comes from treated others.

    Attributes
    ----------
    units : count
    of_organisations : bool
        False: new places, of `a_region` a region; True: organisations of the study, treated as
        members of a declared cluster at which the initiative aims.
    years : count
    first_year : year
    starts : tuple of int        years after the first one in which units are first treated
    treated : share              of the units, evenly over `starts`
    by_region : bool             whole regions are treated, not single places
    a_region : count             places a region
    effect, growth : float       in the first year of treatment, and more in each later one
    by_start : tuple of float    factor on both for each of `starts`; empty: 1 for all
    varying : float              spread of the effect between units, as a share of it
    noise, shared : float        spread of luck: of one's own, of the region
    persistence : float          of luck, from year to year
    drift : float                yearly trend of units that are to be treated: no effect
    confounded : float           of the covariate "before" on treatment (log odds) and on trends
    near_km : km
    near, tied : float
        On untreated units within `near_km` of a treated one, and (organisations) tied to one.
    """

    units: Count = 60
    of_organisations: bool = False
    years: Count = 12
    first_year: Years = 2008
    starts: tuple[int, ...] = (4, 7)
    treated: Share = 0.5
    by_region: bool = False
    a_region: Count = 5
    effect: float = 1.0
    growth: float = 0.0
    by_start: tuple[float, ...] = ()
    varying: float = 0.0
    noise: float = 1.0
    shared: float = 0.3
    persistence: float = 0.3
    drift: float = 0.0
    confounded: float = 0.0
    near_km: Kilometres = 50.0
    near: float = 0.0
    tied: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class PolicyTruth:
    """What was planted.

    Attributes
    ----------
    plan : PolicyPlan
    units : DataFrame
        `unit_id`, `first` (year first treated, null never), `is_near`, `is_tied` (untreated,
        within reach of or tied to a treated one, whenever), `value` (mean effect over the years
        treated; null untreated).
    overall : float              mean of `value`: the effect on an average treated unit
    by_event_time : tuple        mean effect 0, 1, ... years after the first, of whoever is seen
    near, tied : float
    """

    plan: PolicyPlan
    units: pl.DataFrame
    overall: float
    by_event_time: tuple[float, ...]
    near: float
    tied: float


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """Units with where they stand and who is tied to whom."""

    ids: list[str]
    region: Codes
    longitude: Floats
    latitude: Floats
    ties: np.ndarray  # (m, 2) numbers of units


def plant_policy(
    study: Study,
    plan: PolicyPlan = PolicyPlan(),
    *,
    rng: Seed = None,  # frozen
) -> tuple[Study, PolicyTruth]:
    """Add an initiative, whom it reaches when, and a yearly outcome with its effect.

    Parameters
    ----------
    study : Study
    plan : PolicyPlan
    rng : Generator, int or None

    Returns
    -------
    study : Study
        With the indicator "policy_outcome" (and "before") in `outcomes`, `initiatives` named
        "programme", and new `places`, or `declared_clusters` and `memberships`.
    truth : PolicyTruth

    Raises
    ------
    InvalidArgument
        A start outside the years, or fewer organisations than planned.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> bare = make_world(organisations=300, clusters=2, rng=1).study
    >>> study, truth = plant_policy(bare, rng=1)
    >>> study.initiatives.filter(name="programme").height, truth.overall
    (30, 1.0)
    """
    source = generator(rng)
    _check(study, plan)
    ground = _organisations(study, plan) if plan.of_organisations else _places(plan, source)
    before = source.normal(size=plan.units)
    first = _first(plan, ground, before, source)
    effect = _effects(plan, first, source)
    near, tied = _reached(plan, ground, first)
    y = _course(plan, ground, (before, first), source) + effect
    y += plan.near * near + plan.tied * tied
    truth = _truth(plan, ground, (first, effect), (near, tied))
    return _written(study, plan, (ground, first), (as_floats(y), before)), truth


def _check(study: Study, plan: PolicyPlan) -> None:
    if not plan.starts or not all(0 < start < plan.years for start in plan.starts):
        raise InvalidArgument(
            f"plant_policy: each of `starts` must lie after the first of {plan.years} years "
            "and before the end"
        )
    if plan.by_start and len(plan.by_start) != len(plan.starts):
        raise InvalidArgument("plant_policy: give `by_start` one factor for each of `starts`")
    placed = int(study.organisations["longitude"].is_not_null().sum())
    if plan.of_organisations and placed < plan.units:
        raise InvalidArgument(
            f"plant_policy: {plan.units} organisations are planned, and {placed} have "
            "coordinates"
        )


def _places(plan: PolicyPlan, rng: np.random.Generator) -> _Ground:
    n, n_regions = plan.units, -(-plan.units // plan.a_region)
    region = np.arange(n) // plan.a_region
    wide = int(np.ceil(np.sqrt(n_regions)))
    side = EXTENT_KM / wide
    corner = np.column_stack([np.arange(n_regions) % wide, np.arange(n_regions) // wide])
    at = (corner[region] + rng.random((n, 2))) * side
    latitude = 45 + at[:, 1] / KM_A_DEGREE
    longitude = 5 + at[:, 0] / (KM_A_DEGREE * np.cos(np.radians(latitude)))
    ids = [f"LM{k:04}" for k in range(n)]
    return _Ground(ids, as_codes(region), as_floats(longitude), as_floats(latitude),
                   np.empty((0, 2), np.int64))  # fmt: skip


def _organisations(study: Study, plan: PolicyPlan) -> _Ground:
    frame = study.organisations
    rows = np.flatnonzero(frame["longitude"].is_not_null().to_numpy())[: plan.units]
    chosen = frame[rows]
    ids = chosen["org_id"].to_list()
    number = {name: k for k, name in enumerate(ids)}
    ties = [
        (number[a], number[b])
        for a, b in study.linkages.select("source", "target").iter_rows()
        if a in number and b in number and a != b
    ]
    region = chosen["region"].fill_null("").rank("dense").to_numpy().astype(np.int64) - 1
    return _Ground(
        ids, as_codes(region), as_floats(chosen["longitude"].to_numpy()),
        as_floats(chosen["latitude"].to_numpy()),
        np.array(ties, np.int64).reshape(-1, 2),
    )  # fmt: skip


def _first(
    plan: PolicyPlan, ground: _Ground, before: Floats, rng: np.random.Generator
) -> Codes:
    """Return the year of the plan in which each unit is first treated, -1 never."""
    blocks = ground.region if plan.by_region else np.arange(plan.units)
    n = int(blocks.max()) + 1
    wish = rng.gumbel(size=n)
    wish += plan.confounded * np.bincount(blocks, before, n) / np.bincount(blocks, minlength=n)
    chosen = np.argsort(-wish)[: round(plan.treated * n)]
    first = np.full(n, -1)
    first[chosen] = np.array(plan.starts)[np.arange(chosen.size) % len(plan.starts)]
    return as_codes(first[blocks])


def _effects(plan: PolicyPlan, first: Codes, rng: np.random.Generator) -> Floats:
    """Return the effect of being treated on each unit in each year."""
    since = np.arange(plan.years) - first[:, None]
    factors = dict(zip(plan.starts, plan.by_start or (1.0,) * len(plan.starts), strict=True))
    factor = np.array([factors.get(int(start), 0.0) for start in first])
    factor = factor * (1 + plan.varying * rng.normal(size=first.size))
    is_on = (first[:, None] >= 0) & (since >= 0)
    return as_floats(np.where(is_on, factor[:, None] * (plan.effect + plan.growth * since), 0))


def _reached(plan: PolicyPlan, ground: _Ground, first: Codes) -> tuple[Flags, Flags]:
    """Tell which untreated units are near, and tied to, one treated by then: (n, years)."""
    year = np.arange(plan.years)
    by_then = (first[:, None] >= 0) & (first[:, None] <= year)
    near = np.zeros(by_then.shape, np.bool_)
    for k in np.flatnonzero(first >= 0):
        km = great_circle_km(
            np.full(first.size, ground.longitude[k]), np.full(first.size, ground.latitude[k]),
            ground.longitude, ground.latitude,
        )  # fmt: skip
        near |= (km <= plan.near_km)[:, None] & by_then[k]
    tied = np.zeros(by_then.shape, np.bool_)
    for one, other in ((0, 1), (1, 0)):
        np.logical_or.at(tied, ground.ties[:, one], by_then[ground.ties[:, other]])
    return as_flags(near & ~by_then), as_flags(tied & ~by_then)


def _course(
    plan: PolicyPlan, ground: _Ground, drawn: tuple[Floats, Codes], rng: np.random.Generator
) -> Floats:
    """Return the outcome of every unit and year without any treatment."""
    before, first = drawn
    n, n_regions = plan.units, int(ground.region.max()) + 1
    fresh = np.sqrt(1 - plan.persistence**2)
    luck, kept = np.zeros(n), []
    for _ in range(WARM_UP + plan.years):
        shared = plan.shared * rng.normal(size=n_regions)[ground.region]
        luck = plan.persistence * luck + fresh * (plan.noise * rng.normal(size=n) + shared)
        kept.append(luck)
    year = np.arange(plan.years)
    trend = 0.1 * plan.confounded * before + plan.drift * (first >= 0)
    level = 10 + 2 * rng.normal(size=n) + before
    common = np.cumsum(rng.normal(0, 0.3, plan.years))
    return as_floats(
        level[:, None] + common + trend[:, None] * year + np.column_stack(kept[WARM_UP:])
    )


def _truth(
    plan: PolicyPlan, ground: _Ground, treatment: tuple[Codes, Floats],
    reached: tuple[Flags, Flags],
) -> PolicyTruth:  # fmt: skip
    first, effect = treatment
    own = np.array([
        effect[k, start:].mean() if start >= 0 else np.nan for k, start in enumerate(first)
    ])  # fmt: skip
    is_treated = first >= 0
    units = pl.DataFrame({
        "unit_id": ground.ids,
        "first": np.where(is_treated, plan.first_year + first, 0),
        "is_near": reached[0].any(axis=1) & ~is_treated,
        "is_tied": reached[1].any(axis=1) & ~is_treated,
        "value": own,
    }).with_columns(
        pl.col("first").replace(0, None), pl.col("value").fill_nan(None)
    )  # fmt: skip
    longest = plan.years - min(first[is_treated], default=plan.years)
    by_event = [
        np.mean([effect[k, first[k] + e] for k in np.flatnonzero(is_treated)
                 if first[k] + e < plan.years])
        for e in range(longest)
    ]  # fmt: skip
    overall = round(float(np.nanmean(own)), 12) if is_treated.any() else 0.0
    return PolicyTruth(plan, units, overall, tuple(map(float, by_event)), plan.near, plan.tied)


def _written(
    study: Study, plan: PolicyPlan, treated: tuple[_Ground, Codes],
    numbers: tuple[Floats, Floats],
) -> Study:  # fmt: skip
    ground, first = treated
    y, before = numbers
    n = plan.units
    outcomes = pl.DataFrame({
        "unit_id": np.repeat(ground.ids, plan.years),
        "indicator": INDICATOR,
        "year": np.tile(np.arange(plan.years) + plan.first_year, n),
        "value": y.ravel(), "unit": "index",
    })  # fmt: skip
    measured = pl.DataFrame({
        "unit_id": ground.ids, "indicator": COVARIATE, "year": plan.first_year,
        "value": before, "unit": "index",
    })  # fmt: skip
    out = _added(study, "outcomes", pl.concat([outcomes, measured], how="vertical_relaxed"))
    if plan.of_organisations:
        return _with_members(out, plan, ground, first)
    return _with_places(out, plan, ground, first)


def _with_places(study: Study, plan: PolicyPlan, ground: _Ground, first: Codes) -> Study:
    regions = [f"LR{k:03}" for k in range(int(ground.region.max()) + 1)]
    places = pl.DataFrame({
        "place_id": ground.ids, "name": [f"Area {k}" for k in range(plan.units)],
        "level": "labour_market", "parent_id": [regions[k] for k in ground.region],
        "country": "DE", "longitude": ground.longitude, "latitude": ground.latitude,
        "population": 100_000.0,
    })  # fmt: skip
    above = pl.DataFrame({
        "place_id": regions, "name": [f"Region {k}" for k in range(len(regions))],
        "level": "region", "country": "DE",
    })  # fmt: skip
    out = _added(study, "places", above)
    out = _added(out, "places", places)
    if plan.by_region:
        by_region = dict(zip((regions[k] for k in ground.region), first, strict=True))
        where = [name for name, start in by_region.items() if start >= 0]
        starts = [int(by_region[name]) for name in where]
    else:
        where = [ground.ids[k] for k in np.flatnonzero(first >= 0)]
        starts = [int(start) for start in first if start >= 0]
    initiatives = pl.DataFrame({
        "initiative_id": [f"{NAME}-{k}" for k in range(len(where))],
        "name": NAME, "aim": "economic", "place_id": where,
        "start": [date(plan.first_year + start, 1, 1) for start in starts],
    }, schema_overrides=KINDS)  # fmt: skip
    return _added(out, "initiatives", initiatives)


def _with_members(study: Study, plan: PolicyPlan, ground: _Ground, first: Codes) -> Study:
    starts = sorted({int(start) for start in first if start >= 0})
    named = {start: f"{NAME}-{plan.first_year + start}" for start in starts}
    clusters = pl.DataFrame({
        "cluster_id": [named[start] for start in starts], "name": NAME,
    }, schema_overrides=KINDS)  # fmt: skip
    treated = np.flatnonzero(first >= 0)
    members = pl.DataFrame({
        "cluster_id": [named[int(first[k])] for k in treated],
        "org_id": [ground.ids[k] for k in treated],
    }, schema_overrides=KINDS)  # fmt: skip
    initiatives = pl.DataFrame({
        "initiative_id": [f"{name}-call" for name in named.values()], "name": NAME,
        "aim": "economic", "target": list(named.values()),
        "start": [date(plan.first_year + start, 1, 1) for start in starts],
    }, schema_overrides=KINDS)  # fmt: skip
    out = _added(study, "declared_clusters", clusters)
    out = _added(out, "memberships", members)
    return _added(out, "initiatives", initiatives)


def _added(study: Study, table: str, rows: pl.DataFrame) -> Study:
    there = getattr(study, table)
    full = rows.with_columns(
        pl.lit(None).alias(name) for name in there.columns if name not in rows.columns
    )
    shaped = full.select(pl.col(name).cast(kind) for name, kind in there.schema.items())
    return study.with_table(table, pl.concat([there, shaped]))
