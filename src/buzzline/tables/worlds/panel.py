"""Outcomes of organisations over years, made by buzz and pipelines with a known interaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import polars as pl

from buzzline.arrays import Floats, Indices, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Years
from buzzline.randomness import Seed, generator
from buzzline.tables.schema import LINKAGES
from buzzline.tables.study import Study
from buzzline.tables.worlds.geography import great_circle_km
from buzzline.tables.worlds.gravity import SCALE_NAMES, Gravity

WARM_UP = 40  # years before the first one, so that nothing depends on how it began
FEWEST_OTHERS = 50
LAYER = "advice"  # of the dated ties that are planted


@dataclass(frozen=True, slots=True)
class PanelPlan:
    """How outcomes, buzz and pipelines of organisations hang together from year to year.

    y_t = organisation + year + buzz B_(t-1) + pipelines P_(t-1)
    + interaction B_(t-1) P_(t-1) + sum over scales of by_scale n_(t-1) + error; B and P are
    latent, of spread about 1, and stand in the tables as 10 + 2 B, 6 + P and 10 + y ("levels"),
    or as exp(2 + B / 2), exp(2 + P / 2) - 1 and exp(y / 2) ("logs").

    Attributes
    ----------
    organisations, years : count
    first_year : year
    form : "levels" or "logs"
    buzz, pipelines, interaction : float    effects on the outcome of the year after
    persistence : float                     of buzz and pipelines, from year to year
    to_pipelines, to_buzz : float           of buzz on pipelines a year later, and back
    feedback : float                        of luck in y on pipelines a year later
    by_scale : four of float                effect of one tie at each scale
    ties_each : float                       mean ties at each scale, organisation and year
    noise, shared : float                   spread of luck: of one's own, of one's city
    """

    organisations: Count = 200
    years: Count = 10
    first_year: Years = 2012
    form: Literal["levels", "logs"] = "levels"
    buzz: float = 0.3
    pipelines: float = 0.4
    interaction: float = 0.2
    persistence: float = 0.5
    to_pipelines: float = 0.1
    to_buzz: float = 0.0
    feedback: float = 0.0
    by_scale: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    ties_each: float = 0.0
    noise: float = 1.0
    shared: float = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class PanelTruth:
    """What was planted: effects in the units of the tables.

    Attributes
    ----------
    plan : PanelPlan
    buzz, pipelines, interaction : float
        Of buzz and pipelines of the year before (or their logarithms) on the outcome (or its
        logarithm); the first two where the other is at its mean in the long run.
    pipelines_on_buzz, buzz_on_pipelines : float
        Cross-lags, a year apart, of the variables as they stand in the tables.
    by_scale : four of float
    rows : (m,) int64            organisations of the panel, rows of the study
    """

    plan: PanelPlan
    buzz: float
    pipelines: float
    interaction: float
    pipelines_on_buzz: float
    buzz_on_pipelines: float
    by_scale: tuple[float, float, float, float]
    rows: Indices

    def where(self, buzz: float, pipelines: float) -> tuple[float, float]:
        """Return the effects of buzz and of pipelines where both have given values.

        Parameters
        ----------
        buzz, pipelines : float
            As in the tables ("levels"), or ln of buzz and of 1 + pipelines ("logs").
        """
        usual = (10.0, 6.0) if self.plan.form == "levels" else (2.0, 2.0)
        return (
            self.buzz + self.interaction * (pipelines - usual[1]),
            self.pipelines + self.interaction * (buzz - usual[0]),
        )


def plant_panel(
    study: Study,
    plan: PanelPlan = PanelPlan(),
    *,
    rng: Seed = None,  # frozen
) -> tuple[Study, PanelTruth]:
    """Add yearly outcomes of organisations, their buzz and pipelines, and dated ties.

    Parameters
    ----------
    study : Study
    plan : PanelPlan
    rng : Generator, int or None

    Returns
    -------
    study : Study
        With the indicators "innovation", "buzz" and "pipelines" in `outcomes`, and where
        `ties_each` is above 0 with ties of one year each in the layer "advice".
    truth : PanelTruth

    Raises
    ------
    InvalidArgument
        Buzz and pipelines that would grow without end; too few organisations outside the panel
        to be tied to.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> bare = make_world(organisations=300, clusters=2, rng=1).study
    >>> study, truth = plant_panel(bare, rng=1)
    >>> study.outcomes.filter(indicator="innovation").height, truth.interaction
    (2000, 0.1)
    """
    source = generator(rng)
    _check(plan)
    placed = study.organisations["longitude"].is_not_null().to_numpy()
    rows = np.flatnonzero(placed)[: plan.organisations].astype(np.int64)
    city = study.organisations["city"][rows].rank("dense").fill_null(0).to_numpy().astype(int)
    partners = _at_each_scale(study, rows, source) if plan.ties_each > 0 else None
    room = np.zeros((rows.size, 4)) if partners is None else (partners >= 0).sum(axis=2)
    latent_buzz, latent_pipelines, latent_y, counts = _course(plan, room, city, source)
    if plan.form == "levels":
        shown = (10 + 2 * latent_buzz, 6 + latent_pipelines, 10 + latent_y)
        scales = 2.0, 1.0
    else:
        shown = (
            as_floats(np.exp(2 + latent_buzz / 2)),
            as_floats(np.maximum(np.exp(2 + latent_pipelines / 2) - 1, 0)),
            as_floats(np.exp(latent_y / 2)),
        )
        scales = 0.5, 0.5
    out = study.with_table(
        "outcomes", pl.concat([study.outcomes, _outcomes(study, rows, plan, shown)])
    )
    if partners is not None:
        ties = _ties(study, rows, plan, (counts, partners))
        out = out.with_table("linkages", pl.concat([study.linkages, ties]))
    of_y = 1.0 if plan.form == "levels" else 0.5
    truth = PanelTruth(
        plan, of_y * plan.buzz / scales[0], of_y * plan.pipelines / scales[1],
        of_y * plan.interaction / (scales[0] * scales[1]),
        plan.to_pipelines * scales[1] / scales[0], plan.to_buzz * scales[0] / scales[1],
        plan.by_scale, rows,
    )  # fmt: skip
    return out, truth


def _check(plan: PanelPlan) -> None:
    moves = np.array([[plan.persistence, plan.to_buzz], [plan.to_pipelines, plan.persistence]])
    if not np.abs(np.linalg.eigvals(moves)).max() < 1:
        raise InvalidArgument(
            "plant_panel: with this `persistence`, `to_pipelines` and `to_buzz` buzz and "
            "pipelines would grow without end"
        )


def _course(
    plan: PanelPlan, room: Floats, city: np.ndarray, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return latent buzz, pipelines and outcome, (n, years), and ties by scale.

    Nobody has more ties at a scale than `room` (n, 4) for them.
    """
    n = room.shape[0]
    spread = np.sqrt(1 - plan.persistence**2)
    own = rng.normal(0, 0.5, (2, n)) * (1 - plan.persistence)
    unit, n_cities = rng.normal(0, 1, n), int(city.max(initial=0)) + 1
    buzz, pipelines, luck = np.zeros(n), np.zeros(n), np.zeros(n)
    counts = np.zeros((n, 4))
    kept: list[tuple[Floats, ...]] = []
    for year in range(WARM_UP + plan.years):
        error = plan.noise * rng.normal(size=n) + plan.shared * rng.normal(size=n_cities)[city]
        y = (
            unit + rng.normal(0, 0.3) + plan.buzz * buzz + plan.pipelines * pipelines
            + plan.interaction * buzz * pipelines + counts @ plan.by_scale + error
        )  # fmt: skip
        moved = spread * (
            rng.normal(size=(2, n)) + plan.shared * rng.normal(size=(2, n_cities))[:, city]
        )
        before = buzz
        buzz = own[0] + plan.persistence * buzz + plan.to_buzz * pipelines + moved[0]
        pipelines = (
            own[1] + plan.persistence * pipelines + plan.to_pipelines * before
            + plan.feedback * luck + moved[1]
        )  # fmt: skip
        luck = error
        counts = np.minimum(rng.poisson(plan.ties_each, (n, 4)), room).astype(np.float64)
        if year >= WARM_UP:
            kept.append((buzz, pipelines, y, counts))
    first, second, third = (np.column_stack([row[k] for row in kept]) for k in range(3))
    return first, second, third, np.stack([row[3] for row in kept], axis=1)


def _outcomes(
    study: Study, rows: Indices, plan: PanelPlan, shown: tuple[Floats, Floats, Floats]
) -> pl.DataFrame:
    ids = study.organisations["org_id"].gather(rows)
    years = pl.Series(range(plan.first_year, plan.first_year + plan.years))
    parts = []
    for name, values in zip(("buzz", "pipelines", "innovation"), shown, strict=True):
        parts.append(pl.DataFrame({
            "unit_id": ids.gather(np.repeat(np.arange(rows.size), plan.years)),
            "indicator": name, "year": years.gather(np.tile(np.arange(plan.years), rows.size)),
            "value": as_floats(values).ravel(), "margin": None, "unit": "index",
        }))  # fmt: skip
    frame = pl.concat(parts)
    return frame.select(pl.col(name).cast(kind) for name, kind in study.outcomes.schema.items())


def _ties(
    study: Study, rows: Indices, plan: PanelPlan, planned: tuple[Floats, Indices]
) -> pl.DataFrame:
    """Return ties of one year each."""
    counts, candidates = planned
    holder, year, scale = np.nonzero(counts > 0)
    times = counts[holder, year, scale].astype(np.int64)
    holder, year, scale = (np.repeat(part, times) for part in (holder, year, scale))
    place = np.arange(holder.size) - np.repeat(np.cumsum(times) - times, times)
    partner = candidates[holder, scale, place]
    ids = study.organisations["org_id"]
    first = pl.Series([date(plan.first_year + k, 1, 1) for k in range(plan.years)])
    last = pl.Series([date(plan.first_year + k, 12, 31) for k in range(plan.years)])
    frame = pl.DataFrame({
        "source": ids.gather(rows[holder]), "target": ids.gather(partner),
        "layer": LAYER, "directed": True, "start": first.gather(year),
        "end": last.gather(year), "formal": True,
    })  # fmt: skip
    missing = [column for column in LINKAGES.columns if column.name not in frame.columns]
    full = frame.with_columns(pl.lit(None).alias(column.name) for column in missing)
    return full.select(pl.col(column.name).cast(column.dtype) for column in LINKAGES.columns)


def _at_each_scale(study: Study, rows: Indices, rng: np.random.Generator) -> Indices:
    """Return up to twelve partners outside the panel at each scale, -1 where none."""
    frame = study.organisations
    placed = np.flatnonzero(frame["longitude"].is_not_null().to_numpy())
    placed = placed[~np.isin(placed, rows)]
    if placed.size < FEWEST_OTHERS:
        raise InvalidArgument(
            f"plant_panel: ties need {FEWEST_OTHERS} placed organisations outside the panel, "
            f"and there are {placed.size}. Make a larger study, or plan fewer `organisations`."
        )
    country = frame["country"].rank("dense").fill_null(0).to_numpy()
    east, north = (frame[name].to_numpy() for name in ("longitude", "latitude"))
    gravity = Gravity()
    out = np.full((rows.size, len(SCALE_NAMES), 12), -1, np.int64)
    for i, row in enumerate(rows):
        tried = rng.permutation(placed)
        km = great_circle_km(
            np.full(tried.size, east[row]), np.full(tried.size, north[row]),
            east[tried], north[tried],
        )  # fmt: skip
        scale = np.where(country[tried] == country[row], 2, 3)
        scale[km <= gravity.regional_km] = 1
        scale[km <= gravity.local_km] = 0
        for code in range(len(SCALE_NAMES)):
            found = tried[scale == code][: out.shape[2]]
            out[i, code, : found.size] = found
    return out
