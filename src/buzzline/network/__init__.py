"""Who is tied to whom?"""

from buzzline.network.brokerage import BrokerageByChance, brokerage_by_chance, brokerage_roles
from buzzline.network.building import Weighing, build_network
from buzzline.network.dealt_ties import dealt_anew
from buzzline.network.engines import Engine, duckdb_session, on_engine
from buzzline.network.hierarchy import Hierarchy, krackhardt
from buzzline.network.missing_ties import Recorded, with_missing_ties
from buzzline.network.network import Network
from buzzline.network.open_cluster import OpenCluster, open_cluster, opened
from buzzline.network.position import betweenness, constraint, effective_size
from buzzline.network.reciprocity import (
    Flows,
    feedback_share,
    flows_dealt_anew,
    on_cycles,
    reciprocity,
)
from buzzline.network.redundancy import (
    Access,
    cut_off,
    disjoint_ways,
    effective_conductance,
    percolation_access,
    widest_paths,
)
from buzzline.network.rich_club import assortativity, cores, rich_club
from buzzline.network.robustness import (
    Connectivity,
    RemovalCurve,
    connectivity,
    removal_curve,
    robustness_of,
)
from buzzline.network.simple_ties import SimpleTies, simple_ties, ties_dealt_anew
from buzzline.network.small_world import (
    SmallWorld,
    lattice_of,
    mean_clustering,
    mean_distance,
    shared_small_world,
    small_world,
)
from buzzline.network.tie_quality import end_counts, quality_counts
from buzzline.network.ties import degrees, flows, placed, scale_counts, ties_by_scale

__all__ = [
    "Access",
    "BrokerageByChance",
    "Connectivity",
    "Engine",
    "Flows",
    "Hierarchy",
    "Network",
    "OpenCluster",
    "Recorded",
    "RemovalCurve",
    "SimpleTies",
    "SmallWorld",
    "Weighing",
    "assortativity",
    "betweenness",
    "brokerage_by_chance",
    "brokerage_roles",
    "build_network",
    "connectivity",
    "constraint",
    "cores",
    "cut_off",
    "dealt_anew",
    "degrees",
    "disjoint_ways",
    "duckdb_session",
    "effective_conductance",
    "effective_size",
    "end_counts",
    "feedback_share",
    "flows",
    "flows_dealt_anew",
    "krackhardt",
    "lattice_of",
    "mean_clustering",
    "mean_distance",
    "on_cycles",
    "on_engine",
    "open_cluster",
    "opened",
    "percolation_access",
    "placed",
    "quality_counts",
    "reciprocity",
    "removal_curve",
    "rich_club",
    "robustness_of",
    "scale_counts",
    "shared_small_world",
    "simple_ties",
    "small_world",
    "ties_by_scale",
    "ties_dealt_anew",
    "widest_paths",
    "with_missing_ties",
]
