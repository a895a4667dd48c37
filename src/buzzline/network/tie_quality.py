"""How complete are raw ties: empty cells, self-ties, ends that nobody knows.

The same answer on polars, DuckDB and Spark Connect, like `ties.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import polars as pl

from buzzline.network.doors import frame_with, organisations_with, ties_beside
from buzzline.network.engines import AnyFrame, collected

_QUALITY = {"column": pl.String, "n": pl.Int64, "n_missing": pl.Int64, "n_distinct": pl.Int64}


def quality_counts(frame: AnyFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Return how many rows, empty cells and distinct values each column has.

    Returns
    -------
    DataFrame
        One row a column, in the order given: `column`, `n` [rows], `n_missing`, `n_distinct`
        (an empty cell is no value).

    Raises
    ------
    InvalidTables
        A column is missing.
    """
    given = frame_with("the frame", frame, columns)
    schema = given.collect_schema()
    wanted = [nw.len().alias("n")]
    for number, name in enumerate(columns):
        value = nw.col(name)
        if schema[name].is_float():  # Spark tells -0.0 from 0.0
            value = nw.when(value == 0).then(0.0).otherwise(value)
        wanted.append(nw.col(name).null_count().alias(f"missing_{number}"))
        wanted.append(value.n_unique().alias(f"distinct_{number}"))
    (row,) = given.select(*wanted).collect(backend="polars").to_polars().to_dicts()
    counts = []
    for number, name in enumerate(columns):
        # Null without any row; and every engine counts "empty" as one distinct value.
        n_missing = int(row[f"missing_{number}"] or 0)
        n_distinct = int(row[f"distinct_{number}"] or 0) - (n_missing > 0)
        counts.append((name, int(row["n"]), n_missing, n_distinct))
    return pl.DataFrame(counts, schema=_QUALITY, orient="row")


def end_counts(linkages: AnyFrame, organisations: AnyFrame) -> pl.DataFrame:
    """Return how many ties of each layer lead nowhere, to themselves or to strangers.

    Returns
    -------
    DataFrame
        One row a layer: `layer`, `n` [ties], `n_self` (both ends the same organisation),
        `n_missing` (an end is empty), `n_unknown` (an end is not in `organisations`).

    Raises
    ------
    InvalidTables, InvalidArgument
        As `ties_by_scale`.
    """
    known = organisations_with(organisations)
    ties = ties_beside(linkages, known)
    for end in ("source", "target"):
        seen = known.select("org_id", **{f"{end}_seen": nw.col("org_id")})
        ties = ties.join(seen, how="left", left_on=end, right_on="org_id")
    missing = {end: nw.col(end).is_null() for end in ("source", "target")}
    unknown = {end: nw.col(f"{end}_seen").is_null() & ~missing[end] for end in missing}
    flags = {
        "n_self": (nw.col("source") == nw.col("target")).fill_null(value=False),
        "n_missing": missing["source"] | missing["target"],
        "n_unknown": unknown["source"] | unknown["target"],
    }
    flagged = ties.with_columns(
        **{name: nw.when(flag).then(1).otherwise(0) for name, flag in flags.items()}
    )
    summed = flagged.group_by("layer").agg(
        nw.len().alias("n"), *(nw.col(f).sum() for f in flags)
    )
    return collected(summed, ("n", *flags), order=("layer",))
