"""Relational analysis of industrial clusters: local buzz, global pipelines.

Read tables into a study, find where an industry is denser than chance would have it, and hold
each cluster's ties at every scale against what size, distance and borders would give.
"""

from __future__ import annotations

from buzzline import interrupting  # noqa: F401  # first: while the others are loaded
from buzzline.agglomeration import (
    Coagglomeration,
    Concentration,
    Inequality,
    coagglomeration,
    concentration,
    inequality,
)
from buzzline.agglomeration.cluster_rules import StrongRule
from buzzline.agglomeration.cluster_strength import ClusterStrength, cluster_strength
from buzzline.agglomeration.complexity import Complexity, complexity
from buzzline.agglomeration.density_by_place import (
    DensityByPlace,
    relatedness_density_by_place,
)
from buzzline.agglomeration.employment import (
    EmploymentMatrix,
    by_cluster,
    employment_matrix,
    plants_of,
    vintage_gap,
)
from buzzline.agglomeration.entry import IndustryEntry, industry_entry
from buzzline.agglomeration.hot_spots import HotSpots, hot_spots
from buzzline.agglomeration.industry_groups import IndustryGroups, industry_groups
from buzzline.agglomeration.industry_search import GroupSearch
from buzzline.agglomeration.kdensity import KDensity, kdensity
from buzzline.agglomeration.m_curves import MCurves
from buzzline.agglomeration.m_function import m_density, m_function
from buzzline.agglomeration.regional_mix import Specialisation, specialisation
from buzzline.agglomeration.relatedness import Relatedness, relatedness
from buzzline.agglomeration.ripley_curves import RipleyCurves, ripley
from buzzline.agglomeration.sampling import Sampling
from buzzline.agglomeration.shift_share import ShiftShares, shift_share
from buzzline.agglomeration.specialisation import LocationQuotients, location_quotients_by_place
from buzzline.agglomeration.strong_clusters import StrongClusters, strong_clusters
from buzzline.agglomeration.variety import Variety, variety
from buzzline.analysis import CATALOGUE
from buzzline.analysis import VERSION as __version__
from buzzline.charts import chart
from buzzline.clusters.candidate_clusters import CoreRule, candidate_clusters
from buzzline.clusters.city_threshold import CityThreshold, city_threshold
from buzzline.clusters.cluster_agreement import (
    ClusterAgreement,
    agreement_of_clusterings,
    cluster_agreement,
)
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.declared_as_clusters import clustering_of_labels, declared_as_clusters
from buzzline.clusters.declared_clusters import (
    DeclaredClusters,
    DeclaredRule,
    declared_clusters,
)
from buzzline.clusters.delineation import Delineation, delineation
from buzzline.clusters.delineation_rule import TwoTestRule
from buzzline.clusters.distinctness import Distinctness, distinctness
from buzzline.clusters.district_steps import DistrictRule
from buzzline.clusters.industrial_districts import IndustrialDistricts, industrial_districts
from buzzline.clusters.labour_market_areas import LabourMarketAreas, labour_market_areas
from buzzline.clusters.labour_markets import AreaRule
from buzzline.clusters.lifecycle import cluster_history, followed_clusters
from buzzline.clusters.lifecycle_following import HistoryRule
from buzzline.clusters.lifecycle_history import ClusterHistory
from buzzline.clusters.membership import Membership, membership
from buzzline.clusters.membership_rule import MembershipRule
from buzzline.clusters.separation import Separation, separation
from buzzline.clusters.siblings import SiblingRule
from buzzline.clusters.stability import DelineationStability, delineation_stability
from buzzline.diagnosis.cases import CASES, case_named
from buzzline.diagnosis.diagnosis import ClusterDiagnosis, cluster_diagnosis
from buzzline.diagnosis.dimensions import FiveDimensions, five_dimensions
from buzzline.diagnosis.district_signs import DistrictTypeRule
from buzzline.diagnosis.district_types import DistrictTypes, district_types
from buzzline.diagnosis.evidence import DISPUTES, contested_evidence
from buzzline.econometrics.best_distance import BestDistance, best_distance
from buzzline.econometrics.eligibility import EligibilityEffect, eligibility_effect
from buzzline.econometrics.gravity import InvestmentGravity, investment_gravity
from buzzline.econometrics.income import IncomeLadder, income_ladder
from buzzline.econometrics.location_choice import LocationChoice, location_choice
from buzzline.econometrics.mutual_stimulation import MutualStimulation, mutual_stimulation
from buzzline.econometrics.policy_effect import PolicyEffect, policy_effect
from buzzline.econometrics.policy_spillovers import PolicySpillovers, policy_spillovers
from buzzline.econometrics.synthetic_control import SyntheticControl, synthetic_control
from buzzline.econometrics.tie_formation import TieFormation, tie_formation
from buzzline.econometrics.value_by_distance import ValueByDistance, value_by_distance
from buzzline.errors import (
    BuzzlineError,
    InvalidArgument,
    InvalidStudyFile,
    InvalidTables,
    MissingFile,
    MissingPackage,
    NotConverged,
    Problem,
    TooFew,
    UnreadableFile,
    UnwritableOutput,
)
from buzzline.export import write_results
from buzzline.investment.cluster_investments import ClusterInvestments, cluster_investments
from buzzline.investment.cluster_network import ClusterNetwork, cluster_network
from buzzline.investment.co_investment import CoInvestment, co_investment
from buzzline.investment.deals import Deals, deals_of
from buzzline.investment.direction import InvestmentDirection, investment_direction
from buzzline.investment.group_hierarchy import GroupHierarchy, group_hierarchy
from buzzline.investment.hotspots import Hotspots, hotspots
from buzzline.investment.odds import InvestmentOdds, investment_odds
from buzzline.investment.ownership import Ownership, ownership
from buzzline.investment.portfolio import InsiderPortfolio, insider_portfolio
from buzzline.linkages.balance import ScaleBalance, scale_balance
from buzzline.linkages.brokerage import Brokerage, brokerage
from buzzline.linkages.buzz_and_pipelines import BuzzAndPipelines, buzz_and_pipelines
from buzzline.linkages.cognitive_distance import CognitiveDistance, cognitive_distance
from buzzline.linkages.colocated import Colocated, colocated_clusters
from buzzline.linkages.colocated_rows import ColocatedRule
from buzzline.linkages.external_reach import ExternalReach, external_reach
from buzzline.linkages.flows import ClusterFlows, cluster_flows
from buzzline.linkages.gatekeepers import Gatekeepers, gatekeepers
from buzzline.linkages.monitoring import Monitoring, monitoring
from buzzline.linkages.pattern_rule import PatternRule
from buzzline.linkages.patterns import MissingLinkPatterns, missing_link_patterns
from buzzline.linkages.profile import ScaleProfile, scale_profile
from buzzline.linkages.redundancy import Redundancy, redundancy
from buzzline.linkages.redundancy_rows import RedundancyRule
from buzzline.linkages.removal_curves import RemovalCurves, removal_curves
from buzzline.linkages.social_capital import SocialCapital, social_capital
from buzzline.linkages.temporary_clusters import TemporaryClusters, temporary_clusters
from buzzline.linkages.weakest_link import WeakestLinkTest, weakest_link_test
from buzzline.linkages.yardsticks import Yardsticks, yardsticks
from buzzline.policy import (
    REGIMES,
    SHELF,
    ExperimentFindings,
    Lever,
    Policy,
    PolicyComparison,
    compare_policies,
    effects_in_world,
    experiment,
    policies_in_world,
    shelf_table,
)
from buzzline.report import report
from buzzline.road import Road, run_road
from buzzline.simulation.calibration import Calibration, calibrate
from buzzline.simulation.classics import (
    BarterRules,
    CowanJonard,
    ManySmallGroups,
    ManySmallOrOneLarge,
    MarchLearning,
    MarchMixedLearning,
    MarchRules,
    MarchTurbulence,
    TwoClusters,
    cowan_jonard,
    many_small_groups,
    many_small_or_one_large,
    march_learning,
    march_mixed_learning,
    march_turbulence,
    two_clusters_with_pipelines,
)
from buzzline.simulation.deciding_worlds import DecidingWorlds, deciding_worlds
from buzzline.simulation.evaluating import Trial
from buzzline.simulation.gallery import world_of_gallery
from buzzline.simulation.observing import observed_world
from buzzline.simulation.running import Work
from buzzline.simulation.sensitivity import MorrisSensitivity, sensitivity_morris
from buzzline.simulation.sensitivity_shares import SobolSensitivity, sensitivity_sobol
from buzzline.simulation.simulate import Length, Simulation, simulate
from buzzline.simulation.starting import world_of_settings, world_of_study
from buzzline.simulation.stylised_facts import StylisedFacts, stylised_facts
from buzzline.simulation.surface import Grid, ResponseSurface, Village, response_surface
from buzzline.simulation.switch_factorial import Decision, SwitchFactorial, switch_factorial
from buzzline.space.scales import Cutoffs
from buzzline.survey import (
    Questionnaire,
    SurveyAnswers,
    questionnaire,
    read_survey,
    write_survey,
)
from buzzline.tables.connectors import (
    read_bea_flows,
    read_cbp,
    read_cordis,
    read_crunchbase,
    read_exhibitors,
    read_uscmp,
)
from buzzline.tables.initialising import initialise
from buzzline.tables.reading import read_study
from buzzline.tables.study import About, Study
from buzzline.tables.study_file import RunSettings
from buzzline.tables.worlds import make_world

__all__ = [
    "CASES", "CATALOGUE", "DISPUTES", "REGIMES", "SHELF", "About", "AreaRule",
    "BarterRules", "BestDistance", "Brokerage", "BuzzAndPipelines", "BuzzlineError",
    "Calibration", "CityThreshold", "ClusterAgreement", "ClusterDiagnosis", "ClusterFlows",
    "ClusterHistory", "ClusterInvestments", "ClusterNetwork", "ClusterStrength",
    "Clustering", "CoInvestment", "Coagglomeration", "CognitiveDistance", "Colocated",
    "ColocatedRule", "Complexity", "Concentration", "CoreRule", "CowanJonard", "Cutoffs",
    "Deals", "DecidingWorlds", "Decision", "DeclaredClusters", "DeclaredRule",
    "Delineation", "DelineationStability", "DensityByPlace", "Distinctness", "DistrictRule",
    "DistrictTypeRule", "DistrictTypes", "EligibilityEffect", "EmploymentMatrix",
    "ExperimentFindings", "ExternalReach", "FiveDimensions", "Gatekeepers", "Grid",
    "GroupHierarchy", "GroupSearch", "HistoryRule", "HotSpots", "Hotspots", "IncomeLadder",
    "IndustrialDistricts", "IndustryEntry", "IndustryGroups", "Inequality",
    "InsiderPortfolio", "InvalidArgument", "InvalidStudyFile", "InvalidTables",
    "InvestmentDirection", "InvestmentGravity", "InvestmentOdds", "KDensity",
    "LabourMarketAreas", "Length", "Lever", "LocationChoice", "LocationQuotients",
    "MCurves", "ManySmallGroups", "ManySmallOrOneLarge", "MarchLearning",
    "MarchMixedLearning", "MarchRules", "MarchTurbulence", "Membership", "MembershipRule",
    "MissingFile", "MissingLinkPatterns", "MissingPackage", "Monitoring",
    "MorrisSensitivity", "MutualStimulation", "NotConverged", "Ownership", "PatternRule",
    "Policy", "PolicyComparison", "PolicyEffect", "PolicySpillovers", "Problem",
    "Questionnaire", "Redundancy", "RedundancyRule", "Relatedness", "RemovalCurves",
    "ResponseSurface", "RipleyCurves", "Road", "RunSettings", "Sampling", "ScaleBalance",
    "ScaleProfile", "Separation", "ShiftShares", "SiblingRule", "Simulation",
    "SobolSensitivity", "SocialCapital", "Specialisation", "StrongClusters", "StrongRule",
    "Study", "StylisedFacts", "SurveyAnswers", "SwitchFactorial", "SyntheticControl",
    "TemporaryClusters", "TieFormation", "TooFew", "Trial", "TwoClusters", "TwoTestRule",
    "UnreadableFile", "UnwritableOutput", "ValueByDistance", "Variety", "Village",
    "WeakestLinkTest", "Work",
    "Yardsticks", "__version__", "agreement_of_clusterings", "best_distance", "brokerage",
    "buzz_and_pipelines", "by_cluster", "calibrate", "candidate_clusters", "case_named",
    "chart", "city_threshold", "cluster_agreement", "cluster_diagnosis", "cluster_flows",
    "cluster_history", "cluster_investments", "cluster_network", "cluster_strength",
    "clustering_of_labels", "co_investment", "coagglomeration", "cognitive_distance",
    "colocated_clusters", "compare_policies", "complexity", "concentration",
    "contested_evidence", "cowan_jonard", "deals_of", "deciding_worlds",
    "declared_as_clusters", "declared_clusters", "delineation", "delineation_stability",
    "distinctness", "district_types", "effects_in_world", "eligibility_effect",
    "employment_matrix", "experiment", "external_reach", "five_dimensions",
    "followed_clusters", "gatekeepers", "group_hierarchy", "hot_spots", "hotspots",
    "income_ladder", "industrial_districts", "industry_entry", "industry_groups",
    "inequality", "initialise", "insider_portfolio", "investment_direction",
    "investment_gravity", "investment_odds", "kdensity", "labour_market_areas",
    "location_choice", "location_quotients_by_place", "m_density", "m_function",
    "make_world", "many_small_groups", "many_small_or_one_large", "march_learning",
    "march_mixed_learning", "march_turbulence", "membership", "missing_link_patterns",
    "monitoring", "mutual_stimulation", "observed_world", "ownership", "plants_of",
    "policies_in_world", "policy_effect", "policy_spillovers", "questionnaire",
    "read_bea_flows", "read_cbp", "read_cordis", "read_crunchbase", "read_exhibitors",
    "read_study", "read_survey", "read_uscmp", "redundancy", "relatedness",
    "relatedness_density_by_place", "removal_curves", "report", "response_surface",
    "ripley", "run_road", "scale_balance", "scale_profile", "sensitivity_morris",
    "sensitivity_sobol", "separation", "shelf_table", "shift_share", "simulate",
    "social_capital", "specialisation", "strong_clusters", "stylised_facts",
    "switch_factorial", "synthetic_control", "temporary_clusters", "tie_formation",
    "two_clusters_with_pipelines", "value_by_distance", "variety", "vintage_gap",
    "weakest_link_test", "world_of_gallery", "world_of_settings", "world_of_study",
    "write_results", "write_survey", "yardsticks",
]  # fmt: skip
