"""Cells of place and industry: one year, one level, one kind of place; nothing twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.levels import levels, nested, parents, rolled_up, roots
from buzzline.agglomeration.nation import jobs_of_nation, without_nation
from buzzline.agglomeration.place_levels import one_kind_of_place
from buzzline.agglomeration.plants import (
    listed_industries,
    listed_places,
    plants_of,
    positions,
)
from buzzline.arrays import Flags, Floats, as_floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables import Study


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """What is known of each pair of place and industry, one row a pair.

    Attributes
    ----------
    places, industries : DataFrame
    rows : DataFrame              `at` (row of places), `of` (row of industries), `jobs`,
        `establishments` (NaN where not known)
    place_totals : (r,) float64   jobs of all industries in a place
    is_told : (r,) bool           True where such totals are published
    industry_gap : (s,) float64   see `EmploymentMatrix.industry_suppressed`
    year : int or None
    source : str
    notes : tuple[str, ...]
    is_hidden : (r,) bool
        Places where part of a sum is not known; False: nowhere.
    nation : (s,) float64 and float, or None
        Jobs of each industry and of all in the country, where they are published.
    """

    places: pl.DataFrame
    industries: pl.DataFrame
    rows: pl.DataFrame
    place_totals: Floats
    is_told: Flags
    industry_gap: Floats
    year: int | None
    source: str
    notes: tuple[str, ...]
    nation: tuple[Floats, float] | None = None
    is_hidden: Flags | bool = False


def cells_of(study: Study, *, year: int | None, digits: int | None) -> Cells:
    """Return the cells of the table `employment`, else those counted from plants."""
    if study.employment.height:
        return _published(study, year, digits)
    plants = plants_of(study, year=year, digits=digits)
    counted = (
        pl.DataFrame({"at": plants.place, "of": plants.industry, "jobs": plants.jobs})
        .group_by("at", "of", maintain_order=True)
        .agg(pl.col("jobs").sum(), pl.len().cast(pl.Float64).alias("establishments"))
    )
    r, s = plants.places.height, plants.industries.height
    return Cells(
        plants.places, plants.industries, counted, np.zeros(r), np.zeros(r, np.bool_),
        np.full(s, np.nan), year, plants.source, plants.notes,
    )  # fmt: skip


def _published(study: Study, year: int | None, digits: int | None) -> Cells:
    rows, year, notes = _one_year(study.employment, year)
    rows, whole = without_nation(_all_sizes(rows), study.places)
    rows, said = one_kind_of_place(rows, study.places)
    notes += said
    level, roots_here, said = _levels(rows, study.industries)
    notes += said
    chosen = _chosen_level(level, roots_here, digits)
    cells, said = _at_level(rows, level, chosen, study.industries)
    summed = chosen not in level.values()
    notes += said
    places = listed_places(rows["place_id"], study)
    industries = listed_industries(cells, study)
    placed = pl.DataFrame(
        {
            "at": positions(cells["place_id"], places["place_id"]),
            "of": positions(cells["industry"], industries["industry"]),
            "jobs": cells["jobs"].fill_null(np.nan),
            "establishments": cells["establishments"].fill_null(np.nan),
        }
    )
    totals, is_told = _place_totals(rows, level, roots_here, places["place_id"])
    gap = _industry_gap(rows, cells, industries["industry"], study.industries)
    if cells.filter(pl.col("jobs").is_not_null() & pl.col("suppressed")).height:
        notes.append("Some suppressed cells hold estimates; they are used as they stand.")
    nation, said = _nation(whole, (level, chosen, roots_here), placed, (industries, study))
    return Cells(places, industries, placed, totals, is_told, gap, year, "employment",
                 (*notes, *said), nation,
                 _hidden_in(rows, level, places["place_id"]) if summed else False)  # fmt: skip


def _nation(
    whole: pl.DataFrame,
    how: tuple[dict[str, int | None], int | None, frozenset[str]],
    placed: pl.DataFrame,
    listed: tuple[pl.DataFrame, Study],
) -> tuple[tuple[Floats, float] | None, list[str]]:
    """Return jobs of the country by industry and of all, and what is said of them."""
    (level, chosen, top), (industries, study) = how, listed
    if not whole.height:
        return None, []
    there = {code: depth for code, depth in level.items() if code in set(whole["industry"])}
    held = np.bincount(
        placed["of"].to_numpy(), np.nan_to_num(placed["jobs"].to_numpy()), industries.height
    )
    if not any(depth is not None for depth in there.values()) and chosen is not None:
        return None, []
    at_level, _ = _at_level(whole, there, chosen, study.industries)
    total, _ = _place_totals(whole, there, top, whole["place_id"].unique())
    return jobs_of_nation(at_level, float(total[0]), (industries["industry"], as_floats(held)))


def _one_year(
    table: pl.DataFrame, year: int | None
) -> tuple[pl.DataFrame, int | None, list[str]]:
    years = table["year"].drop_nulls().unique().sort().to_list()
    if year is None:
        if not years:
            return table, None, []
        year = years[-1]
    rows = table.filter(pl.col("year") == year)
    if not rows.height:
        given = ", ".join(map(str, years)) or "not told in the table"
        raise TooFew(f"`employment` has no row of {year}. Its years are {given}.")
    dateless = table["year"].null_count()
    return rows, year, [f"Rows without a year are left out: {dateless:,}."] if dateless else []


def _all_sizes(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row a cell: the one of all sizes, else the sum of its size classes."""
    whole = pl.col("size_class").is_null()
    if rows["size_class"].null_count() == rows.height:
        return rows
    key = ["place_id", "industry"]
    all_sizes = rows.filter(whole)
    parts = rows.filter(~whole).join(all_sizes.select(key), on=key, how="anti")
    summed = parts.group_by(key).agg(
        pl.col("year").first(),
        pl.lit(None, pl.String).alias("size_class"),
        *(_sum_or_null(name) for name in ("jobs", "establishments")),
        pl.col("suppressed").any(),
    )
    return pl.concat([all_sizes, summed.select(rows.columns)])


def _sum_or_null(name: str) -> pl.Expr:
    """Return the sum, or nothing where one of the values is missing."""
    return pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name)


def _sum_of_known(name: str) -> pl.Expr:
    """Return the sum of the known values, or nothing where none is known."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)


def _hidden_in(rows: pl.DataFrame, level: dict[str, int | None], places: pl.Series) -> Flags:
    """Return the places that have an industry, at any level, whose jobs are not known."""
    hidden = rows.filter(pl.col("industry").is_in(list(level)) & pl.col("jobs").is_null())
    return np.asarray(places.is_in(hidden["place_id"].implode()).to_numpy())


def _levels(
    rows: pl.DataFrame, industries: pl.DataFrame
) -> tuple[dict[str, int | None], frozenset[str], list[str]]:
    """Return the level of each code, the codes of all industries together, and remarks."""
    jobs = (
        rows.group_by("industry").agg(pl.col("jobs", "establishments").sum()).sort("industry")
    )
    column = "jobs" if jobs["jobs"].sum() else "establishments"
    sums = dict(zip(jobs["industry"], jobs[column], strict=True))
    top = roots(list(sums), industries)
    parts = {code: value for code, value in sums.items() if code not in top}
    level = levels(list(parts), industries)
    if len(set(level.values())) > 1 and not nested(parts, industries):
        note = (
            "Codes of different length do not hold each other, so all were taken for one "
            "level; fill in `level` in the table `industries` if they do."
        )
        return dict.fromkeys(parts), top, [note]
    strange = [code for code, depth in level.items() if depth is None]
    if strange and len(strange) < len(level):
        note = (
            f"Codes without a level are left out: {len(strange):,} (such as {strange[0]}). "
            "Fill in `level` in the table `industries`."
        )
        return level, top, [note]
    return level, top, []


def _chosen_level(
    level: dict[str, int | None], top: frozenset[str], digits: int | None
) -> int | None:
    known = sorted({depth for depth in level.values() if depth is not None})
    if not level:
        raise TooFew(
            "`employment` holds only totals of all industries "
            f"({', '.join(sorted(top))}); give rows by industry."
        )
    if digits is None:
        return known[-1] if known else None
    if not known or digits > known[-1]:
        have = ", ".join(map(str, known)) or "not told by the codes"
        raise InvalidArgument(
            f"digits: `employment` has no industry with {digits} or more; levels are {have}."
        )
    return digits


def _at_level(
    rows: pl.DataFrame,
    level: dict[str, int | None],
    chosen: int | None,
    industries: pl.DataFrame,
) -> tuple[pl.DataFrame, list[str]]:
    """Return the rows of the chosen level, summed up from the next finer one if it has none."""
    codes = [code for code, depth in level.items() if depth == chosen]
    if codes:
        return rows.filter(pl.col("industry").is_in(codes)), []
    finer = min(
        depth for depth in level.values() if depth is not None and depth > (chosen or 0)
    )
    codes = [code for code, depth in level.items() if depth == finer]
    up = rolled_up(codes, chosen or 0, industries)
    table = pl.DataFrame({"industry": codes, "to": [up[code] for code in codes]},
                         schema={"industry": pl.String, "to": pl.String})  # fmt: skip
    summed = (
        rows.join(table.drop_nulls(), on="industry", how="inner", validate="m:1")
        .group_by("place_id", pl.col("to").alias("industry"), maintain_order=True)
        .agg(
            *(_sum_of_known(name) for name in ("jobs", "establishments")),
            pl.col("suppressed").any(),
        )
    )
    if not summed.height:
        raise InvalidArgument(
            f"digits: nothing tells which industries of {finer} digits lie in one of {chosen}. "
            "Fill in `parent` in the table `industries`."
        )
    said = [f"Industries with {chosen} digits are sums of those with {finer}."]
    if n_hidden := rows.filter(pl.col("industry").is_in(codes))["jobs"].null_count():
        said.append(
            f"{n_hidden:,} cells of {finer} digits are not known; they are missing from these "
            "sums, which are unknown only where all their parts are."
        )
    return summed, said


def _place_totals(
    rows: pl.DataFrame, level: dict[str, int | None], top: frozenset[str], places: pl.Series
) -> tuple[Floats, Flags]:
    """Return jobs of all industries in each place, and where they are published.

    Without a row of all industries, the largest sum over the industries of one level: each sum
    misses what is suppressed at that level, and coarser levels are suppressed less.
    """
    told = rows.filter(pl.col("industry").is_in(list(top)) & pl.col("jobs").is_not_null())
    root = told.group_by("place_id").agg(pl.col("jobs").max())
    depths = pl.DataFrame({"industry": list(level), "depth": list(level.values())},
                          schema={"industry": pl.String, "depth": pl.Int64})  # fmt: skip
    sums = (
        rows.join(depths, on="industry", how="inner", validate="m:1")
        .group_by("place_id", "depth")
        .agg(pl.col("jobs").sum(), pl.col("jobs").null_count().alias("hidden"))
    )
    best = sums.group_by("place_id").agg(
        pl.col("jobs").max(), pl.col("hidden").sort_by("jobs").last()
    )
    found = (
        pl.DataFrame({"place_id": places})
        .join(root.rename({"jobs": "root"}), on="place_id", how="left", maintain_order="left")
        .join(best, on="place_id", how="left", maintain_order="left")
    )
    several = len({depth for depth in level.values() if depth is not None}) > 1
    summed = found["jobs"].fill_null(0.0)
    total = found["root"].fill_null(summed).to_numpy().astype(np.float64)
    whole = (found["hidden"].fill_null(0) == 0).to_numpy() & several
    return total, np.asarray(found["root"].is_not_null().to_numpy() | whole)


def _industry_gap(
    rows: pl.DataFrame, cells: pl.DataFrame, codes: pl.Series, industries: pl.DataFrame
) -> Floats:
    """Return the share of the jobs one level up that is in no known cell of its parts."""
    listed = rows["industry"].unique()
    known = set(listed)
    up = parents([*codes, *listed], industries)
    whole = {code: up[code] for code in codes if up.get(code) in known}
    sums = dict(rows.group_by("industry").agg(pl.col("jobs").sum()).iter_rows())
    parts = dict(cells.group_by("industry").agg(pl.col("jobs").sum()).iter_rows())
    held: dict[str, float] = {}
    for code, parent in whole.items():
        held[parent] = held.get(parent, 0.0) + parts.get(code, 0.0)
    gap = {
        parent: max(0.0, 1.0 - part / sums[parent]) if sums[parent] > 0 else np.nan
        for parent, part in held.items()
    }
    return np.array([gap.get(whole.get(code, ""), np.nan) for code in codes])
