"""Where do the ties of each cluster lead, and how much of them to each place?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.records import bundling
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.flow_ends import between_partners, ends_of_members, partners_of
from buzzline.linkages.flow_shares import shares_of
from buzzline.network.ties import ties_by_scale
from buzzline.quantities import Count, Share
from buzzline.space.scales import SCALES, UNKNOWN_SCALE, Cutoffs
from buzzline.tables.study import Study
from buzzline.wording import plural

_NAMED = ["cluster_id", "label", "industry"]
LADDER = (*SCALES, UNKNOWN_SCALE)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClusterFlows:
    """Ties of each cluster, by where they lead.

    Attributes
    ----------
    flows : DataFrame
        One row a cluster, partner and scale, most ties first: `cluster_id`, `label`,
        `industry`, `partner_id`, `partner` (another cluster, else a city, else a square of half
        a degree), `partner_kind` ("own members", "cluster", "city", "area", "not known"),
        `country`, `scale`, `n` (ties), `n_members` (that hold them), `share` (of all ties of
        the cluster), `low`, `high`, `level`, `longitude`, `latitude`.
    scales : DataFrame
        One row a cluster and scale, as above without the partner.
    between : DataFrame
        One row a pair of partners of a cluster that are tied to each other: `cluster_id`,
        `first_id`, `second_id`, `n`.
    clusters : DataFrame
        One row a cluster: `n_ties`, `n_tied` (members that hold them), `n_partners`,
        `n_left_out` (ties to partners beyond `max_partners`), `longitude`, `latitude`.
    cutoffs : Cutoffs
    level : share
    """

    flows: pl.DataFrame
    scales: pl.DataFrame
    between: pl.DataFrame
    clusters: pl.DataFrame
    cutoffs: Cutoffs
    level: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, partner and scale."""
        return self.flows

    def __str__(self) -> str:
        tied = self.clusters.filter(pl.col("n_ties") > 0)
        if not tied.height:
            return "No cluster has a tie."
        first = tied.row(0, named=True)
        scales = self.scales.filter(cluster_id=first["cluster_id"])
        said = ", ".join(
            f"{row['share']:.0%} {row['scale']}" for row in scales.iter_rows(named=True)
        )
        outside = self.flows.filter(
            (pl.col("cluster_id") == first["cluster_id"])
            & (pl.col("partner_kind") != OWN)
            & (pl.col("partner_kind") != UNKNOWN)
        )
        most = f"; most outside it to {outside['partner'][0]}" if outside.height else ""
        return (
            f"{plural(tied.height, 'cluster')} with ties. {first['label']} "
            f"({first['industry']}): {plural(first['n_ties'], 'tie')}, {said}{most}."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.flows.head(20)._repr_html_()}"


OWN, UNKNOWN = "own members", "not known"


@analysis("linkages", "Where do the ties of each cluster lead?")
def cluster_flows(
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    cutoffs: Cutoffs = Cutoffs(),  # noqa: B008  # frozen
    max_partners: Count = 60,
    level: Share = 0.95,
) -> ClusterFlows:
    """Count the ties of each cluster by the cluster or place at their other end.

    Answers whom a cluster is tied to and how far away they are. It says nothing of whether that
    is much or little: that is `scale_balance`.

    Parameters
    ----------
    study : Study
        Needs `linkages`; coordinates, `city` and `country` of organisations tell where.
    clustering : Clustering
    layers : names of layers, or None for all
        Counted together: a number of ties, whatever they are worth.
    cutoffs : Cutoffs
        Where local and regional end.
    max_partners : count
        Partners listed for each cluster, those with most ties; the number of ties to others is
        said.
    level : share
        Confidence level of the shares.

    Returns
    -------
    ClusterFlows

    Raises
    ------
    TooFew
        The study has no linkages, or there is no cluster.
    InvalidArgument
        A layer without linkages.

    Notes
    -----
    A tie between two members counts once, under "own members". Ties of one member, and of one
    record (a project, contract or respondent in `observed_by`), resemble each other: the unit
    of sampling is the member, or the record where that is wider (ratio estimator on the logit
    scale [1]_); where there are fewer than two there is no interval.

    References
    ----------
    .. [1] Cochran, W. G. (1977). Sampling Techniques, 3rd edition, section 3.12. Wiley.

    Examples
    --------
    >>> from buzzline import candidate_clusters, make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = cluster_flows(study, candidate_clusters(study, draws=199, rng=1))
    >>> found.flows["partner_kind"].is_in(["own members", "cluster", "city"]).all()
    True
    """
    ties = _ties(study, layers, cutoffs)
    if not clustering.clusters.height:
        raise TooFew("cluster_flows: there is no cluster")
    partners = partners_of(study, clustering)
    ends = ends_of_members(ties, clustering, partners)
    names = clustering.clusters.select(*_NAMED)
    by_partner = shares_of(ends, ["partner_id", "scale"], level=level)
    listed = (
        by_partner.join(
            by_partner.group_by("cluster_id", "partner_id").agg(total=pl.col("n").sum()),
            on=["cluster_id", "partner_id"], how="left", validate="m:1",
        )
        .with_columns(
            rank=pl.struct("total", "partner_id")
            .rank("dense", descending=True)
            .over("cluster_id")
        )
    )  # fmt: skip
    kept = listed.filter(pl.col("rank") <= max_partners)
    return ClusterFlows(
        flows=_flows(kept, names, partners.places),
        scales=_by_scale(shares_of(ends, ["scale"], level=level), names),
        between=between_partners(ties, kept, partners),
        clusters=_clusters(clustering, ends, listed, kept),
        cutoffs=cutoffs,
        level=level,
    )


def _ties(study: Study, layers: Sequence[str] | None, cutoffs: Cutoffs) -> pl.DataFrame:
    """Return each tie between two organisations with its scale."""
    if not study.linkages.height:
        raise TooFew(
            "cluster_flows: the study has no linkages. Add a table of linkages with `source`, "
            "`target` and `layer`."
        )
    present = study.linkages["layer"].unique().sort().to_list()
    for name in layers or ():
        if name not in present:
            raise InvalidArgument(
                f"linkages: no linkage has the layer {name!r}; layers are {', '.join(present)}"
            )
    chosen = study.linkages.filter(
        (pl.col("source") != pl.col("target"))
        & (pl.col("layer").is_in(list(layers)) if layers is not None else pl.lit(value=True))
    ).select("source", "target", "layer", "observed_by")
    scaled = ties_by_scale(chosen, study.organisations, cutoffs).collect().to_polars()
    record = bundling(scaled.select("source", "target", "layer", record="observed_by"))
    return scaled.select("source", "target", "scale", record=record).with_row_index("tie")


def _flows(kept: pl.DataFrame, names: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    order = {name: number for number, name in enumerate(names["cluster_id"])}
    return (
        kept.join(names, on="cluster_id", how="left", validate="m:1")
        .join(places, on="partner_id", how="left", validate="m:1")
        .with_columns(
            partner_kind=pl.when(pl.col("partner_id") == pl.col("cluster_id"))
            .then(pl.lit(OWN))
            .otherwise(pl.col("partner_kind")),
            at=pl.col("cluster_id").replace_strict(order, return_dtype=pl.Int64),
        )
        .sort("at", "n", "partner_id", "scale", descending=[False, True, False, False])
        .select(
            *_NAMED, "partner_id", "partner", "partner_kind", "country", "scale", "n",
            "n_members", "share", "low", "high", "level", "longitude", "latitude",
        )
    )  # fmt: skip


def _by_scale(shares: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    rank = {scale: number for number, scale in enumerate(LADDER)}
    return (
        names.with_row_index("at")
        .join(shares, on="cluster_id", how="inner", validate="1:m")
        .sort("at", pl.col("scale").replace_strict(rank, return_dtype=pl.Int64))
        .select(*_NAMED, "scale", "n", "n_members", "share", "low", "high", "level")
    )


def _clusters(
    clustering: Clustering, ends: pl.DataFrame, listed: pl.DataFrame, kept: pl.DataFrame
) -> pl.DataFrame:
    counts = ends.group_by("cluster_id").agg(
        n_ties=pl.col("tie").n_unique(), n_tied=pl.col("org_id").n_unique(),
        n_partners=pl.col("partner_id").n_unique(),
    )  # fmt: skip
    shown = kept.group_by("cluster_id").agg(shown=pl.col("n").sum())
    return (
        clustering.clusters.select(*_NAMED, "longitude", "latitude")
        .join(counts, on="cluster_id", how="left", validate="1:1", maintain_order="left")
        .join(shown, on="cluster_id", how="left", validate="1:1", maintain_order="left")
        .with_columns(pl.col("n_ties", "n_tied", "n_partners", "shown").fill_null(0))
        .with_columns(
            n_left_out=pl.col("n_ties").cast(pl.Int64) - pl.col("shown").cast(pl.Int64)
        )
        .select(
            *_NAMED, "n_ties", "n_tied", "n_partners", "n_left_out", "longitude", "latitude"
        )
    )
