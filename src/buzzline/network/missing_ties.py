"""Where the ties of a cluster may be that nobody recorded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.network.open_cluster import OpenCluster, opened
from buzzline.quantities import Share

ROUNDS = 20  # in which ties that cannot be are drawn again
PAIRS = 2_000  # at random, to see how often such have a partner in common
ALIKE = 1e6  # members differ no more than by chance


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
    known, with other members in the place of its own. A project of ten is added whole. Members
    are drawn by how many records they are in, drawn together to the mean as far as they differ
    by chance (a gamma distribution of rates, by moments), those that lead outside and those
    that do not each by itself. Single ties among members close triangles as often as the
    recorded ones do, and join no pair twice where the recorded ones do not.

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
    ties, copy = _copied(recorded, rng.integers(known, size=missing))
    drawn = _with_others(recorded, recorded.ends[ties], copy, rng=rng)
    apart = drawn[:, 0] != drawn[:, 1]
    return Recorded(
        recorded.n, as_indices(np.concatenate([recorded.ends, drawn[apart]])),
        as_floats(np.concatenate([recorded.weight, recorded.weight[ties][apart]])),
        as_indices(np.concatenate([recorded.record, known + copy[apart]])),
    )  # fmt: skip


def _copied(recorded: Recorded, like: Indices) -> tuple[Indices, Indices]:
    """Return the ties of some records, one record after the other, and the copy each is of."""
    by_record = np.argsort(recorded.record, kind="stable")
    edges = np.searchsorted(recorded.record[by_record], np.arange(recorded.n_records + 1))
    length = edges[like + 1] - edges[like]
    offset = np.repeat(edges[like] - np.append(0, np.cumsum(length)[:-1]), length)
    ties = by_record[offset + np.arange(offset.size)]
    return as_indices(ties), as_indices(np.repeat(np.arange(like.size), length))


def _incidences(n: int, ends: Indices, record: Indices) -> tuple[Indices, Indices, Indices]:
    """Return record and node of each part somebody has in one, and the part at each end."""
    key, part = np.unique(np.repeat(record, 2) * (n + 1) + ends.ravel(), return_inverse=True)
    return (
        as_indices(key // (n + 1)),
        as_indices(key % (n + 1)),
        as_indices(part.reshape(-1, 2)),
    )


def _chances(recorded: Recorded) -> tuple[Floats, Floats]:
    """Return how likely each member is in a record that leads outside, and in another."""
    n = recorded.n
    record, node, _ = _incidences(n, recorded.ends, recorded.record)
    leads = np.zeros(recorded.n_records, np.bool_)
    leads[record[node == n]] = True
    member = node < n
    return (
        _shrunk(np.bincount(node[member & leads[record]], minlength=n)),
        _shrunk(np.bincount(node[member & ~leads[record]], minlength=n)),
    )


def _shrunk(count: Indices) -> Floats:
    """Return shares in proportion to the rates behind counts, drawn together to the mean."""
    mean, spread = float(count.mean()), float(count.var(ddof=1)) if count.size > 1 else 0.0
    alike = mean**2 / (spread - mean) if spread > mean else ALIKE
    rate = count + max(alike, 1e-3)
    return as_floats(rate / rate.sum())


def _with_others(
    recorded: Recorded, ends: Indices, copy: Indices, *, rng: np.random.Generator
) -> Indices:
    """Return ends with other members in the place of each member of each copied record."""
    n = recorded.n
    outward, inward = _chances(recorded)
    record, node, part = _incidences(n, ends, copy)
    leads = np.zeros(int(copy.max()) + 1, np.bool_)
    leads[record[node == n]] = True
    ends_a_copy = np.bincount(copy)
    single = (ends_a_copy[copy] == 1) & ~leads[copy]  # ties among members, each its own record
    inside = ~(recorded.ends == n).any(axis=1)
    graph = _Graph.of(n, recorded.ends[inside])
    closing = single & (rng.random(copy.size) < graph.closure(inward, rng))
    drawn = node.copy()
    wrong = node < n
    for _ in range(ROUNDS):
        for kind, chance in ((leads[record], outward), (~leads[record], inward)):
            again = np.flatnonzero(wrong & kind)
            drawn[again] = rng.choice(n, size=again.size, p=chance)
        moved = closing & wrong[part].any(axis=1)
        drawn[part[moved, 1]] = graph.partners_of_partners(drawn[part[moved, 0]], rng)
        wrong = _impossible(record, drawn, n)
        wrong[part[single][graph.has(drawn[part[single]])].ravel()] = True
        if not wrong.any():
            break
    return as_indices(drawn[part])


def _impossible(record: Indices, node: Indices, n: int) -> Flags:
    """Tell which members are in a record a second time."""
    order = np.lexsort((node, record))
    same = (np.diff(record[order]) == 0) & (np.diff(node[order]) == 0)
    found = np.zeros(node.size, np.bool_)
    found[order[1:][same]] = True
    return np.asarray(found & (node < n))


@dataclass(frozen=True, slots=True, eq=False)
class _Graph:
    """Ties among members, each pair once, in both rows."""

    matrix: sparse.csr_array
    keys: Indices  # of pairs; empty where pairs are joined more than once anyway

    @classmethod
    def of(cls, n: int, ends: Indices) -> _Graph:
        pairs = np.sort(ends, axis=1)
        keys, count = np.unique(pairs[:, 0] * n + pairs[:, 1], return_counts=True)
        one, other = keys // n, keys % n
        both = np.concatenate([one, other]), np.concatenate([other, one])
        matrix = sparse.coo_array((np.ones(both[0].size), both), shape=(n, n)).tocsr()
        return cls(matrix, as_indices(keys if (count == 1).all() else []))

    def has(self, pairs: Indices) -> Flags:
        """Tell which pairs are tied, or tied earlier in the list."""
        if not self.keys.size or not len(pairs):
            return np.zeros(len(pairs), np.bool_)
        n = self.matrix.shape[0]
        key = pairs.min(axis=1) * n + pairs.max(axis=1)
        first = np.zeros(key.size, np.bool_)
        first[np.unique(key, return_index=True)[1]] = True
        return np.asarray(np.isin(key, self.keys) | ~first)

    def closure(self, chance: Floats, rng: np.random.Generator) -> float:
        """Return in how many ties, beyond what chance gives, both ends share a partner."""
        n = self.matrix.shape[0]
        one, other = np.divmod(self.keys, n)
        if not one.size:
            return 0.0
        some = rng.integers(one.size, size=min(one.size, PAIRS))
        drawn = rng.choice(n, size=(PAIRS, 2), p=chance)
        drawn = drawn[drawn[:, 0] != drawn[:, 1]]
        seen = self._share(one[some], other[some])
        given = self._share(drawn[:, 0], drawn[:, 1])
        return max(0.0, (seen - given) / (1 - given)) if given < 1 else 0.0

    def _share(self, one: Indices, other: Indices) -> float:
        common = self.matrix[one].multiply(self.matrix[other]).sum(axis=1)
        return float((np.asarray(common).ravel() > 0).mean()) if one.size else 0.0

    def partners_of_partners(self, nodes: Indices, rng: np.random.Generator) -> Indices:
        """Return a partner of a partner of each node; the node where it has none."""
        found = nodes
        for _ in range(2):
            start, degree = self.matrix.indptr[found], np.diff(self.matrix.indptr)[found]
            at = start + (rng.random(found.size) * degree).astype(np.int64)
            to = self.matrix.indices
            found = np.where(degree > 0, to[np.minimum(at, max(to.size - 1, 0))], found)
        return as_indices(found)
