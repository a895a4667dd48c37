"""Where does a cluster begin and end?"""

from buzzline.agreement import adjusted_rand
from buzzline.clusters.candidate_clusters import CoreRule, candidate_clusters
from buzzline.clusters.clustering import FIRST_TEST_ONLY, Clustering
from buzzline.clusters.distinctness import Distinctness, distinctness
from buzzline.clusters.labour_market_areas import LabourMarketAreas, labour_market_areas
from buzzline.clusters.labour_markets import (
    AreaRule,
    cohesion,
    merged_areas,
    self_containment,
    validity,
)
from buzzline.clusters.relative_risk import relative_risk
from buzzline.clusters.separation import Separation, separation
from buzzline.clusters.separation_measures import conductance, ei_index, log_odds_ratio
from buzzline.clusters.siblings import SiblingRule
from buzzline.clusters.valleys import deepest_valley, valley_between

__all__ = [
    "FIRST_TEST_ONLY",
    "AreaRule",
    "Clustering",
    "CoreRule",
    "Distinctness",
    "LabourMarketAreas",
    "Separation",
    "SiblingRule",
    "adjusted_rand",
    "candidate_clusters",
    "cohesion",
    "conductance",
    "deepest_valley",
    "distinctness",
    "ei_index",
    "labour_market_areas",
    "log_odds_ratio",
    "merged_areas",
    "relative_risk",
    "self_containment",
    "separation",
    "validity",
    "valley_between",
]
