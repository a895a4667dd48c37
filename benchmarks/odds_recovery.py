"""Do intervals of risk ratios hold the truth, and does the permutation test keep its size?

    python -m benchmarks.odds_recovery                 as in the documentation
    python -m benchmarks.odds_recovery --share 0.1     a tenth of the worlds
    python -m benchmarks.odds_recovery planted         some of the trials

Deals of groups that are alike, with known ratios; and whole studies. Writes its tables into
docs/explanation/investment-odds.md, between the marks; what was measured is kept under
.cache/odds-recovery and used again as long as the source it depends on is the same.
"""

import argparse
import sys
from math import exp, inf, isnan, log
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.recovering import Row, Trial, put_into, rows_of, share_of, table
from buzzline.clusters.declared_as_clusters import clustering_of_labels
from buzzline.estimates import Estimate
from buzzline.investment.grouped import (
    Grouped,
    bootstrap_by_groups,
    grouped,
    permutation_test,
    ratio_by_groups,
)
from buzzline.investment.odds import investment_odds
from buzzline.investment.stratified import mantel_haenszel_risk_ratio
from buzzline.tables.worlds import make_world, plant_investments

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "investment-odds.md"
KEPT = ROOT / ".cache" / "odds-recovery"
SHARES = ((0.9, 0.6), (0.4, 0.2), (0.1, 0.05))  # of three industries: from clusters, into them
ALIKE = 0.1


def world(setting: Row, rng: np.random.Generator) -> tuple[Grouped, float]:
    """Return deals of groups over industries and years, and the odds ratio planted."""
    n_groups, giants = setting["groups"], setting.get("giants", 0)
    alike, years, times = setting.get("alike", ALIKE), setting.get("years", 1), setting["times"]
    shares = np.array(SHARES if setting.get("confounded") else [(0.5, setting["base"])] * 3)
    industry = rng.integers(3, size=n_groups)
    inside = rng.random(n_groups) < shares[industry, 0]
    base = shares[industry, 1]
    mean = np.where(inside, times * base, base)  # risk ratios, so that strata share one
    own = rng.beta(mean * (1 / alike - 1), (1 - mean) * (1 / alike - 1))
    weight = rng.lognormal(0, 1, n_groups)
    if giants:
        weight[:giants] = weight[giants:].sum() / giants
    group = np.repeat(np.arange(n_groups), rng.multinomial(setting["deals"],
                                                           weight / weight.sum()))  # fmt: skip
    lands = rng.random(group.size) < own[group]
    stratum = industry[group] * years + rng.integers(years, size=group.size)
    return grouped(stratum, group, exposed=inside[group], lands=lands), times


def holds(found: Estimate, truth: float) -> bool:
    return found.low <= truth <= (inf if isnan(found.high) else found.high)


def ratios(setting: Row, seed: int) -> list[Row]:
    """One world: intervals over groups, by bootstrap and as if deals were independent."""
    rng = np.random.default_rng(seed)
    deals, truth = world(setting, rng)
    found = ratio_by_groups(deals, "risk ratio")
    if isnan(found.low):
        return []
    alone = mantel_haenszel_risk_ratio(deals.cells())
    again = bootstrap_by_groups(deals, "risk ratio", draws=199, rng=seed)
    width = nan_log(found)
    return [{
        "covers": holds(found, truth), "is_open": isnan(found.high), "width": width,
        "resampled": None if isnan(again.low) else holds(again, truth),
        "alone": None if isnan(alone.low) else holds(alone, truth),
        "p": permutation_test(deals, draws=99, rng=seed).p,
    }]  # fmt: skip


def nan_log(found: Estimate) -> float | None:
    return None if isnan(found.high) or found.low <= 0 else exp(log(found.high / found.low) / 2)


def told_ratios(found: pl.DataFrame) -> str:
    rows = []
    for (what,), part in found.group_by(["what"], maintain_order=True):
        first = part.row(0, named=True)
        factor = part["width"].median()
        closed = part.filter(pl.col("p").is_not_null() & pl.col("p").is_not_nan())
        rows.append([
            what, first["times"], part.height, share_of(part, pl.col("covers")),
            "-" if factor is None else f"{factor:.1f}",
            f"{part['is_open'].mean():.0%}",
            share_of(part.drop_nulls("resampled"), pl.col("resampled")),
            share_of(part.drop_nulls("alone"), pl.col("alone")),
            share_of(closed, pl.col("p") <= 0.05),
        ])  # fmt: skip
    return table(["deals", "risk ratio", "worlds", "interval holds it", "as a factor",
                  "no upper end", "bootstrap of groups holds it", "as if independent",
                  "p at most 0.05"], rows)  # fmt: skip


def planted(setting: Row, seed: int) -> list[Row]:
    """One made-up study with known clusters: what the whole analysis says of its deals."""
    made = make_world(organisations=1200, clusters=12, industries=3, rng=seed % 20)
    study, truth = plant_investments(
        made.study, made.truth.cluster, times=setting["times"], deals=setting["deals"],
        confounded=setting.get("confounded", False), giants=setting.get("giants", 0),
        rng=np.random.default_rng(seed),
    )  # fmt: skip
    across = setting["across"]
    found = investment_odds(
        study, clustering_of_labels(study, made.truth.cluster), across=across, draws=99,
        rng=seed,
    )  # fmt: skip
    rows = found.ratios.filter(measure="odds ratio", similar=found.rule)
    pooled = rows.row(by_predicate=pl.col("held") == "nothing", named=True)
    held = rows.row(by_predicate=pl.col("held") == found.held, named=True)
    expected = truth.expected.row(0, named=True)["odds_ratio"] if across == "borders" else None
    told = found.ratios.row(0, named=True)  # risk ratio, as the answer has it
    return [{
        "pooled": None if expected is None else within(pooled, expected),
        "leaves_1": not within(pooled, 1.0), "value": held["value"],
        "covers": within(held, truth.times), "p": held["p"],
        "is_open": held["high"] is None,
        "excludes_1": None if told["low"] is None else not within(told, 1.0),
        "concluded": "It may be concluded" in str(found),
    }]  # fmt: skip


def within(row: Row, truth: float) -> bool | None:
    """Tell whether an interval holds the truth; None: there is no interval."""
    if row["low"] is None:
        return None
    return bool(row["low"] <= truth <= (inf if row["high"] is None else row["high"]))


def told_planted(found: pl.DataFrame) -> str:
    rows = []
    for (what, across), part in found.group_by(["what", "across"], maintain_order=True):
        where = {"borders": "abroad", "all": "anywhere"}[across]
        rows.append([
            what, where, part["times"][0], part.height, f"{part['value'].median():.2f}",
            share_of(part, pl.col("covers")),
            f"{part['is_open'].mean():.0%}", share_of(part, pl.col("p") <= 0.05),
            share_of(part, pl.col("concluded")), share_of(part, pl.col("pooled")),
            share_of(part, pl.col("leaves_1")),
        ])  # fmt: skip
    return table(["planted", "deals", "odds", "worlds", "odds held, median",
                  "interval holds it", "no upper end", "p at most 0.05",
                  "a difference is concluded", "pooled interval holds the pooled",
                  "pooled interval leaves 1 out"], rows, words=2)  # fmt: skip


def setting(
    what: str, groups: int, *, times: float = 1.0, deals: int = 300, **more: object
) -> Row:
    return {"what": what, "groups": groups, "times": times, "deals": deals, "base": 0.2} | more


RATIOS = [
    setting("of 100 groups", 100), setting("of 100 groups", 100, times=3.0),
    setting("three industries that cluster at both ends", 100, confounded=True),
    setting("over ten years", 100, years=10),
    setting("600 deals of 500 groups over ten years", 500, deals=600, years=10),
    setting("one group has half", 100, giants=1),
    setting("one group has half, deals very alike", 100, giants=1, alike=0.5),
    setting("three groups have half", 100, giants=3, times=3.0),
    setting("of 20 groups", 20), setting("of 8 groups, very alike", 8, alike=0.5),
    setting("few land: 3 in 100, 150 deals", 100, deals=150, base=0.03, times=4.0),
]  # fmt: skip
for number, one in enumerate(RATIOS):  # two of a name are two rows
    one["what"] = one["what"] + (" " if number == 1 else "")
PLANTED = [
    setting(what, 0, across=across, **choices)
    for what, choices in (
        ("nothing", {"deals": 600}),
        ("odds of 3", {"deals": 600, "times": 3.0}),
        ("nothing, industries cluster at both ends", {"deals": 600, "confounded": True}),
        ("nothing, two groups have half", {"deals": 600, "giants": 2}),
        ("odds of 3, two groups have half", {"deals": 600, "times": 3.0, "giants": 2}),
        ("nothing, few deals", {"deals": 200}),
        ("odds of 3, few deals", {"deals": 200, "times": 3.0}),
    )
    for across in ("borders", "all")
]  # fmt: skip
ARRAYS = ("buzzline.investment.grouped", "buzzline.investment.stratified")
WHOLE = ("buzzline.investment.odds", "buzzline.tables.worlds.investments")
TRIALS = {
    trial.name: trial
    for trial in (
        Trial("ratios", ratios, RATIOS, 400, ARRAYS, told_ratios),
        Trial("planted", planted, PLANTED, 150, WHOLE, told_planted),
    )
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trials", nargs="*", help=f"of {', '.join(TRIALS)}; none: all")
    parser.add_argument("--share", type=float, default=1.0, help="of the worlds, 0 to 1")
    parser.add_argument("--processes", type=int, default=2)
    choice = parser.parse_args(arguments)
    for name in choice.trials or TRIALS:
        trial = TRIALS[name]
        found = rows_of(trial, KEPT, share=choice.share, processes=choice.processes)
        text = trial.told(found)
        print(f"\n{name}\n\n{text}", flush=True)
        put_into(PAGE, name, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
