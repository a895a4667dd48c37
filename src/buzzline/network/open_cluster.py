"""OpenCluster: the ties among some organisations, and everything outside them as one node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from buzzline.arrays import (
    Codes,
    Flags,
    Floats,
    Indices,
    as_codes,
    as_flags,
    as_floats,
    as_indices,
)
from buzzline.network.network import Network


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OpenCluster:
    """Members of a cluster, the outside as one more node, and the ties among these.

    Nodes 0 to n - 1 are the members, node n is the outside: all external sources together.

    Attributes
    ----------
    n : int                         members
    ends : (e, 2) int64             nodes of each tie, the smaller first
    weight : (e,) float64 [unit]    of each tie; to the outside, of all together
    strongest : (e,) float64 [unit] the strongest single one of these
    n_external : (n,) int64         organisations outside that a member is tied to
    start, to, tie : rows of ties, (n + 2,) int64, (2e,) int32, (2e,) int64
        The ties of node i are at start[i]:start[i + 1]; `tie` is the number of each.
    """

    n: int
    ends: Indices
    weight: Floats
    strongest: Floats
    n_external: Indices
    start: Indices
    to: Codes
    tie: Indices

    @property
    def is_gatekeeper(self) -> Flags:
        """Whether each member is tied to the outside, (n,)."""
        tied = np.zeros(self.n, np.bool_)
        tied[self.ends[self.is_external, 0]] = True
        return tied

    @property
    def is_external(self) -> Flags:
        """Whether each tie leads to the outside, (e,)."""
        return as_flags(self.ends[:, 1] == self.n)

    @property
    def degree(self) -> Indices:
        """Members that each member is tied to, (n,)."""
        inside = self.ends[~self.is_external].ravel()
        return as_indices(np.bincount(inside, minlength=self.n))

    def inside(self) -> tuple[Indices, Codes]:
        """Return the rows of ties among members only: (n + 1,) int64 and (m,) int32."""
        ends = self.ends[~self.is_external]
        both = np.concatenate([ends, ends[:, ::-1]])
        order = np.lexsort((both[:, 1], both[:, 0]))
        counts = np.bincount(both[:, 0], minlength=self.n)
        return as_indices(np.append(0, np.cumsum(counts))), as_codes(both[order, 1])

    def __repr__(self) -> str:
        return f"OpenCluster of {self.n:,} members, {int(self.is_gatekeeper.sum()):,} tied out"


def opened(
    n: int,
    ends: Indices,
    weight: Floats,
    *,
    strongest: Floats | None = None,
    n_external: Indices | None = None,
) -> OpenCluster:
    """Return members and ties given one by one; parallel ties are added.

    Parameters
    ----------
    n : int
        Members; the number n itself stands for the outside.
    ends : (t, 2) int64
        Nodes of each tie, in any order; a tie to oneself is left out.
    weight : (t,) float64 [unit]
    strongest : (t,) float64 [unit], optional
        The strongest single tie behind each; the weight itself by default.
    n_external : (n,) int64, optional
        Organisations outside that a member is tied to; its ties to node n by default.

    Examples
    --------
    >>> opened(2, np.array([[0, 1], [2, 0]]), np.array([1.0, 0.5])).is_gatekeeper.tolist()
    [True, False]
    """
    pairs = np.sort(np.asarray(ends, np.int64).reshape(-1, 2), axis=1)
    alone = as_floats(weight) if strongest is None else as_floats(strongest)
    kept = pairs[:, 0] != pairs[:, 1]
    pairs, alone, amount = pairs[kept], alone[kept], as_floats(weight)[kept]
    keys, number = np.unique(pairs[:, 0] * (n + 1) + pairs[:, 1], return_inverse=True)
    ties = np.column_stack(np.divmod(keys, n + 1))
    most = np.zeros(keys.size)
    np.maximum.at(most, number, alone)
    if n_external is None:
        n_external = as_indices(np.bincount(pairs[pairs[:, 1] == n, 0], minlength=n))
    both = np.concatenate([ties, ties[:, ::-1]])
    order = np.lexsort((both[:, 1], both[:, 0]))
    counts = np.bincount(both[:, 0], minlength=n + 1)
    return OpenCluster(
        n, as_indices(ties),
        as_floats(np.bincount(number, weights=amount, minlength=keys.size)), as_floats(most),
        as_indices(n_external), as_indices(np.append(0, np.cumsum(counts))),
        as_codes(both[order, 1]), as_indices(np.tile(np.arange(keys.size), 2)[order]),
    )  # fmt: skip


def open_cluster(network: Network, members: Indices) -> OpenCluster:
    """Return some organisations of a network, and all others as the outside.

    Parameters
    ----------
    network : Network
        Without direction.
    members : (k,) int
        Rows of organisations; member i of the result is members[i].

    Examples
    --------
    >>> from buzzline.network import build_network
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, rng=1).study
    >>> open_cluster(build_network(study, directed=False), np.arange(20)).n
    20
    """
    members = as_indices(members)
    length = network.start[members + 1] - network.start[members]
    at = np.repeat(network.start[members] - np.append(0, np.cumsum(length)[:-1]), length)
    entries = at + np.arange(at.size)
    number = np.full(network.n, members.size, np.int64)
    number[members] = np.arange(members.size)
    source = np.repeat(np.arange(members.size), length)
    target, weight = number[network.to[entries]], network.weight[entries]
    once = source < target  # ties among members stand in both rows
    outward = target == members.size
    return opened(
        members.size, as_indices(np.column_stack([source, target])[once]), weight[once],
        n_external=as_indices(np.bincount(source[outward], minlength=members.size)),
    )  # fmt: skip


def laplacian(cluster: OpenCluster) -> sparse.csr_array:
    """Return the Laplacian of the members, the outside held at 0, (n, n)."""
    n = cluster.n
    one, other = cluster.ends[:, 0], cluster.ends[:, 1]
    total = np.bincount(one, weights=cluster.weight, minlength=n)[:n]
    total += np.bincount(other, weights=cluster.weight, minlength=n + 1)[:n]
    among = other < n
    one, other, weight = one[among], other[among], cluster.weight[among]
    diagonal = np.arange(n)
    rows = np.concatenate([one, other, diagonal])
    columns = np.concatenate([other, one, diagonal])
    values = np.concatenate([-weight, -weight, total])
    return sparse.coo_array((values, (rows, columns)), shape=(n, n)).tocsr()
