"""The tables of a search for groups of related industries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from buzzline.agglomeration.industry_chance import SearchByChance
from buzzline.agglomeration.industry_search import Definitions
from buzzline.agglomeration.validation_scores import (
    Scores,
    made_ready,
    mean_relatedness,
    others,
)
from buzzline.agreement import adjusted_rand
from buzzline.arrays import Codes, Flags, Floats, as_codes
from buzzline.quantities import Share

CORE, MARGINAL, MOVED = "in its group", "marginal", "moved"
ALONE, NOT_GROUPED = "alone", "not grouped"

GROUPS_SCHEMA = {
    "group": pl.Int64, "group_name": pl.String, "industry": pl.String, "title": pl.String,
    "jobs": pl.Float64, "within": pl.Float64, "elsewhere": pl.Float64, "nearest": pl.String,
    "others_p95": pl.Float64, "stability": pl.Float64, "status": pl.String,
    "reason": pl.String, "declared": pl.String,
}  # fmt: skip
DEFINITIONS_SCHEMA = {
    "matrix": pl.String, "function": pl.String, "n_groups": pl.Int64, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "contrast": pl.Float64,
    "agreement": pl.Float64,
}  # fmt: skip
SCORES_SCHEMA = {
    "matrix": pl.String, "function": pl.String, "n_groups": pl.Int64, "judged_by": pl.String,
    **dict.fromkeys(Scores._fields, pl.Float64),
}  # fmt: skip
SUMMARY_SCHEMA = {
    "definition": pl.String, "n_groups": pl.Int64, "n": pl.Int64, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "p": pl.Float64,
    "agreement": pl.Float64, "agreement_high": pl.Float64, "agreement_p": pl.Float64,
}  # fmt: skip


def definitions_table(
    tried: Definitions, chance: SearchByChance, *, level: Share, declared: Codes | None
) -> pl.DataFrame:
    """Return one row a definition tried, the best first."""
    ranges = chance.ranges(tried.recipes, level)
    agreement = [_agreement(group, declared) for group in tried.groups]
    rows = pl.DataFrame(
        {
            "matrix": [recipe.matrix for recipe in tried.recipes],
            "function": [recipe.function for recipe in tried.recipes],
            "n_groups": [recipe.n_groups for recipe in tried.recipes],
            "value": tried.mean,
            "low": ranges[:, 0],
            "high": ranges[:, 1],
            "level": [level] * len(tried.recipes),
            "contrast": tried.contrast,
            "agreement": agreement,
        },
        schema=DEFINITIONS_SCHEMA,
        nan_to_null=True,
    )
    return rows.sort(
        ["value", "contrast"], descending=True, nulls_last=True, maintain_order=True
    )


def _agreement(group: Codes, declared: Codes | None) -> float:
    """Return the adjusted Rand index with the declared groups, where they are known."""
    if declared is None:
        return float("nan")
    known = declared >= 0
    return adjusted_rand(group[known], declared[known])


def scores_table(tried: Definitions) -> pl.DataFrame:
    """Return one row a definition and the matrix that judged it."""
    n, n_bases = len(tried.recipes), len(tried.bases)
    row = np.repeat(np.arange(n), n_bases)
    flat = tried.scores.reshape(n * n_bases, len(Scores._fields))
    return pl.DataFrame(
        {
            "matrix": [tried.recipes[i].matrix for i in row],
            "function": [tried.recipes[i].function for i in row],
            "n_groups": [tried.recipes[i].n_groups for i in row],
            "judged_by": list(tried.bases) * n,
            **{name: flat[:, column] for column, name in enumerate(Scores._fields)},
        },
        schema=SCORES_SCHEMA,
        nan_to_null=True,
    )


def numbered_by_jobs(group: Codes, jobs: Floats) -> Codes:
    """Return the groups numbered from 0, the one with most jobs first."""
    total = np.bincount(group, weights=np.nan_to_num(jobs))
    rank = np.empty(total.size, dtype=np.int64)
    rank[np.lexsort((np.arange(total.size), -total))] = np.arange(total.size)
    return as_codes(rank[group])


def members_table(
    industries: pl.DataFrame, group: Codes, relatedness: Floats, *, moved: Flags, stable: Floats
) -> pl.DataFrame:
    """Return one row a grouped industry: how well it fits, and where else it would.

    Parameters
    ----------
    industries : DataFrame
        `industry`, `title`, `jobs`, `declared` of the grouped ones.
    group : (s,) int32
    relatedness : (s, s) float64
        The mean of all matrices, scaled.
    moved : (s,) bool
        Reassigned after the search.
    stable : (s,) float64
    """
    by_industry, _ = mean_relatedness(made_ready(relatedness), group)
    rows = np.arange(group.size)
    within = by_industry[rows, group]
    _, most = others(by_industry, group)
    names = group_names(industries, group, within)
    elsewhere = by_industry.copy()
    elsewhere[rows, group] = np.nan
    found = np.nan_to_num(elsewhere, nan=-np.inf)
    nearest, near = found.argmax(axis=1), found.max(axis=1)
    is_near = np.isfinite(near)
    return pl.DataFrame(
        {
            "group": group.astype(np.int64) + 1,
            "group_name": [names[code] for code in group],
            "industry": industries["industry"],
            "title": industries["title"],
            "jobs": industries["jobs"],
            "within": within,
            "elsewhere": np.where(is_near, near, np.nan),
            "nearest": [
                names[k] if ok else None for k, ok in zip(nearest, is_near, strict=True)
            ],
            "others_p95": most,
            "stability": stable,
            "status": _statuses(group, within, most, moved),
            "reason": [None] * group.size,
            "declared": industries["declared"],
        },
        schema=GROUPS_SCHEMA,
        nan_to_null=True,
    ).sort(["group", "within"], descending=[False, True], nulls_last=True)


def _statuses(group: Codes, within: Floats, most: Floats, moved: Flags) -> list[str]:
    size = np.bincount(group)[group]
    with np.errstate(invalid="ignore"):
        fits = within > most
    return [
        ALONE if n == 1 else MARGINAL if not good else MOVED if was else CORE
        for n, good, was in zip(size, fits, moved, strict=True)
    ]


def group_names(industries: pl.DataFrame, group: Codes, within: Floats) -> list[str]:
    """Return a name a group: the title of the member most related to the others."""
    title = industries.select(pl.coalesce("title", "industry")).to_series().to_list()
    names = []
    for code in range(int(group.max(initial=-1)) + 1):
        members = np.flatnonzero(group == code)
        central = members[np.nan_to_num(within[members], nan=-np.inf).argmax()]
        names.append(title[central])
    return names


def left_out_table(industries: pl.DataFrame, reasons: Sequence[str]) -> pl.DataFrame:
    """Return one row an industry that was not grouped, with the reason."""
    return industries.select(
        group=None,
        group_name=None,
        industry="industry",
        title="title",
        jobs="jobs",
        within=None,
        elsewhere=None,
        nearest=None,
        others_p95=None,
        stability=None,
        status=pl.lit(NOT_GROUPED),
        reason=pl.Series(list(reasons), dtype=pl.String),
        declared="declared",
    ).cast(GROUPS_SCHEMA)  # type: ignore[arg-type]  # names to types
