"""Findings that do not stand once all that was tested is counted."""

from __future__ import annotations

import polars as pl

PERHAPS = "perhaps "


def doubted(frame: pl.DataFrame, level: float) -> pl.DataFrame:
    """Say "perhaps above" or "perhaps below" where `q` is larger than the level allows.

    Among many tests, some intervals are on one side of 0 by luck. What is said hangs on the
    false-discovery rate over the whole table, not on each interval alone.

    Parameters
    ----------
    frame : DataFrame
        With `finding` and `q`.
    level : share

    Examples
    --------
    >>> frame = pl.DataFrame({"finding": ["above", "below", "none"], "q": [0.01, 0.13, 0.9]})
    >>> doubted(frame, 0.95)["finding"].to_list()
    ['above', 'perhaps below', 'none']
    """
    is_open = pl.col("finding").is_in(["above", "below"]) & (pl.col("q") > 1 - level)
    perhaps = pl.concat_str(pl.lit(PERHAPS), pl.col("finding"))
    return frame.with_columns(finding=pl.when(is_open).then(perhaps).otherwise("finding"))
