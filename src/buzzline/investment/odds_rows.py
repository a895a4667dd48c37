"""The tables of investment odds: ratios by rule and what is held, forests, what is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from buzzline.arrays import Flags, as_codes, as_floats
from buzzline.estimates import Estimate
from buzzline.investment.grouped import (
    Grouped,
    bootstrap_by_groups,
    design_effect,
    grouped,
    permutation_test,
    ratio_by_groups,
)
from buzzline.investment.odds_ends import HELD, Ends
from buzzline.investment.risk_ratio import BASE_RISKS, deals_needed, e_value, odds_as_risk
from buzzline.investment.score_ends import KINDS
from buzzline.investment.stratified import exact_odds_ratio
from buzzline.quantities import Draws, Share
from buzzline.randomness import child
from buzzline.resampling import false_discovery_q

Row = dict[str, object]
FEWEST_GROUPS = 6  # below, no test: with five, chance cannot be told from anything
MOST_EXACT = 20_000  # deals; beyond, the exact odds ratio tells nothing the others do not
RATIOS = (5.0, 2.0, 1.5)
TIMES = 5.0  # what was published, and can be read in two ways
EXACT = "odds ratio, exact"
FEW = "too few groups or deals that land, or one group too large"
AT_THE_EDGE = "not to be leaned on: the risk ratio of the same deals has {}"
RATIO_SCHEMA = {
    "similar": pl.String, "held": pl.String, "measure": pl.String, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "p": pl.Float64,
    "mid_p": pl.Float64, "resampled_low": pl.Float64, "resampled_high": pl.Float64,
    "e_value": pl.Float64, "e_value_low": pl.Float64, "n": pl.Int64, "n_groups": pl.Int64,
    "n_strata": pl.Int64, "n_unknown": pl.Int64, "status": pl.String,
}  # fmt: skip
STRATUM_SCHEMA = {
    "by": pl.String, "stratum": pl.String, "title": pl.String, "from_clusters": pl.Int64,
    "share_from_clusters": pl.Float64, "elsewhere": pl.Int64, "share_elsewhere": pl.Float64,
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
    "p": pl.Float64, "q": pl.Float64, "n": pl.Int64, "n_groups": pl.Int64,
    "status": pl.String,
}  # fmt: skip
NEEDED_SCHEMA = {
    "ratio": pl.Float64, "base": pl.Float64, "from_clusters": pl.Float64,
    "n_independent": pl.Int64, "alike": pl.Float64, "n_needed": pl.Int64, "n": pl.Int64,
}  # fmt: skip
READING_SCHEMA = {
    "times": pl.Float64, "base": pl.Float64, "risk_ratio": pl.Float64,
    "odds_ratio": pl.Float64, "is_observed": pl.Boolean,
}  # fmt: skip


def grouped_of(ends: Ends, rule: str, held: str, *, chosen: Flags | None = None) -> Grouped:
    """Return the deals whose landing is known under a rule, by stratum and group."""
    known = np.isfinite(ends.lands[rule])
    if chosen is not None:
        known &= chosen
    group = ends.deals["group"].rank("dense").to_numpy().astype(np.int32) - 1
    rows, strata = ends.compared(held, known)
    found = grouped(
        strata, as_codes(group[rows]), exposed=ends.from_cluster[rows],
        lands=ends.lands[rule][rows] == 1,
    )  # fmt: skip
    return replace(found, rows=rows[found.rows])


def ratio_rows(ends: Ends, *, level: Share, draws: Draws, seed: int) -> pl.DataFrame:
    """Return one row a rule, what is held and a measure."""
    rows: list[Row] = []
    for rule in ends.lands:
        for held in ends.held():
            deals = grouped_of(ends, rule, held)
            rng = child(seed, "odds", rule, held)
            rows += _rows_of(deals, level=level, draws=draws, rng=rng, named={
                "similar": rule, "held": held,
                "n_unknown": int(np.isnan(ends.lands[rule]).sum()),
            })  # fmt: skip
    return pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in RATIO_SCHEMA},
        schema=RATIO_SCHEMA, strict=False,
    ).fill_nan(None)  # fmt: skip


def _rows_of(
    deals: Grouped, *, level: Share, draws: Draws, rng: np.random.Generator, named: Row
) -> Iterator[Row]:
    about = named | {
        "level": level, "n": deals.n, "n_groups": deals.n_groups,
        "n_strata": deals.n_strata,
    }  # fmt: skip
    p = tested_p(deals, draws=draws, rng=rng)
    of_risk = ""
    for kind in KINDS:
        found = ratio_by_groups(deals, kind, level=level)
        status = status_of(deals, found)
        if kind == "risk ratio":
            of_risk = status
        elif kind == "odds ratio" and status == "measured" and FEW in of_risk:
            # odds are further from 1 than risks: theirs cannot be known better
            status = AT_THE_EDGE.format(of_risk)
        row = about | _estimate(found) | {"measure": kind, "p": p, "status": status}
        if kind == "risk ratio":
            again = bootstrap_by_groups(deals, kind, draws=draws, level=level, rng=rng)
            row |= {"resampled_low": again.low, "resampled_high": again.high}
            row |= _e_values(found)
        yield row
    if 0 < deals.rows.size == deals.n <= MOST_EXACT:
        exact = exact_odds_ratio(deals.cells(), level=level)
        yield about | _estimate(exact.estimate) | {
            "measure": EXACT, "p": exact.p, "mid_p": exact.mid_p, "n_groups": None,
            "status": exact.estimate.method,
        }  # fmt: skip


def tested_p(deals: Grouped, *, draws: Draws, rng: np.random.Generator) -> float:
    """Return the permutation p-value; NaN where groups are too few to test anything."""
    if deals.n_groups < FEWEST_GROUPS:
        return float("nan")
    return permutation_test(deals, draws=draws, rng=rng).p


def status_of(deals: Grouped, found: Estimate) -> str:
    """Return "measured", or what is missing and why."""
    if found.method.startswith("not testable"):
        return found.method
    if deals.n_groups < FEWEST_GROUPS:
        return (
            f"not testable: deals of {deals.n_groups} groups, at least {FEWEST_GROUPS} are "
            "needed"
        )
    if found.value != found.value:
        return found.method.partition("; ")[2]
    has_low, has_high = found.low != 0 or found.value == 0, found.high == found.high
    if has_low and has_high:
        return "measured"
    which = "no upper end" if has_low else "no lower end" if has_high else "no end either way"
    return f"{which}: {FEW}"


def _estimate(found: Estimate) -> Row:
    return {"value": found.value, "low": found.low, "high": found.high}


def _e_values(found: Estimate) -> Row:
    """Return the E-value of a risk ratio, and of the end of its interval nearer to 1."""
    if not found.value > 0:
        return {}
    end = found.low if found.value > 1 else found.high
    holds = found.low <= 1 and not found.high < 1
    nearer = 1.0 if holds or not end > 0 else end
    return {"e_value": e_value(found.value), "e_value_low": e_value(nearer)}


def stratum_rows(
    ends: Ends, titles: Mapping[str, str], *, level: Share, draws: Draws, seed: int
) -> pl.DataFrame:
    """Return the risk ratio of each industry, country, year and size, holding the others."""
    rule = next(iter(ends.lands))
    finest = ends.held()[-1]
    rows: list[Row] = []
    for by in HELD[finest]:
        names = ends.deals[by]
        for name in names.unique().sort():
            chosen = (names == name).to_numpy()
            row: Row = {"by": by, "stratum": name, "title": titles.get(name) or name}
            rng = child(seed, "stratum", by, str(name))
            rows.append(row | _stratum(ends, rule, chosen) | {"level": level} | _tested(
                grouped_of(ends, rule, finest, chosen=chosen), level=level, draws=draws, rng=rng
            ))  # fmt: skip
    frame = pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in STRATUM_SCHEMA},
        schema=STRATUM_SCHEMA, strict=False,
    ).fill_nan(None)  # fmt: skip
    order = {by: k for k, by in enumerate(HELD[finest])}
    return _with_q(frame).sort(
        pl.col("by").replace_strict(order, return_dtype=pl.Int64), "n",
        descending=[False, True], maintain_order=True,
    )  # fmt: skip


def _stratum(ends: Ends, rule: str, chosen: Flags) -> Row:
    lands, inside = ends.lands[rule] == 1, ends.from_cluster
    from_clusters, elsewhere = chosen & inside, chosen & ~inside
    return {
        "from_clusters": int(from_clusters.sum()), "elsewhere": int(elsewhere.sum()),
        "share_from_clusters": _mean(lands[from_clusters]),
        "share_elsewhere": _mean(lands[elsewhere]),
    }  # fmt: skip


def _mean(flags: Flags) -> float:
    return float(flags.mean()) if flags.size else float("nan")


def _tested(deals: Grouped, *, level: Share, draws: Draws, rng: np.random.Generator) -> Row:
    found = ratio_by_groups(deals, "risk ratio", level=level)
    return _estimate(found) | {
        "p": tested_p(deals, draws=draws, rng=rng), "n": deals.n,
        "n_groups": deals.n_groups, "status": status_of(deals, found),
    }  # fmt: skip


def _with_q(frame: pl.DataFrame) -> pl.DataFrame:
    """Add q-values over industries, over countries, over years and over sizes."""
    q = np.full(frame.height, np.nan)
    for by in frame["by"].unique():
        rows = np.flatnonzero(((frame["by"] == by) & frame["p"].is_not_null()).to_numpy())
        q[rows] = false_discovery_q(as_floats(frame["p"].to_numpy()[rows]))
    return frame.with_columns(pl.Series("q", q).fill_nan(None))


def needed_rows(ends: Ends, held: str, *, level: Share) -> pl.DataFrame:
    """Return how many deals would show a risk ratio of 5, 2 and 1.5, deals being as alike."""
    rule = next(iter(ends.lands))
    deals = grouped_of(ends, rule, held)
    base, share = base_risk(ends), _mean(ends.from_cluster)
    rows = []
    if 0 < base < 1 and 0 < share < 1:
        alike = design_effect(deals)
        for ratio in RATIOS:
            alone = deals_needed(ratio, base, share=share, level=level)
            needed = None if alone is None or alike != alike else round(alone * max(alike, 1))
            rows.append((ratio, base, share, alone, alike, needed, deals.n))
    return pl.DataFrame(rows, schema=NEEDED_SCHEMA, orient="row").fill_nan(None)


def base_risk(ends: Ends) -> float:
    """Return the share of deals from elsewhere that land in a similar cluster."""
    rule = next(iter(ends.lands))
    return _mean(ends.lands[rule][~ends.from_cluster] == 1)


def reading_rows(ends: Ends) -> pl.DataFrame:
    """Return what "five times" means as risk and as odds, at this base risk and at others."""
    base = base_risk(ends)
    seen = (base,) if 0 < base < 1 else ()
    frame = odds_as_risk(TIMES, bases=(*seen, *BASE_RISKS))
    observed = [True] * len(seen) + [False] * len(BASE_RISKS)
    return frame.select(
        pl.lit(TIMES).alias("times"),
        "base",
        "risk_ratio",
        "odds_ratio",
        pl.Series("is_observed", observed),
    ).cast(READING_SCHEMA)  # type: ignore[arg-type]
