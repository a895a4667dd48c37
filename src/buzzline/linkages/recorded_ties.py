"""Linkages as single recorded ties, cluster by cluster, with the record each stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.clusters.records import bundling
from buzzline.network.building import Weighing, linkages_of, rows_of, weights_of
from buzzline.network.missing_ties import Recorded
from buzzline.network.open_cluster import OpenCluster, opened
from buzzline.quantities import Years
from buzzline.tables.study import Study


@dataclass(frozen=True, slots=True, eq=False)
class RecordedTies:
    """All ties of some layers, by the organisations they touch.

    Attributes
    ----------
    source, target : (t,) int64     rows of organisations
    weight : (t,) float64 [unit]
    record : (t,) int64             equal numbers: from one record (project, respondent)
    start, order : (n + 1,), (2t,) int64    ties that touch organisation i:
                                    order[start[i]:start[i + 1]]
    layers : tuple of str
    unit : str
    has_records : bool              whether records are told, else each tie is its own
    """

    source: Indices
    target: Indices
    weight: Floats
    record: Indices
    start: Indices
    order: Indices
    layers: tuple[str, ...]
    unit: str
    has_records: bool

    def of(self, members: Indices) -> tuple[Recorded, Indices]:
        """Return the ties that touch members, and how many outside each is tied to.

        Parameters
        ----------
        members : (k,) int64     rows of organisations, each once
        """
        n, k = self.start.size - 1, members.size
        length = self.start[members + 1] - self.start[members]
        first = self.start[members] - np.append(0, np.cumsum(length)[:-1])
        touching = np.unique(self.order[np.repeat(first, length) + np.arange(length.sum())])
        number = np.full(n, k)
        number[members] = np.arange(k)
        ends = np.column_stack([number[self.source[touching]], number[self.target[touching]]])
        other = np.where(ends[:, 0] == k, self.source[touching], self.target[touching])
        outward = (ends == k).any(axis=1)
        pairs = np.unique(ends.min(axis=1)[outward] * n + other[outward])
        _, record = np.unique(self.record[touching], return_inverse=True)
        found = Recorded(k, as_indices(ends), self.weight[touching], as_indices(record))
        return found, as_indices(np.bincount(pairs // max(n, 1), minlength=k))

    def cluster(self, members: Indices) -> OpenCluster:
        """Return some organisations and the outside as one node."""
        found, n_external = self.of(members)
        return opened(
            found.n, found.ends, found.weight, strongest=found.weight, n_external=n_external
        )


def recorded_ties(
    study: Study,
    layers: str | Sequence[str] | None = None,
    *,
    year: Years | None = None,
    weighing: Weighing = "ties",
) -> RecordedTies:
    """Return the ties of some layers one by one; parameters and errors as of `build_network`.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, rng=1).study
    >>> recorded_ties(study).cluster(np.arange(30)).n
    30
    """
    rows = linkages_of(study, layers, year)
    weight, unit = weights_of(rows, weighing)
    number = study.organisations.select("org_id").with_row_index("row")
    source, target = (rows_of(rows, end, number) for end in ("source", "target"))
    bundle = bundling(rows.select("source", "target", "layer", record="observed_by"))
    known = bool(bundle.is_not_null().any())
    named = bundle.rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()
    record = np.where(named >= 0, named, np.arange(rows.height) + rows.height + 1)
    keep = (source != target) & (weight > 0)
    source, target = source[keep].astype(np.int64), target[keep].astype(np.int64)
    ends = np.concatenate([source, target])
    order = np.argsort(ends, kind="stable")
    counts = np.bincount(ends, minlength=study.organisations.height)
    return RecordedTies(
        as_indices(source), as_indices(target), as_floats(weight[keep]),
        as_indices(record[keep]), as_indices(np.append(0, np.cumsum(counts))),
        as_indices(order % max(source.size, 1)),
        tuple(rows["layer"].unique().sort()), unit, known,
    )  # fmt: skip
