"""The ties of a cluster as they could have been: with those nobody recorded, or dealt anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.kernels.rewiring import rewire
from buzzline.network.open_cluster import OpenCluster, opened
from buzzline.quantities import Share

SWAPS_A_TIE = 10


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """Single recorded ties of a cluster, and the record each stands in.

    Attributes
    ----------
    n : int                         members; the number n stands for the outside
    ends : (t, 2) int64             nodes of each tie
    weight : (t,) float64 [unit]
    record : (t,) int64             numbers of records, 0 to r - 1; ties of one record came
                                    about together, and are known or missed together
    """

    n: int
    ends: Indices
    weight: Floats
    record: Indices

    @property
    def n_records(self) -> int:
        """Number of records."""
        return int(self.record.max()) + 1 if self.record.size else 0

    def cluster(self) -> OpenCluster:
        """Return the cluster these ties make."""
        return opened(self.n, self.ends, self.weight, strongest=self.weight)


def with_missing_ties(
    recorded: Recorded, *, share: Share, rng: np.random.Generator
) -> Recorded:
    """Return a cluster to which the ties that nobody recorded are added, as they may be.

    Parameters
    ----------
    recorded : Recorded
    share : share
        Of all records that there are, how many are known; above 0.
    rng : Generator

    Notes
    -----
    How many records are missing is drawn (negative binomial); each is like one of those
    known, with other members in the place of its own, drawn by the ties they have plus a half.
    A project of ten is added whole.

    Raises
    ------
    InvalidArgument
        A share of 0.

    Examples
    --------
    >>> one = Recorded(3, np.array([[0, 1], [1, 2], [2, 3]]), np.ones(3), np.arange(3))
    >>> more = with_missing_ties(one, share=0.5, rng=np.random.default_rng(1))
    >>> len(more.ends) > 3
    True
    """
    if not share > 0:
        raise InvalidArgument("with_missing_ties: `share` of ties recorded must be above 0")
    known = recorded.n_records
    missing = int(rng.negative_binomial(known, share)) if known and share < 1 else 0
    if not missing:
        return recorded
    by_record = np.argsort(recorded.record, kind="stable")
    edges = np.searchsorted(recorded.record[by_record], np.arange(known + 1))
    like = rng.integers(known, size=missing)
    length = edges[like + 1] - edges[like]
    offset = np.repeat(edges[like] - np.append(0, np.cumsum(length)[:-1]), length)
    ties = by_record[offset + np.arange(offset.size)]
    copy = np.repeat(np.arange(missing), length)
    drawn = _others(recorded, recorded.ends[ties], copy, rng=rng)
    apart = drawn[:, 0] != drawn[:, 1]
    return Recorded(
        recorded.n, as_indices(np.concatenate([recorded.ends, drawn[apart]])),
        as_floats(np.concatenate([recorded.weight, recorded.weight[ties][apart]])),
        as_indices(np.concatenate([recorded.record, known + copy[apart]])),
    )  # fmt: skip


def _others(
    recorded: Recorded, ends: Indices, copy: Indices, *, rng: np.random.Generator
) -> Indices:
    """Return ends with other members in the place of each member of each copied record."""
    n = recorded.n
    ties = np.bincount(recorded.ends.ravel(), minlength=n + 1)[:n]
    chance = (ties + 0.5) / (ties + 0.5).sum()
    who, place = np.unique(copy.repeat(2) * (n + 1) + ends.ravel(), return_inverse=True)
    is_outside = who % (n + 1) == n
    drawn = np.where(is_outside, n, rng.choice(n, size=who.size, p=chance))
    return as_indices(drawn[place].reshape(-1, 2))


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
