"""Which clusters are the peers of a cluster: same industry, like size, better off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import t as student

from buzzline.arrays import Floats, as_floats
from buzzline.clusters.clustering import Clustering
from buzzline.tables.indicators import of_performance
from buzzline.tables.study import Study

ALIKE = 2.0  # factor up to which clusters are of like size
TOP = 0.75  # quantile of the indicator from which on a cluster is a peer
FEWEST_PEERS = 4
FEWEST_SEEN = 3  # members with a value, below which a cluster has none
NO_INDICATOR = "`sighted`"  # says that an organisation was seen, not how it does

PERFORMANCE_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "n_members": pl.Int64,
    "indicator": pl.String, "value": pl.Float64, "n_values": pl.Int64, "rank": pl.Float64,
}  # fmt: skip


def chosen_indicator(study: Study, indicator: str | None) -> tuple[str | None, str]:
    """Return the indicator to judge clusters by, or None and why there is none."""
    known = study.outcomes["indicator"].unique().sort().to_list()
    proposed = of_performance(known)
    if not proposed and indicator not in known:
        return None, "the study has no table `outcomes` with an indicator of how clusters do"
    if indicator is None and len(proposed) == 1:
        return proposed[0], ""
    if indicator in known:
        return indicator, ""
    said = f"no indicator is called {indicator!r}" if indicator else "no `indicator` was named"
    return None, f"{said}; the study has {', '.join(proposed)}"


def performance(study: Study, clustering: Clustering, indicator: str) -> pl.DataFrame:
    """Return how each cluster does: its own value, else the mean over its members.

    Returns
    -------
    DataFrame
        `cluster_id`, `label`, `industry`, `n_members`, `indicator`, `value` (null where fewer
        than three members have one), `n_values`, `rank` (share of clusters of the industry that
        do no better).
    """
    last = (
        study.outcomes.filter(pl.col("indicator") == indicator)
        .sort("unit_id", "year")
        .unique("unit_id", keep="last", maintain_order=True)
        .select("unit_id", "value")
    )
    members = clustering.members.unique(["cluster_id", "org_id"]).join(
        last, left_on="org_id", right_on="unit_id", how="left", validate="m:1"
    )
    of_members = members.group_by("cluster_id").agg(
        pl.col("value").mean(), pl.col("value").count().cast(pl.Int64).alias("n_values")
    )
    enough = pl.col("n_values") >= FEWEST_SEEN
    frame = (
        clustering.clusters.select("cluster_id", "label", "industry", "n_members")
        .join(of_members, on="cluster_id", how="left", validate="1:1", maintain_order="left")
        .join(
            last.rename({"value": "own"}), left_on="cluster_id", right_on="unit_id",
            how="left", validate="1:1", maintain_order="left",
        )
        .with_columns(
            pl.coalesce("own", pl.when(enough).then("value")).alias("value"),
            pl.when(pl.col("own").is_not_null())
            .then(1)
            .otherwise("n_values")
            .fill_null(0)
            .cast(pl.Int64)
            .alias("n_values"),
            pl.lit(indicator).alias("indicator"),
        )
    )  # fmt: skip
    rank = pl.col("value").rank("max") / pl.col("value").count()
    return frame.with_columns(rank.over("industry").alias("rank")).select(
        list(PERFORMANCE_SCHEMA)
    )


@dataclass(frozen=True, slots=True, eq=False)
class PeerShares:
    """Where the ties of the peers lead.

    Attributes
    ----------
    share, error : (4,) float64      mean over peers and its standard error, by scale
    n : int                          peers
    names : tuple of str
    """

    share: Floats
    error: Floats
    n: int
    names: tuple[str, ...]

    def draws(self, n: int, rng: np.random.Generator) -> Floats:
        """Draw shares of the peers (n, 4), a scale at a time; each peer is one observation."""
        z = student.ppf(rng.random((n, self.share.size)), self.n - 1)
        return as_floats(np.clip(self.share + z * self.error, 1e-6, 1))


def peers_of(
    cluster: dict[str, object], known: pl.DataFrame, shares: pl.DataFrame
) -> PeerShares | str:
    """Return the shares of a cluster's peers, or why it has none.

    Parameters
    ----------
    cluster : mapping
        A row of `known`.
    known : DataFrame
        From `performance`.
    shares : DataFrame
        `cluster_id` and one column a scale, of the clusters with ties in the layer.
    """
    size = float(str(cluster["n_members"]))
    alike = known.filter(
        pl.col("industry").eq_missing(pl.lit(cluster["industry"], pl.String)),
        pl.col("n_members").is_between(size / ALIKE, size * ALIKE),
        pl.col("value").is_not_null(),
        pl.col("cluster_id").is_in(shares["cluster_id"].implode()),
    )
    others = alike.filter(pl.col("cluster_id") != cluster["cluster_id"])
    if not others.height:
        return "no other cluster of the industry and of like size has a value and ties"
    least = others["value"].quantile(TOP, "linear")
    best = others.filter(pl.col("value") >= least)["cluster_id"]
    if best.len() < FEWEST_PEERS:
        return (
            f"{others.height} other clusters of the industry are of like size (half to twice), "
            f"{best.len()} of them in the top quarter; at least {FEWEST_PEERS} are needed there"
        )
    found = shares.filter(pl.col("cluster_id").is_in(best.implode()))
    values = found.drop("cluster_id").to_numpy()
    error = values.std(axis=0, ddof=1) / np.sqrt(best.len())
    return PeerShares(
        as_floats(values.mean(axis=0)), as_floats(error), best.len(), tuple(found["cluster_id"])
    )
