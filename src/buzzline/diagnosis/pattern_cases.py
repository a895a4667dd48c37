"""From patterns of missing links to the named cases behind them, with evidence against them."""

from __future__ import annotations

import polars as pl

from buzzline.diagnosis.cases import case_named
from buzzline.linkages.patterns import ORDER, MissingLinkPatterns

# The case a pattern is named after in the lecture; a claim, not a diagnosis.
CASE_OF: dict[str, str] = {
    "over-local lead organisation": "waterloo",
    "dependent enclave": "costa_rica_chips",
    "scattered hubs": "costa_rica_devices",
    "unconnected": "medellin",
    "introverted": "medellin",
    "balanced district": "third_italy",
}
LEAST = 0.2  # of the draws, from which on a case is brought up
PATTERN_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "layer": pl.String,
    "pattern": pl.String, "probability": pl.Float64, "possible": pl.Float64,
    "n": pl.Int64, "settled_by": pl.String, "reading": pl.String, "levers": pl.String,
}  # fmt: skip
CASE_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "layer": pl.String,
    "pattern": pl.String, "probability": pl.Float64, "case": pl.String, "claim": pl.String,
    "holder": pl.String, "side": pl.String, "evidence": pl.String, "source": pl.String,
    "tag": pl.String,
}  # fmt: skip


def patterns_beside(
    patterns: MissingLinkPatterns | None, clusters: pl.DataFrame
) -> pl.DataFrame:
    """Return the patterns that the ties of some clusters may show, the likeliest first.

    Of each cluster and layer against its best yardstick (G2 where it could be fitted) only, so
    that the probabilities of a layer add up to one.

    Parameters
    ----------
    patterns : MissingLinkPatterns or None
    clusters : DataFrame
        `cluster_id`.
    """
    if patterns is None:
        return pl.DataFrame(schema=PATTERN_SCHEMA)
    rank = pl.col("model").replace_strict({m: k for k, m in enumerate(ORDER)}, default=-1)
    first = patterns.patterns.filter(rank == rank.min().over("cluster_id", "layer"))
    return first.filter(pl.col("cluster_id").is_in(clusters["cluster_id"].implode())).select(
        list(PATTERN_SCHEMA)
    )


def cases_beside(patterns: MissingLinkPatterns | None, clusters: pl.DataFrame) -> pl.DataFrame:
    """Return the claims of each case whose pattern is among the likelier ones of a cluster.

    Parameters
    ----------
    patterns : MissingLinkPatterns or None
    clusters : DataFrame
        `cluster_id`.

    Returns
    -------
    DataFrame
        One row a cluster, layer, pattern and piece of evidence; empty where no pattern that
        has a case holds in a fifth of the draws.
    """
    likely = patterns_beside(patterns, clusters).filter(
        pl.col("pattern").is_in(list(CASE_OF)) & (pl.col("probability") >= LEAST)
    )
    rows = [
        (
            row["cluster_id"], row["label"], row["industry"], row["layer"], row["pattern"],
            row["probability"], case.name, claim.text, claim.holder, each.side, each.text,
            each.source, each.tag,
        )
        for row in likely.iter_rows(named=True)
        for case in [case_named(CASE_OF[row["pattern"]])]
        for claim in case.claims
        for each in claim.evidence
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=CASE_SCHEMA, orient="row")
