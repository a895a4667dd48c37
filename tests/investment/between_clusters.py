"""Studies made of deals between clusters that are given one by one."""

import numpy as np
import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.tables.study import Study

TARGETS = 6  # of each cluster, in whom others invest


def clusters_of(n, *, industries=("optics",), sizes=None):
    """n clusters, their industries in turn."""
    size = [TARGETS] * n if sizes is None else sizes
    return pl.DataFrame({
        "cluster_id": [f"c{k}" for k in range(n)], "label": [f"Park {k}" for k in range(n)],
        "industry": [industries[k % len(industries)] for k in range(n)], "n_members": size,
        "strength": 2.0, "ratio": 2.0, "p": 0.01, "longitude": 5.0, "latitude": 50.0,
    }, schema_overrides={"cluster_id": pl.String, "label": pl.String, "n_members": pl.Int64,
                         "industry": pl.String})  # fmt: skip


def dealt(deals, n, *, layer="investment", year=None, sizes=None, industries=("optics",)):
    """A study and its clustering; deals are (group, origin or -1, destination or -1)."""
    organisations: dict[str, int] = {}
    sources, targets = [], []
    for k, (group, origin, destination) in enumerate(deals):
        source = f"g{group} in {origin}"
        target = f"t{k % TARGETS} in {destination}"
        organisations[source], organisations[target] = origin, destination
        sources.append(source)
        targets.append(target)
    heads = [f"g{group}" for group in {group for group, _, _ in deals}]
    names = list(organisations)
    everybody = pl.DataFrame({
        "org_id": [*names, *heads],
        "owner_id": [name.split(" in ")[0] if name.startswith("g") else None for name in names]
        + [None] * len(heads),
    }, schema={"org_id": pl.String, "owner_id": pl.String})  # fmt: skip
    years = [None] * len(sources) if year is None else [f"{one}-06-01" for one in year]
    linkages = pl.DataFrame({
        "source": sources, "target": targets, "layer": layer, "start": years,
    }, schema={"source": pl.String, "target": pl.String, "layer": pl.String,
               "start": pl.String}).with_columns(pl.col("start").str.to_date())  # fmt: skip
    study = Study.of(organisations=everybody, linkages=linkages)
    inside = [(f"c{k}", name) for name, k in organisations.items() if k >= 0]
    members = pl.DataFrame(
        {"cluster_id": [k for k, _ in inside], "org_id": [name for _, name in inside]},
        schema={"cluster_id": pl.String, "org_id": pl.String},
    ).with_columns(is_core=pl.lit(value=True))
    rows = clusters_of(n, sizes=sizes, industries=industries)
    coverage = pl.DataFrame({"status": ["examined"]})
    return study, Clustering(rows, members, pl.DataFrame(), coverage, 0.95, 0.05, 0)


def at_random(n_clusters, n_deals, rng, *, skew=1.0):
    """Deals of groups at home in one cluster each, arriving by a weight of each cluster."""
    weight = rng.pareto(3, n_clusters) * skew + 1
    weight = weight / weight.sum()
    home = rng.choice(n_clusters, n_deals, p=weight)
    away = rng.choice(n_clusters, n_deals, p=weight)
    group = np.where(rng.random(n_deals) < 0.5, np.arange(n_deals), home + n_deals)
    return [tuple(int(x) for x in row) for row in zip(group, home, away, strict=True)]
