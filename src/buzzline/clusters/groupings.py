"""Groups of organisations to hold clusters against: regions, or declared clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, as_codes
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study

Against = Literal["labour_market", "region", "municipality", "country", "declared"]
PLACE_LEVELS = ("labour_market", "region", "municipality", "country")


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Groups of organisations, none of them in two.

    Attributes
    ----------
    ids, names : tuple of str
    code : (n,) int32         group of each organisation, -1 for none
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    code: Codes


def only_located(groups: Labels, clusters: Labels, located: Flags) -> Labels:
    """Return groups without those who have no coordinates; all, where no member has any."""
    members = (clusters.code >= 0) & (groups.code >= 0)
    if not (members & located).any():
        return groups
    return Labels(groups.ids, groups.names, as_codes(np.where(located, groups.code, -1)))


def n_taken_out(before: Labels, after: Labels, clusters: Labels) -> int:
    """Return how many members of clusters had a group before and have none after."""
    return int(((clusters.code >= 0) & (before.code >= 0) & (after.code < 0)).sum())


def cluster_labels(study: Study, clustering: Clustering) -> dict[str, Labels]:
    """Return the clusters of each industry, strongest first.

    An organisation that stands in two clusters of an industry counts for the stronger one.
    """
    found = clustering.clusters.select("cluster_id", "label", "industry")
    number = found.with_columns(number=pl.int_range(pl.len()).over("industry"))
    row = study.organisations.select("org_id").with_row_index("row")
    members = (
        clustering.members.select("cluster_id", "org_id")
        .join(number, on="cluster_id", how="inner", validate="m:1")
        .join(row, on="org_id", how="inner", validate="m:1")
        .sort("industry", "row", "number")
    )
    out = {}
    for name in found["industry"].unique(maintain_order=True):
        these = found.filter(pl.col("industry") == name)
        part = members.filter(pl.col("industry") == name).unique("row", keep="first")
        code = np.full(row.height, -1, np.int32)
        code[part["row"].to_numpy()] = part["number"].to_numpy()
        out[name] = Labels(tuple(these["cluster_id"]), tuple(these["label"]), as_codes(code))
    return out


def group_labels(study: Study, against: Against | None = None) -> tuple[str, Labels]:
    """Return official regions, or declared clusters, as groups of organisations.

    Parameters
    ----------
    against : str or None
        None: the first kind of which the study has two groups.

    Raises
    ------
    InvalidArgument
        A kind of group that the study does not have.
    """
    for kind in get_args(Against) if against is None else (against,):
        found = declared_labels(study) if kind == "declared" else _place_labels(study, kind)
        if len(found.ids) > 1 or (found.ids and against is not None):
            return kind, found
    if against is None:
        return "", Labels((), (), as_codes(np.full(study.organisations.height, -1)))
    raise InvalidArgument(
        f"against: the study has no organisations with {against!r}. Give `places` of that "
        "level, the columns `region`, `city` or `country`, or `memberships`."
    )


def declared_labels(study: Study) -> Labels:
    """Return declared clusters; who is in two counts for the one of the higher degree."""
    degree = pl.col("degree").fill_null(1.0)
    first = (
        study.memberships.sort(degree, "cluster_id", "org_id", descending=[True, False, False])
        .unique("org_id", keep="first", maintain_order=True)
        .select("org_id", group="cluster_id")
    )
    names = dict(study.declared_clusters.select("cluster_id", "name").drop_nulls().iter_rows())
    joined = study.organisations.join(first, on="org_id", how="left", maintain_order="left")
    return _labelled(joined["group"], names)


def touching(groups: Labels, clusters: Labels) -> Labels:
    """Return the groups that have a member in a cluster; the others are none."""
    common = np.zeros(len(groups.ids) + 1, np.bool_)
    common[groups.code[(clusters.code >= 0) & (groups.code >= 0)]] = True
    code = np.where((groups.code >= 0) & common[groups.code], groups.code, -1)
    return Labels(groups.ids, groups.names, as_codes(code))


def _place_labels(study: Study, level: str) -> Labels:
    """Return the place of a level that each organisation lies in, else what its row says."""
    places = study.places.select("place_id", "parent_id", "level", "name")
    at = study.organisations.select(place=pl.col("place_id"), group=pl.lit(None, pl.String))
    for _ in range(places["level"].n_unique()):
        known = at.join(places, left_on="place", right_on="place_id", how="left",
                        maintain_order="left")  # fmt: skip
        here = pl.when(pl.col("level") == level).then(pl.col("place"))
        at = known.select(place=pl.col("parent_id"), group=pl.coalesce("group", here))
    written = study.organisations.select(_written(level)).to_series()
    names = dict(places.select("place_id", "name").drop_nulls().iter_rows())
    return _labelled(at["group"].fill_null(written), names)


def _written(level: str) -> pl.Expr:
    country = pl.concat_str(pl.lit(", "), pl.col("country")).fill_null("")
    said = {
        "region": pl.concat_str(pl.col("region"), country),
        "municipality": pl.concat_str(pl.col("city"), country),
        "country": pl.col("country"),
    }
    return said.get(level, pl.lit(None, pl.String)).alias("group")


def _labelled(group: pl.Series, names: dict[str, str]) -> Labels:
    ids = group.drop_nulls().unique().sort()
    number = dict(zip(ids.to_list(), range(ids.len()), strict=True))
    code = (
        group.replace_strict(number, default=-1, return_dtype=pl.Int32).fill_null(-1)
        if number else pl.Series([-1] * group.len(), dtype=pl.Int32)
    )  # fmt: skip
    called = tuple(names.get(key, key) for key in ids.to_list())
    return Labels(tuple(ids), called, as_codes(code.to_numpy()))
