"""Where does a cluster begin and end?"""

from buzzline.agreement import adjusted_rand
from buzzline.clusters.clustering import FIRST_TEST_ONLY, Clustering
from buzzline.clusters.delineation import CoreRule, candidate_clusters
from buzzline.clusters.labour_market_areas import LabourMarketAreas, labour_market_areas
from buzzline.clusters.labour_markets import (
    AreaRule,
    cohesion,
    merged_areas,
    self_containment,
    validity,
)

__all__ = [
    "FIRST_TEST_ONLY",
    "AreaRule",
    "Clustering",
    "CoreRule",
    "LabourMarketAreas",
    "adjusted_rand",
    "candidate_clusters",
    "cohesion",
    "labour_market_areas",
    "merged_areas",
    "self_containment",
    "validity",
]
