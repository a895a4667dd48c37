"""County Business Patterns: jobs and establishments by area and industry, United States.

Understood are the files of the Census Bureau as published (`cbp19msa.txt`, `cbp19co.txt`, with
codes such as `113///` and size classes `n5_9`), answers of its API saved as CSV, and tidy
extracts (`cbsa`, `naics`, `emp`, `estab`), one file a year or several years in one. Beside
them may stand definitions of clusters (six-digit code, cluster, traded), titles of industries,
and names of areas; files are told by their names, see `KINDS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from buzzline.errors import MissingFile, UnreadableFile
from buzzline.tables.codes import depth, within
from buzzline.tables.connectors.accounting import accounted, note, raw_table
from buzzline.tables.connectors.american_areas import area_table, columns_of
from buzzline.tables.connectors.published import (
    Published,
    published_files,
    published_table,
)
from buzzline.tables.quality import Finding
from buzzline.tables.sifting import FILE, ROW
from buzzline.tables.study import About, Study

# in this order: what a word in the name of a file says it is
KINDS = {
    "employment": ("cbp", "county_business_patterns"),
    "definitions": ("to_cluster", "cluster_subcluster", "cluster_definition"),
    "titles": ("naics",),
    "areas": ("cbsa", "msa", "area", "delineation", "list1", "count", "region"),
}

# our name: names in the files, as `plain` writes them
EMPLOYMENT = {
    "place_id": ("cbsa", "msa", "geoid", "area", "county_fips", "fips", "stco_code",
                 "metropolitan_statistical_area_micropolitan_statistical_area"),
    "industry": ("naics", "naics2022", "naics2017", "naics2012", "naics2007", "naics_code"),
    "year": ("year",),
    "jobs": ("emp", "employment"),
    "establishments": ("estab", "est", "establishments"),
    "flag": ("empflag", "emp_f"), "noise": ("emp_nf",),
    "state": ("fipstate", "state"), "county": ("fipscty", "county"),
}  # fmt: skip
DEFINITIONS = {
    "industry": ("naics6", "naics", "naics_code", "industry"),
    "cluster": ("cluster", "cluster_name"),
    "traded": ("traded", "traded_local"), "vintage": ("naics_vintage", "vintage"),
    "title": ("naics_title", "description", "title"),
}  # fmt: skip
TITLES = {
    "industry": ("naics_code", "naics", "code", "2017_naics_us_code"),
    "title": ("naics_name", "title", "description", "descriptn", "2017_naics_us_title"),
}
SIZES = {
    "1-4": ("n1_4", "n_5"), "5-9": ("n5_9",), "10-19": ("n10_19",), "20-49": ("n20_49",),
    "50-99": ("n50_99",), "100-249": ("n100_249",), "250-499": ("n250_499",),
    "500-999": ("n500_999",), "1000+": ("n1000",),
}  # fmt: skip
CELL = (ROW, FILE, "place_id", "industry", "year", "jobs", "establishments", "suppressed")
SPANS = {"31": "31-33", "44": "44-45", "48": "48-49"}
ALL = "00"
WITHHELD = ("S", "D", *"ABCEFGHIJKLM")  # marks for jobs; G, H and J of `emp_nf` only say noise
NOISY = ("G", "H", "J")
YES = ("true", "traded", "yes", "1", "1.0")
NOTES = (
    "County Business Patterns leave out farms, railways, government and the self-employed.",
    "Since 2017 cells with fewer than three establishments are not published: a cell that is "
    "absent may be none or withheld. The share of all jobs in no published cell is told with "
    "every result, and jobs of all industries are those published for the area.",
    "Small random noise was added to published jobs, so that parts do not add up exactly.",
)


def read_cbp(
    path: Path | str,
    *,
    definitions: Path | str | None = None,
    areas: Path | str | None = None,
    titles: Path | str | None = None,
) -> Study:
    """Read County Business Patterns.

    Parameters
    ----------
    path : path
        One file, or a folder with one or more years; the year is told by a column or by the
        name of the file. Files for the parameters below are also found there by their names.
    definitions : path, optional
        Clusters of six-digit industries: code, cluster and traded (or local). Where a code
        stands in several vintages of the classification, the newest counts.
    areas : path, optional
        Names and population of the areas, coordinates if it has them.
    titles : path, optional
        Titles of industries of all levels.

    Returns
    -------
    Study
        `employment`, `industries` (parents, levels, and for six digits cluster and traded) and
        `places`. Areas without coordinates get those of their principal city.

    Raises
    ------
    MissingFile, UnreadableFile
    InvalidTables
        More than half of a table would have to be set aside.
    """
    files = _files(path, {"definitions": definitions, "areas": areas, "titles": titles})
    read = {
        kind: published_table(found, "places" if kind == "areas" else "industries")
        if kind != "employment"
        else published_table(found, "employment")
        for kind, found in files.items()
    }
    jobs = _employment(read["employment"].frame)
    findings = _findings(jobs)
    industries = _industries(jobs, read)
    named = read["areas"].frame if "areas" in read else None
    places, located = area_table(jobs, named)
    about = About(
        title="County Business Patterns " + ", ".join(map(str, _years(jobs))),
        licence="Public domain (U.S. Census Bureau)",
        sources=tuple(str(file) for found in files.values() for file in found),
        notes=NOTES,
    )
    raw = {
        "employment": raw_table("employment", jobs, findings),
        "industries": raw_table("industries", industries),
        "places": raw_table("places", places, located),
    }
    return accounted(raw, [], about, read=[read["employment"]])


def _files(path: Path | str, told: Mapping[str, Path | str | None]) -> dict[str, list[Path]]:
    place = Path(path)
    found = (
        {"employment": [place]} if place.is_file() else published_files(place, KINDS)
    )  # one file is employment, whatever its name
    if "employment" not in found:
        raise MissingFile(
            f"{place}: no file of County Business Patterns; its name should hold `cbp`, as in "
            "`cbp19msa.txt`."
        )
    for kind, file in told.items():
        if file is not None:
            if not Path(file).is_file():
                raise MissingFile(f"{file}: no such file. Check the path.")
            found[kind] = [Path(file)]
    return found


def _employment(frame: pl.DataFrame) -> pl.DataFrame:
    columns = columns_of(frame, EMPLOYMENT)
    if not {"industry", "jobs"} <= set(columns) or not {"place_id", "county"} & set(columns):
        raise UnreadableFile(
            f"{frame[FILE][0]}: columns of an area (`msa`, `cbsa`, `fipstate` and `fipscty`), "
            "`naics` and `emp` are needed; it has " + ", ".join(frame.columns[:12]) + "."
        )
    sizes = columns_of(frame, SIZES)
    wanted = {**{theirs: ours for ours, theirs in columns.items()},
              **{theirs: f"size {size}" for size, theirs in sizes.items()}}  # fmt: skip
    rows = frame.select(ROW, FILE, *wanted).rename(wanted)
    rows = rows.with_columns(
        _area(set(columns)),
        _code().alias("industry"),
        _year("year" in columns).alias("year"),
        pl.col("jobs").cast(pl.Float64, strict=False),
        *([pl.col("establishments").cast(pl.Float64, strict=False)]
          if "establishments" in columns else []),
        _withheld(set(columns)).alias("suppressed"),
    )  # fmt: skip
    rows = rows.with_columns(jobs=pl.when(~pl.col("suppressed")).then(pl.col("jobs")))
    kept = [name for name in CELL if name in rows.columns]
    return pl.concat([rows.select(kept), *_by_size(rows, list(sizes))], how="diagonal")


def _area(known: set[str]) -> pl.Expr:
    text = {name: pl.col(name).cast(pl.String).str.strip_chars() for name in known}
    if {"state", "county"} <= known and "place_id" not in known:
        joined = text["state"].str.zfill(2) + text["county"].str.zfill(3)
        return joined.alias("place_id")
    return text["place_id"].str.zfill(5).alias("place_id")


def _code() -> pl.Expr:
    """Return codes without the signs that fill them up; spans of sectors by their full name."""
    given = pl.col("industry").cast(pl.String).str.strip_chars()
    bare = pl.when(given.str.contains(r"^\d\d-\d\d$")).then(given).otherwise(
        given.str.strip_chars_end("-/")
    )  # fmt: skip
    return bare.replace({"": ALL, **SPANS})


def _year(told: bool) -> pl.Expr:
    named = pl.col(FILE).str.extract(r"((?:19|20)\d\d)")
    short = pl.col(FILE).str.to_lowercase().str.extract(r"cbp_?(\d\d)")
    century = pl.when(short.cast(pl.Int64) > 80).then(pl.lit("19")).otherwise(pl.lit("20"))
    of_file = pl.coalesce(named, century + short).cast(pl.Int64)
    return (
        pl.coalesce(pl.col("year").cast(pl.Int64, strict=False), of_file) if told else of_file
    )


def _withheld(known: set[str]) -> pl.Expr:
    marks = [
        pl.col(name).cast(pl.String).str.strip_chars().str.to_uppercase()
        for name in ("flag", "noise")
        if name in known
    ]
    if not marks:
        return pl.lit(value=False)
    has_jobs = pl.col("jobs").cast(pl.Float64, strict=False) > 0
    told = [mark.is_in(WITHHELD) & ~(mark.is_in(NOISY) & has_jobs) for mark in marks]
    return pl.any_horizontal(flag.fill_null(value=False) for flag in told)


def _by_size(rows: pl.DataFrame, sizes: list[str]) -> list[pl.DataFrame]:
    """Return establishments by size class, one row each; jobs are not published by size."""
    if not sizes:
        return []
    index, classes = [ROW, FILE, "place_id", "industry", "year"], [f"size {s}" for s in sizes]
    long = rows.select(*index, *classes).unpivot(
        classes,
        index=index,
        variable_name="size_class", value_name="establishments",
    )  # fmt: skip
    long = long.with_columns(
        pl.col("size_class").str.strip_prefix("size "),
        pl.col("establishments").cast(pl.Float64, strict=False),
    )
    return [long.filter(pl.col("establishments") > 0)]


def _years(jobs: pl.DataFrame) -> list[int]:
    years = jobs["year"].drop_nulls().unique().sort().to_list()
    if not years:
        raise UnreadableFile(
            f"{jobs[FILE][0]}: the year is neither in a column `year` nor in the name of the "
            "file. Rename it, for example to cbp_2019.csv."
        )
    return years


def _findings(jobs: pl.DataFrame) -> tuple[Finding, ...]:
    empty = jobs.filter((pl.col("jobs") == 0) & ~pl.col("suppressed"))
    if not empty.height:
        return ()
    return (
        note("employment", empty, "industry", rule="establishments without jobs",
             remedy="Kept as published: no jobs in the week of 12 March."),
    )  # fmt: skip


def _industries(jobs: pl.DataFrame, read: Mapping[str, Published]) -> pl.DataFrame:
    """Return one row a code: level and parent by its form, the rest as the files tell."""
    codes = jobs["industry"].drop_nulls().unique().sort().to_list()
    parent = within([code for code in codes if code != ALL])
    frame = pl.DataFrame(
        {
            "industry": codes,
            "level": [1 if code == ALL else depth(code) for code in codes],
            "parent": [
                parent.get(code, ALL if ALL in codes and code != ALL else None)
                for code in codes
            ],
        },
        schema={"industry": pl.String, "level": pl.Int64, "parent": pl.String},
    )
    known = {"titles": TITLES, "definitions": DEFINITIONS}
    parts = [
        _described(read[kind].frame, names) for kind, names in known.items() if kind in read
    ]
    for part in parts:
        frame = frame.join(
            part, on="industry", how="left", maintain_order="left", suffix="_new"
        )
        if "title_new" in frame.columns:
            frame = frame.with_columns(pl.coalesce("title", "title_new")).drop("title_new")
    here = jobs[FILE][0]
    return frame.with_row_index(ROW, offset=2).with_columns(pl.lit(here).alias(FILE))


def _described(frame: pl.DataFrame, names: Mapping[str, tuple[str, ...]]) -> pl.DataFrame:
    """Return code, title, cluster and traded, of the newest vintage where there are several."""
    columns = columns_of(frame, names)
    needed = {"industry", "cluster"} if "cluster" in names else {"industry", "title"}
    if not needed <= set(columns):
        raise UnreadableFile(
            f"{frame[FILE][0]}: columns {' and '.join(sorted(needed))} were not found; it has "
            + ", ".join(frame.columns[:12]) + "."
        )  # fmt: skip
    rows = frame.select(pl.col(theirs).alias(ours) for ours, theirs in columns.items())
    if "vintage" in columns:
        rows = rows.sort(pl.col("vintage").cast(pl.Int64, strict=False), descending=True,
                         maintain_order=True).drop("vintage")  # fmt: skip
    if "traded" in columns:
        said = pl.col("traded").cast(pl.String).str.to_lowercase()
        rows = rows.with_columns(
            pl.when(said.is_not_null()).then(said.is_in(YES)).alias("traded")
        )
    texts = pl.col("industry").cast(pl.String).str.strip_chars()
    rows = rows.with_columns(texts.replace(SPANS)).drop_nulls("industry")
    return rows.unique("industry", keep="first", maintain_order=True)
