"""Add fairs to any study: who came, which editions were cancelled, and ties that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from scipy.special import expit

from buzzline.arrays import Codes, Flags, Floats, as_codes, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Months, Share
from buzzline.tables.study import Study
from buzzline.tables.worlds.geography import great_circle_km

OPENING_DAY = date(2012, 5, 7)
STEP_DAYS = 366
WINDOW_DAYS = 360
FOLLOW_UP_DAYS = 30
MONTH_DAYS = 30.4375
QUIET_YEARS = 2  # before the first edition, in which ties begin without any fair


@dataclass(frozen=True, slots=True)
class FairPlan:
    """What is planted.

    Attributes
    ----------
    organisations : count           that ever think of coming, drawn from the study
    attending : share               of them at each edition
    held, cancelled : count         editions; those cancelled are spread among the others
    effect : float [log odds]       of meeting there on a tie within a year
    planned : float [log odds]      of both wanting to come, held or not
    by_distance : float [log odds]  added to the effect for each unit of ln(1 + km) further away
    distance : float [log odds]     of a tie for each unit of ln(1 + km), fair or not
    base : share                    of pairs that tie in a year without any fair
    sociable : float                spread of organisations in log odds
    unlike : float                  spread of editions in the log odds of those who planned
    consortium : count              organisations tied at once, in one record; 2: each alone
    months : months                 that ties last on average
    layer : str
    """

    organisations: Count = 150
    attending: Share = 0.4
    held: Count = 5
    cancelled: int = 2
    effect: float = 1.0
    planned: float = 0.8
    by_distance: float = 0.0
    distance: float = -0.3
    base: Share = 0.004
    sociable: float = 0.5
    unlike: float = 0.0
    consortium: Count = 2
    months: Months = 30
    layer: str = "advice"


@dataclass(frozen=True, slots=True, eq=False)
class FairTruth:
    """What was planted.

    Attributes
    ----------
    plan : FairPlan
    rows : (k,) int32               organisations that ever think of coming, rows of the study
    editions : DataFrame            `gathering_id`, `is_held`, `n_present`, `n_new` (pairs that
                                    met or had planned to, tied within a year)
    """

    plan: FairPlan
    rows: Codes
    editions: pl.DataFrame


def plant_fairs(
    study: Study, plan: FairPlan | None = None, *, rng: np.random.Generator
) -> tuple[Study, FairTruth]:
    """Add yearly editions of one fair, who came, and ties, to any study.

    Parameters
    ----------
    study : Study
    plan : FairPlan
    rng : Generator

    Returns
    -------
    Study
        With tables `gatherings` and `attendance` exchanged and one layer of linkages added.
    FairTruth

    Raises
    ------
    InvalidArgument
        Fewer organisations in the study than are to come.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=200, clusters=2, rng=1).study
    >>> planted, truth = plant_fairs(study, rng=np.random.default_rng(1))
    >>> planted.gatherings["cancelled"].sum(), truth.plan.effect
    (2, 1.0)
    """
    plan = plan or FairPlan()
    n = study.organisations.height
    if n < plan.organisations:
        raise InvalidArgument(
            f"plant_fairs: {plan.organisations} organisations are to come, the study has {n}"
        )
    rows = np.sort(rng.choice(n, plan.organisations, replace=False))
    odds = _Odds.of(study, rows, plan, rng=rng)
    keen = rng.normal(0, 1, rows.size)
    threshold = np.log(plan.attending) - np.log1p(-plan.attending)
    is_held = _held(plan)
    tied, editions, attending = [], [], []
    for year in range(-QUIET_YEARS, is_held.size):
        if year < 0:
            tied.append(_drawn(odds, np.zeros(rows.size, np.bool_), 0.0, year, rng))
            continue
        present = rng.random(rows.size) < expit(threshold + keen)
        held = bool(is_held[year])
        own = plan.planned + rng.normal(0, plan.unlike) if plan.unlike else plan.planned
        new = _drawn(odds, present, own, year, rng, effect=plan.effect if held else 0.0,
                     by_distance=plan.by_distance if held else 0.0, met=held)  # fmt: skip
        tied.append(new)
        met = present[new["one"]] & present[new["other"]]
        editions.append((f"F{year:02d}", held, int(present.sum()), int(met.sum())))
        attending.append(present)
    changed = {
        "gatherings": _gatherings(study, is_held),
        "attendance": _attendance(study, rows, attending),
        "linkages": _linkages(study, rows, tied, plan, rng),
    }
    # who attends must name a gathering there is
    planted = study.with_table("attendance", changed["attendance"].clear())
    for name, table in changed.items():
        planted = planted.with_table(name, table)
    names = ("gathering_id", "is_held", "n_present", "n_new")
    told = pl.DataFrame(editions, schema=names, orient="row")
    return planted, FairTruth(plan, as_codes(rows), told)


def _held(plan: FairPlan) -> Flags:
    n = plan.held + plan.cancelled
    is_held = np.ones(n, np.bool_)
    if plan.cancelled:
        at = np.linspace(0, n - 1, plan.cancelled + 2)[1:-1]
        is_held[np.round(at).astype(int)] = False
    return is_held


@dataclass(frozen=True, slots=True, eq=False)
class _Odds:
    """Log odds of a tie within a year, pair by pair, without any fair."""

    one: Codes
    other: Codes
    base: Floats
    far: Floats
    plan: FairPlan

    @classmethod
    def of(
        cls, study: Study, rows: np.ndarray, plan: FairPlan, *, rng: np.random.Generator
    ) -> _Odds:
        one, other = np.triu_indices(rows.size, 1)
        at = study.organisations.select(
            pl.col("longitude", "latitude").cast(pl.Float64)
        ).to_numpy()[rows]
        km = great_circle_km(at[one, 0], at[one, 1], at[other, 0], at[other, 1])
        far = np.log1p(km)
        far = np.nan_to_num(far - np.nanmean(far) if np.isfinite(far).any() else far)
        liking = rng.normal(0, plan.sociable, rows.size)
        level = np.log(plan.base) - np.log1p(-plan.base)
        base = level + liking[one] + liking[other] + plan.distance * far
        return cls(as_codes(one), as_codes(other), as_floats(base), as_floats(far), plan)


def _drawn(
    odds: _Odds, present: Flags, own: float, year: int, rng: np.random.Generator, *,
    effect: float = 0.0, by_distance: float = 0.0, met: bool = False,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Draw the pairs that tie in a year, and on which day of it."""
    both = present[odds.one] & present[odds.other]
    chance = expit(odds.base + both * (own + effect + by_distance * odds.far))
    if odds.plan.consortium > 2:
        one, other, record = _consortia(odds, chance, both, year, rng)
    else:
        at = np.flatnonzero(rng.random(chance.size) < chance)
        one, other = odds.one[at], odds.other[at]
        record = np.array([f"year {year} tie {k}" for k in at], dtype=np.object_)
    day = rng.integers(1, WINDOW_DAYS, one.size)
    soon = present[one] & present[other] & met & (rng.random(one.size) < 0.5)
    day = np.where(soon, rng.integers(0, FOLLOW_UP_DAYS, one.size), day)
    return {"one": one, "other": other, "day": day + year * STEP_DAYS, "record": record}


def _consortia(
    odds: _Odds, chance: Floats, both: Flags, year: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw records of several organisations each, as many pairs as would tie one by one."""
    size = odds.plan.consortium
    pairs = size * (size - 1) // 2
    found = []
    for kind in (True, False):
        of = np.flatnonzero(both == kind)
        if not of.size:
            continue
        for number in range(rng.poisson(chance[of].sum() / pairs)):
            first = of[rng.choice(of.size, p=chance[of] / chance[of].sum())]
            who = np.unique([odds.one[first], odds.other[first]])
            pool = np.unique(np.concatenate([odds.one[of], odds.other[of]]))
            more = rng.choice(np.setdiff1d(pool, who), size - who.size, replace=False)
            who = np.sort(np.concatenate([who, more]))
            one, other = np.triu_indices(size, 1)
            name = f"year {year} project {kind}-{number}"
            found.append((who[one], who[other], np.full(pairs, name, dtype=np.object_)))
    if not found:
        return np.empty(0, int), np.empty(0, int), np.empty(0, object)
    one, other, record = (np.concatenate(part) for part in zip(*found, strict=True))
    return one, other, record


def _gatherings(study: Study, is_held: Flags) -> pl.DataFrame:
    start = [OPENING_DAY + timedelta(days=STEP_DAYS * k) for k in range(is_held.size)]
    where = study.places["place_id"][0] if study.places.height else None
    return pl.DataFrame(
        {
            "gathering_id": [f"F{k:02d}" for k in range(is_held.size)],
            "name": [f"Planted fair {day.year}" for day in start],
            "kind": "fair", "place_id": where, "start": start,
            "end": [day + timedelta(days=3) for day in start],
            "edition": [str(k + 1) for k in range(is_held.size)],
            "cancelled": ~is_held,
        },
        schema_overrides={"place_id": pl.String},
    )  # fmt: skip


def _attendance(study: Study, rows: np.ndarray, attending: Sequence[Flags]) -> pl.DataFrame:
    org_id = study.organisations["org_id"]
    return pl.concat(
        pl.DataFrame(
            {
                "gathering_id": f"F{k:02d}",
                "org_id": org_id.gather(rows[present]),
                "role": ["exhibitor" if i % 3 else "visitor" for i in range(present.sum())],
            }
        )
        for k, present in enumerate(attending)
    )


def _linkages(
    study: Study, rows: np.ndarray, tied: Sequence[dict[str, np.ndarray]], plan: FairPlan,
    rng: np.random.Generator,
) -> pl.DataFrame:  # fmt: skip
    every = {name: np.concatenate([part[name] for part in tied]) for name in tied[0]}
    org_id = study.organisations["org_id"]
    lasts = np.ceil(rng.exponential(plan.months * MONTH_DAYS, every["day"].size))
    seen = QUIET_YEARS * STEP_DAYS + int(every["day"].max(initial=0))
    days = [OPENING_DAY + timedelta(days=int(day)) for day in every["day"]]
    start = pl.Series(days, dtype=pl.Date)
    end = start + pl.Series(lasts.astype(np.int64) * 86_400_000, dtype=pl.Duration("ms"))
    last = OPENING_DAY + timedelta(days=seen)
    table = pl.DataFrame(
        {
            "source": org_id.gather(rows[every["one"]]),
            "target": org_id.gather(rows[every["other"]]),
            "layer": plan.layer, "directed": False, "weight": 1.0, "unit": "ties",
            "start": start, "end": end,
            "observed_by": pl.Series(every["record"].tolist(), dtype=pl.String),
        }
    ).with_columns(end=pl.when(pl.col("end") <= last).then("end"))  # fmt: skip
    return pl.concat([study.linkages, table], how="diagonal_relaxed")
