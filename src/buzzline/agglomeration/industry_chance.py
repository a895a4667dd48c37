"""How sure is a definition of groups: against unrelated industries, dealt groups, other places?

Would the same search do as well on industries that share no places but by chance
(`search_by_chance`)? Would groups of the same sizes, dealt at random, score as high
(`dealt_scores`)? Would other places of the same country have given the same groups
(`stability`)?
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from buzzline.agglomeration.industry_search import (
    Definitions,
    GroupSearch,
    Recipe,
    definitions,
    overall_score,
    scored,
)
from buzzline.agglomeration.industry_similarity import Whereabouts, base_matrices
from buzzline.agglomeration.unrelated_industries import size_classes, unrelated
from buzzline.agglomeration.validation_scores import Known, made_ready
from buzzline.agreement import adjusted_rand
from buzzline.arrays import Codes, Floats, as_floats, as_indices
from buzzline.progress import Progress, told
from buzzline.quantities import Draws, Share
from buzzline.randomness import child

NUMBERS_BY_CHANCE = 4  # numbers of groups tried in each draw, even over the range


@dataclass(frozen=True, slots=True, eq=False)
class SearchByChance:
    """Scores of the same search on industries that share no places but by chance.

    Attributes
    ----------
    recipes : tuple[Recipe, ...]    those repeated: every matrix and function, some numbers
    scores : (draws, recipes) float64 [share]
    contrast : (draws,) float64     mean over recipes
    observed : float                the same in the data
    """

    recipes: tuple[Recipe, ...]
    scores: Floats
    contrast: Floats
    observed: float

    @property
    def p(self) -> float:
        """How often the groups of a draw stand out as much; NaN without draws.

        By contrast, averaged over definitions: the best score has a ceiling that few groups
        reach whether or not industries are related, and would tell nothing.
        """
        if not self.contrast.size:
            return float("nan")
        as_good = int((self.contrast >= self.observed).sum())
        return (1 + as_good) / (1 + self.contrast.size)

    def best_range(self, level: Share) -> tuple[float, float]:
        """Return the central range of the best score of a draw."""
        return range_of(self.scores.max(axis=1), level)

    def ranges(self, recipes: Sequence[Recipe], level: Share) -> Floats:
        """Return the range of each recipe by chance, (recipes, 2).

        Between two numbers of groups that were repeated it is interpolated.
        """
        found = np.full((len(recipes), 2), np.nan)
        if not len(self.scores):
            return found
        tails = np.quantile(self.scores, [(1 - level) / 2, (1 + level) / 2], axis=0)
        for family in {(one.matrix, one.function) for one in recipes}:
            at = [i for i, one in enumerate(self.recipes) if one[:2] == family]
            to = [i for i, one in enumerate(recipes) if one[:2] == family]
            numbers = [self.recipes[i].n_groups for i in at]
            wanted = [recipes[i].n_groups for i in to]
            for side in (0, 1):
                found[to, side] = np.interp(wanted, numbers, tails[side, at])
        return found


def range_of(values: Floats, level: Share) -> tuple[float, float]:
    """Return the central range of draws; NaN without any."""
    if not values.size:
        return float("nan"), float("nan")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def search_by_chance(
    where: Whereabouts,
    tried: Definitions,
    search: GroupSearch,
    *,
    draws: Draws,
    rng: int,
    progress: Progress,
) -> SearchByChance:
    """Repeat the search on industries whose places are dealt anew.

    Parameters
    ----------
    where : Whereabouts
    tried : Definitions
        What the search found in the data.
    search : GroupSearch
    draws : draws
    rng : int
    progress : callable
    """
    numbers = sorted({recipe.n_groups for recipe in tried.recipes})
    at = np.linspace(0, len(numbers) - 1, min(NUMBERS_BY_CHANCE, len(numbers))).round()
    some = [numbers[int(i)] for i in at]
    repeated = [i for i, recipe in enumerate(tried.recipes) if recipe.n_groups in some]
    classes = size_classes(where)
    scores, contrast = np.empty((draws, len(repeated))), np.empty(draws)
    for draw in told(progress, "the search on unrelated industries", range(draws)):
        apart = unrelated(where, classes, child(rng, "unrelated", draw))
        again = definitions(base_matrices(apart), search, some)
        scores[draw], contrast[draw] = again.mean, np.nanmean(again.contrast)
    recipes = tuple(tried.recipes[i] for i in repeated)
    return SearchByChance(
        recipes, scores, contrast, float(np.nanmean(tried.contrast[repeated]))
    )


def dealt_scores(
    bases: Mapping[str, Floats], group: Codes, *, draws: Draws, rng: np.random.Generator
) -> Floats:
    """Return the scores of groups of the same sizes dealt at random, (draws,) [share]."""
    ready = [made_ready(matrix) for matrix in bases.values()]
    return as_floats([score_of(ready, rng.permutation(group), bases) for _ in range(draws)])


def score_of(ready: Sequence[Known], group: Codes, bases: Mapping[str, Floats]) -> float:
    """Return the one score of a grouping."""
    return float(overall_score(as_floats(scored(ready, group)), tuple(bases)))


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """How much of a definition remains when other places are drawn.

    Attributes
    ----------
    of_industry : (s,) float64 [share]
        Mean overlap of an industry's group with its group in a draw (Jaccard, itself counted).
    agreement : (draws,) float64
        Adjusted Rand index between the definition and that of each draw.
    """

    of_industry: Floats
    agreement: Floats


def stability(
    where: Whereabouts,
    group: Codes,
    made: Callable[[Mapping[str, Floats]], Codes],
    *,
    draws: Draws,
    rng: int,
    progress: Progress,
) -> Stability:
    """Make the definition again from places drawn with replacement.

    Links do not come from places and stay as they are. Neighbouring places resemble each other,
    so that a true repetition would differ more than these draws do.

    Parameters
    ----------
    where : Whereabouts
    group : (s,) int32
        The definition.
    made : callable
        Takes base matrices by name, returns groups made as the definition was.
    draws : draws
    rng : int
    progress : callable
    """
    n_places = where.counted.shape[0]
    total, agreement = np.zeros(group.size), np.full(draws, np.nan)
    for draw in told(progress, "the definition from other places", range(draws)):
        rows = as_indices(child(rng, "places", draw).integers(n_places, size=n_places))
        again = made(base_matrices(where.of_places(rows)))
        total += overlap(group, again)
        agreement[draw] = adjusted_rand(group, again)
    of_industry = total / draws if draws else np.full(group.size, np.nan)
    return Stability(as_floats(of_industry), as_floats(agreement))


def overlap(first: Codes, second: Codes) -> Floats:
    """Return how far the group of each industry is the same in two groupings.

    Parameters
    ----------
    first, second : (s,) int32
        From 0 without gaps.

    Returns
    -------
    (s,) float64 [share]
        Members of both groups over members of either, the industry itself counted.

    Examples
    --------
    >>> overlap(np.array([0, 0, 1]), np.array([0, 0, 0])).round(2).tolist()
    [0.67, 0.67, 0.33]
    """
    both = np.zeros((int(first.max()) + 1, int(second.max()) + 1))
    np.add.at(both, (first, second), 1.0)
    shared = both[first, second]
    either = both.sum(axis=1)[first] + both.sum(axis=0)[second] - shared
    return as_floats(shared / either)
