"""Where does a cluster begin and end?"""

from buzzline.agreement import adjusted_rand
from buzzline.clusters.candidate_clusters import CoreRule, candidate_clusters
from buzzline.clusters.clustering import FIRST_TEST_ONLY, Clustering
from buzzline.clusters.delineation import Delineation, delineation
from buzzline.clusters.delineation_rule import TwoTestRule, outcome_of
from buzzline.clusters.distinctness import Distinctness, distinctness
from buzzline.clusters.labour_market_areas import LabourMarketAreas, labour_market_areas
from buzzline.clusters.labour_markets import (
    AreaRule,
    cohesion,
    merged_areas,
    self_containment,
    validity,
)
from buzzline.clusters.membership import Membership, membership
from buzzline.clusters.membership_rule import MembershipRule
from buzzline.clusters.relative_risk import relative_risk
from buzzline.clusters.separation import Separation, separation
from buzzline.clusters.separation_measures import conductance, ei_index, log_odds_ratio
from buzzline.clusters.siblings import SiblingRule
from buzzline.clusters.spatial_modularity import deterrence, spatial_modularity
from buzzline.clusters.valleys import deepest_valley, valley_between

__all__ = [
    "FIRST_TEST_ONLY",
    "AreaRule",
    "Clustering",
    "CoreRule",
    "Delineation",
    "Distinctness",
    "LabourMarketAreas",
    "Membership",
    "MembershipRule",
    "Separation",
    "SiblingRule",
    "TwoTestRule",
    "adjusted_rand",
    "candidate_clusters",
    "cohesion",
    "conductance",
    "deepest_valley",
    "delineation",
    "deterrence",
    "distinctness",
    "ei_index",
    "labour_market_areas",
    "log_odds_ratio",
    "membership",
    "merged_areas",
    "outcome_of",
    "relative_risk",
    "self_containment",
    "separation",
    "spatial_modularity",
    "validity",
    "valley_between",
]
