"""What would a treated unit have been, by others that moved as it did before?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import as_floats
from buzzline.econometrics.aimed_at import chosen_initiatives
from buzzline.econometrics.effect_rows import Row, smallest_of, verdict_of
from buzzline.econometrics.evaluation import (
    LEFT_OUT_SCHEMA,
    Evaluated,
    enough_to_compare,
    evaluated,
    framed,
    in_words,
)
from buzzline.econometrics.synthetic_rows import (
    USED,
    Against,
    Held,
    against_others,
    held_against,
    together,
    without_each,
)
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Draws, Share, Size
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import central_range, false_discovery_q
from buzzline.tables.study import Study
from buzzline.wording import plural

ALL = "all together"
MOST_UNITS = 30
EFFECT_SCHEMA = {
    "unit_id": pl.String, "name": pl.String, "first_year": pl.Int64,
    **dict.fromkeys(("value", "low", "high", "level", "p", "q", "ratio", "fit", "fit_others",
                     "without_low", "without_high", "detectable", "within", "smallest"),
                    pl.Float64),
    **dict.fromkeys(("n_before", "n_after", "n_others", "n_used"), pl.Int64),
    "method": pl.String, "verdict": pl.String, "status": pl.String,
}  # fmt: skip
PATH_SCHEMA = {
    "unit_id": pl.String, "year": pl.Int64,
    **dict.fromkeys(("observed", "synthetic", "value", "low", "high", "level"), pl.Float64),
    "is_treated": pl.Boolean,
}  # fmt: skip
WEIGHT_SCHEMA = {
    "unit_id": pl.String, "other": pl.String, "name": pl.String, "weight": pl.Float64,
    "placebo_value": pl.Float64, "placebo_fit": pl.Float64,
}  # fmt: skip
ONLY_IF = (
    "It is an effect only if the treated unit could have been any of the others, and these "
    "were left alone; p is small only where there are many others, whatever the effect."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SyntheticControl:
    """Treated units against weighted means of others.

    Attributes
    ----------
    effects : DataFrame
        One row a treated unit, surest first, after one for all together where there are
        several: `unit_id`, `name`, `first_year` (treated), `value` (mean gap in the years
        treated), `low`, `high`, `level`, `p`, `q` (of all units that were tried), `ratio` (gap
        after to gap before, root mean squares), `fit` (by how much years before are missed when
        left out), `fit_others` (at the middle of the others), `without_low`, `without_high`
        (effects without any one of the others used), `detectable`, `within`, `smallest`,
        `n_before`, `n_after` (years), `n_others`, `n_used`, `method`, `verdict`, `status`.
    paths : DataFrame
        `unit_id`, `year`, `observed`, `synthetic`, `value` (the gap), `low`, `high` (range of
        the synthetic one that placebos give), `level`, `is_treated`.
    weights : DataFrame
        `unit_id`, `other`, `name`, `weight`, and what the other shows as a placebo itself:
        `placebo_value`, `placebo_fit`.
    left_out : DataFrame          `reason`, `n`
    outcome, unit, label : str
    level : share
    draws : int
    notes : tuple of str
    """

    effects: pl.DataFrame
    paths: pl.DataFrame
    weights: pl.DataFrame
    left_out: pl.DataFrame
    outcome: str
    unit: str
    label: str
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return all treated together where there are several, then one row a unit."""
        return self.effects

    def __str__(self) -> str:
        row = self.effects.row(0, named=True)
        if row["value"] is None:
            return " ".join([f"A synthetic control is {row['status']}.", *self.notes])
        unit = f" ({self.unit})" if self.unit else ""
        ends = f" [{row['low']:.3g}, {row['high']:.3g}]" if row["low"] is not None else ""
        why = f"; {row['status']}" if row["status"] else ""
        head = (
            f"{self.label!r} on {self.outcome!r}{unit}, {row['name']}: {row['verdict']} "
            f"({row['value']:+.3g}{ends} a year, p = {row['p']:.2g} among "
            f"{plural(row['n_others'], 'other')}{why})."
        )
        return " ".join([head, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.effects._repr_html_()}"


@analysis("econometrics", "What would a treated unit have been without the initiative?")
def synthetic_control(
    study: Study,
    *,
    initiative: str | None = None,
    outcome: str | None = None,
    smallest: Size | None = None,
    level: Share = 0.95,
    draws: Draws = 999,
    rng: Seed = None,
) -> SyntheticControl:
    """Hold each treated unit against a weighted mean of others that moved as it did before.

    For one or a few treated places; for many, see `policy_effect`.

    Parameters
    ----------
    study : Study
    initiative : str, optional
        `initiative_id`, `name`, `instrument` or `target`; None: all initiatives together.
    outcome : indicator, optional
        None: the one with most treated units and years.
    smallest : unit of the outcome, optional
        Effect that would matter; None: a fifth of how far units differ (standard deviation)
        before.
    level : share
    draws : draws
        For all treated units together.
    rng : Generator, int or None

    Returns
    -------
    SyntheticControl
        With the reason in `status` where a unit cannot be told.

    Raises
    ------
    TooFew
        The study has no initiatives.
    InvalidArgument
        A name that is not in the tables; a `level` of 0 or 1; `smallest` of 0.

    Notes
    -----
    Weights of at least 0 that sum to 1 and come closest in the years before [1]_, among others
    never treated and seen in the same years (the hundred most alike). Each of these is treated
    in turn as if it had been the one: p is the rank of the mean gap afterwards, each in units
    of its own fit, and the interval holds all effects that would leave the unit inside the
    placebos [2]_. The fit is told from years left out: with more others than years, anything
    can be matched. Where the unit is missed by more than twice what others are, weights are
    moved by ridge regression [3]_ (of the placebos too); where that does not help, the row is
    refused.

    References
    ----------
    .. [1] Abadie, A., Diamond, A., Hainmueller, J. (2010). Synthetic control methods for
       comparative case studies. Journal of the American Statistical Association 105(490).
       doi:10.1198/jasa.2009.ap08746
    .. [2] Firpo, S., Possebom, V. (2018). Synthetic control method: inference, sensitivity
       analysis and confidence sets. Journal of Causal Inference 6(2). doi:10.1515/jci-2016-0026
    .. [3] Ben-Michael, E., Feller, A., Rothstein, J. (2021). The augmented synthetic control
       method. Journal of the American Statistical Association 116(536).
       doi:10.1080/01621459.2021.1929245

    Examples
    --------
    >>> from buzzline.tables.worlds import PolicyPlan, make_world, plant_policy
    >>> bare = make_world(organisations=300, clusters=2, rng=1).study
    >>> plan = PolicyPlan(units=40, starts=(7,), treated=0.025, effect=6.0)
    >>> study, _ = plant_policy(bare, plan, rng=1)
    >>> synthetic_control(study, initiative="programme", rng=1).effects["verdict"].to_list()
    ['raised']
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"synthetic_control: `level` must be between 0 and 1, got {level:g}"
        )
    if smallest is not None and not smallest > 0:
        raise InvalidArgument("synthetic_control: `smallest` must be above 0")
    seed = seed_of(rng)
    chosen_initiatives(study, initiative)
    try:
        panel = evaluated(study, initiative=initiative, outcome=outcome)
    except TooFew as error:
        return _refused(str(error), outcome or "", (level, draws))
    if reason := enough_to_compare(panel):
        return _refused(reason, panel.outcome, (level, draws))
    matters, because = smallest_of(panel, smallest)
    treated = np.flatnonzero(panel.is_treated)
    found = {int(unit): against_others(panel, int(unit)) for unit in treated[:MOST_UNITS]}
    names = _names(study, panel)
    rows = _rows(panel, found, (names, matters, level))
    good = [item for item in found.values() if not isinstance(item, str) and not item.reason]
    if len(good) > 1:
        rng = child(seed, ALL)
        held = together(panel, good, level=level, draws=draws, rng=rng) if draws else None
        rows.insert(0, _row_of_all(good, held, (matters, level)))
    return SyntheticControl(
        framed(rows, EFFECT_SCHEMA), framed(_paths(panel, good, level), PATH_SCHEMA),
        framed(_weights(panel, good, names), WEIGHT_SCHEMA), panel.left_out, panel.outcome,
        panel.unit, panel.label, level, draws,
        (because, *_many(treated.size), *in_words(panel.left_out), *panel.notes, ONLY_IF),
    )  # fmt: skip


def _many(n: int) -> tuple[str, ...]:
    if n <= MOST_UNITS:
        return ()
    return (f"The first {MOST_UNITS} of {n:,} treated; policy_effect takes them all.",)


def _names(study: Study, panel: Evaluated) -> dict[str, str]:
    table, key = {
        "place": (study.places, "place_id"), "organisation": (study.organisations, "org_id"),
        "declared cluster": (study.declared_clusters, "cluster_id"),
    }[panel.kind]  # fmt: skip
    return {unit: name or unit for unit, name in table.select(key, "name").iter_rows()}


def _rows(
    panel: Evaluated, found: dict[int, Against | str],
    settings: tuple[dict[str, str], float, float],
) -> list[Row]:  # fmt: skip
    """Return one row a unit, surest first."""
    rows = [_row(panel, unit, item, settings) for unit, item in found.items()]
    tested = [row for row in rows if row["value"] is not None]
    q = false_discovery_q(as_floats([row["p"] for row in tested]))  # type: ignore[arg-type]  # shares
    for row, share in zip(tested, q, strict=True):
        row["q"] = float(share)
    return sorted(rows, key=lambda row: (row["value"] is None, row.get("p", 1.0)))


def _row(
    panel: Evaluated, unit: int, found: Against | str,
    settings: tuple[dict[str, str], float, float],
) -> Row:  # fmt: skip
    names, matters, level = settings
    row: Row = {
        "unit_id": panel.ids[unit], "name": names[panel.ids[unit]],
        "first_year": int(panel.first[unit]), "level": level, "smallest": matters,
        "verdict": "not testable", "value": None,
    }  # fmt: skip
    if isinstance(found, str):
        return row | {"status": f"not testable: {found}"}
    row |= {
        "fit": found.own.fit, "fit_others": float(np.median(found.placebo_fit)),
        "n_before": found.n_before, "n_after": found.years.size - found.n_before,
        "n_others": found.donors.size, "method": found.own.method,
        "n_used": int((np.abs(found.own.weight) >= USED).sum()),
    }  # fmt: skip
    if found.reason:
        return row | {"status": f"not testable: {found.reason}"}
    held = held_against(found.effect, found.own.fit, found.spread, level=level)
    least, most = without_each(panel, found)
    row |= {"value": found.effect, "ratio": found.ratio()[0],
            "without_low": least, "without_high": most}  # fmt: skip
    return _held(row, held, matters)


def _row_of_all(good: Sequence[Against], held: Held | None, how: tuple[float, float]) -> Row:
    matters, level = how
    row: Row = {
        "name": ALL, "value": float(np.mean([item.effect for item in good])),
        "level": level, "smallest": matters, "n_others": min(g.donors.size for g in good),
        "n_before": min(g.n_before for g in good),
        "n_after": min(g.years.size - g.n_before for g in good), "verdict": "cannot tell",
        "method": "mean over units", "status": "no interval: no draws",
    }  # fmt: skip
    return row if held is None else _held(row, held, matters)


def _held(row: Row, held: Held, matters: float) -> Row:
    row |= {
        "low": held.low, "high": held.high, "p": held.p, "detectable": held.detectable,
        "within": held.within, "status": held.reason, "verdict": "cannot tell",
    }  # fmt: skip
    return row | {"verdict": verdict_of(row, matters)} if isfinite(held.low) else row


def _paths(panel: Evaluated, good: Sequence[Against], level: float) -> list[Row]:
    rows: list[Row] = []
    for item in good:
        scaled = item.placebo_gap / item.placebo_fit[:, None] * item.own.fit
        for k, year in enumerate(item.years):
            low, high = central_range(as_floats(scaled[:, k]), level)
            observed = float(panel.y[item.unit][panel.years == year][0])
            synthetic = float(item.own.path[k])
            rows.append({
                "unit_id": panel.ids[item.unit], "year": int(year), "observed": observed,
                "synthetic": synthetic, "value": observed - synthetic,
                "low": synthetic + low, "high": synthetic + high, "level": level,
                "is_treated": k >= item.n_before,
            })  # fmt: skip
    return rows


def _weights(
    panel: Evaluated, good: Sequence[Against], names: dict[str, str]
) -> list[dict[str, Any]]:
    rows = [
        {
            "unit_id": panel.ids[item.unit], "other": panel.ids[donor],
            "name": names[panel.ids[donor]], "weight": float(item.own.weight[k]),
            "placebo_value": float(item.spread[k] * item.placebo_fit[k]),
            "placebo_fit": float(item.placebo_fit[k]),
        }
        for item in good
        for k, donor in enumerate(item.donors)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (str(row["unit_id"]), -float(str(row["weight"]))))


def _refused(reason: str, outcome: str, chosen: tuple[Share, int]) -> SyntheticControl:
    row: Row = {"name": ALL, "verdict": "not testable", "status": f"not testable: {reason}"}
    return SyntheticControl(
        framed([row | {"level": chosen[0]}], EFFECT_SCHEMA), framed([], PATH_SCHEMA),
        framed([], WEIGHT_SCHEMA), framed([], LEFT_OUT_SCHEMA), outcome, "", "", *chosen, (),
    )  # fmt: skip
