"""Did those just eligible fare otherwise than those just not?"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.econometrics.aimed_at import (
    OWN,
    kinds_of,
    organisations_by_luck,
    places_by_luck,
)
from buzzline.econometrics.effect_rows import A_FIFTH, Row, verdict_of
from buzzline.econometrics.evaluation import LEFT_OUT_SCHEMA, SAID, framed, in_words
from buzzline.econometrics.rd import Edge, crowding_p, edge, edge_columns
from buzzline.econometrics.rings import told
from buzzline.econometrics.staggered_sums import detectable, within
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Cutoff, Share, Size
from buzzline.tables.study import Study
from buzzline.wording import plural

Side = Literal["below", "at or above"]
JUMP, BEFORE = "at the cutoff", "at the cutoff, before"
STEPS = 20
NEARLY_ALL = 0.9  # of the units have an outcome before: changes are compared, else levels
SUSPECT = 0.05
EFFECT_SCHEMA = {
    "term": pl.String,
    **dict.fromkeys(("value", "low", "high", "level", "se", "p", "linear", "detectable",
                     "within", "smallest", "width"), pl.Float64),
    **dict.fromkeys(("n_eligible", "n_others", "n_groups"), pl.Int64),
    "verdict": pl.String, "status": pl.String,
}  # fmt: skip
CURVE_SCHEMA = dict.fromkeys(("running", "value", "low", "high", "level"), pl.Float64)
CHANGE = "Means after are compared less means before."
LEVEL = "Means after are compared; too few units have an outcome before."
ONLY_IF = (
    "It is an effect of being eligible (not of taking part), on units at the cutoff and on no "
    "others, and only if nothing else changes there and nobody can choose the side."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EligibilityEffect:
    """How far outcomes of eligible and other units are apart at the cutoff.

    Attributes
    ----------
    effects : DataFrame
        One row a `term`: at the cutoff; the same of outcomes before, which should be 0; and at
        the middle of each side, where nothing changes and it should be 0 too. `value`, `low`,
        `high`, `level`, `se`, `p`, `linear` (by straight lines), `detectable`, `within`,
        `smallest`, `width` (how far from the cutoff), `n_eligible`, `n_others` (units within
        it), `n_groups`, `verdict`, `status`.
    curve : DataFrame         `running`, `value`, `low`, `high`, `level`: the local curves
    left_out : DataFrame      `reason`, `n`
    running, outcome, kind : str
    cutoff : float
    crowding : probability    that units lie as unevenly about the cutoff by chance
    is_change : bool          outcomes are means after less means before
    level : share
    notes : tuple of str
    """

    effects: pl.DataFrame
    curve: pl.DataFrame
    left_out: pl.DataFrame
    running: str
    outcome: str
    kind: str
    cutoff: float
    crowding: float
    is_change: bool
    level: Share
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return the effect at the cutoff, then what should be 0."""
        return self.effects

    def __str__(self) -> str:
        row = self.effects.row(0, named=True)
        if row["value"] is None:
            return " ".join([f"An effect of eligibility cannot be told: {row['status']}.",
                             *self.notes])  # fmt: skip
        ends = f" [{row['low']:.3g}, {row['high']:.3g}]" if row["low"] is not None else ""
        head = (
            f"{self.outcome!r} of those just eligible ({self.running!r}, cutoff "
            f"{self.cutoff:g}): {row['verdict']} ({row['value']:+.3g}{ends}, of "
            f"{row['n_eligible']:,} eligible and {row['n_others']:,} others near the cutoff)."
        )
        return " ".join([head, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.effects._repr_html_()}"


@dataclass(frozen=True, slots=True, eq=False)
class _Units:
    """Units by how far they are from the cutoff; eligible from 0 on."""

    kind: str
    after: Floats
    before: Floats  # NaN where not known
    running: Floats
    group: Codes
    left_out: dict[str, int]
    is_change: bool


@analysis("econometrics", "Did those just eligible fare otherwise than those just not?")
def eligibility_effect(
    study: Study,
    *,
    running: str | None = None,
    cutoff: Cutoff | None = None,
    eligible: Side = "below",
    outcome: str | None = None,
    smallest: Size | None = None,
    level: Share = 0.95,
) -> EligibilityEffect:
    """Compare outcomes on both sides of the cutoff by which eligibility was decided.

    Parameters
    ----------
    study : Study
    running : indicator
        By which eligibility was decided, such as income per head; its first year counts.
    cutoff : unit of the indicator
        Value of `running` on one side of which units were eligible.
    eligible : "below" or "at or above"
        On which side of the cutoff units were eligible.
    outcome : indicator, optional
        Its mean over all later years, less its mean before where nine in ten have one; None:
        the one that most units have.
    smallest : unit of the outcome, optional
        Effect that would matter; None: a fifth of the standard deviation between units.
    level : share

    Returns
    -------
    EligibilityEffect
        With the reason in `status` where nothing can be compared.

    Raises
    ------
    InvalidArgument
        An indicator that is not there; a `level` of 0 or 1; `smallest` of 0.

    Notes
    -----
    Local quadratic curves on both sides, with weights that fall to 0 at the width that is best
    for straight lines [1]_: the error is that of the bias-corrected estimate [2]_, made again
    without each group (what a place lies in; regions or cities of organisations).

    References
    ----------
    .. [1] Imbens, G., Kalyanaraman, K. (2012). Optimal bandwidth choice for the regression
       discontinuity estimator. Review of Economic Studies 79(3). doi:10.1093/restud/rdr043
    .. [2] Calonico, S., Cattaneo, M. D., Titiunik, R. (2014). Robust nonparametric confidence
       intervals for regression-discontinuity designs. Econometrica 82(6). doi:10.3982/ECTA11757

    Examples
    --------
    >>> from buzzline.tables.worlds import PolicyPlan, make_world, plant_policy
    >>> bare = make_world(organisations=300, clusters=2, rng=1).study
    >>> study, _ = plant_policy(bare, PolicyPlan(units=200, treated=0.0), rng=1)
    >>> found = eligibility_effect(study, running="before", cutoff=0.0)
    >>> found.effects["term"][0], found.effects["n_groups"][0] <= 40
    ('at the cutoff', True)
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"eligibility_effect: `level` must be in (0, 1), got {level:g}")
    if smallest is not None and not smallest > 0:
        raise InvalidArgument("eligibility_effect: `smallest` must be above 0")
    for name in (running, outcome):
        if name is not None and name not in set(study.outcomes["indicator"]):
            there = ", ".join(sorted(set(study.outcomes["indicator"]))) or "none"
            raise InvalidArgument(f"there is no indicator {name!r}; indicators are {there}")
    if running is None or cutoff is None:
        why = "name the indicator that eligibility went by (`running`) and its `cutoff`"
        return _refused(why, (running or "", outcome or ""), level)
    sign = -1.0 if eligible == "below" else 1.0
    try:
        name, units = _units(study, running, outcome, (cutoff, sign))
        found = edge(units.after, units.running, units.group)
    except TooFew as error:
        return _refused(str(error), (running, outcome or ""), level)
    matters = smallest or A_FIFTH * float(units.after.std(ddof=1))
    left = pl.DataFrame({"reason": list(units.left_out), "n": list(units.left_out.values())},
                        schema=LEFT_OUT_SCHEMA)  # fmt: skip
    p = crowding_p(units.running)
    rows = [_row(JUMP, found, matters, level), *_should_be_0(units, matters, level)]
    return EligibilityEffect(
        framed(rows, EFFECT_SCHEMA), framed(_curve(found, (cutoff, sign), level), CURVE_SCHEMA),
        left, running, name, units.kind, cutoff, p, units.is_change, level,
        (CHANGE if units.is_change else LEVEL, _crowds(p), *_distrusted(rows[1:]),
         *in_words(left), ONLY_IF),
    )  # fmt: skip


def _units(
    study: Study, running: str, outcome: str | None, edge_at: tuple[float, float]
) -> tuple[str, _Units]:
    told = study.outcomes.filter(pl.col("indicator") == running).sort("year")
    first = told.unique("unit_id", keep="first", maintain_order=True).select(
        "unit_id", at="value", since="year"
    )
    rest = study.outcomes.filter(pl.col("indicator") != running)
    rows = rest.join(first, on="unit_id", how="inner", validate="m:1")
    rows = rows.filter(pl.col("year") > pl.col("since")) if outcome is None else rows
    name = outcome or _commonest(rows)
    mine = study.outcomes.filter(pl.col("indicator") == name).join(
        first, on="unit_id", how="inner", validate="m:1"
    )
    later = pl.col("year") > pl.col("since")
    frame = mine.group_by("unit_id").agg(
        after=pl.col("value").filter(later).mean(),
        before=pl.col("value").filter(~later).mean(),
        at=pl.col("at").first(),
    ).sort("unit_id")  # fmt: skip
    n_without = first.height - frame["after"].drop_nulls().len()
    frame = frame.drop_nulls("after")
    kind, used = _of_one_kind(study, frame)
    if not used.height:
        raise TooFew(f"no unit has {running!r} in one year and {name!r} in a later one")
    left = {"the outcome is not known later": n_without,
            f"no {SAID[kind]}": frame.height - used.height}  # fmt: skip
    known = used.drop_nulls("before")
    is_change = known.height >= NEARLY_ALL * used.height
    if is_change:
        left["the outcome is not known before"] = used.height - known.height
        used = known.with_columns(after=pl.col("after") - pl.col("before"))
    cutoff, sign = edge_at
    return name, _Units(
        kind, as_floats(used["after"].to_numpy()),
        as_floats(used["before"].fill_null(np.nan).to_numpy()),
        _from_cutoff(as_floats(used["at"].to_numpy()), cutoff, sign),
        _groups(study, kind, used["unit_id"].to_list()),
        {reason: n for reason, n in left.items() if n}, is_change,
    )  # fmt: skip


def _of_one_kind(study: Study, frame: pl.DataFrame) -> tuple[str, pl.DataFrame]:
    """Return units of the kind that most are of."""
    kinds = {
        kind: frame.filter(pl.col("unit_id").is_in(ids.implode()))
        for kind, ids in kinds_of(study).items()
    }
    kind = max(kinds, key=lambda one: kinds[one].height)
    return kind, kinds[kind]


def _commonest(rows: pl.DataFrame) -> str:
    if not rows.height:
        raise TooFew("no unit has an outcome in a later year than what eligibility went by")
    counts = rows.group_by("indicator").len().sort(["len", "indicator"],
                                                    descending=[True, False])  # fmt: skip
    return str(counts["indicator"][0])


def _from_cutoff(values: Floats, cutoff: float, sign: float) -> Floats:
    """Return how far eligible units are inside; exactly at the cutoff is "at or above"."""
    off = sign * (values - cutoff)
    return as_floats(np.where((off == 0) & (sign < 0), -1e-300, off))


def _groups(study: Study, kind: str, ids: list[str]) -> Codes:
    by: dict[str, str] = {}
    if kind == "organisation":
        by, _ = organisations_by_luck(study)
    elif kind == "place":
        by, _ = places_by_luck(study, ids)
    names = [by.get(unit, f"\0{OWN}{unit}") for unit in ids]
    return as_codes(np.unique(np.array(names, dtype=str), return_inverse=True)[1])


def _row(term: str, found: Edge, matters: float, level: float) -> Row:
    jump = np.eye(6)[1]
    item = told(found.found, as_floats(jump), level=level)
    row: Row = {
        "term": term, "value": item.value, "level": level, "smallest": matters,
        "linear": found.linear, "width": found.width, "n_eligible": found.n_eligible,
        "n_others": found.n_others, "n_groups": len(found.found.left_out),
        "verdict": "cannot tell",
    }  # fmt: skip
    if not isfinite(item.se):
        return row | {"status": "no interval: too few groups, or all hangs on one"}
    row |= {
        "low": item.low, "high": item.high, "se": item.se, "p": item.p,
        "detectable": detectable(item.se, item.df, level=level),
        "within": within(item.value, item.se, item.df, level=level),
        "status": f"each group left out in turn, {item.df:.0f} degrees of freedom",
    }  # fmt: skip
    return row | {"verdict": verdict_of(row, matters)}


def _should_be_0(units: _Units, matters: float, level: float) -> list[Row]:
    """Return jumps where there should be none: before, and at the middle of each side."""
    known = ~np.isnan(units.before)
    middles = [float(np.median(units.running[units.running >= 0])),
               float(np.median(units.running[units.running < 0]))]  # fmt: skip
    tries = [(BEFORE, known, units.before, 0.0)]
    for side, middle in zip(("eligible", "other"), middles, strict=True):
        own = (units.running >= 0) == (side == "eligible")
        tries.append((f"at the middle of the {side} side", own, units.after, middle))
    rows: list[Row] = []
    for term, which, y, at in tries:
        try:
            found = edge(y[which], as_floats(units.running[which] - at), units.group[which])
        except TooFew as error:
            rows.append({"term": term, "level": level, "verdict": "not testable",
                         "status": f"not testable: {error}"})  # fmt: skip
        else:
            rows.append(_row(term, found, matters, level))
    return rows


def _curve(found: Edge, edge_at: tuple[float, float], level: float) -> list[Row]:
    cutoff, sign = edge_at
    rows: list[Row] = []
    side = np.linspace(1e-4, 1, STEPS) * found.width
    for at in np.concatenate([-side, side]):
        mix = edge_columns(as_floats([at]))[0]
        item = told(found.found, as_floats(mix), level=level)
        rows.append({"running": cutoff + sign * float(at), "value": item.value,
                     "low": item.low, "high": item.high, "level": level})  # fmt: skip
    return sorted(rows, key=lambda row: float(row["running"]))  # type: ignore[arg-type]  # a float


def _crowds(p: float) -> str:
    if not isfinite(p):
        return (
            "Whether units crowd on one side of the cutoff cannot be tested: they are too few, "
            "or share too few values."
        )
    if p <= SUSPECT:
        return f"Units crowd on one side of the cutoff (p = {p:.2g}): some may choose it."
    return f"Units do not crowd on one side of the cutoff as far as can be seen (p = {p:.2g})."


def _distrusted(rows: list[Row]) -> tuple[str, ...]:
    told_of = [row for row in rows if isinstance(row.get("p"), float)]
    wrong = [row for row in told_of if float(str(row["p"])) <= SUSPECT]
    if not wrong:
        return ()
    named = "; ".join(f"{row['term']} {float(str(row['value'])):+.2g}" for row in wrong)
    return (f"Distrust it: {plural(len(wrong), 'jump')} where there should be none ({named}).",)


def _refused(reason: str, names: tuple[str, str], level: Share) -> EligibilityEffect:
    row: Row = {"term": JUMP, "verdict": "not testable", "level": level,
                "status": f"not testable: {reason}"}  # fmt: skip
    return EligibilityEffect(
        framed([row], EFFECT_SCHEMA), framed([], CURVE_SCHEMA), framed([], LEFT_OUT_SCHEMA),
        *names, "", 0.0, float("nan"), False, level, (),
    )  # fmt: skip
