"""SQLite and DuckDB files."""

import sqlite3
from contextlib import closing
from datetime import date

import duckdb

from buzzline.tables.databases import duckdb_file, sqlite


def rows(source, limit=None):
    return source.load(source.columns, limit).frame.rows()


def test_by_hand_sqlite_tables_and_views_are_text(tmp_path):
    path = tmp_path / "a b.sqlite"
    with closing(sqlite3.connect(path)) as base:
        base.executescript(
            'CREATE TABLE "fir ms" (id INTEGER, x REAL, "or""der" TEXT);'
            "INSERT INTO \"fir ms\" VALUES (1, 0.1, 'a'), (2, NULL, 'b');"
            'CREATE VIEW links AS SELECT id AS source, id AS target FROM "fir ms";'
        )
        base.commit()
    firms, links = sqlite(path)
    assert rows(firms) == [(2, "1", "0.1", "a"), (3, "2", None, "b")]
    assert rows(firms, 1) == [(2, "1", "0.1", "a")]
    assert (links.name, links.label) == ("links", "a b.sqlite, table links")


def test_by_hand_duckdb_tables_keep_their_types(tmp_path):
    path = tmp_path / "a.duckdb"
    with duckdb.connect(str(path)) as base:
        base.execute("CREATE TABLE firms AS SELECT 1 AS id, DATE '2014-03-31' AS opened")
        base.execute("CREATE TABLE links (a TEXT, b TEXT)")
    firms, links = duckdb_file(path)
    assert rows(firms) == [(2, 1, date(2014, 3, 31))]
    assert (links.columns, rows(links)) == (("a", "b"), [])
