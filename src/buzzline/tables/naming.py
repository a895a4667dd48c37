"""Names of places and titles of industries that stand beside the jobs, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from buzzline.tables.cells import as_text, plain
from buzzline.tables.codes import is_sum
from buzzline.tables.gathering import Chosen
from buzzline.tables.source import NUMBER, Loaded, Source, remark
from buzzline.tables.wordlists import INDUSTRY_TITLES, PLACE_NAMES

BESIDE = " (names beside the jobs)"
NAMED = (
    ("places", "place_id", "name", PLACE_NAMES),
    ("industries", "industry", "title", INDUSTRY_TITLES),
)


def named_beside(chosen: Sequence[Chosen]) -> list[Chosen]:
    """Return tables of places and industries made of the names in one table of employment.

    A table that is given is never made; nor is one of a column that calls a code by two names.
    """
    employment = [choice for choice in chosen if choice.table == "employment"]
    given = {choice.table for choice in chosen}
    if len(employment) != 1 or given & {"organisations", "establishments"}:
        return []
    found = []
    for table, key, ours, words in NAMED:
        if table not in given and key in employment[0].columns:
            found += _made(employment[0], (table, key, ours), words.split())
    return found


def _made(choice: Chosen, what: tuple[str, str, str], words: Sequence[str]) -> list[Chosen]:
    table, key, ours = what
    code, taken = choice.columns[key], set(choice.columns.values())
    free = {plain(name): name for name in choice.source.columns if name not in taken}
    column = next((free[word] for word in words if word in free), "")
    if not column:
        return []
    rows = choice.source.load([code, column], None).frame
    pairs = rows.select(
        NUMBER, as_text(rows[code]).str.strip_chars().alias(code),
        as_text(rows[column]).str.strip_chars().alias(column),
    ).drop_nulls().filter((pl.col(code) != "") & (pl.col(column) != ""))  # fmt: skip
    pairs = pairs.unique([code, column], keep="first", maintain_order=True)
    if not pairs.height or pairs[code].is_duplicated().any():
        return []
    pairs = pairs.filter(~pairs[code].map_elements(is_sum, return_dtype=pl.Boolean))
    told = remark(
        f"{table} named beside the jobs",
        f"`{ours}` was taken from the column {column!r} of {choice.source.label}.",
        examples=pairs[column].to_list(),
    )

    def load(wanted: Sequence[str], limit: int | None) -> Loaded:
        some = pairs if limit is None else pairs.head(limit)
        return Loaded(some.select(NUMBER, *wanted), (told,))

    source: Source = replace(choice.source, label=f"{choice.source.label}{BESIDE}",
                             columns=(code, column), load=load)  # fmt: skip
    return [Chosen(table, source, {key: code, ours: column}, {}, choice.conventions)]
