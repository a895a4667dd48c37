"""Where does a cluster begin and end?"""

from buzzline.agreement import (
    adjusted_rand,
    normalised_mutual_information,
    variation_of_information,
)
from buzzline.clusters.candidate_clusters import CoreRule, candidate_clusters
from buzzline.clusters.city_threshold import CityThreshold, city_threshold
from buzzline.clusters.cluster_agreement import (
    ClusterAgreement,
    agreement_of_clusterings,
    cluster_agreement,
)
from buzzline.clusters.clustering import FIRST_TEST_ONLY, Clustering
from buzzline.clusters.declared_as_clusters import clustering_of_labels, declared_as_clusters
from buzzline.clusters.declared_clusters import (
    DeclaredClusters,
    DeclaredRule,
    declared_clusters,
)
from buzzline.clusters.delineation import Delineation, delineation
from buzzline.clusters.delineation_rule import TwoTestRule, outcome_of
from buzzline.clusters.distinctness import Distinctness, distinctness
from buzzline.clusters.district_steps import DistrictRule
from buzzline.clusters.found_again import found_again
from buzzline.clusters.grouping_agreement import grouping_agreement
from buzzline.clusters.industrial_districts import IndustrialDistricts, industrial_districts
from buzzline.clusters.labour_market_areas import LabourMarketAreas, labour_market_areas
from buzzline.clusters.labour_markets import (
    AreaRule,
    cohesion,
    merged_areas,
    self_containment,
    validity,
)
from buzzline.clusters.lifecycle import cluster_history, followed_clusters
from buzzline.clusters.lifecycle_following import HistoryRule
from buzzline.clusters.lifecycle_heterogeneity import cognitive_distance, rao_q
from buzzline.clusters.lifecycle_history import ClusterHistory
from buzzline.clusters.membership import Membership, membership
from buzzline.clusters.membership_rule import MembershipRule
from buzzline.clusters.relative_risk import relative_risk
from buzzline.clusters.separation import Separation, separation
from buzzline.clusters.separation_measures import conductance, ei_index, log_odds_ratio
from buzzline.clusters.siblings import SiblingRule
from buzzline.clusters.spatial_modularity import deterrence, spatial_modularity
from buzzline.clusters.stability import (
    DelineationStability,
    delineation_stability,
    stability_of,
)
from buzzline.clusters.valleys import deepest_valley, valley_between

__all__ = [
    "FIRST_TEST_ONLY",
    "AreaRule",
    "CityThreshold",
    "ClusterAgreement",
    "ClusterHistory",
    "Clustering",
    "CoreRule",
    "DeclaredClusters",
    "DeclaredRule",
    "Delineation",
    "DelineationStability",
    "Distinctness",
    "DistrictRule",
    "HistoryRule",
    "IndustrialDistricts",
    "LabourMarketAreas",
    "Membership",
    "MembershipRule",
    "Separation",
    "SiblingRule",
    "TwoTestRule",
    "adjusted_rand",
    "agreement_of_clusterings",
    "candidate_clusters",
    "city_threshold",
    "cluster_agreement",
    "cluster_history",
    "clustering_of_labels",
    "cognitive_distance",
    "cohesion",
    "conductance",
    "declared_as_clusters",
    "declared_clusters",
    "deepest_valley",
    "delineation",
    "delineation_stability",
    "deterrence",
    "distinctness",
    "ei_index",
    "followed_clusters",
    "found_again",
    "grouping_agreement",
    "industrial_districts",
    "labour_market_areas",
    "log_odds_ratio",
    "membership",
    "merged_areas",
    "normalised_mutual_information",
    "outcome_of",
    "rao_q",
    "relative_risk",
    "self_containment",
    "separation",
    "spatial_modularity",
    "stability_of",
    "validity",
    "valley_between",
    "variation_of_information",
]
