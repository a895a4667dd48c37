"""A cluster with its ties dealt anew: one by one, or consortium by consortium."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from buzzline.arrays import as_indices
from buzzline.linkages.dealt_ties import TieList, dealt_ties, taking_part
from buzzline.network.dealt_ties import dealt_anew
from buzzline.network.missing_ties import Recorded
from buzzline.network.open_cluster import OpenCluster, opened
from buzzline.quantities import Draws


def clusters_dealt(
    recorded: Recorded, now: OpenCluster, draws: Draws, *, rng: np.random.Generator
) -> Iterator[OpenCluster]:
    """Yield clusters whose members are tied as much as they are, but not to whom.

    Where ties among members come in consortia, it is who takes part in which record that is
    dealt; else ties are exchanged end by end. Ties to the outside stay.

    Parameters
    ----------
    recorded : Recorded     single ties, with their records
    now : OpenCluster       the same ties, those between the same two added
    draws : draws
    rng : Generator
    """
    ties, weight = _inside(recorded)
    if taking_part(ties) is None:
        for _ in range(draws):
            yield dealt_anew(now, rng=rng)
        return
    outward = now.is_external
    for one in dealt_ties(ties, draws, rng):
        n_records = np.bincount(one.pair, minlength=one.source.size).astype(np.float64)
        inside = weight * n_records
        yield opened(
            now.n,
            np.concatenate([np.column_stack([one.source, one.target]), now.ends[outward]]),
            np.concatenate([inside, now.weight[outward]]),
            strongest=np.concatenate([inside, now.strongest[outward]]),
            n_external=now.n_external,
        )


def _inside(recorded: Recorded) -> tuple[TieList, float]:
    """Return the ties among members, and their mean weight."""
    k = recorded.n
    inside = (recorded.ends < k).all(axis=1)
    ends = np.sort(recorded.ends[inside], axis=1)
    keys, pair = np.unique(ends[:, 0] * k + ends[:, 1], return_inverse=True)
    _, unit = np.unique(recorded.record[inside], return_inverse=True)
    mean = float(recorded.weight[inside].mean()) if inside.any() else 1.0
    return TieList(
        as_indices(keys // max(k, 1)), as_indices(keys % max(k, 1)), as_indices(pair),
        as_indices(unit), k, k, False,
    ), mean  # fmt: skip
