"""Lists of exhibitors: who took part in which fair, as fairs publish them.

Understood is one table a fair, or one table of several with a column that names the fair, as
CSV, Excel or Parquet. Dates, and which fairs were cancelled, stand in a table `gatherings`
beside them (`name`, `start`, `end`, `cancelled`), where they are known. Organisations are the
same where they are written the same, apart from capitals and spaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from buzzline.errors import MissingFile, UnreadableFile
from buzzline.tables.cells import plain
from buzzline.tables.connectors.accounting import (
    accounted,
    located,
    note,
    raw_table,
    with_country_codes,
)
from buzzline.tables.connectors.published import (
    Published,
    Unusable,
    published_files,
    published_table,
    set_unusable_aside,
)
from buzzline.tables.quality import Finding
from buzzline.tables.sifting import FILE, ROW
from buzzline.tables.study import About, Study

KINDS = {"gatherings": ("gathering",), "lists": ("",)}  # every other table is a list
MOST_FIELDS = 6
NO_DATE = "Put a table `gatherings` with `name`, `start` and `end` beside the lists."
NO_LIST = "Write the name as in the lists, or add the list of who had planned to come."
# our name: names in published lists, without capitals and punctuation
LISTED = {
    "name": ("name", "exhibitor", "exhibitorname", "company", "companyname", "organisation",
             "organization", "exposant", "aussteller", "expositor"),
    "fair": ("fair", "gathering", "event", "exhibition", "salon", "messe", "feria"),
    "city": ("city", "cityguess", "ville", "stadt", "ciudad"),
    "country": ("iso2", "iso2guess", "countrycode", "country", "pays", "land", "pais"),
    "longitude": ("lon", "longitude", "lng"), "latitude": ("lat", "latitude"),
    "role": ("role",),
}  # fmt: skip
FIELDS = ("categories", "category", "sector", "sectors", "industry", "field", "products",
          *(f"field{k}" for k in range(1, MOST_FIELDS + 1)))  # fmt: skip
ABOUT = {
    "name": ("name", "fair", "gathering", "event"), "kind": ("kind", "type"),
    "start": ("start", "from", "firstday"), "end": ("end", "to", "lastday"),
    "edition": ("edition",), "cancelled": ("cancelled", "canceled"),
}  # fmt: skip

NOTES = (
    "Lists of exhibitors tell who was there, not who met whom, and not who came as a visitor. "
    "Without ties from before and after, nothing can be said of what came of it.",
    "Organisations are the same where their names are written the same; one that is written in "
    "two ways counts as two, and two of one name as one.",
)


def read_exhibitors(path: Path | str) -> Study:
    """Read lists of exhibitors into gatherings and attendance.

    Parameters
    ----------
    path : path
        Folder with a list for each fair (sub-folders are searched), or one list.

    Returns
    -------
    Study
        Organisations, their fields as activities, `gatherings` and `attendance`; no ties.

    Raises
    ------
    MissingFile, UnreadableFile
    InvalidTables
        More than half of a table would have to be set aside.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp())
    >>> listed = pl.DataFrame({"name": ["Rossi"], "lat": [44.0], "lon": [11.0]})
    >>> listed.write_csv(folder / "wool-days.csv")
    >>> read_exhibitors(folder).attendance.row(0)
    ('wool-days', 'rossi', 'exhibitor')
    """
    files = published_files(path, KINDS)
    if "lists" not in files:
        raise MissingFile(f"{path}: there is no list of exhibitors, only `gatherings`.")
    read = [published_table([file], "attendance") for file in files["lists"]]
    listed = pl.concat([_listed(published) for published in read])
    rows, nameless = set_unusable_aside(
        "attendance", listed, listed["org_id"].is_null(), column="name",
        rule="no name", remedy="Write the name of the exhibitor.",
    )  # fmt: skip
    said = [published_table([file], "gatherings") for file in files.get("gatherings", [])]
    gatherings, findings = _gatherings(rows, said)
    organisations = _organisations(rows)
    attendance = rows.select(ROW, FILE, "gathering_id", "org_id", "role").unique(
        ["gathering_id", "org_id", "role"], keep="first", maintain_order=True
    )
    activities = _activities(rows)
    tables = {
        "organisations": located(
            with_country_codes(raw_table("organisations", organisations)), "region"
        ),
        "activities": raw_table("activities", activities),
        "gatherings": raw_table("gatherings", gatherings, tuple(findings)),
        "attendance": raw_table("attendance", attendance, _twice(rows, attendance)),
    }
    about = About(
        title="Exhibitors of fairs", licence="as the fairs grant it",
        sources=tuple(str(file) for found in files.values() for file in found), notes=NOTES,
    )  # fmt: skip
    filled = {name: raw for name, raw in tables.items() if raw.frame.height}
    unusable: list[Unusable] = [nameless] if nameless else []
    return accounted(filled, unusable, about, read=[*read, *said])


def _own_columns(table: pl.DataFrame, names: Sequence[str]) -> list[str]:
    by_name = {plain(column).replace("_", ""): column for column in table.columns}
    return [by_name[name] for name in names if name in by_name]


def _listed(published: Published) -> pl.DataFrame:
    """Return one row an exhibitor of a list, with our names for the columns."""
    table = published.frame
    if not _own_columns(table, LISTED["name"]):
        raise UnreadableFile(
            f"{table[FILE][0]}: there is no column for the name of the exhibitor "
            f"({', '.join(LISTED['name'][:4])}, ...). Name it `name`."
        )
    split = [
        pl.col(name).cast(pl.String).str.split(",") for name in _own_columns(table, FIELDS)
    ]
    fields = pl.concat_list(split) if split else pl.lit(None, pl.List(pl.String))
    found = table.select(
        ROW, FILE, *(_first(table, name) for name in LISTED), fields.alias("fields")
    )
    stem = pl.col(FILE).str.replace(r"\.[^.]*$", "")
    fair = pl.coalesce(_clean("fair"), stem)
    return found.with_columns(
        _clean("name"), fair=fair, gathering_id=_slug(fair),
        org_id=_slug(_clean("name")).replace("", None),
        role=pl.coalesce(_clean("role"), pl.lit("exhibitor")).str.to_lowercase(),
    )  # fmt: skip


def _first(table: pl.DataFrame, name: str) -> pl.Expr:
    """Return the first column with one of the names as text; empty where there is none."""
    own = [_text(column) for column in _own_columns(table, LISTED[name])]
    return (pl.coalesce(own) if own else pl.lit(None, pl.String)).alias(name)


def _text(column: str) -> pl.Expr:
    text = pl.col(column).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)


def _clean(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars().str.replace_all(r"\s+", " ")
    return pl.when(text != "").then(text).alias(name)


def _slug(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"\s+", "-")


def _organisations(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row an organisation; where it is from the list that says most of it."""
    place = ["city", "country", "longitude", "latitude"]
    n_told = pl.sum_horizontal(pl.col(place).is_not_null())
    main = pl.col("fields").drop_nulls().first().list.drop_nulls().list.first()
    merged = rows.group_by("org_id", maintain_order=True).agg(
        pl.col(ROW, FILE, "name").first(), pl.col(place).get(n_told.arg_max()),
        industry=main.str.strip_chars(), region=pl.lit(None, pl.String),
    )  # fmt: skip
    placed = pl.col("longitude").is_not_null() & pl.col("latitude").is_not_null()
    return merged.with_columns(precision=pl.when(placed).then(pl.lit("city")))


def _activities(rows: pl.DataFrame) -> pl.DataFrame:
    listed = rows.select(ROW, FILE, "org_id", industry="fields").explode("industry")
    named = listed.with_columns(pl.col("industry").str.strip_chars())
    kept = named.filter(pl.col("industry").is_not_null() & (pl.col("industry") != ""))
    return kept.unique(["org_id", "industry"], keep="first", maintain_order=True)


def _gatherings(
    rows: pl.DataFrame, said: Sequence[Published]
) -> tuple[pl.DataFrame, list[Finding]]:
    """Return one row a fair, with its dates where a table tells them."""
    fairs = rows.group_by("gathering_id", maintain_order=True).agg(
        pl.col(ROW, FILE).first(), name=pl.col("fair").first()
    )
    parts = [
        one.frame.select(ROW, *(_first_about(one.frame, name) for name in ABOUT))
        for one in said
    ]
    empty = pl.DataFrame(schema={ROW: pl.Int64} | dict.fromkeys(ABOUT, pl.String))
    known = pl.concat(parts) if parts else empty
    known = known.with_columns(gathering_id=_slug(_clean("name"))).drop("name")
    once = known.drop(ROW).unique("gathering_id", keep="first", maintain_order=True)
    joined = fairs.join(
        once, on="gathering_id", how="left", validate="1:1", maintain_order="left"
    ).with_columns(
        kind=pl.coalesce("kind", pl.lit("fair")),
        edition=pl.coalesce("edition", pl.col("name").str.extract(r"\b((?:19|20)\d\d)\b")),
    )
    strange = known.join(fairs, on="gathering_id", how="anti")
    findings = [
        note("gatherings", rows, column, rule=rule, remedy=remedy)
        for rows, column, rule, remedy in (
            (joined.filter(pl.col("start").is_null()), "name", "no date", NO_DATE),
            (strange, "gathering_id", "no list of exhibitors", NO_LIST),
        )
        if rows.height
    ]
    return joined, findings


def _first_about(table: pl.DataFrame, name: str) -> pl.Expr:
    own = [_text(column) for column in _own_columns(table, ABOUT[name])]
    return (pl.coalesce(own) if own else pl.lit(None, pl.String)).alias(name)


def _twice(rows: pl.DataFrame, attendance: pl.DataFrame) -> tuple[Finding, ...]:
    keys = ["gathering_id", "org_id", "role"]
    twice = rows.filter(pl.struct(keys).is_first_distinct().not_())
    if not twice.height or attendance.height == rows.height:
        return ()
    return (note("attendance", twice, "name", rule="listed twice", remedy=(
        "Each organisation counts once a fair and role.")),)  # fmt: skip
