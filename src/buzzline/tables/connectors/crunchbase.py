"""The Crunchbase export: who bought whom, who invested in whom.

Understood are the files as they were published (`acquisitions.csv`, `companies.csv`,
`investments.csv`, `rounds.csv`, also as Parquet) and an extract whose organisations stand in a
file `firms`. Organisations are those listed and all ends of deals; where several rows describe
one organisation, each field is taken from the first row that fills it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from buzzline.errors import UnreadableFile
from buzzline.tables.connectors.accounting import (
    accounted,
    located,
    note,
    raw_table,
    with_country_codes,
)
from buzzline.tables.connectors.published import (
    Unusable,
    published_files,
    published_table,
    set_unusable_aside,
)
from buzzline.tables.quality import Finding
from buzzline.tables.sifting import FILE, ROW, RawTable
from buzzline.tables.study import About, Study

KINDS = {
    "acquisitions": ("acquisition",),
    "investments": ("investment",),
    "rounds": ("round",),
    "organisations": ("companies", "organizations", "organisations", "firms"),
}
COUNTED_AS = {
    "acquisitions": "linkages", "investments": "linkages", "rounds": "organisations",
    "organisations": "organisations",
}  # fmt: skip
DEALS = {"acquisitions": ("acquirer", "company"), "investments": ("investor", "company")}
AMOUNTS = {"acquisitions": "price_amount", "investments": "raised_amount_usd"}
DAYS = {"acquisitions": "acquired_at", "investments": "funded_at"}
ENDS = (
    ("acquisitions", "company"), ("acquisitions", "acquirer"), ("investments", "company"),
    ("investments", "investor"), ("rounds", "company"),
)  # fmt: skip

# field of an organisation: names it has in the files, behind a prefix such as `company_`
FIELDS = {
    "org_id": ("permalink",), "name": ("name",),
    "industry": ("category_list", "market"), "country": ("country_code",),
    "state": ("state_code",), "region": ("region",), "city": ("city",),
    "longitude": ("lon", "longitude"), "latitude": ("lat", "latitude"),
    "opened": ("founded_at",),
}  # fmt: skip
THEIRS = {field: names[0] for field, names in FIELDS.items()} | {"weight": "amount"}
PERMALINK = r"^/[a-z][a-z0-9-]*/."  # "/organization/bmw", "/person/..."
NOTES = (
    "Who is in Crunchbase is no sample: the export leans to the United States, to information "
    "technology and to venture-backed organisations; elsewhere ties are missing, not absent.",
    "Deals of recent years are recorded far more completely than older ones (in the export of "
    "December 2015 the years 2014 and 2015 are a third of all acquisitions).",
    "Many targets have no city or industry (26 % each in that export); small and "
    "foreign organisations lack them most often.",
    "Coordinates are those of city centres, so distances within a city count as zero.",
    "Categories stand in alphabetical order, so the main industry, the first of them, is a "
    "convention; analyses of industries use all of them.",
    "Prices are known for about a quarter of the acquisitions, the large ones.",
)


def read_crunchbase(path: Path | str) -> Study:
    """Read a Crunchbase export.

    Parameters
    ----------
    path : path
        Folder with the files as published, or one of them.

    Returns
    -------
    Study
        Layers `acquisition` (from acquirer to the organisation bought; weight is the price in
        million USD where given in USD) and `investment` (from investor to the organisation
        invested in; weight is the amount of the whole round).

    Raises
    ------
    MissingFile, UnreadableFile
    InvalidTables
        More than half of a table would have to be set aside.
    MissingPackage
        Organisations lack coordinates, and the gazetteer is not installed.
    """
    files = published_files(path, KINDS)
    read = {kind: published_table(found, COUNTED_AS[kind]) for kind, found in files.items()}
    tables = {kind: published.frame for kind, published in read.items()}
    if not set(DEALS) & set(tables):
        raise UnreadableFile(
            f"{path}: there are organisations, but no deals. Add acquisitions.csv or "
            "investments.csv of the same export."
        )
    people, strangers = _organisations(tables)
    deals, shifted = _deals(tables)
    about = About(
        title="Crunchbase: " + " and ".join(kind for kind in DEALS if kind in tables),
        licence="CC BY-NC 4.0 (Crunchbase export); not for commercial use",
        sources=tuple(str(file) for found in files.values() for file in found),
        notes=NOTES,
    )
    raw = {"organisations": people, "linkages": deals}
    return accounted(raw, [*strangers, *shifted], about, read=list(read.values()))


def _organisations(tables: dict[str, pl.DataFrame]) -> tuple[RawTable, list[Unusable]]:
    """Return one row an organisation, and those whose identifier shows a shifted row."""
    listed = [_described(tables["organisations"], "")] if "organisations" in tables else []
    ends = [
        _described(tables[kind], f"{end}_").with_columns(
            kind=pl.lit("investor" if end == "investor" else None, dtype=pl.String)
        )
        for kind, end in ENDS
        if kind in tables
    ]
    rows = pl.concat([*listed, *ends], how="diagonal_relaxed").drop_nulls("org_id")
    described = [name for name in rows.columns if name not in ("org_id", ROW, FILE)]
    merged = rows.group_by("org_id", maintain_order=True).agg(
        pl.col(ROW, FILE).first(), pl.col(described).drop_nulls().first()
    )
    merged = merged.with_columns(
        precision=pl.when(pl.col("longitude").is_not_null()).then(pl.lit("city"))
    )
    merged, aside = _without_shifted("organisations", merged, "org_id")
    usable = rows.join(merged, on="org_id", how="semi", maintain_order="left")
    merged, swallowed = _without_swallowed_lines(merged)
    raw = raw_table(
        "organisations", merged, (*_contradictions(usable), *swallowed), origin=THEIRS
    )
    raw = located(with_country_codes(raw), "state")
    return replace(raw, frame=raw.frame.drop("state")), aside


def _described(table: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Return what a table says of its organisations, one row a row of the table."""
    names = {name.strip().lower(): name for name in table.columns}
    if prefix + "name" not in names:
        raise UnreadableFile(
            f"{table[FILE][0]}: there is no column `{prefix}name`; is it a file of the "
            "Crunchbase export?"
        )
    columns = [pl.col(ROW), pl.col(FILE)]
    for field, theirs in FIELDS.items():
        own = next((names[prefix + name] for name in theirs if prefix + name in names), None)
        columns.append((pl.col(own) if own else pl.lit(None, pl.String)).alias(field))
    return table.select(columns).with_columns(
        pl.coalesce("org_id", "name").alias("org_id"),  # some extracts come without permalinks
        pl.col("longitude", "latitude").cast(pl.Float64),
    )


def _deals(tables: dict[str, pl.DataFrame]) -> tuple[RawTable, list[Unusable]]:
    """Return one row a deal, and the rows whose cells are shifted."""
    parts: list[pl.DataFrame] = []
    findings: list[Finding] = []
    shifted: list[Unusable] = []
    for kind, ends in DEALS.items():
        if kind not in tables:
            continue
        columns = [
            _described(tables[kind], f"{end}_")["org_id"].alias(side)
            for side, end in zip(("source", "target"), ends, strict=True)
        ]
        amounts, said = _amounts(tables[kind], AMOUNTS[kind])
        findings += said + _marked_suspect(tables[kind], DAYS[kind])
        table = _linkages(tables[kind].with_columns(*columns, amounts), kind)
        for end in ("source", "target"):
            table, aside = _without_shifted("linkages", table, end)
            shifted += aside
        parts.append(table)
    return raw_table("linkages", pl.concat(parts), tuple(findings), origin=THEIRS), shifted


def _linkages(table: pl.DataFrame, kind: str) -> pl.DataFrame:
    day = pl.col(DAYS[kind])
    start = day.cast(pl.Date) if table.schema[DAYS[kind]].is_temporal() else day
    return table.select(
        ROW, FILE, "source", "target",
        pl.lit(kind.removesuffix("s")).alias("layer"),
        pl.lit(value=True).alias("directed"),
        "weight",
        pl.when(pl.col("weight").is_not_null()).then(pl.lit("musd")).alias("unit"),
        start.cast(pl.String).alias("start"),
        pl.lit("Crunchbase").alias("observed_by"),
        pl.lit("money").alias("content"),
        pl.lit(value=True).alias("formal"),
    )  # fmt: skip


def _amounts(table: pl.DataFrame, column: str) -> tuple[pl.Series, list[Finding]]:
    """Return amounts in million USD; missing when unknown, nought or in another currency."""
    if column not in table.columns:
        return pl.Series("weight", [None] * table.height, dtype=pl.Float64), []
    amount = table[column].cast(pl.Float64, strict=False)
    currency = "price_currency_code"
    is_foreign = pl.Series([False] * table.height)
    if column == "price_amount" and currency in table.columns:
        is_foreign = amount.is_not_null() & (table[currency] != "USD").fill_null(value=False)
    is_nought = (amount == 0).fill_null(value=False)
    said = [
        note("linkages", table.filter(where), column, rule=rule, remedy=remedy)
        for where, rule, remedy in (
            (table[column].is_not_null() & amount.is_null(), "amount is no number",
             "The tie is kept without a weight."),
            (is_foreign, "amount in another currency",
             "The tie is kept without a weight: exchange rates are not in the data."),
            (is_nought, "amount of nought",
             "Taken for unknown; the tie is kept without a weight."),
        )
        if where.any()
    ]  # fmt: skip
    frame = pl.DataFrame({"amount": amount, "unknown": is_foreign | is_nought})
    musd = pl.when(~pl.col("unknown")).then(pl.col("amount") / 1e6).alias("weight")
    return frame.select(musd).to_series(), said


def _without_shifted(
    name: str, table: pl.DataFrame, column: str
) -> tuple[pl.DataFrame, list[Unusable]]:
    """Set aside rows whose identifier is no permalink, where identifiers are permalinks."""
    is_permalink = table[column].cast(pl.String).str.contains(PERMALINK).fill_null(value=True)
    if is_permalink.sum() < 0.5 * table.height:  # an extract with other identifiers
        return table, []
    usable, aside = set_unusable_aside(
        name, table, ~is_permalink, column=column, rule="cells are shifted",
        remedy="The identifier is no permalink such as `/organization/name`: the cells of this "
        "row stand in the wrong columns. Mend the row in the file.",
    )  # fmt: skip
    return usable, [aside] if aside else []


def _without_swallowed_lines(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Cut names at a line break: an unclosed quotation mark made the cell swallow lines."""
    lines = rows["name"].str.count_matches("\n").fill_null(0)
    if not lines.sum():
        return rows, []
    finding = note(
        "organisations",
        rows.filter(lines > 0).with_columns(pl.col("name").str.slice(0, 60)), "name",
        rule="cell swallowed lines",
        remedy=f"After an unclosed quotation mark {int(lines.sum()):,} lines of the file stand "
        "in this cell; they were not read. The name was cut at the first of them. Remove "
        "the quotation mark in the file and read it again.",
    )  # fmt: skip
    cut = rows.with_columns(pl.col("name").str.extract(r"^([^\t\n]*)"))
    return cut, [replace(finding, severity="repaired")]


def _marked_suspect(table: pl.DataFrame, column: str) -> list[Finding]:
    if "date_suspect" not in table.columns:
        return []
    rows = table.filter(pl.col("date_suspect"))
    return [
        note("linkages", rows, column, rule="date marked as suspect in the extract",
              remedy="Kept where it is a possible date; look it up at the source.")
    ] if rows.height else []  # fmt: skip


def _contradictions(rows: pl.DataFrame) -> list[Finding]:
    """Say how many organisations are described differently in different rows."""
    findings = []
    for field in ("name", "country", "city"):
        differing = rows.group_by("org_id", maintain_order=True).agg(
            pl.col(ROW).first(), pl.col(field).drop_nulls().n_unique().alias("n"),
            pl.col(field).drop_nulls().unique(maintain_order=True).head(2).alias("said"),
        ).filter(pl.col("n") > 1)  # fmt: skip
        if differing.height:
            shown = differing.select(pl.col("said").list.join(" / ").alias(field), ROW)
            findings.append(note("organisations", shown, field,
                                  rule=f"{field} differs between rows",
                                  remedy="The first one is used."))  # fmt: skip
    return findings
