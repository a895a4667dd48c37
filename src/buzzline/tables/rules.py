"""Rules for rows and whole tables: which rows can be used, and what happened to the others.

`apply_rules` holds raw tables to the schema, rule by rule. Rules for single cells stand in
`cells`, `numbers` and `dates`, those for coordinates in `coordinates`, those between tables in
`references`; here are the rules for rows and for whole tables, and the order of all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import polars as pl

from buzzline.tables import cells, numbers
from buzzline.tables.columns import Column, Table
from buzzline.tables.coordinates import X, Y, coordinate_rules, missing_coordinates
from buzzline.tables.dates import dates
from buzzline.tables.employment_rules import (
    codes_of_employment,
    places_of_employment,
    sums_of_places,
    withheld_jobs,
)
from buzzline.tables.missing import missing_column
from buzzline.tables.quality import Finding, Quality
from buzzline.tables.references import CODED, no_industry, reference, several_industries
from buzzline.tables.schema import TABLES, table_named
from buzzline.tables.sifting import (
    AT,
    ROW,
    SURPLUS,
    RawTable,
    Sifted,
    sieve,
    unsound,
)

SET_ASIDE_LIMIT = 0.5  # beyond this share of a table the cause is the file, not some rows
INDISPENSABLE = frozenset({"organisations", "linkages"})
REFERRED_TO_FIRST = ("places", "industries", "organisations", "declared_clusters", "gatherings")
NAMED_BY_PEOPLE = frozenset({"name", "city", "region", "country", "title"})


def apply_rules(
    tables: Mapping[str, RawTable],
    *,
    today: date | None = None,
    set_aside_limit: float = SET_ASIDE_LIMIT,
) -> tuple[dict[str, pl.DataFrame], Quality]:
    """Hold raw tables to the schema and report on every row and column.

    Parameters
    ----------
    tables : Mapping[str, RawTable]
        By name of the table in the schema.
    today : date, optional
        Dates more than ten years after it are taken for errors.
    set_aside_limit : share
        When more of a table's rows would be set aside, that is fatal.

    Returns
    -------
    dict[str, DataFrame]
        Tables that fit the schema; without those that cannot be used.
    Quality
        The data-quality report. Fatal findings are in it; they are not raised here.
    """
    day = today or date.today()
    sifted = {name: _table_rules(raw, day) for name, raw in tables.items()}
    sound = {name: table for name, table in sifted.items() if not table.is_fatal}
    sound, activities = _split_industries(sound)
    for name in _in_order_of_reference(sound):
        sound[name] = _rules_between(sound[name], sound)
    if "organisations" in sound:
        sound["organisations"] = missing_coordinates(sound["organisations"])
        if "activities" not in sound:
            sound["organisations"] = no_industry(sound["organisations"])
    checked = {name: _enough_left(sound.get(name, sifted[name]), set_aside_limit)
               for name in sifted}  # fmt: skip
    usable = {name: table for name, table in checked.items() if not table.is_fatal}
    frames = {name: table.cleaned() for name, table in usable.items() if table.frame.height}
    return _with_activities(frames, activities), _quality(checked)


def missing_columns(sifted: Sifted) -> Sifted:
    """Stop when a required column was not found in the file."""
    raw = sifted.raw
    theirs = (*raw.origin.values(), *raw.ignored)
    fatal = tuple(
        missing_column(sifted.table.name, column, source=raw.source, theirs=theirs)
        for column in sifted.table.columns
        if column.required and column.name not in sifted.frame.columns
    )
    return replace(sifted, findings=(*sifted.findings, *fatal))


def blank_rows(sifted: Sifted) -> Sifted:
    """Skip rows without any value: they are no rows of the table."""
    values = [name for name in sifted.raw.origin if name in sifted.frame.columns]
    blank = sifted.frame.select(
        pl.all_horizontal(_is_blank(sifted.frame[name]) for name in values)
        if values
        else pl.lit(value=False)
    ).to_series()
    if not blank.any():
        return sifted
    noted = sifted.found(
        "blank rows", "", blank,
        remedy="Skipped; a row without any value in the columns used is not counted as read.",
    )  # fmt: skip
    return replace(noted, frame=noted.frame.filter(~blank), blank=int(blank.sum()))


def surplus_cells(sifted: Sifted) -> Sifted:
    """Set rows aside that have more cells than the table has columns."""
    if SURPLUS not in sifted.frame.columns:
        return sifted
    shifted = sifted.frame[SURPLUS]
    sifted = sifted.without(
        "more cells than columns", "", shifted,
        remedy="A text probably contains the column separator: put it in quotation marks.",
    )  # fmt: skip
    return replace(sifted, frame=sifted.frame.drop(SURPLUS))


def required_values(sifted: Sifted) -> Sifted:
    """Set rows aside that lack a value they cannot do without."""
    for column in sifted.table.columns:
        if column.required:
            sifted = sifted.without(
                "required value is missing", column.name, sifted.frame[column.name].is_null(),
                remedy=f"Fill in the column ({column.meaning[:-1].lower()}).",
            )  # fmt: skip
    return sifted


def end_before_start(sifted: Sifted) -> Sifted:
    """Set ties aside that end before they start; elsewhere the end becomes missing."""
    for start, end in (("start", "end"), ("opened", "closed")):
        if not {start, end} <= set(sifted.frame.columns):
            continue
        turned = (sifted.frame[end] < sifted.frame[start]).fill_null(value=False)
        rule, advice = f"`{end}` before `{start}`", "Correct one of the two dates."
        if sifted.table.name == "linkages":
            sifted = sifted.without(rule, end, turned, remedy=advice)
        else:
            sifted = sifted.emptied(rule, end, turned, remedy=f"Set to missing. {advice}")
    return sifted


def self_ties(sifted: Sifted) -> Sifted:
    """Set ties aside that lead from an organisation to itself."""
    if sifted.table.name != "linkages":
        return sifted
    return sifted.without(
        "tie of an organisation with itself", "target",
        sifted.frame["source"] == sifted.frame["target"],
        remedy="Leave the row out, or name the two organisations if they are different ones.",
    )  # fmt: skip


def repeated_keys(sifted: Sifted) -> Sifted:
    """Set aside every row but the first with the same identifier."""
    key = [name for name in sifted.table.key if name in sifted.frame.columns]
    if not key:
        return sifted
    content = [name for name in sifted.frame.columns if name not in (ROW, AT)]
    frame = sifted.frame.with_columns(
        pl.format("first in row {}", pl.col(ROW).first().over(key)).alias("_first")
    )
    later = frame.select(~pl.struct(key).is_first_distinct()).to_series()
    if not later.any():
        return sifted
    same = frame.select(~pl.struct(content).is_first_distinct()).to_series()
    sifted = replace(sifted, frame=frame).without(
        "row is repeated", key[0], later & same, detail="_first",
        remedy="The first row was kept; nothing is lost. Delete the repetitions.",
    )  # fmt: skip
    left = (later & ~same).filter(~(later & same))
    name = " + ".join(key)
    sifted = sifted.without(
        f"{name} is used twice with different contents", key[0], left, detail="_first",
        remedy="The first row was kept. Give each its own identifier, or merge the rows.",
    )  # fmt: skip
    return replace(sifted, frame=sifted.frame.drop("_first"))


def repeated_ties(sifted: Sifted) -> Sifted:
    """Notice ties that are recorded twice, word for word; both are kept."""
    if sifted.table.name != "linkages":
        return sifted
    content = [name for name in sifted.frame.columns if name not in (ROW, AT)]
    # 64-bit hashes: comparing rows themselves took 2 GB more for ten million ties
    again = ~sifted.frame.select(content).hash_rows().is_first_distinct()
    return sifted.found(
        "tie recorded twice", "", again, shown=("source", "target"),
        remedy="Kept, and counted each time. Delete repetitions of one and the same event.",
    )  # fmt: skip


def _table_rules(raw: RawTable, today: date) -> Sifted:
    sifted = missing_columns(sieve(table_named(raw.name), raw))
    if sifted.is_fatal:
        return sifted
    sifted = withheld_jobs(surplus_cells(blank_rows(sifted)))
    if not sifted.count.read:
        return _empty(sifted)
    given = [column for column in sifted.table.columns if column.name in sifted.frame.columns]
    for column in given:
        if column.dtype == pl.String:
            sifted = _text_rules(sifted, column)
    sifted = _number_rules(sifted, [column for column in given if column.dtype.is_numeric()])
    for column in given:
        if column.dtype == pl.Date:
            sifted = dates(cells.marks_of_missing(sifted, column), column, today)
        elif column.dtype == pl.Boolean:
            sifted = cells.yes_or_no(cells.marks_of_missing(sifted, column), column)
    return sums_of_places(end_before_start(required_values(coordinate_rules(sifted))))


def _text_rules(sifted: Sifted, column: Column) -> Sifted:
    sifted = cells.marks_of_missing(cells.tidy_text(sifted, column), column)
    if column.name in sifted.table.key or column.refers_to:
        sifted = cells.decimal_identifiers(sifted, column)
    if column.name in NAMED_BY_PEOPLE:
        sifted = cells.garbled_letters(sifted, column)
    if column.name == "country":
        sifted = cells.countries(sifted, column)
    return cells.closed_vocabulary(sifted, column) if column.values else sifted


def _number_rules(sifted: Sifted, columns: list[Column]) -> Sifted:
    for column in columns:
        sifted = cells.marks_of_missing(sifted, column)
    mark = numbers.decimal_mark(sifted, columns)
    for column in columns:
        sifted = numbers.numbers(sifted, column, mark)
        if column.dtype == pl.Int64:
            sifted = numbers.whole_numbers(sifted, column)
        if column.name not in (X, Y):
            sifted = numbers.bounds(sifted, column)
    return sifted


def _empty(sifted: Sifted) -> Sifted:
    if sifted.table.name in INDISPENSABLE:
        return unsound(
            sifted, "table is empty", "",
            remedy=f"{sifted.raw.source} has a header and no rows below it. Fill it in, or "
            "name another file.",
        )  # fmt: skip
    empty = Finding(sifted.table.name, "", "table is empty", "note", 0, (), (),
                    f"{sifted.raw.source} has no rows and was left out.")  # fmt: skip
    return replace(sifted, findings=(*sifted.findings, empty), frame=sifted.frame.head(0))


def _in_order_of_reference(tables: Mapping[str, Sifted]) -> list[str]:
    first = [name for name in REFERRED_TO_FIRST if name in tables]
    return first + [name for name in tables if name not in first]


def _split_industries(sound: dict[str, Sifted]) -> tuple[dict[str, Sifted], pl.DataFrame]:
    nothing = pl.DataFrame(schema={"org_id": pl.String, "industry": pl.String})
    organisations = sound.get("organisations")
    if organisations is None or "industry" not in organisations.frame.columns:
        return sound, nothing
    separator = organisations.raw.conventions.industry_separator
    codes = _known(sound, "industries", "industry")
    split, activities = several_industries(organisations, separator, codes)
    return {**sound, "organisations": split}, activities


def _rules_between(sifted: Sifted, tables: Mapping[str, Sifted]) -> Sifted:
    if not sifted.frame.height:
        return sifted
    for column in sifted.table.columns:
        coded = (sifted.table.name, column.name) in CODED
        if column.name not in sifted.frame.columns or not (column.refers_to or coded):
            continue
        other, key = (column.refers_to or "industries.industry").split(".")
        known = _known(tables if other != sifted.table.name else {other: sifted}, other, key)
        if known is not None and sifted.table.name != "employment":
            sifted = reference(sifted, column, known)
    if sifted.table.name == "employment":
        sifted = codes_of_employment(sifted, _known(tables, "industries", "industry"))
        sifted = places_of_employment(sifted, _known(tables, "places", "place_id"))
    return repeated_ties(repeated_keys(self_ties(sifted)))


def _known(tables: Mapping[str, Sifted], name: str, key: str) -> pl.Series | None:
    table = tables.get(name)
    if table is None or not table.frame.height:
        return None
    return table.frame[key].drop_nulls().unique(maintain_order=True)


def _enough_left(sifted: Sifted, limit: float) -> Sifted:
    count = sifted.count
    if sifted.is_fatal or not count.read:
        return sifted
    reasons = [f for f in sifted.findings if f.severity == "set aside"]
    told = "; ".join(f"{f.rule} ({f.n:,} rows, e.g. row {f.rows[0]})" for f in reasons[:5])
    if count.set_aside <= limit * count.read and count.kept:
        return sifted
    return unsound(
        sifted, "too many rows would be set aside", "", n=count.set_aside,
        remedy=f"{count.set_aside:,} of {count.read:,} rows of {count.source} cannot be used: "
        f"{told}. Mend these first. If it is meant to be so, raise `set_aside_limit` in the "
        "section [study] of study.toml.",
    )  # fmt: skip


def _with_activities(
    frames: dict[str, pl.DataFrame], more: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    if "organisations" not in frames or not more.height:
        return frames
    known = frames["organisations"].select("org_id")
    more = more.join(known, on="org_id", how="semi", maintain_order="left")
    table: Table = table_named("activities")
    given = frames.get("activities", table.empty())
    new = more.join(given, on=["org_id", "industry"], how="anti", maintain_order="left")
    shaped = new.select("org_id", "industry", pl.lit(None, pl.Float64).alias("share"))
    return {**frames, "activities": pl.concat([given, shaped])}


def _quality(tables: Mapping[str, Sifted]) -> Quality:
    ordered = [tables[table.name] for table in TABLES if table.name in tables]
    aside = {
        table.table.name: rows for table in ordered if (rows := table.rows_aside()) is not None
    }
    readable = [table for table in ordered if set(table.raw.origin) <= set(table.frame.columns)]
    return Quality(
        tables=tuple(table.count for table in ordered),
        columns=tuple(count for table in readable for count in table.column_counts()),
        findings=tuple(finding for table in ordered for finding in table.findings),
        set_aside=aside,
        ignored_columns={t.table.name: t.raw.ignored for t in ordered if t.raw.ignored},
    )


def _is_blank(values: pl.Series) -> pl.Series:
    if values.dtype != pl.String:
        return values.is_null()
    return values.is_null() | (values.str.strip_chars() == "")
