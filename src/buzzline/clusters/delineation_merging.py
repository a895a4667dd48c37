"""Merge clusters that the two tests find to be one, and keep the tree of merges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from buzzline.clusters.delineation_rule import APART, MERGED

MERGE_SCHEMA = {
    "step": pl.Int64, "industry": pl.String, "cluster_id": pl.String, "other_id": pl.String,
    "height": pl.Float64, "n_sites": pl.Int64, "is_made": pl.Boolean, "outcome": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Sites that are one cluster: strongest first, and the height at which they became one."""

    sites: tuple[str, ...]
    height: float | None


def merged_sites(
    order: Mapping[str, int], pairs: pl.DataFrame
) -> tuple[list[Group], pl.DataFrame]:
    """Return the groups of sites that are one cluster, and every merge in its order.

    Pairs found to be one are merged, the least separate first. Two groups stay apart where any
    site of the one was found apart from any of the other. What is left of the tree, merges that
    are not made, follows in the same order.

    Parameters
    ----------
    order : mapping of cluster_id to place in the clustering
    pairs : DataFrame
        `cluster_id`, `sibling_id`, `industry`, `outcome`, `value`.

    Examples
    --------
    >>> pairs = pl.DataFrame({
    ...     "cluster_id": ["a", "b", "a"], "sibling_id": ["b", "c", "c"], "industry": ["x"] * 3,
    ...     "outcome": ["one cluster", "one cluster", "multiple clusters"],
    ...     "value": [-0.2, 0.1, 1.9]})
    >>> groups, merges = merged_sites({"a": 0, "b": 1, "c": 2}, pairs)
    >>> [group.sites for group in groups], merges["is_made"].to_list()
    ([('a', 'b'), ('c',)], [True, False])
    """
    rows = sorted(
        pairs.to_dicts(),
        key=lambda row: (
            row["outcome"] not in MERGED,
            row["value"] is None,
            row["value"] or 0.0,
        ),
    )
    apart = {
        frozenset((row["cluster_id"], row["sibling_id"]))
        for row in rows if row["outcome"] in APART
    }  # fmt: skip
    made: dict[str, Group] = {name: Group((name,), None) for name in order}
    steps: list[dict[str, Any]] = []
    for row in rows:
        if row["outcome"] in MERGED:
            _join(made, row, order, steps, apart)
    whole = dict(made)
    for row in rows:
        if row["value"] is not None:
            _join(whole, row, order, steps, None)
    groups = sorted(set(made.values()), key=lambda group: order[group.sites[0]])
    frame = pl.DataFrame(steps, schema=MERGE_SCHEMA, orient="row")
    return groups, frame


def _join(
    groups: dict[str, Group],
    row: Mapping[str, Any],
    order: Mapping[str, int],
    steps: list[dict[str, Any]],
    apart: set[frozenset[str]] | None,
) -> None:
    """Join the groups of a pair and write the step down, unless that is held against it."""
    one, other = sorted(
        (groups[row[end]] for end in ("cluster_id", "sibling_id")),
        key=lambda group: order[group.sites[0]],
    )
    if one is other:
        return
    is_made = apart is not None
    if apart and any(frozenset((a, b)) in apart for a in one.sites for b in other.sites):
        return
    heights = [
        height for height in (row["value"], one.height, other.height) if height is not None
    ]
    sites = tuple(sorted((*one.sites, *other.sites), key=order.__getitem__))
    joined = Group(sites, max(heights, default=None))
    steps.append({
        "step": len(steps) + 1, "industry": row["industry"], "cluster_id": one.sites[0],
        "other_id": other.sites[0], "height": joined.height, "n_sites": len(sites),
        "is_made": is_made, "outcome": row["outcome"],
    })  # fmt: skip
    for site in sites:
        groups[site] = joined
