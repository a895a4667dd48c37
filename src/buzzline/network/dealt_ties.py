"""The ties of a cluster dealt anew."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import as_indices
from buzzline.kernels.rewiring import rewire
from buzzline.network.open_cluster import OpenCluster, opened

SWAPS_A_TIE = 10


def dealt_anew(cluster: OpenCluster, *, rng: np.random.Generator) -> OpenCluster:
    """Return a cluster whose members keep how many ties they have, but not with whom.

    Ties among members are exchanged end by end; their weights are shuffled. Ties to the
    outside stay where they are.

    Parameters
    ----------
    cluster : OpenCluster
    rng : Generator

    References
    ----------
    .. [1] Maslov, S., Sneppen, K. (2002). Specificity and stability in topology of protein
       networks. Science 296. doi:10.1126/science.1065103
    """
    outward = cluster.is_external
    source, target = (as_indices(cluster.ends[~outward, side].copy()) for side in (0, 1))
    if source.size > 1:
        key = rng.integers(2**64, dtype=np.uint64)
        tries = SWAPS_A_TIE * source.size
        rewire(source, target, cluster.n, cluster.n, False, tries, key, np.uint64(0))
    ends = np.column_stack([source, target])
    shuffled = rng.permutation(len(ends))
    inside = cluster.weight[~outward][shuffled], cluster.strongest[~outward][shuffled]
    return opened(
        cluster.n, np.concatenate([ends, cluster.ends[outward]]),
        np.concatenate([inside[0], cluster.weight[outward]]),
        strongest=np.concatenate([inside[1], cluster.strongest[outward]]),
        n_external=cluster.n_external,
    )  # fmt: skip
