"""Which clusters invest in which: acquisitions and investments of the Crunchbase exports.

    python examples/cluster_networks/make.py ACQUISITIONS INVESTMENTS

The first is the export of acquisitions of 2015, the second investments into companies worth a
billion and more. Candidate clusters are looked for in the ten largest industries. Figures are
printed; pictures go beside this file, but for maps, which would publish single places of a
source that is not ours to publish.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import polars as pl

from buzzline import (
    Clustering,
    candidate_clusters,
    chart,
    cluster_investments,
    cluster_network,
    co_investment,
    hotspots,
    investment_direction,
    investment_odds,
    read_crunchbase,
)
from buzzline.charts.arcs import chord_of_clusters
from buzzline.tables.study import Study

HERE = Path(__file__).parent


def main(
    acquisitions: str, investments: str, *, draws: int = 499, pictures: Path = HERE
) -> dict[str, str]:
    """Measure where deals go, save pictures, and return what is said."""
    bought = read_crunchbase(acquisitions)
    clusters = candidate_clusters(bought, draws=max(draws, 99), rng=1)
    said = {"read": repr(bought), "clusters": str(clusters)}
    found = measured(bought, clusters, draws)
    said |= {name: str(result) for name, result in found.items()}
    chart(found["odds"]).save(pictures / "cluster_networks_odds.svg")
    chord_of_clusters(found["pairs"]).save(pictures / "cluster_networks_chord.svg")
    said |= by_industry(found["odds"].strata)
    return said | investors(read_crunchbase(investments), draws)


def measured(study: Study, clusters: Clustering, draws: int) -> dict[str, Any]:
    """Return the results by name: odds, pairs, direction, hotspots, shape."""
    chosen = {"draws": draws, "rng": 1}
    return {
        "odds": investment_odds(study, clusters, **chosen),
        "odds_everywhere": investment_odds(study, clusters, across="all", **chosen),
        "pairs": cluster_investments(study, clusters, **chosen),
        "direction": investment_direction(study, clusters, **chosen),
        "hotspots": hotspots(study, clusters, **chosen),
        "network": cluster_network(study, clusters, **chosen),
    }


def by_industry(strata: pl.DataFrame) -> dict[str, str]:
    """Return the risk ratio of each industry in which it can be told."""
    rows = strata.filter(pl.col("by") == "industry").drop_nulls("value")
    return {
        f"odds: {row['stratum']}": f"{row['value']:.2f} [{ends(row)}], {row['n']} deals"
        for row in rows.iter_rows(named=True)
    }


def ends(row: dict[str, Any]) -> str:
    """Return the ends of an interval; one may be open."""
    low, high = (row["low"], row["high"])
    return f"{low:.2f}, {'no upper end' if high is None else f'{high:.2f}'}"


def investors(study: Study, draws: int) -> dict[str, str]:
    """Return whether investors who share companies form a small world."""
    found = co_investment(study, draws=draws, rng=1)
    first = found.investors.row(0, named=True)
    return {
        "investors: read": repr(study),
        "investors": str(found),
        "investors: most partners": f"{first['name']}, {first['n_partners']} partners",
    }


if __name__ == "__main__":
    for name, text in main(*sys.argv[1:3]).items():
        sys.stdout.write(f"\n## {name}\n{text}\n")
