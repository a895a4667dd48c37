"""Jobs of areas by industry, and how many of them are in large establishments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.clusters.labour_market_areas import LabourMarketAreas
from buzzline.errors import InvalidArgument
from buzzline.quantities import Jobs
from buzzline.tables.codes import is_root, within
from buzzline.tables.study import Study

SIZE = re.compile(r"^\s*(\d+)\s*(?:-|–|to)\s*(\d+)\s*$|^\s*(\d+)\s*\+\s*$")
MANUFACTURING_CODES = ("31-33", "C")  # NAICS; ISIC and NACE
MANUFACTURING_TITLES = ("manufactur", "verarbeitend", "industrie manufact", "manifattur",
                        "industria manufact", "indústria transf")  # fmt: skip
CELL = {"place_id": pl.String, "industry": pl.String, "jobs": pl.Float64,
        "large_low": pl.Float64, "large_high": pl.Float64}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class AreaJobs:
    """Jobs of areas; NaN where not known.

    Attributes
    ----------
    areas : DataFrame               `area_id`, `label`, `people` (status of the community)
    industries : tuple of str       industries of manufacturing, at one level
    everything, making : (a,) float64                   jobs of all, and of manufacturing
    jobs : (a, i) float64                               of each industry of manufacturing
    making_large_low, making_large_high : (a,)          of them in large establishments:
    large_low, large_high : (a, i)                      least and most there can be
    source : str                    "employment", "organisations" or ""
    year : int or None
    why_not : str                   why nothing is testable; empty otherwise
    notes : tuple of str
    """

    areas: pl.DataFrame
    industries: tuple[str, ...]
    everything: Floats
    making: Floats
    jobs: Floats
    making_large_low: Floats
    making_large_high: Floats
    large_low: Floats
    large_high: Floats
    source: str
    year: int | None
    why_not: str
    notes: tuple[str, ...]


def area_jobs(
    study: Study,
    found: LabourMarketAreas,
    *,
    manufacturing: Sequence[str] | None,
    large_from: Jobs,
    year: int | None,
) -> AreaJobs:
    """Gather jobs of labour-market areas.

    Parameters
    ----------
    study : Study
    found : LabourMarketAreas
        Where it has none (no flows), places of the level `labour_market` are taken as given.
    manufacturing : codes or None
        Industries that are manufacturing, with all below them.
    large_from : jobs
        Jobs from which an establishment is large.
    year : int or None
        The last by default.
    """
    areas, area_of, note = _areas(study, found)
    cells, source, year = _cells(study, large_from, year)
    notes = tuple(filter(None, [note]))
    if not areas.height:
        return _nothing(areas, source, year, "there are no labour-market areas", notes)
    if not cells.height:
        return _nothing(areas, source, year, "no jobs by place and industry are known", notes)
    inside = _inside(study, cells["industry"], manufacturing)
    if not inside:
        why = "which industries are manufacturing is not known: give `manufacturing`"
        return _nothing(areas, source, year, why, notes)
    placed = cells.join(area_of, on="place_id", how="inner", validate="m:1")
    if not placed.height:
        why = "no place with jobs lies in a labour-market area"
        return _nothing(areas, source, year, why, notes)
    unknown = placed.filter(pl.col("industry").is_in(inside.parts), pl.col("jobs").is_null())
    if unknown.height:
        notes = (*notes, f"Jobs of {unknown.height:,} cells of manufacturing are not known.")
    return _summed(areas, placed, inside, source=source, year=year, notes=notes)


def _nothing(
    areas: pl.DataFrame, source: str, year: int | None, why: str, notes: tuple[str, ...]
) -> AreaJobs:
    nan, wide = np.full(areas.height, np.nan), np.empty((areas.height, 0))
    return AreaJobs(areas, (), nan, nan, wide, nan, nan, wide, wide, source, year, why, notes)


def _areas(study: Study, found: LabourMarketAreas) -> tuple[pl.DataFrame, pl.DataFrame, str]:
    """Return areas, and the area of each place."""
    if found.flows:
        areas = found.areas.select("area_id", "label", people="status")
        of_place = found.places.drop_nulls("area_id").select("place_id", "area_id")
        return areas, of_place, ""
    places = study.places.select("place_id", "parent_id", "level", "name")
    given = places.filter(pl.col("level") == "labour_market")
    at = places.select("place_id", here="place_id", area=pl.lit(None, pl.String))
    for _ in range(max(places["level"].n_unique(), 1)):
        at = at.join(
            places.select(here="place_id", up="parent_id", rung="level"), on="here", how="left"
        ).select(
            "place_id",
            area=pl.coalesce(
                "area", pl.when(pl.col("rung") == "labour_market").then(pl.col("here"))
            ),
            here="up",
        )
    areas = given.select(
        area_id="place_id", label=pl.coalesce("name", "place_id"), people=pl.lit("as given")
    )
    note = "There are no flows: labour-market areas of the tables are taken as given."
    of_place = at.drop_nulls("area").select("place_id", area_id="area")
    return areas, of_place, note if areas.height else ""


def _cells(
    study: Study, large_from: Jobs, year: int | None
) -> tuple[pl.DataFrame, str, int | None]:
    """Return jobs by place and industry, and how many of them are in large establishments."""
    if study.employment.height:
        found = study.employment
        latest = found["year"].max()
        asked = year if year is not None else latest
        if asked is not None:
            found = _of_year(found, asked)
        return _employed(found, large_from), "employment", asked  # type: ignore[return-value]  # year is Int64
    known = study.organisations.drop_nulls(["jobs", "industry"])
    place = pl.coalesce(
        "place_id",
        pl.concat_str("city", pl.concat_str(pl.lit(", "), "country").fill_null("")),
        pl.concat_str("region", pl.concat_str(pl.lit(", "), "country").fill_null("")),
    )
    large = pl.when(pl.col("jobs") >= large_from).then(pl.col("jobs")).otherwise(0.0)
    cells = known.select(place_id=place, industry="industry", jobs="jobs", large=large)
    summed = cells.drop_nulls("place_id").group_by("place_id", "industry").agg(pl.all().sum())
    out = summed.select(
        "place_id", "industry", "jobs", large_low="large", large_high="large"
    ).cast(CELL)  # type: ignore[arg-type]  # names to types
    return out, "organisations" if out.height else "", None


def _of_year(found: pl.DataFrame, year: object) -> pl.DataFrame:
    """Return rows of a year, and undated ones only where none of the year tells as much."""
    found = found.with_columns(is_whole=pl.col("size_class").is_null())
    dated = found.filter(pl.col("year") == year)
    undated = found.filter(pl.col("year").is_null())
    cell = ["place_id", "industry", "is_whole"]
    left = undated.join(dated, on=cell, how="anti", nulls_equal=True, maintain_order="left")
    return pl.concat([dated, left])


def _employed(found: pl.DataFrame, large_from: Jobs) -> pl.DataFrame:
    by = ["place_id", "industry"]
    whole = found.filter(pl.col("size_class").is_null()).group_by(by).agg(
        pl.when(pl.col("jobs").null_count() == 0).then(pl.col("jobs").sum()).first()
    )  # fmt: skip
    sized = found.filter(pl.col("size_class").is_not_null())
    classes = sized["size_class"].unique().to_list()
    low, high = zip(*(_ends(name) for name in classes), strict=True) if classes else ((), ())
    ends = pl.DataFrame(
        {"size_class": classes, "from": low, "to": high},
        schema={"size_class": pl.String, "from": pl.Float64, "to": pl.Float64},
    )
    least, most = (
        pl.coalesce(
            "jobs",
            pl.when(pl.col("establishments") == 0)  # 0 times without end is none
            .then(0.0)
            .otherwise(pl.col("establishments") * pl.col(end)),
        )
        for end in ("from", "to")
    )
    is_large, may_be = pl.col("from") >= large_from, pl.col("to") >= large_from
    bounds = sized.join(ends, on="size_class", how="left").group_by(by).agg(
        large_low=pl.when(is_large).then(least).otherwise(0.0).sum(),
        large_high=pl.when(may_be).then(most).otherwise(0.0).sum(),
        known=pl.col("from").is_not_null().all() & (least.null_count() == 0),
        sized_jobs=pl.when(pl.col("jobs").null_count() == 0).then(pl.col("jobs").sum()).first(),
    )  # fmt: skip
    joined = whole.join(bounds, on=by, how="full", coalesce=True)
    return joined.select(
        *by, jobs=pl.coalesce("jobs", "sized_jobs"),
        large_low=pl.when("known").then("large_low"),
        large_high=pl.when("known").then("large_high"),
    ).cast(CELL)  # type: ignore[arg-type]  # names to types  # fmt: skip


def _ends(size_class: str) -> tuple[float | None, float | None]:
    """Return least and most jobs of an establishment of a class.

    Examples
    --------
    >>> _ends("10-49"), _ends("250+"), _ends("large")
    ((10.0, 49.0), (250.0, inf), (None, None))
    """
    found = SIZE.match(size_class)
    if not found:
        return None, None
    return (float(found[3]), inf) if found[3] else (float(found[1]), float(found[2]))


@dataclass(frozen=True, slots=True)
class _Inside:
    """Which code is what: the whole, manufacturing itself, and its industries at one level."""

    roots: tuple[str, ...]
    making: tuple[str, ...]
    parts: tuple[str, ...]
    level: tuple[str, ...]  # codes of any industry at that level, of which all are made up


def _inside(
    study: Study, present: pl.Series, manufacturing: Sequence[str] | None
) -> _Inside | None:
    codes = present.drop_nulls().unique().sort().to_list()
    listed = study.industries.select("industry", "parent").drop_nulls().iter_rows()
    parent = within([code for code in codes if not is_root(code)]) | dict(listed)
    making = _making(study, codes, manufacturing)
    if not making:
        return None
    roots = tuple(code for code in codes if is_root(code))
    depth = {code: _above(code, parent) for code in codes}
    within_it = [
        code for code in codes if code not in making and set(making) & set(depth[code])
    ]
    own = [code for code in making if not any(code in depth[part] for part in within_it)]
    steps = {part: _steps(depth[part], making) for part in within_it}
    parts = [part for part in within_it if steps[part] == 1] + own
    outside = [
        code for code in codes
        if code not in roots and not set(making) & {code, *depth[code]}
        and not any(above in codes and above not in roots for above in depth[code])
    ]  # fmt: skip
    return _Inside(roots, tuple(making), tuple(sorted(parts)), (*making, *outside))


def _making(
    study: Study, codes: Sequence[str], manufacturing: Sequence[str] | None
) -> list[str]:
    if manufacturing is not None:
        lacking = [code for code in manufacturing if code not in codes]
        if lacking:
            raise InvalidArgument(
                f"manufacturing: no jobs are of {', '.join(map(repr, lacking))}. Give codes as "
                "they stand in the table `employment` (or of organisations)."
            )
        return list(manufacturing)
    for code in MANUFACTURING_CODES:
        if code in codes:
            return [code]
    title = pl.col("title").str.to_lowercase()
    named = pl.any_horizontal(title.str.starts_with(word) for word in MANUFACTURING_TITLES)
    level = study.industries.filter(named, pl.col("industry").is_in(codes))
    return level.filter(pl.col("level") == pl.col("level").min())["industry"].to_list()


def _above(code: str, parent: dict[str, str]) -> list[str]:
    above: list[str] = []
    while code in parent and parent[code] not in above:
        code = parent[code]
        above.append(code)
    return above


def _steps(above: Sequence[str], making: Sequence[str]) -> int:
    return next(n for n, code in enumerate(above, start=1) if code in making)


def _summed(
    areas: pl.DataFrame,
    cells: pl.DataFrame,
    inside: _Inside,
    *,
    source: str,
    year: int | None,
    notes: tuple[str, ...],
) -> AreaJobs:
    row = {key: at for at, key in enumerate(areas["area_id"])}

    def grid(codes: Sequence[str], value: str) -> Floats:
        """Sum known cells; NaN where an area has only unknown ones."""
        column = {code: at for at, code in enumerate(codes)}
        some = pl.when(pl.col(value).null_count() < pl.len()).then(pl.col(value).sum())
        part = cells.filter(pl.col("industry").is_in(list(codes)))
        part = part.group_by("area_id", "industry").agg(some.first())
        out = np.zeros((len(row), len(codes)))
        at = [row[key] for key in part["area_id"]], [column[key] for key in part["industry"]]
        out[at] = part[value].cast(pl.Float64).fill_null(np.nan).to_numpy()
        return as_floats(out)

    def either(codes: Sequence[str], parts: Sequence[str], value: str) -> Floats:
        """Return published totals, else sums of parts."""
        total = grid(codes, value).sum(axis=1) if codes else np.zeros(len(row))
        added = np.nansum(grid(parts, value), axis=1) if parts else np.full(len(row), np.nan)
        return as_floats(np.where(np.nan_to_num(total) > 0, total, added))

    codes, making = inside.parts, inside.making
    told = np.nan_to_num(grid(making, "jobs").sum(axis=1)) > 0

    def large(end: str) -> Floats:
        both = grid(making, end).sum(axis=1), grid(codes, end).sum(axis=1)
        return as_floats(np.where(told, *both))

    return AreaJobs(
        areas, codes, either(inside.roots, inside.level, "jobs"), either(making, codes, "jobs"),
        grid(codes, "jobs"), large("large_low"), large("large_high"), grid(codes, "large_low"),
        grid(codes, "large_high"), source, year, "", notes,
    )  # fmt: skip
