"""How often a stated pattern of missing links is true, and percentiles of dimensions.

    python -m benchmarks.patterns_recovery [--share 0.2] [--processes 1]

Prints tables into docs/explanation/missing-links.md and docs/explanation/dimensions.md.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl
from tests.linkages.planted_patterns import FACTORS, patterned, true_pattern

from benchmarks.recovering import Row, Trial, put_into, rate, rows_of, table
from buzzline.diagnosis.rank_intervals import percentile_among
from buzzline.diagnosis.trade_offs import partial_correlation
from buzzline.linkages.balance import scale_balance
from buzzline.linkages.pattern_rule import OPEN
from buzzline.linkages.patterns import missing_link_patterns

DOCS = Path(__file__).parents[1] / "docs" / "explanation"
KEPT = Path(__file__).parents[1] / ".cache" / "patterns-recovery"
TIES = (1.0, 3.0, 8.0)
BINS = ((0.5, 0.8), (0.8, 0.95), (0.95, 1.0001))
CLEAR = 0.8
PRIORS = ("normal", "heavy tails", "skewed", "two groups")


def patterns(setting: Row, seed: int) -> list[Row]:
    """Return what is said of the cluster with a planted pattern, and what is true."""
    name = setting["pattern"]
    study, clustering, world = patterned(name, rng=seed, ties_each=setting["ties_each"])
    balance = scale_balance(study, clustering, draws=199, rng=seed)
    found = missing_link_patterns(study, clustering, balance, draws=499, rng=seed)
    truth, margin = true_pattern(world, anchored=name == "dependent enclave")
    own = found.patterns.filter((pl.col("cluster_id") == "c0") & (pl.col("model") == "G2"))
    if not own.height:
        return [{"truth": truth, "margin": margin, "said": None, "probability": None,
                 "of_truth": None, "n": 0}]  # fmt: skip
    top = own.row(0, named=True)
    of_truth = own.filter(pl.col("pattern") == truth)["probability"].sum()
    said = {"said": top["pattern"], "probability": top["probability"], "n": top["n"]}
    return [{"truth": truth, "margin": margin, "of_truth": of_truth, **said}]


def percentiles(setting: Row, seed: int) -> list[Row]:
    """Return whether intervals of percentiles hold the true ones."""
    rng = np.random.default_rng([seed, setting["clusters"], int(10 * setting["spread"])])
    k = setting["clusters"]
    true = (
        setting["spread"]
        * {
            "normal": lambda: rng.standard_normal(k),
            "heavy tails": lambda: rng.standard_t(3, k) / np.sqrt(3),
            "skewed": lambda: rng.exponential(size=k) - 1,
            "two groups": lambda: rng.choice([-1.0, 1.0], k) + 0.2 * rng.standard_normal(k),
        }[setting["true values"]]()
    )
    error = rng.uniform(0.5, 1.5, k)
    value = true + error * rng.standard_normal(k)
    found = percentile_among(value, error, 0, draws=499, rng=rng)
    standing = float((true[1:] < true[0]).mean())
    covers = found.low - 1e-9 <= standing <= found.high + 1e-9
    return [{"covers": bool(covers), "width": found.high - found.low}]


def correlations(setting: Row, seed: int) -> list[Row]:
    """Return whether a trade-off that is none is found, and whether its interval holds 0."""
    rng = np.random.default_rng([seed, setting["clusters"]])
    k = setting["clusters"]
    size = rng.standard_normal((k, 2))
    x, y = size[:, 0] + rng.exponential(size=k), size[:, 0] + rng.standard_normal(k)
    value, low, high, p, _, _ = partial_correlation(x, y, size, draws=199, rng=rng)
    return [{"rejects": p <= 0.05, "covers": low <= 0 <= high, "value": value}]


def told_patterns(found: pl.DataFrame) -> str:
    answered = found.filter(pl.col("said").is_not_null() & (pl.col("said") != OPEN))
    by_bin = []
    for low, high in BINS:
        part = answered.filter(pl.col("probability").is_between(low, high, closed="left"))
        right = int((part["said"] == part["truth"]).sum())
        mean = part["probability"].mean()
        said = "-" if mean is None else f"{100 * mean:.0f} %"
        by_bin.append((f"{low:.0%} to {min(high, 1):.0%}", part.height, said,
                       rate(right, part.height)))  # fmt: skip
    head = ("probability stated", "answers", "mean", "true")
    text = table(head, by_bin)
    rows = []
    for pattern in FACTORS:
        for ties in TIES:
            part = found.filter((pl.col("pattern") == pattern) & (pl.col("ties_each") == ties))
            clear = part.filter((pl.col("probability") >= CLEAR) & (pl.col("said") != OPEN))
            wrong = int((clear["said"] != clear["truth"]).sum())
            n = part["n"].median()
            rows.append((pattern, f"{n:,.0f}", part.height,
                         f"{100 * clear.height / max(part.height, 1):.0f} %",
                         rate(wrong, part.height)))  # fmt: skip
    head = ("planted", "ties (median)", "worlds", "clear answers", "clear and wrong")
    wrong = answered.filter(
        (pl.col("probability") >= CLEAR) & (pl.col("said") != pl.col("truth"))
    )
    if not wrong.height:
        return text + "\n" + table(head, rows)
    middle, most = (
        float(np.expm1(getattr(wrong["margin"], how)())) for how in ("median", "max")
    )
    near = (
        "\nIn worlds with a clear and wrong answer, a true sign was off its cut-off by "
        f"{middle:.0%} of the ties (median), at most {most:.0%}.\n"
    )
    return text + "\n" + table(head, rows) + near


def told_percentiles(found: pl.DataFrame) -> str:
    rows = []
    for (prior, k), part in found.group_by("true values", "clusters", maintain_order=True):
        rows.append((prior, k, part.height, rate(int(part["covers"].sum()), part.height),
                     f"{part['width'].mean():.2f}"))  # fmt: skip
    return table(("true values", "clusters", "trials", "cover", "mean width"), rows)


def told_correlations(found: pl.DataFrame) -> str:
    rows = [
        (k, part.height, rate(int(part["rejects"].sum()), part.height),
         rate(int(part["covers"].sum()), part.height))
        for (k,), part in found.group_by(["clusters"], maintain_order=True)
    ]  # fmt: skip
    return table(("clusters", "trials", "found although none", "intervals that hold 0"), rows)


TRIALS = (
    Trial(
        "missing-link-patterns", patterns,
        [{"pattern": p, "ties_each": t} for p in FACTORS for t in TIES], 16,
        ("buzzline.linkages.patterns", "buzzline.linkages.balance",
         "buzzline.tables.worlds.making"), told_patterns,
    ),
    Trial(
        "percentiles-of-dimensions", percentiles,
        [{"true values": p, "clusters": k, "spread": s}
         for p in PRIORS for k in (6, 15, 40) for s in (1.0, 3.0)], 400,
        ("buzzline.diagnosis.rank_intervals",), told_percentiles,
    ),
    Trial(
        "trade-offs-of-dimensions", correlations, [{"clusters": k} for k in (14, 30, 80)], 1000,
        ("buzzline.diagnosis.trade_offs",), told_correlations,
    ),
)  # fmt: skip
PAGES = ("missing-links.md", "dimensions.md", "dimensions.md")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the worlds")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", default="", help="name of a trial")
    given = parser.parse_args()
    for trial, page in zip(TRIALS, PAGES, strict=True):
        if given.only in trial.name:
            found = rows_of(trial, KEPT, share=given.share, processes=given.processes)
            put_into(DOCS / page, trial.name, trial.told(found))


if __name__ == "__main__":
    main()
