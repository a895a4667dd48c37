"""Which industries are grouped, what is known of them, and which are left out with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from buzzline.agglomeration.employment import EmploymentMatrix
from buzzline.agglomeration.industry_flows import FlowKind, flows_of, has_flows
from buzzline.agglomeration.industry_similarity import Whereabouts
from buzzline.arrays import Codes, Flags, Floats, as_codes, as_flags
from buzzline.tables.study import Study

GroupBase = Literal["traded", "all"]

FEWEST_INDUSTRIES = 6  # two groups of three
FEWEST_PLACES = 3  # below, there is no correlation over places
LINK_NAMES: dict[FlowKind, str] = {
    "input_output": "input-output",
    "occupations": "occupations",
    "labour": "labour flows",
}


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The industries that are grouped, and those that are not.

    Attributes
    ----------
    industries : DataFrame          `industry`, `title`, `jobs`, `declared`; all of them
    grouped : (s,) bool
    reasons : tuple[str, ...]       of those not grouped, in their order
    where : Whereabouts             of the grouped
    declared : (grouped,) int32     declared group of each, -1 unknown; None when none has one
    notes : tuple[str, ...]
    """

    industries: pl.DataFrame
    grouped: Flags
    reasons: tuple[str, ...]
    where: Whereabouts
    declared: Codes | None
    notes: tuple[str, ...]

    @property
    def too_few(self) -> str:
        """Why no groups can be sought; empty when they can."""
        n = int(self.grouped.sum())
        n_places = self.where.counted.shape[0]
        if n < FEWEST_INDUSTRIES:
            return (
                f"{n} industries can be grouped, and groups need at least {FEWEST_INDUSTRIES}"
            )
        if n_places < FEWEST_PLACES:
            return f"{n_places} places tell nothing of common location; {FEWEST_PLACES} would"
        return ""


def chosen(
    study: Study, matrix: EmploymentMatrix, *, base: GroupBase, fewest_places: int
) -> Chosen:
    """Return the industries to be grouped and what is known of them.

    Parameters
    ----------
    study : Study
    matrix : EmploymentMatrix
    base : "traded" or "all"
    fewest_places : count
        An industry in fewer places is left out.
    """
    wanted, notes = _of_base(matrix.industries, base)
    n_places = _places_of(matrix)
    enough = min(fewest_places, matrix.jobs.shape[0])
    reasons = np.where(
        ~wanted, "not traded", [f"in {n} places, {enough} are needed" for n in n_places]
    )
    grouped = as_flags(wanted & (n_places >= enough))
    codes = matrix.industries["industry"].filter(pl.Series(grouped)).to_list()
    links, said = _links(study, codes, matrix.year)
    where = Whereabouts(
        _told(matrix.jobs, grouped), _told(matrix.establishments, grouped), links,
        _sizes(matrix),
    )  # fmt: skip
    industries = matrix.industries.select("industry", "title", declared="cluster").with_columns(
        jobs=pl.Series(matrix.industry_jobs)
    )
    declared = industries.filter(pl.Series(grouped))["declared"]
    left = tuple(str(reason) for reason in reasons[~grouped])
    return Chosen(
        industries, grouped, left, where, _codes(declared), (*notes, *said, *_hidden(matrix))
    )


def _of_base(industries: pl.DataFrame, base: GroupBase) -> tuple[Flags, list[str]]:
    traded = industries["traded"]
    if base == "all":
        return np.ones(industries.height, np.bool_), []
    if traded.null_count() == traded.len():
        note = "Which industries are traded is not told; all are grouped."
        return np.ones(industries.height, np.bool_), [note]
    return as_flags(traded.fill_null(value=False).to_numpy()), []


def _places_of(matrix: EmploymentMatrix) -> np.ndarray:
    there = (np.nan_to_num(matrix.jobs) > 0) | (np.nan_to_num(matrix.establishments) > 0)
    return np.asarray(there.sum(axis=0))


def _told(counted: Floats, grouped: Flags) -> Floats | None:
    some = counted[:, grouped]
    nothing = some.size and np.isnan(some).all()
    return None if nothing else np.ascontiguousarray(some)


def _sizes(matrix: EmploymentMatrix) -> Floats | None:
    """Return the jobs of all industries in each place; None where some are not known."""
    size = matrix.place_jobs
    return size if np.isfinite(size).all() and (size > 0).all() else None


def _links(
    study: Study, codes: list[str], year: int | None
) -> tuple[dict[str, Floats], list[str]]:
    links, notes = {}, []
    for kind, name in LINK_NAMES.items():
        if codes and has_flows(study, kind):
            flows = flows_of(study, codes, kind, year=year)
            links[name] = flows.relatedness()
            notes.append(flows.note[0].upper() + flows.note[1:] + ".")
    return links, notes


def _codes(declared: pl.Series) -> Codes | None:
    if declared.null_count() == declared.len():
        return None
    return as_codes(declared.rank("dense").cast(pl.Int64).fill_null(0).to_numpy() - 1)


def _hidden(matrix: EmploymentMatrix) -> list[str]:
    share = matrix.suppressed_share
    if share == 0:
        return []
    said = "an unknown share" if np.isnan(share) else f"{share:.1%}"
    return [f"{said[0].upper()}{said[1:]} of all jobs is in no known cell of the table."]
