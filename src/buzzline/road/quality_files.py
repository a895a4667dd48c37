"""The data-quality report as files, written before any number is computed."""

from __future__ import annotations

from pathlib import Path

from buzzline.export import write_csv, write_set_aside
from buzzline.tables.quality import Quality
from buzzline.tables.quality_text import quality_text
from buzzline.tables.study import About, Study
from buzzline.tables.writing import atomically


def write_quality(folder: Path, quality: Quality) -> list[Path]:
    """Write quality.txt, quality.csv and set_aside/<table>.csv, and return where they are.

    Parameters
    ----------
    folder : Path
    quality : Quality

    Raises
    ------
    UnwritableOutput
        No room, no permission, not a folder.
    """
    text, table = folder / "quality.txt", folder / "quality.csv"
    with atomically(text) as unfinished:
        unfinished.write_text(quality_text(quality) + "\n", encoding="utf-8")
    aside = write_set_aside(folder / "set_aside", Study(about=About(quality=quality)))
    return [text, *write_csv(quality.table(), table), *aside]
