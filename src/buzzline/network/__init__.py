"""Who is tied to whom?"""

from buzzline.network.building import Weighing, build_network
from buzzline.network.engines import Engine, duckdb_session, on_engine
from buzzline.network.network import Network
from buzzline.network.tie_quality import end_counts, quality_counts
from buzzline.network.ties import degrees, flows, placed, scale_counts, ties_by_scale

__all__ = [
    "Engine",
    "Network",
    "Weighing",
    "build_network",
    "degrees",
    "duckdb_session",
    "end_counts",
    "flows",
    "on_engine",
    "placed",
    "quality_counts",
    "scale_counts",
    "ties_by_scale",
]
