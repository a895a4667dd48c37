"""Empty tables to fill in: CSV headers, one workbook with explanations, and a contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from buzzline.tables.columns import Column, Table
from buzzline.tables.schema import TABLES, table_named
from buzzline.tables.writing import atomically

FRICTIONLESS_TYPES = {
    pl.String(): "string", pl.Float64(): "number", pl.Int64(): "integer", pl.Date(): "date",
    pl.Boolean(): "boolean",
}  # fmt: skip
COLUMN_WIDTH = 18


def table_schema(name: str) -> dict[str, Any]:
    """Return a table as a Frictionless Table Schema, the contract other programs read.

    Raises
    ------
    KeyError
        There is no such table.

    Examples
    --------
    >>> table_schema("linkages")["fields"][0]["constraints"]
    {'required': True}
    """
    table = table_named(name)
    schema: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "name": table.name,
        "description": table.meaning,
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    foreign = [_foreign_key(table, column) for column in table.columns if column.refers_to]
    if foreign:
        schema["foreignKeys"] = foreign
    return schema


def write_templates(folder: Path | str) -> list[Path]:
    """Write empty tables of the schema to fill in, and return the files.

    One CSV a table with its header, `tables.xlsx` with a sheet a table and the meaning of each
    column as a comment on its header and on the sheet `columns`, and one `*.schema.json` each
    (Frictionless Table Schema).

    Raises
    ------
    UnwritableOutput
        No room or no permission; files already complete stay.
    """
    folder = Path(folder)
    written = []
    for table in TABLES:
        path = folder / f"{table.name}.csv"
        with atomically(path) as unfinished:
            table.empty().write_csv(unfinished)
        contract = folder / f"{table.name}.schema.json"
        with atomically(contract) as unfinished:
            text = json.dumps(table_schema(table.name), indent=2, ensure_ascii=False)
            unfinished.write_text(text + "\n", encoding="utf-8")
        written += [path, contract]
    book = folder / "tables.xlsx"
    with atomically(book) as unfinished:
        _write_workbook(unfinished)
    return [*written, book]


def _write_workbook(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        bold = book.add_format({"bold": True})
        needed = book.add_format({"bold": True, "bg_color": "#FFE8B3"})
        for table in TABLES:
            sheet = book.add_worksheet(table.name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(table.columns) - 1, COLUMN_WIDTH)
            for position, column in enumerate(table.columns):
                sheet.write_string(
                    0, position, column.name, needed if column.required else bold
                )
                sheet.write_comment(0, position, _explained(column))
        _write_explanations(book, bold)


def _write_explanations(book: xlsxwriter.Workbook, bold: Any) -> None:
    sheet = book.add_worksheet("columns")
    header = ("table", "column", "required", "type", "unit", "meaning", "values", "refers to")
    sheet.write_row(0, 0, header, bold)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(header) - 1, COLUMN_WIDTH)
    rows = [(table, column) for table in TABLES for column in table.columns]
    for number, (table, column) in enumerate(rows, 1):
        sheet.write_row(number, 0, (
            table.name, column.name, "yes" if column.required else "",
            FRICTIONLESS_TYPES[column.dtype], column.unit, column.meaning,
            ", ".join(column.values), column.refers_to,
        ))  # fmt: skip


def _explained(column: Column) -> str:
    parts = [column.meaning]
    if column.required:
        parts.append("Required.")
    if column.unit:
        parts.append(f"Unit: {column.unit}.")
    if column.values:
        parts.append(f"One of: {', '.join(column.values)}.")
    if column.refers_to:
        parts.append(f"Must be found in {column.refers_to}.")
    return " ".join(parts)


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.values:
        constraints["enum"] = list(column.values)
    if column.low != float("-inf"):
        constraints["minimum"] = column.low
    if column.high != float("inf"):
        constraints["maximum"] = column.high
    field: dict[str, Any] = {
        "name": column.name,
        "type": FRICTIONLESS_TYPES[column.dtype],
        "description": column.meaning,
    }
    if column.unit:
        field["unit"] = column.unit
    return {**field, "constraints": constraints} if constraints else field


def _foreign_key(table: Table, column: Column) -> dict[str, Any]:
    other, key = column.refers_to.split(".")
    resource = "" if other == table.name else other
    return {"fields": [column.name], "reference": {"resource": resource, "fields": [key]}}
