"""What did an initiative change for those it reached, against others not reached by then?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.econometrics.aimed_at import chosen_initiatives
from buzzline.econometrics.effect_rows import (
    CHECK_SCHEMA,
    COHORT_SCHEMA,
    EFFECT_SCHEMA,
    EVENT_SCHEMA,
    Asked,
    Row,
    check_rows,
    cohort_rows,
    effect_rows,
    event_rows,
    smallest_of,
    unused_rows,
    worked_out,
)
from buzzline.econometrics.evaluation import (
    LEFT_OUT_SCHEMA,
    Evaluated,
    enough_to_compare,
    evaluated,
    framed,
    in_words,
)
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Draws, Share, Size
from buzzline.randomness import Seed, seed_of
from buzzline.resampling import too_few_draws
from buzzline.tables.study import Study

ONLY_IF = (
    "It is an effect on those treated only if they would otherwise have changed as the others "
    "did, and if the others were left alone: whether they gained or lost by it, "
    "policy_spillovers asks. It is not what the initiative would do elsewhere, nor whether it "
    "was worth its cost."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PolicyEffect:
    """Effects of an initiative on those it reached.

    Attributes
    ----------
    effects : DataFrame
        One row a `term`: "average effect" (mean over treated units of their mean effect in the
        years treated), then "treated from <year>": `value`, `low`, `high`, `level`, `se`, `p`,
        `n_treated`, `n_others` (units), `n_groups`, `n_other_groups` (errors are by group),
        `detectable` (effect that would be told from 0 with probability 0.8), `within` (the
        effect is surely smaller than this, either way), `smallest` (that matters), `n_needed`
        (treated units to show it), `verdict` ("raised", "lowered", "no effect that matters",
        "cannot tell", "not testable"), `status`.
    event_study : DataFrame
        One row a year `since` the first treated one: `value`, `low`, `high` (of that year
        alone), `band_low`, `band_high` (of all years together), `level`, `se`, `n_treated`,
        `n_groups`, `status`.
    by_cohort : DataFrame
        One row a `cohort` and `year`: `since`, `value`, `low`, `high`, `level`, `n_treated`,
        `n_others`, `method`.
    checks : DataFrame
        One row a `check`: `value`, `low`, `high`, `level`, `p`, `said`.
    left_out : DataFrame          `reason`, `n`: units not used
    outcome, unit, label, kind : str
    level : share
    draws : int
    notes : tuple of str
    """

    effects: pl.DataFrame
    event_study: pl.DataFrame
    by_cohort: pl.DataFrame
    checks: pl.DataFrame
    left_out: pl.DataFrame
    outcome: str
    unit: str
    label: str
    kind: str
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return the average effect, then one row a year in which some were first treated."""
        return self.effects

    def __str__(self) -> str:
        row = self.effects.row(0, named=True)
        if row["value"] is None:
            return " ".join([f"A policy effect is {row['status']}.", *self.notes])
        unit = f" ({self.unit})" if self.unit else ""
        head = f"{self.label!r} on {self.outcome!r}{unit}: {_said(row)}."
        checks = self.checks.filter(pl.col("said") != "")["said"].to_list()
        return " ".join([head, *checks, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.effects._repr_html_()}"


@analysis("econometrics", "What did an initiative change for those it reached?")
def policy_effect(
    study: Study,
    *,
    initiative: str | None = None,
    outcome: str | None = None,
    covariates: Sequence[str] = (),
    smallest: Size | None = None,
    level: Share = 0.95,
    draws: Draws = 999,
    rng: Seed = None,
) -> PolicyEffect:
    """Return how much more those reached by an initiative changed than others not reached.

    Parameters
    ----------
    study : Study
        Needs `initiatives` (`start`, and `place_id` or `target`) and `outcomes` of places,
        declared clusters or organisations over years before and after.
    initiative : str, optional
        `initiative_id`, `name`, `instrument` or `target`; None: all initiatives together.
    outcome : indicator, optional
        None: the one with most treated units and years.
    covariates : indicators
        Held equal, in the last year before anybody was treated.
    smallest : unit of the outcome, optional
        Effect that would matter; None: a fifth of how far units differ (standard deviation)
        before.
    level : share
    draws : draws
        For the band of all years together and the test of years before.
    rng : Generator, int or None

    Returns
    -------
    PolicyEffect
        With the reason in `status` where nothing can be compared.

    Raises
    ------
    TooFew
        The study has no initiatives.
    InvalidArgument
        A name that is not in the tables; a `level` of 0 or 1; `smallest` of 0.

    Notes
    -----
    ATT(g, t) = change from the last year before g to t of units first treated in g, less that
    of units not treated by t [1]_; with covariates doubly robust [2]_. The average effect is
    over cohorts by their size, each over its years. Errors: everything is made again without
    each group (units; places that were treated as a whole; regions or cities of organisations),
    with Welch's degrees of freedom. With fewer than four treated groups, the same timing is
    dealt among them and those never treated, the effect taken off [3]_. `within` is the bound
    of two one-sided tests: absence of an effect is a result where it lies below `smallest`.

    References
    ----------
    .. [1] Callaway, B., Sant'Anna, P. H. C. (2021). Difference-in-differences with multiple
       time periods. Journal of Econometrics 225(2). doi:10.1016/j.jeconom.2020.12.001
    .. [2] Sant'Anna, P. H. C., Zhao, J. (2020). Doubly robust difference-in-differences
       estimators. Journal of Econometrics 219(1). doi:10.1016/j.jeconom.2020.06.003
    .. [3] Conley, T. G., Taber, C. R. (2011). Inference with "difference in differences" with a
       small number of policy changes. Review of Economics and Statistics 93(1).
       doi:10.1162/REST_a_00049

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world, plant_policy
    >>> bare = make_world(organisations=300, clusters=2, rng=1).study
    >>> study, truth = plant_policy(bare, rng=1)
    >>> row = policy_effect(study, initiative="programme", rng=1).effects.row(0, named=True)
    >>> row["verdict"], row["low"] < truth.overall < row["high"]
    ('raised', True)
    """
    _check(level, smallest)
    seed = seed_of(rng)
    chosen_initiatives(study, initiative)
    try:
        panel = evaluated(study, initiative=initiative, outcome=outcome, covariates=covariates)
    except TooFew as error:
        return _refused(str(error), outcome or "", (level, draws))
    reason = enough_to_compare(panel)
    if reason:
        return _refused(reason, panel.outcome, (level, draws), panel)
    matters, matters_because = smallest_of(panel, smallest)
    asked = Asked(level, draws, seed, matters)
    try:
        work = worked_out(panel, asked)
    except TooFew as error:
        return _refused(str(error), panel.outcome, (level, draws), panel)
    checks = check_rows(panel, work, asked)
    left_out = pl.concat([panel.left_out, unused_rows(panel, work)])
    few = too_few_draws(draws, level)
    notes = (
        matters_because, *((f"Of all years together: {few}.",) if few else ()),
        *in_words(left_out), *panel.notes, ONLY_IF,
    )  # fmt: skip
    return PolicyEffect(
        framed(effect_rows(panel, work, asked), EFFECT_SCHEMA),
        framed(event_rows(work, asked), EVENT_SCHEMA),
        framed(cohort_rows(work, asked), COHORT_SCHEMA), framed(checks, CHECK_SCHEMA),
        left_out, panel.outcome, panel.unit, panel.label, panel.kind, level, draws, notes,
    )  # fmt: skip


def _check(level: float, smallest: float | None) -> None:
    if not 0 < level < 1:
        raise InvalidArgument(f"policy_effect: `level` must be between 0 and 1, got {level:g}")
    if smallest is not None and not smallest > 0:
        raise InvalidArgument(
            "policy_effect: `smallest` must be above 0: an effect that matters"
        )


def _refused(
    reason: str, outcome: str, chosen: tuple[Share, int], panel: Evaluated | None = None
) -> PolicyEffect:
    row: Row = {
        "term": "average effect", "verdict": "not testable",
        "status": f"not testable: {reason}", "level": chosen[0],
    }  # fmt: skip
    left = panel.left_out if panel else pl.DataFrame(schema=LEFT_OUT_SCHEMA)
    said = (panel.unit, panel.label, panel.kind) if panel else ("", "", "")
    notes = (*in_words(left), *panel.notes) if panel else ()
    return PolicyEffect(
        framed([row], EFFECT_SCHEMA), framed([], EVENT_SCHEMA), framed([], COHORT_SCHEMA),
        framed([], CHECK_SCHEMA), left, outcome, *said, *chosen, notes,
    )  # fmt: skip


def _said(row: Mapping[str, Any]) -> str:
    value = f"{row['value']:+.3g}"
    who = f"for {row['n_treated']:,} treated, against {row['n_others']:,} others"
    if row["low"] is None:
        return f"{value} on average {who}; {row['status']}"
    value += f" [{row['low']:.3g}, {row['high']:.3g}] on average {who}"
    size = f"{row['within']:.3g}" if row["within"] is not None else ""
    if row["verdict"] == "no effect that matters":
        return f"no effect that matters ({value}; either way below {size})"
    if row["verdict"] == "cannot tell":
        need = row["n_needed"]
        more = f", and {need:,} treated to see what would matter" if need else ""
        return (
            f"it cannot be told whether there is an effect that matters ({value}; it would "
            f"have had to be {row['detectable']:.3g} to be seen{more})"
        )
    return f"{row['verdict']} it: {value}"
