"""Which industries belong together, and how sure is that?

A definition of groups is a matrix of similarity between industries, a clustering function and
a number of groups. Many are made, each is scored by how related the members of its groups are,
and the best is corrected by moving outliers to where they fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.employment import employment_matrix
from buzzline.agglomeration.industry_chance import range_of, search_by_chance, stability
from buzzline.agglomeration.industry_choice import Chosen, GroupBase, chosen
from buzzline.agglomeration.industry_definition import Sure, Used, have_moved, summary
from buzzline.agglomeration.industry_group_tables import (
    DEFINITIONS_SCHEMA,
    MARGINAL,
    SCORES_SCHEMA,
    SUMMARY_SCHEMA,
    definitions_table,
    left_out_table,
    members_table,
    scores_table,
)
from buzzline.agglomeration.industry_search import Definitions, GroupSearch, definitions
from buzzline.agglomeration.industry_similarity import base_matrices, overall
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats
from buzzline.progress import Progress, silent
from buzzline.quantities import Count, Draws, Share, Years
from buzzline.randomness import Seed, seed_of
from buzzline.tables.study import Study

ROUNDING = 1e-9
FUNCTION_SAID = {
    "ward": "Ward's tree",
    "ward_rows": "Ward's tree on rows",
    "k_means": "k-means",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class IndustryGroups:
    """Groups of related industries, every definition tried, and what chance gives.

    Attributes
    ----------
    groups : DataFrame
        One row an industry: `group` (1 has most jobs), `group_name` (its most central
        industry), `industry`, `title`, `jobs`, `within` (mean relatedness with its group, all
        matrices together, in standard deviations of pairs), `elsewhere` (with the `nearest`
        other group), `others_p95`, `stability`, `status`, `reason`, `declared`.
    summary : DataFrame
        One row for the definition used, the best before outliers moved, and the declared one:
        `value`, the range `low` to `high` of groups of the same sizes dealt at random, `p`,
        and the `agreement` with the declared groups against dealt ones.
    definitions : DataFrame
        One row a definition: `matrix`, `function`, `n_groups`, `value`, and the range `low` to
        `high` of the same on unrelated industries; `agreement` with the declared groups.
    scores : DataFrame
        One row a definition and the matrix that judged it.
    relatedness : (s, s) float64
        Mean of all matrices, scaled, for the grouped industries in the order of `groups`.
    p : float
        How often groups that the same search finds in unrelated industries stand out as much
        (contrast, averaged over definitions).
    best_by_chance : (float, float)
        Range of the best score of such a search.
    agreement_again : (float, float, float)
        Adjusted Rand index with the groups from other places: mean and range.
    level : share
    draws : int
    notes : tuple[str, ...]
    """

    groups: pl.DataFrame
    summary: pl.DataFrame
    definitions: pl.DataFrame
    scores: pl.DataFrame
    relatedness: Floats
    p: float
    best_by_chance: tuple[float, float]
    agreement_again: tuple[float, float, float]
    level: Share
    draws: Draws
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row an industry, group by group, the most central first."""
        return self.groups

    @property
    def better_than_chance(self) -> bool | None:
        """Whether the search finds more than in unrelated industries.

        None where draws are too few to tell: with 19 of them, p cannot fall below 0.05.
        """
        if np.isnan(self.p) or 1 / (1 + self.draws) > 1 - self.level + ROUNDING:
            return None
        return self.p <= 1 - self.level + ROUNDING

    def __str__(self) -> str:
        if not self.summary.height:
            return " ".join(["No groups of related industries.", *self.notes])
        used, best = self.summary.row(0, named=True), self.definitions.row(0, named=True)
        n_marginal = self.groups.filter(status=MARGINAL).height
        return (
            f"{used['n']:,} industries in {used['n_groups']:,} groups "
            f"({best['matrix']}, {FUNCTION_SAID[best['function']]}), best of "
            f"{self.definitions.height:,} definitions: score {best['value']:.2f}"
            f"{self._said_of_chance()}. {n_marginal:,} industries are marginal"
            f"{self._said_of_stability()}."
        )

    def _said_of_chance(self) -> str:
        if np.isnan(self.p):
            return " (not compared with chance: no draws)"
        low, high = self.best_by_chance
        verdict = {
            True: "",
            False: ", no better than chance",
            None: ", too few draws to hold against chance",
        }[self.better_than_chance]
        return (
            f"{verdict} (the same search on unrelated industries {low:.2f} to {high:.2f} at "
            f"{self.level:.0%}, p = {self.p:.3g}, {self.draws:,} draws)"
        )

    def _said_of_stability(self) -> str:
        mean = self.agreement_again[0]
        return (
            ""
            if np.isnan(mean)
            else f"; groups from other places agree by {mean:.2f} (adjusted Rand)"
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.groups._repr_html_()}"


@analysis("agglomeration", "Which industries belong together, and how sure is that?")
def industry_groups(  # noqa: PLR0913  # `progress` is no choice of the analysis
    study: Study,
    *,
    search: GroupSearch = GroupSearch(),  # noqa: B008  # frozen
    base: GroupBase = "traded",
    year: Years | None = None,
    digits: Count | None = None,
    draws: Draws = 99,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> IndustryGroups:
    """Search for the definition of groups of related industries that holds best.

    Answers which industries share places, suppliers and customers, and skills, and whether the
    groups found are more than any search would find in industries that share nothing.

    Parameters
    ----------
    study : Study
        Needs the table `employment`, or organisations with places and industries;
        `industry_flows` and `occupations` are used where there are any.
    search : GroupSearch
        Numbers of groups, clustering functions and scaling tried.
    base : "traded" or "all"
        Which industries are grouped: those that sell beyond their region, or all.
    year : years
        Of employment; the latest by default.
    digits : count
        How deep in the classification of industries; the deepest by default.
    draws : draws
        Searches on unrelated industries, definitions from other places, dealt groups.
    level : share
        Of the ranges that chance gives.
    rng : Generator, int or None
    progress : callable

    Returns
    -------
    IndustryGroups
        Without groups, and saying why, where fewer than six industries can be grouped.

    Raises
    ------
    TooFew
        Nothing is known of jobs by place and industry, or flows describe none of them.

    Notes
    -----
    In the manner of Delgado, Porter and Stern [1]_: matrices of similarity (co-location of jobs
    and of establishments, coagglomeration, input-output, occupations, and means of them),
    clustering functions, numbers of groups, validation scores, and correction of outliers. The
    steps are theirs; details are remembered, not read (see `validation_scores`), and the 51
    traded clusters they publish were corrected by hand afterwards. Kinds of linkage have equal
    votes. Outliers move only if the score does not fall by it.

    Scores are maximised, so they are high even for industries that share nothing. The search is
    repeated on industries as concentrated as these, each dealt to places of similar size on its
    own, with links as they are. p compares the contrast of relatedness within and between
    groups, averaged over definitions, which unlike the scores has no ceiling.

    References
    ----------
    .. [1] Delgado, M., Porter, M. E., Stern, S. (2016). Defining clusters of related
       industries. Journal of Economic Geography 16(1). doi:10.1093/jeg/lbv017

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=400, clusters=2, industries=3, rng=7).study
    >>> print(industry_groups(study, draws=9, rng=1).groups["status"].unique().to_list())
    ['not grouped']
    """
    seed = seed_of(rng)
    matrix = employment_matrix(study, year=year, digits=digits)
    choice = chosen(study, matrix, base=base, fewest_places=search.fewest_places)
    if choice.too_few:
        return _nothing(choice, level, draws)
    bases = base_matrices(choice.where)
    tried = definitions(bases, search, search.numbers(int(choice.grouped.sum())))
    jobs = choice.industries.filter(pl.Series(choice.grouped))["jobs"].to_numpy()
    used = Used.of(tried, bases, search, jobs=jobs)
    by_chance = search_by_chance(
        choice.where, tried, search, draws=draws, rng=seed, progress=progress
    )
    again = stability(
        choice.where, used.group, used.made, draws=draws, rng=seed, progress=progress
    )
    return _record(choice, bases, tried, used, Sure(by_chance, again, level, draws, seed))


def _record(
    choice: Chosen, bases: Mapping[str, Floats], tried: Definitions, used: Used, sure: Sure
) -> IndustryGroups:
    grouped = pl.Series(choice.grouped)
    relatedness = overall(bases, used.scaling)
    inside = choice.industries.filter(grouped)
    members = members_table(
        inside, used.group, relatedness, moved=have_moved(used), stable=sure.again.of_industry
    )
    left = left_out_table(choice.industries.filter(~grouped), choice.reasons)
    at = {code: number for number, code in enumerate(inside["industry"])}
    order = [at[code] for code in members["industry"]]
    again = sure.again.agreement
    mean = float(again.mean()) if again.size else float("nan")
    return IndustryGroups(
        pl.concat([members, left]),
        summary(choice, bases, used, sure=sure),
        definitions_table(tried, sure.by_chance, level=sure.level, declared=choice.declared),
        scores_table(tried),
        relatedness[np.ix_(order, order)],
        sure.by_chance.p,
        sure.by_chance.best_range(sure.level),
        (mean, *range_of(again, sure.level)),
        sure.level,
        sure.draws,
        (*choice.notes, *_at_the_edge(tried)),
    )


def _at_the_edge(tried: Definitions) -> list[str]:
    """Say when the best number of groups is the smallest or largest that was tried."""
    numbers = [recipe.n_groups for recipe in tried.recipes]
    best = numbers[tried.best]
    if min(numbers) == max(numbers) or min(numbers) < best < max(numbers):
        return []
    return [f"The best number of groups, {best}, is at the edge of those tried."]


def _nothing(choice: Chosen, level: Share, draws: Draws) -> IndustryGroups:
    """Return a record without groups that says why there are none."""
    reasons = iter(choice.reasons)
    all_reasons = [choice.too_few if kept else next(reasons) for kept in choice.grouped]
    nan = float("nan")
    return IndustryGroups(
        left_out_table(choice.industries, all_reasons),
        pl.DataFrame(schema=SUMMARY_SCHEMA),
        pl.DataFrame(schema=DEFINITIONS_SCHEMA),
        pl.DataFrame(schema=SCORES_SCHEMA),
        np.empty((0, 0)),
        nan,
        (nan, nan),
        (nan, nan, nan),
        level,
        draws,
        (f"{choice.too_few[0].upper()}{choice.too_few[1:]}.", *choice.notes),
    )
