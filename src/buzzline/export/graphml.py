"""Ties as GraphML, which networkx, igraph, Gephi, yEd and Cytoscape read."""

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
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">"""


def write_graphml(graph: Graph, path: Path | str) -> Written:
    """Write a graph as GraphML.

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
    for what, attributes in (("node", graph.node_attributes), ("edge", EDGE_ATTRIBUTES)):
        for name, kind in attributes.items():
            yield (
                f'<key id="{what}_{name}" for="{what}" attr.name="{name}" attr.type="{kind}"/>'
            )
    default = "directed" if graph.is_directed else "undirected"
    yield f'<graph id="{graph.title}" edgedefault="{default}">'
    node = pl.concat_str(
        pl.lit('<node id="'), "id", pl.lit('">'), *_values("node", graph.node_attributes),
        pl.lit("</node>"),
    )  # fmt: skip
    yield from element_per_row(graph.nodes, node)
    edge = pl.concat_str(
        pl.lit('<edge id="e'), "number", pl.lit('" source="'), "source", pl.lit('" target="'),
        "target", pl.lit('">'), *_values("edge", EDGE_ATTRIBUTES), pl.lit("</edge>"),
    )  # fmt: skip
    yield from element_per_row(graph.edges, edge)
    yield "</graph>\n</graphml>"


def _values(what: str, attributes: Mapping[str, str]) -> list[pl.Expr]:
    return [optional(f'<data key="{what}_{name}">', name, "</data>") for name in attributes]
