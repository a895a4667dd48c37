"""The outline of a cluster on the map."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.arrays import Floats


def hull(points: Floats) -> Floats:
    """Return the convex hull of (n, 2) points, anticlockwise; fewer than three as they are.

    Andrew's monotone chain: O(n log n) time. Points are longitude and latitude; those far from
    the first are brought round the globe to its side, so that Fiji has one hull and not two.

    Examples
    --------
    >>> hull(np.array([[0.0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.5]])).tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    """
    if not len(points):
        return points
    turned = points.copy()
    turned[:, 0] -= 360 * np.rint((points[:, 0] - points[0, 0]) / 360)
    distinct = np.unique(turned, axis=0)
    if len(distinct) < 3:
        return distinct
    return np.array(_half(distinct)[:-1] + _half(distinct[::-1])[:-1])


def hulls(members: pl.DataFrame, organisations: pl.DataFrame) -> dict[str, list[list[float]]]:
    """Return the hull of each cluster, rounded to a hundred metres.

    Parameters
    ----------
    members : DataFrame
        `cluster_id`, `org_id`.
    organisations : DataFrame
        `org_id`, `longitude`, `latitude`, without missing coordinates.
    """
    placed = members.join(
        organisations.select("org_id", "longitude", "latitude"), on="org_id", how="inner"
    )
    outlines = {}
    for (cluster_id,), rows in placed.group_by(["cluster_id"], maintain_order=True):
        corners = hull(rows.select("longitude", "latitude").unique().to_numpy())
        outlines[str(cluster_id)] = [[round(x, 3), round(y, 3)] for x, y in corners.tolist()]
    return outlines


def _half(points: Floats) -> list[tuple[float, float]]:
    chain: list[tuple[float, float]] = []
    for x, y in points.tolist():
        while len(chain) > 1 and _turn(chain[-2], chain[-1], (x, y)) <= 0:
            chain.pop()
        chain.append((x, y))
    return chain


def _turn(
    origin: tuple[float, float], first: tuple[float, float], second: tuple[float, float]
) -> float:
    return (first[0] - origin[0]) * (second[1] - origin[1]) - (first[1] - origin[1]) * (
        second[0] - origin[0]
    )
