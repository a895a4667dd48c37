"""A small world with advice planted in its clusters, and these clusters as a clustering."""

from functools import cache

import numpy as np
import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world, plant_advice


@cache
def world():
    return make_world(organisations=300, clusters=2, rng=1)


def planted(seed, **choices):
    return plant_advice(world().study, world().truth.cluster, rng=seed, **choices)


def clustering_of(study, cluster):
    """One cluster a code; the label is its number."""
    k = int(np.max(cluster, initial=-1)) + 1
    ids = [f"c{i}" for i in range(k)]
    cluster = np.asarray(cluster)
    clusters = pl.DataFrame({
        "cluster_id": ids, "label": [f"Park {i}" for i in range(k)], "industry": "optics",
        "n_members": [int((cluster == i).sum()) for i in range(k)], "strength": 2.0,
        "ratio": 2.0, "p": 0.01, "longitude": 5.0, "latitude": 50.0,
    }, schema_overrides={"cluster_id": pl.String, "label": pl.String})  # fmt: skip
    members = pl.DataFrame({
        "cluster_id": [ids[c] for c in cluster if c >= 0],
        "org_id": study.organisations["org_id"].filter(pl.Series(cluster >= 0)),
    }, schema_overrides={"cluster_id": pl.String}).with_columns(is_core=pl.lit(value=True))  # fmt: skip
    coverage = pl.DataFrame({"status": ["examined"]})
    return Clustering(clusters, members, pl.DataFrame(), coverage, 0.95, 0.05, 0)


def planted_clusters():
    return clustering_of(world().study, world().truth.cluster)


def tied(pairs, *, n, members, layer="advice", record=None):
    """A study of n organisations of which the first are one cluster, and its clustering."""
    ids = [f"o{i}" for i in range(n)]
    linkages = pl.DataFrame({
        "source": [ids[i] for i, _ in pairs], "target": [ids[j] for _, j in pairs],
        "layer": layer, "observed_by": record,
    }, schema={"source": pl.String, "target": pl.String, "layer": pl.String,
               "observed_by": pl.String})  # fmt: skip
    organisations = pl.DataFrame({"org_id": ids, "name": [f"Works {i}" for i in range(n)]})
    study = Study.of(organisations=organisations, linkages=linkages)
    return study, clustering_of(study, np.where(np.arange(n) < members, 0, -1))
