"""U.S. Cluster Mapping: published jobs of clusters of related industries by area.

Understood is the table of clusters by region as the project publishes it (`region_code_t`,
`cluster_name_t`, `emp_tl`, `est_tl`, ...), one row a region and cluster.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import polars as pl

from buzzline.errors import InvalidArgument, UnreadableFile
from buzzline.tables.connectors.accounting import accounted, raw_table
from buzzline.tables.connectors.american_areas import area_table
from buzzline.tables.connectors.published import published_files, published_table
from buzzline.tables.sifting import FILE, ROW
from buzzline.tables.study import About, Study

Areas = Literal["metropolitan", "state", "economic"]
KINDS = {"employment": ("cluster_by_region", "cluster_region", "clusters_by")}
TYPES = {"metropolitan": "msa", "state": "state", "economic": "economic"}
LEVELS = {"metropolitan": "labour_market", "state": "region", "economic": "labour_market"}
NEEDED = ("region_code_t", "region_name_t", "region_type_t", "cluster_name_t", "traded_b",
          "year_t", "emp_tl", "est_tl")  # fmt: skip
SHARE, NATION = "cluster_emp_per_tf", "US"
NOTES = (
    "Jobs are those of County Business Patterns with withheld cells filled in by the project: "
    "`emp_reported_tl` of the source holds what was published.",
    "Traded clusters sell beyond their region, local ones serve it; location quotients of the "
    "project take all areas of the nation and jobs of the same type as their base.",
)


def read_uscmp(path: Path | str, *, areas: Areas = "metropolitan") -> Study:
    """Read clusters by region of U.S. Cluster Mapping.

    Parameters
    ----------
    path : path
        The table, or the folder it is in.
    areas : "metropolitan", "state" or "economic"
        Which regions; they overlap, so only one kind at a time. Metropolitan areas include
        micropolitan ones.

    Returns
    -------
    Study
        `employment` whose industries are the clusters (a cluster of its own each), `industries`
        and `places`. A row where jobs are filled in by the project counts as suppressed. Jobs
        of the nation (place "US", level "country") are what areas are held against; they
        follow from `cluster_emp_per_tf`, the area's share of them.

    Raises
    ------
    MissingFile, UnreadableFile, InvalidArgument
    InvalidTables
        More than half of a table would have to be set aside.
    """
    if areas not in TYPES:
        raise InvalidArgument(f"read_uscmp: `areas` must be one of {', '.join(TYPES)}")
    place = Path(path)
    files = [place] if place.is_file() else published_files(place, KINDS)["employment"]
    read = published_table(files, "employment")
    missing = [name for name in NEEDED if name not in read.frame.columns]
    if missing:
        raise UnreadableFile(
            f"{files[0].name}: is no table of clusters by region; it lacks "
            f"{', '.join(f'`{name}`' for name in missing)}."
        )
    rows = read.frame.filter(pl.col("region_type_t") == TYPES[areas])
    if not rows.height:
        raise UnreadableFile(f"{files[0].name}: holds no region of the kind {areas!r}.")
    jobs = _employment(rows)
    named = rows.select("region_code_t", "region_name_t", FILE).unique("region_code_t")
    places, findings = area_table(jobs, named, level=LEVELS[areas])
    jobs, places = _with_nation(read.frame, jobs, places)
    about = About(
        title="U.S. Cluster Mapping", licence="U.S. Cluster Mapping Project; see its terms",
        sources=tuple(str(file) for file in files), notes=NOTES,
    )  # fmt: skip
    raw = {
        "employment": raw_table("employment", jobs),
        "industries": raw_table("industries", _industries(rows)),
        "places": raw_table("places", places, findings),
    }
    return accounted(raw, [], about, read=[read])


def _employment(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row a region and cluster; filled in where more than reported is told."""
    filled = (
        (pl.col("emp_tl") != pl.col("emp_reported_tl"))
        if "emp_reported_tl" in rows.columns
        else pl.lit(value=False)
    )
    return rows.select(
        ROW, FILE,
        pl.col("region_code_t").alias("place_id"),
        pl.col("cluster_name_t").alias("industry"),
        pl.col("year_t").cast(pl.Int64).alias("year"),
        pl.col("emp_tl").cast(pl.Float64).alias("jobs"),
        pl.col("est_tl").cast(pl.Float64).alias("establishments"),
        filled.fill_null(value=False).alias("suppressed"),
    )  # fmt: skip


def _with_nation(
    source: pl.DataFrame, jobs: pl.DataFrame, places: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add the nation: jobs by cluster, from shares published to eight digits."""
    if SHARE not in source.columns:
        return jobs, places
    share = pl.col(SHARE).cast(pl.Float64)
    told = source.filter(pl.col("emp_tl") > 0, share > 0)
    nation = told.group_by(
        pl.col("cluster_name_t").alias("industry"),
        pl.col("year_t").cast(pl.Int64).alias("year"),
    ).agg((pl.col("emp_tl") / share).median().round().alias("jobs"), pl.col(FILE, ROW).first())
    nation = nation.sort("industry", "year").with_columns(
        pl.lit(NATION).alias("place_id"), pl.lit(value=False).alias("suppressed")
    )
    row = pl.DataFrame({
        "place_id": [NATION], "name": ["United States"], "country": ["US"],
        "level": ["country"], FILE: [jobs[FILE][0]], ROW: [places[ROW].max()],
    })  # fmt: skip
    return (
        pl.concat([jobs, nation], how="diagonal_relaxed"),
        pl.concat([places, row], how="diagonal_relaxed"),
    )


def _industries(rows: pl.DataFrame) -> pl.DataFrame:
    named = rows.select(
        pl.col("cluster_name_t").alias("industry"), pl.col("traded_b").alias("traded")
    )
    return (
        named.unique("industry", keep="first", maintain_order=True)
        .sort("industry")
        .with_columns(
            title=pl.col("industry"), cluster=pl.col("industry"), level=pl.lit(1, pl.Int64)
        )
        .with_row_index(ROW, offset=2)
        .with_columns(pl.lit(rows[FILE][0]).alias(FILE))
    )
