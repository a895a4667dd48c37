"""What to call a place: the commonest city of what stands there."""

from __future__ import annotations

import polars as pl

from buzzline.tables.study import Study


def labels_of(study: Study, places: pl.DataFrame) -> pl.DataFrame:
    """Return places with `label` and `country`: the commonest city there, else coordinates.

    Parameters
    ----------
    study : Study
    places : DataFrame
        `place`, `longitude`, `latitude`.
    """
    columns = ["longitude", "latitude", "city", "country"]
    standing = pl.concat(
        [study.organisations.select(columns), study.establishments.select(columns)]
    )
    at = ["longitude", "latitude"]
    found = places.select(at).unique()
    for name in ("city", "country"):
        commonest = (
            standing.drop_nulls([*at, name])
            .group_by([*at, name])
            .len()
            .sort(["len", name], descending=[True, False])
            .unique(at, keep="first", maintain_order=True)
        )
        found = found.join(commonest.drop("len"), on=at, how="left", validate="1:1")
    named = places.join(found, on=at, how="left", validate="m:1", maintain_order="left")
    label = pl.concat_str(pl.col("city", "country"), separator=", ", ignore_nulls=True)
    return named.with_columns(
        label=pl.when(pl.col("city").is_not_null()).then(label).otherwise(_degrees())
    ).drop("city")


def unlike(label: pl.Expr) -> pl.Expr:
    """Return labels that differ: the second of one name is numbered 2."""
    number = label.cum_count().over(label)
    again = pl.concat_str(label, pl.lit(" ("), number.cast(pl.String), pl.lit(")"))
    return pl.when(number > 1).then(again).otherwise(label)


def _degrees() -> pl.Expr:
    north = pl.when(pl.col("latitude") >= 0).then(pl.lit("°N ")).otherwise(pl.lit("°S "))
    east = pl.when(pl.col("longitude") >= 0).then(pl.lit("°E")).otherwise(pl.lit("°W"))
    return pl.concat_str(
        pl.col("latitude").abs().round(1).cast(pl.String), north,
        pl.col("longitude").abs().round(1).cast(pl.String), east,
    )  # fmt: skip
