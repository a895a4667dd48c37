"""Do others gain or lose when somebody is treated, along ties and nearby?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Codes, Flags, Floats, as_floats
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
from buzzline.econometrics.exposure_mapping import (
    EXPOSURES,
    NEITHER,
    ExposureMeans,
    exposure_means,
    exposure_probabilities,
    exposures_of,
)
from buzzline.econometrics.rings import (
    FEWEST_GROUPS,
    Coefficients,
    fit_without_each,
    told,
)
from buzzline.econometrics.spillover_scene import FEW_TIED, THIN, Scene, design_of, scene_of
from buzzline.econometrics.staggered_sums import detectable, within
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Kilometres, Share, Size
from buzzline.tables.study import Study

FEWEST_CARRIERS = 4  # groups that are treated, near or tied, for an interval
DIRECT, ALONG, TOTAL, NAIVE = (
    "on the treated", "on others tied to them", "in all, for each treated",
    "on the treated, as if others were left alone",
)  # fmt: skip
EFFECT_SCHEMA = {
    "term": pl.String,
    **dict.fromkeys(("from_km", "to_km", "value", "low", "high", "level", "se", "p",
                     "detectable", "within", "smallest"), pl.Float64),
    **dict.fromkeys(("n", "n_groups"), pl.Int64), "verdict": pl.String, "status": pl.String,
}  # fmt: skip
EXPOSURE_SCHEMA = {
    "exposure": pl.String,
    **dict.fromkeys(("value", "low", "high", "level", "p", "mean", "horvitz_thompson",
                     "probability"), pl.Float64),
    "n": pl.Int64, "status": pl.String,
}  # fmt: skip
ONLY_IF = (
    "These are effects only if all would otherwise have changed as those far away and untied "
    "did, and if what passes on goes no further than the last ring and one tie."
)
BY_LOT = (
    "Means by exposure hold the chance of being tied to somebody treated equal, as if "
    "treatment had been dealt by lot within countries; it was not."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PolicySpillovers:
    """What an initiative did to those treated, to others near, and to others tied to them.

    Attributes
    ----------
    effects : DataFrame
        One row a `term`: in all, for each treated (on the treated, plus what others gain, less
        what they lose); on the treated; on others tied to them; on others within each ring
        (`from_km`, `to_km`; below 0: displaced); and on the treated as if others had been left
        alone. `value`, `low`, `high`, `level`, `se`, `p`, `detectable`, `within`, `smallest`,
        `n` (units), `n_groups`, `verdict`, `status`.
    exposures : DataFrame
        One row an `exposure`: `value` (against neither treated nor tied, held equal by the
        probability of each), `low`, `high`, `level`, `p`, `mean` (of the change), the same as
        `horvitz_thompson`, `probability` (mean), `n`, `status`.
    left_out : DataFrame       `reason`, `n`
    outcome, unit, label : str
    before, after : (first, last) year compared
    level : share
    notes : tuple of str
    """

    effects: pl.DataFrame
    exposures: pl.DataFrame
    left_out: pl.DataFrame
    outcome: str
    unit: str
    label: str
    before: tuple[int, int]
    after: tuple[int, int]
    level: Share
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return effects in all, on the treated, along ties and by distance."""
        return self.effects

    def __str__(self) -> str:
        rows = {row["term"]: row for row in self.effects.to_dicts()}
        first = rows[TOTAL]
        if first["value"] is None:
            return " ".join([f"Spillovers are {first['status']}.", *self.notes])
        unit = f" ({self.unit})" if self.unit else ""
        parts = [
            f"{term} {_said(row)}" for term, row in rows.items() if row["value"] is not None
        ]
        head = f"{self.label!r} on {self.outcome!r}{unit}: " + "; ".join(parts) + "."
        return " ".join([head, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.effects._repr_html_()}"


@analysis("econometrics", "Do others gain or lose when somebody is treated?")
def policy_spillovers(
    study: Study,
    *,
    initiative: str | None = None,
    outcome: str | None = None,
    rings_km: Sequence[Kilometres] = (10.0, 25.0, 50.0),
    layers: Sequence[str] | None = None,
    smallest: Size | None = None,
    level: Share = 0.95,
) -> PolicySpillovers:
    """Return what an initiative did to the treated, to others near and to others tied to them.

    Parameters
    ----------
    study : Study
        Needs `initiatives`, `outcomes` of places or organisations, and coordinates; linkages
        for what passes along ties.
    initiative : name or identifier, optional
        Which initiative is looked at; needed where there are several.
    outcome : indicator, optional
        What it may have changed; None: the one that most units have.
    smallest : unit of the outcome, optional
        Effect that would matter; None: a fifth of the standard deviation between units.
    rings_km : km, rising
        Outer edges of rings around the treated; whoever is beyond the last, and untied, is the
        yardstick.
    layers : names of layers, or None
        Of ties along which something may pass; None: all.
    level : share

    Returns
    -------
    PolicySpillovers
        With the reason in `status` where nothing can be compared.

    Raises
    ------
    TooFew
        The study has no initiatives.
    InvalidArgument
        A name that is not in the tables; rings that do not rise; a `level` of 0 or 1.

    Notes
    -----
    Change (mean after all have begun, less mean before any has) = a + treated + rings + tied +
    error, rings and `tied` for the untreated [1]_; over the same years for all, those that keep
    most treated units and years. In all, for each treated = direct + (tied
    units x effect along ties + units of each ring x its effect) / treated units: direct plus
    spillover less displacement. Ties are those that were there before. Errors: made again
    without each group (what a place lies in; regions or cities of organisations), with as many
    degrees of freedom as groups carry it. Exposures are weighted by their probability [2]_.

    References
    ----------
    .. [1] Butts, K. (2021). Difference-in-differences estimation with spatial spillovers.
       arXiv:2105.03737
    .. [2] Aronow, P. M., Samii, C. (2017). Estimating average causal effects under general
       interference. Annals of Applied Statistics 11(4). doi:10.1214/16-AOAS1005

    Examples
    --------
    >>> from buzzline.tables.worlds import PolicyPlan, make_world, plant_policy
    >>> bare = make_world(organisations=300, clusters=2, rng=1).study
    >>> plan = PolicyPlan(units=120, treated=0.2, starts=(6,), near=-1.0, near_km=50.0)
    >>> study, _ = plant_policy(bare, plan, rng=1)
    >>> policy_spillovers(study, initiative="programme", rings_km=(50.0,)).effects["term"][0]
    'in all, for each treated'
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"policy_spillovers: `level` must be in (0, 1), got {level:g}")
    if smallest is not None and not smallest > 0:
        raise InvalidArgument("policy_spillovers: `smallest` must be above 0")
    chosen_initiatives(study, initiative)
    try:
        panel = evaluated(study, initiative=initiative, outcome=outcome)
        if reason := enough_to_compare(panel):
            return _refused(reason, panel.outcome, level)
        scene = scene_of(study, panel, rings_km=rings_km, layers=layers)
    except TooFew as error:
        return _refused(str(error), outcome or "", level)
    matters, because = smallest_of(panel, smallest)
    left_out = pl.concat([panel.left_out, pl.DataFrame(
        {"reason": list(scene.left_out), "n": list(scene.left_out.values())},
        schema=LEFT_OUT_SCHEMA,
    )])  # fmt: skip
    exposures, lots = _exposure_rows(scene, level)
    return PolicySpillovers(
        framed(_effect_rows(scene, rings_km, (matters, level)), EFFECT_SCHEMA),
        framed(exposures, EXPOSURE_SCHEMA), left_out, panel.outcome, panel.unit, panel.label,
        scene.before, scene.after, level,
        (_compared(panel, scene), *_without(scene), because, *in_words(left_out),
         *panel.notes, ONLY_IF, *lots),
    )  # fmt: skip


def _compared(panel: Evaluated, scene: Scene) -> str:
    years = [f"{first}-{last}" if first < last else str(first)
             for first, last in (scene.before, scene.after)]  # fmt: skip
    unplaced = int(panel.is_treated.sum()) - int(scene.treated.sum())
    lost = f" {unplaced:,} more treated cannot be placed: whoever is near them counts as far."
    return (
        f"{years[1]} against {years[0]}, of {panel.said(scene.rows.size)} "
        f"({int(scene.treated.sum()):,} treated; errors by {scene.grouped_by})."
        + (lost if unplaced else "")
    )


def _effect_rows(
    scene: Scene, rings_km: Sequence[float], how: tuple[float, float]
) -> list[Row]:
    x, rings, has_tied = design_of(scene, len(rings_km))
    found = fit_without_each(scene.change, x, scene.group)
    k = x.shape[1]
    n_treated = int(scene.treated.sum())
    of = [(*how, _carriers(x[:, j] > 0, scene.group)) for j in range(k)]
    mixes = np.eye(k)
    total = x[:, 1:].sum(axis=0) / n_treated
    in_all = _row(TOTAL, found, as_floats(np.concatenate([[0.0], total])), min(of[1:]))
    in_all |= {"status": "; ".join([str(in_all["status"]), *_not_in_all(scene)])}
    rows = [
        in_all | {"n": scene.rows.size},
        _row(DIRECT, found, as_floats(mixes[1]), of[1]) | {"n": n_treated},
    ]
    if has_tied:
        rows.append(
            _row(ALONG, found, as_floats(mixes[-1]), of[-1]) | {"n": int(x[:, -1].sum())}
        )
    else:
        why = "not testable: too few others are tied to a treated one"
        rows.append({"term": ALONG, "n": int(scene.tied.sum()), "level": how[1],
                     "verdict": "not testable", "status": why})  # fmt: skip
    edges = (0.0, *rings_km)
    for number, code in enumerate(rings):
        near, far = edges[code], edges[code + 1]
        ring = _row(f"on others within {near:g} to {far:g} km", found,
                    as_floats(mixes[2 + number]), of[2 + number])  # fmt: skip
        rows.append(ring | {"from_km": near, "to_km": far, "n": int(x[:, 2 + number].sum())})
    naive = fit_without_each(scene.change, as_floats(x[:, :2]), scene.group)
    rows.append(_row(NAIVE, naive, as_floats(mixes[1][:2]), of[1]) | {"n": n_treated})
    return rows


def _not_in_all(scene: Scene) -> list[str]:
    """Say whose gains and losses could not be told, and so are not in the sum."""
    thin, n_tied = scene.left_out.get(THIN, 0), scene.left_out.get(FEW_TIED, 0)
    said = [f"without {thin:,} near the treated, too few to tell"] if thin else []
    return said + ([f"without {n_tied:,} tied to them, too few to tell"] if n_tied else [])


def _without(scene: Scene) -> tuple[str, ...]:
    said = _not_in_all(scene)
    return (f"In all is {' and '.join(said)}.",) if said else ()


def _carriers(which: Flags, group: Codes) -> int:
    """Return how many groups have units that are so reached."""
    return int(np.unique(group[which]).size)


def _row(term: str, found: Coefficients, mix: Floats, how: tuple[float, float, int]) -> Row:
    matters, level, carriers = how
    item = told(found, mix, level=level)
    few = carriers < FEWEST_CARRIERS
    row: Row = {
        "term": term, "value": item.value, "level": level, "smallest": matters,
        "n_groups": len(found.left_out), "verdict": "cannot tell",
    }  # fmt: skip
    if not isfinite(item.value):
        return row | {"verdict": "not testable", "status": "not testable: nothing varies"}
    if few or not isfinite(item.se):
        why = (
            f"no interval: {carriers} of {len(found.left_out)} groups are so reached; it takes "
            f"{FEWEST_CARRIERS}, and {FEWEST_GROUPS} groups in all"
        )
        return row | {"status": why}
    row |= {
        "low": item.low, "high": item.high, "se": item.se, "p": item.p,
        "detectable": detectable(item.se, item.df, level=level),
        "within": within(item.value, item.se, item.df, level=level),
        "status": f"each group left out in turn, {item.df:.0f} degrees of freedom",
    }  # fmt: skip
    return row | {"verdict": verdict_of(row, matters)}


def _exposure_rows(scene: Scene, level: float) -> tuple[list[Row], tuple[str, ...]]:
    if not scene.ties.one.size:
        return [], ()
    means, probability = _means(scene, np.ones(scene.rows.size, np.bool_))
    groups = np.unique(scene.group)
    without = np.array([_means(scene, scene.group != group)[0].hajek for group in groups])
    rows: list[Row] = []
    for code, name in enumerate(EXPOSURES):
        both = Coefficients(means.hajek, as_floats(without))
        mix = np.zeros(4)
        mix[code], mix[NEITHER] = 1.0, -1.0
        row: Row = {
            "exposure": name, "mean": float(means.hajek[code]), "n": int(means.n[code]),
            "probability": float(probability[:, code].mean()) if probability.size else nan,
            "level": level, "value": nan, "status": "what others are held against",
        }  # fmt: skip
        if code != NEITHER:
            clean = Coefficients(np.nan_to_num(both.value), both.left_out)
            few = not (means.n[code] and means.n[NEITHER])
            used = [code, NEITHER]
            item = told(
                Coefficients(clean.value[used], clean.left_out[:, used]),
                np.array([1.0, -1.0]), level=level,
            )  # fmt: skip
            lots = means.horvitz_thompson[code] - means.horvitz_thompson[NEITHER]
            row |= {
                "value": nan if few else item.value, "low": item.low, "high": item.high,
                "p": item.p, "horvitz_thompson": float(lots),
                "status": _why_not(few, item.se),
            }  # fmt: skip
        rows.append(row)
    return rows, (BY_LOT,)


def _why_not(few: bool, se: float) -> str:
    if few:
        return "not testable: nobody is so exposed"
    return "" if isfinite(se) else "no interval: too few groups, or all hangs on one"


def _means(scene: Scene, which: Any) -> tuple[ExposureMeans, Floats]:
    """Return means by exposure of some units; exposures and their chances are of all."""
    n = np.bincount(scene.stratum)
    share = np.bincount(scene.stratum, scene.treated) / np.maximum(n, 1)
    probability = exposure_probabilities(as_floats(share[scene.stratum]), scene.ties)
    exposure = exposures_of(scene.treated, scene.ties)
    found = exposure_means(
        as_floats(scene.change[which]), exposure[which], as_floats(probability[which])
    )
    return found, as_floats(probability[(probability > 0).all(axis=1)])


def _refused(reason: str, outcome: str, level: Share) -> PolicySpillovers:
    row: Row = {"term": TOTAL, "verdict": "not testable", "level": level,
                "status": f"not testable: {reason}"}  # fmt: skip
    return PolicySpillovers(
        framed([row], EFFECT_SCHEMA), framed([], EXPOSURE_SCHEMA), framed([], LEFT_OUT_SCHEMA),
        outcome, "", "", (0, 0), (0, 0), level, (),
    )  # fmt: skip


def _said(row: dict[str, Any]) -> str:
    if row["low"] is None:
        return f"{row['value']:+.3g} ({row['status']})"
    ends = f"{row['value']:+.3g} [{row['low']:.3g}, {row['high']:.3g}]"
    return f"{ends}, {row['verdict']}"
