"""Every column of the schema is documented and appears in made-up worlds."""

from __future__ import annotations

import pytest
from docs.reference_pages import schema_page
from tests.source import none

from buzzline.tables.schema import TABLES
from buzzline.tables.worlds import make_world

COLUMNS = [(table, column) for table in TABLES for column in table.columns]


@pytest.fixture(scope="module")
def page() -> str:
    return schema_page()


@pytest.fixture(scope="module")
def world():
    return make_world(organisations=300, clusters=3, rng=5)


def test_every_column_is_in_the_reference(page):
    sections = {part.split(" ", 1)[0]: part for part in page.split("\n## ")[1:]}
    none([
        f"{table.name}.{column.name} is not in the reference"
        for table, column in COLUMNS
        if f"`{column.name}`" not in sections[table.name]
    ])  # fmt: skip


def test_every_column_says_what_it_means():
    none([
        f"{table.name}.{column.name}: its meaning is not a sentence"
        for table, column in COLUMNS
        if not (column.meaning.endswith((".", "?")) and column.meaning[0].isupper())
    ])  # fmt: skip


def test_every_number_has_a_unit():
    none([
        f"{table.name}.{column.name}: say its unit"
        for table, column in COLUMNS
        if column.dtype.is_numeric() and not column.unit
    ])  # fmt: skip


def test_every_reference_leads_to_a_column():
    known = {f"{table.name}.{column.name}" for table, column in COLUMNS}
    none([
        f"{table.name}.{column.name} refers to {column.refers_to}, which does not exist"
        for table, column in COLUMNS
        if column.refers_to and column.refers_to not in known
    ])  # fmt: skip


def test_every_column_appears_in_made_up_worlds(world):
    none([
        f"{table.name}.{column.name} is empty in every made-up world"
        for table, column in COLUMNS
        if not getattr(world.study, table.name)[column.name].drop_nulls().len()
    ])  # fmt: skip
