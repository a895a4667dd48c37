"""Metropolitan areas of the United States: names, and coordinates by their first city."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from buzzline.errors import MissingPackage, UnreadableFile
from buzzline.tables.cells import plain
from buzzline.tables.connectors.accounting import note
from buzzline.tables.gazetteer import locate
from buzzline.tables.quality import Finding
from buzzline.tables.sifting import FILE, ROW

# our name: names in the files, as `plain` writes them
AREAS = {
    "place_id": ("cbsa_code", "cbsa", "geoid", "fips", "stco_code", "region_code_t"),
    "name": ("cbsa_name", "cbsa_title", "name", "stco_name", "title", "region_name_t"),
    "population": ("cbsa_pop", "population", "pop", "co_pop"),
    "longitude": ("longitude", "intptlong", "lon"), "latitude": ("latitude", "intptlat", "lat"),
}  # fmt: skip
NUMBERS = ("population", "longitude", "latitude")
BETWEEN = r"--|-|/"  # cities in the name of an area: "Dallas-Fort Worth-Arlington, TX"
SURE = ("exact name and region", "exact name", "most populous of several")


def columns_of(frame: pl.DataFrame, names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return our name → name in the file, for those that are there."""
    theirs = {plain(name): name for name in frame.columns}
    return {
        ours: next(theirs[name] for name in said if name in theirs)
        for ours, said in names.items()
        if set(said) & set(theirs)
    }


def area_table(
    jobs: pl.DataFrame, named: pl.DataFrame | None, *, level: str = "labour_market"
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Return one row an area that occurs in `jobs`, with what is known of it.

    Parameters
    ----------
    jobs : DataFrame
        With `place_id` and `file`.
    named : DataFrame or None
        Code, name, and where known population and coordinates of areas.
    level : str
        As `places.level`.

    Returns
    -------
    DataFrame
        As `places`, with `row` and `file`.
    tuple of Finding
        Areas without a name, and where coordinates come from.
    """
    places = jobs.select(pl.col("place_id").drop_nulls().unique().sort())
    if named is not None:
        places = places.join(
            _described(named), on="place_id", how="left", maintain_order="left", validate="1:1"
        )
    missing = {"name": pl.String, **dict.fromkeys(NUMBERS, pl.Float64)}
    places = places.with_columns(
        *(pl.lit(None, dtype).alias(name) for name, dtype in missing.items()
          if name not in places.columns),
        country=pl.lit("US"), level=pl.lit(level), file=pl.lit(jobs[FILE][0]),
    ).with_row_index(ROW, offset=2)  # fmt: skip
    nameless = places.filter(pl.col("name").is_null())
    findings = []
    if nameless.height:
        findings.append(
            note("places", nameless, "place_id", rule="area without a name",
                 remedy="Kept. Put a file with codes and names beside the data, or pass "
                 "`areas`.")
        )  # fmt: skip
    if level == "region":  # a state is not at the city of its name
        return places, tuple(findings)
    located, said = _at_principal_city(places)
    return located, (*findings, *said)


def _described(named: pl.DataFrame) -> pl.DataFrame:
    columns = columns_of(named, AREAS)
    if not {"place_id", "name"} <= set(columns):
        raise UnreadableFile(
            f"{named[FILE][0]}: no columns with code and name of areas (such as `cbsa_code`, "
            f"`cbsa_name`) were found; it has {', '.join(named.columns[:12])}."
        )
    rows = named.select(pl.col(theirs).alias(ours) for ours, theirs in columns.items())
    rows = rows.with_columns(
        pl.col("place_id").cast(pl.String).str.strip_chars().str.replace(r"\.0$", ""),
        *(pl.col(name).cast(pl.Float64, strict=False) for name in NUMBERS if name in columns),
    ).drop_nulls("place_id")
    return rows.unique("place_id", keep="first", maintain_order=True)


def _at_principal_city(places: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Give areas without coordinates those of the first city in their name."""
    bare = places.filter(pl.col("longitude").is_null() & pl.col("name").is_not_null())
    if not bare.height:
        return places, ()
    try:
        cities = _principal_cities(bare)
    except MissingPackage as error:
        return places, (
            note("places", bare, "name", rule="area without coordinates", remedy=str(error)),
        )
    joined = places.join(
        cities, on="place_id", how="left", suffix="_city", maintain_order="left", validate="1:1"
    )
    filled = joined.with_columns(
        pl.coalesce(name, f"{name}_city").alias(name) for name in ("longitude", "latitude")
    ).select(places.columns)
    left = filled.filter(pl.col("longitude").is_null() & pl.col("name").is_not_null())
    found = bare.join(left.select("place_id"), on="place_id", how="anti", maintain_order="left")
    findings = [
        note("places", rows, "name", rule=rule, remedy=remedy)
        for rows, rule, remedy in (
            (found, "coordinates of the principal city",
             "The area has the coordinates of the first city in its name (GeoNames)."),
            (left, "area without coordinates",
             "The first city in its name was not found; it is left out of maps."),
        )
        if rows.height
    ]  # fmt: skip
    return filled, tuple(findings)


def _principal_cities(areas: pl.DataFrame) -> pl.DataFrame:
    """Return coordinates of the whole name, else of its first two or its first city.

    "Winston-Salem" is one city, "Wilkes-Barre-Hazleton" begins with one, "Dallas-Fort Worth"
    are two.
    """
    parts = pl.col("name").str.extract(r"^(?:Urban )?([^,]*?)(?: Town)?(?:,|$)")
    pieces = parts.str.replace_all(BETWEEN, "|").str.split("|")
    asked = [
        areas.select(
            pl.col("place_id").alias("org_id"), city.str.strip_chars().alias("city"),
            pl.col("name").str.extract(r",\s*([A-Z]{2})").alias("region"),
            pl.lit("US").alias("country"),
        )
        for city in (parts, pieces.list.head(2).list.join("-"), pieces.list.first())
    ]  # fmt: skip
    found = [
        locate(question).matches.filter(pl.col("method").is_in(SURE)) for question in asked
    ]
    return (
        pl.concat(found)
        .unique("org_id", keep="first", maintain_order=True)
        .select(pl.col("org_id").alias("place_id"), "longitude", "latitude")
    )
