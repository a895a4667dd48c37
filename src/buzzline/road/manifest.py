"""manifest.json: from what, with what and by what the results were made.

It is written last, so where it stands the results are whole. There is no clock in it: the same
input, settings and seed give the same bytes. How long a run took is printed when it ends.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from buzzline.analysis import Provenance
from buzzline.road.parts import FOLDER, versions
from buzzline.tables.study import Study
from buzzline.tables.writing import atomically

MANIFEST = "manifest.json"
OWNED = "written.json"
THINGS = ("study", "clustering", "progress")  # arguments that are not settings


def manifest(
    study: Study,
    stamps: Iterable[Provenance | None],
    *,
    settings: Mapping[str, Any],
    outputs: Mapping[str, str],
    remarks: Mapping[str, str],
) -> dict[str, Any]:
    """Return what a reader needs to make the results again, and to tell whether they did.

    Parameters
    ----------
    study : Study
    stamps : provenances of the analyses
    settings : mapping
        The section [run], as it was used.
    outputs : mapping of file name to sha256
    remarks : mapping of file name to text
        What was not written or was changed on the way, and why.
    """
    return {
        "study": {"title": study.about.title, "fingerprint": study.fingerprint},
        "input": dict(study.about.digests),
        "rows": {
            count.table: {"read": count.read, "kept": count.kept, "set_aside": count.set_aside}
            for count in study.about.quality.tables
        },
        "settings": dict(settings),
        "analyses": [_stamp(stamp) for stamp in stamps if stamp is not None],
        "versions": versions() | {"python": platform.python_version()},
        "output": dict(sorted(outputs.items())),
        "remarks": dict(remarks),
    }


def _stamp(stamp: Provenance) -> dict[str, Any]:
    return {
        "analysis": stamp.analysis,
        "arguments": {k: v for k, v in stamp.arguments.items() if k not in THINGS},
        "fingerprint": stamp.fingerprint,
        "seed": stamp.seed,
    }


def provenance_json(stamp: Provenance) -> str:
    """Return the provenance of one result as JSON, without the time it took."""
    return as_json(_stamp(stamp) | {"versions": versions()})


def as_json(value: object) -> str:
    """Return JSON for people: indented, with a line feed at the end."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n"


def write_manifest(out: Path, content: Mapping[str, Any]) -> Path:
    """Write manifest.json, whole or not at all."""
    path = out / MANIFEST
    with atomically(path) as unfinished:
        unfinished.write_text(as_json(content), encoding="utf-8")
    return path


def remember_written(out: Path, outputs: Iterable[str]) -> None:
    """Add file names to the list of what runs have written into a folder."""
    names = sorted({*written(out), *outputs})
    with atomically(out / FOLDER / OWNED) as unfinished:
        unfinished.write_text(as_json(names), encoding="utf-8")


def written(out: Path) -> tuple[str, ...]:
    """Return the names of all files that runs have written into a folder."""
    try:
        return tuple(json.loads((out / FOLDER / OWNED).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return ()


def remove_stale(out: Path, outputs: Iterable[str]) -> None:
    """Remove what an earlier run wrote and this one did not, and nothing else."""
    now = set(outputs)
    for name in written(out):
        if name not in now:
            (out / name).unlink(missing_ok=True)
    with atomically(out / FOLDER / OWNED) as unfinished:
        unfinished.write_text(as_json(sorted(now)), encoding="utf-8")
