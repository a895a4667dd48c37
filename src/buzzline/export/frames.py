"""The result tables by name, in the order a reader wants them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

import polars as pl

from buzzline.analysis import Answer
from buzzline.clusters.clustering import Clustering
from buzzline.export.measures import measure_frames
from buzzline.linkages.balance import ScaleBalance
from buzzline.linkages.profile import ScaleProfile
from buzzline.tables.quality import Quality


def result_frames(
    quality: Quality,
    *,
    profile: ScaleProfile | None = None,
    clustering: Clustering | None = None,
    balance: ScaleBalance | None = None,
    measures: Sequence[Answer] = (),
) -> dict[str, pl.DataFrame]:
    """Return every result table by name; what has not been run (None) is left out.

    Names and columns are those of `data_dictionary`.
    """
    frames: dict[str, pl.DataFrame] = {}
    if clustering is not None:
        frames |= {
            "clusters": clustering.clusters,
            "members": clustering.members,
            "candidates": clustering.tree,
            "coverage": clustering.coverage,
        }
    if profile is not None:
        frames["scale_profile"] = profile.profile
    if balance is not None:
        frames |= {
            "scale_balance": balance.balance,
            "model_fits": balance.fits,
            "model_coefficients": balance.coefficients,
            "balance_power": balance.power,
            "urban_rural_ties": balance.urban_rural,
            "not_tested": balance.untested,
        }
    return frames | quality_frames(quality) | measure_frames(measures)


def quality_frames(quality: Quality) -> dict[str, pl.DataFrame]:
    """Return the data-quality report as three tables."""
    tables = {"table": pl.String, "source": pl.String, "read": pl.Int64, "kept": pl.Int64,
              "set_aside": pl.Int64}  # fmt: skip
    columns = {"table": pl.String, "column": pl.String, "source_column": pl.String,
               "filled": pl.Int64, "missing": pl.Int64, "repaired": pl.Int64}  # fmt: skip
    return {
        "quality_tables": _records(quality.tables, tables),
        "quality_columns": _records(quality.columns, columns),
        "quality_findings": quality.table(),
    }


def _records(records: tuple[object, ...], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    rows = [astuple(record) for record in records]  # type: ignore[call-overload]  # dataclasses
    return pl.DataFrame(rows, schema=schema, orient="row")
