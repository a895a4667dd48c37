"""What would the search find if industries shared no places but by chance?

Validation scores are made to be maximised: a search finds groups in any matrix, and in sample
they score high. So the search is repeated on industries that are as concentrated as they were,
in places of the same size, but each on its own: within classes of places of similar size, an
industry's shares of the places' jobs are dealt out anew, for each industry separately. What it
shares with others beyond the size of places is gone. Links (input and output, occupations) are
left as they are, so that groups made of links alone score by links as before.
"""

from __future__ import annotations

import numpy as np

from buzzline.agglomeration.industry_similarity import Whereabouts
from buzzline.arrays import Floats, Indices

CLASS = 20  # places a class: enough to deal among, few enough to be alike in size


def size_classes(where: Whereabouts) -> tuple[Indices, ...]:
    """Return the places in classes of similar size, by establishments or else jobs."""
    counted = where.establishments if where.establishments is not None else where.jobs
    assert counted is not None
    order = np.argsort(np.nansum(counted, axis=1), kind="stable")
    return tuple(np.array_split(order, max(1, order.size // CLASS)))


def unrelated(
    where: Whereabouts, classes: tuple[Indices, ...], rng: np.random.Generator
) -> Whereabouts:
    """Return the same industries with their places dealt anew, each on its own.

    Jobs and establishments of an industry move together.
    """
    some = where.jobs if where.jobs is not None else where.establishments
    assert some is not None
    source = np.empty(some.shape, dtype=np.int64)
    for rows in classes:
        dealt = rng.random((rows.size, some.shape[1])).argsort(axis=0)
        source[rows] = rows[dealt]
    return Whereabouts(
        _dealt(where.jobs, source), _dealt(where.establishments, source), where.links
    )


def _dealt(counted: Floats | None, source: Indices) -> Floats | None:
    if counted is None:
        return None
    size = np.nansum(counted, axis=1)
    scale = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    shares = counted * scale[:, None]
    return np.asarray(np.take_along_axis(shares, source, axis=0) * size[:, None])
