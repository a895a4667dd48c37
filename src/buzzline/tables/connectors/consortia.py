"""Participations in projects: the ties they make, the fields they show, what they leave out."""

from __future__ import annotations

import polars as pl

from buzzline.tables.connectors.accounting import note
from buzzline.tables.quality import Finding
from buzzline.tables.sifting import FILE, ROW

# fmt: off
EUROPEAN_UNION = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)
# fmt: on
FIELD_OF_PROJECTS = (  # marks studies whose industries are read off the projects that are ties
    "The industry is the field of research in which an organisation has most projects, not "
    "what it produces; all its fields are in `activities` with their shares."
)
ENOUGH_TO_MISS = 5_000  # participations among which every member state should occur


def activities(partners: pl.DataFrame) -> pl.DataFrame:
    """Return the fields of each organisation with their shares, the main one first."""
    once = partners.drop_nulls("field").unique(["project", "org_id"], maintain_order=True)
    counts = once.group_by("org_id", "field", maintain_order=True).agg(
        pl.len().alias("n"), pl.col(ROW, FILE).first()
    )
    shares = counts.with_columns(
        (pl.col("n") / pl.col("n").sum().over("org_id")).alias("share")
    )
    ordered = shares.sort(["org_id", "n", "field"], descending=[False, True, False])
    return ordered.select("org_id", pl.col("field").alias("industry"), "share", ROW, FILE)


def ties(partners: pl.DataFrame) -> pl.DataFrame:
    """Return one tie a pair of partners and project."""
    once = partners.unique(["project", "org_id"], keep="first", maintain_order=True)
    once = once.drop_nulls("project").with_columns(
        k=pl.len().over("project"), place=pl.int_range(pl.len()).over("project")
    )
    one = once.select("project", "place", "k", "start", "end", ROW, FILE, source="org_id")
    other = once.select("project", other_place="place", target="org_id")
    pairs = one.join(other, on="project", how="inner", maintain_order="left_right")
    return pairs.filter(pl.col("place") < pl.col("other_place")).select(
        ROW, FILE, "source", "target",
        pl.lit("research").alias("layer"),
        pl.lit(value=False).alias("directed"),
        (1 / (pl.col("k") - 1)).alias("weight"),
        pl.lit("projects").alias("unit"),
        "start", "end",
        pl.format("CORDIS project {}", "project").alias("observed_by"),
        pl.lit("technical_codified").alias("content"),
        pl.lit(value=True).alias("formal"),
    )  # fmt: skip


def about_participations(partners: pl.DataFrame, projects: pl.DataFrame) -> tuple[Finding, ...]:
    """Say how participations became ties, so that each of them is accounted for."""
    pair = pl.struct("project", "org_id")
    alone = pl.len().over("project") == 1
    unknown = partners.join(projects, on="project", how="anti", maintain_order="left")
    without = projects.join(partners, on="project", how="anti", maintain_order="left")
    said = (
        (partners, "participations read", "Each pair of partners of a project became one tie."),
        (partners.filter(~pair.is_first_distinct()), "partner listed twice in a project",
         "Counted once."),
        (partners.filter(alone), "only partner of its project",
         "Kept as an organisation; there is no tie to make."),
        (unknown if projects.height else unknown.head(0),
         "project is not in the file of projects", "Its ties have no dates and no field."),
        (without, "project without organisations", "It adds no tie."),
    )  # fmt: skip
    return tuple(
        note("linkages", rows, "project", rule=rule, remedy=remedy)
        for rows, rule, remedy in said
        if rows.height
    )


def selection(
    countries: pl.Series, partners: pl.DataFrame, ties: pl.DataFrame
) -> tuple[str, ...]:
    """Return notes on what the data themselves show of their selection."""
    absent = [code for code in EUROPEAN_UNION if code not in set(countries.to_list())]
    notes = []
    if absent and partners.height >= ENOUGH_TO_MISS:
        notes.append(
            f"No organisation of {', '.join(absent)} takes part in any of these projects: they "
            "were selected so, and the tables say nothing about these countries."
        )
    size = partners.drop_nulls("project").group_by("project").len().sort("len", descending=True)
    pairs = size["len"] * (size["len"] - 1) / 2
    if ties.height:
        notes.append(
            f"The largest project has {size['len'][0]:,} partners and makes "
            f"{pairs[0] / ties.height:.0%} of all ties; the five largest make "
            f"{pairs.head(5).sum() / ties.height:.0%}."
        )
    return tuple(notes)
