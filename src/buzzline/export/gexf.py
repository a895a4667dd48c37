"""Ties as GEXF 1.3 for Gephi, with the time each tie lasts.

A tie with a start or an end is a spell on the timeline; one without either lasts always. Layers
are kinds of edges, so that Gephi keeps parallel ties of different layers apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from buzzline.export.graphs import (
    EDGE_ATTRIBUTES,
    Graph,
    element_per_row,
    optional,
    write_document,
)  # fmt: skip
from buzzline.export.written import Written

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" version="1.3"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd">"""
_OWN_PLACE = frozenset({"weight", "start", "end"})  # attributes of the edge itself
_EDGE_VALUES = {name: kind for name, kind in EDGE_ATTRIBUTES.items() if name not in _OWN_PLACE}


def write_gexf(graph: Graph, path: Path | str) -> Written:
    """Write a graph as GEXF 1.3.

    Parameters
    ----------
    graph : Graph
        From `graph_of`.
    path : Path or str

    Raises
    ------
    UnwritableOutput
        No room on the disk, or no permission; what was there before is left as it was.
    """
    return write_document(path, _parts(graph), note=graph.note)


def _parts(graph: Graph) -> Iterator[str]:
    yield _HEAD
    yield f"<meta><creator>buzzline</creator><description>{graph.title}</description></meta>"
    default = "directed" if graph.is_directed else "undirected"
    yield f'<graph defaultedgetype="{default}" mode="dynamic" timeformat="date">'
    for what, attributes in (("node", graph.node_attributes), ("edge", _EDGE_VALUES)):
        yield f'<attributes class="{what}" mode="static">'
        for name, kind in attributes.items():
            yield f'<attribute id="{what}_{name}" title="{name}" type="{kind}"/>'
        yield "</attributes>"
    yield "<nodes>"
    node = pl.concat_str(
        pl.lit('<node id="'), "id", pl.lit('" label="'), pl.col("name").fill_null(pl.col("id")),
        pl.lit('"><attvalues>'), *_values("node", graph.node_attributes),
        pl.lit("</attvalues></node>"),
    )  # fmt: skip
    yield from element_per_row(graph.nodes, node)
    yield "</nodes>\n<edges>"
    edge = pl.concat_str(
        pl.lit('<edge id="'), "number", pl.lit('" source="'), "source", pl.lit('" target="'),
        "target", pl.lit('" kind="'), "layer", pl.lit('"'),
        *(optional(f' {name}="', name, '"') for name in sorted(_OWN_PLACE)),
        pl.lit("><attvalues>"), *_values("edge", _EDGE_VALUES), pl.lit("</attvalues></edge>"),
    )  # fmt: skip
    yield from element_per_row(graph.edges, edge)
    yield "</edges>\n</graph>\n</gexf>"


def _values(what: str, attributes: Mapping[str, str]) -> list[pl.Expr]:
    return [
        optional(f'<attvalue for="{what}_{name}" value="', name, '"/>') for name in attributes
    ]
