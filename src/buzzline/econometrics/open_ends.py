"""Ties whose first or last day is not known, in a panel that lives by both."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from buzzline.tables.study import Study
from buzzline.wording import plural, verb

MOST_WITHOUT_START = 0.1  # of the ties of layers that have first days: more are a gap
MANY_WITHOUT_END = 0.25  # of all ties: lasting, or never asked


@dataclass(frozen=True, slots=True)
class OpenEnds:
    """How many ties have no first or no last day.

    Attributes
    ----------
    n : int               ties
    n_dated : int         of layers in which some have a first day
    n_gaps : int          of these, without one
    n_undated : int       of layers in which none has
    n_without_end : int   with a first day and no last one
    """

    n: int
    n_dated: int
    n_gaps: int
    n_undated: int
    n_without_end: int

    def refusal(self) -> str:
        """Say why ties cannot be counted by year; nothing where they can."""
        if self.n_gaps <= MOST_WITHOUT_START * self.n_dated:
            return ""
        return (
            f"{self.n_gaps:,} of {self.n_dated:,} ties have no `start` while others of their "
            "layer have; counted in every year they would make the others seem worth more or "
            "less than they are. Fill it in, or leave these ties out"
        )

    def notes(self) -> tuple[str, ...]:
        """Return what a reader must know of ties without a first or last day."""
        out: list[str] = []
        undated = self.n_gaps + self.n_undated
        if undated:
            out.append(
                f"{plural(undated, 'tie')} without a first day "
                f"{verb(undated, 'counts', 'count')} in every year until the last."
            )
        open_ = self.n_without_end
        if open_:
            said = (
                f"{open_:,} of {plural(self.n, 'tie')} without a last day "
                f"{verb(open_, 'counts', 'count')} as lasting"
            )
            if open_ > MANY_WITHOUT_END * self.n:
                said += (
                    "; read values with care: if many of these ended unseen, values are wrong, "
                    "and may be twice too large"
                )
            out.append(f"{said}.")
        return tuple(out)


def ties_of_some(study: Study, rows: pl.Series) -> pl.DataFrame:
    """Return the ties between two organisations of which one is at some rows of the study."""
    names = study.organisations["org_id"].gather(rows.unique()).implode()
    return study.linkages.filter(
        (pl.col("source") != pl.col("target"))
        & (pl.col("source").is_in(names) | pl.col("target").is_in(names))
    )


def open_ends(ties: pl.DataFrame) -> OpenEnds:
    """Count ties without a first or last day.

    Parameters
    ----------
    ties : DataFrame
        `layer`, `start`, `end`.

    Examples
    --------
    >>> from datetime import date
    >>> day = date(2010, 1, 1)
    >>> found = open_ends(pl.DataFrame({"layer": ["supply", "supply", "licence"],
    ...                                 "start": [day, None, None], "end": [None] * 3}))
    >>> found.n_gaps, found.n_undated, found.n_without_end
    (1, 1, 1)
    """
    counts = ties.group_by("layer").agg(
        n=pl.len(), gaps=pl.col("start").null_count(),
        lasting=(pl.col("start").is_not_null() & pl.col("end").is_null()).sum(),
    )  # fmt: skip
    dated = counts.filter(pl.col("gaps") < pl.col("n"))
    bare = counts.filter(pl.col("gaps") == pl.col("n"))
    return OpenEnds(
        ties.height, int(dated["n"].sum()), int(dated["gaps"].sum()), int(bare["n"].sum()),
        int(counts["lasting"].sum()),
    )  # fmt: skip
