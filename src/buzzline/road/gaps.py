"""Results that say why there is nothing to say.

A study without ties, coordinates or industries still gets a report; what could not be computed
is listed there with its reason.
"""

from __future__ import annotations

import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.clusters.tabulating import (
    CLUSTER_SCHEMA,
    COVERAGE_SCHEMA,
    MEMBER_SCHEMA,
    TREE_SCHEMA,
)
from buzzline.linkages.balance import BALANCE_SCHEMA, FIT_SCHEMA, UNTESTED_SCHEMA, ScaleBalance
from buzzline.linkages.profile import ScaleProfile
from buzzline.quantities import Share
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study

PROFILE_SCHEMA = {
    "layer": pl.String, "scale": pl.String, "n": pl.Int64, "share": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "n_known": pl.Int64,
}  # fmt: skip
NO_INDUSTRY = (
    "No industry could be examined: no organisation has one, or none has enough organisations. "
    "Fill `industry` in organisations, or add a table of activities."
)


def no_profile(cutoffs: Cutoffs, level: Share) -> ScaleProfile:
    """Return a scale profile without layers."""
    return ScaleProfile(pl.DataFrame(schema=PROFILE_SCHEMA), cutoffs, level)


def no_clustering(study: Study, reason: str, *, level: Share, rate: Share) -> Clustering:
    """Return a clustering without clusters, whose coverage says why."""
    located = study.organisations["longitude"].is_not_null().sum()
    coverage = pl.DataFrame(
        [("all", None, study.organisations.height, located, 0, 0, f"not examined: {reason}")],
        schema=COVERAGE_SCHEMA, orient="row",
    )  # fmt: skip
    return Clustering(
        clusters=pl.DataFrame(schema=CLUSTER_SCHEMA),
        members=pl.DataFrame(schema=MEMBER_SCHEMA),
        tree=pl.DataFrame(schema=TREE_SCHEMA),
        coverage=coverage,
        level=level,
        false_discovery_rate=rate,
        draws=0,
    )


def no_balance(
    clustering: Clustering, reason: str, *, cutoffs: Cutoffs, level: Share
) -> ScaleBalance:
    """Return a scale balance in which every cluster is untested for one reason."""
    untested = clustering.clusters.select(
        "cluster_id", "label", "industry", layer=pl.lit(""), reason=pl.lit(reason)
    )
    return ScaleBalance(
        balance=pl.DataFrame(schema=BALANCE_SCHEMA),
        fits=pl.DataFrame(schema=FIT_SCHEMA),
        untested=untested.cast(pl.Schema(UNTESTED_SCHEMA)),
        cutoffs=cutoffs,
        level=level,
        draws=0,
    )
