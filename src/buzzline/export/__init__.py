"""How do results leave? As tables, workbook, map layers and graphs, always the same bytes."""

from buzzline.export.dictionary import data_dictionary
from buzzline.export.frames import result_frames
from buzzline.export.geojson import (
    write_cluster_areas,
    write_cluster_centres,
    write_organisation_points,
)  # fmt: skip
from buzzline.export.geopackage import write_geopackage
from buzzline.export.gexf import write_gexf
from buzzline.export.graphml import write_graphml
from buzzline.export.graphs import Graph, graph_of
from buzzline.export.tabular import write_csv, write_parquet
from buzzline.export.workbook import write_workbook
from buzzline.export.writing import (
    write_maps,
    write_networks,
    write_results,
    write_set_aside,
    write_tables,
)  # fmt: skip
from buzzline.export.written import Written

__all__ = [
    "Graph",
    "Written",
    "data_dictionary",
    "graph_of",
    "result_frames",
    "write_cluster_areas",
    "write_cluster_centres",
    "write_csv",
    "write_geopackage",
    "write_gexf",
    "write_graphml",
    "write_maps",
    "write_networks",
    "write_organisation_points",
    "write_parquet",
    "write_results",
    "write_set_aside",
    "write_tables",
    "write_workbook",
]
