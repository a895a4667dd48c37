"""Tables in databases of one file: SQLite and DuckDB."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import polars as pl

from buzzline.errors import MissingPackage
from buzzline.tables.source import FIRST_ROW, Loaded, Source, damaged, numbered

ROWS_AT_ONCE = 100_000


def sqlite(path: Path) -> list[Source]:
    """Return the tables and views of a SQLite database, read as text."""
    listing = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') " \
              "AND name NOT LIKE 'sqlite_%' ORDER BY name"  # fmt: skip
    try:
        with closing(_connected(path)) as base:
            names = [name for (name,) in base.execute(listing)]
            return [_sqlite_table(path, base, name) for name in names]
    except sqlite3.Error as error:
        raise damaged(path, "SQLite database", error) from error


def _sqlite_table(path: Path, base: sqlite3.Connection, name: str) -> Source:
    described = base.execute(f"SELECT * FROM {_quoted(name)} LIMIT 0").description
    columns = tuple(str(column[0]) for column in described)

    def load(wanted: Sequence[str], limit: int | None) -> Loaded:
        cells = ", ".join(f"CAST({_quoted(column)} AS TEXT)" for column in wanted)
        query = f"SELECT {cells} FROM {_quoted(name)} LIMIT {-1 if limit is None else limit}"
        schema = dict.fromkeys(wanted, pl.String)
        parts = [pl.DataFrame(schema=schema)]
        try:
            with closing(_connected(path)) as again:
                cursor = again.execute(query)
                while rows := cursor.fetchmany(ROWS_AT_ONCE):
                    parts.append(pl.DataFrame(rows, schema=schema, orient="row"))
        except sqlite3.Error as error:
            raise damaged(path, "SQLite database", error) from error
        return Loaded(numbered(pl.concat(parts), FIRST_ROW))

    return Source(name, f"{path.name}, table {name}", columns, load)


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def duckdb_file(path: Path) -> list[Source]:
    """Return the tables and views of a DuckDB database."""
    try:
        import duckdb
    except ImportError as error:
        raise MissingPackage("duckdb", "duckdb", f"Reading {path.name}") from error
    try:
        with duckdb.connect(str(path), read_only=True) as base:
            listed = base.execute(
                "SELECT table_name, list(column_name ORDER BY ordinal_position) "
                "FROM information_schema.columns WHERE table_schema = 'main' "
                "GROUP BY table_name ORDER BY table_name"
            ).fetchall()
    except duckdb.Error as error:
        raise damaged(path, "DuckDB database", error) from error

    def load_from(name: str) -> Callable[[Sequence[str], int | None], Loaded]:
        def load(wanted: Sequence[str], limit: int | None) -> Loaded:
            cells = ", ".join(_quoted(column) for column in wanted)
            rows = "" if limit is None else f" LIMIT {limit}"
            with duckdb.connect(str(path), read_only=True) as base:
                answer = base.sql(f"SELECT {cells} FROM {_quoted(name)}{rows}")
                frame = pl.DataFrame(pl.from_arrow(answer.to_arrow_table()))
            return Loaded(numbered(frame, FIRST_ROW))

        return load

    return [
        Source(name, f"{path.name}, table {name}", tuple(columns), load_from(name))
        for name, columns in listed
    ]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
