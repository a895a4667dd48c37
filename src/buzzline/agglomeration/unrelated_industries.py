"""What would the search find if industries shared no places but by chance?

Validation scores are made to be maximised: a search finds groups in any matrix, and in sample
they score high. So the search is repeated on industries that are as concentrated as they were,
in places of the same size, but each on its own: within classes of places of similar size, an
industry's shares of the places' jobs are dealt out anew, for each industry separately. What it
shares with others beyond the size of places is gone. Links (input and output, occupations) are
left as they are, so that groups made of links alone score by links as before.

The size of a place is that of all its industries. Where only the few industries under study
tell it, size and industries are not independent, and p-values come out too large: with 15
industries 28 % of those under the null are below a half, with 40 and more about half of them.
"""

from __future__ import annotations

import numpy as np

from buzzline.agglomeration.industry_similarity import Whereabouts
from buzzline.arrays import Floats, Indices

CLASS = 10  # places a class: enough to deal among, few enough to be alike in size


def size_classes(where: Whereabouts) -> tuple[Indices, ...]:
    """Return the places in classes of similar size."""
    order = np.argsort(_size(where, where.counted), kind="stable")
    return tuple(np.array_split(order, max(1, order.size // CLASS)))


def unrelated(
    where: Whereabouts, classes: tuple[Indices, ...], rng: np.random.Generator
) -> Whereabouts:
    """Return the same industries with their places dealt anew, each on its own.

    Jobs and establishments of an industry move together.
    """
    shape = where.counted.shape
    source = np.empty(shape, dtype=np.int64)
    for rows in classes:
        dealt = rng.random((rows.size, shape[1])).argsort(axis=0)
        source[rows] = rows[dealt]
    jobs, establishments = (
        None if counted is None else _dealt(counted, source, _size(where, counted))
        for counted in (where.jobs, where.establishments)
    )
    return Whereabouts(jobs, establishments, where.links, where.size)


def _size(where: Whereabouts, counted: Floats) -> Floats:
    return where.size if where.size is not None else np.asarray(np.nansum(counted, axis=1))


def _dealt(counted: Floats, source: Indices, size: Floats) -> Floats:
    scale = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    shares = counted * scale[:, None]
    return np.asarray(np.take_along_axis(shares, source, axis=0) * size[:, None])
