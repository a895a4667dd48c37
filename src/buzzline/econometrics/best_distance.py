"""Is there a best distance to partners: near enough to understand, far enough to learn?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, nan

import numpy as np
import polars as pl
from scipy.stats import norm

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Codes, Floats, as_flags, as_floats
from buzzline.econometrics.inverted_u import two_lines, u_test
from buzzline.econometrics.partner_distance import (
    PartnerDistance,
    controls_of,
    groups_of,
    partner_distances,
)
from buzzline.econometrics.peak import misfit_of_quadratic, peak_of
from buzzline.econometrics.smooth_curve import smooth_curve
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.cognitive_rows import knowledge_layers
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import false_discovery_q
from buzzline.tables.indicators import of_performance
from buzzline.tables.study import Study

SCHEMA = {
    "indicator": pl.String, "dimension": pl.String, "measured_by": pl.String,
    "verdict": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "p": pl.Float64, "q": pl.Float64, "break_at": pl.Float64,
    "slope_before": pl.Float64, "before_low": pl.Float64, "before_high": pl.Float64,
    "slope_after": pl.Float64, "after_low": pl.Float64, "after_high": pl.Float64,
    "turns_at": pl.Float64, "turns_low": pl.Float64, "turns_high": pl.Float64,
    "p_quadratic": pl.Float64, "p_misfit": pl.Float64, "n": pl.Int64,
    "covered": pl.Float64, "n_needed": pl.Int64, "reason": pl.String,
}  # fmt: skip
CURVES = {
    "indicator": pl.String, "dimension": pl.String, "x": pl.Float64, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip
INDICATORS_TAKEN = 3
POINTS = 60  # of a curve
CORRELATION, POWER = 0.3, 0.8  # of interest on either side of the break
Row = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BestDistance:
    """How organisations fare by how far their partners are.

    Attributes
    ----------
    rows : DataFrame
        One row an indicator and kind of distance: `indicator`, `dimension`, `measured_by`,
        `verdict` ("inverted U", "no such shape", "not testable"; that of two lines, by `q`),
        `value` (where a smooth curve peaks; only of an inverted U), `low`, `high`, `level`, `p`
        (the larger of both slopes), `q` (over all rows), `break_at` (where the lines are cut:
        not the peak), `slope_before`, `before_low`, `before_high`, `slope_after`, `after_low`,
        `after_high`, `turns_at` (where a quadratic peaks; only where it fits), `turns_low`,
        `turns_high` (Fieller), `p_quadratic`, `p_misfit` (of cubic and quartic terms), `n`
        (organisations), `covered` (of those with the outcome and partners), `n_needed` (that
        would show a correlation of 0.3 on either side), `reason`.
    curves : DataFrame
        A smooth curve of each: `indicator`, `dimension`, `x`, `value`, `low`, `high`.
    layers : tuple[str, ...]
    level : share
    notes : tuple[str, ...]     what a reader must know
    """

    rows: pl.DataFrame
    curves: pl.DataFrame
    layers: tuple[str, ...]
    level: Share
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row an indicator and kind of distance."""
        return self.rows

    def __str__(self) -> str:
        tested = self.rows.filter(pl.col("verdict") != "not testable")
        if not tested.height:
            why = self.rows["reason"].drop_nulls().head(1).to_list()
            said = "Whether there is a best distance cannot be told"
            return " ".join([": ".join([said, *why]) + ".", *self.notes])
        found = tested.filter(pl.col("verdict") == "inverted U")
        said = "; ".join(
            f"{row['indicator']} over {row['dimension']} distance: smooth curve peaks at "
            f"{_peak(row)} {row['measured_by']}, two lines turn (q = {row['q']:.2g}), "
            f"n={row['n']:,}"
            for row in found.iter_rows(named=True)
        )
        text = said or "no inverted U of any indicator over any kind of distance"
        return " ".join([f"Of {tested.height} tested: {text}.", *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.rows.head(20)._repr_html_()}"


def _peak(row: Row) -> str:
    if row["low"] is None:
        return f"{row['value']:.2g} [interval not known]"
    return f"{row['value']:.2g} [{row['low']:.2g}, {row['high']:.2g}]"


@analysis("econometrics", "Is there a best distance to partners, beyond which more harms?")
def best_distance(
    study: Study,
    *,
    indicators: Sequence[str] | None = None,
    layers: Sequence[str] | None = None,
    level: Share = 0.95,
    draws: Draws = 999,
    rng: Seed = None,
) -> BestDistance:
    """Test whether organisations fare best at a middling distance to their partners.

    Answers whether partners can be too near (nothing to learn) and too far (not understood) at
    once [1]_, in what they know, in space, in rules.

    Parameters
    ----------
    study : Study
        Needs `linkages` and `outcomes` of organisations; `knowledge_items`, else industries,
        for cognitive distance.
    indicators : names of indicators, or None
        Of `outcomes`; None: the three known of most organisations.
    layers : names of layers, or None
        Whose partners count; None: those in which knowledge flows, else all.
    level : share
    draws : count
        Of the errors of the curve, for the interval of its peak.
    rng : Generator, int or None

    Returns
    -------
    BestDistance

    Raises
    ------
    InvalidArgument
        A layer without linkages, an indicator without organisations; a `level` of 0 or 1.

    Notes
    -----
    Mean outcome of an organisation over the mean distance to its partners, with partners, jobs
    (logs) and industries as controls; organisations of a region vary together where there are
    15 regions. The verdict is that of two lines [2]_, over all rows at a false discovery rate
    of 1 - level. Where the peak lies is read off a smooth curve: its interval holds every place
    that cannot be told to be lower than another. Where a quadratic turns is shown beside it
    only if cubic and quartic terms add nothing: of a lopsided peak it is elsewhere.
    Organisations choose partners: what fares best need not be what makes fare best.

    References
    ----------
    .. [1] Nooteboom, B., Van Haverbeke, W., Duysters, G., Gilsing, V., van den Oord, A. (2007).
       Optimal cognitive distance and absorptive capacity. Research Policy 36(7).
       doi:10.1016/j.respol.2007.04.003
    .. [2] Simonsohn, U. (2018). Two lines. Advances in Methods and Practices in Psychological
       Science 1(4). doi:10.1177/2515245918805755

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=400, clusters=2, rng=1).study
    >>> best_distance(study).rows["verdict"].unique().to_list()
    ['not testable']
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"best_distance: `level` must be between 0 and 1, got {level:g}")
    chosen = knowledge_layers(study, layers)
    outcomes = _outcomes(study, indicators)
    if not outcomes:
        reason = "no indicator of organisations in `outcomes`"
        row: Row = {"verdict": "not testable", "level": level, "reason": reason}
        return BestDistance(_frame([row], SCHEMA), _frame([], CURVES), chosen, level, ())
    distances = partner_distances(study, chosen)
    seed = seed_of(rng)
    rows, curves = [], []
    for number, (indicator, value) in enumerate(outcomes.items()):
        for k, distance in enumerate(distances):
            points = _points(study, chosen, distance, value)
            named: Row = {"indicator": indicator, "dimension": distance.dimension}
            row = _tested(points, level) | _located(
                points, level=level, draws=draws, rng=child(seed, "peak", number, k)
            )
            rows.append(named | row | {"measured_by": distance.measured_by, "level": level})
            curves += [named | point for point in _curve(points, level)]
    return BestDistance(
        _frame(_judged(rows, level), SCHEMA), _frame(curves, CURVES), chosen, level,
        _notes(distances),
    )  # fmt: skip


def _outcomes(study: Study, indicators: Sequence[str] | None) -> dict[str, Floats]:
    number = study.organisations.select("org_id").with_row_index("row")
    known = study.outcomes.join(
        number, left_on="unit_id", right_on="org_id", how="inner", validate="m:1"
    )  # fmt: skip
    each = known.group_by("indicator", "row").agg(pl.col("value").mean())
    counts = each.group_by("indicator").len().sort(["len", "indicator"],
                                                   descending=[True, False])  # fmt: skip
    names = counts["indicator"].to_list()
    for name in indicators or ():
        if name not in names:
            raise InvalidArgument(
                f"outcomes: no organisation has the indicator {name!r}; indicators of "
                f"organisations are {', '.join(names) or 'none'}"
            )
    chosen = (
        list(indicators) if indicators is not None else of_performance(names)[:INDICATORS_TAKEN]
    )
    found = {}
    for name in chosen:
        part = each.filter(pl.col("indicator") == name)
        value = np.full(number.height, np.nan)
        value[part["row"].to_numpy()] = part["value"].to_numpy()
        found[name] = as_floats(value)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """What is compared: organisations with an outcome and a known distance to partners."""

    x: Floats
    y: Floats
    controls: Floats
    groups: Codes | None
    covered: float


def _points(
    study: Study, layers: Sequence[str], distance: PartnerDistance, value: Floats
) -> _Points:
    rows = as_flags(np.isfinite(distance.mean) & np.isfinite(value))
    controls, groups = controls_of(study, layers, rows), groups_of(study, rows)
    if int(rows.sum()) <= 3 * controls.shape[1]:
        controls = controls[:, :1]
    could = int((distance.has_partners & np.isfinite(value)).sum())
    return _Points(
        as_floats(distance.mean[rows]), as_floats(value[rows]), as_floats(controls[rows]),
        None if groups is None else groups[rows], int(rows.sum()) / could if could else nan,
    )  # fmt: skip


def _tested(points: _Points, level: Share) -> Row:
    """Return what two lines say."""
    lines = two_lines(
        points.x, points.y, controls=points.controls, groups=points.groups, level=level
    )
    side = (norm.ppf(0.975) + norm.ppf(POWER)) / np.arctanh(CORRELATION)
    return {
        "verdict": lines.verdict, "p": lines.p, "break_at": lines.break_at,
        "slope_before": lines.slope_before, "before_low": lines.before_low,
        "before_high": lines.before_high, "slope_after": lines.slope_after,
        "after_low": lines.after_low, "after_high": lines.after_high, "n": lines.n,
        "covered": points.covered, "n_needed": 2 * ceil(side**2 + 3),
        "reason": lines.reason or None,
    }  # fmt: skip


def _located(points: _Points, *, level: Share, draws: Draws, rng: Seed) -> Row:
    """Return where a smooth curve peaks, and where a quadratic does if it fits."""
    x, y, controls, groups = points.x, points.y, points.controls, points.groups
    turn = u_test(x, y, controls=controls, groups=groups, level=level)
    if turn.reason:
        return {}
    misfit = misfit_of_quadratic(x, y, controls=controls, groups=groups)
    row: Row = {"p_quadratic": turn.p, "p_misfit": misfit}
    if turn.inside and turn.curvature < 0 and misfit > 1 - level:
        row |= {"turns_at": turn.extremum, "turns_low": turn.low, "turns_high": turn.high}
    peak = peak_of(x, y, controls=controls, groups=groups, level=level, draws=draws, rng=rng)
    return row | {"value": peak.value, "low": peak.low, "high": peak.high}


def _judged(rows: list[Row], level: Share) -> list[Row]:
    """Return rows with q-values and verdicts by them; a peak only where there is one."""
    tested = [row for row in rows if row["verdict"] != "not testable"]
    p = np.array([row["p"] for row in tested], np.float64)
    for row, q in zip(tested, false_discovery_q(p).tolist(), strict=True):
        row["q"] = q
        if row["verdict"] == "inverted U" and q > 1 - level:
            row["verdict"] = "no such shape"
    for row in rows:
        if row["verdict"] != "inverted U":
            row |= {"value": None, "low": None, "high": None}
    return rows


def _curve(points: _Points, level: Share) -> list[Row]:
    x = points.x
    if x.size < POINTS // 3:
        return []
    try:
        found = smooth_curve(x, points.y, controls=points.controls)
    except TooFew:
        return []  # too few different distances: the row says so
    order = np.argsort(x, kind="stable")
    shown = order[np.unique(np.linspace(0, x.size - 1, POINTS).astype(int))]
    z = float(norm.ppf((1 + level) / 2))
    return [
        {"x": float(x[i]), "value": float(found.fitted[i]),
         "low": float(found.fitted[i] - z * found.error[i]),
         "high": float(found.fitted[i] + z * found.error[i])}
        for i in shown
    ]  # fmt: skip


def _frame(rows: Sequence[Row], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=schema, strict=False).fill_nan(None)


def _notes(distances: Sequence[PartnerDistance]) -> tuple[str, ...]:
    cognitive = [one for one in distances if one.dimension == "cognitive"]
    if cognitive and "industry" in cognitive[0].measured_by:
        return ("Cognitive distance is read off industries: few knowledge items are known.",)
    return ()
