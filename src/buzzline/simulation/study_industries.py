"""Industries of a study as industries of a world, and how related they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.proximity import proximity
from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.quantities import Count
from buzzline.tables.study import Study

OTHER = "other"
FEWEST_PLACES = 10  # that hold two industries or more, to tell relatedness from them
NOTHING_KNOWN = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """Industries of a world.

    Attributes
    ----------
    industries : tuple of str
    industry : (n,) int32
    related : (s, s) float64 [share]
    notes : tuple of str
    """

    industries: tuple[str, ...]
    industry: Codes
    related: Floats
    notes: tuple[str, ...]


def sorted_by_industry(study: Study, placed: pl.DataFrame, *, at_most: Count) -> Sorted:
    """Return the industries with most organisations; the rest together are one more."""
    main = _main_industry(study, placed)
    counts = main.drop_nulls().value_counts(sort=False, name="n").sort(
        ["n", main.name], descending=[True, False]
    )  # fmt: skip
    kept = counts[main.name].head(at_most).to_list()
    is_kept = main.is_in(kept)
    names = [*kept, OTHER] if not is_kept.fill_null(False).all() else kept
    code = main.replace_strict(kept, list(range(len(kept))), default=len(kept)).fill_null(
        len(kept)
    )
    industry = as_codes(code.to_numpy())
    n_places = int(placed["place"].max() or 0) + 1  # type: ignore[arg-type]
    related, said = _related(study, names, _presence(placed, industry, n_places, len(names)))
    return Sorted(tuple(names), industry, related, (*_notes(main, kept), said))


def _main_industry(study: Study, placed: pl.DataFrame) -> pl.Series:
    """Return the main industry, else the first activity."""
    first = study.activities.select("org_id", other="industry").unique(
        "org_id", keep="first", maintain_order=True
    )
    joined = placed.select("org_id", "industry").join(
        first, on="org_id", how="left", validate="m:1", maintain_order="left"
    )
    return joined.select(pl.coalesce("industry", "other").alias("industry")).to_series()


def _notes(main: pl.Series, kept: list[str]) -> tuple[str, ...]:
    unknown = main.null_count()
    small = int((~main.drop_nulls().is_in(kept)).sum())
    notes = []
    if unknown:
        notes.append(f"{unknown:,} organisations without industry count as “{OTHER}”.")
    if small:
        notes.append(
            f"The {len(kept)} largest industries are kept; {small:,} organisations of smaller "
            f"ones count as “{OTHER}”."
        )
    return tuple(notes)


def _presence(placed: pl.DataFrame, industry: Codes, n_places: int, n: int) -> Floats:
    counts = np.zeros((n_places, n))
    np.add.at(counts, (placed["place"].to_numpy(), industry), 1.0)
    return counts


def _related(study: Study, names: list[str], counts: Floats) -> tuple[Floats, str]:
    table = study.relatedness.filter(
        pl.col("industry").is_in(names) & pl.col("other").is_in(names)
    )
    if table.height:
        return _as_told(table, names), "Relatedness of industries is that of the study."
    if int(((counts > 0).sum(1) >= 2).sum()) >= FEWEST_PLACES and len(names) > 1:
        return _by_places(counts), (
            "Relatedness of industries is read off the places that hold both (proximity)."
        )
    related = np.full((len(names), len(names)), NOTHING_KNOWN)
    np.fill_diagonal(related, 1.0)
    return (
        related,
        f"Relatedness of industries is not known; all pairs count {NOTHING_KNOWN:g}.",
    )


def _as_told(table: pl.DataFrame, names: list[str]) -> Floats:
    """Return values from 0 to 1: the mean over kinds, each against its largest."""
    scaled = table.with_columns(
        value=(pl.col("value") / pl.col("value").max().over("kind")).clip(0, 1).fill_nan(0)
    )
    number = {name: k for k, name in enumerate(names)}
    total, n = np.zeros((2, len(names), len(names)))
    rows = [[number[name] for name in scaled[end]] for end in ("industry", "other")]
    for one, other in (rows, rows[::-1]):
        np.add.at(total, (one, other), scaled["value"].to_numpy())
        np.add.at(n, (one, other), 1.0)
    return _with_itself(np.where(n > 0, total / np.maximum(n, 1), np.nan))


def _by_places(counts: Floats) -> Floats:
    """Return proximity between what is present beyond its share."""
    share = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    usual = counts.sum(0) / counts.sum()
    return _with_itself(proximity((share > usual) & (counts > 0)))


def _with_itself(related: Floats) -> Floats:
    """Fill what is not known with the mean of what is; an industry is related to itself."""
    apart = ~np.eye(len(related), dtype=np.bool_)
    known = related[apart & np.isfinite(related)]
    filled = np.where(np.isfinite(related), related, known.mean() if known.size else 0.5)
    np.fill_diagonal(filled, 1.0)
    return as_floats(np.clip(filled, 0, 1))
