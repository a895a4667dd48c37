"""Input-output tables of the United States, as flows between industries of the NAICS.

The use table says what each industry (a column) buys of each commodity (a row). A purchase is
taken for a flow from the industry that makes the commodity as its main product, which has the
same code. The Bureau's industries and those of the NAICS hold each other many to many, so each
flow is shared out twice:

1. Each six-digit industry n that lies in k industries of the table gives 1/k of its jobs to
   each (of 1 where no jobs are given).
2. The flow between two industries of the table is shared out in proportion to the product of
   what was given on both sides.

Shares of both sides add up to one, so that totals are kept, and a coarser level is the sum of
its parts.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import polars as pl

from buzzline.errors import InvalidArgument, MissingFile, UnreadableFile
from buzzline.tables.connectors.american_areas import columns_of
from buzzline.tables.formats import is_table_file, tables_in
from buzzline.tables.quality import Finding, Quality
from buzzline.tables.source import NUMBER
from buzzline.tables.study import About, Study

FINAL = re.compile(r"^(T\d|F\d|NA)")  # final demand, totals, empty columns
VALUE_ADDED = re.compile(r"^(T\d|V\d)")
DIGITS = 6
SPANS = {"31": "31-33", "32": "31-33", "33": "31-33", "44": "44-45", "45": "44-45",
         "48": "48-49", "49": "48-49"}  # fmt: skip
CROSSWALK = {
    "bea": (
        "bea_2017_detail_code",
        "bea_2012_detail_code",
        "bea_code",
        "bea_2017_summary_code",
    ),
    "naics": ("naics_2017_code", "naics_2012_code", "naics_code"),
}


def read_bea_flows(
    path: Path | str,
    *,
    crosswalk: Path | str | None = None,
    employment: pl.DataFrame | None = None,
    digits: int = DIGITS,
) -> Study:
    """Read a use table of the Bureau of Economic Analysis as flows between NAICS industries.

    Parameters
    ----------
    path : path
        The use table in producer prices (rows: commodities, columns: industries, million USD);
        its year is told by the name of the file.
    crosswalk : path, optional
        Table of the Bureau's codes and those of the NAICS; by default the file beside the
        table whose name holds `crosswalk`.
    employment : DataFrame, optional
        As `study.employment`; flows are shared out by its jobs (last year, six digits). Where
        a code has none, and by default, all codes count alike.
    digits : int
        Length of the codes returned, 2 to 6.

    Returns
    -------
    Study
        `industry_flows` of the kind `input_output` in million USD. What could not be brought to
        the NAICS (scrap, used goods, imports without a counterpart, government) is told in
        `about.notes`, with its share.

    Raises
    ------
    MissingFile, UnreadableFile, InvalidArgument
    """
    if not 2 <= digits <= DIGITS:
        raise InvalidArgument(f"read_bea_flows: `digits` must be 2 to {DIGITS}, got {digits}")
    table, beside = Path(path), Path(path).parent
    if not table.is_file():
        raise MissingFile(f"{table}: name the file of one use table.")
    codes = Path(crosswalk) if crosswalk is not None else _beside(beside)
    flows = _long(table)
    shares = _shares(codes, employment)
    known = shares["bea"].unique().implode()
    mapped = pl.col("from").is_in(known) & pl.col("to").is_in(known)
    negative = flows.filter(pl.col("value") < 0)
    kept = flows.filter(mapped & (pl.col("value") > 0))
    year = _year(table)
    brought = _shared_out(kept, shares, digits).with_columns(
        kind=pl.lit("input_output"), unit=pl.lit("musd"), year=pl.lit(year, pl.Int64)
    )
    lost = sorted(set(flows.filter(~mapped)["from"]) - set(shares["bea"]))
    part, total = float(kept["value"].sum()), float(flows["value"].sum())
    notes = (
        f"{part:,.0f} of {total:,.0f} million USD of purchases between industries "
        f"({part / total:.1%}) are brought to the NAICS; the rest is of commodities without a "
        f"counterpart there ({', '.join(lost[:6])}) or bought by industries without one.",
        "A commodity counts as sold by the industry whose main product it is.",
    )
    about = About(
        f"Input-output table {year or ''}".strip(), "Public domain (U.S. BEA)",
        (str(table), str(codes)), notes, Quality(findings=_negative(negative)),
    )  # fmt: skip
    return Study.of(about=about, industry_flows=brought)


def _beside(folder: Path) -> Path:
    found = sorted(
        file for file in folder.iterdir()
        if "crosswalk" in file.name.lower() and is_table_file(file)
    )  # fmt: skip
    if not found:
        raise MissingFile(
            f"{folder}: there is no crosswalk between codes beside the table; pass `crosswalk`."
        )
    return found[0]


def _frame(file: Path) -> pl.DataFrame:
    source = tables_in(file)[0]
    return source.load(source.columns, None).frame.drop(NUMBER)


def _long(file: Path) -> pl.DataFrame:
    """Return purchases between industries: `from` (commodity), `to` (industry), `value`."""
    frame = _frame(file)
    first, *columns = frame.columns
    industries = [name for name in columns if not FINAL.match(name)]
    rows = frame.filter(~pl.col(first).str.contains(VALUE_ADDED.pattern))
    if not industries or not rows.height:
        raise UnreadableFile(
            f"{file.name}: is no use table: codes of commodities are expected in the first "
            "column and codes of industries in the header."
        )
    long = rows.unpivot(industries, index=first, variable_name="to", value_name="value")
    value = pl.col("value").cast(pl.Float64, strict=False)
    return long.rename({first: "from"}).with_columns(value).filter(pl.col("value") != 0)


def _line_by_line(file: Path) -> pl.DataFrame:
    """Read a crosswalk whose titles have stray quotation marks: a line is a row."""
    lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    header, *rows = (next(csv.reader([line])) for line in lines if line.strip())
    width = len(header)
    return pl.DataFrame(
        [[*row, *[None] * width][:width] for row in rows],
        schema=dict.fromkeys(header, pl.String), orient="row",
    )  # fmt: skip


def _shares(file: Path, employment: pl.DataFrame | None) -> pl.DataFrame:
    """Return `bea`, `naics`, `share`: what an industry of the table is made up of."""
    frame = _line_by_line(file) if file.suffix.lower() == ".csv" else _frame(file)
    columns = columns_of(frame, CROSSWALK)
    if set(columns) != {"bea", "naics"}:
        raise UnreadableFile(f"{file.name}: columns with codes of BEA and NAICS are needed.")
    text = {ours: pl.col(theirs).cast(pl.String) for ours, theirs in columns.items()}
    pairs = frame.select(text["bea"].alias("bea"), text["naics"].alias("naics")).unique()
    pairs = pairs.filter(pl.col("naics").str.contains(rf"^\d{{{DIGITS}}}$")).drop_nulls()
    jobs = _jobs(employment)
    given = pairs.join(jobs, on="naics", how="left", validate="m:1").with_columns(
        pl.col("jobs").fill_null(0.0) / pl.len().over("naics"),
        (1.0 / pl.len().over("naics")).alias("even"),
    )
    has_jobs = pl.col("jobs").sum().over("bea") > 0
    weight = pl.when(has_jobs).then("jobs").otherwise("even")
    return given.select("bea", "naics", share=weight / weight.sum().over("bea")).sort(
        "bea", "naics"
    )


def _jobs(employment: pl.DataFrame | None) -> pl.DataFrame:
    nothing = pl.DataFrame(schema={"naics": pl.String, "jobs": pl.Float64})
    if employment is None or not employment.height:
        return nothing
    last = employment["year"].max()
    rows = employment.filter(pl.col("size_class").is_null() & pl.col("year").eq_missing(last))
    return rows.group_by(pl.col("industry").alias("naics")).agg(pl.col("jobs").sum())


def _shared_out(flows: pl.DataFrame, shares: pl.DataFrame, digits: int) -> pl.DataFrame:
    """Return flows between codes of the NAICS, whose sum is that of the flows given."""
    code = pl.col("naics").str.head(digits).replace(SPANS)
    parts = shares.group_by("bea", code).agg(pl.col("share").sum())
    sides = {
        "industry": parts.rename({"bea": "from", "naics": "industry", "share": "sold"}),
        "other": parts.rename({"bea": "to", "naics": "other", "share": "bought"}),
    }
    joined = flows.join(sides["industry"], on="from").join(sides["other"], on="to")
    value = pl.col("value") * pl.col("sold") * pl.col("bought")
    return (
        joined.group_by("industry", "other")
        .agg(value.sum().alias("value"))
        .filter(pl.col("value") > 0)
        .sort("industry", "other")
    )


def _negative(rows: pl.DataFrame) -> tuple[Finding, ...]:
    if not rows.height:
        return ()
    examples = tuple(f"{r['from']} to {r['to']}" for r in rows.head(3).iter_rows(named=True))
    return (
        Finding("industry_flows", "value", "negative purchases", "set aside", rows.height, (),
                examples, f"Left out: {rows['value'].sum():,.0f} million USD of corrections."),
    )  # fmt: skip


def _year(file: Path) -> int | None:
    found = re.search(r"(?:19|20)\d\d", file.name)
    return int(found[0]) if found else None
