"""In which years an organisation's ultimate owner became another."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.arrays import as_indices
from buzzline.investment.control import control_at
from buzzline.investment.holdings import EARLIEST, LATEST, Holdings
from buzzline.tables.study import Study

SCHEMA = {
    "year": pl.Int64, "org_id": pl.String, "before": pl.String, "after": pl.String,
    "what": pl.String,
}  # fmt: skip


def changes_of(study: Study, holdings: Holdings) -> pl.DataFrame:
    """Return one row an organisation and year in which its ultimate owner changed.

    Only years in which a holding of it, or of whoever holds it, begins or ends are looked at:
    the last day of the year before, and its own last day.
    """
    asked = _moments(holdings.frame)
    if not asked.height:
        return pl.DataFrame(schema=SCHEMA)
    who = as_indices(asked["held"].to_numpy())
    days = [
        as_indices(
            asked.select(pl.date(pl.col("year") - back, 12, 31).cast(pl.Int32).cast(pl.Int64))
            .to_series().to_numpy()
        )
        for back in (1, 0)
    ]  # fmt: skip
    control = control_at(holdings.frame, np.concatenate([who, who]), np.concatenate(days))
    org_id = study.organisations["org_id"]
    owner = [control.owners(who, day) for day in days]
    rows = asked.with_columns(
        pl.Series("one", owner[0]), pl.Series("other", owner[1]),
        org_id=org_id.gather(who), before=org_id.gather(owner[0]),
        after=org_id.gather(owner[1]),
    )  # fmt: skip
    what = (
        pl.when(pl.col("one") == pl.col("held")).then(pl.lit("came under an owner"))
        .when(pl.col("other") == pl.col("held")).then(pl.lit("left its owner"))
        .otherwise(pl.lit("changed its owner"))
    )  # fmt: skip
    return (
        rows.filter(pl.col("one") != pl.col("other"))
        .select("year", "org_id", "before", "after", what.alias("what"))
        .sort("year", "org_id")
    )


def _moments(holdings: pl.DataFrame) -> pl.DataFrame:
    """Return organisations and years in which something above them changed: `held`, `year`."""
    begins = holdings.filter(pl.col("start") > EARLIEST).select("held", day="start")
    ends = holdings.filter(pl.col("end") < LATEST).select("held", day=pl.col("end") + 1)
    year = pl.col("day").cast(pl.Int32).cast(pl.Date).dt.year().cast(pl.Int64)
    found = pl.concat([begins, ends]).select("held", year=year).unique()
    below = holdings.select("holder", "held").unique()
    new = found
    while new.height:
        reached = new.join(below, left_on="held", right_on="holder").select(
            pl.col("held_right").alias("held"), "year"
        ).unique()  # fmt: skip
        new = reached.join(found, on=["held", "year"], how="anti")
        found = pl.concat([found, new])
    return found.sort(pl.all())
