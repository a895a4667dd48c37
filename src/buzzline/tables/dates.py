"""Rules for cells that hold dates: one order of day and month a column; possible years."""

from __future__ import annotations

from datetime import date

import polars as pl

from buzzline.tables.cells import as_text
from buzzline.tables.columns import Column
from buzzline.tables.sifting import DateOrder, Sifted, put

EARLIEST, LATEST = 1500, 2200
YEARS_AHEAD = 10
LAST_DAYS = frozenset({"end", "closed"})  # columns in which "2014" means 31 December 2014
TWO_DIGITS = r"^(\d{1,2})[./-](\d{1,2})[./-](\d{2})$"
MONTHS = {
    1: "jan january januar janvier janv enero ene gennaio gen janeiro",
    2: "feb february februar fevrier fevr fev febrero febbraio fevereiro",
    3: "mar march marz mars marzo marco mrz",
    4: "apr april avril avr abril abr aprile",
    5: "may mai mayo maggio mag maio",
    6: "jun june juni juin junio giugno giu junho",
    7: "jul july juli juillet juil julio luglio lug julho",
    8: "aug august aout agosto ago",
    9: "sep sept september septembre septiembre settembre set setembro",
    10: "oct october oktober okt octobre octubre ottobre ott outubro out",
    11: "nov november novembre noviembre novembro",
    12: "dec december dezember dez decembre diciembre dic dicembre dezembro",
}
MONTH_OF = {name: month for month, names in MONTHS.items() for name in names.split()}


def dates(sifted: Sifted, column: Column, today: date) -> Sifted:
    """Read dates; what is no date, or cannot be true, becomes missing, and is said.

    Understood are ISO dates, day.month.year and month/day/year in figures or with the name of
    the month, year-month, years alone, Excel's day numbers, each also with a time behind it.
    """
    given = sifted.frame[column.name]
    if given.dtype.is_temporal() and given.dtype != pl.Time:
        return _possible(put(sifted, given.cast(pl.Date).alias(column.name)), column, today)
    texts = as_text(given)
    distinct = texts.drop_nulls().unique(maintain_order=True)
    parts = pl.DataFrame({"text": distinct}).select("text", *_parts())
    order, why = _order(parts, sifted.raw.conventions.dates)
    read = parts.select("text", "form", _read(order, column, today).alias("date"))
    looked_up = pl.DataFrame({"text": texts}).join(
        read, on="text", how="left", maintain_order="left", validate="m:1"
    )
    values, form = looked_up["date"].alias(column.name), looked_up["form"]
    unreadable = texts.is_not_null() & values.is_null()
    sifted = _said_forms(sifted, column, form, order, why)
    sifted = sifted.mended(
        "not a date", column.name, unreadable,
        remedy="Set to missing. Write dates as 2014-03-31.", values=values,
    )  # fmt: skip
    return _possible(sifted, column, today)


def _possible(sifted: Sifted, column: Column, today: date) -> Sifted:
    """Set dates that cannot be true to missing; the row is kept."""
    years = sifted.frame[column.name].dt.year()
    latest = min(LATEST, today.year + YEARS_AHEAD)
    impossible = ~years.is_between(EARLIEST, latest).fill_null(value=True)
    return sifted.emptied(
        "impossible date", column.name, impossible,
        remedy=f"Set to missing; the row was kept. Years from {EARLIEST} to {latest} are "
        "possible. Correct the year; for something that still lasts leave the cell empty.",
    )  # fmt: skip


def _parts() -> tuple[pl.Expr, ...]:
    """Take each text apart into `form` and three numbers `a`, `b`, `c`."""
    bare = pl.col("text").str.strip_chars().str.replace(r"^(\d+)\.0+$", "${1}")
    bare = bare.str.replace(r"[T ]+\d{1,2}:\d{2}.*$", "")
    named = _named_months(bare)
    forms = {
        "ymd": r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$",
        "compact": r"^(\d{4})(\d{2})(\d{2})$",
        "dotted": r"^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})$",
        "slashed": r"^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$",
        "short": TWO_DIGITS,
        "year-month": r"^(\d{4})[-/.](\d{1,2})()$",
        "month-year": r"^()(\d{1,2})[-/.](\d{4})$",
        "year": r"^(\d{4})()()$",
        "day number": r"^(\d{5})(?:[.,]\d+)?()()$",
    }
    form = pl.lit(None, pl.String)
    numbers = [pl.lit(None, pl.Int64)] * 3
    for name, pattern in reversed(forms.items()):
        fits = named.str.contains(pattern)
        form = pl.when(fits).then(pl.lit(name)).otherwise(form)
        for place in range(3):
            group = named.str.extract(pattern, place + 1).cast(pl.Int64, strict=False)
            numbers[place] = pl.when(fits).then(group).otherwise(numbers[place])
    return (form.alias("form"), *(n.alias(k) for n, k in zip(numbers, "abc", strict=True)))


def _named_months(bare: pl.Expr) -> pl.Expr:
    """Write `12 March 2014`, `March 12, 2014` and `Mar 2014` in figures."""
    word = bare.str.to_lowercase().str.extract(r"([a-zà-ÿ]{3,})")
    for accented, letter in (("äà", "a"), ("éè", "e"), ("ûú", "u"), ("ç", "c")):
        word = word.str.replace_all(f"[{accented}]", letter)
    month = word.replace_strict(MONTH_OF, default=None, return_dtype=pl.Int64).cast(pl.String)
    year = bare.str.extract(r"(\d{4})")
    day = bare.str.extract(r"(?:^|[^\d])(\d{1,2})(?:[^\d]|$)")
    full = pl.concat_str(year, month, day, separator="-")
    return pl.coalesce(full, pl.concat_str(year, month, separator="-"), bare)


def _order(parts: pl.DataFrame, told: DateOrder) -> tuple[str, str]:
    """Return which comes first in 03/04/2014, and why."""
    doubtful = parts.filter(pl.col("form").is_in(["slashed", "short"]))
    if not doubtful.height:
        return "day first", ""
    if told:
        return told, "as study.toml says"
    day_first = int((doubtful["a"] > 12).sum())
    month_first = int((doubtful["b"] > 12).sum())
    if not day_first and not month_first:
        return "day first", "a guess: every date fits both orders"
    order = "day first" if day_first >= month_first else "month first"
    mixed = " although some dates only fit the other order" if day_first and month_first else ""
    return order, f"since some numbers are above 12{mixed}"


def _read(order: str, column: Column, today: date) -> pl.Expr:
    form, a, b, c = (pl.col(name) for name in ("form", "a", "b", "c"))
    month_first = (b > 12) | ((a <= 12) & pl.lit(order == "month first"))
    day, month = (
        pl.when(month_first).then(first).otherwise(second) for first, second in ((b, a), (a, b))
    )
    century = pl.when(c <= today.year % 100 + YEARS_AHEAD).then(2000).otherwise(1900)
    turn = pl.duration(days=1)
    read = (
        pl.when(form.is_in(["ymd", "compact"])).then(_day(a, b, c))
        .when(form == "dotted").then(_day(c, b, a))
        .when(form == "slashed").then(_day(c, month, day))
        .when(form == "short").then(_day(c + century, month, day))
        .when(form == "day number").then(pl.date(1899, 12, 30) + pl.duration(days=a))
    )  # fmt: skip
    if column.name in LAST_DAYS:
        ends = _day(a, b, pl.lit(1)).dt.month_end()
        other = _day(c, b, pl.lit(1)).dt.month_end()
        whole = _day(a + 1, pl.lit(1), pl.lit(1)) - turn
    else:
        ends, other = _day(a, b, pl.lit(1)), _day(c, b, pl.lit(1))
        whole = _day(a, pl.lit(1), pl.lit(1))
    return pl.coalesce(
        read,
        pl.when(form == "year-month").then(ends),
        pl.when(form == "month-year").then(other),
        pl.when(form == "year").then(whole),
    )


def _day(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Return the date, or missing where the calendar has none (30 February)."""
    text = pl.format(
        "{}-{}-{}",
        *(
            part.cast(pl.String).str.zfill(width)
            for part, width in ((year, 4), (month, 2), (day, 2))
        ),
    )
    return text.str.to_date("%Y-%m-%d", strict=False)


def _said_forms(
    sifted: Sifted, column: Column, form: pl.Series, order: str, why: str
) -> Sifted:
    def are(*names: str) -> pl.Series:
        return form.is_in(pl.Series(names).implode()).fill_null(value=False)

    last = column.name in LAST_DAYS
    notes = (
        ("order of day and month", are("slashed", "short"),
         f"Read with the {order}, {why}. To change it set `dates` to \"day first\" or "
         '"month first" for this table in study.toml.'),
        ("year of two digits", are("short"), "The century was added; write years in full."),
        ("year only", are("year"),
         f"Taken as {'31 December' if last else '1 January'} of that year."),
        ("month only", are("year-month", "month-year"),
         f"Taken as the {'last' if last else 'first'} day of that month."),
        ("day numbers of a spreadsheet", are("day number"),
         "Read as days since 30 December 1899, as Excel counts."),
    )  # fmt: skip
    for rule, where, remedy in notes:
        sifted = sifted.found(rule, column.name, where, remedy=remedy)
    return sifted
