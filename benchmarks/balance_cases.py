"""Balance of ties: every cluster of a world against three nulls, and one fit beside a peer."""

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from benchmarks.worlds import SEED
from buzzline.clusters.clustering import Clustering
from buzzline.linkages import scale_balance
from buzzline.network.mutual import fit_mutual
from buzzline.tables.worlds import Geography, Gravity, make_world

TIES_EACH = 10
MEMBERS = 350  # organisations a planted cluster, about
_TIES = {"small": 100_000, "large": 1_000_000, "huge": 10_000_000}
_ZONES = {"small": 100, "large": 300, "huge": 600}
_RUNS = {"small": 5, "large": 2, "huge": 1}
Case = tuple[
    str, str, Mapping[str, int], Callable[[int], Callable[[], object]], Mapping[str, int]
]  # fmt: skip


def balance_on(n: int) -> Callable[[], object]:
    """n ties, n / 10 organisations, n / 10 000 clusters (at least 10); all are compared."""
    organisations = n // TIES_EACH
    clusters = max(10, organisations // 1000)
    world = make_world(
        organisations=organisations, clusters=clusters, layers=("supply",), rng=SEED,
        geography=Geography(places=clusters * 3 // 2 + 30, countries=6),
        gravity=Gravity(ties_each=TIES_EACH),
    )  # fmt: skip
    rows = np.flatnonzero(world.truth.cluster >= 0)
    members = pl.DataFrame(
        {"cluster_id": [f"c{k}" for k in world.truth.cluster[rows]],
         "org_id": world.study.organisations["org_id"].gather(rows), "is_core": True}
    )  # fmt: skip
    found = world.truth.clusters.select(
        cluster_id=pl.format("c{}", "cluster"), label="place", industry="industry"
    )
    coverage = pl.DataFrame({"status": ["planted"]})
    planted = Clustering(found, members, pl.DataFrame(), coverage, 0.95, 0.05, 0)

    def run() -> int:
        balance = scale_balance(world.study, planted, rng=1).balance
        return balance["cluster_id"].n_unique()

    return run


def flows_of(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric flows of 100 n ties between n zones, and ln distance."""
    rng = np.random.default_rng(SEED)
    xy = rng.random((n, 2)) * 1000
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) + 10 * np.eye(n)
    log_km = np.log(np.maximum(apart, 10))
    mass = np.exp(rng.standard_normal(n))
    mean = np.outer(mass, mass) * np.exp(-0.9 * log_km)
    mean *= 100 * n / mean.sum()
    upper = np.triu(rng.poisson(mean), 1)
    return (upper + upper.T + np.diag(2 * rng.poisson(np.diag(mean) / 2))).astype(float), log_km


def fit_on(n: int) -> Callable[[], object]:
    flows, log_km = flows_of(n)
    return lambda: round(float(fit_mutual(flows, log_km[None]).theta[0]), 4)


def fit_in_pyfixest(n: int) -> Callable[[], object]:
    """Origin and destination effects on the same flows: the same coefficient."""
    import pandas as pd
    import pyfixest

    flows, log_km = flows_of(n)
    origin, destination = np.indices(flows.shape)
    frame = pd.DataFrame(
        {"flow": flows.ravel(), "distance": log_km.ravel(), "origin": origin.ravel(),
         "destination": destination.ravel()}
    )  # fmt: skip

    def run() -> float:
        fit = pyfixest.fepois("flow ~ distance | origin + destination", frame)
        return round(float(fit.coef().iloc[0]), 4)

    return run


CASES: tuple[Case, ...] = (
    ("scale_balance", "ties", _TIES, balance_on, _RUNS),
    ("gravity_fit", "zones", _ZONES, fit_on, _RUNS),
    ("gravity_fit_pyfixest", "zones", _ZONES, fit_in_pyfixest, _RUNS),
)
