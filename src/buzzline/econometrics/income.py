"""Do regions that invest abroad, or are invested in, earn more?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.econometrics.income_errors import error_rows
from buzzline.econometrics.income_exposed import exposed_rows
from buzzline.econometrics.income_notes import (
    largest_investor,
    lost_rows,
    told_interval,
    unknown_deals,
)
from buzzline.econometrics.income_panel import (
    OUTWARD,
    WAYS,
    IncomePanel,
    Measured,
    income_panel,
)
from buzzline.econometrics.income_schema import (
    CELLS,
    ERRORS,
    LADDER,
    LAGS,
    LEFT_OUT,
    QUANTILES,
    REGIONS,
    SPATIAL,
    THEIL,
)
from buzzline.econometrics.income_theil import theil_rows
from buzzline.econometrics.ladder_rows import (
    DEFAULT,
    STEPS,
    Chance,
    Row,
    absent_rows,
    frame_of,
    lag_rows,
    lead_rows,
    linear_rows,
    quantile_rows,
    refused_rows,
    rows_or_reason,
    spatial_rows,
)
from buzzline.errors import InvalidArgument, NotConverged, TooFew
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, seed_of
from buzzline.tables.study import Study

READING = (
    "Association within regions over time; richer regions invest more abroad, so no row is an "
    "effect unless nothing else that moves goes with both."
)
CROSS_SECTION = "That is no evidence of an effect: whatever makes regions rich stands in it."
LINEAR = (1, 2, 3, 4, 5, 7)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class IncomeLadder:
    """Ten specifications of income on deals across borders, from a cross-section to leads.

    Attributes
    ----------
    ladder : DataFrame
        One row a specification and term: `step`, `specification`, `term` ("outward",
        "inward"), `is_default` (region and year effects), `value` (log points of the outcome,
        or its unit, per deal per 10,000 inhabitants in three years), `low`, `high`, `level`,
        `se`, `p`, `per_sd` (per standard deviation of deals over regions and years),
        `detectable` (effect found in 80 % of samples), `errors` (what they hold against), `n`,
        `n_regions`, `n_years`, `reading` (what is compared), `status`.
    errors : DataFrame
        Steps 1 to 5 and 7 with other errors: `step`, `specification`, `term`, `errors`, `se`,
        `low`, `high`, `level`, `p`, `status`.
    lags : DataFrame
        The default with deals of up to `lag` (0 to 3) years earlier.
    quantiles : DataFrame
        Effects at quantiles of the outcome, and the highest less the lowest.
    spatial : DataFrame
        `effect` direct, indirect and total, and the spatial lag itself.
    cells : DataFrame
        Weight of each industry and host country in the shift-share effect.
    theil : DataFrame
        Inequality between regions with and without what goes with deals.
    regions : DataFrame
        Regions in the year of the cross-section: outcome and deals.
    left_out : DataFrame
        `reason`, `n`: deals that were not used.
    outcome : str
    per : str                   "deal", or the unit of amounts: of what one more is told
    level : share
    notes : tuple of str        the first says how every row is to be read
    """

    ladder: pl.DataFrame
    errors: pl.DataFrame
    lags: pl.DataFrame
    quantiles: pl.DataFrame
    spatial: pl.DataFrame
    cells: pl.DataFrame
    theil: pl.DataFrame
    regions: pl.DataFrame
    left_out: pl.DataFrame
    outcome: str
    per: str
    level: Share
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a specification and term, from the cross-section on."""
        return self.ladder

    def __str__(self) -> str:
        rows = {
            row["step"]: row for row in self.ladder.filter(term=OUTWARD).iter_rows(named=True)
        }
        default = rows[DEFAULT]
        if default["value"] is None:
            said = f"What deals across borders go with is {default['status']}."
            first = rows[1]
            if first["value"] is not None:
                said += f" A cross-section alone says {told_interval(first)}. {CROSS_SECTION}"
            return " ".join([said, *self.notes])
        return " ".join([_headline(self, rows), *_doubts(self), *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.ladder._repr_html_()}"


def one_more(per: str) -> str:
    """Say of what one more is told.

    Examples
    --------
    >>> one_more("deal"), one_more("musd")
    ('one more deal per 10,000 inhabitants', 'one more musd dealt per 10,000 inhabitants')
    """
    what = per if per == "deal" else f"{per} dealt"
    return f"one more {what} per 10,000 inhabitants"


def _headline(found: IncomeLadder, rows: dict[int, dict[str, Any]]) -> str:
    outcome = found.outcome
    dealt = "deals abroad" if found.per == "deal" else "amounts dealt abroad"
    default, first = rows[DEFAULT], rows[1]
    low, high = default["low"], default["high"]
    if low > 0:
        told = f"{outcome} rises with {dealt}"
    elif high < 0:
        told = f"{outcome} falls with {dealt}"
    else:
        told = f"it cannot be told whether {outcome} goes with {dealt}"
    unit = f"for {one_more(found.per)} in three years"
    text = f"Within regions over time, net of years, {told}: {told_interval(default)} {unit}"
    if first["value"] is not None:
        text += f"; a cross-section would have said {told_interval(first)}"
    if low <= 0 <= high:
        text += f". {default['detectable']:.2g} would be found in 80 % of samples"
    return f"{text}."


def _doubts(found: IncomeLadder) -> list[str]:
    """Say where deals to come, or other specifications, speak against an effect."""
    outward = found.ladder.filter(pl.col("term").str.starts_with(OUTWARD))
    doubts = []
    ahead = outward.filter(pl.col("term").str.ends_with("together"), pl.col("p").is_not_null())
    if ahead.height and ahead["p"].item() <= 1 - found.level:
        doubts.append(
            f"Deals still to come go with it too (p = {ahead['p'].item():.2g}): income comes "
            "first, or both have one cause."
        )
    default = outward.filter(step=DEFAULT).row(0, named=True)
    others = outward.filter(pl.col("step").is_in([5, 6, 7]), pl.col("value").is_not_null())
    if default["low"] > 0 or default["high"] < 0:
        side = 1 if default["low"] > 0 else -1
        weak = others.filter(
            (pl.col("low") * side <= 0) if side > 0 else (pl.col("high") * side <= 0)
        )
        if weak.height:
            names = ", ".join(weak["specification"].unique(maintain_order=True))
            doubts.append(f"Not beyond chance with: {names}.")
        doubts += _other_errors(found)
    return doubts


def _other_errors(found: IncomeLadder) -> list[str]:
    """Say with which other errors the default may be nothing."""
    named = pl.col("errors").str.contains("Driscoll|Conley")
    rows = found.errors.filter(named, step=DEFAULT, term=OUTWARD)
    weak = rows.filter((pl.col("low") <= 0) & (pl.col("high") >= 0))
    if not weak.height:
        return []
    names = ", ".join(weak["errors"])
    return [
        f"With errors of {names} it is not beyond chance either way: what regions share in a "
        "year, or with their neighbours, may be all there is."
    ]


@analysis("econometrics", "Do regions that invest abroad, or are invested in, earn more?")
def income_ladder(
    study: Study,
    *,
    outcome: str | None = None,
    controls: Sequence[str] = (),
    layers: Sequence[str] | None = None,
    measured: Measured = "deals",
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
) -> IncomeLadder:
    """Hold an outcome of regions against deals across borders, in ten specifications.

    Answers what the chart of income on investment abroad does not: whether regions that come to
    invest more abroad come to earn more, and how far that is more than rich regions investing
    more, growth that all share, neighbours, or income that comes first.

    Parameters
    ----------
    study : Study
        Regions are the places with the outcome in `outcomes`, with `places.population`. A deal
        (an acquisition, investment, ownership tie or affiliate with a date) is of the region
        its organisation's `place_id` lies in, up through `parent_id`. It counts where the
        countries of both ends are known and differ.
    outcome : indicator, optional
        None: the one of income, earnings or wages that most places and years have.
    controls : names of indicators of places
        Held equal in every specification; none when left out.
    layers : names of layers, or None
        None: all of those four that there are.
    measured : "deals" or "amounts"
        What is counted per 10,000 inhabitants: deals, or their amounts of one unit.
    level : share
    draws : draws
        Of regions, for quantiles and the wild bootstrap.
    rng : Generator, int or None

    Returns
    -------
    IncomeLadder
        With the reason in `status` where nothing can be fitted.

    Raises
    ------
    InvalidArgument
        A `level` of 0 or 1, an indicator no place has, a layer without linkages.

    Notes
    -----
    ln y = b O + c I + x g + region + year, O and I outward and inward deals per 10,000
    inhabitants of that year and the two before. Steps: (1) one year; (2) pooled; (3) regions;
    (4) **regions and years**; (5) and trends of regions; (6) and a spatial lag (five nearest);
    (7) first differences; (8) a shift-share instrument: deals before, by industry and host
    country, times what all other regions did there since; (9) deals one and two years later;
    (10) quantiles by moments. Published estimates of this kind had region effects and no year
    effects, and were corrected [1]_; effects later seemed largest between the 60th and 80th
    percentile [2]_.

    Errors leave out one region at a time (CV3); with 12 to 39 regions a wild bootstrap by
    region. Those of step 8 go by exposure (AKM0) [3]_; it has hardly any power,
    so that nothing is found there is no counter-evidence.

    Regions are of one level of places, the one with most. The cross-section is of the last
    year that nine in ten regions have, else of the fullest.

    References
    ----------
    .. [1] Bathelt, H., Buchholz, M. (2019). Outward foreign direct investments as a catalyst of
       urban-regional income development? Economic Geography 95(5).
       doi:10.1080/00130095.2019.1665465; correction doi:10.1080/00130095.2019.1707425
    .. [2] Buchholz, M., Bathelt, H., Cantwell, J. (2020). Income divergence and global
       connectivity of U.S. urban regions. Journal of International Business Policy 3.
       doi:10.1057/s42214-020-00057-7
    .. [3] Adao, R., Kolesar, M., Morales, E. (2019). Shift-share designs: theory and inference.
       Quarterly Journal of Economics 134(4). doi:10.1093/qje/qjz025

    Examples
    --------
    >>> from buzzline.tables.worlds import IncomePlan, make_income_world
    >>> study, _ = make_income_world(IncomePlan(regions=60, outward=0.1), rng=1)
    >>> found = income_ladder(study, draws=19, rng=1).ladder.filter(term="outward")
    >>> steps = dict(found.select("step", "value").iter_rows())
    >>> bool(steps[1] > 0.2), round(steps[4], 1)
    (True, 0.1)
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"income_ladder: `level` must be between 0 and 1, got {level:g}")
    chance = Chance(level, draws, seed_of(rng))
    try:
        panel = income_panel(
            study, outcome=outcome, controls=controls, layers=layers, measured=measured
        )
    except TooFew as error:
        return _refused(str(error), outcome or "", level)
    apart, spatial, cells, quantiles = _others(panel, chance)
    ladder = _together(panel, [*_linear(panel, chance), *apart])
    default = [row for row in ladder if row["is_default"]]
    try:
        unequal = theil_rows(panel, default, chance)
    except TooFew as error:
        unequal = [{"term": way, "status": f"not testable: {_why(error)}"} for way in WAYS]
    return IncomeLadder(
        frame_of(ladder, LADDER), frame_of(error_rows(panel, chance), ERRORS),
        frame_of(lag_rows(panel, chance), LAGS), frame_of(quantiles, QUANTILES),
        frame_of(spatial, SPATIAL), frame_of(cells, CELLS), frame_of(unequal, THEIL),
        _regions(panel), panel.deals.left_out, panel.outcome, panel.per, level,
        (READING, *largest_investor(panel, chance), *unknown_deals(panel), *lost_rows(panel),
         *panel.notes),
    )  # fmt: skip


def _linear(panel: IncomePanel, chance: Chance) -> list[Row]:
    """Return rows of steps 1 to 5 and 7."""
    rows: list[Row] = []
    for number in LINEAR:
        rows += rows_or_reason(
            number,
            lambda number=number: linear_rows(panel, number, chance),  # type: ignore[misc]
        )
    return rows


def _together(panel: IncomePanel, rows: list[Row]) -> list[Row]:
    """Return rows by step, and the reason for none in ways without deals."""
    absent = absent_rows(panel)
    gone = {row["term"] for row in absent}
    kept = [row for row in rows if row["term"] not in gone]
    return sorted([*kept, *absent], key=lambda row: int(str(row["step"])))


def _others(
    panel: IncomePanel, chance: Chance
) -> tuple[list[Row], list[Row], list[Row], list[Row]]:
    """Return rows of steps 6 and 8 to 10, and what stands in tables of their own."""
    rows = rows_or_reason(9, lambda: lead_rows(panel, chance))
    spatial: list[Row] = []
    quantiles: list[Row] = []
    try:
        found, spatial = spatial_rows(panel, chance)
    except (TooFew, NotConverged) as error:
        found = refused_rows(6, error)
    rows += found
    exposed, cells = exposed_rows(panel, chance)
    rows += exposed
    try:
        found, quantiles = quantile_rows(panel, chance)
    except TooFew as error:
        found = refused_rows(10, error)
    return [*rows, *found], spatial, cells, quantiles


def _why(error: Exception) -> str:
    return str(error).partition(": ")[2] or str(error)


def _regions(panel: IncomePanel) -> pl.DataFrame:
    """Return the regions of the cross-section."""
    stock = panel.stock()
    known = np.isfinite(panel.value) & np.isfinite(stock).all(axis=2)
    frame = panel.regions.select("region", "name", "population")
    try:
        last = panel.year_of_cross_section()
    except TooFew:
        last, known = 0, np.zeros_like(known)
    rows = known[:, last]
    return frame.with_columns(
        year=pl.lit(panel.years[last], pl.Int64), value=pl.Series(panel.value[:, last]),
        outward=pl.Series(stock[:, last, 0]), inward=pl.Series(stock[:, last, 1]),
    ).filter(pl.Series(rows)).select(list(REGIONS))  # fmt: skip


def _refused(reason: str, outcome: str, level: Share) -> IncomeLadder:
    rows = [row for at in STEPS for row in refused_rows(at.number, reason)]
    schemas = (ERRORS, LAGS, QUANTILES, SPATIAL, CELLS, THEIL, REGIONS, LEFT_OUT)
    errors, lags, quantiles, spatial, cells, unequal, regions, left_out = (
        frame_of([], schema) for schema in schemas
    )
    return IncomeLadder(
        frame_of(rows, LADDER), errors, lags, quantiles, spatial, cells, unequal, regions,
        left_out, outcome, "deal", level, (READING,),
    )  # fmt: skip
