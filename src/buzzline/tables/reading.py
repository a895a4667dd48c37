"""The front door: from files, a database or data frames to a study."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from buzzline.errors import (
    InvalidStudyFile,
    InvalidTables,
    MissingFile,
    MissingPackage,
    Problem,
)
from buzzline.tables.connectors import (
    read_cbp,
    read_cordis,
    read_crunchbase,
    read_exhibitors,
    read_uscmp,
)
from buzzline.tables.gathering import (
    Chosen,
    raw_table,
    recognised,
    seen,
    source_of_frame,
    sources_in_file,
    sources_in_folder,
    told,
)
from buzzline.tables.gazetteer import locate
from buzzline.tables.melting import table_of
from buzzline.tables.naming import named_beside
from buzzline.tables.quality import ColumnCount, Finding, Quality
from buzzline.tables.rules import SET_ASIDE_LIMIT, apply_rules
from buzzline.tables.source import Source, remark
from buzzline.tables.study import About, Study
from buzzline.tables.study_file import StudyFile, read_study_file

CONNECTORS: dict[str, Callable[[Path], Study]] = {
    "crunchbase": read_crunchbase, "cordis": read_cordis, "cbp": read_cbp,
    "exhibitors": read_exhibitors, "uscmp": read_uscmp,
}  # fmt: skip
STUDY_FILE = "study.toml"


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Tables that were read and held to the schema, also when some cannot be used.

    Attributes
    ----------
    frames : Mapping[str, DataFrame]
        Tables that fit the schema.
    about : About
        With the data-quality report.
    """

    frames: Mapping[str, pl.DataFrame]
    about: About

    @property
    def quality(self) -> Quality:
        """The data-quality report; also of tables that cannot be used."""
        return self.about.quality

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What stops these tables from becoming a study; empty when nothing does."""
        return tuple(
            Problem(f.table, f.column, f.rule, f.n, f.rows, f.examples, f.remedy)
            for f in self.quality.findings
            if f.severity == "fatal"
        )


def read_study(
    source: Path | str | Mapping[str, Any],
    *,
    tables: Mapping[str, Any] | None = None,
    gazetteer: bool = True,
) -> Study:
    """Read tables, hold them to the schema and return them as a study.

    Parameters
    ----------
    source : path or mapping
        A study.toml; a folder (its study.toml, or else tables recognised by the names of files
        and columns); one file, workbook or database; or a mapping of table names to data frames
        (polars, pandas, arrow) or files.
    tables : mapping, optional
        Data frames or files by table name, in place of or beside those of `source`.
    gazetteer : bool
        Fill in missing coordinates from city and country.

    Returns
    -------
    Study
        Its data-quality report is `study.about.quality`.

    Raises
    ------
    MissingFile, UnreadableFile, InvalidStudyFile
    InvalidTables
        A table or column is missing, or too many rows cannot be used; every problem is listed.

    Examples
    --------
    >>> firms = pl.DataFrame({"id": ["a", "b"], "lon": ["9,1", "9,2"], "lat": ["45,1", "45,2"]})
    >>> links = pl.DataFrame({"from": ["a", "a"], "to": ["b", "c"]})
    >>> read_study({"firms": firms, "supply_links": links})
    Study 'Untitled study': 2 organisations, 1 linkage (supply 1); 1 row set aside
    """
    read = read_tables(source, tables=tables, gazetteer=gazetteer)
    if read.problems:
        raise InvalidTables(read.problems)
    return Study.of(about=read.about, **read.frames)


def read_tables(
    source: Path | str | Mapping[str, Any],
    *,
    tables: Mapping[str, Any] | None = None,
    gazetteer: bool = True,
) -> Tables:
    """Read like `read_study`, but report unusable tables instead of raising.

    The parameters are those of `read_study`. Use it to look at the data-quality report of
    tables that cannot become a study yet.

    Raises
    ------
    MissingFile, UnreadableFile, InvalidStudyFile
    InvalidTables
        Columns named in the study file are not there, or sources contradict each other.
    """
    if isinstance(source, Mapping):
        return _checked(_from_mapping({**source, **(tables or {})}), StudyFile(), gazetteer)
    path = Path(source)
    if not path.exists():
        raise MissingFile(
            f"{path}: there is no such file or folder. Check its name and the folder "
            "you are in."
        )
    more = _from_mapping(tables or {}, path if path.is_dir() else path.parent)
    if path.is_dir() and (path / STUDY_FILE).exists():
        path = path / STUDY_FILE
    if path.suffix == ".toml":
        return _from_study_file(path, more, gazetteer)
    found = _from_files(path)
    title = path.resolve().name if path.is_dir() else path.stem
    study_file = StudyFile.model_validate({"study": {"title": title}})
    return _checked(_instead(found, more), study_file, gazetteer)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    chosen: list[Chosen]
    remarks: list[Finding]


def _from_study_file(path: Path, more: _Found, gazetteer: bool) -> Tables:
    study_file = read_study_file(path)
    about = study_file.study
    if about.source in CONNECTORS:
        if not about.path:
            raise InvalidStudyFile(
                f'{path.name}: [study] names the source "{about.source}" without its files. '
                'Add path = "folder of the files".'
            )
        study = CONNECTORS[about.source](path.parent / about.path)
        frames = {name: frame for name in Study.names()
                  if (frame := getattr(study, name)).height}  # fmt: skip
        return Tables(frames, _titled(study.about, study_file))
    if not study_file.tables:
        raise InvalidStudyFile(
            f"{path.name}: no table is named. Add [tables.organisations] with its file, or let "
            "`buzzline init` write study.toml from a look at your files."
        )
    found = _instead(_Found(told(study_file, path.parent), []), more)
    return _checked(found, study_file, gazetteer and about.gazetteer)


def _titled(about: About, study_file: StudyFile) -> About:
    said = study_file.study
    title = said.title if "title" in said.model_fields_set else about.title
    return replace(about, title=title, licence=said.licence or about.licence,
                   notes=(*about.notes, *said.notes))  # fmt: skip


def _from_files(path: Path) -> _Found:
    if path.is_dir():
        return _Found(*seen(sources_in_folder(path)))
    sources = sources_in_file(path)
    if len(sources) == 1 and not table_of(sources[0]):
        guess = remark(
            "table not recognised by its name", "Taken for the table of organisations. If it "
            "is another one, name it in study.toml; `buzzline init` writes that file.",
            examples=[sources[0].label],
        )  # fmt: skip
        return _Found([recognised("organisations", sources[0])], [guess])
    return _Found(*seen(sources))


def _from_mapping(tables: Mapping[str, Any], folder: Path | None = None) -> _Found:
    sources = []
    for name, value in tables.items():
        sources += [_named(name, value, folder)]
    return _Found(*seen(sources))


def _named(name: str, value: Any, folder: Path | None) -> Source:
    if not isinstance(value, str | Path):
        return source_of_frame(name, value)
    path = Path(value)
    inside = folder / path if folder is not None and not path.exists() else path
    return replace(sources_in_file(inside)[0], name=name)


def _instead(found: _Found, more: _Found) -> _Found:
    """Put the tables given as an argument in the place of those found."""
    given = {choice.table for choice in more.chosen}
    kept = [choice for choice in found.chosen if choice.table not in given]
    return _Found(kept + more.chosen, found.remarks + more.remarks)


def _checked(found: _Found, study_file: StudyFile, gazetteer: bool) -> Tables:
    by_table: dict[str, list[Chosen]] = {}
    for choice in (*found.chosen, *named_beside(found.chosen)):
        by_table.setdefault(choice.table, []).append(choice)
    raw = {table: raw_table(table, chosen) for table, chosen in by_table.items()}
    limit = study_file.study.set_aside_limit
    frames, quality = apply_rules(
        raw, set_aside_limit=SET_ASIDE_LIMIT if limit is None else limit
    )
    quality = replace(quality, findings=(*found.remarks, *quality.findings))
    if not {"organisations", "employment"} & set(raw):
        quality = replace(quality, findings=(*quality.findings, _no_organisations(found)))
    elif gazetteer and "organisations" in frames:
        frames["organisations"], quality = _located(frames["organisations"], quality)
    sources = tuple(dict.fromkeys(choice.source.label for choice in found.chosen))
    about = _titled(About(sources=sources, quality=quality), study_file)
    return Tables(frames, about)


def _no_organisations(found: _Found) -> Finding:
    seen_as = [f"{choice.source.label} as {choice.table}" for choice in found.chosen]
    return Finding(
        "organisations", "", "table is missing", "fatal", 0, (), tuple(seen_as),
        "Every study needs a table of organisations, or of employment by place and industry. "
        "Call its file or sheet `organisations` or `employment`, or name it in study.toml; "
        "`buzzline init` writes that file.",
    )  # fmt: skip


def _located(organisations: pl.DataFrame, quality: Quality) -> tuple[pl.DataFrame, Quality]:
    """Fill in missing coordinates from the gazetteer and say so in the report."""
    missing = organisations.filter(pl.col("longitude").is_null() & pl.col("city").is_not_null())
    if not missing.height:
        return organisations, quality
    try:
        located = locate(organisations)
    except MissingPackage as error:
        note = Finding("organisations", "city", "gazetteer is not installed", "note",
                       missing.height, (), (), str(error))  # fmt: skip
        return organisations, replace(quality, findings=(*quality.findings, note))
    filled = located.organisations.select(organisations.columns)
    counts = tuple(_recounted(count, organisations, filled) for count in quality.columns)
    return filled, replace(
        quality, findings=(*quality.findings, *located.findings), columns=counts
    )


def _recounted(count: ColumnCount, before: pl.DataFrame, after: pl.DataFrame) -> ColumnCount:
    if count.table != "organisations":
        return count
    missing = after[count.column].null_count()
    more = before[count.column].null_count() - missing
    return replace(count, filled=after.height - missing, missing=missing,
                   repaired=count.repaired + more)  # fmt: skip
