"""Regions whose incomes and deals abroad go together for known reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Share, Years
from buzzline.randomness import Seed, generator
from buzzline.tables.study import Study

HOME = "US"
HOSTS = ("CA", "CN", "DE", "FR", "GB", "IN", "JP", "NL")
INDUSTRIES, HERE, ABROAD = 5, 10, 40  # organisations of a region, and of a host country
BEFORE = 6  # years of deals before the first year of incomes
WINDOW = 3  # years over which deals are added up
INHABITANTS = 10_000


@dataclass(frozen=True, slots=True)
class IncomePlan:
    """How incomes of regions and their deals across borders hang together.

    ln income = region + year + `outward` x O + `inward` x I + luck x (1 + `spread` x O), O and
    I deals of three years per 10,000 inhabitants. Rich regions invest more whatever the effect.

    Attributes
    ----------
    regions, years, first_year : of incomes; deals begin six years earlier
    outward, inward : float     effects [log points per deal per 10,000 inhabitants]
    spread : float              of deals on how far luck spreads
    richer : float              how much more regions invest that are a log point richer
    demand : float              of luck of a year on new deals of that year, both ways
    reverse : float             of luck of a year on new deals of the next
    growing : float             spread of trends that incomes and deals of a region share
    deals_each : float          outward deals of a region and year, on average
    pushes : float              spread of what moves deals of one industry into one country
    luck, persistence : float   spread of luck; how much of it stays
    shared : float              share of the variance of luck that neighbours have together
    """

    regions: Count = 80
    years: Count = 10
    first_year: Years = 2006
    outward: float = 0.0
    inward: float = 0.0
    spread: float = 0.0
    richer: float = 2.0
    demand: float = 0.0
    reverse: float = 0.0
    growing: float = 0.0
    deals_each: float = 6.0
    pushes: float = 0.5
    luck: float = 0.04
    persistence: Share = 0.5
    shared: Share = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class IncomeTruth:
    """What was planted.

    Attributes
    ----------
    plan : IncomePlan
    outward, inward : (regions, years) float64      deals of three years per 10,000
    log_income : (regions, years) float64
    """

    plan: IncomePlan
    outward: Floats
    inward: Floats
    log_income: Floats


def make_income_world(
    plan: IncomePlan = IncomePlan(),
    *,
    rng: Seed = None,  # frozen
) -> tuple[Study, IncomeTruth]:
    """Return a study of regions with yearly incomes and skills, and deals across borders.

    Parameters
    ----------
    plan : IncomePlan
    rng : Generator, int or None

    Returns
    -------
    study : Study
        Regions are places of level "region"; organisations stand in towns inside them, or
        abroad. `outcomes` has "median income" and "skills" of every region and year.
    truth : IncomeTruth

    Raises
    ------
    InvalidArgument
        Fewer than six regions or two years.

    Examples
    --------
    >>> study, truth = make_income_world(IncomePlan(regions=20, years=4), rng=1)
    >>> study.outcomes["indicator"].unique().sort().to_list(), truth.outward.shape
    (['median income', 'skills'], (20, 4))
    """
    if plan.regions < 6 or plan.years < 2:
        raise InvalidArgument("make_income_world: at least six regions and two years needed")
    rng = generator(rng)
    n, t = plan.regions, plan.years + BEFORE
    position = np.column_stack([rng.uniform(-110, -75, n), rng.uniform(31, 46, n)])
    skills = rng.normal(size=n)
    level = 0.12 * skills + rng.normal(scale=0.1, size=n)
    trend = rng.normal(size=n) * plan.growing
    population = as_floats(np.round(np.exp(rng.normal(12.6, 0.5, n))))
    luck = _luck(plan, position, rng)
    years = np.arange(t)
    grows = trend[:, None] * (years - years.mean())[None, :]
    log_rate = (
        np.log(population / population.mean())[:, None] + plan.richer * level[:, None]
        + 0.06 * years[None, :] + 8 * grows + plan.demand * luck
    )  # fmt: skip
    log_rate[:, 1:] += plan.reverse * luck[:, :-1]
    rate = plan.deals_each * np.exp(log_rate - np.log(np.exp(log_rate).mean()))
    both = [_dealt(rate * part, plan, rng) for part in (1.0, 0.7)]
    head = INHABITANTS / population[:, None]
    over = [_added(one.sum(axis=2)) * head for one in both]
    outward, inward = (one[:, BEFORE:] for one in over)
    income = (
        10.6 + level[:, None] + 0.025 * years[None, BEFORE:] + grows[:, BEFORE:]
        + plan.outward * outward + plan.inward * inward
        + luck[:, BEFORE:] * (1 + plan.spread * outward)
    )  # fmt: skip
    study = _study(plan, both, (position, population), (income, skills), rng)
    return study, IncomeTruth(plan, as_floats(outward), as_floats(inward), as_floats(income))


def _luck(plan: IncomePlan, position: Floats, rng: np.random.Generator) -> Floats:
    """Return luck of regions and years: some of one's own, some shared with neighbours."""
    n, t = plan.regions, plan.years + BEFORE
    away = ((position[:, None] - position[None]) ** 2).sum(axis=2)
    near = np.exp(-away / 8)
    near /= np.sqrt((near**2).sum(axis=1))[:, None]
    own, common = rng.normal(size=(n, t)), near @ rng.normal(size=(n, t))
    news = np.sqrt(1 - plan.shared) * own + np.sqrt(plan.shared) * common
    luck = np.empty((n, t))
    luck[:, 0] = news[:, 0]
    for year in range(1, t):
        luck[:, year] = plan.persistence * luck[:, year - 1] + (
            np.sqrt(1 - plan.persistence**2) * news[:, year]
        )
    return as_floats(plan.luck * luck)


def _dealt(rate: Floats, plan: IncomePlan, rng: np.random.Generator) -> np.ndarray:
    """Return deals by region, year and cell: an industry in a host country."""
    n, t = rate.shape
    cells = len(HOSTS) * INDUSTRIES
    mix = rng.dirichlet(np.full(cells, 0.25), n)
    push = np.empty((t, cells))
    push[0] = rng.normal(size=cells)
    for year in range(1, t):  # booms and slumps last
        push[year] = 0.8 * push[year - 1] + 0.6 * rng.normal(size=cells)
    factor = np.exp(plan.pushes * push - plan.pushes**2 / 2)
    return rng.poisson(rate[:, :, None] * mix[:, None, :] * factor[None])


def _added(deals: np.ndarray) -> Floats:
    """Return deals of a year and the two before; too few of the first two years."""
    total = np.cumsum(deals, axis=1).astype(np.float64)
    out = total.copy()
    out[:, WINDOW:] -= total[:, :-WINDOW]
    return as_floats(out)


def _study(
    plan: IncomePlan, both: list[np.ndarray], ground: tuple[Floats, Floats],
    told: tuple[Floats, Floats], rng: np.random.Generator,
) -> Study:  # fmt: skip
    position, population = ground
    n = plan.regions
    regions = [f"R{k:03d}" for k in range(n)]
    places = pl.DataFrame({
        "place_id": [*regions, *(f"T{k:03d}" for k in range(n))],
        "name": [*(f"Region {k}" for k in range(n)), *(f"Town {k}" for k in range(n))],
        "level": ["region"] * n + ["municipality"] * n,
        "parent_id": [None] * n + regions, "country": HOME,
        "longitude": np.tile(position[:, 0], 2), "latitude": np.tile(position[:, 1], 2),
        "population": [*population, *(population / 2)],
    })  # fmt: skip
    return Study.of(
        places=places,
        organisations=_organisations(n),
        linkages=_linkages(plan, both, rng),
        outcomes=_outcomes(plan, regions, *told, rng),
    )


def _organisations(n: int) -> pl.DataFrame:
    here = [(f"H{k:03d}-{m}", f"T{k:03d}", HOME, m) for k in range(n) for m in range(HERE)]
    there = [(f"A-{host}-{m}", None, host, m) for host in HOSTS for m in range(ABROAD)]
    return pl.DataFrame(
        [(one, place, country, f"industry {m % INDUSTRIES}")
         for one, place, country, m in [*here, *there]],
        schema={"org_id": pl.String, "place_id": pl.String, "country": pl.String,
                "industry": pl.String}, orient="row",
    )  # fmt: skip


def _linkages(
    plan: IncomePlan, both: list[np.ndarray], rng: np.random.Generator
) -> pl.DataFrame:
    rows = []
    for way, deals in zip(("outward", "inward"), both, strict=True):
        region, year, cell = np.nonzero(deals)
        times = deals[region, year, cell]
        region, year, cell = (np.repeat(one, times) for one in (region, year, cell))
        here, there = _ends(region, cell, way == "outward", rng)
        day = rng.integers(0, 365, year.size)
        first = plan.first_year - BEFORE
        rows.append(pl.DataFrame({
            "source": here if way == "outward" else there,
            "target": there if way == "outward" else here,
            "layer": "investment", "directed": True,
            "weight": rng.lognormal(3, 1.2, year.size).round(2), "unit": "musd",
            "start": [
                date.fromordinal(date(first + int(t), 1, 1).toordinal() + int(d))
                for t, d in zip(year, day, strict=True)
            ],
        }))  # fmt: skip
    return pl.concat(rows)


def _ends(
    region: np.ndarray, cell: np.ndarray, is_outward: bool, rng: np.random.Generator
) -> tuple[list[str], list[str]]:
    """Return who deals with whom; the industry of the cell is that of whom is invested in."""
    host, industry = np.divmod(cell, INDUSTRIES)
    ours = rng.integers(0, HERE, region.size)
    theirs = rng.integers(0, ABROAD, host.size)
    if is_outward:
        theirs = theirs // INDUSTRIES * INDUSTRIES + industry
    else:
        ours = ours // INDUSTRIES * INDUSTRIES + industry
    return (
        [f"H{k:03d}-{m}" for k, m in zip(region, ours, strict=True)],
        [f"A-{HOSTS[k]}-{m}" for k, m in zip(host, theirs, strict=True)],
    )


def _outcomes(
    plan: IncomePlan, regions: list[str], income: Floats, skills: Floats,
    rng: np.random.Generator,
) -> pl.DataFrame:  # fmt: skip
    n, t = income.shape
    year = np.tile(plan.first_year + np.arange(t), n)
    unit = np.repeat(regions, t)
    measured = np.repeat(skills, t) * 5 + 30 + rng.normal(scale=0.3, size=n * t)
    parts = [("median income", np.exp(income).ravel().round(0), "USD"),
             ("skills", measured.round(2), "percent")]  # fmt: skip
    return pl.concat([
        pl.DataFrame({"unit_id": unit, "indicator": name, "year": year, "value": value,
                      "unit": kind})
        for name, value, kind in parts
    ])  # fmt: skip
