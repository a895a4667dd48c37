"""Ties of a cluster at each scale against what size, distance and borders would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import norm

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Flags
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.against_gravity import (
    MODEL_MEANING,
    MODELS,
    AgainstModel,
    Comparison,
    Model,
    compared_with_nulls,
    layer_of,
)
from buzzline.linkages.tie_ends import squared_limits
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Count, Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import false_discovery_q
from buzzline.space.scales import SCALES, Cutoffs
from buzzline.space.sites import sites_of
from buzzline.space.zones import Zones, zones_of
from buzzline.tables.study import Study
from buzzline.wording import plural

__all__ = ["MODELS", "MODEL_MEANING", "Model", "ScaleBalance", "scale_balance"]

BEYOND = "not among the {} strongest clusters; raise `max_clusters`"
SENSITIVITY = (
    0.67,
    1.33,
)  # every verdict is run again with cut-offs a third smaller and larger

BALANCE_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "layer": pl.String,
    "model": pl.String, "scale": pl.String, "observed": pl.Int64, "expected": pl.Float64,
    "share": pl.Float64, "expected_share": pl.Float64, "log_ratio": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "p": pl.Float64,
    "q": pl.Float64, "n": pl.Int64, "n_needed": pl.Int64, "verdict": pl.String,
    "verdict_smaller": pl.String, "verdict_larger": pl.String, "is_stable": pl.Boolean,
}  # fmt: skip
FIT_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "layer": pl.String,
    "model": pl.String, "n": pl.Int64, "distance_elasticity": pl.Float64,
    "elasticity_low": pl.Float64, "elasticity_high": pl.Float64, "border": pl.Float64,
    "dispersion": pl.Float64, "design_effect": pl.Float64, "g2": pl.Float64, "p": pl.Float64,
    "kl": pl.Float64, "js": pl.Float64, "status": pl.String,
}  # fmt: skip
UNTESTED_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "layer": pl.String,
    "reason": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ScaleBalance:
    """Ties of each cluster at each scale, against three yardsticks.

    Attributes
    ----------
    balance : DataFrame
        One row a cluster, layer, model and scale: `cluster_id`, `label`, `industry`, `layer`,
        `model`, `scale`, `observed`, `expected` (tie ends: a tie between two members counts at
        both), `share`, `expected_share`, `log_ratio` (ln((O + 1/2) / (E + 1/2))), `low`,
        `high` (null where nothing could be expected), `level`, `p`, `q` (false-discovery rate
        over clusters and scales of a layer and model), `n` (distinct ties), `n_needed` (ties
        that would show a halving; null when none would), `verdict` ("missing", "excess", "as
        expected", "not enough links"), `verdict_smaller`, `verdict_larger` (with cut-offs a
        third smaller and larger), `is_stable` (all agree).
    fits : DataFrame
        One row a cluster, layer and model: `n`, `distance_elasticity`, `elasticity_low`,
        `elasticity_high`, `border` (log factor of crossing a border), `dispersion`,
        `design_effect` (of ties bundled by organisation or record), `g2`, `p`, `kl` (nats a tie
        end), `js` (bits, 0 to 1), `status` ("fitted" or why not).
    untested : DataFrame
        `cluster_id`, `label`, `industry`, `layer`, `reason`.
    cutoffs : Cutoffs
    level : share
    draws : int
    n_zones : int
    moved_share : float
        Share of organisations whose zone was merged into one further than its reach.
    """

    balance: pl.DataFrame
    fits: pl.DataFrame
    untested: pl.DataFrame
    cutoffs: Cutoffs
    level: Share
    draws: int
    n_zones: int = 0
    moved_share: float = 0.0
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, layer, model and scale."""
        return self.balance

    def __str__(self) -> str:
        default = self.balance.filter(pl.col("model") == "G1")
        n_clusters = default["cluster_id"].n_unique()
        counts = dict(default.group_by("verdict").len().iter_rows())
        said = ", ".join(
            f"{counts.get(v, 0)} {v}"
            for v in ("missing", "excess", "as expected", "not enough links")
        )
        return (
            f"{plural(n_clusters, 'cluster')} by four scales against size and distance (G1): "
            f"{said}; "
            f"{plural(self.untested.height, 'pair')} of cluster and layer could not be tested."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.balance.head(24)._repr_html_()}"


@analysis("linkages", "Which scales of ties is a cluster missing, and which has it in excess?")
def scale_balance(  # noqa: PLR0913  # `progress` is no choice of the analysis
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    cutoffs: Cutoffs = Cutoffs(),  # noqa: B008  # frozen
    max_clusters: Count = 30,
    level: Share = 0.95,
    draws: Draws = 499,
    rng: Seed = None,
    progress: Progress = silent,
) -> ScaleBalance:
    """Compare a cluster's ties at each scale with what size, distance and borders would give.

    Answers whether a cluster has fewer or more local, regional, national and global ties than
    the places it could reach would lead one to expect, or whether it has too few ties to tell.

    Parameters
    ----------
    study : Study
        Needs `linkages`, and `organisations` with coordinates and `country`.
    clustering : Clustering
    layers : names of layers, or None for all
        Layers are compared one by one, never together.
    cutoffs : Cutoffs
        Where local and regional end; every verdict is run again with both a third smaller and
        a third larger.
    max_clusters : count
        The strongest clusters that are compared; the others are listed as untested.
    level : share
    draws : draws
        Of the parametric bootstrap.
    rng : Generator, int or None

    Returns
    -------
    ScaleBalance

    Raises
    ------
    TooFew
        The study has no linkages.
    InvalidArgument
        A layer without linkages.

    Notes
    -----
    G0, G1 and G2 answer different questions: against size; size and distance; size, distance
    and country borders. Each is fitted to the ties of everybody but the cluster's own members.
    They know nothing of industries: part of an excess of local ties is that like trades with
    like. Ties of one organisation, and ties of one record (one project, contract or respondent
    in `observed_by`), resemble each other: intervals and needed links are widened for it.

    References
    ----------
    .. [1] Santos Silva, J., Tenreyro, S. (2006). The log of gravity. Review of Economics and
       Statistics 88(4). doi:10.1162/rest.88.4.641
    .. [2] Bathelt, H., Malmberg, A., Maskell, P. (2004). Clusters and knowledge: local buzz,
       global pipelines and the process of knowledge creation. Progress in Human Geography
       28(1). doi:10.1191/0309132504ph469oa

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> scale_balance(study, found, draws=49, rng=1).balance["model"].unique().sort().to_list()
    ['G0', 'G1', 'G2']
    """
    seed = seed_of(rng)
    names = _layers(study, layers)
    zones = _zones(study, cutoffs)
    limits = squared_limits([cutoffs.times(factor) for factor in (1.0, *SENSITIVITY)])
    examined = clustering.clusters.head(max_clusters)
    members = _members(study, clustering)
    rows = _Rows([], [], [], level)
    for name in names:
        layer = layer_of(study, zones, name, limits=limits)
        for cluster in told(progress, f"{name} ties by scale", examined.to_dicts()):
            own = members[cluster["cluster_id"]]
            source = child(seed, name, cluster["cluster_id"])
            found = compared_with_nulls(
                layer, own, limits, level=level, draws=draws, rng=source
            )
            rows.add(cluster, name, found)
        rows.leave_out(clustering.clusters[max_clusters:], name, BEYOND.format(max_clusters))
    return ScaleBalance(
        balance=_with_q(_frame(rows.balance)),
        fits=pl.DataFrame(rows.fits, schema=FIT_SCHEMA, orient="row"),
        untested=pl.DataFrame(rows.untested, schema=UNTESTED_SCHEMA, orient="row"),
        cutoffs=cutoffs,
        level=level,
        draws=draws,
        n_zones=int(zones.n_here.size),
        moved_share=zones.moved_share,
    )


def _layers(study: Study, wanted: Sequence[str] | None) -> tuple[str, ...]:
    counts = (
        study.linkages.group_by("layer").len().sort(["len", "layer"], descending=[True, False])
    )
    present = tuple(counts["layer"])
    if not present:
        raise TooFew(
            "scale_balance: the study has no linkages. Add a table of linkages with `source`, "
            "`target` and `layer`."
        )
    for name in wanted or ():
        if name not in present:
            raise InvalidArgument(
                f"linkages: no linkage has the layer {name!r}; layers are {', '.join(present)}"
            )
    return tuple(wanted) if wanted is not None else present


def _zones(study: Study, cutoffs: Cutoffs) -> Zones:
    sites = sites_of(study.organisations)
    if not sites.located.any():
        raise TooFew(
            "scale_balance: no organisation has coordinates. Add `longitude` and `latitude`, "
            "or `city` and `country` for the gazetteer."
        )
    return zones_of(study.organisations, sites, reach_km=cutoffs.local_km / 4)


def _members(study: Study, clustering: Clustering) -> dict[str, Flags]:
    row = study.organisations.select("org_id").with_row_index("row")
    placed = clustering.members.join(
        row, on="org_id", how="inner", validate="m:1", maintain_order="left"
    )
    flags = {}
    for cluster_id in clustering.clusters["cluster_id"]:
        flags[cluster_id] = np.zeros(row.height, np.bool_)
    for (cluster_id,), rows in placed.group_by(["cluster_id"]):
        flags[str(cluster_id)][rows["row"].to_numpy()] = True
    return flags


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    balance: list[tuple[object, ...]]
    fits: list[tuple[object, ...]]
    untested: list[tuple[object, ...]]
    level: Share

    def leave_out(self, clusters: pl.DataFrame, layer: str, reason: str) -> None:
        for cluster in clusters.iter_rows(named=True):
            self.add(cluster, layer, reason)

    def add(self, cluster: dict[str, object], layer: str, found: Comparison | str) -> None:
        named = (cluster["cluster_id"], cluster["label"], cluster["industry"], layer)
        if isinstance(found, str):
            self.untested.append((*named, found))
            return
        for model, answer in found.models.items():
            n = found.counted.n_ties
            self.fits.append((*named, model, n, *_fit_cells(found, answer, self.level)))
            if not isinstance(answer, str):
                self.balance.extend(_balance_rows((*named, model), found, answer, self.level))


def _fit_cells(
    found: Comparison, answer: AgainstModel | str, level: Share
) -> tuple[object, ...]:
    if isinstance(answer, str):
        return (*[None] * 10, answer)
    gravity = answer.gravity
    distance: tuple[float | None, ...] = (None, None, None)
    if gravity.theta.size:
        elasticity = float(gravity.theta[0])
        half = float(norm.ppf((1 + level) / 2) * np.sqrt(gravity.covariance[0, 0]))
        distance = (elasticity, elasticity - half, elasticity + half)
    return (
        *distance,
        float(gravity.theta[1]) if gravity.theta.size > 1 else None,
        gravity.dispersion,
        found.counted.overdispersion,
        answer.g2,
        answer.p,
        answer.kl,
        answer.js,
        "fitted",
    )


def _balance_rows(
    named: tuple[object, ...], found: Comparison, answer: AgainstModel, level: Share
) -> list[tuple[object, ...]]:
    main, smaller, larger = answer.compared
    total = float(found.counted.observed.sum())
    rows = []
    for s, scale in enumerate(SCALES):
        verdicts = (main.verdict[s], smaller.verdict[s], larger.verdict[s])
        observed, expected = int(found.counted.observed[s]), float(main.expected[s])
        rows.append(
            (
                *named, scale, observed, expected, observed / total, expected / total,
                float(main.log_ratio[s]), float(main.low[s]), float(main.high[s]), level,
                float(main.p[s]), None, found.counted.n_ties, main.n_needed[s], *verdicts,
                len(set(verdicts)) == 1,
            )
        )  # fmt: skip
    return rows


def _frame(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=BALANCE_SCHEMA, orient="row")
    return frame.with_columns(pl.col("low", "high").fill_nan(None))


def _with_q(balance: pl.DataFrame) -> pl.DataFrame:
    """Add q-values over clusters and scales, a layer and model at a time."""
    parts = [
        part.with_columns(pl.Series("q", false_discovery_q(part["p"].to_numpy())))
        for _, part in balance.group_by(["layer", "model"], maintain_order=True)
    ]
    order = balance.select("cluster_id", "layer", "model", "scale")
    if not parts:
        return balance
    return order.join(
        pl.concat(parts), on=["cluster_id", "layer", "model", "scale"], how="left",
        validate="1:1", maintain_order="left",
    ).select(balance.columns)  # fmt: skip
