"""The definition of groups that is used, against chance and against a declared one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.industry_chance import (
    SearchByChance,
    Stability,
    dealt_scores,
    range_of,
    score_of,
)
from buzzline.agglomeration.industry_choice import Chosen
from buzzline.agglomeration.industry_group_tables import SUMMARY_SCHEMA, numbered_by_jobs
from buzzline.agglomeration.industry_search import (
    Definitions,
    GroupSearch,
    Recipe,
    made_by,
    reassigned,
)
from buzzline.agglomeration.industry_similarity import Scaling, overall
from buzzline.agglomeration.validation_scores import made_ready
from buzzline.agreement import adjusted_rand
from buzzline.arrays import Codes, Flags, Floats, as_codes, as_flags
from buzzline.quantities import Draws, Share
from buzzline.randomness import child
from buzzline.resampling import against_chance

Agreed = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True, eq=False)
class Used:
    """The definition that is used: the best one tried, with outliers moved where that helps.

    Attributes
    ----------
    recipe : Recipe
    scaling : Scaling
    best, group : (s,) int32        before and after outliers moved
    moves : bool                    whether they did
    """

    recipe: Recipe
    scaling: Scaling
    best: Codes
    group: Codes
    moves: bool

    @classmethod
    def of(
        cls,
        tried: Definitions,
        bases: Mapping[str, Floats],
        search: GroupSearch,
        *,
        jobs: Floats,
    ) -> Used:
        """Return the definition to be used, its groups numbered by jobs."""
        best = numbered_by_jobs(tried.groups[tried.best], jobs)
        moved = reassigned(overall(bases, search.scaling), best)
        ready = [made_ready(matrix) for matrix in bases.values()]
        moves = score_of(ready, moved, bases) >= score_of(ready, best, bases)
        used = numbered_by_jobs(moved, jobs) if moves else best
        return cls(tried.recipes[tried.best], search.scaling, best, used, moves)

    def made(self, bases: Mapping[str, Floats]) -> Codes:
        """Return the groups that the same steps give with other matrices."""
        group = made_by(self.recipe, bases, self.scaling)
        return reassigned(overall(bases, self.scaling), group) if self.moves else group


@dataclass(frozen=True, slots=True, eq=False)
class Sure:
    """What is known of the error of a definition."""

    by_chance: SearchByChance
    again: Stability
    level: Share
    draws: Draws
    seed: int


def have_moved(used: Used) -> Flags:
    """Tell which industries are with other companions than in the best definition tried.

    Groups were numbered anew, so an industry has moved when it is not where most of its former
    group is.
    """
    home = {
        int(code): np.bincount(used.group[used.best == code]).argmax()
        for code in np.unique(used.best)
    }
    return as_flags(
        [home[int(was)] != now for was, now in zip(used.best, used.group, strict=True)]
    )


def summary(
    choice: Chosen, bases: Mapping[str, Floats], used: Used, *, sure: Sure
) -> pl.DataFrame:
    """Return one row for the definition used, the best one tried, and the declared one."""
    judged = {"used": used.group, "before outliers moved": used.best}
    if choice.declared is not None:
        judged["declared"] = choice.declared
    rows = [
        _judged(name, group, bases, choice.declared, sure) for name, group in judged.items()
    ]
    table = pl.DataFrame(rows, schema=SUMMARY_SCHEMA, orient="row")
    return table.with_columns(pl.col(pl.Float64).fill_nan(None))


def _judged(
    name: str, group: Codes, bases: Mapping[str, Floats], declared: Codes | None, sure: Sure
) -> tuple[object, ...]:
    """Return one row of the summary: a grouping against dealt groups and the declared ones."""
    known = np.flatnonzero(group >= 0)
    within = {base: matrix[np.ix_(known, known)] for base, matrix in bases.items()}
    codes = as_codes(np.unique(group[known], return_inverse=True)[1])
    value = score_of([made_ready(matrix) for matrix in within.values()], codes, within)
    dealt = dealt_scores(within, codes, draws=sure.draws, rng=child(sure.seed, "dealt", name))
    p = (1 + int((dealt >= value).sum())) / (1 + dealt.size) if dealt.size else float("nan")
    low, high = range_of(dealt, sure.level)
    n_groups = int(codes.max(initial=-1)) + 1
    agreed: Agreed = (None, None, None)
    if declared is not None and name != "declared":
        agreed = _agreed(group, declared, sure)
    return (name, n_groups, known.size, value, low, high, sure.level, p, *agreed)


def _agreed(group: Codes, declared: Codes, sure: Sure) -> Agreed:
    """Return the agreement with the declared groups, how high dealt groups come, and p."""
    known = declared >= 0
    told = declared[known]
    if not sure.draws:
        return adjusted_rand(group[known], told), None, None
    found = against_chance(
        lambda dealt: adjusted_rand(group[known], dealt),
        told,
        lambda rng: rng.permutation(told),
        draws=sure.draws,
        level=sure.level,
        rng=child(sure.seed, "declared"),
    )
    return found.value, found.high, found.p
