"""The search for groups of n related industries in n places: all definitions, scored.

    python -m benchmarks.run huge industry_groups industry_groups_draw

A draw is what one repetition of the search on unrelated industries costs.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

from buzzline.agglomeration import GroupSearch
from buzzline.agglomeration.industry_chance import search_by_chance
from buzzline.agglomeration.industry_search import definitions
from buzzline.agglomeration.industry_similarity import Whereabouts, base_matrices
from buzzline.progress import silent

SEARCH = GroupSearch()


@cache
def whereabouts(n: int) -> Whereabouts:
    """Return n industries in n places, in groups of fifteen that share tastes, with flows."""
    rng = np.random.default_rng(n)
    group = np.arange(n) // 15
    size = rng.lognormal(3.0, 1.2, n)
    taste = rng.lognormal(0, 0.7, (n, group.max() + 1))[:, group]
    share = size[:, None] * taste * rng.lognormal(0, 0.7, (n, n))
    counted = rng.poisson(300 * share / share.sum(axis=0)).astype(np.float64)
    flows = rng.lognormal(-6, 2, (n, n)) * (1 + 5 * (group[:, None] == group))
    jobs = counted * rng.lognormal(2, 0.5, (n, n))
    return Whereabouts(jobs, counted, {"input-output": np.minimum(flows + flows.T, 1.0)})


def searching(n: int) -> Callable[[], float]:
    """Prepare the whole search: 8 matrices, 2 functions, 31 numbers of groups."""
    where = whereabouts(n)
    bases = base_matrices(where)

    def run() -> float:
        found = definitions(bases, SEARCH, SEARCH.numbers(n))
        return float(found.mean.max())

    return run


def drawing(n: int) -> Callable[[], float]:
    """Prepare one repetition of the search on unrelated industries."""
    where = whereabouts(n)
    tried = definitions(base_matrices(where), SEARCH, SEARCH.numbers(n))

    def run() -> float:
        again = search_by_chance(where, tried, SEARCH, draws=1, rng=1, progress=silent)
        return float(again.contrast[0])

    return run


_SIZES = {"small": 200, "large": 600, "huge": 1000}
_RUNS = dict.fromkeys(_SIZES, 5)
CASES = (
    ("industry_groups", "industries", _SIZES, searching, _RUNS),
    ("industry_groups_draw", "industries", _SIZES, drawing, _RUNS),
)
