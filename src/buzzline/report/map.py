"""What the map of clusters and ties is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from buzzline.charts.palette import OTHER_COLOUR, category_colours
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.membership import Membership
from buzzline.report.budget import ENOUGH_TIES, FLOWS, MAP_CLUSTERS, POINTS
from buzzline.report.hulls import hulls
from buzzline.report.kinds import kinds_legend, with_kinds
from buzzline.report.packing import Packed, packed
from buzzline.report.sites import MapSites, dots, located, map_sites
from buzzline.report.ties import SCALE_CODE, gathered, main_cluster
from buzzline.tables.study import Study

NAMED_INDUSTRIES = 8


@dataclass(frozen=True, slots=True, eq=False)
class MapFigure:
    """Everything the map needs, and what had to be left out.

    Attributes
    ----------
    meta : dict
        Names, categories, clusters and totals: what goes into the page as JSON.
    data : Packed
        Dots, sites and flows.
    n_organisations, n_located, n_ties, n_placed : int
        `n_placed` ties have coordinates at both ends.
    flows_kept_share : float
        Share of the placed ties that the flows in the page hold.
    one_in : int
        One in how many dots is drawn.
    """

    meta: dict[str, Any]
    data: Packed
    n_organisations: int
    n_located: int
    n_ties: int
    n_placed: int
    flows_kept_share: float
    one_in: int


def map_figure(
    study: Study,
    clustering: Clustering,
    ties: pl.DataFrame,
    *,
    membership: Membership | None = None,
) -> MapFigure:
    """Gather dots, sites, flows and clusters.

    Parameters
    ----------
    ties : DataFrame
        As `scaled_ties` returns it.
    membership : Membership or None
        Gives each dot the kind of member it is.
    """
    placed = located(study.organisations)
    gathering, flows = _flows(placed, ties)
    n_placed = int(flows["n"].sum())
    kept = flows.head(FLOWS).sort("first", "second", "layer", "scale")
    industries = _industries(study)
    coded = with_kinds(_coded(placed, clustering, industries), membership)
    drawn, one_in = dots(coded, most=POINTS)
    layers = ties["layer"].value_counts().sort(["count", "layer"], descending=[True, False])
    layer_names = layers["layer"].to_list()
    meta = {
        "layers": layer_names,
        "industries": _legend(industries, coded),
        "kinds": kinds_legend(coded) if membership is not None else [],
        "sites": {
            "names": gathering.sites["name"].to_list(),
            "countries": gathering.sites["country"].to_list(),
        },
        "clusters": _clusters(clustering, placed),
        "totals": {
            "organisations": study.organisations.height, "located": placed.height,
            "ties": ties.height, "placed": n_placed, "flows": flows.height,
            "keptFlows": kept.height, "keptTies": int(kept["n"].sum()), "oneIn": one_in,
            "grid": gathering.grid_degrees,
        },
    }  # fmt: skip
    return MapFigure(
        meta, _packed(drawn, gathering, kept, layer_names), study.organisations.height,
        placed.height, ties.height, n_placed,
        int(kept["n"].sum()) / n_placed if n_placed else 1.0, one_in,
    )  # fmt: skip


def _flows(placed: pl.DataFrame, ties: pl.DataFrame) -> tuple[MapSites, pl.DataFrame]:
    """Gather ties on the finest grid on which the strongest flows hold nearly all of them."""
    for gathering in map_sites(placed):
        flows = gathered(ties, gathering.ends)
        if int(flows["n"].head(FLOWS).sum()) >= ENOUGH_TIES * int(flows["n"].sum()):
            break
    return gathering, flows


def _industries(study: Study) -> list[str]:
    """Return the commonest main industries; the rest share one colour."""
    counts = study.organisations["industry"].drop_nulls().value_counts()
    ranked = counts.sort(["count", "industry"], descending=[True, False])
    return [str(name) for name in ranked["industry"].head(NAMED_INDUSTRIES)]


def _legend(industries: list[str], coded: pl.DataFrame) -> list[dict[str, Any]]:
    counts = dict(coded.group_by("category").len().iter_rows())
    colours = category_colours(industries)
    named = [
        {"name": name, "colour": colours[name], "n": int(counts.get(code, 0))}
        for code, name in enumerate(industries)
    ]
    rest = int(counts.get(len(industries), 0))
    return [*named, {"name": "other or unknown", "colour": OTHER_COLOUR, "n": rest}]


def _coded(placed: pl.DataFrame, clustering: Clustering, industries: list[str]) -> pl.DataFrame:
    codes = pl.DataFrame(
        {"industry": industries, "category": list(range(len(industries)))},
        schema={"industry": pl.String, "category": pl.Int64},
    )
    shown = clustering.clusters.head(MAP_CLUSTERS).select("cluster_id")
    numbered = shown.with_row_index("cluster").cast({"cluster": pl.Int64})
    ranks = main_cluster(clustering).join(numbered, on="cluster_id", how="left", validate="m:1")
    return (
        placed.select("org_id", "industry", "x", "y")
        .join(codes, on="industry", how="left", validate="m:1")
        .join(ranks.select("org_id", "cluster"), on="org_id", how="left", validate="1:1")
        .with_columns(
            pl.col("category").fill_null(len(industries)), pl.col("cluster").fill_null(-1)
        )
    )


def _clusters(clustering: Clustering, placed: pl.DataFrame) -> list[dict[str, Any]]:
    shown = clustering.clusters.head(MAP_CLUSTERS)
    members = clustering.members.join(
        shown.select("cluster_id"), on="cluster_id", how="semi", maintain_order="left"
    )
    outlines = hulls(members, placed)
    return [
        {
            "id": row["cluster_id"], "label": row["label"], "industry": row["industry"],
            "n": row["n_members"], "lon": round(row["longitude"], 4),
            "lat": round(row["latitude"], 4), "ratio": row["ratio"], "low": row["low"],
            "high": row["high"], "hull": outlines.get(row["cluster_id"], []),
        }
        for row in shown.iter_rows(named=True)
    ]  # fmt: skip


def _packed(
    drawn: pl.DataFrame, gathering: MapSites, kept: pl.DataFrame, layer_names: list[str]
) -> Packed:
    first, second = kept["first"].to_numpy(), kept["second"].to_numpy()
    layer_code = {name: code for code, name in enumerate(layer_names)}
    layer = kept["layer"].replace_strict(layer_code, return_dtype=pl.Int64)
    scale = kept["scale"].replace_strict(SCALE_CODE, return_dtype=pl.Int64)
    return packed({
        "siteX": ("differences", gathering.sites["x"].to_numpy()),
        "siteY": ("differences", gathering.sites["y"].to_numpy()),
        "siteN": ("integers", gathering.sites["n"].to_numpy()),
        "dotX": ("differences", drawn["x"].to_numpy()),
        "dotY": ("differences", drawn["y"].to_numpy()),
        "dotN": ("integers", drawn["n"].to_numpy()),
        "dotCluster": ("integers", drawn["cluster"].to_numpy()),
        "dotCategory": ("bytes", drawn["category"].to_numpy()),
        "dotKind": ("bytes", drawn["kind"].to_numpy()),
        "flowFrom": ("differences", first),
        "flowTo": ("integers", second - first),
        "flowOnward": ("integers", kept["onward"].to_numpy()),
        "flowBack": ("integers", kept["back"].to_numpy()),
        "flowLayer": ("bytes", layer.to_numpy()),
        "flowScale": ("bytes", scale.to_numpy()),
    })  # fmt: skip
