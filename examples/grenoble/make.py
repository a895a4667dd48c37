"""A declared cluster against what its members do together: Grenoble in research projects.

    python examples/grenoble/make.py DIRECTORY PROJECTS [PROJECTS ...]

DIRECTORY is a folder with the public list of members (`members.parquet`: `name`, `city`,
`joined`, `lat`, `lon`), PROJECTS one with CORDIS files. Figures are printed; a picture of each
source goes beside this file.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import polars as pl

from buzzline import candidate_clusters, chart, declared_clusters
from buzzline.tables.study import Study

HERE = Path(__file__).parent


def main(
    directory: str, *projects: str, draws: int = 999, pictures: Path = HERE
) -> dict[str, str]:
    """Hold the list against ties and places of every source, and return what is said."""
    said = {}
    for folder in map(Path, projects):
        study = _beside("joining").study_of(folder, Path(directory))
        found = candidate_clusters(study, draws=draws, rng=1)
        declared = declared_clusters(study, found, draws=draws, rng=1)
        chart(declared).save(pictures / f"grenoble_{folder.name}.svg")
        said |= {
            f"{folder.name}: read": repr(study),
            f"{folder.name}: in the projects": partners(study),
            f"{folder.name}: candidates": str(found),
            f"{folder.name}: declared": str(declared),
            f"{folder.name}: reason": "; ".join(map(str, declared.table()["reason"])),
        }
    return said


def partners(study: Study) -> str:
    """Return how many members are in the projects, and how many ties they have together."""
    ties = study.linkages
    tied = set(ties["source"]) | set(ties["target"])
    members = set(study.memberships["org_id"]) & tied
    ends = ties.select(pl.col("source", "target").is_in(list(members)))
    touching = ends.filter(pl.any_horizontal(pl.all())).height
    within = ends.filter(pl.all_horizontal(pl.all())).height
    return (
        f"{len(members)} of {study.memberships.height} members take part; of their "
        f"{touching:,} ties {within} are with another member"
    )


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    for name, text in main(*sys.argv[1:]).items():
        sys.stdout.write(f"\n## {name}\n{text}\n")
