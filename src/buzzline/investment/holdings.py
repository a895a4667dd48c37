"""Who holds how much of whom, and from when to when: read off ties and named owners.

A stake is known where the tie has a weight in shares or per cent. Who bought an organisation,
or calls it an affiliate, is taken to control it where no stake says otherwise; who merely holds
part of it is not, unless nobody else does.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from buzzline.tables.study import Study

CONTROL_LAYERS = ("acquisition", "ownership", "affiliate")
SHARES = ("share", "shares", "fraction")
PER_CENT = ("percent", "per cent", "%", "pct", "percentage")
HALF = 0.5
EARLIEST, LATEST = -(10**6), 10**6  # days; before and after every date a study may hold
BOUGHT, HELD, NAMED = 0, 1, 2  # how much a holding of unknown stake says
SCHEMA = {
    "holder": pl.Int64, "held": pl.Int64, "stake": pl.Float64, "basis": pl.Int64,
    "start": pl.Int64, "end": pl.Int64, "layer": pl.String, "row": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Holdings:
    """Who holds whom, as rows of `study.organisations`.

    Attributes
    ----------
    frame : DataFrame
        `holder`, `held` (rows of organisations), `stake` (share, null where not known), `basis`
        (0 bought or affiliate, 1 holds part, 2 named as ultimate owner), `start`, `end` (days
        since 1970), `layer` ("owner_id" for named owners), `row` (of linkages; null).
    left_out : DataFrame
        `reason`, `n`: ties that say nothing about who holds whom.
    n : int
        Organisations.
    """

    frame: pl.DataFrame
    left_out: pl.DataFrame
    n: int


def holdings_of(study: Study) -> Holdings:
    """Return who holds whom, from ownership, affiliates, acquisitions and named owners.

    An acquisition ends when somebody else buys the same organisation. An owner that is merely
    named (`owner_id`) is not used where dated ties that could give control tell who owned the
    organisation when. A stake without an end lasts until a later one of the same pair is told.

    Examples
    --------
    >>> study = Study.of(
    ...     organisations=pl.DataFrame({"org_id": ["a", "b"]}),
    ...     linkages=pl.DataFrame({"source": ["a"], "target": ["b"], "layer": ["ownership"],
    ...                            "weight": [60.0], "unit": ["percent"]}))
    >>> holdings_of(study).frame.select("holder", "held", "stake").row(0)
    (0, 1, 0.6)
    """
    number = study.organisations.select("org_id").with_row_index("number")
    ties = (
        study.linkages.with_row_index("row").filter(pl.col("layer").is_in(CONTROL_LAYERS))
        .with_columns(unit=pl.col("unit").str.strip_chars().str.to_lowercase())
    )  # fmt: skip
    ties, left_out = _usable(ties)
    told = ties.select(
        _number(ties["source"], number).alias("holder"),
        _number(ties["target"], number).alias("held"),
        stake_of_tie().alias("stake"),
        pl.when(pl.col("layer") == "ownership").then(HELD).otherwise(BOUGHT)
        .cast(pl.Int64).alias("basis"),
        _day("start").fill_null(EARLIEST).alias("start"),
        _day("end").fill_null(LATEST).alias("end"),
        "layer", pl.col("row").cast(pl.Int64),
    )  # fmt: skip
    told = _until_sold(_until_restated(told))
    named = _named(study, number, told)
    frame = pl.concat([told, named]).select(pl.col(k).cast(v) for k, v in SCHEMA.items())
    return Holdings(frame, left_out, study.organisations.height)


def _usable(ties: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    is_stake = pl.col("unit").is_in(SHARES + PER_CENT).fill_null(value=False)
    reason = (
        pl.when(pl.col("source") == pl.col("target")).then(pl.lit("holds itself"))
        .when(pl.col("directed").eq(other=False).fill_null(value=False))
        .then(pl.lit("no direction is recorded"))
        .when((pl.col("end") < pl.col("start")).fill_null(value=False))
        .then(pl.lit("ends before it starts"))
        .when(is_stake & (pl.col("weight") == 0)).then(pl.lit("a stake of nought"))
        .when(is_stake & (stake_of_tie() > 1 + 1e-9))
        .then(pl.lit("a stake of more than the whole"))
    )  # fmt: skip
    told = ties.with_columns(reason=reason)
    left_out = (
        told.drop_nulls("reason").group_by("reason").agg(n=pl.len())
        .sort("n", "reason", descending=[True, False])
    )  # fmt: skip
    return told.filter(pl.col("reason").is_null()).drop("reason"), left_out


def stake_of_tie() -> pl.Expr:
    """Return the stake of a tie as a share; null where its weight is none."""
    unit, weight = pl.col("unit").str.strip_chars().str.to_lowercase(), pl.col("weight")
    return (
        pl.when(unit.is_in(SHARES)).then(weight).when(unit.is_in(PER_CENT)).then(weight / 100)
    )


def _day(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Date).cast(pl.Int32).cast(pl.Int64)


def _number(names: pl.Series, number: pl.DataFrame) -> pl.Series:
    return names.to_frame("org_id").join(
        number, on="org_id", how="left", maintain_order="left", validate="m:1"
    )["number"].cast(pl.Int64)  # fmt: skip


def _until_restated(told: pl.DataFrame) -> pl.DataFrame:
    """End what has no end on the day before a later tie of the same pair says otherwise.

    Ownership and affiliates state what is held; an acquisition may add to it, so that it only
    replaces a minority holding, and only where it does not say how much was bought.
    """
    is_state = pl.col("stake").is_not_null() & (pl.col("layer") != "acquisition")
    is_bought = pl.col("stake").is_null() & (pl.col("basis") == BOUGHT)
    later = told.filter((is_state | is_bought) & (pl.col("start") > EARLIEST)).select(
        "holder", "held", "start", is_state=is_state
    )
    restated = (
        told.filter(pl.col("end") == LATEST).select("row", "holder", "held", "stake", "start")
        .join(later, on=["holder", "held"], suffix="_later")
        .filter(
            (pl.col("start_later") > pl.col("start"))
            & (pl.col("is_state") | (pl.col("stake") <= HALF))
        )
        .group_by("row").agg(until=pl.col("start_later").min() - 1)
    )  # fmt: skip
    return (
        told.join(restated, on="row", how="left", validate="m:1", maintain_order="left")
        .with_columns(end=pl.min_horizontal("end", pl.col("until").fill_null(LATEST)))
        .drop("until")
    )  # fmt: skip


def _until_sold(told: pl.DataFrame) -> pl.DataFrame:
    """End what controls on the day before somebody else buys it."""
    major = pl.col("stake").is_null() | (pl.col("stake") > HALF)
    bought = (pl.col("layer") == "acquisition") & (pl.col("start") > EARLIEST) & major
    sales = (
        told.filter(bought).select("held", "start", buyer="holder").unique()
        .sort("held", "start", "buyer")
    )  # fmt: skip
    controls = (pl.col("stake") > HALF) | (
        pl.col("stake").is_null() & (pl.col("basis") == BOUGHT)
    )
    later = told.filter(controls).select("row", "held", "holder", "start")
    sold = (
        later.join(sales, on="held", suffix="_sale")
        .filter(
            (pl.col("start_sale") > pl.col("start")) & (pl.col("buyer") != pl.col("holder"))
        )
        .group_by("row").agg(sold=pl.col("start_sale").min() - 1)
    )  # fmt: skip
    return (
        told.join(sold, on="row", how="left", validate="m:1", maintain_order="left")
        .with_columns(end=pl.min_horizontal("end", pl.col("sold").fill_null(LATEST)))
        .drop("sold")
    )  # fmt: skip


def _named(study: Study, number: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Return owners that are named, where no dated tie could give somebody else control."""
    organisations = study.organisations
    held = pl.int_range(organisations.height, dtype=pl.Int64, eager=True)
    stakes = (
        told.filter((pl.col("start") > EARLIEST) | (pl.col("end") < LATEST))
        .group_by("held", "holder")
        .agg(pl.col("stake").max(), is_open=pl.col("stake").is_null().any())
    )
    dated = (
        stakes.group_by("held").agg(pl.col("stake").sum(), pl.col("is_open").any())
        .filter(pl.col("is_open") | (pl.col("stake") > HALF))["held"]
    )  # fmt: skip
    return pl.DataFrame(
        {
            "holder": _number(organisations["owner_id"], number), "held": held,
            "stake": pl.Series([None] * held.len(), dtype=pl.Float64),
            "basis": pl.Series([NAMED] * held.len(), dtype=pl.Int64),
            "start": pl.Series([EARLIEST] * held.len(), dtype=pl.Int64),
            "end": pl.Series([LATEST] * held.len(), dtype=pl.Int64),
            "layer": pl.Series(["owner_id"] * held.len(), dtype=pl.String),
            "row": pl.Series([None] * held.len(), dtype=pl.Int64),
        }
    ).filter(
        pl.col("holder").is_not_null() & (pl.col("holder") != pl.col("held"))
        & ~pl.col("held").is_in(dated.implode())
    )  # fmt: skip
