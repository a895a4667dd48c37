"""What arrives in clusters, from which cluster and of which group: deals, or other ties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Indices, as_codes, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.records import bundling
from buzzline.errors import InvalidArgument
from buzzline.investment.control import control_at
from buzzline.investment.deals import DEAL_LAYERS, NOW, deals_of
from buzzline.investment.holdings import holdings_of
from buzzline.tables.study import Study
from buzzline.tables.vocabularies import LAYERS, UNDIRECTED_LAYERS

NO_INDUSTRY = "no industry told"
MOSTLY = 0.5  # of all deals in one group: a sentence of its own


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Deals that arrive in clusters; of ties without direction each end is an arrival.

    Attributes
    ----------
    clusters : DataFrame            `cluster_id`, `label`, `industry`, `n_members`; by number
    industry : (k,) int32           of each cluster, numbered
    group, origin, destination : (n,) int64
        Group behind each (numbered), cluster it leaves (-1: none) and arrives in.
    year : (n,) int64               0: not known
    is_mirrored : (n,) bool         the second of the two arrivals of a tie without direction
    n_all : int                     deals or ties there are, wherever they arrive
    layers : tuple of str
    is_directed : bool
    """

    clusters: pl.DataFrame
    industry: Codes
    group: Indices
    origin: Indices
    destination: Indices
    year: Indices
    is_mirrored: Flags
    n_all: int
    layers: tuple[str, ...]
    is_directed: bool

    @property
    def n(self) -> int:
        """Arrivals."""
        return self.group.size

    @property
    def n_groups(self) -> int:
        """Groups behind them."""
        return np.unique(self.group).size

    @property
    def word(self) -> str:
        """What arrives: a deal, or a tie."""
        return word_of(self.layers)

    def of(self, some: Flags) -> Arrivals:
        """Return some of the arrivals."""
        return replace(
            self, group=self.group[some], origin=self.origin[some],
            destination=self.destination[some], year=self.year[some],
            is_mirrored=self.is_mirrored[some],
        )  # fmt: skip

    def between(self) -> Arrivals:
        """Return those that leave one cluster and arrive in another, each tie once."""
        crossing = (self.origin >= 0) & (self.origin != self.destination)
        return self.of(crossing & ~self.is_mirrored)

    def largest_share(self) -> float:
        """Return the share of the most active group; 0 without arrivals."""
        return float(np.bincount(self.group).max() / self.n) if self.n else 0.0

    def notes(self) -> tuple[str, ...]:
        """Return what must be said of one group that stands behind most of it."""
        if self.largest_share() < MOSTLY:
            return ()
        return (
            f"One group is behind {self.largest_share():.0%} of all {self.word}s: what is told "
            "is about that group first.",
        )


def word_of(layers: Sequence[str]) -> str:
    """Return what arrives by some layers: "deal" or "tie"."""
    return "deal" if set(layers) <= set(DEAL_LAYERS) else "tie"


def arrivals_of(
    study: Study, clustering: Clustering, layers: Sequence[str] | None = None
) -> Arrivals:
    """Return what arrives in clusters.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    layers : names of layers, or None
        None: deals. Deals and other ties are not to be mixed.

    Raises
    ------
    TooFew
        There is no such tie in the study.
    InvalidArgument
        A layer without ties, or deals together with other ties, or ties with and without
        direction together.

    Notes
    -----
    An organisation in several clusters counts for the strongest. Ties that one record bundles
    (a project, a contract) are of one group; others are of the ultimate owner of their source.

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, rng=1).study
    >>> found = candidate_clusters(study, draws=99, rng=1)
    >>> arrivals_of(study, found, ["research"]).is_directed
    False
    """
    rows = _rows(clustering)
    if layers is None or set(layers) <= set(DEAL_LAYERS):
        deals = deals_of(study, clustering, layers=layers)
        frame = deals.deals.select("group", "origin", "destination", "year")
        return _numbered(frame, rows, deals.layers, is_directed=True)
    ties = _other_ties(study, clustering, tuple(layers))
    is_directed = not set(layers) & UNDIRECTED_LAYERS
    return _numbered(ties, rows, tuple(layers), is_directed=is_directed)


def _rows(clustering: Clustering) -> pl.DataFrame:
    """Return the clusters, with what declared ones may lack: an industry, a size."""
    counted = clustering.members.group_by("cluster_id").agg(
        counted=pl.col("org_id").n_unique().cast(pl.Int64)
    )
    told = clustering.clusters.select("cluster_id", "label", "industry", "n_members")
    return told.join(
        counted, on="cluster_id", how="left", maintain_order="left", validate="1:1"
    ).select(
        "cluster_id", pl.col("label").fill_null(pl.col("cluster_id")),
        pl.col("industry").fill_null(NO_INDUSTRY),
        pl.coalesce("n_members", "counted").fill_null(0).clip(1).alias("n_members"),
    )  # fmt: skip


def _numbered(
    frame: pl.DataFrame, rows: pl.DataFrame, layers: tuple[str, ...], *, is_directed: bool
) -> Arrivals:
    mirrored = np.zeros(frame.height, np.bool_)
    n_all = frame.height
    if not is_directed:
        back = frame.rename({"origin": "destination", "destination": "origin"})
        frame = pl.concat([frame, back.select(frame.columns)])
        mirrored = np.concatenate([mirrored, ~mirrored])
    number = {name: k for k, name in enumerate(rows["cluster_id"])}
    ends = [
        frame[end].replace_strict(number, default=-1, return_dtype=pl.Int64).fill_null(-1)
        for end in ("origin", "destination")
    ]
    industry = as_codes(rows["industry"].rank("dense").to_numpy() - 1)
    whole = Arrivals(
        rows, industry, as_indices(frame["group"].rank("dense").to_numpy() - 1),
        as_indices(ends[0]), as_indices(ends[1]),
        as_indices(frame["year"].fill_null(0)), mirrored, n_all, layers, is_directed,
    )  # fmt: skip
    return whole.of(whole.destination >= 0)


def _other_ties(study: Study, clustering: Clustering, layers: tuple[str, ...]) -> pl.DataFrame:
    _check(study, layers)
    strongest = (
        clustering.members.join(
            clustering.clusters.select("cluster_id").with_row_index("order"), on="cluster_id"
        )
        .sort("order").unique("org_id", keep="first", maintain_order=True)
        .select("org_id", "cluster_id")
    )  # fmt: skip
    ties = study.linkages.filter(
        pl.col("layer").is_in(list(layers)) & (pl.col("source") != pl.col("target"))
    )
    bundled = bundling(ties.rename({"observed_by": "record"}))
    number = study.organisations.select("org_id").with_row_index("number")
    source = ties.select(org_id="source").join(
        number, on="org_id", how="left", maintain_order="left", validate="m:1"
    )["number"]  # fmt: skip
    code = as_indices(source.to_numpy())
    day = np.full(code.size, NOW)
    owner = control_at(holdings_of(study).frame, code, day).owners(code, day)
    group = pl.select(
        pl.coalesce("record: " + bundled, study.organisations["org_id"].gather(owner))
    ).to_series()
    for end, there in (("source", "origin"), ("target", "destination")):
        own = strongest.rename({"org_id": end, "cluster_id": there})
        ties = ties.join(own, on=end, how="left", validate="m:1", maintain_order="left")
    year = pl.col("start").dt.year().cast(pl.Int64)
    return ties.select(group, "origin", "destination", year=year).rename(
        {group.name: "group"} if group.name != "group" else {}
    )


def _check(study: Study, layers: tuple[str, ...]) -> None:
    if set(layers) & set(DEAL_LAYERS):
        raise InvalidArgument(
            "layers: deals and other ties are not counted together; ask for one or the other"
        )
    there = set(study.linkages["layer"].unique())
    for layer in layers:
        if layer not in LAYERS or layer not in there:
            raise InvalidArgument(
                f"layers: no linkage has the layer {layer!r}; layers are "
                f"{', '.join(sorted(there)) or 'none'}"
            )
    undirected = set(layers) & UNDIRECTED_LAYERS
    if undirected and undirected != set(layers):
        raise InvalidArgument(
            f"layers: {', '.join(sorted(undirected))} have no direction, the others have; ask "
            "for one or the other"
        )
