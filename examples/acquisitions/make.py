"""Buyers and bought in the Crunchbase export of 2015 through the measures on distances.

    python examples/acquisitions/make.py FOLDER

FOLDER holds the export as published. Only organisations of the United States are used, so that
an ocean does not decide the answer. Figures are printed; pictures go beside this file, but for
maps, which would publish single places of a source that is not ours to publish.
"""

from __future__ import annotations

import sys
from pathlib import Path

from buzzline import chart, hot_spots, kdensity, m_function, read_crunchbase, ripley
from buzzline.tables.study import Study

HERE = Path(__file__).parent
INDUSTRIES = ("Biotechnology", "Semiconductors", "Games", "Finance", "Manufacturing", "Travel")
REACH_KM = 300.0
MAPS = ("hot_spots",)


def main(folder: str, *, draws: int = 999, pictures: Path = HERE) -> dict[str, str]:
    """Run every measure, save its picture, and return what it says."""
    study = read_crunchbase(folder).where(country="US")
    said = {"read": repr(study)}
    for name, found in measures(study, draws).items():
        said[name] = str(found)
        if name not in MAPS:
            chart(found).save(pictures / f"acquisitions_{name}.svg")
    return said


def measures(study: Study, draws: int) -> dict[str, object]:
    """Return the results by name."""
    chosen = {"industries": INDUSTRIES, "draws": draws, "rng": 1}
    return {
        "kdensity": kdensity(study, reach=REACH_KM, **chosen),
        "m_function": m_function(study, **chosen),
        "ripley": ripley(study, **chosen),
        "hot_spots": hot_spots(study, industries=INDUSTRIES[:2], draws=draws, rng=1),
    }


if __name__ == "__main__":
    for name, text in main(sys.argv[1]).items():
        sys.stdout.write(f"\n## {name}\n{text}\n")
