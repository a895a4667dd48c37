"""Planted clusters as a clustering, and flat maps without any."""

import numpy as np
import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.tables.study import Study

KM_A_DEGREE = 111.195


def clustering_of(clusters, members):
    """Clusters with `cluster_id`, `label`, `industry`, `longitude`, `latitude`, and members."""
    coverage = pl.DataFrame({"status": ["planted"]})
    return Clustering(clusters, members, pl.DataFrame(), coverage, 0.95, 0.05, 0)


def planted(world):
    """Return the planted clusters of a world of siblings, remote members included."""
    truth, clusters = world.truth, world.truth.clusters
    members = pl.DataFrame({
        "cluster": truth.cluster, "org_id": world.study.organisations["org_id"],
        "is_core": truth.role == "core member",
    }).filter(pl.col("cluster") >= 0)  # fmt: skip
    ids = clusters.select(pl.col("cluster").cast(pl.Int32), "cluster_id")
    return clustering_of(
        clusters.with_columns(label=pl.col("city")),
        members.join(ids, on="cluster").select("cluster_id", "org_id", "is_core"),
    )


def study_at(x_km, y_km, industry, **columns):
    """Return a study of organisations at kilometres east and north of a point on the equator."""
    n = len(x_km)
    return Study.of(organisations=pl.DataFrame({
        "org_id": [f"o{i:07d}" for i in range(n)], "industry": industry,
        "longitude": np.asarray(x_km) / KM_A_DEGREE, "latitude": np.asarray(y_km) / KM_A_DEGREE,
        "precision": ["address"] * n, **columns,
    }))  # fmt: skip


def cut_in_two(study, industry="x"):
    """Cut an industry in two where k-means would, as a rule that looks for two always can."""
    rows = study.organisations.filter(pl.col("industry") == industry)
    at = rows.select("longitude", "latitude").to_numpy()
    centre = at[[at[:, 0].argmin(), at[:, 0].argmax()]]
    for _ in range(30):
        nearest = ((at[:, None] - centre) ** 2).sum(axis=2).argmin(axis=1)
        centre = np.array([at[nearest == k].mean(axis=0) for k in (0, 1)])
    ids = np.array(["A", "B"])
    clusters = pl.DataFrame({
        "cluster_id": ids, "label": ids, "industry": [industry] * 2,
        "longitude": centre[:, 0], "latitude": centre[:, 1],
    })  # fmt: skip
    members = pl.DataFrame({"cluster_id": ids[nearest], "org_id": rows["org_id"]})
    return clustering_of(clusters, members.with_columns(is_core=True))


def scattered(rng, n, marked, weight):
    """Return a study of n organisations in a square of 30 km, `marked` drawn by weight(x, y)."""
    x, y = rng.uniform(-15, 15, (2, n))
    chance = weight(x, y)
    industry = np.full(n, "y", object)
    industry[rng.choice(n, marked, replace=False, p=chance / chance.sum())] = "x"
    return study_at(x, y, industry)
