"""Wide tables of employment, one column an industry, as if they were long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from buzzline.tables.cells import as_text, plain
from buzzline.tables.codes import code_and_title, is_coded, is_root
from buzzline.tables.employment_rules import WITHHELD
from buzzline.tables.source import NUMBER, Loaded, Source, remark
from buzzline.tables.synonyms import columns_called, table_seen

INDUSTRY, JOBS, TITLE = "industry", "jobs", "industry title"
MANY, OTHERS = 5, 4  # columns with coded headers that make a table wide, and others beside
FEWEST = 2  # columns of industries
MOSTLY = 0.8  # share of the values that are numbers, in a column of jobs
SAMPLED = 200
SAYS_WHERE = frozenset(
    {"name", "label", "title", "area_name", "region_name", "county_name", "city", "country",
     "state", "population", "inhabitants", "einwohner", "longitude", "latitude", "lon", "lat"}
)  # fmt: skip


def as_long(source: Source) -> Source:
    """Return a wide table of employment as a long one; every other source as it is.

    Wide is a table that names a place and neither an industry nor jobs, and has at least two
    columns besides whose headers are codes; or two columns of numbers, when no place occurs
    twice (in a year).
    """
    wide = industry_columns(source)
    if len(wide) < FEWEST:
        return source
    kept = tuple(name for name in source.columns if name not in wide)

    def load(wanted: Sequence[str], limit: int | None) -> Loaded:
        loaded = source.load(source.columns, limit)
        texts = loaded.frame.with_columns(as_text(loaded.frame[name]) for name in wide)
        long = texts.unpivot(wide, index=[NUMBER, *kept], variable_name=INDUSTRY,
                             value_name=JOBS)  # fmt: skip
        parts = {name: code_and_title(name) for name in wide}
        titles_of = {name: title or None for name, (_, title) in parts.items()}
        header = pl.col(INDUSTRY)
        long = long.with_columns(
            header.replace_strict(titles_of, return_dtype=pl.String).alias(TITLE),
            header.replace({name: code for name, (code, _) in parts.items()}),
        )
        said = remark(
            "one column an industry",
            f"{len(wide):,} columns were read as industries, their headers as codes; each "
            "number is the jobs of an industry in a place.",
            examples=wide,
        )
        long = long.sort(NUMBER, maintain_order=True).select(NUMBER, *wanted)
        return Loaded(long, (*loaded.findings, said))

    titles = (TITLE,) if any(code_and_title(name)[1] for name in wide) else ()
    return replace(source, columns=(*kept, INDUSTRY, *titles, JOBS), load=load)


def is_wide(source: Source) -> bool:
    """Tell by its shape whether a source is a wide table of employment, whatever its name.

    Wide are many columns of numbers whose headers are codes, or begin with one and go on with
    a title, beside few others, one of which is called as a place.
    """
    coded = [name for name in source.columns if is_coded(name)]
    rest = [name for name in source.columns if name not in coded and not is_root(name)]
    if len(coded) < MANY or not 1 <= len(rest) <= OTHERS:
        return False
    found = columns_called("employment", rest)
    if "place_id" not in found or {INDUSTRY, JOBS, "establishments"} & set(found):
        return False
    sample = source.load(coded, SAMPLED).frame
    return all(_holds_numbers(sample[name]) for name in coded)


def table_of(source: Source) -> str:
    """Return the table a source holds, by its shape or its names; empty when neither tells."""
    return "employment" if is_wide(source) else table_seen(source.name, source.columns)


def industry_columns(source: Source) -> list[str]:
    """Return the columns of a wide table that hold one industry each; none of a long one."""
    found = columns_called("employment", source.columns)
    if "place_id" not in found or {INDUSTRY, JOBS, "establishments"} & set(found):
        return []
    free = [
        name
        for name in source.columns
        if name not in found.values() and plain(name) not in SAYS_WHERE
    ]
    coded = [name for name in free if is_coded(name) or is_root(name)]
    if len(coded) >= FEWEST:
        return coded
    key = [found[name] for name in ("place_id", "year") if name in found]
    sample = source.load([*key, *free], SAMPLED).frame
    if sample.select(pl.struct(key).is_duplicated().any()).item():
        return []
    return [name for name in free if _holds_numbers(sample[name])]


def _holds_numbers(values: pl.Series) -> bool:
    if values.dtype.is_numeric():
        return True
    texts = as_text(values).drop_nulls().str.replace_all(r"[\s'’.,]", "")
    texts = texts.filter(~texts.str.to_lowercase().is_in(["", "-", *WITHHELD]))
    numbers = texts.cast(pl.Float64, strict=False)
    if not texts.len():
        return values.null_count() < values.len()  # nothing but marks
    return numbers.len() - numbers.null_count() >= MOSTLY * texts.len()
