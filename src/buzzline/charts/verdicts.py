"""The verdicts of many clusters at a glance: clusters by scales under the default model."""

from __future__ import annotations

from math import exp
from typing import Any

import polars as pl

from buzzline.charts.balance import UNSTABLE, named
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.matrix import Cell, cell, matrix
from buzzline.charts.palette import PAPER, VERDICT_COLOUR, VERDICT_MARK
from buzzline.charts.rows import Row, laid_out, row
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.linkages.balance import MODEL_MEANING, Model, ScaleBalance
from buzzline.space.scales import SCALES

MODEL: Model = "G1"
TITLE = f"More or fewer ties than {MODEL_MEANING[MODEL]} would give"
CLUSTERS_SHOWN = 20
LAYERS_SHOWN = 4
GROUND = {"missing": "#F6E9F2", "excess": "#E2F1EF"}


@chart.register
def verdict_matrix(result: ScaleBalance, *, width: int = WIDTH) -> Spec:
    """Return the verdicts of the first clusters at each scale, layer by layer.

    Parameters
    ----------
    result : ScaleBalance
    width : int [px]
    """
    tested = result.balance.filter(pl.col("model") == MODEL)
    if not tested.height:
        return nothing_to_draw(TITLE, f"No cluster could be tested. {result}", width)
    layers = _layers(tested)
    shown = layers[:LAYERS_SHOWN]
    room = max(CLUSTERS_SHOWN // len(shown), 5)
    rows = [item for layer in shown for item in _block(tested, layer, room)]
    return picture(
        matrix(rows, SCALES, laid_out(rows, width), title="observed / expected ties"),
        title=TITLE,
        subtitle=_reading(result, len(layers)),
        alt=f"{TITLE}. {result}",
        width=width,
    )


def _layers(tested: pl.DataFrame) -> list[str]:
    """Return the layers, those with most ties first."""
    counted = tested.group_by("layer").agg(pl.col("observed").sum())
    return counted.sort(["observed", "layer"], descending=[True, False])["layer"].to_list()


def _block(tested: pl.DataFrame, layer: str, room: int) -> list[Row]:
    """Return the heading of a layer and one row a cluster, with a cell a scale."""
    found = tested.filter(pl.col("layer") == layer)
    clusters = found["cluster_id"].unique(maintain_order=True)
    first = found.filter(pl.col("cluster_id").is_in(clusters.head(room).implode()))
    blocks = [
        row(
            named(str(key), rows["label"][0]),
            cells=[_verdict(item) for item in rows.to_dicts()],
        )
        for (key,), rows in first.group_by(["cluster_id"], maintain_order=True)
    ]
    said = f"{len(blocks)} of {clusters.len():,} clusters"
    return [row(layer.replace("_", " "), said, is_heading=True, cells=[]), *blocks]


def _verdict(item: dict[str, Any]) -> Cell:
    verdict = item["verdict"]
    factor = "few" if verdict == "not enough links" else f"×{exp(item['log_ratio']):.2g}"
    unsure = "" if item["is_stable"] is not False else " ~"
    return cell(
        item["scale"],
        f"{VERDICT_MARK[verdict]} {factor}{unsure}",
        colour=VERDICT_COLOUR[verdict],
        back=GROUND.get(verdict, PAPER),
    )


def _reading(result: ScaleBalance, n_layers: int) -> list[str]:
    legend = ", ".join(f"{mark} {verdict}" for verdict, mark in VERDICT_MARK.items())
    lines = [f"{legend}; at {result.level:.0%}."]
    if not result.balance["is_stable"].all():
        lines.append(UNSTABLE)
    if n_layers > LAYERS_SHOWN:
        lines.append(f"{LAYERS_SHOWN} layers with most ties of {n_layers}; the table has all.")
    if result.untested.height:
        lines.append(
            f"Pairs of cluster and layer that could not be tested: {result.untested.height:,}."
        )
    return lines
