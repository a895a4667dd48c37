"""The search itself: every matrix, every function, every number of groups, each scored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from buzzline.agglomeration.industry_partitions import Function, partitions
from buzzline.agglomeration.industry_similarity import (
    LOCATION,
    Scaling,
    overall,
    similarities,
)
from buzzline.agglomeration.validation_scores import (
    Known,
    Scores,
    contrast,
    made_ready,
    others,
    validation_scores,
)
from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count

SLIGHTEST = 1e-300  # a gap behind all others


@dataclass(frozen=True, slots=True)
class GroupSearch:
    """Which definitions of groups are tried.

    Attributes
    ----------
    fewest, most : count
        Numbers of groups tried; both shrink where there are fewer than three industries a
        group.
    functions : "ward", "ward_rows", "k_means"
        Clustering functions tried.
    scaling : "ranks" or "standardised"
        How matrices are brought to one scale before they are clustered or averaged.
    fewest_places : count
        An industry in fewer places has no location to speak of and is not grouped.
    """

    fewest: Count = 30
    most: Count = 60
    functions: tuple[Function, ...] = ("ward", "k_means")
    scaling: Scaling = "ranks"
    fewest_places: Count = 5

    def __post_init__(self) -> None:
        if not (2 <= self.fewest <= self.most and self.functions and self.fewest_places >= 1):
            raise InvalidArgument(
                "GroupSearch: needs 2 <= `fewest` <= `most`, at least one function and "
                f"`fewest_places` of at least 1; got {self}"
            )

    def numbers(self, n_industries: int) -> tuple[int, ...]:
        """Return the numbers of groups tried for so many industries."""
        most = min(self.most, max(2, n_industries // 3))
        fewest = min(self.fewest, max(2, most // 2))
        return tuple(range(fewest, most + 1))


class Recipe(NamedTuple):
    """How a definition was made: the matrix, the function, the number of groups."""

    matrix: str
    function: Function
    n_groups: int


@dataclass(frozen=True, slots=True, eq=False)
class Definitions:
    """All definitions tried.

    Attributes
    ----------
    recipes : tuple[Recipe, ...]
    groups : (d, s) int32
    scores : (d, bases, 4) float64 [share]
    contrast : (d,) float64         how much more pairs within groups are related than between,
                                    all matrices together, in standard deviations of pairs
    bases : tuple[str, ...]         names of the matrices that scored
    """

    recipes: tuple[Recipe, ...]
    groups: Codes
    scores: Floats
    contrast: Floats
    bases: tuple[str, ...]

    @property
    def mean(self) -> Floats:
        """(d,) score of each definition, every kind of linkage counting once."""
        return overall_score(self.scores, self.bases)

    @property
    def best(self) -> int:
        """The definition with the highest mean score; of equals the one with most contrast."""
        return int(np.lexsort((-np.nan_to_num(self.contrast), -self.mean))[0])


def overall_score(scores: Floats, bases: Sequence[str]) -> Floats:
    """Return one score from those by each matrix, every kind of linkage counting once.

    Jobs, establishments and coagglomeration all tell where industries are, and share one vote;
    each link has one of its own. A matrix that can judge nothing has none.

    Parameters
    ----------
    scores : (..., bases, 4) float64 [share]
    bases : sequence of str

    Examples
    --------
    >>> scores = np.array([[1.0] * 4, [0.5] * 4, [0.0] * 4, [0.1] * 4])
    >>> bases = ("jobs", "establishments", "coagglomeration", "input-output")
    >>> float(overall_score(scores, bases).round(2))
    0.3
    """
    of_each = scores.mean(axis=-1)
    is_location = np.array([name in LOCATION for name in bases])
    kinds = [of_each[..., is_location]] if is_location.any() else []
    kinds += [of_each[..., [column]] for column in np.flatnonzero(~is_location)]
    votes = np.stack([_known_mean(kind) for kind in kinds], axis=-1)
    return _known_mean(votes)


def _known_mean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(known, values, 0.0).sum(axis=-1) / known.sum(axis=-1))


def definitions(
    bases: Mapping[str, Floats], search: GroupSearch, numbers: Sequence[int]
) -> Definitions:
    """Return every definition the search tries, with its scores by every base matrix.

    Parameters
    ----------
    bases : mapping of name to (s, s) float64
        Relatedness as measured; NaN where not known.
    search : GroupSearch
    numbers : sequence of int
        Numbers of groups.
    """
    matrices = similarities(bases, search.scaling)
    recipes: list[Recipe] = []
    groups: list[Codes] = []
    for name, matrix in matrices.items():
        for function in search.functions:
            found = partitions(matrix, function, numbers)
            groups.extend(found)
            recipes.extend(Recipe(name, function, number) for number in numbers)
    ready = [made_ready(matrix) for matrix in bases.values()]
    scores = [scored(ready, group) for group in groups]
    together = made_ready(overall(bases, search.scaling))
    apart = as_floats([contrast(together, group) for group in groups])
    return Definitions(tuple(recipes), as_codes(groups), as_floats(scores), apart, tuple(bases))


def made_by(recipe: Recipe, bases: Mapping[str, Floats], scaling: Scaling) -> Codes:
    """Return the groups that one recipe gives."""
    matrix = similarities(bases, scaling)[recipe.matrix]
    return as_codes(partitions(matrix, recipe.function, [recipe.n_groups])[0])


def scored(ready: Iterable[Known], group: Codes) -> list[Scores]:
    """Return the scores of one grouping by each matrix."""
    return [validation_scores(known, group) for known in ready]


def reassigned(relatedness: Floats, group: Codes) -> Codes:
    """Return the groups after outliers have moved to the group they fit best.

    An outlier is less related to its own group than to 5 % of the others. Outliers move one at
    a time, the worst first, each at most once, with the means brought up to date after each
    move; those alone in their group move last. A group that everyone has left is dropped.

    Parameters
    ----------
    relatedness : (s, s) float64
        NaN where not known.
    group : (s,) int32

    Returns
    -------
    (s,) int32
        Groups from 0 without gaps, in the order of the old ones.

    Examples
    --------
    >>> related = np.array([[0, 9, 1, 1], [9, 0, 1, 1], [1, 1, 0, 8], [1, 1, 8, 0.0]])
    >>> reassigned(related, np.array([0, 0, 0, 1])).tolist()
    [0, 0, 1, 1]
    """
    ready = made_ready(relatedness)
    group = group.copy()
    everyone = np.arange(group.size)
    known = 1.0 - np.eye(group.size) if ready.pairs is None else ready.pairs
    member = np.eye(int(group.max(initial=-1)) + 1)[group]
    total, pairs = ready.value @ member, known @ member
    can_move = ready.covered.copy()
    while can_move.any():
        mean = np.where(pairs > 0, total / np.maximum(pairs, 1), np.nan)
        own = mean[everyone, group]
        _, most = others(mean, group)
        mean[everyone, group] = np.nan
        best = np.nan_to_num(mean, nan=-np.inf).max(axis=1)
        gap = np.where(np.isnan(own), SLIGHTEST, best - own)
        gap[~can_move | np.isinf(best) | (own >= most)] = 0.0
        worst = int(gap.argmax())
        if not gap[worst] > 0:
            break
        left, joined = group[worst], np.nanargmax(mean[worst])
        for sums, one in ((total, ready.value[:, worst]), (pairs, known[:, worst])):
            sums[:, left] -= one
            sums[:, joined] += one
        group[worst] = joined
        can_move[worst] = False
    return as_codes(np.unique(group, return_inverse=True)[1])
