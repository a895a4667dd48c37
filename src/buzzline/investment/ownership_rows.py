"""Tables of ownership on one day: organisations, groups, holdings."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Indices, as_floats, as_indices
from buzzline.investment.control import OVER_THE_WHOLE, Control, control_at
from buzzline.investment.holdings import (
    BOUGHT,
    EARLIEST,
    HALF,
    HELD,
    LATEST,
    NAMED,
    Holdings,
)
from buzzline.investment.integrated import Integrated, integrated_ownership
from buzzline.tables.study import Study

NO_DATE = LATEST - 1  # the day on which whatever lasts has begun
BASIS = {
    BOUGHT: "bought or affiliate; stake not known",
    HELD: "only holder known; stake not known",
    NAMED: "named as owner",
}
CIRCLE = "in a circle of owners, or under one: no ultimate owner"
MAJORITY, TOGETHER = "more than half", "stakes of one group together"
COLUMNS = (
    "org_id", "name", "country", "parent", "parent_stake", "basis", "group", "owner_country",
    "is_abroad", "n_steps", "group_stake", "n_holders", "total_stake", "n_controlled", "status",
)  # fmt: skip


class Snapshot(NamedTuple):
    """Who holds and controls whom on one day. Nodes are rows of organisations."""

    study: Study
    holdings: pl.DataFrame  # that hold on the day
    control: Control
    integrated: Integrated
    is_partial: Flags  # (n,) a stake on the way to it is not known
    concerned: Flags  # (n,) holds or is held


def snapshot(study: Study, holdings: Holdings, day: int) -> Snapshot:
    """Return who holds and controls whom on a day [days since 1970]."""
    there = holdings.frame.filter((pl.col("start") <= day) & (pl.col("end") >= day))
    every = np.arange(holdings.n)
    control = control_at(there, as_indices(every), as_indices(np.full(holdings.n, day)))
    known = there.drop_nulls("stake")
    ends = [as_indices(known[name].to_numpy()) for name in ("holder", "held")]
    stake = as_floats(known["stake"].clip(upper_bound=1).to_numpy())
    integrated = integrated_ownership(ends[0], ends[1], stake, n=holdings.n)
    concerned = np.zeros(holdings.n, np.bool_)
    for name in ("holder", "held"):
        concerned[there[name].to_numpy()] = True
    return Snapshot(study, there, control, integrated, _partial(there, holdings.n), concerned)


def _partial(there: pl.DataFrame, n: int) -> Flags:
    """Tell of whom some stake on the way from above is not known."""
    edges = there.filter(pl.col("basis") != NAMED)
    reached = np.zeros(n, np.bool_)
    reached[edges.filter(pl.col("stake").is_null())["held"].to_numpy()] = True
    holder, held = edges["holder"].to_numpy(), edges["held"].to_numpy()
    while True:
        before = int(reached.sum())
        reached[held[reached[holder]]] = True
        if int(reached.sum()) == before:
            return reached


def organisation_rows(scene: Snapshot) -> pl.DataFrame:
    """Return one row an organisation that holds or is held, those with most below first."""
    control, n = scene.control, scene.concerned.size
    own = np.arange(n)
    has_parent = control.parent != own
    org_id = scene.study.organisations["org_id"]
    frame = scene.study.organisations.select(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), "org_id", "name",
        pl.col("country").replace("", None),
    ).with_columns(
        pl.Series("top", control.top), pl.Series("is_cycle", control.is_cycle),
        pl.Series("has_parent", has_parent), pl.Series("n_steps", _steps(control)),
        pl.Series("total_stake", control.total).fill_nan(None),
        pl.Series("n_controlled", np.bincount(control.parent[has_parent], minlength=n)),
        pl.Series("n_holders", _n_holders(scene, n)), pl.Series("partial", scene.is_partial),
        pl.Series("closed", scene.integrated.is_closed),
        parent=pl.when(pl.Series(has_parent)).then(org_id.gather(control.parent)),
        group=pl.when(~pl.Series(control.is_cycle)).then(org_id.gather(control.top)),
    )  # fmt: skip
    country = frame["country"].gather(control.top)
    frame = (
        frame.with_columns(owner_country=pl.when(pl.col("group").is_not_null()).then(country))
        .join(_bases(control), on="row", how="left", validate="1:1", maintain_order="left")
        .join(
            _owned(scene.integrated),
            on=["top", "row"],
            how="left",
            validate="1:1",
            maintain_order="left",
        )
        .with_columns(
            status=_status(),
            is_abroad=pl.when("has_parent").then(pl.col("country") != pl.col("owner_country")),
            group_stake=pl.when(~pl.col("closed") & pl.col("has_parent")).then("group_stake"),
        )
    )
    told = frame.filter(pl.Series(scene.concerned)).select(COLUMNS)
    return told.sort("n_controlled", descending=True, maintain_order=True)


def _owned(integrated: Integrated) -> pl.DataFrame:
    return pl.DataFrame(
        {"top": integrated.holder, "row": integrated.held, "group_stake": integrated.stake}
    )


def _status() -> pl.Expr:
    several = pl.col("n_holders") - pl.col("total_stake").is_not_null().cast(pl.Int64)
    return (
        pl.when("is_cycle").then(pl.lit(CIRCLE))
        .when(pl.col("has_parent") & pl.col("partial"))
        .then(pl.lit("controlled; a stake on the way is not known"))
        .when("has_parent").then(pl.lit("controlled"))
        .when(pl.col("total_stake") > OVER_THE_WHOLE)
        .then(pl.lit("cannot tell: stakes add up to more than the whole"))
        .when((several > 0) & pl.col("partial"))
        .then(pl.lit("cannot tell: holders whose stakes are not known"))
        .when(pl.col("n_holders") > 0).then(pl.lit("no holder known to have more than half"))
        .otherwise(pl.lit("no holder recorded"))
    )  # fmt: skip


def _steps(control: Control) -> pl.Series:
    """Return the steps of control up to the ultimate owner; null where there is none."""
    at, steps = control.parent.copy(), np.zeros(control.parent.size, np.int64)
    moving = ~control.is_cycle & (control.parent != np.arange(at.size))
    while moving.any():
        steps += moving
        moving = moving & (control.parent[at] != at)
        at = control.parent[at]
    frame = pl.DataFrame({"steps": steps, "is_cycle": control.is_cycle})
    return frame.select(pl.when(~pl.col("is_cycle")).then("steps")).to_series()


def _n_holders(scene: Snapshot, n: int) -> Indices:
    edges = scene.control.edges.filter(pl.col("basis") != NAMED)
    return as_indices(np.bincount(edges["node"].to_numpy(), minlength=n))


def _bases(control: Control) -> pl.DataFrame:
    """Return by what each organisation is controlled: `row`, `parent_stake`, `basis`."""
    parents = pl.DataFrame(
        {"node": np.arange(control.parent.size), "holder_node": control.parent,
         "joint": control.is_joint}
    ).filter(pl.col("node") != pl.col("holder_node"))  # fmt: skip
    told = parents.join(control.edges, on=["node", "holder_node"], how="left", validate="1:1")
    basis = (
        pl.when("joint").then(pl.lit(TOGETHER))
        .when(pl.col("stake") > HALF).then(pl.lit(MAJORITY))
        .otherwise(pl.col("basis").replace_strict(BASIS, default=None, return_dtype=pl.String))
    )  # fmt: skip
    return told.select(
        row="node", parent_stake=pl.when(~pl.col("joint")).then("stake"), basis=basis
    )


def group_rows(scene: Snapshot, organisations: pl.DataFrame) -> pl.DataFrame:
    """Return one row an ultimate owner, the largest group first."""
    industry = scene.study.organisations.select("org_id", "industry", "name", "country")
    is_below = pl.col("group").is_not_null() & (pl.col("group") != pl.col("org_id"))
    below = (
        organisations.filter(is_below)
        .drop("name").join(industry.select("org_id", "industry"), on="org_id", validate="1:1")
    )  # fmt: skip
    known = pl.col("is_abroad").is_not_null().sum()
    return (
        below.group_by("group")
        .agg(
            value=pl.len().cast(pl.Int64),
            n_direct=(pl.col("n_steps") == 1).sum().cast(pl.Int64),
            n_countries=pl.col("country").drop_nulls().n_unique().cast(pl.Int64),
            n_industries=pl.col("industry").drop_nulls().n_unique().cast(pl.Int64),
            n_steps=pl.col("n_steps").max(),
            abroad=pl.when(known > 0).then(pl.col("is_abroad").sum() / known),
            abroad_low=pl.col("is_abroad").sum() / pl.len(),
            abroad_high=(pl.len() - (~pl.col("is_abroad")).sum()) / pl.len(),
        )
        .join(industry.select(group="org_id", name="name", country="country"), on="group",
              validate="1:1")
        .select("group", "name", "country", "value", "n_direct", "n_countries", "n_industries",
                "n_steps", "abroad", "abroad_low", "abroad_high")
        .sort("value", "group", descending=[True, False])
    )  # fmt: skip


def holding_rows(scene: Snapshot) -> pl.DataFrame:
    """Return one row a holding on the day."""
    org_id = scene.study.organisations["org_id"]
    owned = pl.DataFrame(
        {"holder": scene.integrated.holder, "held": scene.integrated.held,
         "owned": scene.integrated.stake}
    )  # fmt: skip
    back = scene.holdings.select(holder="held", held="holder").unique()
    parent = pl.Series(scene.control.parent)
    closed = pl.Series(scene.integrated.is_closed)
    kind = (
        pl.when(pl.col("stake").is_null()).then(pl.lit("not known"))
        .when(pl.col("stake") > HALF).then(pl.lit("majority")).otherwise(pl.lit("minority"))
    )  # fmt: skip
    rows = (
        scene.holdings.group_by("holder", "held", maintain_order=True)
        .agg(pl.col("stake").max(), pl.col("start").min(), pl.col("end").max())
        .join(owned, on=["holder", "held"], how="left", validate="1:1", maintain_order="left")
        .join(back.with_columns(is_mutual=True), on=["holder", "held"], how="left",
              validate="1:1", maintain_order="left")
    )  # fmt: skip
    return rows.with_columns(
        kind=kind, controls=parent.gather(rows["held"]) == rows["holder"],
        owned=pl.when(~closed.gather(rows["held"])).then("owned"),
        is_mutual=pl.col("is_mutual").fill_null(value=False),
        since=_date("start"), until=_date("end"),
    ).select(
        *(org_id.gather(rows[end]).alias(end) for end in ("holder", "held")),
        "stake", "owned", "kind", "controls", "is_mutual", "since", "until",
    )  # fmt: skip


def _date(column: str) -> pl.Expr:
    """Return a day as a date; null where none is recorded."""
    day = pl.col(column)
    told = pl.when((day > EARLIEST) & (day < LATEST)).then(day)
    return told.cast(pl.Int32).cast(pl.Date)


def day_of(year: int) -> int:
    """Return the last day of a year [days since 1970]."""
    return (date(year, 12, 31) - date(1970, 1, 1)).days
