"""Is there a best distance to partners: near enough to understand, far enough to learn?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import polars as pl
from scipy.stats import norm

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Codes, Floats, as_flags, as_floats
from buzzline.econometrics.inverted_u import TwoLines, UTest, two_lines, u_test
from buzzline.econometrics.partner_distance import (
    PartnerDistance,
    controls_of,
    groups_of,
    partner_distances,
)
from buzzline.econometrics.smooth_curve import smooth_curve
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.cognitive_rows import knowledge_layers
from buzzline.quantities import Share
from buzzline.tables.study import Study

SCHEMA = {
    "indicator": pl.String, "dimension": pl.String, "measured_by": pl.String,
    "verdict": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "inside": pl.Boolean, "p_quadratic": pl.Float64,
    "break_at": pl.Float64, "slope_before": pl.Float64, "before_low": pl.Float64,
    "before_high": pl.Float64, "slope_after": pl.Float64, "after_low": pl.Float64,
    "after_high": pl.Float64, "p": pl.Float64, "n": pl.Int64, "n_needed": pl.Int64,
    "reason": pl.String,
}  # fmt: skip
CURVES = {
    "indicator": pl.String, "dimension": pl.String, "x": pl.Float64, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip
INDICATORS_TAKEN = 3
SIGHTED = "sighted"  # that an organisation was seen, not how it fares
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
        `verdict` ("inverted U", "no such shape", "not testable"; that of two lines), `value`
        (where the quadratic peaks), `low`, `high` (Fieller), `level`, `inside` (all of it
        within the data), `p_quadratic`, `break_at`, `slope_before`, `before_low`,
        `before_high`, `slope_after`, `after_low`, `after_high`, `p` (the larger of both
        slopes), `n` (organisations), `n_needed` (that would show a correlation of 0.3 on
        either side), `reason`.
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
            return " ".join(["Whether there is a best distance cannot be told:", *why,
                             *self.notes])  # fmt: skip
        found = tested.filter(pl.col("verdict") == "inverted U")
        said = "; ".join(
            f"{row['indicator']} over {row['dimension']} distance: best at {row['value']:.2g} "
            f"[{row['low']:.2g}, {row['high']:.2g}] {row['measured_by']}, p = {row['p']:.2g}, "
            f"n={row['n']:,}"
            for row in found.iter_rows(named=True)
        )
        text = said or "no inverted U of any indicator over any kind of distance"
        return " ".join([f"Of {tested.height} tested: {text}.", *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.rows.head(20)._repr_html_()}"


@analysis("econometrics", "Is there a best distance to partners, beyond which more harms?")
def best_distance(
    study: Study,
    *,
    indicators: Sequence[str] | None = None,
    layers: Sequence[str] | None = None,
    level: Share = 0.95,
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
    15 regions. The verdict is that of two lines [2]_; a quadratic tells where the peak lies.
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
    rows, curves = [], []
    for indicator, value in outcomes.items():
        for distance in distances:
            row, curve = _tested(study, chosen, distance, value, level)
            named: Row = {"indicator": indicator, "dimension": distance.dimension}
            rows.append(named | row)
            curves += [named | point for point in curve]
    return BestDistance(
        _frame(rows, SCHEMA), _frame(curves, CURVES), chosen, level, _notes(distances)
    )


def _outcomes(study: Study, indicators: Sequence[str] | None) -> dict[str, Floats]:
    number = study.organisations.select("org_id").with_row_index("row")
    known = study.outcomes.filter(pl.col("indicator") != SIGHTED).join(
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
    chosen = list(indicators) if indicators is not None else names[:INDICATORS_TAKEN]
    found = {}
    for name in chosen:
        part = each.filter(pl.col("indicator") == name)
        value = np.full(number.height, np.nan)
        value[part["row"].to_numpy()] = part["value"].to_numpy()
        found[name] = as_floats(value)
    return found


def _tested(
    study: Study,
    layers: Sequence[str],
    distance: PartnerDistance,
    value: Floats,
    level: Share,
) -> tuple[Row, list[Row]]:
    rows = as_flags(np.isfinite(distance.mean) & np.isfinite(value))
    controls, groups = controls_of(study, layers, rows), groups_of(study, rows)
    if int(rows.sum()) <= 3 * controls.shape[1]:
        controls = controls[:, :1]
    x, y = as_floats(distance.mean[rows]), as_floats(value[rows])
    own: Codes | None = None if groups is None else groups[rows]
    lines = two_lines(x, y, controls=controls[rows], groups=own, level=level)
    turn = u_test(x, y, controls=controls[rows], groups=own, level=level)
    row = _cells(lines, turn) | {"measured_by": distance.measured_by, "level": level}
    return row, _curve(x, y, as_floats(controls[rows]), level)


def _cells(lines: TwoLines, turn: UTest) -> Row:
    side = (norm.ppf(0.975) + norm.ppf(POWER)) / np.arctanh(CORRELATION)
    return {
        "verdict": lines.verdict, "value": turn.extremum, "low": turn.low, "high": turn.high,
        "inside": turn.inside, "p_quadratic": turn.p, "break_at": lines.break_at,
        "slope_before": lines.slope_before, "before_low": lines.before_low,
        "before_high": lines.before_high, "slope_after": lines.slope_after,
        "after_low": lines.after_low, "after_high": lines.after_high, "p": lines.p,
        "n": lines.n, "n_needed": 2 * ceil(side**2 + 3), "reason": lines.reason or None,
    }  # fmt: skip


def _curve(x: Floats, y: Floats, controls: Floats, level: Share) -> list[Row]:
    if x.size < POINTS // 3:
        return []
    try:
        found = smooth_curve(x, y, controls=controls)
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
