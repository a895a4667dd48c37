"""Which sites become one cluster, at which separation: the tree of merges."""

from __future__ import annotations

from collections import Counter

import polars as pl

from buzzline.charts.axes import round_ticks
from buzzline.charts.dendrogram import Merge, branches, leaf_order, tree_mark
from buzzline.charts.drawing import further_charts, nothing_to_draw
from buzzline.charts.palette import QUIET_INK
from buzzline.charts.rows import Axis, Layout, Row, laid_out, line, row, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.clusters.delineation import Delineation

TITLE = "Which sites are one cluster"
SITES_SHOWN = 30
FURTHEST = 6.0  # log odds


@further_charts.register
def merges_chart(result: Delineation, *, width: int = WIDTH) -> dict[str, Spec]:
    """Return the tree of merges of sites, the least separate first.

    Parameters
    ----------
    result : Delineation
    width : int [px]
    """
    merges = result.merges.filter(pl.col("height").is_not_null())
    if not merges.height:
        said = f"No two sites have ties to compare. {result}"
        return {"merges": nothing_to_draw(TITLE, said, width)}
    rows, trees = _rows(result, merges)
    heights = [merge.height for tree in trees for merge in tree]
    low = min(0.0, *heights) - 0.08 * (max(0.0, *heights) - min(0.0, *heights) + 0.5)
    high = max(0.5, *heights) * 1.05
    title = "log odds of a tie within rather than between, net of size and distance"
    ticks = tuple(round_ticks(low, high, 6))
    axis = Axis(low, high, ticks, title, "format(datum.value, '~r')")
    layout = _laid_out(rows, width)
    at = {item["leaf"]: number + layout.mark_at for number, item in enumerate(rows)}
    lines = [part for tree in trees for part in branches(at, tree, low)]
    drawn = [tree_mark(lines, is_dashed=is_dashed) for is_dashed in (True, False)]
    body = stacked(rows, [line(0.0, QUIET_INK), *drawn], axis=axis, layout=layout)
    n = sum(not item["is_heading"] for item in rows)
    spec = picture(
        body, title=TITLE, subtitle=_reading(result, n), alt=f"{TITLE}. {result}", width=width
    )
    return {"merges": spec}


def _laid_out(rows: list[Row], width: int) -> Layout:
    """Return the layout; on narrow pictures verdicts give way, so that no line is cut."""
    layout = laid_out(rows, width)
    if not layout.is_narrow:
        return layout
    for item in rows:
        item["note"] = ""
    return Layout(layout.width, round(0.38 * layout.width), layout.width - 20, 24, 0.5, 0.5)


def _rows(result: Delineation, merges: pl.DataFrame) -> tuple[list[Row], list[list[Merge]]]:
    """Return one row a site, industries under their heading, and the merges of each."""
    labels = dict(result.pairs.select("cluster_id", "label").iter_rows())
    labels |= dict(result.pairs.select("sibling_id", "sibling").iter_rows())
    often = Counter(labels.values())
    labels = {
        key: label if often[label] == 1 else f"{label} ({key})" for key, label in labels.items()
    }
    cluster_of = dict(result.members.select("site_id", "cluster_id").unique().iter_rows())
    verdict = dict(result.clusters.select("cluster_id", "verdict").iter_rows())
    rows: list[Row] = []
    trees: list[list[Merge]] = []
    for (industry,), steps in merges.group_by("industry", maintain_order=True):
        tree = [
            Merge(step["cluster_id"], step["other_id"], min(step["height"], FURTHEST),
                  step["is_made"])
            for step in steps.sort("step").to_dicts()
        ]  # fmt: skip
        leaves = list(dict.fromkeys(end for merge in tree for end in (merge.one, merge.other)))
        if rows and len(rows) + len(leaves) > SITES_SHOWN:
            continue
        trees.append(tree)
        rows.append(row(str(industry), is_heading=True, leaf=""))
        rows += [
            row(labels[leaf], verdict.get(cluster_of.get(leaf, leaf), ""), leaf=leaf)
            for leaf in leaf_order(leaves, tree)
        ]
    return rows, trees


def _reading(result: Delineation, n_shown: int) -> list[str]:
    made = result.merges["is_made"].sum()
    n = result.pairs.select(pl.concat([pl.col("cluster_id"), pl.col("sibling_id")])).n_unique()
    which = f"{n_shown} of {n:,} sites. " if n_shown < n else ""
    return [
        f"{which}Full lines join sites that are one cluster ({made:,} of "
        f"{result.merges.height:,} merges), dashed ones those that stay apart. At 0, ties "
        "within and between are as size and distance alone give; further right, they are more "
        "separate.",
        *result.notes,
    ]
