"""CORDIS: who researched with whom in the framework programmes of the European Union.

Understood are the files of organisations and projects of any framework programme (FP7, Horizon
2020, Horizon Europe), as CSV, JSON, Excel or Parquet, several programmes at once. The partners
of a project are all tied to each other; a tie weighs 1 / (k - 1) in a project with k partners,
so that each partner's ties of one project add up to one [1]_.

References
----------
.. [1] Newman, M. E. J. (2001). Scientific collaboration networks II. Physical Review E 64,
   016132. doi:10.1103/PhysRevE.64.016132
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from buzzline.errors import MissingFile, UnreadableFile
from buzzline.quantities import Kilometres
from buzzline.tables.cells import plain
from buzzline.tables.connectors.accounting import (
    accounted,
    located,
    note,
    raw_table,
    with_country_codes,
)
from buzzline.tables.connectors.consortia import (
    FIELD_OF_PROJECTS,
    about_participations,
    activities,
    selection,
    ties,
)
from buzzline.tables.connectors.cordis_fields import fields_of, industry_table
from buzzline.tables.connectors.published import published_files, published_table
from buzzline.tables.gazetteer import locate
from buzzline.tables.quality import Finding
from buzzline.tables.sifting import FILE, ROW, RawTable
from buzzline.tables.study import About, Study
from buzzline.tables.worlds import great_circle_km

KINDS = {
    "participations": ("organization", "organisation", "participa", "orgs"),
    "projects": ("project",),
}

# our name: names in the files of the programmes, without capitals and punctuation
PARTICIPATION = {
    "project": ("projectid", "projectreference", "projectrcn"),
    "org_id": ("organisationid", "organizationid", "pic", "id"),
    "name": ("name",), "city": ("city",), "country": ("country",),
    "nuts": ("nutscode", "nuts"), "activity": ("activitytype",), "sme": ("sme",),
    "role": ("role",), "geolocation": ("geolocation",),
    "longitude": ("lon", "longitude"), "latitude": ("lat", "latitude"),
    "coordinates_from": ("geomethod",),
}  # fmt: skip
PROJECT = {
    "project": ("id", "reference", "projectid"), "start": ("startdate",), "end": ("enddate",),
    "legal_basis": ("legalbasis", "programme"), "topics": ("topics",),
}  # fmt: skip
KIND_OF_ACTIVITY = {"HES": "university", "REC": "laboratory", "PUB": "public", "OTH": "other"}
THEIRS = {"org_id": "organisationID", "kind": "activityType", "region": "nutsCode"}
MAKER = "fields of the framework programmes"
FAR_KM: Kilometres = 50.0  # a street further than this from the centre of its city is doubtful

NOTES = (
    "CORDIS lists funded projects only: partnerships that were not funded, or not by the "
    "European Union, are missing, so a missing tie is no evidence of no tie. Universities and "
    "institutes take part far more often than small firms.",
    "Partners of a project are all tied to each other, whether or not they ever worked "
    "together. A tie weighs 1 / (k - 1) in a project with k partners, so that one huge "
    "consortium does not outweigh many small ones (Newman 2001); counts of ties are dominated "
    "by large projects all the same.",
    FIELD_OF_PROJECTS,
    "The address is that of the legal entity, often a headquarters and not the laboratory.",
)


def read_cordis(path: Path | str) -> Study:
    """Read organisations and projects of any framework programme from CORDIS.

    Parameters
    ----------
    path : path
        Folder with the files `organization` and `project` (sub-folders are searched, so several
        programmes can stand side by side), or the file of organisations alone.

    Returns
    -------
    Study
        One undirected layer `research`: one tie a pair of partners and project, from the start
        to the end of the project.

    Raises
    ------
    MissingFile, UnreadableFile
    InvalidTables
        More than half of a table would have to be set aside.
    MissingPackage
        Organisations lack coordinates, and the gazetteer is not installed.
    """
    files = published_files(path, KINDS)
    if "participations" not in files:
        raise MissingFile(f"{path}: the file of organisations (`organization`) is not there.")
    read = [
        published_table([file], "linkages")
        for kind in ("participations", "projects")
        for file in files.get(kind, [])
    ]
    n = len(files["participations"])
    rows = pl.concat([published.frame for published in read[:n]], how="diagonal_relaxed")
    participations, repaired = _participations(rows)
    projects = _projects([published.frame for published in read[n:]])
    partners = participations.join(
        projects.drop(ROW, FILE),
        on="project",
        how="left",
        validate="m:1",
        maintain_order="left",
    )
    joint = ties(partners)
    organisations = _organisations(partners, repaired)
    fields = industry_table().with_row_index(ROW, offset=1)
    said = about_participations(partners, projects)
    tables = {
        "organisations": organisations,
        "linkages": raw_table("linkages", joint, said),
        "activities": raw_table("activities", activities(partners)),
        "industries": raw_table("industries", fields.with_columns(pl.lit(MAKER).alias(FILE))),
    }
    about = About(
        title="CORDIS: joint research projects",
        licence="CC BY 4.0, © European Union, CORDIS",
        sources=tuple(str(file) for found in files.values() for file in found),
        notes=(*NOTES, *selection(organisations.frame["country"], partners, joint)),
    )
    filled = {name: raw for name, raw in tables.items() if raw.frame.height}
    return accounted(filled, [], about, read=read)


def _participations(table: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Return one row a participation, with our names for the columns."""
    found = _renamed(table, PARTICIPATION)
    lacking = [name for name in ("project", "name") if found[name].null_count() == found.height]
    if lacking:
        raise UnreadableFile(
            f"{table[FILE][0]}: there is no column for {' and '.join(lacking)} "
            f"({', '.join(PARTICIPATION[name][0] for name in lacking)}); is it the file of "
            "organisations as CORDIS publishes it?"
        )
    found = found.with_columns(
        pl.coalesce("org_id", "name").alias("org_id"), _once("activity"), _once("country")
    )
    twice = _renamed(table, PARTICIPATION)["country"].str.contains(";").fill_null(value=False)
    repaired = [
        replace(note("organisations", table.filter(twice), column, rule="value said twice",
                     remedy="`FI;FI` was read as `FI`."), severity="repaired")
        for column in _own_columns(table, "country") if twice.any()
    ]  # fmt: skip
    return found, repaired


def _projects(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """Return one row a project: start, end and field."""
    columns = [ROW, FILE, "project", "start", "end", "field"]
    parts = [_renamed(table, PROJECT) for table in tables]
    if not parts:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    projects = pl.concat(parts).drop_nulls("project")
    projects = projects.with_columns(fields_of(projects)).select(columns)
    return projects.unique("project", keep="first", maintain_order=True)


def _renamed(table: pl.DataFrame, names: dict[str, tuple[str, ...]]) -> pl.DataFrame:
    """Return the columns we use as texts, by our names; null where the file has none."""
    return table.select(
        ROW, FILE,
        *(
            (pl.col(own[0]).cast(pl.String) if (own := _own_columns(table, *theirs))
             else pl.lit(None, pl.String)).alias(name)
            for name, theirs in names.items()
        ),
    )  # fmt: skip


def _own_columns(table: pl.DataFrame, *theirs: str) -> list[str]:
    """Return the columns of the table with one of the names, in the order of the names."""
    by_name = {plain(column).replace("_", ""): column for column in table.columns}
    return [by_name[name] for name in theirs if name in by_name]


def _once(column: str) -> pl.Expr:
    parts = pl.col(column).str.split(";").list.unique()
    return (
        pl.when(parts.list.len() == 1).then(parts.list.first()).otherwise(column).alias(column)
    )


def _organisations(partners: pl.DataFrame, repaired: list[Finding]) -> RawTable:
    """Return one row an organisation; each field from the first row that fills it."""
    point = pl.col("geolocation").str.extract_groups(r"^\s*\(?(-?[\d.]+)\s*,\s*(-?[\d.]+)")
    placed = partners.with_columns(
        point.struct.field("1").cast(pl.Float64, strict=False).alias("point_latitude"),
        point.struct.field("2").cast(pl.Float64, strict=False).alias("point_longitude"),
        pl.col("longitude", "latitude").cast(pl.Float64, strict=False),
    ).with_columns(
        pl.coalesce("point_longitude", "longitude").alias("longitude"),
        pl.coalesce("point_latitude", "latitude").alias("latitude"),
        precision=pl.when(pl.col("point_longitude").is_not_null()).then(pl.lit("address"))
        .when(pl.col("longitude").is_not_null()).then(pl.lit("city")),
        kind=_kind(),
    )  # fmt: skip
    fields = ["name", "kind", "longitude", "latitude", "precision", "city", "country", "nuts"]
    merged = placed.group_by("org_id", maintain_order=True).agg(
        pl.col(ROW, FILE).first(), pl.col(fields).drop_nulls().first(),
        pl.col("city").drop_nulls().n_unique().alias("n_cities"),
    )  # fmt: skip
    main = activities(partners).unique("org_id", keep="first", maintain_order=True)
    merged = merged.join(
        main.select("org_id", "industry"), on="org_id", how="left", validate="1:1",
        maintain_order="left",
    ).with_columns(region=pl.col("nuts"))  # fmt: skip
    several = merged.filter(pl.col("n_cities") > 1)
    said = [note("organisations", several, "city", rule="city differs between rows",
                 remedy="The first one is used; an organisation can have several sites.")
            ] if several.height else []  # fmt: skip
    raw = raw_table("organisations", merged.drop("n_cities"), (*repaired, *said), origin=THEIRS)
    raw = with_country_codes(raw)
    doubtful = _far_from_city(raw.frame)
    return located(replace(raw, findings=(*raw.findings, *doubtful)), "region")


def _kind() -> pl.Expr:
    is_small = pl.col("sme").str.to_lowercase().is_in(["true", "1", "yes", "y"])
    is_large = pl.col("sme").str.to_lowercase().is_in(["false", "0", "no", "n"])
    business = pl.when(is_small).then(pl.lit("sme")).when(is_large).then(pl.lit("large"))
    known = pl.col("activity").replace_strict(KIND_OF_ACTIVITY, default=None)
    return pl.when(pl.col("activity") == "PRC").then(business).otherwise(known)


def _far_from_city(organisations: pl.DataFrame) -> list[Finding]:
    """Say whose coordinates lie far from the city they name."""
    exact = organisations.filter(pl.col("precision") == "address")
    if not exact.height:
        return []
    bare = exact.select("org_id", "city", "region", "country")
    city = locate(bare).organisations.select(x="longitude", y="latitude")
    km = great_circle_km(exact["longitude"], exact["latitude"], city["x"], city["y"])
    far = exact.filter(pl.Series(km > FAR_KM))
    if not far.height:
        return []
    return [
        note("organisations", far, "city", rule="coordinates far from the city",
             remedy=f"Kept, though they lie more than {FAR_KM:g} km from the city named; some "
             "are centres of regions or countries. Check the largest of these organisations.")
    ]  # fmt: skip
