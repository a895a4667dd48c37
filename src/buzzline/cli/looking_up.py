"""The command `schema`: every table and column, on the screen, as JSON or as empty files."""

from __future__ import annotations

from math import isinf
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.table import Table as Grid
from rich.text import Text

from buzzline.cli.leaving import DONE
from buzzline.cli.printing import put, results, say, show, show_list
from buzzline.errors import InvalidArgument
from buzzline.export import write_csv
from buzzline.road.manifest import as_json
from buzzline.tables.columns import Column, Table
from buzzline.tables.schema import TABLES, table_named

KINDS: dict[str, str] = {
    "String": "text", "Float64": "number", "Int64": "whole number", "Date": "date",
    "Boolean": "yes/no",
}  # fmt: skip
FRICTIONLESS: dict[str, str] = {
    "String": "string", "Float64": "number", "Int64": "integer", "Date": "date",
    "Boolean": "boolean",
}  # fmt: skip


def schema(
    *tables: Annotated[str, Parameter(help="Tables to look at; all, shortly, without it.")],
    templates: Annotated[
        Path | None, Parameter(help="Folder to write an empty CSV file of each table to.")
    ] = None,
    json: Annotated[
        bool,
        Parameter(
            name="--json", help="Print as Frictionless table schemas.", show_default=False
        ),
    ] = False,
) -> int:
    """List the tables and columns buzzline understands, with unit and meaning.

    Your own files may use other names; study.toml says which column is which.

    Parameters
    ----------
    tables : str
    """
    chosen = [_named(name) for name in tables] or list(TABLES)
    if templates is not None:
        for table in chosen:
            for path in write_csv(table.empty(), templates / f"{table.name}.csv"):
                say(f"written: {path}")
    if json:
        put(as_json({"resources": [frictionless(table) for table in chosen]}))
    elif tables:
        for table in chosen:
            _show(table)
    elif templates is None:
        show_list([(table.name, table.meaning) for table in chosen])
        show("\nOnly organisations must be there. Columns: buzzline schema organisations")
    return DONE


def _named(name: str) -> Table:
    try:
        return table_named(name)
    except KeyError as error:
        known = ", ".join(table.name for table in TABLES)
        raise InvalidArgument(
            f"schema: there is no table {name!r}; tables are {known}"
        ) from error


def _show(table: Table) -> None:
    show(f"{table.name}: {table.meaning}")
    if table.key:
        show(f"A row is identified by {' and '.join(table.key)}.")
    grid = Grid(header_style="bold")
    for name in ("column", "what", "unit", "meaning"):
        grid.add_column(name, overflow="fold", no_wrap=name == "column")
    for column in table.columns:
        title = Text(column.name, style="bold" if column.required else "")
        what = KINDS[str(column.dtype)] + (", required" if column.required else "")
        grid.add_row(title, what, Text(column.unit), Text(_meaning(column)))
    results().print(grid)


def _meaning(column: Column) -> str:
    parts = [column.meaning]
    if column.values:
        parts.append(f"One of: {', '.join(column.values)}.")
    if column.refers_to:
        parts.append(f"Must be found in {column.refers_to}.")
    bounds = [
        f"{word} {bound:g}"
        for word, bound in (("from", column.low), ("to", column.high))
        if not isinf(bound)
    ]
    if bounds:
        parts.append(f"{' '.join(bounds).capitalize()}.")
    return " ".join(parts)


def frictionless(table: Table) -> dict[str, Any]:
    """Return a table as a Frictionless resource with its table schema.

    Examples
    --------
    >>> frictionless(table_named("organisations"))["schema"]["primaryKey"]
    ['org_id']
    """
    links = [column for column in table.columns if column.refers_to]
    found: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
    }
    if table.key:
        found["primaryKey"] = list(table.key)
    if links:
        found["foreignKeys"] = [_foreign_key(table, column) for column in links]
    return {
        "name": table.name, "description": table.meaning, "path": f"{table.name}.csv",
        "schema": found,
    }  # fmt: skip


def _foreign_key(table: Table, column: Column) -> dict[str, Any]:
    other, _, field = column.refers_to.partition(".")
    resource = "" if other == table.name else other  # Frictionless: empty is the table itself
    return {"fields": column.name, "reference": {"resource": resource, "fields": field}}


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.values:
        constraints["enum"] = list(column.values)
    if not isinf(column.low):
        constraints["minimum"] = column.low
    if not isinf(column.high):
        constraints["maximum"] = column.high
    field: dict[str, Any] = {
        "name": column.name, "type": FRICTIONLESS[str(column.dtype)],
        "description": column.meaning,
    }  # fmt: skip
    if column.unit:
        field["unit"] = column.unit
    return field | ({"constraints": constraints} if constraints else {})
