"""From what a person points at to a study, its settings and the files behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from buzzline.errors import InvalidArgument, MissingFile
from buzzline.tables.formats import is_table_file
from buzzline.tables.reading import CONNECTORS, STUDY_FILE, read_study
from buzzline.tables.study import Study
from buzzline.tables.study_file import RunSettings, StudyFile, read_study_file

Kind = Literal["tables", "crunchbase", "cordis"]
Source = Path | str | Mapping[str, Any] | Study


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A study that was read, and what is known of where it came from.

    Attributes
    ----------
    study : Study
    files : dict of name to Path      files behind it; names are seen from the source
    """

    study: Study
    files: dict[str, Path]


def opened(source: Source, kind: Kind = "tables") -> Opened:
    """Read a study from wherever it is.

    Parameters
    ----------
    source : path of a study.toml, folder or file, data frames by table name, or a Study
    kind : "tables", "crunchbase" or "cordis"
        A public source as it is published, or tables of one's own (then study.toml decides).

    Raises
    ------
    MissingFile, UnreadableFile, InvalidStudyFile, InvalidTables
        As `read_study`.
    """
    if isinstance(source, Study):
        return Opened(source, {})
    if kind == "tables":
        return Opened(read_study(source), input_files(source))
    if isinstance(source, Mapping):
        raise InvalidArgument(f"source: {kind} is read from a folder or file, not from frames")
    return Opened(CONNECTORS[kind](Path(source)), _table_files(Path(source)))


def study_file_of(source: Source) -> Path | None:
    """Return the study.toml of a source, or None when it has none."""
    if isinstance(source, Study | Mapping):
        return None
    path = Path(source)
    if path.is_dir() and (path / STUDY_FILE).is_file():
        return path / STUDY_FILE
    return path if path.suffix == ".toml" else None


def settings_of(source: Source) -> RunSettings:
    """Return the section [run] of the study file of a source, or the defaults."""
    path = study_file_of(source)
    return read_study_file(path).run if path else RunSettings()


def input_files(source: Source) -> dict[str, Path]:
    """Return the files a study is read from, by their name as seen from the source."""
    if isinstance(source, Study | Mapping):
        return {}
    path = study_file_of(source)
    if path is None:
        return _table_files(Path(source))
    told = read_study_file(path)
    return {path.name: path} | _told_files(path.parent, told)


def _told_files(folder: Path, told: StudyFile) -> dict[str, Path]:
    if told.study.source != "tables":
        return _table_files(folder / told.study.path)
    entries = [entry for entries in told.tables.values() for entry in entries]
    if not entries:
        return _table_files(folder)
    return {entry.file: folder / entry.file for entry in entries}


def _table_files(path: Path) -> dict[str, Path]:
    if path.is_file():
        return {path.name: path}
    if not path.is_dir():
        raise MissingFile(f"{path}: there is no such file or folder. Check the path.")
    return {file.name: file for file in sorted(path.iterdir()) if is_table_file(file)}
