"""Semiconductors and biotechnology through both tests: public data and how far they carry.

    python examples/chips_and_biotech/make.py ACQUISITIONS CHIP_PROJECTS HEALTH_PROJECTS

The first is the Crunchbase export of 2015, the others are CORDIS files of research projects.
Figures are printed; pictures go beside this file, but for maps, which would publish single
places of a source that is not ours to publish.
"""

from __future__ import annotations

import sys
from pathlib import Path

from buzzline import (
    SiblingRule,
    candidate_clusters,
    chart,
    delineation,
    distinctness,
    membership,
    read_cordis,
    read_crunchbase,
    separation,
)
from buzzline.tables.study import Study

HERE = Path(__file__).parent
REACH_KM = 150.0  # as far as New Jersey from Philadelphia, or Cambridge from Oxford
RESEARCH = "health"


def main(
    acquisitions: str, chips: str, health: str, *, draws: int = 999, pictures: Path = HERE
) -> dict[str, str]:
    """Run both tests on every source, save pictures, and return what is said."""
    studies = {
        "acquisitions": (read_crunchbase(acquisitions), ["Semiconductors", "Biotechnology"]),
        "chip projects": (read_cordis(chips), None),
        "health projects": (read_cordis(health), [RESEARCH]),
    }
    said = {}
    for name, (study, industries) in studies.items():
        said[f"{name}: read"] = repr(study)
        for step, result in tested(study, industries, draws).items():
            said[f"{name}: {step}"] = str(result)
            if step == "valleys" and result.pairs["value"].count():
                chart(result).save(pictures / f"{name.replace(' ', '_')}_{step}.svg")
    return said


def tested(study: Study, industries: list[str] | None, draws: int) -> dict[str, object]:
    """Return candidates, both tests, what they make of them, and who belongs to them."""
    chosen = {"draws": draws, "rng": 1}
    found = candidate_clusters(study, industries=industries, **chosen)
    results = {"candidates": found}
    if not found.clusters.height:
        return results
    valleys = distinctness(study, found, within_km=REACH_KM, **chosen)
    ties = separation(study, found, rule=SiblingRule(reach_km=REACH_KM), **chosen)
    verdict = delineation(study, found, valleys, ties)
    return results | {
        "valleys": valleys, "ties": ties, "verdict": verdict,
        "members": membership(study, verdict.clustering(found), rng=1),
    }  # fmt: skip


if __name__ == "__main__":
    for name, text in main(*sys.argv[1:4]).items():
        sys.stdout.write(f"\n## {name}\n{text}\n")
