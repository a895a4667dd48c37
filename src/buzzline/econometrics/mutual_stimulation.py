"""Do local buzz and distant pipelines strengthen each other?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import as_floats
from buzzline.econometrics.panel import Panel
from buzzline.econometrics.stimulation_rows import (
    FORMS,
    Cells,
    check_rows,
    cross_lag_rows,
    effect_rows,
    fitted,
    form_of,
    margin_rows,
    refused,
)
from buzzline.econometrics.yearly import (
    ALONE,
    BUZZ,
    ORGANISATION,
    PIPELINES,
    exposures,
    lagged,
    outcome_of,
    outcomes_by_year,
    panel_of,
    too_little,
)
from buzzline.errors import BuzzlineError, InvalidArgument, TooFew
from buzzline.quantities import Kilometres, Share
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study

_TOLD = {
    **dict.fromkeys(("value", "low", "high", "level", "se", "p"), pl.Float64),
    **dict.fromkeys(("n", "n_organisations", "n_years", "n_groups"), pl.Int64),
    "groups": pl.String,
}  # fmt: skip
EFFECT_SCHEMA = {
    "form": pl.String, "term": pl.String, **_TOLD, "estimator": pl.String, "status": pl.String,
}  # fmt: skip
MARGIN_SCHEMA = {
    "form": pl.String,
    **dict.fromkeys(("share", "buzz", "value", "low", "high", "level", "se", "p"), pl.Float64),
}  # fmt: skip
CHECK_SCHEMA = {"form": pl.String, "check": pl.String, **_TOLD, "status": pl.String}
CROSS_SCHEMA = {
    "source": pl.String, "target": pl.String, **_TOLD, "per_sd": pl.Float64,
    "status": pl.String,
}  # fmt: skip
NO_CAUSE = (
    "Effects are of a year before, net of organisations and years; they are causes only if "
    "nothing else that moves goes with both."
)
BY_SCALE = (
    "In levels and in logs the interaction asks different questions, and its sign can differ: "
    "whether buzz adds to what one more pipeline brings, and whether it adds to what one per "
    "cent more brings."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MutualStimulation:
    """Effects of buzz, pipelines and both together on a yearly outcome of organisations.

    Attributes
    ----------
    effects : DataFrame
        One row a form ("levels", "logs") and term ("interaction", "buzz", "pipelines"; the
        latter two at the mean of the other): `value`, `low`, `high`, `level`, `se`, `p`, `n`
        (organisations by years), `n_organisations`, `n_years`, `n_groups`, `groups` (what they
        are: errors are by group), `estimator` ("past as instrument", "fixed effects",
        "Poisson"), `status`.
    margins : DataFrame
        Effect of pipelines where buzz is at its quantile `share`: `form`, `share`, `buzz`,
        `value`, `low`, `high`, `level`, `se`, `p`.
    cross_lags : DataFrame
        One row a `source` and `target` ("buzz", "pipelines"): effect of the one on the other a
        year later, net of the other's own past: `value`, `low`, `high`, `p`, ..., `per_sd`
        (standard deviations of the target for one of the source, within organisations),
        `status`.
    checks : DataFrame
        One row a form and `check`: the interaction by other estimates, and the effect of later
        pipelines on the outcome, which is 0 unless pipelines answer to outcomes.
    outcome : str               indicator held against both; "" where there is none
    level : share
    notes : tuple[str, ...]     what a reader must know
    """

    effects: pl.DataFrame
    margins: pl.DataFrame
    cross_lags: pl.DataFrame
    checks: pl.DataFrame
    outcome: str
    level: Share
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a form and term, the interaction first."""
        return self.effects

    def __str__(self) -> str:
        rows = self.effects.filter(pl.col("term") == "interaction").to_dicts()
        told = [row for row in rows if row["value"] is not None]
        if not told:
            return " ".join([f"Mutual stimulation is {rows[0]['status']}.", *self.notes])
        parts = [_said(row) for row in told]
        parts += [f"in {row['form']} {row['status']}" for row in rows if row["value"] is None]
        head = f"Buzz and pipelines on {self.outcome!r}: " + "; ".join(parts) + "."
        return " ".join([head, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.effects._repr_html_()}"


@analysis("econometrics", "Do local buzz and distant pipelines strengthen each other?")
def mutual_stimulation(
    study: Study,
    *,
    outcome: str | None = None,
    layers: Sequence[str] | None = None,
    decay_km: Kilometres = 1.0,
    cutoffs: Cutoffs = Cutoffs(),  # noqa: B008  # frozen
    level: Share = 0.95,
) -> MutualStimulation:
    """Hold a yearly outcome of organisations against their buzz, their pipelines, and both.

    Answers whether pipelines are worth more where there is much buzz (they stimulate each
    other) or less (each replaces the other), in levels and in logs; and whether pipelines
    follow buzz or buzz follows pipelines.

    Parameters
    ----------
    study : Study
        Needs `outcomes` of organisations (`unit_id` an `org_id`) over four years or more.
        Indicators "buzz" and "pipelines" are taken as they are; without them both are measured
        from organisations and dated linkages.
    outcome : indicator, optional
        None: the one that most organisations and years have.
    layers : names of layers, or None
        Of which every distant tie is a pipeline, as in `buzz_and_pipelines`.
    decay_km : km
        Distance at which what is heard of a neighbour has fallen to 0.37.
    cutoffs : Cutoffs
    level : share

    Returns
    -------
    MutualStimulation
        With the reason in `status` where nothing can be fitted.

    Raises
    ------
    InvalidArgument
        A `level` of 0 or 1; an indicator that no organisation has.

    Notes
    -----
    y_it = b B_i,t-1 + p P_i,t-1 + i B_i,t-1 P_i,t-1 + organisation + year + error, B and P
    centred on their means. "levels" as they stand; "logs" with ln y, ln B and ln(1 + P), or by
    Poisson where y has zeros. The sign of i can differ between the two: (1 + B)(1 + P) has an
    interaction in levels and none in logs.

    Organisations that did well build pipelines afterwards, which biases fixed effects; so the
    mean of later years is taken out, and what was so at the beginning of a year is the
    instrument [1]_. Where that tells too little of what changed, fixed effects are given and
    the row says so. Cross-lags are told the same way; fixed effects would be biased by their
    own past in a short panel [2]_. Errors are by region or city, else by organisation, and
    `groups` says so: everything is made again without each group in turn.

    Simple diffusion makes buzz and pipelines replace each other, not stimulate: each reaches
    what the other would have. Where few gatekeepers hold the pipelines, those without gain from
    buzz; so an interaction of organisations says little of one of clusters.

    References
    ----------
    .. [1] Arellano, M., Bover, O. (1995). Another look at the instrumental variable estimation
       of error-components models. Journal of Econometrics 68(1).
       doi:10.1016/0304-4076(94)01642-D
    .. [2] Nickell, S. (1981). Biases in dynamic models with fixed effects. Econometrica 49(6).
       doi:10.2307/1911408
    .. [3] Bathelt, H., Malmberg, A., Maskell, P. (2004). Clusters and knowledge. Progress in
       Human Geography 28(1). doi:10.1191/0309132504ph469oa

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world, plant_panel
    >>> study, _ = plant_panel(make_world(organisations=300, clusters=2, rng=1).study, rng=1)
    >>> found = mutual_stimulation(study).effects.row(0, named=True)
    >>> found["term"], found["form"], found["n_years"]
    ('interaction', 'levels', 9)
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"mutual_stimulation: `level` must be between 0 and 1, got {level:g}"
        )
    name = outcome_of(study, outcome)
    told = outcomes_by_year(study, name)
    reason = too_little(told, name)
    if reason:
        return _refused(reason, name, level)
    try:
        by_year, notes = exposures(
            study, told, layers=layers, decay_km=decay_km, cutoffs=cutoffs
        )
    except TooFew as error:
        return _refused(str(error), name, level)
    rows = lagged(told, by_year)
    reason = too_little(rows, name, 3)
    if reason:
        return _refused(f"with the year before, {reason}", name, level)
    panel, kind = panel_of(study, rows, (BUZZ, PIPELINES))
    effects, margins, checks = _forms(rows, (panel, kind), _later(rows, by_year), level)
    crossed = cross_lag_rows(_crossed(study, by_year), level)
    order = {term: k for k, term in enumerate(("interaction", BUZZ, PIPELINES))}
    alone = (ALONE,) if kind == ORGANISATION else ()
    table = _frame(effects, EFFECT_SCHEMA)
    by_term = pl.col("term").replace_strict(order, return_dtype=pl.Int64)
    return MutualStimulation(
        table.sort(pl.col("form") != FORMS[0], by_term, maintain_order=True),
        _frame(margins, MARGIN_SCHEMA), _frame(crossed, CROSS_SCHEMA),
        _frame(checks, CHECK_SCHEMA), name, level, (BY_SCALE, *notes, *alone, NO_CAUSE),
    )  # fmt: skip


def _forms(
    rows: pl.DataFrame, panel: tuple[Panel, str], later: pl.Series, level: Share
) -> tuple[list[Cells], list[Cells], list[Cells]]:
    effects: list[Cells] = []
    margins: list[Cells] = []
    checks: list[Cells] = []
    for name in FORMS:
        form = form_of(name, rows, panel)
        if isinstance(form, str):
            effects += refused(name, form)
            continue
        try:
            found = fitted(form)
        except BuzzlineError as error:
            effects += refused(name, str(error))
            continue
        effects += effect_rows(form, found, level)
        margins += margin_rows(form, found, level)
        checks += check_rows(form, found, as_floats(later.to_numpy()), level=level)
    return effects, margins, checks


def _later(rows: pl.DataFrame, by_year: pl.DataFrame) -> pl.Series:
    """Return pipelines of the year after each outcome; NaN where they are not known."""
    after = by_year.select("row", pl.col("year") - 1, later=PIPELINES)
    found = rows.select("row", "year").join(
        after, on=["row", "year"], how="left", validate="1:1", maintain_order="left"
    )
    return found["later"].fill_null(float("nan"))


def _crossed(study: Study, by_year: pl.DataFrame) -> dict[str, tuple[Panel, str]]:
    """Return buzz and pipelines, each with both of the year before."""
    now = by_year.rename({BUZZ: f"next_{BUZZ}", PIPELINES: f"next_{PIPELINES}"})
    rows = lagged(now, by_year)
    if not rows.height:
        return {}
    panel, kind = panel_of(study, rows, (BUZZ, PIPELINES), y=f"next_{BUZZ}")
    other = replace(panel, y=as_floats(rows[f"next_{PIPELINES}"].to_numpy()))
    return {PIPELINES: (other, kind), BUZZ: (panel, kind)}


def _refused(reason: str, outcome: str, level: Share) -> MutualStimulation:
    effects = [row for form in FORMS for row in refused(form, reason)]
    crossed = [
        {"source": source, "target": target, "status": f"not testable: {reason}"}
        for target in (PIPELINES, BUZZ)
        for source in (BUZZ, PIPELINES)
    ]
    return MutualStimulation(
        _frame(effects, EFFECT_SCHEMA), _frame([], MARGIN_SCHEMA),
        _frame(crossed, CROSS_SCHEMA), _frame([], CHECK_SCHEMA), outcome, level, (),
    )  # fmt: skip


def _frame(rows: Sequence[Mapping[str, object]], schema: Mapping[str, type]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=dict(schema), strict=False).fill_nan(None)


def _said(row: Mapping[str, object]) -> str:
    value, low, high = row["value"], row["low"], row["high"]
    assert isinstance(value, float)
    if not isinstance(low, float) or not isinstance(high, float):
        return f"in {row['form']} their interaction is {value:.3g} ({row['status']})"
    if low > 0:
        said = "they stimulate each other"
    elif high < 0:
        said = "each replaces the other"
    else:
        said = "it cannot be told whether they stimulate or replace each other"
    return f"in {row['form']} {said} (interaction {value:.3g} [{low:.3g}, {high:.3g}])"
