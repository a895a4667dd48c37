"""Do the deals of a cluster reach other clusters of its industry, more than chance gives?"""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.investment.direction_matching import Matching, matching_of, replicates
from buzzline.investment.direction_rows import (
    SHARE_SCHEMA,
    Asked,
    Chance,
    Row,
    columns_of,
    frame_of,
    share_at,
)
from buzzline.investment.direction_scene import Scene
from buzzline.randomness import child

SCHEMA = {"cluster_id": pl.String, "label": pl.String, "industry": pl.String, **SHARE_SCHEMA}
FEWEST_DEALS = 5
WITHOUT = "of no group elsewhere of their country and industry that made about as many"
FEW = f"not testable: fewer than {FEWEST_DEALS} deals leave it"


def cluster_rows(clustering: Clustering, scene: Scene, *, asked: Asked) -> pl.DataFrame:
    """Return how many deals that leave a cluster land in another cluster of its industry.

    Buyers change hands at random within one country and one industry (at the digits of the
    tables), and the cluster goes with the buyer: deals of a cluster are compared with those of
    its industry from elsewhere, since whoever stays in an industry reaches its clusters.
    """
    clusters = clustering.clusters.select("cluster_id", "label", "industry")
    industry = as_indices(clusters["industry"].rank("dense").fill_null(0).to_numpy())
    start, end = (_number(clusters, scene.deals[name]) for name in ("origin", "destination"))
    everyone = np.arange(scene.deals.height)
    size = clusters.height

    def shares(buyer: Indices) -> Floats:
        flags, of = _similar(start[buyer], end, industry), start[buyer]
        n = np.bincount(of[(of >= 0) & (of != end)], minlength=size)
        hits = np.bincount(of[flags], minlength=size)
        return as_floats(np.where(n > 0, hits / np.maximum(n, 1), np.nan))

    matching = matching_of(scene.group, _alike(scene), scene.source)
    alone = _share_alone(matching, start, size)
    drawn = replicates(
        shares, matching, draws=asked.draws,
        rng=child(asked.seed, "investment direction", "clusters"),
    )  # fmt: skip
    flags = _similar(start, end, industry)
    rows = [
        named | _one_row(
            scene, everyone[(start == number) & (end != number)], flags,
            chance=Chance(drawn[:, [number]], float(alone[number])), asked=asked,
        ) for number, named in enumerate(clusters.to_dicts())
    ]  # fmt: skip
    return frame_of(rows, SCHEMA).sort(
        "value", descending=True, nulls_last=True, maintain_order=True
    )


def _one_row(
    scene: Scene, at: Indices, flags: np.ndarray, *, chance: Chance, asked: Asked
) -> Row:
    if at.size < FEWEST_DEALS:
        return {"n": at.size, "level": asked.level, "status": FEW}
    own = share_at(scene, at, flags[at], level=asked.level)
    return columns_of(own, chance, 0, asked=asked, without=WITHOUT)


def _alike(scene: Scene) -> Indices:
    """Return which buyers are of one country and one industry, as numbers."""
    industry = scene.ladder.source[scene.split_row].astype(np.int64) + 1
    return as_indices(industry * (int(scene.country.max(initial=0)) + 1) + scene.country)


def _share_alone(matching: Matching, start: Indices, size: int) -> Floats:
    """Return the share of each cluster's deals that no deal from elsewhere is like."""
    stratum = np.empty(start.size, np.int64)
    stratum[matching.order] = matching.stratum[matching.block]
    of, total = stratum[start >= 0], np.bincount(stratum, minlength=1)
    pairs, n = np.unique(np.column_stack([start[start >= 0], of]), axis=0, return_counts=True)
    alone = np.bincount(
        pairs[:, 0], weights=n * (n == total[pairs[:, 1]]), minlength=size
    )  # fmt: skip
    every = np.bincount(start[start >= 0], minlength=size)
    return as_floats(alone / np.maximum(every, 1))


def _similar(start: Indices, end: Indices, industry: Indices) -> np.ndarray:
    known = (start >= 0) & (end >= 0) & (start != end)
    if not industry.size:
        return np.zeros(start.size, np.bool_)
    same = industry[np.maximum(start, 0)] == industry[np.maximum(end, 0)]
    return np.asarray(known & same)


def _number(clusters: pl.DataFrame, ids: pl.Series) -> Indices:
    number = {name: k for k, name in enumerate(clusters["cluster_id"])}
    code = ids.replace_strict(number, default=-1, return_dtype=pl.Int64)
    return as_indices(code.fill_null(-1).to_numpy())
