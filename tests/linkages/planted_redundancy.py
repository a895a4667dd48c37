"""Planted clusters with known ties, of which only some are recorded."""

import numpy as np
import polars as pl
from tests.clusters.planted import clustering_of

from buzzline.linkages.redundancy_rows import largest_loss
from buzzline.network.missing_ties import Recorded
from buzzline.network.redundancy import percolation_access
from buzzline.tables.study import Study

KINDS = ("random", "few hubs", "neighbours", "projects")


def ties_of(kind, n, degree, rng):
    """Ties among n members, and which record each is of."""
    if kind == "projects":  # of five, all tied to all
        many = round(n * degree / 2 / 10)
        groups = [rng.choice(n, 5, replace=False) for _ in range(many)]
        ends = np.concatenate(
            [[(a, b) for k, a in enumerate(g) for b in g[:k]] for g in groups]
        )
        return ends.astype(np.int64), np.repeat(np.arange(many), 10)
    one, other = np.triu_indices(n, 1)
    if kind == "few hubs":
        size = rng.pareto(2.5, n) + 1
        chance = size[one] * size[other]
    elif kind == "neighbours":  # on a ring; ties reach as far as the degree
        apart = np.minimum(other - one, n - (other - one))
        chance = np.exp(-apart / degree)
    else:
        chance = np.ones(one.size)
    there = rng.random(one.size) < np.minimum(chance * n * degree / 2 / chance.sum(), 1)
    ends = np.column_stack([one[there], other[there]])
    return ends, np.arange(len(ends))


def planted(kind="random", *, n=60, degree=6.0, gatekeepers=4, outward=4, rng):
    """All ties of a cluster: `outward` ties to the outside for each gatekeeper."""
    ends, record = ties_of(kind, n, degree, rng)
    gates = np.repeat(rng.choice(n, gatekeepers, replace=False), outward)
    out = np.column_stack([gates, np.full(gates.size, n)])
    first = record.max(initial=-1) + 1
    return Recorded(
        n, np.concatenate([ends.reshape(-1, 2), out]), np.ones(len(ends) + len(out)),
        np.concatenate([record, first + np.arange(len(out))]),
    )  # fmt: skip


def thinned(whole, share, rng):
    """The same with each record known with some probability."""
    known = rng.random(whole.n_records) < share
    kept = known[whole.record]
    _, record = np.unique(whole.record[kept], return_inverse=True)
    return Recorded(whole.n, whole.ends[kept], whole.weight[kept], record.astype(np.int64))


def truth(whole, transmission=0.35, draws=3_000):
    """Access, and what is lost with the gatekeeper that matters most, of all ties."""
    cluster = whole.cluster()
    access = percolation_access(cluster, transmission=transmission, draws=draws, rng=99)
    return access.value, largest_loss(cluster, access)[1]


def outside_of(recorded):
    """Organisations outside that each member is tied to, each tie to another one."""
    out = recorded.ends[(recorded.ends == recorded.n).any(axis=1)].min(axis=1)
    return np.bincount(out, minlength=recorded.n)


def study_of(recorded, *, weight=None, records=True, **columns):
    """A study whose first organisations are the members, and a clustering of them."""
    n, outward = recorded.n, (recorded.ends == recorded.n).any(axis=1)
    n_out = int(outward.sum())
    ids = [f"m{i:03d}" for i in range(n)] + [f"x{i:03d}" for i in range(max(n_out, 1))]
    number = recorded.ends.copy()
    number[outward] = np.column_stack([recorded.ends[outward].min(1), n + np.arange(n_out)])
    names = np.array(ids)
    linkages = pl.DataFrame({
        "source": names[number[:, 0]], "target": names[number[:, 1]], "layer": "research",
        "weight": recorded.weight if weight is None else weight, "unit": "strength",
        "observed_by": [f"p{r}" for r in recorded.record] if records else None, **columns,
    }, schema_overrides={"observed_by": pl.String})  # fmt: skip
    study = Study.of(
        organisations=pl.DataFrame({"org_id": ids, "industry": "wine"}), linkages=linkages
    )
    clusters = pl.DataFrame({"cluster_id": ["c"], "label": ["Colchagua"], "industry": ["wine"],
                             "longitude": [0.0], "latitude": [0.0]})  # fmt: skip
    members = pl.DataFrame({"cluster_id": "c", "org_id": ids[:n], "is_core": True})
    return study, clustering_of(clusters, members)
