"""Files as a public source offers them: found by name, read with every cell as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from buzzline.errors import MissingFile, UnreadableFile
from buzzline.tables.cells import plain
from buzzline.tables.formats import DELIMITED, is_table_file, tables_in
from buzzline.tables.quality import Finding
from buzzline.tables.sifting import FILE, ROW, SURPLUS
from buzzline.tables.source import NUMBER, Loaded, numbered

SEPARATORS = (b",", b";", b"\t")
LONGEST_HEADER = 100_000  # bytes
RECORDS = ".json"  # a list of records, as CORDIS offers beside CSV


@dataclass(frozen=True, slots=True, eq=False)
class Unusable:
    """Rows that a connector sets aside before the rules see them.

    Attributes
    ----------
    rows : DataFrame
        As they were read, with `row`.
    finding : Finding
    """

    rows: pl.DataFrame
    finding: Finding


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """The rows of all files of one kind.

    Attributes
    ----------
    frame : DataFrame
        Columns as in the files, texts unless a file is typed, with `row` (as a person sees it;
        the header is row 1) and `file`.
    findings : tuple[Finding, ...]
        What was noticed while reading.
    unusable : tuple[Unusable, ...]
        Rows with more cells than columns.
    """

    frame: pl.DataFrame
    findings: tuple[Finding, ...]
    unusable: tuple[Unusable, ...]


def published_files(
    path: Path | str, kinds: Mapping[str, tuple[str, ...]]
) -> dict[str, list[Path]]:
    """Find the files of a source, by kind.

    Parameters
    ----------
    path : path
        A folder (searched with its sub-folders), or one file.
    kinds : mapping of kind to words
        A file is of the first kind one of whose words occurs in its name.

    Raises
    ------
    MissingFile
        Nothing is there, or none of the files is of a known kind.
    """
    place = Path(path)
    if not place.exists():
        raise MissingFile(f"{place}: no such file or folder. Check the path.")
    files = sorted(place.rglob("*")) if place.is_dir() else [place]
    found: dict[str, list[Path]] = {}
    for file in files:
        if not file.is_file() or not (is_table_file(file) or file.suffix.lower() == RECORDS):
            continue
        name = plain(file.name)
        kind = next((k for k, said in kinds.items() if any(word in name for word in said)), "")
        if kind:
            found.setdefault(kind, []).append(file)
    if not found:
        wanted = ", ".join(f"`{words[0]}`" for words in kinds.values())
        raise MissingFile(
            f"{place}: there is no table whose file name holds {wanted}. Name the folder "
            "with the files as they were published (CSV, JSON, Excel or Parquet)."
        )
    return found


def published_table(files: list[Path], table: str) -> Published:
    """Read files of one kind into one table.

    Parameters
    ----------
    files : list of Path
    table : str
        Table of the schema that findings and unusable rows are counted under.

    Raises
    ------
    UnreadableFile
    """
    parts, findings = [], []
    for file in files:
        loaded = _loaded(file)
        frame = loaded.frame.drop(ROW, FILE, strict=False).rename({NUMBER: ROW})
        parts.append(frame.with_columns(pl.lit(file.name).alias(FILE)))
        findings += [replace(finding, table=table) for finding in loaded.findings]
    rows = pl.concat(parts, how="diagonal_relaxed")
    if SURPLUS not in rows.columns:
        return Published(rows, tuple(findings), ())
    usable, aside = set_unusable_aside(
        table, rows, rows[SURPLUS].fill_null(value=False), column=rows.columns[0],
        rule="more cells than columns",
        remedy="A text probably contains the column separator: put it in quotation marks.",
    )  # fmt: skip
    return Published(usable.drop(SURPLUS), tuple(findings), (aside,) if aside else ())


def _loaded(file: Path) -> Loaded:
    if file.suffix.lower() == RECORDS:
        return _records(file)
    source = tables_in(file, separator=_separator(file))[0]
    return source.load(source.columns, None)


def _separator(file: Path) -> str:
    """Return the separator the header shows: cells of some sources hold others by the dozen."""
    if file.suffix.lower() not in DELIMITED:
        return ""
    with file.open("rb") as lines:
        header = lines.readline(LONGEST_HEADER)
    mark = max(SEPARATORS, key=header.count)
    return mark.decode() if mark in header else ""


def _records(file: Path) -> Loaded:
    try:
        return Loaded(numbered(pl.read_json(file, infer_schema_length=None), 1))
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreadableFile(
            f"{file.name}: cannot be read as a list of records ({reason}). Download it again, "
            "or take the CSV file."
        ) from error


def set_unusable_aside(
    table: str, frame: pl.DataFrame, where: pl.Series, *, column: str, rule: str, remedy: str
) -> tuple[pl.DataFrame, Unusable | None]:
    """Return the usable rows, and the flagged ones with the reason."""
    if not where.any():
        return frame, None
    rows = frame.filter(where)
    finding = Finding(
        table, column, rule, "set aside", rows.height, tuple(rows[ROW].head(20).to_list()),
        tuple(str(value) for value in rows[column].head(3)), remedy,
    )  # fmt: skip
    return frame.filter(~where), Unusable(rows, finding)
