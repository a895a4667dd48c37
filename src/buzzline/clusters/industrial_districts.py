"""Which labour-market areas are industrial districts?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.clusters.district_jobs import area_jobs
from buzzline.clusters.district_steps import (
    DISTRICT,
    NONE,
    NOT_TESTABLE,
    STEPS,
    DistrictRule,
    Measured,
    measured,
    step_verdicts,
)
from buzzline.clusters.labour_market_areas import LabourMarketAreas
from buzzline.quantities import Years
from buzzline.tables.study import Study
from buzzline.wording import plural, verb

AREA_SCHEMA = {
    "area_id": pl.String, "label": pl.String, "verdict": pl.String, "people": pl.String,
    "jobs": pl.Float64, "manufacturing_jobs": pl.Float64, "quotient": pl.Float64,
    "manufacturing": pl.String, "small_low": pl.Float64, "small_high": pl.Float64,
    "small": pl.String, "industry": pl.String, "industry_jobs": pl.Float64,
    "industry_quotient": pl.Float64, "main": pl.String, "industry_small_low": pl.Float64,
    "industry_small_high": pl.Float64, "industry_small": pl.String, "margin": pl.Float64,
    "reason": pl.String,
}  # fmt: skip
STEP_SCHEMA = {
    "step": pl.String, "n_asked": pl.Int64, "n_yes": pl.Int64, "n_no": pl.Int64,
    "n_not_testable": pl.Int64,
}  # fmt: skip
SENSITIVITY_SCHEMA = {
    "times": pl.Float64, "n_districts": pl.Int64, "n_not_testable": pl.Int64, "n": pl.Int64,
}  # fmt: skip
WHY_NOT = "Not testable: "  # a note that says why no area can be told
TIMES = (0.8, 0.9, 1.0, 1.1, 1.25)  # what thresholds are multiplied by


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class IndustrialDistricts:
    """Labour-market areas that are industrial districts, and why the others are none.

    Attributes
    ----------
    areas : DataFrame
        One row an area, districts first: `area_id`, `label`, `verdict` ("district", "none",
        "not testable"); the steps in their order, each "yes", "no", "not testable" or null
        where it was not reached: `people` (a labour market of its own), `manufacturing` (by
        `quotient`, the share of manufacturing in its jobs over that in all areas), `small`
        (share of manufacturing jobs in establishments that are not large, between `small_low`
        and `small_high`), `main` (an industry with an `industry_quotient` above the threshold
        within manufacturing; of these the one with most jobs: `industry`, `industry_jobs`),
        `industry_small` (`industry_small_low`, `industry_small_high`); `margin` (of the last
        step taken, to its threshold: 1 is at it), `reason`.
    steps : DataFrame
        `step`, `n_asked`, `n_yes`, `n_no`, `n_not_testable`.
    sensitivity : DataFrame
        Districts when all thresholds are multiplied: `times`, `n_districts`, `n_not_testable`,
        `n`.
    rule : DistrictRule
    source : str                "employment", "organisations" or ""
    year : int or None
    notes : tuple[str, ...]     what a reader must know
    """

    areas: pl.DataFrame
    steps: pl.DataFrame
    sensitivity: pl.DataFrame
    rule: DistrictRule
    source: str
    year: int | None
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row an area, districts first."""
        return self.areas

    def __str__(self) -> str:
        n = {verdict: self.areas.filter(verdict=verdict).height
             for verdict in (DISTRICT, NONE, NOT_TESTABLE)}  # fmt: skip
        tested = n[DISTRICT] + n[NONE]
        if not tested:
            why = [note for note in self.notes if note.startswith(WHY_NOT)]
            said = "Industrial districts are not testable."
            if why:
                said = f"Industrial districts are not testable: {why[0].removeprefix(WHY_NOT)}"
            return " ".join([said, *(note for note in self.notes if note not in why)])
        text = (
            f"{n[DISTRICT]:,} of {plural(tested, 'labour-market area')} "
            f"{verb(n[DISTRICT], 'is an industrial district', 'are industrial districts')}, "
            f"{n[NOT_TESTABLE]:,} more {verb(n[NOT_TESTABLE], 'is', 'are')} not testable (none "
            "of the steps that could be taken rules them out)"
        )
        if n[DISTRICT]:
            first = self.areas.row(0, named=True)
            text += f"; the largest is {first['label']} ({first['industry']})"
        return " ".join([f"{text}.", *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.areas.head(20)._repr_html_()}"


@analysis("clusters", "Which labour markets are industrial districts?")
def industrial_districts(
    study: Study,
    areas: LabourMarketAreas,
    *,
    manufacturing: Sequence[str] | None = None,
    rule: DistrictRule = DistrictRule(),  # noqa: B008  # frozen
    year: Years | None = None,
) -> IndustrialDistricts:
    """Find areas that are both a community of people and a population of small firms.

    Answers which labour markets live on one industry of small establishments, step by step in
    the order of the Italian statistical office, and at which step the others drop out.

    Parameters
    ----------
    study : Study
        Needs `employment` with size classes, or `jobs`, `industry` and a place of
        organisations.
    areas : LabourMarketAreas
        From `labour_market_areas`. Where the study has no flows, places of the level
        `labour_market` are taken as given.
    manufacturing : codes or None
        Industries that are manufacturing, with all below them. None: code 31-33 (NAICS) or C
        (ISIC, NACE), else industries titled so.
    rule : DistrictRule
    year : years or None
        Of the jobs; None: the last there is.

    Returns
    -------
    IndustrialDistricts
        All areas "not testable" where jobs, size classes or manufacturing are not known.

    Raises
    ------
    InvalidArgument
        A code that no jobs are of.

    Notes
    -----
    The steps [1]_, after Becattini's double condition of a community of people and a population
    of firms [2]_: the area is a labour market of its own; its location quotient of
    manufacturing, (M_a / E_a) / (M / E), exceeds 1; more than half of its manufacturing jobs
    are in establishments of fewer than 250; some industry has a quotient above 1 within
    manufacturing, the main one being that with most jobs; more than half of its jobs are in
    establishments of fewer than 250. The office compares size classes by quotients and asks
    more of areas with a single medium-sized establishment; neither is done here. Where only
    numbers of establishments are known by class, the share of small ones has bounds, and a step
    is decided only where both say the same. Jobs are counted, not sampled, so there is no
    interval; `margin` and `sensitivity` tell how near a verdict is to another.

    References
    ----------
    .. [1] Istat (2015). I distretti industriali 2011. Istituto nazionale di statistica, Roma.
    .. [2] Becattini, G. (1990). The Marshallian industrial district as a socio-economic notion.
       In: Pyke, F., Becattini, G., Sengenberger, W. (eds), Industrial districts and inter-firm
       co-operation in Italy. ILO, Geneva.

    Examples
    --------
    >>> from buzzline.tables.study import Study
    >>> study = Study.of(
    ...     places=pl.DataFrame({"place_id": ["Prato", "Rome"], "level": "labour_market"}),
    ...     organisations=pl.DataFrame({
    ...         "org_id": list("abcdef"), "place_id": 3 * ["Prato"] + 3 * ["Rome"],
    ...         "industry": ["13", "13", "62", "25", "62", "62"],
    ...         "jobs": [90.0, 80, 30, 10, 300, 90]}))
    >>> from buzzline.clusters import labour_market_areas
    >>> areas, makes = labour_market_areas(study), ["13", "25"]
    >>> found = industrial_districts(study, areas, manufacturing=makes)
    >>> found.areas.select("area_id", "verdict", "industry").rows()
    [('Prato', 'district', '13'), ('Rome', 'none', None)]
    """
    jobs = area_jobs(
        study, areas, manufacturing=manufacturing, large_from=rule.large_from, year=year
    )
    held = measured(jobs, rule)
    titles = dict(study.industries.select("industry", "title").drop_nulls().iter_rows())
    rows = [_row(one, rule, titles, jobs.why_not) for one in held]
    order = {DISTRICT: 0, NONE: 1, NOT_TESTABLE: 2}
    rows.sort(key=lambda row: (order[row["verdict"]], -np.nan_to_num(row["jobs"], nan=0.0)))
    notes = [*jobs.notes, *([f"{WHY_NOT}{jobs.why_not}."] if jobs.why_not else [])]
    return IndustrialDistricts(
        _frame(rows, AREA_SCHEMA), _frame(_steps(rows), STEP_SCHEMA),
        _frame(_sensitivity(held, rule, jobs.why_not), SENSITIVITY_SCHEMA), rule, jobs.source,
        jobs.year, tuple(notes),
    )  # fmt: skip


def _row(
    one: Measured, rule: DistrictRule, titles: Mapping[str, str], why_not: str
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "area_id": one.area_id, "label": one.label, "jobs": one.jobs,
        "manufacturing_jobs": one.making, "quotient": one.quotient,
    }  # fmt: skip
    if why_not:
        return row | {"verdict": NOT_TESTABLE, "people": None, "reason": why_not}
    verdicts, margin, reason = step_verdicts(one, rule)
    reached = dict(zip(STEPS, verdicts, strict=False))
    if "small" in reached:
        row |= {"small_low": one.small[0], "small_high": one.small[1]}
    if "main" in reached and one.industry is not None:
        row |= {
            "industry": titles.get(one.industry, one.industry),
            "industry_jobs": one.industry_jobs, "industry_quotient": one.industry_quotient,
        }  # fmt: skip
    if "industry_small" in reached:
        low, high = one.industry_small
        row |= {"industry_small_low": low, "industry_small_high": high}
    verdict = _verdict(verdicts)
    return row | reached | {"verdict": verdict, "margin": margin, "reason": reason}


def _verdict(verdicts: Sequence[str]) -> str:
    """Return what the steps come to: one "no" is enough, whatever else is not known."""
    if "no" in verdicts:
        return NONE
    return NOT_TESTABLE if NOT_TESTABLE in verdicts else DISTRICT


def _steps(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    out = []
    for step in STEPS:
        said = [row.get(step) for row in rows]
        counts = {f"n_{what.replace(' ', '_')}": said.count(what)
                  for what in ("yes", "no", NOT_TESTABLE)}  # fmt: skip
        out.append({"step": step, "n_asked": sum(counts.values()), **counts})
    return out


def _sensitivity(
    held: Sequence[Measured], rule: DistrictRule, why_not: str
) -> list[dict[str, Any]]:
    out = []
    for times in TIMES:
        scaled = rule.scaled(times)
        verdicts = [
            NOT_TESTABLE if why_not else _verdict(step_verdicts(one, scaled)[0]) for one in held
        ]
        n_open = verdicts.count(NOT_TESTABLE)
        out.append({"times": times, "n_districts": verdicts.count(DISTRICT),
                    "n_not_testable": n_open, "n": len(held)})  # fmt: skip
    return out


def _frame(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, type]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    frame = pl.DataFrame(columns, schema=dict(schema), strict=False)
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))
