"""Do fairs and conferences tie those who meet there, and do the ties last?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.errors import InvalidArgument
from buzzline.linkages.gathering_model import EFFECT, THERE, pair_model
from buzzline.linkages.gathering_pairs import pair_table
from buzzline.linkages.gathering_ties import (
    MET,
    DatedTies,
    Gathering,
    Home,
    Homes,
    dated_ties,
    gatherings_of,
    homes_of,
)
from buzzline.linkages.temporary_rows import (
    AT_GATHERING,
    Row,
    Scene,
    attendance_rows,
    model_rows,
    phase_rows,
    retention_rows,
    yield_row,
)
from buzzline.progress import Progress, silent, told
from buzzline.quantities import MillionUSD, Months, Share
from buzzline.randomness import Seed, seed_of
from buzzline.tables.study import Study
from buzzline.wording import plural

MOST_SAID = 3  # gatherings named in a sentence
HOMES = {"city": "cities", "region": "regions", "country": "countries"}
MODEL_SCHEMA = {
    "layer": pl.String, "model": pl.String, "term": pl.String, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "p": pl.Float64,
    "n": pl.Float64, "n_needed": pl.Float64, "n_pairs": pl.Float64, "n_held": pl.Int64,
    "n_cancelled": pl.Int64, "design_effect": pl.Float64, "status": pl.String,
}  # fmt: skip
CHANGE_SCHEMA = {
    "layer": pl.String, "gathering_id": pl.String, "name": pl.String, "start": pl.Date,
    "took_place": pl.Boolean, "n_organisations": pl.Int64, "n_pairs": pl.Int64,
    "n_before": pl.Int64, "n_during": pl.Int64, "n_after": pl.Int64, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "usual": pl.Float64,
    "excess": pl.Float64, "excess_low": pl.Float64, "excess_high": pl.Float64,
    "p": pl.Float64, "status": pl.String,
}  # fmt: skip
PHASE_SCHEMA = {
    "layer": pl.String, "gathering_id": pl.String, "name": pl.String, "took_place": pl.Boolean,
    "phase": pl.String, "n": pl.Int64, "same_home": pl.Float64, "by_chance": pl.Float64,
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
    "change": pl.Float64, "change_low": pl.Float64, "change_high": pl.Float64,
    "p": pl.Float64, "status": pl.String,
}  # fmt: skip
RETENTION_SCHEMA = {
    "layer": pl.String, "begun": pl.String, "months": pl.Int64, "n": pl.Int64,
    "n_at_risk": pl.Int64, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "difference": pl.Float64, "difference_low": pl.Float64,
    "difference_high": pl.Float64, "p": pl.Float64, "status": pl.String,
}  # fmt: skip
YIELD_SCHEMA = {
    "layer": pl.String, "n_held": pl.Int64, "n_present": pl.Int64, "n_new": pl.Float64,
    "n_expected": pl.Float64, "n_expected_low": pl.Float64, "n_expected_high": pl.Float64,
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
    "lasting": pl.Float64, "lasting_low": pl.Float64, "lasting_high": pl.Float64,
    "cost_musd": pl.Float64, "cost_low_musd": pl.Float64, "cost_high_musd": pl.Float64,
    "status": pl.String,
}  # fmt: skip
ATTENDANCE_SCHEMA = {
    "gathering_id": pl.String, "name": pl.String, "kind": pl.String, "start": pl.Date,
    "took_place": pl.Boolean, "n_organisations": pl.Int64, "n_again": pl.Int64,
    "n_elsewhere": pl.Int64, "n_known": pl.Int64, "n_homes": pl.Int64, "value": pl.Float64,
    "status": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TemporaryClusters:
    """What fairs, conferences and missions do to the ties of those who come.

    Attributes
    ----------
    model : DataFrame
        One row a layer, model and term, the effect of having met first: `value` (log odds of a
        new tie), `low`, `high`, `level`, `p`, `n` (new ties of pairs who met), `n_needed` (how
        many would show twice the odds), `n_pairs` (who met), `n_held`, `n_cancelled`
        (gatherings that tell), `design_effect`, `status`.
    changes : DataFrame
        One row a layer and gathering, pooled ones first: `n_organisations`, `n_pairs`,
        `n_before`, `n_during`, `n_after` (tied pairs of those present), `value`
        (reconfiguration: 1 minus Jaccard of before and after), `low`, `high`, `level`, `usual`
        (the same one window earlier), `excess` and its interval, `p`, `status`.
    phases : DataFrame
        One row a layer, gathering and phase: `n` (tied pairs), `same_home`, `by_chance`,
        `value` (assortativity by home), `low`, `high`, `level`, `change` (from before) and its
        interval, `p`, `status`.
    retention : DataFrame
        One row a layer, beginning ("at a gathering", "otherwise") and month: `n`, `n_at_risk`,
        `value` (share of ties that last so long), `low`, `high`, `level`, `difference` (to
        ties begun otherwise, at 6, 12 and 24 months) and its interval, `p`, `status`.
    yields : DataFrame
        One row a layer: `n_held`, `n_present`, `n_new`, `n_expected` (had it been cancelled)
        and its interval, `value` (new ties owed to meeting), `low`, `high`, `level`,
        `lasting` (share that lasts 12 months) and its interval, `cost_musd` (of one that
        lasts), `cost_low_musd`, `cost_high_musd`, `status`.
    attendance : DataFrame
        One row a gathering: `n_organisations`, `n_again` (came to an earlier one),
        `n_elsewhere` (and to another), `n_known`, `n_homes`, `value` (how likely two of them
        are of different homes; an exact count), `status`.
    home : str
    months : months             of the windows before and after
    level : share
    notes : tuple[str, ...]     what a reader must know
    """

    model: pl.DataFrame
    changes: pl.DataFrame
    phases: pl.DataFrame
    retention: pl.DataFrame
    yields: pl.DataFrame
    attendance: pl.DataFrame
    home: str
    months: Months
    level: Share
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a layer, model and term, the effect of having met first."""
        return self.model

    def __str__(self) -> str:
        usable = self.attendance.drop_nulls("n_organisations")
        n_off = int((~usable["took_place"]).sum())
        off = f", {n_off} of them cancelled" if n_off else ""
        head = f"{plural(usable.height, 'gathering')} with attendance{off}."
        said = [self._effect_said(row) for row in self._firsts()]
        return " ".join([head, *self._came_said(usable), *said, *self.notes])

    def _came_said(self, usable: pl.DataFrame) -> list[str]:
        """Say who came, where that is all there is to be said."""
        if self.model["value"].drop_nulls().len():
            return []
        largest = usable.sort("n_organisations", descending=True).head(MOST_SAID)
        return [
            f"{row['name']}: {plural(row['n_organisations'], 'organisation')}, "
            f"{row['n_elsewhere']:,} also at another; two of them are of different "
            f"{HOMES[self.home]} with a probability of {row['value']:.2f} "
            f"({row['n_known']:,} known)."
            for row in largest.drop_nulls("value").to_dicts()
        ]

    def _firsts(self) -> list[Row]:
        shown = self.model.unique("layer", keep="first", maintain_order=True)
        return shown.sort("n", descending=True, nulls_last=True, maintain_order=True).to_dicts()

    def _effect_said(self, row: Row) -> str:
        layer = str(row["layer"]).replace("_", " ")
        if row["low"] is None:
            needed = row["n_needed"]
            more = f" (about {needed:,.0f} would show twice the odds)" if needed else ""
            return f"{layer}: not testable, {row['status']}{more}."
        ends = (exp(min(row[name], 700.0)) for name in ("value", "low", "high"))
        odds = "{:.3g} times the odds [{:.3g}, {:.3g}] at".format(*ends)
        if row["term"] == THERE:
            return (
                f"{layer}: pairs who were both there have {odds} {row['level']:.0%} of a new "
                f"tie within {self.months} months; without a cancelled gathering to compare, "
                "that is no effect of meeting."
            )
        return (
            f"{layer}: having met gives {odds} {row['level']:.0%} of a new tie within "
            f"{self.months} months, against pairs who had planned to meet at gatherings that "
            f"were cancelled ({row['n']:,.0f} new ties){self._lasting_said(row['layer'])}."
        )

    def _lasting_said(self, layer: str) -> str:
        last = self.retention.filter(
            (pl.col("layer") == layer) & (pl.col("months") == 12)
            & (pl.col("begun") == AT_GATHERING)
        ).drop_nulls("low").to_dicts()  # fmt: skip
        if not last:
            return ""
        value, low, high = (last[0][name] for name in ("value", "low", "high"))
        return f"; of ties begun there {value:.0%} [{low:.0%}, {high:.0%}] last a year"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.model.head(20)._repr_html_()}"


@analysis("linkages", "Do fairs and conferences tie those who meet there, and for how long?")
def temporary_clusters(
    study: Study,
    *,
    layers: Sequence[str] | None = None,
    home: Home = "city",
    months: Months = 12,
    cost_each_musd: MillionUSD | None = None,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> TemporaryClusters:
    """Follow ties from before fairs and conferences to after, against cancelled ones.

    Answers whether having met makes two organisations tie, beyond that those who want to tie
    go to the same fairs; whether the far and the new gain more; how much of who is tied to whom
    changes; whether ties mix homes; how many last, and what one that lasts costs.

    Parameters
    ----------
    study : Study
        Needs `gatherings` with `start`, `attendance` (of cancelled ones: who had planned to
        come), and `linkages` with `start`.
    layers : names of layers, or None for all
        Each is kept apart. `co_attendance` tells of having met, and is no outcome.
    home : "city", "region" or "country"
        What it means to be of one home.
    months : months
        How long before and after a gathering ties are looked at.
    cost_each_musd : million USD, optional
        What taking part once costs an organisation, for the cost of a tie that lasts.
    level : share
    rng : Generator, int or None
        Draws the pairs that did not tie, where there are more than can be held.

    Returns
    -------
    TemporaryClusters

    Raises
    ------
    InvalidArgument
        A layer without linkages; a `level` of 0 or 1.

    Notes
    -----
    Before, during and after are the phases A, B, C of [1]_. The pair model is logit P(a tie of
    i and j begins within `months`) = intercept of the gathering + g planned_ij + b planned_ij
    held + what the pair is (ln distance, tied before, same home, industry, owner), over all
    pairs of organisations seen at any gathering. g takes what makes those who come alike tie
    anyway, so that b is the effect of meeting, as long as what was cancelled was not cancelled
    because of them [2]_. The second model adds distance and earlier ties, each with planned,
    held and both. All pairs that tied are used, and a sample of the others with its rate as an
    offset. Errors: pairs that share an organisation or a record move together [3]_; and
    gatherings may differ anyway, by as much as their scatter and a half-normal prior (scale
    0.5) leave open.

    References
    ----------
    .. [1] Maskell, P., Bathelt, H., Malmberg, A. (2006). Building global knowledge pipelines:
       the role of temporary clusters. European Planning Studies 14(8).
       doi:10.1080/09654310600852332
    .. [2] Campos, R., Leon, F., McQuillin, B. (2018). Lost in the storm: the academic
       collaborations that went missing in Hurricane Isaac. Economic Journal 128(610).
       doi:10.1111/ecoj.12566
    .. [3] Aronow, P., Samii, C., Assenova, V. (2015). Cluster-robust variance estimation for
       dyadic data. Political Analysis 23(4). doi:10.1093/pan/mpv018

    Examples
    --------
    >>> import numpy as np
    >>> from buzzline.tables.worlds import make_world, plant_fairs
    >>> study = make_world(organisations=200, clusters=2, rng=1).study
    >>> study, truth = plant_fairs(study, rng=np.random.default_rng(1))
    >>> found = temporary_clusters(study, layers=["advice"], rng=1)
    >>> found.model.row(0)[:3]
    ('advice', 'all pairs', 'took part together')
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"temporary_clusters: `level` must be between 0 and 1, got {level:g}"
        )
    seed = seed_of(rng)
    names = _chosen(study, layers)
    gatherings, not_measured = gatherings_of(study)
    homes = homes_of(study, home)
    came = attendance_rows(gatherings, homes, not_measured.rows())
    dated = tuple(each for each in gatherings if each.has_date)
    ties = {name: dated_ties(study, name) for name in names}
    parts: dict[str, list[Row]] = {
        name: [] for name in ("model", "changes", "phases", "retention", "yields")
    }
    for name in told(progress, "ties around gatherings", names):
        scene = Scene(name, ties[name], dated, homes, months, level)
        for key, rows in _of_layer(scene, cost_each_musd, seed).items():
            parts[key] += rows
    return TemporaryClusters(
        _ordered(_frame(parts["model"], MODEL_SCHEMA)),
        _frame(parts["changes"], CHANGE_SCHEMA), _frame(parts["phases"], PHASE_SCHEMA),
        _frame(parts["retention"], RETENTION_SCHEMA), _frame(parts["yields"], YIELD_SCHEMA),
        _frame(came, ATTENDANCE_SCHEMA), home, months, level,
        _notes(study, gatherings, not_measured, ties, homes),
    )  # fmt: skip


def _chosen(study: Study, wanted: Sequence[str] | None) -> tuple[str, ...]:
    known = study.linkages["layer"].unique().sort().to_list()
    for name in wanted or ():
        if name not in known:
            raise InvalidArgument(
                f"linkages: no linkage has the layer {name!r}; layers are {', '.join(known)}"
            )
    return tuple(wanted) if wanted is not None else tuple(n for n in known if n != MET)


def _of_layer(scene: Scene, cost: float | None, seed: int) -> dict[str, list[Row]]:
    """Return all rows of one layer, or the one that says why there are none."""
    ties = scene.ties
    over = [each for each in scene.gatherings if scene.is_over(each)]
    why = ""
    if not scene.gatherings:
        why = "no gathering has a date and attendance"
    elif not ties.one.size:
        why = "no tie has a first day: give linkages their `start`"
    elif not over:
        why = "the time after every gathering goes on after the last tie that is seen"
    if why:
        row = {
            "layer": scene.layer, "model": "all pairs", "term": EFFECT, "level": scene.level,
            "status": why,
        }  # fmt: skip
        return {"model": [row]}
    table = pair_table(over, ties, scene.homes, after_days=scene.days, seed=seed)
    model = pair_model(table, level=scene.level)
    changes, phases = phase_rows(scene)
    lasting, curve = retention_rows(scene)
    return {
        "model": model_rows(scene, model), "changes": changes, "phases": phases,
        "retention": lasting, "yields": [yield_row(scene, model, curve, cost_each_musd=cost)],
    }  # fmt: skip


def _frame(rows: Sequence[Mapping[str, object]], schema: Mapping[str, type]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    if "start" in columns:
        days = pl.Series("start", columns["start"], dtype=pl.Int32).cast(pl.Date)
        columns["start"] = days.to_list()
    return pl.DataFrame(columns, schema=dict(schema), strict=False).fill_nan(None)


def _ordered(model: pl.DataFrame) -> pl.DataFrame:
    """Put the effect of each layer first, the layer with most new ties first."""
    rank = pl.col("term").is_in([EFFECT, THERE]).not_()
    return model.sort(
        [rank, pl.col("n").fill_null(-1)], descending=[False, True], maintain_order=True
    )


def _notes(
    study: Study, gatherings: Sequence[Gathering], not_measured: pl.DataFrame,
    ties: Mapping[str, DatedTies], homes: Homes,
) -> tuple[str, ...]:  # fmt: skip
    notes = []
    if not study.gatherings.height:
        notes.append("The study has no gatherings: nothing can be said of temporary clusters.")
    if not_measured.height:
        n = not_measured.height
        why = ", ".join(not_measured["status"].unique(maintain_order=True))
        notes.append(f"{plural(n, 'gathering')} cannot be measured ({why}).")
    if gatherings and not ties:
        notes.append("There are no ties: who came is told, what came of it is not.")
    undated = {name: each.n_undated for name, each in ties.items() if each.n_undated}
    if undated and gatherings:
        said = ", ".join(f"{n:,} of {name}" for name, n in undated.items())
        notes.append(f"Ties without a first day are left out: {said}.")
    if gatherings and not (homes.home >= 0).any():
        notes.append("No home is known: mixing cannot be told.")
    return tuple(notes)
