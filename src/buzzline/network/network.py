"""Network: ties among the organisations of a study, frozen, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy import sparse

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.wording import plural


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Network:
    """Weighted ties among organisations, by rows.

    Attributes
    ----------
    ids : (n,) Series of str        row i of every array is organisation ids[i]
    start : (n + 1,) int64          the ties of i are at start[i]:start[i + 1]
    to : (m,) int32                 the organisation at the other end, ascending within a row
    weight : (m,) float64 [unit]    above 0; parallel ties are one, with their summed weight
    layers : tuple of str           which layers it is made of
    unit : str                      "ties" where each tie counts one
    is_directed : bool              without direction every tie stands in both rows
    """

    ids: pl.Series
    start: Indices
    to: Codes
    weight: Floats
    layers: tuple[str, ...]
    unit: str
    is_directed: bool

    @property
    def n(self) -> int:
        """Number of organisations, those without ties included."""
        return self.start.size - 1

    @property
    def n_ties(self) -> int:
        """Number of pairs that are tied; in a directed network each way counts."""
        return self.to.size if self.is_directed else self.to.size // 2

    @property
    def degree(self) -> Indices:
        """Number of ties that leave each organisation, (n,)."""
        return np.diff(self.start)

    @property
    def source(self) -> Codes:
        """The organisation each tie leaves, (m,)."""
        return as_codes(np.repeat(np.arange(self.n), self.degree))

    def matrix(self) -> sparse.csr_array:
        """Return the weights as a sparse matrix; it shares memory with the network."""
        return sparse.csr_array((self.weight, self.to, self.start), shape=(self.n, self.n))

    def among(self, members: Flags) -> Network:
        """Return the network of some organisations, renumbered in their order.

        Parameters
        ----------
        members : (n,) bool
        """
        number = np.cumsum(members) - 1
        source, to = self.source, self.to
        within = members[source] & members[to]
        ends = number[source[within]], number[to[within]]
        ids = self.ids.filter(pl.Series(members))
        return network_of(ids, ends, self.weight[within], like=self)

    def reversed(self) -> Network:
        """Return the same ties the other way round."""
        if not self.is_directed:
            return self
        return network_of(self.ids, (self.to, self.source), self.weight, like=self)

    def undirected(self) -> Network:
        """Return the network without direction; the weights of both ways are added."""
        if not self.is_directed:
            return self
        source, to = self.source, self.to
        ends = np.concatenate([source, to]), np.concatenate([to, source])
        plain = replace(self, is_directed=False)
        return network_of(self.ids, ends, np.tile(self.weight, 2), like=plain)

    def unweighted(self) -> Network:
        """Return the network with a weight of one on every tie."""
        return replace(self, weight=np.ones_like(self.weight), unit="ties")

    def __repr__(self) -> str:
        kind = "directed tie" if self.is_directed else "tie"
        alone = int((self.degree + np.bincount(self.to, minlength=self.n) == 0).sum())
        return (
            f"{plural(self.n, 'organisation')}, {plural(self.n_ties, kind)} "
            f"({', '.join(self.layers)}; {self.unit}), {alone:,} alone"
        )


def network_of(
    ids: pl.Series, ends: tuple[np.ndarray, np.ndarray], weight: np.ndarray, *, like: Network
) -> Network:
    """Return a network of ties given one by one; parallel ties are added.

    Parameters
    ----------
    ids : (n,) Series of str
    ends : two of (m,) int
        Row each tie leaves and reaches; without direction every tie both ways.
    weight : (m,) float64
    like : Network
        Whose layers, unit and direction it keeps.
    """
    n = ids.len()
    summed = sparse.coo_array((weight, ends), shape=(n, n)).tocsr()
    summed.sort_indices()
    return replace(
        like, ids=ids, start=as_indices(summed.indptr), to=as_codes(summed.indices),
        weight=as_floats(summed.data),
    )  # fmt: skip
