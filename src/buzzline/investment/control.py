"""Who controls whom on a day: more than half, alone or through those one controls.

What is asked are pairs of an organisation and a day; all their owners on that day are found
first, so that one pass answers for any number of days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.investment.holdings import BOUGHT, HALF, HELD, NAMED

ROUNDING = 1e-9
OVER_THE_WHOLE = 1.005  # stakes that add up to more contradict each other


@dataclass(frozen=True, slots=True, eq=False)
class Control:
    """Who controls each of some organisations on some days.

    Attributes
    ----------
    organisation, day : (n,) int64
    parent : (n,) int64      node of who controls it; itself where nobody does
    top : (n,) int64         node of its ultimate owner; of a cycle, its first organisation
    is_cycle : (n,) bool     the chain of owners ends in a circle: there is no ultimate owner
    is_joint : (n,) bool     held through several holders of one group
    total : (n,) float64     sum of its stated stakes; NaN where none is stated
    edges : DataFrame        `node`, `holder_node`, `stake`, `basis`
    """

    organisation: Indices
    day: Indices
    parent: Indices
    top: Indices
    is_cycle: Flags
    is_joint: Flags
    total: Floats
    edges: pl.DataFrame

    def at(self, organisation: Indices, day: Indices) -> Indices:
        """Return the node of each pair of organisation and day that was asked."""
        keys = pl.DataFrame({"organisation": self.organisation, "day": self.day})
        asked = pl.DataFrame({"organisation": organisation, "day": day})
        found = asked.join(
            keys.with_row_index("node"), on=["organisation", "day"], how="left",
            maintain_order="left", validate="m:1",
        )["node"]  # fmt: skip
        return as_indices(found.to_numpy())

    def owners(self, organisation: Indices, day: Indices) -> Indices:
        """Return the ultimate owner of each pair of organisation and day that was asked."""
        return as_indices(self.organisation[self.top[self.at(organisation, day)]])


def control_at(holdings: pl.DataFrame, organisation: Indices, day: Indices) -> Control:
    """Return who controls organisations on days.

    Parameters
    ----------
    holdings : DataFrame
        `holder`, `held`, `stake` (null: not known), `basis`, `start`, `end`.
    organisation, day : (n,) int64

    Notes
    -----
    Control is a stake of more than half; else, with a stake unknown, the latest to have bought
    the organisation or to call it an affiliate; else the only one known to hold part of it;
    else the owner that is named. Where nobody has more than half, the stakes of holders under
    one ultimate owner are added up, until nothing changes. Stakes that add up to more than the
    whole are scaled down to it.

    Examples
    --------
    >>> chain = pl.DataFrame({"holder": [0, 1], "held": [1, 2], "stake": [0.6, 0.6],
    ...                       "basis": [1, 1], "start": [0, 10], "end": [99, 99]})
    >>> who, day = np.array([2, 2]), np.array([5, 20])
    >>> control_at(chain, who, day).owners(who, day).tolist()
    [2, 0]
    """
    nodes, edges = _closure(holdings, organisation, day)
    n = nodes.height
    edges = _one_each(edges)
    total = np.full(n, np.nan)
    sums = edges.drop_nulls("stake").group_by("node").agg(pl.col("stake").sum())
    total[sums["node"].to_numpy()] = sums["stake"].to_numpy()
    scaled = edges.with_columns(
        stake=pl.col("stake") / pl.Series(np.fmax(total, 1.0)).gather(edges["node"])
    )
    parent = _alone(scaled, n)
    parent, top, is_cycle, is_joint = _together(scaled.drop_nulls("stake"), parent)
    return Control(
        as_indices(nodes["organisation"].to_numpy()), as_indices(nodes["day"].to_numpy()),
        parent, top, is_cycle, is_joint, as_floats(total), edges,
    )  # fmt: skip


def tops(parent: Indices) -> tuple[Indices, Flags]:
    """Return the end of every chain of parents, and whether it is a circle.

    The end of a circle is the first of those in it.

    Parameters
    ----------
    parent : (n,) int64
        Of each; itself where there is none.

    Examples
    --------
    >>> tops(np.array([0, 0, 1, 4, 3, 4]))[0].tolist()
    [0, 0, 0, 3, 3, 3]
    """
    n = parent.size
    end, first = parent.copy(), np.minimum(np.arange(n), parent)
    for _ in range(int(np.ceil(np.log2(max(n, 2)))) + 1):
        first = np.minimum(first, first[end])
        end = end[end]
    is_cycle = parent[end] != end
    return as_indices(np.where(is_cycle, first[end], end)), np.asarray(is_cycle)


def _closure(
    holdings: pl.DataFrame, organisation: Indices, day: Indices
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return all pairs of organisation and day that owners lead to, and the steps."""
    kept = holdings.select("holder", "held", "stake", "basis", "start", "end")
    new = pl.DataFrame({"organisation": organisation, "day": day}).unique().sort(pl.all())
    nodes, steps = new, []
    while new.height:
        step = new.join(kept, left_on="organisation", right_on="held").filter(
            (pl.col("start") <= pl.col("day")) & (pl.col("end") >= pl.col("day"))
        )
        steps.append(step)
        reached = step.select(pl.col("holder").alias("organisation"), "day").unique()
        new = reached.join(nodes, on=["organisation", "day"], how="anti").sort(pl.all())
        nodes = pl.concat([nodes, new])
    nodes = nodes.sort(pl.all())
    edges = pl.concat(steps) if steps else kept.rename({"held": "organisation"}).with_columns(
        day=pl.lit(0, pl.Int64)
    ).clear()  # fmt: skip
    key = nodes.with_row_index("node").with_columns(pl.col("node").cast(pl.Int64))
    edges = edges.join(key, on=["organisation", "day"], validate="m:1").join(
        key.rename({"node": "holder_node", "organisation": "holder"}), on=["holder", "day"],
        validate="m:1",
    )  # fmt: skip
    return nodes, edges.select("node", "holder_node", "stake", "basis", "start")


def _one_each(edges: pl.DataFrame) -> pl.DataFrame:
    """Return one row a holder and what it holds: the larger stake, the firmer basis."""
    return (
        edges.group_by("node", "holder_node")
        .agg(pl.col("stake").max(), pl.col("basis").min(), pl.col("start").max())
        .sort("node", "holder_node")
    )


def _alone(edges: pl.DataFrame, n: int) -> Indices:
    """Return who controls each node without the help of others; itself for nobody."""
    parent = np.arange(n)
    unknown = edges.filter(pl.col("stake").is_null())
    named = unknown.filter(pl.col("basis") == NAMED)
    holders = edges.filter(pl.col("basis") != NAMED)
    only = holders.filter(
        (pl.len().over("node") == 1) & pl.col("stake").is_null() & (pl.col("basis") == HELD)
    )
    bought = unknown.filter(pl.col("basis") == BOUGHT)
    last = bought.filter(pl.col("start") == pl.col("start").max().over("node"))
    last = last.filter(pl.len().over("node") == 1)
    major = edges.filter(pl.col("stake") > HALF + ROUNDING)
    for found in (named, only, last, major):
        parent[found["node"].to_numpy()] = found["holder_node"].to_numpy()
    return as_indices(parent)


def _together(edges: pl.DataFrame, parent: Indices) -> tuple[Indices, Indices, Flags, Flags]:
    """Add up what holders under one ultimate owner hold, until nothing changes."""
    parent, is_joint = parent.copy(), np.zeros(parent.size, np.bool_)
    while True:
        top, is_cycle = tops(parent)
        free = parent == np.arange(parent.size)
        sums = (
            edges.with_columns(top=pl.Series(top).gather(edges["holder_node"]))
            .filter(pl.Series(free).gather(edges["node"]))
            .group_by("node", "top").agg(pl.col("stake").sum())
            .filter((pl.col("stake") > HALF + ROUNDING) & (pl.col("node") != pl.col("top")))
        )  # fmt: skip
        if not sums.height:
            return parent, top, is_cycle, is_joint
        parent[sums["node"].to_numpy()] = sums["top"].to_numpy()
        is_joint[sums["node"].to_numpy()] = True
