"""The table of candidate clusters."""

from __future__ import annotations

from buzzline.clusters.clustering import Clustering
from buzzline.report.budget import CLUSTER_ROWS
from buzzline.report.tables import (
    Cell,
    Column,
    PageTable,
    Row,
    between,
    chance,
    number,
    text,
    whole,
)

COLUMNS = (
    Column("rank", "Rank", "number", "By strength: log-likelihood ratio against chance."),
    Column("label", "Cluster"),
    Column("industry", "Industry"),
    Column("n_members", "Members", "number"),
    Column("n_background", "All there", "number", "All organisations in the footprint."),
    Column("ratio", "Times expected", "number", "Members over what all together would give."),
    Column("interval", "Interval"),
    Column("p", "p", "number", "How often chance alone gives a cluster as strong anywhere."),
    Column("q", "q", "number", "False discoveries expected among clusters this strong."),
    Column("scale_km", "Found at, km", "number", "Radius at which neighbours were counted."),
    Column("radius_km", "Radius, km", "number", "From the densest site to the last member."),
    Column("places", "Places"),
)  # fmt: skip


def cluster_table(clustering: Clustering, balanced: set[str]) -> PageTable:
    """Return one row a cluster, strongest first.

    Parameters
    ----------
    balanced : set of cluster ids that have a part of their own in the section on scales
    """
    shown = clustering.clusters.head(CLUSTER_ROWS)
    rows = tuple(
        _row(rank, row, balanced) for rank, row in enumerate(shown.iter_rows(named=True), 1)
    )
    left = clustering.clusters.height - shown.height
    note = (
        f"The {CLUSTER_ROWS:,} strongest; {left:,} more are in the result files."
        if left
        else ""
    )
    caption = f"Candidate clusters, strongest first ({clustering.level:.0%} intervals)"
    return PageTable("clusters", caption, COLUMNS, rows, is_long=len(rows) > 8, note=note)


def _row(rank: int, row: dict[str, object], balanced: set[str]) -> Row:
    cluster_id = str(row["cluster_id"])
    href = f"#balance-{cluster_id}" if cluster_id in balanced else ""
    return Row(
        (
            whole(rank),
            Cell(str(row["label"]), str(row["label"]), href=href),
            text(row["industry"]),
            whole(_float(row["n_members"])),
            whole(_float(row["n_background"])),
            number(_float(row["ratio"])),
            between(_float(row["low"]), _float(row["high"])),
            chance(_float(row["p"])),
            chance(_float(row["q"])),
            number(_float(row["scale_km"])),
            number(_float(row["radius_km"])),
            text(row["places"]),
        ),
        cluster_id,
    )


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
