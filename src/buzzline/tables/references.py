"""Rules between tables: whoever is named must be there, however the identifier is spelled."""

from __future__ import annotations

import polars as pl

from buzzline.tables.columns import Column
from buzzline.tables.sifting import AT, Sifted, put

ONE_OF = {
    "organisations": "organisation", "places": "place", "industries": "industry",
    "declared_clusters": "declared cluster", "gatherings": "gathering",
}  # fmt: skip

# Columns that hold industry codes; checked when a table of industries is given.
CODED = frozenset(
    {("activities", "industry"), ("establishments", "industry"), ("relatedness", "industry"),
     ("relatedness", "other"), ("industry_flows", "industry"), ("industry_flows", "other"),
     ("occupations", "industry")}
)  # fmt: skip


def reference(sifted: Sifted, column: Column, known: pl.Series) -> Sifted:
    """Hold a column to the identifiers of another table.

    An identifier that differs only in leading zeros or capitals is the same one. A required
    reference that leads nowhere sets the row aside; an optional one becomes missing.
    """
    other = column.refers_to.split(".")[0] or "industries"
    kind = ONE_OF[other]
    values, strange = spelled_alike(sifted.frame[column.name], known)
    given = sifted.frame[column.name]
    respelled = (given != values).fill_null(value=False)
    if respelled.any():
        sifted = sifted.mended(
            "identifier in another spelling", column.name, respelled, values=values,
            remedy=f"Leading zeros or capitals differ from `{other}`; read as the {kind} "
            "meant. Format identifiers as text in both files so that zeros are kept.",
        )  # fmt: skip
    remedy = f"Add each {kind} to the table `{other}`, or correct the identifier."
    if column.required:
        return sifted.without(f"unknown {kind}", column.name, strange, remedy=remedy)
    return sifted.emptied(
        f"unknown {kind}", column.name, strange, remedy=f"Set to missing. {remedy}"
    )


def several_industries(
    sifted: Sifted, separator: str, known: pl.Series | None
) -> tuple[Sifted, pl.DataFrame]:
    """Split cells with several industries: the first is the main one, all are activities.

    Returns
    -------
    Sifted
        With the main industry only.
    DataFrame
        `org_id`, `industry` of the organisations with several industries.
    """
    cells = sifted.frame.select(AT, "org_id", "industry").drop_nulls("industry")
    parts = cells if not separator else _split(cells, separator)
    several = parts.filter(parts[AT].is_duplicated())
    sifted = sifted.found(
        "several industries in one cell", "industry",
        sifted.frame[AT].is_in(several[AT].unique().implode()),
        remedy=f"Split at `{separator}`: the first is the main industry, all count as "
        "activities. Another separator can be set as `industry_separator` in study.toml.",
    )  # fmt: skip
    if known is not None:
        codes, strange = spelled_alike(parts["industry"], known)
        unknown = sifted.frame[AT].is_in(parts.filter(strange)[AT].unique().implode())
        parts = parts.with_columns(codes).filter(~strange)
        sifted = _unknown_codes(sifted, unknown)
    main = parts.unique(AT, keep="first", maintain_order=True).select(AT, "industry")
    values = sifted.frame.select(AT).join(
        main, on=AT, how="left", maintain_order="left", validate="1:1"
    )
    still_several = parts.filter(parts[AT].is_duplicated()).select("org_id", "industry")
    return put(sifted, values["industry"]), still_several.unique(maintain_order=True)


def no_industry(sifted: Sifted) -> Sifted:
    """Say when no organisation has an industry: nothing can then be found of clusters."""
    frame = sifted.frame
    if "industry" in frame.columns and frame["industry"].null_count() < frame.height:
        return sifted
    everywhere = pl.repeat(value=True, n=frame.height, dtype=pl.Boolean, eager=True)
    return sifted.found(
        "no industry", "industry", everywhere, shown=(),
        remedy="Kept, but clusters are of industries, so none can be found. Name the column "
        "that says what an organisation does in study.toml, under "
        '[tables.organisations.columns]: industry = "name of your column".',
    )  # fmt: skip


def _unknown_codes(sifted: Sifted, where: pl.Series) -> Sifted:
    values = sifted.frame["industry"]
    return sifted.mended(
        "unknown industry", "industry", where, values=values,
        remedy="The code is not in the table `industries` and was left out. Add it there, or "
        "correct it.",
    )  # fmt: skip


def _split(cells: pl.DataFrame, separator: str) -> pl.DataFrame:
    parts = cells.with_columns(pl.col("industry").str.split(separator)).explode("industry")
    tidy = parts.with_columns(pl.col("industry").str.strip_chars())
    return tidy.filter(pl.col("industry") != "").unique(maintain_order=True)


def spelled_alike(values: pl.Series, known: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the identifiers as `known` spells them, and which are not known at all."""
    strange = values.is_not_null() & ~values.is_in(known.implode()).fill_null(value=False)
    if not strange.any():
        return values, strange
    meant = (
        pl.DataFrame({"key": _loose(known), "id": known})
        .filter(pl.col("key").is_not_null() & ~pl.col("key").is_duplicated())
    )  # fmt: skip
    others = pl.DataFrame({"id": values.filter(strange).unique(), "as_": None})
    found = (
        others.select(pl.col("id"), _loose(others["id"]).alias("key"))
        .join(meant.rename({"id": "meant"}), on="key", how="inner", validate="m:1")
    )  # fmt: skip
    if not found.height:
        return values, strange
    read = values.replace(found["id"], found["meant"])
    return read, values.is_not_null() & ~read.is_in(known.implode()).fill_null(value=False)


def _loose(identifiers: pl.Series) -> pl.Series:
    """Return identifiers in small letters and without leading zeros."""
    return identifiers.str.to_lowercase().str.replace(r"^0+(\d)", "${1}").str.strip_chars()
