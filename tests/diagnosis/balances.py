"""Balances made by hand, so that it is known what a diagnosis must say."""

from __future__ import annotations

from math import log

import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.clusters.tabulating import (
    CLUSTER_SCHEMA,
    COVERAGE_SCHEMA,
    MEMBER_SCHEMA,
    TREE_SCHEMA,
)
from buzzline.linkages.balance import BALANCE_SCHEMA, FIT_SCHEMA, UNTESTED_SCHEMA, ScaleBalance
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study

SCALES = ("local", "regional", "national", "global")


def balance_row(scale, times, spread, **more):
    """One row of a balance: `times` as many ties as expected, known to a factor of `spread`."""
    low, high = log(times / spread), log(times * spread)
    verdict = "missing" if high < -log(1.25) else "excess" if low > log(1.25) else "as expected"
    row = {
        "cluster_id": "c", "label": "Prato, IT", "industry": "textiles", "layer": "supply",
        "model": "G1", "scale": scale, "observed": 10, "expected": 10 / times, "share": 0.25,
        "expected_share": 0.25, "log_ratio": log(times), "low": low, "high": high,
        "level": 0.95, "p": 0.001, "q": 0.002, "n": 400, "n_needed": 100, "verdict": verdict,
        "verdict_smaller": verdict, "verdict_larger": verdict, "is_stable": True,
    }  # fmt: skip
    return row | more


def balance(rows, untested=()):
    return ScaleBalance(
        balance=pl.DataFrame(
            [{k: v for k, v in row.items() if k in BALANCE_SCHEMA} for row in rows],
            schema=BALANCE_SCHEMA,
        ),
        fits=pl.DataFrame(schema=FIT_SCHEMA),
        untested=pl.DataFrame(list(untested), schema=UNTESTED_SCHEMA, orient="row"),
        cutoffs=Cutoffs(),
        level=0.95,
        draws=99,
    )


def study(n=6):
    return Study.of(
        organisations=pl.DataFrame({"org_id": [f"o{i}" for i in range(n)]}),
        linkages=pl.DataFrame(
            {
                "source": ["o0", "o1", "o0"],
                "target": ["o1", "o4", "o0"],
                "layer": ["supply"] * 3,
            }
        ),
    )


def clustering(clusters=("c",)):
    known = {"label": "Prato, IT", "industry": "textiles", "n_members": 4}
    return Clustering(
        clusters=pl.DataFrame(
            [{"cluster_id": c} | known for c in clusters], schema=CLUSTER_SCHEMA
        ),
        members=pl.DataFrame(
            {
                "cluster_id": ["c"] * 4,
                "org_id": ["o0", "o1", "o2", "o3"],
                "is_core": [True] * 4,
            },
            schema=MEMBER_SCHEMA,
        ),
        tree=pl.DataFrame(schema=TREE_SCHEMA),
        coverage=pl.DataFrame(schema=COVERAGE_SCHEMA),
        level=0.95,
        false_discovery_rate=0.05,
        draws=99,
    )


def every_scale(**times):
    """Rows of both yardsticks at all scales; as many ties as expected where nothing is said."""
    return [
        balance_row(scale, times.get(scale, 1.0), 1.1, model=model)
        for model in ("G1", "G2")
        for scale in SCALES
    ]
