"""Shares of ties with intervals that take records or members, not ties, as what was sampled."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from scipy.stats import norm

from buzzline.quantities import Share


def shares_of(ends: pl.DataFrame, by: Sequence[str], *, level: Share) -> pl.DataFrame:
    """Return how the ties of each cluster split over classes.

    Parameters
    ----------
    ends : DataFrame
        `cluster_id`, `org_id` (the member), `record` (null: none) and the columns of `by`, one
        row a tie.
    by : sequence of str
        Columns that make a class.
    level : share

    Returns
    -------
    DataFrame
        `cluster_id`, the columns of `by`, `n`, `n_members`, `share`, `low`, `high` (null where
        fewer than two units, or a share of all), `level`.

    Notes
    -----
    With c_u of the n_u ties of unit u in the class and s their share of all N, the variance of
    s is U / (U - 1) times the sum of (c_u - s n_u)^2 over N^2, the interval one of its logit.
    Units are members, or records where that is wider.

    Examples
    --------
    >>> ends = pl.DataFrame({"cluster_id": ["c"] * 4, "org_id": ["a", "a", "b", "b"],
    ...                      "record": [None] * 4, "scale": ["x", "y", "x", "x"]},
    ...                     schema_overrides={"record": pl.String})
    >>> shares_of(ends, ["scale"], level=0.95)["share"].to_list()
    [0.75, 0.25]
    """
    keys = ["cluster_id", *by]
    counts = ends.group_by(keys).agg(
        n=pl.len().cast(pl.Int64), n_members=pl.col("org_id").n_unique().cast(pl.Int64)
    )
    whole = ends.group_by("cluster_id").agg(total=pl.len())
    found = counts.join(whole, on="cluster_id", how="left", validate="m:1").with_columns(
        share=pl.col("n") / pl.col("total")
    )
    of_record = pl.coalesce(pl.lit("r:") + pl.col("record"), pl.lit("m:") + pl.col("org_id"))
    for name, unit in (("by_member", pl.col("org_id")), ("by_record", of_record)):
        variance = _variance(ends.with_columns(unit=unit), found, keys)
        found = found.join(
            variance.rename({"variance": name}), on=keys, how="left", validate="1:1"
        )
    return (
        _with_interval(found, level)
        .select(*keys, "n", "n_members", "share", "low", "high", "level")
        .sort("cluster_id", "n", *by, descending=[False, True, *[False] * len(by)])
    )


def _variance(ends: pl.DataFrame, found: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return the variance of each share over units; null where there are fewer than two."""
    of_unit = ends.group_by("cluster_id", "unit").agg(all=pl.len().cast(pl.Float64))
    whole = of_unit.group_by("cluster_id").agg(
        units=pl.len(), squares=(pl.col("all") ** 2).sum()
    )
    sums = (
        ends.group_by(*keys, "unit")
        .agg(n=pl.len().cast(pl.Float64))
        .join(of_unit, on=["cluster_id", "unit"], how="left", validate="m:1")
        .group_by(keys)
        .agg(own=(pl.col("n") ** 2).sum(), cross=(pl.col("n") * pl.col("all")).sum())
    )
    share, units = pl.col("share"), pl.col("units")
    residual = pl.col("own") - 2 * share * pl.col("cross") + share**2 * pl.col("squares")
    variance = residual.clip(0) * units / (units - 1) / pl.col("total") ** 2
    return (
        found.select(*keys, "share", "total")
        .join(sums, on=keys, how="left", validate="1:1")
        .join(whole, on="cluster_id", how="left", validate="m:1")
        .select(*keys, variance=pl.when(units > 1).then(variance))
    )


def _with_interval(found: pl.DataFrame, level: Share) -> pl.DataFrame:
    share = pl.col("share")
    variance = pl.when(pl.col("by_record").is_not_null()).then(
        pl.max_horizontal("by_member", "by_record")
    )
    half = float(norm.ppf((1 + level) / 2)) * variance.sqrt() / (share * (1 - share))
    logit = (share / (1 - share)).log()
    is_known = (share < 1) & (variance > 0)
    ends = {
        name: pl.when(is_known).then(1 / (1 + (-(logit + sign * half)).exp()))
        for name, sign in (("low", -1), ("high", 1))
    }
    return found.with_columns(**ends, level=pl.lit(level))
