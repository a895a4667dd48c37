"""The tables of results that are known only as results: one or more frames each, by name.

The table of a result is named as its analysis; further frames of its record are named
`<analysis>_<frame>`. A second result of one analysis gets a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import polars as pl

from buzzline.analysis import Answer, result_names


def measure_frames(measures: Sequence[Answer]) -> dict[str, pl.DataFrame]:
    """Return every table of the results, by the name it is written under.

    Parameters
    ----------
    measures : sequence of results
        Of any analyses of the catalogue.

    Raises
    ------
    InvalidArgument
        A result was made by hand and does not say which analysis it is from.
    """
    found: dict[str, pl.DataFrame] = {}
    for name, result in zip(result_names(measures), measures, strict=True):
        found[name] = result.table()
        found |= {f"{name}_{field}": frame for field, frame in further_frames(result).items()}
    return found


def further_frames(result: Answer) -> dict[str, pl.DataFrame]:
    """Return the frames of a record beside its table, by the name of the field."""
    columns = set(result.table().columns)
    frames = {
        field.name: getattr(result, field.name)
        for field in fields(result)  # type: ignore[arg-type]  # every result is a record
    }
    return {
        name: frame
        for name, frame in frames.items()
        if isinstance(frame, pl.DataFrame) and set(frame.columns) != columns
    }
