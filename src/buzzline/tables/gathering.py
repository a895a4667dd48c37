"""Which source holds which table, and which column is which: told, or seen from names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from buzzline.errors import InvalidTables, MissingFile, Problem, UnreadableFile
from buzzline.tables.cells import as_text, nearest, plain
from buzzline.tables.formats import is_table_file, tables_in
from buzzline.tables.melting import as_long, table_of
from buzzline.tables.missing import missing_column
from buzzline.tables.quality import Finding
from buzzline.tables.schema import table_named
from buzzline.tables.sifting import FILE, ROW, SURPLUS, Conventions, RawTable
from buzzline.tables.source import NUMBER, Source, first_line, of_frame, remark
from buzzline.tables.study import as_polars
from buzzline.tables.study_file import StudyFile, TableEntry, Value
from buzzline.tables.synonyms import columns_called, layer_called, table_called


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """A source taken for a table of the schema.

    Attributes
    ----------
    table : str
    source : Source
    columns : Mapping[str, str]
        Column of the schema to column of the source, both existing.
    values : Mapping[str, Value]
        Columns of the schema with one value throughout.
    conventions : Conventions
    findings : tuple[Finding, ...]
        What was recognised, for the person to check.
    """

    table: str
    source: Source
    columns: Mapping[str, str]
    values: Mapping[str, Value] = field(default_factory=dict)
    conventions: Conventions = field(default_factory=Conventions)
    findings: tuple[Finding, ...] = ()


def told(study_file: StudyFile, folder: Path) -> list[Chosen]:
    """Return the sources a study file names; files are looked for in `folder`.

    Raises
    ------
    MissingFile, UnreadableFile
    InvalidTables
        Columns that are named are not in the files; every one is listed.
    """
    chosen, problems = [], []
    for table, entries in study_file.tables.items():
        for entry in entries:
            source = _source_of(entry, table, folder)
            source = as_long(source) if _may_be_wide(table, entry, source) else source
            columns, missing = _told_columns(table, entry, source)
            problems += missing
            chosen.append(
                Chosen(table, source, columns, entry.values, _conventions(entry, source))
            )
    if problems:
        raise InvalidTables(problems)
    return chosen


def seen(sources: Iterable[Source]) -> tuple[list[Chosen], list[Finding]]:
    """Return the sources whose names say which table they are, and remarks on the others.

    Raises
    ------
    InvalidTables
        Two sources claim to be the same table (other than linkages).
    """
    named = [_named(source) for source in sources]
    chosen = [recognised(table, source) for table, source in named if table]
    unused = [source.label for table, source in named if not table]
    claims: dict[str, list[str]] = {}
    for choice in chosen:
        claims.setdefault(choice.table, []).append(choice.source.label)
    problems = [
        Problem(table, "", f"is claimed by {len(labels)} sources", 0, (), tuple(labels),
                "Name the one to use in study.toml; `buzzline init` writes it.")
        for table, labels in claims.items()
        if len(labels) > 1 and table != "linkages"
    ]  # fmt: skip
    if problems:
        raise InvalidTables(problems)
    remarks = [
        remark("table not recognised", "Not used. Give the file or sheet the name of a table "
               "(organisations, linkages, ...), or name it in study.toml.", examples=[label])
        for label in unused
    ]  # fmt: skip
    return chosen, remarks


def _named(source: Source) -> tuple[str, Source]:
    table = table_of(source)
    return table, as_long(source) if table == "employment" else source


def recognised(table: str, source: Source) -> Chosen:
    """Return a source as `table`, its columns recognised by their names."""
    columns = columns_called(table, source.columns)
    other = [f"{theirs} → {ours}" for ours, theirs in columns.items() if ours != theirs]
    findings = []
    if other:
        findings.append(
            remark("columns recognised by their names", f"Check them: {', '.join(other)}. To "
                   "change one, write study.toml with `buzzline init`.", examples=other)
        )  # fmt: skip
    values: dict[str, Value] = {}
    if table == "linkages" and "layer" not in columns:
        layer = layer_called([source.name, *source.columns])
        if layer:
            values["layer"] = layer
            findings.append(
                remark("kind of tie recognised by names", f"All ties were taken for `{layer}`. "
                       "To change it, write study.toml with `buzzline init`.", examples=[layer])
            )  # fmt: skip
    conventions = Conventions(separator=source.separator)
    return Chosen(table, source, columns, values, conventions, tuple(findings))


def sources_in_folder(folder: Path) -> list[Source]:
    """Return every table in the files of a folder, in the order of their names."""
    visible = (path for path in folder.iterdir() if path.name[0] not in ".~")
    files = sorted(path for path in visible if path.is_file() and is_table_file(path))
    if not files:
        raise MissingFile(
            f"{folder}: there is no table in this folder. Tables can be CSV, Excel, Parquet, "
            "GeoJSON, GeoPackage, SQLite or DuckDB files."
        )
    return [source for path in files for source in sources_in_file(path)]


def sources_in_file(path: Path) -> list[Source]:
    """Return the tables in a file; the only sheet of a workbook has the name of the file."""
    sources = [replace(source, path=path) for source in tables_in(path)]
    if len(sources) > 1:
        return [replace(source, sheet=source.name) for source in sources]
    if sources and not table_called(sources[0].name):
        return [replace(sources[0], name=path.name.split(".")[0])]
    return sources


def source_of_frame(name: str, frame: Any) -> Source:
    """Return a data frame (polars, pandas, arrow) in memory as a source."""
    try:
        table = as_polars(frame)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        table = _cell_by_cell(name, frame, error)
    table = table.rename({column: str(column) for column in table.columns})
    return of_frame(name, f"{name} (data frame)", table.lazy())


def raw_table(table: str, chosen: Sequence[Chosen]) -> RawTable:
    """Load the sources of one table, several below each other.

    Raises
    ------
    UnreadableFile
    """
    loaded = [_loaded(choice) for choice in chosen]
    findings = [
        replace(finding, table=table) for _, found in loaded for finding in found
    ]  # fmt: skip
    frames = [frame for frame, _ in loaded]
    labels = ", ".join(choice.source.label for choice in chosen)
    if len(frames) > 1:
        frames = [
            frame.with_columns(pl.lit(choice.source.label).alias(FILE))
            for frame, choice in zip(_of_equal_types(frames), chosen, strict=True)
        ]
    origin = {ours: theirs for choice in chosen for ours, theirs in _as_in_file(choice).items()}
    ignored = dict.fromkeys(
        name for choice in chosen for name in choice.source.columns
        if name not in choice.columns.values()
    )  # fmt: skip
    if len(chosen) > 1:
        findings += [finding for choice in chosen for finding in _missing_columns(choice)]
    frame = pl.concat(frames, how="diagonal")
    return RawTable(
        table, labels, frame, origin, tuple(ignored), tuple(findings), chosen[0].conventions
    )


def _loaded(choice: Chosen) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    wanted = list(dict.fromkeys(choice.columns.values()))
    try:
        loaded = choice.source.load(wanted, None)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UnreadableFile(
            f"{choice.source.label}: cannot be read ({first_line(error)}). Check that the file "
            "is complete, or export it again."
        ) from error
    columns = [pl.col(theirs).alias(ours) for ours, theirs in _as_in_file(choice).items()]
    given = [pl.lit(value).alias(name) for name, value in choice.values.items()]
    kept = [name for name in (SURPLUS,) if name in loaded.frame.columns]
    frame = loaded.frame.select(pl.col(NUMBER).alias(ROW), *kept, *columns, *given)
    return frame, (*choice.findings, *loaded.findings)


def _as_in_file(choice: Chosen) -> dict[str, str]:
    """Return the mapped columns in the order of the file."""
    order = choice.source.columns.index
    return dict(sorted(choice.columns.items(), key=lambda pair: order(pair[1])))


def _missing_columns(choice: Chosen) -> list[Finding]:
    """Return what is missing in one of several files; of a single one the rules tell."""
    return [
        missing_column(
            choice.table, column, source=choice.source.label, theirs=choice.source.columns
        )
        for column in table_named(choice.table).columns
        if column.required and column.name not in {*choice.columns, *choice.values}
    ]


def _of_equal_types(frames: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """Turn columns into text whose type differs between frames."""
    types: dict[str, set[str]] = {}
    for frame in frames:
        for name, dtype in frame.schema.items():
            types.setdefault(name, set()).add(str(dtype))
    mixed = [name for name, several in types.items() if len(several) > 1]
    return [
        frame.with_columns(as_text(frame[name]) for name in mixed if name in frame.columns)
        for frame in frames
    ]


def _source_of(entry: TableEntry, table: str, folder: Path) -> Source:
    path = folder / entry.file
    sources = tables_in(path, encoding=entry.encoding, separator=entry.separator)
    if entry.sheet:
        for source in sources:
            if plain(source.name) == plain(entry.sheet):
                return source
        names = [source.name for source in sources]
        close = nearest(entry.sheet, names)
        raise UnreadableFile(
            f"{path.name}: there is no sheet or table {entry.sheet!r} in it. "
            f"{f'Did you mean {close!r}? ' if close else ''}It has {', '.join(names)}."
        )
    if len(sources) == 1:
        return sources[0]
    fitting = [source for source in sources if table_called(source.name) == table]
    if len(fitting) == 1:
        return fitting[0]
    names = [source.name for source in sources]
    raise UnreadableFile(
        f"{path.name}: holds several tables ({', '.join(names)}). Say in study.toml, under "
        f'[tables.{table}], which one to use: sheet = "{names[0]}".'
    )


def _may_be_wide(table: str, entry: TableEntry, source: Source) -> bool:
    """Tell whether no column is named that only a long table of employment has."""
    long = (entry.columns.get(name, "") for name in ("industry", "jobs", "establishments"))
    return (
        table == "employment"
        and "industry" not in entry.values
        and not any(name in source.columns for name in long)
    )


def _told_columns(
    table: str, entry: TableEntry, source: Source
) -> tuple[dict[str, str], list[Problem]]:
    """Match the names told with those of the file, whatever their case and spaces."""
    theirs: dict[str, str] = {}
    for name in source.columns:
        theirs.setdefault(plain(name), name)
    columns: dict[str, str] = {}
    problems = []
    for ours, name in entry.columns.items():
        found = name if name in source.columns else theirs.get(plain(name))
        if found:
            columns[ours] = found
        elif name:
            problems.append(_no_such_column(table, ours, name, source))
    told = {*entry.columns, *entry.values}
    for column in table_named(table).columns:
        same = theirs.get(plain(column.name))
        if column.name not in told and same and same not in columns.values():
            columns[column.name] = same
    return {ours: name for ours, name in columns.items() if ours not in entry.values}, problems


def _no_such_column(table: str, ours: str, name: str, source: Source) -> Problem:
    close = nearest(name, source.columns)
    hint = f"Did you mean {close!r}? " if close else ""
    listed = ", ".join(repr(column) for column in source.columns[:30])
    return Problem(
        table, ours, f"is mapped to the column {name!r}, which is not in {source.label}",
        0, (), (),
        f"{hint}Its columns are {listed}. Correct [tables.{table}.columns] in study.toml.",
    )  # fmt: skip


def _conventions(entry: TableEntry, source: Source) -> Conventions:
    return Conventions(
        entry.decimal, entry.dates, entry.industry_separator, entry.missing, source.separator
    )


def _cell_by_cell(name: str, frame: Any, error: Exception) -> pl.DataFrame:
    """Return a pandas frame with columns of mixed types as text."""
    try:
        cells = {str(column): frame[column].tolist() for column in frame.columns}
    except (AttributeError, KeyError, TypeError):
        raise UnreadableFile(
            f"{name}: this data frame cannot be read ({first_line(error)}). Pass a polars, "
            "pandas or arrow table with one value a cell."
        ) from error
    return pl.DataFrame(
        {column: [None if value is None or value != value else str(value) for value in values]
         for column, values in cells.items()},
        schema=dict.fromkeys(cells, pl.String),
    )  # fmt: skip
