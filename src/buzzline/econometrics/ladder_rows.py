"""The ten specifications of income on deals, each with its own error or the reason for none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import polars as pl
from scipy.stats import f as fisher
from scipy.stats import norm
from scipy.stats import t as student

from buzzline.arrays import Floats, as_floats
from buzzline.econometrics.income_panel import WAYS, IncomePanel
from buzzline.econometrics.quantile_effects import (
    MOST_BELOW_NOUGHT,
    QuantileEffects,
    quantile_effects,
)
from buzzline.econometrics.region_errors import FEW_REGIONS, FEWEST_WILD, few_regions
from buzzline.econometrics.region_lag import RegionLag, fit_region_lag, nearest_weights
from buzzline.econometrics.region_years import (
    Effects,
    RegionFit,
    RegionYears,
    fit_regions,
)
from buzzline.errors import BuzzlineError, NotConverged, TooFew
from buzzline.quantities import Share
from buzzline.randomness import child

Row = dict[str, object]
POWER = 0.8
FEWEST_REGIONS = 6  # with five, intervals by region are no longer what they say
BY_REGION, LEFT_OUT_ROWS = "by region", "each region once"
WILD = "wild bootstrap by region"
LAGS = 4
LEADS = (1, 2)
MEDIAN = 0.5
TESTED = "measured"


@dataclass(frozen=True, slots=True)
class Step:
    """A specification: its number, its name, what it compares."""

    number: int
    name: str
    reading: str


STEPS = (
    Step(1, "cross-section", "Regions with each other in one year: whatever makes regions rich "
         "stands in it."),
    Step(2, "pooled", "Regions with each other and over time: whatever makes regions rich, and "
         "growth that all share, stand in it."),
    Step(3, "region effects", "Each region with itself over time: growth that all regions "
         "share stands in it."),
    Step(4, "region and year effects", "Association within regions over time; richer regions "
         "invest more abroad."),
    Step(5, "and region trends", "As step 4, net of a trend of each region's own."),
    Step(6, "and spatial lag", "As step 4, where regions move with their neighbours: the "
         "effect on the region itself."),
    Step(7, "first differences", "Changes from one year to the next, net of what all share."),
    Step(8, "shift-share instrument", "Only what deals of others in the same countries and "
         "industries would have brought. It has hardly any power: that nothing is found here "
         "is no counter-evidence."),
    Step(9, "leads", "Deals still to come: an association means that income comes first, or "
         "both have one cause."),
    Step(10, "quantiles, at the median", "As step 4 at the median of income; other quantiles "
         "stand in a table of their own."),
)  # fmt: skip
DEFAULT = 4


@dataclass(frozen=True, slots=True)
class Chance:
    """How sure a row has to be, and what its draws are made from."""

    level: Share
    draws: int
    seed: int


def step(number: int) -> Step:
    """Return a specification by its number, from 1."""
    return STEPS[number - 1]


def row_of(number: int, term: str, told: Mapping[str, object]) -> Row:
    """Return a row of the ladder."""
    at = step(number)
    return {
        "step": number, "specification": at.name, "term": term, "is_default": number == DEFAULT,
        "reading": at.reading, "status": TESTED, **told,
    }  # fmt: skip


def refused_rows(number: int, error: BuzzlineError | str) -> list[Row]:
    """Return rows of a specification that cannot be made, with the reason."""
    why = str(error).partition(": ")[2] or str(error)
    return [row_of(number, way, {"status": f"not testable: {why}"}) for way in WAYS]


def absent_rows(panel: IncomePanel) -> list[Row]:
    """Return rows of a way in which there are no deals, with that reason."""
    return [
        row_of(at.number, way, {"status": f"not testable: there are no {way} deals"})
        for at in STEPS for way in WAYS if way not in panel.ways
    ]  # fmt: skip


def rows_or_reason(number: int, make: Callable[[], list[Row]]) -> list[Row]:
    """Return rows of a specification, or rows with the reason for none."""
    try:
        return make()
    except (TooFew, NotConverged) as error:
        return refused_rows(number, error)


def linear_fit(panel: IncomePanel, number: int) -> RegionFit:
    """Return the fit of one of the specifications 1 to 5 and 7.

    Raises
    ------
    TooFew
    """
    rows = panel.dealt()
    once = cross_section(panel, rows)
    if number == 1:
        return fit_regions(once, effects="none", years=False)
    if number == 7:
        return fit_regions(differences(rows), effects="none", years=True)
    effects: dict[int, Effects] = {2: "none", 3: "region", 4: "region", 5: "trends"}
    return fit_regions(rows, effects=effects[number], years=number >= DEFAULT)


def cross_section(panel: IncomePanel, rows: RegionYears) -> RegionYears:
    """Return the rows of the last year that nine in ten regions have; TooFew for none."""
    return rows.chosen(rows.year == panel.years[panel.year_of_cross_section()])


def differences(rows: RegionYears) -> RegionYears:
    """Return changes from one year to the next, where both are known.

    Raises
    ------
    TooFew
        No region is known in two years running.
    """
    order = np.lexsort((rows.year, rows.region))
    one, next_one = order[:-1], order[1:]
    together = (rows.region[one] == rows.region[next_one]) & (
        rows.year[next_one] == rows.year[one] + 1
    )
    one, next_one = one[together], next_one[together]
    if not one.size:
        raise TooFew("first differences: no region is known in two years running")
    return RegionYears(
        rows.y[next_one] - rows.y[one], as_floats(rows.x[next_one] - rows.x[one]), rows.names,
        rows.n_asked, rows.region[next_one], rows.year[next_one],
    )  # fmt: skip


def linear_rows(panel: IncomePanel, number: int, chance: Chance) -> list[Row]:
    """Return the rows of one of the specifications 1 to 5 and 7."""
    fit = linear_fit(panel, number)
    spread = panel.dealt().x.std(axis=0)
    rows = []
    for k, way in enumerate(panel.ways):
        told = fit_row(fit, k, chance, "errors", number)
        rows.append(row_of(number, way, told | {"per_sd": told["value"] * spread[k]}))
    return rows


def fit_row(fit: RegionFit, k: int, chance: Chance, *names: str | int) -> Row:
    """Return a coefficient with its interval; by wild bootstrap where regions are few."""
    pick = np.eye(fit.line.beta.size)[k]
    value, se = fit.line.of(pick)
    low, high = fit.line.interval(pick, chance.level)
    n_regions = int(fit.region.max()) + 1
    if n_regions < FEWEST_REGIONS:
        raise TooFew(
            f"income_ladder: {n_regions} regions; errors need {FEWEST_REGIONS}, and more to "
            "say anything much"
        )
    told: Row = {
        "value": value, "low": low, "high": high, "se": se, "p": fit.line.p(pick),
        "errors": LEFT_OUT_ROWS if fit.y.size == n_regions else BY_REGION,
    }  # fmt: skip
    if fit.y.size > n_regions and FEWEST_WILD <= n_regions < FEW_REGIONS:
        rng = child(chance.seed, "wild", k, *names)
        drawn = few_regions(fit, k, level=chance.level, draws=chance.draws, rng=rng)
        told |= {"low": drawn.low, "high": drawn.high, "p": drawn.p, "errors": WILD}
    return told | sizes(fit) | {
        "level": chance.level, "detectable": detectable(se, fit.line.df, chance.level)
    }  # fmt: skip


def sizes(fit: RegionFit) -> Row:
    """Return how much a fit rests on."""
    return {
        "n": fit.y.size, "n_regions": int(fit.region.max()) + 1,
        "n_years": int(np.unique(fit.year).size),
    }  # fmt: skip


def detectable(se: float, df: float, level: Share) -> float:
    """Return the effect that would be found in 80 % of samples.

    Examples
    --------
    >>> round(detectable(1.0, 1e9, 0.95), 3)
    2.802
    """
    return se * float(student.ppf((1 + level) / 2, df) + student.ppf(POWER, df))


def spatial_rows(panel: IncomePanel, chance: Chance) -> tuple[list[Row], list[Row]]:
    """Return rows of specification 6, and direct, indirect and total effects."""
    rows = panel.dealt()
    years = np.unique(rows.year)
    seen = np.bincount(rows.region, minlength=panel.regions.height)
    place = panel.regions.select("longitude", "latitude").to_numpy()
    whole = (seen == years.size) & np.isfinite(place.astype(np.float64)).all(axis=1)
    kept = rows.chosen(whole[rows.region])
    if not kept.y.size:
        raise TooFew("income_ladder: no region with coordinates is known in every year")
    at = place[np.unique(kept.region)].astype(np.float64)
    found = fit_region_lag(
        kept, nearest_weights(at[:, 0], at[:, 1]), level=chance.level, rng=chance.seed
    )
    spread = rows.x.std(axis=0)
    reach = float(norm.ppf((1 + chance.level) / 2))
    told = [
        row_of(6, way, {
            "value": found.direct[k, 0], "low": found.direct[k, 1], "high": found.direct[k, 2],
            "level": chance.level, "se": (se := (found.direct[k, 2] - found.direct[k, 1])
                                         / (2 * reach)),
            "p": float(2 * student.sf(abs(found.beta[k] / found.se[k]), found.n_regions - 1)),
            "per_sd": found.direct[k, 0] * spread[k], "errors": BY_REGION,
            "detectable": detectable(se, found.n_regions - 1, chance.level),
            "n": found.n, "n_regions": found.n_regions, "n_years": found.n_years,
        })
        for k, way in enumerate(panel.ways)
    ]  # fmt: skip
    return told, _spatial_parts(found, panel.ways, chance)


def _spatial_parts(found: RegionLag, ways: Sequence[str], chance: Chance) -> list[Row]:
    reach = float(norm.ppf((1 + chance.level) / 2))
    lag = {
        "term": "neighbours", "effect": "spatial lag", "value": found.rho,
        "low": found.rho - reach * found.rho_se, "high": found.rho + reach * found.rho_se,
        "level": chance.level,
    }  # fmt: skip
    parts = [
        {"term": way, "effect": name, "value": part[k, 0], "low": part[k, 1],
         "high": part[k, 2], "level": chance.level}
        for k, way in enumerate(ways)
        for name, part in (("direct", found.direct), ("indirect", found.indirect),
                           ("total", found.total))
    ]  # fmt: skip
    return [*parts, lag]


def lag_rows(panel: IncomePanel, chance: Chance) -> list[Row]:
    """Return the default specification with deals of up to 0 to 3 years earlier."""
    found: list[Row] = []
    for lag in range(LAGS):
        try:
            fit = _lagged_fit(panel, lag)
            told = [fit_row(fit, k, chance, "lag", lag) for k in range(len(panel.ways))]
        except TooFew as error:
            told = [{"status": f"not testable: {str(error).partition(': ')[2]}"}] * len(
                panel.ways
            )
        found += [
            {"lag": lag, "term": way, "status": TESTED, **row}
            for way, row in zip(panel.ways, told, strict=True)
        ]
    return found


def _lagged_fit(panel: IncomePanel, lag: int) -> RegionFit:
    rows = panel.dealt(lag)
    if not rows.y.size:
        raise TooFew("income_ladder: deals are not known that far back")
    return fit_regions(rows, effects="region", years=True)


def lead_rows(panel: IncomePanel, chance: Chance) -> list[Row]:
    """Return rows of specification 9: new deals one and two years after, and both together."""
    each, ways = [*(panel.new(later) for later in LEADS), panel.stock()], panel.ways
    names = [f"{way}, {_later(later)}" for later in LEADS for way in ways]
    asked = as_floats(np.concatenate([panel.in_ways(one) for one in each], axis=2))
    rows = panel.rows(asked, (*names, *ways))
    if not rows.y.size:
        raise TooFew("leads: deals of two years after the outcome are not known in any year")
    fit = fit_regions(rows, effects="region", years=True)
    spread = rows.x.std(axis=0)
    found = []
    for k, name in enumerate(names):
        told = fit_row(fit, k, chance, "lead")
        found.append(row_of(9, name, told | {"per_sd": told["value"] * spread[k]}))
    together = [
        row_of(9, f"{way}, both years together", {
            "p": joint_p(fit, [k, k + len(ways)]), "errors": BY_REGION, **sizes(fit),
        })
        for k, way in enumerate(ways)
    ]  # fmt: skip
    return [*found, *together]


def _later(years: int) -> str:
    return "a year later" if years == 1 else "two years later"


def joint_p(fit: RegionFit, which: Sequence[int]) -> float:
    """Return the p-value that several coefficients are all 0, with errors by region."""
    beta = fit.line.beta[list(which)]
    covariance = fit.line.covariance[np.ix_(which, which)]
    try:
        wald = float(beta @ np.linalg.solve(covariance, beta)) / len(which)
    except np.linalg.LinAlgError:
        return nan
    return float(fisher.sf(wald, len(which), fit.line.df))


def quantile_rows(panel: IncomePanel, chance: Chance) -> tuple[list[Row], list[Row]]:
    """Return rows of specification 10, and effects at every quantile."""
    rows = panel.dealt()
    found = quantile_effects(rows, draws=chance.draws, rng=chance.seed)
    all_rows = [
        {"term": way, **_quantile_row(found, q, k, chance)}
        for q in range(found.quantiles.size)
        for k, way in enumerate(panel.ways)
    ]
    spread = rows.x.std(axis=0)
    middle = [one for one in all_rows if one["quantile"] == MEDIAN]
    n_years = int(np.unique(rows.year).size)
    ladder = [
        row_of(10, str(one["term"]), {
            **{name: one[name] for name in ("value", "low", "high", "level", "se", "p", "n",
                                            "n_regions", "status")},
            "per_sd": one["value"] * spread[k], "errors": "regions drawn anew",
            "n_years": n_years,
            "detectable": detectable(float(one["se"]), found.n_regions - 1, chance.level),  # type: ignore[arg-type]
        })
        for k, one in enumerate(middle)
    ]  # fmt: skip
    gaps = [
        {"term": f"{way}, 0.9 less 0.1", **_gap_row(found, k, chance)}
        for k, way in enumerate(panel.ways)
    ]
    return ladder, [*all_rows, *gaps]


def _quantile_row(found: QuantileEffects, q: int, k: int, chance: Chance) -> Row:
    told = _drawn(float(found.effect[q, k]), found.drawn[:, q, k], found, chance)
    return {"quantile": float(found.quantiles[q]), **told}


def _gap_row(found: QuantileEffects, k: int, chance: Chance) -> Row:
    """Return how much more deals go with income high up than low down."""
    at = [int(np.argmin(np.abs(found.quantiles - share))) for share in (0.9, 0.1)]
    gap = found.effect[at[0], k] - found.effect[at[1], k]
    drawn = found.drawn[:, at[0], k] - found.drawn[:, at[1], k]
    told = _drawn(float(gap), as_floats(drawn), found, chance)
    return {"quantile": None, **told}


def _drawn(value: float, drawn: Floats, found: QuantileEffects, chance: Chance) -> Row:
    told: Row = {
        "value": value, "level": chance.level, "n": found.n, "n_regions": found.n_regions,
        "status": TESTED, "se": nan, "low": nan, "high": nan, "p": nan,
    }  # fmt: skip
    if drawn.size < 19:
        return told | {"status": f"no interval: {drawn.size} draws are too few"}
    se = float(drawn.std(ddof=1))
    reach = float(student.ppf((1 + chance.level) / 2, found.n_regions - 1))
    p = float(2 * student.sf(abs(value) / se, found.n_regions - 1)) if se else nan
    told |= {"se": se, "low": value - reach * se, "high": value + reach * se, "p": p}
    if found.below_nought > MOST_BELOW_NOUGHT:
        share = f"{found.below_nought:.0%}"
        told |= {
            "status": f"measured; {share} of fitted spreads are not above 0: read with care"
        }
    return told


def frame_of(
    rows: Sequence[Mapping[str, object]], schema: Mapping[str, object]
) -> pl.DataFrame:
    """Return rows as a frame; what is not a number is not known."""
    columns = {name: [row.get(name) for row in rows] for name in schema}
    frame = pl.DataFrame(columns, schema=dict(schema), strict=False)  # type: ignore[arg-type]
    return frame.fill_nan(None)
