"""How ten clusters of public data are tied: acquisitions, and research on chips and batteries.

    python examples/ten_clusters/make.py ACQUISITIONS CHIP_PROJECTS

The first is the Crunchbase export of 2015, the second a CORDIS extract of research projects.
Clusters of acquisitions are looked for; in the projects none stands out, so the ten places with
most participants are taken as groups. Figures are printed; pictures go beside this file, but
for maps, which would publish single places of a source that is not ours to publish.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import polars as pl

from buzzline import (
    ClusterDiagnosis,
    Clustering,
    candidate_clusters,
    chart,
    cluster_diagnosis,
    cluster_flows,
    clustering_of_labels,
    missing_link_patterns,
    read_cordis,
    read_crunchbase,
    redundancy,
    scale_balance,
)
from buzzline.tables.study import Study

HERE = Path(__file__).parent
TEN = 10
INDUSTRIES = (
    "Semiconductors", "Advertising", "Games", "Mobile", "Biotechnology", "Software",
    "Enterprise Software", "E-Commerce",
)  # fmt: skip


def main(
    acquisitions: str, projects: str, *, draws: int = 499, pictures: Path = HERE
) -> dict[str, str]:
    """Diagnose ten clusters of each source, save pictures, and return what is said."""
    bought = read_crunchbase(acquisitions)
    researched = read_cordis(projects)
    found = candidate_clusters(bought, industries=INDUSTRIES, draws=draws, rng=1)
    sources = {
        "acquisitions": (bought, first_ten(found)),
        "projects": (researched, largest_places(researched)),
    }
    said = {}
    for name, (study, clusters) in sources.items():
        said[f"{name}: read"] = repr(study)
        result = diagnosed(study, clusters, draws)
        said[f"{name}: diagnosis"] = str(result)
        for row in result.clusters.iter_rows(named=True):
            said[f"{name}: {row['label']} ({row['industry']})"] = row["answer"]
        said[f"{name}: open"] = told_open(result)
        said[f"{name}: flows"] = str(cluster_flows(study, clusters))
        chart(result).save(pictures / f"ten_clusters_{name}.svg")
    return said


def first_ten(found: Clustering) -> Clustering:
    """Return the ten strongest clusters."""
    kept = found.clusters.head(TEN)
    of_them = pl.col("cluster_id").is_in(kept["cluster_id"].implode())
    return replace(found, clusters=kept, members=found.members.filter(of_them))


def largest_places(study: Study) -> Clustering:
    """Return the ten cities with most organisations in the projects, as groups."""
    places = study.organisations.select(place=pl.concat_str("city", "country", separator=", "))[
        "place"
    ]
    counts = places.drop_nulls().value_counts(sort=True, name="n")
    most = counts.sort("n", "place", descending=[True, False]).head(TEN)["place"].to_list()
    label = [place if place in most else None for place in places]
    return clustering_of_labels(study, label, industry="semiconductors and batteries")


def diagnosed(study: Study, clusters: Clustering, draws: int) -> ClusterDiagnosis:
    """Return all that ties alone can tell of ten clusters."""
    chosen = {"draws": draws, "rng": 1}
    balance = scale_balance(study, clusters, **chosen)
    return cluster_diagnosis(
        study,
        clusters,
        balance,
        patterns=missing_link_patterns(study, clusters, balance, **chosen),
        redundancy=redundancy(study, clusters, draws=min(draws, 99), rng=1),
    )


def told_open(result: ClusterDiagnosis) -> str:
    """Return of how many questions nothing can be said, and the data that would tell most."""
    open_ = result.findings.filter(pl.col("confidence") == "open")
    needs = result.not_made["needs"].to_list()
    return f"{open_.height} of {result.findings.height} questions; it would take {needs[0]}"


if __name__ == "__main__":
    for name, text in main(*sys.argv[1:3]).items():
        sys.stdout.write(f"\n## {name}\n{text}\n")
