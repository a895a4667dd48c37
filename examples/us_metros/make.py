"""County Business Patterns 2018 and 2019 through the measures of agglomeration.

    python examples/us_metros/make.py FOLDER

FOLDER holds the files of the Census Bureau, a definition of clusters and names of areas, as the
how-to page on County Business Patterns says. Pictures go beside this file; figures are printed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from buzzline import (
    chart,
    complexity,
    concentration,
    industry_entry,
    relatedness,
    strong_clusters,
)
from buzzline.tables.connectors import read_cbp
from buzzline.tables.study import Study

HERE = Path(__file__).parent
TEN = (
    "New York-", "Los Angeles-", "Chicago-", "Houston-", "Boston-", "San Jose-", "Seattle-",
    "Detroit-", "Wichita, KS", "Elkhart-",
)  # fmt: skip
SHOWN = 3


def main(folder: str, *, draws: int = 199, pictures: Path = HERE) -> dict[str, str]:
    """Run every measure, save its picture, and return what it says."""
    study = read_cbp(folder)
    said = {"read": repr(study)}
    strong = strong_clusters(study, draws=draws, rng=1)
    said["strong_clusters"] = str(strong)
    said["ten metros"] = told(strongest_of(strong.table(), TEN))
    for name, found in measures(study, draws).items():
        said[name] = str(found)
        chart(found).save(pictures / f"us_metros_{name}.svg")
    chart(strong).save(pictures / "us_metros_strong_clusters.svg")
    return said


def measures(study: Study, draws: int) -> dict[str, object]:
    """Return the other results by name: four-digit industries where six would be a thicket."""
    return {
        "concentration": concentration(study, draws=draws, rng=1),
        "relatedness": relatedness(study, digits=4),
        "complexity": complexity(study, digits=4, draws=draws, rng=1),
        "industry_entry": industry_entry(study, draws=draws, rng=1),
    }


def strongest_of(table: pl.DataFrame, metros: tuple[str, ...]) -> pl.DataFrame:
    """Return the clusters of each metro whose quotient is surely largest."""
    columns = ["name", "cluster", "jobs", "value", "low", "high", "stability"]
    parts = [
        table.filter(pl.col("name").str.starts_with(metro) & pl.col("is_strong"))
        .sort("low", descending=True)
        .select(columns)
        .head(SHOWN)
        for metro in metros
    ]
    return pl.concat(parts)


def told(rows: pl.DataFrame) -> str:
    """Return rows as lines of text."""
    return "\n".join(
        f"{row['name']}: {row['cluster']}, {row['jobs']:,.0f} jobs, {row['value']:.1f} times "
        f"[{row['low']:.1f}, {row['high']:.1f}], strong in {row['stability']:.0%} of draws"
        for row in rows.iter_rows(named=True)
    )


if __name__ == "__main__":
    for name, text in main(sys.argv[1]).items():
        sys.stdout.write(f"\n## {name}\n{text}\n")
