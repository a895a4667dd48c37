"""The external dimension: ties abroad against borders, and how many places they lead to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from buzzline.analysis import NotMade
from buzzline.arrays import as_codes
from buzzline.diagnosis.dimension_indicators import FEWEST, Cluster
from buzzline.diagnosis.dimension_scene import ASKED_TOGETHER, DimensionScene
from buzzline.diagnosis.scores import Indicator, Score, not_measured, of_interval, of_share
from buzzline.linkages.balance import ScaleBalance
from buzzline.linkages.effective_shares import EffectiveShare, share_of_one_owner
from buzzline.linkages.pattern_scene import LOCAL

EXTERNAL = "external"
WIDEST = "G2"  # the model that knows borders, too
FAR = ("global", "national")


def external_indicators(layers: Sequence[str]) -> tuple[Indicator, ...]:
    """Return the external indicators of each layer."""
    found = []
    for layer in layers:
        said = layer.replace("_", " ")
        source = next((names[0] for names in ASKED_TOGETHER if layer in names), layer)
        for scale in FAR:
            found.append(
                Indicator(EXTERNAL, f"{scale} ties ({said})", "log ratio",
                          "size, distance and borders (G2)", source)
            )  # fmt: skip
        found.append(
            Indicator(EXTERNAL, f"diversity of places ({said})", "share", "none", source)
        )
    return tuple(found)


def external_scores(
    scene: DimensionScene, cluster: Cluster, layer: str, *, balance: ScaleBalance | NotMade
) -> list[Score]:
    """Return the external scores of one cluster in one layer, in the order of indicators."""
    return [
        *(_far_ties(cluster, layer, scale, balance) for scale in FAR),
        _diversity(scene, cluster, layer),
    ]


def _far_ties(
    cluster: Cluster, layer: str, scale: str, balance: ScaleBalance | NotMade
) -> Score:
    if isinstance(balance, NotMade):
        return not_measured(f"no balance of ties: {balance.reason}")
    row = balance.balance.filter(
        (pl.col("cluster_id") == cluster["cluster_id"]) & (pl.col("layer") == layer)
        & (pl.col("model") == WIDEST) & (pl.col("scale") == scale)
    )  # fmt: skip
    if not row.height or row["low"][0] is None or row["high"][0] is None:
        return not_measured(f"{scale} ties could not be compared with what borders give")
    value, low, high, n = row.select("log_ratio", "low", "high", "n").row(0)
    return of_interval(value, low, high, level=balance.level, n=n)


def _diversity(scene: DimensionScene, cluster: Cluster, layer: str) -> Score:
    """Return how often two ties beyond local reach lead to different cities."""
    found = scene.scene.layers[layer]
    members, ties = scene.members(cluster), found.ties
    one_end = members[ties.source] != members[ties.target]
    far = np.flatnonzero(one_end & (found.scale > LOCAL) & (found.scale < 4))
    there = np.where(members[ties.source[far]], ties.target[far], ties.source[far])
    city = scene.scene.standing.city[there]
    known = city >= 0
    if known.sum() < FEWEST:
        n = int(known.sum())
        return not_measured(f"only {n} ties beyond local reach to a known city", n)
    record = as_codes(ties.record[far][known] if ties.record.size else [])
    same = share_of_one_owner(city[known], record)
    if np.isnan(same.value):
        return not_measured("all ties beyond local reach are of one record", same.n)
    return of_share(EffectiveShare(1 - same.value, same.n_worth, same.n), scene.level)
