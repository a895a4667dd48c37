"""Ties that carry knowledge, cluster by cluster: among members, and with who is outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, Indices, as_codes, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.records import bundling
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.study import Study
from buzzline.tables.vocabularies import UNDIRECTED_LAYERS

SURVEYED = "advice"  # asked of organisations themselves: by itself wherever it is there
KNOWLEDGE = (
    "research", "coinvention", "coauthor", "citation", "licence", "monitor", "social",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ClusterTies:
    """The ties of one cluster; members are nodes 0 to k - 1, who is outside follows.

    Attributes
    ----------
    members : (k,) int64         rows of the study
    outside : (o,) int64         rows of the study
    source, target : (m,) int64  each pair once; at least one end is a member
    pair, unit : (t,) int64      every mention: of which pair, and in which unit that stands or
                                 falls as a whole (a record, else the linkage itself)
    is_directed : bool
    """

    members: Indices
    outside: Indices
    source: Indices
    target: Indices
    pair: Indices
    unit: Indices
    is_directed: bool

    @property
    def k(self) -> int:
        """Number of members."""
        return self.members.size

    @property
    def n(self) -> int:
        """Number of nodes."""
        return self.members.size + self.outside.size

    def with_ends(self, source: Indices, target: Indices) -> ClusterTies:
        """Return the same number of ties between others."""
        return replace(self, source=source, target=target)

    def counts(self, weight: Floats | None = None) -> Floats:
        """Return ties that arrive and leave inside, and ties outside, of each member: (3, k).

        Parameters
        ----------
        weight : (m,) float64, optional
            How often each pair counts; None: once.
        """
        k, n = self.k, self.n
        is_inside = (self.source < k) & (self.target < k)
        given = np.ones(self.source.size) if weight is None else weight
        parts = (
            np.bincount(ends[which], weights=given[which], minlength=n)[:k]
            for which in (is_inside, ~is_inside)
            for ends in (self.target, self.source)
        )
        n_in, n_out, to_member, from_member = parts
        if not self.is_directed:
            n_in = n_out = n_in + n_out
        return np.array([n_in, n_out, to_member + from_member])

    def resampled(self, rng: np.random.Generator) -> Floats:
        """Return how often each pair counts when units are drawn anew, (m,), 1 on average."""
        drawn = rng.poisson(1.0, int(self.unit.max(initial=-1)) + 1).astype(np.float64)
        n = np.bincount(self.pair, minlength=self.source.size)
        total = np.bincount(self.pair, weights=drawn[self.unit], minlength=self.source.size)
        return np.asarray(total / n)


@dataclass(frozen=True, slots=True, eq=False)
class AdviceTies:
    """All ties that carry knowledge, as rows of the study.

    Attributes
    ----------
    source, target, unit : (t,) int64
    is_directed : bool
    layers : tuple of str
    """

    source: Indices
    target: Indices
    unit: Indices
    is_directed: bool
    layers: tuple[str, ...]


def knowledge_layers(study: Study, wanted: Sequence[str] | None, who: str) -> tuple[str, ...]:
    """Return the layers to be used: as wanted, else advice, else all that carry knowledge.

    Raises
    ------
    InvalidArgument
        A layer without linkages.
    TooFew
        None wanted, and there is none that carries knowledge.
    """
    present = study.linkages["layer"].unique().sort().to_list()
    for name in wanted or ():
        if name not in present:
            raise InvalidArgument(
                f"linkages: no linkage has the layer {name!r}; layers are {', '.join(present)}"
            )
    if wanted is not None:
        return tuple(dict.fromkeys(wanted))
    if SURVEYED in present:
        return (SURVEYED,)
    found = tuple(name for name in KNOWLEDGE if name in present)
    if not found:
        there = f"there are {', '.join(present)}" if present else "there is none"
        raise TooFew(
            f"{who}: no layer in which knowledge is known to pass ({there}). Ask members who "
            "advises whom (layer `advice`), or name layers that stand for it (`layers`)."
        )
    return found


def advice_ties(study: Study, layers: Sequence[str]) -> AdviceTies:
    """Return the ties of some layers; where some have a direction, others go both ways.

    A record that is neither end of its tie (a project, a contract) is a unit: its ties come
    together or not at all. What a respondent says of itself is as many units as ties.
    """
    rows = study.linkages.lazy().filter(
        pl.col("layer").is_in(list(layers))
        & (pl.col("source") != pl.col("target"))
        & (pl.col("weight").fill_null(1.0) > 0)
    )
    own = (pl.col("observed_by") == pl.col("source")) | (
        pl.col("observed_by") == pl.col("target")
    )
    record = pl.when(own.fill_null(value=True)).then(None).otherwise("observed_by")
    directed = pl.col("directed").fill_null(~pl.col("layer").is_in(list(UNDIRECTED_LAYERS)))
    ties = rows.select(
        "source", "target", "layer", record.alias("record"), directed.alias("directed")
    )
    number = study.organisations.select("org_id").with_row_index("row").lazy()
    for end in ("source", "target"):
        ties = ties.join(
            number.rename({"row": f"{end}_row"}), left_on=end, right_on="org_id", how="left",
            validate="m:1", maintain_order="left",
        )  # fmt: skip
    found = ties.collect()
    unit = _units(bundling(found.select("source", "target", "layer", "record")))
    source, target = (
        as_indices(found[f"{end}_row"].to_numpy()) for end in ("source", "target")
    )
    is_directed = bool(found["directed"].any())
    if is_directed:
        both = np.flatnonzero(~found["directed"].to_numpy())
        source, target, unit = (
            np.concatenate([source, target[both]]), np.concatenate([target, source[both]]),
            np.concatenate([unit, unit[both]]),
        )  # fmt: skip
    return AdviceTies(source, target, unit, is_directed, tuple(layers))


def _units(record: pl.Series) -> Indices:
    code = as_indices(record.rank("dense").fill_null(0).to_numpy())
    alone = code == 0
    code[alone] = code.max(initial=0) + 1 + np.arange(int(alone.sum()))
    return code


def by_cluster(
    study: Study, clustering: Clustering, ties: AdviceTies
) -> Iterator[tuple[dict[str, object], ClusterTies]]:
    """Yield each cluster (its row of the clustering) with its ties."""
    clusters = clustering.clusters.to_dicts()
    number = {row["cluster_id"]: k for k, row in enumerate(clusters)}
    rows = study.organisations.select("org_id").with_row_index("row")
    members = (
        clustering.members.filter(pl.col("cluster_id").is_in(list(number)))
        .join(rows, on="org_id", validate="m:1")
        .select(cluster=pl.col("cluster_id").replace_strict(number, return_dtype=pl.Int64),
                row=pl.col("row").cast(pl.Int64))
        .unique()
        .sort("cluster", "row")
    )  # fmt: skip
    tied = _ties_of_clusters(members, ties)
    of_members = _slices(as_codes(members["cluster"].to_numpy()), len(clusters))
    of_ties = _slices(as_codes(tied["cluster"].to_numpy()), len(clusters))
    member_row = as_indices(members["row"].to_numpy())
    tie = as_indices(tied["tie"].to_numpy())
    for cluster, some, ends in zip(clusters, of_members, of_ties, strict=True):
        yield cluster, cluster_ties(member_row[some], ties, tie[ends])


def _ties_of_clusters(members: pl.DataFrame, ties: AdviceTies) -> pl.DataFrame:
    """Return which ties each cluster has an end of: `cluster`, `tie`, each once."""
    numbered = pl.DataFrame({"source": ties.source, "target": ties.target}).with_row_index(
        "tie"
    )
    ends = [
        numbered.select("tie", row=end).join(members, on="row").select("cluster", "tie")
        for end in ("source", "target")
    ]
    return pl.concat(ends).unique().sort("cluster", "tie")


def _slices(code: Codes, n: int) -> list[slice]:
    edges = np.searchsorted(code, np.arange(n + 1))
    return [slice(int(edges[k]), int(edges[k + 1])) for k in range(n)]


def cluster_ties(members: Indices, ties: AdviceTies, which: Indices) -> ClusterTies:
    """Return some ties as those of a cluster.

    Parameters
    ----------
    members : (k,) int64, ascending rows of the study
    ties : AdviceTies
    which : (t,) int64
        Those with at least one end in it.
    """
    source, target = ties.source[which], ties.target[which]
    outside = np.setdiff1d(np.concatenate([source, target]), members)
    local = np.concatenate([members, outside])
    order = np.argsort(local)
    source, target = (
        order[np.searchsorted(local, rows, sorter=order)] for rows in (source, target)
    )
    if not ties.is_directed:
        source, target = np.minimum(source, target), np.maximum(source, target)
    keys, pair = np.unique(source * local.size + target, return_inverse=True)
    _, unit = np.unique(ties.unit[which], return_inverse=True)
    n = max(local.size, 1)
    return ClusterTies(
        members, as_indices(outside), as_indices(keys // n), as_indices(keys % n),
        as_indices(pair), as_indices(unit), ties.is_directed,
    )  # fmt: skip
