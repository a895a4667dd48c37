"""Tables of what was read, repaired and set aside."""

from __future__ import annotations

from buzzline.export.meanings.columns import Meaning

TABLE_MEANING: dict[str, str] = {
    "quality_tables": "Rows read, kept and set aside.",
    "quality_columns": "Cells filled, missing and repaired among the rows kept.",
    "quality_findings": "What each rule found, and what to do about it.",
}

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "quality_tables": (
        ("table", "", "Table of the schema."),
        ("source", "", "File or table it was read from."),
        ("read", "rows", "Rows read."),
        ("kept", "rows", "Rows used."),
        ("set_aside", "rows", "Rows not used; kept and set aside together are the rows read."),
    ),
    "quality_columns": (
        ("table", "", "Table of the schema."),
        ("column", "", "Column of the schema."),
        ("source_column", "", "Column of the file it was read from."),
        ("filled", "cells", "With a value, among the rows kept."),
        ("missing", "cells", "Without a value, among the rows kept."),
        ("repaired", "cells", "Whose value was changed."),
    ),
    "quality_findings": (
        ("table", "", "Table of the schema."),
        ("column", "", "Column of the schema."),
        ("rule", "", "Name of the rule."),
        ("severity", "", "Note, repaired, set aside or fatal."),
        ("n", "rows", "Rows concerned."),
        ("rows", "", "First row numbers as in the file; its header is row 1."),
        ("examples", "", "A few of the values concerned."),
        ("remedy", "", "What to do."),
    ),
}  # fmt: skip
