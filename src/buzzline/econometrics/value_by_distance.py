"""What is one more tie worth, near and far?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import as_floats
from buzzline.econometrics.forward_deviations import STRONG, forward_deviations
from buzzline.econometrics.open_ends import open_ends, ties_of_some
from buzzline.econometrics.panel import (
    FEWEST_GROUPS,
    Interval,
    Panel,
    PanelFit,
    fit_panel,
    jackknifed,
)
from buzzline.econometrics.ties_by_year import ties_by_year
from buzzline.econometrics.yearly import (
    ALONE,
    ORGANISATION,
    lagged,
    outcome_of,
    outcomes_by_year,
    panel_of,
    too_little,
)
from buzzline.errors import BuzzlineError, InvalidArgument, TooFew
from buzzline.quantities import Share
from buzzline.resampling import false_discovery_q
from buzzline.space.scales import SCALES, Cutoffs
from buzzline.tables.study import Study
from buzzline.wording import plural

_TOLD = dict.fromkeys(("value", "low", "high", "level", "se", "p"), pl.Float64)
SLOPE_SCHEMA = {
    "scale": pl.String, **_TOLD, "mean": pl.Float64, "n": pl.Int64, "n_moving": pl.Int64,
    "n_organisations": pl.Int64, "n_years": pl.Int64, "n_groups": pl.Int64,
    "groups": pl.String, "estimator": pl.String, "status": pl.String,
}  # fmt: skip
DIFFERENCE_SCHEMA = {
    "scale": pl.String, "other": pl.String, **_TOLD, "q": pl.Float64, "status": pl.String,
}  # fmt: skip
QUALITY_SCHEMA = {"quality": pl.String, **_TOLD, "status": pl.String}
FEWEST_MOVING = 20  # organisations whose ties at a scale change
PAST, FIXED = "past as instrument", "fixed effects"
NO_CAUSE = (
    "Values are of a year before, net of organisations, years and what is known of the quality "
    "of ties; they are causes only if nothing else that moves goes with them."
)
Cells = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ValueByDistance:
    """What one more tie goes with in the outcome a year later, scale by scale.

    Attributes
    ----------
    slopes : DataFrame
        One row a scale: `value` (of one more partner), `low`, `high`, `level`, `se`, `p`,
        `mean` (partners of an organisation and year), `n` (organisations by years), `n_moving`
        (organisations whose number at this scale changes), `n_organisations`, `n_years`,
        `n_groups`, `groups`, `estimator`, `status`.
    differences : DataFrame
        One row a pair of scales: `scale`, `other`, `value` (the further less the nearer),
        `low`, `high`, `level`, `se`, `p`, `q`, `status`.
    qualities : DataFrame
        One row a quality held constant: `quality`, `value`, `low`, `high`, `p`, `status`.
    p_equal : float             smallest p of all pairs of scales, times how many there are
    outcome : str
    level : share
    notes : tuple[str, ...]
    """

    slopes: pl.DataFrame
    differences: pl.DataFrame
    qualities: pl.DataFrame
    p_equal: float
    outcome: str
    level: Share
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a scale."""
        return self.slopes

    def __str__(self) -> str:
        told = [row for row in self.slopes.to_dicts() if row["value"] is not None]
        if not told:
            reason = self.slopes["status"][0]
            return " ".join([f"The value of ties by distance is {reason}.", *self.notes])
        said = ", ".join(_said(row) for row in told)
        equal = ""
        if self.p_equal == self.p_equal:
            more = "differ" if self.p_equal <= 1 - self.level else "cannot be told apart"
            equal = f" Slopes {more} (p = {self.p_equal:.2g})."
        head = f"One more partner and {self.outcome!r} a year later: {said}.{equal}"
        return " ".join([head, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.slopes._repr_html_()}"


@analysis("econometrics", "Is one more tie worth more near or far?")
def value_by_distance(
    study: Study,
    *,
    outcome: str | None = None,
    layers: Sequence[str] | None = None,
    cutoffs: Cutoffs = Cutoffs(),  # noqa: B008  # frozen
    level: Share = 0.95,
) -> ValueByDistance:
    """Hold a yearly outcome of organisations against their ties at each scale.

    Answers what one more partner goes with in the year after, for local, regional, national and
    global ones, the quality of ties held constant; and whether the scales differ.

    Parameters
    ----------
    study : Study
        Needs `outcomes` of organisations (`unit_id` an `org_id`) over four years or more, and
        `linkages` with `start` and `end`.
    outcome : indicator, optional
        None: the one that most organisations and years have.
    layers : names of layers, or None for all
    cutoffs : Cutoffs
        Where local and regional end.
    level : share

    Returns
    -------
    ValueByDistance
        With the reason in `status` where nothing can be fitted.

    Raises
    ------
    InvalidArgument
        A `level` of 0 or 1; an indicator that no organisation has; a layer without linkages.

    Notes
    -----
    y_it = sum over scales of v_s n_s,i,t-1 + qualities + organisation + year + error; n are
    distinct partners. Organisations may build ties because they did well: the mean of later
    years is taken out, and what was so at the beginning of a year is the instrument [1]_, as in
    `mutual_stimulation`. Errors are by region or city, else by organisation, and `groups` says
    so. Ties without a last day count as lasting; many without a first day are refused. A line:
    where the tenth tie is worth less than the first, v is of one more for those who have a
    usual number.

    References
    ----------
    .. [1] Arellano, M., Bover, O. (1995). Another look at the instrumental variable estimation
       of error-components models. Journal of Econometrics 68(1).
       doi:10.1016/0304-4076(94)01642-D

    Examples
    --------
    >>> from buzzline.tables.worlds import PanelPlan, make_world, plant_panel
    >>> world = make_world(organisations=300, clusters=2, rng=1).study
    >>> study, _ = plant_panel(world, PanelPlan(ties_each=1.0), rng=1)
    >>> value_by_distance(study, layers=["advice"]).slopes["scale"].to_list()
    ['local', 'regional', 'national', 'global']
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"value_by_distance: `level` must be between 0 and 1, got {level:g}"
        )
    name = outcome_of(study, outcome)
    told = outcomes_by_year(study, name)
    reason = too_little(told, name)
    if reason:
        return _refused(reason, name, level)
    if not study.linkages.height:
        return _refused("the study has no linkages", name, level)
    seen = told["year"].to_numpy()
    years = range(int(seen.min()) - 1, int(seen.max()) + 1)
    ties = ties_by_year(study, told, years, layers=layers, cutoffs=cutoffs)
    counted = ties_of_some(study, told["row"])
    if layers is not None:
        counted = counted.filter(pl.col("layer").is_in(list(layers)))
    ends = open_ends(counted)
    if reason := ends.refusal():
        return _refused(reason, name, level)
    found = _valued(study, lagged(told, ties), name, level)
    return replace(found, notes=(*found.notes, *ends.notes()))


def _valued(study: Study, rows: pl.DataFrame, name: str, level: Share) -> ValueByDistance:
    qualities = tuple(c for c in rows.columns if c not in {"row", "year", "y", *SCALES})
    moving: dict[str, int] = {scale: _moving(rows, scale) for scale in SCALES}
    scales = tuple[str, ...](scale for scale in SCALES if moving[scale] >= FEWEST_MOVING)
    qualities = tuple(c for c in qualities if _moving(rows, c) >= FEWEST_MOVING)
    if not scales:
        return _refused(
            f"ties of fewer than {FEWEST_MOVING} organisations change over the years (are "
            "`start` and `end` of linkages known?)", name, level,
        )  # fmt: skip
    panel, kind = panel_of(study, rows, (*scales, *qualities))
    try:
        fit, estimator, note = _fitted(panel)
    except BuzzlineError as error:
        return _refused(str(error), name, level)
    status = note if fit.n_groups >= FEWEST_GROUPS else (
        f"no interval: {fit.n_groups} groups, and at least {FEWEST_GROUPS} are needed"
    )  # fmt: skip
    about: Cells = {
        "level": level, "n": fit.n, "n_organisations": fit.n_units, "n_years": fit.n_periods,
        "n_groups": fit.n_groups, "groups": kind, "estimator": estimator, "status": status,
    }  # fmt: skip
    slopes = _slopes(rows, fit, (scales, moving), about)
    differences = _differences(fit, scales, status, level)
    held = [
        {"quality": quality, "level": level, "status": status,
         **_interval(_slope(fit, len(scales) + k, level))}
        for k, quality in enumerate(qualities)
    ]  # fmt: skip
    notes = (f"Held constant: {', '.join(qualities)}.",) if qualities else (
        "Nothing is known of the quality of ties.",
    )  # fmt: skip
    return ValueByDistance(
        _frame(slopes, SLOPE_SCHEMA), differences,
        _frame(held, QUALITY_SCHEMA), _p_equal(differences), name, level,
        (*notes, *((ALONE,) if kind == ORGANISATION else ()), NO_CAUSE),
    )  # fmt: skip


def _slopes(
    rows: pl.DataFrame,
    fit: PanelFit,
    known: tuple[Sequence[str], Mapping[str, int]],
    about: Cells,
) -> list[Cells]:
    """Return a row for each scale; `known` are those fitted, and how many move at each."""
    scales, moving = known
    out: list[Cells] = []
    for scale in SCALES:
        own: Cells = {
            "scale": scale, "mean": float(rows[scale].to_numpy().mean()),
            "n_moving": moving[scale],
        }  # fmt: skip
        if scale in scales:
            level = about["level"]
            assert isinstance(level, float)
            own |= about | _interval(_slope(fit, scales.index(scale), level))
        else:
            own["status"] = (
                f"not testable: {plural(moving[scale], 'organisation')} with ties at this "
                f"scale that change, and {FEWEST_MOVING} are needed"
            )
        out.append(own)
    return out


def _fitted(panel: Panel) -> tuple[PanelFit, str, str]:
    try:
        found = forward_deviations(panel)
    except TooFew:
        return fit_panel(panel), FIXED, "measured"
    if found.is_strong:
        return found.fit, PAST, "measured"
    note = (
        f"the past tells too little of what changed (F = {found.strength:.1f}, and {STRONG:g} "
        "are needed): fixed effects, which hold if nobody answers to the past"
    )
    return fit_panel(panel), FIXED, note


def _differences(
    fit: PanelFit, scales: Sequence[str], status: str, level: Share
) -> pl.DataFrame:
    rows: list[Cells] = []
    for near in range(len(scales)):
        for far in range(near + 1, len(scales)):
            value = float(fit.beta[far] - fit.beta[near])
            without = as_floats(fit.left_out[:, far] - fit.left_out[:, near])
            rows.append({
                "scale": scales[far], "other": scales[near], "level": level,
                **_interval(jackknifed(value, without, level=level)), "status": status,
            })  # fmt: skip
    frame = _frame(rows, DIFFERENCE_SCHEMA)
    tested = np.flatnonzero(frame["p"].is_not_null().to_numpy())
    q = np.full(frame.height, nan)
    q[tested] = false_discovery_q(as_floats(frame["p"].to_numpy()[tested]))
    return frame.with_columns(pl.Series("q", q, nan_to_null=True))


def _p_equal(differences: pl.DataFrame) -> float:
    """Return the smallest p of all pairs, times how many there are (Bonferroni).

    A joint test by F falls too often where groups are few and unequal; single differences do
    not.
    """
    told = differences["p"].drop_nulls().to_numpy()
    return float(min(1.0, told.size * told.min())) if told.size else nan


def _slope(fit: PanelFit, k: int, level: Share) -> Interval:
    return jackknifed(float(fit.beta[k]), fit.left_out[:, k], level=level)


def _moving(rows: pl.DataFrame, column: str) -> int:
    """Return how many organisations have a column that changes over the years."""
    spread = rows.group_by("row").agg((pl.col(column).max() - pl.col(column).min()).alias("d"))
    return int((spread["d"] > 0).sum())


def _interval(told: Interval) -> Cells:
    return {"value": told.value, "low": told.low, "high": told.high, "se": told.se, "p": told.p}


def _refused(reason: str, outcome: str, level: Share) -> ValueByDistance:
    rows = [{"scale": scale, "status": f"not testable: {reason}"} for scale in SCALES]
    return ValueByDistance(
        _frame(rows, SLOPE_SCHEMA), _frame([], DIFFERENCE_SCHEMA), _frame([], QUALITY_SCHEMA),
        nan, outcome, level, (),
    )  # fmt: skip


def _frame(rows: Sequence[Mapping[str, object]], schema: Mapping[str, type]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=dict(schema), strict=False).fill_nan(None)


def _said(row: Mapping[str, object]) -> str:
    low, high = row["low"], row["high"]
    interval = f" [{low:.3g}, {high:.3g}]" if low is not None else ""
    return f"{row['scale']} {row['value']:.3g}{interval}"
