"""A declared cluster against what its members do together: Grenoble in research projects.

    python examples/grenoble/make.py PROJECTS DIRECTORY

PROJECTS is a folder of CORDIS files, DIRECTORY one with the public list of members
(`members.parquet`: `name`, `city`, `joined`, `lat`, `lon`). Figures are printed.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import polars as pl

from buzzline import candidate_clusters, declared_clusters
from buzzline.tables.study import Study

HERE = Path(__file__).parent


def main(projects: str, directory: str, *, draws: int = 999) -> dict[str, str]:
    """Join both sources, hold the list against ties and places, and return what is said."""
    study = _beside("joining").study_of(Path(projects), Path(directory))
    found = candidate_clusters(study, draws=draws, rng=1)
    declared = declared_clusters(study, found, draws=draws, rng=1)
    return {
        "read": repr(study),
        "in the projects": partners(study),
        "candidates": str(found),
        "declared": str(declared),
        "reason": "; ".join(str(value) for value in declared.table()["reason"]),
    }


def partners(study: Study) -> str:
    """Return how many members are in the projects, and how many ties they have together."""
    ties = study.linkages
    tied = set(ties["source"]) | set(ties["target"])
    members = set(study.memberships["org_id"]) & tied
    ends = ties.select(pl.col("source", "target").is_in(list(members)))
    touching, within = (
        ends.filter(pl.any_horizontal(pl.all())),
        ends.filter(pl.all_horizontal(pl.all())),
    )
    return (
        f"{len(members)} of {study.memberships.height} members take part; of their "
        f"{touching.height:,} ties {within.height} are with another member"
    )


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    for name, text in main(*sys.argv[1:3]).items():
        sys.stdout.write(f"\n## {name}\n{text}\n")
