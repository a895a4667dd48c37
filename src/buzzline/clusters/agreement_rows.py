"""How the members of each cluster are divided among the groups of another grouping."""

from __future__ import annotations

from typing import Any

import numpy as np

from buzzline.clusters.groupings import Labels


def cluster_rows(
    name: str, clusters: Labels, groups: Labels, *, is_place: bool
) -> list[dict[str, Any]]:
    """Return a row a cluster: which group holds most of it, and how far the two overlap.

    Parameters
    ----------
    name : str               industry
    clusters, groups : Labels
    is_place : bool
        Of a group only members of clusters count; else all its members do.
    """
    inside = clusters.code >= 0
    both = inside & (groups.code >= 0)
    width = max(len(groups.ids), 1)
    n_members = np.bincount(clusters.code[inside], minlength=len(clusters.ids))
    counted = both if is_place else groups.code >= 0
    n_there = np.bincount(groups.code[counted], minlength=width)
    pair, common = np.unique(
        clusters.code[both].astype(np.int64) * width + groups.code[both], return_counts=True
    )
    cluster, group = pair // width, pair % width
    rows = []
    for k, cluster_id in enumerate(clusters.ids):
        row: dict[str, Any] = {
            "cluster_id": cluster_id, "label": clusters.names[k], "industry": name,
            "n_members": int(n_members[k]), "n": 0, "n_groups": 0,
        }  # fmt: skip
        start, end = np.searchsorted(cluster, [k, k + 1])
        if start == end:
            rows.append(row | {"status": "no member is in a group"})
            continue
        at = start + int(np.argmax(common[start:end]))
        n, n_common = int(common[start:end].sum()), int(common[at])
        best, whole = int(group[at]), n if is_place else int(n_members[k])
        rows.append(row | {
            "n": n, "group_id": groups.ids[best], "group": groups.names[best],
            "n_common": n_common, "share": n_common / n, "n_groups": int(end - start),
            "overlap": n_common / (whole + int(n_there[best]) - n_common), "status": "measured",
        })  # fmt: skip
    return rows
