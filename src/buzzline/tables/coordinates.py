"""Rules for coordinates: both or none, on Earth, not exchanged, not the point (0, 0)."""

from __future__ import annotations

from importlib.resources import files

import polars as pl

from buzzline.tables.gazetteer import country_codes
from buzzline.tables.sifting import Sifted, put

X, Y = "longitude", "latitude"
MOST = 0.5  # share of the rows that must fit only when exchanged, for all to be exchanged
CROWD = 5  # organisations at one exact point from which on it looks like a centroid
MANY = 0.3  # share of latitudes beyond 90 from which on the whole column is taken for wrong


def coordinate_rules(sifted: Sifted) -> Sifted:
    """Apply every rule for coordinates, in the order in which they build on each other."""
    if not {X, Y} <= set(sifted.frame.columns):
        return sifted
    for rule in (one_coordinate_only, null_island, exchanged_columns, exchanged_in_row,
                 off_the_earth, another_country, shared_points):  # fmt: skip
        sifted = rule(sifted)
    return sifted


def one_coordinate_only(sifted: Sifted) -> Sifted:
    """Set a lonely longitude or latitude to missing."""
    x, y = sifted.frame[X], sifted.frame[Y]
    for column, lonely in (
        (X, x.is_not_null() & y.is_null()),
        (Y, y.is_not_null() & x.is_null()),
    ):
        sifted = sifted.emptied(
            "only one of the two coordinates", column, lonely,
            remedy="Set to missing. Fill in both longitude and latitude, or neither.",
        )  # fmt: skip
    return sifted


def null_island(sifted: Sifted) -> Sifted:
    """Set (0, 0) to missing: a point in the Gulf of Guinea that stands for "not found"."""
    return _both_missing(
        sifted, "coordinates at (0, 0)", (sifted.frame[X] == 0) & (sifted.frame[Y] == 0),
        "The point (0, 0) lies in the open sea. Set to missing. Fill in the true coordinates, "
        "or city and country so that the gazetteer can place it.",
    )  # fmt: skip


def exchanged_columns(sifted: Sifted) -> Sifted:
    """Exchange longitude and latitude of all rows, when the two columns were mixed up.

    Either latitudes beyond 90 abound and no longitude lies beyond 90, or most rows lie in the
    country they name only once exchanged.
    """
    x, y = sifted.frame[X], sifted.frame[Y]
    both = x.is_not_null() & y.is_not_null()
    beyond = int(_only_when_exchanged(x, y).sum())
    given, exchanged = _in_country(sifted)
    checkable = int((given.is_not_null() & exchanged.is_not_null()).sum())
    only_given = int((given & ~exchanged).fill_null(value=False).sum())
    only_exchanged = int((exchanged & ~given).fill_null(value=False).sum())
    certain = (
        beyond > MANY * int(both.sum()) and not (both & (x.abs() > 90)).any() and not only_given
    )
    likely = only_exchanged > MOST * max(1, checkable)
    if not certain and not likely:
        return sifted
    fits = both & (x.abs() <= 90) & (y.abs() <= 180)
    return _exchanged(
        sifted, "longitude and latitude exchanged throughout", fits,
        "Exchanged in every row. Correct the two columns in the file or in study.toml.",
    )  # fmt: skip


def exchanged_in_row(sifted: Sifted) -> Sifted:
    """Exchange longitude and latitude of single rows that make sense only so."""
    beyond = _only_when_exchanged(sifted.frame[X], sifted.frame[Y])
    given, exchanged = _in_country(sifted)
    abroad = (exchanged & ~given).fill_null(value=False)
    return _exchanged(
        sifted, "longitude and latitude exchanged", beyond | abroad,
        "Exchanged: only so the point lies on Earth or in its country. Check these rows.",
    )  # fmt: skip


def off_the_earth(sifted: Sifted) -> Sifted:
    """Set coordinates beyond 180 or 90 degrees to missing."""
    x, y = sifted.frame[X], sifted.frame[Y]
    outside = ((x.abs() > 180) | (y.abs() > 90)).fill_null(value=False)
    metres = outside.any() and (x.abs() > 1000).sum() > outside.sum() / 2
    advice = (
        "They look like metres on a national grid: convert them to degrees (WGS 84, EPSG:4326) "
        "with a map program such as QGIS."
        if metres
        else "Longitude lies between -180 and 180, latitude between -90 and 90 degrees; look "
        "for a lost decimal point."
    )
    return _both_missing(
        sifted, "coordinates out of range", outside, f"Set to missing. {advice}"
    )


def another_country(sifted: Sifted) -> Sifted:
    """Notice points far outside the country they name; nothing is changed."""
    given, _ = _in_country(sifted)
    return sifted.found(
        "coordinates outside the named country", f"{X}, {Y}", (~given).fill_null(value=False),
        shown=(X, Y, "country"),
        remedy="Used as they are. Check the coordinates or the country of these rows.",
    )  # fmt: skip


def shared_points(sifted: Sifted) -> Sifted:
    """Say when most rows share their exact point with many others, as centroids do."""
    undeclared = (
        sifted.frame["precision"].is_null()
        if "precision" in sifted.frame.columns
        else pl.repeat(value=True, n=sifted.frame.height, dtype=pl.Boolean, eager=True)
    )
    shared = at_crowded_points(sifted.frame, undeclared)
    return sifted.found(
        "many organisations at one point", f"{X}, {Y}", shared, shown=(X, Y),
        remedy="Kept, and taken for centroids of cities: scales finer than 10 km are not "
        "examined. Give more exact coordinates, or say in `precision` that they are exact.",
    )  # fmt: skip


def at_crowded_points(frame: pl.DataFrame, among: pl.Series) -> pl.Series:
    """Tell which rows share their exact point with many others, when most of them do.

    Parameters
    ----------
    frame : DataFrame
        With `longitude` and `latitude`.
    among : (rows,) bool
        Only these rows are looked at.

    Returns
    -------
    (rows,) bool
        All False unless more than half of the located rows stand at such points.
    """
    located = among & frame[X].is_not_null()
    marked = frame.select(X, Y, located.alias("located"))
    here = marked.select(pl.col("located").sum().over(X, Y)).to_series()
    crowded = located & (here >= CROWD)
    return crowded & (int(crowded.sum()) > MOST * int(located.sum()))


def missing_coordinates(sifted: Sifted) -> Sifted:
    """Count rows without coordinates; they stay in every count that needs no map."""
    columns = sifted.frame.columns
    without = (
        sifted.frame[X].is_null()
        if X in columns
        else pl.repeat(value=True, n=sifted.frame.height, dtype=pl.Boolean, eager=True)
    )
    shown = tuple(name for name in ("city", "country") if name in columns)
    return sifted.found(
        "no coordinates", f"{X}, {Y}", without, shown=shown,
        remedy="Filled in from city and country where the gazetteer finds them. The others are "
        "kept, but they are not on the map and in no cluster: add longitude and latitude.",
    )  # fmt: skip


def country_boxes() -> pl.DataFrame:
    """Return code (ISO alpha-2) and bounding box (degrees) of every country.

    Boxes hold all settlements of 500 inhabitants and more with a margin of half a degree.
    Computed from GeoNames (CC-BY 4.0).
    """
    return pl.read_csv(files("buzzline.tables").joinpath("country_boxes.csv").read_bytes())


def _only_when_exchanged(x: pl.Series, y: pl.Series) -> pl.Series:
    return ((y.abs() > 90) & (y.abs() <= 180) & (x.abs() <= 90)).fill_null(value=False)


def _in_country(sifted: Sifted) -> tuple[pl.Series, pl.Series]:
    """Tell whether points lie in the named country, as given and exchanged; null if unknown."""
    frame = sifted.frame
    if "country" not in frame.columns:
        unknown = pl.repeat(None, frame.height, dtype=pl.Boolean, eager=True)
        return unknown, unknown
    code = country_codes(frame["country"])
    boxed = frame.select(X, Y, code.alias("code")).join(
        country_boxes(), on="code", how="left", maintain_order="left", validate="m:1"
    )

    def inside(x: str, y: str) -> pl.Series:
        west_east = pl.col(x).is_between("west", "east")
        return boxed.select((west_east & pl.col(y).is_between("south", "north")).alias("_"))[
            "_"
        ]

    return inside(X, Y), inside(Y, X)


def _both_missing(sifted: Sifted, rule: str, where: pl.Series, remedy: str) -> Sifted:
    where = where.fill_null(value=False)
    empty = sifted.frame.select(
        pl.when(~where).then(pl.col(column)).otherwise(None).alias(column) for column in (X, Y)
    )
    return _mended_pair(sifted, rule, where, remedy, empty)


def _exchanged(sifted: Sifted, rule: str, where: pl.Series, remedy: str) -> Sifted:
    x, y = sifted.frame[X], sifted.frame[Y]
    turned = [y.zip_with(where, x).alias(X), x.zip_with(where, y).alias(Y)]
    return _mended_pair(sifted, rule, where, remedy, pl.DataFrame(turned))


def _mended_pair(
    sifted: Sifted, rule: str, where: pl.Series, remedy: str, values: pl.DataFrame
) -> Sifted:
    if not where.any():
        return sifted
    mended = put(put(sifted, values[X]), values[Y]).marked((X, Y), where)
    return mended.found(
        rule, f"{X}, {Y}", where, remedy=remedy, severity="repaired", shown=(X, Y)
    )
