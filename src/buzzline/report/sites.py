"""Where organisations stand on the map: dots, and the sites their ties are gathered at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.report.budget import SITES
from buzzline.report.packing import QUANTA_PER_DEGREE, morton_order, quantised

GRIDS = (1, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)  # quanta of 1e-4 degree


@dataclass(frozen=True, slots=True, eq=False)
class MapSites:
    """Organisations gathered at sites.

    Attributes
    ----------
    ends : DataFrame
        `org_id`, `node` (row of `sites`): organisations with coordinates.
    sites : DataFrame
        `x`, `y` (quanta east of -180, north of -90), `n`, `name`, `country`; Morton order.
    grid_degrees : float
        Width of the grid they were gathered on.
    """

    ends: pl.DataFrame
    sites: pl.DataFrame
    grid_degrees: float


def located(organisations: pl.DataFrame) -> pl.DataFrame:
    """Return organisations with coordinates, these as whole quanta `x` and `y`."""
    placed = organisations.filter(
        pl.col("longitude").is_finite() & pl.col("latitude").is_finite()
    )
    return placed.with_columns(
        pl.Series("x", quantised(placed["longitude"].to_numpy(), -180), dtype=pl.Int64),
        pl.Series("y", quantised(placed["latitude"].to_numpy(), -90), dtype=pl.Int64),
    )


def map_sites(organisations: pl.DataFrame, *, most: int = SITES) -> Iterator[MapSites]:
    """Gather organisations on ever coarser grids, the finest with at most `most` cells first.

    The coarsest grid has cells of one degree, however many of them are occupied.

    Parameters
    ----------
    organisations : DataFrame
        As `located` returns it.
    most : count
        Sites allowed.
    """
    for grid in GRIDS:
        cell = (pl.col("x") // grid).alias("cell_x"), (pl.col("y") // grid).alias("cell_y")
        celled = organisations.with_columns(*cell)
        n_cells = celled.select("cell_x", "cell_y").n_unique()
        if n_cells <= most or grid == GRIDS[-1]:
            yield _gathered_at(celled, grid)


def _gathered_at(celled: pl.DataFrame, grid: int) -> MapSites:
    sites = _described(celled)
    order = morton_order(sites["x"].to_numpy(), sites["y"].to_numpy())
    sites = sites[order].with_row_index("node").cast({"node": pl.Int64})
    ends = celled.select("org_id", "cell_x", "cell_y").join(
        sites.select("cell_x", "cell_y", "node"), on=["cell_x", "cell_y"], how="inner",
        validate="m:1", maintain_order="left",
    )  # fmt: skip
    described = sites.select("x", "y", "n", "name", "country")
    return MapSites(ends.select("org_id", "node"), described, grid / QUANTA_PER_DEGREE)


def _described(celled: pl.DataFrame) -> pl.DataFrame:
    """Give each cell its middle, its size and the commonest city of its organisations."""
    middles = celled.group_by("cell_x", "cell_y").agg(
        x=pl.col("x").mean().round().cast(pl.Int64),
        y=pl.col("y").mean().round().cast(pl.Int64),
        n=pl.len().cast(pl.Int64),
    )
    named = (
        celled.group_by("cell_x", "cell_y", "city", "country")
        .agg(votes=pl.len())
        .sort(["votes", "city", "country"], descending=[True, False, False], nulls_last=True)
        .unique(["cell_x", "cell_y"], keep="first", maintain_order=True)
    )
    return (
        middles.join(named, on=["cell_x", "cell_y"], how="left", validate="1:1")
        .sort("cell_x", "cell_y")
        .with_columns(
            pl.col("city").fill_null("").alias("name"), pl.col("country").fill_null("")
        )
    )


def dots(organisations: pl.DataFrame, *, most: int) -> tuple[pl.DataFrame, int]:
    """Return what is drawn for organisations, in Morton order, and one in how many is drawn.

    Organisations of one colour at one place are one dot with their number.

    Parameters
    ----------
    organisations : DataFrame
        `x`, `y`, `category` (int), `cluster` (int, -1 is none), and `kind` (int) if they have
        one.
    most : count
        Dots allowed; beyond, every k-th along the Morton curve is drawn.
    """
    looks = [name for name in ("category", "cluster", "kind") if name in organisations.columns]
    gathered = organisations.group_by("x", "y", *looks).agg(n=pl.len()).sort("x", "y", *looks)
    order = morton_order(gathered["x"].to_numpy(), gathered["y"].to_numpy())
    every = max(1, int(np.ceil(gathered.height / most)))
    return gathered[order].gather_every(every), every
