"""What do the tables of a study say about pairs of industries, and for how many of them?

Flows are often published for coarser industries than employment: then an industry takes the
figures of the industry it is part of. Which figures each industry takes is in `Flows.row`, and
what is not covered is said in `Flows.note`; nothing is split or made up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from buzzline.agglomeration.inter_industry import (
    input_output_relatedness,
    occupational_relatedness,
)
from buzzline.agglomeration.labour_flows import labour_flow_relatedness
from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.errors import TooFew
from buzzline.quantities import Years
from buzzline.tables.study import Study

FlowKind = Literal["input_output", "occupations", "labour"]

FEWEST_CHARACTERS = 2  # of a code that stands for finer ones, as in "33" for "3344"
WHAT = {
    "input_output": "flows of goods and services",
    "occupations": "occupations",
    "labour": "moves of people",
}
REMEDY = {
    "input_output": 'Add a table `industry_flows` with rows of kind "input_output".',
    "occupations": "Add a table `occupations`.",
    "labour": 'Add a table `industry_flows` with rows of kind "labour", or a table `spells`.',
}


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """Figures about industries as their table gives them, and who takes which.

    Attributes
    ----------
    kind : "input_output", "occupations" or "labour"
    values : (c, c) float64 [as published], or (c, o) float64 [jobs]
        From row to column: what is sold, or who moves; for occupations, jobs in each.
    codes : tuple[str, ...]
        The c industries of the table.
    row : (s,) int32
        The row that each industry asked for takes; -1 where none describes it.
    note : str
        How many industries are covered, and how many through a coarser one.
    """

    kind: FlowKind
    values: Floats
    codes: tuple[str, ...]
    row: Codes
    note: str

    def relatedness(self) -> Floats:
        """Return how related the industries asked for are; NaN where it is not known.

        (s, s) float64. Two industries that take the figures of one coarser industry are as
        related as that industry is to itself: by what it sells to itself, or by 1 for
        occupations. Moves within one industry say nothing of its parts: NaN.
        """
        if self.kind == "input_output":
            known = input_output_relatedness(self.values)
        elif self.kind == "occupations":
            known = occupational_relatedness(self.values)
        else:
            known = labour_flow_relatedness(self.values)
            np.fill_diagonal(known, np.nan)
        spread = known[np.ix_(self.row, self.row)]
        spread[self.row < 0] = np.nan
        spread[:, self.row < 0] = np.nan
        return as_floats(spread)

    @property
    def share_covered(self) -> float:
        """The share of the industries asked for that the table describes."""
        return float((self.row >= 0).mean()) if self.row.size else 0.0


def has_flows(study: Study, kind: FlowKind) -> bool:
    """Tell whether the study has a table with figures of this kind."""
    if kind == "occupations":
        return bool(study.occupations.height)
    stored = study.industry_flows.filter(pl.col("kind") == kind).height
    return bool(stored or (kind == "labour" and study.spells.height))


def flows_of(
    study: Study, industries: Sequence[str], kind: FlowKind, *, year: Years | None = None
) -> Flows:
    """Return flows between industries, or their occupations, in the order asked for.

    Parameters
    ----------
    study : Study
        Needs `industry_flows`, `occupations`, or (for moves of people) `spells` with
        `organisations.industry`.
    industries : sequence of str
        An industry that is not in the table takes the figures of the one it is part of: its
        nearest parent in `industries`, else the longest code that its own begins with.
    kind : "input_output", "occupations" or "labour"
    year : int, optional
        Of the flows; by default the latest.

    Returns
    -------
    Flows

    Raises
    ------
    TooFew
        The study has no such figures, or they describe none of the industries.

    Examples
    --------
    >>> from buzzline.tables.study import Study
    >>> table = pl.DataFrame({"industry": ["33", "52"], "other": ["52", "33"],
    ...     "kind": ["input_output"] * 2, "value": [3.0, 1.0]})
    >>> found = flows_of(Study.of(industry_flows=table), ["3344", "52", "90"], "input_output")
    >>> found.codes, found.row.tolist(), found.note
    (('33', '52'), [0, 1, -1], 'flows of goods and services: 2 of 3 industries covered, 1
    through a coarser industry')
    """
    if not has_flows(study, kind):
        raise TooFew(f"flows_of: the study has no {WHAT[kind]}. {REMEDY[kind]}")
    pairs = _occupations(study) if kind == "occupations" else _flows(study, kind, year)
    codes, values = _matrix(pairs, is_square=kind != "occupations")
    row, n_coarse = _rows(industries, codes, _parents(study))
    n_covered = int((row >= 0).sum())
    if not n_covered:
        raise TooFew(
            f"flows_of: the {WHAT[kind]} describe none of the {len(industries):,} industries "
            f"(the table has e.g. {', '.join(map(repr, codes[:3]))}). Use one classification."
        )
    note = f"{WHAT[kind]}: {n_covered:,} of {len(industries):,} industries covered"
    note += f", {n_coarse:,} through a coarser industry" if n_coarse else ""
    return Flows(kind, values, codes, row, note)


def _occupations(study: Study) -> pl.DataFrame:
    return study.occupations.select(
        "industry", other="occupation", value=pl.col("jobs").fill_null(0.0)
    )


def _flows(study: Study, kind: FlowKind, year: Years | None) -> pl.DataFrame:
    stored = study.industry_flows.filter(pl.col("kind") == kind)
    if not stored.height:
        return _moves(study)
    years = stored["year"].drop_nulls()
    wanted = year if year is not None and year in years else years.max()
    if wanted is not None:
        stored = stored.filter(pl.col("year") == wanted)
    return stored.select("industry", "other", "value")


def _moves(study: Study) -> pl.DataFrame:
    """Return how many people left each industry for each other, from their spells."""
    industry = study.organisations.select("org_id", "industry")
    spells = study.spells.filter(pl.col("start").is_not_null()).sort("person_id", "start")
    placed = spells.join(
        industry, on="org_id", how="left", validate="m:1", maintain_order="left"
    )
    following = pl.col("industry").shift(-1).over("person_id")
    return (
        placed.with_columns(other=following)
        .filter(pl.col("industry").is_not_null() & pl.col("other").is_not_null())
        .group_by("industry", "other")
        .agg(value=pl.len().cast(pl.Float64))
    )


def _matrix(pairs: pl.DataFrame, *, is_square: bool) -> tuple[tuple[str, ...], Floats]:
    names = set(pairs["industry"]) | (set(pairs["other"]) if is_square else set())
    codes = tuple(sorted(names))
    columns = codes if is_square else tuple(sorted(set(pairs["other"])))
    row = {code: number for number, code in enumerate(codes)}
    column = {name: number for number, name in enumerate(columns)}
    values = np.zeros((len(codes), len(columns)))
    at = (
        pairs["industry"].replace_strict(row, return_dtype=pl.Int64).to_numpy(),
        pairs["other"].replace_strict(column, return_dtype=pl.Int64).to_numpy(),
    )
    np.add.at(values, at, pairs["value"].to_numpy())
    return codes, values


def _parents(study: Study) -> Mapping[str, str]:
    return dict(study.industries.select("industry", "parent").drop_nulls().iter_rows())


def _rows(
    industries: Sequence[str], codes: Sequence[str], parents: Mapping[str, str]
) -> tuple[Codes, int]:
    """Return the row each industry takes, and how many take that of a coarser one."""
    known = {code: number for number, code in enumerate(codes)}
    taken = [_standing_for(industry, known, parents) for industry in industries]
    n_coarse = sum(code not in ("", own) for code, own in zip(taken, industries, strict=True))
    return as_codes([known.get(code, -1) for code in taken]), n_coarse


def _standing_for(industry: str, known: Mapping[str, int], parents: Mapping[str, str]) -> str:
    code, seen = industry, {industry}
    while code not in known and parents.get(code, code) not in seen:
        code = parents[code]
        seen.add(code)
    if code in known:
        return code
    shorter = (industry[:end] for end in range(len(industry) - 1, FEWEST_CHARACTERS - 1, -1))
    return next((part for part in shorter if part in known), "")


__all__ = ["FlowKind", "Flows", "flows_of", "has_flows"]
