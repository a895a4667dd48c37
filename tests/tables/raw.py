"""Small raw tables for the tests of the rules."""

from datetime import date

import polars as pl

from buzzline.tables.rules import apply_rules
from buzzline.tables.schema import table_named
from buzzline.tables.sifting import ROW, Conventions, RawTable, sieve

TODAY = date(2026, 11, 22)


def raw(name, columns, **conventions):
    """Return a raw table; rows are numbered from 2, as below a header."""
    frame = pl.DataFrame(columns).with_row_index(ROW, offset=2)
    origin = {column: column.upper() for column in columns}
    return RawTable(name, f"{name}.csv", frame, origin, conventions=Conventions(**conventions))


def sifted(name, columns, **conventions):
    table = raw(name, columns, **conventions)
    return sieve(table_named(name), table)


def checked(limit=1.0, **tables):
    """Apply all rules; hold the balance of rows for every table, whatever the test is about."""
    raws = {name: raw(name, columns) for name, columns in tables.items()}
    frames, quality = apply_rules(raws, today=TODAY, set_aside_limit=limit)
    assert_balance(raws, frames, quality)
    return frames, quality


def assert_balance(raws, frames, quality):
    """Kept plus set aside is read; the rows set aside are listed, each once, with a reason."""
    for count in quality.tables:
        assert count.kept + count.set_aside == count.read
        listed = quality.set_aside.get(count.table)
        assert (0 if listed is None else listed.height) == count.set_aside
        if listed is not None:
            assert listed["row"].is_unique().all()
            assert listed["reason"].str.len_chars().min() > 5
            assert set(listed["row"]) <= set(raws[count.table].frame[ROW])
        if count.table in frames and count.table != "activities":
            assert frames[count.table].height == count.kept
    for count in quality.columns:
        kept = next(c.kept for c in quality.tables if c.table == count.table)
        assert count.filled + count.missing == kept


def findings(quality, rule):
    return [finding for finding in quality.findings if finding.rule == rule]


def only(quality, rule):
    found = findings(quality, rule)
    assert len(found) == 1, [finding.rule for finding in quality.findings]
    return found[0]
