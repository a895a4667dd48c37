"""Which ties came about together: those of one project, contract, respondent or gathering.

`observed_by` names the record a tie stands in. That of a project bundles its ties: a consortium
of ten is one observation, not 45. A source of data (a register) bundles nothing. Nobody says
which is which, so it is told from the ties: a record is a **source** where it is one of fewer
than five in its layer, or holds nine in ten ties of it, and does not join nearly all pairs of
its organisations, as a consortium does. A tie without a record, or of a source, stands with
ties of the same two organisations alone.
"""

from __future__ import annotations

import polars as pl

FEWEST_RECORDS = 5  # of a layer; fewer are sources of data, unless they are consortia
MOST_OF_A_LAYER = 0.9  # of the ties in one record
OF_A_CONSORTIUM = 0.8  # of the pairs of its organisations


def bundling(ties: pl.DataFrame) -> pl.Series:
    """Return the record of each tie, null where it has none or its record is a source of data.

    Parameters
    ----------
    ties : DataFrame
        `source`, `target`, `record` (null: none) and, where there are several, `layer`.

    Examples
    --------
    >>> three = pl.DataFrame({"source": ["a", "a", "b"], "target": ["b", "c", "c"],
    ...                       "record": ["project"] * 3})
    >>> bundling(three).to_list()
    ['project', 'project', 'project']
    >>> bundling(three.with_columns(target=pl.Series(["b", "c", "d"]))).to_list()
    [None, None, None]
    """
    if "layer" not in ties.columns:
        ties = ties.with_columns(layer=pl.lit(""))
    key = ["layer", "record"]
    sizes = ties.group_by(key).agg(n=pl.len())
    named = pl.col("record").is_not_null()
    few = named.sum().over("layer") < FEWEST_RECORDS
    most = pl.col("n") >= MOST_OF_A_LAYER * pl.col("n").sum().over("layer")
    doubtful = sizes.filter(named & (few | most))
    if not doubtful.height:
        return ties["record"]
    within = ties.join(doubtful, on=key, how="semi")
    known = _organisations(within, key).join(doubtful, on=key, validate="1:1")
    wanted = OF_A_CONSORTIUM * pl.col("k") * (pl.col("k") - 1) / 2
    perhaps = known.filter((pl.col("k") > 2) & (pl.col("n") >= wanted))
    pairs = within.join(perhaps, on=key, how="semi").select(*key, *_pair()).unique()
    dense = (
        perhaps.drop("n").join(pairs.group_by(key).agg(n=pl.len()), on=key, validate="1:1")
        .filter(pl.col("n") >= wanted)
    )  # fmt: skip
    sources = doubtful.join(dense, on=key, how="anti").select(*key, source_of_data=True)
    found = ties.select(key).join(
        sources, on=key, how="left", validate="m:1", maintain_order="left"
    )
    return found.select(pl.when(pl.col("source_of_data").is_null()).then("record")).to_series()


def record_numbers(ties: pl.DataFrame) -> pl.Series | None:
    """Return the number of the record of each tie; None where no record bundles anything.

    Ties that stand in no record are numbered by their two organisations.

    Examples
    --------
    >>> ties = pl.DataFrame({"source": ["a", "b", "a", "a"], "target": ["b", "a", "c", "d"],
    ...                      "record": [None, None, "x", "x"]})
    >>> record_numbers(ties) is None  # one record, and no consortium
    True
    """
    record = bundling(ties)
    if not record.is_not_null().any():
        return None
    named = record.rank("dense").cast(pl.Int64)
    number = pl.struct(*_pair()).rank("dense").cast(pl.Int64) + (named.max() or 0)
    alone = ties.select(pl.when(record.is_null()).then(number)).to_series()
    return pl.select(pl.coalesce(named, alone).rank("dense").cast(pl.Int32) - 1).to_series()


def _pair() -> tuple[pl.Expr, pl.Expr]:
    return (
        pl.min_horizontal("source", "target").alias("one"),
        pl.max_horizontal("source", "target").alias("other"),
    )


def _organisations(ties: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Return how many organisations each record joins: `k`."""
    ends = pl.concat([ties.select(*key, who="source"), ties.select(*key, who="target")])
    return ends.group_by(key).agg(k=pl.col("who").n_unique())
