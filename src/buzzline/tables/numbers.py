"""Rules for cells that hold numbers: decimal marks, thousands, units, bounds."""

from __future__ import annotations

import polars as pl

from buzzline.tables.cells import SPACES
from buzzline.tables.columns import Column
from buzzline.tables.sifting import Sifted, put

GROUPED = {mark: rf"^[-+]?[1-9]\d{{0,2}}(?:\{mark}\d{{3}})+$" for mark in ".,"}
CURRENCY = r"([$€£¥₹₩])"
MONEY = ("weight", "revenue_musd")
_NONE = "Nothing is less than none. Correct the sign; leave empty what is suppressed."
NEVER_NEGATIVE = {
    ("linkages", "weight"): (
        "negative weight",
        "A tie cannot be weaker than nothing. Correct the sign; for corrections or "
        "cancellations leave the row out.",
    ),
    ("employment", "jobs"): ("negative jobs", _NONE),
    ("employment", "establishments"): ("negative establishments", _NONE),
}
ENOUGH = 100_000  # values that are looked at to tell which mark is in use


def decimal_mark(sifted: Sifted, columns: list[Column]) -> str:
    """Return "," or ".": what separates decimals in this table, from what can only be read so.

    `1,5` and `1.234,5` speak for the comma, `1.5` and `1,234.5` for the point; `1,234` for
    neither. Without evidence a file separated by semicolons is taken to use the comma.
    """
    conventions = sifted.raw.conventions
    if conventions.decimal:
        return conventions.decimal
    votes = {",": 0, ".": 0}
    for column in columns:
        texts = sifted.frame[column.name]
        if texts.dtype == pl.String:
            for mark in votes:
                votes[mark] += _speaks_for(texts, mark)
    if votes[","] == votes["."]:
        return "," if conventions.separator == ";" and not votes["."] else "."
    return max(votes, key=lambda mark: votes[mark])


def numbers(sifted: Sifted, column: Column, table_mark: str) -> Sifted:
    """Read numbers; what is no number becomes missing, and is said."""
    given = sifted.frame[column.name]
    if given.dtype != pl.String:
        return _native_numbers(sifted, column)
    texts = given.str.replace_all(f"{SPACES}|['’]", "").str.replace_all("−", "-", literal=True)
    sifted, texts = _without_currency(sifted, column, texts)
    mark = _column_mark(texts, column, table_mark)
    values = _parsed(texts, mark, column)
    if column.unit == "share":
        sifted, values = _percentages(sifted, column, texts, values, mark)
    unreadable = given.is_not_null() & values.is_null()
    sifted = _said_marks(sifted, column, texts, values)
    then = "The row cannot be used without it" if column.required else "Set to missing"
    return put(sifted, values.alias(column.name)).mended(
        "text where a number belongs", column.name, unreadable,
        remedy=f"{then}. Write the number alone, without unit or words (unit: {column.unit}).",
        values=values,
    )  # fmt: skip


def whole_numbers(sifted: Sifted, column: Column) -> Sifted:
    """Hold counts and years to whole numbers."""
    values = sifted.frame[column.name]
    if values.dtype.is_integer():
        return sifted
    broken = (values != values.round()).fill_null(value=False)
    return sifted.emptied(
        "not a whole number", column.name, broken,
        remedy="Set to missing. Write a whole number.",
    )  # fmt: skip


def bounds(sifted: Sifted, column: Column) -> Sifted:
    """Set numbers out of bounds to missing; negative weights and jobs set the row aside."""
    values = sifted.frame[column.name]
    outside = ~values.is_between(column.low, column.high).fill_null(value=True)
    if (sifted.table.name, column.name) in NEVER_NEGATIVE:
        rule, remedy = NEVER_NEGATIVE[sifted.table.name, column.name]
        return sifted.without(rule, column.name, outside, remedy=remedy)
    if column.required:
        return sifted.without(
            "number out of range", column.name, outside, remedy=f"It must be {column.limits}."
        )
    return sifted.emptied(
        "number out of range", column.name, outside,
        remedy=f"Set to missing. It must be {column.limits}.",
    )  # fmt: skip


def _speaks_for(texts: pl.Series, mark: str) -> int:
    other = "." if mark == "," else ","
    texts = texts.filter(texts.str.contains(mark, literal=True)).head(ENOUGH)
    single = texts.str.contains(rf"^\s*[-+]?\d*\{mark}\d+\s*$")
    grouped = texts.str.contains(GROUPED[mark])
    both = texts.str.contains(rf"^\s*[-+]?\d{{1,3}}(?:\{other}\d{{3}})+\{mark}\d+\s*$")
    return int(((single & ~grouped) | both).sum())


def _column_mark(texts: pl.Series, column: Column, table_mark: str) -> str:
    """Return the mark this column can only be read with, else that of the table."""
    comma, point = _speaks_for(texts, ","), _speaks_for(texts, ".")
    return table_mark if comma == point else ("," if comma > point else ".")


def _parsed(texts: pl.Series, mark: str, column: Column) -> pl.Series:
    if mark == ".":
        direct = texts.cast(pl.Float64, strict=False)
        if direct.null_count() == texts.null_count() and direct.is_finite().all():
            return direct.alias(column.name)
    other = "." if mark == "," else ","
    text = pl.col("text")
    bare = text.str.replace_all(other, "", literal=True)
    with_mark = text.str.contains(mark, literal=True)
    with_other = text.str.contains(other, literal=True)
    other_last = text.str.contains(rf"^[^\{other}]*\{mark}[^\{mark}]*\{other}\d+$")
    many_marks = text.str.count_matches(mark, literal=True) > 1
    as_mark = bare.str.replace(mark, ".", literal=True)
    as_other = text.str.replace_all(mark, "", literal=True).str.replace(
        other, ".", literal=True
    )
    grouped = text.str.contains(GROUPED[other]) & (
        bare.cast(pl.Float64, strict=False).is_between(column.low, column.high)
    )
    read = (
        pl.when((with_mark & with_other & other_last) | (many_marks & ~with_other))
        .then(as_other)
        .when(with_mark)
        .then(as_mark)
        .when(grouped)
        .then(bare)
        .otherwise(as_other)
    )
    value = read.cast(pl.Float64, strict=False)
    finite = pl.when(value.is_finite()).then(value)
    return pl.DataFrame({"text": texts}).select(finite.alias(column.name)).to_series()


def _without_currency(
    sifted: Sifted, column: Column, texts: pl.Series
) -> tuple[Sifted, pl.Series]:
    """Read `$5,000` as 5,000 where all of a column is in one currency; two cannot be added."""
    if column.name not in MONEY:
        return sifted, texts
    signs = texts.str.extract(CURRENCY)
    if signs.n_unique() - (signs.null_count() > 0) != 1:
        return sifted, texts
    sifted = sifted.found(
        "currency sign", column.name, signs.is_not_null(),
        remedy="Read without the sign, as it is the same everywhere; nothing to do.",
    )  # fmt: skip
    return sifted, texts.str.replace(CURRENCY, "")


def _percentages(
    sifted: Sifted, column: Column, texts: pl.Series, values: pl.Series, mark: str
) -> tuple[Sifted, pl.Series]:
    """Read `61 %` as 0.61: for a share the sign leaves no doubt."""
    signed = texts.str.ends_with("%").fill_null(value=False)
    if not signed.any():
        return sifted, values
    hundredths = _parsed(texts.str.strip_chars_end("%"), mark, column) / 100
    sifted = sifted.found(
        "percentages", column.name, signed,
        remedy="Read as shares: 61 % is 0.61; nothing to do.",
    )  # fmt: skip
    return sifted, hundredths.zip_with(signed, values.fill_null(hundredths).alias(column.name))


def _said_marks(sifted: Sifted, column: Column, texts: pl.Series, values: pl.Series) -> Sifted:
    for mark, name in ((",", "comma"), (".", "point")):
        whole = texts.str.contains(GROUPED[mark]) & (values.abs() >= 1000)
        sifted = sifted.found(
            "thousands separator", column.name, whole.fill_null(value=False),
            remedy=f"`1{mark}234` was read as 1234. If the {name} is the decimal mark, set "
            f'`decimal = "{mark}"` for this table in study.toml.',
        )  # fmt: skip
    has_comma = texts.str.contains(r",\d*$") & ~texts.str.contains(GROUPED[","])
    small = texts.str.contains(GROUPED[","]) & (values.abs() < 1000)
    return sifted.found(
        "decimal comma", column.name,
        ((has_comma | small) & values.is_not_null()).fill_null(value=False),
        remedy='The comma was read as the decimal mark. If it is not, set `decimal = "."` '
        "for this table in study.toml.",
    )  # fmt: skip


def _native_numbers(sifted: Sifted, column: Column) -> Sifted:
    given = sifted.frame[column.name]
    values = given.cast(pl.Float64, strict=False)
    values = values.set(~values.is_finite().fill_null(value=True), None)
    return put(sifted, values)
