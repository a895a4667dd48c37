"""From what a person points at to a study, its settings and the files behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from buzzline.errors import InvalidArgument, MissingFile
from buzzline.tables.formats import is_table_file
from buzzline.tables.reading import CONNECTORS, STUDY_FILE, read_study
from buzzline.tables.study import Study
from buzzline.tables.study_file import RunSettings, StudyFile, read_study_file

Kind = Literal["tables", "crunchbase", "cordis", "cbp", "exhibitors", "uscmp"]
Source = Path | str | Mapping[str, Any] | Study


def opened(source: Source, kind: Kind = "tables") -> Study:
    """Read a study from wherever it is, with the digests of the files behind it.

    Parameters
    ----------
    source : path of a study.toml, folder or file, data frames by table name, or a Study
    kind : "tables", "crunchbase", "cordis", "cbp", "exhibitors" or "uscmp"
        A public source as it is published, or tables of one's own (then study.toml decides).

    Raises
    ------
    MissingFile, UnreadableFile, InvalidStudyFile, InvalidTables
        As `read_study`.
    """
    if isinstance(source, Study):
        return source
    if kind == "tables":
        return _with_digests(read_study(source), input_files(source))
    if isinstance(source, Mapping):
        raise InvalidArgument(f"source: {kind} is read from a folder or file, not from frames")
    return _with_digests(CONNECTORS[kind](Path(source)), _table_files(Path(source)))


def sha256(path: Path) -> str:
    """Return the digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _with_digests(study: Study, files: Mapping[str, Path]) -> Study:
    digests = {name: sha256(path) for name, path in sorted(files.items())}
    return replace(study, about=replace(study.about, digests=digests))


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
