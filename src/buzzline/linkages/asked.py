"""Whether the members of a cluster told of its ties, or only others did."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from buzzline.arrays import Flags, Floats, as_flags, as_floats
from buzzline.linkages.advice_ties import SURVEYED
from buzzline.linkages.response_gate import ANSWERED
from buzzline.tables.study import Study

NEARLY_NOBODY = 0.2  # of the members who could have told of a tie
BY_OTHERS = 0.8  # of the tie ends at members, from which on a cluster is as others see it


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Who told of the ties of a layer, one number an organisation.

    Attributes
    ----------
    n_ends : (n,) float64     ends of ties to others
    by_others : (n,) float64  of these, told by the other end
    told : (n,) float64       ties it told of itself
    answered : (n,) bool or None   who answered, where the study says so of this layer
    """

    n_ends: Floats
    by_others: Floats
    told: Floats
    answered: Flags | None

    def refusal(self, members: Flags) -> str:
        """Say why the ties of some organisations cannot be compared; nothing if they can.

        Nobody tells of ties inside a cluster that was not asked: only those that others have
        with it are there, and its local ties would be read as missing.
        """
        tied = members & (self.n_ends > 0)
        if not tied.any():
            return ""
        is_known = self.answered is not None and bool(self.answered.any())
        n_ends, by_others = self.n_ends[tied].sum(), self.by_others[tied].sum()
        if not is_known and by_others < BY_OTHERS * n_ends:
            return ""
        could, who = tied, self.told > 0
        if is_known and self.answered is not None:
            could, who = members, who | self.answered
        n, k = int((who & could).sum()), int(could.sum())
        if n >= NEARLY_NOBODY * k:
            return ""
        start = (
            "nobody of this cluster was asked"
            if not n
            else (f"only {n:,} of {k:,} members told of their ties")
        )
        return f"not testable: {start}: its ties are those that others told of"


def asked_of(study: Study, layer: str) -> Asked:
    """Return who told of the ties of one layer: `observed_by`, and `answered` of advice."""
    number = study.organisations.select("org_id").with_row_index("row")
    ties = study.linkages.filter(
        (pl.col("layer") == layer) & (pl.col("source") != pl.col("target"))
    )
    teller = pl.col("observed_by")
    told = ties.filter((teller == pl.col("source")) | (teller == pl.col("target")))
    other = pl.when(teller == pl.col("source")).then("target").otherwise("source")
    ends = pl.concat([ties["source"], ties["target"]])
    if not told.height and layer != SURVEYED:
        ends = ends.clear()  # not a survey: nobody asks who told

    def count(names: pl.Series) -> Floats:
        found = names.alias("org_id").to_frame().group_by("org_id").len()
        placed = number.join(
            found, on="org_id", how="left", validate="1:1", maintain_order="left"
        )
        return as_floats(placed["len"].fill_null(0).to_numpy())

    answered = None
    if layer == SURVEYED:
        yes = study.outcomes.filter((pl.col("indicator") == ANSWERED) & (pl.col("value") == 1))[
            "unit_id"
        ]
        answered = as_flags(number["org_id"].is_in(yes.unique().to_list()).to_numpy())
    return Asked(
        count(ends), count(told.select(other.alias("org_id"))["org_id"]),
        count(told["observed_by"]), answered,
    )  # fmt: skip
